"""Our own CSV files, told apart by their columns: holdings, targets, FX rates, classes, prices."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from allocation.readers import classes, fx, holdings, prices, targets
from allocation.readers.brokers.description import plain_name
from allocation.readers.content import Content
from allocation.readers.lines import is_workbook
from allocation.readers.opened import Opened
from allocation.readers.registry import Format


def _has(opened: Opened, columns: Iterable[str]) -> bool:
    """Whether the first row with anything in it names all of our columns, exactly."""
    if is_workbook(opened):
        return False
    names = {plain_name(cell) for _, cells in opened.first_lines[:1] for cell in cells}
    return names.issuperset(columns)


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
    table, problems = prices.read_prices(opened, today)
    return Content("Prices", prices=table, problems=tuple(problems))


FORMATS = (
    Format("holdings", "Our own holdings.csv", lambda one: _has(one, holdings.REQUIRED), _read_holdings),
    Format("targets", "Our own targets.csv", lambda one: _has(one, targets.REQUIRED), _read_targets),
    Format("fx", "Our own fx.csv", lambda one: _has(one, fx.REQUIRED), _read_fx),
    Format("classes", "Our own classes.csv", lambda one: _has(one, classes.REQUIRED), _read_classes),
    Format("prices", "Our own prices.csv", lambda one: _has(one, prices.REQUIRED), _read_prices),
)
