"""Where am I? The scope at a glance, each class against its target, and the holdings inside."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets
import pandas as pd

from allocation import drift
from allocation.charts import current_vs_target
from allocation.dashboard.markup import class_table, sentence, status_sentence, summary_figures
from allocation.dashboard.widgets import Chart
from allocation.summary import summarise
from allocation.tables import Tables
from allocation.writing import Writing

CHART_LABEL = "Weight of each asset class against its target and band. The table beside it has the same numbers."


class Overview:
    """The room that is seen first.

    Parameters:
        set_targets: leads to where targets are set.
    """

    def __init__(self, set_targets: Callable[[], object]) -> None:
        self._summary, self._classes = widgets.HTML(), widgets.HTML()
        self._chart = Chart()
        self.box = widgets.VBox([self._summary, self._chart, self._classes])

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""
        summary, classes = summarise(tables), drift.by_class(tables)
        self._summary.value = summary_figures(summary, pd.Timestamp.now()) + sentence(status_sentence(summary, classes))
        self._classes.value = class_table(classes, drift.by_holding(tables), tables.base_currency)
        self._chart.draw(current_vs_target(classes), CHART_LABEL)
