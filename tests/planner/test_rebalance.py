"""Buying and selling back towards the targets, worked out by hand and on random portfolios."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allocation.bands import FIVE_25, IN_BAND
from allocation.errors import AmountError, TargetsError, UnknownName
from allocation.planner import GOALS, Limits, plan_rebalance, rebalance_header
from tests.builders import TODAY, Held, amounts_by, minor, one_a_class, portfolio
from tests.planner.test_properties import FEW, portfolios

EVERY_GOAL = pytest.mark.parametrize("goal", GOALS)


def rebalance(tables, **arguments):
    return plan_rebalance(tables, TODAY, **arguments)


def by_class(tables, **arguments):
    return amounts_by("asset_class", rebalance(tables, **arguments))


def test_everything_goes_to_its_target():
    assert by_class(one_a_class({"A": 700, "B": 300}, {"A": 50, "B": 50})) == {"A": -200, "B": 200}


def test_half_way_into_the_band():
    # 60 ± 5: half way back is 62.5, so 7.5 of 100 are sold.
    tables = one_a_class({"A": 70, "B": 30}, {"A": 60, "B": 40})
    assert by_class(tables, goal="half") == {"A": -7.5, "B": 7.5}


def test_to_the_edge_of_the_band_is_a_cent_inside_it():
    tables = one_a_class({"A": 70, "B": 30}, {"A": 60, "B": 40})
    plan = rebalance(tables, goal="edge")
    assert amounts_by("asset_class", plan) == {"A": -5.01, "B": 5.01}
    assert set(plan.classes["status_after"]) == {IN_BAND}


def test_what_is_in_its_band_is_left_alone_but_for_what_the_others_need():
    # A is 11 over and sold to 60; B lacks most by its ratio, C next.
    tables = one_a_class({"A": 71, "B": 16, "C": 13}, {"A": 60, "B": 24, "C": 16})
    assert by_class(tables, only_outside=True)["A"] == -11
    untouched = one_a_class({"A": 61, "B": 23, "C": 16}, {"A": 60, "B": 24, "C": 16})
    assert rebalance(untouched, only_outside=True).rows.empty
    assert by_class(untouched) == {"A": -1, "B": 1}


def test_what_is_far_under_is_bought_from_what_is_over_though_inside_its_band():
    # C (10 ± 2.5) is out; A and B are each 2.5 over and inside.
    tables = one_a_class({"A": 47.5, "B": 47.5, "C": 5}, {"A": 45, "B": 45, "C": 10})
    assert by_class(tables, only_outside=True) == {"A": -2.5, "B": -2.5, "C": 5}


def test_a_deposit_goes_with_it_and_less_is_sold():
    tables = one_a_class({"A": 700, "B": 300}, {"A": 50, "B": 50})
    assert by_class(tables, deposit=200) == {"A": -100, "B": 300}
    assert by_class(tables, withdrawal=200) == {"A": -300, "B": 100}


def test_inside_a_class_holdings_go_to_their_targets_too():
    held = [Held("VTI", "Stocks", 500), Held("VXUS", "Stocks", 100), Held("BND", "Bonds", 400)]
    tables = portfolio(held, {"Stocks": 60, "Bonds": 40}, {"Stocks": {"VTI": 50, "VXUS": 50}})
    assert amounts_by("symbol", rebalance(tables)) == {"VTI": -200, "VXUS": 200}


def test_without_holding_targets_a_class_is_traded_by_value():
    held = [Held("VTI", "Stocks", 600), Held("VXUS", "Stocks", 200), Held("BND", "Bonds", 200)]
    tables = portfolio(held, {"Stocks": 60, "Bonds": 40})
    assert amounts_by("symbol", rebalance(tables)) == {"VTI": -150, "VXUS": -50, "BND": 200}


def test_what_has_no_class_target_stays_and_counts_in_the_total():
    held = [Held("X", "Unclassified", 100), Held("A", "A", 600), Held("B", "B", 300)]
    tables = portfolio(held, {"A": 50, "B": 50})
    # A goes to half of 1,000; B gets what that brings.
    assert amounts_by("symbol", rebalance(tables)) == {"A": -100, "B": 100}


def test_what_is_kept_has_a_row_that_says_so():
    tables = one_a_class({"A": 600, "B": 100, "C": 300}, {"A": 40, "B": 40, "C": 20})
    plan = rebalance(tables, limits=Limits(keep=["C"])).rows.set_index("symbol")
    assert plan["amount"].to_dict() == {"A": -200, "B": 200, "C": 0}
    assert plan.loc["C", "action"] == "kept"
    assert plan.loc["C", "reason"] == "kept as asked; 10.0 points over target"


def test_one_holding_of_a_class_can_be_kept():
    held = [Held("OLD", "Stocks", 500), Held("VTI", "Stocks", 200), Held("BND", "Bonds", 300)]
    tables = portfolio(held, {"Stocks": 50, "Bonds": 50}, {"Stocks": {"OLD": 50, "VTI": 50}})
    # Stocks are 200 over; only VTI may be sold.
    assert amounts_by("symbol", rebalance(tables, limits=Limits(keep=["OLD"]))) == {"VTI": -200, "BND": 200, "OLD": 0}


def test_nothing_is_sold_for_what_cannot_be_bought():
    tables = portfolio([Held("A", "A", 100)], {"A": 90, "B": 10})
    plan = rebalance(tables)
    assert amounts_by("asset_class", plan) == {"B": 0}
    assert plan.undone["reason"].tolist() == ["B: nothing held to buy; 10.0 points under target"]


def test_nothing_without_a_target_is_sold_where_its_class_has_nothing_else_to_buy():
    held = [Held("OLD", "Stocks", 100), Held("VTI", "Stocks", 300), Held("BND", "Bonds", 600)]
    tables = portfolio(held, {"Stocks": 40, "Bonds": 60}, {"Stocks": {"VTI": 100}})
    assert amounts_by("symbol", rebalance(tables)) == {"OLD": -100, "VTI": 100}
    assert not rebalance(tables, limits=Limits(keep=["VTI"])).rows["amount"].any()


def test_a_class_to_be_given_up_stays_where_no_other_can_be_bought():
    tables = portfolio([Held("B", "B", 100)], {"A": 100, "B": 0})
    plan = rebalance(tables).rows
    assert not plan["amount"].any() and plan["action"].tolist() == ["nothing held"]
    assert amounts_by("symbol", rebalance(tables, withdrawal=30))["B"] == -30


@FEW
@given(tables=portfolios())
def test_the_header_alone_is_that_of_the_plan(tables):
    plan = rebalance(tables)
    assert repr(rebalance_header(tables, TODAY)) == repr(plan.header)
    assert plan.header.trades == len(plan.trades)


def test_on_target_there_is_nothing_to_do():
    assert rebalance(one_a_class({"A": 60, "B": 40}, {"A": 60, "B": 40})).rows.empty


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"deposit": 1, "withdrawal": 1}, AmountError, "a deposit or a withdrawal, not both"),
        ({"withdrawal": 1000}, AmountError, "The withdrawal is more than the 100.00 USD that may be sold"),
        ({"withdrawal": 70, "limits": Limits(keep=["A"])}, AmountError, "more than the 40.00 USD that may be sold"),
        ({"deposit": 70, "limits": Limits(keep=["A", "B"])}, AmountError, "Of the deposit, 0.00 USD can be placed"),
        ({"goal": "best"}, UnknownName, "no goal 'best'. The goals are target, half, edge"),
        ({"limits": Limits(keep=["C"])}, UnknownName, "nothing called 'C' to keep"),
        ({"deposit": -1}, AmountError, "negative"),
    ],
)
def test_what_cannot_be_planned_is_a_sentence(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        rebalance(one_a_class({"A": 60, "B": 40}, {"A": 60, "B": 40}), **arguments)


def test_without_targets_there_is_nothing_to_come_back_to():
    with pytest.raises(TargetsError):
        rebalance(one_a_class({"A": 60}, {}))


def buyable(tables, keep):
    """Whether anything that isn't kept may be bought: it has a target, or is held in a class that shares by value."""
    weights, within = tables.strategy.class_weights, tables.strategy.holding_weights
    return any(
        weights.get(asset["asset_class"])
        and not {asset["symbol"], asset["asset_class"]} & keep
        and (
            within[asset["asset_class"]].get(asset["asset_id"]) if asset["asset_class"] in within else asset["held_in"]
        )
        for asset in tables.assets.to_dict("records")
    )


