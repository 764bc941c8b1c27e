"""The rows of a plan: each trade with what it changes and why."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Hashable, Iterable
from fractions import Fraction
from math import nan
from typing import Any

import pandas as pd

from allocation.drift import effective_weights
from allocation.money import from_minor, write_money, write_percent, write_points
from allocation.planner.two_levels import Shared
from allocation.tables import ALL, CASH, Tables, called

BUY, SELL, KEEP_AS_CASH, TAKE_FROM_CASH, NOTHING_HELD, KEPT = (
    "buy",
    "sell",
    "keep as cash",
    "take from cash",
    "nothing held",
    "kept",
)

PLAN_COLUMNS = [
    "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
    "price", "value_before", "value_after", "weight_before", "weight_after", "target_weight", "drift_before",
    "drift_after", "reason",
]  # fmt: skip


def trades(
    tables: Tables,
    flow: int,
    shared: Shared,
    rule: str,
    on: datetime.date,
    undone: Iterable[dict[str, Any]] = (),
) -> pd.DataFrame:
    fixed = {"date": on, "scope": tables.scope, "rule": rule, "currency": tables.base_currency}
    rows: list[dict[str, Any]] = [
        fixed | row for row in [*_asset_rows(tables, flow, shared), *_unplaced_rows(tables, flow, shared), *undone]
    ]
    rows.sort(key=lambda row: (-abs(row["amount"]), row["asset_class"], row["symbol"], row["name"]))
    plan = pd.DataFrame(rows, columns=PLAN_COLUMNS)
    numbers = PLAN_COLUMNS[PLAN_COLUMNS.index("shares") : PLAN_COLUMNS.index("reason")]
    return plan.astype(dict.fromkeys(["amount", *numbers], "float64"))


def _asset_rows(tables: Tables, flow: int, shared: Shared) -> Iterable[dict[str, Any]]:
    total, digits = tables.total, tables.digits
    shares_by_value = _classes_sharing_by_value(tables)
    for asset, value, target in zip(
        tables.assets.to_dict("records"), tables.asset_values, effective_weights(tables), strict=True
    ):
        amount = shared.by_asset.get(int(asset["asset_id"]), 0)
        if not amount:
            continue
        is_cash = asset["symbol"] == CASH
        price = float(asset["price"]) * float(asset["rate"])
        name = asset["asset_class"]
        subject, before, goal = "", value, target
        if name in shares_by_value:
            subject, before, goal = (
                f"{name} is ",
                tables.class_values[name],
                tables.strategy.class_weights[name],
            )
        part = shared.by_class[name] if subject else amount
        yield {
            "account": _account(tables, asset["held_in"]),
            "symbol": asset["symbol"],
            "name": asset["name"],
            "asset_class": name,
            "action": _action(amount, is_cash),
            "amount": from_minor(amount, digits),
            "shares": round(from_minor(amount, digits) / price, 8),
            "price": price,
            "reason": "; ".join(
                [
                    subject + _why(before, part, total, total + flow, goal),
                    *([f"its part by value is {write_percent(amount / part, 0)}"] if subject else []),
                    *_quoted(tables, asset),
                    *_held_in(tables, asset["held_in"]),
                ]
            ),
        } | before_and_after(value, value + amount, total, total + flow, target, digits)


def _unplaced_rows(tables: Tables, flow: int, shared: Shared) -> Iterable[dict[str, Any]]:
    values, total = tables.class_values, tables.total
    for name, amount in shared.unplaced.items():
        target, value = tables.strategy.class_weights[name], values.get(name, 0)
        money = write_money(from_minor(amount, tables.digits), tables.base_currency)
        why = f"{money}, nothing held to buy; {_why(value, amount, total, total + flow, target)}"
        waiting = {"amount": from_minor(amount, tables.digits), "shares": nan, "price": nan}
        yield (
            _nothing_held(tables, name, why)
            | waiting
            | before_and_after(value, value + amount, total, total + flow, target, tables.digits)
        )


def undone_rows(tables: Tables, flow: int, shared: Shared, keep: Collection[str]) -> Iterable[dict[str, Any]]:
    """A row with amount 0 for what is off its target and was not traded, because it is kept or can't be bought."""
    total, values = tables.total, tables.class_values
    for asset, value, target in zip(
        tables.assets.to_dict("records"), tables.asset_values, effective_weights(tables), strict=True
    ):
        symbol = called(asset["symbol"], asset["currency"])
        if (
            {symbol, asset["asset_class"]} & set(keep)
            and target is not None
            and weight_of(value, total + flow) != target
        ):
            yield {
                "account": _account(tables, asset["held_in"]),
                "symbol": asset["symbol"],
                "name": asset["name"],
                "asset_class": asset["asset_class"],
                "action": KEPT,
                "reason": f"kept as asked; {_place(weight_of(value, total + flow) - target)}",
            } | _nothing_traded(tables, value, flow, target)
    bought = set(tables.assets["asset_class"])
    for name, target in tables.strategy.class_weights.items():
        if target and name not in bought and not shared.by_class.get(name):
            value = values.get(name, 0)
            why = f"nothing held to buy; {_place(weight_of(value, total + flow) - target)}"
            yield _nothing_held(tables, name, why) | _nothing_traded(tables, value, flow, target)


def _nothing_held(tables: Tables, name: str, why: str) -> dict[str, Any]:
    account = "" if tables.scope == ALL else tables.scope
    told = {"asset_class": name, "action": NOTHING_HELD, "reason": f"{name}: {why}"}
    return {"account": account, "symbol": "", "name": ""} | told


def _nothing_traded(tables: Tables, value: int, flow: int, target: Fraction) -> dict[str, float]:
    nothing = {"amount": 0.0, "shares": 0.0, "price": nan}
    return nothing | before_and_after(value, value, tables.total, tables.total + flow, target, tables.digits)


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
    if tables.scope != ALL:
        return tables.scope
    return held_in[0] if len(held_in) == 1 else ""


def _held_in(tables: Tables, held_in: list[str]) -> list[str]:
    if len(held_in) == 0:
        return ["not held yet"]
    return [f"held in {', '.join(held_in)}"] if tables.scope == ALL and len(held_in) > 1 else []


def _quoted(tables: Tables, asset: dict[Hashable, Any]) -> list[str]:
    currency = asset["currency"]
    if currency == tables.base_currency:
        return []
    rate = f"1 {currency} = {asset['rate']:.6g} {tables.base_currency}"
    return [rate] if asset["symbol"] == CASH else [f"{asset['price']:,.10g} {currency} a share at {rate}"]


def _classes_sharing_by_value(tables: Tables) -> set[str]:
    """Classes without holding targets that hold more than one asset."""
    several = {str(name) for name, count in tables.assets["asset_class"].value_counts().items() if count > 1}
    return several - set(tables.strategy.holding_weights)
