"""What is held, and where, in a Portfolio Performance file."""

from datetime import date
from decimal import Decimal

import pytest

from allocation.readers.registry import Opened, read_any, recognise
from tests.readers.portfolio_performance.building import (
    QUOTE,
    TODAY,
    account,
    cash,
    client,
    held,
    portfolio,
    read,
    security,
    shares,
)


def problems(content):
    return [str(problem) for problem in content.problems]


def one_security(*transactions, **of_security):
    return client(
        security("World ETF", "WLD", **of_security),
        account("Bank"),
        portfolio("Depot", *transactions),
    )


def test_shares_and_cash_are_the_sums_of_their_transactions():
    content = read(
        client(
            security("World ETF", "WLD", "IE00TEST", prices=[("2026-11-20", 21_06000000)]),
            account(
                "Bank",
                cash("DEPOSIT", 100_000),
                cash("BUY", 40_000),
                cash("SELL", 5_000),
                cash("DIVIDENDS", 1_234),
                cash("FEES", 34),
            ),
            portfolio("Depot", shares("BUY", 1, 19), shares("SELL", 1, 2.5), shares("BUY", 1, 0.00000001)),
        )
    )
    assert problems(content) == []
    assert content.base_currency == "EUR"
    rows = content.holdings[["account", "symbol", "quantity", "price", "currency", "name", "as_of"]].values.tolist()
    assert rows == [
        ["Depot", "WLD", Decimal("16.50000001"), Decimal("21.06"), "EUR", "World ETF", date(2026, 11, 20)],
        ["Depot", "CASH", 662, 1, "EUR", None, None],
    ]


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("DEPOSIT", 1),
        ("REMOVAL", -1),
        ("INTEREST", 1),
        ("INTEREST_CHARGE", -1),
        ("DIVIDENDS", 1),
        ("FEES", -1),
        ("FEES_REFUND", 1),
        ("TAXES", -1),
        ("TAX_REFUND", 1),
        ("BUY", -1),
        ("SELL", 1),
        ("TRANSFER_IN", 1),
        ("TRANSFER_OUT", -1),
    ],
)
def test_every_type_of_cash_transaction_goes_its_way(kind, sign):
    content = read(client(account("Bank", cash(kind, 1_050))))
    assert content.holdings["quantity"].tolist() == [sign * Decimal("10.5")]


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        ("BUY", 14),
        ("SELL", 6),
        ("TRANSFER_IN", 14),
        ("TRANSFER_OUT", 6),
        ("DELIVERY_INBOUND", 14),
        ("DELIVERY_OUTBOUND", 6),
    ],
)
def test_every_type_of_share_transaction_goes_its_way(kind, left):
    assert read(one_security(shares("BUY", 1, 10), shares(kind, 1, 4))).holdings["quantity"].tolist() == [left]


def test_a_transfer_moves_shares_from_one_account_to_the_other():
    content = read(
        client(
            security("World ETF", "WLD"),
            account("Bank"),
            portfolio("Old", shares("BUY", 1, 10), shares("TRANSFER_OUT", 1, 10, "2026-02-01")),
            portfolio("New", shares("TRANSFER_IN", 1, 10, "2026-02-01")),
        )
    )
    assert held(content) == [("New", "WLD", "10")]


def test_what_was_sold_completely_is_not_held():
    assert held(read(one_security(shares("BUY", 1, 10), shares("SELL", 1, 10)))) == []


def test_cash_belongs_to_the_only_securities_account_that_refers_to_it():
    content = read(
        client(
            security("World ETF", "WLD"),
            account("Own", cash("DEPOSIT", 100)),
            account("Shared", cash("DEPOSIT", 200)),
            account("Savings", cash("DEPOSIT", 300)),
            portfolio("A", shares("BUY", 1, 1), reference=1),
            portfolio("B", shares("BUY", 1, 2), reference=2),
            portfolio("C", shares("BUY", 1, 3), reference=2),
        )
    )
    assert held(content) == [
        ("A", "WLD", "1"),
        ("A", "CASH", "1"),
        ("B", "WLD", "2"),
        ("C", "WLD", "3"),
        ("Shared", "CASH", "2"),
        ("Savings", "CASH", "3"),
    ]
    assert "Cash is part of the account it is the reference account of: Own in A." in content.notes


def test_accounts_of_one_name_are_told_apart():
    content = read(
        client(account("Bank", cash("DEPOSIT", 100)), account("bank ", cash("DEPOSIT", 200)).replace("bank <", "bank<"))
    )
    assert [row[0] for row in held(content)] == ["Bank", "bank (2)"]


def test_later_transactions_are_left_out_and_said():
    content = read(one_security(shares("BUY", 1, 10), shares("BUY", 1, 5, "2027-03-01")))
    assert held(content) == [("Depot", "WLD", "10")]
    assert any("after today (2026-11-25) are left out" in note and "2027-03-01" in note for note in content.notes)


