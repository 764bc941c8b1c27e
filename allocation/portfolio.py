"""The front door: a portfolio file, what can be asked of it and what can be done to it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import pandas as pd

from allocation import drift as drifts
from allocation import planner
from allocation.errors import UnknownName
from allocation.loads import Loads
from allocation.money import Amount, PerAccount
from allocation.planner import Limits, Plan
from allocation.planner.limits import NO_LIMITS
from allocation.plans import Plans
from allocation.settings import Settings
from allocation.store import reading, saving, strategies
from allocation.summary import Summary, summarise
from allocation.tables import ALL, Strategy, Tables, as_percent, symbol_and_currency
from allocation.targets import Percent, check_percents, clean_class_names, require_unchanged
from allocation.text import Day, as_day
from allocation.tidying import Tidying


class Portfolio(Loads, Plans, Settings, Tidying):
    """A portfolio file. Get one with :func:`allocation.open`.

    A *scope* is ``"all"`` or the name of an account. Every method opens the file, does its work and closes it, so
    any number of notebooks and windows can use one portfolio at once.
    """

    def __repr__(self) -> str:
        return f"allocation.open({str(self.path)!r})"

    def tables(self, scope: str = ALL, at: Day | None = None) -> Tables:
        """Everything about a scope in one reading, valued at its latest prices or at those of an earlier date.

        Parameters:
            at: a date, or its text (``"2025-03-31"``): what was held then by the latest snapshot up to that day, at the
                latest prices and rates up to that day, against today's targets and classes. An account counts from
                its first snapshot on.

        Raises:
            UnknownName: there is no such account, or nothing is known of it at that date.
            MissingPrice, MissingRate: something in the scope can't be valued.
            StoreError: the file can't be used, or the portfolio is empty.
        """
        tables = self._tables(scope, at)
        own = replace(
            tables.strategy,
            class_targets=tables.strategy.class_targets.copy(),
            holding_targets=tables.strategy.holding_targets.copy(),
        )
        return replace(tables, holdings=tables.holdings.copy(), assets=tables.assets.copy(), strategy=own)

    def _tables(self, scope: str, at: Day | None = None) -> Tables:
        """Like :meth:`tables`, but shared with later calls: not to be changed, nor handed out."""
        day = None if at is None else as_day(at)
        return self._database.ask(
            f"tables of {scope} at {day}", lambda connection: reading.read_tables(connection, scope, day)
        )

    def accounts(self) -> tuple[str, ...]:
        """Names of all accounts, sorted."""
        with self._database.read() as connection:
            return reading.account_names(connection)

    def snapshots(self, scope: str = ALL) -> pd.DataFrame:
        """The dates a scope is known at, oldest first.

        Returns:
            One row an account and date: ``account``, ``as_of``, ``holdings`` (how many were held), ``loaded_at`` (UTC).
        """
        with self._database.read() as connection:
            return reading.read_snapshots(connection, scope)

    def holdings(self, scope: str = ALL, at: Day | None = None) -> pd.DataFrame:
        """What is held, or was held at an earlier date (see :meth:`tables`).

        Returns:
            One row an account and asset: ``account``, ``account_type``, ``symbol``, ``name``, ``asset_class``
            (``Unclassified`` where there is none), ``quantity``, ``price`` (in ``currency``), ``currency``,
            ``price_as_of``, ``rate`` (base currency per unit of ``currency``), ``value`` (base currency), ``weight``
            (0–1 of the scope; missing where the scope is worth nothing), ``cost_basis`` (in ``currency``, missing where
            unknown).
        """
        held = self._tables(scope, at).holdings
        total = held["value"].sum()
        columns = ["account", "account_type", "symbol", "name", "asset_class", "quantity", "price", "currency",
                   "price_as_of", "rate", "value", "weight", "cost_basis"]  # fmt: skip
        return held.assign(weight=held["value"] / total if total > 0 else float("nan"))[columns]

    def drift(self, scope: str = ALL, by: Literal["class", "holding"] = "class", at: Day | None = None) -> pd.DataFrame:
        """Value, weight, target and drift of each asset class, or of each holding, and its status against its band.

        Parameters:
            at: an earlier date (see :meth:`tables`).

        Returns:
            See :func:`allocation.drift.by_class` and :func:`allocation.drift.by_holding`.
        """
        if by not in ("class", "holding"):
            raise UnknownName(f"Drift is calculated by 'class' or by 'holding', not by {by!r}.")
        table = drifts.by_class if by == "class" else drifts.by_holding
        return table(self._tables(scope, at))

    def portfolio_drift(self, scope: str = ALL, at: Day | None = None) -> float:
        """How far the scope is, or was, from its targets as a whole: Σ|weight − target| / 2, 0–1."""
        return drifts.portfolio_drift(self._tables(scope, at))

    def summary(self, scope: str = ALL, at: Day | None = None) -> Summary:
        """The scope at a glance, now or at an earlier date."""
        return summarise(self._tables(scope, at), datetime.date.today() if at is None else as_day(at))

    def strategy(self, scope: str = ALL) -> Strategy:
        """The targets that hold for a scope: its own, or the whole portfolio's where an account has none."""
        with self._database.read() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            return reading.read_strategy(connection, scope)

    def save_class_targets(
        self,
        targets: Mapping[str, Percent],
        scope: str = ALL,
        name: str | None = None,
        seen: Mapping[str, Percent] | None = None,
    ) -> None:
        """Make these the class targets of a scope's own strategy; a class left out loses its holding targets too.

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
        what = f"The class targets of {'All Portfolio' if scope == ALL else scope}"
        percents = check_percents(clean_class_names(targets), what)
        with self._database.write() as connection:
            reading.check_scope(scope, reading.account_names(connection))
            used = reading.read_strategy(connection, scope)
            if seen is not None:
                require_unchanged(used.class_percents, seen, percents, what, used)
            strategy_id = strategies.own_strategy(connection, scope, name)
            saving.save_class_targets(connection, strategy_id, percents)
            saving.set_saved(connection, strategy_id, self._database.by)
            for asset_class, within in used.holding_weights.items() if used.inherited else ():
                if asset_class in percents:
                    kept = {asset_id: as_percent(weight) for asset_id, weight in within.items()}
                    saving.save_holding_targets(connection, strategy_id, asset_class, kept)

    def save_holding_targets(
        self,
        asset_class: str,
        targets: Mapping[str, Percent],
        scope: str = ALL,
        seen: Mapping[str, Percent] | None = None,
    ) -> None:
        """Make these the holding targets of a class.

        Parameters:
            asset_class: a class of the scope's own strategy.
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
            if seen is not None:
                used = reading.read_strategy(connection, scope)
                require_unchanged(used.holding_percents(asset_class), seen, percents, what, used)
            by_asset = {
                saving.find_asset(connection, *symbol_and_currency(symbol), asset_class, to_plan=True): percent
                for symbol, percent in percents.items()
            }
            saving.save_holding_targets(connection, strategy_id, asset_class, by_asset)
            saving.set_saved(connection, strategy_id, self._database.by)

    def plan_deposit(
        self,
        amount: PerAccount,
        scope: str = ALL,
        rule: str = "lazy",
        limits: Limits = NO_LIMITS,
        use_cash: PerAccount | str = 0,
    ) -> Plan:
        """What a deposit would buy. See :func:`allocation.planner.plan_deposit`."""
        return planner.plan_deposit(self._tables(scope), amount, rule, datetime.date.today(), limits, use_cash)

    def plan_withdrawal(
        self, amount: PerAccount, scope: str = ALL, rule: str = "lazy", limits: Limits = NO_LIMITS
    ) -> Plan:
        """What a withdrawal would sell. See :func:`allocation.planner.plan_withdrawal`."""
        return planner.plan_withdrawal(self._tables(scope), amount, rule, datetime.date.today(), limits)

    def plan_rebalance(
        self,
        scope: str = ALL,
        goal: str = "target",
        only_outside: bool = False,
        deposit: PerAccount = 0,
        withdrawal: PerAccount = 0,
        limits: Limits = NO_LIMITS,
        distance: Amount = "1.75",
    ) -> Plan:
        """What would be sold and bought to come back to the targets. See :func:`allocation.planner.plan_rebalance`."""
        tables, today = self._tables(scope), datetime.date.today()
        return planner.plan_rebalance(tables, today, goal, only_outside, deposit, withdrawal, limits, distance)

    def compare_rules(
        self,
        deposit: PerAccount | None = None,
        withdrawal: PerAccount | None = None,
        scope: str = ALL,
        limits: Limits = NO_LIMITS,
        use_cash: PerAccount | str = 0,
    ) -> pd.DataFrame:
        """Every rule side by side; without money every goal. See :func:`allocation.planner.compare_rules`."""
        tables, today = self._tables(scope), datetime.date.today()
        return planner.compare_rules(tables, today, deposit, withdrawal, limits, use_cash)

    def minimum_deposit(self, scope: str = ALL, limits: Limits = NO_LIMITS, within: Amount = 0) -> float:
        """The smallest deposit that reaches every class target without a sale; infinite where none does.

        See :func:`allocation.planner.minimum_deposit`.
        """
        return planner.minimum_deposit(self._tables(scope), limits, within)

    def deposits_needed(self, each: Amount, scope: str = ALL) -> float:
        """How many deposits of ``each`` reach every class target. See :func:`allocation.planner.deposits_needed`."""
        return planner.deposits_needed(self._tables(scope), each)
