"""The strategies of a scope and which of them is active: each function is part of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import duckdb
import pandas as pd

from allocation.errors import TargetsError
from allocation.store.reading import account_names, check_scope, find_strategy
from allocation.store.saving import first, save_class_targets, save_holding_targets
from allocation.tables import ALL
from allocation.text import LONGEST_NAME, clean

LISTED = ["scope", "name", "active", "archived", "inherited", "classes", "holdings", "saved_by", "saved_at"]
CHILDREN = ("bands", "rebalancing_triggers", "rebalancing_strategies")

# An account without an active strategy that has targets has a row more: the whole portfolio's active one.
LIST = """
WITH own AS (
    SELECT coalesce(a.name, 'all') AS scope, account_id, s.*,
        (SELECT count(*) FROM asset_class_targets c WHERE c.strategy_id = s.strategy_id) AS classes,
        (SELECT count(*) FROM holding_targets JOIN asset_class_targets c USING (class_target_id)
            WHERE c.strategy_id = s.strategy_id) AS holdings
    FROM (SELECT strategy_id, account_id, name, active, archived, saved_by, updated_at FROM rebalancing_strategies) s
    LEFT JOIN accounts a USING (account_id)
), every AS (
    SELECT scope, name, active, archived, false AS inherited, classes, holdings, saved_by, updated_at FROM own
    UNION ALL
    SELECT a.name, own.name, true, false, true, classes, holdings, saved_by, own.updated_at
    FROM accounts a JOIN own ON own.scope = 'all' AND active
    WHERE a.name NOT IN (SELECT scope FROM own WHERE active AND classes > 0)
)
FROM every WHERE $scope IS NULL OR scope = $scope
ORDER BY scope <> 'all', scope, inherited, archived, NOT active, lower(name)
"""


def list_strategies(connection: duckdb.DuckDBPyConnection, scope: str | None) -> pd.DataFrame:
    """One row a strategy; see :meth:`allocation.Portfolio.strategies`."""
    rows = connection.execute(LIST, {"scope": scope}).fetchall()
    table = pd.DataFrame(rows, columns=LISTED)
    # None stays None: among names pandas would make it NaN.
    table["saved_by"] = pd.Series([row[LISTED.index("saved_by")] for row in rows], dtype=object)
    return table


def active_strategy(connection: duckdb.DuckDBPyConnection, scope: str) -> int | None:
    """The number of a scope's own active strategy; None where an account uses the whole portfolio's."""
    return first(
        connection,
        "SELECT strategy_id FROM rebalancing_strategies LEFT JOIN accounts a USING (account_id) "
        "WHERE active AND coalesce(a.name, ?) = ?",
        [ALL, scope],
    )


def named_in(connection: duckdb.DuckDBPyConnection, scope: str, name: str) -> int | None:
    """The number of a scope's own strategy of that name; None where it has none."""
    return first(
        connection,
        "SELECT strategy_id FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) "
        "WHERE coalesce(a.name, $all) = $scope AND lower(s.name) = lower($name)",
        {"all": ALL, "scope": scope, "name": clean(name)},
    )


def own_strategy(connection: duckdb.DuckDBPyConnection, scope: str, name: str | None = None) -> int:
    """The number of a scope's active strategy, made where an account has none; renamed if a name is given."""
    check_scope(scope, account_names(connection))
    if name is not None and not name.strip():
        raise TargetsError("The strategy's name is empty. Give it a name, or none to keep the one it has.")
    found = active_strategy(connection, scope)
    if found is None:
        return add_strategy(connection, scope, free_name(connection, scope) if name is None else name, active=True)
    if name is not None:
        rename_strategy(connection, found, name)
    return found


