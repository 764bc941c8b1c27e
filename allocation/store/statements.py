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
    as_text = {column: pd.array(_texts(table[column]), dtype="string") for column in table}
    connection.register(name, pd.DataFrame(as_text, index=table.index))


def _texts(cells: pd.Series) -> list[str | None]:
    return [cell if cell is None or type(cell) is str else str(cell) for cell in cells.astype(object)]


def count(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object] | None = None) -> int:
    """How many rows a statement changed, or the number it selects."""
    rows = connection.execute(statement, parameters or {}).fetchall()
    return int(rows[0][0])
