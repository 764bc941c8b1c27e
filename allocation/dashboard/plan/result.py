"""What a plan would do: in a sentence, as bars, as tables, and as files."""

from __future__ import annotations

import ipywidgets as widgets

from allocation.charts import before_and_after, largest_drift_first
from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row
from allocation.dashboard.plan.forms import choice
from allocation.dashboard.plan.markup import classes_after_table, effect_sentence, plan_table, undone_table
from allocation.dashboard.widgets import Chart, DownloadButton
from allocation.export import plan_csv
from allocation.orders import FORMATS, order_file
from allocation.planner import Plan
from allocation.writing import Writing

CHART_LABEL = (
    "Weight of each asset class before and after the plan, against its target. The table below has the same numbers."
)
CAPTION = (
    '<p class="allocation-quiet">Each class before the plan, and under it after the plan; the mark is the target.</p>'
)
ALL_ACCOUNTS = "all accounts"


class PlanResult:
    """Shows a plan."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._effect, self._trades, self._undone, self._classes = (widgets.HTML() for _ in range(4))
        self._caption, self._chart = widgets.HTML(CAPTION), Chart()
        self._format = choice("Orders for", [(made.title, made.name) for made in FORMATS.values()])
        self._account = choice("of", [(ALL_ACCOUNTS, ALL_ACCOUNTS)])
        self._plan_button = DownloadButton("Download the plan (CSV)", self._plan_file)
        self._orders_button = DownloadButton("Download the orders", self._order_file)
        for chosen in (self._format, self._account):
            chosen.observe(lambda _change: self._orders_button.forget(), "value")
        self._files = widgets.VBox([self._plan_button, row(self._format, self._account), self._orders_button])
        self._files.add_class("allocation-screen")
        self.box = widgets.VBox(
            [self._effect, self._caption, self._chart, self._trades, self._undone, self._classes, self._files]
        )

    def show(self, plan: Plan, nothing: str, writing: Writing) -> None:
        """Show this plan, or where it trades nothing and leaves nothing undone, the sentence ``nothing``."""
        self._forget(plan)
        any_rows = bool(len(plan.rows))
        self._effect.value = effect_sentence(plan, writing) if any_rows else sentence(nothing)
        self._trades.value = plan_table(plan, writing) if len(plan.trades) else ""
        self._undone.value = undone_table(plan, writing) if len(plan.undone) else ""
        self._classes.value = classes_after_table(largest_drift_first(plan.classes), plan.header.currency, writing)
        if any_rows:
            self._chart.draw(before_and_after(plan.classes, writing), CHART_LABEL)
        for part in (self._caption, self._chart, self._classes, self._files):
            part.layout.display = "" if any_rows else "none"
        accounts = [ALL_ACCOUNTS, *sorted(set(plan.trades["account"]) - {""})]
        if list(self._account.options) != accounts:
            chosen = self._account.value
            self._account.options = accounts
            self._account.value = chosen if chosen in accounts else ALL_ACCOUNTS
        self.box.layout.display = ""

    def hide(self) -> None:
        """Show nothing, because there is no plan."""
        self._forget(None)
        self.box.layout.display = "none"

    def _forget(self, plan: Plan | None) -> None:
        """Go on to this plan; the one before is not what would be downloaded any more."""
        self._plan = plan
        self._plan_button.forget()
        self._orders_button.forget()

    def _plan_file(self) -> tuple[str, bytes, str]:
        assert self._plan is not None
        return f"{self._name}.csv", plan_csv(self._plan).encode(), "text/csv"

    def _order_file(self) -> tuple[str, bytes, str]:
        assert self._plan is not None
        made = FORMATS[self._format.value]
        account = None if self._account.value == ALL_ACCOUNTS else self._account.value
        text = order_file(self._plan, made.name, account)
        return f"{self._name}-{made.name}{made.suffix}", text.encode(), "text/plain"

    @property
    def _name(self) -> str:
        assert self._plan is not None
        return f"{self._plan.header.kind}-plan-{self._plan.header.date:%Y-%m-%d}"
