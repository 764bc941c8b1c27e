"""Percents that add up to exactly 100."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import TargetsError
from allocation.targets import changes, check_percents, clean_class_names, plain, read_percent, rescale

percents = st.decimals(min_value=0, max_value=100, places=4)
several = st.dictionaries(st.integers(1, 50), percents, min_size=1, max_size=12)


@pytest.mark.parametrize("percent", [0, 100, 12.5, "33.3333", Decimal("0.0001"), " 7 "])
def test_a_percent_from_0_to_100_with_four_decimals(percent):
    assert read_percent(percent) == Decimal(str(percent).strip())


@pytest.mark.parametrize(
    "percent", [-0.0001, 100.0001, "1.00001", 0.1 + 0.2, "", "ten", "NaN", float("nan"), float("inf"), None, True]
)
def test_anything_else_is_no_percent(percent):
    assert read_percent(percent) is None


def test_good_percents_come_back_exact():
    assert check_percents({"A": 66.6667, "B": "33.3333"}, "They") == {"A": Decimal("66.6667"), "B": Decimal("33.3333")}


@pytest.mark.parametrize(
    ("given_percents", "sentence"),
    [
        ({"A": 60, "B": 37}, "They add up to 97: 3 missing."),
        ({"A": 60, "B": 40.5}, "They add up to 100.5: 0.5 too much."),
        ({"A": 33.3333, "B": 33.3333, "C": 33.3333}, "They add up to 99.9999: 0.0001 missing."),
        ({}, "They add up to 0: 100 missing."),
        ({"A": 120, "B": -20}, "They: 120 for A is not a percent from 0 to 100 with at most 4 decimals."),
        ({"A": "half", "B": 50}, "They: 'half' for A is not a percent from 0 to 100 with at most 4 decimals."),
    ],
)
def test_a_wrong_sum_is_refused_with_the_difference(given_percents, sentence):
    with pytest.raises(TargetsError) as refusal:
        check_percents(given_percents, "They")
    assert str(refusal.value) == sentence


@given(several)
def test_percents_pass_only_if_they_add_up_to_100(targets):
    if sum(targets.values()) == 100:
        assert check_percents(targets, "They") == targets
    else:
        with pytest.raises(TargetsError, match="missing|too much"):
            check_percents(targets, "They")


@given(several)
def test_rescaled_percents_add_up_to_100_and_pass_the_check(targets):
    rescaled = rescale(targets)
    if any(targets.values()):
        assert check_percents(rescaled, "They") == rescaled
        assert rescaled.keys() == targets.keys()
    else:
        assert rescaled == {}


@given(several.filter(lambda targets: any(targets.values())))
def test_rescaling_keeps_proportions_to_the_last_step(targets):
    total = sum(targets.values())
    for name, percent in rescale(targets).items():
        assert abs(percent * total - targets[name] * 100) < Decimal("0.0001") * total


@given(several)
def test_rescaling_keeps_order_and_zeros(targets):
    rescaled = rescale(targets)
    for one in rescaled:
        assert (targets[one] == 0) <= (rescaled[one] == 0)
        for other in rescaled:
            assert (targets[one] < targets[other]) <= (rescaled[one] <= rescaled[other])


@given(several)
def test_rescaling_twice_changes_nothing(targets):
    assert rescale(rescale(targets)) == rescale(targets)


def test_three_equal_parts_give_the_last_step_to_the_first():
    assert rescale({1: Decimal(1), 2: Decimal(1), 3: Decimal(1)}) == {
        1: Decimal("33.3334"),
        2: Decimal("33.3333"),
        3: Decimal("33.3333"),
    }


@pytest.mark.parametrize(("percent", "text"), [("97", "97"), ("100", "100"), ("33.3000", "33.3"), ("0.0000", "0")])
def test_a_percent_is_written_without_trailing_zeros(percent, text):
    assert plain(Decimal(percent)) == text


def test_what_has_changed_in_words():
    before, after = {"Bonds": 30, "Gold": 0, "Cash": "5.0"}, {"Bonds": 25, "Silver": 0, "Cash": 5, "Stocks": 5}
    assert changes(before, after) == "Bonds 30 → 25, Gold taken out at 0, Silver added at 0, Stocks 0 → 5"
    assert changes(before, before) == ""


@pytest.mark.parametrize(("name", "sentence"), [(" ", "has no class name"), ("Unclassified", "can't have a target")])
def test_class_names_that_no_target_can_have(name, sentence):
    with pytest.raises(TargetsError, match=sentence):
        clean_class_names({name: 100})
