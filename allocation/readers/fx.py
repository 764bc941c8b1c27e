"""``fx.csv``: how many units of one currency a unit of another is worth, and when."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pandas as pd

from allocation.errors import Problem
from allocation.money import currency_code, is_known_currency
from allocation.readers.delimited import Source, read_sheet, source_name

REQUIRED = ["from_currency", "to_currency", "rate", "as_of"]
COLUMNS = ["row", *REQUIRED]
LARGEST_RATE = Decimal(10) ** 6


def read_fx(source: Source, today: datetime.date) -> tuple[pd.DataFrame, list[Problem]]:
    """Read FX rates.

    Parameters:
        source: CSV file or DataFrame with the columns ``from_currency``, ``to_currency``, ``rate`` (units of
            ``to_currency`` for one of ``from_currency``), ``as_of``.
        today: dates after it are wrong.

    Returns:
        The good rows (``row``, then the columns above; rates exact) and the problems.
    """
    sheet = read_sheet(source, REQUIRED, [], ["rate"], source_name(source, "fx"))
    rows: list[dict[str, object]] = []
    first: dict[tuple[object, ...], int] = {}
    for row, cells in sheet.rows:
        for column in REQUIRED:
            if not cells[column]:
                sheet.wrong(row, column, "", "is empty. Every rate needs it.")
        pair = currency_code(cells["from_currency"]), currency_code(cells["to_currency"])
        for column, code in zip(REQUIRED, pair, strict=False):
            if code and not is_known_currency(code):
                sheet.wrong(row, column, code, "is not a currency code. Write one like USD, EUR or GBP.")
        if pair[0] and pair[0] == pair[1]:
            sheet.wrong(row, "to_currency", pair[1], "is the same as from_currency. Remove the row.")
        rate = sheet.number(row, "rate", cells["rate"], decimals=12) if cells["rate"] else None
        if rate is not None and not 0 < rate <= LARGEST_RATE:
            sheet.wrong(row, "rate", cells["rate"], f"is not between 0 and {LARGEST_RATE:,.0f}.")
        as_of = sheet.date(row, "as_of", cells["as_of"], today) if cells["as_of"] else None
        known = first.setdefault((*pair, as_of), row)
        if known != row and all(pair) and as_of:
            sheet.wrong(row, "as_of", cells["as_of"], f"has a rate for this pair in row {known} already. Keep one.")
        rows.append({"row": row, "from_currency": pair[0], "to_currency": pair[1], "rate": rate, "as_of": as_of})
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object), sheet.found()
