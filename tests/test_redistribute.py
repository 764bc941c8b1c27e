"""Moving one row of targets: the others make room, locked ones stay, the sum is 100."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from allocation.errors import TargetsError, UnknownName
from allocation.targets import HUNDRED, HUNDREDTH, STEP, add_row, redistribute, remove_row, share

D = Decimal
MIX = {"Stocks": D(50), "Bonds": D(30), "Gold": D(15), "Cash": D(5)}


def test_the_others_make_room_in_proportion():
    result = redistribute(MIX, [], "Stocks", 60)
    assert result.percents == {"Stocks": 60, "Bonds": 24, "Gold": 12, "Cash": 4}


def test_equally_where_all_of_them_are_0():
    result = redistribute({"A": 100, "B": 0, "C": 0, "D": 0}, [], "A", 90)
    assert result.percents == {"A": 90, "B": D("3.34"), "C": D("3.33"), "D": D("3.33")}


def test_a_row_at_0_stays_there_while_others_have_something():
    assert redistribute({"A": 60, "B": 40, "C": 0}, [], "A", 10).percents == {"A": 10, "B": 90, "C": 0}


def test_locked_rows_stay_and_the_last_hundredth_goes_to_the_largest_remainder():
    result = redistribute(MIX, ["Bonds"], "Cash", "5.01")
    assert result.percents == {"Stocks": D("49.99"), "Bonds": 30, "Gold": 15, "Cash": D("5.01")}
    assert (result.value, result.reason) == (D("5.01"), None)


def test_where_no_room_is_left_the_row_stops_and_says_why():
    result = redistribute({"Stocks": 60, "Bonds": 30, "Cash": 10}, ["Stocks"], "Bonds", 70)
    assert result.percents == {"Stocks": 60, "Bonds": 40, "Cash": 0}
    assert (result.value, result.reason) == (40, "Bonds stops at 40: the locked rows hold the other 60")


@pytest.mark.parametrize(
    ("locked", "changed", "to", "value", "reason"),
    [
        ([], "Bonds", 101, 100, "Bonds stops at 100: that is everything"),
        ([], "Bonds", -0.01, 0, "Bonds stops at 0: a target can't be below 0"),
        (["Bonds"], "Bonds", 50, 30, "Bonds is locked at 30"),
        (["Bonds"], "Bonds", 30, 30, None),
        (["Stocks", "Gold", "Cash"], "Bonds", 50, 30,
         "Bonds stays at 30: the locked rows hold the other 70, and no row is left to take the difference"),
        (["Stocks", "Gold", "Cash"], "Bonds", "30.0", 30, None),
        (["A row that is gone"], "Bonds", 12.5, D("12.5"), None),
        ([], "Bonds", 33.300000000000004, D("33.3"), None),
        ([], "Bonds", "33.3333", D("33.3333"), None),
    ],
)  # fmt: skip
def test_how_far_a_row_comes(locked, changed, to, value, reason):
    result = redistribute(MIX, locked, changed, to)
    assert (result.value, result.reason) == (value, reason)
    assert sum(result.percents.values()) == HUNDRED


def test_locked_rows_that_hold_everything_leave_no_room():
    result = redistribute({"A": 100, "B": 0, "C": 0}, ["A"], "B", 10)
    assert (result.value, result.reason) == (0, "B stops at 0: the locked rows hold all 100")


def test_the_only_row_is_all_there_is():
    result = redistribute({"A": 100}, [], "A", 60)
    assert result.percents == {"A": 100}
    assert result.reason == "A stays at 100: no other row could take the rest"


def test_what_is_finer_than_a_hundredth_stays_locked_and_one_row_has_the_rest():
    result = redistribute({"A": "33.3333", "B": 40, "C": "26.6667"}, ["A"], "B", 20)
    assert result.percents == {"A": D("33.3333"), "B": 20, "C": D("46.6667")}
    thirds = {"A": "33.3333", "B": "33.3333", "C": "33.3334"}
    assert redistribute(thirds, [], "B", "33.3333").percents == {name: D(percent) for name, percent in thirds.items()}


def test_a_blank_set_adds_up_once_a_row_is_moved():
    assert redistribute({"A": 0, "B": 0, "C": 0}, [], "A", 60).percents == {"A": 60, "B": 20, "C": 20}


@pytest.mark.parametrize(
    ("percents", "locked", "changed", "to", "error", "sentence"),
    [
        (MIX, [], "Silver", 5, UnknownName, "There is no row 'Silver'. There is Stocks, Bonds, Gold, Cash."),
        ({"A": 101}, [], "A", 5, TargetsError, "101 for A is not a percent"),
        (MIX, [], "Gold", "much", TargetsError, "'much' for Gold is not a number"),
        (MIX, [], "Gold", float("nan"), TargetsError, "nan for Gold is not a number"),
        ({"A": 70, "B": 60, "C": 0}, ["A", "B"], "C", 5, TargetsError, "add up to 130: 30 too much. Unlock one"),
        ({"A": 30, "B": 60}, ["A", "B"], "A", 5, TargetsError, "locked rows add up to 90: 10 missing. Unlock one"),
    ],
)  # fmt: skip
def test_what_can_not_be_moved(percents, locked, changed, to, error, sentence):
    with pytest.raises(error, match=sentence):
        redistribute(percents, locked, changed, to)


def test_a_row_that_is_taken_out_leaves_its_part_to_the_unlocked():
    result = remove_row(MIX, ["Bonds"], "Gold")
    assert result.percents == {"Stocks": D("63.64"), "Bonds": 30, "Cash": D("6.36")}
    assert (result.value, result.reason) == (0, None)


def test_a_locked_row_can_be_taken_out():
    assert remove_row({"A": 40, "B": 60}, ["A"], "A").percents == {"B": 100}


def test_a_row_stays_where_nothing_could_take_its_part():
    result = remove_row(MIX, ["Stocks", "Bonds", "Cash"], "Gold")
    assert result.percents == MIX
    assert result.reason == "Gold stays at 15: every other row is locked, so none could take its part"
    assert remove_row(MIX | {"Silver": 0}, list(MIX), "Silver").percents == MIX


def test_the_last_row_leaves_none_and_the_first_has_all():
    assert remove_row({"A": 100}, [], "A").percents == {}
    assert add_row({}, "A").percents == {"A": 100}


def test_a_new_row_starts_at_0():
    assert add_row(MIX, " Silver ").percents == MIX | {"Silver": 0}
    with pytest.raises(TargetsError, match="There is a row Gold already"):
        add_row(MIX, "gold")
    with pytest.raises(TargetsError, match="no name"):
        add_row(MIX, " ")


names = st.text("ABCDEFGH", min_size=1, max_size=3)


@st.composite
def rows(draw, step=HUNDREDTH):
    """Percents on a grid that add up to 100, some of them locked, and one row to move."""
    parts = draw(st.dictionaries(names, st.integers(0, 1000), min_size=2, max_size=9))
    percents = share(HUNDRED, {name: D(part) for name, part in parts.items()}, step)
    changed = draw(st.sampled_from(sorted(percents)))
    locked = draw(st.sets(st.sampled_from(sorted(percents)))) - {changed}
    return percents, locked, changed


targets = st.decimals(min_value=-20, max_value=120, places=2)


@given(rows() | rows(STEP), targets)
def test_the_sum_is_100_and_locked_rows_stay(case, to):
    percents, locked, changed = case
    result = redistribute(percents, locked, changed, to)
    assert sum(result.percents.values()) == HUNDRED
    assert list(result.percents) == list(percents)
    assert all(result.percents[name] == percents[name] for name in locked)
    assert result.percents[changed] == result.value
    assert (result.reason is None) == (result.value == to)
    assert all(percent >= 0 for percent in result.percents.values())


@given(rows(), targets)
def test_a_grid_of_hundredths_stays_one(case, to):
    percents, locked, changed = case
    assert not any(percent % HUNDREDTH for percent in redistribute(percents, locked, changed, to).percents.values())


@given(rows() | rows(STEP), targets)
def test_the_others_keep_their_proportions_within_a_hundredth(case, to):
    percents, locked, changed = case
    result = redistribute(percents, locked, changed, to)
    others = [name for name in percents if name not in locked and name != changed]
    before, after = (sum(side[name] for name in others) for side in (percents, result.percents))
    for name in others:
        exact = after * percents[name] / before if before else after / len(others)
        assert abs(result.percents[name] - exact) < HUNDREDTH or result.percents == percents


@given(rows(), targets, targets)
def test_a_row_that_goes_further_leaves_no_other_more(case, to, other):
    percents, locked, changed = case
    low, high = (redistribute(percents, locked, changed, each) for each in sorted((to, other)))
    assert low.value <= high.value
    for name in percents.keys() - {changed}:
        assert high.percents[name] <= low.percents[name] + HUNDREDTH


@given(rows() | rows(STEP), targets, st.randoms())
def test_the_order_of_rows_changes_nothing(case, to, random):
    percents, locked, changed = case
    shuffled = list(percents.items())
    random.shuffle(shuffled)
    assert redistribute(dict(shuffled), locked, changed, to) == redistribute(percents, locked, changed, to)


@given(rows() | rows(STEP), targets)
def test_moving_to_the_same_place_again_changes_nothing(case, to):
    percents, locked, changed = case
    once = redistribute(percents, locked, changed, to)
    assert redistribute(once.percents, locked, changed, to) == once
    assert redistribute(percents, locked, changed, percents[changed]).percents == percents


@given(rows(), targets)
def test_there_and_back_returns_to_within_a_hundredth(case, to):
    percents, locked, changed = case
    assume(to <= percents[changed])
    there = redistribute(percents, locked, changed, to)
    back = redistribute(there.percents, locked, changed, percents[changed])
    assume(any(percents[name] for name in percents if name not in locked and name != changed))
    assert all(abs(back.percents[name] - percents[name]) <= HUNDREDTH for name in percents)


@given(rows())
def test_taking_out_a_row_keeps_the_sum_and_the_locks(case):
    percents, locked, name = case
    result = remove_row(percents, locked, name)
    assert sum(result.percents.values()) == HUNDRED
    assert all(result.percents[row] == percents[row] for row in locked)
    assert (name in result.percents) == (result.reason is not None)
