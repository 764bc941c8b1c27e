"""Every load that changed something, so that the last one can be taken back while nothing else has been saved since."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from allocation.errors import SavedSince, StoreError

BESIDE = (
    "load_history", "schema_migrations", "target_versions", "target_version_rows", "target_version_bands",
    "activations", "executed_snapshots", "replaced_holdings",
)  # fmt: skip
"""Tables in which nothing changes without a change in another: they are kept at the end of the very load, or beside an
execution."""


@dataclass(frozen=True)
class Load:
    """One load.

    Attributes:
        files: what each file was.
        loaded_by: who loaded them.
        loaded_at: when (UTC).
        backup: name of the copy that was made before it; None where the load made the portfolio.
    """

    files: tuple[str, ...]
    loaded_by: str
    loaded_at: datetime.datetime
    backup: str | None

    def __str__(self) -> str:
        when = self.loaded_at.replace(tzinfo=datetime.UTC).astimezone()
        return f"{', '.join(self.files)}, loaded at {when:%H:%M on %Y-%m-%d} by {self.loaded_by}"


def keep_load(connection: duckdb.DuckDBPyConnection, files: Sequence[str], by: str, backup: Path | None) -> None:
    """Note a load at its end, and what the portfolio is after it."""
    connection.execute(
        "INSERT INTO load_history (files, loaded_by, backup, state) VALUES (?, ?, ?, ?)",
        [list(files), by, backup.name if backup else None, state(connection)],
    )


def state(connection: duckdb.DuckDBPyConnection) -> str:
    """A sum over every row that a portfolio holds: the same again only if every row is."""
    names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL").fetchall()
    total = hashlib.sha256()
    for (name,) in names:
        if name not in BESIDE:
            quoted = '"' + name.replace('"', '""') + '"'
            rows = connection.execute(f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)) FROM {quoted} t").fetchall()
            total.update(f"{name}{rows}".encode())
    return total.hexdigest()


def last_load(connection: duckdb.DuckDBPyConnection) -> Load:
    """The load that can be taken back.

    Raises:
        StoreError: there is none.
        SavedSince: something else has been saved since.
    """
    rows = connection.execute(
        "SELECT files, loaded_by, created_at, backup, state FROM load_history ORDER BY load_id DESC LIMIT 1"
    ).fetchall()
    if not rows:
        raise StoreError("There is no load that could be taken back.")
    files, by, at, backup, after = rows[0]
    load = Load(tuple(files), str(by), at, backup)
    if state(connection) != after:
        copy = f" As it was before it: allocation restore {backup}." if backup else ""
        raise SavedSince(
            f"The last load ({load}) can't be taken back any more, because something else has been saved since and "
            "would be lost.",
            f"Take a wrong date out with: allocation delete snapshot ACCOUNT DATE.{copy}",
            backup,
        )
    return load


def save_mapping(connection: duckdb.DuckDBPyConnection, fingerprint: str, mapping: Mapping[str, str]) -> None:
    """Remember which column is what in tables with the same columns."""
    before = mappings(connection).get(fingerprint)
    if before == dict(mapping):
        return
    connection.execute("DELETE FROM column_mappings WHERE fingerprint = ?", [fingerprint])
    for field, column in mapping.items():
        connection.execute(
            "INSERT INTO column_mappings (fingerprint, field, source_column) VALUES (?, ?, ?)",
            [fingerprint, field, column],
        )


def mappings(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """What was said about columns of tables: fingerprint → our column → its column."""
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute("SELECT fingerprint, field, source_column FROM column_mappings ORDER BY ALL").fetchall()
    for fingerprint, field, column in rows:
        found.setdefault(str(fingerprint), {})[str(field)] = str(column)
    return found
