"""Questions to the store: each takes a connection and gives plain tables."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from allocation.bands import FIVE_25, Band
from allocation.errors import MissingPrice, MissingRate, StoreError, TargetsError, UnknownName
from allocation.measures import Measures
from allocation.money import largest_amount, minor_digits
from allocation.store.crossing import cross
from allocation.store.quotes import stale_after
from allocation.tables import ALL, CASH, SEVERAL_CLASSES, UNCLASSIFIED, Named, Strategy, Tables
from allocation.triggers import DRIFT, Trigger

# An FX rate counts in either direction; the newest wins, and of two of one day the direct one. Where there is none, it
# goes through a third currency (crossing.py).
# Besides what is held, a row without an account for each asset that is asked for and isn't held in the scope. All of it
# for each day that is asked for.
LINES = f"""
WITH days AS (
    SELECT unnest($days::DATE[]) AS day
), quotes AS (
    SELECT from_currency AS currency, as_of, rate, false AS inverse FROM fx_rates WHERE to_currency = $base
    UNION ALL
    SELECT to_currency, as_of, rate, true FROM fx_rates WHERE from_currency = $base
), rates AS (
    SELECT day, currency, max(as_of) AS rate_as_of, max_by(rate, (as_of, NOT inverse)) AS quoted_rate,
        max_by(inverse, (as_of, NOT inverse)) AS inverse
    FROM quotes JOIN days ON as_of <= day GROUP BY day, currency
), latest AS (
    SELECT day, asset_id, max(as_of) AS price_as_of, max_by(price, as_of) AS price,
        max_by(currency, as_of) AS currency
    FROM prices JOIN days ON as_of <= day GROUP BY day, asset_id
), current AS (
    SELECT day, account_id, max_by(snapshot_id, as_of) AS snapshot_id
    FROM snapshots JOIN days ON as_of <= day GROUP BY day, account_id
), held AS (
    SELECT day, accounts.name AS account, account_type, asset_id, quantity, cost_basis
    FROM current JOIN holdings USING (snapshot_id) JOIN accounts USING (account_id)
    WHERE $account IS NULL OR accounts.name = $account
), lines AS (
    FROM held
    UNION ALL
    SELECT day, NULL, NULL, asset_id, 0, NULL
    FROM (FROM assets CROSS JOIN days) ANTI JOIN held USING (day, asset_id)
    WHERE list_contains($also::INTEGER[], asset_id)
), quoted AS (
    SELECT lines.*, symbol, name, price_as_of,
        CASE WHEN asset_id IN (SELECT asset_id FROM asset_class_weights) THEN '{SEVERAL_CLASSES}'
            ELSE coalesce(asset_class, '{UNCLASSIFIED}') END AS asset_class,
        CASE WHEN symbol = '{CASH}' THEN assets.currency ELSE latest.currency END AS currency,
        CASE WHEN symbol = '{CASH}' THEN 1::DECIMAL(24, 8) ELSE price END AS price,
        -- Kept to 6 decimals before the rate, so that the product stays inside 38 digits.
        (quantity * CASE WHEN symbol = '{CASH}' THEN 1::DECIMAL(24, 8) ELSE price END)::DECIMAL(28, 6) AS quoted_value
    FROM lines JOIN assets USING (asset_id) LEFT JOIN latest USING (day, asset_id)
)
SELECT account, account_type, asset_id, symbol, name, asset_class, currency, quantity::DOUBLE AS quantity,
    price::DOUBLE AS price, price_as_of,
    CASE WHEN currency = $base THEN 1 WHEN inverse THEN 1 / quoted_rate ELSE quoted_rate::DOUBLE END AS rate,
    rate_as_of,
    CASE WHEN currency = $base THEN round(quoted_value, {{digits}})::DOUBLE
         WHEN inverse THEN round(quoted_value / quoted_rate, {{digits}})
         ELSE round(quoted_value * quoted_rate, {{digits}})::DOUBLE END AS value,
    cost_basis::DOUBLE AS cost_basis, quoted_value, day
FROM quoted LEFT JOIN rates USING (day, currency)
ORDER BY day, account NULLS LAST, asset_class, symbol, currency
"""

HELD = ["account", "account_type", "asset_id", "symbol", "name", "asset_class", "currency", "quantity", "price",
        "price_as_of", "rate", "rate_as_of", "value", "cost_basis"]  # fmt: skip
OF_THE_ASSET = [
    "asset_id",
    "symbol",
    "name",
    "asset_class",
    "currency",
    "price",
    "price_as_of",
    "rate",
    "rate_as_of",
]
NUMBERS = {"quantity", "price", "rate", "value", "cost_basis", "target_percent"}


def base_currency(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The base currency; None until it has been set or a first load has settled it."""
    rows = connection.execute("SELECT base_currency FROM portfolio").fetchall()
    return None if not rows or rows[0][0] is None else str(rows[0][0])


