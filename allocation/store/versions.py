"""Every version of a strategy: targets, bands and trigger, kept as words with its date and who saved it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pandas as pd

from allocation.errors import UnknownName
from allocation.measures import Measures
from allocation.measures import changes as measures_changes
from allocation.store.reading import account_names, as_measures, check_scope, find_strategy
from allocation.store.saving import ByAsset, find_asset
from allocation.store.strategies import named_in
from allocation.tables import Targets, called, symbol_and_currency
from allocation.targets import changes, exact_percents
from allocation.triggers import Trigger

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

BAND = "asset_class, points, share_percent, widest, inclusive, of_class"

# A strategy without targets has no versions until it has some.
CHANGED = f"""
INSERT INTO target_versions (strategy_id, scope, strategy, saved_by, saved_at, on_drift, every_months)
WITH {PRESENT}, newest AS (
    SELECT v.strategy_id, version_id, on_drift, every_months
    FROM (SELECT max(version_id) AS version_id FROM target_versions GROUP BY strategy_id)
    JOIN target_versions v USING (version_id)
), triggers AS (
    SELECT strategy_id, coalesce(on_drift, true) AS on_drift, every_months
    FROM rebalancing_strategies LEFT JOIN rebalancing_triggers USING (strategy_id)
), now AS (
    SELECT strategy_id, asset_class, asset_id, target_percent FROM present
), earlier AS (
    SELECT strategy_id, asset_class, asset_id, target_percent FROM newest JOIN target_version_rows USING (version_id)
), bands_now AS (
    SELECT strategy_id, {BAND} FROM bands SEMI JOIN newest USING (strategy_id)
), bands_earlier AS (
    SELECT strategy_id, {BAND} FROM newest JOIN target_version_bands USING (version_id)
), differing AS (
    SELECT strategy_id FROM (FROM now EXCEPT FROM earlier)
    UNION SELECT strategy_id FROM (FROM earlier EXCEPT FROM now)
    UNION SELECT strategy_id FROM (FROM bands_now EXCEPT FROM bands_earlier)
    UNION SELECT strategy_id FROM (FROM bands_earlier EXCEPT FROM bands_now)
    UNION SELECT strategy_id FROM newest JOIN triggers t USING (strategy_id)
        WHERE newest.on_drift IS DISTINCT FROM t.on_drift OR newest.every_months IS DISTINCT FROM t.every_months
)
SELECT strategy_id, coalesce(a.name, 'all'), s.name, $by, make_timestamp(epoch_us(get_current_timestamp())),
    on_drift, triggers.every_months
FROM rebalancing_strategies s LEFT JOIN accounts a USING (account_id) SEMI JOIN differing USING (strategy_id)
JOIN triggers USING (strategy_id)
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


BANDS = f"""
INSERT INTO target_version_bands
SELECT version_id, {BAND} FROM bands JOIN target_versions USING (strategy_id)
WHERE list_contains($versions, version_id) ORDER BY version_id, asset_class
"""

# Of each scope, its own active strategy if that is another than the one noted last.
ACTIVATED = """
INSERT INTO activations (account_id, strategy_id)
WITH noted AS (
    FROM activations WHERE activation_id IN (SELECT max(activation_id) FROM activations GROUP BY account_id)
), active AS (
    SELECT account_id, strategy_id FROM rebalancing_strategies WHERE active
)
SELECT coalesce(active.account_id, noted.account_id), active.strategy_id
FROM active FULL JOIN noted ON active.account_id IS NOT DISTINCT FROM noted.account_id
WHERE active.strategy_id IS DISTINCT FROM noted.strategy_id
ORDER BY ALL
"""


def keep_versions(connection: duckdb.DuckDBPyConnection, by: str) -> None:
    """Keep what each strategy is now whose targets, bands or trigger are others than in its newest version.

    Which strategy of each scope is active is noted, too, where it is another than before.
    """
    versions = [version for (version,) in connection.execute(CHANGED, {"by": by}).fetchall()]
    if versions:
        connection.execute(ROWS, {"versions": versions})
        connection.execute(BANDS, {"versions": versions})
    connection.execute(ACTIVATED)


@dataclass(frozen=True)
class Version:
    """What a strategy was after a save, in the words of that day.

    Attributes:
        version: its number.
        strategy_id: the strategy's number, also where there is no such strategy any more.
        scope: ``all`` or the account.
        strategy: what the strategy was called.
        saved_by: who saved it; None where it isn't known.
        saved_at: when (UTC).
        targets: both levels, in percent; empty where the targets were taken out.
        assets: of each holding target, the number its asset had: (class, symbol as in ``targets``) → ``asset_id``.
        measures: its bands and its trigger; None where it was saved before they were kept, so that they aren't known.
    """

    version: int
    strategy_id: int
    scope: str
    strategy: str
    saved_by: str | None
    saved_at: datetime.datetime
    targets: Targets
    assets: Mapping[tuple[str, str], int]
    measures: Measures | None = None


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


def read_numbered(connection: duckdb.DuckDBPyConnection, numbers: Collection[int]) -> dict[int, Version]:
    """The versions of these numbers, as far as there are any, in one reading."""
    found = _read(connection, "list_contains($numbers::INTEGER[], version_id)", {"numbers": list(numbers)})
    return {version.version: version for version in found}


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
    before: dict[int, Version] = {}
    rows = []
    for version in versions:
        targets = version.targets
        rows.append(
            (version.version, version.scope, version.strategy, version.saved_by, version.saved_at,
             len(targets.classes), sum(map(len, targets.holdings.values())),
             _changes(before.get(version.strategy_id), version))
        )  # fmt: skip
        before[version.strategy_id] = version
    table = pd.DataFrame(rows, columns=LISTED)
    # None stays None: among names pandas would make it NaN.
    table["saved_by"] = pd.Series([version.saved_by for version in versions], dtype=object)
    return table


def _changes(before: Version | None, after: Version) -> str:
    """What a version changed of the one before it; of the first, what it has. A class that went took its band along."""
    targets = before.targets if before else Targets({})
    measures = before.measures if before else Measures()
    said = [changes(targets.by_name, after.targets.by_name)]
    if measures is not None and after.measures is not None:
        said += measures_changes(measures.among(after.targets.classes), after.measures)
    return "; ".join(text for text in said if text)


def _read(connection: duckdb.DuckDBPyConnection, where: str, parameters: dict[str, object]) -> list[Version]:
    heads = connection.execute(
        "SELECT version_id, strategy_id, scope, strategy, saved_by, saved_at, on_drift, every_months "
        f"FROM target_versions WHERE {where} ORDER BY version_id",
        parameters,
    ).fetchall()
    numbers = {"versions": [head[0] for head in heads]}
    rows = connection.execute(
        "SELECT version_id, asset_class, asset_id, symbol, currency, target_percent FROM target_version_rows "
        "WHERE list_contains($versions::INTEGER[], version_id) "
        "ORDER BY version_id, symbol IS NOT NULL, target_percent DESC, line",
        numbers,
    ).fetchall()
    bands: dict[int, list[tuple[object, ...]]] = {}
    for version, *band in connection.execute(
        f"SELECT version_id, {BAND} FROM target_version_bands WHERE list_contains($versions::INTEGER[], version_id) "
        "ORDER BY version_id, asset_class",
        numbers,
    ).fetchall():
        bands.setdefault(version, []).append(tuple(band))
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
                assets.get(number, {}),
                None if on_drift is None else as_measures(bands.get(number, []), Trigger(on_drift, every_months)))
        for number, strategy_id, scope, strategy, by, at, on_drift, every_months in heads
    ]  # fmt: skip
