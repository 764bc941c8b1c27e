"""What may be traded in which account, and how near it should come to what the rule alone would trade."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from allocation.drift import effective_weights
from allocation.planner.limits import Allowed
from allocation.planner.two_levels import Shared, buyable
from allocation.tables import Asset, Tables

Key = TypeVar("Key", int, str)

FLOOR = Fraction(1, 100)
"""A distance is measured in the target value; of what has a target of 0, in this part of the total."""
LEAST = Fraction(1, 10_000)
"""And of a cent that is left of a fund in this part: in its own target value all money would be as far off."""


@dataclass(frozen=True)
class Candidate:
    """What may be traded of an asset in an account; money in minor units.

    Attributes:
        asset_id: of the asset.
        account: empty where it can be any.
        value: what the account holds of it.
        quantity: shares that the account holds of it.
        most_bought, most_sold: money.
        step: shares that a trade is a multiple of; None: fractions.
        price: money of one share, exact.
        is_cash: whether it is cash, which costs no fee and has no smallest trade.
    """

    asset_id: int
    account: str
    value: int
    quantity: Fraction
    most_bought: int
    most_sold: int
    step: Fraction | None
    price: Fraction
    is_cash: bool

    @property
    def unit(self) -> Fraction | None:
        """Money of one step."""
        return None if self.step is None else self.step * self.price


@dataclass(frozen=True)
class Wanted:
    """What the rule alone would trade of an asset; not to costs distance² / scale + 2 × slope × distance."""

    amount: int
    scale: Fraction
    slope: Fraction


def candidates(
    tables: Tables, kind: str, shared: Shared, able: Allowed, budget: int, by_account: bool
) -> list[Candidate]:
    """What may be traded, in the order of symbols and accounts."""
    held: dict[int, dict[str, tuple[int, Fraction]]] = {}
    for position in tables.positions:
        here_held = held.setdefault(position.asset_id, {})
        here_held[position.account] = position.value, _exact(position.quantity)
    found = []
    for asset in sorted(tables.asset_rows, key=lambda asset: asset.called):
        asset_id = asset.asset_id
        buys, sells = _sides(tables, kind, shared, able, asset, by_account)
        if not buys and not sells:
            continue
        own = held.get(asset_id, {})
        holders = sorted(own)
        for account in _accounts(tables, able, asset_id, holders, by_account):
            here = [own[name] for name in holders if account in ("", name)]
            value, quantity = sum(value for value, _ in here), sum((shares for _, shares in here), Fraction(0))
            kept = sum(
                kept for (name, cash), kept in able.cash_kept.items() if cash == asset_id and account in ("", name)
            )
            found.append(
                Candidate(
                    asset_id,
                    account,
                    value,
                    quantity,
                    budget if buys and _may_buy(able, asset_id, account, holders) else 0,
                    max(value - kept, 0) if sells else 0,
                    able.steps.get(asset_id),
                    price_in_minor(tables, asset),
                    asset.is_cash,
                )
            )
    return found


def _sides(
    tables: Tables, kind: str, shared: Shared, able: Allowed, asset: Asset, by_account: bool
) -> tuple[bool, bool]:
    """Whether an asset may be bought, and sold."""
    asset_id, name, amount = asset.asset_id, asset.asset_class, shared.by_asset.get(asset.asset_id, 0)
    spans = asset_id in tables.spans
    has_target = spans or bool(tables.strategy.class_weights.get(name)) and buyable(tables, name, asset_id)
    buys = asset_id in able.buyable and has_target
    sells = asset_id in able.sellable and (spans or name in tables.strategy.class_weights)
    if kind == "deposit":
        return buys, False
    if kind == "withdrawal":
        return False, sells
    return (buys, sells) if by_account else (buys and amount > 0, sells and amount < 0)


def _accounts(tables: Tables, able: Allowed, asset_id: int, holders: list[str], by_account: bool) -> list[str]:
    if not by_account:
        return [tables.place]
    may = {account for account, assets in able.may_buy.items() if asset_id in assets}
    return sorted({*holders, *may} or set(tables.accounts))


def _may_buy(able: Allowed, asset_id: int, account: str, holders: list[str]) -> bool:
    """An account with an entry of its own buys only what that names; another, what it holds or what nobody holds."""
    if account in able.may_buy:
        return asset_id in able.may_buy[account]
    return not holders or account in ("", *holders)


def wanted(tables: Tables, shared: Shared, rule: str, flow: int) -> dict[int, Wanted]:
    """What the rule alone would trade of each asset with a target or a trade.

    By ``lazy``, what is minimised is Σ (value after − target value)² / target value. Around the rule's own plan that
    is the distance from it, and for each unit of money how far the line already is above the level that the rule
    raises (or lowers) the others to: on both levels, its class's and its own inside the class. Being above its target
    is no reason to sell more than is taken out, nor to leave a deposit as cash.
    """
    total = tables.total + flow
    values = tables.values
    weights = dict(zip(values, effective_weights(tables), strict=True))
    taking_part = {
        asset
        for asset, name in tables.class_of.items()
        if name in tables.strategy.class_weights or asset in tables.spans
    }
    slopes = _slopes(tables, shared, weights, values, flow, total) if rule == "lazy" else {}
    return {
        asset: Wanted(
            shared.by_asset.get(asset, 0),
            (max(weight, LEAST) if weight else FLOOR) * total if total > 0 else Fraction(1),
            slopes.get(asset, Fraction(0)),
        )
        for asset, weight in weights.items()
        if asset in taking_part
    }


def _slopes(
    tables: Tables,
    shared: Shared,
    weights: Mapping[int, Fraction | None],
    values: Mapping[int, int],
    flow: int,
    total: int,
) -> dict[int, Fraction]:
    if not total:
        return {}
    names, targets = tables.class_of, tables.strategy.class_weights
    assets = _levels(weights, {asset: value + shared.by_asset.get(asset, 0) for asset, value in values.items()}, total)
    classes = _levels(
        targets, {name: tables.class_values.get(name, 0) + shared.by_class.get(name, 0) for name in targets}, total
    )
    inside = {
        name: _reached((level for asset, level in assets.items() if names[asset] == name), flow) for name in classes
    }
    traded = [asset for asset in assets if shared.by_asset.get(asset)]
    # Where nothing is traded, the next money would go where the ratio is lowest, or come from where it is highest.
    level = _reached((assets[asset] for asset in traded or assets), flow)
    class_level = _reached((classes[names[asset]] for asset in traded or assets if names[asset] in classes), flow)
    return {
        asset: min(level - 1, Fraction(0))
        + (classes[name].filled - class_level)
        + (assets[asset].filled - inside[name])
        for asset in assets
        if (name := names[asset]) in classes
    }


class _Level(NamedTuple):
    """How far an asset or a class is filled, 1 for its target, and how far a minor unit would fill it."""

    filled: Fraction
    unit: Fraction


def _levels(weights: Mapping[Key, Fraction | None], after: Mapping[Key, int], total: int) -> dict[Key, _Level]:
    """Of all that have a target."""
    units = {key: 1 / (max(weight, LEAST) * total) for key, weight in weights.items() if weight}
    return {key: _Level(1 + (after[key] - (weights[key] or 0) * total) * unit, unit) for key, unit in units.items()}


def _reached(levels: Iterable[_Level], flow: int) -> Fraction:
    """The level that money raises the lowest to, or lowers the highest.

    What a minor unit more would bring past the others is not behind them: where a cent of a fund is left, no trade
    brings it nearer. Of those that are level but for that, the largest tells it most exactly.
    """
    found = list(levels)
    if not found:
        return Fraction(1)
    if flow > 0:
        edge = min(level.filled + level.unit for level in found)
        near = [level for level in found if level.filled <= edge]
    else:
        edge = max(level.filled - level.unit for level in found)
        near = [level for level in found if level.filled >= edge]
    return min(near, key=lambda level: level.unit).filled


def price_in_minor(tables: Tables, asset: Asset) -> Fraction:
    """The price of one share in minor units of the base currency, exact."""
    return _exact(asset.price) * _exact(asset.rate) * int(10**tables.digits)


def _exact(number: float) -> Fraction:
    return Fraction(Decimal(repr(float(number))))
