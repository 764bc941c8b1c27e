"""CSV files and DataFrames as rows of text cells, with everything that is wrong about the file itself."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd

from allocation.errors import LoadError, Problem, Subject
from allocation.readers.numbers import COMMA, POINT, decimal_mark, read_number
from allocation.readers.opened import Opened
from allocation.text import as_meant, clean, cleaner, read_date

Source = str | Path | pd.DataFrame | Opened


@dataclass
class Sheet:
    """A file as text: rows of cells by column name, each with the row number a spreadsheet shows.

    Attributes:
        file: the name problems are reported under.
        columns: the columns that stand in the file, of those asked for.
        rows: (row number, column → stripped cell) of every row that isn't empty.
        mark: the decimal mark; None where it can't be told.
        problems: what has been found wrong so far.
        about: the holding that is being read: what is found wrong meanwhile is wrong with it.
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    mark: str | None = POINT
    problems: list[Problem] = field(default_factory=list)
    about: Subject | None = None

    def wrong(self, row: int, column: str, value: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, row, column, value, remedy, self.about))

    def number(self, row: int, column: str, cell: str, decimals: int = 8) -> Decimal | None:
        """A cell as a number with at most so many decimals, or None and a problem."""
        if self.mark is None and any(character in ".," for character in cell):
            self.wrong(row, column, cell, self._both_ways())
            return None
        number = read_number(cell, self.mark or POINT)
        if number is None:
            remedy = "is not a number. Write it like 1234.5 or 1234,5, without a currency or percent sign."
            if re.fullmatch(r"[+-]?[\d.,]*\d[\d.,]*", cell):
                word = "comma" if self.mark == COMMA else "point"
                remedy = f"doesn't fit the file's other numbers, which have a decimal {word}. Write it like them."
            self.wrong(row, column, cell, remedy)
        elif len(cell) > decimals and _has_more_decimals(number, decimals):
            self.wrong(row, column, cell, f"has more than {decimals} decimals. Round it to {decimals}.")
            return None
        return number

    def date(self, row: int, column: str, cell: str, today: datetime.date) -> datetime.date | None:
        """A cell as a date that has come, or None and a problem."""
        try:
            date = read_date(cell)
        except ValueError:
            date = None
        if date is None:
            self.wrong(row, column, cell, f"is not a date. Write it like {today.isoformat()}.")
        elif date > today:
            self.wrong(row, column, cell, "lies in the future. Write the day the figures are from.")
            return None
        return date

    def found(self) -> list[Problem]:
        """What is wrong, in the order of the rows."""
        return sorted(self.problems, key=lambda problem: problem.row)

    def _both_ways(self) -> str:
        return (
            "can be read with a decimal point or a decimal comma, and the file doesn't settle which. Write all numbers "
            "without thousands marks, with the same decimal mark, and with other than three decimals (1234.50)."
        )


