"""Every version of a strategy's targets, kept as words with its date and who saved it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pandas as pd

from allocation.errors import UnknownName
from allocation.store.reading import account_names, check_scope, find_strategy
from allocation.store.saving import ByAsset, find_asset
from allocation.store.strategies import named_in
from allocation.tables import Targets, called, symbol_and_currency
from allocation.targets import changes, exact_percents

LISTED = ["version", "scope", "strategy", "saved_by", "saved_at", "classes", "holdings", "changes"]

PRESENT = """
present AS (
    SELECT strategy_id, asset_class, NULL AS asset_id, NULL AS symbol, NULL AS currency, target_percent
    FROM asset_class_targets
    UNION ALL
    SELECT c.strategy_id, c.asset_class, asset_id, symbol, currency, h.target_percent
    FROM holding_targets h JOIN asset_class_targets c USING (class_target_id) JOIN assets USING (asset_id)
)
"""

CHANGED = f"""
INSERT INTO target_versions (strategy_id, scope, strategy, saved_by, saved_at)
WITH {PRESENT}, newest AS (
    SELECT strategy_id, asset_class, asset_id, target_percent
    FROM (SELECT strategy_id, max(version_id) AS version_id FROM target_versions GROUP BY strategy_id)
    JOIN target_version_rows USING (version_id)
), differing AS (
    SELECT DISTINCT strategy_id FROM (
        (SELECT strategy_id, asset_class, asset_id, target_percent FROM present EXCEPT FROM newest)
        UNION ALL
        (FROM newest EXCEPT SELECT strategy_id, asset_class, asset_id, target_percent FROM present)
    )
)
SELECT strategy_id, coalesce(a.name, 'all'), s.name, $by, make_timestamp(epoch_us(get_current_timestamp()))
FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) SEMI JOIN differing USING (strategy_id)
ORDER BY strategy_id
RETURNING version_id
"""

ROWS = f"""
INSERT INTO target_version_rows
WITH {PRESENT}
SELECT version_id, row_number() OVER (PARTITION BY version_id ORDER BY asset_class, symbol NULLS FIRST, currency),
    asset_class, asset_id, symbol, currency, target_percent
