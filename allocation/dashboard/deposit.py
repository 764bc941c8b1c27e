"""The deposit planner: an amount and a rule; the trades, the classes afterwards, and the plan as a file."""

from __future__ import annotations

import datetime
from math import isinf

import ipywidgets as widgets

from allocation import planner
from allocation.charts import before_and_after, largest_drift_first
from allocation.dashboard.markup import classes_after_table, plan_table, sentence
from allocation.dashboard.parts import heading, row, told
from allocation.dashboard.widgets import Chart, DownloadButton
from allocation.errors import AllocationError, AmountError
from allocation.export import plan_csv
from allocation.money import write_money
from allocation.planner import RULES, Plan
from allocation.tables import Tables

CHART_LABEL = (
    "Weight of each asset class before and after the plan, against its target. The table below has the same numbers."
)


class DepositPanel:
    """Where the next deposit goes, recalculated at every change."""

    def __init__(self) -> None:
        self._tables: Tables | None = None
        self._plan: Plan | None = None
        self._amount = widgets.Text(value="1000", description="Deposit", layout={"width": "240px"})
        self._amount.add_class("allocation-number")
        self._rule = widgets.Dropdown(
            options=[(rule.title, rule.name) for rule in RULES.values()],
            description="Rule",
            layout={"width": "360px"},
        )
        self._problem, self._explained, self._trades, self._after = (widgets.HTML() for _ in range(4))
        self._chart = Chart()
        self._download = DownloadButton("Download the plan (CSV)", self._file)
        self._results = widgets.VBox([self._trades, self._download, self._chart, self._after])
        recalculate = told(self._problem, self._recalculate)
        self._amount.observe(recalculate, "value")
        self._rule.observe(recalculate, "value")
        self._show = recalculate
        self.box = widgets.VBox(
            [heading("Next deposit"), row(self._amount, self._rule), self._problem, self._explained, self._results]
        )

    def show(self, tables: Tables) -> None:
        """Plan for this scope."""
        self._tables = tables
        self._show()

    def _recalculate(self) -> None:
        assert self._tables is not None
        tables, rule = self._tables, RULES[self._rule.value]
        try:
            plan = self._planned(tables, rule.name)
        except AllocationError:
            self._download.disabled = True
            self._results.layout.display = "none"
            self._explained.value = ""
            raise
        self._explained.value = (
            f'<p class="allocation-quiet">{rule.description} <br>Source: {rule.source}.</p>' + sentence(_least(tables))
        )
        if not len(plan.rows):
            self._trades.value = sentence("A deposit of 0 buys nothing.")
            self._results.layout.display = ""
            self._chart.layout.display = self._download.layout.display = "none"
            self._after.value = ""
            return
        classes = plan.classes
        self._plan = plan
        self._trades.value = plan_table(plan)
        self._after.value = classes_after_table(largest_drift_first(classes), tables.base_currency)
        self._chart.draw(before_and_after(classes), CHART_LABEL)
        self._chart.layout.display = self._download.layout.display = ""
        self._download.disabled = False
        self._results.layout.display = ""

    def _planned(self, tables: Tables, rule: str) -> Plan:
        amount = self._amount.value.strip()
        if not amount:
            raise AmountError(f"Enter the amount of the deposit in {tables.base_currency}, such as 1000 or 1000.50.")
        return planner.plan_deposit(tables, amount, rule, datetime.date.today())

    def _file(self) -> tuple[str, bytes, str]:
        assert self._plan is not None
        day = f"{self._plan.header.date:%Y-%m-%d}"
        return f"deposit-plan-{day}.csv", plan_csv(self._plan).encode(), "text/csv"


def _least(tables: Tables) -> str:
    least = planner.minimum_deposit(tables)
    if isinf(least):
        return (
            "No deposit alone reaches every target: something is held in a class that has no target, or a target of 0."
        )
    if not least:
        return "Every class is on its target."
    return (
        "The smallest deposit that reaches every class target without a sale is "
        f"{write_money(least, tables.base_currency)} {tables.base_currency}."
    )
