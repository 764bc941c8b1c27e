"""Holdings as they are found in somebody else's table: checked like our own, lots added up, totals compared."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from allocation.errors import Subject, leave_out
from allocation.money import HUNDREDTHS, currency_code, is_known_currency
from allocation.readers.content import StatedTotal
from allocation.readers.foreign import Remarks, amount, rounded
from allocation.readers.holdings import COLUMNS, LARGEST
from allocation.readers.isins import ISIN, two_shares
from allocation.readers.one_price import is_rounding, moved, settled
from allocation.readers.units import (
    HUNDRED,
    agrees,
    is_bond,
    is_called_bond,
    is_contract,
    is_notional,
    may_be_in_percent,
)
from allocation.tables import ALL, CASH

KIND = "kind"
BEGINS = "begins"
NEARLY = Decimal("0.001")
"""How much of a value a price may have moved between the two, in a file that is written while markets are open."""
ACCRUED = Decimal("0.1")
"""The most of a bond's value that may be interest since its last coupon."""
FURTHER = (KIND, ISIN, BEGINS)
"""Columns of what other programs' files say, which ours don't have."""


class Holding(NamedTuple):
    """One position as a file has it; a number that isn't there is None.

    Attributes:
        kind: what the file calls its kind of asset.
        category: anything else in the file that says what it is; :data:`~allocation.readers.units.BOND` for a bond.
        is_calculated: the price is the value by the quantity, because the file quotes none.
    """

    row: int
    account: str
    symbol: str
    quantity: Decimal
    price: Decimal | None
    currency: str
    name: str | None = None
    value: Decimal | None = None
    cost_basis: Decimal | None = None
    as_of: datetime.date | None = None
    asset_class: str | None = None
    account_type: str | None = None
    kind: str | None = None
    category: str = ""
    is_calculated: bool = False
    isin: str | None = None
    begins: datetime.date | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.account, self.symbol, self.currency if self.symbol == CASH else ""


