"""Whatever is done to a file, reading it ends in tables that can be loaded or in sentences."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.readers import ledger, ofx, wealthfolio
from allocation.readers.opened import Opened
from tests.readers.hostile import TODAY, check, mutated, wealthfolio_bytes, wealthfolio_with
from tests.readers.test_ledger import WHOLE as LEDGER
from tests.readers.test_ofx import WHOLE as STATEMENT
from tests.readers.test_ofx import XML, as_sgml

STEPS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2**20), st.integers(0, 2**16)), min_size=1, max_size=6)
CELLS = st.lists(st.tuples(*[st.integers(0, 2**16)] * 3), min_size=1, max_size=6)
SLOWLY = {"deadline": None, "suppress_health_check": list(HealthCheck)}
FORMATS = {
    "statement.qfx": (ofx.FORMAT, (XML + STATEMENT).encode()),
    "statement.ofx": (ofx.FORMAT, as_sgml(STATEMENT).encode()),
    "main.beancount": (ledger.FORMAT, LEDGER.encode()),
    "app.db": (wealthfolio.FORMAT, wealthfolio_bytes()),
}


def try_bytes(name, steps):
    format, content = FORMATS[name]
    opened = Opened(mutated(content, steps), name)
    format.recognises(opened)
    check(format.read(opened, TODAY))


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=100, **SLOWLY)
@given(steps=STEPS)
def test_broken_bytes(name, steps):
    try_bytes(name, steps)


@pytest.mark.slow
@settings(max_examples=40, **SLOWLY)
@given(version=st.integers(0, 5), steps=CELLS)
def test_other_cells_in_a_wealthfolio_database(version, steps):
    check(wealthfolio_with(version, steps))


@pytest.mark.stress
@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=20_000, **SLOWLY)
@given(steps=STEPS)
def test_very_many_broken_bytes(name, steps):
    try_bytes(name, steps)


@pytest.mark.stress
@settings(max_examples=5_000, **SLOWLY)
@given(version=st.integers(0, 5), steps=CELLS)
def test_very_many_other_cells_in_a_wealthfolio_database(version, steps):
    check(wealthfolio_with(version, steps))
