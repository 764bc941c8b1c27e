"""The page: scope, summary, asset classes, plan, targets. It knows what stands where, and nothing else."""

from __future__ import annotations

from html import escape
from importlib.resources import files

import ipywidgets as widgets
import pandas as pd

from allocation import drift
from allocation.charts import current_vs_target
from allocation.dashboard.markup import class_table, sentence, status_sentence, summary_figures
from allocation.dashboard.parts import Notice, heading, told
from allocation.dashboard.plan import PlanPanel
from allocation.dashboard.targets import TargetsPanel
from allocation.dashboard.widgets import Chart, Pulse
from allocation.errors import AllocationError
from allocation.portfolio import Portfolio
from allocation.summary import summarise
from allocation.tables import ALL, Tables

CHART_LABEL = "Weight of each asset class against its target and band. The table below has the same numbers."


class Page:
    """One visitor's page.

    Parameters:
        portfolio: the file it shows.
        note: a sentence under the title.
        notice: where the portfolio's store tells what it has to tell.
    """

    def __init__(self, portfolio: Portfolio, note: str, notice: Notice) -> None:
        self._portfolio = portfolio
        self._scope = widgets.Dropdown(options=[("All Portfolio", ALL)], description="Scope", layout={"width": "320px"})
        self._problem, self._summary, self._classes = (widgets.HTML() for _ in range(3))
        self._chart = Chart()
        self._plan = PlanPanel(portfolio, self._refresh)
        self._targets = TargetsPanel(portfolio, self._refresh)
        title = widgets.HTML(f'<h1>Allocation</h1><p class="allocation-quiet">{escape(note)}</p>')
        top = widgets.HBox([title, self._scope])
        top.add_class("allocation-top")
        self._content = widgets.VBox(
            [self._summary, heading("Asset classes"), self._chart, self._classes, self._plan.box, self._targets.box]
        )
        self.box = widgets.VBox([_style(), Pulse(), top, notice.line, self._problem, self._content])
        self.box.add_class("allocation")
        self._show = told(self._problem, self._refresh)
        self._scope.observe(self._show, "value")

    def show(self) -> None:
        """Read the portfolio and fill the page."""
        self._show()

    def _refresh(self) -> None:
        try:
            tables = self._portfolio.tables(self._scope.value)
        except AllocationError:
            self._content.layout.display = "none"
            raise
        self._offer(tables)
        summary, classes = summarise(tables), drift.by_class(tables)
        self._summary.value = summary_figures(summary, pd.Timestamp.now()) + sentence(status_sentence(summary, classes))
        self._classes.value = class_table(classes, drift.by_holding(tables), tables.base_currency)
        self._targets.show(tables)
        self._plan.show(tables)
        self._chart.draw(current_vs_target(classes), CHART_LABEL)
        self._content.layout.display = ""

    def _offer(self, tables: Tables) -> None:
        options = [("All Portfolio", ALL), *((name, name) for name in tables.accounts)]
        if list(self._scope.options) != options:
            with self._scope.hold_trait_notifications():
                self._scope.options = options
                self._scope.value = tables.scope


def _style() -> widgets.HTML:
    css = files("allocation.dashboard").joinpath("static/allocation.css").read_text(encoding="utf-8")
    return widgets.HTML(f"<style>{css}</style>")
