"""The front door: a portfolio file, what can be asked of it and what can be done to it."""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import duckdb
import pandas as pd

from allocation import drift as drifts
from allocation import planner
from allocation.errors import LoadError, StoreError, UnknownName
from allocation.money import Amount, is_known_currency
from allocation.readers import disagreements, read_fx, read_holdings, read_targets
from allocation.readers.delimited import Source, source_name
from allocation.shipped_files import shipped
from allocation.store import Database, default_path, loading, reading, saving
from allocation.store.loading import LoadReport
from allocation.store.target_files import write_targets
from allocation.summary import Summary, summarise
from allocation.tables import ALL, CASH, Strategy, Tables, as_percent
from allocation.targets import Percent, check_percents, clean_class_names, require_unchanged

ENVIRONMENT = "ALLOCATION_PORTFOLIO"


def open(path: str | Path | None = None, timeout: float = 30.0) -> Portfolio:
    """Open a portfolio file.

    The file is made by the first :meth:`Portfolio.load` or :meth:`Portfolio.init`; opening alone makes nothing.

    Parameters:
        path: the file; by default the one named by the environment variable ``ALLOCATION_PORTFOLIO``, or else the
            platform's usual place for a person's data.
        timeout: seconds to wait while another window or program is saving.
    """
    chosen = path or os.environ.get(ENVIRONMENT) or None
    if chosen is None:
        default_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Portfolio(Database(Path(chosen) if chosen else default_path(), timeout))


def sample() -> Portfolio:
    """The sample household that comes with the package, to try things on; made at the first use.

    It is kept in a file of its own, so it never mixes with your portfolio.
    """
    default_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    portfolio = Portfolio(Database(sample_path()))
    if not portfolio.exists():
        data = shipped("data")
        portfolio.load(data / "holdings.csv", data / "targets.csv", data / "fx.csv", base_currency="USD")
    return portfolio


def sample_path() -> Path:
    """Where the sample portfolio is kept."""
    return default_path().with_name("sample.duckdb")


