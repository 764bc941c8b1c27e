"""Small examples of each rule, worked out by hand. Money is in whole cents."""

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from allocation.errors import UnknownName
from allocation.planner import RULES, plan_deposit, share
from tests.builders import TODAY, amounts_by, one_a_class, shared

EVERY_RULE = pytest.mark.parametrize("rule", RULES)
EQUAL = [1, 1, 1]


@EVERY_RULE
def test_what_cannot_be_divided_goes_out_to_the_cent(rule):
    assert shared([0, 0, 0], EQUAL, 100_00, rule) == [33_34, 33_33, 33_33]


@EVERY_RULE
def test_one_cent_goes_to_one_line(rule):
    assert sorted(shared([0, 0, 0], EQUAL, 1, rule)) == [0, 0, 1]


@EVERY_RULE
def test_a_target_of_100_percent_takes_all(rule):
    assert shared([500, 0], [0, 100], 70, rule) == [0, 70]


@EVERY_RULE
def test_a_target_of_0_takes_nothing_though_nothing_is_held_there(rule):
    assert shared([0, 900, 0], [0, 60, 40], 100, rule)[0] == 0


@EVERY_RULE
def test_nothing_to_share(rule):
    assert shared([100, 200], [50, 50], 0, rule) == [0, 0]


@EVERY_RULE
def test_a_portfolio_on_target_grows_by_its_targets(rule):
    assert shared([60, 40], [60, 40], 50, rule) == [30, 20]


@EVERY_RULE
def test_an_empty_portfolio_starts_at_its_targets(rule):
    assert shared([0, 0, 0], [70, 20, 10], 100, rule) == [70, 20, 10]


@EVERY_RULE
def test_a_yen_has_no_smaller_unit(rule):
    tables = one_a_class({"A": 0, "B": 0, "C": 0}, {"A": 40, "B": 40, "C": 20}, base="JPY")
    amounts = amounts_by("asset_class", plan_deposit(tables, 101, rule, TODAY))
    assert sum(amounts.values()) == 101
    assert all(amount == int(amount) for amount in amounts.values())
    assert amounts["C"] == 20


def test_lazy_raises_the_lowest_ratios_together():
    """40/50 = 0.8 and 30/50 = 0.6: the first 10 lift B to A, the other 20 go half and half."""
    assert shared([40, 30], [50, 50], 30) == [10, 20]


def test_lazy_leaves_a_line_out_that_the_money_does_not_reach():
    assert shared([100, 10, 10], [40, 30, 30], 40) == [0, 20, 20]


def test_lazy_reaches_a_line_at_the_very_last_cent():
    assert shared([20, 10], [50, 50], 10) == [0, 10]
    assert shared([20, 10], [50, 50], 12) == [1, 11]


def test_lazy_fills_an_overdraft_first():
    assert shared([-50, 100], [10, 90], 50) == [50, 0]


def test_lazy_withdraws_from_the_highest_ratios_together():
    assert shared([60, 40], [50, 50], -40) == [-30, -10]


def test_lazy_withdraws_first_what_has_a_target_of_0():
    assert shared([30, 35, 35], [0, 50, 50], -20) == [-20, 0, 0]
    assert shared([30, 35, 35], [0, 50, 50], -50) == [-30, -10, -10]


def test_lazy_takes_from_several_targets_of_0_by_value():
    assert shared([30, 10, 60], [0, 0, 100], -20) == [-15, -5, 0]


def test_lazy_withdraws_everything():
    assert shared([30, 10, 60], [0, 25, 75], -100) == [-30, -10, -60]


def test_lazy_withdraws_nothing_from_an_overdraft():
    """The other two go down to (120 − 88) / 80 = 0.4 of their targets."""
    assert shared([-20, 100, 20], [20, 60, 20], -88) == [0, -76, -12]


def test_proportional_shares_by_the_shortfall():
    """Total after is 200: shortfalls 100 − 40 = 60, 60 − 40 = 20, 40 − 80 < 0; three quarters and one quarter."""
    assert shared([40, 40, 80], [50, 30, 20], 40, "proportional") == [30, 10, 0]


