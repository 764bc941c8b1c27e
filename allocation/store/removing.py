"""Renaming, merging and deleting, with all that hangs on it: each function is part of one write transaction."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import duckdb

from allocation.errors import AllocationError, MergeError, UnknownName
from allocation.store.class_weights import save_classes, weights_of
from allocation.store.reading import account_names, check_scope, find_strategy, read_tables
from allocation.store.saving import NOW, first, save_class_targets, save_holding_targets
from allocation.store.strategies import active_strategy, drop_strategy, name_of, scope_of
from allocation.tables import ALL, CASH, called
from allocation.targets import HUNDRED, plain, rescale
from allocation.text import LONGEST_NAME, clean


@dataclass(frozen=True)
class Deleted:
    """What a deletion takes along, or took along.

    Attributes:
        what: such as "Roth IRA".
        holdings: how many are held now.
        strategies, targets, prices, class_weights: how many of each.
        snapshots: how many go.
        rows: of an asset, how many snapshots it stands in; those stay, without it.
        rescaled: classes whose other holding targets share what an asset's target was.
        totals: what the portfolio is worth before and after a merge; None where it can't be valued.
        backup: where the file is kept as it was; None where no copy was made.
    """

    what: str
    holdings: int = 0
    strategies: int = 0
    targets: int = 0
    snapshots: int = 0
    prices: int = 0
    class_weights: int = 0
    rows: int = 0
    rescaled: tuple[str, ...] = ()
    totals: tuple[float, float] | None = None
    backup: Path | None = None

    def __str__(self) -> str:
        counts = (
            (self.holdings, "holding", "holdings"),
            (self.strategies, "strategy", "strategies"),
            (self.targets, "target", "targets"),
            (self.snapshots, "snapshot", "snapshots"),
            (self.rows, "row in a snapshot", "rows in snapshots"),
            (self.prices, "price", "prices"),
            (self.class_weights, "class weight", "class weights"),
        )
        parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts if count]
        text = f"{self.what}: {', '.join(parts) or 'nothing hangs on it'}"
        if self.rescaled:
            text += f"; the other holding targets of {' and '.join(self.rescaled)} share what was its part"
        return text


CURRENT = "SELECT max_by(snapshot_id, as_of) FROM snapshots GROUP BY account_id"


def rename_asset(connection: duckdb.DuckDBPyConnection, asset_id: int, symbol: str, name: str | None) -> None:
    """Give an asset a new symbol (and name); what hangs on it stays."""
    symbol, name = clean(symbol), clean(name or "") or None
    if not symbol:
        raise UnknownName("The new symbol is empty. Write what to call the asset.")
    for text in (symbol, name or ""):
        if not text.isprintable() or len(text) > LONGEST_NAME:
            raise UnknownName(
                f"{text[:40]!r} can't be a name: write up to {LONGEST_NAME} letters, without line breaks."
            )
    current = _asset(connection, asset_id).symbol
    if (current == CASH) != (symbol == CASH) or (symbol != CASH and symbol.upper().split()[0] == CASH):
        raise UnknownName(f"{CASH} is the symbol of cash and of nothing else. Choose another symbol.")
    taken = first(
        connection,
        "SELECT asset_id FROM assets WHERE lower(symbol) = lower(?) AND asset_id <> ? AND symbol <> ?",
        [symbol, asset_id, CASH],
    )
    if taken is not None:
        raise UnknownName(
            f"There is an asset {symbol} already. Choose another symbol, or merge the two: allocation merge "
            f"{current} {symbol}."
        )
    connection.execute(
        f"UPDATE assets SET symbol = ?, name = coalesce(?, name), updated_at = {NOW} WHERE asset_id = ?",
        [symbol, name, asset_id],
    )


def merge_assets(connection: duckdb.DuckDBPyConnection, old_id: int, into_id: int) -> Deleted:
    """Move an asset's holdings, prices and targets to another one, and remove it.

    Returns:
        What was moved.

    Raises:
        MergeError: the two can't be one: cash, another currency or class, or two prices on one day.
    """
    old, into = _asset(connection, old_id), _asset(connection, into_id)
    _require_one_asset(connection, old, into)
    before = _total(connection)
    moved = asset_takes(connection, old_id)
    if not into.classes:
        connection.execute(
            f"UPDATE assets SET asset_class = ?, updated_at = {NOW} WHERE asset_id = ?", [old.asset_class, into_id]
        )
        save_classes(connection, into_id, old.classes)
    ids = {"old": old_id, "into": into_id}
    # Where a snapshot has both, the quantities add up; the cost only where it is known of all that is held.
    both = "SELECT snapshot_id FROM holdings WHERE asset_id IN ($old, $into) GROUP BY snapshot_id HAVING count(*) = 2"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE summed AS
        SELECT snapshot_id, sum(quantity) AS quantity,
            CASE WHEN bool_and(cost_basis IS NOT NULL OR quantity = 0) THEN sum(cost_basis) END AS cost_basis
        FROM holdings WHERE asset_id IN ($old, $into) AND snapshot_id IN ({both}) GROUP BY snapshot_id
        """,
        ids,
    )
    connection.execute(
        "UPDATE holdings SET quantity = summed.quantity, cost_basis = summed.cost_basis FROM summed "
        "WHERE holdings.snapshot_id = summed.snapshot_id AND asset_id = ?",
        [into_id],
    )
    connection.execute(
        "DELETE FROM holdings WHERE asset_id = ? AND snapshot_id IN (SELECT snapshot_id FROM summed)", [old_id]
    )
    connection.execute("UPDATE holdings SET asset_id = $into WHERE asset_id = $old", ids)
    connection.execute(
        "DELETE FROM prices WHERE asset_id = $old AND as_of IN (SELECT as_of FROM prices WHERE asset_id = $into)", ids
    )
    connection.execute("UPDATE prices SET asset_id = $into WHERE asset_id = $old", ids)
    connection.execute(
        f"""
        UPDATE holding_targets SET target_percent = target_percent + other.percent, updated_at = {NOW}
        FROM (SELECT class_target_id, target_percent AS percent FROM holding_targets WHERE asset_id = $old) other
        WHERE holding_targets.class_target_id = other.class_target_id AND asset_id = $into
        """,
        ids,
    )
    connection.execute(
        "DELETE FROM holding_targets WHERE asset_id = $old AND class_target_id IN "
        "(SELECT class_target_id FROM holding_targets WHERE asset_id = $into)",
        ids,
    )
    connection.execute("UPDATE holding_targets SET asset_id = $into WHERE asset_id = $old", ids)
    for table in ("asset_class_weights", "assets"):
        connection.execute(f"DELETE FROM {table} WHERE asset_id = ?", [old_id])
    after = _total(connection)
    return replace(moved, totals=None if before is None or after is None else (before, after))


