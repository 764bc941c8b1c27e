"""Any table of holdings: a spreadsheet, or the file of a broker that isn't known. What isn't sure is asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from tqdm.auto import tqdm

from allocation.errors import MappingNeeded
from allocation.readers.columns import FIELDS, currency_of, fingerprint, guess, sure
from allocation.readers.content import Content
from allocation.readers.found import Findings, Holding
from allocation.readers.holdings import ACCOUNT_TYPES
from allocation.readers.lines import Exact, Line, Lines
from allocation.readers.loose import bare, currency_in, date_in, date_order, is_nothing, number_in
from allocation.readers.numbers import decimal_mark
from allocation.readers.opened import Opened
from allocation.tables import CASH

HEADER_WITHIN, SAMPLES = 60, 5
NO_TABLES = {"%pdf": "a PDF", "<!doctype html": "a web page", "<html": "a web page"}
"""How files begin that people have instead of the table."""
NUMBERS = ("quantity", "price", "value", "cost_basis")
TOTALS = re.compile(
    r"(?:(?:grand|sub|account|portfolio|overall)[ -]?)?totals?(?: value| assets| portfolio| account)?|"
    r"(?:gesamt|zwischen)?summe|gesamt(?:wert|betrag)?|insgesamt|totaal|totale|sum",
    re.IGNORECASE,
)
_CASH_WORDS = (
    "cash|cash balance|cash & cash investments|settled cash|bargeld|barbestand|guthaben|liquidität|verrechnungskonto|"
    "geldkonto|liquidités|espèces|efectivo|liquidità|contanti"
)
CASH_NAMES = re.compile(
    rf"(?:(?P<before>[A-Z]{{3}})[ :-]+)?(?:{_CASH_WORDS})(?:[ :(-]+(?P<after>[A-Z]{{3}})\)?)?", re.IGNORECASE
)

Mapped = Mapping[str, str]
"""Our column → the file's column, or ``=value``."""


@dataclass(frozen=True)
class Chosen:
    """Which row names the columns, and which column is what.

    Attributes:
        lines: the table.
        start: which of its lines is the row of names.
        columns: our column → where it stands in a row.
        fixed: our column → the value that holds in every row.
    """

    lines: Lines
    start: int
    columns: Mapping[str, int]
    fixed: Mapping[str, str]

    @property
    def header(self) -> list[str]:
        return self.lines.lines[self.start][1]

    @property
    def rows(self) -> Sequence[Line]:
        return self.lines.lines[self.start + 1 :]


def read_table(
    opened: Opened,
    today: datetime.date,
    mapping: Mapped | None = None,
    remembered: Mapping[str, Mapped] | None = None,
) -> Content:
    """Read a table of holdings of no known format.

    Parameters:
        mapping: our column → the file's column, or ``"=value"`` for a value that holds in every row. Columns that are
            called as usual need not be named.
        remembered: mappings that were given before, by the fingerprint of the columns' names.

    Raises:
        LoadError: the file is no table.
        MappingNeeded: it isn't sure which column is what.
    """
    _refuse_what_is_no_table(opened)
    lines, start = _header(opened, mapping or {})
    header = lines.lines[start][1]
    said = mapping or (remembered or {}).get(fingerprint(header), {})
    _check(opened, header, said)
    chosen = _choose(opened, lines, start, said)
    reading = _Reading(opened, chosen, today)
    if not mapping and said:
        reading.findings.note("Its columns are read as you said for a file with the same columns before.")
    return reading.content()


def header_of(opened: Opened, mapping: Mapped) -> list[str]:
    """The names of a table's columns."""
    lines, start = _header(opened, mapping)
    return lines.lines[start][1]


def _header(opened: Opened, mapping: Mapped) -> tuple[Lines, int]:
    """The table, and which of its lines names the columns: the one with the most names that are known."""
    named = {column for column in mapping.values() if not column.startswith("=")}
    best: tuple[int, Lines, int] | None = None
    for lines in opened.tables:
        for place, (_, cells) in enumerate(lines.lines[:HEADER_WITHIN]):
            filled = [cell for cell in cells if cell]
            if len(filled) < 2 or any(isinstance(cell, Exact) for cell in filled):
                continue
            score = len(sure(cells)) + 100 * len(named & set(cells))
            if best is None or score > best[0]:
                best = score, lines, place
    if best is None:
        raise opened.wrong("is of no format that is known, and holds no table with named columns.")
    return best[1], best[2]