def test_proportional_measures_the_shortfall_against_everything_held():
    """With 108 elsewhere the total after is 300: shortfalls 150 − 40, 90 − 40 and 0; 110 : 50."""
    assert shared([40, 40, 80], [50, 30, 20], 32, "proportional", elsewhere=108) == [22, 10, 0]


def test_proportional_fills_an_overdraft_by_its_shortfall():
    """Total after is 200: shortfalls 40 + 100 = 140 and 160 − 100 = 60."""
    assert shared([-100, 100], [20, 80], 200, "proportional") == [140, 60]


def test_largest_first_fills_one_then_the_next():
    """Total after is 160: shortfalls 80 − 40 = 40, 48 − 40 = 8, 32 − 20 = 12."""
    assert shared([40, 40, 20], [50, 30, 20], 60, "largest_first") == [40, 8, 12]


def test_largest_first_leaves_the_next_when_the_money_ends():
    """Total after is 200: shortfalls 60, 40 and none."""
    assert shared([40, 20, 100], [50, 30, 20], 40, "largest_first") == [40, 0, 0]
    assert shared([40, 20, 60], [50, 30, 20], 80, "largest_first") == [60, 20, 0]


def test_largest_first_shares_equally_among_equal_shortfalls():
    """Total after is 160: shortfalls 40 and 40; 60 is not enough for both."""
    assert shared([40, 40, 20], [50, 50, 0], 60, "largest_first") == [30, 30, 0]


def test_largest_first_gives_the_odd_cent_of_equal_shortfalls_to_one():
    assert sorted(shared([0, 0], [50, 50], 5, "largest_first")) == [2, 3]


def test_largest_first_shares_a_tie_that_comes_second():
    """Total after is 300: shortfalls 120, 70, 70, and nothing for what is over; 140 fills one and leaves 20."""
    assert shared([0, 5, 5, 150], [40, 25, 25, 10], 140, "largest_first") == [120, 10, 10, 0]


def test_by_target_splits_whatever_is_held():
    assert shared([0, 9_999], [75, 25], 200, "by_target") == [150, 50]


@EVERY_RULE
def test_targets_may_be_in_any_unit(rule):
    assert shared([10, 20, 30], [1, 2, 1], 17, rule) == shared([10, 20, 30], [250_000, 500_000, 250_000], 17, rule)


@EVERY_RULE
def test_ten_trillion_to_the_cent(rule):
    assert sum(shared([10**15, 10**15 - 7, 3], [333_333, 333_333, 333_334], 10**15 - 1, rule)) == 10**15 - 1


@EVERY_RULE
def test_lines_may_be_named_by_text_or_number(rule):
    flows = pd.DataFrame([{"group_id": "x", "flow": 10, "total_after": 10}])
    for names in (["a", "b"], [7, 3]):
        lines = pd.DataFrame({"group_id": "x", "line": names, "value": 0, "target": [80, 20]})
        answer = share(lines, flows, rule).set_index("line")["amount"]
        assert answer.to_dict() == dict(zip(names, [8, 2], strict=True))


@EVERY_RULE
def test_a_table_turned_upside_down_is_still_a_table(rule):
    lines = pd.DataFrame({"group_id": "x", "line": [1, 2], "value": 0, "target": [80, 20]})
    flows = pd.DataFrame({"group_id": ["x", "y"], "flow": [10, 0], "total_after": [10, 0]})
    answer = share(lines[::-1], flows[::-1], rule).set_index("line")["amount"]
    assert answer.to_dict() == {1: 8, 2: 2}


@EVERY_RULE
def test_several_threads_share_at_once(rule):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda flow: shared([40, 30], [50, 50], flow, rule), [30, 300] * 16))
    assert answers == [shared([40, 30], [50, 50], 30, rule), shared([40, 30], [50, 50], 300, rule)] * 16


def test_an_unknown_rule_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="lazy, proportional, largest_first, by_target"):
        shared([1], [1], 1, "greedy")


@EVERY_RULE
def test_every_rule_says_what_it_does_and_where_it_comes_from(rule):
    described = RULES[rule]
    assert described.name == rule
    assert described.title and described.description and described.source
