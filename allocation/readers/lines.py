"""The rows of any table file: CSV or TSV with whatever separator, or the sheets of a workbook, as cells of text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from allocation.readers.opened import Opened
from allocation.text import clean, cleaner

MOST_ROWS, MOST_COLUMNS = 1_000_000, 1_000
SAMPLE_LINES = 60
SEPARATORS = ",;\t|"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
"""Commas that may stand in a number: they don't count as separators, where there are others."""

Line = tuple[int, list[str]]
"""The row's number as a spreadsheet shows it, and its cells, stripped."""


class Exact(str):
    """A cell that a workbook holds as a number or a date: nothing about it is to be guessed."""

    __slots__ = ()


class Unfilled(str):
    """A formula in a workbook whose result isn't there: only a spreadsheet can calculate it."""

    __slots__ = ()


@dataclass(frozen=True)
class Lines:
    """The rows of one table file, or of one sheet of a workbook.

    Attributes:
        lines: rows with anything in them.
        separator: what stands between cells; ``"\\t"`` for a sheet.
        sheet: the sheet's name; empty for a text file.
        hidden: numbers of rows that a spreadsheet doesn't show, because of a filter or by hand.
    """

    lines: list[Line]
    separator: str
    sheet: str = ""
    hidden: frozenset[int] = frozenset()


def is_workbook(opened: Opened) -> bool:
    """Whether a file looks like an XLSX workbook (any ZIP archive with its list of contents in it)."""
    return opened.head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in opened.head or b"xl/" in opened.head)


def read_lines(opened: Opened) -> list[Lines]:
    """Every table of a file: one of a text file, one a sheet of a workbook.

    Raises:
        LoadError: it is neither, or too large.
    """
    if is_workbook(opened):
        # Imported here: few files are workbooks.
        from allocation.readers.workbook import read_workbook

        return read_workbook(opened)
    if opened.head.startswith(b"\xd0\xcf\x11\xe0"):
        raise opened.wrong("is a workbook of the old kind (XLS), or has a password. Save it as XLSX or CSV.")
    text, separator = _separated(opened.text())
    return [Lines(list(_text_lines(opened, text, separator)), separator)]


def lines_of_text(text: str) -> list[Line]:
    """The rows of the beginning of a text file, as far as they can be told apart."""
    text, separator = _separated(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Line] = []
    with suppress(csv.Error):
        rows.extend((row, [clean(cell) for cell in cells]) for row, cells in enumerate(reader, start=1) if any(cells))
    return rows


def _separated(text: str) -> tuple[str, str]:
    """A text and its separator, which some spreadsheets name in a first line ``sep=;``."""
    named = re.match(r'"?sep=([,;\t|])"?\r?\n', text)
    return ("\n" + text[named.end() :], named[1]) if named else (text, separator_of(text))


def separator_of(text: str) -> str:
    """The separator that cuts most of a text's first lines into the same number of cells, the most of them."""
    beginning = _THOUSANDS.sub("", text[:20_000])

    def evenness(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(beginning, newline=""), delimiter=separator)
        counts: Counter[int] = Counter()
        try:
            for _, cells in zip(range(SAMPLE_LINES), reader, strict=False):
                counts[len(cells)] += len(cells) > 1
        except csv.Error:
            return 0, 0
        length = max(counts, key=lambda cells: (counts[cells] * (cells - 1), cells), default=0)
        return counts[length] * (length - 1), length

    return max(SEPARATORS, key=evenness)


def _text_lines(opened: Opened, text: str, separator: str) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    cleaned = cleaner(text)
    try:
        for row, raw in enumerate(reader, start=1):
            check_size(opened, row, len(raw))
            cells = list(map(cleaned, raw))
            if any(cells):
                yield row, cells
    except csv.Error as error:
        raise opened.wrong(f"can't be read as a table ({error}).", row=reader.line_num) from None


def surplus(cells: Sequence[str], width: int) -> str | None:
    """What is wrong with a row that has cells beyond the header, as of a number that the separator cuts in two."""
    if not any(cells[width:]):
        return None
    return f"has {len(cells)} cells, the header has {width}. Put numbers with thousands marks in quotes."


def check_size(opened: Opened, row: int, columns: int) -> None:
    """Refuses a table of more rows or columns than are read."""
    if row > MOST_ROWS:
        raise opened.wrong(f"has more than {MOST_ROWS:,} rows. Export a smaller part.")
    if columns > MOST_COLUMNS:
        raise opened.wrong(f"has more than {MOST_COLUMNS:,} columns. Remove those that aren't needed.", row=row)
