"""What a load would change, as the command line prints it before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from allocation.cli.printing import MOST_LINES, counts_of, notes_of, table_lines, warnings_of
from allocation.money import write_money
from allocation.store.changes import NEWER, SOLD, Changes, few_classes
from allocation.store.load_report import LoadReport
from allocation.tables import ALL, CASH
from allocation.text import listed

LONGEST = 40
NONE = "--"
Row = dict[str, Any]


def describe_preview(report: LoadReport) -> list[str]:
    """What a load would do, in full: the files, each account's total, and row by row what would be another."""
    lines = [f"Read {file}." for file in report.files]
    days = dict(report.days)
    for account, before, after in report.totals:
        was, will_be = ("not known" if value is None else f"{value:,.2f}" for value in (before, after))
        of = f" Holdings of {days[account]}." if account in days else ""
        lines.append(f"{account}: total {was} -> {will_be}.{of}")
    changes, tables = report.changes or Changes(), list[str]()
    for title, found, cells in (
        ("Holdings", changes.holdings, _holding(changes.base_currency or "")),
        ("Prices", changes.other_prices, _price),
        ("FX rates", changes.rates, _rate),
        ("Asset classes", changes.classes, _classes),
        ("Targets", changes.targets, _target),
        ("Names, currencies and kinds", changes.facts, _fact),
    ):
        tables += _section(title, found, cells)
    tables += ["", *_explained(changes)] if tables else []
    return [*lines, *tables, *notes_of(report), *counts_of(report), *warnings_of(report)]


def _section(title: str, found: pd.DataFrame, cells: Callable[[Row], Row]) -> list[str]:
    """A title with a count, a table of the first rows, and how many more there are."""
    if found.empty:
        return []
    first = [{str(name): cell for name, cell in row.items()} for row in found.head(MOST_LINES).to_dict("records")]
    table = pd.DataFrame([cells(row) for row in first])
    if "newest_as_of" in found and found["newest_as_of"].isna().all():
        table = table.drop(columns="newest, of")
    lines = table_lines(table)
    more = len(found) - MOST_LINES
    return ["", f"{title} ({len(found):,})", *lines, *([f"And {more:,} more."] if more > 0 else [])]


def _explained(changes: Changes) -> list[str]:
    lines = [SOLD] if "sold" in set(changes.holdings["change"]) else []
    lines += [NEWER] * changes.has_newer
    names = listed(changes.without_value)
    return [*lines, f"{NONE}: the value isn't known without a price or an FX rate, of {names}."] if names else lines


def _holding(currency: str) -> Callable[[Row], Row]:
    def cells(row: Row) -> Row:
        value = row["value_after"]
        return {
            "change": _what_happens(row),
            "account": row["account"],
            "symbol": row["symbol"],
            "name": _short(row["name"]),
            "quantity": _both(_number(row["quantity_before"]), _number(row["quantity_after"])),
            "price": "" if row["symbol"].startswith(f"{CASH} ") else _prices(row),
            f"value afterwards, {currency}": NONE if value != value else write_money(value, currency),
        }

    return cells


def _what_happens(row: Row) -> str:
    if row["change"] == "cost basis":
        return f"cost basis {_number(row['cost_basis_before'])} -> {_number(row['cost_basis_after'])}"
    return "new price" if row["change"] == "price" else str(row["change"])


def _price(row: Row) -> Row:
    return {"symbol": row["symbol"], "name": _short(row["name"]), "price": _prices(row)} | _dates(row)


def _rate(row: Row) -> Row:
    pair = f"{row['from_currency']} {row['to_currency']}"
    return {"symbol": pair, "rate": _both(_number(row["rate_before"]), _number(row["rate_after"]))} | _dates(row)


def _dates(row: Row) -> Row:
    before = row["before_as_of"]
    dates = {"of": f"{row['as_of']}", "before, of": NONE if before is None else f"{before}"}
    return dates | {"newest, of": f"{row['newest_as_of'] or ''}"}


def _classes(row: Row) -> Row:
    before, after = few_classes(row["before"], row["after"])
    return {
        "symbol": row["symbol"],
        "name": _short(row["name"]),
        "classes": _both(before or NONE, after),
    }


def _target(row: Row) -> Row:
    whose = "" if row["scope"] == ALL else f" ({row['scope']})"
    return {
        "strategy": f"{row['strategy']}{whose}",
        "class": row["asset_class"],
        "holding": row["symbol"] or "",
        "percent": f"{_number(row['percent_before'])} -> {_number(row['percent_after'])}",
    }


def _fact(row: Row) -> Row:
    return {"which": row["what"], "what": row["fact"], "change": f"{row['before'] or NONE} -> {row['after'] or NONE}"}


def _prices(row: Row) -> str:
    """A price before, where one was known, and after; its currency once where it is the same."""
    old, new = (row[f"currency_{when}"] or "" for when in ("before", "after"))
    before, after = (_number(row[f"price_{when}"]) for when in ("before", "after"))
    return f"{_both(before, after) if before == NONE or old == new else f'{before} {old} -> {after}'} {new}".rstrip()


def _both(before: str, after: str) -> str:
    return after if before in (NONE, after) else f"{before} -> {after}"


def _number(number: float) -> str:
    return NONE if number != number else f"{number:,.8f}".rstrip("0").rstrip(".")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 3]}..."
