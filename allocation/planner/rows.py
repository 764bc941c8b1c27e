"""A plan put together from what is traded: each row with what it changes and why."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from allocation.drift import portfolio_drift_of
from allocation.money import from_minor, minor_digits, write_money, write_percent
from allocation.planner.outcome import Order, Outcome, Settled, cash_class
from allocation.planner.reasons import held_in_words, place, quoted, spanning, weight_of, why
from allocation.planner.request import Request
from allocation.planner.result import (
    BUY,
    CASH_LEFT,
    CLASS_COLUMNS,
    KEEP_AS_CASH,
    KEPT,
    LIMITED,
    NOTHING_HELD,
    NUMBERS,
    PLAN_COLUMNS,
    SELL,
    TAKE_FROM_CASH,
    Header,
    Plan,
)
from allocation.summary import oldest_price
from allocation.tables import CASH, Tables


def build(tables: Tables, request: Request, on: datetime.date, flow: int, settled: Settled) -> Plan:
    """The plan that ``settled`` comes to."""
    outcome = Outcome(tables, flow, settled)
    fixed = {"date": on, "scope": tables.scope, "rule": request.rule, "currency": tables.base_currency}
    done: list[dict[str, Any]] = [fixed | row for row in _order_rows(outcome)]
    done.sort(key=lambda row: (-abs(row["amount"]), row["asset_class"], row["symbol"], row["name"], row["account"]))
    undone: list[dict[str, Any]] = [
        fixed | row for rows in (_unplaced_rows, _kept_rows, _limited_rows, _cash_left_rows) for row in rows(outcome)
    ]
    undone.sort(key=lambda row: (-abs(row["amount"]), row["asset_class"], row["symbol"], row["name"], row["account"]))
    rows = _table([*done, *undone], PLAN_COLUMNS)
    return Plan(header(outcome, request, on), rows, _classes(outcome), request)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """The rows as a table; a number that a row doesn't have is missing."""
    return pd.DataFrame(
        {
            column: np.array([row.get(column, nan) for row in rows], dtype="float64")
            if column in NUMBERS
            else [row[column] for row in rows]
            for column in columns
        },
        copy=False,
    )


def header(outcome: Outcome, request: Request, on: datetime.date) -> Header:
    """A plan as a whole."""
    tables, digits = outcome.tables, outcome.tables.digits
    traded = [order.amount for order in outcome.settled.orders if not outcome.assets[order.asset_id].is_cash]
    bought, sold = sum(amount for amount in traded if amount > 0), -sum(amount for amount in traded if amount < 0)
    left = sum(outcome.settled.cash_left.values()) + sum(outcome.settled.waiting.values())
    measure, deviation = outcome.measures()
    when, what = oldest_price(tables)
    after = {name: tables.class_values.get(name, 0) + outcome.class_amounts.get(name, 0)
             for name in tables.class_values | outcome.class_amounts}  # fmt: skip
    targets = tables.strategy.class_weights
    return Header(
        kind=request.kind,
        date=on,
        scope=tables.scope,
        rule=request.rule,
        flow=from_minor(outcome.flow, digits),
        currency=tables.base_currency,
        limits=outcome.settled.limits,
        prices_as_of=when,
        prices_of=what,
        value_before=from_minor(outcome.total, digits),
        value_after=from_minor(outcome.total_after, digits),
        drift_before=portfolio_drift_of(tables.class_values, targets),
        drift_after=portfolio_drift_of(after, targets),
        bought=from_minor(bought, digits),
        sold=from_minor(sold, digits),
        turnover=min(bought, sold) / outcome.total if outcome.total else 0.0,
        fees=from_minor(outcome.fees, digits),
        trades=len(traded),
        cash_left=from_minor(left, digits),
        measure=measure,
        deviation=deviation,
        gap=outcome.settled.gap,
    )


def _classes(outcome: Outcome) -> pd.DataFrame:
    tables, amounts = outcome.tables, outcome.class_amounts
    values, targets, digits = tables.class_values, tables.strategy.class_weights, tables.digits
    rows = []
    for name in sorted(values | targets | amounts):
        value, target, band = values.get(name, 0), targets.get(name), tables.strategy.band_of(name)
        after = value + amounts.get(name, 0)
        before_weight, after_weight = weight_of(value, outcome.total), weight_of(after, outcome.total_after)
        rows.append(
            {
                "asset_class": name,
                "amount": from_minor(amounts.get(name, 0), digits),
                "status_before": band.status(before_weight, target),
                "status_after": band.status(after_weight, target),
            }
            | before_and_after(value, after, outcome.total, outcome.total_after, target, digits)
        )
    return _table(rows, CLASS_COLUMNS)


