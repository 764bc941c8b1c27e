"""Drift tables worked out by hand."""

import math

import pytest

from allocation.drift import by_class, by_holding, effective_weights, portfolio_drift
from tests.builders import Held, one_a_class, portfolio

HOUSEHOLD = portfolio(
    [
        Held("VTI", "Stocks", 500, account="Brokerage"),
        Held("VTI", "Stocks", 100, account="Roth IRA"),
        Held("VXUS", "Stocks", 100),
        Held("BND", "Bonds", 200),
        Held("GLD", "Gold", 60),
        Held("BRK.B", "Unclassified", 40),
    ],
    {"Stocks": 60, "Bonds": 30, "Real estate": 10},
    {"Stocks": {"VTI": 75, "VXUS": 25}},
)
HIGHEST = {"rel": 0, "abs": 1e-12}


def column(table, name, key="asset_class"):
    return dict(zip(table[key], table[name], strict=True))


def test_a_class_table_by_hand():
    table = by_class(HOUSEHOLD)
    assert list(table.columns) == [
        "asset_class", "value", "weight", "target_weight", "drift", "drift_money", "band_low", "band_high", "status",
    ]  # fmt: skip
    rows = [tuple(row) for row in table.head(3).itertuples(index=False)]
    assert rows == [
        ("Stocks", 700, 0.7, 0.6, 0.1, 100, 0.55, 0.65, "over"),
        ("Bonds", 200, 0.2, 0.3, -0.1, -100, 0.25, 0.35, "under"),
        ("Real estate", 0, 0, 0.1, -0.1, -100, 0.075, 0.125, "nothing held"),
    ]


def test_the_largest_drift_stands_first_and_what_has_no_target_last():
    tables = one_a_class({"A": 50, "B": 35, "C": 11, "D": 4}, {"A": 51, "B": 28, "C": 21})
    assert list(by_class(tables)["asset_class"]) == ["C", "B", "A", "D"]


def test_unclassified_stands_at_the_very_end():
    assert list(by_class(HOUSEHOLD)["asset_class"])[-2:] == ["Gold", "Unclassified"]


def test_unclassified_is_counted_in_the_total():
    table = by_class(HOUSEHOLD)
    assert table["value"].sum() == 1000
    assert column(table, "weight")["Unclassified"] == 0.04
    assert column(table, "weight")["Stocks"] == 0.7


def test_without_a_target_only_value_and_weight_are_known():
    row = by_class(HOUSEHOLD).set_index("asset_class").loc["Gold"]
    assert (row["value"], row["weight"], row["status"]) == (60, 0.06, "no target")
    assert row[["target_weight", "drift", "drift_money", "band_low", "band_high"]].isna().all()


def test_a_class_is_added_up_over_accounts():
    assert column(by_class(HOUSEHOLD), "value")["Stocks"] == 700


def test_a_holding_table_by_hand():
    table = by_holding(HOUSEHOLD)
    assert column(table, "value", "symbol") == {"VTI": 600, "VXUS": 100, "BND": 200, "GLD": 60, "BRK.B": 40}
    targets = column(table[table["target_weight"].notna()], "target_weight", "symbol")
    assert targets == pytest.approx({"VTI": 0.45, "VXUS": 0.15, "BND": 0.3}, **HIGHEST)
    statuses = {"VTI": "over", "VXUS": "under", "BND": "under", "GLD": "no target", "BRK.B": "no target"}
    assert column(table, "status", "symbol") == statuses
    assert list(table["symbol"]) == ["VTI", "BND", "VXUS", "GLD", "BRK.B"]


def test_a_holding_target_is_a_part_of_its_class():
    """30 % of 45 % is 13.5 %."""
    held = [Held("A", "Stocks", 1), Held("B", "Stocks", 1), Held("C", "Bonds", 1)]
    tables = portfolio(held, {"Stocks": 45, "Bonds": 55}, {"Stocks": {"A": 30, "B": 70}})
    assert column(by_holding(tables), "target_weight", "symbol") == pytest.approx(
        {"A": 0.135, "B": 0.315, "C": 0.55}, **HIGHEST
    )


