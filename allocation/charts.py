"""Tables as Plotly figures. Over and under are told by place, sign and word, not by colour alone."""

from __future__ import annotations

from collections.abc import Hashable
from html import unescape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from allocation.bands import IN_BAND, NO_TARGET, NOTHING_HELD, OVER, STATUSES, UNDER
from allocation.money import write_percent, write_points

# Okabe & Ito (2008), "Color Universal Design": told apart with any of the common colour vision deficiencies.
COLOURS = {
    OVER: "#D55E00",
    UNDER: "#0072B2",
    NOTHING_HELD: "#56B4E9",
    IN_BAND: "#7A8794",
    NO_TARGET: "#B8BFC6",
}
INK = "#1B2733"
BAND_COLOUR = "rgba(27, 39, 51, 0.12)"
GRID = "rgba(27, 39, 51, 0.08)"
BEFORE_COLOUR, AFTER_COLOUR = "#B8BFC6", "#009E73"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif"
ROW_HEIGHT = 38
REMOVED_BUTTONS = [
    "sendChartToCloud", "sendDataToCloud", "lasso2d", "select2d", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d",
    "autoScale2d", "resetScale2d",
]  # fmt: skip


def current_vs_target(drift: pd.DataFrame) -> go.Figure:
    """Current weights as bars against their targets, with the band shaded; largest drift first.

    Parameters:
        drift: from :meth:`~allocation.portfolio.Portfolio.drift`, by class or by holding.
    """
    names, edge = _names(drift), drift[["weight", "target_weight", "band_high"]].max(axis="columns")
    figure = go.Figure()
    banded = drift["target_weight"].notna()
    figure.add_bar(
        name="band",
        orientation="h",
        y=names[banded],
        base=100 * drift.loc[banded, "band_low"],
        x=100 * (drift["band_high"] - drift["band_low"])[banded],
        width=0.86,
        marker={"color": BAND_COLOUR},
        hoverinfo="skip",
    )
    for status in (status for status in STATUSES if status in set(drift["status"])):
        rows = drift["status"] == status
        figure.add_bar(
            name=status,
            orientation="h",
            y=names[rows],
            x=100 * drift.loc[rows, "weight"],
            width=0.44,
            marker={"color": COLOURS[status], "pattern": {"shape": "/" if status == OVER else ""}},
            hovertext=[_hover(row) for row in drift[rows].to_dict("records")],
            hoverinfo="text",
        )
    figure.add_scatter(
        name="target",
        mode="markers",
        y=names[banded],
        x=100 * drift.loc[banded, "target_weight"],
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": INK}},
        hoverinfo="skip",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=100 * edge,
        text=[_words(row) for row in drift.to_dict("records")],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    return _style(figure, names, drift["weight"].min(), edge.max())


def before_and_after(classes: pd.DataFrame) -> go.Figure:
    """Weights of each class before and after a plan, against the target.

    Parameters:
        classes: from :attr:`~allocation.planner.result.Plan.classes`.
    """
    classes = largest_drift_first(classes)
    names = _names(classes)
    edge = classes[["weight_before", "weight_after", "target_weight"]].max(axis="columns")
    figure = go.Figure()
    for name, colour, offset in (("before", BEFORE_COLOUR, -0.36), ("after", AFTER_COLOUR, 0.0)):
        figure.add_bar(
            name=name,
            orientation="h",
            y=names,
            x=100 * classes[f"weight_{name}"],
            width=0.34,
            offset=offset,
            marker={"color": colour},
            hovertemplate=f"%{{y}}, {name}: %{{x:.2f}} %<extra></extra>",
        )
    with_target = classes["target_weight"].notna()
    figure.add_scatter(
        name="target",
        mode="markers",
        y=names[with_target],
        x=100 * classes.loc[with_target, "target_weight"],
        marker={"symbol": "line-ns", "size": 26, "line": {"width": 3, "color": INK}},
        hovertemplate="%{y}, target: %{x:.2f} %<extra></extra>",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=100 * edge,
        text=[
            f"  {write_percent(before)} → {write_percent(after)}"
            for before, after in zip(classes["weight_before"], classes["weight_after"], strict=True)
        ],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    lowest = classes[["weight_before", "weight_after"]].min(axis="columns").min()
    return _style(figure, names, lowest, edge.max(), row_height=ROW_HEIGHT + 10)


def rules_compared(table: pd.DataFrame) -> go.Figure:
    """Drift of the scope that each rule's plan leaves, and in words what it trades, against the drift before.

    Parameters:
        table: from :meth:`allocation.Portfolio.compare_rules`; a rule without a plan has no bar.
    """
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
        marker={"color": AFTER_COLOUR},
        hovertemplate="%{y}: %{x:.2f} % after<extra></extra>",
    )
    figure.add_scatter(
        name="drift before",
        mode="markers",
        y=names,
        x=before,
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 3, "color": INK}},
        hovertemplate="%{y}: %{x:.2f} % before<extra></extra>",
    )
    figure.add_scatter(
        name="words",
        mode="text",
        y=names,
        x=pd.concat([drift, before], axis="columns").max(axis="columns").fillna(0),
        text=["  no plan" if problem else f"  {write_percent(after, 2)}, trades: {trades:.0f}"
              for problem, after, trades in zip(table["problem"], table["drift_after"], table["trades"], strict=True)],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )  # fmt: skip
    return _style(figure, names, 0.0, max(table["drift_after"].max(), table["drift_before"].max()))


def largest_drift_first(classes: pd.DataFrame) -> pd.DataFrame:
    """The classes in the order of the bars: largest drift before the plan first, those without a target last."""
    order = classes["drift_before"].abs().sort_values(ascending=False, na_position="last", kind="stable").index
    return classes.loc[order]


def _style(
    figure: go.Figure, names: pd.Series, lowest: float, furthest: float, row_height: int = ROW_HEIGHT
) -> go.Figure:
    # Room to the right of the furthest bar for the words that stand beside it.
    end = 1.0 if pd.isna(furthest) else max(140 * furthest, 1.0)
    start = 0.0 if pd.isna(lowest) else min(140 * lowest, 0.0)
    return figure.update_layout(
        barmode="overlay",
        height=96 + row_height * max(len(names), 1),
        margin={"l": 8, "r": 8, "t": 40, "b": 32},
        font={"family": FONT, "size": 13, "color": INK},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"range": [start, end], "ticksuffix": " %", "gridcolor": GRID, "zeroline": False, "fixedrange": True},
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
        modebar={"remove": REMOVED_BUTTONS},
        hoverlabel={"font": {"family": FONT}, "align": "left"},
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


def _words(row: dict[Hashable, Any]) -> str:
    if row["status"] == NO_TARGET:
        return f"  {write_percent(row['weight'])}, {NO_TARGET}"
    return f"  {write_percent(row['weight'])} ({write_points(row['drift'])}, {row['status']})"


def _hover(row: dict[Hashable, Any]) -> str:
    name = _plain(str(row.get("name") or row["asset_class"]))
    if row["status"] == NO_TARGET:
        return f"{name}: {write_percent(row['weight'], 2)} of the total, no target"
    return (
        f"{name}: {write_percent(row['weight'], 2)}, target {write_percent(row['target_weight'], 2)}<br>"
        f"band {write_percent(row['band_low'], 2)} to {write_percent(row['band_high'], 2)}, {row['status']}"
    )
