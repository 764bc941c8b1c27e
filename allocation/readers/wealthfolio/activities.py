"""What happened in the accounts: the holdings of version 1.0 follow from it, and it shows which snapshots are stale."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
            remarks.wrong("activity_date", row["activity_date"], f"is not a date ({counted[account]}).")
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
            self._findings.wrong("activity_type", kind, remedy)

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
            self._findings.wrong(column, row[column], remedy)
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
            self._findings.wrong("unit_price", ratio, f"is no ratio of a split ({asset}, {self._name}).")
        elif asset in self._quantities:
            self._quantities[asset] = EXACT.multiply(self._quantities[asset], ratio)


def check_snapshots(
    database: Database, accounts: list[Account], assets: dict[str, Asset], held: dict[str, Held],
    day: datetime.date, timezone: str | None, remarks: Remarks,
) -> None:  # fmt: skip
    """Says which accounts have no snapshot, or one that later activities aren't in."""
    latest = _latest_activities(database, day)
    zone, slack = _zone(timezone)
    for account in accounts:
        happened = latest.get(account.id)
        if account.id not in held:
            _say_missing(account, happened, remarks)
        elif account.by_hand or held[account.id].by_hand:
            _check_splits(database, account, assets, held[account.id], day, remarks)
        elif happened and (last := _local_day(happened, zone)) and last - slack > held[account.id].day:
            remedy = (
                f"holds what was stored on {held[account.id].day}, before its activities of {last}. Open Wealthfolio "
                "once and wait until it has calculated again, then export again."
            )
            remarks.wrong("account", account.name, remedy)
    _say_outdated(database, remarks)


def _say_missing(account: Account, happened: str | None, remarks: Remarks) -> None:
    if happened is None:
        remarks.note(f"The account {account.name} is left out: nothing has happened in it yet.")
        return
    remedy = (
        "has activities, but what it holds isn't calculated yet, as after an update of Wealthfolio. Open Wealthfolio "
        "once, then export again."
    )
    remarks.wrong("account", account.name, remedy)


def _latest_activities(database: Database, day: datetime.date) -> dict[str, str]:
    conditions = [f"activity_date < '{day.isoformat()}T99'", "activity_type <> 'UNKNOWN'"]
    if database.has("activities", "status"):
        conditions.append("status = 'POSTED'")
    if database.has("activities", "is_draft"):
        conditions.append("is_draft = 0")
    rows = database.select(
        "SELECT account_id, max(activity_date) AS newest FROM activities "
        f"WHERE {' AND '.join(conditions)} GROUP BY account_id",
        (),
    )
    return {str(row["account_id"]): str(row["newest"]) for row in rows}


def _zone(timezone: str | None) -> tuple[datetime.tzinfo, datetime.timedelta]:
    """The person's time zone; where it isn't known an activity may be of the day before or after."""
    try:
        return (ZoneInfo(timezone), datetime.timedelta(0)) if timezone else (datetime.UTC, datetime.timedelta(days=1))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.UTC, datetime.timedelta(days=1)


def _local_day(written: str, zone: datetime.tzinfo) -> datetime.date | None:
    try:
        moment = datetime.datetime.fromisoformat(written)
    except ValueError:
        return day_of(written)
    try:
        return moment.date() if moment.tzinfo is None else moment.astimezone(zone).date()
    except OverflowError:
        return None


def _check_splits(
    database: Database, account: Account, assets: dict[str, Asset], held: Held, day: datetime.date, remarks: Remarks
) -> None:
    """Holdings entered as they stood on a day stay as they are in Wealthfolio, whatever splits come after."""
    known = {position.asset for position in held.positions}
    for split in _splits(database):
        happened, asset = day_of(split["activity_date"]), str(split["asset_id"])
        if happened and held.day < happened <= day and asset in known:
            symbol = assets[asset].symbol if asset in assets else asset
            remedy = (
                f"was split on {happened}, after the holdings of {account.name} were entered on {held.day}. Enter "
                "today's quantity in Wealthfolio, then export again."
            )
            remarks.wrong("quantity", symbol, remedy)


def _splits(database: Database) -> Iterable[dict[str, Any]]:
    return database.rows(
        "activities", ["asset_id", "activity_date", "activity_type"], [], "WHERE activity_type = 'SPLIT'"
    )


def _say_outdated(database: Database, remarks: Remarks) -> None:
    if not database.has("projection_state", "dirty_from"):
        return
    rows = database.rows("projection_state", ["dirty_from"], [], "WHERE dirty_from IS NOT NULL")
    if days := [day for row in rows if (day := day_of(row["dirty_from"]))]:
        remarks.note(
            f"Wealthfolio was about to calculate its figures from {min(days)} again when this file was made. Open it "
            "once and export again to have them."
        )
