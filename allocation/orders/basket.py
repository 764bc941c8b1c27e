"""Orders for the BasketTrader of Interactive Brokers' Trader Workstation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from allocation.errors import OrdersError
from allocation.money import Amount, minor_digits, read_exact
from allocation.orders.trades import Trade, accounts_of, plain, trades_of
from allocation.planner.result import Plan

COLUMNS = ("Action", "Quantity", "Symbol", "SecType", "Exchange", "Currency", "TimeInForce", "OrderType")
LIMIT_PRICE = "LmtPrice"
SYMBOL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ./-]*[A-Za-z0-9.])?")
WORD = re.compile(r"[A-Za-z0-9./]+")
CENT_PRICES = 1
"""Prices below it have two decimals more."""


def ibkr(
    plan: Plan,
    account: str | None = None,
    limit_percent: Amount | None = None,
    exchange: str = "SMART",
    time_in_force: str = "DAY",
    sec_type: str = "STK",
    symbols: Mapping[str, str] | None = None,
) -> str:
    """A plan as a basket file: a header row, then a row an order, one value a cell and no blanks around commas.

    Columns: ``Action`` (BUY, SELL), ``Quantity``, ``Symbol``, ``SecType``, ``Exchange``, ``Currency`` (the one it is
    quoted in), ``TimeInForce``, ``OrderType`` (MKT, or LMT with ``LmtPrice`` as a last column).

    Quantities are those of the plan to the last digit. Interactive Brokers takes fractions of some shares only, and
    from accounts with the permission for them: plan with ``Limits(whole_shares=True)`` for the others.

    Parameters:
        plan: its trades are all in one account, or else ``account`` says which are meant.
        account: the trades of this account alone.
        limit_percent: write limit orders: buy at most this far (0–100) above the quoted price, sell at most this far
            below it. The limit is rounded towards the quoted price, to the currency's minor unit (two decimals more
            for prices below 1). Without it, market orders.
        exchange, time_in_force, sec_type: what stands in the columns of these names.
        symbols: symbol in the plan → symbol at Interactive Brokers, where they differ: ``{"BRK.B": "BRK B"}``.

    Raises:
        OrdersError: there is nothing to trade, there are several accounts, or a symbol can't be written so that it is
            read back as it is.
    """
    trades = trades_of(plan, account)
    if len(accounts_of(trades)) > 1:
        raise OrdersError(
            f"The plan trades in {', '.join(accounts_of(trades))}, and a basket is of one account. Say which "
            "account is meant."
        )
    for word in (exchange, time_in_force, sec_type):
        if not WORD.fullmatch(word):
            raise OrdersError(f"{word!r} can't stand in a basket file. Write it in letters, digits, dots and slashes.")
    margin = None if limit_percent is None else _margin(limit_percent)
    lines = [",".join(COLUMNS if margin is None else (*COLUMNS, LIMIT_PRICE))]
    for trade in trades:
        cells = [
            trade.action.upper(),
            plain(trade.shares),
            _symbol(trade, symbols or {}),
            sec_type,
            exchange,
            trade.quoted_currency,
            time_in_force,
        ]
        lines.append(",".join([*cells, "MKT"] if margin is None else [*cells, "LMT", _limit(trade, margin)]))
    return "\n".join(lines) + "\n"


def _symbol(trade: Trade, symbols: Mapping[str, str]) -> str:
    symbol = symbols.get(trade.symbol, trade.symbol)
    if not SYMBOL.fullmatch(symbol):
        raise OrdersError(
            f"The symbol {symbol!r} can't be written into a basket file: a symbol begins with a letter or a digit, and "
            "has letters, digits, blanks and . / - in it. Say what Interactive Brokers calls it (symbols), or rename "
            "it."
        )
    return symbol


def _margin(percent: Amount) -> Decimal:
    margin = read_exact(percent, "limit_percent") / 100
    if not 0 <= margin < 1:
        raise OrdersError(f"The limit_percent {percent} is not a percent from 0 to below 100.")
    return margin


def _limit(trade: Trade, margin: Decimal) -> str:
    digits = minor_digits(trade.quoted_currency) + (2 if trade.price < CENT_PRICES else 0)
    exact = trade.price * (1 + margin if trade.buys else 1 - margin)
    limit = exact.quantize(Decimal(1).scaleb(-digits), ROUND_FLOOR if trade.buys else ROUND_CEILING)
    if limit <= 0:
        raise OrdersError(f"The limit price of {trade.symbol} would be {limit}. Its quoted price is too low for one.")
    return plain(limit)
