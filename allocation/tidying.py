"""Renaming, merging and deleting what a portfolio holds: said first where asked, and never without a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import duckdb

from allocation.portfolio_file import PortfolioFile
from allocation.store import reading, removing, saving
from allocation.store.backups import dated
from allocation.store.removing import Deleted
from allocation.tables import symbol_and_currency
from allocation.targets import Percent, require_unchanged
from allocation.text import Day, as_day


class Tidying(PortfolioFile):
    """What a :class:`~allocation.Portfolio` can do with its accounts, assets, snapshots and strategies as a whole."""

    def rename_asset(self, symbol: str, new_symbol: str, name: str | None = None) -> None:
        """Give an asset a new symbol, and a new name if one is given. Its holdings, prices and targets stay."""
        with self._database.write() as connection:
            asset_id = saving.find_asset(connection, *symbol_and_currency(symbol))
            removing.rename_asset(connection, asset_id, new_symbol, name)

    def merge_assets(self, old: str, into: str, preview: bool = False, backup: bool = True) -> Deleted:
        """Make two assets one, as when a fund has changed its symbol: holdings, prices and targets move.

        Where one has no newer price of its own, it is then worth the other's: ``totals`` says what that changes.

        Parameters:
            old: the symbol that ends.
            into: the symbol that stays, with its name. Where both were held in a snapshot, quantities add up, and cost
                where it is known of both; where both had a target, targets do.
            preview, backup: as in :meth:`delete_account`.

        Returns:
            What was moved.

        Raises:
            MergeError: cash, other currencies or classes, or two prices on one day. Nothing was changed.
        """
        return self._remove(
            "merge",
            preview,
            backup,
            lambda connection: removing.merge_assets(
                connection, *(saving.find_asset(connection, *symbol_and_currency(symbol)) for symbol in (old, into))
            ),
        )

    def delete_account(self, account: str, preview: bool = False, backup: bool = True) -> Deleted:
        """Delete an account with its snapshots, its strategies and their targets.

        Parameters:
            preview: only say what it takes along; nothing is deleted.
            backup: copy the file before; of such copies, the ten latest and the last of each month stay.

        Returns:
            What was deleted with it; ``str()`` gives ``Roth IRA: 6 holdings, 1 strategy, 11 targets, 14 snapshots``.
        """
        return self._remove("delete", preview, backup, lambda connection: removing.delete_account(connection, account))

    def delete_snapshot(self, account: str, as_of: Day, preview: bool = False, backup: bool = True) -> Deleted:
        """Delete what an account held at one date, as after a wrong load; the snapshot before it counts again.

        Prices of that date go with it, but for an asset's only price, and those of what another account held that day.
        FX rates stay.

        Parameters:
            preview, backup: as in :meth:`delete_account`.
        """
        day = as_day(as_of)
        return self._remove(
            "delete", preview, backup, lambda connection: removing.delete_snapshot(connection, account, day)
        )

    def delete_asset(self, symbol: str, preview: bool = False, backup: bool = True) -> Deleted:
        """Delete an asset with its holdings at every date, its prices and its targets.

        Where it had a target inside its class, the class's other holding targets keep their proportions and again
        add up to 100.

        Parameters:
            preview, backup: as in :meth:`delete_account`.
        """
        return self._remove(
            "delete",
            preview,
            backup,
            lambda connection: removing.delete_asset(
                connection, saving.find_asset(connection, *symbol_and_currency(symbol))
            ),
        )

    def delete_strategy(
        self,
        scope: str,
        preview: bool = False,
        backup: bool = True,
        seen: Mapping[str, Percent] | None = None,
        name: str | None = None,
    ) -> Deleted:
        """Delete an account's active strategy with its targets, so that it uses the whole portfolio's.

        The whole portfolio's active strategy stays and loses its targets. Saved versions stay readable.

        Parameters:
            name: another strategy of the scope than the active one.
            preview, backup: as in :meth:`delete_account`.
            seen: the class targets that were to be deleted, to be refused (:class:`ChangedMeanwhile`) if they are
                others by now.
        """

        def act(connection: duckdb.DuckDBPyConnection) -> Deleted:
            if seen is not None:
                used = reading.read_strategy(connection, scope, name)
                require_unchanged(used.class_percents, seen, {}, f"The class targets of {scope}", used)
            return removing.delete_strategy(connection, scope, name)

        return self._remove("delete", preview, backup, act)

    def _remove(
        self, why: str, preview: bool, backup: bool, act: Callable[[duckdb.DuckDBPyConnection], Deleted]
    ) -> Deleted:
        kept = dated(self.path, f"before-{why}") if backup and not preview else None
        with self._database.write(keep=not preview, backup_to=kept) as connection:
            return replace(act(connection), backup=kept)
