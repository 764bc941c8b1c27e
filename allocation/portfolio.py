"""The front door: a portfolio file, what can be asked of it and what can be done to it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import duckdb
import pandas as pd

from allocation import drift as drifts
from allocation import planner
from allocation.errors import StoreError, UnknownName
from allocation.money import Amount, PerAccount, is_known_currency, minor_digits
from allocation.planner import Limits, Plan
from allocation.planner.limits import NO_LIMITS
from allocation.plans import Plans
from allocation.readers import Source, read_together
from allocation.settings import Settings
from allocation.store import class_weights, history, loading, reading, saving
from allocation.store.loading import LoadReport
from allocation.store.target_files import write_targets
from allocation.strategies import Strategies
from allocation.summary import Summary, summarise
from allocation.tables import ALL, Named, Tables
from allocation.text import Day
from allocation.tidying import Tidying


class Portfolio(Plans, Settings, Strategies, Tidying):
    """A portfolio file. Get one with :func:`allocation.open`.

    A *scope* is ``"all"`` or the name of an account. Every method opens the file, does its work and closes it, so
    any number of notebooks and windows can use one portfolio at once.
    """

    def __repr__(self) -> str:
        return f"allocation.open({str(self.path)!r})"

    def init(self, base_currency: str | None = None) -> None:
        """Make the file where there is none, and set the currency that values are added up in.

        Parameters:
            base_currency: ISO 4217 code. Without it, the first load's only currency becomes the base currency.

        Raises:
            StoreError: not a currency, or the portfolio has another base currency already.
        """
        with self._database.write(create=True) as connection:
            self._set_base_currency(connection, base_currency)

    def _set_base_currency(self, connection: duckdb.DuckDBPyConnection, currency: str | None) -> None:
        if currency is None:
            return
        if not is_known_currency(currency):
            raise StoreError(f"{currency!r} is not a currency code. Write one like USD, EUR or GBP.")
        known = reading.base_currency(connection)
        if known not in (None, currency):
            raise StoreError(
                f"{self.path} has the base currency {known} already. To keep values in {currency}, make a portfolio of "
                "its own: name another file."
            )
        saving.set_base_currency(connection, currency)

    def load(
        self,
        holdings: Source | Sequence[Source] | None = None,
        targets: Source | None = None,
        fx: Source | None = None,
        base_currency: str | None = None,
        preview: bool = False,
        classes: Source | None = None,
    ) -> LoadReport:
        """Load holdings, targets, FX rates and classes, from CSV files or DataFrames; makes the file if need be.

        Each account named in the holdings gets a snapshot of exactly what they say, of the date in ``as_of`` (of today
        without one); other accounts and other dates stay as they are. What the newest snapshot no longer has was sold;
        earlier snapshots keep it. A file of an earlier date changes that date, and not what is held now. Targets
        replace those of the strategies they name. Loading the same again changes nothing.

        Parameters:
            holdings: columns ``account``, ``symbol``, ``quantity``, ``price``, ``currency``; optional ``name``,
                ``asset_class``, ``account_type``, ``cost_basis``, ``as_of``. Several sources may be given as a list.
            targets: columns ``asset_class``, ``symbol``, ``target_percent``; optional ``strategy``, ``account``,
                ``currency``.
            fx: columns ``from_currency``, ``to_currency``, ``rate``, ``as_of``.
            base_currency: ISO 4217 code to add values up in, where none has been set; without it, the holdings' only
                currency.
            preview: only say what the load would do; nothing is written.
            classes: columns ``symbol``, ``asset_class``, ``weight_percent``; optional ``currency``. Each asset they
                name is in exactly these classes then (see :meth:`save_asset_classes`). Where they are several, they
                stay so whatever ``asset_class`` its holdings say, now or in a later load.

        Returns:
            What was added, changed and sold.

        Raises:
            LoadError: something in the files is wrong; names every problem. Nothing is written.
            StoreError: the portfolio file can't be used.
        """
        today = datetime.date.today()
        brought = read_together(holdings, targets, fx, classes, today)
        with self._database.write(create=True, keep=not preview) as connection:
            self._set_base_currency(connection, base_currency)
            report = loading.write_holdings(connection, brought.holdings, today)
            rates, corrected = loading.write_fx(connection, brought.fx)
            parts = class_weights.write_classes(connection, brought.classes)
            saved, inactive = write_targets(connection, brought.targets, self._database.by)
            report = replace(
                report,
                fx_rates=rates,
                corrected=report.corrected + corrected,
                targets=saved,
                inactive=inactive,
                class_weights=parts.changed,
            )
            loading.check_holdings(connection, brought.holdings)
            class_weights.check_classes(connection, parts)
            return report

    def tables(self, scope: str = ALL, at: Day | None = None, strategy: Named | None = None) -> Tables:
        """Everything about a scope in one reading, valued at its latest prices or at those of an earlier date.

        Parameters:
            strategy: the name of another strategy than the active one, to measure and plan as if it were; of another
                scope, as ``("Roth IRA", "Growth")``.
            at: a date, or its text (``"2025-03-31"``): what was held then by the latest snapshot up to that day, at the
                latest prices and rates up to that day, against today's targets and classes. An account counts from
                its first snapshot on.

        Raises:
            UnknownName: there is no such account, or nothing is known of it at that date.
            MissingPrice, MissingRate: something in the scope can't be valued.
            StoreError: the file can't be used, or the portfolio is empty.
        """
        tables = self._tables(scope, at, strategy)
        own = replace(
            tables.strategy,
            class_targets=tables.strategy.class_targets.copy(),
            holding_targets=tables.strategy.holding_targets.copy(),
        )
        return replace(tables, holdings=tables.holdings.copy(), assets=tables.assets.copy(), strategy=own)

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

    def drift(
        self,
        scope: str = ALL,
        by: Literal["class", "holding"] = "class",
        at: Day | None = None,
        strategy: Named | None = None,
    ) -> pd.DataFrame:
        """Value, weight, target and drift of each asset class, or of each holding, and its status against its band.

        Parameters:
            at, strategy: an earlier date, another strategy (see :meth:`tables`).

        Returns:
            See :func:`allocation.drift.by_class` and :func:`allocation.drift.by_holding`.
        """
        if by not in ("class", "holding"):
            raise UnknownName(f"Drift is calculated by 'class' or by 'holding', not by {by!r}.")
        table = drifts.by_class if by == "class" else drifts.by_holding
        return table(self._tables(scope, at, strategy))

    def drift_history(self, scope: str = ALL) -> pd.DataFrame:
        """Drift on every day of the scope's snapshots, against today's targets and classes: all in one reading.

        Each day is valued at the latest prices and rates up to it; an account counts from its first snapshot on.

        Returns:
            See :func:`allocation.drift.over_time`.

        Raises:
            MissingPrice, MissingRate: something can't be valued on one of the days.
        """
        with self._database.read() as connection:
            values = history.read_class_values(connection, scope)
            digits = minor_digits(reading.require_base_currency(connection))
            return drifts.over_time(values, reading.read_strategy(connection, scope), digits)

    def portfolio_drift(self, scope: str = ALL, at: Day | None = None) -> float:
        """How far the scope is, or was, from its targets as a whole: Σ|weight − target| / 2, 0–1."""
        return drifts.portfolio_drift(self._tables(scope, at))

    def summary(self, scope: str = ALL, at: Day | None = None) -> Summary:
        """The scope at a glance, now or at an earlier date."""
        return summarise(self._tables(scope, at))

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