def test_without_holding_targets_holdings_carry_the_class_by_value():
    tables = portfolio([Held("A", "Stocks", 30), Held("B", "Stocks", 10)], {"Stocks": 80, "Bonds": 20})
    assert column(by_holding(tables), "target_weight", "symbol") == pytest.approx({"A": 0.6, "B": 0.2}, **HIGHEST)


def test_a_target_that_is_not_held_is_shown():
    held = [Held("A", "Stocks", 100), Held("B", "Stocks", 0, account=None)]
    table = by_holding(portfolio(held, {"Stocks": 100}, {"Stocks": {"A": 50, "B": 50}}))
    assert column(table, "status", "symbol") == {"A": "over", "B": "nothing held"}


def test_the_targets_of_a_class_with_an_overdraft_add_up_to_the_class():
    held = [Held("CASH", "Cash", 500), Held("CASH", "Cash", -100, currency="EUR"), Held("A", "A", 600)]
    weights = effective_weights(portfolio(held, {"Cash": 20, "A": 80}))
    assert sum(weight for weight in weights if weight) == 1


def test_an_overdraft_in_a_class_with_a_target_has_a_target():
    tables = portfolio([Held("CASH", "Cash", -100), Held("A", "A", 600)], {"Cash": 20, "A": 80})
    assert column(by_class(tables), "status") == column(by_holding(tables), "status") == {"Cash": "under", "A": "over"}


def test_drift_in_money_is_to_the_cent():
    """A third of 100.00 is missing 33.33 by 0.0033…."""
    table = by_class(one_a_class({"A": 100, "B": 0}, {"A": 66.6667, "B": 33.3333}))
    assert column(table, "drift_money") == {"A": 33.33, "B": -33.33}


def test_portfolio_drift_is_half_of_all_drifts():
    """support.betterment.com 987453: 30/20/30/20 against four quarters is 10 %."""
    tables = one_a_class(dict(zip("ABCD", [30, 20, 30, 20], strict=True)), dict.fromkeys("ABCD", 25))
    assert portfolio_drift(tables) == 0.1


def test_portfolio_drift_counts_what_has_no_target():
    """|0.7−0.6| + |0.2−0.3| + 0.1 + 0.06 + 0.04, halved."""
    assert portfolio_drift(HOUSEHOLD) == 0.2


def test_on_target_there_is_no_drift():
    tables = one_a_class({"A": 60, "B": 40}, {"A": 60, "B": 40})
    assert portfolio_drift(tables) == 0
    assert list(by_class(tables)["drift"]) == [0, 0]


def test_an_empty_portfolio_holds_nothing():
    table = by_class(portfolio([], {"A": 60, "B": 40}))
    assert list(table["status"]) == ["nothing held", "nothing held"]
    assert list(table["weight"]) == [0, 0]
    assert math.isnan(portfolio_drift(portfolio([], {"A": 100})))


def test_without_holdings_and_targets_the_tables_are_empty():
    nothing = portfolio([], {})
    assert by_class(nothing).empty and by_holding(nothing).empty
    assert by_class(nothing)["weight"].dtype == "float64"


def test_without_targets_there_is_value_but_no_drift():
    tables = portfolio([Held("A", "A", 60), Held("B", "Unclassified", 40)], {})
    assert list(by_class(tables)["status"]) == ["no target", "no target"]
    assert list(by_class(tables)["asset_class"]) == ["A", "Unclassified"]
    assert math.isnan(portfolio_drift(tables))


def test_only_cash():
    table = by_class(portfolio([Held("CASH", "Cash", 100)], {"Cash": 10, "Stocks": 90}))
    assert column(table, "status") == {"Cash": "over", "Stocks": "nothing held"}


def test_a_yen_portfolio_has_no_cents():
    table = by_class(one_a_class({"A": 1, "B": 2}, {"A": 50, "B": 50}, base="JPY"))
    assert all(value == int(value) for value in table["drift_money"])
