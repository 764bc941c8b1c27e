"""The style sheet of the target editor, which stays on the page once the editor was seen."""

import re
from importlib.resources import files

from allocation.dashboard.overview.markup import largest_gaps
from allocation.drift import by_class
from allocation.writing import PLAIN
from tests.builders import one_a_class

SHEET = files("allocation.dashboard").joinpath("static/editor.css").read_text(encoding="utf-8")


def selectors():
    rules = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", SHEET, flags=re.DOTALL))
    named = [rule for rule in rules if not rule.strip().startswith("@")]
    return [one.strip() for rule in named for one in re.split(r",(?![^()]*\))", rule)]


def test_every_rule_is_of_the_editor_alone():
    assert len(selectors()) > 40
    assert [one for one in selectors() if ".allocation-editor" not in one.split(">")[0]] == []


def test_the_overviews_cards_share_no_class_with_it():
    cards = largest_gaps(by_class(one_a_class({"A": 1, "B": 2}, {"A": 50, "B": 50})), "USD", PLAIN)
    used = {name for names in re.findall(r'class="([^"]*)"', cards) for name in names.split()}
    assert used and not [name for name in used if f".{name} " in SHEET or f".{name}:" in SHEET]
