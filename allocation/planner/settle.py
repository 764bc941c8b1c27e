"""From what a rule alone would trade to what is traded: in which account, and within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import inf

from allocation.money import write_money
from allocation.planner.candidates import Candidate, Wanted, candidates, wanted
from allocation.planner.limits import Allowed, Limits
from allocation.planner.money_in import Money
from allocation.planner.nearest import CENTS_APART, Purse, Trade, most_sold_of, nearest_plan
from allocation.planner.outcome import Order, Settled, Undone
from allocation.planner.two_levels import Shared
from allocation.tables import Tables


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
        left = money.flow - sum(order.amount for order in orders) - sum(waiting.values())
        return Settled(orders, shared, waiting, alone, {tables.place: left}, limits.keep, able.words)
    flow = money.flow + money.cash
    purse = Purse(tables, money, flow - sum(shared.unplaced.values()), by_account)
    most = max(purse.placed, 0) + (sum(max(value, 0) for value in tables.asset_values) if kind == "rebalance" else 0)
    lines = candidates(tables, kind, shared, able, most, by_account)
    goals = wanted(tables, shared, rule if kind != "rebalance" else "", flow)
    solution = nearest_plan(lines, goals, purse, able, limits, kind)
    most_sold = most_sold_of(able, purse.placed, kind)
    for trade in solution.trades:
        orders += [
            Order(trade.candidate.asset_id, account, amount, None if shares is None else float(shares), fee)
            for account, amount, shares, fee in _in_accounts(tables, trade)
        ]
    return Settled(
        orders,
        shared,
        _waiting(tables, shared, solution.of_free),
        [*alone, *_fell_short(tables, solution.trades, lines, goals, able, by_account, most_sold)],
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
    return [(held.account, held.value) for held in tables.positions if held.asset_id == asset_id and held.quantity]


def _in_accounts(tables: Tables, trade: Trade) -> list[tuple[str, int, Fraction | None, int]]:
    if trade.candidate.account:
        return [(trade.candidate.account, trade.amount, trade.shares, trade.fee)]
    parts = _split(tables, trade.candidate.asset_id, trade.amount)
    if len(parts) == 1:
        return [(parts[0][0], trade.amount, trade.shares, trade.fee)]
    return [(account, amount, None, 0) for account, amount in parts]


def _left_alone(tables: Tables, able: Allowed, shared: Shared, kind: str, limits: Limits) -> list[Undone]:
    """What may not be bought or not be sold, where its class has a target."""
    kept = {*limits.keep}
    undone = []
    for asset in tables.asset_rows:
        has_target = bool(tables.strategy.class_weights.get(asset.asset_class))
        if asset.is_cash or not has_target or {asset.symbol, asset.asset_class} & kept:
            continue
        if kind != "withdrawal" and asset.asset_id not in able.buyable and limits.only_buy is None:
            undone.append(Undone(asset.asset_id, tables.place, "may not be bought"))
        elif kind != "deposit" and asset.asset_id not in able.sellable:
            undone.append(Undone(asset.asset_id, tables.place, "may not be sold"))
    return undone


def _fell_short(
    tables: Tables,
    trades: Sequence[Trade],
    lines: Sequence[Candidate],
    goals: Mapping[int, Wanted],
    able: Allowed,
    by_account: bool,
    most_sold: int | None,
) -> Iterable[Undone]:
    """What is not traded though the rule alone would, or by more than a share less, and the limits that it meets."""
    done: dict[int, int] = {}
    for trade in trades:
        done[trade.candidate.asset_id] = done.get(trade.candidate.asset_id, 0) + trade.amount
    cash = {asset.asset_id for asset in tables.asset_rows if asset.is_cash}
    sold = sum(-trade.amount for trade in trades if trade.amount < 0 and trade.candidate.asset_id not in cash)
    room = inf if most_sold is None else most_sold - sold
    units = {line.asset_id: line.unit or Fraction(0) for line in lines}
    for asset, goal in goals.items():
        short = (
            abs(goal.amount) - abs(done.get(asset, 0)) if goal.amount * done.get(asset, 0) >= 0 else abs(goal.amount)
        )
        tolerated = max(units.get(asset) or 0, Fraction(abs(goal.amount), 20), CENTS_APART) if done.get(asset) else 0
        if goal.amount and short > tolerated:
            reasons = list(_why_short(tables, asset, goal.amount, units.get(asset), able))
            least = max(units.get(asset) or 0, able.minimum_trade, CENTS_APART)
            # Where as much as the least trade could still be sold, the most that may be holds nothing back.
            if most_sold is not None and goal.amount < 0 and asset not in cash and room < least:
                reasons.append(f"at most {_money(tables, most_sold)} may be sold")
            if not reasons and by_account and not (able.steps or able.costs or able.minimum_trade or able.cash_kept):
                reasons.append(
                    "money doesn't move between accounts, and those that may trade it have no more to trade it for"
                )
            told = reasons or ["no plan within the limits that comes nearer was found"]
            yield Undone(asset, tables.place, "; ".join(told))


def _why_short(tables: Tables, asset_id: int, amount: int, unit: Fraction | None, able: Allowed) -> Iterable[str]:
    if unit and abs(amount) < unit:
        yield f"less than one step of {_money(tables, float(unit))}"
    if abs(amount) < able.minimum_trade:
        yield f"under the smallest trade of {_money(tables, able.minimum_trade)}"
    if able.largest_fee is not None and able.fee_of(amount) > able.largest_fee * abs(amount):
        yield f"its fee of {_money(tables, able.fee_of(amount))} is over {float(100 * able.largest_fee):.10g} % of it"
    kept = sum(stays for (_, cash), stays in able.cash_kept.items() if cash == asset_id)
    if kept and amount < 0:
        yield f"{_money(tables, kept)} of it are to be kept"


def _money(tables: Tables, minor: float) -> str:
    return f"{write_money(float(minor) / 10**tables.digits, tables.base_currency)} {tables.base_currency}"
