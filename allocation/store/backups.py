"""Copies of a portfolio that stand beside it: how they are called, and how many of the automatic ones stay."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path

from allocation.errors import StoreError
from allocation.store.files import named_path, sentences

LATEST_KEPT = 10
"""Automatic backups that stay in any case; of the older ones, the last of each month stays."""

STAMP = "%Y-%m-%d-%H%M%S-%f"
DATED = re.compile(r"(?P<why>backup|replaced|before-[a-z0-9-]*?)-(?P<stamp>\d{4}-\d\d-\d\d-\d{6}-\d{6})")


def dated(path: Path, why: str) -> Path:
    """A name beside ``path`` for a copy made now, such as ``portfolio.backup-2026-11-22-180301-123456.duckdb``."""
    stamp = datetime.datetime.now().strftime(STAMP)
    return path.with_name(f"{path.stem}.{why}-{stamp}{path.suffix}")


def backups(path: Path) -> list[tuple[datetime.datetime, str, Path]]:
    """When, why and where: every dated copy beside the portfolio, newest first."""
    found = []
    for copy in path.parent.iterdir():
        name = copy.name.removeprefix(f"{path.stem}.").removesuffix(path.suffix)
        parts = DATED.fullmatch(name)
        when = _when(parts["stamp"]) if parts else None
        if parts and when and copy.name == f"{path.stem}.{name}{path.suffix}" and copy.is_file():
            found.append((when, parts["why"], copy))
    return sorted(found, reverse=True)


def _when(stamp: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.strptime(stamp, STAMP)
    except ValueError:
        return None


def _is_reserved(path: Path, to: Path) -> bool:
    """Whether a file called ``to`` would be taken for one that the program makes beside ``path`` by itself."""
    if to.parent.resolve() != path.parent:
        return to.suffix == ".part"
    name = to.name.removeprefix(f"{path.stem}.").removesuffix(path.suffix)
    return (to.name.startswith(f"{path.name}.") or to.suffix == ".part") or bool(DATED.fullmatch(name))


def free_name(path: Path, to: str | Path) -> Path:
    """Where a person wants a copy of ``path``: a file that isn't there yet, or a folder for a dated one.

    Raises:
        StoreError: something stands there, or the program would take it for one of its own.
    """
    target = named_path(to)
    with sentences(target):
        if str(to).strip() and target.is_dir():
            target = target / dated(path, "backup").name
        elif not str(to).strip() or _is_reserved(path, target):
            raise StoreError(f"{str(to)!r} is a name that the program uses itself. Name the copy otherwise.")
        if target.exists():
            raise StoreError(f"{target} exists already. Name a file that doesn't, so that no backup is overwritten.")
    return target


def thin(path: Path, spare: Sequence[Path]) -> None:
    """Remove automatic backups beyond the latest ten, but for the last of each month; those a person made stay.

    Parameters:
        path: the portfolio file.
        spare: copies that stay in any case, such as the one just made.
    """
    automatic = [(when, copy) for when, why, copy in backups(path) if why != "backup"]
    months = {(when.year, when.month) for when, _ in automatic[:LATEST_KEPT]}
    for when, copy in automatic[LATEST_KEPT:]:
        if (when.year, when.month) in months and copy not in spare:
            copy.unlink(missing_ok=True)
        months.add((when.year, when.month))
