"""How a person's page writes numbers: as their language does, and without amounts where they are hidden."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberPattern, get_decimal_symbol, get_group_symbol

from allocation import money

HIDDEN = "•••••"
NUMBER = re.compile(
    r"(?<![\w.,(])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w(]|[.,]\d)|(?<![\w.,(])\d+(?:\.\d+)?(?![\w(]|[.,]\d)"
)
ALIKE = {"\xa0": r"\s", "\u202f": r"\s", "’": "['’]"}
"""What is typed for a thousands mark that few keyboards have."""
RELATIVE = re.compile(r"\s*(?:%|points?\b|days?\b|trades?\b)")


@dataclass(frozen=True)
class Writing:
    """How numbers are written.

    Attributes:
        locale: as browsers call it (``de-CH``); empty, or one that nobody knows: as the command line writes them.
        hidden: amounts of money and quantities are dots; weights, points and prices stay.
    """

    locale: str = ""
    hidden: bool = False

    @property
    def separators(self) -> str:
        """The decimal mark and the thousands mark, one after the other."""
        written = self._local("1,234.5")
        return f"{written[-2]}{written[1] if not written[1].isdigit() else ''}"

    def money(self, value: float, currency: str) -> str:
        """An amount with the currency's decimals: ``1,234.50``."""
        return HIDDEN if self.hidden else self._local(money.write_money(value, currency))

    def signed_money(self, value: float, currency: str) -> str:
        """An amount with its sign: ``+1,234.50``."""
        return HIDDEN if self.hidden else self._local(money.write_signed_money(value, currency))

    def quantity(self, value: float, digits: int = 10, sign: bool = False) -> str:
        """A number of shares, with up to ``digits`` significant figures."""
        return HIDDEN if self.hidden else self.number(f"{value:{'+' if sign else ''},.{digits}g}")

    def shares(self, value: float) -> str:
        """A number of shares to four decimals."""
        return HIDDEN if self.hidden else self.number(f"{value:,.4f}")

    def number(self, text: str) -> str:
        """A number that is nobody's secret, such as a price, from its plain text (``1,234.5``)."""
        return self._local(text.replace("-", "−"))

    def percent(self, weight: float, digits: int = 1) -> str:
        """A weight (0–1) as percent: ``25.4 %``."""
        return self._local(money.write_percent(weight, digits))

    def points(self, drift: float, digits: int = 1) -> str:
        """A difference of weights (0–1) in percentage points, with its sign."""
        return self._local(money.write_points(drift, digits))

    def sentence(self, text: str, currency: str) -> str:
        """A sentence that the planner has written: its numbers as here, its amounts hidden where they are to be."""
        return NUMBER.sub(lambda found: self._within(found, text, currency), text)

    def _within(self, found: re.Match[str], text: str, currency: str) -> str:
        number, rest = found[0], text[found.end() :]
        decimals = len(number.partition(".")[2])
        amount = decimals == money.minor_digits(currency) or rest.startswith(f" {currency}")
        if self.hidden and amount and not RELATIVE.match(rest):
            return HIDDEN
        return self._local(number)

    def read(self, text: str) -> str:
        """A number typed as this language writes it, in plain digits: in German ``1.234,57`` is ``1234.57``.

        Anything else comes back as it is: whoever reads it says what is wrong with it.
        """
        locale, typed = _locale(self.locale), text.strip()
        mark, group = (get_decimal_symbol(locale), get_group_symbol(locale)) if locale else (".", ",")
        groups = ALIKE.get(group, re.escape(group))
        whole = f"[0-9]+|[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+"
        found = re.fullmatch(rf"([+−-]?)({whole})(?:{re.escape(mark)}([0-9]+))?", typed)
        if found is None:
            plain = typed.replace(group, "").replace(mark, ".")
            # Where thousands aren't in threes, as in 12,34,567.50 in Hindi, it is a number if it is written like this.
            return plain.replace("−", "-") if self._local(plain) == typed else text
        sign, digits, decimals = found.groups()
        return sign.replace("−", "-") + re.sub(groups, "", digits) + (f".{decimals}" if decimals else "")

    def _local(self, text: str) -> str:
        locale = _locale(self.locale)
        return text if locale is None else NUMBER.sub(lambda found: _rewritten(found[0], locale), text)


PLAIN = Writing()
"""As the command line and the notebooks write numbers."""


def _rewritten(number: str, locale: Locale) -> str:
    decimals = len(number.partition(".")[2])
    return str(_pattern(locale, decimals).apply(Decimal(number.replace(",", "")), locale))


@cache
def _locale(name: str) -> Locale | None:
    try:
        return Locale.parse(name, sep="-") if name else None
    except (UnknownLocaleError, ValueError):
        return None


@cache
def _pattern(locale: Locale, decimals: int) -> NumberPattern:
    pattern: NumberPattern = copy(locale.decimal_formats[None])
    pattern.frac_prec = (decimals, decimals)
    return pattern
