"""Carrying out a saved plan: the holdings and the cash that it changes, all inside the caller's transaction."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import duckdb

from allocation.errors import PlanError, UnknownName
from allocation.money import minor_digits, to_minor
from allocation.planner import Plan
from allocation.planner.result import TRADES
from allocation.store.plans import executed_lines, read_plan
from allocation.store.reading import account_names
from allocation.store.saving import NOW, find_asset, first
from allocation.tables import CASH, called

EIGHT = Decimal("1e-8")
CASH_CLASS = "Cash"

SNAPSHOT = """
INSERT INTO snapshots (account_id, as_of) VALUES (?, ?) ON CONFLICT (account_id, as_of) DO NOTHING
"""
HOLDING = """
INSERT INTO holdings (snapshot_id, asset_id, quantity, cost_basis) VALUES (?, ?, ?, ?)
ON CONFLICT (snapshot_id, asset_id) DO UPDATE SET quantity = excluded.quantity, cost_basis = excluded.cost_basis
WHERE excluded.quantity <> holdings.quantity OR excluded.cost_basis IS DISTINCT FROM holdings.cost_basis
"""


@dataclass(frozen=True)
class Line:
    """A row of a plan. Amounts and fees are minor units; what is no trade but waits as cash has no shares."""

    number: int
    account: str
    symbol: str
    currency: str
    is_trade: bool
    amount: int
    fee: int
    shares: Decimal
    quoted: Decimal

    @property
    def is_cash(self) -> bool:
        return self.symbol == CASH or not self.symbol


@dataclass(frozen=True)
class Change:
    """What an execution changes of one asset in one account; quantities, of cash in its currency."""

    account: str
    name: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Held:
    quantity: Decimal
    cost: Decimal | None


def execute(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    only: Collection[str] | None,
    within: Collection[str] | None,
    into: str | None,
    on: datetime.date,
    by: str,
) -> tuple[list[Change], int]:
    """Carry out a plan, or the part of it that is named.

    Returns:
        What changed, and how many lines of the plan are still to be executed.
    """
    plan = read_plan(connection, number)
    done = executed_lines(connection, number)
    accounts = account_names(connection)
    if into is not None and into not in accounts:
        raise UnknownName(f"There is no account {into!r}. The accounts are {', '.join(accounts)}.")
    place = into or (accounts[0] if len(accounts) == 1 else "")
    lines = [_placed(line, done.get(line.number) or line.account or place) for line in lines_of(plan)]
    before = {line.number for line in lines if line.number in done}
    chosen = _chosen(number, lines, before, only, within)
    after = before | chosen
    for line in lines:
        if line.number in chosen and not line.account:
            raise PlanError(
                f"Plan {number} leaves open in which account {line.symbol or 'its cash'} goes. Say it "
                f"(--into ACCOUNT on the command line): one of {', '.join(accounts)}."
            )
        if line.number in chosen and line.account not in accounts:
            raise PlanError(f"Plan {number} trades in {line.account}, which is not in the portfolio any more.")
    changes: list[Change] = []
    for account in sorted({line.account for line in lines if line.number in chosen}):
        own = [line for line in lines if line.account == account]
        with _noted(connection, number, account, on):
            changes += _execute_in(connection, account, own, before, after, plan.header.currency, on)
    connection.executemany(
        "INSERT INTO executions (plan_id, line, executed_on, executed_by, account) VALUES (?, ?, ?, ?, ?)",
        [[number, line.number, on, by, line.account] for line in lines if line.number in chosen],
    )
    return changes, len(lines) - len(after)


def lines_of(plan: Plan) -> Iterable[Line]:
    """The rows of a plan that money goes with."""
    digits = minor_digits(plan.header.currency)
    for number, row in enumerate(plan.rows.to_dict("records"), 1):
        if not row["amount"]:
            continue
        traded = row["action"] in TRADES
        yield Line(
            number,
            row["account"],
            row["symbol"],
            row["quoted_currency"],
            traded,
            to_minor(row["amount"], digits),
            to_minor(row["fee"], digits),
            Decimal(repr(float(row["shares"]))).quantize(EIGHT) if traded else Decimal(0),
            Decimal(repr(float(row["amount"]))) * Decimal(repr(float(row["quoted_price"])))
            / Decimal(repr(float(row["price"]))) if traded else Decimal(0),
        )  # fmt: skip


def _placed(line: Line, account: str) -> Line:
    return Line(**line.__dict__ | {"account": account})


def _chosen(
    number: int, lines: list[Line], done: set[int], only: Collection[str] | None, within: Collection[str] | None
) -> set[int]:
    """The numbers of the lines to carry out; what is left as cash goes with the last trade of its account."""
    for what, named, known in (
        ("trade", only, {called(line.symbol, line.currency) for line in lines if line.is_trade}),
        ("account", within, {line.account for line in lines if line.account}),
    ):
        for name in named or ():
            if name not in known:
                raise UnknownName(f"Plan {number} has no {what} {name!r}. It has {', '.join(sorted(known))}.")
    wanted = {
        line.number
        for line in lines
        if line.number not in done
        and (within is None or line.account in within)
        and (line.is_cash or only is None or called(line.symbol, line.currency) in only)
    }
    chosen = set()
    for line in lines:
        trades = {other.number for other in lines if other.account == line.account and not other.is_cash}
        if line.number in wanted and (not line.is_cash or (trades <= done | wanted and (only is None or trades))):
            chosen.add(line.number)
    if not chosen:
        raise PlanError(
            f"Nothing of plan {number} is left to execute."
            if only is None and within is None
            else f"Nothing of that is left to execute in plan {number}."
        )
    return chosen


@contextmanager
def _noted(connection: duckdb.DuckDBPyConnection, number: int, account: str, on: datetime.date) -> Iterator[None]:
    """Keep what an account's snapshot of that day held before the block, if there is one, so that it can come back."""
    of_day = "FROM snapshots JOIN accounts USING (account_id) WHERE name = ? AND as_of = ?"
    before = connection.execute(f"SELECT snapshot_id, snapshots.updated_at {of_day}", [account, on]).fetchall()
    if before:
        connection.execute(
            "INSERT INTO replaced_holdings (plan_id, executed_at, snapshot_id, asset_id, quantity, cost_basis) "
            f"SELECT ?, {NOW}, snapshot_id, asset_id, quantity, cost_basis FROM holdings WHERE snapshot_id = ?",
            [number, before[0][0]],
        )
    yield
    connection.execute(
        "INSERT INTO executed_snapshots (plan_id, executed_at, account_id, snapshot_id, replaced_at) "
        f"SELECT ?, {NOW}, account_id, snapshot_id, ? {of_day}",
        [number, before[0][1] if before else None, account, on],
    )


