"""What a preview says row by row: each thing that would be another, before and afterwards."""

import datetime
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allocation
from allocation.store.changes import few_classes
from tests.builders import held_on

HEAD = "account,symbol,name,asset_class,quantity,price,currency\n"


def table(text):
    return pd.read_csv(io.StringIO(text), dtype=str)


def held(*rows):
    return table(HEAD + "\n".join(rows))


@pytest.fixture
def mine(portfolio):
    """Two accounts in USD: VTI in both, BND and cash in one."""
    portfolio.load(
        held(
            "Depot,VTI,Total Stock,Stocks,10,300,USD",
            "Depot,BND,Total Bond,Bonds,20,70,USD",
            "Depot,CASH,,Cash,50,1,USD",
            "Pension,VTI,Total Stock,Stocks,5,300,USD",
        ).assign(as_of="2026-01-02")
    )
    portfolio.save_class_targets({"Stocks": 60, "Bonds": 40})
    return portfolio


def rows(frame, *columns):
    shown = frame[list(columns)].astype(object)
    return [tuple(row) for row in shown.where(shown.notna(), None).itertuples(index=False)]


def test_each_holding_has_quantity_and_price_before_and_after_and_its_value(mine):
    again = held(
        "Depot,VTI,Total Stock,Stocks,12,310,USD",
        "Depot,GLD,Gold Shares,Gold,3,200,USD",
        "Depot,CASH,,Cash,50,1,USD",
        "Pension,VTI,Total Stock,Stocks,5,310,USD",
    ).assign(as_of="2026-02-02")
    changes = mine.load(again, preview=True).changes
    columns = ("change", "account", "symbol", "quantity_before", "quantity_after", "price_before", "price_after")
    assert changes.base_currency == "USD"
    assert rows(changes.holdings, *columns, "currency_after", "value_after") == [
        ("new", "Depot", "GLD", 0, 3, None, 200, "USD", 600),
        ("changed", "Depot", "VTI", 10, 12, 300, 310, "USD", 3720),
        ("sold", "Depot", "BND", 20, 0, 70, 70, "USD", 0),
        ("price", "Pension", "VTI", 5, 5, 300, 310, "USD", 1550),
    ]
    assert list(changes.holdings["name"]) == ["Gold Shares", "Total Stock", "Total Bond", "Total Stock"]
    assert mine.holdings("Depot")["quantity"].sum() == 80, "a preview writes nothing"
    assert mine.load(again).changes is None


def test_what_a_snapshot_of_the_same_day_had_is_gone_and_not_sold(mine):
    changes = mine.load(held("Pension,VTI,Total Stock,Stocks,5,300,USD").assign(as_of="2026-01-02"), preview=True)
    assert changes.changes.holdings.empty
    changes = mine.load(held("Pension,CASH,,Cash,5,1,USD").assign(as_of="2026-01-02"), preview=True).changes
    assert rows(changes.holdings, "change", "symbol") == [("new", "CASH USD"), ("gone", "VTI")]


def test_the_same_again_changes_no_row(mine):
    changes = mine.load(mine_again(), preview=True).changes
    for name in ("holdings", "prices", "rates", "targets", "classes", "facts"):
        assert getattr(changes, name).empty, name


def mine_again():
    return held("Pension,VTI,Total Stock,Stocks,5,300,USD").assign(as_of="2026-01-02")


def test_a_value_that_isn_t_known_is_missing_and_not_0(mine):
    changes = mine.load(held("New,ABC,Abc,Stocks,5,10,CHF"), preview=True).changes
    assert rows(changes.holdings, "price_after", "currency_after", "value_after") == [(10, "CHF", None)]
    assert changes.without_value == ("ABC",)
    rate = table("from_currency,to_currency,rate,as_of\nCHF,EUR,1.1,2026-01-02\nEUR,USD,1.2,2026-01-02")
    changes = mine.load(held("New,ABC,Abc,Stocks,5,10,CHF"), fx=rate, preview=True).changes
    # 5 × 10 × 1.1 × 1.2, through EUR
    assert rows(changes.holdings, "value_after") == [(66,)] and changes.without_value == ()


