"""Interactive Brokers' Flex Query of trades, which is told apart so that its rows are not taken for what is held."""

from __future__ import annotations

import datetime
from typing import NoReturn

from allocation.readers.brokers.description import plain_name
from allocation.readers.opened import Opened
from allocation.readers.registry import Format

_COLUMNS = {"buy/sell", "currencyprimary", "symbol", "quantity", "tradedate", "tradeprice", "ibcommission"}


def _recognises(opened: Opened) -> bool:
    return any({plain_name(cell) for cell in cells} >= _COLUMNS for _, cells in opened.first_lines[:3])


def _refuse(opened: Opened, today: datetime.date) -> NoReturn:
    raise opened.wrong(
        "is Interactive Brokers' list of trades, which doesn't say what is held: splits and transfers are missing, and "
        "trades can stand in it twice. Download an Activity Statement as CSV (Performance & Reports, Statements)."
    )


FORMAT = Format("ibkr-trades", "Interactive Brokers Flex Query of trades", _recognises, _refuse)
