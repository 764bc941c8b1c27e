"""The plan nearest to what a rule wants that keeps every limit, to the minor unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocation.errors import AmountError
from allocation.planner.all_cash import least_left
from allocation.planner.candidates import FLOOR, Candidate, Wanted
from allocation.planner.limits import Allowed, Limits
from allocation.planner.money_in import Money
from allocation.planner.program import Answer, Charge, Goal, Line, Program, solve
from allocation.planner.whole import Steps, nearest
from allocation.tables import ALL, Tables

CENTS_APART = 2
AGAIN = 5
FAR = 1e4


@dataclass(frozen=True)
class Trade:
    """What is traded of a candidate: minor units, and shares where they are whole steps."""

    candidate: Candidate
    amount: int
    shares: Fraction | None
    fee: int


@dataclass(frozen=True)
class Solution:
    """What is traded and what is left; minor units."""

    trades: list[Trade]
    left: dict[str, int]
    of_free: dict[str, int]
    gap: float


@dataclass(frozen=True)
class Purse:
    """Who has how much to spend; minor units."""

    tables: Tables
    money: Money
    placed: int
    by_account: bool

    @property
    def accounts(self) -> dict[str, int]:
        if not self.by_account:
            return {self.tables.place: self.placed}
        return {account: self.money.of_account(account) for account in self.tables.accounts}

    @property
    def free(self) -> int:
        return self.placed - sum(self.accounts.values()) if self.by_account else 0


def nearest_plan(
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    purse: Purse,
    able: Allowed,
    limits: Limits,
    kind: str,
) -> Solution:
    """The nearest plan; solved again with less where rounding to the minor unit overspends."""
    spare = dict.fromkeys(purse.accounts, 0)
    for _ in range(AGAIN):
        traded, free, gap = _solved(lines, goals, purse, able, limits, spare, kind)
        trades, left = _rounded(lines, traded, purse.accounts, free, able)
        over = {account: -amount for account, amount in left.items() if amount < 0}
        if not over:
            return Solution(trades, left, free, gap)
        spare = {account: spare[account] + over.get(account, 0) for account in spare}
    raise AmountError(_cannot(purse.tables, able))


def _solved(
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    purse: Purse,
    able: Allowed,
    limits: Limits,
    spare: Mapping[str, int],
    kind: str,
) -> tuple[list[float], dict[str, int], float]:
    accounts = {account: amount - spare[account] for account, amount in purse.accounts.items()}
    alone = len(accounts) == 1 and not able.costs and not able.minimum_trade and able.turnover is None
    if alone and not purse.tables.spans and all(line.unit is not None for line in lines):
        return _whole(lines, goals, next(iter(accounts.values())), limits)
    scale = (
        max([abs(amount) for amount in accounts.values()] + [abs(goal.amount) for goal in goals.values()] + [1]) / 1e4
    )
    side = "most_sold" if kind == "withdrawal" else "most_bought"
    flexible = frozenset(line.account for line in lines if line.unit is None and getattr(line, side))
    wished = _goals(lines, goals, scale)
    if purse.tables.spans:
        # The classes' result counts; how near each asset is decides only between equal ones.
        wished = [replace(goal, scale=goal.scale * FAR) for goal in wished] + _class_goals(purse, lines, goals, scale)
    most_sold = most_sold_of(able, purse.placed, kind)
    program = Program(
        lines=[_line(line, able, scale) for line in lines],
        goals=wished,
        money={account: amount / scale for account, amount in accounts.items()},
        free=purse.free / scale,
        idle={} if kind == "deposit" else _idle(lines, accounts, purse, scale, side),
        dear=flexible,
        most_sold=None if most_sold is None else most_sold / scale,
        all_cash=limits.use_all_cash,
        time_limit=limits.time_limit,
    )
    answer = solve(program)
    if answer is None:
        raise AmountError(_cannot(purse.tables, able))
    if kind == "rebalance" and not purse.tables.spans:
        towards, apart = _towards(purse, lines, goals, scale), CENTS_APART / scale
        if any(not least - apart <= _together(answer, of) <= most + apart for of, least, most in towards):
            # What comes into an account, or goes out of it, may leave no other way.
            answer = solve(replace(program, within=towards)) or answer
    free = _whole_parts({name: part * scale for name, part in answer.of_free.items()}, purse.free)
    return [traded * scale for traded in answer.traded], free, answer.gap * scale


def most_sold_of(able: Allowed, placed: int, kind: str) -> int | None:
    """Minor units that may be sold in all, what a withdrawal takes out besides; None where nothing limits it."""
    if able.turnover is None or kind != "rebalance":
        return None
    return able.turnover + max(-placed, 0)


def _together(answer: Answer, lines: Sequence[int]) -> float:
    return sum(answer.traded[number] for number in lines)


def _towards(
    purse: Purse, lines: Sequence[Candidate], goals: Mapping[int, Wanted], scale: float
) -> list[tuple[list[int], float, float]]:
    """No class is traded away from its target, nor past it by more than a step, for another one's sake."""
    tables = purse.tables
    of_class: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        of_class.setdefault(tables.class_of[line.asset_id], []).append(number)
    wanted: dict[str, int] = {}
    for asset, goal in goals.items():
        name = tables.class_of[asset]
        wanted[name] = wanted.get(name, 0) + goal.amount
    found = []
    for name, numbers in of_class.items():
        step = max(float(lines[number].unit or 0) for number in numbers)
        target = tables.strategy.class_weights.get(name)
        gap = 0 if target is None else target * (tables.total + purse.placed) - tables.class_values.get(name, 0)
        ends = (0.0, float(wanted.get(name, 0)), float(gap))
        found.append((numbers, (min(ends) - step) / scale, (max(ends) + step) / scale))
    return found


