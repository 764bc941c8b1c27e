"""Which taxonomies classify what is held, and which of them becomes the asset classes (version 3.0 and later)."""

from __future__ import annotations

from dataclasses import dataclass, field

from allocation.readers.foreign import Remarks, distinct, name_of
from allocation.readers.registry import Chooser
from allocation.readers.taxonomies import TAXONOMY, not_there
from allocation.readers.wealthfolio.classes import ASSET_CLASSES
from allocation.readers.wealthfolio.database import Database


@dataclass(frozen=True)
class Taxonomies:
    """Those that something held, or a target, has weights in.

    Attributes:
        names: the file's key → what it is called here.
        chosen: the key of the one that was asked for; None: none was, or it isn't there.
    """

    names: dict[str, str] = field(default_factory=dict)
    chosen: str | None = None

    def name(self, taxonomy: str) -> str:
        return self.names.get(taxonomy, taxonomy)


def read_taxonomies(database: Database, held: set[str], choose: Chooser, remarks: Remarks) -> Taxonomies:
    """The taxonomies to choose from, the asset classes first, and the one that is chosen."""
    names = _names(database, held)
    wanted = choose(tuple(names.values()))
    chosen = next((key for key, name in names.items() if wanted and name.casefold() == wanted.casefold()), None)
    if wanted is not None and chosen is None:
        remarks.wrong(0, TAXONOMY, wanted, not_there(tuple(names.values())))
    return Taxonomies(names, chosen)


def _names(database: Database, held: set[str]) -> dict[str, str]:
    used = {
        str(row["taxonomy_id"])
        for row in database.rows(
            "asset_taxonomy_assignments", ["asset_id", "taxonomy_id", "weight"], [],
            "WHERE weight <> 0 GROUP BY asset_id, taxonomy_id",
        )
        if str(row["asset_id"]) in held
    }  # fmt: skip
    if database.has("allocation_target_weights", "taxonomy_id"):
        rows = database.rows("allocation_target_weights", ["taxonomy_id"], [], "GROUP BY taxonomy_id")
        used |= {str(row["taxonomy_id"]) for row in rows}
    taken: dict[str, int] = {}
    # Others than of assets sort what was spent.
    return {
        str(row["id"]): distinct(name_of(row["name"]) or str(row["id"])[:40], taken)
        for row in sorted(
            database.rows("taxonomies", ["id"], ["name", "scope"], "ORDER BY id"),
            key=lambda row: row["id"] != ASSET_CLASSES,
        )
        if str(row["id"]) in used and row["scope"] in (None, "asset")
    }
