"""The nearest values of continuous columns, where several accounts share what is wanted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.planner import plan_rebalance
from allocation.planner.linear import INFINITE, Columns
from allocation.planner.quadratic import Square, nearest
from tests.builders import TODAY, Held, portfolio


def bounded(*bounds):
    columns = Columns()
    for low, high in bounds:
        columns.add(low, high)
    return columns


def test_a_wish_inside_the_bounds_is_met():
    columns = bounded((0, 10), (0, 10))
    assert nearest(columns, [Square({0: 1.0}, 3, 1), Square({1: 1.0}, 4, 2)], []) == pytest.approx([3, 4], abs=1e-9)


def test_what_a_row_keeps_from_two_wishes_is_shared_by_their_scale():
    """4 short: by scales 1 and 3, it is 1 and 3 short."""
    columns = bounded((0, 100), (0, 100))
    columns.row({0: 1.0, 1: 1.0}, -INFINITE, 6)
    assert nearest(columns, [Square({0: 1.0}, 4, 1), Square({1: 1.0}, 6, 3)], []) == pytest.approx([3, 3], abs=1e-9)


def test_a_slope_moves_it_by_half_of_scale_times_slope():
    columns = bounded((-100, 100))
    assert nearest(columns, [Square({0: 1.0}, 5, 8, slope=0.25)], []) == pytest.approx([3], abs=1e-9)


def test_what_is_to_be_used_up_comes_before_every_wish():
    columns = bounded((0, 10), (0, INFINITE))
    columns.row({0: 1.0, 1: 1.0}, 8, 8)
    assert nearest(columns, [Square({0: 1.0}, 2, 1)], used_up=[1]) == pytest.approx([8, 0], abs=1e-9)


def test_what_has_one_value_keeps_it():
    columns = bounded((3, 3), (0, 10), (0, 10))
    columns.row({0: 1.0, 1: -2.0}, 0, 0)
    columns.row({1: 1.0, 2: 1.0}, 4, 4)
    assert nearest(columns, [Square({2: 1.0}, 9, 1)], []) == pytest.approx([3, 1.5, 2.5], abs=1e-9)


def test_rows_that_contradict_each_other_have_no_values():
    columns = bounded((0, 1), (0, 1), (0, 1))
    columns.row({0: 1.0, 1: 1.0, 2: 1.0}, 5, INFINITE)
    assert nearest(columns, [Square({0: 1.0}, 2, 1)], []) is None


@st.composite
def households(draw):
    """Assets of a class each, held in some of several accounts, worth from a cent to a million."""
    accounts = [f"Account {number}" for number in range(draw(st.integers(2, 5)))]
    names = [f"S{number}" for number in range(draw(st.integers(2, 12)))]
    money = st.one_of(st.integers(1, 10**5), st.integers(1, 10**8))
    held = [
        Held(name, name, draw(money) / 100, account=account)
        for name in names
        for account in draw(st.lists(st.sampled_from(accounts), min_size=1, unique=True))
    ]
    parts = draw(st.lists(st.integers(1, 30), min_size=len(names), max_size=len(names)))
    percents = [round(100 * part / sum(parts), 2) for part in parts]
    percents[0] = round(100 - sum(percents[1:]), 2)
    return portfolio(held, dict(zip(names, percents, strict=True)))


@settings(max_examples=40)
@given(tables=households())
def test_in_a_household_no_two_trades_inside_an_account_could_come_nearer(tables):
    """The plan is the nearest if no account could still sell what is over its target and buy what is under.

    And nothing is traded away from its target for another one's sake: no asset is further from it than before.
    """
    plan = plan_rebalance(tables, TODAY)
    classes = plan.classes.set_index("asset_class")
    over = classes["value_after"] - classes["target_weight"] * plan.header.value_after
    before = classes["value_before"] - classes["target_weight"] * plan.header.value_before
    traded = {(row.account, row.symbol): row.amount for row in plan.trades.itertuples()}
    cents = 0.05 * (1 + len(tables.holdings))
    for account, held in tables.holdings.groupby("account"):
        after = {row.symbol: row.value + traded.get((account, row.symbol), 0) for row in held.itertuples()}
        could_sell = max((over[name] for name, value in after.items() if value > 1), default=0)
        assert min(could_sell, -min(over[name] for name in after)) <= cents
    assert (over.abs() <= before.abs() + cents).all()
    assert plan.header.drift_after <= plan.header.drift_before + 1e-6
    assert np.isclose(classes["weight_after"].sum(), 1)


def test_the_sample_comes_nearer_to_its_targets(sample):
    head = sample.plan_rebalance().header
    assert head.drift_after < 0.03 < 0.08 < head.drift_before
    assert head.sold < 0.1 * head.value_before
