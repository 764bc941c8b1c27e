"""Interactive Brokers' activity statement: many small tables in one file, each line beginning with its table's name."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from allocation.errors import Problem, Subject
from allocation.readers import fx
from allocation.readers.brokers.in_base_currency import Sums
from allocation.readers.content import Content
from allocation.readers.found import Findings, Holding
from allocation.readers.isins import isin_in
from allocation.readers.loose import MONTH_FIRST, date_in, is_nothing, number_in
from allocation.readers.numbers import POINT
from allocation.readers.opened import Opened
from allocation.readers.registry import Format
from allocation.readers.totals import CENT
from allocation.tables import CASH

TITLE = "Interactive Brokers activity statement"
POSITIONS = ("Open Positions", "Long Open Positions", "Short Open Positions")
STATEMENT, ACCOUNT, NET_ASSETS, CASH_REPORT, RATES, INSTRUMENTS, TRADES = (
    "Statement",
    "Account Information",
    "Net Asset Value",
    "Cash Report",
    "Base Currency Exchange Rate",
    "Financial Instrument Information",
    "Trades",
)
WHOLE = "Download the statement again with all of its sections, Open Positions and Cash Report among them."
POSITIONS_OF = {
    "Stock": "Stocks",
    "Options": "",
    "Bonds": "",
    "Funds": "",
    "Mutual Funds": "",
    "Warrants": "",
    "Crypto": "",
}
"""What the net asset value adds up → its category among the positions; empty where that goes by several names."""
NO_CURRENCY = ("", "Base Currency Summary")
KINDS_OF_ROWS = "DataDiscriminator"
"""The first column of positions and trades, which no language translates; nor are Statement, Header and Data."""


@dataclass(frozen=True)
class _Row:
    """One line of a table: its place, its kind (``Data``, ``Total``, …) and its cells by column."""

    row: int
    kind: str
    cells: dict[str, str]

    def get(self, *columns: str) -> str:
        return next((self.cells[column] for column in columns if self.cells.get(column)), "")


def _recognises(opened: Opened) -> bool:
    beginnings = [cells[:3] for _, cells in opened.first_lines if cells[1:2] == ["Header"]]
    return any(cells[0] in (STATEMENT, *POSITIONS) or cells[2:] == [KINDS_OF_ROWS] for cells in beginnings)


def _is_in_english(opened: Opened) -> bool:
    """Whether its tables have the names that they have in English: each language has its own."""
    headers = [cells for _, cells in opened.tables[0].lines if cells[1:2] == ["Header"]]
    told = next((cells for cells in headers if cells[0] == STATEMENT), None)
    known = (*POSITIONS, ACCOUNT, CASH_REPORT, TRADES)
    return "Field Name" in told if told else not headers or any(cells[0] in known for cells in headers)


def _read(opened: Opened, today: datetime.date) -> Content:
    if not _is_in_english(opened):
        raise opened.wrong(
            "is an activity statement of Interactive Brokers in another language than English, and only the English "
            "one is read. Set the language to English there (Performance & Reports, Statements), and download it again."
        )
    tables = _tables(opened)
    findings = Findings(opened.name, today=today)
    told = {row.get("Field Name"): row.get("Field Value") for row in tables[STATEMENT] + tables[ACCOUNT]}
    number = told.get("Account", "")
    account = f"Interactive Brokers {number.split(' ')[0]}".strip()
    base = told.get("Base Currency") or None
    as_of = _end_of(told.get("Period", ""))
    if as_of is None:
        findings.note("The statement says no period: it counts as of the day it is loaded.")
    instruments = _instruments(tables[INSTRUMENTS])
    exchanged = _rates(findings, tables[RATES], base or "", as_of)
    sums = Sums(findings, base, dict(zip(exchanged["from_currency"], exchanged["rate"], strict=True)))
    for name in POSITIONS:
        _read_positions(findings, tables[name], instruments, account, as_of, sums)
    _compare_net_assets(findings, tables[NET_ASSETS], sums)
    _read_cash(findings, tables[CASH_REPORT], account, as_of, sums)
    if not findings.holdings and not findings.problems:
        findings.wrong(0, "", "", "has no table of open positions and none of cash. Include both in the statement.")
    elif not tables[CASH_REPORT]:
        findings.note("The statement has no Cash Report, so the account's cash is not counted.")
    return Content(
        TITLE,
        findings.table(),
        fx=exchanged,
        base_currency=base,
        problems=findings.found(),
        notes=findings.said(),
        totals=tuple(findings.totals),
        keeps_cash=bool(tables[CASH_REPORT]),
    )


def _tables(opened: Opened) -> dict[str, list[_Row]]:
    tables: dict[str, list[_Row]] = defaultdict(list)
    headers: dict[str, list[str]] = {}
    for row, cells in opened.tables[0].lines:
        name, kind, rest = cells[0], cells[1] if len(cells) > 1 else "", cells[2:]
        if kind == "Header":
            headers[name] = rest
        elif name in headers:
            tables[name].append(_Row(row, kind, dict(zip(headers[name], rest, strict=False))))
    return tables


def _end_of(period: str) -> datetime.date | None:
    """The last day of ``January 1, 2026 - June 30, 2026``; the day itself where it is one."""
    return date_in(re.split(r"\s+-\s+", period)[-1], MONTH_FIRST)


def _instruments(rows: list[_Row]) -> dict[str, _Row]:
    """What each symbol stands for: an instrument may have several, ``VUSA, VUSAd``."""
    return {symbol.strip(): row for row in rows if row.kind == "Data" for symbol in row.get("Symbol").split(",")}


def _read_positions(
    findings: Findings,
    rows: list[_Row],
    instruments: dict[str, _Row],
    account: str,
    as_of: datetime.date | None,
    sums: Sums,
) -> None:
    values: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    places: dict[tuple[str, str], set[int]] = defaultdict(set)
    converted: Counter[str] = Counter()
    for row in rows:
        currency, kind = row.get("Currency"), row.get("Asset Category")
        if row.kind == "Total":
            stated, what = _number(findings, row, "Value"), f"{kind} in {currency}"
            lines = values.pop((kind, currency), None)
            if lines is None and (currency != sums.base or not converted[kind]):
                if stated and sums.base:
                    remedy = f"is the total of {what}, but no such row stands above it. {WHOLE}"
                    findings.wrong(row.row, "Value", f"{stated:,.2f}", remedy)
            elif lines is None:
                # After the total of another currency stands one more of the base currency, with that converted.
                converted[kind] -= 1
            elif stated is not None and lines:
                findings.compare_total(row.row, what, stated, lines, CENT, places[kind, currency], currency)
            converted[kind] += lines is not None and currency != sums.base
            continue
        # Lots are parts of the summary above them.
        if row.kind == "Data" and row.get("DataDiscriminator") != "Lot" and row.get("Symbol"):
            findings.about = Subject(_holder(row, account), row.get("Symbol"), row.get("Quantity", "Open"))
            instrument = instruments.get(row.get("Symbol"))
            places[kind, currency].add(row.row)
            worth = _read_position(findings, row, instrument, account, as_of)
            values[kind, currency] += worth
            sums.positions[kind] += [(currency, value) for value in worth]
            findings.about = None


def _compare_net_assets(findings: Findings, rows: list[_Row], sums: Sums) -> None:
    """Compare what the statement says its positions are worth together with those that stand in it."""
    # Of several accounts it has a table each, and one of all.
    if any(row.get("Account") for row in rows):
        return
    for row in rows:
        stated = _number(findings, row, "Current Total") if row.kind == "Data" else None
        asset_class = row.get("Asset Class").strip()
        if stated and asset_class not in (*POSITIONS_OF, "Cash", "Total"):
            findings.note(
                f"Not counted, though it is in the net asset value: {asset_class}, {stated:,.2f} {sums.base}."
            )
        if not stated or asset_class not in POSITIONS_OF:
            continue
        kind = POSITIONS_OF[asset_class]
        listed = sums.positions.get(kind) if kind else [one for found in sums.positions.values() for one in found]
        if not listed:
            remedy = f"is the value of {asset_class}, but no positions of that kind stand in the file. {WHOLE}"
            findings.wrong(row.row, "Current Total", f"{stated:,.2f}", remedy)
        elif kind:
            sums.compare(row.row, "Current Total", asset_class, stated, listed)


def _read_position(
    findings: Findings, row: _Row, instrument: _Row | None, account: str, as_of: datetime.date | None
) -> list[Decimal]:
    """What the position is worth; nothing where that can't be read."""
    quantity, price, value = (
        _number(findings, row, *names) for names in (("Quantity", "Open"), ("Close Price",), ("Value",))
    )
    if quantity is None:
        findings.wrong(row.row, "Quantity", row.get("Quantity", "Open"), "is not a number that can be read.")
        return []
    units = _number(findings, row, "Mult") or Decimal(1)
    if price is not None and units != 1:
        findings.note(f"A unit of {row.get('Symbol')} is {units:f} times its price: the price is kept so.")
        price *= units
    findings.add(
        Holding(
            row=row.row,
            account=_holder(row, account),
            symbol=row.get("Symbol"),
            quantity=quantity,
            price=price,
            currency=row.get("Currency"),
            value=value,
            cost_basis=_number(findings, row, "Cost Basis"),
            as_of=as_of,
            name=(instrument.get("Description") or None) if instrument else None,
            # Its category is Stocks for funds of bonds, too.
            kind=(instrument.get("Type") if instrument else "") or row.get("Asset Category") or None,
            category=row.get("Asset Category"),
            isin=isin_in(instrument.get("Security ID")) if instrument else None,
        )
    )
    return [value if value is not None else quantity * (price or 0)]


