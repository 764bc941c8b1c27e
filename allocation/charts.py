"""Tables as Plotly figures. Over and under are told by place, sign and word, not by colour alone."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from allocation.bands import IN_BAND, NO_TARGET, NOTHING_HELD, OVER, UNDER
from allocation.money import write_percent, write_points

# Okabe & Ito (2008), "Color Universal Design": told apart with any of the common colour vision deficiencies.
COLOURS = {
    OVER: "#D55E00",
    UNDER: "#0072B2",
    NOTHING_HELD: "#0072B2",
    IN_BAND: "#7A8794",
    NO_TARGET: "#B8BFC6",
}
TARGET_COLOUR = "#1B2733"
BAND_COLOUR = "rgba(27, 39, 51, 0.10)"
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
    names = _names(drift)
    figure = go.Figure()
    with_target = drift["target_weight"].notna()
    figure.add_bar(
        name="band", orientation="h", y=names[with_target], base=100 * drift.loc[with_target, "band_low"],
        x=100 * (drift["band_high"] - drift["band_low"])[with_target], width=0.86,
        marker={"color": BAND_COLOUR}, hoverinfo="skip",
    )  # fmt: skip
    figure.add_bar(
        name="current", orientation="h", y=names, x=100 * drift["weight"], width=0.44,
        marker={
            "color": [COLOURS[status] for status in drift["status"]],
            "pattern": {"shape": ["/" if status == OVER else "" for status in drift["status"]], "fgopacity": 0.45},
        },
        text=[_label(weight, points, status) for weight, points, status in
              zip(drift["weight"], drift["drift"], drift["status"], strict=True)],
        textposition="outside", cliponaxis=False, textfont={"color": TARGET_COLOUR},
        hovertext=[_hover(row) for row in drift.to_dict("records")], hoverinfo="text",
    )  # fmt: skip
    figure.add_scatter(
        name="target", mode="markers", y=names[with_target], x=100 * drift.loc[with_target, "target_weight"],
        marker={"symbol": "line-ns", "size": 20, "line": {"width": 3, "color": TARGET_COLOUR}}, hoverinfo="skip",
    )  # fmt: skip
    furthest = max([*drift["weight"], *drift["band_high"].dropna()], default=0.0)
    return _style(figure, names, furthest)


def before_and_after(classes: pd.DataFrame) -> go.Figure:
    """Weights of each class before and after a plan, against the target.

    Parameters:
        classes: from :meth:`~allocation.portfolio.Portfolio.classes_after`.
    """
    order = classes["drift_before"].abs().sort_values(ascending=False, na_position="last", kind="stable").index
    classes = classes.loc[order]
    names = _names(classes)
    figure = go.Figure()
    for name, column, colour, offset in (
        ("before", "weight_before", BEFORE_COLOUR, -0.36),
        ("after", "weight_after", AFTER_COLOUR, 0.0),
    ):
        figure.add_bar(
            name=name, orientation="h", y=names, x=100 * classes[column], width=0.34, offset=offset,
            marker={"color": colour},
            text=[write_percent(weight) for weight in classes[column]],
            textposition="outside", cliponaxis=False, textfont={"color": TARGET_COLOUR},
            hovertemplate="%{y}, " + name + ": %{x:.2f} %<extra></extra>",
        )  # fmt: skip
    with_target = classes["target_weight"].notna()
    figure.add_scatter(
        name="target", mode="markers", y=names[with_target], x=100 * classes.loc[with_target, "target_weight"],
        marker={"symbol": "line-ns", "size": 24, "line": {"width": 3, "color": TARGET_COLOUR}},
        hovertemplate="%{y}, target: %{x:.2f} %<extra></extra>",
    )  # fmt: skip
    furthest = max(
        [*classes["weight_before"], *classes["weight_after"], *classes["target_weight"].dropna()], default=0.0
    )
    return _style(figure, names, furthest, row_height=ROW_HEIGHT + 12)


def _style(figure: go.Figure, names: pd.Series, furthest: float, row_height: int = ROW_HEIGHT) -> go.Figure:
    return figure.update_layout(
        barmode="overlay",
        height=96 + row_height * max(len(names), 1),
        margin={"l": 8, "r": 8, "t": 40, "b": 32},
        font={"family": FONT, "size": 13, "color": TARGET_COLOUR},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        xaxis={"range": [0, max(100 * furthest * 1.28, 1)], "ticksuffix": " %", "gridcolor": "rgba(27,39,51,0.10)",
               "zeroline": False, "fixedrange": True},
        yaxis={"categoryorder": "array", "categoryarray": list(names), "autorange": "reversed", "automargin": True,
               "fixedrange": True, "ticklabelstandoff": 8},
        modebar={"remove": REMOVED_BUTTONS},
        hoverlabel={"font": {"family": FONT}, "align": "left"},
    )  # fmt: skip


def _names(table: pd.DataFrame) -> pd.Series:
    """What stands beside each bar, safe from being read as markup."""
    if "symbol" not in table.columns:
        return table["asset_class"].map(_plain)
    cash = table["symbol"] == "CASH"
    return table["symbol"].where(~cash, table["symbol"] + " " + table["currency"]).map(_plain)


def _plain(text: str) -> str:
    # Plotly reads a small set of tags and entities in texts; escaped, they stay what they are.
    shown = text if len(text) <= 40 else text[:39] + "…"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _label(weight: float, points: float, status: str) -> str:
    if status == NO_TARGET:
        return f"  {write_percent(weight)}, {status}"
    return f"  {write_percent(weight)} ({write_points(points)}, {status})"


def _hover(row: dict[str, object]) -> str:
    name = _plain(str(row.get("name") or row["asset_class"]))
    weight, target = float(str(row["weight"])), float(str(row["target_weight"]))
    if row["status"] == NO_TARGET:
        return f"{name}: {write_percent(weight, 2)} of the total, no target"
    low, high = float(str(row["band_low"])), float(str(row["band_high"]))
    return (
        f"{name}: {write_percent(weight, 2)}, target {write_percent(target, 2)}<br>"
        f"band {write_percent(low, 2)} to {write_percent(high, 2)}, {row['status']}"
    )
