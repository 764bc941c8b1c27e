"""Any table of holdings: a spreadsheet, or the file of a broker that isn't known. What isn't sure is asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from tqdm.auto import tqdm

from allocation.errors import MappingNeeded, Subject
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
A_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
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

Named = Mapping[str, str]
"""Our column → what a row has in it."""


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
        self.stem = PurePath(opened.name).stem
        self.values: list[Decimal] = []
        self.total = Decimal(0)
        self.since_total: list[Decimal] = []
        self.currencies: set[str] = set()
        plain_cells = [bare(cell) for cell in self._cells(*NUMBERS) if not isinstance(cell, Exact)]
        numbers = [text for text in plain_cells if A_NUMBER.fullmatch(text)]
        self.mark = decimal_mark(numbers, chosen.lines.separator)
        self.order = date_order(self._cells("as_of"))
        self.names_accounts = "account" in chosen.columns or bool(chosen.fixed.get("account"))
        self.money_column = next((column for column in ("price", "value") if column in chosen.columns), "price")
        self.said = {column: currency_of(self._called(column)) for column in ("price", "value")}

    def content(self) -> Content:
        for row, cells in tqdm(self.chosen.rows, desc=self.opened.name, unit=" rows", delay=1, leave=False):
            self._read_row(row, cells)
        if not self.findings.holdings and not self.findings.problems:
            self.findings.wrong(0, "", "", "holds no holdings under its header.")
        if not self.names_accounts:
            unless = "unless one is given (--account NAME, or Account on the page)"
            self.findings.note(f"The file names no account: {unless}, it is {self.stem}.")
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
        named = self._named(cells)
        symbol = self._symbol(named)
        if self._is_total(symbol or filled[0], bool(symbol), named):
            self._compare_total(row, named, filled[0])
        elif not symbol:
            self.findings.wrong(row, self._called("symbol"), "", "is empty. Every holding needs it.")
        else:
            account = self._account(named)
            self.findings.about = Subject(account, symbol, named.get("quantity", ""))
            self._read_holding(row, named, account, symbol)
            self.findings.about = None

    def _read_holding(self, row: int, named: Named, account: str, symbol: str) -> None:
        numbers = {column: self._number(row, column, named.get(column, "")) for column in NUMBERS}
        currency = self._currency(named)
        if found := CASH_NAMES.fullmatch(symbol) or CASH_NAMES.fullmatch(named.get("name", "")):
            of_cash = (found["before"] or found["after"] or currency or "").upper()
            self._add_cash(row, named, account, numbers, of_cash)
            return
        if any(value is None and not is_nothing(named.get(column, "")) for column, value in numbers.items()):
            return
        quantity, price = self._quantity_and_price(row, numbers)
        if quantity is None:
            return
        self._add(row, named, account, symbol, quantity, price, currency or "", numbers)

    def _symbol(self, named: Named) -> str:
        cells = (named.get(column, "") for column in ("symbol", "isin", "name"))
        return next((cell for cell in cells if not is_nothing(cell)), "")

    def _is_total(self, name: str, has_symbol: bool, named: Named) -> bool:
        """Whether a row adds up those above it: called so, or nameless, or worth exactly as much as all of them."""
        if not is_nothing(named.get("quantity", "")):
            return False
        if not has_symbol or TOTALS.fullmatch(name.rstrip(": ")):
            return True
        value = number_in(named.get("value", ""), self.mark)
        return len(self.values) > 1 and value is not None and value == self.total

    def _quantity_and_price(
        self, row: int, numbers: Mapping[str, Decimal | None]
    ) -> tuple[Decimal | None, Decimal | None]:
        quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
        if "quantity" in self.chosen.columns or "quantity" in self.chosen.fixed:
            if quantity is None:
                self.findings.wrong(row, self._called("quantity"), "", "is empty. Every holding needs it.")
            return quantity, price
        if value is None:
            self.findings.wrong(row, self._called("value"), "", "is empty. Every holding needs it.")
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
        named: Named,
        account: str,
        symbol: str,
        quantity: Decimal,
        price: Decimal | None,
        currency: str,
        numbers: Mapping[str, Decimal | None],
    ) -> None:
        value = numbers["value"]
        of_value = self.said["value"] or currency_in(named.get("value", ""))
        if of_value and of_value != currency:
            # A value in another currency says nothing about quantity times price.
            value = None
        self._count(value if value is not None else quantity * (price or 0), currency)
        account_type = named.get("account_type")
        self.findings.add(
            Holding(
                row=row,
                account=account,
                symbol=symbol,
                quantity=quantity,
                price=price,
                currency=currency,
                name=named.get("name") or None,
                value=value,
                cost_basis=numbers["cost_basis"],
                as_of=self._date(row, named),
                asset_class=named.get("asset_class") or None,
                account_type=account_type if account_type in ACCOUNT_TYPES else None,
                kind=named.get("kind") or None,
            )
        )

    def _add_cash(
        self, row: int, named: Named, account: str, numbers: Mapping[str, Decimal | None], currency: str
    ) -> None:
        amount = numbers["value"] if numbers["value"] is not None else numbers["quantity"]
        if amount is None:
            return
        self._count(amount, currency)
        as_of, asset_class = self._date(row, named), named.get("asset_class") or None
        self.findings.add(
            Holding(row, account, CASH, amount, Decimal(1), currency, as_of=as_of, asset_class=asset_class)
        )

    def _account(self, named: Named) -> str:
        return named.get("account", "") if self.names_accounts else self.stem

    def _currency(self, named: Named) -> str | None:
        written = named.get("currency")
        if written:
            return written if len(written) == 3 else currency_in(f"{written}1") or written
        for column in (self.money_column, "price", "value"):
            found = self.said[column] or currency_in(named.get(column, ""))
            if found:
                return found
        return None

    def _date(self, row: int, named: Named) -> datetime.date | None:
        written = named.get("as_of", "")
        if is_nothing(written):
            return None
        date = date_in(written, self.order)
        if date is None:
            remedy = "is no date that can be read for sure. Write dates like 2026-03-31."
            self.findings.wrong(row, self._called("as_of"), written, remedy)
        return date

    def _number(self, row: int, column: str, cell: str) -> Decimal | None:
        if is_nothing(cell):
            return None
        number = number_in(cell, self.mark)
        if number is None:
            both_ways = self.mark is None and any(mark in cell for mark in ".,")
            remedy = "can be read with a decimal point or a decimal comma, and the file doesn't settle which. "
            remedy += "Write its numbers without thousands marks."
            self.findings.wrong(row, self._called(column), cell, remedy if both_ways else "is not a number.")
        return number

    def _count(self, value: Decimal, currency: str) -> None:
        self.values.append(value)
        self.total += value
        self.since_total.append(value)
        self.currencies.add(currency)

    def _compare_total(self, row: int, named: Named, what: str) -> None:
        stated = self._number(row, "value", named.get("value", ""))
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

    def _called(self, column: str) -> str:
        """What the file calls a column of ours."""
        place = self.chosen.columns.get(column)
        return column if place is None else self.chosen.header[place]

    def _cells(self, *columns: str) -> list[str]:
        """All that stands in some columns of ours."""
        places = [self.chosen.columns[column] for column in columns if column in self.chosen.columns]
        fixed = [self.chosen.fixed[column] for column in columns if column in self.chosen.fixed]
        return [*fixed, *(cells[place] for _, cells in self.chosen.rows for place in places if place < len(cells))]

    def _named(self, cells: Sequence[str]) -> dict[str, str]:
        named = {column: cells[place] for column, place in self.chosen.columns.items() if place < len(cells)}
        return named | self.chosen.fixed
