"""Saving targets, bands and triggers: each function is part of one write transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import duckdb

from allocation.bands import FIVE_25, Band, is_kept
from allocation.errors import AmountError, TargetsError, UnknownName
from allocation.measures import Measures
from allocation.percents import Percent, as_percent
from allocation.tables import called, symbol_and_currency
from allocation.targets import exact_percents
from allocation.triggers import Trigger

NOT_HELD_YET = " To plan for one that is not held yet, load a holdings row with quantity 0 and its price."
ByAsset = dict[str, dict[int, Decimal]]
"""Holding targets: class → ``asset_id`` → percent of the class."""

NOW = "make_timestamp(epoch_us(get_current_timestamp()))"


def set_base_currency(connection: duckdb.DuckDBPyConnection, currency: str) -> None:
    """Set it where none is set yet."""
    connection.execute(
        f"UPDATE portfolio SET base_currency = ?, updated_at = {NOW} WHERE base_currency IS NULL", [currency]
    )


def save_class_targets(connection: duckdb.DuckDBPyConnection, strategy_id: int, percents: Mapping[str, Decimal]) -> int:
    """Make these the strategy's class targets; a class no longer among them loses its holding targets and band, too.

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
    connection.execute(
        "DELETE FROM bands WHERE strategy_id = $id AND NOT list_contains($names::VARCHAR[], asset_class)",
        {"id": strategy_id, "names": list(percents)},
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


def class_spelling(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every class that an asset is in or that has a target, by its name in small letters."""
    known = connection.execute(
        "SELECT asset_class FROM assets WHERE asset_class IS NOT NULL "
        "UNION SELECT asset_class FROM asset_class_targets UNION SELECT asset_class FROM asset_class_weights"
    ).fetchall()
    return {str(name).casefold(): str(name) for (name,) in known}


def _check_spelling(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Refuses a class that differs from a known one in capitals only: it would count as another."""
    spelling = class_spelling(connection)
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
    if changed:
        connection.execute(
            "INSERT INTO holding_targets (class_target_id, asset_id, target_percent) "
            "SELECT $id, unnest($assets::INTEGER[]), unnest($percents::DECIMAL(7, 4)[]) "
            "ON CONFLICT (class_target_id, asset_id) "
            f"DO UPDATE SET target_percent = excluded.target_percent, updated_at = {NOW}",
            {"id": class_target_id, "assets": list(changed), "percents": list(changed.values())},
        )
    return len(gone) + len(changed)


def save_band(
    connection: duckdb.DuckDBPyConnection, strategy_id: int, asset_class: str | None, band: Band | None
) -> None:
    """Make this a strategy's band, or the band of one of its classes; None: back to 5/25, or to the strategy's."""
    where: dict[str, object] = {"id": strategy_id, "name": asset_class}
    if asset_class is not None and first(
        connection,
        "SELECT class_target_id FROM asset_class_targets WHERE strategy_id = $id AND asset_class = $name",
        where,
    ) is None:  # fmt: skip
        raise TargetsError(f"{asset_class} has no class target, so it can't have a band. Save the class targets first.")
    connection.execute("DELETE FROM bands WHERE strategy_id = $id AND asset_class IS NOT DISTINCT FROM $name", where)
    if band is not None and (asset_class is not None or band != FIVE_25):
        connection.execute(
            "INSERT INTO bands (strategy_id, asset_class, points, share_percent, widest, inclusive, of_class) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [strategy_id, asset_class, _percent(band.points), _percent(band.share), band.widest, band.inclusive,
             band.of_class],
        )  # fmt: skip


def _percent(part: Fraction | None) -> Decimal | None:
    if part is None:
        return None
    if not is_kept(part):
        raise AmountError(
            f"A band of {float(100 * part):g} % can't be kept. It needs to be above 0 and at most 100 %, with at most "
            "4 decimals."
        )
    return as_percent(part)


def save_trigger(connection: duckdb.DuckDBPyConnection, strategy_id: int, trigger: Trigger) -> None:
    """Make this what says when a rebalance of a strategy is due."""
    connection.execute(
        "INSERT INTO rebalancing_triggers (strategy_id, on_drift, every_months) VALUES (?, ?, ?) "
        "ON CONFLICT (strategy_id) DO UPDATE SET on_drift = excluded.on_drift, every_months = excluded.every_months, "
        f"updated_at = {NOW}",
        [strategy_id, trigger.on_drift, trigger.every_months],
    )


def save_measures(connection: duckdb.DuckDBPyConnection, strategy_id: int, before: Measures, after: Measures) -> None:
    """Make these a strategy's bands and trigger; what is the same as before isn't written again."""
    if after.band != before.band:
        save_band(connection, strategy_id, None, after.band)
    for name in dict.fromkeys([*before.class_bands, *after.class_bands]):
        band = after.class_bands.get(name)
        if band != before.class_bands.get(name):
            save_band(connection, strategy_id, name, band)
    if after.trigger != before.trigger:
        save_trigger(connection, strategy_id, after.trigger)


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


def by_asset(connection: duckdb.DuckDBPyConnection, holdings: Mapping[str, Mapping[str, Percent]]) -> ByAsset:
    """Holding targets by the number of each asset in place of its symbol.

    Raises:
        UnknownName: there is no such asset.
    """
    named = [(name, symbol) for name, percents in holdings.items() for symbol in percents]
    numbers = dict(zip(named, find_assets(connection, named), strict=True))
    return {
        name: {numbers[name, symbol]: percent for symbol, percent in exact_percents(percents).items()}
        for name, percents in holdings.items()
    }


def find_assets(connection: duckdb.DuckDBPyConnection, named: Sequence[tuple[str | None, str]]) -> list[int]:
    """The numbers of the assets that are to have targets: (class, symbol) of each, as :func:`find_asset` takes them."""
    rows = connection.execute("SELECT symbol, currency, asset_id FROM assets").fetchall()
    by_symbol: dict[str, list[int]] = {}
    for symbol, currency, number in rows:
        for name in {symbol, called(symbol, currency)}:
            by_symbol.setdefault(name, []).append(number)
    found = [by_symbol.get(symbol, []) for _, symbol in named]
    return [
        numbers[0]
        if len(numbers) == 1
        else find_asset(connection, *symbol_and_currency(symbol), asset_class, to_plan=True)
        for numbers, (asset_class, symbol) in zip(found, named, strict=True)
    ]


def set_saved(connection: duckdb.DuckDBPyConnection, strategy_id: int, by: str) -> None:
    """Note who saved a strategy's targets, bands or trigger, and when."""
    connection.execute(
        f"UPDATE rebalancing_strategies SET saved_by = ?, updated_at = {NOW} WHERE strategy_id = ?", [by, strategy_id]
    )


def first(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object] | dict[str, object]
) -> int | None:
    """The first cell of the first row, if there is one."""
    rows = connection.execute(query, parameters).fetchall()
    return rows[0][0] if rows else None
