"""Which decimal mark a stranger's table uses, where its quantities, prices and values alone leave it open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from allocation.readers.lines import Exact, Line
from allocation.readers.loose import bare, number_in
from allocation.readers.numbers import BOTH_WAYS, COMMA, POINT, decimal_mark, reads_both_ways, shows_mark
from allocation.readers.totals import CENT

AN_ERROR = "is an error of the spreadsheet, and no result. Correct its formula, or write what is meant."

_ERRORS = re.compile(r"#(?:N/A|NV|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NUM!|ZAHL!|NULL!|SPILL!|CALC!)", re.IGNORECASE)


def mark_of(numbers: Sequence[str], rows: Sequence[Line], named: Iterable[Mapping[str, str]]) -> str | None:
    """The decimal mark of a table; None where it can be read both ways.

    Parameters:
        numbers: its quantities, prices, values and costs, without what stands around them.
        rows: all of it: a percentage in another column may show the mark.
        named: its quantities, prices and values by our columns: only one mark may make them fit.
    """
    mark = decimal_mark(numbers, None)
    if mark is not None or not all(map(reads_both_ways, (number for number in numbers if set(number) & {".", ","}))):
        return mark
    others = (bare(cell) for _, cells in rows for cell in cells if not isinstance(cell, Exact))
    if shown := [cell for cell in others if shows_mark(cell)]:
        return decimal_mark(shown, None)
    listed = list(named)
    fitting = [mark for mark in (POINT, COMMA) if _values_fit(listed, mark)]
    return fitting[0] if len(fitting) == 1 else None


def why_no_number(cell: str, mark: str | None) -> str:
    """What is wrong with a cell that is no number with a table's decimal mark; None where the table leaves it open."""
    if is_error(cell):
        return AN_ERROR
    if not cell:
        return "is empty."
    if mark is None:
        open_mark = any(number_in(cell, either) is not None for either in (POINT, COMMA))
        return BOTH_WAYS if open_mark else "is not a number."
    other = COMMA if mark == POINT else POINT
    if other not in cell or number_in(cell, other) is None:
        return "is not a number."
    own, others = ("comma", "point") if mark == POINT else ("point", "comma")
    return f"has a decimal {own}, and the rest of the file is read with a decimal {others}. Write all numbers alike."


def is_error(cell: str) -> bool:
    """Whether a cell has what a spreadsheet shows instead of a result."""
    return _ERRORS.fullmatch(cell) is not None


def _values_fit(rows: Sequence[Mapping[str, str]], mark: str) -> bool:
    """Whether every value is its quantity times its price, read with a decimal mark."""
    fits = []
    for named in rows:
        quantity, price, value = (number_in(named.get(column, ""), mark) for column in ("quantity", "price", "value"))
        if quantity is not None and price is not None and value is not None:
            fits.append(abs(quantity * price - value) <= CENT)
    return bool(fits) and all(fits)
