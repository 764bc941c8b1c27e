"""Taking the latest execution of a plan back: the snapshots that it made or changed; part of one transaction."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from allocation.errors import PlanError
from allocation.store.executing import HOLDING, Change, Held, lines_of
from allocation.store.plans import executed_lines, read_plan
from allocation.tables import CASH, called

LATEST = """
SELECT created_at, min(executed_on), list(DISTINCT account) FROM executions WHERE plan_id = ?
GROUP BY created_at ORDER BY created_at DESC LIMIT 1
"""
# The accounts without a row were executed in by a version that didn't note what was there before.
TOUCHED = """
SELECT a.account_id, a.name, s.snapshot_id, s.as_of, s.updated_at, e.snapshot_id IS NOT NULL, e.replaced_at
FROM accounts a
LEFT JOIN (FROM executed_snapshots WHERE plan_id = $plan AND executed_at = $at) e USING (account_id)
LEFT JOIN snapshots s ON s.account_id = a.account_id
    AND CASE WHEN e.snapshot_id IS NULL THEN s.as_of = $on ELSE s.snapshot_id = e.snapshot_id END
WHERE list_contains($accounts, a.name) ORDER BY a.name
"""
LATER = """
SELECT plan_id FROM executed_snapshots JOIN snapshots USING (snapshot_id, account_id)
WHERE account_id = ? AND executed_at > ? ORDER BY executed_at DESC LIMIT 1
"""
# Cash of a currency that the execution brought, as long as nothing else has come to hang on it.
UNUSED_CASH = f"""
DELETE FROM assets WHERE symbol = '{CASH}' AND created_at = $at AND updated_at = $at
    AND asset_id NOT IN (SELECT asset_id FROM holdings) AND asset_id NOT IN (SELECT asset_id FROM holding_targets)
    AND asset_id NOT IN (SELECT asset_id FROM asset_class_weights) AND asset_id NOT IN (SELECT asset_id FROM prices)
    AND asset_id NOT IN (SELECT asset_id FROM replaced_holdings)
