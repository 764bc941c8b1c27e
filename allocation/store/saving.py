"""Saving targets: each function is part of one write transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import duckdb

from allocation.errors import TargetsError, UnknownName
from allocation.store.reading import account_names, check_scope
from allocation.tables import ALL

NOT_HELD_YET = " To plan for one that is not held yet, load a holdings row with quantity 0 and its price."
NOW = "make_timestamp(epoch_us(get_current_timestamp()))"


def set_base_currency(connection: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Set it where none is set yet."""
    connection.execute(
        f"UPDATE portfolio SET base_currency = ?, updated_at = {NOW} WHERE base_currency IS NULL", [currency]
    )


def own_strategy(connection: duckdb.DuckDBPyConnection, scope: str, name: str | None = None) -> int:
    """The number of a scope's own strategy, made where an account has none; renamed if a name is given."""
    check_scope(scope, account_names(connection))
    if name is not None and not name.strip():
        raise TargetsError("The strategy's name is empty. Give it a name, or none to keep the one it has.")
    found = first(
        connection,
        "SELECT strategy_id FROM rebalancing_strategies LEFT JOIN accounts a USING (account_id) "
        "WHERE coalesce(a.name, ?) = ?",
        [ALL, scope],
    )
    if found is None:
        found = first(
            connection,
            "INSERT INTO rebalancing_strategies (account_id, name) "
            "SELECT account_id, coalesce(?, name) FROM accounts WHERE name = ? RETURNING strategy_id",
            [name, scope],
        )
    elif name is not None:
        connection.execute(
            f"UPDATE rebalancing_strategies SET name = $name, updated_at = {NOW} "
            "WHERE strategy_id = $id AND name <> $name",
            {"name": name, "id": found},
        )
    assert found is not None
    return found


def save_class_targets(connection: duckdb.DuckDBPyConnection, strategy_id: int, percents: Mapping[str, Decimal]) -> int:
    """Make these the strategy's class targets; a class that is no longer among them loses its holding targets too.

    Returns:
        How many targets were added, changed or removed.
    """
    _check_spelling(connection, percents)
    before = dict(
        connection.execute(
            "SELECT asset_class, target_percent FROM asset_class_targets WHERE strategy_id = ?", [strategy_id]
        ).fetchall()
    )
    gone = sorted(set(before) - set(percents))
    if gone:
        connection.execute(
            "DELETE FROM holding_targets WHERE class_target_id IN (SELECT class_target_id FROM asset_class_targets "
            "WHERE strategy_id = $id AND list_contains($gone, asset_class))",
            {"id": strategy_id, "gone": gone},
        )
        connection.execute(
            "DELETE FROM asset_class_targets WHERE strategy_id = $id AND list_contains($gone, asset_class)",
            {"id": strategy_id, "gone": gone},
        )
    changed = {name: percent for name, percent in percents.items() if before.get(name) != percent}
    for name, percent in changed.items():
        connection.execute(
            "INSERT INTO asset_class_targets (strategy_id, asset_class, target_percent) VALUES (?, ?, ?) "
            "ON CONFLICT (strategy_id, asset_class) "
            f"DO UPDATE SET target_percent = excluded.target_percent, updated_at = {NOW}",
            [strategy_id, name, percent],
        )
    return len(gone) + len(changed)


def _check_spelling(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Refuses a class that differs from a known one in capitals only: it would count as another."""
    known = connection.execute(
        "SELECT asset_class FROM assets WHERE asset_class IS NOT NULL UNION SELECT asset_class FROM asset_class_targets"
    ).fetchall()
    spelling = {str(name).casefold(): str(name) for (name,) in known}
    for name in names:
        spelled = spelling.get(name.casefold(), name)
        if spelled != name:
            raise TargetsError(f"{name!r} is written {spelled!r} in the portfolio. Write it the same way.")


def save_holding_targets(
    connection: duckdb.DuckDBPyConnection, strategy_id: int, asset_class: str, percents: Mapping[int, Decimal]
) -> int:
    """Make these the holding targets (by ``asset_id``) of a class of the strategy; none removes them.

    Returns:
        How many targets were added, changed or removed.
    """
    class_target_id = first(
        connection,
        "SELECT class_target_id FROM asset_class_targets WHERE strategy_id = ? AND asset_class = ?",
        [strategy_id, asset_class],
    )
    if class_target_id is None:
        raise TargetsError(
            f"{asset_class} has no class target, so its holdings can't have targets. Save the class targets first."
        )
    before = dict(
        connection.execute(
            "SELECT asset_id, target_percent FROM holding_targets WHERE class_target_id = ?",
            [class_target_id],
        ).fetchall()
    )
    gone = sorted(set(before) - set(percents))
    connection.execute(
        "DELETE FROM holding_targets WHERE class_target_id = $id AND list_contains($gone::INTEGER[], asset_id)",
        {"id": class_target_id, "gone": gone},
    )
    changed = {asset_id: percent for asset_id, percent in percents.items() if before.get(asset_id) != percent}
    for asset_id, percent in changed.items():
        connection.execute(
            "INSERT INTO holding_targets (class_target_id, asset_id, target_percent) VALUES (?, ?, ?) "
            "ON CONFLICT (class_target_id, asset_id) "
            f"DO UPDATE SET target_percent = excluded.target_percent, updated_at = {NOW}",
            [class_target_id, asset_id, percent],
        )
    return len(gone) + len(changed)


def find_asset(
    connection: duckdb.DuckDBPyConnection,
    symbol: str,
    currency: str | None = None,
    asset_class: str | None = None,
    to_plan: bool = False,
) -> int:
    """The number of the asset a person calls ``symbol``.

    Parameters:
        currency: tells CASH of one currency from CASH of another.
        asset_class: likewise, where only one of several CASH assets is in the class that is spoken of.
        to_plan: it is to have a target; says how something not held yet can have one.

    Raises:
        UnknownName: there is none, or more than one.
    """
    found = connection.execute(
        "SELECT asset_id, currency, asset_class FROM assets WHERE symbol = ? AND coalesce(currency = ?, true) "
        "ORDER BY currency",
        [symbol, currency],
    ).fetchall()
    if len(found) > 1 and asset_class is not None:
        found = [asset for asset in found if asset[2] == asset_class] or found
    if not found:
        alike = connection.execute(
            "SELECT symbol FROM assets WHERE jaro_winkler_similarity(lower(symbol), lower($symbol)) >= 0.75 "
            "ORDER BY jaro_winkler_similarity(lower(symbol), lower($symbol)) DESC, symbol LIMIT 1",
            {"symbol": symbol},
        ).fetchall()
        hint = f" Is it {alike[0][0]}?" if alike else ""
        in_currency = f" in {currency}" if currency else ""
        raise UnknownName(f"The portfolio has no asset {symbol}{in_currency}.{hint}{NOT_HELD_YET if to_plan else ''}")
    if len(found) > 1:
        currencies = " and ".join(str(asset[1]) for asset in found)
        raise UnknownName(f"{symbol} is held in {currencies}. Say which: add its currency.")
    return int(found[0][0])


def set_saved(connection: duckdb.DuckDBPyConnection, strategy_id: int, by: str) -> None:
    """Note who saved a strategy's targets, and when."""
    connection.execute(
        f"UPDATE rebalancing_strategies SET saved_by = ?, updated_at = {NOW} WHERE strategy_id = ?", [by, strategy_id]
    )


def first(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object]) -> int | None:
    """The first cell of the first row, if there is one."""
    rows = connection.execute(query, parameters).fetchall()
    return rows[0][0] if rows else None
