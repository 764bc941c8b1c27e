"""``classes.csv``: which asset classes an asset belongs to, by weight."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from allocation.errors import Problem
from allocation.money import currency_code
from allocation.readers.delimited import Sheet, Source, read_sheet, source_name
from allocation.tables import CASH, SEVERAL_CLASSES, UNCLASSIFIED
from allocation.targets import HUNDRED, plain, read_percent

REQUIRED = ["symbol", "asset_class", "weight_percent"]
OPTIONAL = ["currency"]
COLUMNS = ["file", "row", *REQUIRED, *OPTIONAL]


def read_classes(source: Source, name: str | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """Read the classes of assets.

    Parameters:
        source: CSV file or DataFrame with the columns ``symbol``, ``asset_class``, ``weight_percent`` (above 0, at most
            100) and optionally ``currency`` (which CASH, where several are held). One row an asset and class.
        name: what to call the source in problems; by default its file's name.

    Returns:
        The good rows (``file`` and ``row``, then the columns above; percents exact, empty cells None) and the
        problems, sums over 100 among them.
    """
    sheet = read_sheet(source, REQUIRED, OPTIONAL, ["weight_percent"], name or source_name(source, "classes"))
    rows = [_read_row(sheet, row, cells) for row, cells in sheet.rows]
    _check_rows_together(sheet, rows)
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object), sheet.found()


def _read_row(sheet: Sheet, row: int, cells: dict[str, str]) -> dict[str, Any]:
    for column in REQUIRED:
        if not cells[column]:
            sheet.wrong(row, column, "", "is empty. Every row needs it.")
    asset_class, written = cells["asset_class"] or None, cells["weight_percent"]
    if asset_class and asset_class.casefold() == UNCLASSIFIED.casefold():
        asset_class = UNCLASSIFIED
    if asset_class and asset_class.casefold() == SEVERAL_CLASSES.casefold():
        sheet.wrong(row, "asset_class", asset_class, "is not a class. Write a row for each of the classes.")
    number = sheet.number(row, "weight_percent", written) if written else None
    percent = None if number is None else read_percent(number)
    if number is not None and not percent:
        remedy = "is not a percent above 0 and at most 100, with at most 4 decimals."
        sheet.wrong(row, "weight_percent", written, remedy + (" Leave the row out." if number == 0 else ""))
    return {
        "file": sheet.file,
        "row": row,
        "symbol": cells["symbol"] or None,
        "asset_class": asset_class,
        "weight_percent": percent or None,
        "currency": currency_code(cells.get("currency", "")) or None,
    }


def _check_rows_together(sheet: Sheet, rows: list[dict[str, Any]]) -> None:
    first: dict[tuple[object, ...], tuple[Any, int]] = {}
    sums: dict[tuple[object, ...], Decimal] = {}
    for cells in rows:
        row, symbol, name = cells["row"], cells["symbol"], cells["asset_class"]
        # Cash is one asset a currency; any other symbol is one asset.
        asset: tuple[object, ...] = (symbol, cells["currency"] if symbol == CASH else None)
        for column in ("symbol", "asset_class"):
            written = cells[column] or ""
            spelled, place = first.setdefault((column, written.casefold()), (written, row))
            if written != spelled:
                sheet.wrong(row, column, written, f"is written {spelled!r} in row {place}. Write both the same way.")
        if symbol and name:
            _, place = first.setdefault(("weight", asset, name), (None, row))
            if place != row:
                sheet.wrong(row, "asset_class", name, f"has a weight for {symbol} in row {place} already. Keep one.")
        if symbol and cells["weight_percent"] is not None:
            sums[asset] = sums.get(asset, Decimal(0)) + cells["weight_percent"]
    for asset, total in sums.items():
        if total > HUNDRED:
            remedy = f"the classes of {asset[0]} add up to {plain(total)}: {plain(total - HUNDRED)} too much."
            sheet.wrong(0, "weight_percent", "", remedy)
