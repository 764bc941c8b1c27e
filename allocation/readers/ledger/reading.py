"""From a Beancount ledger's entries to the tables that are loaded."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
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
    is_like_cash,
    name_of,
    not_cash,
    numbered_table,
    plain_number,
    rounded,
    too_large,
    without_price,
)
from allocation.readers.ledger.loading import Ledger, load
from allocation.readers.opened import Opened
from allocation.readers.rates import Rate, crossed, rate_of, rate_table
from allocation.readers.registry import Format
from allocation.tables import CASH

TITLE = "Beancount ledger"
LINE = re.compile(
    r'^(option\s+"\w+"\s+"|plugin\s+"|include\s+"|\d{4}[-/]\d\d[-/]\d\d\s+(open|commodity|price|balance|pad|close)\s+[A-Z])',
    re.MULTILINE,
)
ACCOUNT_KEY, IGNORE_KEY = "portfolio-account", "export"
CLASS_KEYS = ("asset-class", "asset_class")
LONGEST_CHAIN = 4
RESIDUE = Decimal("0.000001")
"""Less than this of anything is what rounding left over."""


@dataclass
class Lots:
    """Everything of one commodity in one account.

    Attributes:
        quantity: how much of it is held.
        costs: what that has cost by currency; under None the quantity that has no cost.
    """

    quantity: Decimal = Decimal(0)
    costs: dict[str | None, Decimal] = field(default_factory=dict)

    def add(self, units: Decimal, cost: Any) -> None:
        self.quantity = EXACT.add(self.quantity, units)
        currency = cost.currency if cost else None
        value = EXACT.multiply(units, cost.number) if cost else units
        self.costs[currency] = EXACT.add(self.costs.get(currency, Decimal(0)), value)

    def cost_in(self, currency: str) -> Decimal | None:
        """What all of it has cost; None where some of it has no cost, or one in another currency."""
        paid = {written: cost for written, cost in self.costs.items() if abs(cost) > RESIDUE}
        return paid[currency] if set(paid) == {currency} and paid[currency] > 0 else None


@dataclass(frozen=True)
class Books:
    """What each account here holds, by commodity.

    Attributes:
        lots: account → commodity → what there is of it.
        newest: account → the day of its newest transaction.
        invested: commodities that were bought at a cost somewhere and that nothing is priced in: ALL is a share then,
            not Albania's money.
        asked_for: accounts that the ledger's metadata names.
    """

    lots: dict[str, dict[str, Lots]] = field(default_factory=dict)
    newest: dict[str, datetime.date] = field(default_factory=dict)
    invested: set[str] = field(default_factory=set)
    asked_for: set[str] = field(default_factory=set)

    def is_money(self, commodity: str) -> bool:
        return is_known_currency(commodity) and commodity not in self.invested


@dataclass(frozen=True)
class Price:
    """One unit of a commodity, and the day that is known from."""

    number: Decimal
    currency: str
    day: datetime.date


def recognises(source: Opened) -> bool:
    """Whether a file is text with directives of Beancount."""
    return b"\0" not in source.head and LINE.search(source.head_text) is not None


def read(source: Opened, today: datetime.date) -> Content:
    """Read what the asset accounts of a Beancount ledger hold.

    An account holds what stands in it and in the accounts below it that are named after a commodity, or ``Cash``:
    ``Assets:Broker:VTI`` and ``Assets:Broker:Cash`` are the account ``Broker``. Metadata ``portfolio-account: "Name"``
    of an ``open`` directive names it otherwise; directives of one name are one account. An account with nothing but
    money counts only where it has that.

    Parameters:
        source: the ledger; files it includes are read where they lie below its folder. No plugin is run.
        today: entries and prices of later days don't count.

    Returns:
        Holdings at the latest ``price``; ``name`` and ``asset-class`` come from the metadata of the ``commodity``
        directives, where ``export: "IGNORE"`` leaves one out. The base currency is the first operating currency.
    """
    remarks = Remarks(source.name)
    try:
        ledger = load(source, today, remarks)
    except LoadError as error:
        return Content(TITLE, problems=error.problems)
    if ledger is None:
        return Content(TITLE, problems=remarks.found(), notes=remarks.said())
    return _content(ledger, remarks)


def _content(ledger: Ledger, remarks: Remarks) -> Content:
    commodities = {entry.currency: entry.meta for entry in ledger.entries if _is(entry, "Commodity")}
    books = _books(ledger)
    prices = _latest_prices(ledger)
    rows: list[dict[str, Any]] = []
    base = next((code for code in ledger.options["operating_currency"] if is_known_currency(code)), None)
    for account in sorted(books.lots):
        rows += _rows(account, books, prices, base, commodities, remarks)
    if unpriced := [str(row["symbol"]) for row in rows if row["price"] is None]:
        remarks.note(f'{without_price(unpriced)} What isn\'t to count gets the metadata {IGNORE_KEY}: "IGNORE".')
    rates = [rate for commodity in prices if books.is_money(commodity) for rate in _rates(commodity, prices[commodity])]
    in_use = {str(row["currency"]) for row in rows}
    rates = crossed(rates, in_use, base, remarks)
    if base is None:
        remarks.note('The ledger names no operating currency (option "operating_currency" "USD").')
    if not rows and not remarks.problems:
        remarks.wrong(0, "", None, "has no asset account that holds anything but money.")
    return Content(
        TITLE,
        holdings=numbered_table(rows, holding_tables.COLUMNS, remarks.file),
        fx=rate_table(rates),
        base_currency=base,
        problems=remarks.found(),
        notes=remarks.said(),
        has_rows=False,
        keeps_cash=True,
    )


def _rows(
    account: str, books: Books, prices: dict[str, dict[str, Price]], base: str | None,
    commodities: dict[str, dict[str, Any]], remarks: Remarks,
) -> list[dict[str, Any]]:  # fmt: skip
    """What one account holds as rows of a holdings table; none where that is only money nobody asked for."""
    held = {commodity: lot for commodity, lot in sorted(books.lots[account].items()) if abs(lot.quantity) > RESIDUE}
    ignored = {name for name in held if str(commodities.get(name, {}).get(IGNORE_KEY, "")).upper() == "IGNORE"}
    for commodity in sorted(ignored):
        remarks.note(f"{commodity} in {account} is left out, as its metadata says (export: IGNORE).")
    positions = [
        _position_row(account, commodity, books, prices, base, commodities.get(commodity, {}), remarks)
        for commodity in held
        if not books.is_money(commodity) and commodity not in ignored
    ]
    money = {code: lot for code, lot in held.items() if books.is_money(code) and code not in ignored}
    if not positions and account not in books.asked_for:
        if money:
            remarks.note(
                f"{account} is left out: it holds nothing but money. To count it, write {ACCOUNT_KEY}: with a name "
                "under its open directive."
            )
        return []
    rows = [row for row in positions if row]
    day = max([books.newest[account], *(row["as_of"] for row in rows)])
    return rows + [
        row
        for code, lot in money.items()
        if (row := _cash_row(account, code, lot, day, commodities.get(code, {}), remarks))
    ]


def _position_row(
    account: str, commodity: str, books: Books, prices: dict[str, dict[str, Price]], base: str | None,
    meta: dict[str, Any], remarks: Remarks,
) -> dict[str, Any] | None:  # fmt: skip
    lots, price = books.lots[account][commodity], _price_of(commodity, prices)
    currency = price.currency if price else _asked_in(commodity, books, base, remarks)
    quantity, number = rounded(lots.quantity), rounded(price.number) if price else None
    if currency is None:
        remedy = (
            f"has no price ({account}), and nothing says in which currency it is quoted. Write a price: 2026-01-31 "
            f'price {commodity} 12.34 USD; or option "operating_currency" "USD". What isn\'t to count gets the '
            f'metadata {IGNORE_KEY}: "IGNORE" under its commodity directive.'
        )
        remarks.wrong(_line(meta), "price", commodity, remedy)
        return None
    if quantity < 0:
        remedy = f"is sold short in {account} ({quantity:f}), and only what is owned can be loaded. "
        about = Subject(account, commodity, f"{quantity:f}")
        remarks.wrong(0, "quantity", commodity, remedy + leave_out(commodity), about)
        return None
    if price and number is not None and number <= 0:
        remarks.wrong(0, "price", commodity, f"has the price {price.number} of {price.day}, which isn't above 0.")
        return None
    if any(map(too_large, (quantity, number or Decimal(0), EXACT.multiply(quantity, number or Decimal(1))))):
        remarks.wrong(0, "quantity", commodity, f"is worth more than can be right ({account}).")
        return None
    cost = lots.cost_in(currency)
    return {
        "account": account,
        "symbol": not_cash(commodity) if is_like_cash(commodity) else commodity,
        "quantity": quantity,
        "price": number,
        "currency": currency,
        "name": name_of(meta.get("name")) or commodity,
        "asset_class": _class(meta),
        "cost_basis": rounded(cost) if cost and not too_large(cost) else None,
        "as_of": price.day if price else books.newest[account],
    }


def _asked_in(commodity: str, books: Books, base: str | None, remarks: Remarks) -> str | None:
    """The currency that the price of a commodity without one is asked for in: what it was paid in, else the base."""
    lots = [held[commodity] for held in books.lots.values() if commodity in held]
    paid = {currency for lot in lots for currency in lot.costs if currency and is_known_currency(currency)}
    if len(paid) == 1:
        return paid.pop()
    if base:
        remarks.note(f"In which currency {commodity} is quoted isn't said: {base}, until its price says another one.")
    return base


def _cash_row(
    account: str, currency: str, lots: Lots, day: datetime.date, meta: dict[str, Any], remarks: Remarks
) -> dict[str, Any] | None:
    if too_large(lots.quantity):
        remarks.wrong(0, "quantity", plain_number(lots.quantity), f"is more cash than can be right ({account}).")
        return None
    return {
        "account": account,
        "symbol": CASH,
        "quantity": rounded(lots.quantity),
        "price": Decimal(1),
        "currency": currency,
        "name": f"Cash {currency}",
        "asset_class": _class(meta),
        "as_of": day,
    }


def _class(meta: dict[str, Any]) -> str | None:
    return next((found for key in CLASS_KEYS if (found := name_of(meta.get(key)))), None)


def _latest_prices(ledger: Ledger) -> dict[str, dict[str, Price]]:
    """The latest price of each commodity in each currency; of one day the one that stands last."""
    prices: dict[str, dict[str, Price]] = defaultdict(dict)
    for entry in ledger.entries:
        if _is(entry, "Price"):
            prices[entry.currency][entry.amount.currency] = Price(
                entry.amount.number, entry.amount.currency, entry.date
            )
    return prices


def _price_of(commodity: str, prices: dict[str, dict[str, Price]]) -> Price | None:
    """The latest price in a currency, over another commodity that has one if need be."""
    number, day = Decimal(1), None
    for _ in range(LONGEST_CHAIN):
        found = prices.get(commodity, {}).values()
        if not found:
            return None
        # Of one day a price in a currency comes first, then by the alphabet.
        price = max(found, key=lambda price: (price.day, is_known_currency(price.currency), price.currency))
        number, day = EXACT.multiply(number, price.number), min(day or price.day, price.day)
        if is_known_currency(price.currency):
            return Price(number, price.currency, day)
        commodity = price.currency
    return None


def _rates(commodity: str, prices: dict[str, Price]) -> Iterable[Rate]:
    for price in prices.values():
        if rate := rate_of(commodity, price.currency, price.number, price.day):
            yield rate


def _line(meta: dict[str, Any]) -> int:
    line = meta.get("lineno", 0)
    return line if isinstance(line, int) else 0


def _is(entry: Any, kind: str) -> bool:
    return type(entry).__name__ == kind


def _books(ledger: Ledger) -> Books:
    named, asked_for = _account_names(ledger)
    books = Books(asked_for=asked_for)
    paid_in = set(ledger.options["operating_currency"])
    for entry in ledger.entries:
        for posting in entry.postings if _is(entry, "Transaction") else ():
            commodity = posting.units.currency
            if posting.cost:
                books.invested.add(commodity)
                paid_in.add(posting.cost.currency)
            if posting.account in named:
                account = named[posting.account]
                lots = books.lots.setdefault(account, {}).setdefault(commodity, Lots())
                lots.add(posting.units.number, posting.cost)
                books.newest[account] = entry.date
        if _is(entry, "Price"):
            paid_in.add(entry.amount.currency)
    books.invested.difference_update(paid_in)
    return books


def _account_names(ledger: Ledger) -> tuple[dict[str, str], set[str]]:
    """The name here of each asset account of the ledger, and the names that its metadata gives."""
    root = f"{ledger.options['name_assets']}:"
    opened = {entry.account: entry.meta for entry in ledger.entries if _is(entry, "Open")}
    postings = (posting for entry in ledger.entries if _is(entry, "Transaction") for posting in entry.postings)
    leaves = {posting.units.currency.casefold() for posting in postings} | {CASH.casefold()}
    taken: dict[str, int] = {}
    named: dict[str, str] = {}
    of_group: dict[tuple[str, bool], str] = {}
    for account in sorted(opened):
        if account.startswith(root):
            path = account.removeprefix(root)
            above, _, leaf = path.rpartition(":")
            written = name_of(opened[account].get(ACCOUNT_KEY))
            group = written or (above if above and leaf.casefold() in leaves else path)
            key = group.casefold(), written is not None
            if key not in of_group:
                of_group[key] = account_name(name_of(group), taken)
            named[account] = of_group[key]
    return named, {name for (_, by_metadata), name in of_group.items() if by_metadata}


FORMAT = Format("beancount", TITLE, recognises, read)
