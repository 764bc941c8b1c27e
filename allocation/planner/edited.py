"""A plan with trades set by hand: the others stay as they are, or are calculated anew around them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from allocation.errors import AmountError, UnknownName
from allocation.money import Amount, from_minor, read_exact, to_minor, write_money
from allocation.planner.limits import Allowed, allowed
from allocation.planner.money_in import Money
from allocation.planner.outcome import Order, Settled, Undone
from allocation.planner.plan import prepared, settle
from allocation.planner.request import DEPOSIT, REBALANCE, WITHDRAWAL, Request, SetByHand
from allocation.planner.result import LIMITED, NOTHING_HELD, Plan
from allocation.planner.rows import build
from allocation.planner.two_levels import Shared
from allocation.tables import Tables, called

Name = str | tuple[str, str]
BY_HAND = "set by hand"


def edit_plan(
    tables: Tables,
    plan: Plan,
    amounts: Mapping[Name, Amount],
    shares: Mapping[Name, Amount],
    recalculate: bool,
    on: datetime.date,
) -> Plan:
    """A plan with some of its trades set by hand.

    Parameters:
        tables: the scope as it is.
        plan: the plan.
        amounts: symbol (``"CASH USD"`` for cash), or (account, symbol) where it is in several → amount in the base
            currency, as in the plan: negative sells, 0 takes the trade out. It may be something the plan doesn't trade.
        shares: or so many shares of it.
        recalculate: whether the other trades are calculated anew around them, by the same rule and limits, or stay as
            they are; money that is then over is left as cash. Limits hold for what is calculated, not for what is set
            by hand.
        on: the edited plan's date.

    Returns:
        The plan; its limits say what was set by hand.

    Raises:
        AmountError: more would be sold than is held, or more spent than there is.
        UnknownName: there is no such asset or account, or it isn't said in which account.
    """
    lines = {(line.account, line.name): line for line in plan.request.set_by_hand}
    ordered, money, able = prepared(tables, replace(plan.request, set_by_hand=()))
    for names in (amounts, shares):
        for name, number in names.items():
            line = _line(ordered, plan, name, number, in_shares=names is shares)
            lines[line.account, line.name] = line
    request = replace(plan.request, set_by_hand=tuple(lines[key] for key in sorted(lines)))
    if recalculate:
        return calculate_around(tables, request, on)
    ids = _ids(ordered)
    by_hand = [_order(ordered, line, able) for line in request.set_by_hand]
    where = {(order.account, order.asset_id) for order in by_hand}
    orders = [order for order in _orders(plan, ordered, ids) if (order.account, order.asset_id) not in where]
    orders += [order for order in by_hand if order.amount]
    _require_held(ordered, orders)
    undone = plan.undone[plan.undone["action"] == LIMITED]
    traded = {order.asset_id for order in orders}
    limited = [
        Undone(ids[name], account, reason)
        for account, name, reason in zip(undone["account"], _names(undone), undone["reason"], strict=True)
        if name in ids and ids[name] not in traded
    ]
    waiting = _waiting(plan, ordered)
    left = _left(ordered, money, orders, waiting)
    shared = Shared({}, _by_asset(orders), {}, request.kind == REBALANCE)
    words = (*able.words, *_words(request, ordered))
    settled = Settled(orders, shared, waiting, limited, left, _kept(request), words)
    return build(ordered, request, on, money.flow, settled)


def calculate_around(tables: Tables, request: Request, on: datetime.date) -> Plan:
    """The plan that a request comes to, around the trades that it has set by hand.

    Raises:
        AmountError, TargetsError, UnknownName: see :func:`~allocation.planner.plan_deposit` and :func:`edit_plan`.
    """
    ordered, money, able = prepared(tables, request)
    if not request.set_by_hand:
        return build(ordered, request, on, money.flow, settle(ordered, request, money, able))
    by_hand = [_order(ordered, line, able) for line in request.set_by_hand]
    _require_held(ordered, by_hand)
    after = _after(ordered, by_hand)
    rest = _rest(ordered, request, money, by_hand)
    around = replace(request, limits=replace(request.limits, keep=_kept(request)))
    done = settle(after, around, rest, replace(allowed(after, around.limits), words=able.words))
    orders = [*done.orders, *(order for order in by_hand if order.amount)]
    classes = {ordered.class_of[order.asset_id] for order in by_hand}
    shared = replace(
        done.shared,
        by_class={name: amount for name, amount in done.shared.by_class.items() if name not in classes},
        by_asset=done.shared.by_asset | _by_asset(by_hand),
    )
    limits = (*done.limits, *_words(request, ordered))
    return build(ordered, request, on, money.flow, replace(done, orders=orders, shared=shared, limits=limits))


def _names(rows: object) -> list[str]:
    return [called(symbol, currency) for symbol, currency in zip(rows["symbol"], rows["quoted_currency"], strict=True)]  # type: ignore[index]


def _ids(tables: Tables) -> dict[str, int]:
    return {asset.called: asset.asset_id for asset in tables.asset_rows}


def _line(tables: Tables, plan: Plan, name: Name, number: Amount, in_shares: bool) -> SetByHand:
    account, symbol = name if isinstance(name, tuple) else ("", name)
    ids = _ids(tables)
    if symbol not in ids:
        raise UnknownName(
            f"The plan's scope has no asset {symbol!r}. It can be one of: {', '.join(sorted(ids))}. Cash is written "
            "with its currency."
        )
    known = tables.accounts if not tables.place else (tables.place,)
    if account and account not in known:
        raise UnknownName(f"There is no account {account!r} in the plan's scope: {', '.join(known)}.")
    account = account or _account_of(tables, plan, symbol, ids[symbol])
    exact = read_exact(number, f"{'number of shares' if in_shares else 'amount'} of {symbol}")
    if not in_shares:
        amount, whole = exact.scaleb(tables.digits), int(exact.scaleb(tables.digits))
        if amount != whole:
            raise AmountError(
                f"The amount {number} of {symbol} is finer than {tables.base_currency} has decimals ({tables.digits})."
            )
        return SetByHand(account, symbol, exact)
    price = next(asset.price_in_base for asset in tables.asset_rows if asset.asset_id == ids[symbol])
    worth = to_minor(float(exact * Decimal(repr(price))), tables.digits)
    return SetByHand(account, symbol, Decimal(worth).scaleb(-tables.digits), exact)


def _account_of(tables: Tables, plan: Plan, symbol: str, asset_id: int) -> str:
    """Where a trade is that is named by its symbol alone."""
    rows = plan.trades
    traded = [account for account, name in zip(rows["account"], _names(rows), strict=True) if name == symbol]
    held = {position.account for position in tables.positions if position.asset_id == asset_id and position.quantity}
    found = list(dict.fromkeys(traded)) or sorted(held)
    if len(found) > 1:
        raise UnknownName(f"{symbol} is in {' and in '.join(found)}. Say which is meant: ({found[0]!r}, {symbol!r}).")
    return found[0] if found else tables.place


def _order(tables: Tables, line: SetByHand, able: Allowed) -> Order:
    ids = _ids(tables)
    if line.name not in ids:
        raise UnknownName(f"{line.name} was set by hand, and is not in the portfolio any more.")
    asset_id, amount = ids[line.name], int(line.amount.scaleb(tables.digits))
    shares = None if line.shares is None else float(line.shares)
    fee = 0 if line.name.startswith("CASH ") else able.fee_of(amount)
    return Order(asset_id, line.account, amount, shares, fee, (BY_HAND,))


def _orders(plan: Plan, tables: Tables, ids: Mapping[str, int]) -> Iterable[Order]:
    rows = plan.trades
    for name, account, amount, shares, fee in zip(
        _names(rows), rows["account"], rows["amount"], rows["shares"], rows["fee"], strict=True
    ):
        if name not in ids:
            raise UnknownName(f"The plan trades {name}, which is not in the portfolio any more. Calculate it anew.")
        yield Order(
            ids[name], str(account), to_minor(amount, tables.digits), float(shares), to_minor(fee, tables.digits)
        )


def _require_held(tables: Tables, orders: Sequence[Order]) -> None:
    """Refuses to sell what is not held, or cash to go below nothing."""
    names = {asset_id: name for name, asset_id in _ids(tables).items()}
    held = {(position.account, position.asset_id): (position.value, position.quantity) for position in tables.positions}
    for order in orders:
        value, quantity = held.get((order.account, order.asset_id), (0, 0.0))
        sold = -order.amount
        if sold > 0 and (sold > value or -(order.shares or 0.0) > quantity):
            has = write_money(from_minor(value, tables.digits), tables.base_currency)
            raise AmountError(
                f"{write_money(from_minor(sold, tables.digits), tables.base_currency)} {tables.base_currency} of "
                f"{names[order.asset_id]} are more than {order.account or 'any account'} has: {has}. Sell less."
            )


def _after(tables: Tables, orders: Sequence[Order]) -> Tables:
    """The scope as it is once these are carried out."""
    holdings, assets = (table.astype({"value": "float64"}) for table in (tables.holdings, tables.assets))
    for order in orders:
        line = (holdings["account"] == order.account) & (holdings["asset_id"] == order.asset_id)
        for table, rows in ((holdings, line), (assets, assets["asset_id"] == order.asset_id)):
            table.loc[rows, "value"] = [
                from_minor(to_minor(value, tables.digits) + order.amount, tables.digits)
                for value in table.loc[rows, "value"]
            ]
    return replace(tables, holdings=holdings, assets=assets)


def _rest(tables: Tables, request: Request, money: Money, orders: Sequence[Order]) -> Money:
    """The money that is left for the trades around these."""
    by_hand = {(order.account, order.asset_id) for order in orders}
    used = {line: amount for line, amount in money.cash_used.items() if line not in by_hand}
    free, by_account = money.free, dict(money.by_account)
    for order in orders:
        spent = order.amount + order.fee
        can_pay = (min if free > 0 else max)(spent, free)
        of_free = spent if tables.place or not order.account else can_pay
        free -= of_free
        if spent != of_free:
            by_account[order.account] = by_account.get(order.account, 0) - (spent - of_free)
    rest = Money(free, {account: part for account, part in by_account.items() if part}, used)
    sign = {DEPOSIT: 1, WITHDRAWAL: -1}.get(request.kind, 0)
    pots = [rest.flow + rest.cash, *(rest.of_account(account) for account in rest.by_account)]
    if sign and min(sign * pot for pot in pots) < 0:
        over = write_money(from_minor(-min(sign * pot for pot in pots), tables.digits), tables.base_currency)
        raise AmountError(
            f"What is set by hand {'spends' if sign > 0 else 'brings'} {over} {tables.base_currency} more than the "
            f"{request.kind} {'has' if sign > 0 else 'takes'}. Set less by hand, or keep the other trades as they are."
        )
    return rest


def _left(
    tables: Tables, money: Money, orders: Sequence[Order], waiting: Mapping[tuple[str, str], int]
) -> dict[str, int]:
    """The money that these trades leave, where it is; what is free pays for any account, or comes from any."""
    left, free = dict(money.by_account), money.free
    spent = [*((order.account, order.amount + order.fee) for order in orders)]
    for account, amount in [*spent, *((account, amount) for (_, account), amount in waiting.items())]:
        left[account] = left.get(account, 0) - amount
    for account in sorted(left):
        part = min(free, -left[account]) if free > 0 else max(free, -left[account])
        if part and (left[account] < 0) == (free > 0):
            left[account], free = left[account] + part, free - part
    left[tables.place] = left.get(tables.place, 0) + free
    for account, amount in left.items():
        if amount < 0:
            short = write_money(from_minor(-amount, tables.digits), tables.base_currency)
            where = f" in {account}" if account and not tables.place and not money.free else ""
            raise AmountError(
                f"With this the plan's trades{where} are {short} {tables.base_currency} short: they spend more than "
                "there is. Set another trade lower (or sell more), or have the others calculated anew."
            )
    return left


def _waiting(plan: Plan, tables: Tables) -> dict[tuple[str, str], int]:
    rows = plan.undone[plan.undone["action"] == NOTHING_HELD]
    waiting = {
        (str(name), str(account)): to_minor(amount, tables.digits)
        for name, account, amount in zip(rows["asset_class"], rows["account"], rows["amount"], strict=True)
    }
    return {key: amount for key, amount in waiting.items() if amount}


def _by_asset(orders: Sequence[Order]) -> dict[int, int]:
    amounts: dict[int, int] = {}
    for order in orders:
        amounts[order.asset_id] = amounts.get(order.asset_id, 0) + order.amount
    return amounts


def _kept(request: Request) -> list[str]:
    return sorted({*request.limits.keep, *(line.name for line in request.set_by_hand)})


def _words(request: Request, tables: Tables) -> Iterable[str]:
    for line in request.set_by_hand:
        money = write_money(float(line.amount), tables.base_currency)
        where = f" in {line.account}" if line.account and not tables.place else ""
        yield f"{BY_HAND}: {line.name}{where} {money} {tables.base_currency}"
