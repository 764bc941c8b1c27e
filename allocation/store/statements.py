"""What every write of files has in common: tables given to the database, statements that count, problems found."""

from __future__ import annotations

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem


def raise_problems(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> None:
    """Raises the problems that a query finds: file, row, column, value, remedy."""
    found = connection.execute(query, parameters or {}).fetchall()
    if found:
        raise LoadError([Problem(*problem) for problem in found])


def register(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    """Give a table to the database under a name, as text."""
    as_text = table.astype(object).map(lambda cell: None if cell is None else str(cell)).astype("string")
    connection.register(name, as_text)


def count(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object] | None = None) -> int:
    """How many rows a statement changed, or the number it selects."""
    rows = connection.execute(statement, parameters or {}).fetchall()
    return int(rows[0][0])
