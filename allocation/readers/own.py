"""Our own CSV files, told apart by their columns: holdings, targets, FX rates, classes, prices.

A file of holdings is ours where its header is exactly ours. One with further columns, or with other capitals, goes to
the reader of any table, which compares a value with quantity times price: nothing that contradicts a row is ignored.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from allocation.readers import classes, fx, holdings, prices, targets
from allocation.readers.brokers.description import plain_name
from allocation.readers.columns import sure
from allocation.readers.content import Content
from allocation.readers.lines import is_workbook
from allocation.readers.opened import Opened
from allocation.readers.registry import Format


def _header(opened: Opened) -> list[str]:
    """The first row with anything in it."""
    return [] if is_workbook(opened) else [cell for _, cells in opened.first_lines[:1] for cell in cells if cell]


def _has(opened: Opened, columns: Iterable[str]) -> bool:
    """Whether the header names all of our columns."""
    return {plain_name(cell) for cell in _header(opened)}.issuperset(columns)


def _is_holdings(opened: Opened) -> bool:
    """Whether the header is exactly ours."""
    return set(holdings.REQUIRED) <= set(_header(opened)) <= {*holdings.REQUIRED, *holdings.OPTIONAL}


def _is_prices(opened: Opened) -> bool:
    """Whether the header is that of prices, and says nowhere how many of them are held."""
    return _has(opened, prices.REQUIRED) and not {"quantity", "value"} & sure(_header(opened)).keys()


def _read_holdings(opened: Opened, today: datetime.date) -> Content:
    table, problems = holdings.read_holdings(opened, today)
    return Content("Holdings", table, problems=tuple(problems))


def _read_targets(opened: Opened, today: datetime.date) -> Content:
    table, problems = targets.read_targets(opened)
    return Content("Targets", targets=table, problems=tuple(problems))


def _read_fx(opened: Opened, today: datetime.date) -> Content:
    table, problems = fx.read_fx(opened, today)
    return Content("FX rates", fx=table, problems=tuple(problems))


def _read_classes(opened: Opened, today: datetime.date) -> Content:
    table, problems = classes.read_classes(opened)
    return Content("Classes", classes=table, problems=tuple(problems))


def _read_prices(opened: Opened, today: datetime.date) -> Content:
    table, problems, notes = prices.read_prices(opened, today)
    return Content("Prices", prices=table, problems=tuple(problems), notes=tuple(notes))


FORMATS = (
    Format("holdings", "Our own holdings.csv", _is_holdings, _read_holdings),
    Format("targets", "Our own targets.csv", lambda one: _has(one, targets.REQUIRED), _read_targets),
    Format("fx", "Our own fx.csv", lambda one: _has(one, fx.REQUIRED), _read_fx),
    Format("classes", "Our own classes.csv", lambda one: _has(one, classes.REQUIRED), _read_classes),
    Format("prices", "Our own prices.csv", _is_prices, _read_prices),
)
