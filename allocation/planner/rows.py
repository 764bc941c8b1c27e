"""A plan put together from what is traded: each row with what it changes and why."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import nan
from typing import Any

import pandas as pd

from allocation.drift import effective_weights, portfolio_drift_of
from allocation.money import from_minor, write_money, write_percent, write_points
from allocation.planner.result import (
    BUY,
    CASH_LEFT,
    CLASS_COLUMNS,
    KEEP_AS_CASH,
    KEPT,
    LIMITED,
    NOTHING_HELD,
    PLAN_COLUMNS,
    SELL,
    TAKE_FROM_CASH,
    Header,
    Plan,
)
from allocation.planner.two_levels import Shared
from allocation.summary import oldest_price
from allocation.tables import ALL, CASH, Tables, called

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


class Book:
    """What a plan's rows are made from: the scope before, and what each asset and class comes to after."""

    def __init__(self, tables: Tables, flow: int, settled: Settled) -> None:
        self.tables, self.flow, self.settled = tables, flow, settled
        self.fees = sum(order.fee for order in settled.orders)
        self.total, self.total_after = tables.total, tables.total + flow - self.fees
        self.targets = dict(zip(tables.assets["asset_id"].astype(int), effective_weights(tables), strict=True))
        self.values = dict(zip(tables.assets["asset_id"].astype(int), tables.asset_values, strict=True))
        self.assets = {int(asset["asset_id"]): asset for asset in tables.assets.to_dict("records")}
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
        name, value = str(self.assets[asset_id]["asset_class"]), self.values[asset_id]
        before = self.tables.by_class(asset_id, name, value)
        return {
            part: after - before[part] for part, after in self.tables.by_class(asset_id, name, value + amount).items()
        }

    def is_cash(self, asset_id: int) -> bool:
        return bool(self.assets[asset_id]["symbol"] == CASH)

    def measures(self) -> tuple[float, float]:
        """Σ (after − target)² / target and Σ |after − target|, over what has a target, in the base currency."""
        squares = distance = Fraction(0)
        for asset_id, target in self.targets.items():
            if target:
                goal = target * self.total_after
                off = self.values[asset_id] + self.amounts.get(asset_id, 0) - goal
                squares, distance = squares + off * off / goal if goal else squares, distance + abs(off)
        unit = 10**self.tables.digits
        return float(squares / unit), float(distance / unit)


def build(tables: Tables, kind: str, rule: str, on: datetime.date, flow: int, settled: Settled) -> Plan:
    """The plan that ``settled`` comes to."""
    book = Book(tables, flow, settled)
    fixed = {"date": on, "scope": tables.scope, "rule": rule, "currency": tables.base_currency}
    done: list[dict[str, Any]] = [fixed | row for row in _order_rows(book)]
    done.sort(key=lambda row: (-abs(row["amount"]), row["asset_class"], row["symbol"], row["name"], row["account"]))
    undone: list[dict[str, Any]] = [
        fixed | row for rows in (_unplaced_rows, _kept_rows, _limited_rows, _cash_left_rows) for row in rows(book)
    ]
    undone.sort(key=lambda row: (-abs(row["amount"]), row["asset_class"], row["symbol"], row["name"], row["account"]))
    rows = pd.DataFrame([*done, *undone], columns=PLAN_COLUMNS)
    words = {"quoted_currency"}
    numbers = [name for name in PLAN_COLUMNS[PLAN_COLUMNS.index("shares") : -1] if name not in words]
    rows = rows.astype(dict.fromkeys(["amount", *numbers], "float64"))
    return Plan(_header(book, kind, rule, on, len(done)), rows, _classes(book))


