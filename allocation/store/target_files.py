"""Writing a targets file: every scope it names gets exactly the targets it has there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem, UnknownName
from allocation.store.reading import account_names, read_spans
from allocation.store.saving import (
    find_asset,
    own_strategy,
    save_class_targets,
    save_holding_targets,
    set_saved,
)
from allocation.tables import ALL


def write_targets(connection: duckdb.DuckDBPyConnection, targets: pd.DataFrame, by: str) -> int:
    """Save the targets that a reader has found good in themselves.

    Parameters:
        targets: as :func:`allocation.readers.read_targets` gives them.
        by: who saves them.

    Returns:
        How many targets were added, changed or removed.

    Raises:
        LoadError: an account or a symbol that the portfolio doesn't know, or a holding under a class it isn't in.
    """
    rows: list[dict[str, Any]] = [
        {str(column): cell for column, cell in row.items()} for row in targets.to_dict("records")
    ]
    assets, problems = _resolve(connection, rows)
    if problems:
        raise LoadError(problems)
    changed = 0
    for account in dict.fromkeys(row["account"] for row in rows):
        of_scope = [row for row in rows if row["account"] == account]
        strategy_id = own_strategy(connection, account or ALL, of_scope[0]["strategy"])
        classes = {row["asset_class"]: row["target_percent"] for row in of_scope if row["symbol"] is None}
        of_strategy = save_class_targets(connection, strategy_id, classes)
        for name in classes:
            within: dict[int, Decimal] = {
                assets[row["row"]]: row["target_percent"]
                for row in of_scope
                if row["asset_class"] == name and row["symbol"] is not None
            }
            of_strategy += save_holding_targets(connection, strategy_id, name, within)
        if of_strategy:
            set_saved(connection, strategy_id, by)
        changed += of_strategy
    return changed


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
        if spelled != name:
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
