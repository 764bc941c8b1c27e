"""Funds that belong to several classes: the classes' result counts, and of equal results the fewest trades."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from allocation.errors import AmountError
from allocation.planner.candidates import FLOOR
from allocation.planner.limits import Allowed
from allocation.planner.linear import INFINITE, Columns
from allocation.planner.program import Goal, Line, Program, solve
from allocation.planner.two_levels import Shared, among_classes, buyable, inside_classes, members
from allocation.tables import Tables


@dataclass(frozen=True)
class Bundle:
    """What moves together: a fund, or the assets of a class that belong to it alone.

    Attributes:
        asset_id: the fund's; None for a class's own assets.
        parts: class → part of the money (0–1).
        most_sold: minor units.
        buyable: whether money may go into it.
    """

    asset_id: int | None
    parts: Mapping[str, Fraction]
    most_sold: int
    buyable: bool


def bundles(tables: Tables, able: Allowed) -> list[Bundle]:
    """The funds that span classes, and the classes' own assets."""
    values = tables.values
    funds = [
        Bundle(asset, parts, able.most_sold(asset, values[asset]), asset in able.buyable)
        for asset, parts in sorted(tables.spans.items())
        if asset in values
    ]
    own = [
        Bundle(
            None,
            {name: Fraction(1)},
            sum(able.most_sold(asset, values[asset]) for asset in assets),
            bool(tables.strategy.class_weights[name])
            and any(buyable(tables, name, asset) for asset in assets if asset in able.buyable),
        )
        for name, assets in sorted(members(tables).items())
        if name in tables.strategy.class_weights
    ]
    return [*own, *funds]


def share_spanning(tables: Tables, flow: int, rule: str, able: Allowed) -> Shared:
    """Share ``flow`` by ``rule`` among the classes, and find the trades that come nearest to that.

    ``lazy`` minimises Σ (value after − target value)² / target value over the classes itself; the others come as near
    to their own class amounts, in the same norm, as the funds let them.
    """
    by_class = among_classes(tables, flow, rule, able)
    return _nearest(
        tables, flow, by_class, able, rule == "lazy", (flow > 0, flow < 0),
        lambda own: inside_classes(tables, own, rule, able),
    )  # fmt: skip


def rebalance_spanning(
    tables: Tables,
    flow: int,
    by_class: Mapping[str, int],
    able: Allowed,
    inside: Callable[[Mapping[str, int]], dict[int, int]],
) -> Shared:
    """The trades that come nearest to what a rebalance buys and sells of each class."""
    return _nearest(tables, flow, by_class, able, False, (True, True), inside)


def _nearest(
    tables: Tables,
    flow: int,
    by_class: Mapping[str, int],
    able: Allowed,
    to_targets: bool,
    sides: tuple[bool, bool],
    inside: Callable[[Mapping[str, int]], dict[int, int]],
) -> Shared:
    found = bundles(tables, able)
    reached = {name for bundle in found if bundle.buyable or flow < 0 for name in bundle.parts}
    unplaced = {name: amount for name, amount in by_class.items() if amount > 0 and name not in reached}
    money = flow - sum(unplaced.values())
    total = tables.total + flow
    held = sum(max(value, 0) for value in tables.asset_values)
    scale = max(abs(flow), held, 1) / 1e4
    goals = []
    counted = set(tables.strategy.class_weights)
    if not to_targets:
        # What has no target is neither bought nor sold; of distances to targets it is no part.
        counted |= {part for bundle in found for part in bundle.parts}
    for name in sorted(counted):
        target = tables.strategy.class_weights.get(name, Fraction(0))
        wanted = target * total - tables.class_values.get(name, 0) if to_targets else Fraction(by_class.get(name, 0))
        parts = {i: float(bundle.parts[name]) for i, bundle in enumerate(found) if name in bundle.parts}
        if parts:
            goals.append(Goal(parts, float(wanted) / scale, float((target or FLOOR) * max(total, 1)) / scale))
    buys, sells = sides
    answer = solve(
        Program(
            [
                Line(
                    "",
                    (max(money, 0) + held) / scale if buys and bundle.buyable else 0.0,
                    bundle.most_sold / scale if sells else 0.0,
                )
                for bundle in found
            ],
            goals,
            {"": money / scale},
            idle={"": 0.0},
            fewest=True,
        )
    )
    if answer is None:
        raise AmountError(
            "Nothing that may be traded comes to this amount, because it is held in funds that span several classes. "
            "Enter another amount, or loosen the limits."
        )
    traded = _to_minor([amount * scale for amount in answer.traded], [bundle.most_sold for bundle in found], money)
    by_fund = {
        bundle.asset_id: amount for bundle, amount in zip(found, traded, strict=True) if bundle.asset_id is not None
    }
    own = {
        next(iter(bundle.parts)): amount
        for bundle, amount in zip(found, traded, strict=True)
        if bundle.asset_id is None and amount
    }
    by_asset = {asset: amount for asset, amount in (inside(own) | by_fund).items() if amount}
    return Shared(own, by_asset, unplaced, all(sides))


def _to_minor(amounts: list[float], most_sold: list[int], total: int) -> list[int]:
    """Rounded to the minor unit, adding up; what rounding leaves goes to the largest that has room."""
    whole = [max(round(amount), -most) for amount, most in zip(amounts, most_sold, strict=True)]
    for i in sorted(range(len(whole)), key=lambda i: (-abs(whole[i]), i)):
        rest = total - sum(whole)
        if whole[i] and rest:
            whole[i] = max(whole[i] + rest, -most_sold[i]) if whole[i] < 0 else max(whole[i] + rest, 0)
    return whole


def minimum_deposit_spanning(tables: Tables, able: Allowed) -> float | None:
    """The smallest deposit (minor units, not rounded) after which every class can be on its target, if there is one."""
    columns, found = Columns(), [bundle for bundle in bundles(tables, able) if bundle.buyable]
    bought = [columns.add(0.0, INFINITE, 1.0) for _ in found]
    scale = max(tables.total, 1)
    names = {*tables.strategy.class_weights, *tables.class_values, *(name for bundle in found for name in bundle.parts)}
    for name in names:
        target = tables.strategy.class_weights.get(name, Fraction(0))
        parts = {
            column: float(bundle.parts.get(name, Fraction(0)) - target)
            for column, bundle in zip(bought, found, strict=True)
        }
        missing = float((target * tables.total - tables.class_values.get(name, 0)) / scale)
        columns.row(parts, missing, missing)
    answer = columns.solve(2.0)
    return None if answer is None else sum(answer[0][column] for column in bought) * scale
