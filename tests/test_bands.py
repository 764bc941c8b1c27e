"""The 5/25 rule at its edges, exact to the last cent."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from allocation.bands import FIVE_25
from allocation.drift import by_class
from tests.builders import one_a_class

ROWS = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["bands"]
PUBLISHED = pytest.mark.parametrize(
    ("target", "low", "high"), [pytest.param(row["target"], row["low"], row["high"], id=row["source"]) for row in ROWS]
)
EVERY_PERCENT = pytest.mark.parametrize("target", [1, 3, 7, 19, 20, 21, 33, 50, 55, 60, 70, 95, 99])
CENTS = 1_000_000


def percent(number):
    return Fraction(str(number)) / 100


def status_with_money(target, cents):
    """Status of a class that holds so many of the portfolio's 10,000.00."""
    tables = one_a_class({"A": cents / 100, "B": (CENTS - cents) / 100}, {"A": target, "B": 100 - target})
    return by_class(tables).set_index("asset_class").loc["A", "status"]


@PUBLISHED
def test_the_edges_are_as_published(target, low, high):
    assert FIVE_25.edges(percent(target)) == (percent(low), percent(high))


@PUBLISHED
def test_reaching_an_edge_is_out_of_the_band(target, low, high):
    assert FIVE_25.status(percent(low), percent(target)) == "under"
    assert FIVE_25.status(percent(high), percent(target)) == "over"


@PUBLISHED
def test_with_money_reaching_an_edge_is_out_of_the_band(target, low, high):
    assert status_with_money(target, int(CENTS * percent(low))) == "under"
    assert status_with_money(target, int(CENTS * percent(high))) == "over"


@PUBLISHED
def test_a_cent_inside_an_edge_is_in_band(target, low, high):
    assert status_with_money(target, int(CENTS * percent(low)) + 1) == "in band"
    assert status_with_money(target, int(CENTS * percent(high)) - 1) == "in band"


@EVERY_PERCENT
def test_the_band_is_5_points_or_a_quarter_of_the_target_whichever_is_less(target):
    width = min(5 * 10_000, target * 2_500)
    at = target * 10_000
    assert [status_with_money(target, at + cents) for cents in (-width, 1 - width, 0, width - 1, width)] == [
        "under", "in band", "in band", "in band", "over",
    ]  # fmt: skip


def test_55_of_60_and_65_of_60_both_fire():
    """In floating point 0.65 - 0.6 reaches 0.05 and 0.6 - 0.55 does not."""
    assert status_with_money(60, 550_000) == "under"
    assert status_with_money(60, 650_000) == "over"


def test_holding_anything_of_a_target_of_0_is_over():
    assert status_with_money(0, 1) == "over"


def test_holding_nothing_of_a_target_of_0_is_in_band():
    assert status_with_money(0, 0) == "in band"


def test_a_target_of_100_percent():
    assert status_with_money(100, CENTS) == "in band"
    assert status_with_money(100, 950_001) == "in band"
    assert status_with_money(100, 950_000) == "under"


def test_nothing_held_has_its_own_word():
    assert status_with_money(10, 0) == "nothing held"


def test_without_a_target_there_is_no_band():
    assert FIVE_25.status(Fraction(1, 2), None) == "no target"


def test_a_third_is_exact():
    """33.3333 % of 1,000,000.00 less the 5 points is 283,333.00."""
    tables = one_a_class({"A": 283_333, "B": 716_667}, {"A": 33.3333, "B": 66.6667})
    assert by_class(tables).set_index("asset_class").loc["A", "status"] == "under"
    tables = one_a_class({"A": 283_333.01, "B": 716_666.99}, {"A": 33.3333, "B": 66.6667})
    assert by_class(tables).set_index("asset_class").loc["A", "status"] == "in band"
