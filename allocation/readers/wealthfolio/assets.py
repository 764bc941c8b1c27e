"""The assets, under symbols that tell them apart and stay the same from one load to the next."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from typing import Any

from allocation.readers.foreign import Remarks, day_of, distinct, is_like_cash, name_of, not_cash
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.generations import Generation

NOT_INVESTED = {"PROPERTY", "VEHICLE", "COLLECTIBLE", "LIABILITY"}
OPTION_SYMBOL = re.compile(r"[A-Z0-9.]{1,6} *(\d\d)(\d\d)(\d\d)[CP]\d{8}", re.ASCII)
CASH_ID = re.compile(r"\$CASH-([A-Za-z]{3})")


@dataclass(frozen=True)
class Asset:
    """One asset of the file.

    Attributes:
        id: the file's key.
        symbol, name: what it is called here.
        currency: the currency it is quoted in, as the file writes it.
        asset_class: the class that old versions keep as a word.
        alternative: a house, a car, a debt: nothing that is traded in a portfolio.
        expires: the last day of an option.
    """

    id: str
    symbol: str
    name: str
    currency: str
    asset_class: str | None
    alternative: bool
    expires: datetime.date | None


def read_assets(database: Database, generation: Generation, remarks: Remarks) -> dict[str, Asset]:
    """Every asset that isn't cash or an exchange rate, by its id.

    Symbols are given to all of them, not only to those that are held now, so that selling one renames no other: the
    oldest keeps the symbol that several have, the others get their exchange or a number added.
    """
    rows = _rows_with_uuid(database) if generation.has_taxonomies else _rows_with_symbol(database)
    taken: dict[str, int] = {}
    assets = {}
    for row in rows:
        written = name_of(row["symbol"]) or name_of(row["name"]) or f"asset {str(row['id'])[:8]}"
        symbol = not_cash(written) if is_like_cash(written) else written
        exchange = name_of(row["exchange"])
        if is_like_cash(written) and exchange:
            symbol = f"{'-'.join(written.split())}@{exchange}"
        symbol = distinct(symbol, taken, f"{written}@{exchange}" if exchange and not is_like_cash(written) else None)
        name = name_of(row["name"]) or written
        if symbol != written:
            why = "means cash" if is_like_cash(written) else "stands for several assets"
            remarks.note(f"{written} ({name}) is called {symbol} here, because {written} {why}.")
        assets[str(row["id"])] = Asset(
            str(row["id"]), symbol, name, str(row["currency"] or ""), name_of(row["asset_class"]),
            row["kind"] in NOT_INVESTED, _expiry(row, written),
        )  # fmt: skip
    return assets


def _rows_with_uuid(database: Database) -> list[dict[str, Any]]:
    rows = database.rows(
        "assets",
        ["id", "kind", "name", "quote_ccy"],
        ["display_code", "instrument_type", "instrument_symbol", "instrument_exchange_mic", "metadata", "created_at"],
        "WHERE kind <> 'FX' ORDER BY " + ("created_at, id" if database.has("assets", "created_at") else "id"),
    )
    return [
        row
        | {
            "symbol": row["display_code"] or row["instrument_symbol"],
            "exchange": row["instrument_exchange_mic"],
            "currency": row["quote_ccy"],
            "asset_class": None,
        }
        for row in rows
    ]


def _rows_with_symbol(database: Database) -> list[dict[str, Any]]:
    rows = database.rows("assets", ["id"], ["symbol", "name", "currency", "asset_type", "asset_class"], "ORDER BY id")
    return [
        row | {"symbol": row["id"], "kind": None, "exchange": None, "instrument_type": None, "metadata": None}
        for row in rows
        if not (CASH_ID.fullmatch(str(row["id"])) or row["asset_type"] in ("FOREX", "CASH"))
    ]


def _expiry(row: dict[str, Any], symbol: str) -> datetime.date | None:
    told = _option(row["metadata"]).get("expiration")
    if day := day_of(told):
        return day
    parts = OPTION_SYMBOL.fullmatch(symbol)
    return day_of(f"20{parts[1]}-{parts[2]}-{parts[3]}") if parts else None


def _option(metadata: object) -> dict[str, Any]:
    try:
        read = json.loads(metadata) if isinstance(metadata, str) else None
    except (ValueError, RecursionError):
        return {}
    option = read.get("option") if isinstance(read, dict) else None
    return option if isinstance(option, dict) else {}
