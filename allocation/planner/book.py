"""A whole firm's book: deposits into any number of portfolios at once, by the statement that shares a single one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from allocation.arguments import checked
from allocation.errors import AmountError, TargetsError, UnknownName
from allocation.money import LARGEST_MINOR, is_known_currency, minor_digits
from allocation.percents import PERCENT_STEPS
from allocation.planner.rules import find_rule, share

CHUNK = 100_000
"""Portfolios shared in one statement: more would only need more memory."""

NAMED = 3
WHOLE = 100 * PERCENT_STEPS


@checked
def plan_deposits(
    lines: pd.DataFrame, deposits: pd.DataFrame, rule: str = "lazy", currency: str = "USD"
) -> pd.DataFrame:
    """What deposits into any number of portfolios would buy, without a sale; each portfolio to the minor unit.

    A line is a class, or a holding where targets are given for holdings: one level, without limits. For the two levels
    of one portfolio, limits and reasons there is :meth:`allocation.Portfolio.plan_deposit`.

    Parameters:
        lines: one row a line: ``portfolio`` (text or a number), ``line`` (its name, once in a portfolio), ``value``
            (``currency``, to its minor unit), ``target_percent`` (0–100, at most four decimals, adding up to 100 in
            each portfolio).
        deposits: one row a portfolio: ``portfolio``, ``amount`` (``currency``, to its minor unit, not negative). A
            portfolio without a row gets nothing.
        rule: a name in :data:`allocation.RULES`.
        currency: ISO 4217 code of all the money.

    Returns:
        The rows of ``lines`` in their order: ``portfolio``, ``line``, ``value_before``, ``amount``, ``value_after``,
        ``weight_after`` (0–1 of the portfolio; missing where it is worth nothing), ``target_weight``. The amounts of a
        portfolio add up to its deposit.

    Raises:
        AmountError: a value or an amount is missing, no number, too large, or finer than the minor unit; a deposit is
            negative, or a portfolio has two.
        TargetsError: a portfolio's targets are out of range or don't add up to 100.
        UnknownName: there is no such rule or currency, a column is missing, a line stands twice, or a deposit is for a
            portfolio that has no lines.
    """
    find_rule(rule)
    if not is_known_currency(currency):
        raise UnknownName(f"{currency!r} is not a currency code. Write one like USD, EUR or GBP.")
    _require_columns(lines, "lines", ["portfolio", "line", "value", "target_percent"])
    _require_columns(deposits, "deposits", ["portfolio", "amount"])
    digits = minor_digits(currency)
    group, portfolios = pd.factorize(lines["portfolio"])
    where = [lines["portfolio"], lines["line"]]
    _refuse((group < 0) | lines["line"].isna().to_numpy(), where, "has no portfolio or no name", UnknownName)
    order, repeated = _in_order(group, lines["line"])
    _refuse(repeated, where, "stands twice", UnknownName)
    value = _whole(lines["value"], digits, where, f"has a value that is no amount of {currency}", AmountError)
    no_percent = "has a target that is no percent to four decimals"
    target = _whole(lines["target_percent"], 4, where, no_percent, TargetsError)
    _refuse((target < 0) | (target > WHOLE), where, "has a target that is not between 0 and 100", TargetsError)
    sums = _summed(group, target, len(portfolios))
    _refuse(sums != WHOLE, [pd.Series(portfolios)], "has targets that don't add up to 100", TargetsError)
    flow = _flows(deposits, portfolios, digits, currency)
    total = _summed(group, value, len(portfolios)) + flow
    each = [pd.Series(portfolios)]
    _refuse(np.abs(total) > LARGEST_MINOR, each, "is larger than can be planned exactly", AmountError)
    amount = _shared(order, group, value, target, flow, total, rule)
    unit = 10**digits
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(total[group] > 0, (value + amount) / total[group], np.nan)
    return pd.DataFrame(
        {
            "portfolio": lines["portfolio"].to_numpy(),
            "line": lines["line"].to_numpy(),
            "value_before": value / unit,
            "amount": amount / unit,
            "value_after": (value + amount) / unit,
            "weight_after": weight,
            "target_weight": target / WHOLE,
        },
        copy=False,
    )


Whole = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


def _shared(order: Whole, group: Whole, value: Whole, target: Whole, flow: Whole, total: Whole, rule: str) -> Whole:
    """The amount of each line; portfolios are taken together in chunks."""
    amount = np.zeros(len(group), dtype=np.int64)
    ends = np.searchsorted(group[order], np.arange(0, len(flow) + CHUNK, CHUNK))
    for number, (start, end) in enumerate(zip(ends, ends[1:], strict=False)):
        chosen = order[start:end]
        first = number * CHUNK
        given = pd.DataFrame(
            {
                "group_id": group[chosen],
                "line": np.arange(start, end),
                "value": value[chosen],
                "target": target[chosen],
            },
            copy=False,
        )
        among = np.arange(first, min(first + CHUNK, len(flow)))
        flows = pd.DataFrame({"group_id": among, "flow": flow[among], "total_after": total[among]})
        answer = share(given, flows, rule)
        amount[order[answer["line"].to_numpy()]] = answer["amount"].to_numpy()
    return amount


def _flows(deposits: pd.DataFrame, portfolios: pd.Index, digits: int, currency: str) -> Whole:
    where = [deposits["portfolio"]]
    to = pd.Index(portfolios).get_indexer(pd.Index(deposits["portfolio"]))
    _refuse(to < 0, where, "has a deposit, but no lines", UnknownName)
    _refuse(deposits["portfolio"].duplicated().to_numpy(), where, "has two deposits", AmountError)
    amounts = _whole(deposits["amount"], digits, where, f"has a deposit that is no amount of {currency}", AmountError)
    _refuse(amounts < 0, where, "has a negative deposit", AmountError)
    flow = np.zeros(len(portfolios), dtype=np.int64)
    flow[to] = amounts
    return flow


def _whole(numbers: pd.Series, digits: int, where: Sequence[pd.Series], problem: str, error: type[Exception]) -> Whole:
    """Numbers in whole units of their last digit, where each is exactly that."""
    given = pd.to_numeric(numbers, errors="coerce").to_numpy(dtype="float64", na_value=np.nan)
    unit = 10**digits
    with np.errstate(invalid="ignore"):
        whole = np.rint(given * unit)
        _refuse(~((whole / unit == given) & (np.abs(whole) <= LARGEST_MINOR)), where, problem, error)
    exact: Whole = whole.astype(np.int64)
    return exact


def _summed(group: Whole, numbers: Whole, count: int) -> Whole:
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, group, numbers)
    return sums


def _in_order(group: Whole, names: pd.Series) -> tuple[Whole, Flags]:
    """The rows by portfolio and name, so that no cent depends on the order they came in; which stand twice."""
    codes, labels = pd.factorize(names, sort=True)
    key = group.astype(np.int64) * len(labels) + codes
    repeated = np.zeros(len(key), dtype=np.bool_)
    if bool((np.diff(key) > 0).all()):
        return np.arange(len(key)), repeated
    order: Whole = np.argsort(key, kind="stable")
    repeated[order[1:]] = key[order[1:]] == key[order[:-1]]
    return order, repeated


def _require_columns(table: pd.DataFrame, what: str, columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        lacking, needed = " and no column ".join(missing), ", ".join(columns)
        raise UnknownName(f"The {what} have no column {lacking}. They need {needed}.")


def _refuse(wrong: Flags, where: Sequence[pd.Series], problem: str, error: type[Exception]) -> None:
    """Raises, naming the first of the rows that are wrong and how many more there are."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        named = [" / ".join(str(column.iloc[row]) for column in where) for row in rows[:NAMED]]
        more = f", and {len(rows) - NAMED:,} more" if len(rows) > NAMED else ""
        raise error(f"{', '.join(named)}{more}: {problem}. Nothing was calculated.")