def _refuse_what_is_no_table(opened: Opened) -> None:
    beginning = opened.head_text.lstrip("\ufeff \r\n\t").lower()
    if not beginning:
        raise opened.wrong("is empty.")
    kind = next((kind for start, kind in NO_TABLES.items() if beginning.startswith(start)), None)
    if kind is not None:
        raise opened.wrong(f"is {kind}, whatever it is called. Download the holdings as CSV or XLSX instead.")


def _check(opened: Opened, header: Sequence[str], said: Mapped) -> None:
    unknown = [ours for ours in said if ours not in FIELDS]
    if unknown:
        raise opened.wrong(f"has no use for {unknown[0]!r}. Columns that can be named are {', '.join(FIELDS)}.")
    for ours, theirs in said.items():
        if not theirs.startswith("=") and theirs not in header:
            listed = ", ".join(column for column in header if column)
            raise opened.wrong(f"has no column {theirs!r} for the {ours}. Its columns are {listed}.")


def _choose(opened: Opened, lines: Lines, start: int, said: Mapped) -> Chosen:
    header, rows = lines.lines[start][1], lines.lines[start + 1 :]
    fixed = {ours: value[1:].strip() for ours, value in said.items() if value.startswith("=")}
    taken = {value for value in said.values() if not value.startswith("=")}
    found = {ours: value for ours, value in said.items() if not value.startswith("=")}
    doubtful: dict[str, str] = {}
    for ours, columns in sure(header).items():
        free = [column for column in columns if column not in taken]
        if ours in said or not free:
            continue
        if len(free) > 1 and ours in NUMBERS and not _same(header, rows, free):
            doubtful[ours] = free[0]
        else:
            found[ours] = free[0]
    missing = _missing(header, rows, found, fixed)
    if missing:
        free = [column for column in header if column and column not in (*found.values(), *taken)]
        guesses = {ours: near for ours in missing if (near := doubtful.get(ours) or guess(free, ours))}
        samples = [dict(zip(header, cells, strict=False)) for _, cells in rows[:SAMPLES]]
        raise MappingNeeded(opened.name, [column for column in header if column], samples, guesses, missing)
    return Chosen(lines, start, {ours: header.index(column) for ours, column in found.items()}, fixed)


def _same(header: Sequence[str], rows: Sequence[Line], columns: Sequence[str]) -> bool:
    places = [header.index(column) for column in columns]
    return all(len({cells[place] if place < len(cells) else "" for place in places}) == 1 for _, cells in rows)


def _missing(header: list[str], rows: Sequence[Line], found: Mapped, fixed: Mapped) -> list[str]:
    """What has to be asked, because nothing can be read without it."""
    known = {*found, *fixed}
    missing = [] if known & {"symbol", "isin", "name"} else ["symbol"]
    if not known & {"quantity", "value"}:
        missing.append("quantity")
    elif "quantity" in known and not known & {"price", "value"}:
        missing.append("price")
    money = [found[column] for column in ("price", "value") if column in found]
    if "currency" not in known and money:
        says = any(currency_of(column) for column in money)
        places = [header.index(column) for column in money]
        if not says and not any(currency_in(cells[p]) for _, cells in rows for p in places if p < len(cells)):
            missing.append("currency")
    return missing


