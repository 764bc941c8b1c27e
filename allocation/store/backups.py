"""Copies of a portfolio that stand beside it: how they are called, and how many of the automatic ones stay."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

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
        if parts and copy.name == f"{path.stem}.{name}{path.suffix}":
            found.append((datetime.datetime.strptime(parts["stamp"], STAMP), parts["why"], copy))
    return sorted(found, reverse=True)


def thin(path: Path) -> list[Path]:
    """Remove automatic backups beyond the latest ten, but for the last of each month; those a person made stay.

    Returns:
        What was removed.
    """
    automatic = [(when, copy) for when, why, copy in backups(path) if why != "backup"]
    months = {(when.year, when.month) for when, _ in automatic[:LATEST_KEPT]}
    removed = []
    for when, copy in automatic[LATEST_KEPT:]:
        if (when.year, when.month) in months:
            copy.unlink(missing_ok=True)
            removed.append(copy)
        months.add((when.year, when.month))
    return removed
