"""Names and dates as people write them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Sequence

import pandas as pd

from allocation.errors import UnknownName

Day = datetime.date | str

UNSEEN = {ord("\u200b"): None, ord("\ufeff"): None, ord("\u00a0"): " ", ord("\u202f"): " "}
"""Characters that nobody sees, and spaces that look like any other."""

DISTINCT = 2**16
"""Different cells of a file that are read once and remembered: the same text stands in very many of them."""

LONGEST_NAME = 300
"""Letters that what a person calls something may have."""

DATE = re.compile(r"(19|20|21)\d\d-\d\d-\d\d", re.ASCII)

FORMULA = re.compile(r"'*[=+\-@\t ]")
"""How a text begins that a spreadsheet would run as a formula, or that was marked as a text for it."""


def clean(text: str) -> str:
    """A name as people see it: two spellings that look the same are the same."""
    # Most cells are plain, and files have very many.
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).translate(UNSEEN).strip()


def cleaner(text: str) -> Callable[[str], str]:
    """What :func:`clean` does to each cell of this text; most files are plain, and have very many cells."""
    return str.strip if text.isascii() else clean


def as_text(value: str) -> str:
    """A text on one line, marked as text by an apostrophe where a spreadsheet would run it as a formula."""
    one_line = " ".join(value.splitlines())
    return f"'{one_line}" if FORMULA.match(one_line) else one_line


def as_meant(cell: str) -> str:
    """A cleaned cell without the mark of :func:`as_text`."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read_date(text: str) -> datetime.date:
    """A date written like 2025-03-31, of 1900 or later.

    Raises:
        ValueError: it is none.
    """
    if not DATE.fullmatch(text):
        raise ValueError(text)
    return datetime.date.fromisoformat(text)


def as_day(at: Day) -> datetime.date:
    """A date, or its text.

    Raises:
        UnknownName: it is none.
    """
    if isinstance(at, datetime.date) and not pd.isna(at):
        return at.date() if isinstance(at, datetime.datetime) else at
    try:
        return read_date(str(at).strip())
    except ValueError:
        raise UnknownName(f"{at!r} is not a date. Write it like 2025-03-31.") from None


def not_taken(name: str, taken: set[str]) -> str:
    """The name, or with a number where another has it already, capitals or not; it is taken from now on."""
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free


def listed(names: Sequence[str], most: int = 10) -> str:
    """Names in a sentence; of very many the first, and how many more there are."""
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more:,} more"
