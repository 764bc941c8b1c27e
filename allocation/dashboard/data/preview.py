"""What a load would change, as the page shows it before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from html import escape
from typing import Any

import pandas as pd

from allocation.dashboard.data.markup import SHOWN, cut, missing, price_in_words, report_sentence
from allocation.dashboard.markup import day, old, plural, said, sentence, table
from allocation.store.changes import SOLD, Changes, few_classes
from allocation.store.load_report import LoadReport
from allocation.tables import ALL, CASH
from allocation.writing import Writing

NONE = "—"
WORDS = {"gone": "gone: not held that day", "price": "new price"}
"""What happens to a holding, where the page says it in other words than the table."""

Row = dict[str, Any]


def preview_tables(report: LoadReport, writing: Writing) -> str:
    """What a load would change: in sentences, by account, and row by row."""
    changes = report.changes or Changes()
    would = said(f"This would change: {report_sentence(report, writing)}.")
    notes = sentence("; ".join(report.files)) + "".join(sentence(text) for text in (*report.left_out, *report.notes))
    return (
        notes
        + would
        + warnings(report)
        + missing(report)
        + _accounts(report, changes.base_currency or "", writing)
        + _holdings(changes, writing)
        + _prices(changes, writing)
        + _rates(changes, writing)
        + _classes(changes, writing)
        + _targets(changes, writing)
        + _facts(changes, writing)
    )


def warnings(report: LoadReport) -> str:
    """What is likely to be a mistake in the files, or is not what it looks like."""
    past = [
        f"{account}: the files are of {day}, before what is held now ({newest}), which stays."
        for account, day, newest in report.past
    ]
    return "".join(sentence(text) for text in past) + "".join(old(text) for text in report.warnings)


def _accounts(report: LoadReport, currency: str, writing: Writing) -> str:
    def money(value: float | None) -> str:
        return NONE if value is None else writing.money(value, currency)

    days = dict(report.days)
    rows = [
        [escape(account), day(days[account]) if account in days else "", money(before), money(after)]
        for account, before, after in report.totals
    ]
    head = ["Account", "Of", *(f"{when}, {currency}" if currency else when for when in ("Before", "Afterwards"))]
    title = f"<h3>Accounts ({writing.number(f'{len(rows):,}')})</h3>"
    return title + table("Accounts before and after", head, rows, {2, 3}, key=3) if rows else ""


def _section(
    title: str,
    found: pd.DataFrame,
    head: Sequence[str],
    cells: Callable[[Row], list[str]],
    writing: Writing,
    numbers: Collection[int] = (),
    key: int | None = None,
) -> str:
    """A heading with a count, a table of the first rows, and how many more there are."""
    if found.empty:
        return ""
    rows = [cells({str(name): cell for name, cell in row.items()}) for row in found.head(SHOWN).to_dict("records")]
    count = writing.number(f"{len(found):,}")
    caption = f"{title} before and after"
    return (
        f"<h3>{title} ({count})</h3>"
        + table(caption, head, rows, numbers, key=key)
        + sentence(cut(len(found), writing))
    )


def _holdings(changes: Changes, writing: Writing) -> str:
    currency = changes.base_currency or ""

    def cells(row: Row) -> list[str]:
        value = row["value_after"]
        before, after = (writing.quantity(row[f"quantity_{when}"]) for when in ("before", "after"))
        return [
            _asset(row),
            _what_happens(row, writing),
            escape(row["account"]),
            before if row["quantity_before"] == row["quantity_after"] else f"{before} → {after}",
            "" if row["symbol"].startswith(f"{CASH} ") else _prices_of(row, writing),
            NONE if value != value else writing.money(value, currency),
        ]

    head = ["Holding", "Change", "Account", "Quantity", "Price", f"Value afterwards, {currency}".rstrip(", ")]
    lacking = ", ".join(changes.without_value[:SHOWN])
    told = sentence(SOLD) if "sold" in set(changes.holdings["change"]) else ""
    told += sentence(f"{NONE}: the value isn't known without a price or an FX rate, of {lacking}.") if lacking else ""
    return _section("Holdings", changes.holdings, head, cells, writing, {3, 4, 5}, key=5) + told


def _what_happens(row: Row, writing: Writing) -> str:
    words = escape(str(WORDS.get(row["change"], row["change"])))
    if row["change"] != "cost basis":
        return words
    costs = (row["cost_basis_before"], row["cost_basis_after"])
    before, after = (NONE if cost != cost else writing.money(cost, row["currency_after"]) for cost in costs)
    return f"{words}<br><small>{before} → {after}</small>"


def _prices(changes: Changes, writing: Writing) -> str:
    others, every = changes.other_prices, len(changes.prices)
    shown = every - len(others)

    def cells(row: Row) -> list[str]:
        return [_asset(row), _of(row), _prices_of(row, writing), _since(row), escape(row["source"] or "")]

    head = ["Asset", "Of", "Price", "Before, of", "Source"]
    above = f"{plural(shown, 'new price', writing)} {'stands' if shown == 1 else 'stand'} with the holdings above."
    return _section("Prices", others, head, cells, writing, {2}) + sentence(above if shown and len(others) else "")


def _rates(changes: Changes, writing: Writing) -> str:
    def cells(row: Row) -> list[str]:
        before, after = (_number(row[f"rate_{when}"], writing) for when in ("before", "after"))
        pair = f"1 {escape(row['from_currency'])} in {escape(row['to_currency'])}"
        both = after if before == NONE else f"{before} → {after}"
        return [pair, _of(row), both, _since(row), escape(row["source"] or "")]

    return _section("FX rates", changes.rates, ["FX rate", "Of", "Rate", "Before, of", "Source"], cells, writing, {2})


def _classes(changes: Changes, writing: Writing) -> str:
    def words(classes: str | None) -> str:
        written = re.sub(r"[0-9.]+(?= %)", lambda percent: writing.number(percent[0]), classes or NONE)
        return escape(written)

    def cells(row: Row) -> list[str]:
        return [_asset(row), *map(words, few_classes(row["before"], row["after"]))]

    return _section("Asset classes", changes.classes, ["Asset", "Before", "Afterwards"], cells, writing)


def _targets(changes: Changes, writing: Writing) -> str:
    def cells(row: Row) -> list[str]:
        whose = "" if row["scope"] == ALL else f"<br><small>{escape(row['scope'])}</small>"
        target = row["asset_class"] if row["symbol"] is None else f"{row['asset_class']} › {row['symbol']}"
        before, after = (_percent(row[f"percent_{when}"], writing) for when in ("before", "after"))
        return [escape(target), f"{escape(row['strategy'])}{whose}", before, after]

    head = ["Target of", "Strategy", "Before, %", "Afterwards, %"]
    return _section("Targets", changes.targets, head, cells, writing, {2, 3})


def _facts(changes: Changes, writing: Writing) -> str:
    def cells(row: Row) -> list[str]:
        return [escape(str(row[name] or NONE)) for name in ("what", "fact", "before", "after")]

    head = ["Account or asset", "What", "Before", "Afterwards"]
    return _section("Names, currencies and kinds", changes.facts, head, cells, writing)


def _asset(row: Row) -> str:
    name = "" if row["name"] == row["symbol"] else f"<br><small>{escape(row['name'])}</small>"
    return f"{escape(row['symbol'])}{name}"


def _prices_of(row: Row, writing: Writing) -> str:
    """A price before, where one was known and it is another, and after; its currency once where it is the same."""
    (before, was), (after, new) = (
        (_number(row[f"price_{when}"], writing), escape(row[f"currency_{when}"] or "")) for when in ("before", "after")
    )
    if before == NONE or (before, was) == (after, new):
        return f"{after} {new}".rstrip()
    return f"{before if was == new else f'{before} {was}'} → {after} {new}"


def _number(number: float, writing: Writing) -> str:
    return NONE if number != number else price_in_words(number, writing)


def _percent(percent: float, writing: Writing) -> str:
    return NONE if percent != percent else writing.number(f"{percent:.10g}")


def _of(row: Row) -> str:
    """The day of a price or rate, and of the newer one that there is."""
    newest = row["newest_as_of"]
    return day(row["as_of"]) + ("" if newest is None else f"<br><small>the newest, of {day(newest)}, stays</small>")


def _since(row: Row) -> str:
    return NONE if row["before_as_of"] is None else day(row["before_as_of"])
