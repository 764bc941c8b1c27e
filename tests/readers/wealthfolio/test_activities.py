"""Version 1.0 stores no holdings: they follow from what happened."""

from decimal import Decimal

import pytest


@pytest.fixture
def first(wealthfolio):
    """A database of version 1.0 with one account and VTI at 300 USD."""
    return wealthfolio("1.0").account().asset("VTI").quote("VTI", 300)


def held(content):
    assert content.problems == ()
    return {
        (symbol, currency): quantity
        for symbol, currency, quantity in content.holdings[["symbol", "currency", "quantity"]].values.tolist()
    }


def test_every_kind_of_activity(first, read):
    cash = "$CASH-USD"
    first.activity("DEPOSIT", cash, "2026-01-01", quantity=10000, price=1, fee=2)  # 9,998
    first.activity("BUY", "VTI", "2026-01-02", quantity=10, price=200, fee=5)  # 7,993; 10 VTI, 2,005
    first.activity("SPLIT", "VTI", "2026-02-01", quantity=1, price=2)  # 20 VTI
    first.activity("SELL", "VTI", "2026-02-02", quantity=5, price=120, fee=1)  # 8,592; 15 VTI, 1,503.75
    first.activity("DIVIDEND", "VTI", "2026-03-01", quantity=1, price="30.5")  # 8,622.5
    first.activity("INTEREST", cash, "2026-03-02", quantity=1, price=4)  # 8,626.5
    first.activity("FEE", cash, "2026-03-03", fee=6)  # 8,620.5
    first.activity("TAX", cash, "2026-03-04", quantity=1, price=20)  # 8,600.5
    first.activity("WITHDRAWAL", cash, "2026-03-05", quantity=600, price=1, fee="0.5")  # 8,000
    first.activity("CONVERSION_OUT", cash, "2026-03-06", quantity=1100, price=1)  # 6,900
    first.activity("CONVERSION_IN", "$CASH-EUR", "2026-03-06", quantity=1000, price=1, currency="EUR")
    first.activity("TRANSFER_IN", "VTI", "2026-03-07", quantity=3, price=100)  # 18 VTI, 1,803.75
    first.activity("TRANSFER_OUT", "VTI", "2026-03-08", quantity=6, price=100)  # 12 VTI, 1,202.5
    first.activity("TRANSFER_OUT", cash, "2026-03-09", quantity=900, price=1)  # 6,000
    first.activity("BUY", "VTI", "2027-01-01", quantity=99, price=1)  # not yet
    first.activity("BUY", "VTI", "2026-03-10", quantity=99, price=1, is_draft=1)
    content = read(first.rate("EUR", "USD", "1.1"))
    assert held(content) == {("VTI", "USD"): 12, ("CASH", "USD"): 6000, ("CASH", "EUR"): 1000}
    assert content.holdings.set_index("symbol").loc["VTI", "cost_basis"] == Decimal("1202.5")
    assert content.notes[0] == "Activities that are drafts in Wealthfolio are left out: 1."


def test_what_was_sold_is_gone(first, read):
    first.activity("BUY", "VTI", "2026-01-02", quantity="0.3", price=200)
    first.activity("SELL", "VTI", "2026-01-03", quantity="0.1", price=200)
    first.activity("SELL", "VTI", "2026-01-04", quantity="0.2", price=300)
    assert held(read(first)) == {("CASH", "USD"): 20}


def test_an_activity_that_can_not_be_replayed_is_a_problem(first, told):
    assert told(first.activity("ADJUSTMENT", "VTI", quantity=1))[0] == (
        "app.db, activity_type: 'ADJUSTMENT' is a kind of activity that can't be replayed (Savings). Open the file in "
        "a newer Wealthfolio."
    )


@pytest.mark.parametrize("column", ["quantity", "price", "fee"])
def test_a_number_that_is_none_is_a_problem(first, told, column):
    first.activity("BUY", "VTI", "2026-01-02", **{"quantity": 1, "price": 1, "fee": 1, column: "one"})
    assert "'one' is not a number (Savings, BUY of 2026-01-02T12:00:00Z)." in told(first)[0]


def test_a_split_by_nothing_is_a_problem(first, told):
    first.activity("BUY", "VTI", "2026-01-02", quantity=1, price=1).activity("SPLIT", "VTI", "2026-01-03")
    assert told(first) == ["app.db, unit_price: '0' is no ratio of a split (VTI, Savings)."]


def test_the_history_is_compared(first, read):
    first.activity("DEPOSIT", "$CASH-USD", quantity=10, price=1).valuation(total=10)
    assert "is 10.00 USD; the holdings read here are worth the same" in read(first).notes[0]