def _order_rows(outcome: Outcome) -> Iterable[dict[str, Any]]:
    tables, both_ways = outcome.tables, outcome.settled.shared.both_ways
    by_value = _classes_sharing_by_value(tables)
    overdrawn = {asset.asset_class for asset in outcome.assets.values() if asset.value < 0}
    # What a fund of several classes is traded for is in what its classes move by, as what is left is in that of cash:
    # parts of those say nothing.
    funds = [parts for asset_id, parts in tables.spans.items() if outcome.amounts.get(asset_id)]
    mixed = {part for parts in funds for part in parts}
    if any(outcome.settled.cash_left.values()):
        mixed.add(cash_class(tables))
    for order in outcome.settled.orders:
        asset = outcome.assets[order.asset_id]
        name, value, target = asset.asset_class, asset.value, outcome.targets[order.asset_id]
        whole = outcome.amounts[order.asset_id]
        subject, before, goal, part = "", value, target, whole
        moved = outcome.class_amounts.get(name, 0)
        if name in by_value and moved * order.amount > 0 and moved * whole > 0:
            subject, before, part = f"{name} is ", tables.class_values[name], moved
            goal = tables.strategy.class_weights[name]
        how = "once what is overdrawn is paid back is" if name in overdrawn else "by value is"
        yield _described(outcome, order.asset_id, order.account) | {
            "action": _action(order.amount, asset.is_cash),
            "amount": from_minor(order.amount, tables.digits),
            "shares": _shares(outcome, order),
            "fee": from_minor(order.fee, tables.digits),
            "reason": "; ".join(
                [
                    spanning(tables, order.asset_id)
                    if order.asset_id in tables.spans
                    else subject + why(before, part, outcome.total, outcome.total_after, goal, both_ways),
                    *([f"its part {how} {write_percent(whole / part, 0)}"] if subject and name not in mixed else []),
                    *_other_way_round(outcome, order),
                    *order.notes,
                    *quoted(tables, asset),
                    *held_in_words(tables, asset.held_in, order.account),
                ]
            ),
        }


def _other_way_round(outcome: Outcome, order: Order) -> Iterable[str]:
    """Why one account buys what is sold in all, or sells what is bought."""
    whole, tables = outcome.amounts[order.asset_id], outcome.tables
    if order.amount * whole > 0:
        return
    money = write_money(from_minor(abs(whole), tables.digits), tables.base_currency)
    traded = f"{money} of it is {'bought' if whole > 0 else 'sold'}" if whole else "as much of it is bought as sold"
    yield f"in all {traded}, but each account's trades pay for themselves"


def _shares(outcome: Outcome, order: Order) -> float:
    if order.shares is not None:
        return order.shares
    held = outcome.held.get((order.account, order.asset_id))
    if held and order.amount == -held.value < 0:
        # All of it, which its value alone doesn't say: that is rounded to the minor unit.
        return -held.quantity
    asset = outcome.assets[order.asset_id]
    # Cash of another currency moves in its own cents.
    digits = minor_digits(asset.currency) if asset.is_cash else 8
    shares = round(from_minor(order.amount, outcome.tables.digits) / asset.price_in_base, digits)
    return max(shares, -held.quantity) if held and asset.is_cash else shares


def _unplaced_rows(outcome: Outcome) -> Iterable[dict[str, Any]]:
    tables = outcome.tables
    for (name, account), amount in outcome.settled.waiting.items():
        target, value = tables.strategy.class_weights[name], tables.class_values.get(name, 0)
        money = write_money(from_minor(amount, tables.digits), tables.base_currency)
        reason = (
            f"{money} of {name} is left as cash, counted as {name}, because nothing is held in it to buy; "
            f"{why(value, amount, outcome.total, outcome.total_after, target)}"
        )
        waiting = {"amount": from_minor(amount, tables.digits), "shares": nan, "price": nan}
        yield (
            _nothing_held(name, account, reason)
            | waiting
            | before_and_after(value, value + amount, outcome.total, outcome.total_after, target, tables.digits)
        )


