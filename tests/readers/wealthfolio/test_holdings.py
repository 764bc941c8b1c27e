"""Positions, their prices and costs: the awkward ones."""

import datetime
from decimal import Decimal

import pytest

from allocation.errors import MissingPrice


@pytest.fixture
def one(wealthfolio):
    """A database with one account and one asset, VTI at 300 USD."""

    def one(version="3.6", currency="USD", price=300, **more):
        return wealthfolio(version).account().asset("VTI", currency, **more).quote("VTI", price, currency)

    return one


def row_of(content, symbol="VTI"):
    assert content.problems == ()
    return content.holdings.set_index("symbol").loc[symbol]


@pytest.mark.parametrize(("written", "whole"), [("GBp", "GBP"), ("GBX", "GBP"), ("ZAc", "ZAR")])
def test_pence_and_cents_become_their_currency(one, read, written, whole):
    database = one(currency=written, price=725).rate(whole, "USD", "1.3")
    row = row_of(read(database.snapshot(positions={"id-VTI": (4, 2800, written)})))
    assert [row["price"], row["currency"], row["cost_basis"]] == [Decimal("7.25"), whole, 28]


def test_cash_in_pence_is_added_to_the_pounds(one, read):
    database = one().rate("GBP", "USD", "1.3").snapshot(cash={"GBp": 150, "GBP": 2})
    assert row_of(read(database), "CASH")[["quantity", "currency"]].tolist() == [Decimal("3.5"), "GBP"]


def test_a_rate_of_pence_is_one_of_pounds(one, read):
    database = one(currency="GBp", price=725).rate("GBp", "USD", "0.013").snapshot(positions={"id-VTI": (4, 0, "GBp")})
    assert read(database).fx[["from_currency", "rate"]].values.tolist() == [["GBP", Decimal("1.3")]]


def test_a_contract_is_priced_as_all_its_shares(one, read):
    database = one(price="2.5").snapshot(positions={"id-VTI": (3, 600, "USD", {"contractMultiplier": 100})})
    assert row_of(read(database))[["quantity", "price", "cost_basis"]].tolist() == [3, 250, 600]


@pytest.mark.parametrize(
    ("symbol", "metadata"),
    [
        ("AAPL261120C00150000", None),
        ("AAPL  261120P00150000", None),
        ("MYCALL", '{"option": {"expiration": "2026-11-20"}}'),
    ],
)
def test_expired_options_are_left_out(one, read, symbol, metadata):
    database = one().asset(symbol, metadata=metadata).quote(symbol, 3)
    content = read(database.snapshot(positions={"id-VTI": (1, 1, "USD"), f"id-{symbol}": (2, 9, "USD")}))
    assert content.holdings["symbol"].tolist() == ["VTI"]
    name = " ".join(symbol.split())
    assert content.notes[0] == f"2 {name} in Savings is left out: it expired on 2026-11-20."


def test_an_option_that_still_runs_counts(one, read):
    database = one().asset("AAPL261218C00150000").quote("AAPL261218C00150000", 3)
    rows = read(database.snapshot(positions={"id-AAPL261218C00150000": (2, 9, "USD")})).holdings
    assert rows["symbol"].tolist() == ["AAPL261218C00150000"]


@pytest.mark.parametrize("kind", ["PROPERTY", "VEHICLE", "COLLECTIBLE", "LIABILITY"])
def test_houses_cars_and_debts_are_left_out(one, read, kind):
    database = one().asset("HOUSE", kind=kind).quote("HOUSE", 500000)
    content = read(database.snapshot(positions={"id-VTI": (1, 1, "USD"), "id-HOUSE": (1, 1, "USD")}))
    assert content.holdings["symbol"].tolist() == ["VTI"]
    assert content.notes[0] == "HOUSE in Savings is left out: it is no investment that is traded."


def test_a_position_marked_as_alternative_is_left_out(one, read):
    database = one().asset("GOLD", kind="PRECIOUS_METAL").quote("GOLD", 4000)
    positions = {"id-VTI": (1, 1, "USD"), "id-GOLD": (1, 1, "USD", {"isAlternative": True})}
    assert read(database.snapshot(positions=positions)).holdings["symbol"].tolist() == ["VTI"]


@pytest.mark.parametrize("version", ["1.1", "3.0", "3.6"])
def test_a_quantity_of_0_is_skipped(one, read, version):
    database = one(version)
    content = read(
        database.snapshot(positions={database.key("VTI"): (0, 0, "USD"), "x": (0, 0, "USD")}, cash={"USD": 1})
    )
    assert content.holdings["symbol"].tolist() == ["CASH"]


