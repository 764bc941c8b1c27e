"""Keeping plans: saving one, finding it again, and what has been carried out of it."""

from __future__ import annotations

import datetime
from dataclasses import fields
from typing import Any

import duckdb
import pandas as pd

from allocation.errors import PlanError, UnknownName
from allocation.planner import CLASS_COLUMNS, PLAN_COLUMNS, Header, Plan, Request
from allocation.tables import ALL

HEADER = [field.name for field in fields(Header)]
OF_HEADER = ("date", "scope", "rule", "currency")
ROWS = [name for name in PLAN_COLUMNS if name not in OF_HEADER]

LIST = """
SELECT plan_id AS plan, title, date, kind, scope, rule, flow, currency, trades,
    CASE WHEN done IS NULL THEN '' WHEN done < lines THEN 'in part' ELSE 'in full' END AS executed,
    executed_on, saved_by, created_at AS saved_at
FROM plans
LEFT JOIN (SELECT plan_id, count(*) AS lines FROM plan_rows WHERE amount <> 0 GROUP BY plan_id) USING (plan_id)
LEFT JOIN (
    SELECT plan_id, count(*) AS done, max(executed_on) AS executed_on FROM executions GROUP BY plan_id
) USING (plan_id)
WHERE $scope IS NULL OR scope = $scope
ORDER BY plan_id
"""
LISTED = ["plan", "title", "date", "kind", "scope", "rule", "flow", "currency", "trades", "executed", "executed_on",
          "saved_by", "saved_at"]  # fmt: skip


def save_plan(connection: duckdb.DuckDBPyConnection, plan: Plan, title: str, by: str) -> int:
    """Keep a plan; returns its number."""
    head: dict[str, Any] = {name: getattr(plan.header, name) for name in HEADER} | {"limits": list(plan.header.limits)}
    values = head | {"title": title, "saved_by": by, "request": plan.request.to_json()}
    number = int(
        connection.execute(
            f"INSERT INTO plans ({', '.join(values)}) VALUES ({', '.join('?' * len(values))}) RETURNING plan_id",
            list(values.values()),
        ).fetchall()[0][0]
    )
    for table, rows in (("plan_rows", plan.rows[ROWS]), ("plan_classes", plan.classes[CLASS_COLUMNS])):
        # Row by row, because a DataFrame's NaN would come to the database as missing.
        columns = ["plan_id", "line", *rows.columns]
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        lines = [[number, line, *row] for line, row in enumerate(rows.itertuples(index=False), 1)]
        if lines:
            connection.executemany(statement, lines)
    return number


def list_plans(connection: duckdb.DuckDBPyConnection, scope: str | None) -> pd.DataFrame:
    """One row a plan, oldest first; see :meth:`allocation.Portfolio.plans`."""
    rows = connection.execute(LIST, {"scope": scope}).fetchall()
    return pd.DataFrame(rows, columns=LISTED)


def read_plan(connection: duckdb.DuckDBPyConnection, number: int) -> Plan:
    """A plan as it was saved.

    Raises:
        UnknownName: there is none of that number.
    """
    found = connection.execute(f"SELECT request, {', '.join(HEADER)} FROM plans WHERE plan_id = ?", [number]).fetchall()
    if not found:
        known = connection.execute("SELECT plan_id FROM plans ORDER BY plan_id").fetchall()
        which = f"The saved ones are {', '.join(str(plan) for (plan,) in known)}." if known else "None has been saved."
        raise UnknownName(f"There is no saved plan {number}. {which}")
    request, *values = found[0]
    head = dict(zip(HEADER, values, strict=True))
    head["limits"] = tuple(head["limits"])
    rows = _read(connection, "plan_rows", ROWS, number)
    for name in OF_HEADER:
        rows[name] = head[name]
    texts = {"account", "symbol", "name", "asset_class", "action", "quoted_currency", "reason", *OF_HEADER}
    numbers = dict.fromkeys([name for name in PLAN_COLUMNS if name not in texts], "float64")
    classes = _read(connection, "plan_classes", CLASS_COLUMNS, number)
    return Plan(Header(**head), rows[PLAN_COLUMNS].astype(numbers), classes, Request.from_json(request))


def _read(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str], number: int) -> pd.DataFrame:
    rows = connection.execute(
        f"SELECT {', '.join(columns)} FROM {table} WHERE plan_id = ? ORDER BY line", [number]
    ).fetchall()
    return pd.DataFrame(rows, columns=columns)


def delete_plan(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Forget a plan that nothing has been carried out of.

    Raises:
        PlanError: it has been executed; it belongs to the portfolio's history.
        UnknownName: there is none of that number.
    """
    read_plan(connection, number)
    if executed_lines(connection, number):
        raise PlanError(
            f"Plan {number} has been executed, so it stays as part of the portfolio's history. Take the execution back "
            f"first, if it didn't happen: allocation plans undo {number}."
        )
    for table in ("plan_rows", "plan_classes", "plans"):
        connection.execute(f"DELETE FROM {table} WHERE plan_id = ?", [number])


def executed_lines(connection: duckdb.DuckDBPyConnection, number: int) -> dict[int, str]:
    """The lines of a plan that have been carried out, and in which account."""
    rows = connection.execute("SELECT line, account FROM executions WHERE plan_id = ?", [number]).fetchall()
    return {int(line): str(account) for line, account in rows}


def last_rebalance(connection: duckdb.DuckDBPyConnection, scope: str) -> datetime.date | None:
    """When a rebalance of a scope was executed last; for an account, one of the whole portfolio counts, too."""
    rows = connection.execute(
        "SELECT max(executed_on) FROM executions JOIN plans USING (plan_id) WHERE kind = 'rebalance' "
        "AND scope IN (?, ?)",
        [ALL, scope],
    ).fetchall()
    found: datetime.date | None = rows[0][0]
    return found