def _execute_in(
    connection: duckdb.DuckDBPyConnection,
    account: str,
    lines: list[Line],
    before: set[int],
    after: set[int],
    base: str,
    on: datetime.date,
) -> list[Change]:
    account_id = first(connection, "SELECT account_id FROM accounts WHERE name = ?", [account])
    held = _held(connection, account_id, account, on)
    names: dict[int, str] = {}
    now = dict(held)
    for line in lines:
        if line.number in after - before and line.is_trade and not line.is_cash:
            asset_id = find_asset(connection, line.symbol)
            names[asset_id] = line.symbol
            now[asset_id] = _traded(now.get(asset_id), line, account)
    cash = _cash(lines, after, base)
    for currency, amount in _cash(lines, before, base).items():
        cash[currency] = cash.get(currency, Decimal(0)) - amount
    for currency, amount in cash.items():
        if amount:
            asset_id = _cash_asset(connection, currency)
            names[asset_id] = called(CASH, currency)
            old = held.get(asset_id, Held(Decimal(0), None))
            new = old.quantity + amount
            if new < 0 and amount < 0:
                raise PlanError(
                    f"This would leave {new:,.2f} {currency} of cash in {account}, which has {old.quantity:,.2f}. "
                    "Execute what brings the money with it, or before it; or load the cash that is there now."
                )
            now[asset_id] = Held(new, None)
    _write(connection, account_id, held, now, on)
    changes = [(asset_id, held.get(asset_id, Held(Decimal(0), None)).quantity) for asset_id in names]
    return [Change(account, names[asset_id], was, now[asset_id].quantity) for asset_id, was in changes]


def _held(
    connection: duckdb.DuckDBPyConnection, account_id: int | None, account: str, on: datetime.date
) -> dict[int, Held]:
    newest = connection.execute("SELECT max(as_of) FROM snapshots WHERE account_id = ?", [account_id]).fetchall()[0][0]
    if newest is not None and newest > on:
        raise PlanError(
            f"What {account} holds is known as of {newest}, which is after {on}. Execute the plan on {newest} or later."
        )
    rows = connection.execute(
        "SELECT asset_id, quantity, cost_basis FROM holdings JOIN snapshots USING (snapshot_id) "
        "WHERE account_id = ? AND as_of = ?",
        [account_id, newest],
    ).fetchall()
    return {int(asset_id): Held(quantity, cost) for asset_id, quantity, cost in rows}


