"""What the cells of a table of holdings say, once it is known which column is what."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from allocation.money import HUNDREDTHS, currency_code, is_known_currency
from allocation.readers.cash_rows import called_cash
from allocation.readers.columns import SIDES, currency_of, plain
from allocation.readers.file_names import account_in
from allocation.readers.found import Findings
from allocation.readers.holdings import OWN_WORDS
from allocation.readers.isins import without_further_codes
from allocation.readers.lines import Exact, Line, Lines
from allocation.readers.loose import SIGNS, bare, currency_in, date_in, date_order, is_nothing, number_in
from allocation.readers.marks import is_error, mark_of, why_no_number
from allocation.readers.opened import Opened
from allocation.readers.table_accounts import AccountNames
from allocation.readers.table_dates import said_around

NUMBERS = ("quantity", "price", "value", "cost_basis")
NAMES = ("symbol", "isin", "name")
"""Columns that say what is held; the first that is filled counts."""
SIDE = "side"
A_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
IF_FOREIGN = (
    "If price and value are in two currencies, say in which, in columns Price Currency and Value Currency (or --map "
    "price_currency=COLUMN, or for all rows --map value_currency==EUR)."
)
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
        of_today: it was said that its values are of the day of loading.
    """

    lines: Lines
    start: int
    columns: Mapping[str, int]
    fixed: Mapping[str, str]
    of_today: bool = False

    @property
    def header(self) -> list[str]:
        return self.lines.lines[self.start][1]

    @property
    def rows(self) -> Sequence[Line]:
        return self.lines.lines[self.start + 1 :]


class Cells:
    """The cells of one table, by our columns: numbers, dates and currencies as this file writes them.

    Attributes:
        chosen: which column is what.
        findings: where what can't be read is noted.
        of_file: the account that the file's name says.
        side: where the column of long and short stands.
        mark: its decimal mark.
        order: the order of day, month and year in its dates.
        as_of: the date that is said above or below the table.
        says_as_of: which of the two.
        names_accounts: whether the file says whose its rows are.
        accounts: what each row's account is called.
        money_column: the column whose cells say the currency first.
        said: the currency that the name of the price's or the value's column says.
    """

    def __init__(self, opened: Opened, chosen: Chosen, today: datetime.date) -> None:
        self.chosen = chosen
        self.findings = Findings(opened.name, today=today)
        self.of_file = account_in(opened.name)
        plain_cells = [bare(cell) for cell in self._cells(*NUMBERS) if not isinstance(cell, Exact)]
        numbers = [text for text in plain_cells if A_NUMBER.fullmatch(text)]
        self.side = next((place for place, name in enumerate(chosen.header) if plain(name) in SIDES), None)
        self.mark = mark_of(numbers, chosen.rows, (self._named(cells) for _, cells in chosen.rows))
        self.order = date_order(self._cells("as_of"))
        said = None if chosen.of_today else said_around(chosen.lines.lines, chosen.start, today)
        self.as_of = said[0] if said else None
        self.says_as_of = said[1] if said else ""
        self.names_accounts = "account" in chosen.columns or bool(chosen.fixed.get("account"))
        numbered = (self._named(cells) for _, cells in chosen.rows if "account_number" in chosen.columns)
        of_file = None if self.names_accounts else self.of_file
        self.accounts = AccountNames(of_file, (named for named in numbered if self._symbol(named)))
        self.money_column = next((column for column in ("price", "value") if column in chosen.columns), "price")
        self.said = {column: currency_of(self._called(column)) for column in ("price", "value")}
        if not {"value_currency", "price_currency"} & {*chosen.columns, *chosen.fixed}:
            self.findings.if_foreign = f" {IF_FOREIGN}"

    @property
    def _has_quantities(self) -> bool:
        return "quantity" in self.chosen.columns or "quantity" in self.chosen.fixed

    @property
    def _unread(self) -> list[str]:
        """The columns that are nothing of ours."""
        read = set(self.chosen.columns.values())
        return [column for place, column in enumerate(self.chosen.header) if column and place not in read]

    def _symbol(self, named: Named) -> str:
        cells = (named.get(column, "") for column in NAMES)
        return next((cell for cell in cells if not is_nothing(cell)), "")

    def _error_for_a_name(self, named: Named, symbol: str) -> str | None:
        """The column of names that has a spreadsheet's error, where no other one says what is held."""
        if symbol and not is_error(symbol):
            return None
        return next((column for column in NAMES if is_error(named.get(column, ""))), None)

    def _value_currency(self, named: Named) -> str | None:
        """The currency that the value says it is in; None where nothing says it.

        Beside a column for the currency of the price, a column that is only called currency says the value's.
        """
        of_price = named.get("price_currency") or self.said["price"]
        written = named.get("value_currency") or (of_price and named.get("currency"))
        return self.said["value"] or currency_in(named.get("value", "")) or (code_of(written) if written else None)

    def _currency(self, named: Named) -> str | None:
        if of_price := named.get("price_currency"):
            return code_of(of_price)
        if written := named.get("currency"):
            return self._currency_of_price(named, code_of(written))
        for column in (self.money_column, "price", "value"):
            found = self.said[column] or currency_in(named.get(column, ""))
            if found:
                return found
        return None

    def _currency_of_price(self, named: Named, code: str) -> str:
        """What the price says of its currency, beside that of a row: ``72.50p`` in GBP, or a column ``Price (USD)``."""
        price, of_column = named.get("price", ""), self.said["price"]
        if is_nothing(price) or as_cash(named, self._symbol(named)) is not None:
            return code
        of_cell = currency_in(price)
        if of_cell in HUNDREDTHS and HUNDREDTHS[of_cell] == code:
            return of_cell
        # A column's name says it of every price in it, whatever currency the asset or the account has.
        return of_column if of_column and is_known_currency(whole_of(code)) else code

    def _date(self, row: int, named: Named) -> datetime.date | None:
        written = named.get("as_of", "")
        if is_nothing(written):
            return self.as_of
        date = date_in(written, self.order)
        if date is None:
            remedy = "is no date that can be read for sure. Write dates like 2026-03-31."
            self.findings.wrong(row, self._called("as_of"), written, remedy)
        return date

    def _number(self, row: int, column: str, cell: str) -> Decimal | None:
        number = number_in(cell, self.mark) if cell else None
        if number is None and not is_nothing(cell):
            self.findings.wrong(row, self._called(column), cell, why_no_number(cell, self.mark))
        elif column == "quantity" and "%" in cell:
            self.findings.wrong(row, self._called(column), cell, "is a percentage. Write the number of shares.")
            return None
        return number

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
        if self.side is not None and self.side < len(cells):
            named[SIDE] = cells[self.side]
        named |= self.chosen.fixed
        if "isin" in named:
            named["isin"] = without_further_codes(named["isin"])
        # What we call no class may be written with other capitals.
        said = named.get("asset_class", "")
        return {**named, "asset_class": OWN_WORDS.get(said.casefold(), said)}


def as_cash(named: Named, symbol: str) -> str | None:
    """The currency in what a row of cash is called, empty where there is none; None of any other row."""
    return called_cash(symbol, named.get("name", ""), named.get("kind", ""))


def code_of(written: str) -> str:
    """A currency as a column of currencies has it: ``EUR``, ``eur`` or ``€``."""
    if written in SIGNS:
        return SIGNS[written]
    return currency_code(written) if len(written) == 3 else currency_in(f"{written}1") or written


def whole_of(currency: str) -> str:
    """A currency's major unit: GBP for GBX."""
    return HUNDREDTHS.get(currency, currency)
