"""A plan: its trades, what was left undone, the classes before and after, and the header over them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import pandas as pd

from allocation.money import write_money, write_percent
from allocation.planner.request import Request
from allocation.tables import CASH, called

BUY, SELL, KEEP_AS_CASH, TAKE_FROM_CASH = "buy", "sell", "keep as cash", "take from cash"
TRADES = (BUY, SELL, KEEP_AS_CASH, TAKE_FROM_CASH)
NOTHING_HELD, KEPT, CASH_LEFT, LIMITED = "nothing held", "kept", "cash left", "limited"
UNDONE = (NOTHING_HELD, KEPT, CASH_LEFT, LIMITED)

PLAN_COLUMNS = [
    "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
    "price", "quoted_price", "quoted_currency", "fee", "value_before", "value_after", "weight_before", "weight_after",
    "target_weight", "drift_before", "drift_after", "reason",
]  # fmt: skip

CLASS_COLUMNS = [
    "asset_class", "value_before", "amount", "value_after", "weight_before", "weight_after", "target_weight",
    "drift_before", "drift_after", "status_before", "status_after",
]  # fmt: skip

NUMBERS = frozenset([
    "amount", "shares", "price", "quoted_price", "fee", "value_before", "value_after", "weight_before", "weight_after",
    "target_weight", "drift_before", "drift_after",
])  # fmt: skip
"""The columns that hold numbers; one is missing (NaN) where there is none."""


@dataclass(frozen=True)
class Header:
    """What stands over a plan.

    Attributes:
        kind: ``deposit``, ``withdrawal`` or ``rebalance``.
        date: the plan's date.
        scope: ``all`` or an account.
        rule: the deposit rule, or the goal of a rebalance.
        flow: money that comes in (negative: goes out); base currency, as all money here.
        currency: the base currency.
        limits: the limits in words, one a line; empty without any.
        prices_as_of, prices_of: date of the oldest price or FX rate in use, and what it is of.
        value_before, value_after: of the scope.
        drift_before, drift_after: of the scope, Σ|weight − target| / 2 (0–1).
        bought, sold: sums, both positive.
        turnover: the smaller of bought and sold, part of the value before (0–1).
        fees: sum of the fees.
        trades: how many buys and sells; cash that is kept or taken is none.
        cash_left: money that the plan leaves as cash because of a limit, or because nothing is there to buy; in the
            weights after, the latter counts as the class that it waits for (:meth:`Plan.counted_as`).
        measure: Σ (value after − target value)² / target value, over the holdings that have a target; where funds span
            classes, over the classes.
        deviation: Σ |value after − target value| over the same.
        gap: how far the plan may at most be from the nearest one that keeps the limits, in units of the measure; 0 when
            it is proven to be the nearest, infinite where how far is not known.
    """

    kind: str
    date: datetime.date
    scope: str
    rule: str
    flow: float
    currency: str
    limits: tuple[str, ...]
    prices_as_of: datetime.date | None
    prices_of: str
    value_before: float
    value_after: float
    drift_before: float
    drift_after: float
    bought: float
    sold: float
    turnover: float
    fees: float
    trades: int
    cash_left: float
    measure: float
    deviation: float
    gap: float = 0.0

    @property
    def unproven(self) -> str:
        """What a time limit left unproven, as a sentence; empty where this is proven to be the nearest plan."""
        if not self.gap:
            return ""
        by = f" by up to {self.gap:.3g} in the measure" if isfinite(self.gap) else ", or one that leaves less cash,"
        return f"The time limit was reached: a plan nearer{by} may exist."

    def to_frame(self) -> pd.DataFrame:
        """The header as a table of two columns, ``what`` and ``value`` (text)."""
        shown = replace(self, limits=("; ".join(self.limits) or "none",))
        rows = [(name.replace("_", " "), _written(value)) for name, value in shown.__dict__.items()]
        return pd.DataFrame(rows, columns=["what", "value"])


@dataclass(frozen=True)
class Plan:
    """What a flow of money, or coming back to the targets, would trade.

    Attributes:
        header: date, scope, rule, limits, drift before and after, turnover, fees, cash left.
        rows: one row a trade, largest first, then one for each thing left undone; columns below.
        classes: one row a class that is held, has a target or receives money, by name: ``asset_class``,
            ``value_before``, ``amount``, ``value_after`` (base currency), ``weight_before``, ``weight_after``,
            ``target_weight``, ``drift_before``, ``drift_after`` (0–1), ``status_before``, ``status_after`` (against the
            band). The weights after add up to 1.
        request: what was asked for, to ask it again.

    The columns of ``rows``: ``date``; ``scope``; ``rule``; ``account`` (empty where it can be any); ``symbol``,
    ``name``, ``asset_class``; ``action`` (``buy``, ``sell``, ``keep as cash``, ``take from cash``; undone:
    ``nothing held``: the class has nothing to buy, its money is left as cash and counts as the class; ``kept``: it was
    asked to stay; ``cash left``: money that no trade could use; ``limited``: what a limit kept from being traded);
    ``amount``: with ``fee`` they add up to the flow; ``currency`` (the base currency, which every amount, fee, price
    and value is in); ``shares`` at ``price``; ``quoted_price`` in ``quoted_currency``, which the asset is traded in;
    ``value_before``, ``value_after``; ``weight_before``, ``weight_after``, ``target_weight``, ``drift_before``,
    ``drift_after`` (0–1 of the scope's value); ``reason``.
    """

    header: Header
    rows: pd.DataFrame
    classes: pd.DataFrame
    request: Request

    @property
    def trades(self) -> pd.DataFrame:
        """The rows of :attr:`rows` that are to be traded."""
        return self.rows[self.rows["action"].isin(TRADES)].reset_index(drop=True)

    @property
    def undone(self) -> pd.DataFrame:
        """The rows of :attr:`rows` that tell what is not traded, and why."""
        return self.rows[self.rows["action"].isin(UNDONE)].reset_index(drop=True)

    def explain(self) -> str:
        """The plan in words: what it does, what that changes, each trade and what was left undone with its reason."""
        head, money = self.header, self._money
        moved = "".join(f"{said}, " for said in self.cash_moved(money))
        lines = [
            f"{head.kind.capitalize()} of {money(abs(head.flow))} {head.currency}, {head.date}, scope {head.scope}, "
            f"by {head.rule}."
            if head.flow
            else f"{head.kind.capitalize()}, {head.date}, scope {head.scope}, {head.rule}.",
            f"{_counted(head.trades, 'trade')}: {money(head.bought)} bought, {money(head.sold)} sold, "
            f"{money(head.fees)} in fees, {moved}{money(head.cash_left)} left as cash{self.counted_as(money)}. "
            f"Turnover {write_percent(head.turnover)}.",
            f"Drift of the scope: {_part(head.drift_before)} before, {_part(head.drift_after)} after.",
        ]
        if head.prices_as_of is not None:
            lines.append(f"Oldest in use: the {head.prices_of}, of {head.prices_as_of}.")
        lines += [f"Limit: {limit}." for limit in head.limits]
        if head.gap:
            lines.append(head.unproven)
        for title, table in (("Trades", self.trades), ("Left undone", self.undone)):
            if len(table):
                lines += ["", f"{title}:"]
                lines += [
                    f"- {row['action']} {self._what(row)}: "
                    f"{money(row['amount'])} {head.currency}{self._shares(row)}; {row['reason']}."
                    for row in table.to_dict("records")
                ]
        return "\n".join(lines)

    def cash_moved(self, write: Callable[[float], str]) -> list[str]:
        """The cash that the plan keeps or takes for its class, none of which is a trade: ``100.00 kept as cash``.

        Parameters:
            write: writes an amount.
        """
        sums = self.rows.groupby("action")["amount"].sum()
        words = {KEEP_AS_CASH: "kept as cash", TAKE_FROM_CASH: "taken from cash"}
        return [f"{write(abs(sums[action]))} {said}" for action, said in words.items() if action in sums.index]

    def counted_as(self, write: Callable[[float], str]) -> str:
        """What the money left as cash counts as in the weights after, where that isn't cash: ``, counted as Bonds``.

        Parameters:
            write: writes an amount.
        """
        rows = self.rows[(self.rows["action"] == NOTHING_HELD) & (self.rows["amount"] != 0)]
        sums = rows.groupby("asset_class")["amount"].sum()
        if len(sums) == 1 and round(sums.sum() - self.header.cash_left, 6) == 0:
            return f", counted as {sums.index[0]}"
        parts = [f"{write(amount)} counted as {name}" for name, amount in sums.items()]
        return f", of it {' and '.join(parts)}" if parts else ""

    def _money(self, value: float) -> str:
        return write_money(value, self.header.currency)

    @staticmethod
    def _what(row: Mapping[Any, Any]) -> str:
        what = called(row["symbol"], row["quoted_currency"]) or row["asset_class"]
        return f"{what} in {row['account']}" if row["account"] else what

    def _shares(self, row: Mapping[Any, Any]) -> str:
        """How many shares, or how much of a foreign currency."""
        count, currency = abs(row["shares"]), row["quoted_currency"]
        if not count or count != count or (row["symbol"] == CASH and currency == self.header.currency):
            return ""
        what = currency if row["symbol"] == CASH else "share" if count == 1 else "shares"
        return f" ({count:,.8g} {what})"


def _part(weight: float) -> str:
    return "none (nothing is held)" if weight != weight else write_percent(weight, 2)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(str, value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)
