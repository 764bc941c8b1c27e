"""The schema's history: numbered pairs of SQL files, applied and rolled back one transaction each.

``0002_name.up.sql`` and ``0002_name.down.sql`` are a pair; where going down loses something, ``0002_name.lost.sql``
asks for it, one sentence a row.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import duckdb

from allocation.errors import StoreError

RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    checksum VARCHAR NOT NULL,
    applied_at TIMESTAMP NOT NULL DEFAULT make_timestamp(epoch_us(get_current_timestamp()))
)
"""


@dataclass(frozen=True)
class Migration:
    """One step of the schema: ``up`` makes it, ``down`` unmakes it, ``lost`` asks what the latter would lose."""

    version: int
    name: str
    up: str
    down: str
    lost: str = ""

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.up.encode()).hexdigest()


@dataclass(frozen=True)
class SchemaStep:
    """One step of the schema's history, as a file has it.

    Attributes:
        version: its number.
        name: what it brought.
        applied_at: when this file got it (UTC); None where it hasn't.
        state: ``applied``, ``pending``, ``changed since`` (the step isn't the one that made this file) or ``newer``
            (this version of the program doesn't know it).
    """

    version: int
    name: str
    applied_at: datetime.datetime | None
    state: str


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """The migrations in a folder of ``0001_name.up.sql`` and ``0001_name.down.sql`` pairs, in order."""
    ups = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".up.sql"))
    return tuple(
        Migration(
            version=int(file_name.split("_", 1)[0]),
            name=file_name.removesuffix(".up.sql").split("_", 1)[1],
            up=folder.joinpath(file_name).read_text(encoding="utf-8"),
            down=folder.joinpath(file_name.replace(".up.", ".down.")).read_text(encoding="utf-8"),
            lost=_read_if_there(folder.joinpath(file_name.replace(".up.", ".lost."))),
        )
        for file_name in ups
    )


def _read_if_there(entry: Traversable) -> str:
    return entry.read_text(encoding="utf-8") if entry.is_file() else ""


@cache
def shipped_migrations() -> tuple[Migration, ...]:
    """The migrations that this version of the package knows."""
    return read_migrations(files("allocation.store").joinpath("migrations"))


def applied_versions(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """Version → checksum of what has been applied to this database; empty for a database that isn't ours."""
    try:
        rows = connection.execute("SELECT version, checksum FROM schema_migrations ORDER BY version").fetchall()
    except duckdb.CatalogException:
        return {}
    return {int(version): str(checksum) for version, checksum in rows}


def pending(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> list[Migration]:
    """What is still to be applied.

    Raises:
        StoreError: the database is from a newer version, or an applied migration has been edited since.
    """
    applied = applied_versions(connection)
    by_version = {migration.version: migration for migration in migrations}
    unknown = sorted(set(applied) - set(by_version))
    if unknown:
        raise StoreError(
            f"This portfolio file was written by a newer version of allocation (schema {unknown[-1]}, this version "
            f"knows {max(by_version)}). Update allocation to open it."
        )
    for version, checksum in applied.items():
        if by_version[version].checksum != checksum:
            raise StoreError(
                f"Migration {version} ({by_version[version].name}) is not the one that made this portfolio file. "
                "Reinstall allocation, or restore a backup made with this version."
            )
    return [migration for migration in migrations if migration.version not in applied]


def schema_steps(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> list[SchemaStep]:
    """Each step that the file has or the program knows, in order."""
    try:
        rows = connection.execute("SELECT version, name, checksum, applied_at FROM schema_migrations").fetchall()
    except duckdb.CatalogException:
        rows = []
    known = {migration.version: migration for migration in migrations}
    steps = {
        version: SchemaStep(version, name, applied_at, _state(known.get(version), checksum))
        for version, name, checksum, applied_at in rows
    }
    for version, migration in known.items():
        steps.setdefault(version, SchemaStep(version, migration.name, None, "pending"))
    return [steps[version] for version in sorted(steps)]


def _state(migration: Migration | None, checksum: str) -> str:
    if migration is None:
        return "newer"
    return "applied" if migration.checksum == checksum else "changed since"


def what_would_be_lost(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], to: int) -> list[str]:
    """What going down to version ``to`` would lose, in words; each step is asked about the file as it is now."""
    applied = applied_versions(connection)
    going = [migration for migration in migrations if migration.version in applied and migration.version > to]
    return [
        str(words)
        for migration in reversed(going)
        if migration.lost
        for (words,) in connection.execute(migration.lost).fetchall()
    ]


def migrate(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], to: int | None = None) -> list[int]:
    """Bring the schema to version ``to`` (the newest by default), upwards or downwards.

    Each step and its record are one transaction; a step that fails leaves the database as it was before that step.

    Returns:
        The versions applied or rolled back, in order.
    """
    due = pending(connection, migrations)
    if to is None:
        return [_apply(connection, migration) for migration in due]
    applied = applied_versions(connection)
    downwards = [
        migration for migration in reversed(migrations) if migration.version in applied and migration.version > to
    ]
    return [_roll_back(connection, migration) for migration in downwards] + [
        _apply(connection, migration) for migration in due if migration.version <= to
    ]


def _apply(connection: duckdb.DuckDBPyConnection, migration: Migration) -> int:
    record = "INSERT INTO schema_migrations (version, name, checksum) VALUES (?, ?, ?)"
    row: list[object] = [migration.version, migration.name, migration.checksum]
    _in_one_transaction(connection, migration, [(RECORD, []), (migration.up, []), (record, row)])
    return migration.version


def _roll_back(connection: duckdb.DuckDBPyConnection, migration: Migration) -> int:
    record = "DELETE FROM schema_migrations WHERE version = ?"
    _in_one_transaction(connection, migration, [(migration.down, []), (record, [migration.version])])
    return migration.version


def _in_one_transaction(
    connection: duckdb.DuckDBPyConnection, migration: Migration, statements: Iterable[tuple[str, list[object]]]
) -> None:
    connection.begin()
    try:
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.commit()
    except BaseException as error:
        with suppress(duckdb.Error):
            connection.rollback()
        if isinstance(error, duckdb.Error) and not isinstance(error, duckdb.IOException):
            raise StoreError(
                f"The step {migration.version} ({migration.name}) of the schema failed: "
                f"{str(error).strip().splitlines()[0]} The portfolio is as it was before."
            ) from error
        raise
