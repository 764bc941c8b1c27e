"""The portfolio file: one unit of work is lock → open → transaction → close. No connection outlives its unit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

import duckdb

from allocation.errors import StoreError
from allocation.store.backups import dated, free_name
from allocation.store.connecting import transaction
from allocation.store.files import copy, named_path, put, remove, require_duckdb, require_folder, sentences
from allocation.store.integrity import check_integrity, read_everything
from allocation.store.migrations import (
    Migration,
    SchemaStep,
    applied_versions,
    migrate,
    pending,
    schema_steps,
    shipped_migrations,
    what_would_be_lost,
)
from allocation.store.place import Place, to_standard_error

Answer = TypeVar("Answer")


class Database(Place):
    """One portfolio file, read and written.

    Parameters:
        migrations: the schema's history; the shipped one unless a test brings its own. The others are those of
            :class:`~allocation.store.place.Place`.
    """

    def __init__(
        self,
        path: Path,
        timeout: float = 30.0,
        by: str = "somebody",
        tell: Callable[[str], None] = to_standard_error,
        migrations: Sequence[Migration] | None = None,
    ) -> None:
        super().__init__(path, timeout, by, tell)
        self.migrations = shipped_migrations() if migrations is None else tuple(migrations)
        self._answers: dict[str, object] = {}
        self._state_of_answers: object = None

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to look things up with.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio.
        """
        self.require_file()
        with self.locked(), self._opened(self.path) as connection:
            yield connection

    def ask(self, name: str, question: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        """What ``question`` answers, or what it answered before if the file hasn't changed since.

        Parameters:
            name: what the question is remembered under.
            question: takes a connection to look things up with.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio.
        """
        self.require_file()
        with self.locked():
            if self.state() != self._state_of_answers:
                self._answers = {}
            if name not in self._answers:
                with self._opened(self.path) as connection:
                    self._answers[name] = question(connection)
                self._state_of_answers = self.state()
            return cast(Answer, self._answers[name])

    @contextmanager
    def write(
        self, create: bool = False, keep: bool = True, backup_to: Path | None = None
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside a transaction: all that is written in the block is there afterwards, or nothing.

        Parameters:
            create: make the file where there is none; it appears only once the block has succeeded.
            keep: False does everything, checks it, and takes it back: to see what a write would do.
            backup_to: where to copy the file before; the copy stays if the block succeeds.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio; or the write failed.
            BrokenReference: the block would have left something that points to nothing.
        """
        if not create:
            self.require_file()
        with self.locked():
            if self.exists():
                self.require_file()
                with (
                    self._copied(backup_to),
                    self._opened(self.path) as connection,
                    transaction(connection, keep, self.by),
                ):
                    yield connection
            else:
                with self._made(keep) as connection:
                    yield connection

    def backup(self, to: str | Path | None = None) -> Path:
        """Copy the portfolio as it is now, while others may be working with it.

        Parameters:
            to: the copy's file, or a folder for it; by default a dated name beside the portfolio.

        Returns:
            The copy's path.

        Raises:
            StoreError: there is nothing to copy, or something stands at ``to`` already.
        """
        target = dated(self.path, "backup") if to is None else free_name(self.path, to)
        require_folder(target)
        self.require_file()
        with self.locked(), self._copied(target):
            return target

    @contextmanager
    def _copied(self, target: Path | None) -> Iterator[None]:
        """A copy of the file at ``target``, gone again if the block fails."""
        if target is None:
            yield
            return
        with self._opened(self.path) as connection:
            connection.execute("CHECKPOINT")
        copy(self.path, target)
        try:
            yield
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        self._thin(target)

    def restore(self, source: str | Path) -> Path | None:
        """Put a backup in the portfolio's place, after checking that it is whole.

        Returns:
            Where the replaced portfolio is kept; None where there was none.

        Raises:
            StoreError: the backup is missing, not a portfolio, damaged, or from a newer version. The portfolio is
                then as it was.
        """
        origin = named_path(source)
        with sentences(origin):
            if origin.is_dir():
                raise StoreError(f"{origin} is a folder. Name the backup file in it.")
            if not origin.is_file():
                raise StoreError(f"There is no backup at {origin}.")
            require_duckdb(origin)
            if self.exists() and origin.samefile(self.path):
                raise StoreError(f"{origin} is the portfolio itself. Name a backup of it.")
        with self.locked():
            return self._put_back(origin)

    def _put_back(self, origin: Path) -> Path | None:
        with self._candidate(origin, ".restoring") as candidate:
            with self._connected(candidate, called=origin) as connection:
                self._bring_up_to_date(connection, origin)
                check_integrity(connection)
                read_everything(connection)
                connection.execute("CHECKPOINT")
            kept = self._set_aside()
            put(candidate, self.path)
            self._thin(origin, *([kept] if kept else []))
        return kept

    def go_back(self, to: Callable[[duckdb.DuckDBPyConnection], str | None]) -> Path | None:
        """Put an automatic backup in the portfolio's place, with nobody saving anything in between.

        Parameters:
            to: looks at the portfolio and gives the backup's name beside it; None: there was no portfolio then.

        Returns:
            Where the replaced portfolio is kept.
        """
        self.require_file()
        with self.locked():
            with self._opened(self.path) as connection:
                name = to(connection)
                connection.execute("CHECKPOINT")
            if name is not None:
                return self._put_back(self.path.with_name(name))
            kept = self._set_aside()
            remove(self.path)
            return kept

    def schema(self) -> list[SchemaStep]:
        """Each step of the schema's history, and whether this file has it; the file is only looked at."""
        self.require_file()
        with self.locked(), self._connected(self.path) as connection:
            return schema_steps(connection, self.migrations)

    def migrate(self, to: int, force: bool = False) -> tuple[list[int], Path | None]:
        """Bring the file to version ``to`` of the schema, upwards or downwards.

        Parameters:
            to: the version.
            force: go down even where something is lost.

        Returns:
            The versions applied or rolled back, in order, and where the file is kept as it was; None if it was at
            ``to`` already.

        Raises:
            StoreError: there is no such version, or something would be lost and ``force`` isn't given.
        """
        newest = self.migrations[-1].version
        if not 1 <= to <= newest:
            raise StoreError(f"There is no schema {to}. This version of allocation knows 1 to {newest}.")
        self.require_file()
        with self.locked():
            with self._connected(self.path) as connection:
                self.require_ours(connection, self.path)
                at = max(applied_versions(connection))
                lost = what_would_be_lost(connection, self.migrations, to)
                connection.execute("CHECKPOINT")
            if at == to:
                return [], None
            if lost and not force:
                raise StoreError(
                    f"Going back to schema {to} would lose: {'; '.join(lost)}. Nothing was changed. To do it all the "
                    f"same, after a backup: allocation migrate --to {to} --force."
                )
            return self._migrated(to)

    @contextmanager
    def _opened(self, path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to a file that is at the newest version, brought there first if need be."""
        self._warn_of_readers()
        with self._connected(path) as connection:
            due = self.require_ours(connection, path)
            if not due:
                yield connection
                return
            connection.execute("CHECKPOINT")
        newest = due[-1].version
        _, kept = self._migrated(newest)
        self.tell(f"{path.name} was brought up to date (schema {newest}). As it was before, it is kept at {kept}.")
        with self._connected(path) as connection:
            yield connection

    def _migrated(self, to: int) -> tuple[list[int], Path]:
        # On a copy, so that a step that fails, at whichever version, leaves the file as it was.
        kept = dated(self.path, f"before-schema-{to}")
        with self._candidate(self.path, ".migrating") as candidate:
            with self._connected(candidate, called=self.path) as connection:
                done = migrate(connection, self.migrations, to)
                if to == self.migrations[-1].version:
                    check_integrity(connection)
                connection.execute("CHECKPOINT")
            copy(self.path, kept)
            put(candidate, self.path)
        self._thin(kept)
        return done, kept

    def rehearse_update(self) -> None:
        """Bring a copy up to date and throw it away: raises what the next use would. Only inside :meth:`locked`."""
        with self._candidate(self.path, ".migrating") as candidate, self._connected(candidate, self.path) as connection:
            migrate(connection, self.migrations)
            check_integrity(connection)

    def require_ours(self, connection: duckdb.DuckDBPyConnection, called: Path) -> list[Migration]:
        """What is still to be applied to a file; raises where it isn't a portfolio of ours, or from a newer version."""
        due = pending(connection, self.migrations)
        if not applied_versions(connection):
            raise StoreError(f"{called} is a DuckDB file, but not a portfolio of ours. Name another file.")
        return due

    def _bring_up_to_date(self, connection: duckdb.DuckDBPyConnection, called: Path) -> None:
        if self.require_ours(connection, called):
            migrate(connection, self.migrations)

    @contextmanager
    def _made(self, keep: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        new = self.beside(f".new-{os.getpid()}")
        try:
            with self._connected(new, called=self.path) as connection:
                migrate(connection, self.migrations)
                with transaction(connection, keep, self.by):
                    yield connection
            if keep:
                self._set_aside()
                put(new, self.path)
        finally:
            remove(new)