@pytest.mark.parametrize(
    ("history", "latest", "price", "day"),
    [
        ([("2026-11-20", 10), ("2026-11-18", 8)], None, 10, "2026-11-20"),
        ([("2026-11-20", 10)], ("2026-11-24", 11), 11, "2026-11-24"),
        ([("2026-11-24", 10)], ("2026-11-20", 11), 10, "2026-11-24"),
        ([("2026-11-24", 10)], ("2026-11-24", 11), 11, "2026-11-24"),
        ([("2026-11-20", 10), ("2026-12-01", 12)], ("2026-11-26", 11), 10, "2026-11-20"),
    ],
)
def test_the_newest_quote_up_to_today_is_the_price(history, latest, price, day):
    content = read(
        one_security(
            shares("BUY", 1, 1),
            prices=[(when, units * QUOTE) for when, units in history],
            latest=latest and (latest[0], latest[1] * QUOTE),
        )
    )
    assert content.holdings[["price", "as_of"]].values.tolist() == [[price, date.fromisoformat(day)]]


def test_without_a_quote_the_price_is_asked_for():
    content = read(one_security(shares("BUY", 1, 1), prices=[]))
    assert content.holdings["price"].tolist() == [None]
    assert "No quote stands in the file for WLD." in content.notes


def test_pence_become_pounds():
    content = read(
        client(
            security("UK ETF", "UKX", currency="GBX", prices=[("2026-11-20", 812_34567800)]),
            account("Pence", cash("DEPOSIT", 12_345, currency="GBX"), currency="GBX"),
            portfolio("Depot", shares("BUY", 1, 1)),
        )
    )
    assert problems(content) == []
    assert content.holdings[["quantity", "price", "currency"]].values.tolist() == [
        [1, Decimal("8.12345678"), "GBP"],
        [Decimal("1.2345"), 1, "GBP"],
    ]


@pytest.mark.parametrize(("bought", "is_said"), [("2022-01-05", True), ("2023-01-05", False)])
def test_a_split_is_counted_once_and_said_where_it_matters(bought, is_said):
    content = read(one_security(shares("BUY", 1, 20, bought), split="20:1"))
    assert held(content) == [("Depot", "WLD", "20")]
    assert any(note.startswith("WLD was split 20:1 on 2022-06-06.") for note in content.notes) == is_said


def test_inactive_is_counted_while_something_is_left():
    content = read(
        client(
            security("World ETF", "WLD", retired=True),
            security("Gone", "GON", retired=True),
            account("Bank"),
            account("Old bank", cash("DEPOSIT", 5), retired=True),
            account("Closed", retired=True),
            portfolio("Depot", shares("BUY", 1, 1)),
        )
    )
    assert held(content) == [("Depot", "WLD", "1"), ("Old bank", "CASH", "0.05")]
    assert any("counted, as in Portfolio Performance: Old bank, World ETF." in note for note in content.notes)


def test_the_symbol_is_the_first_name_that_tells_a_security_from_the_others():
    inner = [
        security("One", "SAME", "IE00ONE"),
        security("Two", "same", "IE00TWO"),
        security("No ticker", "", "IE00THREE"),
        security("Only a name"),
        security("Cash fund", "CASH", "IE00FOUR"),
    ]
    content = read(
        client(
            *inner,
            account("Bank"),
            portfolio("Depot", *(shares("BUY", number, 1) for number in range(1, 6))),
        )
    )
    assert [row[1] for row in held(content)] == ["IE00ONE", "IE00TWO", "IE00THREE", "Only a name", "IE00FOUR"]


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (one_security(shares("SELL", 1, 3)), "security: 'World ETF' has -3 shares in Depot. Add the purchase"),
        (one_security(shares("SELL", 1, 3)), '--leave-out "World ETF"'),
        (
            one_security(shares("BUY", 1, 1), prices=[("2026-11-20", 0)]),
            "'World ETF' has a quote of 2026-11-20",
        ),
        (one_security(shares("BUY", 1, 1), currency=""), "security: 'World ETF' has no currency."),
        (one_security(shares("BUY", 1, 1), currency="EURO"), "'World ETF' has the currency 'EURO', which is none."),
        (
            one_security(shares("BUY", 1, 50_000_000_000), prices=[("2026-11-20", 10**12)]),
            "quantity: '50000000000' times the price is larger than",
        ),
        (client(account("Bank", cash("DEPOSIT", 1, currency="USD"))), "of 2026-01-05 in USD, but is in EUR."),
        (client(account("All", cash("DEPOSIT", 1))), "account: 'All' stands for the whole portfolio."),
    ],
)
def test_what_is_wrong_with_a_holding_is_said_by_name(file, said):
    assert said in "\n".join(problems(read(file)))


def test_two_securities_that_cant_be_told_apart_are_named():
    same = security("Twin").replace("uuid of Twin", "other")
    content = read(
        client(
            security("Twin"),
            same,
            account("Bank"),
            portfolio("Depot", shares("BUY", 1, 1), shares("BUY", 2, 1)),
        )
    )
    assert problems(content)[0].startswith("my.xml, security: 'Twin' can't be told from another security.")


def test_it_is_found_among_all_formats(monkeypatch):
    file = Opened(one_security(shares("BUY", 1, 1)).encode(), "anything.txt")
    found = recognise(file)
    assert found is not None and found.name == "portfolio-performance"
    assert held(read_any(file, TODAY)) == [("Depot", "WLD", "1")]
