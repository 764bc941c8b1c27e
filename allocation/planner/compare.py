"""What choosing a rule or a goal means: the plans of all of them side by side."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import partial

import pandas as pd

from allocation.bands import IN_BAND, NO_TARGET
from allocation.errors import AmountError
from allocation.money import PerAccount
from allocation.planner.goals import GOALS
from allocation.planner.limits import NO_LIMITS, Limits
from allocation.planner.plan import plan_deposit, plan_rebalance, plan_withdrawal
from allocation.planner.result import Plan
from allocation.planner.rules import RULES
from allocation.tables import Tables

COMPARED = [
    "rule", "only_outside", "trades", "bought", "sold", "turnover", "fees", "cash_left", "drift_before", "drift_after",
    "out_of_band", "largest_drift", "largest_drift_class", "measure", "deviation", "problem",
]  # fmt: skip


def compare_rules(
    tables: Tables,
    on: datetime.date,
    deposit: PerAccount | None = None,
    withdrawal: PerAccount | None = None,
    limits: Limits = NO_LIMITS,
    use_cash: PerAccount | str = 0,
) -> pd.DataFrame:
    """Every rule's plan for the same money in one table; without money, every goal of a rebalance.

    Parameters:
        tables: the scope as it is.
        on: the plans' date.
        deposit: as in :func:`plan_deposit`: the deposit rules are compared.
        withdrawal: or as in :func:`plan_withdrawal`; the same rules, selling.
        limits: what every plan has to keep to.
        use_cash: cash held already that a deposit invests with it.

    Returns:
        One row a rule: ``rule``; ``only_outside`` (of a rebalance: whether only what is out of its band is traded);
        ``trades`` (how many); ``bought``, ``sold``, ``fees``, ``cash_left`` (base currency); ``turnover`` (0–1);
        ``drift_before``, ``drift_after`` (of the scope, 0–1); ``out_of_band`` (classes out of their band after);
        ``largest_drift`` (after, 0–1 of the scope, signed) and its ``largest_drift_class``; ``measure``,
        ``deviation`` (as in :class:`~allocation.planner.result.Header`); ``problem``: why there is no plan by that
        rule, else empty.

    Raises:
        AmountError: both a deposit and a withdrawal.
        TargetsError: the scope has no targets.
        UnknownName: a limit or an account that is not there.
    """
    if deposit is not None and withdrawal is not None:
        raise AmountError("Enter a deposit or a withdrawal, not both: what counts is the difference.")
    rows = [_row(*asked) for asked in _plans(tables, on, deposit, withdrawal, limits, use_cash)]
    return pd.DataFrame(rows, columns=COMPARED)


def _plans(
    tables: Tables,
    on: datetime.date,
    deposit: PerAccount | None,
    withdrawal: PerAccount | None,
    limits: Limits,
    use_cash: PerAccount | str,
) -> Iterable[tuple[str, bool, Callable[[], Plan]]]:
    if withdrawal is not None:
        for rule in RULES:
            yield rule, False, partial(plan_withdrawal, tables, withdrawal, rule, on, limits)
    elif deposit is not None:
        for rule in RULES:
            yield rule, False, partial(plan_deposit, tables, deposit, rule, on, limits, use_cash)
    else:
        for only_outside in (False, True):
            for goal in GOALS:
                yield goal, only_outside, partial(plan_rebalance, tables, on, goal, only_outside, limits=limits)


def _row(rule: str, only_outside: bool, make: Callable[[], Plan]) -> dict[str, object]:
    row: dict[str, object] = {"rule": rule, "only_outside": only_outside, "problem": ""}
    try:
        plan = make()
    except AmountError as error:
        return row | {"problem": str(error)}
    drifts = dict(zip(plan.classes["asset_class"], plan.classes["drift_after"], strict=True))
    furthest = max(drifts, key=lambda name: (abs(drifts[name]) if drifts[name] == drifts[name] else -1, name))
    out = ~plan.classes["status_after"].isin([IN_BAND, NO_TARGET])
    of_header = {name: value for name, value in plan.header.__dict__.items() if name in COMPARED}
    return (
        of_header
        | row
        | {"out_of_band": int(out.sum()), "largest_drift": drifts[furthest], "largest_drift_class": furthest}
    )
