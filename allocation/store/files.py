"""What the file system does to a portfolio file, private to its owner, and said in sentences when it fails."""

from __future__ import annotations

import os
import re
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from allocation.errors import AllocationError, Busy, StoreError

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700

HOLDER = re.compile(r"\(PID (\d+)\)")


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turns what DuckDB and the file system report into a sentence that names the file and a way out."""
    try:
        yield
    except AllocationError:
        raise
    except duckdb.Error as error:
        if _is_open_elsewhere(str(error)):
            holder = HOLDER.search(str(error))
            by = f" (process {holder[1]})" if holder else ""
            raise Busy(
                f"{path} is open in another program{by} that doesn't share it. Close it there, then try again."
            ) from error
        raise StoreError(_explain(path, str(error))) from error
    except OSError as error:
        raise StoreError(_explain(path, error.strerror or str(error))) from error


def _is_open_elsewhere(message: str) -> bool:
    signs = ("could not set lock", "different configuration", "being used by another")
    return any(sign in message.lower() for sign in signs)


def _explain(path: Path, message: str) -> str:
    first_line = message.strip().splitlines()[0]
    lowered = message.lower()
    if any(sign in lowered for sign in ("not a valid duckdb", "could not read enough", "corrupt", "checksum")):
        return f"{path} is damaged, or only a part of a portfolio file. Restore a backup, or name another file."
    if "permission denied" in lowered or "read-only" in lowered:
        return (
            f"{path} can't be read or written by you: permission denied. Change its permissions or name another file."
        )
    if any(sign in lowered for sign in ("no space", "disk full", "file too large", "quota")):
        return f"There is no space left on the disk of {path}. Nothing was saved: free some space, then try again."
    if "catalog error" in lowered or "binder error" in lowered:
        return f"{path} is not as a portfolio should be ({first_line}). See what is wrong with: allocation doctor."
    if "out of range" in lowered or "overflow" in lowered:
        return f"A value in {path} is too large to be calculated. Check its quantities, prices and FX rates."
    if "newer version of duckdb" in lowered:
        return (
            f"{path} was made by a newer version of DuckDB than the one installed here. Update allocation to open it."
        )
    return f"{path} can't be used: {first_line.rstrip('.')}. Nothing was saved."


def require_folder(path: Path) -> None:
    """Raises where the folder a portfolio is to stand in isn't there."""
    folder = path.parent
    with sentences(path):
        is_there = folder.is_dir()
    if not is_there:
        raise StoreError(f"There is no folder {folder} for {path.name}. Create it first.")


def require_duckdb(path: Path) -> None:
    """Raises where ``path`` is no DuckDB file: DuckDB would open a CSV, too, as a database of its own."""
    with sentences(path), path.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise StoreError(f"{path} is not a portfolio file. Name another file, or restore a backup.")


def readable_by_others(path: Path) -> bool:
    """Whether the file modes let anybody but the owner at it; Windows keeps that elsewhere."""
    return os.name != "nt" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


class _PrivateFiles:
    """Whatever is created in the block is readable by its owner alone, whichever threads are in it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._previous = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._previous = os.umask(0o077)
            self._inside += 1

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                os.umask(self._previous)


# The mask is the process's, not the thread's: the last one out puts it back.
private_files = _PrivateFiles()


def named_path(name: str | Path) -> Path:
    """The file a person names.

    Raises:
        StoreError: no file can be called so.
    """
    try:
        path = Path(name).expanduser().absolute()
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.stat()
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).rstrip(".")
        raise StoreError(f"{str(name)[:100]!r} can't name a file: {reason}. Name another one.") from None
    return path


def copy(source: Path, target: Path) -> None:
    """Copy a file so that ``target`` is there whole or not at all."""
    part = target.with_name(target.name + ".part")
    with sentences(target):
        try:
            with source.open("rb") as reader, os.fdopen(_owned(part), "wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
                writer.flush()
                os.fsync(writer.fileno())
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)


def _owned(path: Path) -> int:
    path.unlink(missing_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)


def put(source: Path, target: Path) -> None:
    """Put a finished file in another's place, in one step that survives a power cut."""
    with sentences(target):
        source.chmod(OWNER_ONLY)
        with source.open("rb+") as written:
            os.fsync(written.fileno())
        source.replace(target)
        _sync_folder(target.parent)


def log_of(path: Path) -> Path:
    """The log that DuckDB keeps beside a database file while it is open, and after a crash."""
    return path.with_name(path.name + ".wal")


def remove(path: Path) -> None:
    """Remove a database file and its log, if they are there."""
    with sentences(path):
        for leftover in (path, log_of(path)):
            leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # Windows has no such thing as syncing a folder.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
