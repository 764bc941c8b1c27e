"""A Wealthfolio database opened read-only, from a copy: nothing in the file is run, and what is read is bounded."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from allocation.readers.opened import Opened

SQLITE = b"SQLite format 3\0"
BACKUP = b"WFOLIOBACKUP"
LARGEST_FILE = 2 * 1024**3
LARGEST_CELL = 32 * 1024**2
LARGEST_ANSWER = 256 * 1024**2
MOST_ROWS = 200_000
STEPS_AT_ONCE, MOST_STEPS = 1_000_000, 5_000_000_000


class Unreadable(Exception):
    """Why a file can't be read; a sentence for the person who brought it."""


class Database:
    """The real tables of a database and their stored columns.

    Views, virtual tables and generated columns are left out: they calculate, and a stranger's file may have anything
    calculated.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        named = self.select("SELECT name, sql FROM sqlite_master WHERE type = 'table'", ())
        real = [row["name"] for row in named if not str(row["sql"]).upper().startswith("CREATE VIRTUAL")]
        self.columns = {str(name): self._stored_columns(str(name)) for name in real[:1000]}

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is such a table, with such columns."""
        return table in self.columns and self.columns[table].issuperset(columns)

    def rows(
        self, table: str, required: Sequence[str], optional: Sequence[str] = (), then: str = ""
    ) -> list[dict[str, Any]]:
        """Rows of a table as dictionaries; None in optional columns that this generation doesn't have.

        Parameters:
            table, required: they must be there.
            optional: columns of some generations.
            then: what follows the table's name in the statement.

        Raises:
            Unreadable: the table or a column is missing, or there is too much.
        """
        missing = [column for column in required if not self.has(table, column)]
        if missing:
            raise Unreadable(
                f"is a Wealthfolio database whose table {table} has no {' and no '.join(missing)}. Open it in the "
                "newest Wealthfolio once, then export it there and load the export."
            )
        chosen = [f'"{column}"' if self.has(table, column) else f'NULL AS "{column}"' for column in optional]
        names = [f'"{column}"' for column in required] + chosen
        return self.select(f'SELECT {", ".join(names)} FROM "{table}" {then}', ())

    def select(self, statement: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries.

        Raises:
            Unreadable: there are more than can be held in memory.
        """
        cursor = self._connection.execute(statement, parameters)
        names = [column[0] for column in cursor.description]
        found: list[dict[str, Any]] = []
        size = 0
        for row in cursor:
            size += sum(len(cell) for cell in row if isinstance(cell, (str, bytes)))
            if len(found) >= MOST_ROWS or size > LARGEST_ANSWER:
                raise Unreadable("holds more than any portfolio does (200,000 rows, or 256 MB, of one kind).")
            found.append(dict(zip(names, row, strict=True)))
        return found

    def _stored_columns(self, table: str) -> frozenset[str]:
        escaped = table.replace('"', '""')
        return frozenset(
            row["name"] for row in self.select(f'PRAGMA table_xinfo("{escaped}")', ()) if not row["hidden"]
        )


@contextmanager
def database(source: Opened) -> Iterator[Database]:
    """A copy of the database and of what SQLite keeps beside it, read-only for the time of the block.

    Raises:
        Unreadable: it is encrypted, a backup, damaged, or too large.
    """
    _require_plain(source.head[: len(SQLITE)])
    with tempfile.TemporaryDirectory(prefix="allocation-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            _copy(source, copy)
        except OSError as error:
            raise Unreadable(f"can't be copied to read it ({error.strerror or error}).") from None
        try:
            with closing(_connect(copy)) as connection:
                yield Database(connection)
        except (sqlite3.Error, MemoryError, OverflowError, UnicodeError) as error:
            raise Unreadable(_why(error)) from None


def _copy(source: Opened, copy: Path) -> None:
    if source.path is None:
        copy.write_bytes(source.bytes())
        return
    if source.path.stat().st_size > LARGEST_FILE:
        raise Unreadable(f"is larger than {LARGEST_FILE // 1024**3} GB, more than any portfolio.")
    shutil.copyfile(source.path, copy)
    # Rows that were written last may stand in the -wal file alone.
    for beside in ("-wal", "-shm"):
        original = source.path.with_name(source.path.name + beside)
        if original.is_file() and original.stat().st_size <= LARGEST_FILE:
            shutil.copyfile(original, copy.with_name(copy.name + beside))


def _require_plain(head: bytes) -> None:
    export = (
        "In Wealthfolio, make the plain export instead (Settings, Exports, the database as a portable .db file) and "
        "load that."
    )
    if head.startswith(BACKUP):
        raise Unreadable(f"is a Wealthfolio backup, which only Wealthfolio can open. {export}")
    if not head:
        raise Unreadable("is empty. Export the database from Wealthfolio again.")
    if head != SQLITE:
        raise Unreadable(f"is encrypted, or no database at all. {export}")


def _connect(copy: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_CELL)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        steps = iter(range(MOST_STEPS // STEPS_AT_ONCE))
        # Once the steps are used up every statement is interrupted.
        connection.set_progress_handler(lambda: next(steps, None) is None, STEPS_AT_ONCE)
        for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "mmap_size = 0"):
            connection.execute(f"PRAGMA {pragma}")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(str(verdict))
    except BaseException:
        connection.close()
        raise
    return connection


def _why(error: Exception) -> str:
    if isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error):
        return "takes too long to read, as no Wealthfolio database does."
    if isinstance(error, (sqlite3.DataError, MemoryError)):
        return "has a cell that is larger than any portfolio needs (32 MB)."
    return (
        "is damaged. Close Wealthfolio, export the database again (Settings, Exports) and load that, or restore a "
        "backup in Wealthfolio first."
    )
