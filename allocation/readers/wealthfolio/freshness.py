"""Whether what is stored of each account is all that has happened in it: missing and stale snapshots."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from allocation.readers.foreign import Remarks, day_of
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.assets import Asset
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.snapshots import Held


def check_snapshots(
    database: Database, accounts: list[Account], assets: dict[str, Asset], held: dict[str, Held],
    day: datetime.date, timezone: str | None, remarks: Remarks,
) -> None:  # fmt: skip
    """Says which accounts have no snapshot, or one that later activities aren't in."""
    latest = _latest_activities(database, day)
    changed, calculated = _last_changes(database), _last_calculations(database)
    zone, slack = _zone(timezone)
    for account in accounts:
        happened = latest.get(account.id)
        if account.id not in held:
            _say_missing(account, happened, remarks)
        elif account.by_hand or held[account.id].by_hand:
            _check_splits(database, account, assets, held[account.id], day, remarks)
        elif happened and (last := _local_day(happened, zone)) and last - slack > held[account.id].day:
            # Not every activity makes a snapshot: what Wealthfolio has calculated since then is as it should be.
            if _is_calculated(changed.get(account.id), calculated.get(account.id)):
                continue
            remedy = (
                f"holds what was stored on {held[account.id].day}, before its activities of {last}. Open Wealthfolio "
                "once and wait until it has calculated again, then export again."
            )
            remarks.wrong(0, "account", account.name, remedy)
    _say_outdated(database, remarks)


def _say_missing(account: Account, happened: str | None, remarks: Remarks) -> None:
    if happened is None:
        remarks.note(f"The account {account.name} is left out: nothing has happened in it yet.")
        return
    remedy = (
        "has activities, but what it holds isn't calculated yet, as after an update of Wealthfolio. Open Wealthfolio "
        "once, then export again."
    )
    remarks.wrong(0, "account", account.name, remedy)


def _latest_activities(database: Database, day: datetime.date) -> dict[str, str]:
    """When something happened last in each account, up to a day, as the file writes it."""
    kind, counts = _kind_and_condition(database)
    rows = database.select(
        "SELECT account_id, max(activity_date) AS newest FROM activities "
        f"WHERE activity_date < '{day.isoformat()}T99' AND {kind} <> 'UNKNOWN' AND {counts} GROUP BY account_id",
        (),
    )
    return {str(row["account_id"]): str(row["newest"]) for row in rows}


def _kind_and_condition(database: Database) -> tuple[str, str]:
    """How a statement asks for the kind of an activity, and whether it counts."""
    overridden = database.has("activities", "activity_type_override")
    kind = "coalesce(activity_type_override, activity_type)" if overridden else "activity_type"
    if database.has("activities", "status"):
        return kind, "status = 'POSTED'"
    return kind, "is_draft = 0" if database.has("activities", "is_draft") else "true"


def _is_calculated(changed: datetime.datetime | None, calculated: datetime.datetime | None) -> bool:
    return changed is not None and calculated is not None and changed <= calculated


def _last_changes(database: Database) -> dict[str, datetime.datetime]:
    """When an activity of each account was entered or changed last."""
    if not database.has("activities", "updated_at"):
        return {}
    return _newest_times(database, "SELECT account_id, max(updated_at) AS time FROM activities GROUP BY account_id")


def _last_calculations(database: Database) -> dict[str, datetime.datetime]:
    """When the holdings or the value of each account were calculated last."""
    statement = "SELECT account_id, max(calculated_at) AS time FROM {} GROUP BY account_id"
    found = _newest_times(database, statement.format("holdings_snapshots"))
    if database.has("daily_account_valuation", "account_id", "calculated_at"):
        for account, time in _newest_times(database, statement.format("daily_account_valuation")).items():
            found[account] = max(time, found.get(account, time))
    return found


def _newest_times(database: Database, statement: str) -> dict[str, datetime.datetime]:
    times = {}
    for row in database.select(statement, ()):
        try:
            time = datetime.datetime.fromisoformat(str(row["time"]))
        except ValueError:
            continue
        times[str(row["account_id"])] = time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
    return times


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
            remarks.wrong(0, "quantity", symbol, remedy)


def _splits(database: Database) -> Iterable[dict[str, Any]]:
    kind, counts = _kind_and_condition(database)
    return database.rows("activities", ["asset_id", "activity_date"], [], f"WHERE {kind} = 'SPLIT' AND {counts}")


def _say_outdated(database: Database, remarks: Remarks) -> None:
    if not database.has("projection_state", "dirty_from"):
        return
    rows = database.rows("projection_state", ["dirty_from"], [], "WHERE dirty_from IS NOT NULL")
    if days := [day for row in rows if (day := day_of(row["dirty_from"]))]:
        remarks.note(
            f"Wealthfolio was about to calculate its figures from {min(days)} again when this file was made. Open it "
            "once and export again to have them."
        )