def _idle(
    lines: Sequence[Candidate], accounts: Mapping[str, int], purse: Purse, scale: float, side: str
) -> dict[str, float]:
    """Nothing is sold that isn't needed: less than a step of what its account buys (withdrawing: sells) may be left."""
    steps = {
        account: max(
            (float(line.unit or 1) for line in lines if line.account == account and getattr(line, side)), default=0.0
        )
        for account in accounts
    }
    return {
        account: (max(amount, 0) + max(purse.free, 0) + steps[account]) / scale for account, amount in accounts.items()
    }


def _cannot(tables: Tables, able: Allowed) -> str:
    where = "the portfolio" if tables.scope == ALL else tables.scope
    limits = "; ".join(able.words) or "each account pays for its own trades"
    return f"No plan of {where} keeps all of these limits: {limits}. Loosen one of them, or change the amount."


def _whole(
    lines: Sequence[Candidate], goals: Mapping[int, Wanted], budget: int, limits: Limits
) -> tuple[list[float], dict[str, int], float]:
    unit = np.array([float(line.unit or 0) for line in lines])
    asked = np.array([float(goals[line.asset_id].amount) for line in lines])
    steps = Steps(
        unit,
        low=-np.array([_most_steps(line) for line in lines], dtype=np.int64),
        high=np.floor(np.array([line.most_bought for line in lines]) / unit + 1e-9).astype(np.int64),
        wanted=asked,
        near=asked,
        scale=np.array([float(goals[line.asset_id].scale) for line in lines]),
        slope=np.array([float(goals[line.asset_id].slope) for line in lines]),
    )
    if not lines:
        return [], {}, 0.0
    try:
        taken, gap = (least_left if limits.use_all_cash else nearest)(steps, float(budget), limits.time_limit)
    except ValueError:
        raise AmountError(
            "What may be sold in whole shares doesn't come to the withdrawal. Enter a smaller amount, or allow "
            "fractions."
        ) from None
    return list(taken * unit), {}, gap


def _most_steps(line: Candidate) -> int:
    """How many whole steps may be sold: of what is held, and worth no more than may be sold."""
    if line.step is None or line.unit is None or not line.most_sold:
        return 0
    return int(min(line.quantity / line.step, Fraction(line.most_sold) / line.unit + Fraction(1, 10**6)))


