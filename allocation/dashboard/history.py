"""What was: drift over time, snapshots, saved plans, and earlier versions of the targets."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets
import pandas as pd

from allocation.charts import drift_over_time
from allocation.dashboard.markup import day, plural, prose, sentence, status, table
from allocation.dashboard.parts import heading, told
from allocation.dashboard.parts import row as beside
from allocation.dashboard.widgets import Chart
from allocation.portfolio import Portfolio
from allocation.tables import ALL, Tables
from allocation.writing import PLAIN, Writing

WHOLE = "the portfolio's drift"
THEN, TODAY = "then", "today"
AGAINST = [("the targets of each day", THEN), ("today's targets", TODAY)]
EXPLAINED = {
    THEN: "Each day's holdings at the prices known that day, against the targets and bands in force that day.",
    TODAY: "Each day's holdings at the prices known that day, against today's targets and bands.",
}


class History:
    """The room of what was.

    Parameters:
        portfolio: whose history it is.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._drift, self._untargeted = pd.DataFrame(), widgets.HTML()
        self._writing = PLAIN
        self._scope, self._currency = ALL, ""
        self._of = widgets.Dropdown(description="Show", options=[WHOLE])
        self._against = widgets.Dropdown(description="Against", options=AGAINST)
        self._explained = widgets.HTML()
        self._chart = Chart()
        self._days, self._problem, self._snapshots, self._plans, self._versions = (widgets.HTML() for _ in range(5))
        for long in (self._snapshots, self._plans, self._versions):
            long.add_class("allocation-tall")
        self._over_time = widgets.VBox([beside(self._of, self._against), self._chart])
        self._over_time.add_class("allocation-stack")
        self._of.observe(lambda _change: self._draw(), "value")
        self._against.observe(lambda _change: told(self._problem, self._read)(), "value")
        self.box = widgets.VBox(
            [heading("Drift over time"), self._explained, self._problem, self._untargeted, self._over_time, self._days,
             heading("Snapshots"), self._snapshots, heading("Plans"), self._plans, heading("Targets"), self._versions]
        )  # fmt: skip

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""
        self._writing = writing
        self._snapshots.value = snapshots_table(self._portfolio.snapshots(tables.scope), writing)
        plans = self._portfolio.plans()
        self._plans.value = plans_table(plans, writing) if len(plans) else sentence("No plan is saved yet.")
        versions = self._portfolio.target_versions(tables.strategy.scope)
        self._versions.value = versions_table(versions) if len(versions) else sentence("No targets are saved yet.")
        self._over_time.layout.display, self._days.value = "none", ""
        self._scope, self._currency = tables.scope, tables.base_currency
        told(self._problem, self._read)()

    def _read(self) -> None:
        against = self._against.value
        self._drift = self._portfolio.drift_history(self._scope, against)
        said = " ".join([EXPLAINED[against], *not_known(self._drift)])
        self._explained.value = f'<p class="allocation-quiet">{escape(said)}</p>'
        self._untargeted.value = ""
        if self._drift["portfolio_drift"].isna().all():
            self._untargeted.value = sentence("There is no drift to show: no targets are set yet.")
            self._over_time.layout.display = "none"
            self._days.value = days_table(self._drift, None, self._currency, self._writing) if len(self._drift) else ""
            return
        options = [WHOLE, *dict.fromkeys(self._drift.iloc[::-1]["asset_class"])][: 1 + len(self._drift)]
        if list(self._of.options) != options:
            chosen = self._of.value
            self._of.options = options
            self._of.value = chosen if chosen in options else WHOLE
        self._over_time.layout.display = ""
        self._draw()

    def _draw(self) -> None:
        of = self._of.value
        asset_class = None if of == WHOLE else of
        what = "Drift of the portfolio" if asset_class is None else f"Weight of {of}, its target and band,"
        self._chart.draw(
            drift_over_time(self._drift, asset_class, self._writing),
            f"{what} on each day of a snapshot. The table below has the same numbers.",
        )
        self._days.value = days_table(self._drift, asset_class, self._currency, self._writing)


