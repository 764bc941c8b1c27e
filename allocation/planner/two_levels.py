"""Sharing a flow of money on two levels: among the classes, then inside each class among its holdings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from allocation.planner.rules import share
from allocation.tables import PERCENT_STEPS, Tables


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


@dataclass
class Flow:
    """A flow among some lines: what one group of a rule's statement is."""

    amount: int
    total_after: int
    lines: dict[Any, tuple[int, int]]  # line → (value, target)


def share_flow(tables: Tables, flow: int, rule: str) -> Shared:
    """Share ``flow`` (minor units) by ``rule`` among the classes, then by the same rule inside each class.

    Inside a class the rule works against the class's new value. A class without holding targets shares by the
    current value of its holdings; that keeps their proportions, as every rule would with those as targets.
    """
    values = dict(zip(tables.assets["asset_id"].astype(int), tables.asset_values, strict=True))
    held = {
        int(asset_id)
        for asset_id, accounts in zip(tables.assets["asset_id"], tables.assets["held_in"], strict=True)
        if len(accounts)
    }
    by_class = _among_classes(tables, flow, rule)
    by_target, by_value = [], []
    for name, assets in members(tables).items():
        amount, within = by_class.get(name, 0), tables.strategy.holding_weights.get(name)
        if not amount:
            continue
        if within is None:
            by_value += shares_by_value(amount, {asset_id: values[asset_id] for asset_id in assets if asset_id in held})
        else:
            lines = {asset_id: (values[asset_id], steps(within.get(asset_id, Fraction(0)))) for asset_id in assets}
            by_target.append(Flow(amount, tables.class_values.get(name, 0) + amount, lines))
    by_asset = added(share_flows(by_target, rule) + share_flows(by_value, "by_target"))
    placed = {name: sum(by_asset.get(asset_id, 0) for asset_id in ids) for name, ids in members(tables).items()}
    unplaced = {
        name: amount - placed.get(name, 0) for name, amount in by_class.items() if amount != placed.get(name, 0)
    }
    return Shared(by_class, by_asset, unplaced)


def _among_classes(tables: Tables, flow: int, rule: str) -> dict[str, int]:
    lines = {
        name: (tables.class_values.get(name, 0), steps(target))
        for name, target in tables.strategy.class_weights.items()
    }
    return added(share_flows([Flow(flow, tables.total + flow, lines)], rule))


def shares_by_value(amount: int, values: dict[int, int]) -> list[Flow]:
    """A class's part among its holdings by their value; a deposit pays back what is overdrawn first."""
    overdrawn = {line: (value, -value) for line, value in values.items() if value < 0}
    positive = {line: (value, value) for line, value in values.items() if value > 0}
    to_repay = min(max(amount, 0), sum(target for _, target in overdrawn.values()))
    others = positive or {line: (value, 1) for line, value in values.items()}
    return [Flow(to_repay, 0, overdrawn), Flow(amount - to_repay, 0, others)]


def share_flows(flows: Iterable[Flow], rule: str) -> list[tuple[Any, int]]:
    """The amounts of all flows, in one statement; a flow with one line to go to needs none."""
    busy = [flow for flow in flows if flow.amount and flow.lines]
    alone = [flow for flow in busy if len(flow.lines) == 1 and all(target for _, target in flow.lines.values())]
    amounts = [(line, flow.amount) for flow in alone for line in flow.lines]
    several = [flow for flow in busy if flow not in alone]
    if not several:
        return amounts
    lines = pd.DataFrame(
        [
            (group, line, value, target)
            for group, flow in enumerate(several)
            for line, (value, target) in flow.lines.items()
        ],
        columns=["group_id", "line", "value", "target"],
    )
    totals = pd.DataFrame(
        [(group, flow.amount, flow.total_after) for group, flow in enumerate(several)],
        columns=["group_id", "flow", "total_after"],
    )
    shared = share(lines, totals, rule)
    return amounts + list(zip(shared["line"], shared["amount"].astype(int), strict=True))


def added(amounts: Iterable[tuple[Any, int]]) -> dict[Any, int]:
    """The sum of each line's amounts."""
    sums: dict[Any, int] = {}
    for line, amount in amounts:
        sums[line] = sums.get(line, 0) + int(amount)
    return sums


def members(tables: Tables) -> dict[str, list[int]]:
    """The ``asset_id`` of each asset of each class."""
    of_class: dict[str, list[int]] = {}
    for name, asset_id in zip(tables.assets["asset_class"], tables.assets["asset_id"], strict=True):
        of_class.setdefault(str(name), []).append(int(asset_id))
    return of_class


def steps(weight: Fraction) -> int:
    """A target weight in the whole numbers that the rules reckon with."""
    return int(weight * 100 * PERCENT_STEPS)