def _line(line: Candidate, able: Allowed, scale: float) -> Line:
    charge = Charge()
    if not line.is_cash:
        charge = Charge(
            able.fixed / scale,
            float(able.percent),
            able.at_least / scale,
            None if able.at_most is None else able.at_most / scale,
            None if able.largest_fee is None else float(able.largest_fee),
            able.minimum_trade / scale,
        )
    unit = None if line.unit is None else float(line.unit) / scale
    sold = line.most_sold / scale if unit is None else _most_steps(line) * unit
    return Line(line.account, line.most_bought / scale, sold, unit, charge, line.is_cash)


def _goals(lines: Sequence[Candidate], goals: Mapping[int, Wanted], scale: float) -> list[Goal]:
    of_asset: dict[int, dict[int, float]] = {}
    for number, line in enumerate(lines):
        of_asset.setdefault(line.asset_id, {})[number] = 1.0
    found = []
    for asset, goal in goals.items():
        if parts := of_asset.get(asset):
            amount = goal.amount / scale
            found.append(Goal(parts, amount, float(goal.scale) / scale, float(goal.slope), near=amount))
    return found


def _class_goals(purse: Purse, lines: Sequence[Candidate], goals: Mapping[int, Wanted], scale: float) -> list[Goal]:
    """What the rule alone would trade of each class, where funds belong to several."""
    tables, total = purse.tables, purse.tables.total + purse.placed
    of = {asset: tables.spans.get(asset, {name: Fraction(1)}) for asset, name in tables.class_of.items()}
    found = []
    for name, target in tables.strategy.class_weights.items():
        parts = {i: float(of[line.asset_id][name]) for i, line in enumerate(lines) if name in of[line.asset_id]}
        amount = sum((goal.amount * of[asset].get(name, Fraction(0)) for asset, goal in goals.items()), Fraction(0))
        if parts:
            wide = float((target or FLOOR) * max(total, 1)) / scale
            found.append(Goal(parts, float(amount) / scale, wide, near=float(amount) / scale))
    return found


def _whole_parts(parts: Mapping[str, float], total: int) -> dict[str, int]:
    """Rounded, adding up to ``total``."""
    whole = {name: round(part) for name, part in parts.items()}
    if whole:
        largest = max(whole, key=lambda name: (abs(whole[name]), name))
        whole[largest] += total - sum(whole.values())
    return whole


def _rounded(
    lines: Sequence[Candidate],
    traded: Sequence[float],
    money: Mapping[str, int],
    free: Mapping[str, int],
    able: Allowed,
) -> tuple[list[Trade], dict[str, int]]:
    """The trades to the minor unit; what rounding leaves of an account's money goes to its largest fraction."""
    trades = [_trade(line, amount, able) for line, amount in zip(lines, traded, strict=True)]
    left = {}
    for account, amount in money.items():
        own = [i for i, trade in enumerate(trades) if trade.candidate.account == account]
        rest = amount + free.get(account, 0) - sum(trades[i].amount + trades[i].fee for i in own)
        flexible = [i for i in own if trades[i].candidate.step is None and trades[i].amount]
        for _ in range(3):
            if rest and flexible and abs(rest) <= CENTS_APART + len(own):
                i = max(flexible, key=lambda i: (abs(trades[i].amount), -i))
                before = trades[i].amount + trades[i].fee
                trades[i] = _trade(trades[i].candidate, trades[i].amount + rest, able)
                rest -= trades[i].amount + trades[i].fee - before
        left[account] = rest
    return [trade for trade in trades if trade.amount], left


def _trade(line: Candidate, amount: float, able: Allowed) -> Trade:
    if line.unit is None or line.step is None:
        exact = min(max(round(amount), -line.most_sold), line.most_bought)
        return Trade(line, exact, None, 0 if line.is_cash else able.fee_of(exact))
    shares = round(Fraction(amount) / line.unit) * line.step
    everything = shares == -line.quantity and shares < 0
    exact = -line.value if everything else int((2 * shares * line.price + 1) // 2)
    return Trade(line, exact, shares, 0 if line.is_cash else able.fee_of(exact))