FROM present JOIN target_versions USING (strategy_id)
WHERE list_contains($versions, version_id)
ORDER BY 1, 2
"""


def keep_versions(connection: duckdb.DuckDBPyConnection, by: str) -> None:
    """Keep what the targets are now, of each strategy whose targets are others than in its newest version."""
    versions = [version for (version,) in connection.execute(CHANGED, {"by": by}).fetchall()]
    if versions:
        connection.execute(ROWS, {"versions": versions})


@dataclass(frozen=True)
class Version:
    """What a strategy's targets were after a save, in the words of that day.

    Attributes:
        version: its number.
        strategy_id: the strategy's number, also where there is no such strategy any more.
        scope: ``all`` or the account.
        strategy: what the strategy was called.
        saved_by: who saved it; None where it isn't known.
        saved_at: when (UTC).
        targets: both levels, in percent; empty where the targets were taken out.
        assets: of each holding target, the number its asset had: (class, symbol as in ``targets``) → ``asset_id``.
    """

    version: int
    strategy_id: int
    scope: str
    strategy: str
    saved_by: str | None
    saved_at: datetime.datetime
    targets: Targets
    assets: Mapping[tuple[str, str], int]


def read_version(connection: duckdb.DuckDBPyConnection, number: int) -> Version:
    """One version.

    Raises:
        UnknownName: there is none of that number.
    """
    found = _read(connection, "version_id = $version", {"version": number})
    if not found:
        numbers = connection.execute("SELECT max(version_id) FROM target_versions").fetchall()[0][0]
        known = f"The newest is {numbers}" if numbers else "There are none yet"
        raise UnknownName(
            f"There is no version {number} of any targets. {known}; allocation strategies versions lists them."
        )
    return found[0]


def read_versions(connection: duckdb.DuckDBPyConnection, scope: str, strategy: str | None) -> list[Version]:
    """Every version of the strategies of a scope, oldest first.

    Parameters:
        strategy: only of this one, by what it is called now; one that is gone, by what it was called.

    Raises:
        UnknownName: there is no such scope or strategy, nor was there one.
    """
    named = None if strategy is None else named_in(connection, scope, strategy)
    found = _read(
        connection,
        "scope = $scope AND CASE WHEN $id IS NOT NULL THEN strategy_id = $id "
        "ELSE $name IS NULL OR lower(strategy) = lower($name) END",
        {"scope": scope, "id": named, "name": strategy},
    )
    if not found:
        find_strategy(connection, scope, (scope, strategy) if strategy is not None else None)
        check_scope(scope, account_names(connection))
    return found


def assets_now(connection: duckdb.DuckDBPyConnection, version: Version) -> ByAsset:
    """The holding targets of a version, by the number each asset has now.

    Raises:
        UnknownName: an asset is gone, and none is called as it was.
    """
    there = {number for (number,) in connection.execute("SELECT asset_id FROM assets").fetchall()}
    within: ByAsset = {}
    for name, percents in version.targets.holdings.items():
        for symbol, percent in exact_percents(percents).items():
            number = version.assets[name, symbol]
            if number not in there:
                number = find_asset(connection, *symbol_and_currency(symbol), name, to_plan=True)
            within.setdefault(name, {})[number] = percent
    return within


def now_called(connection: duckdb.DuckDBPyConnection, version: Version) -> Targets:
    """The targets of a version, with what its assets are called now."""
    names = {
        number: called(symbol, currency)
        for number, symbol, currency in connection.execute("SELECT asset_id, symbol, currency FROM assets").fetchall()
    }
    within = {
        name: {names[number]: percent for number, percent in percents.items()}
        for name, percents in assets_now(connection, version).items()
    }
    return Targets(version.targets.classes, within)


def listed(versions: Sequence[Version]) -> pd.DataFrame:
    """One row a version; see :meth:`allocation.Portfolio.target_versions`."""
    before: dict[int, Targets] = {}
    rows = []
    for version in versions:
        targets = version.targets
        was = before.get(version.strategy_id, Targets({}))
        rows.append(
            (version.version, version.scope, version.strategy, version.saved_by, version.saved_at,
             len(targets.classes), sum(map(len, targets.holdings.values())), changes(was.by_name, targets.by_name))
        )  # fmt: skip
        before[version.strategy_id] = targets
    return pd.DataFrame(rows, columns=LISTED)


def _read(connection: duckdb.DuckDBPyConnection, where: str, parameters: dict[str, object]) -> list[Version]:
    heads = connection.execute(
        "SELECT version_id, strategy_id, scope, strategy, saved_by, saved_at FROM target_versions "
        f"WHERE {where} ORDER BY version_id",
        parameters,
    ).fetchall()
    rows = connection.execute(
        "SELECT version_id, asset_class, asset_id, symbol, currency, target_percent FROM target_version_rows "
        "WHERE list_contains($versions::INTEGER[], version_id) "
        "ORDER BY version_id, symbol IS NOT NULL, target_percent DESC, line",
        {"versions": [head[0] for head in heads]},
    ).fetchall()
    classes: dict[int, dict[str, Decimal]] = {}
    within: dict[int, dict[str, dict[str, Decimal]]] = {}
    assets: dict[int, dict[tuple[str, str], int]] = {}
    for version, name, asset_id, symbol, currency, percent in rows:
        if symbol is None:
            classes.setdefault(version, {})[name] = percent
        else:
            within.setdefault(version, {}).setdefault(name, {})[called(symbol, currency)] = percent
            assets.setdefault(version, {})[name, called(symbol, currency)] = asset_id
    return [
        Version(number, strategy_id, scope, strategy, by, at, Targets(classes.get(number, {}), within.get(number, {})),
                assets.get(number, {}))
        for number, strategy_id, scope, strategy, by, at in heads
    ]  # fmt: skip
