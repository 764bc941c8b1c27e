"""A Wealthfolio database of every generation, as a whole."""

import datetime
from decimal import Decimal

import pytest

from allocation.readers import read_classes, read_fx, read_holdings, read_targets
from allocation.readers.opened import Opened
from allocation.readers.wealthfolio import FORMAT
from tests.readers.wealthfolio.building import GENERATIONS
from tests.readers.wealthfolio.conftest import TODAY

NUMBERS = ["account", "symbol", "quantity", "price", "currency", "cost_basis"]


def fill(database):
    """10 VTI at 300 USD, 20 EXS1 at 50 EUR, 7,099 USD and -40 EUR of cash; a euro is 1.10 USD."""
    database.account().asset("VTI", name="Total Market").asset("EXS1", "EUR", "Dax")
    database.quote("VTI", 300).quote("EXS1", 50, "EUR").rate("EUR", "USD", "1.1")
    if database.first:
        database.activity("DEPOSIT", "$CASH-USD", quantity=10000, price=1)
        database.activity("DEPOSIT", "$CASH-EUR", quantity=950, price=1, currency="EUR")
        database.activity("BUY", "VTI", "2026-11-02", quantity=10, price=290, fee=1)
        return database.activity("BUY", "EXS1", "2026-11-02", quantity=20, price="49.5", currency="EUR")
    positions = {database.key("VTI"): (10, 2901, "USD"), database.key("EXS1"): (20, 990, "EUR")}
    return database.snapshot(positions=positions, cash={"USD": 7099, "EUR": -40.0})


@pytest.mark.parametrize("version", GENERATIONS)
def test_the_same_portfolio_in_every_generation(wealthfolio, read, version):
    # 10 x 300 + 20 x 50 x 1.10 + 7,099 - 40 x 1.10 = 11,155 USD
    database = fill(wealthfolio(version)).valuation(total=11155)
    content = read(database)
    assert content.problems == ()
    rows = content.holdings[NUMBERS].values.tolist()
    assert sorted(rows, key=str) == [
        ["Savings", "CASH", -40, 1, "EUR", None],
        ["Savings", "CASH", 7099, 1, "USD", None],
        ["Savings", "EXS1", 20, 50, "EUR", 990],
        ["Savings", "VTI", 10, 300, "USD", 2901],
    ]
    assert content.fx[["from_currency", "to_currency", "rate"]].values.tolist() == [["EUR", "USD", Decimal("1.1")]]
    assert content.base_currency == "USD"
    assert content.notes == (
        "Wealthfolio's own total of 2026-11-20 is 11,155.00 USD; the holdings read here are worth the same at that "
        "day's prices.",
    )


@pytest.mark.parametrize("version", GENERATIONS)
def test_what_is_read_fits_the_portfolio_file(wealthfolio, read, version):
    content = read(fill(wealthfolio(version)))
    assert read_holdings(content.holdings.drop(columns=["file", "row"]), TODAY)[1] == []
    assert read_fx(content.fx.drop(columns="row"), TODAY)[1] == []


@pytest.mark.parametrize("version", GENERATIONS)
def test_each_generation_is_recognised_and_named(wealthfolio, version):
    path = fill(wealthfolio(version)).saved()
    assert FORMAT.recognises(Opened(path)) and FORMAT.recognises(Opened(path.read_bytes()))
    named = {"1.0": "1.0", "1.1": "1.1 to 2.1", "3.0": "3.0 to 3.4", "3.5.1": "3.5", "3.6": "3.6 or later"}
    assert FORMAT.read(Opened(path), TODAY).format == f"Wealthfolio database (version {named.get(version, version)})"


def test_the_bytes_of_a_file_are_read_like_the_file(wealthfolio, read):
    database = fill(wealthfolio())
    path = database.saved()
    from_bytes = FORMAT.read(Opened(path.read_bytes(), "app.db"), TODAY)
    assert from_bytes.holdings.equals(read(path).holdings) and from_bytes.problems == ()


def test_a_difference_is_named_with_the_account(wealthfolio, read):
    database = fill(wealthfolio()).account("a2", "Pension")
    database.snapshot("a2", {"id-VTI": (1, 280, "USD")})
    database.valuation(total=11155).valuation("a2", total=310)
    (note,) = read(database).notes
    assert note == (
        "Wealthfolio's own total of 2026-11-20 is 11,465.00 USD; the holdings read here are worth 11,455.00 USD at "
        "that day's prices, a difference of 10.00 USD: Pension by 10.00 USD."
    )


