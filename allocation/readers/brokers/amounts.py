"""Whether what was paid for a trade is its quantity times its price, within what fees and taxes explain."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from allocation.money import HUNDREDTHS
from allocation.readers.loose import is_nothing, number_in
from allocation.readers.totals import CENT
from allocation.readers.units import HUNDRED

Cell = Callable[[str], str]
"""What a row has in a column of ours."""

WIDEST = Decimal("1.5")
"""How many times the other one may be, of the amount and the quantity times the price."""
_TRADES = re.compile(r"buy|sell", re.IGNORECASE)


def misfit(
    quantity: Decimal, cell: Cell, amount_currency: str | None, charges: Decimal, mark: str | None
) -> tuple[Decimal, Decimal, Decimal] | None:
    """The price, the amount, and what that should be about, where a trade's amount can't be right; else None.

    Where a currency has to be converted and the row has no rate for it, nothing is compared.

    Parameters:
        amount_currency: that of the amount; None where it is the price's.
        charges: the row's fees and taxes.
        mark: the decimal mark.
    """
    price, amount = (number_in(cell(column), mark) for column in ("price", "amount"))
    if not price or not amount or not quantity or not _TRADES.search(cell("action")):
        return None
    price, amount, currency = abs(price), abs(amount), cell("currency")
    rate = _rate(cell, amount_currency, mark)
    if rate is None:
        return None
    smallest = Decimal(1).scaleb(int(price.as_tuple().exponent)) / 2
    found = [quantity * price / rate]
    if currency in HUNDREDTHS:
        found.append(found[0] / HUNDRED)
    for gross in found:
        slack = charges + 2 * CENT + gross * smallest / price
        if gross / WIDEST - slack <= amount <= gross * WIDEST + slack:
            return None
    return price, amount, found[-1]


def _rate(cell: Cell, amount_currency: str | None, mark: str | None) -> Decimal | None:
    """Units of the price's currency for one of the amount's; None where it isn't known."""
    written = cell("rate")
    if not is_nothing(written):
        rate = number_in(written, mark)
        return rate if rate is not None and rate > 0 else None
    currency = cell("currency")
    same = amount_currency is None or HUNDREDTHS.get(currency, currency) == amount_currency
    return Decimal(1) if same else None
