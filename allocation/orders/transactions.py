"""Trades as Portfolio Performance imports them: CSV of the type "Portfolio Transactions"."""

from __future__ import annotations

import csv
import io
import re

from allocation.errors import OrdersError
from allocation.orders.trades import Trade, money, plain, trades_of
from allocation.planner.result import Plan
from allocation.text import as_text

COLUMNS = (
    "Date", "Type", "Value", "Transaction Currency", "Gross Amount", "Currency Gross Amount", "Exchange Rate", "Fees",
    "Taxes", "Shares", "ISIN", "Ticker Symbol", "Security Name", "Securities Account", "Note",
)  # fmt: skip
DELIMITERS = {".": ",", ",": ";"}
ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
RATE_DIGITS = 10


def portfolio_performance(plan: Plan, account: str | None = None, decimal: str = ".") -> str:
    """A plan as portfolio transactions for Portfolio Performance: File > Import > CSV files.

    Its columns are called as in the English program, so each is found by itself; in another language they are chosen in
    the second step of the import. ``Value`` is what moves on the cash account, in the base currency: with the fee when
    buying, without it when selling. ``Gross Amount`` is shares × price in the currency the asset is quoted in;
    ``Exchange Rate``, where that is another, is the base currency's units per unit of it. ``Taxes`` is empty: a plan
    knows none. A symbol that is an ISIN stands under ``ISIN``, any other under ``Ticker Symbol``. Portfolio Performance
    keeps hundredths of every currency.

    Parameters:
        plan: any; each trade names its account.
        account: the trades of this account alone.
        decimal: ``"."``: numbers like 1234.50, and commas between the cells; ``","``: numbers like 1234,50, and
            semicolons. It has to be the number format that the second step of the import shows: with the other one,
            the decimal mark is skipped, and 1234.50 is read as 123450.

    Raises:
        OrdersError: there is nothing to trade, the decimal mark is another, or a symbol looks like a formula.
    """
    if decimal not in DELIMITERS:
        raise OrdersError(f"The decimal mark is {decimal!r}. It is '.' or ','.")
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITERS[decimal], lineterminator="\n")
    writer.writerow(COLUMNS)
    for trade in trades_of(plan, account):
        writer.writerow(_cells(trade, decimal))
    return text.getvalue()


def _cells(trade: Trade, decimal: str) -> list[str]:
    if as_text(trade.symbol) != trade.symbol:
        raise OrdersError(
            f"The symbol {trade.symbol!r} begins like a spreadsheet's formula or has a line break in it, and would not "
            "be read as it is. Rename it."
        )
    isin = bool(ISIN.fullmatch(trade.symbol))
    net = trade.amount + trade.fee if trade.buys else trade.amount - trade.fee
    abroad = trade.quoted_currency != trade.currency
    rate = plain(round(trade.amount / trade.gross, RATE_DIGITS)) if abroad and trade.gross else ""

    def number(written: str) -> str:
        return written.replace(".", decimal)

    return [
        trade.date.isoformat(),
        trade.action.capitalize(),
        number(money(net, trade.currency)),
        trade.currency,
        number(money(trade.gross, trade.quoted_currency)),
        trade.quoted_currency,
        number(rate),
        number(money(trade.fee, trade.currency)),
        "",
        number(plain(trade.shares)),
        trade.symbol if isin else "",
        "" if isin else trade.symbol,
        as_text(trade.name),
        as_text(trade.account),
        as_text(trade.reason),
    ]
