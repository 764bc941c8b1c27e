"""Whole shares: worked by hand, against every possible plan, and against the general program."""

import itertools
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocation.errors import AmountError
from allocation.planner import RULES, Limits, plan_deposit, plan_rebalance, plan_withdrawal
from allocation.planner.program import Goal, Line, Program, solve
from allocation.planner.whole import Steps, nearest
from tests.builders import TODAY, Held, minor, portfolio

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("cases.json").read_text(encoding="utf-8"))
WHOLE = Limits(whole_shares=True)
FEW = settings(max_examples=25)


def shares_of(held, targets, **within):
    """A portfolio where each class is one asset: symbol → (shares, price)."""
    return portfolio(
        [Held(symbol, symbol, shares * price, price) for symbol, (shares, price) in held.items()],
        targets,
        {symbol: {symbol: 100} for symbol in held},
        **within,
    )


def bought(plan):
    return dict(zip(plan.trades["symbol"], plan.trades["shares"], strict=True))


@pytest.mark.parametrize("case", PUBLISHED["whole_shares"], ids=lambda case: case["id"])
def test_investing_cash_is_nearer_than_published(case):
    held = {symbol: (0, price) for symbol, price in case["prices"].items()}
    targets = {symbol: 100 * weight for symbol, weight in case["targets"].items()}
    goals = {symbol: weight * case["cash"] for symbol, weight in case["targets"].items()}

    def off(shares):
        return sum(abs(shares[symbol] * case["prices"][symbol] - goals[symbol]) for symbol in goals)

    plan = plan_deposit(shares_of(held, targets), case["cash"], "lazy", TODAY, WHOLE)
    assert plan.trades["amount"].sum() <= case["cash"]
    assert off(bought(plan)) <= off(case["published"])
    assert plan.header.gap == 0
    everything = plan_deposit(
        shares_of(held, targets), case["cash"], "lazy", TODAY, Limits(whole_shares=True, use_all_cash=True)
    )
    assert everything.header.cash_left == 0
    assert bought(everything) == case["nearest_that_spends_all"]


def test_what_no_share_can_use_is_left_as_cash_and_said():
    tables = shares_of({"A": (5, 100), "B": (2, 250)}, {"A": 50, "B": 50})
    plan = plan_deposit(tables, 130, "lazy", TODAY, WHOLE)
    assert bought(plan) == {"A": 1}
    assert plan.undone[["action", "amount"]].values.tolist() == [["cash left", 30.0], ["limited", 0.0]]
    assert plan.undone["reason"].iloc[1] == "the rule alone would buy 65.00; less than one step of 250.00 USD"
    assert plan.header.cash_left == 30


def test_equal_shortfalls_share_and_do_not_all_go_to_the_cheapest():
    tables = shares_of({"A": (100, 10), "B": (10, 100), "C": (20, 50)}, {"A": 33.3333, "B": 33.3333, "C": 33.3334})
    plan = plan_deposit(tables, 600, "lazy", TODAY, WHOLE)
    assert bought(plan) == {"A": 20, "B": 2, "C": 4}


def test_a_fund_in_fractions_takes_what_whole_shares_leave():
    held = [Held("ETF", "A", 600, 120), Held("FUND", "B", 400, 7)]
    plan = plan_deposit(portfolio(held, {"A": 60, "B": 40}), 500, "lazy", TODAY, Limits(whole_shares=["ETF"]))
    # 300 for A buys two shares of 120; the 60 that are left go to the fund.
    assert plan.trades[["symbol", "amount", "shares"]].values.tolist() == [
        ["FUND", 260.0, round(260 / 7, 8)], ["ETF", 240.0, 2.0],
    ]  # fmt: skip
    assert plan.undone["symbol"].tolist() == ["ETF"] or plan.undone.empty


def test_lots_are_kept():
    tables = shares_of({"A": (1000, 1), "B": (1000, 1)}, {"A": 50, "B": 50})
    # 225 each is wanted; with 200 of A, 220 of B is nearer than 250: 25² + 5² against 25² + 25².
    plan = plan_deposit(tables, 450, "lazy", TODAY, Limits(lots={"A": 100, "B": 10}))
    assert bought(plan) == {"A": 200, "B": 220}


def test_a_withdrawal_sells_enough_whole_shares():
    tables = shares_of({"A": (10, 70), "B": (10, 30)}, {"A": 50, "B": 50})
    plan = plan_withdrawal(tables, 100, "lazy", TODAY, WHOLE)
    assert bought(plan) == {"A": -2}
    assert plan.undone["amount"].tolist() == [40.0]
    assert round(plan.rows["amount"].sum(), 2) == -100


def test_a_withdrawal_of_more_than_whole_shares_come_to_is_refused():
    tables = portfolio([Held("A", "A", 105, 10)], {"A": 100})
    with pytest.raises(AmountError, match="in whole shares doesn't come to the withdrawal"):
        plan_withdrawal(tables, 104, "lazy", TODAY, WHOLE)


def test_a_rebalance_in_whole_shares_pays_for_itself():
    tables = shares_of({"A": (70, 10), "B": (4, 75)}, {"A": 50, "B": 50})
    plan = plan_rebalance(tables, TODAY, limits=WHOLE)
    assert bought(plan) == {"A": -20, "B": 2} or bought(plan) == {"A": -23, "B": 3}
    assert plan.header.cash_left >= 0
    assert round(plan.rows["amount"].sum(), 2) == 0


def test_shares_in_another_currency_count_at_the_rate():
    held = [Held("VTI", "A", 1000, 100), Held("IWDA", "B", 1100, 80, currency="EUR", rate=1.1)]
    plan = plan_deposit(portfolio(held, {"A": 50, "B": 50}), 500, "lazy", TODAY, WHOLE)
    assert dict(zip(plan.trades["symbol"], plan.trades["amount"], strict=True)) == {"VTI": 300.0, "IWDA": 176.0}


