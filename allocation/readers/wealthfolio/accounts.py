"""The accounts that count, under names that tell them apart."""

from __future__ import annotations

from dataclasses import dataclass

from allocation.readers.foreign import Remarks, account_name, name_of
from allocation.readers.wealthfolio.database import Database

OF_HOLDINGS = {"SECURITIES", "CASH", "CRYPTOCURRENCY"}


@dataclass(frozen=True)
class Account:
    """An account of the file.

    Attributes:
        id: the file's key.
        name: what it is called here.
        by_hand: its holdings were entered as they stood on a day, not calculated from activities.
    """

    id: str
    name: str
    by_hand: bool


def read_accounts(database: Database, remarks: Remarks) -> list[Account]:
    """The accounts, oldest first; those that Wealthfolio itself leaves out of its totals are named in a note."""
    rows = database.rows(
        "accounts",
        ["id", "name"],
        ["account_type", "is_active", "is_archived", "tracking_mode", "created_at"],
        "ORDER BY created_at, id" if database.has("accounts", "created_at") else "ORDER BY id",
    )
    has_archive = database.has("accounts", "is_archived")
    taken: dict[str, int] = {}
    accounts = []
    for row in rows:
        written = name_of(row["name"])
        if why := _left_out(row, has_archive):
            remarks.note(f"The account {written or 'without a name'} is left out: {why}.")
            continue
        name = account_name(written, taken)
        if name != written:
            remarks.note(f"The account {written or 'without a name'} is called {name} here, to tell it from others.")
        if has_archive and not row["is_active"]:
            remarks.note(f"The account {name} is hidden in Wealthfolio, but not archived: it counts.")
        accounts.append(Account(str(row["id"]), name, row["tracking_mode"] == "HOLDINGS"))
    return accounts


def _left_out(row: dict[str, object], has_archive: bool) -> str | None:
    if has_archive and row["is_archived"]:
        return "it is archived in Wealthfolio"
    if not has_archive and row["is_active"] in (0, "0", "false"):
        return "it isn't active in Wealthfolio"
    if row["account_type"] == "CREDIT_CARD":
        return "it is a credit card, and its debt no part of the portfolio"
    if has_archive and row["account_type"] not in OF_HOLDINGS:
        return "its kind is none that holds investments or cash"
    return None
