"""Bands at their edges, exact to the last cent; and as a person writes them."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.bands import FIVE_25, Band, read_band
from allocation.drift import by_class, by_holding
from allocation.errors import AmountError
from allocation.planner import plan_rebalance
from tests.builders import TODAY, Held, amounts_by, one_a_class, portfolio

ROWS = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))["bands"]
PUBLISHED = pytest.mark.parametrize(
    ("rule", "target", "low", "high"),
    [pytest.param(row["rule"], row["target"], row["low"], row["high"], id=row["source"]) for row in ROWS],
)
EVERY_PERCENT = pytest.mark.parametrize("target", [1, 3, 7, 19, 20, 21, 33, 50, 55, 60, 70, 95, 99])
CENTS = 1_000_000


def percent(number):
    return Fraction(str(number)) / 100


def banded(tables, band="5/25", **class_bands):
    """The same tables, measured with these bands."""
    own = {name: read_band(text) for name, text in class_bands.items()}
    return replace(tables, strategy=replace(tables.strategy, band=read_band(band), class_bands=own))


def two_classes(target, cents, band="5/25"):
    """A portfolio of 10,000.00, of which class A holds so many cents."""
    tables = one_a_class({"A": cents / 100, "B": (CENTS - cents) / 100}, {"A": target, "B": 100 - target})
    return banded(tables, band)


def status_with_money(target, cents, band="5/25"):
    """Status of a class that holds so many of the portfolio's 10,000.00."""
    return by_class(two_classes(target, cents, band)).set_index("asset_class").loc["A", "status"]


@PUBLISHED
def test_the_edges_are_as_published(rule, target, low, high):
    assert read_band(rule).edges(percent(target)) == (percent(low), percent(high))


@PUBLISHED
def test_reaching_an_edge_is_out_of_the_band(rule, target, low, high):
    assert read_band(rule).status(percent(low), percent(target)) == ("under" if low else "nothing held")
    assert read_band(rule).status(percent(high), percent(target)) == "over"


@PUBLISHED
def test_with_money_reaching_an_edge_is_out_of_the_band(rule, target, low, high):
    assert status_with_money(target, int(CENTS * percent(low)), rule) == ("under" if low else "nothing held")
    assert status_with_money(target, int(CENTS * percent(high)), rule) == "over"


@PUBLISHED
def test_a_cent_inside_an_edge_is_in_band(rule, target, low, high):
    assert status_with_money(target, int(CENTS * percent(low)) + 1, rule) == "in band"
    assert status_with_money(target, int(CENTS * percent(high)) - 1, rule) == "in band"


@PUBLISHED
def test_a_strict_band_is_left_a_cent_beyond_its_edge(rule, target, low, high):
    strict = f"{rule}, out only beyond the edge"
    assert status_with_money(target, int(CENTS * percent(high)), strict) == "in band"
    assert status_with_money(target, int(CENTS * percent(high)) + 1, strict) == "over"
    if low:
        assert status_with_money(target, int(CENTS * percent(low)), strict) == "in band"
        assert status_with_money(target, int(CENTS * percent(low)) - 1, strict) == "under"


def weight_after(case, weight, goal):
    """Percent of class A after a rebalance from ``weight``, where B is in a wide band of its own."""
    tables = one_a_class(
        {"A": 100 * weight, "B": 100 * (100 - weight)}, {"A": case["target"], "B": 100 - case["target"]}
    )
    plan = plan_rebalance(banded(tables, case["rule"], B="100 %"), TODAY, goal, only_outside=True)
    return pytest.approx(plan.classes.set_index("asset_class").loc["A", "weight_after"] * 100, abs=1e-9)


def test_a_relative_band_brings_back_half_way_as_published():
    (case,) = (row for row in ROWS if "tolerance_low" in row)
    assert weight_after(case, 48, "half") == case["tolerance_low"]
    assert weight_after(case, 72, "half") == case["tolerance_high"]


def test_200_175_brings_back_to_1_75_points_as_published():
    (case,) = (row for row in ROWS if "destination_low" in row)
    assert weight_after(case, 58, "distance") == case["destination_low"]
    assert weight_after(case, 62, "distance") == case["destination_high"]


def test_a_class_has_its_own_band_where_one_is_set():
    tables = one_a_class({"A": 57, "B": 43}, {"A": 60, "B": 40})
    assert set(by_class(tables)["status"]) == {"in band"}
    assert by_class(banded(tables, A="3 points")).set_index("asset_class")["status"].to_dict() == {
        "A": "under",
        "B": "in band",
    }


def stocks(vti, vxus, bonds):
    """Stocks 60 % (half VTI, half VXUS) and bonds 40 %, of so much money each."""
    held = [Held("VTI", "Stocks", vti), Held("VXUS", "Stocks", vxus), Held("BND", "Bonds", bonds)]
    return portfolio(held, {"Stocks": 60, "Bonds": 40}, {"Stocks": {"VTI": 50, "VXUS": 50}})


