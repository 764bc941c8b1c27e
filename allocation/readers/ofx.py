"""OFX and QFX: what an investment account holds, as banks and brokers hand it to programs (versions 1 and 2)."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import unescape

from allocation.errors import LoadError
from allocation.money import is_known_currency
from allocation.readers import holdings as holding_tables
from allocation.readers.content import Content
from allocation.readers.foreign import (
    EXACT,
    Remarks,
    account_name,
    day_of,
    distinct,
    exact,
    is_like_cash,
    name_of,
    not_cash,
    numbered_table,
    rounded,
    shown,
    too_large,
)
from allocation.readers.opened import Opened
from allocation.readers.rates import Rate, crossed, rate_of, rate_table, whole_currency
from allocation.readers.registry import Format
from allocation.tables import CASH

TITLE = "OFX or QFX statement"
LARGEST = 32 * 1024**2
MOST_POSITIONS = 100_000
DEEPEST = 40
NEARLY = Decimal("0.01")
CENT = Decimal("0.01")
BEGINNING = re.compile(rb"OFXHEADER\s*[:=]|<\?OFX\s|<OFX>", re.IGNORECASE)
EMPTY = re.compile(r"<([A-Z0-9._]{1,64})>[ \t\r\n]*(?=<)")
CLOSING = re.compile(r"</([A-Z0-9._]{1,64})>")
SWEEP = re.compile(r"money market|sweep|settlement|cash reserve|core account", re.IGNORECASE)
ESCAPES = {"&nbsp;": " ", "&apos;": "'", "&quot;": '"'}
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
        root = _parsed(source, remarks)
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


def _parsed(source: Opened, remarks: Remarks) -> Any:
    """The tree of elements; None and a problem where there is none."""
    try:
        from ofxtools.Parser import TreeBuilder
    except ImportError:
        remarks.wrong("", None, 'can\'t be read without the package ofxtools: pip install "allocation[ofx]".')
        return None
    if len(source.bytes()) > LARGEST:
        remarks.wrong("", None, f"is larger than {LARGEST // 1024**2} MB. Export a shorter span of time.")
        return None
    text = source.text()
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        remarks.wrong("", None, "declares entities, as no OFX file of a bank does. It isn't read.")
        return None
    # Headers vary from bank to bank, and say nothing about positions.
    _, start, body = text.partition("<OFX>")
    builder = TreeBuilder()
    try:
        builder.feed(_repaired(start + body))
        root = builder.close()
    # The library raises these, and a SyntaxError of its own, for files that break the format's rules.
    except (SyntaxError, ValueError, LookupError, TypeError, AssertionError, AttributeError):
        root = None
    if root is None or _is_deep(root):
        remarks.wrong("", None, "breaks the rules of OFX and can't be read. Download it again; don't edit it.")
        return None
    return root


def _is_deep(root: Any) -> bool:
    """Whether elements stand in each other as they never do in OFX, which would take for ever to look through."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        waiting += [(below, depth + 1) for below in element]
    return False


def _repaired(text: str) -> str:
    """The text without empty values of OFX 1, which nothing ends, and with what stands in CDATA written out."""
    parts, place = [], 0
    while (start := text.find("<![CDATA[", place)) >= 0 and (end := text.find("]]>", start)) >= 0:
        written = text[start + 9 : end].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts += [text[place:start], written]
        place = end + 3
    whole = "".join([*parts, text[place:]])
    closed = set(CLOSING.findall(whole))
    return EMPTY.sub(lambda found: found[0] if found[1] in closed else "", whole)


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
    remedy = "The file has none: load a table of rates with it."
    in_use = {str(row["currency"]) for row in rows}
    crossed_rates = crossed(list(rates.values()), in_use, base, remedy, remarks)
    if not rows and not remarks.problems:
        remarks.wrong("", None, "holds neither positions nor cash.")
    return Content(
        TITLE,
        holdings=numbered_table(rows, holding_tables.COLUMNS, remarks.file),
        fx=rate_table(crossed_rates),
        base_currency=base,
        problems=remarks.found(),
        notes=remarks.said(),
    )


def _statements(root: Any, today: datetime.date, remarks: Remarks) -> list[Statement]:
    found: dict[str, Statement] = {}
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for element in root.iter("INVSTMTRS"):
        currency = (_text(element, "CURDEF") or "").upper()
        number = f"{_text(element, 'BROKERID')} {_text(element, 'ACCTID')}"
        day = _day(element, "DTASOF", today, remarks)
        if not is_known_currency(currency):
            remarks.wrong("CURDEF", currency, "is no currency code, so nothing in the statement can be valued.")
        elif day:
            if number not in names:
                names[number] = account_name(_name(element, root), taken)
            # Of two statements of one account the later one counts.
            if number not in found or found[number].day < day:
                found[number] = Statement(element, names[number], currency, day)
    if not found and not remarks.problems:
        what = (
            "bank or card statements, which have no positions" if _first(root, "STMTRS", "CCSTMTRS") else "no positions"
        )
        remarks.wrong("", None, f"holds {what}. {MISSING}")
    return list(found.values())


def _name(element: Any, root: Any) -> str:
    """The bank and the last four digits: the whole number of an account is nobody's business."""
    bank = _text(root, "ORG") or _text(element, "BROKERID") or "Account"
    number = _text(element, "ACCTID") or ""
    return f"{bank} …{number[-4:]}" if number else bank


