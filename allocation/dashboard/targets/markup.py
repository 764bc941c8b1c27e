"""The tables of the targets room, as HTML. Everything from a person's file is escaped here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from html import escape
from math import nan

import pandas as pd

from allocation.dashboard.markup import plural, prose, table
from allocation.measures import AS_EVERY_CLASS, Measures
from allocation.targets import plain
from allocation.writing import Writing


def targets_table(then: Mapping[str, Decimal], now: Mapping[str, Decimal]) -> str:
    """Targets as they were saved once beside those in the editor, those that differ in bold."""
    rows = []
    for name in dict.fromkeys([*then, *now]):
        cells = [plain(version[name]) if name in version else "—" for version in (then, now)]
        same = then.get(name) == now.get(name)
        rows.append([escape(name), *(cell if same else f"<strong>{cell}</strong>" for cell in cells)])
    return table("A saved version", ["Target, %", "Saved then", "In the editor"], rows, numbers={1, 2})


def measures_table(then: Measures, now: Measures) -> str:
    """Bands and trigger as they were saved once beside those in the editor, those that differ in bold."""
    words = (then.in_words, now.in_words)
    rows = []
    for name in {**words[0], **words[1]}:
        cells = [escape(side.get(name, AS_EVERY_CLASS)) for side in words]
        same = cells[0] == cells[1]
        rows.append([escape(name), *(cell if same else f"<strong>{cell}</strong>" for cell in cells)])
    return table("Bands and trigger saved then", ["Bands and trigger", "Saved then", "In the editor"], rows)


def suggestions_table(found: pd.DataFrame) -> str:
    """What names and brokers say about the classes of assets that are in none.

    Parameters:
        found: as :meth:`allocation.Portfolio.suggest_classes` gives it.
    """
    rows = [
        [escape(str(line[column])) for column in ("symbol", "asset_class", "confidence", "reason")]
        for line in found.to_dict("records")
    ]
    return table("Classes by name", ["Asset", "Class by its name", "How sure", "Why"], rows)


def strategies_table(compared: pd.DataFrame, names: tuple[str, str], writing: Writing) -> str:
    """Two strategies side by side, and the drift under each.

    Parameters:
        compared: as :meth:`allocation.Portfolio.compare_strategies` gives it.
    """
    rows = []
    for line in compared.to_dict("records"):
        percents = [_if_any(line[side], lambda each: f"{each:.10g}") for side in ("percent_a", "percent_b")]
        points = [_if_any(line[side], writing.points) for side in ("drift_a", "drift_b")]
        difference = _if_any(line["difference"] or nan, lambda points: writing.points(points / 100, 2))
        name = escape(line["holding"] or line["asset_class"])
        rows.append(
            [f"&emsp;{name}" if line["holding"] else f"<strong>{name}</strong>", *percents, difference, *points]
        )
    first, second = (escape(name) for name in names)
    head = ["Target, %", first, second, "Difference, points", f"Drift, {first}", f"Drift, {second}"]
    return table("Two strategies", head, rows, numbers={1, 2, 3, 4, 5})


def unsaved(count: int, differences: Sequence[str]) -> str:
    """What a save would change, announced by screen readers."""
    if not differences:
        return '<p role="status" class="allocation-quiet">Nothing is unsaved.</p>'
    items = "".join(f"<li>{prose(text)}</li>" for text in differences)
    said = plural(count, "unsaved change")
    return f'<div role="status" class="allocation-unsaved"><strong>{said}</strong><ul>{items}</ul></div>'


def _if_any(value: float, write: Callable[[float], str]) -> str:
    return "" if value != value else write(value)