def test_the_comparison_is_made_at_the_day_of_the_valuation(wealthfolio, read):
    database = fill(wealthfolio()).quote("VTI", 100, day="2026-11-24").valuation(total=11155)
    content = read(database)
    assert content.holdings.set_index("symbol").loc["VTI", "price"] == 100
    assert "worth the same at that day's prices" in content.notes[0]


@pytest.mark.parametrize("priced_since", [False, True])
def test_what_is_missing_to_compare_with_a_total_is_named(wealthfolio, read, priced_since):
    database = fill(wealthfolio()).account("a2", "Pension").asset("NIX").asset("ABC")
    database.snapshot("a2", {"id-NIX": (1, 280, "USD"), "id-ABC": (1, 5, "USD")}, cash={"CHF": 7})
    database.quote("ABC", 6, currency="CHF", day="2026-11-19").valuation(total=11155).valuation("a2", total=310)
    if priced_since:
        database.quote("NIX", 9, day="2026-11-23")
    notes = read(database).notes
    assert (
        "Wealthfolio's own total of 2026-11-20 is 11,155.00 USD; the holdings read here are worth the same" in notes[-1]
    )
    assert notes[-2] == (
        "Pension: Wealthfolio's own total of 2026-11-20, 310.00 USD, can't be compared: the file has no price of NIX "
        "and no FX rate of CHF in USD up to that day."
    )


def test_accounts_that_do_not_count_are_named(wealthfolio, read):
    database = fill(wealthfolio()).account("a2", "Old", is_archived=1).account("a3", "Visa", account_type="CREDIT_CARD")
    content = read(database.account("a4", "New"))
    assert set(content.holdings["account"]) == {"Savings"}
    assert content.notes[:3] == (
        "The account Old is left out: it is archived in Wealthfolio.",
        "The account Visa is left out: it is a credit card, and its debt no part of the portfolio.",
        "The account New is left out: nothing has happened in it yet.",
    )


def test_an_account_of_version_2_that_is_not_active_is_left_out(wealthfolio, read):
    database = fill(wealthfolio("1.1")).account("a2", "Old", is_active=0)
    assert "The account Old is left out: it isn't active in Wealthfolio." in read(database).notes


def test_accounts_of_one_name_are_told_apart(wealthfolio, read):
    database = fill(wealthfolio()).account("a2", "savings").account("a3", "All")
    database.snapshot("a2", cash={"USD": 5}).snapshot("a3", cash={"USD": 6})
    content = read(database)
    assert content.holdings["account"].unique().tolist() == ["Savings", "savings (2)", "All (account)"]
    assert content.notes[0] == "The account savings is called savings (2) here, to tell it from others."


def test_a_database_without_a_base_currency_says_none(wealthfolio, read):
    content = read(fill(wealthfolio(base=None)))
    assert content.base_currency is None and content.problems == ()


def test_a_database_that_holds_nothing_is_a_problem(wealthfolio, told):
    assert told(wealthfolio()) == [
        "app.db: holds nothing: no position and no cash in any account that counts.",
    ]


def test_cash_is_of_the_newest_day_the_account_is_known(wealthfolio, read):
    rows = read(fill(wealthfolio()).valuation(day="2026-11-24")).holdings
    assert set(rows.loc[rows["symbol"] == "CASH", "as_of"]) == {datetime.date(2026, 11, 24)}
    assert set(rows.loc[rows["symbol"] == "VTI", "as_of"]) == {datetime.date(2026, 11, 20)}


def test_classes_and_targets_fit_the_portfolio_file(wealthfolio, read):
    database = fill(wealthfolio()).classify("VTI", EQUITY=10000).classify("EXS1", EQUITY=6000, BONDS=4000)
    content = read(database.target("t1", weights={"EQUITY": 6000, "BONDS": 3000, "CASH": 1000}))
    assert content.problems == ()
    assert read_classes(content.classes.drop(columns=["file", "row"]))[1] == []
    assert read_targets(content.targets.drop(columns=["file", "row"]))[1] == []
