"""Numbers as people's spreadsheets write them: decimal point or decimal comma, never a guess between the two."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from allocation.text import DISTINCT

POINT, COMMA = ".", ","

BOTH_WAYS = (
    "can be read with a decimal point or a decimal comma, and the file doesn't settle which. Write its numbers without "
    "thousands marks, and decimals with other than three digits (1234.50)."
)

_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_SHOWN = re.compile(r"[+-]?\d+[.,](?:\d{1,2}|\d{4,})|[+-]?\d{1,3}(?:,\d{3})+\.\d+|[+-]?\d{1,3}(?:\.\d{3})+,\d+")
_LAKHS = r"|[1-9]\d?(?:,\d\d)+,\d{3}"
"""Thousands, lakhs and crores as India writes them: ``1,23,45,678.90``; decimals have a point then."""
_FORMS = {
    mark: re.compile(
        rf"[+-]?(?=[.,]?\d)(?:\d+|[1-9]\d{{0,2}}(?:{re.escape(group)}\d{{3}})+{lakhs})?(?:{re.escape(mark)}\d+)?"
    )
    for mark, group, lakhs in ((POINT, COMMA, _LAKHS), (COMMA, POINT, ""))
}


def decimal_mark(cells: Iterable[str], delimiter: str | None) -> str | None:
    """Which mark a file uses for decimals, from all its number cells.

    ``1,5`` and ``1.234,56`` show a comma, ``0.5`` and ``1,234.56`` a point. ``1,234`` alone shows nothing. Where no
    cell tells, a file separated by commas has points and one separated by semicolons has commas, unless the
    marks that stand there contradict it.

    Parameters:
        delimiter: what separates the cells of a file of ours. None for a stranger's, where it tells nothing: then
            ``1.234`` alone can be read both ways.

    Returns:
        ``"."``, ``","``, or None where the file can be read both ways. Where it uses both, the one it uses more; the
        other cells can't be read with it.
    """
    shown: Counter[str] = Counter()
    ambiguous: set[str] = set()
    for cell, times in Counter(cells).items():
        marks = [character for character in cell if character in ".,"]
        if not marks:
            continue
        if _AMBIGUOUS.fullmatch(cell):
            ambiguous.add(marks[0])
        elif len(marks) > 1 and len(set(marks)) == 1:
            shown[POINT if marks[0] == COMMA else COMMA] += times
        else:
            shown[marks[-1]] += times
    if shown[POINT] != shown[COMMA]:
        return max(shown, key=lambda mark: shown[mark])
    usual = COMMA if delimiter == ";" else POINT
    if not shown and ambiguous <= ({usual} if delimiter else set()):
        return usual
    return None


def reads_both_ways(cell: str) -> bool:
    """Whether one number alone leaves open which mark is the decimal one: ``1,234``."""
    return _AMBIGUOUS.fullmatch(cell) is not None


def shows_mark(cell: str) -> bool:
    """Whether one number alone is sure to show the decimal mark: ``0,5`` and ``1,234.50``, but not ``2.7.2026``."""
    return _SHOWN.fullmatch(cell) is not None


@lru_cache(maxsize=DISTINCT)
def read_number(cell: str, mark: str) -> Decimal | None:
    """A cell as a number with the given decimal mark; thousands marks only in their places. None if it isn't one."""
    if len(cell) > 40 or not cell.isascii() or not _FORMS[mark].fullmatch(cell):
        return None
    group = POINT if mark == COMMA else COMMA
    return Decimal(cell.replace(group, "").replace(mark, "."))
