"""How much it takes to be on target by deposits alone, in fractions and in whole shares."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AmountError
from allocation.planner import Limits, deposits_needed, minimum_deposit, plan_deposit
from tests.builders import TODAY, Held, amounts_by, one_a_class, portfolio

(DCAPAL,) = json.loads(Path(__file__).parents[1].joinpath("cases.json").read_text(encoding="utf-8"))[
    "minimum_deposit_whole"
]
WHOLE = Limits(whole_shares=True)


def in_shares(lines):
    """``(symbol, shares, price, target percent)``, one a class."""
    held = [Held(symbol, symbol, shares * price, price) for symbol, shares, price, _ in lines]
    percents = {symbol: percent for symbol, *_, percent in lines}
    return portfolio(held, percents, {symbol: {symbol: 100} for symbol in percents})


def dcapal():
    return in_shares([(line["s"], line["qty"], line["price"], 100 * line["target"]) for line in DCAPAL["positions"]])


def test_money_for_a_class_that_holds_nothing_waits_in_whole_shares_as_in_fractions():
    tables = portfolio([Held("A", "A", 60, 6), Held("B", "B", 30, 3)], {"A": 60, "B": 30, "C": 10})
    assert minimum_deposit(tables) == minimum_deposit(tables, WHOLE) == 10
    assert minimum_deposit(tables, WHOLE, within=7) == 2.79  # 2.78 of 92.78 is less than 3 %
    assert minimum_deposit(tables, Limits(no_buy=["A"])) == 10


def test_in_whole_shares_as_published():
    tables = dcapal()
    assert minimum_deposit(tables, WHOLE) == DCAPAL["expect"]
    plan = plan_deposit(tables, DCAPAL["expect"], "lazy", TODAY, WHOLE)
    assert dict(zip(plan.trades["symbol"], plan.trades["shares"], strict=True)) == DCAPAL["buys"]
    assert list(plan.classes["drift_after"]) == [0, 0]


def test_in_fractions_as_published():
    assert minimum_deposit(dcapal()) == DCAPAL["fractional"]


def test_it_may_end_within_some_distance():
    """7 and 1 shares are 87.5 % and 12.5 %."""
    assert minimum_deposit(dcapal(), WHOLE, within="2.5") == 10
    assert minimum_deposit(dcapal(), WHOLE, within="2.4") == 20


def test_prices_that_never_meet_are_said():
    tables = in_shares([("A", 7, 98.53, 61.7), ("B", 3, 47.11, 38.3)])
    with pytest.raises(AmountError, match=r"^In whole shares, no deposit up to [0-9,.]+ USD was found .* such as 0.5"):
        minimum_deposit(tables, WHOLE)
    assert minimum_deposit(tables, WHOLE, within=1) < 2000


def test_a_class_that_has_to_grow_and_may_not():
    tables = in_shares([("A", 7, 10, 60), ("B", 3, 10, 40)])
    assert minimum_deposit(tables) == 16.67
    assert minimum_deposit(tables, Limits(no_buy=["B"])) == math.inf
    assert minimum_deposit(tables, Limits(no_buy=["A"])) == 16.67


@settings(max_examples=25)
@given(
    lines=st.lists(st.tuples(st.integers(0, 6), st.integers(1, 9)), min_size=2, max_size=3),
    cut=st.integers(1, 9),
    points=st.sampled_from([1, 3, 10]),
)
def test_in_whole_shares_it_agrees_with_trying_every_deposit(lines, cut, points):
    percents = [10 * cut, 100 - 10 * cut, 0][: len(lines)]
    lines = [(f"A{i}", 0 if not percent else shares, price, percent)
             for i, ((shares, price), percent) in enumerate(zip(lines, percents, strict=True))]  # fmt: skip
    if sum(shares for _, shares, _, _ in lines) == 0:
        return
    tries = []
    for more in itertools.product(range(40), repeat=2):
        values = [(shares + k) * price for (_, shares, price, _), k in zip(lines, more, strict=False)]
        total = sum(values)
        if total and all(
            abs(Fraction(value, total) - Fraction(percent, 100)) <= Fraction(points, 100)
            for value, percent in zip(values, percents, strict=False)
        ):
            tries.append(sum(k * price for (_, _, price, _), k in zip(lines, more, strict=False)))
    least = minimum_deposit(in_shares(lines), WHOLE, within=points)
    assert least == min(tries) if tries else least > 0


def test_how_many_deposits_it_takes():
    tables = one_a_class({"Stocks": 100_000, "Cash": 40_000, "Bonds": 50_000}, {"Stocks": 80, "Cash": 10, "Bonds": 10})
    assert minimum_deposit(tables) == 310_000
    assert deposits_needed(tables, 31_000) == 10
    assert deposits_needed(tables, 30_999) == 11
    assert deposits_needed(one_a_class({"A": 60, "B": 40}, {"A": 60, "B": 40}), 5) == 0
    assert deposits_needed(one_a_class({"A": 60, "B": 40}, {"A": 100}), 5) == math.inf
    with pytest.raises(AmountError, match="never gets there"):
        deposits_needed(tables, 0)


@settings(max_examples=10)
@given(stocks=st.integers(1, 500), bonds=st.integers(1, 500), each=st.integers(1, 400))
def test_that_many_deposits_by_lazy_do_get_there(stocks, bonds, each):
    held, percents = {"Stocks": stocks, "Bonds": bonds}, {"Stocks": 60, "Bonds": 40}
    number = deposits_needed(one_a_class(held, percents), each)
    for left in reversed(range(min(int(number), 12))):
        plan = plan_deposit(one_a_class(held, percents), each, "lazy", TODAY)
        held = {name: held[name] + amounts_by("asset_class", plan).get(name, 0) for name in held}
        total = sum(held.values())
        furthest = max(abs(held[name] / total - percents[name] / 100) for name in held)
        if left == 0 and number <= 12:
            assert furthest * total <= 0.05
