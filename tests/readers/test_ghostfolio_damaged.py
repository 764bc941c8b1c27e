"""Exports of Ghostfolio with other values, doubles and gaps anywhere in them: a sentence, or a sound reading."""

import copy
import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.readers.ghostfolio import FORMAT
from tests.readers.damaging import read_soundly
from tests.readers.test_ghostfolio import BASIS

ODD = [
    None, "", "0", 0, -1, 1, 0.1, 1e-12, 1e300, 2**80, math.nan, math.inf, True, False, [], {}, [[]], {"a": 1},
    "BUY", "SELL", "ITEM", "XXX", "USD", "GBp", "2026-01-01", "9999-12-31", "0001-01-01T00:00", "2026-02-30", "all",
    "CASH", "MANUAL", "VTI", "a", "\0", "\u202e", "x" * 5000, "١", "=1+1",
]  # fmt: skip


def places(node):
    """Every container in a tree, with each key or index in it."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in list(inner):
        yield node, key
        yield from places(child)


@st.composite
def odd(draw):
    """An export in which a few values are others, gone, or there twice."""
    export = json.loads(draw(st.sampled_from(BASIS)))
    for _ in range(draw(st.integers(1, 5))):
        found = list(places(export))
        if not found:
            break
        node, key = draw(st.sampled_from(found))
        what = draw(st.sampled_from(["other", "other", "other", "gone", "twice"]))
        if what == "other":
            # A copy: what is changed later must not change the list.
            node[key] = copy.deepcopy(draw(st.sampled_from(ODD) | st.floats() | st.text(max_size=4)))
        elif what == "gone":
            del node[key]
        elif isinstance(node, list):
            node.append(json.loads(json.dumps(node[key])))
    return json.dumps(export).encode()


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd())
def test_an_export_with_odd_values_is_refused_or_read_soundly(content):
    read_soundly(FORMAT, content)


@pytest.mark.stress
@settings(max_examples=50_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd())
def test_very_many_exports_with_odd_values(content):
    read_soundly(FORMAT, content)
