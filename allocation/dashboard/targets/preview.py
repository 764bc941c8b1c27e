"""What targets that are being edited would mean: the drift of each row, and what it would take to get there."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from allocation import planner
from allocation.dashboard.targets.state import State, wrong_sums
from allocation.drift import by_class, by_holding
from allocation.errors import AllocationError
from allocation.tables import UNCLASSIFIED, Strategy, Tables, called
from allocation.writing import Writing

OF_A_TARGET = ["asset_class", "asset_id", "symbol", "currency", "name", "target_percent"]


def with_state(tables: Tables, state: State) -> Tables:
    """A scope as it would stand against targets that are being edited.

    Holding targets of assets that ``tables`` doesn't have are left out, and so are classes without any of the others.
    """
    known = {
        called(asset["symbol"], asset["currency"]): asset
        for asset in tables.assets[OF_A_TARGET[:-1]].to_dict("records")
    }
    rows = [
        {**known[symbol], "asset_class": asset_class, "target_percent": float(percent)}
        for asset_class, inside in state.holdings.items()
        for symbol, percent in inside.items()
        if symbol in known
    ]
    classes = {"asset_class": list(state.classes), "target_percent": [float(each) for each in state.classes.values()]}
    strategy = Strategy(
        tables.strategy.strategy_id,
        tables.strategy.name,
        tables.strategy.scope,
        tables.strategy.inherited,
        pd.DataFrame(classes).astype({"target_percent": "float64"}),
        pd.DataFrame(rows, columns=OF_A_TARGET).astype({"target_percent": "float64"}),
        band=state.band,
        class_bands=state.class_bands,
        trigger=state.trigger,
    )
    return replace(tables, strategy=strategy)


def class_rows(tables: Tables) -> dict[str, dict[str, Any]]:
    """The drift of each class, by its name."""
    return {str(row["asset_class"]): _named(row) for row in by_class(tables).to_dict("records")}


def holding_rows(tables: Tables) -> dict[str, dict[str, dict[str, Any]]]:
    """The drift of each holding, by its class and what it is called."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for row in by_holding(tables).to_dict("records"):
        rows.setdefault(str(row["asset_class"]), {})[called(str(row["symbol"]), str(row["currency"]))] = _named(row)
    return rows


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(column): cell for column, cell in row.items()}


def present_classes(tables: Tables) -> dict[str, Decimal]:
    """Value of each class that can have a target and holds something, in minor units."""
    values = tables.class_values
    return {name: Decimal(value) for name, value in values.items() if name != UNCLASSIFIED and value > 0}


def present_inside(tables: Tables, asset_class: str) -> dict[str, Decimal]:
    """Value of each holding of a class, in minor units."""
    return {
        called(symbol, currency): Decimal(value)
        for name, symbol, currency, value in zip(
            tables.assets["asset_class"],
            tables.assets["symbol"],
            tables.assets["currency"],
            tables.asset_values,
            strict=True,
        )
        if name == asset_class and value > 0
    }


def effect(tables: Tables, state: State, on: datetime.date, writing: Writing) -> str:
    """What it would take to be on these targets, in a sentence.

    Parameters:
        tables: the scope, against any targets.
        state: the targets.
        on: the day of the plan.
        writing: how numbers are written.
    """
    if not state.classes:
        return ""
    if wrong_sums(state):
        return "What it would take stands here once the targets add up to 100."
    try:
        head = planner.plan_rebalance(with_state(tables, state), on).header
    except AllocationError as error:
        return f"What it would take can't be calculated. {error}"
    if not head.trades:
        return "What it would take: no trade, the portfolio is on these targets."
    trades = f"{head.trades} trade{'' if head.trades == 1 else 's'}"
    bought, sold = (f"{writing.money(value, head.currency)} {head.currency}" for value in (head.bought, head.sold))
    return (
        f"What it would take: {trades}, {sold} sold and {bought} bought ({writing.percent(head.turnover)} turnover); "
        f"portfolio drift {writing.percent(head.drift_before)} before, {writing.percent(head.drift_after)} after."
    )


def unclassified(tables: Tables) -> list[str]:
    """What is held and in no class."""
    held = tables.assets[tables.assets["held_in"].map(len) > 0]
    held = held[held["asset_class"] == UNCLASSIFIED]
    return [called(*names) for names in zip(held["symbol"], held["currency"], strict=True)]
