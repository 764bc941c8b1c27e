"""The front door: a portfolio file, what can be asked of it and what can be done to it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Literal

import duckdb
import pandas as pd

from allocation import drift as drifts
from allocation import planner
from allocation.errors import UnknownName
from allocation.loads import Loads
from allocation.money import Amount, PerAccount, minor_digits
from allocation.planner import Limits, Plan
from allocation.planner.limits import NO_LIMITS
from allocation.plans import Plans
from allocation.settings import Settings
from allocation.store import history, reading
from allocation.store.in_force import Against, InForce, check_against
from allocation.strategies import Strategies
from allocation.summary import Summary, summarise
from allocation.tables import ALL, Named, Tables
from allocation.text import Day, as_day
from allocation.tidying import Tidying


class Portfolio(Loads, Plans, Settings, Strategies, Tidying):
    """A portfolio file. Get one with :func:`allocation.open`.

    A *scope* is ``"all"`` or the name of an account. Every method opens the file, does its work and closes it, so
    any number of notebooks and windows can use one portfolio at once.
    """

    def __repr__(self) -> str:
        return f"allocation.open({str(self.path)!r})"

    def tables(
        self, scope: str = ALL, at: Day | None = None, strategy: Named | None = None, against: Against = "then"
    ) -> Tables:
        """Everything about a scope in one reading, valued at its latest prices or at those of an earlier date.

        Parameters:
            strategy: the name of another strategy than the active one, to measure and plan as if it were; of another
                scope, as ``("Roth IRA", "Growth")``.
            at: a date, or its text (``"2025-03-31"``): what was held then by the latest snapshot up to that day, at the
                latest prices and rates up to that day, in today's classes. An account counts from its first snapshot
                on.
            against: which targets, bands and trigger an earlier date is measured against: ``"then"``, those in force on
                that day, or ``"today"``. Those in force are the last version saved on the day or before, of the
                strategy that was active then; where nothing so old is known, the earliest that is. The tables'
                ``strategy.in_force`` says in words which they are.

        Raises:
            UnknownName: there is no such account, or nothing is known of it at that date.
            MissingPrice, MissingRate: something in the scope can't be valued.
            StoreError: the file can't be used, or the portfolio is empty.
        """
        tables = self._tables(scope, at, strategy, against)
        own = replace(
            tables.strategy,
            class_targets=tables.strategy.class_targets.copy(),
            holding_targets=tables.strategy.holding_targets.copy(),
        )
        return replace(tables, holdings=tables.holdings.copy(), assets=tables.assets.copy(), strategy=own)

    def accounts(self) -> tuple[str, ...]:
        """Names of all accounts, sorted."""
        return self._database.ask("accounts", reading.account_names)

    def snapshots(self, scope: str = ALL) -> pd.DataFrame:
        """The dates a scope is known at, oldest first.

        Returns:
            One row an account and date: ``account``, ``as_of``, ``holdings`` (how many were held), ``loaded_at`` (UTC).
        """
        return self._database.ask(
            f"snapshots of {scope}", lambda connection: reading.read_snapshots(connection, scope)
        ).copy()

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
        against: Against = "then",
    ) -> pd.DataFrame:
        """Value, weight, target and drift of each asset class, or of each holding, and its status against its band.

        Parameters:
            scope: ``"all"`` or an account.
            by: ``"class"`` or ``"holding"``.
            at, strategy, against: an earlier date, another strategy, the targets of that date or of today (see
                :meth:`tables`).

        Returns:
            See :func:`allocation.drift.by_class` and :func:`allocation.drift.by_holding`.
        """
        if by not in ("class", "holding"):
            raise UnknownName(f"Drift is calculated by 'class' or by 'holding', not by {by!r}.")
        table = drifts.by_class if by == "class" else drifts.by_holding
        return table(self._tables(scope, at, strategy, against))

    def drift_history(self, scope: str = ALL, against: Against = "then") -> pd.DataFrame:
        """Drift on every day of the scope's snapshots, all in one reading.

        Each day is valued at the latest prices and rates up to it, in today's classes; an account counts from its first
        snapshot on.

        Parameters:
            against: ``"then"``, the targets and bands in force on each day (see :meth:`tables`), or ``"today"``.

        Returns:
            See :func:`allocation.drift.over_time`.

        Raises:
            MissingPrice, MissingRate: something can't be valued on one of the days.
        """

        def ask(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
            values = history.read_class_values(connection, scope)
            digits = minor_digits(reading.require_base_currency(connection))
            strategies = (
                InForce(connection, scope).on_each(values)
                if against == "then"
                else dict.fromkeys(values, reading.read_strategy(connection, scope))
            )
            return drifts.over_time(values, strategies, digits)

        check_against(against)
        return self._database.ask(f"drift history of {scope} against {against}", ask).copy()

    def portfolio_drift(self, scope: str = ALL, at: Day | None = None, against: Against = "then") -> float:
        """How far the scope is from its targets as a whole: Σ|weight − target| / 2, 0–1.

        ``at`` and ``against`` are as in :meth:`tables`.
        """
        return drifts.portfolio_drift(self._tables(scope, at, against=against))

    def summary(self, scope: str = ALL, at: Day | None = None, against: Against = "then") -> Summary:
        """The scope at a glance, now or at an earlier date (see :meth:`tables`)."""
        return summarise(self._tables(scope, at, against=against), datetime.date.today() if at is None else as_day(at))

    def plan_deposit(
        self,
        amount: PerAccount,
        scope: str = ALL,
        rule: str = "lazy",
        limits: Limits = NO_LIMITS,
        use_cash: PerAccount | str = 0,
    ) -> Plan:
        """What a deposit would buy, without a sale.

        Parameters:
            amount: new money, in the base currency, to its minor unit; or account → amount.
            scope: ``"all"`` or an account.
            rule: a name in :data:`allocation.RULES`, which says what each does and where it is from.
            limits: what the plan has to keep to.
            use_cash: cash held already that is invested with it: an amount, account → amount, or ``"all"``.

        Returns:
            The plan (:class:`allocation.Plan`): ``trades``, ``undone``, ``classes`` as tables, ``explain()`` as text.

        Raises:
            AmountError: an amount is negative, not a number or finer than the minor unit, or there is less cash.
            TargetsError: the scope has no targets.
            UnknownName: there is no such scope, rule, account or asset.
        """
        return planner.plan_deposit(self._tables(scope), amount, rule, datetime.date.today(), limits, use_cash)

    def plan_withdrawal(
        self, amount: PerAccount, scope: str = ALL, rule: str = "lazy", limits: Limits = NO_LIMITS
    ) -> Plan:
        """What a withdrawal would sell, by the mirror of a deposit's rule.

        Parameters:
            amount: in the base currency, to its minor unit; or account → amount.
            scope, rule, limits: as in :meth:`plan_deposit`.

        Returns:
            The plan; amounts and shares are negative.

        Raises:
            AmountError: not an amount, or more than may be sold in classes with a target.
            TargetsError, UnknownName: as in :meth:`plan_deposit`.
        """
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
        """What would be sold and bought to come back to the targets. See :func:`allocation.planner.plan_rebalance`.

        Parameters:
            scope, limits: as in :meth:`plan_deposit`.
            goal: a name in :data:`allocation.GOALS`, which says how near each comes and where it is from.
            only_outside: trade only what is out of its band, and what that needs.
            deposit, withdrawal: money that comes in, or goes out, with it: base currency, or account → amount.
            distance: percentage points from the target where the goal ``"distance"`` ends.

        Returns:
            The plan; amounts and fees add up to the deposit less the withdrawal.

        Raises:
            AmountError: not an amount, both at once, or a withdrawal of more than may be sold.
            TargetsError, UnknownName: as in :meth:`plan_deposit`.
        """
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
        """Every rule side by side for the same money; without money every goal of a rebalance.

        Parameters:
            deposit, withdrawal, scope, limits, use_cash: as in :meth:`plan_deposit` and :meth:`plan_withdrawal`.

        Returns:
            One row a rule; its columns are those of :func:`allocation.planner.compare_rules`, and ``problem`` says why
            a rule has no plan.

        Raises:
            AmountError: both a deposit and a withdrawal.
            TargetsError, UnknownName: as in :meth:`plan_deposit`.
        """
        tables, today = self._tables(scope), datetime.date.today()
        return planner.compare_rules(tables, today, deposit, withdrawal, limits, use_cash)

    def minimum_deposit(self, scope: str = ALL, limits: Limits = NO_LIMITS, within: Amount = 0) -> float:
        """The smallest deposit that reaches every class target without a sale; infinite where none does.

        Parameters:
            scope: ``"all"`` or an account.
            limits: what may be bought, whole shares and lots; other limits play no part.
            within: in whole shares, how many percentage points a class may be off its target.

        Returns:
            Base currency. See :func:`allocation.planner.minimum_deposit`.

        Raises:
            AmountError: ``within`` is not between 0 and 100, or in whole shares no such deposit was found in time.
            TargetsError, UnknownName: as in :meth:`plan_deposit`.
        """
        return planner.minimum_deposit(self._tables(scope), limits, within)

    def deposits_needed(self, each: Amount, scope: str = ALL) -> float:
        """How many deposits of ``each`` (base currency) reach every class target of ``scope`` without a sale.

        Infinite where none do. See :func:`allocation.planner.deposits_needed`.

        Raises:
            AmountError: ``each`` is not an amount above 0.
            TargetsError: the scope has no targets.
        """
        return planner.deposits_needed(self._tables(scope), each)
