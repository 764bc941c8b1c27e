"""How much a row of cash is: its quantity is in its own currency, its value may be in another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from allocation.readers.totals import CENT

_CASH_WORDS = (
    "cash|cash balance|cash & cash investments|settled cash|uninvested cash|savings account|bargeld|barbestand|"
    "guthaben|liquidität|verrechnungskonto|geldkonto|tagesgeld(?:konto)?|girokonto|sparkonto|liquidités|espèces|efectivo|"
    "liquidità|contanti"
)
CASH_NAMES = re.compile(
    rf"(?:(?P<before>[A-Z]{{3}})[ :-]+)?(?:{_CASH_WORDS})(?:[ :(-]+(?P<after>[A-Z]{{3}})\)?)?", re.IGNORECASE
)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row of cash: one of our columns, and what to do."""

    column: str
    remedy: str


def cash_amount(numbers: Mapping[str, Decimal | None]) -> Decimal | Wrong | None:
    """The amount of cash whose value is in its own currency; None where the row has none."""
    quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
    if value is None and quantity and price not in (None, 1):
        return Wrong("price", "is not 1. The price of cash is 1; the amount is its quantity.")
    if quantity is None or value is None:
        return value if value is not None else quantity
    decimals = max(-int(quantity.as_tuple().exponent), 0)
    if abs(quantity * (price or 1) - value) > CENT and round(value, decimals) != quantity:
        remedy = f"of cash differs from its quantity, {quantity:,f}. Write the same in both, or leave one empty."
        return Wrong("value", remedy)
    return value


def cash_valued_elsewhere(numbers: Mapping[str, Decimal | None], own: str, of_value: str) -> Decimal | Wrong:
    """The amount of cash whose value is in another currency: its quantity."""
    quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
    if quantity is None:
        return Wrong("value", f"is in {of_value}, but the cash is {own}. Write its amount in {own} as its quantity.")
    if price not in (None, 1) and abs(quantity * (price or 0) - (value or 0)) > CENT:
        return Wrong("price", "of cash is neither 1 nor the FX rate between its quantity and its value. Write 1.")
    return quantity
