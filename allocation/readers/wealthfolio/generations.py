"""Which of Wealthfolio's database layouts a file has: told from its tables, not from a version number."""

from __future__ import annotations

from dataclasses import dataclass

from allocation.readers.wealthfolio.database import Database

SIGNATURE = ("accounts", "activities", "assets", "quotes")
"""Tables of every generation."""


@dataclass(frozen=True)
class Generation:
    """How one range of versions keeps its data.

    Attributes:
        versions: the versions of Wealthfolio that write it.
        has_snapshots: what an account holds is stored by date; otherwise it follows from the activities.
        has_taxonomies: assets have an id of their own (else their symbol is it) and categories by weight.
        has_rows: positions are rows, besides the JSON text that earlier versions have.
    """

    versions: str
    has_snapshots: bool
    has_taxonomies: bool
    has_rows: bool

    @property
    def title(self) -> str:
        return f"Wealthfolio database (version {self.versions})"


def generation_of(database: Database) -> Generation:
    """The layout of a database."""
    snapshots, taxonomies, rows = (
        database.has(table) for table in ("holdings_snapshots", "taxonomies", "snapshot_positions")
    )
    if not snapshots:
        return Generation("1.0", False, False, False)
    if not taxonomies:
        return Generation("1.1 to 2.1", True, False, False)
    if not rows:
        return Generation("3.0 to 3.4", True, True, False)
    if database.has("allocation_target_constraints"):
        return Generation("3.6 or later", True, True, True)
    return Generation("3.5" if database.has("allocation_targets") else "3.5.0", True, True, True)
