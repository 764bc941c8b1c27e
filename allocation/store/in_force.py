"""Which targets a scope had on an earlier day: of the strategy that was active then, the version saved last."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

import duckdb
import pandas as pd

from allocation.errors import UnknownName
from allocation.measures import Measures
from allocation.percents import Percent
from allocation.store.reading import find_strategy, frame, read_measures, read_spans, read_strategy
from allocation.store.strategies import is_there
from allocation.store.versions import Version, read_numbered
from allocation.tables import ALL, Named, Strategy

Against = Literal["then", "today"]
"""What an earlier day is measured against: the targets in force on it, or those of today."""

Moments = list[tuple[datetime.date, int | None]]
"""Days with what holds from then on, oldest first; several of one day: the last one counts."""

ASSETS = "SELECT asset_id, symbol, currency, name, asset_class FROM assets"


class Found(NamedTuple):
    """What held on a day: a strategy, the version of it and when that was saved.

    ``is_later``: the version was saved only after the day; ``is_assumed``: it isn't known that the strategy was active.
    """

    strategy_id: int
    version: int | None
    saved: datetime.date
    is_later: bool
    is_assumed: bool = False


class InForce:
    """The strategies of a scope, as they were: read once, and asked about any number of days.

    A day counts as a whole: what was saved on it holds on it. Before the first day that is known of, what held on that
    day stands in. Times are those of the clock here.

    Parameters:
        scope: ``all`` or an account.
        named: a strategy to look at instead of the active one; see :func:`allocation.store.reading.find_strategy`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, scope: str, named: Named | None = None) -> None:
        self._connection, self._scope = connection, scope
        self._named = None if named is None else find_strategy(connection, scope, named)
        self._active = {name: _activations(connection, name) for name in (ALL, scope)}
        self._versions: dict[int, Moments] = {}
        self._with_targets: set[int] = set()
        self._assets: dict[int, Any] | None = None

    def on(self, day: datetime.date) -> Strategy:
        """The strategy that held on a day; its ``in_force`` says which one that is, and what is not known of it."""
        return self.on_each([day])[day]

    def on_each(self, days: Collection[datetime.date]) -> dict[datetime.date, Strategy]:
        """The strategy that held on each of several days, all in one reading."""
        found = {day: self._found(day) for day in days}
        numbers = {each.version for each in found.values() if each.version is not None}
        versions = read_numbered(self._connection, numbers)
        made = {
            each: read_strategy(self._connection, self._scope, self._named_now(each.strategy_id))
            if each.version is None
            else self._as_saved(versions[each.version], each)
            for each in set(found.values())
        }
        return {day: made[each] for day, each in found.items()}

    def _found(self, day: datetime.date) -> Found:
        candidates = [self._named] if self._named is not None else [self._active_on(name, day) for name in self._scopes]
        for strategy_id in candidates:
            if strategy_id is not None:
                saved, version = _holding(self._versions_of(strategy_id), day)
                if version in self._with_targets:
                    return self._noted(Found(strategy_id, version, saved, saved > day), day)
        last = next(number for number in reversed(candidates) if number is not None)
        saved, version = _holding(self._versions_of(last), day)
        return self._noted(Found(last, version, saved, saved > day), day)

    def _noted(self, found: Found, day: datetime.date) -> Found:
        """The same, with whether it is only taken for granted that the strategy was active."""
        assumed = self._named is None and not found.is_later and day < self._active[ALL][0][0] and self._are_several
        return found._replace(is_assumed=assumed)

    @cached_property
    def _are_several(self) -> bool:
        """Whether the scope could have been measured against more than one strategy."""
        rows = self._connection.execute(
            "SELECT count(DISTINCT strategy_id) FROM target_versions WHERE list_contains($scopes, scope)",
            {"scopes": self._scopes},
        ).fetchall()
        return int(rows[0][0]) > 1

    @property
    def _scopes(self) -> list[str]:
        return list(dict.fromkeys([self._scope, ALL]))

    def _active_on(self, scope: str, day: datetime.date) -> int | None:
        """The scope's own active strategy; nothing is known of days before the first note of the whole portfolio's."""
        known_from = self._active[ALL][0][0]
        own = [moment for moment in self._active[scope] if moment[0] <= max(day, known_from)]
        return own[-1][1] if own else None

    def _versions_of(self, strategy_id: int) -> Moments:
        if strategy_id not in self._versions:
            rows = self._connection.execute(
                "SELECT saved_at, version_id, version_id IN (SELECT version_id FROM target_version_rows) "
                "FROM target_versions WHERE strategy_id = ? ORDER BY version_id",
                [strategy_id],
            ).fetchall()
            # By day, should the clock have been put back in between.
            self._versions[strategy_id] = sorted(
                ((here(at), number) for at, number, _ in rows), key=lambda moment: moment[0]
            )
            self._with_targets |= {number for _, number, has_targets in rows if has_targets}
        return self._versions[strategy_id]

    def _named_now(self, strategy_id: int) -> Named | None:
        """What a strategy that is there is called now, to be found again; None: the one that holds."""
        rows = self._connection.execute(
            "SELECT coalesce(a.name, 'all'), s.name FROM rebalancing_strategies s LEFT JOIN accounts a "
            "USING (account_id) WHERE strategy_id = ?",
            [strategy_id],
        ).fetchall()
        return (str(rows[0][0]), str(rows[0][1])) if rows else None

    def _as_saved(self, version: Version, found: Found) -> Strategy:
        strategy_id, number, saved = version.strategy_id, version.version, found.saved
        said = f"Measured against the targets of {version.strategy} as saved on {saved} (version {number})."
        if found.is_later:
            said = (
                f"Measured against the earliest targets of {version.strategy} that are known, saved on {saved} "
                f"(version {number})."
            )
        assumed_before = self._active[ALL][0][0] if found.is_assumed else None
        if assumed_before is not None:
            said += f" Whether that strategy was the active one is only known since {assumed_before}."
        newest = max(other for _, other in self._versions_of(strategy_id) if other is not None)
        if number == newest and (name := self._named_now(strategy_id)):
            now = read_strategy(self._connection, self._scope, name)
            archived = now.archived and self._named is not None
            return replace(now, archived=archived, targets_of=saved, assumed_before=assumed_before, in_force=said)
        measures, instead = version.measures, ""
        if measures is None:
            is_kept = is_there(self._connection, strategy_id)
            measures = read_measures(self._connection, strategy_id) if is_kept else Measures()
            measures = measures.among(version.targets.classes)
            instead = "those of today" if is_kept else "5/25"
            said += f" Its bands weren't kept then: {instead} stand in."
        holdings, left_out = self._holding_targets(version)
        return Strategy(
            strategy_id,
            version.strategy,
            version.scope,
            version.scope != self._scope,
            frame(sorted(version.targets.classes.items(), key=_largest_first), ["asset_class", "target_percent"]),
            holdings,
            version.saved_by,
            version.saved_at,
            **vars(measures),
            targets_of=saved,
            assumed_before=assumed_before,
            bands_instead=instead,
            in_force=f"{said}{left_out}",
        )

    def _holding_targets(self, version: Version) -> tuple[pd.DataFrame, str]:
        """The targets inside classes, and which are left out because an asset is gone or elsewhere now."""
        if self._assets is None:
            spans = read_spans(self._connection)
            known = self._connection.execute(ASSETS).fetchall()
            self._assets = {row[0]: row for row in known if row[0] not in spans}
        rows: list[tuple[Any, ...]] = []
        left_out = ""
        for asset_class, percents in version.targets.holdings.items():
            inside = [
                (self._assets.get(version.assets[asset_class, symbol]), symbol, percent)
                for symbol, percent in percents.items()
            ]
            gone = [symbol for asset, symbol, _ in inside if asset is None or asset[4] != asset_class]
            if gone:
                left_out += (
                    f" The targets inside {asset_class} are left out, because {' and '.join(gone)} "
                    f"{'is' if len(gone) == 1 else 'are'} not in that class alone any more."
                )
                continue
            rows += [(asset_class, *asset[:4], percent) for asset, _, percent in inside if asset is not None]
        columns = ["asset_class", "asset_id", "symbol", "currency", "name", "target_percent"]
        return frame(sorted(rows, key=lambda row: (row[0], -row[-1], row[2], row[3])), columns), left_out


