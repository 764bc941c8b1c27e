"""What a plan is made from: what is traded, what is not, and what each asset and class comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from allocation.drift import effective_weights
from allocation.planner.two_levels import Shared
from allocation.tables import Tables

CASH_CLASS = "Cash"


@dataclass(frozen=True)
class Order:
    """What is traded of one asset in one account.

    Attributes:
        asset_id: of the asset.
        account: empty where it can be any.
        amount: minor units; negative sells.
        shares: where they are a given number; None: what the amount comes to at the price.
        fee: minor units.
        notes: what else there is to say.
    """

    asset_id: int
    account: str
    amount: int
    shares: float | None = None
    fee: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undone:
    """What a limit kept from being traded.

    Attributes:
        asset_id: of the asset.
        account: empty where it can be any.
        why: the limit in words.
    """

    asset_id: int
    account: str
    why: str


@dataclass(frozen=True)
class Settled:
    """What is traded and what is not, in minor units.

    Attributes:
        orders: one an asset and account.
        shared: what the rule alone would trade.
        limited: what a limit kept from being traded.
        waiting: (class, account) → money for a class that has nothing to buy; the account is empty where it can be any.
        cash_left: money that no trade could use, by account (empty: any).
        keep: symbols and classes that were asked to stay.
        limits: the limits in words.
        gap: how far it may be from the nearest such plan, in units of the measure.
    """

    orders: Sequence[Order]
    shared: Shared
    waiting: Mapping[tuple[str, str], int] = field(default_factory=dict)
    limited: Sequence[Undone] = ()
    cash_left: Mapping[str, int] = field(default_factory=dict)
    keep: Collection[str] = ()
    limits: tuple[str, ...] = ()
    gap: float = 0.0


class Outcome:
    """What a plan's rows are made from: the scope before, and what each asset and class comes to after."""

    def __init__(self, tables: Tables, flow: int, settled: Settled) -> None:
        self.tables, self.flow, self.settled = tables, flow, settled
        self.fees = sum(order.fee for order in settled.orders)
        self.total, self.total_after = tables.total, tables.total + flow - self.fees
        self.values = tables.values
        self.targets = dict(zip(self.values, effective_weights(tables), strict=True))
        self.assets = {asset.asset_id: asset for asset in tables.asset_rows}
        self.held = {(held.account, held.asset_id): held for held in tables.positions}
        self.amounts: dict[int, int] = {}
        for order in settled.orders:
            self.amounts[order.asset_id] = self.amounts.get(order.asset_id, 0) + order.amount
        self.class_amounts = self._class_amounts()

    def _class_amounts(self) -> dict[str, int]:
        sums: dict[str, int] = {}
        moved = [
            part
            for asset_id, amount in self.amounts.items()
            for part in self._moved(asset_id, amount).items()
        ]  # fmt: skip
        left = [(cash_class(self.tables), amount) for amount in self.settled.cash_left.values()]
        waiting = [(name, amount) for (name, _), amount in self.settled.waiting.items()]
        for name, amount in [*moved, *waiting, *left]:
            sums[name] = sums.get(name, 0) + amount
        return {name: amount for name, amount in sums.items() if amount}

    def _moved(self, asset_id: int, amount: int) -> dict[str, int]:
        name, value = self.assets[asset_id].asset_class, self.values[asset_id]
        before = self.tables.by_class(asset_id, name, value)
        return {
            part: after - before[part] for part, after in self.tables.by_class(asset_id, name, value + amount).items()
        }

    def measures(self) -> tuple[float, float]:
        """Σ (after − target)² / target and Σ |after − target|, in the base currency.

        Over the assets that have a target; where funds span classes, over the classes.
        """
        squares = distance = Fraction(0)
        lines: Iterable[tuple[Fraction | None, int]] = (
            (target, self.values[asset_id] + self.amounts.get(asset_id, 0)) for asset_id, target in self.targets.items()
        )
        if self.tables.spans:
            values, moved = self.tables.class_values, self.class_amounts
            lines = (
                (target, values.get(name, 0) + moved.get(name, 0))
                for name, target in self.tables.strategy.class_weights.items()
            )
        for target, after in lines:
            if target:
                goal = target * self.total_after
                off = after - goal
                squares, distance = squares + off * off / goal if goal else squares, distance + abs(off)
        unit = 10**self.tables.digits
        return float(squares / unit), float(distance / unit)


def cash_class(tables: Tables) -> str:
    """The class that money left as cash counts in: that of the base currency's cash, or ``Cash``."""
    cash = (
        asset.asset_class for asset in tables.asset_rows if asset.is_cash and asset.currency == tables.base_currency
    )
    return next(cash, CASH_CLASS)
