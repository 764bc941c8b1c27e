"""Opening a file as a database, and a transaction on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from allocation.store.files import private_files, sentences
from allocation.store.integrity import check_integrity
from allocation.store.versions import keep_versions

CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
    # A portfolio is small: the usual blocks of 256 KiB make a file of 7 MB out of what fits into 0.5 MB, and a second
    # thread costs more to start and stop than it saves.
    "default_block_size": "16384",
    "threads": "1",
}


def connect(path: Path, called: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the database at ``path``, which sentences call ``called``."""
    with sentences(called), private_files:
        return duckdb.connect(str(path), config=CONFIG)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection, keep: bool, by: str) -> Iterator[None]:
    """What is written in the block is committed at its end if it fits together; else, and without ``keep``, undone.

    Targets that the block has changed become a version, saved by ``by``.
    """
    with private_files:
        connection.begin()
        try:
            yield
            keep_versions(connection, by)
            check_integrity(connection)
            connection.commit() if keep else connection.rollback()
        except BaseException:
            with suppress(duckdb.Error):
                connection.rollback()
            raise