def test_a_position_whose_asset_was_deleted_is_named(one, read):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD"), "gone": (5, 1, "USD")})
    database.run("DELETE FROM snapshot_positions WHERE asset_id = 'gone'")
    content = read(database)
    assert content.holdings["symbol"].tolist() == ["VTI"]
    assert content.notes[0] == (
        "5 of an asset that was deleted in Wealthfolio (gone) in Savings is left out: it has no symbol and no price."
    )


def test_rows_count_before_the_text(one, read):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}).run("UPDATE snapshot_positions SET quantity = '2.5'")
    assert row_of(read(database))["quantity"] == Decimal("2.5")


def test_the_text_counts_where_there_are_no_rows(one, read):
    database = one().snapshot(positions={"id-VTI": (7, 1, "USD")}, rows=False)
    assert row_of(read(database))["quantity"] == 7


def test_a_number_in_the_text_keeps_all_its_digits(one, read):
    database = one("3.0").snapshot(positions={"id-VTI": (0, 0, "USD")})
    text = '{"id-VTI": {"quantity": 123456789.12345678, "totalCostBasis": 1, "currency": "USD"}}'
    assert row_of(read(database.run("UPDATE holdings_snapshots SET positions = ?", text)))["quantity"] == Decimal(
        "123456789.12345678"
    )


def test_more_than_8_decimals_are_rounded_and_said(one, read):
    content = read(one(price="0.00001234567").snapshot(positions={"id-VTI": (1.123456789, 1, "USD")}))
    row = row_of(content)
    assert [row["quantity"], row["price"]] == [Decimal("1.12345679"), Decimal("0.00001235")]
    assert content.notes[:2] == (
        "The price of VTI is rounded to 8 decimals: 0.00001235 for 0.00001234567.",
        "Quantities with more than 8 decimals are rounded to 8.",
    )


def test_costs_come_from_the_open_lots(one, read):
    database = one().snapshot(positions={"id-VTI": (10, 1, "USD")})
    for quantity, cost, ratio, closed in (("3", "750.5", "2", 0), ("4", "1000", "1", 0), ("9", "99", "1", 1)):
        database.insert("lots", account_id="a1", asset_id="id-VTI", remaining_quantity=quantity, is_closed=closed,
                        remaining_cost_basis=cost, split_ratio=ratio, currency="USD")  # fmt: skip
    assert row_of(read(database))["cost_basis"] == Decimal("1750.5")


def test_lots_of_fewer_shares_than_are_held_are_not_the_whole_cost(one, read):
    database = one().snapshot(positions={"id-VTI": (10, 2900, "USD")})
    database.insert("lots", account_id="a1", asset_id="id-VTI", remaining_quantity="3", remaining_cost_basis="750")
    assert row_of(read(database))["cost_basis"] == 2900


def test_a_cost_of_0_or_in_another_currency_is_not_known(one, read):
    database = one().asset("BND").quote("BND", 70)
    content = read(database.snapshot(positions={"id-VTI": (10, 2900, "CAD"), "id-BND": (1, 0, "USD")}))
    assert content.holdings["cost_basis"].tolist() == [None, None]
    assert content.notes[0] == "What VTI in Savings has cost is left out: it is in CAD, its price in USD."


@pytest.mark.parametrize("version", ["1.0", "1.1", "3.0", "3.6"])
def test_a_missing_price_is_asked_for(wealthfolio, read, portfolio, version):
    database = wealthfolio(version).account().asset("VTI")
    if version == "1.0":
        database.activity("TRANSFER_IN", "VTI", quantity=1, price=1)
    else:
        database.snapshot(positions={database.key("VTI"): (1, 1, "USD")}, day="2026-11-01")
    content = read(database)
    assert (
        content.problems == ()
        and "The file has no price of VTI: where none is known yet, it is asked for." in content.notes
    )
    (row,) = content.holdings[["symbol", "quantity", "price", "currency", "as_of"]].values.tolist()
    assert row == ["VTI", 1, None, "USD", datetime.date(2026, 11, 1)]
    assert portfolio.load(database.path).unpriced == ("VTI",)
    with pytest.raises(MissingPrice, match="There is no price for VTI"):
        portfolio.drift()


def test_a_missing_price_in_pence_is_asked_for_in_pounds(wealthfolio, read):
    database = wealthfolio().account().asset("VUSA", "GBp").asset("VTI").quote("VTI", 300)
    content = read(database.snapshot(positions={"id-VUSA": (1, 70, "GBP"), "id-VTI": (1, 1, "USD")}))
    rows = content.holdings[["symbol", "price", "currency", "cost_basis"]].values.tolist()
    assert rows == [["VTI", 300, "USD", 1], ["VUSA", None, "GBP", 70]]


