"""Tables of positions: a row is what one account holds of one asset."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tqdm.auto import tqdm

from allocation.errors import Subject, leave_out
from allocation.readers.brokers.description import Description, find_header, plain_name
from allocation.readers.content import Content
from allocation.readers.foreign import rounded
from allocation.readers.found import Findings, Holding
from allocation.readers.lines import Exact, Lines, surplus
from allocation.readers.loose import MONTH_FIRST, bare, currency_in, date_in, is_nothing, number_in
from allocation.readers.marks import why_no_number
from allocation.readers.numbers import decimal_mark
from allocation.readers.opened import Opened
from allocation.readers.totals import CENT, says_not_held
from allocation.readers.units import BOND
from allocation.tables import CASH

NUMBERS = ("quantity", "price", "value", "cost_basis")


@dataclass
class _State:
    """Where the reading of a file stands."""

    places: dict[str, int] | None = None
    account: str | None = None
    as_of: datetime.date | None = None
    values: list[Decimal] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    width: int = 0
    total_row: int = 0
    not_held: str = ""
    names: dict[str, set[str]] = field(default_factory=dict)


def read(description: Description, opened: Opened, today: datetime.date) -> Content:
    """Read a broker's table of positions, as its description says."""
    lines = next((lines for lines in opened.tables if find_header(description, lines.lines) is not None), None)
    if lines is None:
        raise opened.wrong(f"has no table like that of {description.title} any more. Name its columns with --map.")
    return Reading(description, opened.name, lines, today).content()


