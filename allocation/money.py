"""Money in whole minor units, and how money and percent are written.

Amounts enter and leave as numbers in the base currency; between the two they are integers of its minor unit
(cents for USD, none for JPY, thousandths for KWD), so that sums are exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import cache, lru_cache

from babel.numbers import get_currency_precision, is_currency

from allocation.errors import AmountError

Amount = int | float | str | Decimal

PerAccount = Amount | Mapping[str, Amount]
"""An amount of all accounts together, or amounts by account."""

LARGEST_MINOR = 10**15
"""Up to here minor units are exact as floats, too."""


HUNDREDTHS = {"GBp": "GBP", "GBX": "GBP", "ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS"}
"""How exchanges call prices in pence, cents and agorot."""


@lru_cache(maxsize=1024)
def is_known_currency(code: str) -> bool:
    """Whether ``code`` is an ISO 4217 currency code such as ``USD``."""
    return len(code) == 3 and code.isupper() and bool(is_currency(code))


def currency_code(written: str) -> str:
    """The code that is meant: ``usd`` is USD, ``gbx`` is GBX.

    What is no code stays as it is written, and so do GBp, which is pence, and spellings between it and GBP.
    """
    code = written.upper()
    if written in HUNDREDTHS or (code == "GBP" and not written.islower()):
        return written
    return code if code in HUNDREDTHS or is_known_currency(code) else written


@cache
def minor_digits(currency: str) -> int:
    """How many decimals amounts of ``currency`` have: 2 for USD, 0 for JPY, 3 for KWD (Unicode CLDR)."""
    return int(get_currency_precision(currency))


def read_amount(amount: Amount, currency: str, what: str = "deposit") -> int:
    """An amount as a person or a program gives it, in whole minor units of ``currency``.

    Parameters:
        amount: in ``currency``, not negative, with at most the currency's decimals. A float stands for the
            shortest number that prints like it, so ``0.1`` is ten cents.
        currency: ISO 4217 code.
        what: the word an error uses for the amount.

    Raises:
        AmountError: not a number, negative, finer than the minor unit, or above 10**15 minor units.
    """
    written = str(amount).strip()
    try:
        exact = Decimal(written if written.isascii() and "_" not in written else "")
    except InvalidOperation:
        raise AmountError(f"The {what} {written!r} is not a number. Write it like 1000 or 1000.50.") from None
    if not exact.is_finite():
        raise AmountError(f"The {what} must be a number, not {written}.")
    if exact < 0:
        raise AmountError(f"The {what} {written} is negative. Write a {what} as a positive amount.")
    digits, largest = minor_digits(currency), largest_amount(currency)
    if digits < 3 and isinstance(amount, str) and re.fullmatch(r"\d{1,3}\.000", written):
        whole = written[:-4]
        raise AmountError(f"The {what} {written} can be read as {whole} or as {whole}000. Write it without the point.")
    if exact > largest:
        raise AmountError(f"The {what} {written} is larger than can be planned exactly ({largest:,.0f} {currency}).")
    if not exact:
        return 0
    # The first looks at the exponent alone: a fraction of 1e-10000000 would take minutes to make.
    if exact.adjusted() < -digits or (Fraction(exact) * 10**digits).denominator != 1:
        raise AmountError(
            f"The {what} {written} is finer than {currency} has decimals ({digits}). Round it to {digits} decimals."
        )
    return int(exact.scaleb(digits))


def read_exact(number: Amount, what: str) -> Decimal:
    """A plain number as a person or a program gives it, exact.

    Raises:
        AmountError: it is none, or not finite.
    """
    try:
        exact = Decimal(str(number).strip())
    except InvalidOperation:
        exact = Decimal("nan")
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        raise AmountError(f"The {what} {number!r} is not a number. Write it like 10 or 2.5.")
    return exact


def largest_amount(currency: str) -> Decimal:
    """The largest amount that can be calculated to the minor unit: 10 trillion USD."""
    return Decimal(LARGEST_MINOR).scaleb(-minor_digits(currency))


def to_minor(value: float, digits: int) -> int:
    """A float that stands for an exact amount (such as a value read from a table), in minor units."""
    return int(Decimal(repr(float(value))).scaleb(digits).to_integral_value(ROUND_HALF_UP))


def from_minor(minor: int, digits: int) -> float:
    """Minor units as the nearest float; exact up to 10**15 minor units."""
    return float(Decimal(int(minor)).scaleb(-digits))


def write_money(value: float, currency: str) -> str:
    """A value with thousands separators and the currency's decimals: ``1,234.50``; ``−`` marks a negative."""
    return f"{value:,.{minor_digits(currency)}f}".replace("-", "−")


def write_signed_money(value: float, currency: str) -> str:
    """Like :func:`write_money`, with ``+`` before a positive value."""
    text = write_money(value, currency)
    return f"+{text}" if value > 0 else text


def write_percent(weight: float, digits: int = 1) -> str:
    """A weight (0–1) as percent: 0.254 is ``25.4 %``."""
    text = f"{100 * weight:.{digits}f}"
    return f"{text.lstrip('-') if float(text) == 0 else text.replace('-', '−')} %"


def write_points(drift: float, digits: int = 1) -> str:
    """A difference of weights (0–1) as signed percentage points: −0.032 is ``−3.2``."""
    text = f"{100 * drift:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")
