"""What can be done with a portfolio's file as a whole, whatever is in it."""

from __future__ import annotations

import datetime
from inspect import isfunction
from pathlib import Path

from allocation.arguments import checked
from allocation.store import Database
from allocation.store.backups import backups
from allocation.store.doctor import Finding, examine
from allocation.store.migrations import SchemaStep


class PortfolioFile:
    """The file of a portfolio: copies of it, its schema, its health."""

    def __init_subclass__(cls) -> None:
        """Every public method refuses arguments of another kind than it takes."""
        super().__init_subclass__()
        for name, method in list(vars(cls).items()):
            if isfunction(method) and not name.startswith("_"):
                setattr(cls, name, checked(method))

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def path(self) -> Path:
        """The portfolio's file."""
        return self._database.path

    @property
    def timeout(self) -> float:
        """Seconds to wait while another window or program is saving."""
        return self._database.timeout

    def exists(self) -> bool:
        """Whether the file is there."""
        return self._database.exists()

    def state(self) -> object:
        """What differs whenever anything has been saved since, by whomever; None where there is no file."""
        return self._database.state() if self.exists() else None

    @checked
    def backup(self, to: str | Path | None = None) -> Path:
        """Copy the portfolio file, while others may be working with it.

        Parameters:
            to: the copy's file, or a folder for it; by default a dated name beside the portfolio. Copies made so are
                never thinned.

        Returns:
            The copy's path.

        Raises:
            StoreError: there is no portfolio, or something stands at ``to`` already.
        """
        return self._database.backup(to)

    def backups(self) -> list[tuple[datetime.datetime, str, Path]]:
        """The dated copies beside the portfolio, newest first: when each was made, why, and its path."""
        return backups(self.path)

    @checked
    def restore(self, backup: str | Path) -> Path | None:
        """Put a backup in the portfolio's place, after checking that it is ours, whole, and free of contradictions.

        Returns:
            Where the replaced portfolio is kept; None where there was none.

        Raises:
            StoreError: the backup is missing, damaged, of something else, or from a newer version. Nothing was changed.
        """
        return self._database.restore(backup)

    def schema(self) -> list[SchemaStep]:
        """Each step of the schema's history, and whether this file has it. The file is only looked at."""
        return self._database.schema()

    @checked
    def migrate(self, to: int, force: bool = False) -> tuple[list[int], Path | None]:
        """Bring the file to another version of the schema, as a version of the program from before needs it.

        This version brings it up to date again at its next use.

        Parameters:
            to: the schema's version.
            force: go down even where something is lost that the older schema has no place for.

        Returns:
            The versions applied or rolled back, in order, and where the file is kept as it was; None if there was
            nothing to do.

        Raises:
            StoreError: there is no such version; or something would be lost, which is named.
        """
        return self._database.migrate(to, force)

    @checked
    def doctor(self, mend: bool = False) -> list[Finding]:
        """Check everything about the file that can be checked.

        Parameters:
            mend: also mend what can be mended without touching what you own: permissions, leftovers of a crash.

        Returns:
            What was found, the worst first; each with ``kind`` (``fault``, ``warning`` or ``note``), ``text``, ``mend``
            (what ``mend=True`` does about it, or None) and ``mended``. Empty where nothing is worth a word.
        """
        return examine(self._database, mend)