class Reading:
    """One file while it is read."""

    def __init__(self, description: Description, name: str, lines: Lines, today: datetime.date) -> None:
        self.description, self.lines = description, lines
        self.findings = Findings(name, today=today)
        self.state = _State(account=description.account.get("name"))
        self.base_currency: str | None = None
        self.mark, self.mark_beside_currency = self._marks()
        rows = description.rows
        self.totals, self.cash_names = tuple(rows.get("total", ())), frozenset(rows.get("cash", ()))
        self.cash_prefixes, self.cash_suffix = tuple(rows.get("cash_prefix", ())), rows.get("cash_suffix")

    def content(self) -> Content:
        """What stands in it."""
        self._look_ahead()
        lines = tqdm(self.lines.lines, desc=self.findings.file, unit=" rows", delay=1, leave=False)
        for row, cells in lines:
            if self._is_over(cells):
                break
            self._read_line(row, cells)
        self._date_by_name()
        if not self.findings.holdings and not self.findings.problems:
            self.findings.wrong(0, "", "", "holds no positions under its header.")
        if self.state.as_of is None and not self.findings.problems:
            self.findings.note("The file says no date: it counts as of the day it is loaded.")
        return Content(
            self.description.title,
            self.findings.table(),
            base_currency=self.base_currency,
            problems=self.findings.found(),
            notes=self.findings.said(),
            totals=tuple(self.findings.totals),
        )

    def _date_by_name(self) -> None:
        """Take the day that the broker writes into the file's name, where the file doesn't say it."""
        pattern = self.description.date.get("file_name")
        found = re.search(pattern, self.findings.file, re.IGNORECASE) if pattern and self.state.as_of is None else None
        as_of = date_in(found[1], self.description.date.get("order", MONTH_FIRST)) if found else None
        if as_of is not None and as_of <= self.findings.today:
            self.state.as_of = as_of
            self.findings.holdings = [_dated(holding, as_of) for holding in self.findings.holdings]
            self.findings.note(f"It is of {as_of}, as the file's name says.")

    def _is_over(self, cells: Sequence[str]) -> bool:
        stops = self.description.rows.get("stop", ())
        return bool(stops) and self.state.places is not None and any(plain_name(cell) in stops for cell in cells)

    def _read_line(self, row: int, cells: list[str]) -> None:
        description, state = self.description, self.state
        if description.is_header(cells):
            state.places, state.width = description.places(cells), len(cells)
            state.values, state.rows, state.total_row = [], set(), 0
            return
        filled = [cell for cell in cells if cell]
        if state.places is None or len(filled) == 1:
            self._read_remark(" ".join(filled))
            return
        if remedy := surplus(cells, state.width):
            self.findings.wrong(row, "", "", remedy)
            return
        named = self._named(cells)
        if plain_name(named.get("symbol") or filled[0]).startswith(self.totals):
            self._compare_total(row, named)
            return
        self._read_position(row, cells, named)
        self.findings.about = None

    def _read_remark(self, text: str) -> None:
        """A line outside the table: it may say the date or the account."""
        account, date, state = self.description.account, self.description.date, self.state
        state.not_held = text if state.places is not None and says_not_held(text) else ""
        if state.not_held:
            return
        if "pattern" in date and (found := re.search(date["pattern"], text, re.IGNORECASE)):
            as_of = date_in(found[1], date.get("order", MONTH_FIRST))
            if as_of is not None and as_of <= self.findings.today:
                state.as_of = as_of
                self.findings.holdings = [_dated(holding, as_of) for holding in self.findings.holdings]
            elif as_of is not None:
                self.findings.wrong(0, "as_of", found[1], "lies in the future.")
        if "pattern" in account and (found := re.search(account["pattern"], text, re.IGNORECASE)):
            state.account, state.total_row = found[1].strip(), 0
        elif account.get("line_of_its_own") and "as of" not in text.casefold() and len(text) <= 80:
            state.account, state.total_row = text, 0

    def _read_position(self, row: int, cells: list[str], named: Mapping[str, str]) -> None:
        findings, account = self.findings, self._account(named)
        symbol, name = named.get("symbol", ""), named.get("name", "")
        symbol, name = "" if is_nothing(symbol) else symbol, "" if is_nothing(name) else name
        findings.about = Subject(account, symbol or name, named.get("quantity", ""))
        if self.state.not_held or self.state.total_row:
            self._refuse_place(row, symbol or name)
            return
        currency, numbers = self._money(row, cells, named)
        is_cash = self._is_cash(symbol, name)
        quantity, price = numbers["quantity"], numbers["price"]
        if is_cash:
            quantity = quantity if numbers["value"] is None else numbers["value"]
            if quantity is None:
                return
            findings.note(f"{symbol or name} is kept as CASH in {currency}.")
            symbol, price = CASH, Decimal(1)
            numbers = dict.fromkeys(numbers)
        elif name and not symbol:
            findings.note(f"{name} has no symbol in the file: its name stands for it.")
            symbol = name
        value = numbers["value"]
        if quantity is None and value == 0:
            findings.note(f"{symbol} has no quantity and is worth nothing: it is left out.")
            return
        # The file's total has it, whatever is wrong with it.
        self.state.rows.add(row)
        self.state.values.append(value if value is not None else (quantity or 0) * (price or Decimal(0)))
        if quantity is None and "quantity" not in named and value is not None and price:
            findings.note("The file has no quantities: each is its value divided by its price.")
            quantity = rounded(value / price)
        if quantity is None:
            self._refuse_quantity(row, symbol, named)
            return
        findings.add(
            Holding(
                row=row,
                account=account,
                symbol=symbol,
                quantity=quantity,
                price=price,
                currency=currency or "",
                name=(name or None) if symbol != CASH else None,
                value=value,
                cost_basis=numbers["cost_basis"],
                as_of=self.state.as_of,
                kind=(named.get("kind") or None) if symbol != CASH else None,
                category=BOND if self._is_bond(symbol, named) else "",
            )
        )

    def _refuse_quantity(self, row: int, symbol: str, named: Mapping[str, str]) -> None:
        if "quantity" in named:
            without = f" {leave_out(symbol)}" if symbol else ""
            written, remedy = named["quantity"], f"of {symbol or 'this row'} is no number.{without}"
        else:
            written, remedy = "", "has no column, and no price to tell it from. Export the table with one of the two."
        self.findings.wrong(row, "quantity", written, remedy)

    def _refuse_place(self, row: int, symbol: str) -> None:
        """Refuse a row that stands where no holdings do."""
        where = f"under {self.state.not_held!r}, so it isn't held. Take it out of the file."
        if not self.state.not_held:
            where = (
                f"after the total in row {self.state.total_row}. Take it out of the file, or move it above the total."
            )
        self.findings.wrong(row, "", symbol, f"stands {where} {leave_out(symbol)}")

    def _is_cash(self, symbol: str, name: str) -> bool:
        return (
            plain_name(symbol or name) in self.cash_names
            or bool(self.cash_suffix and symbol.endswith(self.cash_suffix))
            or plain_name(name).startswith(self.cash_prefixes)
        )

    def _is_bond(self, symbol: str, named: Mapping[str, str]) -> bool:
        """Whether the symbol is of those that this broker has for bonds only, or the price is in percent."""
        pattern = self.description.rows.get("bond")
        return "%" in named.get("price", "") or bool(pattern and re.fullmatch(pattern, symbol))

    def _money(
        self, row: int, cells: list[str], named: Mapping[str, str]
    ) -> tuple[str | None, dict[str, Decimal | None]]:
        """The row's currency, and its numbers."""
        numbers = {column: self._number(row, column, named.get(column, ""), self.mark) for column in NUMBERS}
        if "money" not in named:
            return self.description.currency, numbers
        currency, written, mark = self._amount_beside_currency(cells)
        return currency, numbers | {"value": self._number(row, "value", written, mark)}

    def _amount_beside_currency(self, cells: list[str]) -> tuple[str | None, str, str | None]:
        """``EUR`` with the amount in the next column; or both in one cell, with a mark of its own: ``EUR 1440.10``."""
        assert self.state.places is not None
        place = self.state.places["money"]
        cell = cells[place] if place < len(cells) else ""
        if len(cell) == 3:
            return cell, cells[place + 1] if place + 1 < len(cells) else "", self.mark
        return currency_in(cell), cell, self.mark_beside_currency

    def _number(self, row: int, column: str, cell: str, mark: str | None) -> Decimal | None:
        number = number_in(cell, mark) if cell else None
        if number is None and column != "cost_basis" and not is_nothing(cell):
            self.findings.wrong(row, column, cell, why_no_number(cell, mark))
        return number

    def _account(self, named: Mapping[str, str]) -> str:
        """Its name and the last digits of its number, always: what else a file has must not change what it is called.

        Two numbers that end alike are written in full.
        """
        name, number = named.get("account", "") or self.state.account or "", named.get("account_number", "")
        called = _numbered(name, number)
        return f"{name} {number}".strip() if len(self.state.names.get(called, ())) > 1 else called

    def _look_ahead(self) -> None:
        """What the whole table says: its base currency, and which accounts have names and last digits in common."""
        place = find_header(self.description, self.lines.lines)
        assert place is not None
        self.base_currency = self.description.adds_up_in(self.lines.lines[place][1])
        places = self.description.places(self.lines.lines[place][1])
        if "account_number" in places:
            for _, cells in self.lines.lines[place + 1 :]:
                named = {column: cells[place] for column, place in places.items() if place < len(cells)}
                name, number = named.get("account", "") or self.state.account or "", named.get("account_number", "")
                self.state.names.setdefault(_numbered(name, number), set()).add(number)

    def _compare_total(self, row: int, named: Mapping[str, str]) -> None:
        state = self.state
        if state.not_held:
            return
        stated = self._number(row, "value", named.get("value", ""), self.mark)
        if stated is not None and state.values:
            what, currency = self._account(named), self.description.currency or ""
            self.findings.compare_total(row, what, stated, state.values, CENT, state.rows, currency)
        state.total_row = row if state.values else 0
        state.values, state.rows = [], set()

    def _named(self, cells: Sequence[str]) -> dict[str, str]:
        """Our column → what a row has in it."""
        assert self.state.places is not None
        return {column: cells[place] for column, place in self.state.places.items() if place < len(cells)}

    def _marks(self) -> tuple[str | None, str | None]:
        """The decimal mark told from every number under the header, and that of amounts in one cell with a currency."""
        place = find_header(self.description, self.lines.lines)
        assert place is not None
        places = self.description.places(self.lines.lines[place][1])
        money = [places["money"]] if "money" in places else []
        wanted = [*(places[column] for column in NUMBERS if column in places), *(beside + 1 for beside in money)]
        usual, of_money = (decimal_mark(self._numbers(place + 1, columns), None) for columns in (wanted, money))
        return self.description.decimal or usual, of_money

    def _numbers(self, start: int, places: Sequence[int]) -> list[str]:
        """What looks like a number in some columns, without what stands around it."""
        cells = (cells[place] for _, cells in self.lines.lines[start:] for place in places if place < len(cells))
        return [bare(cell) for cell in cells if re.search(r"\d", cell) and not isinstance(cell, Exact)]


def _numbered(name: str, number: str) -> str:
    return f"{name} ...{number[-4:]}".strip() if number else name


def _dated(holding: Holding, as_of: datetime.date) -> Holding:
    return holding if holding.as_of else holding._replace(as_of=as_of)
