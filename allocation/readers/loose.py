"""Numbers and dates as brokers, spreadsheets and people write them, with everything around them; never guessed.

A whole column settles what one cell leaves open: the decimal mark, and whether the day or the month comes first.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.lines import Exact
from allocation.readers.numbers import POINT, read_number
from allocation.text import DISTINCT

NOTHING = {"", "-", "--", "---", "–", "—", "n/a", "na", "n.a.", "#n/a", "none", "null", "nan", "..."}
"""How tables say that there is no number."""

SIGNS = {
    "€": "EUR", "£": "GBP", "US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "HK$": "HKD",
    "NZ$": "NZD", "S$": "SGD", "R$": "BRL", "₹": "INR", "₩": "KRW", "₪": "ILS", "zł": "PLN", "Fr.": "CHF",
    "₺": "TRY", "₽": "RUB", "฿": "THB", "₫": "VND", "₴": "UAH", "Kč": "CZK",
}  # fmt: skip
"""Signs that stand for one currency. ``$``, ``¥`` and ``kr`` stand for several, so they tell nothing."""

_DOLLARS = "USD CAD AUD NZD HKD SGD MXN TWD ARS CLP COP UYU DOP BMD BSD BBD BZD BND JMD TTD FJD KYD NAD XCD LRD GYD SRD"
SEVERAL = {
    "$": frozenset(_DOLLARS.split()), "¥": frozenset({"JPY", "CNY"}), "￥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}  # fmt: skip
"""Signs that stand for one of several currencies."""

_LONGEST_FIRST = sorted(SIGNS, key=len, reverse=True)
_MINUSES = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "﹣": "-", "－": "-", "＋": "+"})
_CODE = re.compile(r"^([A-Za-z]{3})(?=[\s\d+\-(.,])|(?<=[\s\d).,])([A-Za-z]{3})$")
# Most cells are as plain as this: the long way round takes ten times as long. And what was read is remembered, by its
# text and by whether a workbook holds it as a number (typed=True).
_PENCE = re.compile(r"(?<=\d)p$")
_NUMBER = re.compile(r"[+-]?[\d.,]*")
_USUAL = re.compile(r"([+-]?)\$?(\d[\d.,]*)%?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}")
_SPACED = re.compile(r"([+-]?)(\d{1,3}(?:[ '’]\d{3})+)([.,]\d+)?")


def is_nothing(cell: str) -> bool:
    """Whether a cell says that there is nothing."""
    return cell.casefold() in NOTHING


@lru_cache(maxsize=DISTINCT)
def currency_in(cell: str) -> str | None:
    """The currency that a number is written with: its code, or a sign that stands for one currency only."""
    if _NUMBER.fullmatch(cell):
        return None
    text = cell.strip().strip("()+-−").strip()
    if code := _CODE.search(text):
        written = code[1] or code[2]
        if is_known_currency(written.upper()) or written in HUNDREDTHS:
            return written if written in HUNDREDTHS else written.upper()
    for sign in _LONGEST_FIRST:
        if text.startswith(sign) or text.endswith(sign):
            return SIGNS[sign]
    return "GBX" if _PENCE.search(text) else None


def contradicts(cell: str, currency: str) -> bool:
    """Whether the sign or code that a number is written with is of another currency: ``$10`` under EUR."""
    if _NUMBER.fullmatch(cell):
        return False
    found = currency_in(cell)
    if found is not None:
        in_hundredths = HUNDREDTHS.get(found) is not None and HUNDREDTHS.get(found) == HUNDREDTHS.get(currency)
        return found != currency and not in_hundredths
    text = cell.strip().strip("()+-−").strip()
    meant = next((several for sign, several in SEVERAL.items() if text.startswith(sign) or text.endswith(sign)), None)
    return meant is not None and currency not in meant


@lru_cache(maxsize=DISTINCT, typed=True)
def bare(cell: str) -> str:
    """A number without what stands around it: ``($1,234.50)`` is ``-1,234.50``, ``1'234.5 CHF`` is ``1234.5``."""
    if isinstance(cell, Exact):
        return cell
    if usual := _USUAL.fullmatch(cell):
        return usual[1] + usual[2]
    text = cell.translate(_MINUSES).strip()
    is_negative = text.startswith("(") and text.endswith(")")
    text = text[1:-1].strip() if is_negative else text
    text = _CODE.sub(lambda code: "" if is_known_currency(code[0].upper()) or code[0] in HUNDREDTHS else code[0], text)
    text = _PENCE.sub("", text)
    for sign in _LONGEST_FIRST:
        text = text.replace(sign, "")
    text = "".join(" " if unicodedata.category(character) == "Zs" else character for character in text)
    text = "".join(character for character in text if unicodedata.category(character) != "Sc").replace("%", "").strip()
    text = re.sub(r"^([+-])\s+", r"\1", text)
    if text.endswith("-") and not text.startswith(("-", "+")):
        is_negative, text = True, text[:-1].strip()
    if spaced := _SPACED.fullmatch(text):
        text = spaced[1] + re.sub(r"[ '’]", "", spaced[2]) + (spaced[3] or "")
    if is_negative and text.startswith("-"):
        # Negative twice: nobody can tell what is meant.
        return cell
    return f"-{text.lstrip('+')}" if is_negative else text


