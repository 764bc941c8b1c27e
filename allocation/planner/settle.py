"""From what a rule alone would trade to what is traded: in which account, and within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from allocation.errors import AmountError
from allocation.money import write_money
from allocation.planner.candidates import Candidate, Wanted, candidates, wanted
from allocation.planner.limits import Allowed, Limits
from allocation.planner.money_in import Money
from allocation.planner.program import Charge, Goal, Line, Program, solve
from allocation.planner.rows import Order, Settled, Undone
from allocation.planner.two_levels import Shared
from allocation.planner.whole import Steps, nearest
from allocation.tables import ALL, CASH, Tables

CENTS_APART = 2
AGAIN = 5


@dataclass(frozen=True)
class Trade:
    """What is traded of a candidate: minor units, and shares where they are whole steps."""

    candidate: Candidate
    amount: int
    shares: Fraction | None
    fee: int


def settled(
    tables: Tables, kind: str, shared: Shared, money: Money, able: Allowed, limits: Limits, rule: str
) -> Settled:
    """What is traded, of the scope as it is without the cash that is used.

    Where no limit asks for more, it is what the rule alone would trade. Otherwise it is the nearest to that which keeps
    every limit.
    """
    by_account = _by_account(tables, kind, money, able)
    alone = _left_alone(tables, able, shared, kind, limits)
    orders = _cash_orders(money)
    if not by_account and not _is_limited(able, shared):
        orders += _as_wanted(tables, shared)
        waiting = {(name, tables.place): amount for name, amount in shared.unplaced.items()}
        return Settled(orders, shared, waiting, alone, {}, limits.keep, able.words)
    flow = money.flow + money.cash
    purse = _Purse(tables, money, flow - sum(shared.unplaced.values()), by_account)
    most = max(purse.placed, 0) + (sum(max(value, 0) for value in tables.asset_values) if kind == "rebalance" else 0)
    lines = candidates(tables, kind, shared, able, most, by_account)
    goals = wanted(tables, shared, rule if kind != "rebalance" else "", flow)
    solution = _nearest(lines, goals, purse, able, limits, kind)
    for trade in solution.trades:
        orders += [
            Order(trade.candidate.asset_id, account, amount, None if shares is None else float(shares), fee)
            for account, amount, shares, fee in _in_accounts(tables, trade)
        ]
    return Settled(
        orders,
        shared,
        _waiting(tables, shared, solution.of_free),
        [*alone, *_fell_short(tables, solution.trades, lines, goals, able, by_account)],
        solution.left,
        limits.keep,
        able.words,
        solution.gap / 10**tables.digits,
    )


def _waiting(tables: Tables, shared: Shared, of_free: Mapping[str, int]) -> dict[tuple[str, str], int]:
    """The money that waits for a class with nothing to buy, in the accounts that it was paid into."""
    waiting, there = {}, {account: -part for account, part in of_free.items() if part < 0}
    for name, amount in shared.unplaced.items():
        left = amount
        for account in there if amount > 0 else ():
            part = min(left, there[account])
            if part:
                waiting[name, account] = part
                there[account] -= part
                left -= part
        if left:
            waiting[name, tables.place] = left
    return waiting


def _is_limited(able: Allowed, shared: Shared) -> bool:
    traded = {asset for asset, amount in shared.by_asset.items() if amount}
    return bool(traded & set(able.steps) or able.costs or able.minimum_trade or able.turnover is not None)


def _by_account(tables: Tables, kind: str, money: Money, able: Allowed) -> bool:
    """Whether each account has to pay for its own trades."""
    if tables.place:
        return False
    split = kind == "rebalance" or money.by_account or money.cash_used
    return bool(split or able.costs or able.minimum_trade or able.may_buy or (kind == "withdrawal" and able.steps))


@dataclass(frozen=True)
class _Solution:
    """What is traded and what is left; minor units."""

    trades: list[Trade]
    left: dict[str, int]
    of_free: dict[str, int]
    gap: float


@dataclass(frozen=True)
class _Purse:
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


def _cash_orders(money: Money) -> list[Order]:
    return [
        Order(asset, account, -amount, notes=("invested as asked",))
        for (account, asset), amount in money.cash_used.items()
    ]


def _as_wanted(tables: Tables, shared: Shared) -> list[Order]:
    return [
        Order(asset, account, part)
        for asset, amount in shared.by_asset.items()
        for account, part in _split(tables, asset, amount)
    ]


def _split(tables: Tables, asset_id: int, amount: int) -> list[tuple[str, int]]:
    """The accounts that carry a trade out: that which holds most of the asset first."""
    if not amount:
        return []
    if tables.place:
        return [(tables.place, amount)]
    held = sorted(_held(tables, asset_id), key=lambda line: (-line[1], line[0]))
    if amount > 0:
        return [(held[0][0] if held else "", amount)]
    parts, left = [], -amount
    for account, value in held:
        part = min(left, max(value, 0))
        if part:
            parts.append((account, -part))
        left -= part
    return parts if not left else [*parts, ("", -left)]


def _held(tables: Tables, asset_id: int) -> list[tuple[str, int]]:
    rows = tables.holdings[(tables.holdings["asset_id"] == asset_id) & (tables.holdings["quantity"] != 0)]
    return [
        (str(account), round(value * 10**tables.digits))
        for account, value in zip(rows["account"], rows["value"], strict=True)
    ]


def _in_accounts(tables: Tables, trade: Trade) -> list[tuple[str, int, Fraction | None, int]]:
    if trade.candidate.account:
        return [(trade.candidate.account, trade.amount, trade.shares, trade.fee)]
    parts = _split(tables, trade.candidate.asset_id, trade.amount)
    if len(parts) == 1:
        return [(parts[0][0], trade.amount, trade.shares, trade.fee)]
    return [(account, amount, None, 0) for account, amount in parts]


def _nearest(
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    purse: _Purse,
    able: Allowed,
    limits: Limits,
    kind: str,
) -> _Solution:
    """The nearest plan; solved again with less where rounding to the minor unit overspends."""
    spare = dict.fromkeys(purse.accounts, 0)
    for _ in range(AGAIN):
        traded, free, gap = _solved(lines, goals, purse, able, limits, spare, kind)
        trades, left = _rounded(lines, traded, purse.accounts, free, able)
        over = {account: -amount for account, amount in left.items() if amount < 0}
        if not over:
            return _Solution(trades, left, free, gap)
        spare = {account: spare[account] + over.get(account, 0) for account in spare}
    raise AmountError(_cannot(purse.tables, able))


def _solved(
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    purse: _Purse,
    able: Allowed,
    limits: Limits,
    spare: Mapping[str, int],
    kind: str,
) -> tuple[list[float], dict[str, int], float]:
    accounts = {account: amount - spare[account] for account, amount in purse.accounts.items()}
    alone = len(accounts) == 1 and not able.costs and not able.minimum_trade and able.turnover is None
    if alone and not limits.use_all_cash and all(line.unit is not None for line in lines):
        return _whole(lines, goals, next(iter(accounts.values())), limits)
    answer = None
    scale = (
        max([abs(amount) for amount in accounts.values()] + [abs(goal.amount) for goal in goals.values()] + [1]) / 1e4
    )
    side = "most_sold" if kind == "withdrawal" else "most_bought"
    flexible = frozenset(line.account for line in lines if line.unit is None and getattr(line, side))
    program = Program(
        lines=[_line(line, able, scale) for line in lines],
        goals=_goals(lines, goals, scale),
        money={account: amount / scale for account, amount in accounts.items()},
        free=purse.free / scale,
        idle={} if kind == "deposit" else _idle(lines, accounts, purse, scale, side),
        dear=flexible,
        most_sold=None
        if able.turnover is None or kind != "rebalance"
        else (able.turnover + max(-purse.placed, 0)) / scale,
        all_cash=limits.use_all_cash,
        time_limit=limits.time_limit,
    )
    answer = solve(program)
    if answer is None:
        raise AmountError(_cannot(purse.tables, able))
    free = _whole_parts({name: part * scale for name, part in answer.of_free.items()}, purse.free)
    return [traded * scale for traded in answer.traded], free, answer.gap * scale


def _idle(
    lines: Sequence[Candidate], accounts: Mapping[str, int], purse: _Purse, scale: float, side: str
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
        taken, gap = nearest(steps, float(budget), limits.time_limit)
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
    found = []
    for asset, goal in goals.items():
        parts = {number: 1.0 for number, line in enumerate(lines) if line.asset_id == asset}
        if parts:
            amount = goal.amount / scale
            found.append(Goal(parts, amount, float(goal.scale) / scale, float(goal.slope), near=amount))
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


def _left_alone(tables: Tables, able: Allowed, shared: Shared, kind: str, limits: Limits) -> list[Undone]:
    """What may not be bought or not be sold, where its class has a target."""
    kept = {*limits.keep}
    undone = []
    for asset_id, symbol, name in zip(
        tables.assets["asset_id"].astype(int), tables.assets["symbol"], tables.assets["asset_class"], strict=True
    ):
        if symbol == CASH or symbol in kept or name in kept or not tables.strategy.class_weights.get(str(name)):
            continue
        if kind != "withdrawal" and asset_id not in able.buyable and limits.only_buy is None:
            undone.append(Undone(asset_id, tables.place, "may not be bought"))
        elif kind != "deposit" and asset_id not in able.sellable:
            undone.append(Undone(asset_id, tables.place, "may not be sold"))
    return undone


def _fell_short(
    tables: Tables,
    trades: Sequence[Trade],
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    able: Allowed,
    by_account: bool,
) -> Iterable[Undone]:
    """What is not traded though the rule alone would, or by more than a share less, and the limits that it meets."""
    done: dict[int, int] = {}
    for trade in trades:
        done[trade.candidate.asset_id] = done.get(trade.candidate.asset_id, 0) + trade.amount
    units = {line.asset_id: line.unit or Fraction(0) for line in lines}
    for asset, goal in goals.items():
        short = (
            abs(goal.amount) - abs(done.get(asset, 0)) if goal.amount * done.get(asset, 0) >= 0 else abs(goal.amount)
        )
        tolerated = max(units.get(asset) or 0, Fraction(abs(goal.amount), 20), CENTS_APART) if done.get(asset) else 0
        if goal.amount and short > tolerated:
            yield Undone(asset, tables.place, "; ".join(_why(tables, goal.amount, units.get(asset), able, by_account)))


def _why(tables: Tables, amount: int, unit: Fraction | None, able: Allowed, by_account: bool) -> Iterable[str]:
    def money(minor: float) -> str:
        return f"{write_money(float(minor) / 10**tables.digits, tables.base_currency)} {tables.base_currency}"

    reasons = []
    if unit and abs(amount) < unit:
        reasons.append(f"less than one step of {money(float(unit))}")
    if abs(amount) < able.minimum_trade:
        reasons.append(f"under the smallest trade of {money(able.minimum_trade)}")
    if able.largest_fee is not None and able.fee_of(amount) > able.largest_fee * abs(amount):
        reasons.append(f"its fee of {money(able.fee_of(amount))} is over {float(100 * able.largest_fee):.10g} % of it")
    if able.turnover is not None and amount < 0:
        reasons.append(f"at most {money(able.turnover)} may be sold")
    if not reasons and by_account:
        reasons.append("money doesn't move between accounts, and those that may trade it have no more to trade it for")
    return reasons or ["the limits of the other trades leave no more for it"]
