"""The classes of assets: categories by weight (version 3.0 and later)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from allocation.readers.foreign import Remarks, exact, name_of
from allocation.readers.wealthfolio.assets import Asset
from allocation.readers.wealthfolio.database import Database
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED
from allocation.targets import HUNDRED, plain
from allocation.text import listed

ASSET_CLASSES = "asset_classes"
WHOLE_BPS = 10_000
DEEPEST = 50


@dataclass(frozen=True)
class Categories:
    """The categories of one taxonomy, as classes.

    Attributes:
        names: category → the class it is called here.
        parents: category → the one above it.
        cash: the category that cash is in.
    """

    names: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    cash: str | None = None

    def class_of(self, category: str, aimed: set[str]) -> str | None:
        """The category that stands for this one: the nearest at or above it that has a target, else the uppermost."""
        here: str | None = category
        last = None
        for _ in range(DEEPEST):
            if here is None or here not in self.names:
                return last
            if here in aimed:
                return here
            last, here = here, self.parents[here]
        return last


def read_categories(database: Database, taxonomy: str) -> Categories:
    """The categories of a taxonomy, under names that tell them apart."""
    rows = [
        row
        for row in database.rows("taxonomy_categories", ["id", "taxonomy_id", "name"], ["parent_id", "key"])
        if row["taxonomy_id"] == taxonomy
    ]
    written = {str(row["id"]): name_of(row["name"]) or str(row["id"])[:40] for row in rows}
    parents = {str(row["id"]): None if row["parent_id"] is None else str(row["parent_id"]) for row in rows}
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    # The uppermost first, so that Bonds stays Bonds and the one inside another class tells where it is.
    for category in sorted(written, key=lambda category: (parents[category] is not None, category)):
        name = written[category]
        if name.casefold() in taken or name.casefold() in (UNCLASSIFIED.casefold(), SEVERAL_CLASSES.casefold()):
            name = f"{written.get(parents[category] or '', taxonomy)} / {name}"
        if name.casefold() in taken:
            name = f"{name} ({category[:40]})"
        names[category] = taken.setdefault(name.casefold(), name)
    cash = next((str(row["id"]) for row in rows if "CASH" in (row["id"], str(row["key"]).upper())), None)
    return Categories(names, parents, cash)


def read_weights(
    database: Database, taxonomy: str, categories: Categories, aimed: set[str], assets: dict[str, Asset],
    held: set[str], remarks: Remarks,
) -> dict[str, dict[str, Decimal]]:  # fmt: skip
    """The classes of each held asset: asset → class → percent (0–100).

    Parameters:
        aimed: categories that have targets; others count as the one above them.
        held: the assets asked for.
    """
    rows = database.rows(
        "asset_taxonomy_assignments",
        ["asset_id", "taxonomy_id", "category_id", "weight"],
        [],
        "ORDER BY asset_id, category_id",
    )
    weights: dict[str, dict[str, Decimal]] = {}
    rolled: set[str] = set()
    for row in rows:
        asset, category = str(row["asset_id"]), str(row["category_id"])
        if row["taxonomy_id"] != taxonomy or asset not in held:
            continue
        symbol = assets[asset].symbol
        stands_for = categories.class_of(category, aimed)
        weight = exact(row["weight"])
        if weight is None or not 0 <= weight <= WHOLE_BPS or weight % 1:
            remarks.wrong(0, "weight", row["weight"], f"is no weight from 0 to 10000 ({symbol}). Classify it again.")
        elif stands_for is None:
            remarks.note(f"A class of {symbol} no longer exists in Wealthfolio; that part of it is in no class.")
        elif weight:
            rolled |= {categories.names[category]} if stands_for != category else set()
            of_asset = weights.setdefault(asset, {})
            name = categories.names[stands_for]
            of_asset[name] = of_asset.get(name, Decimal(0)) + weight * HUNDRED / WHOLE_BPS
    for asset, parts in weights.items():
        total = sum(parts.values(), Decimal(0))
        if total > HUNDRED:
            remedy = (
                f"has classes that add up to {plain(total)} %. Classify it again in Wealthfolio, then export again."
            )
            remarks.wrong(0, "weight", assets[asset].symbol, remedy)
    if rolled:
        remarks.note(f"Classes inside another one count as that one: {listed(sorted(rolled))}.")
    return weights
