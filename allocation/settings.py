"""What a person settles once: which classes each fund is in, how far weights may stray, when a rebalance is due."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import replace

import duckdb
import pandas as pd

from allocation.bands import Band, read_band
from allocation.drift import by_class
from allocation.errors import ClassesError, LoadError, TargetsError, UnknownName
from allocation.portfolio_file import PortfolioFile
from allocation.readers import read_classes
from allocation.readers.suggest import suggest_classes
from allocation.store import class_weights, plans, reading, saving
from allocation.tables import ALL, symbol_and_currency
from allocation.targets import HUNDRED, Percent
from allocation.text import Day, as_day
from allocation.triggers import Due, Trigger, due, read_trigger


class Settings(PortfolioFile):
    """What a :class:`~allocation.Portfolio` knows of its funds' classes, its bands and its triggers."""

    def asset_classes(self) -> pd.DataFrame:
        """Which classes each asset is in, and by how much.

        Returns:
            One row an asset and class, as ``load(classes=...)`` takes them: ``symbol``, ``currency``, ``asset_class``,
            ``weight_percent`` (0–100, adding up to 100 an asset; what is in no class is ``Unclassified``).
        """
        with self._database.read() as connection:
            return class_weights.read_classes(connection)

    def suggest_classes(self) -> pd.DataFrame:
        """A class for each asset that is in none, as far as its name or its broker says something; nothing is saved.

        Returns:
            See :func:`allocation.readers.suggest.suggest_classes`. To accept some, or all: ``load(classes=...)`` with
            these rows and ``weight_percent`` 100, or :meth:`accept_classes`.
        """
        with self._database.read() as connection:
            return suggest_classes(*class_weights.read_for_suggestions(connection))

    def accept_classes(self, symbols: Collection[str] | None = None) -> pd.DataFrame:
        """Put assets into the classes that :meth:`suggest_classes` has for them.

        Parameters:
            symbols: only of these assets; by default of all that have a suggestion.

        Returns:
            The suggestions that were accepted.

        Raises:
            UnknownName: there is no suggestion for a symbol. Nothing was saved.
        """
        with self._database.write() as connection:
            found = suggest_classes(*class_weights.read_for_suggestions(connection))
            without = [symbol for symbol in symbols or () if symbol not in set(found["symbol"])]
            if without:
                raise UnknownName(f"There is no suggestion for {without[0]}. Put it into a class with a classes.csv.")
            accepted = found if symbols is None else found[found["symbol"].isin(list(symbols))]
            for symbol, name in accepted[["symbol", "asset_class"]].itertuples(index=False, name=None):
                for asset_id in class_weights.unclassified(connection, symbol):
                    class_weights.save_classes(connection, asset_id, {name: HUNDRED})
        return accepted.reset_index(drop=True)

    def save_asset_classes(self, symbol: str, classes: Mapping[str, Percent]) -> None:
        """Say which classes an asset belongs to, such as 54 % US stocks, 36 % international stocks and 10 % bonds.

        Its value counts in each of them, in drift, plans and limits. It has no target of its own.

        Parameters:
            symbol: the asset; CASH, which can be in one class only, is written ``"CASH USD"``.
            classes: class → percent of the asset (above 0, at most 100, at most four decimals). What is left of 100 is
                unclassified. One class with 100 is simply the asset's class. Empty: back to the one class that its
                holdings say, or to none.

        Raises:
            ClassesError: the percents are out of range or add up to more than 100; a class that nothing else in the
                portfolio names; cash in parts; an asset with a holding target. Nothing was saved.
            UnknownName: there is no such asset.
        """
        self.save_asset_classes_many({symbol: classes})

    def save_asset_classes_many(self, classes: Mapping[str, str | Mapping[str, Percent]]) -> None:
        """Say which classes several assets belong to, all at once or none.

        Parameters:
            classes: symbol → its class, or its classes by percent as in :meth:`save_asset_classes`. A class that only
                another of these assets is in is known, too.

        Raises:
            ClassesError, UnknownName: as in :meth:`save_asset_classes`. Nothing was saved.
        """
        with self._database.write() as connection:
            try:
                for symbol in (symbol for symbol, given in classes.items() if not given):
                    number = saving.find_asset(connection, *symbol_and_currency(symbol))
                    class_weights.save_classes(connection, number, {})
                tables = [_read_one(connection, symbol, given) for symbol, given in classes.items() if given]
                rows = pd.concat(tables) if tables else pd.DataFrame()
                class_weights.check_classes(connection, class_weights.write_classes(connection, rows))
            except LoadError as error:
                # A mapping has no rows that a person could look up.
                said = " ".join(str(replace(problem, row=0)) for problem in error.problems)
                raise ClassesError(f"Nothing was saved. {said}") from None

    def unclassified(self) -> pd.DataFrame:
        """The assets that are in no class, or not wholly.

        Returns:
            One row an asset: ``symbol`` (cash is called ``CASH EUR``), ``name``, ``percent`` (how much of it is in no
            class, 0–100).
        """
        with self._database.read() as connection:
            return class_weights.read_unclassified(connection)

    def save_band(
        self, band: Band | str | None, scope: str = ALL, asset_class: str | None = None, strategy: str | None = None
    ) -> None:
        """Say how far weights may stray from their targets before they count as over or under.

        Parameters:
            band: in words that :func:`allocation.read_band` reads, such as ``"5 points or 25 %"``, or a
                :class:`~allocation.Band`. None: back to 5/25, and for a class to its strategy's.
            scope: ``"all"``, or an account with targets of its own.
            asset_class: the band is for this class and its holdings; by default for every class without one of its own.
            strategy: the name of another strategy of the scope than its active one.

        Raises:
            AmountError: the band can't be read.
            TargetsError: the account has no targets of its own, or the class has none.
        """
        exact = read_band(band) if isinstance(band, str) else band
        with self._database.write() as connection:
            number = _strategy(connection, scope, "bands", strategy)
            saving.save_band(connection, number, asset_class, exact)
            saving.set_saved(connection, number, self._database.by)

    def save_trigger(self, trigger: Trigger | str, scope: str = ALL, strategy: str | None = None) -> None:
        """Say when a rebalance is due; :meth:`due` answers whether it is.

        Parameters:
            trigger: ``"drift"``, ``"every 6 months"`` or ``"every 6 months and drift"``, or a
                :class:`~allocation.triggers.Trigger`.
            scope: ``"all"``, or an account with targets of its own.
            strategy: the name of another strategy of the scope than its active one.

        Raises:
            AmountError: the trigger can't be read.
            TargetsError: the account has no targets of its own.
        """
        exact = read_trigger(trigger) if isinstance(trigger, str) else trigger
        with self._database.write() as connection:
            number = _strategy(connection, scope, "trigger", strategy)
            saving.save_trigger(connection, number, exact)
            saving.set_saved(connection, number, self._database.by)

    def due(self, scope: str = ALL, last_executed: Day | None = None) -> Due:
        """Whether a rebalance of a scope is due, by its trigger.

        Parameters:
            last_executed: when a rebalance was executed last; by default, the last one that is known
                (:meth:`~allocation.Portfolio.execute_plan`). For an account, one of the whole portfolio counts, too.

        Returns:
            ``is_due``, ``why`` (in words) and ``next_date``; ``str()`` gives them as sentences.
        """
        with self._database.read() as connection:
            tables = reading.read_tables(connection, scope)
            known = plans.last_rebalance(connection, scope)
        drift = by_class(tables)
        statuses = dict(zip(drift["asset_class"], drift["status"], strict=True))
        last = known if last_executed is None else as_day(last_executed)
        return due(tables.strategy.trigger, statuses, last, datetime.date.today())


def _read_one(connection: duckdb.DuckDBPyConnection, symbol: str, given: str | Mapping[str, Percent]) -> pd.DataFrame:
    """The rows of one asset."""
    name, currency = symbol_and_currency(symbol)
    saving.find_asset(connection, name, currency)
    parts: Mapping[str, Percent] = {given: 100} if isinstance(given, str) else given
    frame = pd.DataFrame(list(parts.items()), columns=["asset_class", "weight_percent"], dtype=object)
    rows, problems = read_classes(frame.assign(symbol=name, currency=currency), symbol)
    if problems:
        raise LoadError(problems)
    return rows


def _strategy(connection: duckdb.DuckDBPyConnection, scope: str, what: str, named: str | None) -> int:
    """The number of a scope's own strategy; refuses an account that uses the whole portfolio's."""
    reading.check_scope(scope, reading.account_names(connection))
    strategy = reading.read_strategy(connection, scope, named)
    if strategy.inherited:
        raise TargetsError(
            f"{scope} has no targets of its own, so it uses the {what} of the whole portfolio. Save targets for it "
            f"first, or set the {what} of {ALL!r}."
        )
    assert strategy.strategy_id is not None
    return strategy.strategy_id
