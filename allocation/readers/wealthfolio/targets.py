"""The targets of a Wealthfolio database (version 3.5.1 and later), as far as they say the same here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from allocation.readers.foreign import Remarks, exact, name_of
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.assets import Asset
from allocation.readers.wealthfolio.classes import ASSET_CLASSES, Categories
from allocation.readers.wealthfolio.database import Database
from allocation.targets import HUNDRED, wrong_sum

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class Target:
    """One active target: category → percent (0–100) of the scope; ``account`` None is the whole portfolio."""

    id: str
    name: str
    account: str | None
    taxonomy: str
    weights: dict[str, Decimal] = field(default_factory=dict)


def read_targets(
    database: Database, accounts: list[Account], remarks: Remarks, taxonomy: str | None = None
) -> list[Target]:
    """The active targets that can be taken over, at most one a scope; notes say which can't and why.

    Parameters:
        taxonomy: the one that becomes the asset classes; None: that isn't chosen yet.
    """
    if not (database.has("allocation_targets") and database.has("allocation_target_weights")):
        return []
    rows = database.rows(
        "allocation_targets",
        ["id", "name", "scope_type", "scope_id", "taxonomy_id"],
        ["archived_at", "updated_at"],
        "ORDER BY updated_at DESC, id" if database.has("allocation_targets", "updated_at") else "",
    )
    # Of two of one scope the one of the asset classes counts, then the one that was changed last.
    rows.sort(key=lambda row: row["taxonomy_id"] != (taxonomy or ASSET_CLASSES))
    weights = _weights(database)
    names = {account.id: account.name for account in accounts}
    found: dict[str | None, Target] = {}
    for row in rows:
        if row["archived_at"] is not None:
            continue
        name = name_of(row["name"]) or "Wealthfolio"
        account = names.get(str(row["scope_id"])) if row["scope_type"] == "account" else None
        of_target = weights.get(str(row["id"]), {}).get(str(row["taxonomy_id"]), {})
        if why := _left_out(row, account, of_target, found):
            remarks.note(f"The target {name} is left out: {why}")
            continue
        found[account] = Target(str(row["id"]), name, account, str(row["taxonomy_id"]), of_target)
    return list(found.values())


def main_taxonomy(targets: list[Target]) -> str:
    """Which taxonomy gives the classes: the asset classes, unless the whole portfolio's target is in another one."""
    return next((target.taxonomy for target in targets if target.account is None), ASSET_CLASSES)


def target_rows(
    targets: list[Target], taxonomy: str, called: str, categories: Categories, remarks: Remarks
) -> list[dict[str, Any]]:
    """The targets as rows of a targets table; one in another taxonomy than the classes is left out with a note.

    Parameters:
        called: the name of the taxonomy that becomes the asset classes.
    """
    rows: list[dict[str, Any]] = []
    for target in targets:
        unknown = [category for category in target.weights if category not in categories.names]
        if target.taxonomy != taxonomy or unknown:
            remarks.note(f"The target {target.name} is left out: its classes aren't those of the holdings ({called}).")
            continue
        rows += [
            {
                "asset_class": categories.names[category],
                "target_percent": percent,
                "strategy": target.name,
                "account": target.account,
            }
            for category, percent in target.weights.items()
        ]
    if rows:
        remarks.note(
            "Bands, smallest trades and whole shares of Wealthfolio's targets aren't taken over: bands are set with "
            "the targets (allocation bands), smallest trades and whole shares with each plan."
        )
    return rows


def say_constraints(
    database: Database, targets: list[Target], assets: dict[str, Asset], accounts: list[Account],
    categories: Categories, remarks: Remarks,
) -> None:  # fmt: skip
    """Names what the targets forbid to trade (version 3.6 and later), which is a limit of a plan here."""
    if not database.has("allocation_target_constraints"):
        return
    rows = database.rows(
        "allocation_target_constraints", ["target_id", "subject_type", "subject_id", "action"], ["effect"]
    )
    words = {asset.id: asset.symbol for asset in assets.values()} | {account.id: account.name for account in accounts}
    words |= categories.names
    active = {target.id for target in targets}
    said = sorted(
        f"{row['effect'] or 'block'} {row['action']} {words.get(str(row['subject_id']), 'something that is gone')}"
        for row in rows
        if str(row["target_id"]) in active
    )
    if said:
        remarks.note(f"Wealthfolio's limits aren't taken over; give them to a plan: {', '.join(said[:20])}.")


def _weights(database: Database) -> dict[str, dict[str, dict[str, Decimal]]]:
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for row in database.rows(
        "allocation_target_weights",
        ["target_id", "taxonomy_id", "category_id", "target_bps"],
        [],
        "ORDER BY target_id, target_bps DESC, category_id",
    ):
        percent = exact(row["target_bps"])
        of_target = found.setdefault(str(row["target_id"]), {}).setdefault(str(row["taxonomy_id"]), {})
        of_target[str(row["category_id"])] = (
            Decimal(-1) if percent is None or percent != percent.to_integral_value() else percent * HUNDREDTH
        )
    return found


def _left_out(
    row: dict[str, Any], account: str | None, weights: dict[str, Decimal], found: dict[str | None, Target]
) -> str | None:
    total = sum(weights.values(), Decimal(0))
    if row["scope_type"] == "portfolio":
        return "it is of a group of accounts. Targets here are of the whole portfolio or of one account."
    if row["scope_type"] not in ("all", "account"):
        return "it isn't said what it is of."
    if row["scope_type"] == "account" and account is None:
        return "its account isn't loaded."
    if account in found:
        return f"{found[account].name} is of the same scope. Archive the one that no longer holds."
    if not all(0 <= percent <= HUNDRED for percent in weights.values()):
        return "it has a percent that is none."
    if total != HUNDRED:
        return f"its percents {wrong_sum(total)} Complete it in Wealthfolio or set the targets here."
    return None