def _securities(root: Any, remarks: Remarks) -> dict[tuple[str, str], Security]:
    taken: dict[str, int] = {}
    securities: dict[tuple[str, str], Security] = {}
    for info in root.iter("SECLIST"):
        for element in list(info)[:MOST_POSITIONS]:
            key = _key(element)
            if key in securities or not key[0]:
                continue
            ticker, name = _text(element, "TICKER"), _text(element, "SECNAME")
            written = ticker or key[0]
            symbol = not_cash(written) if is_like_cash(written) else written
            symbol = distinct(symbol, taken, f"{symbol} ({key[0]})")
            if symbol != written:
                remarks.note(f"{written} ({name or key[0]}) is called {symbol} here, to tell it from others.")
            contract = exact(_text(element, "SHPERCTRCT") or "1")
            times = contract if contract and contract > 0 else Decimal(1)
            securities[key] = Security(symbol, name or written, times)
    return securities


def _account_rows(
    statement: Statement, securities: dict[tuple[str, str], Security], rates: dict[tuple[str, str], Rate],
    today: datetime.date, remarks: Remarks,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    list_of_positions = _first(statement.element, "INVPOSLIST")
    if list_of_positions is None:
        remarks.wrong("INVPOSLIST", None, f"{statement.account} has transactions, but no positions. {MISSING}")
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
            remarks.wrong("UNITPRICE", row["symbol"], f"has two prices in {statement.account}.")
        before["quantity"] += row["quantity"]
    return list(rows.values()), _cash_rows(statement, list(rows.values()), values, remarks)


def _position_row(
    element: Any, statement: Statement, securities: dict[tuple[str, str], Security],
    rates: dict[tuple[str, str], Rate], today: datetime.date, remarks: Remarks,
) -> dict[str, Any] | None:  # fmt: skip
    key = _key(element)
    security = securities.get(key) or Security(not_cash(key[0]) if is_like_cash(key[0]) else key[0], key[0], Decimal(1))
    symbol = security.symbol
    units = _number(element, "UNITS", symbol, remarks)
    currency, parts = whole_currency(_currency(element, statement, rates))
    if not symbol or units is None or not units:
        if not symbol:
            remarks.wrong("UNIQUEID", None, f"a position in {statement.account} names no security.")
        return None
    if units < 0 or _text(element, "POSTYPE") == "SHORT":
        remedy = f"is sold short in {statement.account}, and only what is owned can be loaded."
        remarks.wrong("UNITS", symbol, remedy)
        return None
    if not is_known_currency(currency):
        remarks.wrong("CURSYM", currency, f"is no currency code ({symbol}).")
        return None
    price = _price(element, units, security, remarks)
    if price is None:
        return None
    price, quantity = rounded(EXACT.divide(price, parts)), rounded(units)
    if any(map(too_large, (price, quantity, EXACT.multiply(price, quantity)))):
        remarks.wrong("UNITS", symbol, f"is worth more than can be right ({statement.account}).")
        return None
    if price <= 0 or quantity <= 0:
        remarks.wrong("UNITPRICE", symbol, f"has no price above 0 in {statement.account}, so it can't be valued.")
        return None
    day = _day(element, "DTPRICEASOF", today, remarks) if _text(element, "DTPRICEASOF") else statement.day
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
    quoted, value = (_number(element, tag, symbol, remarks) for tag in ("UNITPRICE", "MKTVAL"))
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
    remarks.wrong("MKTVAL", symbol, remedy)
    return None


def _cash_rows(
    statement: Statement, rows: list[dict[str, Any]], values: dict[str, Decimal], remarks: Remarks
) -> list[dict[str, Any]]:
    balances = _first(statement.element, "INVBAL")
    if balances is None:
        remarks.note(f"The file says nothing about cash in {statement.account}.")
        return []
    cash = _number(balances, "AVAILCASH", statement.account, remarks)
    borrowed = _number(balances, "MARGINBALANCE", statement.account, remarks)
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
        remarks.wrong("AVAILCASH", cash, f"is more cash than can be right ({statement.account}).")
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
    stated = _first(element, "CURRENCY")
    currency = _text(stated, "CURSYM") if stated is not None else None
    if not currency or currency == statement.currency:
        return statement.currency
    rate = rate_of(currency, statement.currency, exact(_text(stated, "CURRATE") or ""), statement.day)
    if rate:
        rates[rate.source, rate.target] = rate
    return currency


def _number(element: Any, tag: str, of: str, remarks: Remarks) -> Decimal | None:
    """A number; 0 where there is none, and None and a problem where it isn't one."""
    written = _text(element, tag)
    if written is None:
        return Decimal(0)
    # Some banks write a decimal comma; OFX has no marks for thousands.
    number = exact(written.replace(",", ".") if written.count(",") == 1 and "." not in written else written)
    if number is None:
        remarks.wrong(tag, written, f"is not a number ({shown(of)}). Download the file again.")
    return number


def _day(element: Any, tag: str, today: datetime.date, remarks: Remarks) -> datetime.date | None:
    written = _text(element, tag) or ""
    day = day_of(f"{written[:4]}-{written[4:6]}-{written[6:8]}") if written[:8].isdecimal() else None
    if day is None:
        remarks.wrong(tag, written, "is not a date like 20261231. Download the file again.")
    elif day > today + datetime.timedelta(days=1):
        remarks.wrong(tag, written, "lies in the future. Download the file again.")
        return None
    # Where it is tomorrow already it is still today here.
    return min(day, today) if day else None


def _key(element: Any) -> tuple[str, str]:
    return _text(element, "UNIQUEID") or "", _text(element, "UNIQUEIDTYPE") or ""


def _text(element: Any, tag: str) -> str | None:
    found = _first(element, tag)
    return None if found is None or found.text is None else name_of(unescape(found.text, ESCAPES))


def _first(element: Any, *tags: str) -> Any:
    """The first element below with one of these names."""
    found: Iterator[Any] = (below for below in element.iter() if below.tag in tags)
    return next(found, None)


FORMAT = Format("ofx", TITLE, recognises, read)