def read_sheet(
    source: Source, required: Sequence[str], optional: Sequence[str], numbers: Sequence[str], name: str
) -> Sheet:
    """Read a file or a DataFrame into a :class:`Sheet`.

    Parameters:
        source: path of a CSV file (UTF-8 with or without BOM; comma, semicolon or tab), or a DataFrame.
        required, optional: the columns to look for; others are ignored. Order and capitals don't matter.
        numbers: those of the columns that hold numbers.
        name: what to call the source in problems.
    """
    sheet = Sheet(name)
    if isinstance(source, pd.DataFrame):
        _fill(sheet, _frame_lines(source), required, optional)
        return sheet
    text = _text(source if isinstance(source, Opened) else Opened(source), sheet)
    if text is None:
        return sheet
    text, delimiter = _without_separator_line(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        # A quoted cell may hold line breaks: a spreadsheet counts records, not lines.
        _fill(sheet, enumerate(reader, start=1), required, optional, _cleaner(text))
    except csv.Error as error:
        sheet.wrong(reader.line_num, "", "", f"has a quotation mark in the wrong place, or one too few ({error}).")
    cells = (cells[column] for _, cells in sheet.rows for column in numbers if column in cells)
    sheet.mark = decimal_mark(cells, delimiter)
    return sheet


def _cleaner(text: str) -> Callable[[str], str]:
    cleaned = cleaner(text)
    return (lambda cell: as_meant(cleaned(cell))) if "'" in text else cleaned


def _has_more_decimals(number: Decimal, most: int) -> bool:
    return -int(number.as_tuple().exponent) > most and (Fraction(number) * 10**most).denominator != 1


def source_name(source: Source, otherwise: str) -> str:
    """What to call a source in problems: its file's name, or ``otherwise`` for a DataFrame."""
    if isinstance(source, Opened):
        return source.name
    return otherwise if isinstance(source, pd.DataFrame) else Path(source).name


def _fill(
    sheet: Sheet,
    lines: Iterator[tuple[int, list[str]]],
    required: Sequence[str],
    optional: Sequence[str],
    cleaned: Callable[[str], str] = clean,
) -> None:
    header_row, header = next(((row, cells) for row, cells in lines if any(clean(cell) for cell in cells)), (0, []))
    if not header:
        sheet.wrong(0, "", "", f"is empty. Its first row names the columns: {', '.join(required)}.")
        return
    names = [clean(name).lower() for name in header]
    for column in (column for column in required if column not in names):
        near = difflib.get_close_matches(column, [name for name in names if name], n=1, cutoff=0.75)
        hint = f" Is it {near[0]!r}?" if near else ""
        sheet.wrong(header_row, column, "", f"this column is missing.{hint} Required are: {', '.join(required)}.")
    for name in sorted({name for name in names if name in (*required, *optional) and names.count(name) > 1}):
        sheet.wrong(header_row, name, "", "this column stands twice. Keep one.")
    if sheet.problems:
        return
    sheet.columns = tuple(name for name in names if name in (*required, *optional))
    places = [(name, names.index(name)) for name in sheet.columns]
    for row, raw in lines:
        cells = list(map(cleaned, raw))
        if not any(cells):
            continue
        if len(cells) > len(names) and any(cells[len(names) :]):
            remedy = f"has {len(cells)} cells, the header has {len(names)}. Quote cells with the separator in them."
            sheet.wrong(row, "", "", remedy)
            continue
        cells += [""] * (len(names) - len(cells))
        sheet.rows.append((row, {name: cells[place] for name, place in places}))
    if not sheet.rows and not sheet.problems:
        sheet.wrong(0, "", "", "holds no rows under its header.")


def _text(opened: Opened, sheet: Sheet) -> str | None:
    try:
        text = opened.bytes().decode("utf-8-sig")
    except LoadError as error:
        sheet.problems += [replace(problem, file=sheet.file) for problem in error.problems]
    except UnicodeDecodeError as error:
        sheet.wrong(0, "", "", f"is not UTF-8 text (byte {error.start + 1}). Save it as CSV UTF-8.")
    else:
        if "\0" not in text:
            return text
        sheet.wrong(0, "", "", "is not a text file. Save it as CSV UTF-8.")
    return None


def _without_separator_line(text: str) -> tuple[str, str]:
    """The text and its separator, which some spreadsheets name in a first line ``sep=;``."""
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r"sep=([,;\t])", first.strip('\r "'))
    if named:
        return "\n" + rest, named[1]
    header = next((line for line in text.splitlines() if line.strip()), "")
    return text, max(",;\t", key=header.count)


def _frame_lines(frame: pd.DataFrame) -> Iterator[tuple[int, list[str]]]:
    yield 1, [str(column) for column in frame.columns]
    for row, cells in enumerate(frame.astype(object).itertuples(index=False, name=None), start=2):
        yield row, [cell_text(cell) for cell in cells]


def cell_text(value: object) -> str:
    """A cell of a DataFrame or a workbook as the text that a CSV file would have there."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value) or value is pd.NA:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, float):
        exact = Decimal(repr(float(value)))
        # 22.740000000000002 is what arithmetic made of 22.74.
        noisy = exact.is_finite() and int(exact.as_tuple().exponent) < -8
        return f"{Decimal(f'{value:.15g}') if noisy else exact:f}"
    return str(value)
