"""What the room of files shows, as tables."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pandas as pd

from allocation.dashboard.data.preview import SAME, Preview, totals
from allocation.dashboard.markup import plural, sentence, table
from allocation.dashboard.overview.markup import age
from allocation.errors import Problem
from allocation.store.doctor import Finding
from allocation.store.loading import LoadReport
from allocation.tables import CASH, Tables
from allocation.writing import Writing

SHOWN = 500
"""Lines of a preview that are shown; a page of a hundred thousand would be read by nobody."""

WHY = {"backup": "made by you", "replaced": "replaced by a restore"}


def problems_table(problems: Sequence[Problem]) -> str:
    """Everything that is wrong in files, where, and what to do."""
    rows = [
        [
            escape(problem.file),
            str(problem.row or ""),
            escape(problem.column),
            escape(problem.value),
            escape(problem.remedy),
        ]
        for problem in problems[:SHOWN]
    ]
    said = sentence(f"Nothing was loaded: {plural(len(problems), 'problem')}.{_cut(len(problems))}")
    return said + table("Problems", ["File", "Row", "Column", "What stands there", "What to do"], rows, {1})


def preview_tables(preview: Preview, writing: Writing) -> str:
    """What a load would change: in a sentence, by account, and row by row."""
    said = sentence(f"This would change: {report_sentence(preview.report)}.")
    if preview.unvalued:
        return said + sentence(f"Afterwards nothing could be valued yet. {preview.unvalued}")
    if preview.lines.empty:
        return said
    accounts = [
        [
            escape(row["account"]),
            writing.money(row["value_before"], preview.currency),
            writing.money(row["value_after"], preview.currency),
            writing.signed_money(row["value_after"] - row["value_before"], preview.currency),
        ]
        for row in totals(preview.lines).to_dict("records")
    ]
    same = int((preview.lines["change"] == SAME).sum())
    changing = preview.lines[preview.lines["change"] != SAME]
    left = f"{plural(same, 'holding')} as before.{_cut(len(changing))}" if same or len(changing) > SHOWN else ""
    head = [f"Account, {preview.currency}", "Before", "After", "Difference"]
    return (
        said
        + table("Accounts before and after", head, accounts, {1, 2, 3})
        + _lines(changing, preview, writing)
        + (sentence(left))
    )


def _lines(changing: pd.DataFrame, preview: Preview, writing: Writing) -> str:
    rows = [
        [
            escape(row["change"]),
            escape(row["account"]),
            f"{escape(row['symbol'])}<br><small>{escape(str(row['name']))}</small>",
            *(_or_none(row[f"quantity_{when}"], writing.quantity) for when in ("before", "after")),
            *(_or_none(row[f"price_{when}"], lambda price: _price(price, writing))
              for when in ("before", "after")),
            *(_or_none(row[f"value_{when}"], lambda value: writing.money(value, preview.currency))
              for when in ("before", "after")),
        ]
        for row in changing.head(SHOWN).to_dict("records")
    ]  # fmt: skip
    head = [
        "Change",
        "Account",
        "Holding",
        "Quantity",
        "after",
        "Price",
        "after",
        f"Value, {preview.currency}",
        "after",
    ]
    return table("Holdings before and after", head, rows, set(range(3, 9))) if rows else ""


def _or_none(value: float, write: Callable[[float], str]) -> str:
    return write(value) if value == value else "—"


def _price(price: float, writing: Writing) -> str:
    return writing.number(f"{price:,.10g}")


def _cut(count: int) -> str:
    return f" The first {SHOWN} are shown." if count > SHOWN else ""


def report_sentence(report: LoadReport) -> str:
    """What a load changed, in numbers."""
    parts = [
        plural(count, noun)
        for count, noun in (
            (report.accounts, "account"),
            (report.snapshots, "snapshot"),
            (report.holdings, "holding"),
            (report.prices, "price"),
            (report.fx_rates, "FX rate"),
            (report.targets, "target"),
            (report.class_weights, "part of a fund in a class"),
            (len(report.sold), "holding sold"),
            (len(report.removed), "holding removed from a snapshot"),
            (report.corrected, "correction of an earlier day"),
        )
        if count
    ]
    return ", ".join(parts) or "nothing"


def prices_table(tables: Tables, today: datetime.date, writing: Writing) -> str:
    """Each price in use and how old it is, the oldest first."""
    priced = tables.assets[tables.assets["symbol"] != CASH].sort_values(["price_as_of", "symbol"], kind="stable")
    rows = [
        [
            f"{escape(row['symbol'])}<br><small>{escape(row['name'])}</small>",
            _price(row["price"], writing),
            escape(row["currency"]),
            f"{row['price_as_of']:%Y-%m-%d}",
            age(row["price_as_of"], today),
        ]
        for row in priced.to_dict("records")
    ]
    return table("Prices", ["Asset", "Price", "Currency", "Of", "Age"], rows, {1})


def rates_table(tables: Tables, today: datetime.date, writing: Writing) -> str:
    """Each FX rate in use and how old it is."""
    rates = tables.assets[tables.assets["rate_as_of"].notna()].drop_duplicates("currency")
    rows = [
        [
            f"1 {escape(row['currency'])}",
            f"{_price(row['rate'], writing)} {escape(tables.base_currency)}",
            f"{row['rate_as_of']:%Y-%m-%d}",
            age(row["rate_as_of"], today),
        ]
        for row in rates.to_dict("records")
    ]
    return table("FX rates", ["FX rate", "Is", "Of", "Age"], rows, {1}) if rows else ""


def backups_table(found: Sequence[tuple[datetime.datetime, str, Path]]) -> str:
    """The copies beside the portfolio, newest first."""
    rows = [
        [f"{when:%Y-%m-%d %H:%M:%S}", escape(WHY.get(why, why.replace("-", " "))), escape(path.name)]
        for when, why, path in found
    ]
    return table("Backups", ["Made", "Why", "File"], rows)


def findings_list(findings: Sequence[Finding]) -> str:
    """What the doctor found, the worst first."""
    if not findings:
        return '<p role="status">Nothing is wrong with the file.</p>'
    items = "".join(
        f"<li><strong>{escape(finding.kind)}</strong>: {escape(finding.text)}"
        f"{' Mended.' if finding.mended else ''}</li>"
        for finding in findings
    )
    return f'<ul role="status">{items}</ul>'
