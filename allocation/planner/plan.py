"""A flow of money as a table of trades, each with what it changes and why."""

from __future__ import annotations

import datetime
from collections.abc import Hashable, Iterable
from fractions import Fraction
from math import inf, nan
from typing import Any

import pandas as pd

from allocation.bands import FIVE_25
from allocation.drift import effective_weights
from allocation.errors import AmountError, TargetsError
from allocation.money import Amount, from_minor, read_amount, write_money, write_percent, write_points
from allocation.planner.rules import find_rule
from allocation.planner.two_levels import Shared, share_flow
from allocation.tables import ALL, CASH, Tables

BUY, SELL, KEEP_AS_CASH, TAKE_FROM_CASH, NOTHING_HELD = (
    "buy",
    "sell",
    "keep as cash",
    "take from cash",
    "nothing held",
)

PLAN_COLUMNS = [
    "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
    "price", "value_before", "value_after", "weight_before", "weight_after", "target_weight", "drift_before",
    "drift_after", "reason",
]  # fmt: skip
CLASS_COLUMNS = [
    "asset_class", "value_before", "amount", "value_after", "weight_before", "weight_after", "target_weight",
    "drift_before", "drift_after", "status_before", "status_after",
]  # fmt: skip


def plan_deposit(tables: Tables, amount: Amount, rule: str, on: datetime.date) -> pd.DataFrame:
    """What a deposit of new money would buy.

    Parameters:
        tables: the scope as it is.
        amount: in the base currency, to its minor unit.
        rule: a name in :data:`~allocation.planner.rules.RULES`.
        on: the plan's date.

    Returns:
        One row a trade, largest first; none for a deposit of 0. Columns: ``date``; ``scope``; ``rule``; ``account``
        (empty where several accounts could carry it out); ``symbol``, ``name``, ``asset_class``; ``action``
        (``buy``; ``keep as cash``; ``nothing held``: the class has nothing to buy, its money waits); ``amount``
        (adds up to the deposit), ``currency`` (the base currency, which every amount, price and value is in);
        ``shares`` (fractional) at ``price``; ``value_before``, ``value_after``; ``weight_before``,
        ``weight_after``, ``target_weight``, ``drift_before``, ``drift_after`` (0–1 of the scope's value);
        ``reason``.

    Raises:
        AmountError: the amount is negative, not a number or finer than the minor unit.
        TargetsError: the scope has no targets.
        UnknownName: there is no such rule.
    """
    find_rule(rule)
    deposit = read_amount(amount, tables.base_currency)
    _require_targets(tables)
    return _trades(tables, deposit, share_flow(tables, deposit, rule), rule, on)


def plan_withdrawal(tables: Tables, amount: Amount, rule: str, on: datetime.date) -> pd.DataFrame:
    """What a withdrawal would sell: the mirror of a deposit by the same rule.

    ``lazy`` lowers the highest value/target ratios together; ``proportional`` sells in proportion to what each one is
    over its target; ``largest_first`` takes from the largest surplus, then the next; ``by_target`` splits the
    withdrawal by target weights, as far as each has as much. By every rule, what has a target of 0 goes first, and
    holdings in a class without a target are not sold.

    Parameters:
        tables: the scope as it is.
        amount: in the base currency, to its minor unit.
        rule: a name in :data:`~allocation.planner.rules.RULES`.
        on: the plan's date.

    Returns:
        The columns of :func:`plan_deposit`; amounts and shares are negative, actions are ``sell`` and
        ``take from cash``.

    Raises:
        AmountError: not an amount, or more than the classes with a target hold.
        TargetsError: the scope has no targets.
        UnknownName: there is no such rule.
    """
    find_rule(rule)
    withdrawal = read_amount(amount, tables.base_currency, "withdrawal")
    _require_targets(tables)
    values = tables.class_values
    available = sum(max(values.get(name, 0), 0) for name in tables.strategy.class_weights)
    if withdrawal > available:
        held = write_money(from_minor(available, tables.digits), tables.base_currency)
        raise AmountError(
            f"The withdrawal is more than the {held} {tables.base_currency} that {_where(tables)} holds in classes "
            "with a target. Enter a smaller amount."
        )
    return _trades(tables, -withdrawal, share_flow(tables, -withdrawal, rule), rule, on)


