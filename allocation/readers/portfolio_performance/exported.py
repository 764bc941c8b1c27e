"""Transactions that Portfolio Performance exports as CSV: told apart, so that none is taken for what is held."""

from __future__ import annotations

import datetime
from typing import NoReturn

from allocation.readers.brokers.description import plain_name
from allocation.readers.opened import Opened
from allocation.readers.registry import Format

_COLUMNS = (
    {"date", "type", "value", "shares", "isin", "wkn", "ticker symbol", "security name"},
    {"datum", "typ", "wert", "stück", "isin", "wkn", "ticker-symbol", "wertpapiername"},
)


def _recognises(opened: Opened) -> bool:
    header = {plain_name(cell) for _, cells in opened.first_lines[:1] for cell in cells}
    return any(header >= columns for columns in _COLUMNS)


def _refuse(opened: Opened, today: datetime.date) -> NoReturn:
    raise opened.wrong(
        "is a list of transactions from Portfolio Performance, which has no quotes, classes or accounts. Load the file "
        "that you save in it (.portfolio or .xml): it has them all."
    )


FORMAT = Format(
    "portfolio-performance-csv", "Portfolio Performance transactions as CSV", recognises=_recognises, read=_refuse
)
