"""Any table of holdings: a spreadsheet, or the file of a broker that isn't known. What isn't sure is asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from allocation.errors import MappingNeeded
from allocation.money import currency_code, is_known_currency
from allocation.readers.columns import (
    FIELDS,
    SAME_WORDS,
    currencies_beside,
    currency_of,
    fingerprint,
    guess,
    sure,
    told_apart,
)
from allocation.readers.content import Content
from allocation.readers.lines import Exact, Line, Lines
from allocation.readers.loose import currency_in, is_nothing
from allocation.readers.opened import Opened
from allocation.readers.sheets import HEADER_WITHIN, about_sheets
from allocation.readers.table_cells import NUMBERS, Chosen
from allocation.readers.table_dates import Dated, dated, said_around
from allocation.readers.table_rows import Reading

SAMPLES = 5
NO_TABLES = {"%pdf": "a PDF", "<!doctype html": "a web page", "<html": "a web page"}
"""How files begin that people have instead of the table."""
ONE_FOR_ALL = (*NUMBERS, "currency", "price_currency", "value_currency")
"""Columns of ours that two of the file's columns can't both be; the others' names go beside each other."""
NOT_NEEDED = ("price", "value", "cost_basis", "value_currency")
"""What needn't be asked where other columns say it."""
TODAY = "today"
"""Said of the day of a table's values: it is the day that the table is loaded."""
Mapped = Mapping[str, str]
"""Our column → the file's column, or ``=value``."""


def read_table(
    opened: Opened,
    today: datetime.date,
    mapping: Mapped | None = None,
    remembered: Mapping[str, Mapped] | None = None,
) -> Content:
    """Read a table of holdings of no known format.

    Parameters:
        mapping: our column → the file's column, or ``"=value"`` for a value that holds in every row. Columns that are
            called as usual need not be named.
        remembered: mappings that were given before, by the fingerprint of the columns' names.

    Raises:
        LoadError: the file is no table.
        MappingNeeded: it isn't sure which column is what.
    """
    _refuse_what_is_no_table(opened)
    lines, start = _header(opened, mapping or {})
    header = lines.lines[start][1]
    said = mapping or (remembered or {}).get(fingerprint(header), {})
    _check(opened, header, said)
    of_sheets = about_sheets(opened, lines, start)
    chosen = _choose(opened, lines, start, said, today)
    reading = Reading(opened, chosen, today)
    for sentence in of_sheets:
        reading.findings.note(sentence)
    if not mapping and said:
        reading.findings.note("Its columns are read as you said for a file with the same columns before.")
    return reading.content()


def header_of(opened: Opened, mapping: Mapped) -> list[str]:
    """The names of a table's columns."""
    lines, start = _header(opened, mapping)
    return lines.lines[start][1]


def _header(opened: Opened, mapping: Mapped) -> tuple[Lines, int]:
    """The table, and which of its lines names the columns: the one with the most names that are known."""
    named = {column for column in mapping.values() if not column.startswith("=")}
    best: tuple[int, Lines, int] | None = None
    for lines in opened.tables:
        for place, (_, cells) in enumerate(lines.lines[:HEADER_WITHIN]):
            filled = [cell for cell in cells if cell]
            if len(filled) < 2 or any(isinstance(cell, Exact) for cell in filled):
                continue
            score = len(sure(cells)) + 100 * len(named & set(told_apart(cells)))
            if best is None or score > best[0]:
                best = score, lines, place
    if best is None:
        raise opened.wrong("is of no format that is known, and holds no table with named columns.")
    return _with_names_told_apart(best[1], best[2]), best[2]


def _with_names_told_apart(lines: Lines, start: int) -> Lines:
    row, cells = lines.lines[start]
    names = told_apart(cells)
    if names == cells:
        return lines
    return replace(lines, lines=[*lines.lines[:start], (row, names), *lines.lines[start + 1 :]])


