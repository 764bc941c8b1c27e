"""What a person should know about a workbook's sheet that is read, and about those that aren't."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from allocation.readers.columns import sure
from allocation.readers.lines import Exact, Line, Lines
from allocation.readers.opened import Opened

HEADER_WITHIN = 60
"""Among so many rows, the one that names the columns is looked for."""


def about_sheets(opened: Opened, read: Lines, start: int) -> list[str]:
    """Sentences about other sheets with holdings, and about rows that a spreadsheet doesn't show.

    Parameters:
        read: the sheet that is read; a text file has one only.
        start: which of its lines names the columns.

    Raises:
        LoadError: another sheet has the same columns, so that it isn't clear which one is meant.
    """
    header, others = read.lines[start][1], [lines for lines in opened.tables if lines.sheet != read.sheet]
    alike = [read.sheet, *(other.sheet for other in others if _has_table(other, lambda cells: cells == header))]
    if len(alike) > 1:
        raise opened.wrong(
            f"has the same columns in the sheets {_listed(alike)}, and one sheet of a workbook is read. Save each that "
            "is needed as a file of its own, or hide the others: hidden sheets aren't read."
        )
    notes = []
    if left := [other.sheet for other in others if _has_table(other, _names_holdings)]:
        has, it = ("sheet", "has a table") if len(left) == 1 else ("sheets", "have tables")
        notes.append(
            f"Only the sheet {read.sheet} was read. The {has} {_listed(left)} {it} as well, which was left out: what "
            "is held there can be loaded from a file of its own."
        )
    if hidden := sum(row in read.hidden for row, _ in read.lines[start + 1 :]):
        rows = "1 row isn't shown in the sheet" if hidden == 1 else f"{hidden:,} rows aren't shown in the sheet"
        notes.append(f"{rows} {read.sheet} (because of a filter, or by hand): what stands there was counted as well.")
    return notes


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _has_table(lines: Lines, is_header: Callable[[list[str]], bool]) -> bool:
    """Whether one of a sheet's first rows is such a header, with anything like a row of a table below it."""
    return any(
        is_header(cells) and any(_is_row(below) for below in lines.lines[place + 1 :])
        for place, (_, cells) in enumerate(lines.lines[:HEADER_WITHIN])
    )


def _is_row(line: Line) -> bool:
    return sum(bool(cell) for cell in line[1]) > 1


def _names_holdings(cells: list[str]) -> bool:
    """Whether a row names a column for what is held, and one for how much of it."""
    if any(isinstance(cell, Exact) for cell in cells if cell):
        return False
    found = sure(cells).keys()
    return bool(found & {"symbol", "isin", "name"}) and bool(found & {"quantity", "value"})
