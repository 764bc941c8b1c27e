"""The rows of any table of holdings, once it is known which column is what."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from tqdm.auto import tqdm

from allocation.errors import Subject, leave_out
from allocation.money import HUNDREDTHS
from allocation.readers.cash_rows import Wrong, cash_above, cash_amount, cash_valued_elsewhere
from allocation.readers.columns import currency_of, told_apart
from allocation.readers.content import Content
from allocation.readers.file_names import day_in
from allocation.readers.found import Holding
from allocation.readers.holdings import ACCOUNT_TYPES
from allocation.readers.isins import isin_in
from allocation.readers.lines import Unfilled, surplus
from allocation.readers.loose import contradicts, currency_in, is_nothing, number_in
from allocation.readers.marks import AN_ERROR, is_error
from allocation.readers.opened import Opened
from allocation.readers.purchases import Purchases, is_called_by_a_date
from allocation.readers.table_cells import NAMES, NUMBERS, SIDE, Cells, Chosen, Named, as_cash, code_of, whole_of
from allocation.readers.totals import CENT, EVERYTHING, TOTALS, Totals, says_not_held
from allocation.readers.units import BOND, HUNDRED, are_weights
from allocation.tables import CASH
from allocation.text import listed

TABLE = "Table of holdings"
NO_ACCOUNT = "The file names no account"
SHORT = re.compile(r"s|short|sell|sold|verkauf|verkauft|leerverkauf|written", re.IGNORECASE)
FEW = 5
"""Titles that a note names; the others are counted."""
IN_A_COLUMN = "Write the currency of each price in a column Price Currency."


class Reading(Cells):
    """One table while it is read."""

    def __init__(self, opened: Opened, chosen: Chosen, today: datetime.date) -> None:
        super().__init__(opened, chosen, today)
        self.opened = opened
        self.totals, self.purchases = Totals(self.findings), Purchases(self.findings)
        self.not_held, self.title = "", ""
        self.titles: list[str] = []

    def content(self) -> Content:
        for row, cells in tqdm(self.chosen.rows, desc=self.opened.name, unit=" rows", delay=1, leave=False):
            self._read_row(row, cells)
        self.purchases.settle()
        if self._has_quantities and are_weights(self.findings.holdings):
            remedy = "holds shares of the whole, as the values say, and no numbers of shares. Call it Weight."
            self.findings.wrong(self.chosen.lines.lines[self.chosen.start][0], self._called("quantity"), "", remedy)
        self.totals.refuse_what_follows({problem.row for problem in self.findings.problems})
        if not self.findings.holdings and not self.findings.problems:
            self.findings.wrong(0, "", "", "holds no holdings under its header.")
        if self.chosen.of_today:
            self.findings.note("Its values are of the day of loading, as was said.")
        elif "as_of" not in self.chosen.columns and "as_of" not in self.chosen.fixed:
            undated = "Nothing says which day its values are of (--map as_of=COLUMN would): they count as of today."
            day = day_in(self.opened.name)
            if day is not None and day < self.findings.today:
                undated += f" The file's name has {day}: if they are of that day, --map as_of=={day}."
            around = f"It is of {self.as_of}, as is said {self.says_as_of} the table."
            self.findings.note(around if self.as_of else undated)
        if self.titles and not self.names_accounts:
            several = "If they are names of accounts, write them in a column Account."
            self.findings.note(f"Titles between the rows are not read: {listed(self.titles, FEW)}. {several}")
        for said in cash_above(self.chosen.lines.lines[: self.chosen.start], self.mark):
            self.findings.note(
                f"Above the table stands {said!r}, which is not counted: cash counts where it has a row."
            )
        if not self.names_accounts and len({holding.account for holding in self.findings.holdings}) < 2:
            unless = "unless one is given (--account NAME, or Account on the page)"
            self.findings.note(f"{NO_ACCOUNT}: {unless}, it is {self.of_file}.")
        names = {ours: self.chosen.header[place] for ours, place in self.chosen.columns.items()}
        not_read = f" Not read: {', '.join(self._unread)}." if self._unread else ""
        self.findings.note(
            "Read as: " + ", ".join(f"{ours} = {column}" for ours, column in names.items()) + f".{not_read}"
        )
        sheet = f", sheet {self.chosen.lines.sheet}" if self.chosen.lines.sheet else ""
        return Content(
            f"{TABLE}{sheet}",
            self.findings.table(),
            problems=self.findings.found(),
            notes=self.findings.said(),
            totals=tuple(self.findings.totals),
        )

    def _read_row(self, row: int, cells: list[str]) -> None:
        filled = [cell for cell in cells if cell]
        header = self.chosen.header
        if cells[:1] == header[:1] and told_apart(cells) == header:
            return
        if len(filled) < 2 and not self._is_lone_number(cells):
            self.not_held = filled[0] if says_not_held(filled[0]) else ""
            self.title = filled[0]
            return
        if remedy := surplus(cells, len(header)):
            self.findings.wrong(row, "", "", remedy)
            return
        named = self._named(cells)
        if unfilled := [column for column, cell in named.items() if isinstance(cell, Unfilled)]:
            for column in unfilled:
                remedy = "is a formula whose result isn't in the file. Open it in a spreadsheet and save it again."
                self.findings.wrong(row, self._called(column), named[column], remedy)
            return
        symbol = self._symbol(named)
        if self._is_total(symbol or filled[0], bool(symbol), named):
            if not self.not_held:
                self.totals.compare(row, symbol or filled[0], self._number(row, "value", named.get("value", "")))
        elif error := self._error_for_a_name(named, symbol):
            self.findings.wrong(row, self._called(error), named[error], AN_ERROR)
        elif is_called_by_a_date(symbol):
            quantity, value = (self._number(row, column, named.get(column, "")) for column in ("quantity", "value"))
            self.purchases.add(row, symbol, quantity, value)
        elif not symbol:
            self.findings.wrong(row, self._called("symbol"), "", "is empty. Every holding needs it.")
        else:
            account = self.accounts.of(named)
            self.titles += [self.title] if self.title else []
            self.title = ""
            self.findings.about = Subject(account, symbol, named.get("quantity", ""))
            self._read_holding(row, named, account, symbol)
            self.findings.about = None

    def _is_lone_number(self, cells: Sequence[str]) -> bool:
        """Whether all that a row has is a quantity or a value: a total that isn't called one."""
        places = [self.chosen.columns[column] for column in ("quantity", "value") if column in self.chosen.columns]
        return any(place < len(cells) and number_in(cells[place], self.mark) is not None for place in places)

    def _read_holding(self, row: int, named: Named, account: str, symbol: str) -> None:
        if self.not_held:
            remedy = f"stands under {self.not_held!r}, so it isn't held. Take it out of the file. {leave_out(symbol)}"
            self.findings.wrong(row, "", symbol, remedy)
            return
        numbers = {column: self._number(row, column, named.get(column, "")) for column in NUMBERS}
        currency = self._currency(named)
        if self._contradicts_itself(row, named, numbers, currency or ""):
            return
        if (called := as_cash(named, symbol)) is not None:
            self._add_cash(row, named, account, numbers, called, currency)
            return
        if self._is_worth_all_above(numbers["quantity"], numbers["value"]) and not self._has_more(named):
            remedy = (
                "is worth exactly what the rows above it add up to. If it is their total, call it Total; if it is a "
                "holding, move it to the top of the table."
            )
            self.findings.wrong(row, self._called("value"), named.get("value"), remedy)
            return
        if any(value is None and not is_nothing(named.get(column, "")) for column, value in numbers.items()):
            return
        if not self._has_quantities and numbers["price"] is None:
            # What is kept is the value, which a currency of the asset says nothing about.
            currency = self._value_currency(named) or currency
        if is_error(named.get("quantity", "")):
            self.findings.wrong(row, self._called("quantity"), named["quantity"], AN_ERROR)
            return
        quantity, price = self._quantity_and_price(row, numbers)
        if quantity is None:
            # The file's total has it all the same.
            if numbers["value"] is not None:
                self.totals.count(row, numbers["value"], self._value_currency(named) or currency or "")
            return
        self._add(row, named, account, symbol, quantity, price, currency or "", numbers)

    def _contradicts_itself(self, row: int, named: Named, numbers: Mapping[str, Decimal | None], currency: str) -> bool:
        """Whether a row says two things that can't both be; says so."""
        before = len(self.findings.problems)
        side = named.get(SIDE, "")
        if self.side is not None and SHORT.fullmatch(side):
            remedy = "means that it is sold, and what is owed or sold short can't be kept. "
            self.findings.wrong(row, self.chosen.header[self.side], side, remedy + leave_out(self._symbol(named)))
        quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
        differs = (
            f"is not in {currency}, the currency of the row. Write the same currency in both, or that of each in a "
            "column: Price Currency, Value Currency."
        )
        own = ["quantity", "price"]
        agrees = quantity is not None and value is not None and abs(quantity * (price or 1) - value) <= CENT
        if as_cash(named, self._symbol(named)) is not None:
            alone, agrees = quantity is None, agrees and price in (None, 1)
        else:
            alone = quantity is None or price is None
        # A value in another currency is none of the row's own, unless it is all there is, or the same number.
        if not self._has_quantities or alone or agrees:
            own.append("value")
        wrong = [column for column in own if contradicts(named.get(column, ""), currency)]
        for column in wrong:
            self.findings.wrong(row, self._called(column), named[column], differs)
        of_prices, written = self.said["price"], named.get("currency", "")
        if (
            of_prices in HUNDREDTHS
            and currency == of_prices
            and written
            and whole_of(code_of(written)) != whole_of(of_prices)
        ):
            # All of a list in pence may be meant, or only its British shares.
            remedy = f"is in {of_prices} by its column's name, and its row in {written}. {IN_A_COLUMN}"
            self.findings.wrong(row, self._called("price"), named["price"], remedy)
            return True
        if wrong:
            return True
        if not self._has_quantities and price is not None and self._value_currency(named) not in (None, currency):
            self.findings.wrong(row, self._called("value"), named.get("value"), differs)
        return len(self.findings.problems) > before

    def _is_total(self, name: str, has_symbol: bool, named: Named) -> bool:
        """Whether a row adds up those above it: called so, or nameless, or called everything and worth as much."""
        called_total = TOTALS.fullmatch(name.rstrip(": ")) is not None
        if not is_nothing(named.get("quantity", "")):
            # Some files add up the shares as well; a fund of that name has a price.
            return called_total and "price" in self.chosen.columns and is_nothing(named.get("price", ""))
        if not has_symbol or called_total:
            return True
        worth_all = self._is_worth_all_above(None, number_in(named.get("value", ""), self.mark))
        return worth_all and EVERYTHING.fullmatch(name.rstrip(": ")) is not None

    def _is_worth_all_above(self, quantity: Decimal | None, value: Decimal | None) -> bool:
        return quantity is None and len(self.totals.counted) > 1 and value is not None and value == self.totals.sum

    def _has_more(self, named: Named) -> bool:
        """Whether a row says what no total has: a price, or more than one name of an asset."""
        names = [column for column in NAMES if not is_nothing(named.get(column, ""))]
        return len(names) > 1 or not is_nothing(named.get("price", ""))

    def _quantity_and_price(
        self, row: int, numbers: Mapping[str, Decimal | None]
    ) -> tuple[Decimal | None, Decimal | None]:
        quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
        if self._has_quantities:
            if quantity is None:
                remedy = "is empty. Every holding needs it; a row of cash doesn't, where its name or symbol is Cash."
                self.findings.wrong(row, self._called("quantity"), "", remedy)
            return quantity, price
        if value is None:
            self.findings.wrong(row, self._called("value"), "", "is empty. Every holding needs it.")
            return None, None
        not_read = f" (not read: {', '.join(self._unread)})" if self._unread else ""
        if price:
            self.findings.note(
                f"No column of quantities was recognised{not_read}; they are calculated from value and price."
            )
            return value / price, price
        self.findings.note(
            f"No column of quantities or prices was recognised{not_read}: each holding is kept as its value at a price "
            "of 1."
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
        self.purchases.holding(row, symbol, numbers["quantity"], value)
        is_foreign = contradicts(named.get("value", ""), currency)
        of_value = self._value_currency(named) or ("another" if is_foreign else currency)
        if value is not None:
            self.totals.count(row, value, of_value)
        else:
            self.totals.count(row, quantity * (price or 0), currency)
        cost = self._cost(named, numbers["cost_basis"], currency, of_value)
        if value is not None and of_value == HUNDREDTHS.get(currency):
            value *= HUNDRED
        elif of_value != currency:
            # A value in another currency says nothing about quantity times price.
            value = None
        in_percent = "%" in named.get("price", "")
        if in_percent and value is None and quantity:
            remedy = (
                f"is in percent, and no value in {currency or 'its currency'} says of how much. Write that as well, or "
                "the price of one unit."
            )
            self.findings.wrong(row, self._called("price"), named["price"], remedy)
        self._note_place(row, account, symbol, named)
        account_type = named.get("account_type")
        if account_type and account_type not in ACCOUNT_TYPES:
            known = f"{', '.join(ACCOUNT_TYPES[:-1])} or {ACCOUNT_TYPES[-1]}"
            self.findings.note(f"The account type {account_type!r} is not {known}: it was left out.")
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
                cost_basis=cost,
                as_of=self._date(row, named),
                asset_class=named.get("asset_class") or None,
                account_type=account_type if account_type in ACCOUNT_TYPES else None,
                kind=named.get("kind") or None,
                category=BOND if in_percent else "",
                isin=isin_in(named.get("isin", "")),
            )
        )

    def _cost(self, named: Named, cost: Decimal | None, currency: str, of_value: str) -> Decimal | None:
        """What was paid, in the currency of the price: that of the value, unless its own column or sign says another.

        In a currency that the price isn't in, it isn't kept.
        """
        said = currency_of(self._called("cost_basis")) or currency_in(named.get("cost_basis", "")) or of_value
        if cost is None or said == currency:
            return cost
        if said == HUNDREDTHS.get(currency):
            return cost * HUNDRED
        self.findings.note("A cost basis that is not in the currency of its price is not kept.")
        return None

    def _add_cash(
        self,
        row: int,
        named: Named,
        account: str,
        numbers: Mapping[str, Decimal | None],
        called: str,
        currency: str | None,
    ) -> None:
        """Take a row of cash: its quantity is in its own currency, its value may be in another.

        Parameters:
            called: the currency in its name or symbol; empty where there is none.
        """
        quantity, value = numbers["quantity"], numbers["value"]
        of_value = self._value_currency(named)
        said = called or named.get("price_currency") or named.get("currency", "")
        own = (called or currency or "") if said or quantity is not None else of_value or currency or ""
        if called and currency and whole_of(currency) != called:
            # Its name is its currency; the row's is that of its value, or of its price: a rate.
            of_value = of_value or currency
        elsewhere = whole_of(of_value or own) != whole_of(own) and (value is not None or numbers["price"] is not None)
        amount = cash_valued_elsewhere(numbers, own, of_value or "") if elsewhere else cash_amount(numbers)
        if isinstance(amount, Wrong):
            self.findings.wrong(row, self._called(amount.column), named.get(amount.column), amount.remedy)
        if amount is None or isinstance(amount, Wrong):
            return
        if value is not None:
            self.totals.count(row, value, of_value or own)
        else:
            self.totals.count(row, amount, own)
        self._note_place(row, account, CASH, named)
        as_of, asset_class = self._date(row, named), named.get("asset_class") or None
        self.findings.add(Holding(row, account, CASH, amount, Decimal(1), own, as_of=as_of, asset_class=asset_class))

    def _note_place(self, row: int, account: str, symbol: str, named: Named) -> None:
        about = Subject(account, symbol, named.get("quantity", ""))
        several = bool({"account", "account_number"} & self.chosen.columns.keys())
        self.totals.holding(row, about, may_be_further_account=several)