def _refuse_what_is_no_table(opened: Opened) -> None:
    beginning = opened.head_text.lstrip("\ufeff \r\n\t").lower()
    if not beginning:
        raise opened.wrong("is empty.")
    kind = next((kind for start, kind in NO_TABLES.items() if beginning.startswith(start)), None)
    if kind is not None:
        raise opened.wrong(f"is {kind}, whatever it is called. Download the holdings as CSV or XLSX instead.")


def _check(opened: Opened, header: Sequence[str], said: Mapped) -> None:
    unknown = [ours for ours in said if ours not in FIELDS]
    if unknown:
        raise opened.wrong(f"has no use for {unknown[0]!r}. Columns that can be named are {', '.join(FIELDS)}.")
    for ours, theirs in said.items():
        if not theirs.startswith("=") and theirs not in header:
            listed = ", ".join(column for column in header if column)
            raise opened.wrong(f"has no column {theirs!r} for the {ours}. Its columns are {listed}.")


def _choose(opened: Opened, lines: Lines, start: int, said: Mapped, today: datetime.date) -> Chosen:
    header, rows = lines.lines[start][1], lines.lines[start + 1 :]
    fixed = {ours: value[1:].strip() for ours, value in said.items() if value.startswith("=")}
    of_today = fixed.get("as_of", "").casefold() == TODAY
    if of_today:
        del fixed["as_of"]
    taken = {value for value in said.values() if not value.startswith("=")}
    found = {ours: value for ours, value in said.items() if not value.startswith("=")}
    doubtful: dict[str, str] = {}
    known = sure(header)
    if "currency" not in said and len(known.get("price", ())) == len(known.get("value", ())) == 1:
        found |= currencies_beside(header, found.get("price", known["price"][0]), found.get("value", known["value"][0]))
    for ours, columns in known.items():
        free = [column for column in columns if column not in taken]
        if ours in said or not free or (ours == "currency" and {"price_currency", "value_currency"} <= found.keys()):
            continue
        repeated = any(re.fullmatch(re.escape(free[0]) + r" \(\d+\)", column) for column in free[1:])
        if len(free) > 1 and (repeated or ours in ONE_FOR_ALL) and not _same(header, rows, free):
            doubtful[ours] = free[0]
        else:
            found[ours] = free[0]
    missing = _missing(header, rows, found, fixed)
    if "quantity" not in {*found, *fixed, *doubtful, *missing} and (near := _quantities(header, rows, found, taken)):
        # How many there are could be calculated from their value, or not kept; a column may say it.
        doubtful["quantity"] = near
    has_other = not missing and not {"price", "value_currency"} & {*found, *fixed}
    if has_other and (elsewhere := _other_currency(header, rows, found)):
        missing.append("value_currency")
        doubtful["value_currency"] = f"={elsewhere}"
    no_day = ""
    missing += [ours for ours in doubtful if ours not in missing and ours not in NOT_NEEDED]
    if not {"symbol", "quantity"} & set(missing):
        day = _day(opened, header, rows, found, today)
        if not {"as_of"} & {*said, *found} and said_around(lines.lines, start, today) is None:
            found |= {"as_of": day.certain} if day.certain else {}
            doubtful |= {"as_of": f"={TODAY}" if day.unreadable else day.doubtful} if day.doubtful else {}
            no_day = day.unreadable
            missing += ["as_of"] * ("as_of" in doubtful)
    if missing:
        free = [column for column in header if column and column not in (*found.values(), *taken)]
        guesses = {ours: near for ours in missing if (near := doubtful.get(ours) or guess(free, ours))}
        if not _are_currencies(header, rows, guesses.get("currency")):
            guesses.pop("currency", None)
        if "currency" in missing and "currency" not in guesses and _has_dollars(header, rows, found):
            # Most likely, but a dollar may be Canada's or Australia's: it is asked.
            guesses["currency"] = "=USD"
        samples = [dict(zip(header, cells, strict=False)) for _, cells in rows[:SAMPLES]]
        raise MappingNeeded(opened.name, [column for column in header if column], samples, guesses, missing, no_day)
    return Chosen(lines, start, {ours: header.index(column) for ours, column in found.items()}, fixed, of_today)


