"""Which reader takes which file, with all of them there."""

from pathlib import Path

import pytest

from allocation.readers.opened import Opened
from allocation.readers.registry import recognise
from tests.readers.hostile import wealthfolio_bytes
from tests.readers.test_ledger import WHOLE as LEDGER
from tests.readers.test_ofx import WHOLE as STATEMENT
from tests.readers.test_ofx import XML, as_sgml

OWN = Path(__file__).parents[2] / "data"
PROGRAMS = {"wealthfolio", "ofx", "beancount"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (wealthfolio_bytes(), "wealthfolio"),
        (b"WFOLIOBACKUP\x01", "wealthfolio"),
        ((XML + STATEMENT).encode(), "ofx"),
        (as_sgml(STATEMENT).encode(), "ofx"),
        (LEDGER.encode(), "beancount"),
    ],
)
def test_a_file_of_another_program_is_told_by_what_stands_in_it(content, name):
    found = recognise(Opened(content, "export.csv"))
    assert found is not None and found.name == name


@pytest.mark.parametrize("path", sorted(OWN.glob("*.csv")), ids=lambda path: path.name)
def test_our_own_files_are_not_taken_for_theirs(path):
    found = recognise(Opened(path))
    assert found is None or found.name not in PROGRAMS
