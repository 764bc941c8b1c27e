"""From the elements of an OFX file to the tables that are loaded."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.errors import LoadError, Subject, leave_out
from allocation.money import is_known_currency
from allocation.readers import holdings as holding_tables
from allocation.readers.content import Content
from allocation.readers.foreign import (
    EXACT,
    Remarks,
    account_name,
    distinct,
    exact,
    is_like_cash,
    not_cash,
    numbered_table,
    rounded,
    too_large,
)
from allocation.readers.ofx.parsing import day_in, first_in, key_of, number_in, parsed, text_in
from allocation.readers.opened import Opened
from allocation.readers.rates import Rate, crossed, rate_of, rate_table, whole_currency
from allocation.readers.registry import Format
from allocation.tables import CASH

TITLE = "OFX or QFX statement"
MOST_POSITIONS = 100_000
NEARLY = Decimal("0.01")
CENT = Decimal("0.01")
BEGINNING = re.compile(rb"OFXHEADER\s*[:=]|<\?OFX\s|<OFX>", re.IGNORECASE)
SWEEP = re.compile(r"money market|sweep|settlement|cash reserve|core account", re.IGNORECASE)
MISSING = "Ask the bank for a file of the investment account with its positions (often the choice QFX or Quicken)."


def recognises(source: Opened) -> bool:
    """Whether a file begins like OFX of any version."""
    return BEGINNING.search(source.head[:4096]) is not None


def read(source: Opened, today: datetime.date) -> Content:
    """Read the positions and cash of the investment accounts in an OFX or QFX file.

    Parameters:
        source: the file, SGML (OFX 1) or XML (OFX 2).
        today: later dates are wrong.

    Returns:
        Holdings of each account as of the statement's day, exchange rates where positions are in another currency, and
        the statement's currency as base currency where there is only one. Bank and card statements hold no positions:
        a problem says so.
    """
    remarks = Remarks(source.name)
    try:
        root = parsed(source, remarks)
    except LoadError as error:
        return Content(TITLE, problems=error.problems)
    if root is None:
        return Content(TITLE, problems=remarks.found())
    return _content(root, today, remarks)


@dataclass(frozen=True)
class Security:
    """One entry of the file's list of securities."""

    symbol: str
    name: str
    shares_per_contract: Decimal


@dataclass(frozen=True)
class Statement:
    """One account of the file: its element, its name, its currency, and its day."""

    element: Any
    account: str
    currency: str
    day: datetime.date


def _content(root: Any, today: datetime.date, remarks: Remarks) -> Content:
    statements = _statements(root, today, remarks)
    securities = _securities(root, remarks)
    rows: list[dict[str, Any]] = []
    rates: dict[tuple[str, str], Rate] = {}
    for statement in statements:
        positions, cash = _account_rows(statement, securities, rates, today, remarks)
        rows += positions + cash
    currencies = {statement.currency for statement in statements}
    base = currencies.pop() if len(currencies) == 1 else None
    in_use = {str(row["currency"]) for row in rows}
    crossed_rates = crossed(list(rates.values()), in_use, base, remarks)
    if not rows and not remarks.problems:
        remarks.wrong(0, "", None, "holds neither positions nor cash.")
    return Content(
        TITLE,
        holdings=numbered_table(rows, holding_tables.COLUMNS, remarks.file),
        fx=rate_table(crossed_rates),
        base_currency=base,
        problems=remarks.found(),
        notes=remarks.said(),
        has_rows=False,
        keeps_cash=all(first_in(statement.element, "INVBAL") is not None for statement in statements),
    )


def _statements(root: Any, today: datetime.date, remarks: Remarks) -> list[Statement]:
    found: dict[str, Statement] = {}
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for element in root.iter("INVSTMTRS"):
        currency = (text_in(element, "CURDEF") or "").upper()
        number = f"{text_in(element, 'BROKERID')} {text_in(element, 'ACCTID')}"
        day = day_in(element, "DTASOF", today, remarks)
        if not is_known_currency(currency):
            remarks.wrong(0, "CURDEF", currency, "is no currency code, so nothing in the statement can be valued.")
        elif day:
            if number not in names:
                names[number] = account_name(_name(element, root), taken)
            # Of two statements of one account the later one counts.
            if number not in found or found[number].day < day:
                found[number] = Statement(element, names[number], currency, day)
    if not found and not remarks.problems:
        is_bank = first_in(root, "STMTRS", "CCSTMTRS") is not None
        what = "bank or card statements, which have no positions" if is_bank else "no positions"
        remarks.wrong(0, "", None, f"holds {what}. {MISSING}")
    return list(found.values())


