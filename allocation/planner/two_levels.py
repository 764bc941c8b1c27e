"""Sharing a flow of money on two levels: among the classes, then inside each class among its holdings."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from allocation.planner.rules import share
from allocation.tables import PERCENT_STEPS, Tables

PORTFOLIO = "portfolio"


@dataclass(frozen=True)
class Shared:
    """Where a flow goes, in minor units.

    Attributes:
        by_class: amount of each class that takes part.
        by_asset: amount of each asset that takes part, by ``asset_id``.
        unplaced: amount of each class that holds nothing the money could be put into.
    """

    by_class: dict[str, int]
    by_asset: dict[int, int]
    unplaced: dict[str, int]


def share_flow(tables: Tables, flow: int, rule: str) -> Shared:
    """Share ``flow`` (minor units) by ``rule`` among the classes, then by the same rule inside each class.

    Inside a class the rule works against the class's new value. A class without holding targets shares by the
    current value of its holdings; that keeps their proportions, as every rule would with those as targets.
    """
    by_class = _among_classes(tables, flow, rule)
    values = dict(zip(tables.assets["asset_id"].astype(int), tables.asset_values(), strict=True))
    with_targets, by_value = [], []
    for name, assets in _members(tables).items():
        if not by_class.get(name):
            continue
        within = tables.strategy.holding_weights().get(name)
        for asset_id in assets:
            line = {"group_id": name, "line": asset_id, "value": values[asset_id]}
            if within is None:
                by_value.append(line | {"target": max(values[asset_id], 0)})
            else:
                with_targets.append(line | {"target": _steps(within.get(asset_id, Fraction(0)))})
    class_values = tables.class_values()
    flows = pd.DataFrame(
        [
            {"group_id": name, "flow": amount, "total_after": class_values.get(name, 0) + amount}
            for name, amount in by_class.items()
        ],
        columns=["group_id", "flow", "total_after"],
    )
    by_asset = _amounts(with_targets, flows, rule) | _amounts(by_value, flows, "by_target")
    placed = {name: sum(by_asset.get(asset_id, 0) for asset_id in ids) for name, ids in _members(tables).items()}
    unplaced = {
        name: amount - placed.get(name, 0) for name, amount in by_class.items() if amount != placed.get(name, 0)
    }
    return Shared(by_class, by_asset, unplaced)


def _among_classes(tables: Tables, flow: int, rule: str) -> dict[str, int]:
    values = tables.class_values()
    lines = [
        {"group_id": PORTFOLIO, "line": name, "value": values.get(name, 0), "target": _steps(target)}
        for name, target in tables.strategy.class_weights().items()
    ]
    flows = pd.DataFrame([{"group_id": PORTFOLIO, "flow": flow, "total_after": tables.total() + flow}])
    return _amounts(lines, flows, rule)


def _amounts(lines: list[dict[str, object]], flows: pd.DataFrame, rule: str) -> dict[Any, int]:
    if not lines:
        return {}
    shared = share(pd.DataFrame(lines), flows, rule)
    return {line: int(amount) for line, amount in zip(shared["line"], shared["amount"], strict=True)}


def _members(tables: Tables) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for name, asset_id in zip(tables.assets["asset_class"], tables.assets["asset_id"], strict=True):
        members.setdefault(str(name), []).append(int(asset_id))
    return members


def _steps(weight: Fraction) -> int:
    return int(weight * 100 * PERCENT_STEPS)
