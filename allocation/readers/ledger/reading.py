"""From a Beancount ledger's entries to the tables that are loaded."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allocation.errors import LoadError
from allocation.money import is_known_currency
from allocation.readers import holdings as holding_tables
from allocation.readers.content import Content
from allocation.readers.findings import (
    EXACT,
    Findings,
    account_name,
    is_like_cash,
    name_of,
    not_cash,
    numbered_table,
    plain_number,
    rounded,
    too_large,
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
    """Everything of one commodity in one account."""

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
    ``Assets:Broker:VTI`` and ``Assets:Broker:Cash`` are the account ``Broker``. Metadata ``portfolio-account: "Name"`` of
    an ``open`` directive names the account otherwise. Accounts with nothing but money in them count where they have that.

    Parameters:
        source: the ledger; files it includes are read where they lie below its folder. No plugin is run.
        today: entries and prices of later days don't count.

    Returns:
        Holdings at the latest ``price``; ``name`` and ``asset-class`` come from the metadata of the ``commodity``
        directives, where ``export: "IGNORE"`` leaves one out. The base currency is the first operating currency.
    """
    findings = Findings(source.name)
    try:
        ledger = load(source, today, findings)
    except LoadError as error:
        return Content(TITLE, problems=error.problems)
    if ledger is None:
        return Content(TITLE, problems=findings.found(), notes=findings.said())
    return _content(ledger, findings)


def _content(ledger: Ledger, findings: Findings) -> Content:
    commodities = {entry.currency: entry.meta for entry in ledger.entries if hasattr(entry, "currency") and _is(entry, "Commodity")}  # fmt: skip
    books, newest = _books(ledger)
    prices = _latest_prices(ledger)
    base = next((code for code in ledger.options["operating_currency"] if is_known_currency(code)), None)
    rows: list[dict[str, Any]] = []
    for account, lots in books.items():
        rows += _rows(account, lots, newest[account], prices, commodities, findings)
    rates = _rates(prices)
    remedy = "Write a price directive for it."
    all_rates = crossed(rates, {str(row["currency"]) for row in rows}, base, remedy, findings)
    if base is None:
        findings.note('The ledger names no operating currency (option "operating_currency" "USD").')
    if not rows and not findings.problems:
        findings.wrong("", None, "has no asset account that holds a commodity.")
    return Content(
        TITLE,
        holdings=numbered_table(rows, holding_tables.COLUMNS, findings.file),
        fx=rate_table(all_rates),
        base_currency=base,
        problems=findings.found(),
        notes=_with_cash_accounts(books, ledger, findings),
    )
