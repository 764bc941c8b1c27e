"""The schema's history: numbered pairs of SQL files, applied and rolled back one transaction each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
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
    """One step of the schema: ``up`` makes it, ``down`` unmakes it."""

    version: int
    name: str
    up: str
    down: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.up.encode()).hexdigest()


def read_migrations(folder: Traversable) -> tuple[Migration, ...]:
    """The migrations in a folder of ``0001_name.up.sql`` and ``0001_name.down.sql`` pairs, in order."""
    ups = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".up.sql"))
    return tuple(
        Migration(
            version=int(file_name.split("_", 1)[0]),
            name=file_name.removesuffix(".up.sql").split("_", 1)[1],
            up=folder.joinpath(file_name).read_text(encoding="utf-8"),
            down=folder.joinpath(file_name.replace(".up.", ".down.")).read_text(encoding="utf-8"),
        )
        for file_name in ups
    )


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
    _in_one_transaction(
        connection,
        [(RECORD, []), (migration.up, []), (record, [migration.version, migration.name, migration.checksum])],
    )
    return migration.version


def _roll_back(connection: duckdb.DuckDBPyConnection, migration: Migration) -> int:
    record = "DELETE FROM schema_migrations WHERE version = ?"
    _in_one_transaction(connection, [(migration.down, []), (record, [migration.version])])
    return migration.version


def _in_one_transaction(connection: duckdb.DuckDBPyConnection, statements: Iterable[tuple[str, list[object]]]) -> None:
    connection.begin()
    try:
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
