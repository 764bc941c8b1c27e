"""The latest price and rate of each, and the way from one currency to another."""

import datetime
from decimal import Decimal

import pytest

DAY = datetime.date(2026, 11, 20)


@pytest.fixture
def one(wealthfolio):
    """A database whose one account holds 1 VTI, without a price."""

    def one(version="3.6", currency="USD"):
        database = wealthfolio(version).account().asset("VTI", currency)
        return database.snapshot(positions={database.key("VTI"): (1, 1, currency)})

    return one


@pytest.mark.parametrize("version", ["1.1", "3.0", "3.6"])
def test_the_newest_day_counts_then_what_was_entered_by_hand_then_the_broker(one, read, version):
    database = one(version).quote("VTI", 1, day="2026-11-19", source="MANUAL")
    database.quote("VTI", 2, source="YAHOO").quote("VTI", 9, day="2026-11-26", source="MANUAL")
    database.connection.commit()
    assert read(database.path).holdings[["price", "as_of"]].values.tolist() == [[2, DAY]]
    database.quote("VTI", 3, source="BROKER").connection.commit()
    assert read(database.path).holdings["price"].tolist() == [3]
    assert read(database.quote("VTI", 4, source="MANUAL")).holdings["price"].tolist() == [4]


def test_the_currency_is_that_of_the_price(one, read):
    database = one(currency="EUR").quote("VTI", 50, "CHF").rate("CHF", "USD", "1.25")
    assert read(database).holdings["currency"].tolist() == ["CHF"]


def test_the_newest_rate_that_has_come_counts(one, read):
    database = one(currency="EUR").quote("VTI", 50, "EUR").rate("EUR", "USD", "1.1")
    database.quote("", "1.2", day="2026-11-24", key="fx-EURUSD").quote("", "9", day="2026-12-24", key="fx-EURUSD")
    rates = read(database).fx[["rate", "as_of"]].values.tolist()
    assert rates == [[Decimal("1.2"), datetime.date(2026, 11, 24)]]


def test_an_inverse_rate_is_enough(one, read):
    database = one(currency="EUR").quote("VTI", 50, "EUR").rate("USD", "EUR", "0.8")
    content = read(database.valuation(total="62.5"))
    assert content.problems == () and len(content.fx) == 1
    assert "is 62.50 USD; the holdings read here are worth the same" in content.notes[0]


def test_a_rate_over_one_other_currency_is_left_to_the_portfolio(one, read):
    database = one(currency="CHF").quote("VTI", 50, "CHF").rate("CHF", "EUR", "1.05").rate("USD", "EUR", "0.8")
    content = read(database.valuation(total="65.625"))
    assert content.problems == () and len(content.fx) == 2
    assert "the holdings read here are worth the same" in content.notes[0]


def test_a_rate_over_several_others_is_given_and_said(one, read):
    database = one(currency="CHF").quote("VTI", 50, "CHF").rate("CHF", "EUR", "1.05").rate("GBP", "EUR", "1.2")
    content = read(database.rate("GBP", "USD", "1.25", day="2026-11-18"))
    assert content.fx[["from_currency", "to_currency", "rate", "as_of"]].values.tolist()[-1] == [
        "CHF", "USD", Decimal("1.09375"), datetime.date(2026, 11, 18),
    ]  # fmt: skip
    assert "The rate of CHF to USD is crossed over several other currencies: 1.09375." in content.notes


@pytest.mark.parametrize("rate", ["0", "-1", "x", "1e9"])
def test_a_rate_that_can_not_be_right_is_missing(one, read, rate):
    database = one(currency="EUR").quote("VTI", 50, "EUR").rate("EUR", "USD", rate)
    assert read(database).fx.empty
