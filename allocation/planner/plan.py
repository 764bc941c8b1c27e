"""A flow of money as a plan: by a rule, or back to the targets, within limits."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from fractions import Fraction

from allocation.errors import AmountError, TargetsError
from allocation.money import Amount, PerAccount, from_minor, read_exact, write_money
from allocation.planner.goals import find_goal
from allocation.planner.limits import NO_LIMITS, Allowed, Limits, allowed
from allocation.planner.money_in import Money, money_in, money_out
from allocation.planner.outcome import Outcome, Settled
from allocation.planner.rebalance import Back
from allocation.planner.request import DEPOSIT, REBALANCE, WITHDRAWAL, Request
from allocation.planner.result import Header, Plan
from allocation.planner.rows import build, header
from allocation.planner.rules import find_rule
from allocation.planner.settle import settled
from allocation.planner.spanning import rebalance_spanning, share_spanning
from allocation.planner.two_levels import Shared, share_flow
from allocation.tables import ALL, Tables


def plan_deposit(
    tables: Tables,
    amount: PerAccount,
    rule: str,
    on: datetime.date,
    limits: Limits = NO_LIMITS,
    use_cash: PerAccount | str = 0,
) -> Plan:
    """What a deposit would buy, without a sale.

    Parameters:
        tables: the scope as it is.
        amount: new money, in the base currency, to its minor unit; by account, where it is known where it goes.
        rule: a name in :data:`~allocation.planner.rules.RULES`.
        on: the plan's date.
        limits: what the plan has to keep to.
        use_cash: cash held already that is invested with it, which doesn't make the total grow: an amount (of all
            accounts together), amounts by account, or ``"all"``; never more than is above ``limits.keep_cash``.

    Returns:
        The plan; see :class:`~allocation.planner.result.Plan` for its columns. No trades for a deposit of 0.

    Raises:
        AmountError: an amount is negative, not a number or finer than the minor unit, or there is less cash.
        TargetsError: the scope has no targets.
        UnknownName: there is no such rule, account or asset.
    """
    request = Request(DEPOSIT, tables.scope, rule, coming=amount, use_cash=use_cash, limits=limits)
    return calculate(tables, request, on)


def plan_withdrawal(
    tables: Tables, amount: PerAccount, rule: str, on: datetime.date, limits: Limits = NO_LIMITS
) -> Plan:
    """What a withdrawal would sell: the mirror of a deposit by the same rule.

    ``lazy`` lowers the highest value/target ratios together; ``proportional`` sells in proportion to what each one is
    over its target; ``largest_first`` takes from the largest surplus, then the next; ``by_target`` splits the
    withdrawal by target weights, as far as each has as much. By every rule, what has a target of 0 goes first, and
    holdings in a class without a target are not sold.

    Parameters:
        tables: the scope as it is.
        amount: in the base currency, to its minor unit; by account, where it is known where it comes from.
        rule: a name in :data:`~allocation.planner.rules.RULES`.
        on: the plan's date.
        limits: what the plan has to keep to.

    Returns:
        The plan; amounts and shares are negative, actions are ``sell`` and ``take from cash``.

    Raises:
        AmountError: not an amount, or more than may be sold in classes with a target.
        TargetsError: the scope has no targets.
        UnknownName: there is no such rule, account or asset.
    """
    return calculate(tables, Request(WITHDRAWAL, tables.scope, rule, going=amount, limits=limits), on)


def plan_rebalance(
    tables: Tables,
    on: datetime.date,
    goal: str = "target",
    only_outside: bool = False,
    deposit: PerAccount = 0,
    withdrawal: PerAccount = 0,
    limits: Limits = NO_LIMITS,
    distance: Amount = "1.75",
) -> Plan:
    """What would be sold and bought to bring a scope back towards its targets.

    What is above where it may end is sold down to it, what is below is bought up to it, on both levels. Money that is
    then over goes where the value/target ratio is lowest, money that is missing comes from where it is highest and
    above its target. Classes without a target stay as they are; inside a class that has holding targets, a holding
    without one counts as target 0. Money doesn't move between accounts: where the scope has several, each account's
    trades pay for themselves, and the plan is the nearest to the whole's that does so and trades no class away from its
    target. Where money that comes in or goes out leaves no such plan, it is the nearest alone.

    Parameters:
        tables: the scope as it is.
        on: the plan's date.
        goal: a name in :data:`~allocation.planner.goals.GOALS`.
        only_outside: trade only what is out of its band, and what that needs.
        deposit: money that comes in with it; base currency; an amount, or amounts by account.
        withdrawal: or money that goes out with it.
        limits: what the plan has to keep to.
        distance: percentage points from the target where the goal ``distance`` ends.

    Returns:
        The plan; the amounts and fees add up to the deposit less the withdrawal.

    Raises:
        AmountError: not an amount, both at once, or a withdrawal of more than may be sold.
        TargetsError: the scope has no targets.
        UnknownName: no such goal, account or asset.
    """
    return calculate(
        tables,
        Request(
            REBALANCE, tables.scope, find_goal(goal).name, deposit, withdrawal,
            only_outside=only_outside, distance=distance, limits=limits,
        ),
        on,
    )  # fmt: skip


def rebalance_header(tables: Tables, on: datetime.date) -> Header:
    """What :func:`plan_rebalance` comes to as a whole, in less time than its rows take.

    Parameters:
        tables: the scope as it is.
        on: the plan's date.

    Returns:
        The header of that plan.

    Raises:
        TargetsError: the scope has no targets.
    """
    request = Request(REBALANCE, tables.scope, find_goal("target").name)
    tables, money, able = prepared(tables, request)
    return header(Outcome(tables, money.flow, settle(tables, request, money, able)), request, on)


def calculate(tables: Tables, request: Request, on: datetime.date) -> Plan:
    """The plan that a request comes to, on the scope as it is.

    Raises:
        AmountError, TargetsError, UnknownName: see :func:`plan_deposit`, :func:`plan_withdrawal` and
            :func:`plan_rebalance`.
    """
    tables, money, able = prepared(tables, request)
    return build(tables, request, on, money.flow, settle(tables, request, money, able))


def prepared(tables: Tables, request: Request) -> tuple[Tables, Money, Allowed]:
    """The scope in order, the money of a request, and what its limits allow."""
    if request.kind != REBALANCE:
        find_rule(request.rule)
    require_targets(tables)
    tables = tables.in_order
    able = allowed(tables, request.limits)
    coming, going = money_in(tables, request.coming, request.use_cash, able), money_out(tables, request.going)
    if coming.flow and going.flow:
        raise AmountError("Enter a deposit or a withdrawal, not both: what counts is the difference.")
    return tables, going if request.kind == WITHDRAWAL or going.flow else coming, able


def settle(tables: Tables, request: Request, money: Money, able: Allowed) -> Settled:
    """What is traded and what is not."""
    return _SETTLED[request.kind](tables, request, money, able)


def _deposit(tables: Tables, request: Request, money: Money, able: Allowed) -> Settled:
    before = money.without_cash(tables)
    if money.cash:
        able = able.without_cash(tables)
    shared = _shared(before, money.flow + money.cash, request.rule, able)
    return settled(before, request.kind, shared, money, able, request.limits, request.rule)


def _withdrawal(tables: Tables, request: Request, money: Money, able: Allowed) -> Settled:
    sellable = able.sellable_value(tables)
    if -money.flow > sellable:
        held = write_money(from_minor(sellable, tables.digits), tables.base_currency)
        raise AmountError(
            f"The withdrawal is more than the {held} {tables.base_currency} that {_where(tables)} holds in classes "
            f"with a target{' and that may be sold' if able.words else ''}. Enter a smaller amount."
        )
    shared = _shared(tables, money.flow, request.rule, able)
    return settled(tables, request.kind, shared, money, able, request.limits, request.rule)


def _rebalance(tables: Tables, request: Request, money: Money, able: Allowed) -> Settled:
    points = Fraction(read_exact(request.distance, "distance")) / 100
    if not 0 <= points <= 1:
        raise AmountError(f"The distance {request.distance} is not between 0 and 100 points.")
    back = Back(tables, money.flow, find_goal(request.rule), request.only_outside, points, able)
    by_class = back.among_classes()
    done = sum(by_class.values())
    if done != money.flow:
        could = write_money(from_minor(abs(done), tables.digits), tables.base_currency)
        if money.flow < 0:
            raise AmountError(
                f"The withdrawal is more than the {could} {tables.base_currency} that may be sold in classes with a "
                "target. Enter a smaller amount, or keep less."
            )
        raise AmountError(
            f"Of the deposit, {could} {tables.base_currency} can be placed: nothing else with a target may be bought. "
            "Enter a smaller amount, or keep less."
        )
    if tables.spans:
        shared = rebalance_spanning(tables, money.flow, by_class, able, back.inside_classes)
    else:
        shared = back.shared(by_class)
    return settled(tables, request.kind, shared, money, able, request.limits, request.rule)


_SETTLED: dict[str, Callable[[Tables, Request, Money, Allowed], Settled]] = {
    DEPOSIT: _deposit,
    WITHDRAWAL: _withdrawal,
    REBALANCE: _rebalance,
}


def _shared(tables: Tables, flow: int, rule: str, able: Allowed) -> Shared:
    return (share_spanning if tables.spans else share_flow)(tables, flow, rule, able)


def require_targets(tables: Tables) -> None:
    """Refuse to plan without targets."""
    if not tables.strategy.class_weights:
        raise TargetsError(
            f"{_where(tables)} has no targets yet, so there is nothing to plan towards. Set the class targets first: "
            "on the dashboard under Targets, with a targets.csv, or to begin with what is held now: "
            "allocation strategies new NAME --from present --activate."
        )


def _where(tables: Tables) -> str:
    return tables.strategy.name if tables.scope == ALL else tables.scope
