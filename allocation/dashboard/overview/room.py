"""The room itself."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape

import ipywidgets as widgets
import pandas as pd

from allocation import drift
from allocation.charts import current_vs_target
from allocation.dashboard.markup import prose
from allocation.dashboard.overview.markup import class_table, largest_gaps, status_sentence, summary_figures
from allocation.dashboard.parts import row
from allocation.dashboard.widgets import Chart, Segments
from allocation.summary import summarise
from allocation.tables import Tables
from allocation.writing import PLAIN, Writing

ALL_CLASSES = "all classes"
CAPTION = (
    "The mark is the target, the zone around it the band. "
    '<span class="allocation-screen">Choose a class, or click its bar, to see its holdings.</span>'
)
POINTS, MONEY = "Points", "Money"


class Overview:
    """The room that is seen first.

    Parameters:
        set_targets: leads to where targets are set.
    """

    def __init__(self, set_targets: Callable[[], object]) -> None:
        self._classes, self._holdings, self._currency = pd.DataFrame(), pd.DataFrame(), ""
        self._writing = PLAIN
        self._summary, self._gaps, self._heading, self._table = (widgets.HTML() for _ in range(4))
        self._measure = Segments("Measure", [POINTS, MONEY])
        self._inside = widgets.Dropdown(description="Show", options=[ALL_CLASSES])
        self._back = widgets.Button(description="All classes")
        self._set_targets = widgets.Button(description="Set targets", button_style="primary")
        self._chart = Chart(self._open)
        self._measure.observe(self._draw, "value")
        self._inside.observe(self._drill, "value")
        self._back.on_click(lambda _button: self._open(ALL_CLASSES))
        self._set_targets.on_click(lambda _button: set_targets())
        bar = row(self._inside, self._back, self._measure)
        bar.add_class("allocation-bar")
        bar.add_class("allocation-screen")
        beside = widgets.HBox([self._chart, self._table])
        beside.add_class("allocation-beside")
        self.box = widgets.VBox([self._summary, self._set_targets, self._gaps, self._heading, bar, beside])

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""
        today = datetime.date.today()
        summary = summarise(tables, today)
        self._classes, self._holdings = drift.by_class(tables), drift.by_holding(tables)
        self._currency, self._writing = tables.base_currency, writing
        self._summary.value = summary_figures(summary, today, writing) + (
            f'<p class="allocation-status">{prose(status_sentence(summary, self._classes, writing))}</p>'
        )
        self._gaps.value = largest_gaps(self._classes, self._currency, writing)
        self._set_targets.layout.display = "none" if summary.classes else ""
        self._measure.layout.display = "none" if writing.hidden else ""
        options = [ALL_CLASSES, *self._classes["asset_class"]]
        if list(self._inside.options) != options:
            chosen = self._inside.value
            with self._inside.hold_trait_notifications():
                self._inside.options = options
                self._inside.value = chosen if chosen in options else ALL_CLASSES
        self._drill()

    def _open(self, name: str) -> None:
        """Show the holdings of a class; of anything else, nothing changes."""
        if name in self._inside.options:
            self._inside.value = name

    def _drill(self, _change: object = None) -> None:
        opened = self._inside.value
        self._back.layout.display = "none" if opened == ALL_CLASSES else ""
        self._table.value = class_table(self._classes, self._holdings, self._currency, self._writing, opened)
        self._draw()

    def _draw(self, _change: object = None) -> None:
        opened, writing = self._inside.value, self._writing
        in_money = self._measure.value == MONEY and not writing.hidden
        what = f"Holdings of {opened}" if opened != ALL_CLASSES else "Asset classes"
        self._heading.value = f'<h2>{escape(what)}</h2><p class="allocation-quiet">{CAPTION}</p>'
        each = "asset class" if opened == ALL_CLASSES else "holding"
        label = f"{'Value' if in_money else 'Weight'} of each {each} against its target and band."
        inside = self._holdings["asset_class"] == opened
        shown = self._classes if opened == ALL_CLASSES else self._holdings[inside]
        figure = current_vs_target(shown, self._currency if in_money else None, writing)
        self._chart.draw(figure, f"{label} The table beside it has the same numbers.")
