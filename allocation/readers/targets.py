"""``targets.csv``: class targets and, for holdings, their percent of the class."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from allocation.errors import Problem
from allocation.readers.delimited import Sheet, Source, read_sheet
from allocation.tables import UNCLASSIFIED
from allocation.targets import HUNDRED, read_percent, wrong_sum

REQUIRED = ["asset_class", "symbol", "target_percent"]
OPTIONAL = ["strategy", "account", "currency"]
COLUMNS = ["file", "row", *REQUIRED, *OPTIONAL]


def read_targets(source: Source) -> tuple[pd.DataFrame, list[Problem]]:
    """Read targets.

    Parameters:
        source: CSV file or DataFrame with the columns ``asset_class``, ``symbol``, ``target_percent`` and optionally
            ``strategy`` (a name), ``account`` (empty: the whole portfolio) and ``currency`` (which CASH, where several
            are held). A row with an empty symbol is the class's target.

    Returns:
        The good rows (``file`` and ``row``, then the columns above; percents exact, empty cells None) and the
        problems, wrong sums among them.
    """
    sheet = read_sheet(source, REQUIRED, OPTIONAL, ["target_percent"], "targets")
    if not sheet.rows and not sheet.problems:
        sheet.wrong(0, "", "", "holds no rows. Write one row a class under the header.")
    for column in ("asset_class", "account", "symbol"):
        sheet.same_spelling(column)
    rows = [_read_row(sheet, row, cells) for row, cells in sheet.rows]
    if not sheet.problems:
        _check_together(sheet, rows)
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object), sheet.problems


def _read_row(sheet: Sheet, row: int, cells: dict[str, str]) -> dict[str, object]:
    for column in ("asset_class", "target_percent"):
        if not cells[column]:
            sheet.wrong(row, column, "", "is empty. Every target needs it.")
    if cells["asset_class"] == UNCLASSIFIED:
        sheet.wrong(
            row,
            "asset_class",
            UNCLASSIFIED,
            "is where holdings without a class stand; it can't have a target.",
        )
    written = cells["target_percent"]
    number = sheet.number(row, "target_percent", written) if written else None
    percent = None if number is None else read_percent(number)
    if number is not None and percent is None:
        sheet.wrong(row, "target_percent", written, "is not a percent from 0 to 100 with at most 4 decimals.")
    return {"file": sheet.file, "row": row, "target_percent": percent} | {
        column: cells.get(column) or None for column in ("asset_class", "symbol", "strategy", "account", "currency")
    }


def _check_together(sheet: Sheet, rows: list[dict[str, object]]) -> None:
    sums: dict[tuple[object, ...], Decimal] = {}
    first: dict[tuple[object, ...], int] = {}
    names: dict[object, object] = {}
    for cells in rows:
        row, account, name = int(str(cells["row"])), cells["account"], cells["asset_class"]
        identity = (account, name, cells["symbol"], cells["currency"])
        if first.setdefault(identity, row) != row:
            sheet.wrong(row, "asset_class", str(name), f"has this target in row {first[identity]} already. Keep one.")
        strategy = names.setdefault(account, cells["strategy"])
        if cells["strategy"] != strategy:
            sheet.wrong(
                row,
                "strategy",
                str(cells["strategy"] or ""),
                f"is {strategy!r} in an earlier row. Name one strategy an account.",
            )
        level: tuple[object, ...] = (account,) if cells["symbol"] is None else (account, name)
        sums[level] = sums.get(level, Decimal(0)) + Decimal(str(cells["target_percent"]))
    for key, total in sums.items():
        whose = key[0] or "All Portfolio"
        if len(key) == 1 and total != HUNDRED:
            sheet.wrong(0, "target_percent", "", f"the class targets of {whose} {wrong_sum(total)}")
        elif len(key) == 2 and (key[0], key[1], None, None) not in first:
            sheet.wrong(
                0,
                "asset_class",
                str(key[1]),
                f"has holding targets in {whose}, but no class target (a row with an empty symbol).",
            )
        elif len(key) == 2 and total != HUNDRED:
            sheet.wrong(0, "target_percent", "", f"the holding targets of {key[1]} in {whose} {wrong_sum(total)}")
