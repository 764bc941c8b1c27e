import pytest

import allocation


@pytest.fixture
def conflict(room):
    """Bonds 25 was to be saved after Ann had saved Gold 5, Cash 1."""
    ann = allocation.open(room.portfolio.path, by="Ann")
    ann.save_class_targets({**room.portfolio.strategy().class_percents, "Gold": 5, "Cash": 1})
    room.move("Bonds", 25)
    room.click("Save targets")
    return room


def test_a_conflict_shows_both_versions_and_nothing_is_saved(conflict):
    assert "have changed since you opened them, saved by Ann" in conflict.text
    assert "<td>Gold</td><td class=number>4</td><td class=number><strong>5</strong>" in conflict.text
    assert conflict.portfolio.strategy().class_percents["Gold"] == 5


def test_of_two_versions_ones_own_can_be_saved(conflict):
    conflict.click("Save mine instead")
    percents = conflict.portfolio.strategy().class_percents
    assert percents["Bonds"] == 25 and float(percents["Gold"]) == 3.7
    assert "Saved. " in conflict.text and "Nothing is unsaved." in conflict.text


def test_of_two_versions_the_saved_one_can_be_kept(conflict):
    conflict.click("Keep what is saved")
    assert conflict.percents["Gold"] == "5" and "These are the saved targets." in conflict.text


def test_what_was_saved_between_the_two_looks_is_another_conflict(conflict):
    allocation.open(conflict.portfolio.path, by="Bo").save_class_targets({"US stocks": 100})
    conflict.click("Save mine instead")
    assert "saved by Bo" in conflict.text and conflict.portfolio.strategy().class_percents == {"US stocks": 100}
    conflict.click("Save mine instead")
    assert conflict.portfolio.strategy().class_percents["Bonds"] == 25


def test_a_draft_says_at_once_that_its_targets_were_saved_meanwhile(room):
    room.move("Bonds", 25)
    allocation.open(room.portfolio.path, by="Ann").save_class_targets({"US stocks": 60, "Bonds": 40})
    room.go("all")
    assert "These targets were saved again by Ann" in room.text and room.percents["Bonds"] == "25"


def test_a_band_saved_in_another_window_is_a_conflict_with_both_versions(small):
    ann = allocation.open(small.portfolio.path, by="Ann")
    ann.save_band("3 points")
    small.move("Stocks", 50)
    small.click("Save targets")
    assert "The bands or the trigger of All Portfolio have changed since you opened them, saved by Ann" in small.text
    assert "Band 5/25 → 3 points" in small.text
    assert "<td class=number><strong>3 points</strong>" in small.text
    assert small.portfolio.strategy().class_percents["Stocks"] == 60
    ann.save_trigger("every 6 months")
    small.click("Save mine instead")
    assert "<strong>every 6 months</strong>" in small.text and small.portfolio.strategy().class_percents["Stocks"] == 60
    small.click("Save mine instead")
    saved = small.portfolio.strategy()
    assert saved.class_percents["Stocks"] == 50 and saved.measures == allocation.Measures()
    assert "Band 3 points → 5/25; Trigger: every 6 months → drift." in small.text
