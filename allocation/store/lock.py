"""One at a time: a lock file beside the portfolio, held from before it is opened until after it is closed.

DuckDB lets one process at a time write, and retrying on its own lock error can lose committed rows.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from allocation.errors import Busy, StoreError
from allocation.store.files import OWNER_ONLY, require_folder

PATIENCE = 1.0
"""Seconds to wait before saying so."""

POLL = 0.01


def lock_path(path: Path) -> Path:
    """The lock file of a portfolio file."""
    return path.with_name(path.name + ".lock")


@contextmanager
def locked(path: Path, timeout: float, by: str, tell: Callable[[str], None]) -> Iterator[None]:
    """Nobody else uses the portfolio inside the block.

    Parameters:
        path: the portfolio file.
        timeout: seconds to wait for another window or program.
        by: what to call this one where another has to wait for it.
        tell: is given a sentence when the wait is longer than a second, and an empty one when it is over.

    Raises:
        Busy: it was in use all that time; names who holds it where that can be known.
        StoreError: the folder is missing or can't be written to.
    """
    require_folder(path)
    held: list[int] = []
    lock = FileLock(
        lock_path(path),
        mode=OWNER_ONLY,
        poll_interval=POLL,
        preserve_lock_file=True,
        thread_local=False,
        on_acquired=held.append,
    )
    try:
        _acquire(lock, path, timeout, tell)
    except OSError as error:
        raise StoreError(
            f"The folder {path.parent} can't be used ({error.strerror or error}). The portfolio needs its lock file "
            f"{lock_path(path).name} there: make the folder writable, or move the portfolio."
        ) from None
    try:
        _write(held[0], f"{os.getpid()} {by}\n")
        with _UNITS.one():
            yield
    finally:
        _write(held[0], "")
        lock.release()


def _write(lock_file: int, text: str) -> None:
    # Who holds it is a courtesy to those who wait: a full disk must not keep anybody out.
    with suppress(OSError):
        os.ftruncate(lock_file, 0)
        os.lseek(lock_file, 0, os.SEEK_SET)
        os.write(lock_file, text.encode(errors="replace"))


class _Units:
    """Counts the units of work of this process, so that it forks only between them.

    A child forked while another thread has a database open would inherit half of it, and destroy the file.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._active: Counter[int] = Counter()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._wait, after_in_parent=self._go_on, after_in_child=self._begin_anew)

    @contextmanager
    def one(self) -> Iterator[None]:
        thread = threading.get_ident()
        with self._changed:
            self._active[thread] += 1
        try:
            yield
        finally:
            with self._changed:
                self._active[thread] -= 1
                self._active += Counter()
                self._changed.notify_all()

    def _wait(self) -> None:
        self._changed.acquire()
        own = threading.get_ident()
        self._changed.wait_for(lambda: not set(self._active) - {own})

    def _go_on(self) -> None:
        self._changed.release()

    def _begin_anew(self) -> None:
        self._changed = threading.Condition()
        self._active = Counter()


_UNITS = _Units()


def _acquire(lock: FileLock, path: Path, timeout: float, tell: Callable[[str], None]) -> None:
    try:
        lock.acquire(timeout=min(PATIENCE, timeout))
    except Timeout:
        if timeout <= PATIENCE:
            raise _busy(path, timeout) from None
    else:
        return
    tell(f"Waiting: {_holder(path) or 'another window or program'} is using {path.name}…")
    try:
        lock.acquire(timeout=timeout - PATIENCE)
    except Timeout:
        raise _busy(path, timeout) from None
    finally:
        tell("")


def _busy(path: Path, timeout: float) -> Busy:
    return Busy(
        f"{path} is being used by {_holder(path) or 'another window or program'}, and was for {timeout:g} seconds. "
        "Wait until it has finished saving, then try again."
    )


def _holder(path: Path) -> str:
    """Who holds the lock, as far as it can be known: it writes its process number and name into the lock file."""
    try:
        number, _, name = lock_path(path).read_text(encoding="utf-8").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        return ""
    return f"{name} (process {number})" if number.isdecimal() and name else ""