class _Reading:
    """One table while it is read."""

    def __init__(self, opened: Opened, chosen: Chosen, today: datetime.date) -> None:
        self.opened, self.chosen = opened, chosen
        self.findings = Findings(opened.name, today=today)
        self.values: list[Decimal] = []
        self.since_total: list[Decimal] = []
        self.currencies: set[str] = set()
        cells = [self._cell(cells, column) for _, cells in chosen.rows for column in NUMBERS]
        plain_cells = [bare(cell) for cell in cells if not isinstance(cell, Exact)]
        numbers = [text for text in plain_cells if re.fullmatch(r"[+-]?[\d.,]*\d[\d.,]*", text)]
        self.mark = decimal_mark(numbers, chosen.lines.separator)
        self.order = date_order(self._cell(cells, "as_of") for _, cells in chosen.rows)
        self.money_column = next((column for column in ("price", "value") if column in chosen.columns), "price")

    def content(self) -> Content:
        for row, cells in tqdm(self.chosen.rows, desc=self.opened.name, unit=" rows", delay=1, leave=False):
            self._read_row(row, cells)
        if not self.findings.holdings and not self.findings.problems:
            self.findings.wrong(0, "", "", "holds no holdings under its header.")
        names = {ours: self.chosen.header[place] for ours, place in self.chosen.columns.items()}
        self.findings.note("Read as: " + ", ".join(f"{ours} = {theirs}" for ours, theirs in names.items()) + ".")
        sheet = f", sheet {self.chosen.lines.sheet}" if self.chosen.lines.sheet else ""
        return Content(
            f"Table of holdings{sheet}",
            self.findings.table(),
            problems=self.findings.found(),
            notes=self.findings.said(),
        )

    def _read_row(self, row: int, cells: list[str]) -> None:
        filled = [cell for cell in cells if cell]
        if len(filled) < 2 or cells == self.chosen.header:
            return
        symbol = self._symbol(cells)
        if self._is_total(symbol or filled[0], bool(symbol), cells):
            self._compare_total(row, cells, filled[0])
            return
        if not symbol:
            self.findings.wrong(row, self._named("symbol"), "", "is empty. Every holding needs it.")
            return
        numbers = {column: self._number(row, column, self._cell(cells, column)) for column in NUMBERS}
        currency = self._currency(row, cells)
        if found := CASH_NAMES.fullmatch(symbol) or CASH_NAMES.fullmatch(self._cell(cells, "name")):
            self._add_cash(row, cells, numbers, (found["before"] or found["after"] or currency or "").upper())
            return
        if any(value is None and not is_nothing(self._cell(cells, column)) for column, value in numbers.items()):
            return
        quantity, price = self._quantity_and_price(row, numbers)
        if quantity is None:
            return
        self._add(row, cells, symbol, quantity, price, currency or "", numbers)

    def _symbol(self, cells: list[str]) -> str:
        named = (self._cell(cells, column) for column in ("symbol", "isin", "name"))
        return next((cell for cell in named if not is_nothing(cell)), "")

    def _is_total(self, name: str, has_symbol: bool, cells: list[str]) -> bool:
        """Whether a row adds up those above it: called so, or nameless, or worth exactly as much as all of them."""
        if not is_nothing(self._cell(cells, "quantity")):
            return False
        if not has_symbol or TOTALS.fullmatch(name.rstrip(": ")):
            return True
        value = number_in(self._cell(cells, "value"), self.mark)
        return len(self.values) > 1 and value is not None and value == sum(self.values)

    def _quantity_and_price(
        self, row: int, numbers: Mapping[str, Decimal | None]
    ) -> tuple[Decimal | None, Decimal | None]:
        quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
        if "quantity" in self.chosen.columns or "quantity" in self.chosen.fixed:
            if quantity is None:
                self.findings.wrong(row, self._named("quantity"), "", "is empty. Every holding needs it.")
            return quantity, price
        if value is None:
            self.findings.wrong(row, self._named("value"), "", "is empty. Every holding needs it.")
            return None, None
        if price:
            self.findings.note("Quantities are calculated from value and price, because the file has none.")
            return value / price, price
        self.findings.note(
            "The file has neither quantities nor prices: each holding is kept as its value at a price of 1."
        )
        return value, Decimal(1)

    def _add(
        self,
        row: int,
        cells: list[str],
        symbol: str,
        quantity: Decimal,
        price: Decimal | None,
        currency: str,
        numbers: Mapping[str, Decimal | None],
    ) -> None:
        value = numbers["value"]
        of_value = currency_of(self._named("value")) or currency_in(self._cell(cells, "value"))
        if of_value and of_value != currency:
            # A value in another currency says nothing about quantity times price.
            value = None
        self._count(value if value is not None else quantity * (price or 0), currency)
        name, kind, account_type = (self._cell(cells, column) or None for column in ("name", "kind", "account_type"))
        self.findings.add(
            Holding(
                row=row,
                account=self._account(cells),
                symbol=symbol,
                quantity=quantity,
                price=price,
                currency=currency,
                name=name,
                value=value,
                cost_basis=numbers["cost_basis"],
                as_of=self._date(row, cells),
                asset_class=self._cell(cells, "asset_class") or None,
                account_type=account_type if account_type in ACCOUNT_TYPES else None,
                kind=kind,
            )
        )

    def _add_cash(self, row: int, cells: list[str], numbers: Mapping[str, Decimal | None], currency: str) -> None:
        amount = numbers["value"] if numbers["value"] is not None else numbers["quantity"]
        if amount is None:
            return
        self._count(amount, currency)
        as_of, asset_class = self._date(row, cells), self._cell(cells, "asset_class") or None
        account = self._account(cells)
        self.findings.add(
            Holding(row, account, CASH, amount, Decimal(1), currency, as_of=as_of, asset_class=asset_class)
        )

    def _account(self, cells: list[str]) -> str:
        account = self._cell(cells, "account")
        if account:
            return account
        if "account" in self.chosen.columns:
            return ""
        stem = PurePath(self.opened.name).stem
        self.findings.note(
            f"The file names no account: unless one is given (--account NAME, or Account on the page), it is {stem}."
        )
        return stem

    def _currency(self, row: int, cells: list[str]) -> str | None:
        written = self._cell(cells, "currency")
        if written:
            return written if len(written) == 3 else currency_in(f"{written}1") or written
        for column in (self.money_column, "price", "value"):
            found = currency_of(self._named(column)) or currency_in(self._cell(cells, column))
            if found:
                return found
        return None

    def _date(self, row: int, cells: list[str]) -> datetime.date | None:
        written = self._cell(cells, "as_of")
        if is_nothing(written):
            return None
        date = date_in(written, self.order)
        if date is None:
            remedy = "is no date that can be read for sure. Write dates like 2026-03-31."
            self.findings.wrong(row, self._named("as_of"), written, remedy)
        return date

    def _number(self, row: int, column: str, cell: str) -> Decimal | None:
        if is_nothing(cell):
            return None
        number = number_in(cell, self.mark)
        if number is None:
            both_ways = self.mark is None and any(mark in cell for mark in ".,")
            remedy = "can be read with a decimal point or a decimal comma, and the file doesn't settle which. "
            remedy += "Write its numbers without thousands marks."
            self.findings.wrong(row, self._named(column), cell, remedy if both_ways else "is not a number.")
        return number

    def _count(self, value: Decimal, currency: str) -> None:
        self.values.append(value)
        self.since_total.append(value)
        self.currencies.add(currency)

    def _compare_total(self, row: int, cells: list[str], what: str) -> None:
        stated = self._number(row, "value", self._cell(cells, "value"))
        if stated is None or not self.values:
            return
        if len(self.currencies) > 1:
            self.findings.note(f"The total in row {row} is of several currencies and was not compared.")
            return
        # A total is that of the rows since the last one, or of all of them.
        lines = min((self.since_total, self.values), key=lambda values: abs(sum(values) - stated))
        self.since_total = []
        called = what if any(letter.isalpha() for letter in what) else "All rows"
        self.findings.compare_total(row, called, stated, lines, Decimal("0.01"))

    def _named(self, column: str) -> str:
        place = self.chosen.columns.get(column)
        return column if place is None else self.chosen.header[place]

    def _cell(self, cells: Sequence[str], column: str) -> str:
        if column in self.chosen.fixed:
            return self.chosen.fixed[column]
        place = self.chosen.columns.get(column)
        return cells[place] if place is not None and place < len(cells) else ""
