import datetime

import pytest

from allocation.readers.opened import Opened
from allocation.readers.wealthfolio import FORMAT
from tests.readers.wealthfolio.building import Wealthfolio

TODAY = datetime.date(2026, 11, 25)


@pytest.fixture
def wealthfolio(tmp_path):
    """A new database: ``wealthfolio("3.6", base="USD")``."""

    def make(version="3.6", base="USD", name="app.db"):
        return Wealthfolio(tmp_path / name, version, base)

    return make


@pytest.fixture
def read():
    """What stands in a database that is being filled, or in a file."""

    def read(source, today=TODAY):
        path = source.saved() if isinstance(source, Wealthfolio) else source
        return FORMAT.read(Opened(path), today)

    return read


@pytest.fixture
def told(read):
    """The problems of a file, as sentences."""
    return lambda source: [str(problem) for problem in read(source).problems]
