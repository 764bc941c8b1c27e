"""What happened in the accounts: version 1.0 stores no holdings, they follow from it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from allocation.readers.foreign import EXACT, Remarks, day_of, exact, name_of
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.assets import CASH_ID, Asset
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.snapshots import Held, Position

NOTHING = Decimal(0)
SMALLEST = Decimal("0.000001")
"""What Wealthfolio 1.0 takes for no quantity at all."""

ADDS = {"BUY", "TRANSFER_IN", "ADD_HOLDING"}
TAKES = {"SELL", "TRANSFER_OUT", "REMOVE_HOLDING"}
PAYS_IN = {"DEPOSIT", "DIVIDEND", "INTEREST", "CONVERSION_IN", "TRANSFER_IN"}
PAYS_OUT = {"WITHDRAWAL", "CONVERSION_OUT", "TRANSFER_OUT"}
COSTS = {"FEE", "TAX"}


def replay(
    database: Database, accounts: list[Account], assets: dict[str, Asset], day: datetime.date, remarks: Remarks
) -> dict[str, Held]:
    """What each account holds once everything up to a day has happened, by the account's id (version 1.0)."""
    counted = {account.id: account.name for account in accounts}
    books = {account.id: _Book(account.name, remarks) for account in accounts}
    newest: dict[str, datetime.date] = {}
    rows = database.rows(
        "activities",
        ["account_id", "asset_id", "activity_type", "activity_date", "quantity", "unit_price", "fee", "currency"],
        ["amount", "is_draft", "id"],
        "ORDER BY activity_date, id",
    )
    drafts = 0
    for row in rows:
        account = str(row["account_id"])
        happened = day_of(row["activity_date"])
        if account not in counted:
            continue
        if happened is None:
            remarks.wrong(0, "activity_date", row["activity_date"], f"is not a date ({counted[account]}).")
        elif row["is_draft"] in (1, "1", "true"):
            drafts += 1
        elif happened <= day:
            books[account].enter(row)
            newest[account] = max(happened, newest.get(account, happened))
    if drafts:
        remarks.note(f"Activities that are drafts in Wealthfolio are left out: {drafts}.")
    return {account: book.held(newest[account], assets) for account, book in books.items() if account in newest}


class _Book:
    """Quantities, costs and cash of one account, entry by entry."""

    def __init__(self, name: str, remarks: Remarks) -> None:
        self._name, self._findings = name, remarks
        self._quantities: dict[str, Decimal] = {}
        self._costs: dict[str, Decimal] = {}
        self._currencies: dict[str, str] = {}
        self._cash: dict[str, Decimal] = {}

    def enter(self, row: dict[str, Any]) -> None:
        numbers = {column: self._number(row, column) for column in ("quantity", "unit_price", "fee")}
        if any(number is None for number in numbers.values()):
            return
        quantity, price, fee = (number or NOTHING for number in numbers.values())
        kind, asset, currency = str(row["activity_type"]), str(row["asset_id"]), name_of(row["currency"]) or ""
        amount = exact(row["amount"])
        amount = EXACT.multiply(quantity, price) if amount is None else amount
        is_cash = CASH_ID.fullmatch(asset) is not None
        if kind == "SPLIT":
            self._split(asset, exact(row["amount"]) or price)
        elif kind in COSTS:
            self._pay(currency, -(fee or amount))
        elif kind in PAYS_IN and (is_cash or not kind.startswith("TRANSFER")):
            self._pay(currency, amount - fee)
        elif kind in PAYS_OUT and (is_cash or not kind.startswith("TRANSFER")):
            self._pay(currency, -amount - fee)
        elif kind in ADDS:
            self._add(asset, quantity, EXACT.multiply(quantity, price) + fee, currency)
            if kind == "BUY":
                self._pay(currency, -EXACT.multiply(quantity, price) - fee)
        elif kind in TAKES:
            self._take(asset, quantity)
            if kind == "SELL":
                self._pay(currency, EXACT.multiply(quantity, price) - fee)
        else:
            remedy = (
                f"is a kind of activity that can't be replayed ({self._name}). Open the file in a newer Wealthfolio."
            )
            self._findings.wrong(0, "activity_type", kind, remedy)

    def held(self, day: datetime.date, assets: dict[str, Asset]) -> Held:
        positions = [
            Position(asset, quantity, self._costs[asset] or None, self._currencies[asset])
            for asset, quantity in sorted(self._quantities.items())
            if abs(quantity) > SMALLEST
        ]
        return Held(day, positions, {currency: amount for currency, amount in sorted(self._cash.items()) if amount})

    def _number(self, row: dict[str, Any], column: str) -> Decimal | None:
        number = NOTHING if row[column] is None else exact(row[column])
        if number is None:
            remedy = f"is not a number ({self._name}, {row['activity_type']} of {row['activity_date']})."
            self._findings.wrong(0, column, row[column], remedy)
        return number

    def _pay(self, currency: str, amount: Decimal) -> None:
        self._cash[currency] = self._cash.get(currency, NOTHING) + amount

    def _add(self, asset: str, quantity: Decimal, cost: Decimal, currency: str) -> None:
        self._quantities[asset] = self._quantities.get(asset, NOTHING) + quantity
        self._costs[asset] = self._costs.get(asset, NOTHING) + cost
        self._currencies.setdefault(asset, currency)

    def _take(self, asset: str, quantity: Decimal) -> None:
        before = self._quantities.get(asset, NOTHING)
        self._quantities[asset] = before - quantity
        self._currencies.setdefault(asset, "")
        cost = self._costs.get(asset, NOTHING)
        self._costs[asset] = cost - EXACT.multiply(EXACT.divide(cost, before), quantity) if before else NOTHING

    def _split(self, asset: str, ratio: Decimal) -> None:
        if ratio <= 0:
            self._findings.wrong(0, "unit_price", ratio, f"is no ratio of a split ({asset}, {self._name}).")
        elif asset in self._quantities:
            self._quantities[asset] = EXACT.multiply(self._quantities[asset], ratio)