def test_a_file_of_an_earlier_date_is_compared_and_valued_as_of_that_date(mine):
    mine.load(held("Pension,VTI,Total Stock,Stocks,7,400,USD").assign(as_of="2026-03-02"))
    past = held("Pension,VTI,Total Stock,Stocks,6,310,USD").assign(as_of="2026-02-02")
    report = mine.load(past, preview=True)
    assert report.past and rows(report.changes.holdings, *BEFORE_AFTER) == [("changed", 5, 6, 300, 310, 1860)]


BEFORE_AFTER = ("change", "quantity_before", "quantity_after", "price_before", "price_after", "value_after")


def test_only_another_cost_basis_is_a_row_of_its_own(mine):
    changes = mine.load(mine_again().assign(cost_basis="1000"), preview=True).changes
    assert rows(changes.holdings, "change", "cost_basis_before", "cost_basis_after") == [("cost basis", None, 1000)]


def test_prices_have_the_one_before_and_its_date(mine):
    prices = table("symbol,price,currency,as_of\nVTI,330,USD,2026-02-02\nVTI,301,USD,2026-01-02\nBND,71,USD,2026-02-02")
    found = mine.load(held("Depot,BND,Total Bond,Bonds,20,71,USD").assign(as_of="2026-02-02"), prices=prices,
                      preview=True).changes  # fmt: skip
    assert [f"{row.symbol} {row.as_of} {row.price_before} {row.before_as_of} {row.price_after} {row.with_holding}"
            for row in found.prices.itertuples()] == [
        "BND 2026-02-02 70.0 2026-01-02 71.0 True",
        "VTI 2026-01-02 300.0 2026-01-02 301.0 False",
        "VTI 2026-02-02 300.0 2026-01-02 330.0 True",
    ]  # fmt: skip
    assert list(found.other_prices["price_after"]) == [301]
    assert [f"{newest}" for newest in found.prices["newest_as_of"]] == [
        "None",
        "2026-02-02",
        "None",
    ] and found.has_newer


def test_rates_have_the_one_before_and_its_date(mine):
    head = "from_currency,to_currency,rate,as_of\n"
    mine.load(fx=table(head + "EUR,USD,1.1,2026-01-02"))
    changes = mine.load(fx=table(head + "EUR,USD,1.2,2026-02-02\nCHF,USD,1.3,2026-02-02"), preview=True).changes
    assert rows(changes.rates, "from_currency", "rate_before", "rate_after") == [("CHF", None, 1.3), ("EUR", 1.1, 1.2)]
    assert [f"{day}" for day in changes.rates["before_as_of"]] == ["None", "2026-01-02"]
    assert not changes.has_newer
    earlier = mine.load(fx=table(head + "EUR,USD,1.3,2026-01-01"), preview=True).changes
    assert earlier.has_newer and f"{earlier.rates['newest_as_of'][0]}" == "2026-01-02"


def test_the_day_that_each_account_s_holdings_are_of_is_said(mine):
    dated = table(
        "account,symbol,quantity,price,currency,as_of\nDepot,VTI,1,300,USD,2026-02-01\n"
        "Depot,BND,1,70,USD,2026-02-03\nA,CASH,1,1,USD,2026-02-02\n"
    )
    a, depot = ("A", datetime.date(2026, 2, 2)), ("Depot", datetime.date(2026, 2, 3))
    assert mine.load(dated, preview=True).days == mine.load(dated).days == (a, depot)
    assert mine.load(prices=table(ONE_PRICE), preview=True).days == ()


ONE_PRICE = "symbol,price,currency,as_of\nVTI,330,USD,2026-02-02\n"


def test_targets_of_classes_and_holdings_are_rows(mine):
    targets = table("asset_class,symbol,target_percent\nStocks,,70\nBonds,,30\nStocks,VTI,100")
    changes = mine.load(targets=targets, preview=True).changes
    assert rows(changes.targets, "scope", "asset_class", "symbol", "percent_before", "percent_after") == [
        ("all", "Bonds", None, 40, 30),
        ("all", "Stocks", None, 60, 70),
        ("all", "Stocks", "VTI", None, 100),
    ]


