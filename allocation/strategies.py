"""Targets and the strategies they belong to: several a scope, one of them active, every saved version readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import duckdb
import pandas as pd

from allocation.drift import side_by_side
from allocation.errors import TargetsError, UnknownName
from allocation.measures import Measures
from allocation.portfolio_file import PortfolioFile
from allocation.store import reading, saving, strategies, versions
from allocation.store.in_force import Against, InForce, check_against
from allocation.store.saving import ByAsset
from allocation.store.starting import Start, read_start
from allocation.store.versions import Version
from allocation.tables import ALL, Named, Strategy, Tables, Targets
from allocation.targets import (
    Percent,
    check_percents,
    check_targets,
    clean_class_names,
    exact_percents,
    require_unchanged,
)
from allocation.text import Day, as_day


class Strategies(PortfolioFile):
    """What a :class:`~allocation.Portfolio` knows of targets.

    A strategy is class and holding targets with a name, its bands and its trigger. A scope may have several; its
    active one is what drift and plans are measured against. An account without an active one uses the whole
    portfolio's.
    """

    def strategy(self, scope: str = ALL, name: Named | None = None) -> Strategy:
        """The targets that hold for a scope: its own, or the whole portfolio's where an account has none.

        Parameters:
            name: another strategy than the active one, of the scope or of the whole portfolio; as (scope, name) of
                another scope.
        """
        with self._database.read() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            return reading.read_strategy(connection, scope, name)

    def strategies(self, scope: str | None = None) -> pd.DataFrame:
        """The strategies of a scope, or of all; the active one first, archived ones last.

        Returns:
            One row a strategy: ``scope``, ``name``, ``active``, ``archived``, ``inherited`` (an account's row that is
            the whole portfolio's active strategy, because it has none), ``classes`` and ``holdings`` (how many have a
            target), ``saved_by``, ``saved_at`` (UTC; when its targets were saved last).
        """
        with self._database.read() as connection:
            if scope is not None:
                reading.check_scope(scope, reading.account_names(connection))
            return strategies.list_strategies(connection, scope)

    def _tables(
        self, scope: str, at: Day | None = None, strategy: Named | None = None, against: Against = "then"
    ) -> Tables:
        """Like :meth:`~allocation.Portfolio.tables`, but shared with later calls: not to be changed nor handed out."""
        day = None if at is None else as_day(at)
        check_against(against)

        def read(connection: duckdb.DuckDBPyConnection) -> Tables:
            reading.check_scope(scope, reading.account_names(connection))
            then = None if day is None or against == "today" else InForce(connection, scope, strategy).on(day)
            return reading.read_tables(connection, scope, day, strategy, then=then)

        return self._database.ask(f"tables of {scope} at {day} by {strategy!r} against {against}", read)

    def tables_under(self, targets: Targets, scope: str = ALL) -> Tables:
        """A scope as :meth:`~allocation.Portfolio.tables` has it, measured against targets that are not saved.

        Quick enough for every step of a slider: the file is read once, until it changes or another holding comes in.
        Bands and trigger are those that hold now.

        Raises:
            TargetsError: a level doesn't add up to 100.
            UnknownName: a symbol the portfolio doesn't have.
            MissingPrice, MissingRate: a holding to be bought has no price.
        """
        exact = check_targets(targets, _whose(scope))
        symbols = sorted({symbol for percents in exact.holdings.values() for symbol in percents})

        def read(connection: duckdb.DuckDBPyConnection) -> Tables:
            also = saving.find_assets(connection, [(None, symbol) for symbol in symbols])
            return reading.read_tables(connection, scope, also=also)

        tables = self._database.ask(f"tables of {scope} with {symbols}", read)
        return replace(tables, holdings=tables.holdings.copy(), assets=tables.assets.copy()).under(exact)

    def starting_targets(self, start: Start, scope: str = ALL, age: int | None = None) -> Targets:
        """Targets to start from; nothing is saved.

        Parameters:
            start: ``"blank"``; ``"present"``, the present allocation to the hundredth, without what is in no class; the
                name of a preset (:data:`allocation.PRESETS`); the name of a strategy, or (scope, name); the number of
                a version (:meth:`target_versions`); a targets.csv as :class:`~pathlib.Path` or DataFrame, of one scope;
                or targets: class → percent, or :class:`~allocation.Targets` for both levels.
            scope: whose present allocation, and whose strategies come first.
            age: in years, for presets that go by it.

        Raises:
            UnknownName: there is nothing of that name.
            TargetsError: they don't add up to 100, or there is no present allocation that could be targets.
            LoadError: something in the file is wrong.
        """
        with self._database.read() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            return read_start(connection, start, scope, age)[0]

    def new_strategy(
        self, name: str, scope: str = ALL, start: Start = "blank", activate: bool = False, age: int | None = None
    ) -> Strategy:
        """Make a strategy; it isn't active unless that is asked for.

        Its bands and trigger are those that the scope uses now, or those of the strategy or version it starts from.

        Parameters:
            name: a name that no other strategy of the scope has.
            start, age: as in :meth:`starting_targets`.
            activate: also make it the scope's active one; not a blank one.

        Raises:
            TargetsError: the name is taken, or the targets don't add up to 100.
            BrokenReference: a holding target stands in another class than its asset.
        """
        with self._database.write() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            targets, measures = read_start(connection, start, scope, age)
            new = strategies.add_strategy(connection, scope, name)
            within = saving.by_asset(connection, targets.holdings)
            self._save(connection, new, exact_percents(targets.classes), within, measures)
            if activate:
                _activate(connection, new)
            return reading.read_strategy(connection, scope, name)

    def copy_strategy(self, name: str, new_name: str, scope: str = ALL, to: str | None = None) -> Strategy:
        """Copy a strategy's targets, bands and trigger under a new name, inactive.

        Parameters:
            scope: whose strategy it is.
            to: the scope of the copy; by default the same.
        """
        return self.new_strategy(new_name, scope if to is None else to, (scope, name))

    def activate_strategy(self, name: str, scope: str = ALL) -> None:
        """Measure ``scope`` against its own strategy called ``name`` from now on.

        Raises:
            TargetsError: it has no targets yet, or is archived.
            UnknownName: there is no such scope or strategy.
        """
        with self._database.write() as connection:
            _activate(connection, _own(connection, scope, name))

    def deactivate_strategies(self, account: str) -> None:
        """Let an account use the whole portfolio's targets; its own strategies stay, inactive."""
        with self._database.write() as connection:
            reading.check_scope(account, reading.account_names(connection))
            strategies.deactivate(connection, account)

    def rename_strategy(self, name: str, new_name: str, scope: str = ALL) -> None:
        """Give the strategy ``name`` of ``scope`` another name, ``new_name``, that no other one of the scope has."""
        with self._database.write() as connection:
            strategies.rename_strategy(connection, _own(connection, scope, name), new_name)

    def archive_strategy(self, name: str, scope: str = ALL) -> None:
        """Put a strategy aside; an account whose active one it was uses the whole portfolio's from then on.

        Raises:
            TargetsError: it is the whole portfolio's active one.
        """
        with self._database.write() as connection:
            strategies.archive(connection, _own(connection, scope, name))

    def restore_strategy(self, name: str, scope: str = ALL) -> None:
        """Take a strategy back out of the archive, inactive.

        Raises:
            TargetsError: an asset with a target in it is in another class by now.
        """
        with self._database.write() as connection:
            strategies.restore(connection, _own(connection, scope, name))

    def save_targets(
        self,
        targets: Targets,
        scope: str = ALL,
        name: str | None = None,
        seen: Targets | None = None,
        measures: Measures | None = None,
        measures_seen: Measures | None = None,
    ) -> Strategy:
        """Make these the targets of a strategy, both levels at once: what isn't among them has no target any more.

        Bands and trigger can be saved in the same transaction: all of it is there afterwards, or nothing.

        Parameters:
            name: a strategy of the scope; by default its active one. An account without one gets one.
            seen: the targets this change was made from, to be refused if they are others by now.
            measures: its bands and its trigger; by default they stay, and a class that goes takes its band along.
            measures_seen: the bands and the trigger this change was made from, to be refused if they are others by now.

        Returns:
            The strategy as it is saved.

        Raises:
            TargetsError: a level doesn't add up to 100, a class without a target has a band, or the strategy is
                archived.
            ChangedMeanwhile: targets, bands or trigger are no longer those that were seen; ``saved`` and ``yours``
                have both levels in one, as :attr:`Targets.by_name`.
            UnknownName: a symbol or strategy there is not.
            BrokenReference: a holding target stands in another class than its asset.
        """
        exact = check_targets(targets, _whose(scope))
        with self._database.write() as connection:
            used = reading.read_strategy(connection, scope, name)
            now = used.targets.by_name
            require_unchanged(
                now, now if seen is None else seen.by_name, exact.by_name, f"The targets of {_whose(scope)}", used,
                measures_seen, measures,
            )  # fmt: skip
            strategy_id = strategies.own_strategy(connection, scope) if name is None else _own(connection, scope, name)
            within = saving.by_asset(connection, exact.holdings)
            self._save(connection, strategy_id, exact_percents(exact.classes), within, measures)
            return reading.read_strategy(connection, scope, name)

    def save_class_targets(
        self,
        targets: Mapping[str, Percent],
        scope: str = ALL,
        name: str | None = None,
        seen: Mapping[str, Percent] | None = None,
    ) -> None:
        """Make these the class targets of a scope's active strategy; a class left out loses its holding targets.

        An account that used the whole portfolio's targets until now keeps their holding targets in its classes.

        Parameters:
            targets: class → percent of the scope's value (0–100, at most four decimals), adding up to 100.
            scope: an account without a strategy of its own gets one.
            name: the strategy's name; by default it keeps its name, and a new one is called like its account.
            seen: the class targets this change was made from, to be refused if they are others by now.

        Raises:
            TargetsError: they don't add up to 100; says the sum and the difference.
            ChangedMeanwhile: the targets are no longer those of ``seen``.
        """
        what = f"The class targets of {_whose(scope)}"
        percents = check_percents(clean_class_names(targets), what)
        with self._database.write() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            used = reading.read_strategy(connection, scope)
            if seen is not None:
                require_unchanged(used.class_percents, seen, percents, what, used)
            within = {name: parts for name, parts in used.holding_percents_by_id.items() if name in percents}
            self._save(connection, strategies.own_strategy(connection, scope, name), percents, within)

    def save_holding_targets(
        self,
        asset_class: str,
        targets: Mapping[str, Percent],
        scope: str = ALL,
        seen: Mapping[str, Percent] | None = None,
    ) -> None:
        """Make these the holding targets of a class.

        Parameters:
            asset_class: a class of the scope's own active strategy.
            targets: symbol → percent of the class (0–100, at most four decimals), adding up to 100; empty removes
                them. CASH held in several currencies is written ``"CASH USD"``.
            seen: the holding targets this change was made from, to be refused if they are others by now.

        Raises:
            TargetsError: they don't add up to 100, or the class has no target.
            ChangedMeanwhile: the targets are no longer those of ``seen``.
            UnknownName: a symbol the portfolio doesn't have.
        """
        what = f"The holding targets of {asset_class}"
        percents = check_percents(targets, what) if targets else {}
        with self._database.write() as connection:
            strategy_id = strategies.own_strategy(connection, scope)
            used = reading.read_strategy(connection, scope)
            if seen is not None:
                require_unchanged(used.holding_percents(asset_class), seen, percents, what, used)
            classes = {} if used.inherited else used.class_percents
            within = used.holding_percents_by_id if classes else {}
            within |= saving.by_asset(connection, {asset_class: percents})
            self._save(connection, strategy_id, classes, within)

    def _save(
        self,
        connection: duckdb.DuckDBPyConnection,
        strategy_id: int,
        classes: Mapping[str, Decimal],
        within: ByAsset,
        measures: Measures | None = None,
    ) -> None:
        strategies.require_unarchived(connection, strategy_id)
        strategies.write_targets(connection, strategy_id, classes, within)
        if measures is not None:
            saving.save_measures(connection, strategy_id, reading.read_measures(connection, strategy_id), measures)
        saving.set_saved(connection, strategy_id, self._database.by)

    def target_versions(self, scope: str = ALL, name: str | None = None) -> pd.DataFrame:
        """Every saved version of a scope's strategies, oldest first: targets, bands and trigger.

        A version is history in the words of its day: it stays when its strategy is renamed or deleted, and when assets
        are renamed, merged or deleted.

        Parameters:
            name: only of this strategy, by what it is called now; one that is gone, by what it was called.

        Returns:
            One row a version: ``version`` (its number), ``scope``, ``strategy``, ``saved_by``, ``saved_at`` (UTC),
            ``classes`` and ``holdings`` (how many had a target), ``changes`` (what is different from the version before
            it of the same strategy: ``Bonds 30 → 25, Gold 0 → 5; Band 5 → 3 points``).
        """
        return self._database.ask(
            f"versions of {name} of {scope}",
            lambda connection: versions.listed(versions.read_versions(connection, scope, name)),
        ).copy()

    def targets_version(self, version: int) -> Version:
        """One version of some strategy, in the words of its day.

        ``measures`` is None where it was saved before bands and trigger were kept in versions.

        Raises:
            UnknownName: there is none of that number.
        """
        with self._database.read() as connection:
            return versions.read_version(connection, version)

    def restore_version(self, version: int) -> Strategy:
        """Save an earlier version of a strategy again, as its newest version: targets, bands and trigger.

        Of a version from before bands and trigger were kept, the targets; bands and trigger stay as they are. An asset
        that was renamed since is found; one that was merged or deleted is named and nothing is saved.

        Raises:
            UnknownName: there is no such version, or an asset in it is gone.
            TargetsError: the strategy is gone or archived; make a new one that starts from the version.
            BrokenReference: an asset in it is in another class by now.
        """
        with self._database.write() as connection:
            old = versions.read_version(connection, version)
            if not strategies.is_there(connection, old.strategy_id):
                raise TargetsError(
                    f"{old.strategy}, whose version {version} is, is no more. Make a new strategy that starts from it."
                )
            within = versions.assets_now(connection, old)
            self._save(connection, old.strategy_id, exact_percents(old.targets.classes), within, old.measures)
            scope, name = (part(connection, old.strategy_id) for part in (strategies.scope_of, strategies.name_of))
            return reading.read_strategy(connection, scope, name)

    def compare_strategies(self, a: Named, b: Named, scope: str = ALL) -> pd.DataFrame:
        """Two strategies side by side, and the drift of a scope under each.

        Parameters:
            a, b: names of strategies of the scope or of the whole portfolio; as (scope, name) of another scope.

        Returns:
            One row a class that either has a target for, or that is held, each followed by the holdings that either has
            a target for: ``asset_class``, ``holding`` (empty in a class's row), ``percent_a`` and ``percent_b`` (0–100;
            of the scope, or of the class; missing where there is no target), ``difference`` (b − a in points; no target
            counts as 0, but it is missing for holdings of a class in which one of the two has no holding targets),
            ``drift_a`` and ``drift_b`` (weight − target weight of the scope, 0–1; missing where there is no target).
        """
        return side_by_side(self._tables(scope, strategy=a), self._tables(scope, strategy=b))


def _own(connection: duckdb.DuckDBPyConnection, scope: str, name: str) -> int:
    """The number of a scope's own strategy of that name."""
    found = reading.find_strategy(connection, scope, name)
    if strategies.scope_of(connection, found) != scope:
        raise UnknownName(f"{scope} has no strategy {name!r} of its own; the whole portfolio has one of that name.")
    return found


def _activate(connection: duckdb.DuckDBPyConnection, strategy_id: int) -> None:
    strategies.require_unarchived(connection, strategy_id)
    if not strategies.has_targets(connection, strategy_id):
        name = strategies.name_of(connection, strategy_id)
        raise TargetsError(f"{name} has no targets yet, so nothing can be measured against it. Save its targets first.")
    strategies.activate(connection, strategy_id)


def _whose(scope: str) -> str:
    return "All Portfolio" if scope == ALL else scope