def minimum_deposit(tables: Tables) -> float:
    """The smallest deposit (base currency) that brings every class to its target without a sale.

    It is max(value / target) − total, rounded up to the minor unit. Infinite where no deposit can do it: a class
    without a target, or with a target of 0, holds something.
    """
    _require_targets(tables)
    targets, values = tables.strategy.class_weights, tables.class_values
    if any(value and not targets.get(name) for name, value in values.items()):
        return inf
    needed = max((Fraction(values.get(name, 0)) / target for name, target in targets.items() if target), default=0)
    return from_minor(max(0, -((tables.total - needed) // 1)), tables.digits)


def classes_after(tables: Tables, plan: pd.DataFrame) -> pd.DataFrame:
    """What each class looks like before and after a plan.

    Returns:
        One row a class that is held, has a target or receives money, by name: ``asset_class``, ``value_before``,
        ``amount``, ``value_after`` (base currency), ``weight_before``, ``weight_after``, ``target_weight``,
        ``drift_before``, ``drift_after`` (0–1), ``status_before``, ``status_after`` (against the 5/25 band). The
        weights after add up to 1.
    """
    values, targets, digits = tables.class_values, tables.strategy.class_weights, tables.digits
    amounts = plan.groupby("asset_class")["amount"].sum().to_dict()
    flows = {str(name): int(round(amount * 10**digits)) for name, amount in amounts.items()}
    total = tables.total
    total_after = total + sum(flows.values())
    rows = []
    for name in sorted(values | targets | flows):
        value, target = values.get(name, 0), targets.get(name)
        after = value + flows.get(name, 0)
        before_weight, after_weight = _weight(value, total), _weight(after, total_after)
        rows.append(
            {
                "asset_class": name,
                "amount": from_minor(flows.get(name, 0), digits),
                "status_before": FIVE_25.status(before_weight, target),
                "status_after": FIVE_25.status(after_weight, target),
            }
            | _before_and_after(value, after, total, total_after, target, digits)
        )
    return pd.DataFrame(rows, columns=CLASS_COLUMNS)


def _trades(tables: Tables, flow: int, shared: Shared, rule: str, on: datetime.date) -> pd.DataFrame:
    fixed = {"date": on, "scope": tables.scope, "rule": rule, "currency": tables.base_currency}
    rows: list[dict[str, Any]] = [
        fixed | row for row in [*_asset_rows(tables, flow, shared), *_unplaced_rows(tables, flow, shared)]
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
        } | _before_and_after(value, value + amount, total, total + flow, target, digits)


def _unplaced_rows(tables: Tables, flow: int, shared: Shared) -> Iterable[dict[str, Any]]:
    values, total = tables.class_values, tables.total
    for name, amount in shared.unplaced.items():
        target, value = tables.strategy.class_weights[name], values.get(name, 0)
        money = write_money(from_minor(amount, tables.digits), tables.base_currency)
        yield {
            "account": "" if tables.scope == ALL else tables.scope,
            "symbol": "",
            "name": "",
            "asset_class": name,
            "action": NOTHING_HELD,
            "amount": from_minor(amount, tables.digits),
            "shares": nan,
            "price": nan,
            "reason": f"{name}: {money}, nothing held to buy; {_why(value, amount, total, total + flow, target)}",
        } | _before_and_after(value, value + amount, total, total + flow, target, tables.digits)


def _why(before: int, amount: int, total: int, total_after: int, target: Fraction | None) -> str:
    if target is None:
        return "no target"
    drift = _weight(before, total) - target
    points = write_points(float(abs(drift))).lstrip("+")
    place = "on target" if not drift else f"{points} points {'over' if drift > 0 else 'under'} target"
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


def _before_and_after(
    value: int, after: int, total: int, total_after: int, target: Fraction | None, digits: int
) -> dict[str, float]:
    weight, weight_after = _weight(value, total), _weight(after, total_after)
    return {
        "value_before": from_minor(value, digits),
        "value_after": from_minor(after, digits),
        "weight_before": float(weight),
        "weight_after": float(weight_after),
        "target_weight": nan if target is None else float(target),
        "drift_before": nan if target is None else float(weight - target),
        "drift_after": nan if target is None else float(weight_after - target),
    }


def _weight(value: int, total: int) -> Fraction:
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


def _require_targets(tables: Tables) -> None:
    if not tables.strategy.class_weights:
        raise TargetsError(
            f"{_where(tables)} has no targets yet, so there is nothing to plan towards. Set the class targets first: "
            "on the dashboard under Targets, or with a targets.csv."
        )


def _where(tables: Tables) -> str:
    return tables.strategy.name if tables.scope == ALL else tables.scope
