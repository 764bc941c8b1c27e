"""The rows of any table of holdings, once it is known which column is what."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import PurePath

from tqdm.auto import tqdm

from allocation.errors import Subject
from allocation.readers.columns import currency_of
from allocation.readers.content import Content
from allocation.readers.found import Findings, Holding
from allocation.readers.holdings import ACCOUNT_TYPES
from allocation.readers.lines import Exact, Line, Lines, Unfilled
from allocation.readers.loose import bare, currency_in, date_in, date_order, is_nothing, number_in
from allocation.readers.numbers import decimal_mark
from allocation.readers.opened import Opened
from allocation.tables import CASH

NUMBERS = ("quantity", "price", "value", "cost_basis")
NO_ACCOUNT = "The file names no account"
A_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
TOTALS = re.compile(
    r"(?:(?:grand|sub|account|portfolio|overall)[ -]?)?totals?(?: value| assets| portfolio| account)?|"
    r"(?:gesamt|zwischen)?summe|gesamt(?:wert|betrag)?|insgesamt|totaal|totale|sum",
    re.IGNORECASE,
)
_CASH_WORDS = (
    "cash|cash balance|cash & cash investments|settled cash|uninvested cash|savings account|bargeld|barbestand|"
    "guthaben|liquidität|verrechnungskonto|geldkonto|tagesgeld(?:konto)?|girokonto|sparkonto|liquidités|espèces|efectivo|"
    "liquidità|contanti"
)
CASH_NAMES = re.compile(
    rf"(?:(?P<before>[A-Z]{{3}})[ :-]+)?(?:{_CASH_WORDS})(?:[ :(-]+(?P<after>[A-Z]{{3}})\)?)?", re.IGNORECASE
)
TITLE_DATE = re.compile(
    r"\b(?:as of|date|stand|datum|stichtag|situation au)\b.*?"
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{4}|"
    r"\d{1,2}\.? [^\W\d_]{3,10} \d{4}|[^\W\d_]{3,10} \d{1,2}, \d{4})",
    re.IGNORECASE,
)
"""The date of the whole table, as a line above it says it."""

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


class Reading:
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
        self.as_of = self._title_date()
        self.names_accounts = "account" in chosen.columns or bool(chosen.fixed.get("account"))
        self.money_column = next((column for column in ("price", "value") if column in chosen.columns), "price")
        self.said = {column: currency_of(self._called(column)) for column in ("price", "value")}

    def content(self) -> Content:
        for row, cells in tqdm(self.chosen.rows, desc=self.opened.name, unit=" rows", delay=1, leave=False):
            self._read_row(row, cells)
        if not self.findings.holdings and not self.findings.problems:
            self.findings.wrong(0, "", "", "holds no holdings under its header.")
        if "as_of" not in self.chosen.columns and "as_of" not in self.chosen.fixed:
            undated = "Nothing says which day its values are of (--map as_of=COLUMN would): they count as of today."
            self.findings.note(f"It is of {self.as_of}, as is said above the table." if self.as_of else undated)
        if not self.names_accounts:
            unless = "unless one is given (--account NAME, or Account on the page)"
            self.findings.note(f"{NO_ACCOUNT}: {unless}, it is {self.stem}.")
        names = {ours: self.chosen.header[place] for ours, place in self.chosen.columns.items()}
        unread = [column for column in self.chosen.header if column and column not in names.values()]
        not_read = f" Not read: {', '.join(unread)}." if unread else ""
        self.findings.note(
            "Read as: " + ", ".join(f"{ours} = {column}" for ours, column in names.items()) + f".{not_read}"
        )
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
        if unfilled := [column for column, cell in named.items() if isinstance(cell, Unfilled)]:
            for column in unfilled:
                remedy = "is a formula whose result isn't in the file. Open it in a spreadsheet and save it again."
                self.findings.wrong(row, self._called(column), named[column], remedy)
            return
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
            # The file's total has it all the same.
            if numbers["value"] is not None:
                self._count(numbers["value"], currency or "")
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
                remedy = "is empty. Every holding needs it; a row of cash doesn't, where its name or symbol is Cash."
                self.findings.wrong(row, self._called("quantity"), "", remedy)
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
            return self.as_of
        date = date_in(written, self.order)
        if date is None:
            remedy = "is no date that can be read for sure. Write dates like 2026-03-31."
            self.findings.wrong(row, self._called("as_of"), written, remedy)
        return date

    def _title_date(self) -> datetime.date | None:
        for _, cells in self.chosen.lines.lines[: self.chosen.start]:
            if found := TITLE_DATE.search(" ".join(cells)):
                day = date_in(found[1], date_order([found[1]]))
                if day is not None and day <= self.findings.today:
                    return day
        return None

    def _number(self, row: int, column: str, cell: str) -> Decimal | None:
        number = number_in(cell, self.mark) if cell else None
        if number is None and not is_nothing(cell):
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
        return {**named, **self.chosen.fixed}