def add_strategy(connection: duckdb.DuckDBPyConnection, scope: str, name: str, active: bool = False) -> int:
    """A new strategy without targets, with the bands and the trigger that the scope uses now; returns its number."""
    name = _good_name(connection, scope, name)
    used = find_strategy(connection, scope)
    new = first(
        connection,
        "INSERT INTO rebalancing_strategies (account_id, name, active) "
        "VALUES ((SELECT account_id FROM accounts WHERE name = ?), ?, false) RETURNING strategy_id",
        [scope, name],
    )
    assert new is not None
    copy_measures(connection, used, new)
    if active:
        activate(connection, new)
    return new


def free_name(connection: duckdb.DuckDBPyConnection, scope: str) -> str:
    """A name for a new strategy of an account: the account's, numbered where a strategy is called so already."""
    taken = _names(connection, scope)
    numbered = (f"{scope} {number}" for number in range(2, len(taken) + 3))
    return next(name for name in (scope, *numbered) if name.casefold() not in taken)


def copy_measures(connection: duckdb.DuckDBPyConnection, old: int, new: int) -> None:
    """Give a strategy the bands and the trigger of another, in place of its own."""
    for table, columns in (
        ("bands", "asset_class, points, share_percent, widest, inclusive, of_class"),
        ("rebalancing_triggers", "on_drift, every_months"),
    ):
        connection.execute(f"DELETE FROM {table} WHERE strategy_id = ?", [new])
        connection.execute(
            f"INSERT INTO {table} (strategy_id, {columns}) SELECT ?, {columns} FROM {table} WHERE strategy_id = ?",
            [new, old],
        )


def write_targets(
    connection: duckdb.DuckDBPyConnection,
    strategy_id: int,
    classes: Mapping[str, Decimal],
    holdings: Mapping[str, Mapping[int, Decimal]],
) -> int:
    """Make these the strategy's targets of both levels; returns how many were added, changed or removed."""
    changed = save_class_targets(connection, strategy_id, classes)
    rows = connection.execute(
        "SELECT asset_class, asset_id, h.target_percent "
        "FROM holding_targets h JOIN asset_class_targets USING (class_target_id) WHERE strategy_id = ?",
        [strategy_id],
    ).fetchall()
    before: dict[str, dict[int, Decimal]] = {}
    for name, asset_id, percent in rows:
        before.setdefault(name, {})[asset_id] = percent
    for name in dict.fromkeys([*holdings, *before]):
        within = holdings.get(name, {})
        if name not in classes or within != before.get(name, {}):
            changed += save_holding_targets(connection, strategy_id, name, within)
    return changed