def test_an_asset_without_a_price_or_a_currency_is_refused(wealthfolio, told):
    database = wealthfolio().account().asset("VTI", "???").snapshot(positions={"id-VTI": (1, 1, "USD")})
    assert told(database) == [
        "app.db, currency: '???' is no currency code (VTI). Correct the currency of VTI in Wealthfolio."
    ]


def test_the_price_of_a_contract_is_asked_for_as_that_of_all_its_shares(wealthfolio, read):
    contract = (2, 900, "USD", {"contractMultiplier": 100})
    content = read(wealthfolio().account().asset("VTI270115C00300000").snapshot(
        positions={"id-VTI270115C00300000": contract}
    ))  # fmt: skip
    assert "A unit of VTI270115C00300000 is 100 shares: its price is that of all of them." in content.notes
    assert content.holdings["price"].tolist() == [None]


def test_a_missing_rate_is_left_to_the_load_to_tell(one, read):
    content = read(one(currency="CHF").snapshot(positions={"id-VTI": (1, 1, "CHF")}))
    assert (content.problems, len(content.fx), content.holdings["currency"].tolist()) == ((), 0, ["CHF"])


def test_a_price_of_0_counts_only_when_it_was_set_by_hand(one, read, told):
    database = one(price=0).snapshot(positions={"id-VTI": (1, 1, "USD")}, cash={"USD": 1})
    database.asset("ENRON").quote("ENRON", 0, source="MANUAL")
    database.insert("snapshot_positions", snapshot_id="a1_2026-11-10", asset_id="id-ENRON", quantity="3",
                    total_cost_basis="5", currency="USD")  # fmt: skip
    content = read(database)
    assert [str(problem) for problem in content.problems] == [
        "app.db, price: 'VTI' has the price 0 (Savings). Correct it in Wealthfolio, then export again."
    ]
    assert content.notes[0] == "3 ENRON in Savings is left out: its price was set to 0 by hand."


def test_what_is_sold_short_is_a_problem(one, told):
    (problem,) = told(one().snapshot(positions={"id-VTI": (-3, 1, "USD")}))
    assert problem.startswith("app.db, quantity: 'VTI' is sold short in Savings (-3), and only what is owned can be")


@pytest.mark.parametrize("code", ["XXQ", "usd", ""])
def test_a_currency_that_is_none_is_a_problem(one, told, code):
    database = one().snapshot(cash={code: 5})
    assert told(database)[0].startswith("app.db, currency:")


def test_one_symbol_of_two_assets_is_told_apart_by_the_exchange(one, read):
    database = (
        one(mic="XNAS").asset("VTI", "EUR", "Another", key="later-2", mic="XETR").quote("", 50, "EUR", key="later-2")
    )
    database.asset("vti", key="later-3").quote("", 60, key="later-3").rate("EUR", "USD", "1.1")
    content = read(
        database.snapshot(positions={"id-VTI": (1, 1, "USD"), "later-2": (2, 1, "EUR"), "later-3": (3, 1, "USD")})
    )
    assert dict(content.holdings[["symbol", "quantity"]].values.tolist()) == {"VTI": 1, "VTI@XETR": 2, "vti (2)": 3}
    assert "VTI (Another) is called VTI@XETR here, because VTI stands for several assets." in content.notes


def test_a_symbol_stays_when_its_namesake_is_sold(one, read):
    database = one(mic="XNAS").asset("VTI", "USD", key="later-2", mic="XETR").quote("", 50, key="later-2")
    assert read(database.snapshot(positions={"later-2": (2, 1, "USD")})).holdings["symbol"].tolist() == ["VTI@XETR"]


@pytest.mark.parametrize(
    ("symbol", "mic", "called"),
    [
        ("CASH", "XTSE", "CASH@XTSE"),
        ("CASH", None, "CASH-asset"),
        ("Cash Fund", None, "Cash-Fund"),
        ("CASHX", None, "CASHX"),
    ],
)
def test_an_asset_called_like_cash_is_told_from_cash(one, read, symbol, mic, called):
    database = one().asset(symbol, key="id-2", mic=mic).quote("", 50, key="id-2")
    rows = read(database.snapshot(positions={"id-2": (2, 1, "USD")}, cash={"USD": 4})).holdings
    assert rows["symbol"].tolist() == [called, "CASH"]


def test_an_asset_without_a_symbol_has_its_name(wealthfolio, read):
    database = wealthfolio().account().asset(None, name="Private fund", key="id-2", instrument_symbol=None)
    database.quote("", 5, key="id-2").snapshot(positions={"id-2": (2, 1, "USD")})
    assert read(database).holdings["symbol"].tolist() == ["Private fund"]
