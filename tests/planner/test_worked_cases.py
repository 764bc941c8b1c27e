"""Published examples, each with its source in cases.json."""

import json
from pathlib import Path

import pytest

from allocation.drift import portfolio_drift
from allocation.planner import Limits, minimum_deposit, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, amounts_by, minor, one_a_class, shared

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("cases.json").read_text(encoding="utf-8"))
CASES = PUBLISHED["cases"]
SUMMING_TO_ONE = [case for case in CASES if case["id"] != "brownan-15"]
ROUNDING = 1e-9


def named(cases):
    return [pytest.param(case, id=case["id"]) for case in cases]


def percents(case):
    return {name: 100 * weight for name, weight in case["targets"].items()}


def shared_by_class(case, rule="lazy"):
    values, weights = case["holdings"].values(), case["targets"].values()
    amounts = shared(minor(values), [round(10**6 * weight) for weight in weights], minor([case["cash_flow"]])[0], rule)
    return dict(zip(case["holdings"], (amount / 100 for amount in amounts), strict=True))


def planned_by_class(case, rule="lazy"):
    tables = one_a_class(case["holdings"], percents(case))
    if case["cash_flow"] > 0:
        plan = plan_deposit(tables, case["cash_flow"], rule, TODAY)
    else:
        plan = plan_withdrawal(tables, -case["cash_flow"], rule, TODAY)
    return {name: amounts_by("asset_class", plan).get(name, 0) for name in case["holdings"]}


@pytest.mark.parametrize("case", named(CASES))
def test_lazy_shares_as_published(case):
    assert shared_by_class(case) == pytest.approx(case["expect"], rel=0, abs=case["tol"] + ROUNDING)


@pytest.mark.parametrize("case", named(CASES))
def test_the_parts_add_up_to_the_flow(case):
    assert sum(minor(shared_by_class(case).values())) == minor([case["cash_flow"]])[0]


@pytest.mark.parametrize("case", named(SUMMING_TO_ONE))
def test_a_lazy_plan_trades_as_published(case):
    assert planned_by_class(case) == pytest.approx(case["expect"], rel=0, abs=case["tol"] + ROUNDING)


@pytest.mark.parametrize("by", [shared_by_class, planned_by_class])
def test_proportional_shares_as_published(by):
    """optimalrebalancing.info, default portfolio: what the rule proportional to the gap would give."""
    case = next(case for case in CASES if case["id"] == "mao-1")
    expected = case["gap_proportional_rule_would_give"]
    assert by(case, "proportional") == pytest.approx(expected, rel=0, abs=case["tol"] + ROUNDING)


def rebalanced(case, keep=()):
    flow = {"deposit" if case["cash_flow"] >= 0 else "withdrawal": abs(case["cash_flow"])}
    plan = plan_rebalance(one_a_class(case["holdings"], percents(case)), TODAY, limits=Limits(keep=keep), **flow)
    return {name: amounts_by("asset_class", plan).get(name, 0) for name in case["holdings"]}


@pytest.mark.parametrize("case", named(PUBLISHED["full_rebalances"]))
def test_a_rebalance_trades_as_published(case):
    assert rebalanced(case) == pytest.approx(case["expect"], rel=0, abs=case["tol"] + ROUNDING)


@pytest.mark.parametrize("case", named(PUBLISHED["partial_sell_permission"]))
def test_a_rebalance_that_may_not_touch_everything(case):
    """ianneub/portfolio-rebalance: bonds stay; with cash kept, too, there is nothing to buy stocks with."""
    assert rebalanced(case, keep=["Bonds"]) == case["expect"]
    assert set(rebalanced(case, keep=["Bonds", "Cash"]).values()) == {0}


@pytest.mark.parametrize("case", named(PUBLISHED["minimum_deposit"]))
def test_the_smallest_deposit_without_a_sale(case):
    assert minimum_deposit(one_a_class(case["holdings"], percents(case))) == case["expect"]


@pytest.mark.parametrize("case", named(PUBLISHED["portfolio_drift"]))
def test_the_drift_of_a_portfolio(case):
    names = ["A", "B", "C", "D"]
    tables = one_a_class(dict(zip(names, case["current"], strict=True)), dict(zip(names, case["targets"], strict=True)))
    assert 100 * portfolio_drift(tables) == case["expect_pct"]


@pytest.mark.parametrize("case", named(PUBLISHED["invariants"]))
def test_investing_all_cash(case):
    names = ["A", "B", "C", "D", "E"]
    tables = one_a_class(
        dict(zip(names, case["holdings"], strict=True)),
        {name: 100 * weight for name, weight in zip(names, case["targets"], strict=True)},
    )
    plan = plan_deposit(tables, case["cash_flow"], "lazy", TODAY)
    after, plan = plan.classes, plan.rows
    assert "A" not in set(plan["asset_class"])
    assert sum(minor(plan["amount"])) == minor([case["cash_flow"]])[0]
    assert sum(minor(after["value_after"])) == minor([case["expect_post_total"]])[0]
    assert after["weight_after"].sum() == pytest.approx(1, abs=1e-12)
    assert list(after["amount"]) == pytest.approx(case["our_lazy"], rel=0, abs=0.01 + ROUNDING)
