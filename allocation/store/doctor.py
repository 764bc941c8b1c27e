"""Everything about a portfolio's file that can be checked, in plain words."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from allocation.errors import AllocationError
from allocation.store.backups import backups
from allocation.store.database import Database, default_path
from allocation.store.files import OWNER_ONLY, OWNER_ONLY_FOLDER, readable_by_others, remove
from allocation.store.integrity import read_everything, what_is_broken
from allocation.store.lock import lock_path
from allocation.store.migrations import migrate, schema_steps

KINDS = ("fault", "warning", "note")
OLD_DAYS = 30
OLD_BACKUP_DAYS = 90


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes:
        kind: ``fault`` (something is wrong), ``warning`` (something may be) or ``note``.
        text: what, in plain words, and what to do.
        mend: what mending does about it; None where only a person can.
        mended: whether that was done.
    """

    kind: str
    text: str
    mend: str | None = None
    mended: bool = False


@dataclass(frozen=True)
class _Remedy:
    finding: Finding
    apply: Callable[[], object]


def examine(database: Database, mend: bool) -> list[Finding]:
    """Look at the file and all that stands around it; nothing is written unless ``mend`` is given.

    Returns:
        The findings, the worst first.

    Raises:
        StoreError: there is no portfolio, or it is in use.
    """
    database.require_file()
    with ExitStack() as stack:
        stack.enter_context(database.locked())
        remedies = [*_permissions(database.path), *_leftovers(database)]
        found = [*_log(database), *_inside(database), *_surroundings(database)]
        for remedy in remedies:
            if mend:
                remedy.apply()
            found.append(replace(remedy.finding, mended=mend))
    return sorted(found, key=lambda finding: KINDS.index(finding.kind))


def _permissions(path: Path) -> Iterator[_Remedy]:
    wanted = dict.fromkeys((path, lock_path(path), *(copy for _, _, copy in backups(path))), OWNER_ONLY)
    if path.parent == default_path().parent:
        wanted[path.parent] = OWNER_ONLY_FOLDER
    for file, mode in wanted.items():
        if file.exists() and readable_by_others(file):
            yield _Remedy(
                Finding("warning", f"{file} can be read by others than you.", "make it readable by you alone"),
                lambda file=file, mode=mode: file.chmod(mode),  # type: ignore[misc]
            )


def _leftovers(database: Database) -> Iterator[_Remedy]:
    """Half-made files. Whoever makes one holds the lock, so that with the lock in hand each is left from a crash."""
    path = database.path
    for file in sorted(path.parent.iterdir()):
        ending = file.name.removeprefix(path.name)
        ours = file.name != ending and ending.startswith((".new-", ".migrating", ".restoring"))
        if (ours or (file.name.startswith(f"{path.stem}.") and file.suffix == ".part")) and file.suffix != ".wal":
            yield _Remedy(
                Finding("warning", f"{file} was left half-made by a crash. Your portfolio is whole.", "remove it"),
                lambda file=file: remove(file),  # type: ignore[misc]
            )


def _log(database: Database) -> Iterator[Finding]:
    if database.beside(".wal").exists():
        yield Finding(
            "note",
            "The last write was not yet taken into the file, as after a crash. That is done at every opening.",
            "take it in",
            mended=True,
        )


def _inside(database: Database) -> Iterator[Finding]:
    try:
        with database.look() as connection:
            read_everything(connection)
            steps = schema_steps(connection, database.migrations)
            wrong = [step for step in steps if step.state in ("newer", "changed since")]
            due = [step for step in steps if step.state == "pending"]
            for step in wrong:
                why = "this version of allocation doesn't know it" if step.state == "newer" else "it was changed since"
                yield Finding("fault", f"Step {step.version} ({step.name}) made this file, and {why}.")
            if due:
                yield Finding("note", f"The file is at schema {due[0].version - 1}; its next use brings it up to date.")
            if wrong or due:
                return
            yield from _schema(connection, database)
            yield from (Finding("fault", sentence) for sentence in what_is_broken(connection))
            rows = connection.execute(_odd(), {"today": datetime.date.today(), "days": OLD_DAYS}).fetchall()
            yield from (Finding(kind, text) for kind, text in rows)
    except AllocationError as error:
        yield Finding("fault", str(error))


def _schema(connection: duckdb.DuckDBPyConnection, database: Database) -> Iterator[Finding]:
    with duckdb.connect(":memory:") as fresh:
        migrate(fresh, database.migrations)
        expected, actual = _objects(fresh), _objects(connection)
    for name in sorted(expected.keys() | actual.keys()):
        if name not in actual:
            yield Finding("fault", f"The {name} is missing. Restore a backup.")
        elif name not in expected:
            yield Finding("warning", f"The {name} is not ours; somebody added it.")
        elif expected[name] != actual[name]:
            yield Finding("fault", f"The {name} is not as it was made. Restore a backup.")


def _objects(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the database is made of: each table, sequence, view and index by name, with its definition."""
    rows = connection.execute(
        """
        SELECT 'table ' || table_name, sql FROM duckdb_tables() WHERE NOT temporary
        UNION ALL SELECT 'sequence ' || sequence_name, '' FROM duckdb_sequences()
        UNION ALL SELECT 'view ' || view_name, sql FROM duckdb_views() WHERE NOT internal
        UNION ALL SELECT 'index ' || index_name, sql FROM duckdb_indexes()
        """
    ).fetchall()
    return dict(rows)


def _surroundings(database: Database) -> Iterator[Finding]:
    copies = backups(database.path)
    own = next((copy for copy in copies if copy[1] == "backup"), None)
    if own is None:
        yield Finding("note", "There is no backup beside the portfolio yet. Make one: allocation backup.")
    elif (age := (datetime.datetime.now() - own[0]).days) > OLD_BACKUP_DAYS:
        yield Finding("note", f"The last backup is {age} days old. Make one: allocation backup.")
    if copies:
        newest = copies[0][2]
        try:
            with database.look(newest) as connection:
                read_everything(connection)
        except AllocationError as error:
            yield Finding("warning", f"The newest backup can't be used. {error}")
    size, free = database.path.stat().st_size, shutil.disk_usage(database.path.parent).free
    if free < 10 * size:
        yield Finding("warning", f"There are only {free / 1e6:,.0f} MB left on the disk of {database.path}.")


@cache
def _odd() -> str:
    return files("allocation.store").joinpath("doctor.sql").read_text(encoding="utf-8")