def _holder(row: _Row, account: str) -> str:
    return f"Interactive Brokers {row.get('Account')}" if row.get("Account") else account


def _read_cash(findings: Findings, rows: list[_Row], account: str, as_of: datetime.date | None, sums: Sums) -> None:
    ends = [row for row in rows if row.kind == "Data" and row.get("Currency Summary") == "Ending Cash"]
    by_currency = [row for row in ends if row.get("Currency") not in NO_CURRENCY]
    amounts = []
    for row in by_currency or ends:
        amount = _number(findings, row, "Total")
        currency = row.get("Currency") if by_currency else sums.base or ""
        if amount:
            findings.add(Holding(row.row, _holder(row, account), CASH, amount, Decimal(1), currency, as_of=as_of))
            amounts.append((currency, amount))
    together = [row for row in ends if row not in by_currency]
    if by_currency and len(together) == 1 and not any(row.get("Account") for row in ends):
        stated = _number(findings, together[0], "Total")
        if stated is not None:
            sums.compare(together[0].row, "Total", "cash in all currencies", stated, amounts)


def _rates(findings: Findings, rows: list[_Row], base: str, as_of: datetime.date | None) -> pd.DataFrame:
    found = []
    for row in rows:
        rate = _number(findings, row, "Rate")
        if row.kind == "Data" and rate and rate > 0 and row.get("Currency") != base and as_of is not None:
            found.append((row.row, row.get("Currency"), base, rate, as_of))
    return pd.DataFrame(found, columns=fx.COLUMNS, dtype=object)


def _number(findings: Findings, row: _Row, *columns: str) -> Decimal | None:
    written = row.get(*columns)
    if is_nothing(written):
        return None
    number = number_in(written, POINT)
    if number is None:
        findings.problems.append(
            Problem(findings.file, row.row, columns[0], written, "is not a number that can be read.", findings.about)
        )
    return number


FORMAT = Format("ibkr", TITLE, _recognises, _read)