def _traded(held: Held | None, line: Line, account: str) -> Held:
    """What is held after a trade. What is bought adds to the cost, what is sold takes its part of it (average cost)."""
    before = held or Held(Decimal(0), Decimal(0))
    quantity = before.quantity + line.shares
    if quantity < 0:
        raise PlanError(
            f"The plan sells {-line.shares.normalize():,f} {line.symbol} in {account}, which holds "
            f"{before.quantity.normalize():,f} now. Calculate the plan anew, or edit it."
        )
    if before.cost is None and before.quantity:
        return Held(quantity, None)
    cost = before.cost or Decimal(0)
    if line.shares > 0:
        return Held(quantity, (cost + line.quoted).quantize(EIGHT))
    return Held(quantity, (cost * quantity / before.quantity).quantize(EIGHT) if before.quantity else Decimal(0))


def _cash(lines: list[Line], done: set[int], base: str) -> dict[str, Decimal]:
    """What an account's cash has changed by, per currency, once ``done`` of its lines are carried out.

    Trades are paid with the money that comes in, then from cash; money that trades bring goes out as far as the plan
    takes money out. What the plan says of each currency's cash holds as far as that needs it; the rest is in the base
    currency.
    """
    minor = Decimal(1).scaleb(-minor_digits(base))
    flow = sum(line.amount + line.fee for line in lines)
    spent = sum(line.amount + line.fee for line in lines if line.number in done and not line.is_cash)
    planned = [line for line in lines if line.is_trade and line.is_cash]
    changed: dict[str, Decimal] = {}
    if all(line.number in done for line in lines):
        rest = flow - spent
        for line in planned:
            if line.currency != base:
                changed[line.currency] = changed.get(line.currency, Decimal(0)) + line.shares
                rest -= line.amount
        return changed | {base: changed.get(base, Decimal(0)) + rest * minor}
    rest = (min(max(spent, 0), flow) if flow > 0 else max(min(spent, 0), flow)) - spent
    for line in sorted(planned, key=lambda line: line.currency != base):
        if line.amount * rest > 0 and line.currency != base:
            part = min(abs(line.amount), abs(rest)) * (1 if rest > 0 else -1)
            cent = Decimal(1).scaleb(-minor_digits(line.currency))
            changed[line.currency] = (line.shares * part / line.amount).quantize(cent, ROUND_DOWN)
            rest -= part
    return changed | {base: changed.get(base, Decimal(0)) + rest * minor}


def _cash_asset(connection: duckdb.DuckDBPyConnection, currency: str) -> int:
    found = first(connection, "SELECT asset_id FROM assets WHERE symbol = ? AND currency = ?", [CASH, currency])
    if found is None:
        found = first(
            connection,
            "INSERT INTO assets (symbol, currency, name, asset_class) VALUES (?, ?, ?, ?) RETURNING asset_id",
            [CASH, currency, f"Cash {currency}", CASH_CLASS],
        )
    assert found is not None
    return found


def _write(
    connection: duckdb.DuckDBPyConnection,
    account_id: int | None,
    before: Mapping[int, Held],
    after: Mapping[int, Held],
    on: datetime.date,
) -> None:
    """What an account holds from this day on; what it has sold all of is in it no more, as in a load."""
    rows = connection.execute("SELECT asset_id FROM assets WHERE symbol = ?", [CASH]).fetchall()
    cash = {asset_id for (asset_id,) in rows}
    connection.execute(SNAPSHOT, [account_id, on])
    snapshot = first(
        connection, "SELECT snapshot_id FROM snapshots WHERE account_id = ? AND as_of = ?", [account_id, on]
    )
    kept = {asset_id: held for asset_id, held in after.items() if held.quantity or asset_id in cash}
    for asset_id in before.keys() - kept.keys():
        connection.execute("DELETE FROM holdings WHERE snapshot_id = ? AND asset_id = ?", [snapshot, asset_id])
    if kept:
        rows_to_keep = [[snapshot, asset_id, held.quantity, held.cost] for asset_id, held in kept.items()]
        connection.executemany(HOLDING, rows_to_keep)
    connection.execute(f"UPDATE snapshots SET updated_at = {NOW} WHERE snapshot_id = ?", [snapshot])
