"""What the file system does to a portfolio file, private to its owner, and said in sentences when it fails."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from allocation.errors import AllocationError, StoreError

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
        raise StoreError(_explain(path, str(error))) from error
    except OSError as error:
        raise StoreError(_explain(path, error.strerror or str(error))) from error


def _explain(path: Path, message: str) -> str:
    first_line = message.strip().splitlines()[0]
    lowered = message.lower()
    if any(sign in lowered for sign in ("not a valid duckdb", "could not read enough", "corrupt", "checksum")):
        return f"{path} is damaged, or only a part of a portfolio file. Restore a backup, or name another file."
    if "could not set lock" in lowered or "different configuration" in lowered or "being used by another" in lowered:
        holder = HOLDER.search(message)
        by = f" (process {holder[1]})" if holder else ""
        return f"{path} is open in another program{by} that doesn't share it. Close it there, then try again."
    if "permission denied" in lowered or "read-only" in lowered:
        return (
            f"{path} can't be read or written by you: permission denied. Change its permissions or name another file."
        )
    if any(sign in lowered for sign in ("no space", "disk full", "file too large", "quota")):
        return f"There is no space left on the disk of {path}. Nothing was saved: free some space, then try again."
    if "newer version of duckdb" in lowered:
        return (
            f"{path} was made by a newer version of DuckDB than the one installed here. Update allocation to open it."
        )
    return f"{path} can't be used: {first_line.rstrip('.')}. Nothing was saved."


def require_folder(path: Path) -> None:
    """Raises where the folder a portfolio is to stand in isn't there."""
    folder = path.parent
    if not folder.is_dir():
        raise StoreError(f"There is no folder {folder} for the portfolio {path.name}. Create it first.")


def require_duckdb(path: Path) -> None:
    """Raises where ``path`` is no DuckDB file: DuckDB would open a CSV, too, as a database of its own."""
    with sentences(path), path.open("rb") as file:
        if file.read(12)[8:] != b"DUCK":
            raise StoreError(f"{path} is not a portfolio file. Name another file, or restore a backup.")


def readable_by_others(path: Path) -> bool:
    """Whether the file modes let anybody but the owner at it; Windows keeps that elsewhere."""
    return os.name != "nt" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


@contextmanager
def private_files() -> Iterator[None]:
    """Whatever is created in the block is readable by its owner alone."""
    previous = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(previous)


def copy(source: Path, target: Path) -> None:
    """Copy a file so that ``target`` is there whole or not at all."""
    part = target.with_name(target.name + ".part")
    with sentences(target):
        try:
            with private_files(), source.open("rb") as reader, part.open("wb") as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
                writer.flush()
                os.fsync(writer.fileno())
            part.chmod(OWNER_ONLY)
            part.replace(target)
            _sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)


def put(source: Path, target: Path) -> None:
    """Put a finished file in another's place, in one step that survives a power cut."""
    with sentences(target):
        source.chmod(OWNER_ONLY)
        with source.open("rb+") as written:
            os.fsync(written.fileno())
        source.replace(target)
        _sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a database file and its log, if they are there."""
    for leftover in (path, path.with_name(path.name + ".wal")):
        leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    # Windows has no such thing as syncing a folder.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
