"""Which taxonomy was taken is remembered for the files of one program, and not for another's."""

import pytest

from allocation.readers.columns import fingerprint
from allocation.readers.content import Content
from allocation.readers.taxonomies import taken_before, to_remember

BOTH = ("Asset Classes", "Regions")


@pytest.fixture
def remembered():
    return to_remember(Content("Wealthfolio", taxonomies=BOTH, taxonomy="Regions"), "wealthfolio")


@pytest.mark.parametrize("taxonomies", [BOTH, (*BOTH, "Industries")])
def test_a_choice_holds_for_the_files_of_its_program(remembered, taxonomies):
    assert taken_before(remembered, "wealthfolio", taxonomies) == "Regions"
    assert taken_before(remembered, "portfolio-performance", taxonomies) is None


def test_each_program_has_a_choice_of_its_own(remembered):
    other = to_remember(Content("Other", taxonomies=BOTH, taxonomy="Asset Classes"), "portfolio-performance")
    both = {**remembered, **other}
    assert taken_before(both, "wealthfolio", BOTH) == "Regions"
    assert taken_before(both, "portfolio-performance", BOTH) == "Asset Classes"


def test_what_an_earlier_release_remembered_holds_for_the_same_taxonomies():
    earlier = {fingerprint(["taxonomies", *BOTH]): {"taxonomy": "Regions"}}
    assert taken_before(earlier, "wealthfolio", BOTH) == "Regions"
    assert taken_before(earlier, "wealthfolio", (*BOTH, "Industries")) is None


def test_where_none_was_taken_none_is_remembered():
    assert to_remember(Content("Wealthfolio", taxonomies=BOTH), "wealthfolio") == {}