def test_classes_are_rows_whether_the_holdings_say_them_or_a_file_of_classes(mine):
    classes = table("symbol,asset_class,weight_percent\nVTI,Stocks,60.5\nVTI,Bonds,39.5")
    pension = held("Pension,VTI,Total Stock,,5,300,USD", "Pension,GLD,Gold,Gold,1,9,USD", "Pension,X,X,,1,9,USD")
    changes = mine.load(pension, classes=classes, preview=True).changes
    # X is in no class: nothing that it was in before has changed.
    assert rows(changes.classes, "symbol", "before", "after") == [
        ("GLD", None, "Gold"),
        ("VTI", "Stocks", "Stocks 60.5 %, Bonds 39.5 %"),
    ]


def test_of_very_many_classes_a_line_names_the_largest():
    several = [f"Europe, {name} {20 - number} %" for number, name in enumerate("ABCDEFG")]
    few = "Europe, A 20 %, Europe, B 19 %, Europe, C 18 %, Europe, D 17 % and 3 more"
    assert few_classes("Stocks, large", ", ".join(several)) == ("Stocks, large", few)
    assert few_classes(None, ", ".join(several[:4])) == (None, ", ".join(several[:4]))
    other = ", ".join([*several[:6], "Asia 14 %"])
    assert few_classes(", ".join(several), other) == (", ".join(several), other), "what differs is shown"


def test_a_name_and_an_account_type_are_facts(mine):
    file = held("Pension,VTI,Other,Stocks,5,300,USD").assign(as_of="2026-02-02", account_type="tax_free")
    changes = mine.load(file, preview=True).changes
    assert rows(changes.facts, "what", "fact", "before", "after") == [
        ("Pension", "account type", None, "tax_free"),
        ("VTI", "name", "Total Stock", "Other"),
    ]


@pytest.mark.parametrize("preview", [True, False])
def test_another_currency_of_an_asset_is_said(mine, preview):
    mine.save_rate("EUR", "USD", "1.1")
    report = mine.load(held("Pension,VTI,Total Stock,Stocks,5,300,EUR").assign(as_of="2026-02-02"), preview=preview)
    assert report.new_currencies == (("VTI", "USD", "EUR"),)
    assert report.currency_warnings == [
        "VTI changes its currency from USD to EUR: its prices count as EUR. If they aren't, correct the currency."
    ]
    if preview:
        assert rows(report.changes.facts, "what", "fact", "before", "after") == [("VTI", "currency", "USD", "EUR")]


def test_a_price_by_hand_in_another_currency_is_said(mine):
    assert mine.save_price("VTI", 300, "EUR").new_currencies == (("VTI", "USD", "EUR"),)
    assert mine.save_price("VTI", 301, "EUR").new_currencies == ()


def test_an_account_that_owes_has_its_total_and_one_without_a_rate_has_none(portfolio):
    report = portfolio.load(held("A,CASH,,Cash,-50,1,USD", "B,CASH,,Cash,5,1,CHF"), base_currency="USD", preview=True)
    assert report.totals == (("A", 0.0, -50.0), ("B", 0.0, None))


quantities = st.dictionaries(st.sampled_from(["X", "Y", "Z"]), st.tuples(st.integers(0, 9), st.integers(1, 9)))


@settings(max_examples=12, deadline=None)
@given(quantities, quantities)
def test_what_a_preview_says_is_what_the_load_does(tmp_path_factory, first, second):
    mine = allocation.open(tmp_path_factory.mktemp("changes") / "my.duckdb")
    mine.init("USD")
    mine.load(held_on("2026-01-02", A={**first, "CASH": (1, 1)}))
    before = state(mine)
    changes = mine.load(held_on("2026-01-03", A={**second, "CASH": (1, 1)}), preview=True).changes
    mine.load(held_on("2026-01-03", A={**second, "CASH": (1, 1)}))
    after = state(mine)
    told = {row.symbol: row for row in changes.holdings.itertuples()}
    for symbol in {*before, *after}:
        (had, old), (has, new) = before.get(symbol, (0, None)), after.get(symbol, (0, None))
        if had != has:
            row = told.pop(symbol)
            assert (row.quantity_before, row.quantity_after) == (had, has)
            assert row.value_after == (has * new if has else 0)
        elif has and old != new:
            assert told.pop(symbol).change == "price"
    assert not told


def state(portfolio):
    held = portfolio.holdings("A")
    return {row.symbol: (row.quantity, row.price) for row in held.itertuples() if row.symbol != "CASH"}