def _header(book: Book, kind: str, rule: str, on: datetime.date, trades: int) -> Header:
    tables, digits = book.tables, book.tables.digits
    bought = sum(order.amount for order in book.settled.orders if order.amount > 0 and not book.is_cash(order.asset_id))
    sold = -sum(order.amount for order in book.settled.orders if order.amount < 0 and not book.is_cash(order.asset_id))
    left = sum(book.settled.cash_left.values()) + sum(book.settled.waiting.values())
    measure, deviation = book.measures()
    when, what = oldest_price(tables)
    after = {name: tables.class_values.get(name, 0) + book.class_amounts.get(name, 0)
             for name in tables.class_values | book.class_amounts}  # fmt: skip
    targets = tables.strategy.class_weights
    return Header(
        kind=kind,
        date=on,
        scope=tables.scope,
        rule=rule,
        flow=from_minor(book.flow, digits),
        currency=tables.base_currency,
        limits=book.settled.limits,
        prices_as_of=when,
        prices_of=what,
        value_before=from_minor(book.total, digits),
        value_after=from_minor(book.total_after, digits),
        drift_before=portfolio_drift_of(tables.class_values, targets),
        drift_after=portfolio_drift_of(after, targets),
        bought=from_minor(bought, digits),
        sold=from_minor(sold, digits),
        turnover=min(bought, sold) / book.total if book.total else 0.0,
        fees=from_minor(book.fees, digits),
        trades=trades,
        cash_left=from_minor(left, digits),
        measure=measure,
        deviation=deviation,
        gap=book.settled.gap,
    )


def _classes(book: Book) -> pd.DataFrame:
    tables, amounts = book.tables, book.class_amounts
    values, targets, digits = tables.class_values, tables.strategy.class_weights, tables.digits
    rows = []
    for name in sorted(values | targets | amounts):
        value, target, band = values.get(name, 0), targets.get(name), tables.strategy.band_of(name)
        after = value + amounts.get(name, 0)
        before_weight, after_weight = weight_of(value, book.total), weight_of(after, book.total_after)
        rows.append(
            {
                "asset_class": name,
                "amount": from_minor(amounts.get(name, 0), digits),
                "status_before": band.status(before_weight, target),
                "status_after": band.status(after_weight, target),
            }
            | before_and_after(value, after, book.total, book.total_after, target, digits)
        )
    return pd.DataFrame(rows, columns=CLASS_COLUMNS)


def cash_class(tables: Tables) -> str:
    """The class that money left as cash counts in: that of the base currency's cash, or ``Cash``."""
    assets = tables.assets
    cash = assets[(assets["symbol"] == CASH) & (assets["currency"] == tables.base_currency)]
    return str(cash["asset_class"].iloc[0]) if len(cash) else CASH_CLASS


def _order_rows(book: Book) -> Iterable[dict[str, Any]]:
    tables, shared = book.tables, book.settled.shared
    by_value = _classes_sharing_by_value(tables)
    for order in book.settled.orders:
        asset, name = book.assets[order.asset_id], str(book.assets[order.asset_id]["asset_class"])
        value, target, whole = book.values[order.asset_id], book.targets[order.asset_id], book.amounts[order.asset_id]
        subject, before, goal, part = "", value, target, whole
        if name in by_value and shared.by_class.get(name):
            subject, before, goal = f"{name} is ", tables.class_values[name], tables.strategy.class_weights[name]
            part = shared.by_class[name]
        yield _described(book, order.asset_id, order.account) | {
            "action": _action(order.amount, book.is_cash(order.asset_id)),
            "amount": from_minor(order.amount, tables.digits),
            "shares": round(from_minor(order.amount, tables.digits) / price_of(asset), 8)
            if order.shares is None
            else order.shares,
            "fee": from_minor(order.fee, tables.digits),
            "reason": "; ".join(
                [
                    _spanning(book, order.asset_id)
                    if order.asset_id in tables.spans
                    else subject + _why(before, part, book.total, book.total_after, goal),
                    *([f"its part by value is {write_percent(whole / part, 0)}"] if subject else []),
                    *order.notes,
                    *_quoted(tables, asset),
                    *_held_in(tables, asset["held_in"], order.account),
                ]
            ),
        }


