"""Whether a portfolio's rows fit together, and whether all of them can be read."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import duckdb

from allocation.errors import BrokenReference


def check_integrity(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises where something points to nothing, or a sum of targets isn't 100."""
    broken = what_is_broken(connection)
    if broken:
        raise BrokenReference("Nothing was saved. " + " ".join(broken))


def what_is_broken(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """A sentence for each reference to nothing and each wrong sum of targets."""
    return [str(sentence) for (sentence,) in connection.execute(_integrity_query()).fetchall()]


def read_everything(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every row of every table, so that a damaged block is met now."""
    tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    for names in tables:
        quoted = ".".join('"' + name.replace('"', '""') + '"' for name in names)
        connection.execute(f"SELECT bit_xor(hash(t)) FROM {quoted} t").fetchall()


@cache
def _integrity_query() -> str:
    return files("allocation.store").joinpath("integrity.sql").read_text(encoding="utf-8")