"""


@dataclass(frozen=True)
class Undone:
    """What taking an execution back changed.

    Attributes:
        on: the day that the plan was executed as of.
        changes: of each account and asset, what is held now and then.
        remaining: how many of the plan's lines are to be executed then.
        executed: how many still are.
    """

    on: datetime.date
    changes: list[Change]
    remaining: int
    executed: int


@dataclass(frozen=True)
class Touched:
    """A snapshot that the execution made (``replaced_at`` is None) or changed."""

    account_id: int
    account: str
    snapshot_id: int
    as_of: datetime.date
    replaced_at: datetime.datetime | None


def undo(connection: duckdb.DuckDBPyConnection, number: int) -> Undone:
    """Take the latest execution of a plan back, of several parts the last one.

    Raises:
        PlanError: nothing of it has been executed, or something was saved on top of it.
        UnknownName: there is no such plan.
    """
    plan = read_plan(connection, number)
    rows = connection.execute(LATEST, [number]).fetchall()
    if not rows:
        raise PlanError(f"Nothing of plan {number} has been executed, so there is nothing to take back.")
    at, on, accounts = rows[0]
    changes: list[Change] = []
    for touched in _touched(connection, number, at, on, accounts):
        now = _held(connection, touched.snapshot_id)
        if touched.replaced_at is None:
            then = _held(connection, _before(connection, touched))
            for table in ("holdings", "snapshots"):
                connection.execute(f"DELETE FROM {table} WHERE snapshot_id = ?", [touched.snapshot_id])
        else:
            then = _put_back(connection, number, at, touched, now)
        changes += _changes(connection, touched.account, now, then)
    for table, column in (
        ("executed_snapshots", "executed_at"), ("replaced_holdings", "executed_at"), ("executions", "created_at"),
    ):  # fmt: skip
        connection.execute(f"DELETE FROM {table} WHERE plan_id = ? AND {column} = ?", [number, at])
    connection.execute(UNUSED_CASH, {"at": at})
    done = len(executed_lines(connection, number))
    return Undone(on, changes, len(list(lines_of(plan))) - done, done)


def _touched(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    at: datetime.datetime,
    on: datetime.date,
    accounts: list[str],
) -> list[Touched]:
    """The snapshots of an execution that are still there; refuses where something was saved on top of one."""
    rows = connection.execute(TOUCHED, {"plan": number, "at": at, "on": on, "accounts": accounts}).fetchall()
    there = []
    for account_id, account, snapshot_id, as_of, updated_at, is_noted, replaced_at in rows:
        if snapshot_id is None:
            # It was deleted by hand, so only the mark is left to be taken away.
            continue
        if not is_noted:
            raise PlanError(
                f"Plan {number} was executed in {account} on {on} by an earlier version of allocation, which kept no "
                "note of what was held that day before. Restore a backup, or load that day again."
            )
        later = connection.execute(
            "SELECT min(as_of) FROM snapshots WHERE account_id = ? AND as_of > ?", [account_id, as_of]
        ).fetchall()[0][0]
        if later is not None or updated_at != at:
            raise PlanError(_on_top(connection, number, account_id, account, at, as_of, later))
        there.append(Touched(account_id, account, snapshot_id, as_of, replaced_at))
    return there


def _on_top(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    account_id: int,
    account: str,
    at: datetime.datetime,
    as_of: datetime.date,
    later: datetime.date | None,
) -> str:
    """What was saved on top of an execution, and what to do about it."""
    plans = connection.execute(LATER, [account_id, at]).fetchall()
    start = f"The execution of plan {number} can't be taken back:"
    if plans:
        return (
            f"{start} plan {plans[0][0]} was executed in {account} after it. Take that back first: allocation plans "
            f"undo {plans[0][0]}, or on the dashboard under Executed plans."
        )
    if later is not None:
        return (
            f"{start} {account} has a later snapshot, of {later}. Delete that first, if it is wrong: allocation delete "
            f'snapshot "{account}" {later}.'
        )
    return f"{start} what {account} held on {as_of} has been loaded again since, and that would be lost."


def _before(connection: duckdb.DuckDBPyConnection, touched: Touched) -> int | None:
    """The snapshot that counts once this one is gone."""
    rows = connection.execute(
        "SELECT max_by(snapshot_id, as_of) FROM snapshots WHERE account_id = ? AND as_of < ?",
        [touched.account_id, touched.as_of],
    ).fetchall()
    found: int | None = rows[0][0]
    return found


def _put_back(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    at: datetime.datetime,
    touched: Touched,
    now: dict[int, Held],
) -> dict[int, Held]:
    """Give a snapshot what it held before."""
    rows = connection.execute(
        "SELECT asset_id, quantity, cost_basis FROM replaced_holdings "
        "WHERE plan_id = ? AND executed_at = ? AND snapshot_id = ?",
        [number, at, touched.snapshot_id],
    ).fetchall()
    then = {int(asset_id): Held(quantity, cost) for asset_id, quantity, cost in rows}
    known = {asset_id for (asset_id,) in connection.execute("SELECT asset_id FROM assets").fetchall()}
    if then.keys() - known:
        raise PlanError(
            f"The execution of plan {number} can't be taken back: an asset that {touched.account} held on "
            f"{touched.as_of} before it has been deleted or merged since. Restore a backup, or load that day again."
        )
    for asset_id in now.keys() - then.keys():
        connection.execute(
            "DELETE FROM holdings WHERE snapshot_id = ? AND asset_id = ?", [touched.snapshot_id, asset_id]
        )
    if then:
        connection.executemany(
            HOLDING, [[touched.snapshot_id, asset_id, held.quantity, held.cost] for asset_id, held in then.items()]
        )
    connection.execute(
        "UPDATE snapshots SET updated_at = ? WHERE snapshot_id = ?", [touched.replaced_at, touched.snapshot_id]
    )
    return then


def _held(connection: duckdb.DuckDBPyConnection, snapshot_id: int | None) -> dict[int, Held]:
    rows = connection.execute(
        "SELECT asset_id, quantity, cost_basis FROM holdings WHERE snapshot_id = ?", [snapshot_id]
    ).fetchall()
    return {int(asset_id): Held(quantity, cost) for asset_id, quantity, cost in rows}


def _changes(
    connection: duckdb.DuckDBPyConnection, account: str, now: dict[int, Held], then: dict[int, Held]
) -> list[Change]:
    names = {
        int(asset_id): called(symbol, currency)
        for asset_id, symbol, currency in connection.execute("SELECT asset_id, symbol, currency FROM assets").fetchall()
    }
    nothing = Held(Decimal(0), None)
    changed = [
        Change(account, names[asset_id], now.get(asset_id, nothing).quantity, then.get(asset_id, nothing).quantity)
        for asset_id in now.keys() | then.keys()
    ]
    return sorted((change for change in changed if change.before != change.after), key=lambda change: change.name)