def _unplaced_rows(book: Book) -> Iterable[dict[str, Any]]:
    tables = book.tables
    for (name, account), amount in book.settled.waiting.items():
        target, value = tables.strategy.class_weights[name], tables.class_values.get(name, 0)
        money = write_money(from_minor(amount, tables.digits), tables.base_currency)
        why = f"{money}, nothing held to buy; {_why(value, amount, book.total, book.total_after, target)}"
        waiting = {"amount": from_minor(amount, tables.digits), "shares": nan, "price": nan}
        yield (
            _nothing_held(name, account, why)
            | waiting
            | before_and_after(value, value + amount, book.total, book.total_after, target, tables.digits)
        )


def _kept_rows(book: Book) -> Iterable[dict[str, Any]]:
    """What is off its target and was not traded, because it is kept or there is nothing to buy in its class."""
    tables, settled = book.tables, book.settled
    for asset_id, target in book.targets.items():
        asset, off = book.assets[asset_id], target is not None and weight_of(book.values[asset_id], book.total_after)
        if {called(asset["symbol"], asset["currency"]), asset["asset_class"]} & set(settled.keep) and off != target:
            if target is None or book.amounts.get(asset_id):
                continue
            yield (
                _described(book, asset_id)
                | {
                    "action": KEPT,
                    "reason": f"kept as asked; {_place(weight_of(book.values[asset_id], book.total_after) - target)}",
                }
                | _nothing_traded()
            )
    if not settled.shared.both_ways:
        return
    bought = set(tables.assets["asset_class"]) | {name for parts in tables.spans.values() for name in parts}
    for name, target in tables.strategy.class_weights.items():
        if target and name not in bought and not settled.shared.by_class.get(name):
            value = tables.class_values.get(name, 0)
            why = f"nothing held to buy; {_place(weight_of(value, book.total_after) - target)}"
            yield (
                _nothing_held(name, tables.place, why)
                | _nothing_traded()
                | before_and_after(value, value, book.total, book.total_after, target, tables.digits)
            )


def _limited_rows(book: Book) -> Iterable[dict[str, Any]]:
    tables = book.tables
    for undone in book.settled.limited:
        wanted = book.settled.shared.by_asset.get(undone.asset_id, 0)
        money = write_money(from_minor(abs(wanted), tables.digits), tables.base_currency)
        what = f"the rule alone would {'buy' if wanted > 0 else 'sell'} {money}; " if wanted else ""
        yield (
            _described(book, undone.asset_id, undone.account)
            | {
                "action": LIMITED,
                "reason": what + undone.why,
            }
            | _nothing_traded()
        )


def _cash_left_rows(book: Book) -> Iterable[dict[str, Any]]:
    tables = book.tables
    for account, amount in book.settled.cash_left.items():
        if amount:
            money = from_minor(amount, tables.digits)
            yield {
                "account": account,
                "symbol": CASH,
                "name": f"Cash {tables.base_currency}",
                "asset_class": cash_class(tables),
                "action": CASH_LEFT,
                "amount": money,
                "quoted_currency": tables.base_currency,
                "shares": money,
                "price": 1.0,
                "quoted_price": 1.0,
                "fee": 0.0,
                "reason": "no trade that keeps the limits can use it",
            } | before_and_after(0, amount, book.total, book.total_after, None, tables.digits)


def _described(book: Book, asset_id: int, account: str | None = None) -> dict[str, Any]:
    asset, value = book.assets[asset_id], book.values[asset_id]
    return {
        "account": _account(book.tables, asset["held_in"]) if account is None else account,
        "symbol": asset["symbol"],
        "name": asset["name"],
        "asset_class": asset["asset_class"],
        "price": price_of(asset),
        "quoted_price": float(asset["price"]),
        "quoted_currency": asset["currency"],
        "fee": 0.0,
    } | before_and_after(
        value,
        value + book.amounts.get(asset_id, 0),
        book.total,
        book.total_after,
        book.targets[asset_id],
        book.tables.digits,
    )


