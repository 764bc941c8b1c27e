"""What the editor shows, as plain words and numbers: it is calculated here and only drawn in the browser."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.bands import NO_TARGET
from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.preview import class_rows, holding_rows, with_state
from allocation.dashboard.targets.state import Row, State
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED, Tables, called
from allocation.targets import HUNDRED, plain, wrong_sum
from allocation.writing import PLAIN, Writing

NARROWEST = 0.02
"""A rail shows at least two points to either side."""


@dataclass(frozen=True)
class Seen:
    """What the editor shows beside the targets themselves.

    Attributes:
        tables: the scope.
        opened: the classes whose holdings are shown.
        assets: class → symbol → name, of everything that the portfolio knows.
        scales: how far the rails of each level reach to either side, in weight; see :func:`scales`.
        writing: how numbers are written.
    """

    tables: Tables
    opened: Collection[str]
    assets: Mapping[str, Mapping[str, str]]
    scales: Mapping[str, float]
    writing: Writing = PLAIN


def scales(tables: Tables, state: State) -> dict[str, float]:
    """How far the rails of each level reach: by the drift of the saved targets, so that dragging doesn't shift them."""
    tables = with_state(tables, state)
    classes, holdings = class_rows(tables), holding_rows(tables)
    return {"": _reach(classes.values())} | {name: _reach(inside.values()) for name, inside in holdings.items()}


def _reach(rows: Collection[Mapping[str, Any]]) -> float:
    with_target = [row for row in rows if row["status"] != NO_TARGET]
    drifts = [abs(float(row["drift"])) for row in with_target]
    bands = [float(row["band_high"] - row["band_low"]) / 2 for row in with_target]
    return max([NARROWEST, *(1.1 * drift for drift in drifts), *(1.5 * band for band in bands)])


def view(editing: Editing, seen: Seen, wrong: Mapping[Row, str]) -> dict[str, Any]:
    """The rows, feet and buttons of the editor.

    Parameters:
        editing: what is edited.
        seen: what is shown beside.
        wrong: rows where what was typed can't be read, and why.
    """
    state = editing.now
    tables = with_state(seen.tables, state)
    classes = class_rows(tables)
    holdings = holding_rows(tables) if seen.opened else {}
    changed = editing.changed_rows
    names = [*state.classes, *(name for name in classes if name not in state.classes and name != UNCLASSIFIED)]

    def row(where: Row, measures: Mapping[str, Any] | None, within: str) -> dict[str, Any]:
        asset_class, holding = where
        level, name = (asset_class, holding) if holding else ("", asset_class)
        percent = state.level(level).get(name)
        return {
            "id": list(where),
            "name": name,
            "label": name,
            "note": "",
            "percent": "" if percent is None else plain(percent),
            "set": percent is not None,
            "locked": where in state.locked,
            "changed": where in changed,
            "said": wrong.get(where) or editing.said.get(where, ""),
            "wrong": where in wrong,
            "now": within,
            **_drift(measures if percent is not None else None, seen.scales.get(level, NARROWEST), seen.writing),
        }

    def holdings_of(asset_class: str) -> list[dict[str, Any]]:
        rows, targets = holdings.get(asset_class, {}), state.level(asset_class)
        worth = sum(each["value"] for each in rows.values())
        shown = []
        for symbol in [*targets, *(name for name, each in rows.items() if name not in targets and each["value"])]:
            measures = rows.get(symbol)
            part = measures["value"] / worth if measures and worth > 0 else 0.0
            shown.append(
                row((asset_class, symbol), measures if symbol in targets else None, seen.writing.percent(part))
                | {"note": _name(seen, asset_class, symbol, measures), "open": None, "can": bool(targets)}
            )
        return shown

    def class_row(name: str) -> dict[str, Any]:
        measures, opened = classes.get(name), name in seen.opened
        inside = holdings_of(name) if opened else []
        now = seen.writing.percent(measures["weight"] if measures else 0.0)
        return row((name, ""), measures, now) | {
            "open": opened,
            "can": True,
            "inside": inside,
            "foot": _foot(name, state, seen, {each["name"] for each in inside}) if opened else None,
        }

    return {
        "rows": [class_row(name) for name in names],
        "foot": _foot("", state, seen, set(names)),
        "known": sorted(name for name in seen.assets if name not in {*names, UNCLASSIFIED, SEVERAL_CLASSES}),
        "undo": editing.can_undo,
        "redo": editing.can_redo,
        "follow": state.follow,
    }


def _name(seen: Seen, asset_class: str, symbol: str, measures: Mapping[str, Any] | None) -> str:
    name = str(measures["name"]) if measures else seen.assets.get(asset_class, {}).get(symbol, "")
    return "" if name == symbol else name


def _drift(measures: Mapping[str, Any] | None, reach: float, writing: Writing) -> dict[str, Any]:
    """Drift and band of a row in words, and as places on its rail (0–100; the target is at 50)."""
    if measures is None or measures["status"] == NO_TARGET:
        return {"status": NO_TARGET, "drift": "", "band": "", "rail": {"low": 50, "high": 50, "at": 50}}
    target, drift = measures["target_weight"], measures["drift"]
    return {
        "status": measures["status"],
        "drift": f"{writing.points(drift)} {measures['status']}",
        "band": f"{_edge(max(measures['band_low'], 0), writing)}–{_edge(measures['band_high'], writing)} %",
        "rail": {
            "low": _place(measures["band_low"] - target, reach),
            "high": _place(measures["band_high"] - target, reach),
            "at": _place(drift, reach),
        },
    }


def _edge(weight: float, writing: Writing) -> str:
    return writing.number(f"{100 * weight:.1f}".removesuffix(".0"))


def _place(distance: float, reach: float) -> float:
    return round(50 + 50 * max(-1.0, min(1.0, distance / reach)), 2)


def _foot(level: str, state: State, seen: Seen, shown: Collection[str]) -> dict[str, Any]:
    percents = state.level(level)
    total = sum(percents.values(), Decimal(0))
    known = seen.assets.get(level, {}) if level else {}
    return {
        "sum": _sum_in_words(level, percents, total, level in state.classes) + _funds(level, seen.tables),
        "wrong": bool(percents) and total != HUNDRED,
        "set": bool(percents),
        "can": not level or level in state.classes,
        "choices": _choices(known, shown),
    }


def _choices(known: Mapping[str, str], shown: Collection[str]) -> Sequence[tuple[str, str]]:
    return [
        (symbol, symbol if name in ("", symbol) else f"{symbol} · {name}")
        for symbol, name in known.items()
        if symbol not in shown
    ]


def _sum_in_words(level: str, percents: Mapping[str, Decimal], total: Decimal, has_target: bool) -> str:
    if level and not has_target:
        return f"{level} has no target yet."
    if level and not percents:
        return f"{level} is shared by value: no targets are set inside it."
    if not percents:
        return "No targets are set yet."
    if total != HUNDRED:
        return f"They {wrong_sum(total)}"
    if not level:
        return "The sum is 100."
    return f"The sum inside {level} is 100. Target and now are of {level}; drift and band are of the total."


def _funds(level: str, tables: Tables) -> str:
    """The funds of several classes that count in this one, as a sentence."""
    names = [
        called(symbol, currency)
        for asset_id, symbol, currency in zip(
            tables.assets["asset_id"], tables.assets["symbol"], tables.assets["currency"], strict=True
        )
        if level in tables.spans.get(int(asset_id), {})
    ]
    return f" {', '.join(names)}, of several classes, counts here, too." if names else ""