class Portfolio:
    """A portfolio file. Get one with :func:`allocation.open`.

    A *scope* is ``"all"`` or the name of an account. Every method opens the file, does its work and closes it, so
    any number of notebooks and windows can use one portfolio at once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def __repr__(self) -> str:
        return f"allocation.open({str(self.path)!r})"

    @property
    def path(self) -> Path:
        """The portfolio's file."""
        return self._database.path

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._database.exists()

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
    ) -> LoadReport:
        """Load holdings, targets and FX rates, from CSV files or DataFrames; the file is made where there is none.

        An account named in the holdings afterwards holds exactly what they say; other accounts stay as they are.
        Targets replace those of the strategies they name. Loading the same again changes nothing.

        Parameters:
            holdings: columns ``account``, ``symbol``, ``quantity``, ``price``, ``currency``; optional ``name``,
                ``asset_class``, ``account_type``, ``cost_basis``, ``as_of``. Several sources may be given as a list.
            targets: columns ``asset_class``, ``symbol``, ``target_percent``; optional ``strategy``, ``account``,
                ``currency``.
            fx: columns ``from_currency``, ``to_currency``, ``rate``, ``as_of``.
            base_currency: ISO 4217 code to add values up in, where none has been set; without it, the holdings' only
                currency.

        Returns:
            What was added, changed and removed.

        Raises:
            LoadError: something in the files is wrong; names every problem. Nothing is written.
            StoreError: the portfolio file can't be used.
        """
        today = datetime.date.today()
        several = _several(holdings)
        if not several and targets is None and fx is None:
            raise StoreError("There is nothing to load. Name holdings, targets or FX rates.")
        names = Counter(source_name(source, "holdings") for source in several)
        read = [
            read_holdings(source, today, str(source) if names[source_name(source, "")] > 1 else None)
            for source in several
        ]
        held = pd.concat([table for table, _ in read]) if read else pd.DataFrame({"currency": []})
        aims, aim_problems = (pd.DataFrame(), []) if targets is None else read_targets(targets)
        rates, rate_problems = (pd.DataFrame(), []) if fx is None else read_fx(fx, today)
        problems = [problem for _, found in read for problem in found]
        if problems := [*problems, *disagreements(held), *aim_problems, *rate_problems]:
            raise LoadError(problems)
        with self._database.write(create=True) as connection:
            self._set_base_currency(connection, base_currency)
            report = loading.write_holdings(connection, held, today)
            report = replace(
                report,
                fx_rates=loading.write_fx(connection, rates),
                targets=write_targets(connection, aims) if len(aims) else 0,
            )
            loading.check_moved(connection, held)
            return report

    def tables(self, scope: str = ALL) -> Tables:
        """Everything about a scope, valued at its latest prices, in one reading.

        Raises:
            UnknownName: there is no such account.
            MissingPrice, MissingRate: something in the scope can't be valued.
            StoreError: the file can't be used, or the portfolio is empty.
        """
        tables = self._tables(scope)
        own = replace(
            tables.strategy,
            class_targets=tables.strategy.class_targets.copy(),
            holding_targets=tables.strategy.holding_targets.copy(),
        )
        return replace(tables, holdings=tables.holdings.copy(), assets=tables.assets.copy(), strategy=own)

    def _tables(self, scope: str) -> Tables:
        """Like :meth:`tables`, but shared with later calls: not to be changed, nor handed out."""
        return self._database.ask(f"tables of {scope}", lambda connection: reading.read_tables(connection, scope))

    def accounts(self) -> tuple[str, ...]:
        """Names of all accounts, sorted."""
        with self._database.read() as connection:
            return reading.account_names(connection)

    def holdings(self, scope: str = ALL) -> pd.DataFrame:
        """What is held.

        Returns:
            One row an account and asset: ``account``, ``account_type``, ``symbol``, ``name``, ``asset_class``
            (``Unclassified`` where there is none), ``quantity``, ``price`` (in ``currency``), ``currency``,
            ``price_as_of``, ``rate`` (base currency per unit of ``currency``), ``value`` (base currency), ``weight``
            (0–1 of the scope; missing where the scope is worth nothing), ``cost_basis`` (in ``currency``, missing where
            unknown).
        """
        held = self._tables(scope).holdings
        total = held["value"].sum()
        columns = ["account", "account_type", "symbol", "name", "asset_class", "quantity", "price", "currency",
                   "price_as_of", "rate", "value", "weight", "cost_basis"]  # fmt: skip
        return held.assign(weight=held["value"] / total if total > 0 else float("nan"))[columns]

    def drift(self, scope: str = ALL, by: Literal["class", "holding"] = "class") -> pd.DataFrame:
        """Value, weight, target and drift of each asset class, or of each holding, and its status against its band.

        Returns:
            See :func:`allocation.drift.by_class` and :func:`allocation.drift.by_holding`.
        """
        if by not in ("class", "holding"):
            raise UnknownName(f"Drift is calculated by 'class' or by 'holding', not by {by!r}.")
        table = drifts.by_class if by == "class" else drifts.by_holding
        return table(self._tables(scope))

    def portfolio_drift(self, scope: str = ALL) -> float:
        """How far the scope is from its targets as a whole: Σ|weight − target| / 2, 0–1."""
        return drifts.portfolio_drift(self._tables(scope))

    def summary(self, scope: str = ALL) -> Summary:
        """The scope at a glance."""
        return summarise(self._tables(scope))

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
                require_unchanged(used.class_percents, seen, what)
            strategy_id = saving.own_strategy(connection, scope, name)
            saving.save_class_targets(connection, strategy_id, percents)
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
            strategy_id = saving.own_strategy(connection, scope)
            if seen is not None:
                now = reading.read_strategy(connection, scope).holding_percents(asset_class)
                require_unchanged(now, seen, what)
            by_asset = {
                saving.find_asset(connection, *_symbol_and_currency(symbol), asset_class): percent
                for symbol, percent in percents.items()
            }
            saving.save_holding_targets(connection, strategy_id, asset_class, by_asset)

    def plan_deposit(self, amount: Amount, scope: str = ALL, rule: str = "lazy") -> pd.DataFrame:
        """What a deposit of new money would buy. See :func:`allocation.planner.plan_deposit`."""
        return planner.plan_deposit(self._tables(scope), amount, rule, datetime.date.today())

    def plan_withdrawal(self, amount: Amount, scope: str = ALL) -> pd.DataFrame:
        """What a withdrawal would sell. See :func:`allocation.planner.plan_withdrawal`."""
        return planner.plan_withdrawal(self._tables(scope), amount, datetime.date.today())

    def classes_after(self, plan: pd.DataFrame, scope: str = ALL) -> pd.DataFrame:
        """Each class before and after a plan of this portfolio. See :func:`allocation.planner.classes_after`.

        Parameters:
            plan: from :meth:`plan_deposit` or :meth:`plan_withdrawal`; its scope is used.
            scope: used where the plan has no rows.
        """
        return planner.classes_after(self._tables(str(plan["scope"].iloc[0]) if len(plan) else scope), plan)

    def minimum_deposit(self, scope: str = ALL) -> float:
        """The smallest deposit that reaches every class target without a sale; infinite where none does."""
        return planner.minimum_deposit(self._tables(scope))

    def rename_asset(self, symbol: str, new_symbol: str, name: str | None = None) -> None:
        """Give an asset a new symbol, and a new name if one is given. Its holdings, prices and targets stay."""
        with self._database.write() as connection:
            asset_id = saving.find_asset(connection, *_symbol_and_currency(symbol))
            saving.rename_asset(connection, asset_id, new_symbol.strip(), name)

    def delete_account(self, account: str) -> None:
        """Delete an account with its holdings, its strategy and that strategy's targets."""
        with self._database.write() as connection:
            saving.delete_account(connection, account)

    def delete_asset(self, symbol: str) -> None:
        """Delete an asset with its holdings, prices and targets.

        Where it had a target inside its class, the class's other holding targets keep their proportions and again
        add up to 100.
        """
        with self._database.write() as connection:
            saving.delete_asset(connection, saving.find_asset(connection, *_symbol_and_currency(symbol)))

    def delete_strategy(self, scope: str) -> None:
        """Delete an account's strategy with its targets, so that it uses the whole portfolio's.

        The whole portfolio's strategy stays and loses its targets.
        """
        with self._database.write() as connection:
            saving.delete_strategy(connection, scope)

    def backup(self, to: str | Path | None = None) -> Path:
        """Copy the portfolio file, by default to a dated name beside it; returns the copy's path."""
        return self._database.backup(None if to is None else Path(to))

    def restore(self, backup: str | Path) -> Path | None:
        """Put a backup in the portfolio's place; returns where the replaced one is kept, None where there was none."""
        return self._database.restore(Path(backup))


def _several(holdings: Source | Sequence[Source] | None) -> list[Source]:
    if holdings is None:
        return []
    return [holdings] if isinstance(holdings, (str, Path, pd.DataFrame)) else list(holdings)


def _symbol_and_currency(symbol: str) -> tuple[str, str | None]:
    """``"CASH EUR"`` is the cash held in EUR; any other symbol is itself."""
    words = symbol.split()
    return (CASH, words[1]) if len(words) == 2 and words[0] == CASH else (symbol, None)
