"""What a file is called without its day and its number: the account it is of has the same name next week."""

from __future__ import annotations

import datetime
import re
from pathlib import PurePath

from allocation.readers.loose import date_in, date_order

NAMELESS = "Holdings"
"""The account of a file whose name is nothing but a date."""

_YEAR, _MONTH, _DAY, _BETWEEN = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])", r"[-._ ]"
_TWO_DIGITS = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_WORD = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|mär(?:z)?|mrz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|"
    r"sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_APART = r"[-._, ]*"
_DATES = (
    rf"{_YEAR}({_BETWEEN}){_MONTH}\1{_DAY}",
    rf"{_DAY}({_BETWEEN}){_MONTH}\2{_YEAR}",
    rf"{_MONTH}({_BETWEEN}){_DAY}\3{_YEAR}",
    rf"{_YEAR}{_TWO_DIGITS}",
    rf"{_DAY}{_APART}{_WORD}{_APART}{_YEAR}",
    rf"(?<![^\W\d_]){_WORD}{_APART}(?:{_DAY}{_APART})?{_YEAR}",
    rf"{_YEAR}{_APART}{_WORD}(?:{_APART}{_DAY})?",
    rf"{_YEAR}[-_.]{_MONTH}",
    rf"(?:0[1-9]|1[0-2])\.{_YEAR}",
    rf"{_DAY}\.(?:0[1-9]|1[0-2])\.\d\d",
)
# Six digits without marks between them may be an account's number, unless a T says that they are a time.
_TIME = r"(?:T\d{4,6}Z?|[T_ -]+(?:at )?\d\d[-.:_h]\d\d(?:[-.:_]\d\d)?Z?)?"
_SAID = r"(?:(?<![^\W\d_])(?:as of|as at|stand|vom|per|du|am)[-_. ]+)?"
_DATE = re.compile(rf"[-._, (\[]*(?<!\d){_SAID}(?:{'|'.join(_DATES)}){_TIME}(?![^\W_])[)\]]*", re.IGNORECASE)
_DAY_ALONE = re.compile(rf"(?:{'|'.join(_DATES)})(?!\d)", re.IGNORECASE)
_COPY = re.compile(r"\s*\(\d{1,3}\)$")


def account_in(file_name: str) -> str:
    """The name of an account that only the file's name tells: ``depot_2026-11-20 (1).csv`` is ``depot``.

    Dates, times beside them and the numbers that browsers add to a second download are left out.
    """
    stem = PurePath(file_name).stem
    named = _DATE.sub("", _COPY.sub("", stem))
    return _COPY.sub("", named).strip(" -._,") or NAMELESS


def day_in(file_name: str) -> datetime.date | None:
    """The day in a file's name, where it is one for sure: ``depot_2026-11-20 (1).csv`` is of 2026-11-20."""
    for said in _DATE.finditer(PurePath(file_name).stem):
        found = _DAY_ALONE.search(said[0])
        written = re.sub(r"[_ ,]+", "-", found[0]) if found else ""
        day = date_in(written, date_order([written]))
        if day is not None:
            return day
    return None