@lru_cache(maxsize=DISTINCT, typed=True)
def number_in(cell: str, mark: str | None) -> Decimal | None:
    """A cell as an exact number, with the decimal mark that its column settled; None where it is none.

    Parameters:
        mark: None where the column leaves it open: then only a number without marks is one.
    """
    text = bare(cell)
    if isinstance(cell, Exact):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return None
        return number if number.is_finite() and abs(number.adjusted()) < 40 else None
    if _SCIENTIFIC.fullmatch(text):
        return Decimal(text)
    if mark is None:
        return None if any(character in ".," for character in text) else read_number(text, POINT)
    return read_number(text, mark)


_MONTH_NAMES = """
    jan january januar janvier enero gennaio januari jän jänner
    feb february februar februari febr fév février febrero febbraio
    mar march märz mär mrz maart mrt mars marzo
    apr april avril avr abril aprile
    may mai mayo maggio mei
    jun june juni juin junio giugno
    jul july juli juillet julio luglio
    aug august août agosto augustus
    sep sept september septembre septiembre settembre
    oct okt october oktober octobre octubre ottobre
    nov november novembre noviembre
    dec dez december dezember décembre déc diciembre dicembre
"""
MONTHS = {
    name: number for number, names in enumerate(_MONTH_NAMES.strip().splitlines(), start=1) for name in names.split()
}

_TIME = re.compile(r"[T ,]+\d{1,2}:\d{2}.*$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})\.?")
_NAMED = re.compile(r"(\d{1,2})\.?[-/. ]*([^\W\d_]{3,10})\.?[-/., ]*(\d{4})")
_NAMED_US = re.compile(r"([^\W\d_]{3,10})\.?[-/. ]*(\d{1,2})[-/., ]+(\d{4})")

DAY_FIRST, MONTH_FIRST = "day first", "month first"


def date_order(cells: Iterable[str]) -> str | None:
    """Which of ``03/04/2026`` is the month, told by all dates of a column; None where they leave it open.

    Dates with points have the day first: no country writes them otherwise.
    """
    open_ones, shown = False, set()
    for cell in set(cells):
        written = _YEAR_LAST.fullmatch(_TIME.sub("", cell.strip()))
        if written is None:
            continue
        first, mark, second = int(written[1]), written[2], int(written[3])
        if mark == "." or first > 12:
            shown.add(DAY_FIRST)
        elif second > 12:
            shown.add(MONTH_FIRST)
        elif first != second:
            open_ones = True
    if len(shown) == 1:
        return shown.pop()
    return None if shown or open_ones else DAY_FIRST


@lru_cache(maxsize=DISTINCT)
def date_in(cell: str, order: str | None) -> datetime.date | None:
    """A cell as a date, by the order that its column settled; None where it is none."""
    text = _TIME.sub("", cell.strip())
    try:
        if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            return _date(int(found[1]), int(found[2]), int(found[3]))
        if found := _YEAR_LAST.fullmatch(text):
            first, second, year = int(found[1]), int(found[3]), int(found[4])
            year += 2000 if year < 100 else 0
            if order is None and first != second:
                return None
            return _date(year, first, second) if order == MONTH_FIRST else _date(year, second, first)
        if (found := _NAMED.fullmatch(text)) and (month := MONTHS.get(found[2].casefold())):
            return _date(int(found[3]), month, int(found[1]))
        if (found := _NAMED_US.fullmatch(text)) and (month := MONTHS.get(found[1].casefold())):
            return _date(int(found[3]), month, int(found[2]))
    except ValueError:
        return None
    return None


def _date(year: int, month: int, day: int) -> datetime.date:
    if year < 1900:
        raise ValueError(year)
    return datetime.date(year, month, day)