@dataclass
class Findings(Remarks):
    """Holdings of one file, and what there is to say about it, while it is being read.

    Attributes:
        if_foreign: what can be said about a value that is in another currency than the price.
        nearly: what was said about values that are nearly quantity times price.
    """

    today: datetime.date = field(kw_only=True)
    if_foreign: str = ""
    nearly: str = ""
    holdings: list[Holding] = field(default_factory=list)
    totals: list[StatedTotal] = field(default_factory=list)

    def add(self, holding: Holding) -> None:
        """Take a holding, in its currency's major unit and to eight decimals, if it is one; else say why not."""
        holding, in_hundredths = self._in_whole_currency(holding)
        if self._is_good(holding):
            self.holdings.append(self._as_valued(holding, in_hundredths))

    def _in_whole_currency(self, holding: Holding) -> tuple[Holding, bool]:
        """The holding in its currency's major unit, and whether it was in hundredths of that."""
        holding = holding._replace(currency=currency_code(holding.currency))
        whole = HUNDREDTHS.get(holding.currency)
        if whole is None:
            return holding, False
        if holding.price is not None or holding.value is not None:
            self.note(f"Prices in {holding.currency} are a hundredth of {whole}: they are kept in {whole}.")

        def hundredth(number: Decimal | None) -> Decimal | None:
            return None if number is None else number / HUNDRED

        quantity = holding.quantity / HUNDRED if holding.symbol == CASH else holding.quantity
        price = holding.price if holding.symbol == CASH else hundredth(holding.price)
        holding = holding._replace(currency=whole, quantity=quantity, price=price)
        if (
            holding.symbol != CASH
            and price
            and holding.value
            and agrees(quantity, price, holding.value, 1 / HUNDRED)
            and not agrees(quantity, price * HUNDRED, holding.value)
        ):
            self.note(f"{holding.symbol}: its value is in {whole} already, as its quantity and price say.")
            return holding, True
        return holding._replace(value=hundredth(holding.value), cost_basis=hundredth(holding.cost_basis)), True

    def _is_good(self, holding: Holding) -> bool:
        before, row, symbol = len(self.problems), holding.row, holding.symbol
        if holding.account.casefold() == ALL:
            self.wrong(row, "account", holding.account, "stands for the whole portfolio. Name the account otherwise.")
        if not holding.account or not symbol:
            self.wrong(row, "symbol" if holding.account else "account", "", "is empty. Every holding needs it.")
        if not is_known_currency(holding.currency):
            what = "is not a currency code" if holding.currency else f"of {symbol} is nowhere in its row"
            self.wrong(row, "currency", holding.currency, f"{what}. Write one like USD, EUR or GBP.")
        if holding.quantity < 0 and symbol != CASH:
            remedy = f"of {symbol} is negative. What is owed or sold short can't be kept; only CASH may be negative. "
            self.wrong(row, "quantity", f"{holding.quantity:f}", remedy + leave_out(symbol))
        if symbol != CASH and is_notional(holding):
            remedy = (
                "is a kind whose price is of what it is on, and not of itself; what it gains or loses is cash. It "
                f"can't be kept. {leave_out(symbol)}"
            )
            self.wrong(row, "kind", holding.kind or holding.category, remedy)
        if holding.price is not None and holding.price <= 0:
            without = "" if symbol == CASH else f" {leave_out(symbol)}"
            self.wrong(row, "price", f"{holding.price:f}", f"of {symbol} is not above 0.{without}")
        elif holding.value is None and holding.price is not None and may_be_in_percent(holding, holding.price):
            remedy = (
                f"of {symbol} may be in percent of its face value, and no value in {holding.currency} shows it. Write "
                "that as well, or the price of one unit."
            )
            self.wrong(row, "price", f"{holding.price:f}", remedy)
        elif holding.value is None and holding.price is not None and is_called_bond(holding, holding.price):
            self.note(
                f"{symbol} is a bond by its row, and counts at {holding.price:f} {holding.currency} a unit. If that is "
                "in percent of its face value, write its value as well, or the price of one unit."
            )
        for column in ("quantity", "price", "value", "cost_basis"):
            number = getattr(holding, column)
            if number is not None and abs(number) > LARGEST:
                self.wrong(row, column, f"{number:.3e}", f"is larger than {LARGEST:,.0f}.")
        if len(self.problems) == before and abs(holding.quantity * (holding.price or 0)) > LARGEST:
            self.wrong(row, "quantity", f"{holding.quantity:f}", f"times the price is larger than {LARGEST:,.0f}.")
        if holding.as_of is not None and holding.as_of > self.today:
            self.wrong(row, "as_of", holding.as_of.isoformat(), "lies in the future.")
        return len(self.problems) == before

    def _as_valued(self, holding: Holding, in_hundredths: bool) -> Holding:
        """The holding with the price of one unit, after comparing its value with what the file says."""
        price, value, quantity = holding.price, holding.value, holding.quantity
        if price is None and value is not None and quantity and holding.symbol != CASH and value / quantity > 0:
            price = value / quantity
            self.note("Prices are calculated from value and quantity where none was read.")
        elif price is not None and value is not None and quantity:
            price = self._unit_price(holding, price, value, in_hundredths)
        kept = None if price is None else self._rounded(price, say=holding.price is not None)
        if price is not None and not kept:
            remedy = f"of {holding.symbol} is less than 0.00000001, the least that is kept. " + leave_out(
                holding.symbol
            )
            about = Subject(holding.account, holding.symbol, f"{quantity:f}")
            self.wrong(holding.row, "price", f"{price:.3e}", remedy, about)
        return holding._replace(
            quantity=self._rounded(quantity),
            price=kept,
            is_calculated=price is not None and holding.price is None,
            cost_basis=None if holding.cost_basis is None else self._rounded(holding.cost_basis, say=False),
        )

    def _unit_price(self, holding: Holding, price: Decimal, value: Decimal, in_hundredths: bool) -> Decimal:
        quantity, percent = holding.quantity, price / HUNDRED
        if agrees(quantity, price, value):
            return price
        # Prices in pence are never in percent.
        fits_percent = not in_hundredths and agrees(quantity, percent, value, 1 / HUNDRED)
        if fits_percent and is_bond(holding):
            self.note(f"{holding.symbol} is quoted in percent of its face value: its price is kept as {percent:f}.")
            return percent
        if is_contract(holding) and agrees(quantity, price * HUNDRED, value, HUNDRED):
            self.note(f"{holding.symbol} is a contract of 100: its price is kept as {price * HUNDRED:f}.")
            return price * HUNDRED
        if abs(quantity * price - value) <= NEARLY * abs(value) and not is_bond(holding):
            if not self.nearly:
                self.nearly = (
                    f"Values that are nearly quantity times price, such as {amount(value)} of {holding.symbol} "
                    f"({amount(quantity * price)}), are kept as the latter."
                )
                self.note(self.nearly)
            return price
        pence = next((small for small, whole in HUNDREDTHS.items() if whole == holding.currency), None)
        remedy = (
            f"of {holding.symbol} is not its quantity times its price: {quantity:f} × {price:f} is "
            f"{amount(quantity * price)}. Check the row."
        )
        if is_bond(holding) and not in_hundredths and 0 < value - quantity * percent < ACCRUED * value:
            remedy = (
                f"of {holding.symbol} is not its quantity times its price in percent: {quantity:f} × {price:f} % is "
                f"{amount(quantity * percent)}. If accrued interest is in it, leave the value empty and write the "
                f"price of one unit, {percent:f}."
            )
        if agrees(quantity, price * HUNDRED, value, HUNDRED):
            remedy += f" If it is an option on 100 shares, write the price of one contract, {price * HUNDRED:f}."
        elif fits_percent:
            remedy += " If it is a bond whose price is in percent, write the price with a %"
            remedy += f"; if the price is in {pence}, write that as the currency." if pence else "."
        else:
            remedy += self.if_foreign
        self.wrong(holding.row, "value", amount(value), f"{remedy} {leave_out(holding.symbol)}")
        return price

    def _rounded(self, number: Decimal, say: bool = True) -> Decimal:
        fewer = rounded(number)
        if fewer != number and say:
            self.note("Numbers with more than 8 decimals are rounded to 8.")
        return fewer

    def compare_total(
        self,
        row: int,
        what: str,
        stated: Decimal,
        lines: Sequence[Decimal],
        unit: Decimal,
        rows: Collection[int] = (),
        currency: str = "",
    ) -> None:
        """Compare a total that the file states with the sum of its lines; each line may be off by half a unit.

        Parameters:
            rows: where the lines stand, for comparing it again with what is loaded of them in the end.
            currency: that of the total.
        """
        found = sum(lines, Decimal(0))
        if abs(found - stated) > unit * (len(lines) + 1) / 2:
            remedy = f"is the total of {what}, but its lines add up to {amount(found)}. Is a part of the file missing?"
            self.wrong(row, "total", amount(stated), remedy)
        else:
            note = f"{what}: {amount(found)}, as the file's own total says."
            self.note(note)
            if rows:
                self.totals.append(StatedTotal(note, what, stated, frozenset(rows), currency, row))

    def table(self) -> pd.DataFrame:
        """The holdings, one row an account and asset, as :func:`~allocation.readers.read_holdings` gives them.

        Further columns are ``kind``, what the file calls the kind of asset (``ETF``), ``isin``, and ``begins``, the
        day of the first trade of a history; None where it says nothing.
        """
        held, apart = settled(self.holdings)
        for pair in apart:
            self._refuse_price(*pair)
        together: dict[tuple[str, str, str], Holding] = {}
        for holding in held:
            first = together.get(holding.identity)
            together[holding.identity] = holding if first is None else self._added(first, holding)
        by_row = {holding.row: holding for holding in held}
        for place, total in enumerate(self.totals):
            lines = [by_row[row] for row in sorted(total.rows & by_row.keys())]
            self._compare_again(total, lines, together)
            parts = tuple((together[line.identity].row, line.quantity) for line in lines)
            self.totals[place] = total._replace(parts=parts)
        described = _described(list(together.values()))
        table = pd.DataFrame(described, columns=Holding._fields, dtype=object)
        return table.assign(file=self.file)[[*COLUMNS, *FURTHER]].astype(object)

    def _added(self, first: Holding, second: Holding) -> Holding:
        if first.currency != second.currency:
            remedy = f"of {second.symbol} is {first.currency} in row {first.row}. Give one of the two another symbol."
            self.wrong(second.row, "currency", second.currency, remedy)
        if first.isin and second.isin and first.isin != second.isin:
            isins, names = (first.isin, second.isin), (first.name, second.name)
            remedy = two_shares(second.symbol, isins, names, f"row {first.row}")
            self.wrong(second.row, "symbol", second.symbol, remedy)
        what = f"{CASH} in {first.currency}" if first.symbol == CASH else first.symbol
        self.note(f"{what} stands in several rows of {first.account}: they are added up.")
        costs = (first.cost_basis, second.cost_basis)
        values = (first.value, second.value)
        price, as_of = self._one_price(first, second)
        return first._replace(
            quantity=first.quantity + second.quantity,
            value=None if values[0] is None or values[1] is None else values[0] + values[1],
            cost_basis=None if costs[0] is None or costs[1] is None else costs[0] + costs[1],
            price=price,
            as_of=as_of,
            name=first.name or second.name,
            isin=first.isin or second.isin,
        )

    def _one_price(self, first: Holding, second: Holding) -> tuple[Decimal | None, datetime.date | None]:
        """The price of two lots of one asset, and its day: the later one's, or the one that both have."""
        if first.price is None or second.price is None or first.price == second.price or first.symbol == CASH:
            return (second.price, second.as_of) if first.price is None else (first.price, first.as_of)
        if first.as_of is not None and second.as_of is not None and first.as_of != second.as_of:
            later = max(first, second, key=lambda holding: holding.as_of or datetime.date.min)
            self.note(f"{first.symbol} has prices of several days in {first.account}: that of {later.as_of} counts.")
            return later.price, later.as_of
        if first.as_of != second.as_of and not is_rounding(first, second):
            self._refuse_price(first, second)
        # Of one day they are settled, or refused already.
        return first.price, first.as_of

    def _refuse_price(self, first: Holding, second: Holding) -> None:
        remedy = (
            f"is {first.price:f} for {first.symbol} in row {first.row}. Write one price in both, or the date of each. "
            f"{leave_out(first.symbol)}"
        )
        about = Subject(second.account, second.symbol, f"{second.quantity:f}")
        self.wrong(second.row, "price", f"{second.price:f}", remedy, about)

    def _compare_again(
        self, total: StatedTotal, lines: Sequence[Holding], kept: Mapping[tuple[str, str, str], Holding]
    ) -> None:
        """Refuse a total of the file that what is loaded contradicts, because a later day's price counts."""
        more, others = moved(lines, kept)
        if not more:
            return
        symbols = ", ".join(dict.fromkeys(holding.symbol for holding in others))
        remedy = (
            f"is the total of {total.what}, but {amount(total.stated + more)} is loaded, because the last price counts "
            f"of those of several days ({symbols}). Write one price in all of its rows, or take the total out of the "
            "file."
        )
        about = Subject(others[0].account, others[0].symbol, f"{others[0].quantity:f}")
        self.wrong(total.row, "total", amount(total.stated), remedy, about)


def _described(holdings: list[Holding]) -> list[Holding]:
    """The same with one name an asset: a file may write it in several ways."""
    names: dict[tuple[str, str | None], str | None] = {}
    for holding in holdings:
        if holding.symbol != CASH:
            share = holding.symbol, holding.isin
            names[share] = names.get(share) or holding.name
    return [
        holding if holding.name == (name := names.get((holding.symbol, holding.isin))) else holding._replace(name=name)
        for holding in holdings
    ]
