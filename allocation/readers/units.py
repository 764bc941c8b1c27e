"""What a price is for: one unit, or a hundredth of one as with bonds in percent, where a row says that it is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from allocation.readers.loose import MONTHS

if TYPE_CHECKING:
    from allocation.readers.found import Holding

BOND = "bond"
HUNDRED = Decimal(100)
CENT = Decimal("0.011")
"""What a value may be off beside the digits that its quantity and price hide."""

NEAR = Decimal("0.005")
"""What a share of the whole may be off because it is rounded."""

_BOND = re.compile(
    r"\bbonds?\b|\bnotes?\b|\bgilts?\b|\btreas(?:ur(?:y|ies))?\b|\bt-?bills?\b|\bbills?\b|\bnts\b|\bdebentures?\b|"
    r"fixed income|\bdebt\b|anleihe|rentenpapier|festverzinslich|\banl\b|\bbundes(?:anl|obl|schatz)|pfandbrief|"
    r"schuldverschreibung|^renten?$|"
    r"\bobligations?\b|\bobligaci[oó]n(?:es)?\b|\bbonos?\b|\bobbligazion[ei]\b|\bbtp\b|\bobligaties?\b|"
    r"\bobriga(?:ç|c)(?:ão|ao|ões|oes)\b|\bobligasjon(?:er)?\b|\bobligation(?:er)?\b|\bobligacj[ae]\b",
    re.IGNORECASE,
)
_FUND = re.compile(r"\betfs?\b|\bfunds?\b|\bfonds\b|\bucits\b|\bfondos?\b|\bfond[oi]\b", re.IGNORECASE)
"""A fund of bonds is quoted a share, as any fund."""
_COUPON = re.compile(r"\b\d{1,2}(?:[.,]\d{1,6})?\s?%")
_MATURITY = re.compile(
    r"\b(?:19|20|21)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}(?:\d\d)?\b|\b\d\d[/-]\d\d\b|\d[A-Z]{3}(?:20|21)\d\d\b"
)
_ONLY_MATURITY = re.compile(r"([^\W\d_]{3,10})\.? (?:19|20|21)\d\d")
"""What brokers for everybody call a bond by: ``Sept. 2033``."""
_OPTION = re.compile(
    r"\boptions?\b|optionen|optionsschein|\bopciones\b|\bopzion[ei]\b|\bopties?\b|\bfutures?\b|\bcalls?\b|\bputs?\b",
    re.IGNORECASE,
)
_NOTIONAL = re.compile(r"fut|futures?(?: contracts?)?|cfds?|terminkontrakte?|termingeschäfte?", re.IGNORECASE)
"""Kinds whose value in a file is that of what they are on, which nobody has paid."""
_CONTRACT = re.compile(r"-?[A-Z.]{1,6} *\d{6}[CP]\d+(?:\.\d+)?|[A-Z.]{1,6} \d{2}/\d{2}/\d{4} \d+(?:\.\d+)? [CP]")
"""The symbol of an option: ``AAPL  261218C00300000``, ``-AAPL261218C300``, ``AAPL 12/18/2026 300.00 C``."""


class Described(Protocol):
    """What a row says about what is held."""

    @property
    def symbol(self) -> str: ...
    @property
    def name(self) -> str | None: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def asset_class(self) -> str | None: ...
    @property
    def category(self) -> str: ...


def is_bond(held: Described) -> bool:
    """Whether a row says that it is a bond: by its category, kind or class, or by the name, with coupon or maturity."""
    if _BOND.search(held.category):
        return True
    name, kind = held.name or held.symbol, held.kind or ""
    if _FUND.search(f"{name} {kind} {held.category}"):
        return False
    if _BOND.search(kind) or _BOND.search(held.asset_class or ""):
        return True
    return sum(sign.search(name) is not None for sign in (_COUPON, _MATURITY, _BOND)) > 1


def may_be_in_percent(held: Described, price: Decimal) -> bool:
    """Whether a price looks like a percentage, of what has a coupon and a maturity in its name, or a maturity alone."""
    name = held.name or held.symbol
    alone = _ONLY_MATURITY.fullmatch(name)
    if alone is not None and alone[1].casefold() in MONTHS:
        return 10 < price < 200
    has_both = _COUPON.search(name) is not None and _MATURITY.search(name) is not None
    return 10 < price < 200 and has_both and _FUND.search(f"{name} {held.kind or ''}") is None


def is_called_bond(held: Described, price: Decimal) -> bool:
    """Whether a price looks like a percentage, of what its kind calls a bond: that may be a fund of bonds as well."""
    said = held.kind or held.category
    return 10 < price < 200 and _BOND.search(said) is not None and _FUND.search(f"{held.name or ''} {said}") is None


def is_contract(held: Described) -> bool:
    """Whether a row says that it is an option or a future, whose price may be for one of a contract's 100 units."""
    said = f"{held.name or ''} {held.kind or ''} {held.category}"
    return _OPTION.search(said) is not None or _CONTRACT.fullmatch(held.symbol) is not None


def is_notional(held: Described) -> bool:
    """Whether a row says that it is a future or the like, whose value isn't what it is worth."""
    return any(_NOTIONAL.fullmatch(said.strip()) is not None for said in (held.kind or "", held.category))


def are_weights(holdings: Sequence[Holding]) -> bool:
    """Whether what stands as quantities are shares of the whole: they add up to 1 or 100, and go with the values."""
    pairs = [(held.quantity, held.value) for held in holdings if held.is_calculated]
    found = [(share, value) for share, value in pairs if value is not None and value != share]
    whole, worth = sum((share for share, _ in found), Decimal(0)), sum((value for _, value in found), Decimal(0))
    if len({share for share, _ in found}) < 2 or len(found) < len(holdings) or worth <= 0:
        return False
    if min(abs(whole - 1) * HUNDRED, abs(whole - HUNDRED)) > 1:
        return False
    return all(abs(share / whole - value / worth) < NEAR for share, value in found)


def agrees(quantity: Decimal, price: Decimal, value: Decimal, factor: Decimal = Decimal(1)) -> bool:
    """Whether quantity times price is the value, as far as the digits that are shown can tell.

    Parameters:
        price: that of one unit.
        factor: what the price that is shown was multiplied by.
    """
    if quantity * price == value:
        return True
    of_price = Decimal(1).scaleb(min(exponent(price / factor), -2)) / 2 * factor
    of_quantity = Decimal(1).scaleb(exponent(quantity)) / 2 if exponent(quantity) < 0 else Decimal(0)
    slack = abs(quantity) * of_price + abs(price) * of_quantity + CENT
    return abs(quantity * price - value) <= slack


def exponent(number: Decimal) -> int:
    """That of a number's last digit: -2 for 1.50."""
    return int(number.as_tuple().exponent)
