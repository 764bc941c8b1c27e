"""Tables as Plotly figures. Over and under are told by place, sign and word, not by colour alone."""

from __future__ import annotations

import datetime
from collections.abc import Hashable
from html import unescape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from allocation.arguments import checked, require_columns
from allocation.bands import IN_BAND, NO_TARGET, NOTHING_HELD, OVER, STATUSES, UNDER
from allocation.palette import LIGHT
from allocation.writing import PLAIN, Writing

COLOURS = {
    OVER: LIGHT["over"],
    UNDER: LIGHT["under"],
    NOTHING_HELD: LIGHT["nothing_held"],
    IN_BAND: LIGHT["in_band"],
    NO_TARGET: LIGHT["no_target"],
}
PATTERNS = {OVER: "/", UNDER: "\\"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
ROW_HEIGHT = 38
DAY = 24 * 60 * 60 * 1000
FEW_DAYS = datetime.timedelta(days=6)
REMOVED_BUTTONS = [
    "sendChartToCloud", "sendDataToCloud", "lasso2d", "select2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d",
    "autoScale2d", "resetScale2d",
]  # fmt: skip


DRAWN = ("asset_class", "value", "weight", "target_weight", "drift_money", "band_low", "band_high", "status")


@checked
def current_vs_target(drift: pd.DataFrame, currency: str | None = None, writing: Writing = PLAIN) -> go.Figure:
    """What is held as bars against the targets, with the band shaded; largest drift first.

    Parameters:
        drift: from :meth:`~allocation.portfolio.Portfolio.drift`, by class or by holding.
        currency: the base currency, to show values; by default weights.
        writing: how numbers are written.
    """
    require_columns(drift, DRAWN, "portfolio.drift()")
    scale = 100.0 if currency is None else _total(drift)
    names, edge = _names(drift), drift[["weight", "target_weight", "band_high"]].max(axis="columns")
    figure = go.Figure()
    banded = drift["target_weight"].notna()
    figure.add_bar(
        name="band",
        orientation="h",
        y=names[banded],
        base=scale * drift.loc[banded, "band_low"],
        x=scale * (drift["band_high"] - drift["band_low"])[banded],
        width=0.86,
        marker={"color": LIGHT["band"], "line": {"width": 0}},
        hoverinfo="skip",
    )
    for status in (status for status in STATUSES if status in set(drift["status"])):
        rows = drift["status"] == status
        figure.add_bar(
            name=status,
            orientation="h",
            y=names[rows],
            x=scale * drift.loc[rows, "weight"],
            width=0.44,
            marker=_filled(COLOURS[status], PATTERNS.get(status, "")),
            hovertext=[_hover(row, currency, writing) for row in drift[rows].to_dict("records")],
            hoverinfo="text",
        )
    figure.add_scatter(
        name="target",
        mode="markers",
        y=names[banded],
        x=scale * drift.loc[banded, "target_weight"],
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": LIGHT["ink"]}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=scale * edge,
        text=[_words(row, currency, writing) for row in drift.to_dict("records")],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    return _style(figure, names, scale * drift["weight"].min(), scale * edge.max(), currency, writing)


@checked
def before_and_after(classes: pd.DataFrame, writing: Writing = PLAIN) -> go.Figure:
    """Weights of each class before and after a plan, against the target.

    Parameters:
        classes: from :attr:`~allocation.planner.result.Plan.classes`.
        writing: how numbers are written.
    """
    require_columns(classes, ["asset_class", "drift_before", "weight_before", "weight_after"], "plan.classes")
    classes = largest_drift_first(classes)
    names = _names(classes)
    edge = classes[["weight_before", "weight_after", "target_weight"]].max(axis="columns")
    figure = go.Figure()
    for name, colour, offset in (("before", LIGHT["before"], -0.36), ("after", LIGHT["after"], 0.0)):
        figure.add_bar(
            name=name,
            orientation="h",
            y=names,
            x=100 * classes[f"weight_{name}"],
            width=0.34,
            offset=offset,
            marker=_filled(colour, ""),
            hovertemplate=f"%{{y}}, {name}: %{{x:.2f}} %<extra></extra>",
        )
    with_target = classes["target_weight"].notna()
    figure.add_scatter(
        name="target",
        mode="markers",
        y=names[with_target],
        x=100 * classes.loc[with_target, "target_weight"],
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": LIGHT["ink"]}},
        hovertemplate="%{y}, target: %{x:.2f} %<extra></extra>",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=100 * edge,
        text=[
            f"  {writing.percent(before)} → {writing.percent(after)}"
            for before, after in zip(classes["weight_before"], classes["weight_after"], strict=True)
        ],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    lowest = classes[["weight_before", "weight_after"]].min(axis="columns").min()
    return _style(figure, names, 100 * lowest, 100 * edge.max(), None, writing, row_height=ROW_HEIGHT + 10)


@checked
def rules_compared(table: pd.DataFrame) -> go.Figure:
    """Drift of the scope that each rule's plan leaves, and in words what it trades, against the drift before.

    Parameters:
        table: from :meth:`allocation.Portfolio.compare_rules`; a rule without a plan has no bar.
    """
    require_columns(table, ["rule", "only_outside", "drift_before", "drift_after"], "portfolio.compare_rules()")
    outside = table["only_outside"].map({True: ", only outside", False: ""})
    names = (table["rule"] + outside).map(_plain)
    drift, before = 100 * table["drift_after"], 100 * table["drift_before"]
    figure = go.Figure()
    figure.add_bar(
        name="drift after",
        orientation="h",
        y=names,
        x=drift,
        width=0.6,
        marker={"color": LIGHT["after"], "line": {"width": 0}},
        hovertemplate="%{y}: %{x:.2f} % after<extra></extra>",
    )
    figure.add_scatter(
        name="drift before",
        mode="markers",
        y=names,
        x=before,
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": LIGHT["ink"]}},
        hovertemplate="%{y}: %{x:.2f} % before<extra></extra>",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=pd.concat([drift, before], axis="columns").max(axis="columns").fillna(0),
        text=["  no plan" if problem else f"  {PLAIN.percent(after, 2)}, trades: {trades:.0f}"
              for problem, after, trades in zip(table["problem"], table["drift_after"], table["trades"], strict=True)],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    return _style(figure, names, 0.0, 100 * max(table["drift_after"].max(), table["drift_before"].max()), None, PLAIN)


@checked
def drift_over_time(history: pd.DataFrame, asset_class: str | None = None, writing: Writing = PLAIN) -> go.Figure:
    """How far the scope was from its targets on each day; of one class, its weight against target and band.

    Parameters:
        history: from :meth:`allocation.Portfolio.drift_history`.
        asset_class: a class; by default the drift of the whole scope.
        writing: how numbers are written.
    """
    require_columns(history, ["as_of", "asset_class", "portfolio_drift"], "portfolio.drift_history()")
    figure = go.Figure()
    if asset_class is None:
        days = history.drop_duplicates("as_of")
        _line(figure, "portfolio drift", days["as_of"], days["portfolio_drift"], writing)
    else:
        days = history[history["asset_class"] == asset_class]
        banded = days.dropna(subset="target_weight")
        # Targets are set on a day and stay: they step, they don't slope.
        for name, edge in (("edge", "band_low"), ("band", "band_high")):
            figure.add_scatter(
                name=name,
                x=banded["as_of"],
                y=100 * banded[edge],
                mode="lines",
                line={"width": 0, "color": LIGHT["band"], "shape": "hv"},
                fill="tonexty" if name == "band" else None,
                fillcolor=LIGHT["band"],
                showlegend=name == "band",
                hoverinfo="skip",
            )
        figure.add_scatter(
            name="target",
            x=banded["as_of"],
            y=100 * banded["target_weight"],
            mode="lines",
            line={"width": 2, "dash": "dash", "color": LIGHT["quiet"], "shape": "hv"},
            hoverinfo="skip",
        )
        _line(figure, "weight", days["as_of"], days["weight"], writing)
    ticks = {"dtick": DAY} if len(days) and days["as_of"].max() - days["as_of"].min() < FEW_DAYS else {"nticks": 6}
    return _dress(figure, writing).update_layout(
        height=320,
        hovermode="closest",
        # A scope of one day is a point, not an axis of milliseconds.
        xaxis={"type": "date", "gridcolor": LIGHT["grid"], "fixedrange": True, "tickformat": "%Y-%m-%d", **ticks},
        yaxis={
            "ticksuffix": " %",
            "rangemode": "tozero",
            "gridcolor": LIGHT["grid"],
            "zeroline": False,
            "fixedrange": True,
            "automargin": True,
        },
    )


def _line(figure: go.Figure, name: str, days: pd.Series, weights: pd.Series, writing: Writing) -> None:
    figure.add_scatter(
        name=name,
        x=days,
        y=100 * weights,
        mode="lines+markers",
        line={"width": 2, "color": LIGHT["under"]},
        marker={"size": 7, "color": LIGHT["under"]},
        hovertext=[
            f"{day:%Y-%m-%d}: {name} {writing.percent(weight, 2)}" for day, weight in zip(days, weights, strict=True)
        ],
        hoverinfo="text",
    )


@checked
def largest_drift_first(classes: pd.DataFrame) -> pd.DataFrame:
    """The classes in the order of the bars: largest drift before the plan first, those without a target last."""
    require_columns(classes, ["drift_before"], "plan.classes")
    order = classes["drift_before"].abs().sort_values(ascending=False, na_position="last", kind="stable").index
    return classes.loc[order]


def _total(drift: pd.DataFrame) -> float:
    """Value of the scope whose weights these are; they may be of a part of it."""
    of_targets = (drift["value"] - drift["drift_money"]).sum()
    weights, values = (
        (drift["target_weight"].sum(), of_targets) if of_targets else (drift["weight"].sum(), drift["value"].sum())
    )
    return float(values / weights) if weights else 0.0


def _filled(colour: str, pattern: str) -> dict[str, Any]:
    lines = {"shape": pattern, "bgcolor": colour, "fgcolor": LIGHT["surface"], "size": 7, "solidity": 0.22}
    drawn = lines if pattern else {"shape": ""}
    return {"color": colour, "line": {"width": 0}, "pattern": drawn}


def _style(
    figure: go.Figure,
    names: pd.Series,
    lowest: float,
    furthest: float,
    currency: str | None,
    writing: Writing,
    row_height: int = ROW_HEIGHT,
) -> go.Figure:
    # Room to the right of the furthest bar for the words that stand beside it.
    end = 1.0 if pd.isna(furthest) else max(1.4 * furthest, 1.0)
    start = 0.0 if pd.isna(lowest) else min(1.4 * lowest, 0.0)
    return _dress(figure, writing).update_layout(
        barmode="overlay",
        height=96 + row_height * max(len(names), 1),
        xaxis={
            "range": [start, end],
            "ticksuffix": " %" if currency is None else "",
            "tickformat": "" if currency is None else ",.0f",
            "showticklabels": currency is None or not writing.hidden,
            "nticks": 8,
            "gridcolor": LIGHT["grid"],
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(names),
            "tickmode": "array",
            "tickvals": list(names),
            "ticktext": [_shortened(name) for name in names],
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "ticklabelstandoff": 8,
        },
    )


def _dress(figure: go.Figure, writing: Writing) -> go.Figure:
    """What all figures have in common."""
    return figure.update_layout(
        template="none",
        margin={"l": 8, "r": 8, "t": 40, "b": 32},
        font={"family": FONT, "size": 13, "color": LIGHT["ink"]},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "traceorder": "normal",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        separators=writing.separators,
        modebar={
            "remove": REMOVED_BUTTONS,
            "bgcolor": "rgba(0,0,0,0)",
            "color": LIGHT["quiet"],
            "activecolor": LIGHT["ink"],
        },
        hoverlabel={
            "font": {"family": FONT, "color": LIGHT["ink"]},
            "bgcolor": LIGHT["surface"],
            "bordercolor": LIGHT["edge"],
            "align": "left",
        },
    )


def _names(table: pd.DataFrame) -> pd.Series:
    """What stands beside each bar, safe from being read as markup."""
    if "symbol" not in table.columns:
        return table["asset_class"].map(_plain)
    cash = table["symbol"] == "CASH"
    return table["symbol"].where(~cash, table["symbol"] + " " + table["currency"]).map(_plain)


def _plain(text: str) -> str:
    # Plotly reads a small set of tags and entities in texts; escaped, they stay what they are.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _shortened(name: str) -> str:
    text = unescape(name)
    return name if len(text) <= 40 else _plain(text[:39] + "…")


def _words(row: dict[Hashable, Any], currency: str | None, writing: Writing) -> str:
    held = writing.percent(row["weight"]) if currency is None else writing.money(row["value"], currency)
    if row["status"] == NO_TARGET:
        return f"  {held}, {NO_TARGET}"
    gap = writing.points(row["drift"]) if currency is None else writing.signed_money(row["drift_money"], currency)
    return f"  {held} ({gap}, {row['status']})"


def _hover(row: dict[Hashable, Any], currency: str | None, writing: Writing) -> str:
    name = _plain(str(row.get("name") or row["asset_class"]))
    percent = writing.percent(row["weight"], 2)
    held = percent if currency is None else f"{writing.money(row['value'], currency)} {currency}, {percent}"
    if row["status"] == NO_TARGET:
        return f"{name}: {held} of the total, no target"
    gap = f"{writing.points(row['drift'], 2)} points"
    if currency is not None:
        gap += f", {writing.signed_money(row['drift_money'], currency)} {currency}"
    return (
        f"{name}: {held} of the total, target {writing.percent(row['target_weight'], 2)}: {gap}<br>"
        f"band {writing.percent(row['band_low'], 2)} to {writing.percent(row['band_high'], 2)}: {row['status']}"
    )