def _day(opened: Opened, header: Sequence[str], rows: Sequence[Line], found: Mapped, today: datetime.date) -> Dated:
    """What the columns say about the day of the values, unless they tell of trades."""
    day = dated(header, rows, found, today)
    if day.trades:
        raise opened.wrong(
            "lists purchases and sales, which don't say what is held. Export the holdings (positions) instead; if it "
            "is a list of them, take this column out of the file.",
            column=day.trades,
        )
    return day


def _same(header: Sequence[str], rows: Sequence[Line], columns: Sequence[str]) -> bool:
    places = [header.index(column) for column in columns]
    return all(len({cells[place] if place < len(cells) else "" for place in places}) == 1 for _, cells in rows)


def _quantities(header: list[str], rows: Sequence[Line], found: Mapped, taken: set[str]) -> str | None:
    """A column of numbers whose name has that of quantities in it; None where there is none."""
    free = [column for column in header if column and column not in (*found.values(), *taken) and "%" not in column]
    near = guess(free, "quantity", SAME_WORDS)
    if near is None:
        return None
    place = header.index(near)
    cells = [cells[place] for _, cells in rows if place < len(cells) and not is_nothing(cells[place])]
    numbers = [cell for cell in cells if re.fullmatch(r"[\d.,'’\s-]+", cell)]
    # The rest may be the name of a total.
    return near if 2 * len(numbers) >= len(cells) > 0 else None


def _missing(header: list[str], rows: Sequence[Line], found: Mapped, fixed: Mapped) -> list[str]:
    """What has to be asked, because nothing can be read without it."""
    known = {*found, *fixed}
    missing = [] if known & {"symbol", "isin", "name"} else ["symbol"]
    if not known & {"quantity", "value"}:
        missing.append("quantity")
    elif "quantity" in known and not known & {"price", "value"}:
        missing.append("price")
    money = [found[column] for column in ("price", "value") if column in found]
    if not known & {"currency", "price_currency" if "price" in found else "value_currency"} and money:
        says = any(currency_of(column) for column in money)
        places = [header.index(column) for column in money]
        if not says and not any(currency_in(cells[p]) for _, cells in rows for p in places if p < len(cells)):
            missing.append("currency")
    return missing


def _other_currency(header: list[str], rows: Sequence[Line], found: Mapped) -> str | None:
    """The currency that other columns are named with, where it isn't that of each row, and values may be in it.

    Nothing shows which of the two values are in, where no price stands beside them.
    """
    value, currency = found.get("value"), found.get("currency")
    if value is None or currency is None or currency_of(value):
        return None
    others = {currency_of(column) for column in header if column and column not in found.values()} - {None}
    pairs = [
        (cells[header.index(value)], cells[header.index(currency)]) for _, cells in rows if len(cells) >= len(header)
    ]
    of_rows = {code for amount, code in pairs if amount and code and currency_in(amount) is None}
    return others.pop() if len(others) == 1 and of_rows - others else None


def _are_currencies(header: list[str], rows: Sequence[Line], column: str | None) -> bool:
    """Whether a column has currencies in it, whatever it is called."""
    place = header.index(column) if column in header else len(header)
    cells = [cells[place] for _, cells in rows[:SAMPLES] if place < len(cells) and cells[place]]
    return any(is_known_currency(currency_code(cell)) for cell in cells)


def _has_dollars(header: list[str], rows: Sequence[Line], found: Mapped) -> bool:
    places = [header.index(found[column]) for column in ("price", "value") if column in found]
    cells = [cells[place] for _, cells in rows[:SAMPLES] for place in places if place < len(cells)]
    return any("$" in cell for cell in [*cells, *(header[place] for place in places)])
