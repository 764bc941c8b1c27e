"""Funds that belong to several classes: their value counts in each, and a plan is judged by the classes' result."""

import itertools
import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.drift import by_class, by_holding
from allocation.errors import AmountError
from allocation.planner import RULES, Limits, minimum_deposit, plan_deposit, plan_rebalance, plan_withdrawal
from allocation.tables import SEVERAL_CLASSES
from tests.builders import TODAY, Held, amounts_by, minor, portfolio

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("cases.json").read_text(encoding="utf-8"))
TARGET_DATE = {"US": 54, "International": 36, "Bonds": 10}
TARGETS = {"US": 50, "International": 30, "Bonds": 20}


def spanning(tables, **weights):
    """The tables with the named assets spread over classes, in percent."""
    assets = tables.assets.copy()
    ids = dict(zip(assets["symbol"], assets["asset_id"].astype(int), strict=True))
    assets.loc[assets["symbol"].isin(list(weights)), "asset_class"] = SEVERAL_CLASSES
    spans = {
        ids[symbol]: {name: Fraction(part) / 100 for name, part in parts.items()} for symbol, parts in weights.items()
    }
    return replace(tables, assets=assets, spans=spans)


def fund_and_three(fund=5000, **others):
    values = {"VTI": 1000, "VXUS": 1000, "BND": 1000} | others
    classes = {"VTI": "US", "VXUS": "International", "BND": "Bonds"}
    held = [
        Held("FUND", "-", fund, 10),
        *(Held(symbol, classes[symbol], value, 25) for symbol, value in values.items()),
    ]
    return spanning(portfolio(held, TARGETS), FUND=TARGET_DATE)


@pytest.mark.parametrize("case", PUBLISHED["multi_class"], ids=lambda case: case["id"])
def test_a_rebalance_as_published(case):
    """Portfolio Performance issue 2165: two funds, one of them in both classes."""
    tables = portfolio(
        [Held(name, name, 1e6 * value) for name, value in case["holdings"].items()],
        {name: 100 * weight for name, weight in case["targets"].items()},
    )
    parts = {name: {cls: 100 * weight for cls, weight in of.items()} for name, of in case["funds"].items()}
    weights = {name: {cls: Fraction(str(weight)) for cls, weight in of.items()} for name, of in parts.items()}
    plan = plan_rebalance(spanning(tables, **weights), TODAY)
    amounts = {name: amount / 1e6 for name, amount in amounts_by("symbol", plan.trades).items()}
    assert amounts == pytest.approx(case["expect"], rel=0, abs=case["tol"])
    assert plan.header.drift_after == pytest.approx(0, abs=1e-9)


def test_the_value_of_a_fund_counts_in_its_classes():
    table = by_class(fund_and_three()).set_index("asset_class")
    assert table["value"].to_dict() == {"International": 2800, "US": 3700, "Bonds": 1500}
    assert table["weight"].sum() == pytest.approx(1)


def test_cents_of_a_fund_add_up_over_its_classes():
    tables = spanning(portfolio([Held("FUND", "-", 0.01)], TARGETS), FUND={"US": 34, "International": 33, "Bonds": 33})
    assert sum(minor(by_class(tables)["value"])) == 1


def test_a_fund_has_no_target_of_its_own_and_leaves_less_to_the_others():
    table = by_holding(fund_and_three()).set_index("symbol")
    assert math.isnan(table.loc["FUND", "target_weight"])
    # Of 8,000 US may be 4,000, of which the fund covers 2,700.
    assert table.loc["VTI", "target_weight"] == pytest.approx(1300 / 8000)


def test_a_deposit_with_lazy_is_the_nearest_the_classes_can_be():
    plan = plan_deposit(fund_and_three(), 1000, "lazy", TODAY)
    # International is over; raising US and Bonds together: 5,200 + 1,000 over 50 and 20.
    assert amounts_by("asset_class", plan.classes)["International"] == 0
    assert amounts_by("symbol", plan.trades) == {"VTI": 728.57, "BND": 271.43}


def test_a_fund_alone_is_bought_where_it_brings_the_classes_to_their_targets():
    tables = spanning(portfolio([Held("FUND", "-", 1000), Held("BND", "Bonds", 0)], {"US": 45, "Bonds": 55}),
                      FUND={"US": 90, "Bonds": 10})  # fmt: skip
    plan = plan_rebalance(replace(tables, assets=tables.assets.assign(held_in=[["Brokerage"]] * 2)), TODAY)
    assert amounts_by("symbol", plan.trades) == {"FUND": -500, "BND": 500}
    assert plan.header.drift_after == 0


def test_of_equal_results_the_fewest_trades():
    """1,000 split 54 / 36 / 10 is the fund alone, not three purchases."""
    targets = {"US": 54, "International": 36, "Bonds": 10}
    held = [
        Held("FUND", "-", 1000),
        Held("VTI", "US", 540),
        Held("VXUS", "International", 360),
        Held("BND", "Bonds", 100),
    ]
    plan = plan_deposit(spanning(portfolio(held, targets), FUND=TARGET_DATE), 1000, "lazy", TODAY)
    assert amounts_by("symbol", plan.trades) == {"FUND": 1000}


