"""The European Central Bank's euro reference rates: ``eurofxref.csv``, ``eurofxref-hist.csv`` and the XML of either."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal

import pandas as pd

from allocation.money import is_known_currency
from allocation.readers import fx
from allocation.readers.content import Content
from allocation.readers.found import Findings
from allocation.readers.loose import date_in, is_nothing, number_in
from allocation.readers.numbers import POINT
from allocation.readers.opened import Opened
from allocation.readers.registry import Format

TITLE = "ECB reference rates"
BASE = "EUR"
_XML = re.compile(
    r"""<Cube\s+time=["'](?P<day>[^"']*)["']|<Cube\s+currency=["'](?P<code>[^"']*)["']\s+rate=["'](?P<rate>[^"']*)["']"""
)

_Rate = tuple[int, str, str, str]
"""Row, day, currency and rate, as written."""


def _recognises(opened: Opened) -> bool:
    if "eurofxref" in opened.head_text and "<Cube" in opened.head_text:
        return True
    cells = opened.first_lines[0][1] if opened.first_lines else []
    codes = [cell for cell in cells[1:] if cell]
    return bool(codes) and cells[0] == "Date" and all(is_known_currency(code) or code in OLD for code in codes)


OLD = {"CYP", "EEK", "LTL", "LVL", "MTL", "ROL", "SIT", "SKK", "TRL", "BGN", "HRK", "RUB"}
"""Currencies of earlier years, which the history has columns for."""


def _read(opened: Opened, today: datetime.date) -> Content:
    findings = Findings(opened.name, today=today)
    rows = [
        (row, BASE, code, rate, day)
        for row, day_written, code, written in (_of_xml(opened) if "<Cube" in opened.head_text else _of_csv(opened))
        if (day := _day(findings, row, day_written)) and (rate := _rate(findings, row, code, written))
    ]
    if not rows and not findings.problems:
        findings.wrong(0, "", "", "holds no rates.")
    return Content(TITLE, fx=pd.DataFrame(rows, columns=fx.COLUMNS, dtype=object), problems=findings.found())


def _of_csv(opened: Opened) -> Iterator[_Rate]:
    (_, header), *lines = opened.tables[0].lines
    for row, cells in lines:
        for code, written in zip(header[1:], cells[1:], strict=False):
            if code and not is_nothing(written):
                yield row, cells[0], code, written


def _of_xml(opened: Opened) -> Iterator[_Rate]:
    # The few marks that matter are looked for; nothing in the file is interpreted as XML.
    day = ""
    for row, line in enumerate(opened.text().splitlines(), start=1):
        for found in _XML.finditer(line):
            if found["day"] is not None:
                day = found["day"]
            else:
                yield row, day, found["code"], found["rate"]


def _day(findings: Findings, row: int, written: str) -> datetime.date | None:
    day = date_in(written, None)
    if day is None or day > findings.today:
        findings.wrong(row, "Date", written, "is not a date that has come.")
        return None
    return day


def _rate(findings: Findings, row: int, code: str, written: str) -> Decimal | None:
    rate = number_in(written, POINT)
    if rate is None or not 0 < rate <= fx.LARGEST_RATE * 10:
        findings.wrong(row, code, written, "is not a rate that can be read.")
        return None
    return rate


FORMAT = Format("ecb", TITLE, _recognises, _read)
