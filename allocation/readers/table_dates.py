"""Which column of a stranger's table is the day that its values are of: taken where that is certain, else asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from allocation.readers.columns import SIDES, plain
from allocation.readers.lines import Line
from allocation.readers.loose import DAY_FIRST, MONTH_FIRST, date_in, date_order, is_nothing
from allocation.readers.totals import TOTALS

OF_VALUES = frozenset({"stand", "as at", "snapshot date", "report date", "reporting date"})
"""What a column of days of values is called, and none of purchases."""
OF_ANYTHING = frozenset({"date", "datum", "fecha", "data", "dato", "dag", "day", "tag"})
"""What either may be called."""

FEW_CELLS = 2
"""Filled in a line that is none of the table's rows, at most."""
_DAY = (
    r"(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}([./-])\d{1,2}\2\d{4}|"
    r"\d{1,2}\.? [^\W\d_]{3,10} \d{4}|[^\W\d_]{3,10} \d{1,2},? \d{4})"
)
_SAYS = r"as of|as at|stand|stichtag|situation au|(?:created|generated|exported|downloaded)(?: (?:at|on))?"
_OVERVIEW = r"\w*(?:übersicht|aufstellung|bewertung|auszug|bestand|bestände) (?:vom|zum|per)"
_ABOVE = re.compile(rf"\b(?:{_SAYS}|date|datum|{_OVERVIEW})\b.*?{_DAY}", re.IGNORECASE)
_BELOW = re.compile(rf"\b(?:{_SAYS})\b.*?{_DAY}", re.IGNORECASE)
"""The date of the whole table, as a line above or below it says it."""

_TRADES = re.compile(
    r"(?:(?:market|limit|stop)[ -])?(?:buy|bought|purchased?|kauf|achat|compra|acquisto|aankoop|koop|"
    r"(?P<other>sell|sold|sale|verkauf|vente|venta|vendita|verkoop|dividends?|dividende|deposit|withdrawal|"
    r"einzahlung|einlage|auszahlung|transfer[ -]?(?:in|out)|split))(?: - (?:market|limit|stop))?",
    re.IGNORECASE,
)


class Dated(NamedTuple):
    """What a table says about its day.

    Attributes:
        certain: the column that it stands in.
        doubtful: a column that it may stand in.
        trades: a column that tells of purchases and sales, so that no row is what is held.
        unreadable: why the doubtful column's dates can't be the day; empty where they can.
    """

    certain: str | None = None
    doubtful: str | None = None
    trades: str | None = None
    unreadable: str = ""


def dated(header: Sequence[str], rows: Sequence[Line], found: Mapping[str, str], today: datetime.date) -> Dated:
    """Look for the day among the columns that are nothing else.

    It is certain where it stands in the only column of dates, can be read in one way and isn't to come, no column tells
    of purchases, and several rows have the same one: purchases have days of their own.

    Parameters:
        found: our column → its column, for those that are known.
    """
    places = {column: place for place, column in enumerate(header) if column}
    held = [cells for _, cells in rows if _is_held(cells, places, found)]
    dates = [column for column in places if _are_dates(_cells(held, places[column]))]
    if not dates:
        return Dated()
    traded = [column for column in places if _are_trades(_cells(held, places[column]))]
    for column in traded:
        if plain(column) not in SIDES and any(_is_other_than_bought(cell) for cell in _cells(held, places[column])):
            return Dated(trades=column)
    columns = [column for column in dates if column not in found.values()]
    named = [column for column in columns if plain(column) in OF_VALUES | OF_ANYTHING]
    if not named:
        return Dated()
    if len(columns) == 1 and not traded and _is_certain(named[0], list(_cells(held, places[named[0]])), today):
        return Dated(certain=named[0])
    return Dated(doubtful=named[0], unreadable=_unreadable(named[0], list(_cells(held, places[named[0]])), today))


def said_around(lines: Sequence[Line], start: int, today: datetime.date) -> tuple[datetime.date, str] | None:
    """The day of a whole table, as a line above it says it, or one below it, and which; None where it is to come.

    Parameters:
        start: where its header stands.
    """
    below = [(row, cells) for row, cells in lines[start + 1 :] if sum(map(bool, cells)) <= FEW_CELLS]
    for pattern, around, place in ((_ABOVE, lines[:start], "above"), (_BELOW, below, "below")):
        for _, cells in around:
            if found := pattern.search(" ".join(cells)):
                day = date_in(found[1], date_order([found[1]]))
                if day is not None and day <= today:
                    return day, place
    return None


def _is_held(cells: Sequence[str], places: Mapping[str, int], found: Mapping[str, str]) -> bool:
    """Whether a row looks like a holding: it has a name and a quantity, or a value where there are no quantities."""
    names = [_cell(cells, places[found[ours]]) for ours in ("symbol", "isin", "name") if ours in found]
    called = next((name for name in names if not is_nothing(name)), "")
    much = found.get("quantity", found.get("value", ""))
    return (
        bool(called)
        and not TOTALS.fullmatch(called.rstrip(": "))
        and (much not in places or not is_nothing(_cell(cells, places[much])))
    )


def _are_dates(cells: Iterable[str]) -> bool:
    return _are_all(cells, lambda cell: date_in(cell, DAY_FIRST) or date_in(cell, MONTH_FIRST))


def _are_trades(cells: Iterable[str]) -> bool:
    return _are_all(cells, _TRADES.fullmatch)


def _are_all(cells: Iterable[str], is_one: Callable[[str], object]) -> bool:
    """Whether every cell with anything in it is one, and there is such a cell."""
    found = False
    for cell in cells:
        if not is_nothing(cell):
            if not is_one(cell):
                return False
            found = True
    return found


def _is_other_than_bought(cell: str) -> bool:
    found = _TRADES.fullmatch(cell)
    return found is not None and found["other"] is not None


def _is_certain(column: str, cells: Sequence[str], today: datetime.date) -> bool:
    order = date_order(cells)
    days = [date_in(cell, order) for cell in cells]
    if not all(day is not None and day <= today for day in days):
        return False
    return plain(column) in OF_VALUES or (len(days) > 1 and len(set(days)) == 1)


def _unreadable(column: str, cells: Sequence[str], today: datetime.date) -> str:
    """What is wrong with the first of a column's dates that can't be the day of values; empty where all can."""
    order = date_order(cells)
    for cell in cells:
        if is_nothing(cell):
            continue
        day = date_in(cell, order)
        if day is None:
            return f"{cell!r} in {column} can't be read for sure, because the day or the month may stand first"
        if day > today:
            return f"{cell!r} in {column} lies in the future"
    return ""


def _cells(rows: Sequence[Sequence[str]], place: int) -> Iterator[str]:
    return (_cell(cells, place) for cells in rows)


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""
