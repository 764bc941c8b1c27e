"""CSV files and DataFrames as rows of text cells, with everything that is wrong about the file itself."""

from __future__ import annotations

import csv
import datetime
import difflib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pandas as pd

from allocation.errors import Problem
from allocation.readers.numbers import POINT, decimal_mark, read_number

Source = str | Path | pd.DataFrame


@dataclass
class Sheet:
    """A file as text: rows of cells by column name, each with the row number a spreadsheet shows.

    Attributes:
        file: the name problems are reported under.
        columns: the columns that stand in the file, of those asked for.
        rows: (row number, column → stripped cell) of every row that isn't empty.
        mark: the decimal mark; None where it can't be told.
        problems: what has been found wrong so far.
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    mark: str | None = POINT
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, row: int, column: str, value: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, row, column, value, remedy))

    def number(self, row: int, column: str, cell: str, decimals: int = 8) -> Decimal | None:
        """A cell as a number with at most so many decimals, or None and a problem."""
        if self.mark is None and any(character in ".," for character in cell):
            self.wrong(row, column, cell, self._both_ways())
            return None
        number = read_number(cell, self.mark or POINT)
        if number is None:
            self.wrong(row, column, cell, "is not a number. Write it like 1234.5 or 1234,5, without a currency sign.")
        elif (Fraction(number) * 10**decimals).denominator != 1:
            self.wrong(row, column, cell, f"has more than {decimals} decimals. Round it to {decimals}.")
            return None
        return number

    def date(self, row: int, column: str, cell: str, today: datetime.date) -> datetime.date | None:
        """A cell as a date that has come, or None and a problem."""
        try:
            date = datetime.date.fromisoformat(cell) if len(cell) == 10 else None
        except ValueError:
            date = None
        if date is None:
            self.wrong(row, column, cell, f"is not a date. Write it like {today.isoformat()}.")
        elif date > today:
            self.wrong(row, column, cell, "lies in the future. Write the day the figures are from.")
            return None
        return date

    def same_spelling(self, column: str) -> None:
        """Problems for names that differ only in capitals: they would count as two."""
        first: dict[str, str] = {}
        for row, cells in self.rows:
            name = cells.get(column, "")
            known = first.setdefault(name.casefold(), name)
            if name != known:
                self.wrong(row, column, name, f"is written {known!r} above. Write both the same way.")

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
        name: what to call a DataFrame in problems.
    """
    if isinstance(source, pd.DataFrame):
        sheet, delimiter, lines = Sheet(name), ",", _frame_lines(source)
    else:
        path = Path(source).expanduser()
        sheet = Sheet(path.name)
        text = _text(path, sheet)
        if text is None:
            return sheet
        delimiter = _delimiter(text)
        lines = _file_lines(text, delimiter)
    try:
        _fill(sheet, lines, required, optional)
    except csv.Error as error:
        sheet.wrong(0, "", "", f"is not a CSV file that can be read ({error}).")
    cells = (cells[column] for _, cells in sheet.rows for column in numbers if column in cells)
    sheet.mark = POINT if isinstance(source, pd.DataFrame) else decimal_mark(cells, delimiter)
    return sheet


def _fill(
    sheet: Sheet, lines: Iterator[tuple[int, list[str]]], required: Sequence[str], optional: Sequence[str]
) -> None:
    header_row, header = next(((row, cells) for row, cells in lines if any(cells)), (1, []))
    names = [name.strip().lower() for name in header]
    missing = [column for column in required if column not in names]
    for column in missing:
        near = difflib.get_close_matches(column, [name for name in names if name], n=1, cutoff=0.75)
        hint = f" Is it {near[0]!r}?" if near else ""
        sheet.wrong(header_row, column, "", f"this column is missing.{hint} Required are: {', '.join(required)}.")
    for name in sorted({name for name in names if name in (*required, *optional) and names.count(name) > 1}):
        sheet.wrong(header_row, name, "", "this column stands twice. Keep one.")
    if sheet.problems:
        return
    sheet.columns = tuple(name for name in names if name in (*required, *optional))
    for row, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(names) :]):
            sheet.wrong(
                row,
                "",
                "",
                f"has {len(cells)} cells, the header has {len(names)}. Quote cells with the separator in them.",
            )
            continue
        padded = [*cells, *[""] * (len(names) - len(cells))]
        sheet.rows.append(
            (
                row,
                {name: cell.strip() for name, cell in zip(names, padded, strict=False) if name in sheet.columns},
            )
        )


def _text(path: Path, sheet: Sheet) -> str | None:
    if path.is_dir():
        sheet.wrong(0, "", "", "is a folder. Name the CSV file in it.")
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        sheet.wrong(0, "", "", f"there is no such file ({path}).")
    except OSError as error:
        sheet.wrong(0, "", "", f"can't be read ({error.strerror}).")
    except UnicodeDecodeError as error:
        sheet.wrong(0, "", "", f"is not UTF-8 text (byte {error.start + 1}). Save it as CSV UTF-8.")
    else:
        if "\0" not in text:
            return text
        sheet.wrong(0, "", "", "is not a text file. Save it as CSV UTF-8.")
    return None


def _delimiter(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)


def _file_lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    # A quoted cell may hold line breaks: a spreadsheet counts records, not lines.
    return enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1)


def _frame_lines(frame: pd.DataFrame) -> Iterator[tuple[int, list[str]]]:
    yield 1, [str(column) for column in frame.columns]
    for row, cells in enumerate(frame.astype(object).itertuples(index=False, name=None), start=2):
        yield row, [_cell(cell) for cell in cells]


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value) or value is pd.NA:
        return ""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    return str(value)