def test_a_funds_weights_are_told_with_their_decimals():
    tables = spanning(fund_and_three(), FUND={"US": 55, "International": 30.5, "Bonds": 14.5})
    row = plan_withdrawal(tables, 7500, "lazy", TODAY).trades.set_index("symbol").loc["FUND"]
    assert row["reason"].startswith("spans US 55 % (") and "International 30.5 % (" in row["reason"]
    assert "Bonds 14.5 % (" in row["reason"]


def test_beside_a_fund_that_is_traded_a_class_has_no_parts_by_value():
    """800 of the class are sold, and 640 of it bought again with the fund: 600 would be 375 % of what is left."""
    held = [Held("FUND", "-", 1300), Held("A", "US", 200), Held("B", "US", 600), Held("BND", "Bonds", 0)]
    tables = spanning(portfolio(held, {"US": 70, "Bonds": 30}), FUND={"US": 80, "Bonds": 20})
    plan = plan_rebalance(tables, TODAY)
    assert amounts_by("symbol", plan.trades) == {"FUND": 800, "A": -200, "B": -600}
    assert [reason for reason in plan.trades["reason"] if "part" in reason or "% of" in reason] == [
        "US is 17.6 points over target; 43 % of the surplus"
    ] * 2


def test_a_withdrawal_looks_through():
    plan = plan_withdrawal(fund_and_three(), 1000, "lazy", TODAY)
    after = plan.classes.set_index("asset_class")["value_after"]
    assert after.to_dict() == pytest.approx({"US": 3500, "International": 2100, "Bonds": 1400}, abs=0.02)
    assert round(plan.rows["amount"].sum(), 2) == -1000


def test_what_is_missing_from_100_is_unclassified_and_stays_so():
    tables = spanning(
        portfolio([Held("FUND", "-", 1000), Held("VTI", "US", 0)], {"US": 100}), FUND={"US": 90, "Unclassified": 10}
    )
    assert by_class(tables).set_index("asset_class")["value"].to_dict() == {"US": 900, "Unclassified": 100}


def test_a_part_without_a_target_is_no_reason_to_sell_a_fund():
    held = [Held("VTI", "US", 500), Held("BND", "Bonds", 500), Held("FUND", "-", 100)]
    tables = spanning(portfolio(held, {"US": 60, "Bonds": 40}), FUND={"US": 50, "Bonds": 30, "Unclassified": 20})
    # Of the 1,000 that stay US is to have 600 and has 550; each dollar of the fund would take it further away.
    plan = plan_withdrawal(tables, 100, "lazy", TODAY)
    assert amounts_by("symbol", plan.trades) == {"BND": -100}
    assert plan.header.measure == pytest.approx(50**2 / 600 + 30**2 / 400)


def test_whole_shares_of_a_fund_are_judged_by_the_classes():
    plan = plan_deposit(fund_and_three(), 1000, "lazy", TODAY, Limits(whole_shares=True))
    assert all(shares == int(shares) for shares in plan.trades["shares"])
    assert amounts_by("symbol", plan.trades) == {"VTI": 725, "BND": 275}


def test_the_smallest_deposit_that_reaches_every_target():
    # International is 2,800 of 30 %: 9,333.34 in all.
    assert minimum_deposit(fund_and_three()) == 1333.34


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=12)
@given(
    fund=st.integers(1, 10**6),
    others=st.lists(st.integers(0, 10**6), min_size=3, max_size=3),
    flow=st.integers(0, 10**6),
    kind=st.sampled_from(["deposit", "withdrawal", "rebalance"]),
)  # fmt: skip
def test_plans_add_up_and_sell_no_more_than_is_held(rule, fund, others, flow, kind):
    tables = fund_and_three(
        fund / 100, **dict(zip(("VTI", "VXUS", "BND"), (value / 100 for value in others), strict=True))
    )
    try:
        if kind == "deposit":
            plan = plan_deposit(tables, flow / 100, rule, TODAY)
        elif kind == "withdrawal":
            plan, flow = plan_withdrawal(tables, flow / 100, rule, TODAY), -flow
        else:
            plan, flow = plan_rebalance(tables, TODAY), 0
    except AmountError:
        assert kind == "withdrawal" and flow > tables.total
        return
    assert sum(minor(plan.rows["amount"])) == flow
    assert (plan.rows["value_after"] >= 0).all()
    assert sum(minor(plan.classes["value_after"])) == tables.total + flow
    if kind != "rebalance":
        assert (plan.trades["amount"] * (1 if kind == "deposit" else -1) > 0).all()


def test_the_smallest_deposit_in_whole_shares_agrees_with_trying_every_one():
    tables = fund_and_three(VXUS=500)
    within, reached = Fraction(2, 100), []
    for fund, vti, vxus, bnd in itertools.product(range(3), range(25), range(25), range(60)):
        more = {"US": Fraction(54, 10) * fund + 25 * vti, "International": Fraction(36, 10) * fund + 25 * vxus,
                "Bonds": Fraction(fund) + 25 * bnd}  # fmt: skip
        after = {name: Fraction(tables.class_values[name], 100) + more[name] for name in TARGETS}
        total = sum(after.values())
        if all(abs(after[name] - total * TARGETS[name] / 100) <= within * total for name in TARGETS):
            reached.append(10 * fund + 25 * (vti + vxus + bnd))
    assert minimum_deposit(tables, Limits(whole_shares=True), within=2) == min(reached)