def _total(connection: duckdb.DuckDBPyConnection) -> float | None:
    try:
        return round(float(read_tables(connection, ALL).holdings["value"].sum()), 4)
    except AllocationError:
        return None


@dataclass(frozen=True)
class _Asset:
    asset_id: int
    symbol: str
    currency: str
    asset_class: str | None
    classes: dict[str, Decimal]


def _asset(connection: duckdb.DuckDBPyConnection, asset_id: int) -> _Asset:
    rows = connection.execute(
        "SELECT asset_id, symbol, currency, asset_class FROM assets WHERE asset_id = ?", [asset_id]
    ).fetchall()
    _, symbol, currency, name = rows[0]
    whole = {} if name is None else {name: HUNDRED}
    return _Asset(asset_id, symbol, currency, name, weights_of(connection, asset_id) or whole)


def _require_one_asset(connection: duckdb.DuckDBPyConnection, old: _Asset, into: _Asset) -> None:
    if old.asset_id == into.asset_id:
        raise MergeError(f"{old.symbol} is one asset already. Name two.")
    if CASH in (old.symbol, into.symbol):
        raise MergeError(f"{CASH} can't be merged: each currency's cash stands for itself.")
    if old.currency != into.currency:
        raise MergeError(
            f"{old.symbol} is in {old.currency} and {into.symbol} in {into.currency}, so they can't be merged."
        )
    if old.classes != into.classes and old.classes and into.classes:
        both_wholly = HUNDRED in old.classes.values() and HUNDRED in into.classes.values()
        remedy = "holdings file that puts both into one class" if both_wholly else "classes.csv that has both alike"
        raise MergeError(
            f"{old.symbol} is in {_listed(old.classes)} and {into.symbol} in {_listed(into.classes)}. Load a {remedy} "
            "first."
        )
    apart = connection.execute(
        """
        SELECT o.as_of::VARCHAR, o.price::DOUBLE, i.price::DOUBLE
        FROM prices o JOIN prices i USING (as_of)
        WHERE o.asset_id = ? AND i.asset_id = ? AND (o.price <> i.price OR o.currency <> i.currency)
        ORDER BY as_of DESC LIMIT 1
        """,
        [old.asset_id, into.asset_id],
    ).fetchall()
    if apart:
        day, was, became = apart[0]
        raise MergeError(
            f"On {day} {old.symbol} cost {was:,g} and {into.symbol} {became:,g}, so they are not the same thing, and "
            "merging them would change what you had. If one of the prices is wrong, load that day again first."
        )


