"""``targets.csv``: class targets and, for holdings, their percent of the class."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from allocation.errors import Problem
from allocation.money import currency_code
from allocation.readers.delimited import Sheet, Source, read_sheet, source_name
from allocation.tables import ALL, SEVERAL_CLASSES, UNCLASSIFIED
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
    name = source_name(source, "targets")
    sheet = read_sheet(source, REQUIRED, OPTIONAL, ["target_percent"], name)
    rows = [_read_row(sheet, row, cells) for row, cells in sheet.rows]
    _check_rows_together(sheet, rows)
    _check_sums(sheet, rows)
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object), sheet.found()


def _read_row(sheet: Sheet, row: int, cells: dict[str, str]) -> dict[str, Any]:
    for column in ("asset_class", "target_percent"):
        if not cells[column]:
            sheet.wrong(row, column, "", "is empty. Every target needs it.")
    if cells["asset_class"].casefold() == UNCLASSIFIED.casefold():
        remedy = "is where holdings without a class stand; it can't have a target."
        sheet.wrong(row, "asset_class", cells["asset_class"], remedy)
    if cells["asset_class"].casefold() == SEVERAL_CLASSES.casefold():
        sheet.wrong(row, "asset_class", cells["asset_class"], "is not a class. Write targets of the classes.")
    if cells.get("account", "").casefold() == ALL:
        sheet.wrong(row, "account", cells["account"], "is not an account. For the whole portfolio, leave it empty.")
    written = cells["target_percent"]
    number = sheet.number(row, "target_percent", written) if written else None
    percent = None if number is None else read_percent(number)
    if number is not None and percent is None:
        sheet.wrong(row, "target_percent", written, "is not a percent from 0 to 100 with at most 4 decimals.")
    return (
        {"file": sheet.file, "row": row, "target_percent": percent}
        | {column: cells.get(column) or None for column in ("asset_class", "symbol", "strategy", "account")}
        | {"currency": currency_code(cells.get("currency", "")) or None}
    )


def _check_rows_together(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    first: dict[tuple[object, ...], tuple[Any, int]] = {}

    def known(key: tuple[object, ...], value: object, row: int) -> tuple[Any, int]:
        return first.setdefault(key, (value, row))

    for cells in rows:
        row, account, name = cells["row"], cells["account"], cells["asset_class"]
        _, place = known(("target", account, name, cells["symbol"], cells["currency"]), None, row)
        if place != row and name:
            sheet.wrong(row, "asset_class", name, f"has this target in row {place} already. Keep one.")
        strategy, place = known(("strategy", account), cells["strategy"], row)
        if cells["strategy"] != strategy:
            remedy = f"is {strategy or 'empty'} in row {place}. Name one strategy an account."
            sheet.wrong(row, "strategy", cells["strategy"] or "", remedy)
        for column in ("asset_class", "account", "symbol"):
            written = cells[column] or ""
            spelled, place = known((column, written.casefold()), written, row)
            if written != spelled:
                sheet.wrong(row, column, written, f"is written {spelled!r} in row {place}. Write both the same way.")


def _is_whole(cells: dict[str, Any]) -> bool:
    return cells["asset_class"] is not None and cells["target_percent"] is not None


def _check_sums(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    of_classes: dict[str | None, Decimal] = {}
    of_holdings: dict[tuple[str | None, str], Decimal] = {}
    classes = {(cells["account"], cells["asset_class"]) for cells in rows if cells["symbol"] is None}
    unread = {(cells["account"], cells["symbol"] and cells["asset_class"]) for cells in rows if not _is_whole(cells)}
    for cells in rows:
        account, name, percent = cells["account"], cells["asset_class"], cells["target_percent"]
        if (account, cells["symbol"] and name) in unread:
            continue
        if cells["symbol"] is None:
            of_classes[account] = of_classes.get(account, Decimal(0)) + percent
        else:
            of_holdings[account, name] = of_holdings.get((account, name), Decimal(0)) + percent
    for account, total in of_classes.items():
        if total != HUNDRED:
            whose = account or "All Portfolio"
            sheet.wrong(0, "target_percent", "", f"the class targets of {whose} {wrong_sum(total)}")
    for (account, name), total in of_holdings.items():
        whose = account or "All Portfolio"
        if (account, name) not in classes:
            remedy = f"has holding targets in {whose}, but no class target (a row with an empty symbol)."
            sheet.wrong(0, "asset_class", name, remedy)
        elif total != HUNDRED:
            sheet.wrong(0, "target_percent", "", f"the holding targets of {name} in {whose} {wrong_sum(total)}")