def account_names(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Names of all accounts, sorted."""
    return tuple(str(name) for (name,) in connection.execute("SELECT name FROM accounts ORDER BY name").fetchall())


def require_base_currency(connection: duckdb.DuckDBPyConnection) -> str:
    """The base currency.

    Raises:
        StoreError: none has been set.
    """
    base = base_currency(connection)
    if base is None:
        raise StoreError(
            "This portfolio has no base currency yet. Load your holdings: allocation import HOLDINGS --base-currency "
            "USD (or another), or on the dashboard under Data."
        )
    return base


def read_lines(
    connection: duckdb.DuckDBPyConnection,
    base: str,
    account: str | None,
    days: Sequence[datetime.date],
    also: Collection[int] = (),
) -> dict[datetime.date, list[dict[str, Any]]]:
    """What an account (None: every account) held, by day of ``days``: rows with the columns of ``HELD``.

    Parameters:
        also: numbers of assets that have a row without an account where they aren't held.
    """
    lines = connection.execute(
        LINES.format(digits=minor_digits(base)),
        {"base": base, "account": account, "days": list(days), "also": list(also)},
    ).fetchall()
    by_day: dict[datetime.date, list[dict[str, Any]]] = {}
    for *line, day in lines:
        by_day.setdefault(day, []).append(dict(zip([*HELD, "quoted_value"], line, strict=True)))
    for day, rows in by_day.items():
        cross(connection, rows, base, day, minor_digits(base))
    return by_day


def read_tables(
    connection: duckdb.DuckDBPyConnection,
    scope: str,
    at: datetime.date | None = None,
    named: Named | None = None,
    also: Collection[int] = (),
    then: Strategy | None = None,
) -> Tables:
    """A scope, valued at its latest prices and rates, or at those of an earlier date.

    Parameters:
        scope: ``all`` or an account.
        at: what was held then, at the latest prices and rates known then, in today's classes.
        named: the strategy to measure against, if not the one that holds; see :func:`find_strategy`.
        also: numbers of assets that ``assets`` is to have, too.
        then: a strategy as it was on an earlier day, to measure against that.

    Raises:
        UnknownName: ``scope`` is neither ``all`` nor an account, or nothing is known of it at that date.
        StoreError: no base currency has been set.
        MissingPrice, MissingRate: something in the scope can't be valued; all such are named.
    """
    accounts = account_names(connection)
    check_scope(scope, accounts)
    base = require_base_currency(connection)
    account = None if scope == ALL else scope
    if at is not None:
        _require_snapshot(connection, account, at)
    strategy = then or read_strategy(connection, scope, named)
    if strategy.archived:
        raise TargetsError(f"{strategy.name} is archived, so nothing is measured against it. Restore it first.")
    day = at or datetime.date.max
    wanted = {*strategy.holding_targets["asset_id"].astype(int), *also}
    rows = read_lines(connection, base, account, [day], wanted).get(day, [])
    if at is not None:
        # An asset that nobody held yet, and that had no price yet, is only a target's name at that date.
        known = [row["account"] is not None or None not in (row["price"], row["rate"]) for row in rows]
        rows = list(compress(rows, known))
    require_prices_and_rates(rows, base, at)
    _require_exact(rows, base)
    holdings = [tuple(row[column] for column in HELD) for row in rows if row["account"] is not None]
    assets = _assets(rows, wanted)
    there = set(assets["asset_id"])
    spans = {asset: parts for asset, parts in read_spans(connection).items() if asset in there}
    held = frame(holdings, HELD)
    return Tables(scope, base, accounts, held, assets, strategy, spans, stale_after(connection))


def read_spans(connection: duckdb.DuckDBPyConnection) -> dict[int, dict[str, Fraction]]:
    """Of each asset that belongs to several classes: class → part of it (0–1, exact), adding up to 1."""
    rows = connection.execute(
        "SELECT asset_id, asset_class, weight_percent FROM asset_class_weights "
        "ORDER BY asset_id, weight_percent DESC, asset_class"
    ).fetchall()
    spans: dict[int, dict[str, Fraction]] = {}
    for asset_id, name, percent in rows:
        spans.setdefault(int(asset_id), {})[str(name)] = Fraction(percent) / 100
    for parts in spans.values():
        if rest := 1 - sum(parts.values(), Fraction(0)):
            parts[UNCLASSIFIED] = rest
    return spans


def read_snapshots(connection: duckdb.DuckDBPyConnection, scope: str) -> pd.DataFrame:
    """Every snapshot of a scope, oldest first: ``account``, ``as_of``, ``holdings`` (how many), ``loaded_at`` (UTC).

    Raises:
        UnknownName: ``scope`` is neither ``all`` nor an account.
    """
    check_scope(scope, account_names(connection))
    rows = connection.execute(
        """
        SELECT a.name, s.as_of, count(*) FILTER (h.quantity <> 0), s.updated_at
        FROM snapshots s JOIN accounts a USING (account_id) LEFT JOIN holdings h USING (snapshot_id)
        WHERE $scope = $all OR a.name = $scope
        GROUP BY s.snapshot_id, a.name, s.as_of, s.updated_at ORDER BY s.as_of, a.name
        """,
        {"scope": scope, "all": ALL},
    ).fetchall()
    return pd.DataFrame(rows, columns=["account", "as_of", "holdings", "loaded_at"])


def _require_snapshot(connection: duckdb.DuckDBPyConnection, account: str | None, at: datetime.date) -> None:
    rows = connection.execute(
        "SELECT min(as_of) FROM snapshots JOIN accounts USING (account_id) WHERE coalesce(name = $account, true)",
        {"account": account},
    ).fetchall()
    first = rows[0][0]
    if first is None or at < first:
        known = f"Its first snapshot is of {first}." if first else "It has no snapshots yet."
        raise UnknownName(f"Nothing is known of {account or 'the portfolio'} on {at}. {known}")


def _assets(rows: list[dict[str, Any]], wanted: set[int]) -> pd.DataFrame:
    """One row an asset that is held or wanted: its value over the accounts, and the accounts that hold any of it."""
    assets: dict[int, dict[str, Any]] = {}
    for row in rows:
        described = {column: row[column] for column in OF_THE_ASSET} | {"value": 0.0, "held_in": []}
        asset = assets.setdefault(row["asset_id"], described)
        asset["value"] += row["value"]
        if row["quantity"]:
            asset["held_in"].append(row["account"])
    known = [asset for asset in assets.values() if asset["held_in"] or asset["asset_id"] in wanted]
    by_class = sorted(known, key=lambda asset: (asset["asset_class"], asset["symbol"], asset["currency"]))
    columns = [*OF_THE_ASSET, "value", "held_in"]
    return frame([tuple(asset[column] for column in columns) for asset in by_class], columns)


def find_strategy(connection: duckdb.DuckDBPyConnection, scope: str, named: Named | None = None) -> int:
    """The number of the strategy that holds for a scope, or of one that is named.

    Parameters:
        named: a strategy of the scope, or of the whole portfolio where the scope has none of that name; as (scope,
            name) one of another scope. None: the scope's active one, or the whole portfolio's where an account has
            none.

    Raises:
        UnknownName: there is no such scope or strategy.
    """
    if named is None:
        holding = connection.execute(
            """
            SELECT strategy_id FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id)
            WHERE active AND (account_id IS NULL
                OR (a.name = $scope AND strategy_id IN (SELECT strategy_id FROM asset_class_targets)))
            ORDER BY account_id NULLS LAST LIMIT 1
            """,
            {"scope": scope},
        ).fetchall()
        return int(holding[0][0])
    scope, name = (scope, named) if isinstance(named, str) else named
    check_scope(scope, account_names(connection))
    rows = connection.execute(
        """
        SELECT strategy_id, s.name FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id)
        WHERE account_id IS NULL OR a.name = $scope ORDER BY account_id NULLS LAST, archived, NOT active, lower(s.name)
        """,
        {"scope": scope},
    ).fetchall()
    found = [number for number, other in rows if str(other).casefold() == name.strip().casefold()]
    if not found:
        known = ", ".join(dict.fromkeys(str(other) for _, other in rows))
        raise UnknownName(f"There is no strategy {name!r} for {_called(scope)}. There is {known}.")
    return int(found[0])


def _called(scope: str) -> str:
    return "the whole portfolio" if scope == ALL else scope


def read_strategy(connection: duckdb.DuckDBPyConnection, scope: str, named: Named | None = None) -> Strategy:
    """The targets that hold for a scope, or those of a strategy that is named; see :func:`find_strategy`."""
    strategy_id = find_strategy(connection, scope, named)
    name, made_for, saved_by, saved_at, active, archived = connection.execute(
        """
        SELECT s.name, coalesce(a.name, $all), saved_by, s.updated_at, active, archived
        FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) WHERE strategy_id = $id
        """,
        {"id": strategy_id, "all": ALL},
    ).fetchall()[0]
    classes = connection.execute(
        "SELECT asset_class, target_percent::DOUBLE FROM asset_class_targets WHERE strategy_id = ? "
        "ORDER BY target_percent DESC, asset_class",
        [strategy_id],
    ).fetchall()
    within = connection.execute(
        """
        SELECT c.asset_class, a.asset_id, a.symbol, a.currency, a.name, h.target_percent::DOUBLE
        FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets a USING (asset_id)
        WHERE strategy_id = ? ORDER BY c.asset_class, h.target_percent DESC, a.symbol, a.currency
        """,
        [strategy_id],
    ).fetchall()
    return Strategy(
        strategy_id,
        str(name),
        str(made_for),
        made_for != scope,
        frame(classes, ["asset_class", "target_percent"]),
        frame(within, ["asset_class", "asset_id", "symbol", "currency", "name", "target_percent"]),
        saved_by,
        saved_at,
        **vars(read_measures(connection, strategy_id)),
        active=active,
        archived=archived,
    )


def read_measures(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> Measures:
    """The bands and the trigger of a strategy."""
    bands = connection.execute(
        "SELECT asset_class, points, share_percent, widest, inclusive, of_class FROM bands WHERE strategy_id = ? "
        "ORDER BY asset_class",
        [strategy_id],
    ).fetchall()
    trigger = connection.execute(
        "SELECT on_drift, every_months FROM rebalancing_triggers WHERE strategy_id = ?", [strategy_id]
    ).fetchall()
    return as_measures(bands, Trigger(*trigger[0]) if trigger else DRIFT)


def as_measures(bands: Sequence[tuple[Any, ...]], trigger: Trigger) -> Measures:
    """Bands and trigger from rows of (class or None, points, percent of the target, widest, inclusive, of_class)."""
    by_class = {name: Band(_exact(points), _exact(share), *kind) for name, points, share, *kind in bands}
    return Measures(by_class.pop(None, FIVE_25), by_class, trigger)


def _exact(percent: Decimal | None) -> Fraction | None:
    return None if percent is None else Fraction(percent) / 100


def check_scope(scope: str, accounts: tuple[str, ...]) -> None:
    if scope != ALL and scope not in accounts:
        known = ", ".join(accounts) if accounts else "there are none yet"
        alike = [account for account in accounts if account.casefold() == scope.casefold()]
        known += f". Is it {alike[0]}?" if alike else "."
        raise UnknownName(f"There is no account {scope!r}. Use {ALL!r} for the whole portfolio, or an account: {known}")


def frame(rows: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    """Rows as a table: numbers as floats, everything else as it is."""
    cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
    typed = {
        column: np.array(values, dtype="float64") if column in NUMBERS else pd.Series(values, dtype="object")
        for column, values in zip(columns, cells, strict=True)
    }
    return pd.DataFrame(typed, columns=columns)


def _require_exact(rows: list[dict[str, Any]], base: str) -> None:
    if sum(abs(row["value"]) for row in rows) > largest_amount(base):
        raise StoreError(
            f"The values add up to more than {largest_amount(base):,.0f} {base}, which is more than can be calculated "
            "to the minor unit. Check the quantities, prices and FX rates."
        )


def require_prices_and_rates(rows: list[dict[str, Any]], base: str, at: datetime.date | None) -> None:
    """Raises where something can't be valued in the base currency; ``at``: the day it was to be valued at."""
    unpriced = sorted({row["symbol"] for row in rows if row["price"] is None})
    until = f" on or before {at}" if at else ""
    if unpriced:
        raise MissingPrice(
            f"There is no price for {', '.join(unpriced)}{until}. Load a holdings file that has its price or a "
            f"prices.csv, or write it down: allocation price {unpriced[0]} PRICE CURRENCY{f' --on {at}' if at else ''}."
        )
    without_rate = sorted({row["currency"] for row in rows if row["rate"] is None})
    if without_rate:
        raise MissingRate(
            f"There is no FX rate between {', '.join(without_rate)} and {base}{until}. Load an fx.csv with a row "
            f"{without_rate[0]},{base},RATE,{at or 'DATE'}: allocation import --fx fx.csv; or write it down: "
            f"allocation rate {without_rate[0]} {base} RATE{f' --on {at}' if at else ''}."
        )
