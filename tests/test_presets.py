"""Published mixes, and the words a person has for their classes."""

from decimal import Decimal

import pytest

from allocation.errors import TargetsError, UnknownName
from allocation.presets import PRESETS, match, preset

SAMPLE = ["US stocks", "International stocks", "Bonds", "Real estate", "Gold", "Cash"]
FIXED = [name for name, each in PRESETS.items() if not each.needs]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_adds_up_to_100_and_names_its_source(name):
    percents = preset(name, age=40, classes=SAMPLE)
    assert sum(percents.values()) == 100
    assert all(percent > 0 for percent in percents.values())
    assert PRESETS[name].name == name
    assert PRESETS[name].description.endswith(".") and PRESETS[name].source.endswith(".")


def test_weights_of_a_market_say_that_they_are_approximate_and_of_when():
    assert PRESETS["Market-cap regions"].source.startswith(
        "Approximate: the regions of the MSCI ACWI index at the end of"
    )


@pytest.mark.parametrize("name", FIXED)
def test_a_preset_with_classes_of_its_own_needs_nothing(name):
    assert preset(name) == preset(name.upper(), age=70)


def test_numbers_as_published():
    assert preset("Permanent Portfolio") == dict.fromkeys(["Stocks", "Long-term bonds", "Gold", "Cash"], 25)
    assert preset("All Weather") == {
        "Stocks": 30,
        "Long-term bonds": 40,
        "Intermediate bonds": 15,
        "Gold": Decimal("7.5"),
        "Commodities": Decimal("7.5"),
    }
    assert preset("Core Four") == {"US stocks": 48, "International stocks": 24, "Real estate": 8, "Bonds": 20}


@pytest.mark.parametrize(
    ("name", "age", "stocks"),
    [("100 minus age", 40, 60), ("110 minus age", 40, 70), ("120 minus age", 40, 80), ("120 minus age", 20, 100)],
)
def test_a_glide_path_goes_by_age(name, age, stocks):
    assert preset(name, age=age)["Stocks"] == stocks


def test_an_age_at_which_no_stocks_are_left():
    assert preset("100 minus age", age=105) == {"Stocks": 0, "Bonds": 100}


@pytest.mark.parametrize("age", [None, -1, 131])
def test_without_an_age_a_glide_path_has_no_numbers(age):
    with pytest.raises(TargetsError, match="110 minus age goes by age. Give an age in years, from 0 to 130"):
        preset("110 minus age", age=age)


def test_equal_weight_goes_by_the_classes():
    assert preset("equal weight", classes=["A", "B", "C"]) == {
        "A": Decimal("33.34"),
        "B": Decimal("33.33"),
        "C": Decimal("33.33"),
    }
    with pytest.raises(TargetsError, match="shares 100 among your classes, and there are none yet"):
        preset("Equal weight")


@pytest.mark.parametrize(
    ("generic", "own"),
    [
        ("US stocks", "us stocks"),
        ("US stocks", "U.S. Equities"),
        ("US stocks", "Domestic stock"),
        ("US stocks", "Stocks (US)"),
        ("International stocks", "Foreign equity"),
        ("International stocks", "Intl. Stocks"),
        ("International stocks", "Stocks ex-US"),
        ("Bonds", "Fixed income"),
        ("Real estate", "REITs"),
        ("Small-cap value stocks", "Small Cap Value Stocks"),
        ("Commodities", "Commodity"),
        ("Cash", "Money market"),
    ],
)
def test_a_class_by_another_word_is_the_persons_own(generic, own):
    assert match(generic, ["Gold bars", own]) == own


@pytest.mark.parametrize(
    ("generic", "own"),
    [
        ("Stocks", ["US stocks", "International stocks"]),
        ("Bonds", ["Inflation-linked bonds"]),
        ("US stocks", ["US equity", "Domestic shares"]),
        ("International stocks", ["Emerging stocks"]),
        ("Bonds", []),
    ],
)
def test_a_class_that_is_another_one_or_not_clear_is_not_taken(generic, own):
    assert match(generic, own) is None


def test_the_same_word_goes_before_another_one():
    assert match("Bonds", ["Fixed income", "bonds"]) == "bonds"


def test_targets_have_the_persons_names_and_the_presets_for_the_rest():
    assert preset("Ivy", classes=["Domestic equities", "Fixed Income", "REITs"]) == dict.fromkeys(
        ["Domestic equities", "International stocks", "Fixed Income", "REITs", "Commodities"], 20
    )


def test_an_unknown_preset_lists_those_there_are():
    with pytest.raises(UnknownName, match="no preset '70/30'. There is 60/40, Three-fund"):
        preset("70/30")
