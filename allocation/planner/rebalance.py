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
        if line.value + inside > line.high * total
    }
    sold = {name: amount for name, amount in sold.items() if amount > 0}
    wanted = {
        name: _floor(line.low * total - line.value) + inside
        for name, line in lines.items()
        if line.buyable and (line.value < line.low * total or (inside and line.value == line.low * total))
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


@dataclass(frozen=True)
class Back:
    """A scope on its way back to its targets; money in minor units.

    Attributes:
        tables: the scope as it is.
        flow: a deposit, or a withdrawal (negative), that goes with it.
        goal: where what is traded ends.
        only_outside: trade only what is out of its band, and what that needs.
        points: the distance of the goal ``distance``, in weight.
        limits: what may be bought and sold.
    """

    tables: Tables
    flow: int
    goal: Goal
    only_outside: bool
    points: Fraction
    limits: Allowed

    @property
    def total(self) -> int:
        return self.tables.total + self.flow

    @property
    def beyond(self) -> int:
        """Minor units to go beyond where it may end: reaching the edge of a band is being out of it."""
        return int(self.goal.share == 1)

    def ends(self, value: int, total: int, target: Fraction, name: str) -> tuple[Fraction, Fraction]:
        """The lowest and highest part of ``total`` where a class or holding may end."""
        band = self.tables.strategy.band_of(name)
        weight = Fraction(value, total) if total else Fraction(0)
        if self.only_outside and band.status(weight, target) == IN_BAND:
            # Where what is traded ends beyond an edge, this is none.
            room = Fraction(self.beyond, total) if total else Fraction(0)
            return min(weight, target) - room, max(weight, target) + room
        distance = self.goal.distance(target, band, self.points)
        return target - distance, target + distance

    def among_classes(self) -> dict[str, int]:
        """What each class is bought or sold for."""
        tables, of_class = self.tables, members(self.tables)
        values = tables.values
        spanned = {name for parts in tables.spans.values() for name in parts}
        lines = {}
        for name, target in tables.strategy.class_weights.items():
            value, assets = tables.class_values.get(name, 0), of_class.get(name, [])
            sellable = sum(self.limits.most_sold(asset, values[asset]) for asset in assets)
            able = any(buyable(tables, name, asset) for asset in assets if asset in self.limits.buyable)
            stays = min(value, 0) if name in spanned else value - sellable
            lines[name] = Line(
                value,
                target,
                *self.ends(value, self.total, target, name),
                stays,
                bool(target) and (able or name in spanned),
            )
        return back_to(lines, self.flow, self.total, self.beyond)

    def shared(self, by_class: dict[str, int]) -> Shared:
        """What each class and each asset is bought or sold for."""
        by_asset = self.inside_classes(by_class)
        placed = {name: sum(by_asset.get(asset, 0) for asset in ids) for name, ids in members(self.tables).items()}
        unplaced = {
            name: amount - placed.get(name, 0) for name, amount in by_class.items() if amount != placed.get(name, 0)
        }
        return Shared(by_class, by_asset, unplaced, both_ways=True)

    def inside_classes(self, by_class: Mapping[str, int]) -> dict[int, int]:
        """What each asset is bought or sold for, where each class is for ``by_class``."""
        tables, limits = self.tables, self.limits
        values = tables.values
        targets = dict(zip(values, effective_weights(tables), strict=True))
        by_asset: dict[int, int] = {}
        by_value: dict[str, int] = {}
        for name, assets in members(tables).items():
            amount, within = by_class.get(name, 0), tables.strategy.holding_weights.get(name)
            if name not in by_class and (within is None or name not in tables.strategy.class_weights):
                continue
            if within is None:
                by_value[name] = amount
                continue
            after = sum(values[asset] for asset in assets) + amount
            lines = {}
            for asset in assets:
                part, effective = within.get(asset, Fraction(0)), targets[asset] or Fraction(0)
                if tables.strategy.band_of(name).of_class:
                    whole, aim = after, part
                else:
                    whole, aim = self.total, effective
                scale = part / aim if aim else Fraction(0)
                low, high = self.ends(values[asset], whole, aim, name)
                in_band = self.only_outside and low <= Fraction(values[asset], whole or 1) <= high
                own = Fraction(values[asset], after) if after else Fraction(0)
                room = Fraction(self.beyond, after) if after else Fraction(0)
                where = (min(own, part) - room, max(own, part) + room) if in_band else (low * scale, high * scale)
                stays = min(values[asset], values[asset] - limits.most_sold(asset, values[asset]))
                lines[asset] = Line(values[asset], part, *where, stays, part > 0 and asset in limits.buyable)
            by_asset |= back_to(lines, amount, after, self.beyond)
        by_asset |= shared_by_value(tables, by_value, limits)
        return {asset: amount for asset, amount in by_asset.items() if amount}


def _floor(amount: Fraction) -> int:
    return amount.numerator // amount.denominator
