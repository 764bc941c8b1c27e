"""Buying and selling back towards the targets: on two levels, as far as a goal says, touching no more than it must."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allocation.bands import IN_BAND
from allocation.drift import effective_weights
from allocation.planner.goals import Goal
from allocation.planner.limits import Allowed
from allocation.planner.two_levels import (
    Flow,
    Shared,
    added,
    buyable,
    members,
    share_flows,
    shared_by_value,
    steps,
)
from allocation.tables import Tables


@dataclass(frozen=True)
class Line:
    """One class of a scope, or one holding of a class.

    Attributes:
        value: minor units.
        target: part of the whole that is shared out (0–1).
        low, high: part of the whole below which it is bought up to it, above which it is sold down to it.
        stays: minor units that may not be sold.
        buyable: whether money can be put into it.
    """

    value: int
    target: Fraction
    low: Fraction
    high: Fraction
    stays: int = 0
    buyable: bool = True


def back_to(lines: Mapping[Any, Line], flow: int, total: int, inside: int) -> dict[Any, int]:
    """What is bought and sold of each line, in minor units; adds up to ``flow`` wherever that can be bought or sold.

    What is above its ``high`` is sold down to it, what is below its ``low`` is bought up to it. Money that is over goes
    where the value/target ratio is lowest; money that is missing comes from where it is highest, and what is on its
    target or below sells nothing for another's sake. Where nothing can be bought, no more is sold than is taken out.

    Parameters:
        lines: by any name.
        flow: money that comes in (or goes out, negative).
        total: what the parts are parts of, after the flow.
        inside: minor units to go beyond ``low`` and ``high``, where reaching them is not enough.
    """
    if not any(line.buyable for line in lines.values()):
        most = {name: line.value - line.stays for name, line in lines.items()}
        return {name: -amount for name, amount in _taken(lines, {}, max(-flow, 0), most)}
    sold = {
        name: min(_floor(line.value - line.high * total) + inside, line.value - line.stays)
        for name, line in lines.items()
        if line.value > line.high * total
    }
    sold = {name: amount for name, amount in sold.items() if amount > 0}
    wanted = {
        name: _floor(line.low * total - line.value) + inside
        for name, line in lines.items()
        if line.buyable and line.value < line.low * total
    }
    over = flow + sum(sold.values()) - sum(wanted.values())
    if over < 0:
        # The part of a cent that rounding left with each is enough, together, for what the others lack.
        above = {
            name: line.value - sold.get(name, 0) - max(_floor(line.target * total), line.stays)
            for name, line in lines.items()
        }
        extra = min(-over, sum(max(most, 0) for most in above.values()))
        sold = added([*sold.items(), *_taken(lines, sold, extra, above)])
    money = flow + sum(sold.values())
    amounts = {name: -amount for name, amount in sold.items()}
    if money < 0:
        most = {name: line.value - sold.get(name, 0) - line.stays for name, line in lines.items()}
        return added([*amounts.items(), *((name, -amount) for name, amount in _taken(lines, sold, -money, most))])
    if money < sum(wanted.values()):
        return added([*amounts.items(), *_lazily(lines, amounts, money, wanted)])
    amounts = added([*amounts.items(), *wanted.items()])
    rest = flow - sum(amounts.values())
    untouched = [name for name, line in lines.items() if line.buyable and name not in sold]
    anything = untouched or [name for name, line in lines.items() if line.buyable]
    return added([*amounts.items(), *_lazily(lines, amounts, rest, anything)])


def _lazily(
    lines: Mapping[Any, Line], amounts: Mapping[Any, int], money: int, among: Collection[Any]
) -> list[tuple[Any, int]]:
    values = {name: (lines[name].value + amounts.get(name, 0), steps(lines[name].target)) for name in among}
    return share_flows([Flow(money, 0, values)], "lazy")


def _taken(
    lines: Mapping[Any, Line], sold: Mapping[Any, int], money: int, most: Mapping[Any, int]
) -> list[tuple[Any, int]]:
    """``money`` from the highest value/target ratios, from no line more than its ``most``."""
    taken: dict[Any, int] = {}
    while money > 0:
        able = {name: amount for name, amount in most.items() if amount > taken.get(name, 0)}
        if not able:
            break
        values = {
            name: (lines[name].value - sold.get(name, 0) - taken.get(name, 0), steps(lines[name].target))
            for name in able
        }
        part = {name: -amount for name, amount in share_flows([Flow(-money, 0, values)], "lazy")}
        capped = {name: min(amount, most[name] - taken.get(name, 0)) for name, amount in part.items()}
        taken = added([*taken.items(), *capped.items()])
        money -= sum(capped.values())
    return list(taken.items())


def rebalanced(tables: Tables, flow: int, goal: Goal, only_outside: bool, points: Fraction, limits: Allowed) -> Shared:
    """The trades that bring a scope back, in minor units.

    Parameters:
        tables: the scope as it is.
        flow: a deposit, or a withdrawal (negative), that goes with it.
        goal: where what is traded ends.
        only_outside: trade only what is out of its band, and what that needs.
        points: the distance of the goal ``distance``, in weight.
        limits: what may be bought and sold.
    """

    total_after = tables.total + flow

    def ends(value: int, target: Fraction, name: str) -> tuple[Fraction, Fraction]:
        band = tables.strategy.band_of(name)
        weight = Fraction(value, total_after) if total_after else Fraction(0)
        if only_outside and band.status(weight, target) == IN_BAND:
            return min(weight, target), max(weight, target)
        distance = goal.distance(target, band, points)
        return target - distance, target + distance

    inside = int(goal.share == 1)
    values = dict(zip(tables.assets["asset_id"].astype(int), tables.asset_values, strict=True))
    of_class = members(tables)
    sellable = {name: sum(limits.most_sold(asset, values[asset]) for asset in ids) for name, ids in of_class.items()}
    able = {name: [asset for asset in ids if asset in limits.buyable] for name, ids in of_class.items()}
    classes = {
        name: Line(
            value := tables.class_values.get(name, 0),
            target,
            *ends(value, target, name),
            stays=value - sellable.get(name, 0),
            buyable=bool(target and any(buyable(tables, name, asset) for asset in able.get(name, []))),
        )
        for name, target in tables.strategy.class_weights.items()
    }
    by_class = back_to(classes, flow, total_after, inside)
    targets = dict(zip(values, effective_weights(tables), strict=True))
    by_asset: dict[int, int] = {}
    for name in classes:
        amount, within = by_class.get(name, 0), tables.strategy.holding_weights.get(name)
        if within is None:
            by_asset |= shared_by_value(tables, amount, of_class.get(name, []), values, limits)
            continue
        after = tables.class_values.get(name, 0) + amount
        lines = {}
        for asset in of_class.get(name, []):
            part, effective = within.get(asset, Fraction(0)), targets[asset] or Fraction(0)
            scale = part / effective if effective else Fraction(0)
            low, high = ends(values[asset], effective, name)
            inside_band = low <= Fraction(values[asset], total_after or 1) <= high
            own = Fraction(values[asset], after) if after else Fraction(0)
            where = (min(own, part), max(own, part)) if inside_band and only_outside else (low * scale, high * scale)
            stays = min(values[asset], values[asset] - limits.most_sold(asset, values[asset]))
            lines[asset] = Line(values[asset], part, *where, stays, part > 0 and asset in limits.buyable)
        by_asset |= back_to(lines, amount, after, inside)
    by_asset = {asset: amount for asset, amount in by_asset.items() if amount}
    placed = {name: sum(by_asset.get(asset, 0) for asset in ids) for name, ids in of_class.items()}
    unplaced = {
        name: amount - placed.get(name, 0) for name, amount in by_class.items() if amount != placed.get(name, 0)
    }
    return Shared(by_class, by_asset, unplaced, both_ways=True)


def _floor(amount: Fraction) -> int:
    return amount.numerator // amount.denominator