def _listed(classes: Mapping[str, Decimal]) -> str:
    """Classes in words: ``Bonds``, or ``Stocks by 60 % and Bonds by 40 %``."""
    parts = [name if percent == HUNDRED else f"{name} by {plain(percent)} %" for name, percent in classes.items()]
    return " and ".join(parts)


def delete_account(connection: duckdb.DuckDBPyConnection, account: str) -> Deleted:
    """Delete an account with its snapshots, its strategies and their targets."""
    account_id = _account(connection, account)
    own = _first_column(
        connection, "SELECT strategy_id FROM rebalancing_strategies WHERE account_id = $id", {"id": account_id}
    )
    takes = Deleted(
        account,
        holdings=_count(
            connection,
            f"FROM holdings JOIN snapshots USING (snapshot_id) WHERE account_id = ? AND quantity <> 0 "
            f"AND snapshot_id IN ({CURRENT})",
            [account_id],
        ),
        strategies=len(own),
        targets=sum(_targets(connection, strategy_id) for strategy_id in own),
        snapshots=_count(connection, "FROM snapshots WHERE account_id = ?", [account_id]),
    )
    for strategy_id in own:
        drop_strategy(connection, strategy_id)
    connection.execute(
        "DELETE FROM holdings WHERE snapshot_id IN (SELECT snapshot_id FROM snapshots WHERE account_id = ?)",
        [account_id],
    )
    connection.execute("DELETE FROM snapshots WHERE account_id = ?", [account_id])
    connection.execute("DELETE FROM accounts WHERE account_id = ?", [account_id])
    return takes


def delete_snapshot(connection: duckdb.DuckDBPyConnection, account: str, as_of: datetime.date) -> Deleted:
    """Delete what an account held at one date, with the prices that came with it."""
    account_id = _account(connection, account)
    snapshot_id = first(
        connection, "SELECT snapshot_id FROM snapshots WHERE account_id = ? AND as_of = ?", [account_id, as_of]
    )
    if snapshot_id is None:
        rows = connection.execute(
            "SELECT as_of::VARCHAR FROM snapshots WHERE account_id = ? "
            "ORDER BY abs(date_diff('day', as_of, ?)), as_of LIMIT 3",
            [account_id, as_of],
        ).fetchall()
        nearest = ", ".join(sorted(day for (day,) in rows)) or "none at all"
        raise UnknownName(f"{account} has no snapshot of {as_of}. The nearest are {nearest}.")
    held = _count(connection, "FROM holdings WHERE snapshot_id = ? AND quantity <> 0", [snapshot_id])
    prices = _first_column(connection, PRICES_OF_SNAPSHOT, {"snapshot": snapshot_id, "day": as_of})
    connection.execute(
        "DELETE FROM prices WHERE as_of = $day AND list_contains($assets::INTEGER[], asset_id)",
        {"day": as_of, "assets": prices},
    )
    connection.execute("DELETE FROM holdings WHERE snapshot_id = ?", [snapshot_id])
    connection.execute("DELETE FROM snapshots WHERE snapshot_id = ?", [snapshot_id])
    return Deleted(f"{account} on {as_of}", holdings=held, snapshots=1, prices=len(prices))