@EVERY_GOAL
@FEW
@given(tables=portfolios(), outside=st.booleans(), flow=st.integers(-(10**6), 10**6), data=st.data())
def test_trades_add_up_to_the_flow_and_nothing_is_sold_that_is_not_held(tables, goal, outside, flow, data):
    names = sorted({*tables.assets["symbol"], *tables.strategy.class_weights})
    keep = data.draw(st.sets(st.sampled_from(names), max_size=2))
    side = {"deposit": max(flow, 0) / 100, "withdrawal": max(-flow, 0) / 100}
    try:
        plan = rebalance(tables, goal=goal, only_outside=outside, limits=Limits(keep=keep), **side)
    except AmountError:
        free = zip(tables.assets.to_dict("records"), tables.asset_values, strict=True)
        able = [
            value
            for asset, value in free
            if asset["asset_class"] in tables.strategy.class_weights
            and not {asset["symbol"], asset["asset_class"]} & keep
        ]
        assert -flow > sum(able) or (flow > 0 and not buyable(tables, keep))
        return
    after, plan = plan.classes, plan.rows
    assert sum(minor(plan["amount"])) == flow
    assert (plan["value_after"] >= 0).all()
    traded = plan[plan["amount"] != 0]
    assert not set(traded["action"]) & {"kept", "nothing held"}
    assert not set(traded["symbol"]) & keep and not set(traded["asset_class"]) & keep
    assert not set(traded["asset_class"]) - set(tables.strategy.class_weights)
    assert sum(minor(after["value_after"])) == tables.total + flow
    assert not traded.duplicated(["symbol", "account"]).any()


