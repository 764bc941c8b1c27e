"""The rows of any table file: CSV or TSV with whatever separator, or the sheets of a workbook, as cells of text."""

from __future__ import annotations

import csv
import datetime
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from allocation.readers.delimited import cell_text
from allocation.readers.opened import Opened
from allocation.text import clean

LARGEST_WORKBOOK = 128 * 2**20
MOST_ROWS, MOST_COLUMNS, MOST_PARTS = 1_000_000, 1_000, 10_000
SAMPLE_LINES = 60
SEPARATORS = ",;\t|"

Line = tuple[int, list[str]]
"""The row's number as a spreadsheet shows it, and its cells, stripped."""


class Exact(str):
    """A cell that a workbook holds as a number or a date: nothing about it is to be guessed."""

    __slots__ = ()


@dataclass(frozen=True)
class Lines:
    """The rows of one table file, or of one sheet of a workbook.

    Attributes:
        lines: rows with anything in them.
        separator: what stands between cells; ``"\\t"`` for a sheet.
        sheet: the sheet's name; empty for a text file.
    """

    lines: list[Line]
    separator: str
    sheet: str = ""


def is_workbook(opened: Opened) -> bool:
    """Whether a file looks like an XLSX workbook (any ZIP archive with its list of contents in it)."""
    return opened.head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in opened.head or b"xl/" in opened.head)


def read_lines(opened: Opened) -> list[Lines]:
    """Every table of a file: one of a text file, one a sheet of a workbook.

    Raises:
        LoadError: it is neither, or too large.
    """
    if is_workbook(opened):
        return _sheets(opened)
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

    def evenness(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=separator)
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
    try:
        for row, raw in enumerate(reader, start=1):
            _check_size(opened, row, len(raw))
            cells = [clean(cell) for cell in raw]
            if any(cells):
                yield row, cells
    except csv.Error as error:
        raise opened.wrong(f"can't be read as a table ({error}).", row=reader.line_num) from None


def _check_size(opened: Opened, row: int, columns: int) -> None:
    if row > MOST_ROWS:
        raise opened.wrong(f"has more than {MOST_ROWS:,} rows. Export a smaller part.")
    if columns > MOST_COLUMNS:
        raise opened.wrong(f"has more than {MOST_COLUMNS:,} columns. Remove those that aren't needed.", row=row)


def _sheets(opened: Opened) -> list[Lines]:
    # Imported here: it takes longer than everything else that reading a CSV file needs.
    from openpyxl import load_workbook

    _check_parts(opened)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(opened.bytes()), read_only=True, data_only=True, keep_links=False)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return [Lines(list(_sheet_lines(opened, sheet)), "\t", str(sheet.title)) for sheet in sheets]
    # A damaged workbook fails in openpyxl in as many ways as it has parts; a refusal from here passes.
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, EOFError, SyntaxError,
            ArithmeticError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:  # fmt: skip
        raise opened.wrong(f"is a damaged workbook ({_short(error)}). Save it anew, or as CSV.") from None


def _short(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:100]


def _check_parts(opened: Opened) -> None:
    """Refuses an archive that unpacks to more than fits in memory, and XML that defines what it is made of."""
    try:
        with zipfile.ZipFile(io.BytesIO(opened.bytes())) as archive:
            parts = archive.infolist()
            # Reading a part stops at the size it says it has, so that the sum is a bound.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_WORKBOOK:
                raise opened.wrong(
                    f"unpacks to more than {LARGEST_WORKBOOK // 2**20} MiB, or has more than {MOST_PARTS:,} parts. "
                    "Save the sheet that is needed as CSV."
                )
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        beginning = file.read(4096).upper()
                    if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
                        raise opened.wrong("holds XML with definitions of its own, which no spreadsheet writes.")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise opened.wrong(f"is a damaged workbook ({_short(error)}). Save it anew, or as CSV.") from None


def _sheet_lines(opened: Opened, sheet: object) -> Iterator[Line]:
    # The size a sheet says it has may be anything: count what comes.
    sheet.reset_dimensions()  # type: ignore[attr-defined]
    for row, values in enumerate(sheet.iter_rows(values_only=True), start=1):  # type: ignore[attr-defined]
        _check_size(opened, row, len(values))
        cells = [_cell(value) for value in values]
        if any(cells):
            yield row, cells


def _cell(value: object) -> str:
    if isinstance(value, str):
        return clean(value.replace("\0", ""))
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, (int, float, Decimal, datetime.datetime, datetime.date)):
        return Exact(cell_text(value))
    return "" if value is None else clean(str(value))
