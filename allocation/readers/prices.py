"""``prices.csv``: what one share of an asset is worth, and when."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pandas as pd

from allocation.errors import Problem
from allocation.money import HUNDREDTHS, currency_code, is_known_currency
from allocation.readers.content import PRICE_COLUMNS
from allocation.readers.delimited import Source, read_sheet, source_name
from allocation.readers.holdings import LARGEST
from allocation.tables import CASH

REQUIRED = ["symbol", "price", "currency", "as_of"]
OPTIONAL = ["source"]


def read_prices(source: Source, today: datetime.date) -> tuple[pd.DataFrame, list[Problem], list[str]]:
    """Read prices.

    Parameters:
        source: CSV file or DataFrame with the columns ``symbol``, ``price`` (of one share, in ``currency``),
            ``currency`` (ISO 4217; also GBX, GBp, ZAc and ILA, which are a hundredth of GBP, ZAR and ILS), ``as_of``
            (today where it is empty) and optionally ``source`` (where the price is from). A row without a price is
            passed over.
        today: dates after it are wrong.

    Returns:
        The rows (``file``, ``row``, ``symbol``, ``currency``, ``price``, ``as_of``, ``source``; prices exact and in
        whole currencies), the problems, and notes about rows that were passed over.
    """
    name = source_name(source, "prices")
    sheet = read_sheet(source, REQUIRED, OPTIONAL, ["price"], name)
    rows: list[dict[str, object]] = []
    first: dict[tuple[str, object], int] = {}
    unpriced = sum(not cells["price"] for _, cells in sheet.rows)
    for row, cells in sheet.rows:
        if not cells["price"]:
            continue
        for column in ("symbol", "currency"):
            if not cells[column]:
                sheet.wrong(row, column, "", "is empty. Every price needs it.")
        symbol, currency = cells["symbol"], currency_code(cells["currency"])
        if symbol.upper().split()[:1] == [CASH]:
            sheet.wrong(row, "symbol", symbol, "needs no price: the price of CASH is 1.")
        price = sheet.number(row, "price", cells["price"])
        if price is not None and not 0 < price <= LARGEST:
            sheet.wrong(row, "price", cells["price"], f"is not above 0 and at most {LARGEST:,.0f}.")
        if whole := HUNDREDTHS.get(currency):
            currency, price = whole, price and price / Decimal(100)
        elif currency and not is_known_currency(currency):
            sheet.wrong(row, "currency", currency, "is not a currency code. Write one like USD, EUR or GBP.")
        as_of = sheet.date(row, "as_of", cells["as_of"], today) if cells["as_of"] else today
        place = first.setdefault((symbol, as_of), row)
        if place != row and as_of and symbol:
            sheet.wrong(row, "as_of", cells["as_of"], f"has a price for {symbol} in row {place} already. Keep one.")
        rows.append(
            {"file": name, "row": row, "symbol": symbol, "currency": currency, "price": price, "as_of": as_of}
            | {"source": cells.get("source") or name}
        )
    passed_over = f"{unpriced:,} rows without a price were" if unpriced > 1 else "1 row without a price was"
    notes = [f"{passed_over} passed over."] if unpriced else []
    return pd.DataFrame(rows, columns=PRICE_COLUMNS, dtype=object), sheet.found(), notes
