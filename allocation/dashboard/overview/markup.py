"""A scope at a glance, its largest gaps, and its classes with the holdings inside."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from html import escape
from typing import Any

import pandas as pd

from allocation.dashboard.markup import day, old, plural, prose, status, table
from allocation.summary import Summary
from allocation.tables import SEVERAL_CLASSES
from allocation.writing import Writing

GAPS = 3
HEAD = ["Value", "Weight", "Target", "Points", "Money", "Status"]


def status_sentence(summary: Summary, drift: pd.DataFrame, writing: Writing) -> str:
    """The scope's state in one sentence, with its largest gap."""
    if not summary.classes:
        return "No targets are set yet. Set them under Targets."
    outside = len(summary.out_of_band)
    verb = "is" if outside == 1 else "are"
    opening = f"{outside} of {summary.classes} classes {verb} outside {'its' if outside == 1 else 'their'} band"
    if not drift["drift"].iloc[0]:
        return "Every class is exactly on its target."
    # Bands are as wide as their targets are large: the largest gap of all may be within its band.
    among = drift[drift["asset_class"].isin(summary.out_of_band)] if outside else drift
    gap = among.iloc[0]
    side = "over" if gap["drift"] > 0 else "under"
    size = f"{writing.points(abs(gap['drift'])).lstrip('+')} points"
    if not writing.hidden:
        size = writing.money(abs(gap["drift_money"]), summary.base_currency)
    which = f"; the largest gap{' of these' if outside else ''} is" if outside != 1 else ":"
    return f"{opening}{which} {gap['asset_class']}, {size} {side}."


def summary_figures(summary: Summary, today: datetime.date, writing: Writing) -> str:
    """Total, drift, cash and age of the prices; under them, which are too old."""
    currency = summary.base_currency
    known = summary.portfolio_drift == summary.portfolio_drift
    figures = [
        ("Total value", f"{writing.money(summary.total, currency)} <em>{escape(currency)}</em>", ""),
        ("Portfolio drift", writing.percent(summary.portfolio_drift) if known else "—", ""),
        ("Cash", f"{writing.money(summary.cash, currency)} <em>{escape(currency)}</em>", ""),
    ]
    if summary.oldest_price is not None:
        of = f"{prose(summary.oldest_of)}, {day(summary.oldest_price)}"
        figures.append(("Oldest price", age(summary.oldest_price, today, summary.stale_after, writing), of))
    items = "".join(
        f"<div><span>{title}</span><strong>{value}</strong><small>{note}</small></div>"
        for title, value, note in figures
    )
    return f'<div class="allocation-figures">{items}</div>{old(summary.warning)}'


def age(day: datetime.date, today: datetime.date, stale_after: int, writing: Writing) -> str:
    """How old something is, marked where that is more than ``stale_after`` days."""
    days = (today - day).days
    words = "today" if days <= 0 else f"{plural(days, 'day', writing)} old"
    return f'<span class="allocation-old">{words}</span>' if days > stale_after else words


def largest_gaps(classes: pd.DataFrame, currency: str, writing: Writing) -> str:
    """The classes furthest from their targets, each with its weight, target and band on a rail."""
    gaps = classes[classes["drift"].abs() > 0].head(GAPS)
    if gaps.empty:
        return ""
    cards = "".join(_gap(row, currency, writing) for row in gaps.to_dict("records"))
    return f'<h2>Largest gaps</h2><ul class="allocation-gaps">{cards}</ul>'


def _gap(row: dict[Hashable, Any], currency: str, writing: Writing) -> str:
    end = 1.15 * max(row["weight"], row["target_weight"], row["band_high"], 0.0001)

    def at(weight: float) -> str:
        return f"{100 * min(max(weight / end, 0), 1):.2f}%"

    low = max(row["band_low"], 0)
    rail = (
        f'<span class="allocation-rail" aria-hidden="true">'
        f'<i class="zone" style="left:{at(low)};width:{at(row["band_high"] - low)}"></i>'
        f'<i class="held {row["status"]}" style="width:{at(row["weight"])}"></i>'
        f'<i class="mark" style="left:{at(row["target_weight"])}"></i></span>'
    )
    return (
        f"<li><span>{escape(str(row['asset_class']))}</span>"
        f"<strong>{writing.points(row['drift'])} points</strong>{rail}"
        f"<small>{writing.percent(row['weight'])}, target {writing.percent(row['target_weight'])} · "
        f"{writing.signed_money(row['drift_money'], currency)} · {status(str(row['status']))}</small></li>"
    )


def class_table(
    classes: pd.DataFrame, holdings: pd.DataFrame, currency: str, writing: Writing, opened: str = ""
) -> str:
    """Each class as a line that opens to its holdings; at the end, the funds that are counted in several of them.

    Parameters:
        opened: the class that is open.
    """
    lines = [f'<div class="allocation-grid allocation-grid-head">{_cells(["Asset class", *HEAD])}</div>']
    for row in classes.to_dict("records"):
        name = str(row["asset_class"])
        inside = holdings[holdings["asset_class"] == name]
        lines.append(_line(name, _measures(row, currency, writing), inside, currency, writing, name == opened))
    funds = holdings[holdings["asset_class"] == SEVERAL_CLASSES]
    if len(funds):
        cells = [*[""] * (len(HEAD) - 1), '<span class="allocation-quiet">counted above</span>']
        lines.append(_line(SEVERAL_CLASSES, cells, funds, currency, writing, opened == SEVERAL_CLASSES))
    return f'<div class="allocation-classes allocation-scroll">{"".join(lines)}</div>'


def _line(name: str, cells: list[str], inside: pd.DataFrame, currency: str, writing: Writing, is_open: bool) -> str:
    summary = _cells([escape(name), *cells])
    return (
        f'<details{" open" if is_open else ""}><summary class="allocation-grid">{summary}</summary>'
        f"<div>{_holding_table(name, inside, currency, writing)}</div></details>"
    )


def _holding_table(asset_class: str, holdings: pd.DataFrame, currency: str, writing: Writing) -> str:
    if holdings.empty:
        return '<span class="allocation-quiet">Nothing held.</span>'
    rows = [
        [f"{escape(_ticker(row))}<br><small>{escape(row['name'])}</small>", *_measures(row, currency, writing)]
        for row in holdings.to_dict("records")
    ]
    return table(f"Holdings of {asset_class}", ["Holding", *HEAD], rows, {1, 2, 3, 4, 5}, key=1)


def _ticker(row: dict[Hashable, Any]) -> str:
    return f"{row['symbol']} {row['currency']}" if row["symbol"] == "CASH" else str(row["symbol"])


def _measures(row: dict[Hashable, Any], currency: str, writing: Writing) -> list[str]:
    with_target = row["target_weight"] == row["target_weight"]
    return [
        writing.money(row["value"], currency),
        writing.percent(row["weight"]),
        writing.percent(row["target_weight"]) if with_target else "",
        writing.points(row["drift"]) if with_target else "",
        writing.signed_money(row["drift_money"], currency) if with_target else "",
        status(str(row["status"])),
    ]


def _cells(cells: list[str]) -> str:
    last = len(cells) - 1
    return "".join(
        f"<span{' class=number' if 0 < place < last else ''}>{cell}</span>" for place, cell in enumerate(cells)
    )