def _nothing_held(name: str, account: str, why: str) -> dict[str, Any]:
    told = {"asset_class": name, "action": NOTHING_HELD, "fee": 0.0, "reason": f"{name}: {why}"}
    return {"account": account, "symbol": "", "name": "", "quoted_currency": ""} | told


def _nothing_traded() -> dict[str, float]:
    return {"amount": 0.0, "shares": 0.0, "price": nan, "quoted_price": nan}


def price_of(asset: Mapping[Hashable, Any]) -> float:
    """The price of one share in the base currency."""
    return float(asset["price"]) * float(asset["rate"])


def _why(before: int, amount: int, total: int, total_after: int, target: Fraction | None) -> str:
    if target is None:
        return "no target"
    drift = weight_of(before, total) - target
    place = _place(drift)
    gap = target * total_after - before
    if gap and (gap > 0) == (amount > 0):
        part, flow, rest = (
            write_percent(float(amount / gap), 0),
            *(("deposit", "gap") if amount > 0 else ("withdrawal", "surplus")),
        )
        if drift * amount >= 0:
            # It was on the other side of its target until the money changed the total.
            return f"{place} before the {flow}; {part} of the {rest} that it leaves"
        return f"{place}; {part} of the {rest}"
    return f"{place}; takes its part by target weight"


def _spanning(book: Book, asset_id: int) -> str:
    """What a fund of several classes does to each: ``Stocks 54 % (3.1 points under target), ...``."""
    tables = book.tables
    told = []
    for name, weight in sorted(tables.spans[asset_id].items(), key=lambda part: -part[1]):
        target = tables.strategy.class_weights.get(name)
        off = (
            "no target" if target is None else _place(weight_of(tables.class_values.get(name, 0), book.total) - target)
        )
        told.append(f"{name} {write_percent(float(weight), 0)} ({off})")
    return "spans " + ", ".join(told)


def _place(drift: Fraction) -> str:
    points = write_points(float(abs(drift))).lstrip("+")
    return "on target" if not drift else f"{points} points {'over' if drift > 0 else 'under'} target"


def before_and_after(
    value: int, after: int, total: int, total_after: int, target: Fraction | None, digits: int
) -> dict[str, float]:
    weight, weight_after = weight_of(value, total), weight_of(after, total_after)
    return {
        "value_before": from_minor(value, digits),
        "value_after": from_minor(after, digits),
        "weight_before": float(weight),
        "weight_after": float(weight_after),
        "target_weight": nan if target is None else float(target),
        "drift_before": nan if target is None else float(weight - target),
        "drift_after": nan if target is None else float(weight_after - target),
    }


def weight_of(value: int, total: int) -> Fraction:
    return Fraction(value, total) if total else Fraction(0)


def _action(amount: int, is_cash: bool) -> str:
    if is_cash:
        return KEEP_AS_CASH if amount > 0 else TAKE_FROM_CASH
    return BUY if amount > 0 else SELL


def _account(tables: Tables, held_in: list[str]) -> str:
    return tables.place or (held_in[0] if len(held_in) == 1 else "")


def _held_in(tables: Tables, held_in: list[str], account: str) -> list[str]:
    if len(held_in) == 0:
        return ["not held yet"]
    others = [name for name in held_in if name != account]
    if tables.scope != ALL or not others:
        return []
    if account in held_in:
        return [f"also held in {', '.join(others)}"]
    return [f"held in {', '.join(others)}"]


def _quoted(tables: Tables, asset: Mapping[Hashable, Any]) -> list[str]:
    currency = asset["currency"]
    if currency == tables.base_currency:
        return []
    rate = f"1 {currency} = {asset['rate']:.6g} {tables.base_currency}"
    return [rate] if asset["symbol"] == CASH else [f"{asset['price']:,.10g} {currency} a share at {rate}"]


def _classes_sharing_by_value(tables: Tables) -> set[str]:
    """Classes without holding targets that hold more than one asset."""
    several = {str(name) for name, count in tables.assets["asset_class"].value_counts().items() if count > 1}
    return several - set(tables.strategy.holding_weights)
