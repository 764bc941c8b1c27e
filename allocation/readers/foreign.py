"""What a reader of another program's file has to say, and that file's cells as exact numbers, names and days."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, DecimalException
from functools import lru_cache
from typing import Any

import pandas as pd

from allocation.errors import Problem, Subject
from allocation.readers.holdings import LARGEST
from allocation.tables import ALL, CASH
from allocation.text import DISTINCT, clean, listed

MOST_PROBLEMS = 200
LONGEST_NAME = 200
DECIMALS = 8
RATE_DECIMALS = 12
HUNDREDTH = Decimal("0.01")
EXACT = Context(prec=60)
"""Enough digits for the largest quantity times the largest price."""
TOO_LONG = Decimal(10) ** 30
"""What no file means, and nobody could read; it is written with its power of ten."""


@dataclass
class Remarks:
    """Problems and notes about one file, in the order they are found.

    Attributes:
        about: the holding that is being read: what is found wrong meanwhile is wrong with it.
    """

    file: str
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    about: Subject | None = field(default=None, kw_only=True)

    def wrong(self, row: int, column: str, value: object, remedy: str, about: Subject | None = None) -> None:
        text = "" if value is None else shown(value)
        self.problems.append(Problem(self.file, row, column, text, remedy, about or self.about))

    def note(self, sentence: str) -> None:
        if sentence not in self.notes[-MOST_PROBLEMS:]:
            self.notes.append(sentence)

    def found(self) -> tuple[Problem, ...]:
        """The problems; of very many the first, and how many more there are."""
        problems = tuple(dict.fromkeys(self.problems))
        more = len(problems) - MOST_PROBLEMS
        if more <= 0:
            return problems
        rest = Problem(self.file, 0, "", "", f"has {more:,} problems more, not shown here.")
        return (*problems[:MOST_PROBLEMS], rest)

    def said(self) -> tuple[str, ...]:
        """The notes; of very many the first, and how many more there are."""
        more = len(self.notes) - MOST_PROBLEMS
        return tuple(self.notes) if more <= 0 else (*self.notes[:MOST_PROBLEMS], f"And {more:,} notes more.")


def without_price(symbols: Iterable[str]) -> str:
    """The sentence about assets of which a file has no price: what they are worth waits for one."""
    return f"The file has no price of {listed(sorted(set(symbols)))}: where none is known yet, it is asked for."


def shown(value: object) -> str:
    """A value of a file as a problem quotes it: short, and without characters nobody sees."""
    text = str(value) if not isinstance(value, bytes) else f"{len(value)} bytes"
    text = "".join(character for character in text[:61] if character.isprintable())
    return text if len(text) <= 60 else text[:60] + "…"


def exact(value: object) -> Decimal | None:
    """A number as a file stores it (text, integer, float or Decimal), exact; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    text = str(value).strip() if not isinstance(value, float) else repr(value)
    if not text.isascii() or "_" in text or len(text) > 80:
        return None
    try:
        number = Decimal(text)
    except DecimalException:
        return None
    # The exponent alone decides: 1e999999 is never written out.
    if not number.is_finite() or abs(number.adjusted()) > 40:
        return None
    return number if number else Decimal(0)


@lru_cache(maxsize=DISTINCT)
def rounded(number: Decimal, decimals: int = DECIMALS) -> Decimal:
    """A number with at most so many decimals, without zeros at its end."""
    return plain_number(number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN, EXACT))


def amount(number: Decimal) -> str:
    """An amount of money in a sentence: ``3,502.63``; halves are rounded up, as values are everywhere."""
    if abs(number) >= TOO_LONG:
        return f"{number:.3e}"
    return f"{number.quantize(HUNDREDTH, ROUND_HALF_UP, EXACT):,f}"


def plain_number(number: Decimal) -> Decimal:
    """The same number without zeros at the end of its decimals: 10.50 is 10.5, 100 stays 100."""
    whole = number.to_integral_value()
    if not whole and whole == number:
        # Zero has a sign, which nobody means.
        return Decimal(0)
    return whole.quantize(Decimal(1), context=EXACT) if number == whole else number.normalize(EXACT)


def too_large(number: Decimal) -> bool:
    """Whether a quantity, price or value is more than a portfolio file keeps."""
    return abs(number) > LARGEST


def name_of(value: object) -> str | None:
    """A name from a file in one line, without characters nobody sees; None where there is none."""
    if not isinstance(value, str):
        return None
    kept = (" " if character.isspace() else character for character in value[: 4 * LONGEST_NAME])
    text = "".join(character for character in kept if unicodedata.category(character) not in ("Cc", "Cs", "Cf"))
    return clean(" ".join(text.split()))[:LONGEST_NAME].strip() or None


def day_of(value: object) -> datetime.date | None:
    """The day of a date or time written like 2026-03-31 or 2026-03-31T14:30:00Z; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        day = datetime.date.fromisoformat(value[:10])
    except ValueError:
        return None
    return day if len(value) >= 10 and day.year >= 1900 else None


def is_like_cash(symbol: str) -> bool:
    """Whether a symbol is, or begins with, the word that means cash."""
    return symbol.upper().split()[:1] == [CASH]


def not_cash(symbol: str) -> str:
    """Another spelling for the symbol of an asset that isn't cash but is called like it: ``CASH FUND`` is CASH-FUND."""
    joined = "-".join(symbol.split())
    return joined if not is_like_cash(joined) else f"{joined}-asset"


def distinct(name: str, taken: dict[str, int], otherwise: str | None = None) -> str:
    """``name``, or another one where it is taken whatever its capitals: first ``otherwise``, then with a number.

    Parameters:
        name: what something is called.
        taken: names in use, in small letters, and the number that the next of that name gets; the one that is returned
            is added.
        otherwise: a name that tells more.
    """
    candidate = name if name.casefold() not in taken else otherwise or name
    while candidate.casefold() in taken:
        number = taken[name.casefold()]
        taken[name.casefold()] = number + 1
        candidate = f"{name} ({number})"
    taken[candidate.casefold()] = 2
    return candidate


def account_name(name: str | None, taken: dict[str, int]) -> str:
    """A name for an account that no other one has, and that isn't the word for the whole portfolio."""
    name = name or "Account"
    return distinct(f"{name} (account)" if name.casefold() == ALL else name, taken)


def numbered_table(rows: list[dict[str, Any]], columns: list[str], file: str) -> pd.DataFrame:
    """Rows of a file that has none of its own, numbered; None in columns a row says nothing about."""
    numbered = [dict.fromkeys(columns) | {"file": file, "row": number} | row for number, row in enumerate(rows, 1)]
    return pd.DataFrame(numbered, columns=columns, dtype=object)
