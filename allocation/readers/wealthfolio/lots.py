"""What the shares that are held now have cost, by the lots they were bought in (version 3.5 and later)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from allocation.readers.foreign import EXACT, exact, name_of
from allocation.readers.wealthfolio.database import Database

NEARLY = Decimal("0.000001")


@dataclass(frozen=True)
class Cost:
    """The shares that the open lots of one asset in one account hold, and their cost in ``currency``."""

    quantity: Decimal
    cost_basis: Decimal
    currency: str

    def covers(self, quantity: Decimal) -> bool:
        """Whether the lots are of all the shares that are held."""
        return abs(self.quantity - quantity) <= NEARLY


def read_lots(database: Database) -> dict[tuple[str, str], Cost]:
    """The cost of open lots by (account, asset); those with lots in several currencies, or unreadable ones, are left
    out."""
    if not database.has("lots"):
        return {}
    rows = database.rows(
        "lots",
        ["account_id", "asset_id", "remaining_quantity", "remaining_cost_basis"],
        ["split_ratio", "currency"],
        "WHERE is_closed = 0 ORDER BY account_id, asset_id" if database.has("lots", "is_closed") else "",
    )
    lots: dict[tuple[str, str], list[Cost | None]] = defaultdict(list)
    for row in rows:
        quantity, cost = exact(row["remaining_quantity"]), exact(row["remaining_cost_basis"])
        ratio = Decimal(1) if row["split_ratio"] is None else exact(row["split_ratio"])
        lot = None
        if quantity is not None and cost is not None and ratio is not None:
            # A lot's quantity is from before the splits that came after it.
            lot = Cost(EXACT.multiply(quantity, ratio), cost, name_of(row["currency"]) or "")
        lots[str(row["account_id"]), str(row["asset_id"])].append(lot)
    added = {key: _added_up(of_asset) for key, of_asset in lots.items()}
    return {key: cost for key, cost in added.items() if cost}


def _added_up(lots: list[Cost | None]) -> Cost | None:
    read = [lot for lot in lots if lot is not None]
    if len(read) < len(lots) or len({lot.currency for lot in read}) != 1:
        return None
    zero = Decimal(0)
    return Cost(
        sum((lot.quantity for lot in read), zero), sum((lot.cost_basis for lot in read), zero), read[0].currency
    )
