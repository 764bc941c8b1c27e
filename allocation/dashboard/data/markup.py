"""What the room of files shows, as tables."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from pathlib import Path

import pandas as pd

from allocation.dashboard.commands import on_the_page
from allocation.dashboard.markup import day, plural, prose, sentence, table
from allocation.dashboard.overview.markup import age
from allocation.errors import Problem
from allocation.store.doctor import Finding
from allocation.store.load_report import LoadReport
from allocation.tables import CASH
from allocation.writing import PLAIN, Writing

SHOWN = 500
"""Lines of a preview that are shown; a page of a hundred thousand would be read by nobody."""

MOST_LEFT_OUT = 20
"""Buttons that leave a holding out; a file with more to leave out is the wrong file."""

WHY = {"backup": "made by you", "replaced": "replaced by a restore"}


def problems_table(problems: Sequence[Problem]) -> str:
    """Everything that is wrong in files, where, and what to do."""
    rows = [
        [
            escape(problem.file),
            str(problem.row or ""),
            escape(problem.column),
            escape(problem.value),
            escape(on_the_page(problem.remedy)),
        ]
        for problem in problems[:SHOWN]
    ]
    said = sentence(f"Nothing was loaded: {plural(len(problems), 'problem')}. {cut(len(problems))}".strip())
    return said + table("Problems", ["File", "Row", "Column", "What stands there", "What to do"], rows, {1})


def could_be_left_out(problems: Sequence[Problem]) -> dict[str, str]:
    """The holdings that are wrong in files whose rest can be loaded without them, as many as fit on a page.

    Returns:
        What is named to leave one out → what it is in words.
    """
    named = {}
    for problem in problems:
        if problem.about and problem.about.symbol:
            account, symbol, _ = problem.about
            whose = account if problem.without else "every account"
            named[problem.without or symbol] = f"{symbol} ({whose})"
    return dict(list(named.items())[:MOST_LEFT_OUT])


def missing(report: LoadReport) -> str:
    """What keeps holdings from being valued, and what to do about it; empty where nothing does."""
    told = []
    if report.unpriced:
        told.append(
            f"No price is known yet for {', '.join(report.unpriced)}: what holds them can't be valued. Prices (CSV), "
            "under Export once this is loaded, is a list to fill in and drop here; one price is written down under "
            "Prices and FX rates; allocation prices fetch, on the command line, asks Yahoo Finance."
        )
    if report.unrated:
        names, base = ", ".join(currency for currency, _ in report.unrated), report.unrated[0][1]
        told.append(
            f"No FX rate to {base} is known yet for {names}: what is in {names} can't be valued. Drop a file of rates "
            "here, together with this one or after it: the European Central Bank's eurofxref.csv, or an fx.csv. One "
            "rate is written down under Prices and FX rates."
        )
    return "".join(sentence(text) for text in told)


def price_in_words(price: float, writing: Writing) -> str:
    """A price with all its decimals."""
    exact = f"{price:,.10g}"
    # At least two decimals, so that prices stand one under the other.
    return writing.number(exact if len(exact.partition(".")[2]) > 2 else f"{price:,.2f}")


def cut(count: int, writing: Writing = PLAIN) -> str:
    """How many lines of a table are not shown; empty where all are."""
    more = writing.number(f"{count - SHOWN:,}")
    return f"The first {SHOWN} are shown; there are {more} more." if count > SHOWN else ""


def report_sentence(report: LoadReport, writing: Writing) -> str:
    """What a load changed, in numbers."""
    parts = [
        plural(count, noun, writing)
        for count, noun in (
            (report.accounts, "account"),
            (report.snapshots, "snapshot"),
            (report.holdings, "holding"),
            (report.prices, "price"),
            (report.fx_rates, "FX rate"),
            (report.targets, "target"),
            (report.class_weights, "class weight"),
            (len(report.sold), "sold holding"),
            (len(report.removed), "removed holding"),
            (report.corrected, "correction"),
        )
        if count
    ]
    # Names, classes and kinds of assets are rarely all that changes.
    return ", ".join(parts) or (plural(report.assets, "asset", writing) if report.assets else "nothing")


def prices_table(prices: pd.DataFrame, stale_after: int, today: datetime.date, writing: Writing) -> str:
    """The newest price of each asset, how old it is and where it is from; the oldest first."""
    known = prices[prices["symbol"] != CASH].sort_values(["as_of", "symbol"], kind="stable", na_position="first")
    rows = [
        [
            f"{escape(row['symbol'])}<br><small>{escape(row['name'])}</small>",
            *(
                [price_in_words(row["price"], writing), escape(row["currency"]), day(row["as_of"]),
                 age(row["as_of"], today, stale_after, writing)]
                if row["price"] == row["price"] and row["price"] is not None
                else ["", "", "", '<span class="allocation-old">no price</span>']
            ),
            escape(row["source"] or ""),
        ]
        for row in known.to_dict("records")
    ]  # fmt: skip
    return table("Prices", ["Asset", "Price", "Currency", "Of", "Age", "Source"], rows, {1}, key=1)


def rates_table(rates: pd.DataFrame, stale_after: int, today: datetime.date, writing: Writing) -> str:
    """The newest FX rate of each pair of currencies, how old it is and where it is from."""
    rows = [
        [
            f"1 {escape(row['from_currency'])}",
            f"{price_in_words(row['rate'], writing)} {escape(row['to_currency'])}",
            day(row["as_of"]),
            age(row["as_of"], today, stale_after, writing),
            escape(row["source"] or ""),
        ]
        for row in rates.to_dict("records")
    ]
    return table("FX rates", ["FX rate", "Is", "Of", "Age", "Source"], rows, {1}, key=1) if rows else ""


def backups_table(found: Sequence[tuple[datetime.datetime, str, Path]]) -> str:
    """The copies beside the portfolio, newest first."""
    rows = [
        [f"<time>{when:%Y-%m-%d %H:%M:%S}</time>", escape(WHY.get(why, why.replace("-", " "))), escape(path.name)]
        for when, why, path in found
    ]
    return table("Backups", ["Made", "Why", "File"], rows)


def findings_list(findings: Sequence[Finding]) -> str:
    """What the doctor found, the worst first."""
    if not findings:
        return '<p role="status">Nothing is wrong with the file.</p>'
    items = "".join(
        f"<li><strong>{escape(finding.kind)}</strong>: {prose(finding.text)}{' Mended.' if finding.mended else ''}</li>"
        for finding in findings
    )
    return f'<ul role="status">{items}</ul>'