def check_against(against: str) -> None:
    """Refuses anything but the two ways of measuring an earlier day."""
    if against not in get_args(Against):
        raise UnknownName(
            f"An earlier day is measured against the targets of 'then' or of 'today', not of {against!r}."
        )


def here(moment: datetime.datetime) -> datetime.date:
    """The day of a moment of the store (UTC), by the clock here."""
    return moment.replace(tzinfo=datetime.UTC).astimezone().date()


def _activations(connection: duckdb.DuckDBPyConnection, scope: str) -> Moments:
    rows = connection.execute(
        "SELECT since, strategy_id FROM activations LEFT JOIN accounts a USING (account_id) "
        "WHERE CASE WHEN $scope = $all THEN account_id IS NULL ELSE a.name = $scope END ORDER BY activation_id",
        {"scope": scope, "all": ALL},
    ).fetchall()
    return [(here(since), strategy_id) for since, strategy_id in rows]


def _holding(moments: Moments, day: datetime.date) -> tuple[datetime.date, int | None]:
    """What holds on a day and since when; what held at the end of the first day stands in for the days before it."""
    if not moments:
        return datetime.date.max, None
    until = max(day, moments[0][0])
    return moments[bisect_right(moments, until, key=lambda moment: moment[0]) - 1]


def _largest_first(row: tuple[str, Percent]) -> tuple[float, str]:
    return -float(row[1]), row[0]
