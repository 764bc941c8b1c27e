"""What each account holds, as Wealthfolio has stored it: the latest snapshot on or before a day."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from allocation.readers.foreign import Remarks, day_of, exact, name_of
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.generations import Generation

LATEST = """
WHERE id IN (SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY account_id ORDER BY snapshot_date DESC, calculated_at DESC, id) AS place
    FROM holdings_snapshots WHERE snapshot_date <= '{day}' AND account_id IN (SELECT id FROM accounts)
) WHERE place = 1)
"""


AS_IT_STOOD = {"MANUAL_ENTRY", "BROKER_IMPORTED", "CSV_IMPORT"}


@dataclass(frozen=True)
class Position:
    """So many of one asset in one account; the cost is of all of them, in ``currency``."""

    asset: str
    quantity: Decimal
    cost_basis: Decimal | None
    currency: str
    multiplier: Decimal = Decimal(1)
    alternative: bool = False


@dataclass
class Held:
    """What one account held on a day.

    Attributes:
        day: since when, as far as the file says.
        positions: what it held of each asset.
        cash: amounts by currency, as the file writes it.
        by_hand: it was entered or imported as it stood on that day, not calculated from activities.
        only_in_text: positions that stand in the JSON text but not in the rows, as those of deleted assets do.
    """

    day: datetime.date
    positions: list[Position] = field(default_factory=list)
    cash: dict[str, Decimal] = field(default_factory=dict)
    by_hand: bool = False
    only_in_text: list[Position] = field(default_factory=list)


def read_snapshots(
    database: Database, generation: Generation, accounts: list[Account], day: datetime.date, remarks: Remarks
) -> dict[str, Held]:
    """What each account holds, by the account's id; accounts without a snapshot are left out."""
    names = {account.id: account.name for account in accounts}
    latest = LATEST.format(day=day.isoformat())
    rows = database.rows(
        "holdings_snapshots",
        ["id", "account_id", "snapshot_date", "positions", "cash_balances", "calculated_at"],
        ["source"],
        latest,
    )
    rows = [row for row in rows if str(row["account_id"]) in names]
    in_rows = _positions_in_rows(database, latest, remarks) if generation.has_rows else {}
    held = {}
    for row in rows:
        name, found = names[str(row["account_id"])], day_of(row["snapshot_date"])
        if found is None:
            remarks.wrong(0, "snapshot_date", row["snapshot_date"], f"is not a date ({name}).")
            continue
        in_json = _positions_in_json(row["positions"], name, remarks)
        positions = in_rows.get(str(row["id"])) or in_json
        known = {position.asset for position in positions}
        only_in_text = [position for position in in_json if position.asset not in known]
        cash = _cash(row["cash_balances"], name, remarks)
        by_hand = row["source"] in AS_IT_STOOD
        held[str(row["account_id"])] = Held(found, positions, cash, by_hand, only_in_text)
    return held


def _positions_in_rows(database: Database, latest: str, remarks: Remarks) -> dict[str, list[Position]]:
    rows = database.rows(
        "snapshot_positions",
        ["snapshot_id", "asset_id", "quantity", "total_cost_basis", "currency"],
        ["contract_multiplier", "is_alternative"],
        f"WHERE snapshot_id IN (SELECT id FROM holdings_snapshots {latest}) ORDER BY snapshot_id, asset_id",
    )
    found: dict[str, list[Position]] = defaultdict(list)
    for row in rows:
        position = _position(
            str(row["asset_id"]), row["quantity"], row["total_cost_basis"], row["currency"],
            row["contract_multiplier"], bool(row["is_alternative"]), remarks,
        )  # fmt: skip
        if position:
            found[str(row["snapshot_id"])].append(position)
    return found


def _positions_in_json(text: object, account: str, remarks: Remarks) -> list[Position]:
    positions = []
    for key, value in _read_object(text, "positions", account, remarks).items():
        if not isinstance(value, dict):
            remarks.wrong(
                0, "positions", key, f"is not a position ({account}). Open Wealthfolio once, then export again."
            )
            continue
        position = _position(
            str(value.get("assetId") or key), value.get("quantity"), value.get("totalCostBasis"),
            value.get("currency"), value.get("contractMultiplier"), value.get("isAlternative") is True, remarks,
        )  # fmt: skip
        if position:
            positions.append(position)
    return positions


def _position(
    asset: str, quantity: object, cost: object, currency: object, multiplier: object, alternative: bool,
    remarks: Remarks,
) -> Position | None:  # fmt: skip
    number = exact(quantity)
    times = Decimal(1) if multiplier is None else exact(multiplier)
    for column, value, found in (("quantity", quantity, number), ("contract_multiplier", multiplier, times)):
        if found is None:
            remedy = (
                f"is not a number ({asset}). Open Wealthfolio once, so that it calculates again, then export again."
            )
            remarks.wrong(0, column, value, remedy)
            return None
    if number is None or times is None or not number:
        return None
    if times <= 0:
        remarks.wrong(0, "contract_multiplier", multiplier, f"is not above 0 ({asset}).")
        return None
    return Position(asset, number, exact(cost), name_of(currency) or "", times, alternative)


def _cash(text: object, account: str, remarks: Remarks) -> dict[str, Decimal]:
    cash = {}
    for currency, amount in _read_object(text, "cash_balances", account, remarks).items():
        number = exact(amount)
        if number is None:
            remarks.wrong(0, "cash_balances", amount, f"is not an amount of {currency} ({account}).")
        elif number:
            cash[str(currency)] = number
    return cash


def _read_object(text: object, column: str, account: str, remarks: Remarks) -> dict[str, Any]:
    try:
        read = json.loads(str(text), parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse) if text else {}
    except (ValueError, ArithmeticError, TypeError, RecursionError):
        read = None
    if isinstance(read, dict):
        return read
    remedy = f"can't be read ({account}). Open Wealthfolio once, so that it calculates again, then export again."
    remarks.wrong(0, column, text, remedy)
    return {}


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)
