"""Writing a targets file: every scope it names gets exactly the targets it has there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem, UnknownName
from allocation.store import strategies
from allocation.store.reading import account_names, read_spans
from allocation.store.saving import find_asset, set_saved
from allocation.tables import ALL


def write_targets(
    connection: duckdb.DuckDBPyConnection, targets: pd.DataFrame, by: str
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """Save the targets that a reader has found good in themselves.

    Parameters:
        targets: as :func:`allocation.readers.read_targets` gives them. Where ``is_ours`` is False, they are another
            program's, and its classes are written as they are here.
        by: who saves them.

    Returns:
        How many targets were added, changed or removed; and (scope, name) of the strategies that have them now without
        being active.

    Raises:
        LoadError: an account or a symbol that the portfolio doesn't know, or a holding under a class it isn't in.
    """
    rows: list[dict[str, Any]] = [
        {str(column): cell for column, cell in row.items()} for row in targets.to_dict("records")
    ]
    assets, problems = _resolve(connection, rows)
    if problems:
        raise LoadError(problems)
    changed, inactive = 0, []
    for account in dict.fromkeys(row["account"] for row in rows):
        of_scope = [row for row in rows if row["account"] == account]
        strategy_id, is_active = _strategy(connection, of_scope[0])
        classes = {row["asset_class"]: row["target_percent"] for row in of_scope if row["symbol"] is None}
        within: dict[str, dict[int, Decimal]] = {}
        for row in of_scope:
            if row["symbol"] is not None:
                within.setdefault(row["asset_class"], {})[assets[row["row"]]] = row["target_percent"]
        of_strategy = strategies.write_targets(connection, strategy_id, classes, within)
        if of_strategy:
            set_saved(connection, strategy_id, by)
        if not is_active:
            inactive.append((account or ALL, strategies.name_of(connection, strategy_id)))
        changed += of_strategy
    return changed, tuple(inactive)


def _strategy(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> tuple[int, bool]:
    """The number of the strategy that a row names, made where there is none, and whether it is active.

    It is active from the start where its scope has no targets of its own yet; a file activates no other.
    """
    scope, name = row["account"] or ALL, row["strategy"]
    active = strategies.active_strategy(connection, scope)
    if name is None:
        return strategies.own_strategy(connection, scope), True
    found = strategies.named_in(connection, scope, name)
    if found is None and active is not None and not strategies.has_targets(connection, active):
        strategies.rename_strategy(connection, active, name)
        return active, True
    if found is None:
        return strategies.add_strategy(connection, scope, name, active=active is None), active is None
    if strategies.is_archived(connection, found):
        remedy = "is archived. Restore it first: allocation strategies restore, or name another strategy."
        raise LoadError([Problem(row["file"], row["row"], "strategy", name, remedy)])
    return found, found == active


def _resolve(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[dict[str, Any]]
) -> tuple[dict[int, int], list[Problem]]:
    """The ``asset_id`` of each row that names a symbol, and what is wrong with the others."""
    accounts, assets, problems = account_names(connection), {}, []
    class_of = dict(connection.execute("SELECT asset_id, asset_class FROM assets").fetchall())
    spans = read_spans(connection)
    named = [name for name in class_of.values() if name is not None]
    spelling = {name.casefold(): name for name in [*named, *(name for parts in spans.values() for name in parts)]}
    seen: set[tuple[str | None, int]] = set()
    for row in rows:
        where, name, symbol = (row["file"], row["row"]), row["asset_class"], row["symbol"]
        if row["account"] is not None and row["account"] not in accounts:
            known = ", ".join(accounts) or "none yet"
            problems.append(
                Problem(*where, "account", row["account"], f"is no account of the portfolio. There is {known}.")
            )
        spelled = spelling.get(name.casefold(), name)
        if spelled != name and not row.get("is_ours", True):
            row["asset_class"] = name = spelled
        elif spelled != name:
            problems.append(
                Problem(
                    *where,
                    "asset_class",
                    name,
                    f"is written {spelled!r} in the holdings. Write it the same way.",
                )
            )
        if symbol is None:
            continue
        try:
            asset_id = find_asset(connection, symbol, row["currency"], name, to_plan=True)
        except UnknownName as error:
            problems.append(Problem(*where, "symbol", symbol, f"is not known. {error}"))
            continue
        assets[row["row"]] = asset_id
        if (row["account"], asset_id) in seen:
            problems.append(Problem(*where, "symbol", symbol, "has a target already. Keep one."))
        seen.add((row["account"], asset_id))
        if asset_id in spans:
            remedy = "belongs to several classes: it counts in each and has no target of its own. Leave the row out."
            problems.append(Problem(*where, "symbol", symbol, remedy))
            continue
        actual = class_of[asset_id]
        if actual != name and spelled == name:
            stands = f"is in {actual}" if actual else "has no asset class"
            problems.append(
                Problem(
                    *where,
                    "asset_class",
                    name,
                    f"can't hold a target for {symbol}, which {stands}. Put it under its class.",
                )
            )
    return assets, problems
