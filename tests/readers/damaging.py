"""Damaged files for any reader, and what has to hold of whatever it makes of them."""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal

from hypothesis import strategies as st

from allocation.errors import LoadError
from allocation.money import is_known_currency
from allocation.readers.content import Content
from allocation.readers.registry import Format, Opened
from allocation.tables import CASH

TODAY = datetime.date(2026, 11, 25)
AWKWARD = [
    b"",
    b"\0",
    b"-1",
    b"9" * 40,
    b"NaN",
    b"1e999",
    b"\xff\xfe",
    b"../..",
    b"<!DOCTYPE a>",
    b' reference="../.."',
    b"\r\n",
    "é".encode(),
]


@st.composite
def damaged(draw: st.DrawFn, files: list[bytes]) -> bytes:
    """One of the files with a few bytes changed, put in, taken out, doubled, or cut off."""
    content = draw(st.sampled_from(files))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 30)))
        inside = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from(AWKWARD),
                st.just(content[start:end] * 2),
                st.integers(0, len(content)).map(lambda place, content=content: content[place : place + 30]),
            )
        )
        content = content[:start] + inside + (content[end:] if draw(st.integers(0, 9)) else b"")
    return content


def read_soundly(format: Format, file: bytes) -> Content | None:
    """What the format reads, or None where it refuses the file; anything else than these two is a fault.

    What is read without a problem has to be fit to be loaded.
    """
    opened = Opened(file, "damaged")
    format.recognises(opened)
    try:
        content = format.read(opened, TODAY)
    except LoadError as error:
        assert error.problems and all(problem.remedy for problem in error.problems)
        return None
    assert all(str(problem) for problem in content.problems)
    if not content.problems:
        _is_fit(content)
    return content


def _is_fit(content: Content) -> None:
    assert content.base_currency is None or is_known_currency(content.base_currency)
    rows = content.holdings.to_dict("records")
    for row in rows:
        assert isinstance(row["quantity"], Decimal) and row["quantity"].is_finite()
        assert row["quantity"] > 0 or row["symbol"] == CASH
        assert row["price"] is None or (row["price"] > 0 and row["price"].is_finite())
        assert is_known_currency(row["currency"]) and row["account"] and row["symbol"]
        assert row["as_of"] is None or row["as_of"] <= TODAY
    held = Counter((row["account"], row["symbol"], row["currency"] * (row["symbol"] == CASH)) for row in rows)
    assert not [key for key, count in held.items() if count > 1]
    aims = content.targets["target_percent"].tolist()
    assert not aims or (sum(aims) == 100 and all(0 <= percent <= 100 for percent in aims))
    sums: Counter[tuple[str, str | None]] = Counter()
    for row in content.classes.to_dict("records"):
        assert 0 < row["weight_percent"] <= 100
        sums[row["symbol"], row["currency"]] += row["weight_percent"]
    assert all(total <= 100 for total in sums.values())