# A price that came with the snapshot: no other account has one of that day with the asset, and it isn't the only one.
PRICES_OF_SNAPSHOT = """
SELECT asset_id FROM holdings JOIN prices USING (asset_id)
WHERE snapshot_id = $snapshot AND prices.as_of = $day
    AND asset_id NOT IN (
        SELECT asset_id FROM holdings JOIN snapshots USING (snapshot_id)
        WHERE snapshots.as_of = $day AND snapshot_id <> $snapshot)
    AND asset_id IN (SELECT asset_id FROM prices WHERE as_of <> $day)
"""


def asset_takes(connection: duckdb.DuckDBPyConnection, asset_id: int) -> Deleted:
    """What hangs on an asset."""
    return Deleted(
        called(_asset(connection, asset_id).symbol, _asset(connection, asset_id).currency),
        holdings=_count(
            connection, f"FROM holdings WHERE asset_id = ? AND quantity <> 0 AND snapshot_id IN ({CURRENT})", [asset_id]
        ),
        targets=_count(connection, "FROM holding_targets WHERE asset_id = ?", [asset_id]),
        rows=_count(connection, "FROM holdings WHERE asset_id = ?", [asset_id]),
        prices=_count(connection, "FROM prices WHERE asset_id = ?", [asset_id]),
        class_weights=_count(connection, "FROM asset_class_weights WHERE asset_id = ?", [asset_id]),
    )


def delete_asset(connection: duckdb.DuckDBPyConnection, asset_id: int) -> Deleted:
    """Delete an asset with its holdings, prices and targets; its class's other targets keep their proportions."""
    takes = asset_takes(connection, asset_id)
    hit = connection.execute(
        "SELECT class_target_id, strategy_id, asset_class "
        "FROM holding_targets JOIN asset_class_targets USING (class_target_id) WHERE asset_id = ?",
        [asset_id],
    ).fetchall()
    rescaled = []
    for class_target_id, strategy_id, asset_class in hit:
        others = dict(
            connection.execute(
                "SELECT asset_id, target_percent FROM holding_targets WHERE class_target_id = ? AND asset_id <> ?",
                [class_target_id, asset_id],
            ).fetchall()
        )
        save_holding_targets(connection, strategy_id, asset_class, rescale(others))
        if others:
            rescaled.append(str(asset_class))
    for table in ("holdings", "prices", "asset_class_weights", "assets"):
        connection.execute(f"DELETE FROM {table} WHERE asset_id = ?", [asset_id])
    return replace(takes, rescaled=tuple(dict.fromkeys(rescaled)))


def delete_strategy(connection: duckdb.DuckDBPyConnection, scope: str, named: str | None = None) -> Deleted:
    """Delete a strategy with its targets; the whole portfolio's active one stays and loses its targets.

    Parameters:
        named: a strategy of the scope; by default its active one.
    """
    check_scope(scope, account_names(connection))
    active = active_strategy(connection, scope)
    strategy_id = active if named is None else find_strategy(connection, scope, named)
    if strategy_id is not None and scope_of(connection, strategy_id) != scope:
        raise UnknownName(f"{scope} has no strategy {named!r} of its own.")
    if strategy_id is None:
        raise UnknownName(f"{scope} has no strategy of its own; it uses the whole portfolio's.")
    stays = scope == ALL and strategy_id == active
    takes = Deleted(
        f"Strategy {name_of(connection, strategy_id)}",
        targets=_targets(connection, strategy_id),
        strategies=int(not stays),
    )
    if stays:
        save_class_targets(connection, strategy_id, {})
    else:
        drop_strategy(connection, strategy_id)
    return takes


def _account(connection: duckdb.DuckDBPyConnection, account: str) -> int:
    account_id = first(connection, "SELECT account_id FROM accounts WHERE name = ?", [account])
    if account_id is None:
        check_scope(account, account_names(connection))
        raise UnknownName(f"{account!r} is the whole portfolio, not an account. Name an account.")
    return account_id


def _targets(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> int:
    within = "FROM holding_targets JOIN asset_class_targets USING (class_target_id) WHERE strategy_id = ?"
    return sum(
        _count(connection, source, [strategy_id])
        for source in ("FROM asset_class_targets WHERE strategy_id = ?", within)
    )


def _first_column(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object]) -> list[int]:
    return [int(cell) for (cell, *_) in connection.execute(query, parameters).fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, source: str, parameters: Sequence[object]) -> int:
    return int(connection.execute(f"SELECT count(*) {source}", list(parameters)).fetchall()[0][0])