def activate(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    """Make a strategy the one its scope is measured against."""
    connection.execute(
        "UPDATE rebalancing_strategies SET active = (strategy_id = $id) WHERE account_id IS NOT DISTINCT FROM "
        "(SELECT account_id FROM rebalancing_strategies WHERE strategy_id = $id)",
        {"id": strategy_id},
    )


def deactivate(connection: duckdb.DuckDBPyConnection, account: str) -> None:
    """Let an account use the whole portfolio's targets; its own strategies stay, inactive."""
    if account == ALL:
        raise TargetsError("The whole portfolio always has an active strategy. Activate another one instead.")
    connection.execute(
        "UPDATE rebalancing_strategies SET active = false "
        "WHERE account_id = (SELECT account_id FROM accounts WHERE name = ?)",
        [account],
    )


def rename_strategy(connection: duckdb.DuckDBPyConnection, strategy_id: int, name: str) -> None:
    """Give a strategy another name; its versions keep the name they were saved under."""
    scope = scope_of(connection, strategy_id)
    now = name_of(connection, strategy_id)
    if name == now:
        return
    good = _good_name(connection, scope, name, but=now)
    connection.execute("UPDATE rebalancing_strategies SET name = ? WHERE strategy_id = ?", [good, strategy_id])


def archive(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    """Put a strategy aside. An account whose active one it was uses the whole portfolio's from now on."""
    scope = scope_of(connection, strategy_id)
    if scope == ALL and active_strategy(connection, ALL) == strategy_id:
        raise TargetsError(
            f"{name_of(connection, strategy_id)} is the whole portfolio's active strategy. Activate another one first."
        )
    connection.execute(
        "UPDATE rebalancing_strategies SET archived = true, active = false WHERE strategy_id = ?", [strategy_id]
    )


OUT_OF_STEP = """
SELECT a.symbol, c.asset_class, coalesce(a.asset_class, 'no class'),
    asset_id IN (SELECT asset_id FROM asset_class_weights)
FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets a USING (asset_id)
WHERE strategy_id = ? AND (a.asset_class IS DISTINCT FROM c.asset_class
    OR asset_id IN (SELECT asset_id FROM asset_class_weights))
ORDER BY ALL LIMIT 1
"""


def restore(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    """Take a strategy back out of the archive, inactive.

    Raises:
        TargetsError: an asset has changed its class in the meantime.
    """
    moved = connection.execute(OUT_OF_STEP, [strategy_id]).fetchall()
    if moved:
        symbol, target, now, several = moved[0]
        stands = "several classes" if several else now
        raise TargetsError(
            f"{name_of(connection, strategy_id)} has a target of {symbol} inside {target}, but {symbol} is in {stands} "
            "now. Put it back there first, or make a new strategy."
        )
    connection.execute("UPDATE rebalancing_strategies SET archived = false WHERE strategy_id = ?", [strategy_id])


def drop_strategy(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    """Delete a strategy with its targets, bands and trigger; its versions stay."""
    save_class_targets(connection, strategy_id, {})
    for table in CHILDREN:
        connection.execute(f"DELETE FROM {table} WHERE strategy_id = ?", [strategy_id])


def scope_of(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> str:
    """``all`` or the account that a strategy belongs to."""
    return str(_cell(connection, "coalesce(a.name, 'all')", strategy_id))


def name_of(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> str:
    return str(_cell(connection, "s.name", strategy_id))


def is_archived(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> bool:
    return bool(_cell(connection, "archived", strategy_id))


def is_there(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> bool:
    where = "SELECT strategy_id FROM rebalancing_strategies WHERE strategy_id = ?"
    return first(connection, where, [strategy_id]) is not None


def require_unarchived(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    """Refuses a strategy that is archived."""
    if is_archived(connection, strategy_id):
        raise TargetsError(f"{name_of(connection, strategy_id)} is archived. Restore it first.")


def has_targets(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> bool:
    return bool(first(connection, "SELECT count(*) FROM asset_class_targets WHERE strategy_id = ?", [strategy_id]))


def _cell(connection: duckdb.DuckDBPyConnection, column: str, strategy_id: int) -> object:
    return connection.execute(
        f"SELECT {column} FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) WHERE strategy_id = ?",
        [strategy_id],
    ).fetchall()[0][0]


def _names(connection: duckdb.DuckDBPyConnection, scope: str) -> set[str]:
    rows = connection.execute(
        "SELECT s.name FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) "
        "WHERE coalesce(a.name, ?) = ?",
        [ALL, scope],
    ).fetchall()
    return {str(name).casefold() for (name,) in rows}


def _good_name(connection: duckdb.DuckDBPyConnection, scope: str, name: str, but: str = "") -> str:
    """A name as it is kept; refuses one that can't be a name or that another strategy of the scope has."""
    cleaned = clean(name)
    if not cleaned:
        raise TargetsError("The strategy's name is empty. Give it a name.")
    if not cleaned.isprintable() or len(cleaned) > LONGEST_NAME:
        raise TargetsError(
            f"{cleaned[:40]!r} can't be a name: write up to {LONGEST_NAME} letters, without line breaks."
        )
    if cleaned.casefold() in _names(connection, scope) - {but.casefold()}:
        whose = "The whole portfolio" if scope == ALL else scope
        raise TargetsError(f"{whose} has a strategy {cleaned} already. Choose another name.")
    return cleaned
