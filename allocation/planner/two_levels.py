"""Sharing a flow of money on two levels: among the classes, then inside each class among its holdings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from allocation.percents import PERCENT_STEPS
from allocation.planner.limits import Allowed
from allocation.planner.rules import share
from allocation.tables import Tables


@dataclass(frozen=True)
class Shared:
    """Where a flow goes, in minor units.

    Attributes:
        by_class: amount of each class that takes part.
        by_asset: amount of each asset that takes part, by ``asset_id``.
        unplaced: amount of each class that holds nothing the money could be put into.
        both_ways: whether it is bought and sold.
    """

    by_class: dict[str, int]
    by_asset: dict[int, int]
    unplaced: dict[str, int]
    both_ways: bool = False


@dataclass
class Flow:
    """A flow among some lines: what one group of a rule's statement is."""

    amount: int
    total_after: int
    lines: dict[Any, tuple[int, int]]  # line → (value, target)


def share_flow(tables: Tables, flow: int, rule: str, limits: Allowed) -> Shared:
    """Share ``flow`` (minor units) by ``rule`` among the classes, then by the same rule inside each class.

    Inside a class the rule works against the class's new value. A class without holding targets shares by the
    current value of its holdings; that keeps their proportions, as every rule would with those as targets. What may
    not be traded takes no part.
    """
    by_class = among_classes(tables, flow, rule, limits)
    by_asset = inside_classes(tables, by_class, rule, limits)
    placed = {name: sum(by_asset.get(asset, 0) for asset in ids) for name, ids in members(tables).items()}
    unplaced = {
        name: amount - placed.get(name, 0) for name, amount in by_class.items() if amount != placed.get(name, 0)
    }
    return Shared(by_class, by_asset, unplaced)


def among_classes(tables: Tables, flow: int, rule: str, limits: Allowed) -> dict[str, int]:
    """What each class gets of a flow, or gives."""
    of_class = members(tables)
    lines = {
        name: (tables.class_values.get(name, 0), steps(target))
        for name, target in tables.strategy.class_weights.items()
        if flow < 0 or not kept_out(tables, name, of_class.get(name, []), limits)
    }
    most = None
    if flow < 0:
        values = tables.values
        most = dict.fromkeys(lines, 0)
        for asset, value in values.items():
            able = limits.most_sold(asset, value)
            for name, part in tables.by_class(asset, tables.class_of[asset], able).items():
                if name in most:
                    most[name] += part
    return share_at_most([(Flow(flow, tables.total + flow, lines), most)], rule)


def inside_classes(tables: Tables, by_class: Mapping[str, int], rule: str, limits: Allowed) -> dict[int, int]:
    """What each asset gets or gives, where each class does as in ``by_class``."""
    values = tables.values
    by_value: dict[str, int] = {}
    by_target: list[tuple[Flow, dict[Any, int] | None]] = []
    for name, assets in members(tables).items():
        amount, within = by_class.get(name, 0), tables.strategy.holding_weights.get(name)
        if not amount:
            continue
        if within is None:
            by_value[name] = amount
            continue
        able = limits.buyable if amount > 0 else limits.sellable
        lines = {asset: (values[asset], steps(within.get(asset, Fraction(0)))) for asset in assets if asset in able}
        most = None if amount > 0 else {asset: limits.most_sold(asset, values[asset]) for asset in lines}
        by_target.append((Flow(amount, sum(values[asset] for asset in assets) + amount, lines), most))
    return shared_by_value(tables, by_value, limits) | share_at_most(by_target, rule)


def share_at_most(flows: Iterable[tuple[Flow, dict[Any, int] | None]], rule: str) -> dict[Any, int]:
    """The amounts of all flows; where there is a ``most``, no line gives more than that, and the others are asked."""
    amounts: dict[Any, int] = {}
    waiting = list(flows)
    while waiting:
        shared = added(share_flows([flow for flow, _ in waiting], rule))
        again: list[tuple[Flow, dict[Any, int] | None]] = []
        for flow, most in waiting:
            own = {line: shared[line] for line in flow.lines if line in shared}
            full = {line for line, amount in own.items() if most is not None and -amount > most[line]}
            if not full or most is None:
                amounts |= own
                continue
            amounts |= {line: -most[line] for line in full}
            given = sum(most[line] for line in full)
            others = {line: cell for line, cell in flow.lines.items() if line not in full}
            again.append((Flow(flow.amount + given, flow.total_after, others), most))
        waiting = again
    return amounts


def kept_out(tables: Tables, name: str, assets: Iterable[int], limits: Allowed) -> bool:
    """Whether limits alone keep everything of a class from being bought."""
    could = [asset for asset in assets if buyable(tables, name, asset)]
    return bool(could) and not limits.buyable.intersection(could)


def buyable(tables: Tables, name: str, asset_id: int) -> bool:
    """Whether an asset of a class is bought when money goes there: it has a target in it, or is held where none has."""
    within = tables.strategy.holding_weights.get(name)
    return tables.is_held(asset_id) if within is None else bool(within.get(asset_id))


def shared_by_value(tables: Tables, by_class: Mapping[str, int], limits: Allowed) -> dict[int, int]:
    """Each class's part among its holdings by their value."""
    values, of_class = tables.values, members(tables)
    flows: list[tuple[Flow, dict[Any, int] | None]] = []
    for name, amount in by_class.items():
        able = limits.buyable if amount > 0 else limits.sellable
        held = {asset: values[asset] for asset in of_class[name] if asset in able and tables.is_held(asset)}
        most = None if amount > 0 else {asset: limits.most_sold(asset, value) for asset, value in held.items()}
        flows += [(flow, most) for flow in shares_by_value(amount, held)]
    return share_at_most(flows, "by_target")


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
    """The ``asset_id`` of each asset that belongs to a class alone, by class."""
    of_class: dict[str, list[int]] = {}
    for asset_id, name in tables.class_of.items():
        if asset_id not in tables.spans:
            of_class.setdefault(name, []).append(asset_id)
    return of_class


def steps(weight: Fraction) -> int:
    """A target weight in the whole numbers that the rules reckon with."""
    return int(weight * 100 * PERCENT_STEPS)
