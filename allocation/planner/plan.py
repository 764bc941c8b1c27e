"""A flow of money as a table of trades, each with what it changes and why."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from fractions import Fraction
from math import inf

import pandas as pd

from allocation.bands import FIVE_25
from allocation.errors import AmountError, TargetsError
from allocation.money import Amount, from_minor, read_amount, write_money
from allocation.planner.goals import find_goal
from allocation.planner.rebalance import rebalanced
from allocation.planner.rows import before_and_after, trades, undone_rows, weight_of
from allocation.planner.rules import find_rule
from allocation.planner.two_levels import share_flow
from allocation.tables import ALL, Tables

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
    return trades(tables, deposit, share_flow(tables, deposit, rule), rule, on)


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
    return trades(tables, -withdrawal, share_flow(tables, -withdrawal, rule), rule, on)


def plan_rebalance(
    tables: Tables,
    on: datetime.date,
    goal: str = "target",
    only_outside: bool = False,
    deposit: Amount = 0,
    withdrawal: Amount = 0,
    keep: Collection[str] = (),
) -> pd.DataFrame:
    """What would be sold and bought to bring a scope back towards its targets.

    What is above where it may end is sold down to it, what is below is bought up to it, on both levels. Money that is
    then over goes where the value/target ratio is lowest, money that is missing comes from where it is highest and
    above its target. Classes without a target stay as they are; inside a class that has holding targets, a holding
    without one counts as target 0. For several accounts together the trades are those of the whole: whether money can
    move between them is not looked at.

    Parameters:
        tables: the scope as it is.
        on: the plan's date.
        goal: a name in :data:`~allocation.planner.goals.GOALS`.
        only_outside: trade only what is out of its 5/25 band, and what that needs.
        deposit: money that comes in with it; base currency.
        withdrawal: or money that goes out with it.
        keep: symbols (cash as ``CASH USD``) and classes that are neither bought nor sold.

    Returns:
        The columns of :func:`plan_deposit`; the amounts add up to the deposit less the withdrawal. What could not be
        done has a row of its own with amount 0: ``kept`` what was asked to stay though it is off its target, and
        ``nothing held`` a class that has nothing to buy.

    Raises:
        AmountError: not an amount, both at once, or a withdrawal of more than may be sold.
        TargetsError: the scope has no targets.
        UnknownName: no such goal, or ``keep`` names nothing of the scope.
    """
    found, rule = find_goal(goal), f"rebalance to {goal}"
    coming = read_amount(deposit, tables.base_currency)
    going = read_amount(withdrawal, tables.base_currency, "withdrawal")
    if coming and going:
        raise AmountError("Enter a deposit or a withdrawal, not both: what counts is the difference.")
    _require_targets(tables)
    shared = rebalanced(tables, coming - going, found, only_outside, keep)
    done = sum(shared.by_class.values())
    if done != coming - going:
        able = write_money(from_minor(abs(done), tables.digits), tables.base_currency)
        if going:
            raise AmountError(
                f"The withdrawal is more than the {able} {tables.base_currency} that may be sold in classes with a "
                "target. Enter a smaller amount, or keep less."
            )
        raise AmountError(
            f"Of the deposit, {able} {tables.base_currency} can be placed: nothing else with a target may be bought. "
            "Enter a smaller amount, or keep less."
        )
    return trades(tables, coming - going, shared, rule, on, undone_rows(tables, coming - going, shared, keep))


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
        before_weight, after_weight = weight_of(value, total), weight_of(after, total_after)
        rows.append(
            {
                "asset_class": name,
                "amount": from_minor(flows.get(name, 0), digits),
                "status_before": FIVE_25.status(before_weight, target),
                "status_after": FIVE_25.status(after_weight, target),
            }
            | before_and_after(value, after, total, total_after, target, digits)
        )
    return pd.DataFrame(rows, columns=CLASS_COLUMNS)


def _require_targets(tables: Tables) -> None:
    if not tables.strategy.class_weights:
        raise TargetsError(
            f"{_where(tables)} has no targets yet, so there is nothing to plan towards. Set the class targets first: "
            "on the dashboard under Targets, or with a targets.csv."
        )


def _where(tables: Tables) -> str:
    return tables.strategy.name if tables.scope == ALL else tables.scope
