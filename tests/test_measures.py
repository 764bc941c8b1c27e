"""Bands and trigger of a strategy, and what is different between two of them in words."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from allocation import Measures, read_band
from allocation.bands import FIVE_25, Band
from allocation.measures import changes
from allocation.triggers import DRIFT, Trigger, read_trigger

percents = st.integers(1, 1_000_000).map(lambda steps: Fraction(steps, 1_000_000))
bands = st.builds(Band, percents, st.none() | percents, st.booleans(), st.booleans(), st.booleans()).map(
    lambda band: band if band.share is not None else Band(band.points, None, False, band.inclusive, band.of_class)
)
triggers = st.sampled_from([DRIFT, Trigger(False, 6), Trigger(True, 12)])
measures = st.builds(Measures, bands, st.dictionaries(st.sampled_from(["Bonds", "Gold"]), bands), triggers)


def test_a_change_is_said_as_a_person_says_it():
    before = Measures(class_bands={"Bonds": read_band("5 points"), "Gold": read_band("1 point")})
    after = Measures(
        read_band("3 points"), {"Bonds": read_band("3 points"), "Cash": read_band("20 %")}, Trigger(False, 6)
    )
    assert changes(before, after) == [
        "Band 5/25 → 3 points",
        "Band of Bonds 5 → 3 points",
        "Band of Gold 1 point → as every class",
        "Band of Cash as every class → 20 % of the target",
        "Trigger: drift → every 6 months",
    ]


def test_a_band_that_is_more_than_points_is_said_in_full():
    strict = Measures(read_band("5 points, out only beyond the edge"))
    assert changes(strict, Measures(read_band("3 points"))) == ["Band 5 points, out only beyond the edge → 3 points"]


def test_a_class_that_went_has_no_band_that_could_differ():
    before = Measures(class_bands={"Gold": FIVE_25, "Bonds": read_band("1 point")})
    assert before.among(["Bonds"]) == Measures(class_bands={"Bonds": read_band("1 point")})


@given(measures, measures)
def test_nothing_is_said_where_and_only_where_nothing_is_different(one, other):
    assert not changes(one, one)
    assert bool(changes(one, other)) == (one != other)


@given(measures)
def test_the_words_of_a_setting_can_be_read_again(one):
    words = one.in_words
    assert read_band(words["Band"]) == one.band and read_trigger(words["Trigger"]) == one.trigger
    assert {name: read_band(words[f"Band of {name}"]) for name in one.class_bands} == one.class_bands
