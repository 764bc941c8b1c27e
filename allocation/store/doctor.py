"""Everything about a portfolio's file that can be checked, in plain words."""

from __future__ import annotations

import datetime
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from allocation.errors import AllocationError, Busy
from allocation.money import is_known_currency
from allocation.store.backups import DATED, backups
from allocation.store.database import Database
from allocation.store.files import OWNER_ONLY, OWNER_ONLY_FOLDER, log_of, readable_by_others, remove, sentences
from allocation.store.integrity import read_everything, what_is_broken
from allocation.store.lock import lock_path
from allocation.store.migrations import migrate, schema_steps
from allocation.store.place import default_path

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
        stack.enter_context(sentences(database.path))
        stack.enter_context(database.locked())
        remedies = [*_permissions(database.path), *_leftovers(database)]
        found = [*_inside(database), *_log(database), *_surroundings(database)]
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
    half_made = re.compile(
        rf"{re.escape(path.name)}\.(new-\d+|migrating|restoring)(\.part|\.wal)?"
        rf"|{re.escape(path.stem)}\.{DATED.pattern}{re.escape(path.suffix)}\.part"
    )
    for file in sorted(path.parent.iterdir()):
        if half_made.fullmatch(file.name) and file.is_file():
            yield _Remedy(
                Finding("warning", f"{file} was left half-made by a crash. Your portfolio is whole.", "remove it"),
                lambda file=file: remove(file),  # type: ignore[misc]
            )


def _log(database: Database) -> Iterator[Finding]:
    """Opening takes in what a crash left in the log; a log that is still there afterwards is not this file's."""
    log = log_of(database.path)
    if log.exists():
        yield Finding(
            "warning", f"{log} is not the log of this file: nothing was taken in from it. Move it somewhere else."
        )


def _inside(database: Database) -> Iterator[Finding]:
    try:
        with database.look() as connection:
            read_everything(connection)
            steps = schema_steps(connection, database.migrations)
            if not any(step.applied_at for step in steps):
                yield Finding("fault", f"{database.path} is a DuckDB file, but not a portfolio of ours.")
                return
            wrong = [step for step in steps if step.state in ("newer", "changed since")]
            due = [step for step in steps if step.state == "pending"]
            for step in wrong:
                why = (
                    "this allocation doesn't know it" if step.state == "newer" else "this allocation's step is another"
                )
                yield Finding("fault", f"Step {step.version} ({step.name}) made this file, and {why}.")
            if not wrong and not due:
                yield from _schema(connection, database)
                yield from (Finding("fault", sentence) for sentence in what_is_broken(connection))
                yield from _rows(connection)
        if due and not wrong:
            database.rehearse_update()
            yield Finding("note", f"The file is at schema {due[0].version - 1}; its next use brings it up to date.")
    except Busy:
        raise
    except AllocationError as error:
        yield Finding("fault", str(error))


def _rows(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    rows = connection.execute(_odd(), {"today": datetime.date.today(), "days": OLD_DAYS}).fetchall()
    yield from (Finding(kind, text) for kind, text in rows)
    for what, currency in connection.execute(CURRENCIES).fetchall():
        if not is_known_currency(currency):
            yield Finding("fault", f"{currency!r} is the currency of {what}, and not a currency code.")


CURRENCIES = """
SELECT 'the portfolio', base_currency FROM portfolio WHERE base_currency IS NOT NULL
UNION ALL SELECT symbol, currency FROM assets
UNION ALL SELECT DISTINCT 'a price of ' || symbol, p.currency FROM prices p JOIN assets USING (asset_id)
UNION ALL SELECT DISTINCT 'an FX rate', unnest([from_currency, to_currency]) FROM fx_rates
"""


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
        others = " (the copies made before changes don't count)" if copies else ""
        yield Finding("note", f"You have made no backup beside the portfolio yet{others}: allocation backup.")
    elif (age := (datetime.datetime.now() - own[0]).days) > OLD_BACKUP_DAYS:
        yield Finding("note", f"Your last backup is {age} days old. Make one: allocation backup.")
    if copies:
        newest = copies[0][2]
        try:
            with database.look(newest) as connection:
                read_everything(connection)
                database.require_ours(connection, newest)
        except AllocationError as error:
            yield Finding("warning", f"The newest backup can't be used. {error}")
    size, free = database.path.stat().st_size, shutil.disk_usage(database.path.parent).free
    if free < 10 * size:
        yield Finding("warning", f"There are only {free / 1e6:,.0f} MB left on the disk of {database.path}.")


@cache
def _odd() -> str:
    return files("allocation.store").joinpath("doctor.sql").read_text(encoding="utf-8")