def not_known(history: pd.DataFrame) -> list[str]:
    """What of the days' targets, strategy and bands isn't known, and what stands in for it, in sentences."""
    days = history.drop_duplicates("as_of")
    told = []
    saved = days.dropna(subset="targets_of")
    saved_later = [later for later, day in zip(saved["targets_of"], saved["as_of"], strict=True) if later > day]
    if saved_later:
        told.append(
            f"The earliest targets that are known were saved on {min(saved_later)}: they stand in for the days before."
        )
    for known_since in days["assumed_before"].dropna().unique():
        told.append(
            f"Which strategy was active is only known since {known_since}: the one of that day stands in for the days "
            "before."
        )
    for instead, among in days[days["bands_instead"] != ""].groupby("bands_instead")["as_of"]:
        first, last = min(among), max(among)
        when = f"on {first}" if first == last else f"on {len(among)} days, {first} to {last}"
        told.append(f"Which bands were in force {when}, wasn't kept: {instead} stand in.")
    return told


def days_table(history: pd.DataFrame, asset_class: str | None, currency: str, writing: Writing) -> str:
    """Value and drift on each day, newest first: of the whole, or of a class."""
    in_currency = f"Value, {escape(currency)}"
    if asset_class is None:
        values = history.groupby("as_of")["value"].sum()
        days = history.drop_duplicates("as_of").iloc[::-1]
        outside = history[history["status"].isin(["over", "under", "nothing held"])].groupby("as_of").size()
        rows = [
            [
                day(row["as_of"]),
                writing.money(values[row["as_of"]], currency),
                _percent(row["portfolio_drift"], writing),
                str(outside.get(row["as_of"], 0)) if row["portfolio_drift"] == row["portfolio_drift"] else "",
            ]
            for row in days.to_dict("records")
        ]
        heads = ["Day", in_currency, "Drift", "Classes out of band"]
        return table("Value and drift by day", heads, rows, {1, 2, 3}, short=True)
    rows = [
        [
            day(row["as_of"]),
            writing.money(row["value"], currency),
            _percent(row["weight"], writing),
            _percent(row["target_weight"], writing),
            writing.points(row["drift"]) if row["drift"] == row["drift"] else "",
            status(row["status"]),
        ]
        for row in history[history["asset_class"] == asset_class].iloc[::-1].to_dict("records")
    ]
    return table(
        f"{asset_class} by day", ["Day", in_currency, "Weight", "Target", "Points", "Status"], rows, {1, 2, 3, 4}, key=2
    )


def _percent(weight: float, writing: Writing) -> str:
    return writing.percent(weight) if weight == weight else ""


def snapshots_table(snapshots: pd.DataFrame, writing: Writing) -> str:
    """The days that accounts are known at, newest first."""
    rows = [
        [day(row["as_of"]), escape(row["account"]), writing.number(f"{row['holdings']:,}"), day(row["loaded_at"])]
        for row in snapshots.iloc[::-1].to_dict("records")
    ]
    return table("Snapshots", ["Day", "Account", "Holdings", "Loaded"], rows, {2})


def plans_table(plans: pd.DataFrame, writing: Writing) -> str:
    """Saved plans, newest first, and whether they were executed."""
    rows = [
        [
            str(plan["plan"]),
            escape(plan["title"] or plan["kind"]),
            day(plan["date"]),
            escape(plan["rule"]),
            f"{writing.signed_money(plan['flow'], plan['currency'])} {escape(plan['currency'])}",
            plural(plan["trades"], "trade", writing),
            f"{plan['executed']}, {day(plan['executed_on'])}" if plan["executed"] else "not yet",
        ]
        for plan in plans.iloc[::-1].to_dict("records")
    ]
    return table(
        "Saved plans", ["Plan", "Title", "Of", "Rule", "Money", "Trades", "Executed"], rows, {4}, names={1}, key=4
    )


def versions_table(versions: pd.DataFrame) -> str:
    """Every saved version of the targets, newest first."""
    rows = [
        [
            str(version["version"]),
            f"<time>{version['saved_at']:%Y-%m-%d %H:%M}</time>",
            escape(version["saved_by"] or ""),
            escape(version["strategy"]),
            prose(version["changes"]),
        ]
        for version in versions.iloc[::-1].to_dict("records")
    ]
    return table(
        "Versions of the targets", ["Version", "Saved (UTC)", "By", "Strategy", "What changed"], rows, names={1}
    )
