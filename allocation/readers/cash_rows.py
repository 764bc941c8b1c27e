"""How much a row of cash is: its quantity is in its own currency, its value may be in another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from allocation.money import is_known_currency
from allocation.readers.lines import Line
from allocation.readers.loose import number_in
from allocation.readers.numbers import POINT
from allocation.readers.totals import CENT

_CASH_WORDS = (
    "cash|cash balance|cash (?:&|and) (?:cash )?(?:investments|equivalents|sweep|money market)|cash account|"
    "available cash|free cash|money accounts?|pending activity|settled cash|uninvested cash|savings account|"
    "bargeld|barbestand|guthaben|liquidität|verrechnungskonto|geldkonto|tagesgeld(?:konto)?|girokonto|"
    "sparkonto|liquidités|espèces|efectivo|liquidità|contanti"
)
CASH_NAMES = re.compile(
    rf"(?:(?P<before>[A-Z]{{3}})[ :-]+)?(?:{_CASH_WORDS})(?:[ :(-]+(?P<after>[A-Z]{{3}})\)?)?", re.IGNORECASE
)


_WEALTHSIMPLE = re.compile(r"sec-c-(?P<currency>[a-z]{3})", re.IGNORECASE)
"""What Wealthsimple calls cash, by its currency."""
CURRENCY_KINDS = re.compile(r"cash|currency|currencies|forex|fx|bargeld|währung|devisen?|divisa|valuta", re.IGNORECASE)
"""Kinds of what is called by nothing but a currency's code."""
_ABOVE = re.compile(r"\b(?:cash|guthaben|bargeld|liquidit|espèces|efectivo|contanti|saldo)", re.IGNORECASE)


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a row of cash: one of our columns, and what to do."""

    column: str
    remedy: str


def called_cash(symbol: str, name: str, kind: str) -> str | None:
    """The currency in what a row of cash is called, empty where there is none; None of any other row.

    A row that is only called by a currency's code is cash where its kind says so.
    """
    if found := CASH_NAMES.fullmatch(symbol) or CASH_NAMES.fullmatch(name):
        return (found["before"] or found["after"] or "").upper()
    if found := _WEALTHSIMPLE.fullmatch(symbol):
        return found["currency"].upper()
    if len(symbol) == 3 and CURRENCY_KINDS.fullmatch(kind) and is_known_currency(symbol.upper()):
        return symbol.upper()
    return None


def cash_above(lines: Sequence[Line], mark: str | None) -> list[str]:
    """What the lines above a table say about cash, where it is some."""
    filled = ([cell for cell in cells if cell] for _, cells in lines)
    pairs = [cells for cells in filled if len(cells) == 2 and _ABOVE.search(cells[0])]
    return [" ".join(cells) for cells in pairs if number_in(cells[1], mark or POINT)]


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
    """The amount of cash whose value or price is in another currency: its quantity."""
    quantity, price, value = numbers["quantity"], numbers["price"], numbers["value"]
    if quantity is None:
        return Wrong("value", f"is in {of_value}, but the cash is {own}. Write its amount in {own} as its quantity.")
    if value is not None and price not in (None, 1) and abs(quantity * (price or 0) - value) > CENT:
        return Wrong("price", "of cash is neither 1 nor the FX rate between its quantity and its value. Write 1.")
    return quantity