def _kept_rows(outcome: Outcome) -> Iterable[dict[str, Any]]:
    """What is off its target and was not traded, because it is kept or there is nothing to buy in its class."""
    tables, settled = outcome.tables, outcome.settled
    for asset_id, target in outcome.targets.items():
        asset, value = outcome.assets[asset_id], outcome.values[asset_id]
        is_kept = {asset.called, asset.asset_class} & set(settled.keep)
        if target is None or not is_kept or outcome.amounts.get(asset_id):
            continue
        if off := weight_of(value, outcome.total_after) - target:
            told = {"action": KEPT, "reason": f"kept as asked; {place(off)}"}
            yield _described(outcome, asset_id) | told | _nothing_traded()
    if not settled.shared.both_ways:
        return
    bought = set(tables.class_of.values()) | {name for parts in tables.spans.values() for name in parts}
    for name, target in tables.strategy.class_weights.items():
        if target and name not in bought and not settled.shared.by_class.get(name):
            value = tables.class_values.get(name, 0)
            reason = f"{name}: nothing held to buy; {place(weight_of(value, outcome.total_after) - target)}"
            yield (
                _nothing_held(name, tables.place, reason)
                | _nothing_traded()
                | before_and_after(value, value, outcome.total, outcome.total_after, target, tables.digits)
            )


def _limited_rows(outcome: Outcome) -> Iterable[dict[str, Any]]:
    tables = outcome.tables
    for undone in outcome.settled.limited:
        wanted = outcome.settled.shared.by_asset.get(undone.asset_id, 0)
        money = write_money(from_minor(abs(wanted), tables.digits), tables.base_currency)
        if outcome.assets[undone.asset_id].is_cash:
            told = f"keep {money} as cash" if wanted > 0 else f"take {money} from cash"
        else:
            told = f"{'buy' if wanted > 0 else 'sell'} {money}"
        what = f"the rule alone would {told}; " if wanted else ""
        yield (
            _described(outcome, undone.asset_id, undone.account)
            | {
                "action": LIMITED,
                "reason": what + undone.why,
            }
            | _nothing_traded()
        )


def _cash_left_rows(outcome: Outcome) -> Iterable[dict[str, Any]]:
    tables = outcome.tables
    for account, amount in outcome.settled.cash_left.items():
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
            } | before_and_after(0, amount, outcome.total, outcome.total_after, None, tables.digits)


def _described(outcome: Outcome, asset_id: int, account: str | None = None) -> dict[str, Any]:
    asset, value = outcome.assets[asset_id], outcome.values[asset_id]
    return {
        "account": _account(outcome.tables, asset.held_in) if account is None else account,
        "symbol": asset.symbol,
        "name": asset.name,
        "asset_class": asset.asset_class,
        "price": asset.price_in_base,
        "quoted_price": asset.price,
        "quoted_currency": asset.currency,
        "fee": 0.0,
    } | before_and_after(
        value,
        value + outcome.amounts.get(asset_id, 0),
        outcome.total,
        outcome.total_after,
        outcome.targets[asset_id],
        outcome.tables.digits,
    )


def _nothing_held(name: str, account: str, reason: str) -> dict[str, Any]:
    told = {"asset_class": name, "action": NOTHING_HELD, "fee": 0.0, "reason": reason}
    return {"account": account, "symbol": "", "name": "", "quoted_currency": ""} | told


def _nothing_traded() -> dict[str, float]:
    return {"amount": 0.0, "shares": 0.0, "price": nan, "quoted_price": nan}


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


def _action(amount: int, is_cash: bool) -> str:
    if is_cash:
        return KEEP_AS_CASH if amount > 0 else TAKE_FROM_CASH
    return BUY if amount > 0 else SELL


def _account(tables: Tables, held_in: list[str]) -> str:
    return tables.place or (held_in[0] if len(held_in) == 1 else "")


def _classes_sharing_by_value(tables: Tables) -> set[str]:
    """Classes with a target, but none for their holdings, that hold more than one asset."""
    several = {name for name, count in Counter(tables.class_of.values()).items() if count > 1}
    return several.intersection(tables.strategy.class_weights) - set(tables.strategy.holding_weights)