@st.composite
def small_cases(draw):
    size = draw(st.integers(2, 3))
    prices = [draw(st.integers(3, 40)) for _ in range(size)]
    held = [draw(st.integers(0, 12)) for _ in range(size)]
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=size - 1, max_size=size - 1, unique=True)))
    targets = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
    return prices, held, targets, draw(st.integers(1, 160))


def numbered(held, prices, targets):
    """Assets S0, S1, ... of so many shares at a price, with targets in percent."""
    names = [f"S{i}" for i in range(len(prices))]
    return shares_of(
        dict(zip(names, zip(held, prices, strict=True), strict=True)), dict(zip(names, targets, strict=True))
    )


def every_plan(prices, budget):
    for counts in itertools.product(*(range(int(budget // price) + 1) for price in prices)):
        if sum(count * price for count, price in zip(counts, prices, strict=True)) <= budget:
            yield counts


def off_target(case, counts):
    """Σ (value after − target value)² / target value, exact."""
    prices, held, targets, deposit = case
    total = sum(count * price for count, price in zip(held, prices, strict=True)) + deposit
    goals = [Fraction(target * total, 100) for target in targets]
    return sum(((held[i] + counts[i]) * prices[i] - goals[i]) ** 2 / goals[i] for i in range(len(prices)))


@FEW
@given(case=small_cases())
def test_no_possible_plan_is_nearer_than_lazy(case):
    prices, held, targets, deposit = case
    tables = numbered(held, prices, targets)
    plan = plan_deposit(tables, deposit, "lazy", TODAY, WHOLE)
    planned = bought(plan)
    counts = tuple(int(planned.get(f"S{i}", 0)) for i in range(len(prices)))
    least = min(off_target(case, other) for other in every_plan(prices, deposit))
    assert off_target(case, counts) == least
    assert plan.header.measure == pytest.approx(float(least))
    assert plan.header.gap == 0


@FEW
@given(case=small_cases())
@example(case=([3, 7, 3], [0, 0, 0], [1, 1, 98], 7))
def test_with_use_all_cash_no_possible_plan_leaves_less(case):
    prices, held, targets, deposit = case
    tables = numbered(held, prices, targets)
    plan = plan_deposit(tables, deposit, "lazy", TODAY, Limits(whole_shares=True, use_all_cash=True))
    plans = [
        (deposit - sum(n * p for n, p in zip(counts, prices, strict=True)), off_target(case, counts))
        for counts in every_plan(prices, deposit)
    ]
    assert plan.header.cash_left == min(plans)[0]
    assert plan.header.measure == pytest.approx(float(min(plans)[1]))


def test_with_use_all_cash_many_lines_leave_nothing_and_are_proven():
    held = [Held(f"S{i}", f"S{i}", 900 + 37 * i, price=round(17.31 + 11.07 * i + 0.13 * i * i, 2)) for i in range(20)]
    tables = portfolio(held, {f"S{i}": 5 for i in range(20)})
    plan = plan_deposit(tables, 7000.02, "lazy", TODAY, Limits(whole_shares=True, use_all_cash=True))
    assert (plan.header.cash_left, plan.header.gap) == (0, 0)
    assert minor([plan.trades["amount"].sum()]) == [700002]


@pytest.mark.parametrize("rule", RULES)
@FEW
@given(case=small_cases(), back=st.booleans())
@example(case=([3, 14], [8, 8], [1, 99], 136), back=True)
def test_whole_share_plans_add_up(rule, case, back):
    prices, held, targets, flow = case
    tables = numbered(held, prices, targets)
    if back and flow > tables.total / 100:
        return
    try:
        plan = (plan_withdrawal if back else plan_deposit)(tables, flow, rule, TODAY, WHOLE)
    except AmountError:
        assert back
        return
    assert sum(minor(plan.rows["amount"])) == (-100 if back else 100) * flow
    assert all(shares == int(shares) for shares in plan.trades["shares"])
    assert (plan.trades["amount"] < 0).all() if back else (plan.trades["amount"] > 0).all()
    assert (plan.rows["value_after"] >= 0).all()
    # Where all is taken out, nothing has a weight.
    assert plan.classes["weight_after"].sum() == pytest.approx(1 if plan.header.value_after else 0)


@settings(max_examples=10)
@given(data=st.data())
def test_the_core_and_the_program_agree(data):
    """Two ways that share nothing: states for each sum of money, and HiGHS under straight lines."""
    size = data.draw(st.integers(2, 5))
    units = [data.draw(st.integers(5, 60)) for _ in range(size)]
    wanted = [data.draw(st.integers(-100, 300)) for _ in range(size)]
    scale = [data.draw(st.integers(50, 900)) for _ in range(size)]
    budget = data.draw(st.integers(0, 400))
    steps = Steps(
        np.array(units, float), np.zeros(size, int), np.array([budget // unit for unit in units]),
        np.array(wanted, float), np.array(wanted, float), np.array(scale, float), np.zeros(size),
    )  # fmt: skip
    taken, gap = nearest(steps, float(budget), 10)
    goals = [Goal({i: 1.0}, wanted[i], scale[i]) for i in range(size)]
    answer = solve(Program([Line("", budget, 0, units[i]) for i in range(size)], goals, {"": budget}, time_limit=20))
    assert gap == 0 and answer.gap == 0
    assert steps.cost(taken) == pytest.approx(sum(goal.cost(x) for goal, x in zip(goals, answer.traded, strict=True)))
