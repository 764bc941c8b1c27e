"""The portfolio file: one unit of work is lock → open → transaction → close.

No connection outlives its unit. A lock file is held from open to close, because DuckDB lets one process at a time
write, and retrying on its own lock error can lose committed rows.
"""

from __future__ import annotations

import datetime
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TypeVar, cast

import duckdb
from filelock import FileLock, Timeout
from platformdirs import user_data_path

from allocation.errors import AllocationError, BrokenReference, StoreError
from allocation.store.migrations import Migration, applied_versions, migrate, pending, shipped_migrations

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    # A portfolio is small: the usual blocks of 256 KiB make a file of 7 MB out of what fits into 0.5 MB, and a second
    # thread costs more to start and stop than it saves.
    "default_block_size": "16384",
    "threads": "1",
}
OWNER_ONLY = 0o600
HEADER_BYTES = 3 * 4096

Answer = TypeVar("Answer")


def default_path() -> Path:
    """Where a portfolio is kept when nobody says otherwise, by the platform's convention."""
    return user_data_path("allocation", appauthor=False) / "portfolio.duckdb"


class Database:
    """One portfolio file.

    Parameters:
        path: the file; it need not exist yet.
        timeout: seconds to wait for another window or program that is using the file.
        migrations: the schema's history; the shipped one unless a test brings its own.
    """

    def __init__(self, path: Path, timeout: float = 30.0, migrations: Sequence[Migration] | None = None) -> None:
        self.path = Path(path).expanduser().resolve()
        self.timeout = timeout
        self.migrations = shipped_migrations() if migrations is None else migrations
        self._answers: dict[str, object] = {}
        self._state_of_answers: object = None

    def exists(self) -> bool:
        return self.path.exists()

    @contextmanager
    def read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection to look things up with.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio.
        """
        self._require_file()
        with self._locked(), self._opened(self.path) as connection:
            yield connection

    def ask(self, name: str, question: Callable[[duckdb.DuckDBPyConnection], Answer]) -> Answer:
        """What ``question`` answers, or what it answered before if the file hasn't changed since.

        Parameters:
            name: what the question is remembered under.
            question: takes a connection to look things up with.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio.
        """
        self._require_file()
        with self._locked():
            if self._state() != self._state_of_answers:
                self._answers = {}
            if name not in self._answers:
                with self._opened(self.path) as connection:
                    self._answers[name] = question(connection)
                self._state_of_answers = self._state()
            return cast(Answer, self._answers[name])

    @contextmanager
    def write(self, create: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside a transaction: all that is written in the block is there afterwards, or nothing.

        Parameters:
            create: make the file where there is none; it appears only once the block has succeeded.

        Raises:
            StoreError: the file is missing, in use, or not a portfolio; or the write failed.
            BrokenReference: the block would have left something that points to nothing.
        """
        if not create:
            self._require_file()
        with self._locked():
            if self.exists():
                self._require_file()
                with self._opened(self.path) as connection, _transaction(connection):
                    yield connection
            else:
                with self._made() as connection:
                    yield connection

    def backup(self, to: Path | None = None) -> Path:
        """Copy the portfolio as it is now, while others may be working with it.

        Parameters:
            to: the copy's file; by default a dated name beside the portfolio.

        Returns:
            The copy's path.

        Raises:
            StoreError: there is nothing to copy, or something stands at ``to`` already.
        """
        target = self._dated("backup") if to is None else Path(to).expanduser().absolute()
        if target.exists():
            raise StoreError(f"{target} exists already. Name a file that doesn't, so that no backup is overwritten.")
        self._require_file()
        with self._locked():
            with self._opened(self.path) as connection:
                connection.execute("CHECKPOINT")
            _copy(self.path, target)
        return target

    def restore(self, source: Path) -> Path | None:
        """Put a backup in the portfolio's place, after checking that it is whole.

        Returns:
            Where the replaced portfolio is kept; None where there was none.

        Raises:
            StoreError: the backup is missing, not a portfolio, damaged, or from a newer version. The portfolio is
                then as it was.
        """
        origin = Path(source).expanduser().absolute()
        if origin.is_dir():
            raise StoreError(f"{origin} is a folder. Name the backup file in it.")
        if not origin.is_file():
            raise StoreError(f"There is no backup at {origin}.")
        with _sentences(origin):
            _require_duckdb(origin)
        if self.exists() and origin.samefile(self.path):
            raise StoreError(f"{origin} is the portfolio itself. Name a backup of it.")
        candidate = self._beside(".restoring")
        kept: Path | None = None
        with self._locked():
            try:
                _copy(origin, candidate)
                with self._opened(candidate, called=origin) as connection:
                    _check_integrity(connection)
                    connection.execute("CHECKPOINT")
                if self.exists():
                    kept = self._dated("replaced")
                    self._settle()
                    _copy(self.path, kept)
                _put(candidate, self.path)
            finally:
                _remove(candidate)
        return kept

    @contextmanager
    def _locked(self) -> Iterator[None]:
        folder = self.path.parent
        if not folder.is_dir():
            raise StoreError(f"There is no folder {folder} for the portfolio {self.path.name}. Create it first.")
        lock = FileLock(
            self._beside(".lock"),
            timeout=self.timeout,
            mode=OWNER_ONLY,
            preserve_lock_file=True,
            thread_local=False,
        )
        try:
            lock.acquire()
        except Timeout:
            raise StoreError(
                f"{self.path} is being used by another window or program, and was for {self.timeout:g} seconds. "
                "Wait until it has finished saving, then try again."
            ) from None
        except OSError as error:
            raise StoreError(
                f"The folder {folder} can't be written to ({error.strerror or error}). The portfolio needs its lock "
                "file there: make the folder writable, or move the portfolio."
            ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _opened(self, path: Path, called: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        called = called or path
        connection = _connect(path, called)
        try:
            with _sentences(called):
                due = pending(connection, self.migrations)
                if due and not applied_versions(connection):
                    raise StoreError(f"{called} is a DuckDB file, but not a portfolio of ours. Name another file.")
                if due:
                    connection.execute("CHECKPOINT")
                    connection.close()
                    _copy(path, self._dated(f"before-schema-{due[-1].version}"))
                    connection = _connect(path, called)
                    migrate(connection, self.migrations)
                yield connection
        finally:
            connection.close()

    @contextmanager
    def _made(self) -> Iterator[duckdb.DuckDBPyConnection]:
        new = self._beside(f".new-{os.getpid()}")
        try:
            connection = _connect(new, self.path)
            try:
                with _sentences(self.path):
                    migrate(connection, self.migrations)
                    with _transaction(connection):
                        yield connection
            finally:
                connection.close()
            _put(new, self.path)
        finally:
            _remove(new)

    def _state(self) -> object:
        """What differs whenever the file's content does. DuckDB counts its checkpoints in the first blocks."""
        log = self._beside(".wal")
        states = [entry.stat() for entry in (self.path, log) if entry.exists()]
        with self.path.open("rb") as file:
            return file.read(HEADER_BYTES), [(state.st_ino, state.st_mtime_ns, state.st_size) for state in states]

    def _require_file(self) -> None:
        if self.path.is_dir():
            raise StoreError(f"{self.path} is a folder. Name the portfolio file in it.")
        if not self.exists():
            raise StoreError(
                f"There is no portfolio at {self.path}. Create one by loading your holdings (allocation import "
                "HOLDINGS), or name the right file."
            )
        with _sentences(self.path):
            _require_duckdb(self.path)

    def _settle(self) -> None:
        # What is replaced may be the very file that can't be opened any more: then it is kept as it is.
        with suppress(StoreError), self._opened(self.path) as connection:
            connection.execute("CHECKPOINT")

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)

    def _dated(self, why: str) -> Path:
        stamp = datetime.datetime.now().strftime("%Y-%m-%d-%H%M%S-%f")
        return self.path.with_name(f"{self.path.stem}.{why}-{stamp}{self.path.suffix}")


def _connect(path: Path, called: Path) -> duckdb.DuckDBPyConnection:
    with _sentences(called), _private_files():
        return duckdb.connect(str(path), config=CONFIG)


def _require_duckdb(path: Path) -> None:
    # DuckDB would open some other kinds of files, a CSV among them, as a database of their own.
    with path.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise StoreError(f"{path} is not a portfolio file. Name another file, or restore a backup.")


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    with _private_files():
        connection.begin()
        try:
            yield
            _check_integrity(connection)
            connection.commit()
        except BaseException:
            with suppress(duckdb.Error):
                connection.rollback()
            raise


def _check_integrity(connection: duckdb.DuckDBPyConnection) -> None:
    broken = [str(sentence) for (sentence,) in connection.execute(_integrity_query()).fetchall()]
    if broken:
        raise BrokenReference("Nothing was saved. " + " ".join(broken))


@cache
def _integrity_query() -> str:
    return files("allocation.store").joinpath("integrity.sql").read_text(encoding="utf-8")


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    """Turns what DuckDB and the file system report into a sentence that names the file and a way out."""
    try:
        yield
    except AllocationError:
        raise
    except duckdb.Error as error:
        raise StoreError(_explain(path, str(error))) from error
    except OSError as error:
        raise StoreError(f"{path} can't be used: {error.strerror or error}.") from error


def _explain(path: Path, message: str) -> str:
    first_line = message.strip().splitlines()[0]
    lowered = message.lower()
    if any(sign in lowered for sign in ("not a valid duckdb", "could not read enough", "corrupt", "checksum")):
        return f"{path} is damaged, or only a part of a portfolio file. Restore a backup, or name another file."
    if "could not set lock" in lowered or "different configuration" in lowered or "being used by another" in lowered:
        return f"{path} is open in another program that doesn't share it. Close it there, then try again."
    if "permission denied" in lowered:
        return (
            f"{path} can't be read or written by you: permission denied. Change its permissions or name another file."
        )
    if "no space" in lowered or "disk full" in lowered or "file too large" in lowered:
        return f"There is no space left on the disk of {path}. Nothing was saved: free some space, then try again."
    return f"{path}: the database reports: {first_line} Nothing was saved."


@contextmanager
def _private_files() -> Iterator[None]:
    previous = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(previous)


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    with _sentences(target):
        try:
            with _private_files(), source.open("rb") as reader, part.open("wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
                writer.flush()
                os.fsync(writer.fileno())
            part.chmod(OWNER_ONLY)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _put(source: Path, target: Path) -> None:
    with _sentences(target):
        source.chmod(OWNER_ONLY)
        source.replace(target)
        if hasattr(os, "O_DIRECTORY"):
            folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _remove(path: Path) -> None:
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)