def test_a_holding_is_measured_against_the_whole_portfolio_or_in_its_class():
    """VTI is 45 of 90 in stocks, as it is to be, and 45 of 100 in all, where 30 ± 5 is meant."""
    tables = stocks(45, 45, 10)
    whole = by_holding(banded(tables, "5 points")).set_index("symbol")
    inside = by_holding(banded(tables, "5 points, measured in the class")).set_index("symbol")
    assert whole.loc["VTI", ["status", "band_low", "band_high"]].tolist() == ["over", 0.25, 0.35]
    # 45 to 55 % of stocks that are 90 % of everything.
    assert inside.loc["VTI", ["status", "band_low", "band_high"]].tolist() == ["in band", 0.405, 0.495]
    assert inside.loc["VTI", "drift"] == whole.loc["VTI", "drift"] == pytest.approx(0.15)


def test_a_holding_that_is_out_of_place_in_its_class_alone():
    """VTI is 33 of 60: 3 points over in all, 5 in its class."""
    tables = stocks(33, 27, 40)
    assert set(by_holding(banded(tables, "5 points"))["status"]) == {"in band"}
    inside = by_holding(banded(tables, "5 points, measured in the class")).set_index("symbol")["status"]
    assert inside.to_dict() == {"VTI": "over", "VXUS": "under", "BND": "in band"}


def test_a_rebalance_touches_what_is_out_of_its_band_in_the_class():
    tables = stocks(33, 27, 40)
    assert plan_rebalance(banded(tables, "5 points"), TODAY, only_outside=True).rows.empty
    measured_inside = banded(tables, "5 points, measured in the class")
    assert amounts_by("symbol", plan_rebalance(measured_inside, TODAY, only_outside=True)) == {"VTI": -3, "VXUS": 3}
    # Half way back is 52.5 % of 60.
    plan = plan_rebalance(measured_inside, TODAY, "half", only_outside=True)
    assert amounts_by("symbol", plan) == {"VTI": -1.5, "VXUS": 1.5}


def test_a_rebalance_in_the_class_leaves_alone_what_is_only_out_of_place_in_all():
    tables = stocks(36, 36, 28)
    plan = plan_rebalance(banded(tables, "5 points, measured in the class", Bonds="20 points"), TODAY)
    assert amounts_by("symbol", plan) == {"VTI": -6, "VXUS": -6, "BND": 12}
    inside = by_holding(banded(tables, "5 points, measured in the class")).set_index("symbol")["status"]
    assert inside["VTI"] == inside["VXUS"] == "in band"


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


PARTS = st.integers(1, 1_000_000).map(lambda steps: Fraction(steps, 1_000_000))


@given(points=PARTS | st.none(), share=PARTS | st.none(), kinds=st.tuples(*[st.booleans()] * 3))
def test_what_a_band_says_of_itself_can_be_read_back(points, share, kinds):
    if points is None and share is None:
        points = Fraction(1, 20)
    band = Band(points, share, kinds[0] and None not in (points, share), *kinds[1:])
    assert read_band(band.describe()) == band


@pytest.mark.parametrize(
    ("text", "band"),
    [
        ("5/25", FIVE_25),
        ("5 points or 25 %", FIVE_25),
        ("5  Points or 25% of the target, whichever is smaller", FIVE_25),
        ("2.5 points", Band(Fraction(25, 1000), None)),
        ("20%", Band(None, Fraction(1, 5))),
        ("1 point or 20 %, whichever is larger", Band(Fraction(1, 100), Fraction(1, 5), widest=True)),
        ("5/25, out only beyond the edge", replace(FIVE_25, inclusive=False)),
        ("5 points, out only beyond the edge, measured in the class", Band(percent(5), None, False, False, True)),
    ],
)
def test_a_band_as_a_person_writes_it(text, band):
    assert read_band(text) == band


@pytest.mark.parametrize(
    "text",
    ["", "5", "15/25", "5/255", "5 % or 25 points", "5 points or 25 points", "-5 points", "5,5 points", "٥ points"],
)
def test_what_is_not_a_band_is_refused_with_examples(text):
    with pytest.raises(AmountError, match="is not a band. Write it like: 5 points or 25 %, whichever is smaller"):
        read_band(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("0 points", "The band's points can't be 0. Write a number above 0 and at most 100, with at most 4 decimals."),
        ("101 %", "The band's percent can't be 101."),
        ("1.00001 points", "The band's points can't be 1.00001."),
    ],
)
def test_a_band_out_of_range_is_refused(text, sentence):
    with pytest.raises(AmountError, match=sentence):
        read_band(text)