def _name(element: Any, root: Any) -> str:
    """The bank and the last four digits: the whole number of an account is nobody's business."""
    bank = text_in(root, "ORG") or text_in(element, "BROKERID") or "Account"
    number = text_in(element, "ACCTID") or ""
    return f"{bank} ...{number[-4:]}" if number else bank


def _securities(root: Any, remarks: Remarks) -> dict[tuple[str, str], Security]:
    taken: dict[str, int] = {}
    securities: dict[tuple[str, str], Security] = {}
    for info in root.iter("SECLIST"):
        for element in list(info)[:MOST_POSITIONS]:
            key = key_of(element)
            if key in securities or not key[0]:
                continue
            ticker, name = text_in(element, "TICKER"), text_in(element, "SECNAME")
            written = ticker or key[0]
            symbol = not_cash(written) if is_like_cash(written) else written
            symbol = distinct(symbol, taken, f"{symbol} ({key[0]})")
            if symbol != written:
                remarks.note(f"{written} ({name or key[0]}) is called {symbol} here, to tell it from others.")
            contract = exact(text_in(element, "SHPERCTRCT") or "1")
            times = contract if contract and contract > 0 else Decimal(1)
            securities[key] = Security(symbol, name or written, times)
    return securities


def _account_rows(
    statement: Statement, securities: dict[tuple[str, str], Security], rates: dict[tuple[str, str], Rate],
    today: datetime.date, remarks: Remarks,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    list_of_positions = first_in(statement.element, "INVPOSLIST")
    if list_of_positions is None:
        remarks.wrong(0, "INVPOSLIST", None, f"{statement.account} has transactions, but no positions. {MISSING}")
        return [], []
    rows: dict[str, dict[str, Any]] = {}
    values: dict[str, Decimal] = defaultdict(Decimal)
    for element in list(list_of_positions)[:MOST_POSITIONS]:
        row = _position_row(element, statement, securities, rates, today, remarks)
        if row is None:
            continue
        values[row["symbol"]] += EXACT.multiply(row["quantity"], row["price"])
        before = rows.setdefault(row["symbol"], row)
        if before is row:
            continue
        # The same security in two sub-accounts (cash and margin).
        if (before["price"], before["currency"]) != (row["price"], row["currency"]):
            remarks.wrong(0, "UNITPRICE", row["symbol"], f"has two prices in {statement.account}.")
        before["quantity"] += row["quantity"]
    return list(rows.values()), _cash_rows(statement, list(rows.values()), values, remarks)


def _position_row(
    element: Any, statement: Statement, securities: dict[tuple[str, str], Security],
    rates: dict[tuple[str, str], Rate], today: datetime.date, remarks: Remarks,
) -> dict[str, Any] | None:  # fmt: skip
    key = key_of(element)
    security = securities.get(key) or Security(not_cash(key[0]) if is_like_cash(key[0]) else key[0], key[0], Decimal(1))
    symbol = security.symbol
    units = number_in(element, "UNITS", symbol, remarks)
    currency, parts = whole_currency(_currency(element, statement, rates))
    if not symbol or units is None or not units:
        if not symbol:
            remarks.wrong(0, "UNIQUEID", None, f"a position in {statement.account} names no security.")
        return None
    if units < 0 or text_in(element, "POSTYPE") == "SHORT":
        remedy = f"is sold short in {statement.account}, and only what is owned can be loaded. "
        about = Subject(statement.account, symbol, f"{-abs(units):f}")
        remarks.wrong(0, "UNITS", symbol, remedy + leave_out(symbol), about)
        return None
    if not is_known_currency(currency):
        remarks.wrong(0, "CURSYM", currency, f"is no currency code ({symbol}).")
        return None
    price = _price(element, units, security, remarks)
    if price is None:
        return None
    price, quantity = rounded(EXACT.divide(price, parts)), rounded(units)
    if any(map(too_large, (price, quantity, EXACT.multiply(price, quantity)))):
        remarks.wrong(0, "UNITS", symbol, f"is worth more than can be right ({statement.account}).")
        return None
    if price <= 0 or quantity <= 0:
        remarks.wrong(0, "UNITPRICE", symbol, f"has no price above 0 in {statement.account}, so it can't be valued.")
        return None
    day = day_in(element, "DTPRICEASOF", today, remarks) if text_in(element, "DTPRICEASOF") else statement.day
    return {
        "account": statement.account,
        "symbol": symbol,
        "quantity": quantity,
        "price": price,
        "currency": currency,
        "name": security.name,
        "as_of": day,
    }


def _price(element: Any, units: Decimal, security: Security, remarks: Remarks) -> Decimal | None:
    """The price of one unit, such that units times price is the market value that the file states."""
    symbol = security.symbol
    # A bond's price is a percent of its face value; an option's is that of one share.
    times = Decimal("0.01") if element.tag == "POSDEBT" else security.shares_per_contract
    quoted, value = (number_in(element, tag, symbol, remarks) for tag in ("UNITPRICE", "MKTVAL"))
    if quoted is None or value is None:
        return None
    if not value:
        return EXACT.multiply(quoted, times)
    exactly = EXACT.divide(value, units)
    if not quoted:
        return exactly
    for factor in dict.fromkeys((times, Decimal(1), Decimal("0.01"), Decimal(100))):
        price = EXACT.multiply(quoted, factor)
        if abs(EXACT.multiply(price, units) - value) <= CENT:
            return price
        if abs(price - exactly) <= abs(exactly) * NEARLY:
            remarks.note(f"The price of {symbol} is its market value by its units: {rounded(exactly):f}.")
            return exactly
    remedy = f"has the market value {value:f}, but {units:f} units at {quoted:f}. Download the file again."
    remarks.wrong(0, "MKTVAL", symbol, remedy)
    return None


def _cash_rows(
    statement: Statement, rows: list[dict[str, Any]], values: dict[str, Decimal], remarks: Remarks
) -> list[dict[str, Any]]:
    balances = first_in(statement.element, "INVBAL")
    if balances is None:
        remarks.note(f"The file says nothing about cash in {statement.account}.")
        return []
    cash = number_in(balances, "AVAILCASH", statement.account, remarks)
    borrowed = number_in(balances, "MARGINBALANCE", statement.account, remarks)
    if borrowed:
        remarks.note(f"The margin balance of {statement.account}, {borrowed:f} {statement.currency}, is not counted.")
    if not cash or not rounded(cash):
        return []
    for row in rows:
        swept = SWEEP.search(row["name"]) and row["currency"] == statement.currency
        if swept and abs(values[row["symbol"]] - cash) < CENT:
            remarks.note(f"The cash of {statement.account} is {row['symbol']}, which is counted once.")
            return []
    if too_large(cash):
        remarks.wrong(0, "AVAILCASH", cash, f"is more cash than can be right ({statement.account}).")
        return []
    currency = statement.currency
    return [
        {
            "account": statement.account,
            "symbol": CASH,
            "quantity": rounded(cash),
            "price": Decimal(1),
            "currency": currency,
            "name": f"Cash {currency}",
            "as_of": statement.day,
        }
    ]


def _currency(element: Any, statement: Statement, rates: dict[tuple[str, str], Rate]) -> str:
    """The currency a position is stated in; its rate to the statement's goes to ``rates``."""
    stated = first_in(element, "CURRENCY")
    currency = text_in(stated, "CURSYM") if stated is not None else None
    if not currency or currency == statement.currency:
        return statement.currency
    rate = rate_of(currency, statement.currency, exact(text_in(stated, "CURRATE") or ""), statement.day)
    if rate:
        rates[rate.source, rate.target] = rate
    return currency


FORMAT = Format("ofx", TITLE, recognises, read)