def test_parts_of_cents_that_many_have_too_much_go_to_the_one_that_lacks_them():
    # 1 % of 34.01 is 0.3401: B and C give a cent each, so that A ends at 0.34 as they do, and not at 0.32.
    tables = one_a_class({"A": 0.01, "B": 0.35, "C": 0.35, "D": 33.30}, {"A": 1, "B": 1, "C": 1, "D": 97})
    after = rebalance(tables).classes
    assert after["value_after"].tolist() == [0.34, 0.34, 0.34, 32.99]


@FEW
@given(values=st.lists(st.integers(1, 10**7), min_size=3, max_size=5), data=st.data())
def test_all_the_way_to_the_target_ends_within_a_cent_of_it(values, data):
    names = "ABCDE"[: len(values)]
    cuts = sorted(
        data.draw(st.lists(st.integers(1, 99), min_size=len(names) - 1, max_size=len(names) - 1, unique=True))
    )
    targets = dict(zip(names, (b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)), strict=True))
    tables = one_a_class(dict(zip(names, (value / 100 for value in values), strict=True)), targets)
    after = rebalance(tables).classes.set_index("asset_class")
    for name in names:
        goal = Fraction(targets[name] * sum(values), 100)
        assert abs(minor([after.loc[name, "value_after"]])[0] - goal) <= 1


@pytest.mark.parametrize("goal", ["half", "edge"])
@FEW
@given(values=st.lists(st.integers(10**4, 10**7), min_size=2, max_size=2), target=st.integers(10, 90))
@example(values=[10_000, 10_000], target=55)
def test_two_classes_out_of_their_bands_end_inside_them(goal, values, target):
    tables = one_a_class({"A": values[0] / 100, "B": values[1] / 100}, {"A": target, "B": 100 - target})
    after = rebalance(tables, goal=goal, only_outside=True).classes.set_index("asset_class")
    weight = Fraction(minor([after.loc["A", "value_after"]])[0], sum(values))
    statuses = {FIVE_25.status(weight, Fraction(target, 100)), FIVE_25.status(1 - weight, 1 - Fraction(target, 100))}
    assert statuses == {IN_BAND}
