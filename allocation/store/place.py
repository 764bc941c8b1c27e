"""Where a portfolio is kept: its file, the lock on it, and the copies beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import duckdb
from platformdirs import user_data_path

from allocation.errors import Busy, StoreError
from allocation.store.backups import dated, thin
from allocation.store.connecting import connect
from allocation.store.files import copy, log_of, named_path, readable_by_others, remove, require_duckdb, sentences
from allocation.store.lock import locked

HEADER_BYTES = 3 * 4096


def default_path() -> Path:
    """Where a portfolio is kept when nobody says otherwise, by the platform's convention."""
    return user_data_path("allocation", appauthor=False) / "portfolio.duckdb"


def to_standard_error(sentence: str) -> None:
    """Write a sentence to standard error; an empty one is nothing to write."""
    # Where nobody listens any more, the work goes on.
    with suppress(OSError):
        if sentence:
            sys.stderr.write(f"{sentence}\n")


class Place:
    """The file of a portfolio, whatever is in it.

    Parameters:
        path: the file; it need not exist yet.
        timeout: seconds to wait for another window or program that is using the file.
        by: what to call this window where another one waits for it.
        tell: is given a sentence when another window has to be waited for, an empty one when that is over, and a
            sentence when the file was brought up to date.
    """

    def __init__(
        self, path: Path, timeout: float = 30.0, by: str = "somebody", tell: Callable[[str], None] = to_standard_error
    ) -> None:
        self.path = named_path(path).resolve()
        self.timeout = timeout
        self.by = by
        self.tell = tell
        self._warned = False

    def exists(self) -> bool:
        with sentences(self.path):
            return self.path.exists()

    def require_file(self) -> None:
        """Raises where there is no portfolio file."""
        if self.exists() and self.path.is_dir():
            raise StoreError(f"{self.path} is a folder. Name the portfolio file in it.")
        if not self.exists():
            raise StoreError(
                f"There is no portfolio at {self.path}. Create one by loading your holdings (allocation import "
                "HOLDINGS), or name the right file."
            )
        require_duckdb(self.path)

    def beside(self, ending: str) -> Path:
        """The file beside the portfolio that is called like it, with ``ending``."""
        return self.path.with_name(self.path.name + ending)

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else uses the file inside the block."""
        return locked(self.path, self.timeout, self.by, self.tell)

    def look(self, copy: Path | None = None) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The file, or a backup of it, as it is: not brought up to date. Only to be used inside :meth:`locked`."""
        return self._connected(copy or self.path)

    @contextmanager
    def _connected(self, path: Path, called: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = connect(path, called or path)
        try:
            with sentences(called or path):
                yield connection
        finally:
            connection.close()

    @contextmanager
    def _candidate(self, origin: Path, ending: str) -> Iterator[Path]:
        """A copy to work on beside the portfolio, gone at the end unless it was put in its place."""
        candidate = self.beside(ending)
        try:
            remove(candidate)
            copy(origin, candidate)
            if origin != self.path and log_of(origin).exists():
                copy(log_of(origin), log_of(candidate))
            yield candidate
        finally:
            remove(candidate)

    def _set_aside(self) -> Path | None:
        """Keep what stands in the portfolio's place; also a log without its file, which the next one would inherit."""
        kept = dated(self.path, "replaced")
        log = log_of(self.path)
        is_there = self.exists()
        if is_there:
            try:
                with self._connected(self.path) as connection:
                    connection.execute("CHECKPOINT")
            except Busy:
                raise
            except StoreError:
                # The very file that can't be opened any more is kept as it is, log and all.
                pass
            copy(self.path, kept)
        with sentences(log):
            if log.exists():
                log.replace(log_of(kept))
        return kept if is_there else None

    def _thin(self, *spare: Path) -> None:
        with sentences(self.path):
            thin(self.path, spare)

    def _warn_of_readers(self) -> None:
        with sentences(self.path):
            is_open_to_others = readable_by_others(self.path)
        if not self._warned and is_open_to_others:
            self._warned = True
            self.tell(f"{self.path} can be read by others than you. allocation doctor --mend makes it yours alone.")

    def state(self) -> object:
        """What differs whenever the file's content does. DuckDB counts its checkpoints in the first blocks."""
        with sentences(self.path), self.path.open("rb") as file:
            states = [entry.stat() for entry in (self.path, log_of(self.path)) if entry.exists()]
            return file.read(HEADER_BYTES), [(state.st_ino, state.st_mtime_ns, state.st_size) for state in states]
