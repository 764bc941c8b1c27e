"""From a Wealthfolio database to the tables that are loaded."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any

from allocation.money import is_known_currency
from allocation.readers import classes as class_tables
from allocation.readers import holdings as holding_tables
from allocation.readers import targets as target_tables
from allocation.readers.content import Content
from allocation.readers.foreign import Remarks, name_of, numbered_table
from allocation.readers.opened import Opened
from allocation.readers.rates import crossed, rate_table
from allocation.readers.registry import Chooser, Format
from allocation.readers.taxonomies import not_used
from allocation.readers.wealthfolio.accounts import read_accounts
from allocation.readers.wealthfolio.activities import replay
from allocation.readers.wealthfolio.assets import Asset, read_assets
from allocation.readers.wealthfolio.classes import Categories, read_categories, read_weights
from allocation.readers.wealthfolio.database import BACKUP, SQLITE, Database, Unreadable, database
from allocation.readers.wealthfolio.freshness import check_snapshots
from allocation.readers.wealthfolio.generations import SIGNATURE, Generation, generation_of
from allocation.readers.wealthfolio.holdings import Found, cash_rows, counted, position_rows
from allocation.readers.wealthfolio.lots import read_lots
from allocation.readers.wealthfolio.prices import read_quotes, read_rates
from allocation.readers.wealthfolio.reconciling import Valuation, read_valuations, reconcile
from allocation.readers.wealthfolio.snapshots import Position, read_snapshots
from allocation.readers.wealthfolio.targets import main_taxonomy, read_targets, say_constraints, target_rows
from allocation.readers.wealthfolio.taxonomies import read_taxonomies
from allocation.targets import HUNDRED, STEP

TITLE = "Wealthfolio database"
PAGE_SIZE = 4096
OTHER_FILES = (b"PK", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def recognises(source: Opened) -> bool:
    """Whether a file is a Wealthfolio database, or one of its backups or encrypted databases, which are explained."""
    head = source.head
    if head.startswith(BACKUP):
        return True
    if not head.startswith(SQLITE):
        return _looks_encrypted(source, head)
    try:
        with database(source) as found:
            return all(found.has(table) for table in SIGNATURE)
    except Unreadable:
        # Damaged, and nobody else reads databases: what to do about it is said when it is read.
        return True


def _looks_encrypted(source: Opened, head: bytes) -> bool:
    """Whole pages of noise: an encrypted database has no other mark."""
    if not source.name.lower().endswith((".db", ".sqlite", ".sqlite3")) or head.startswith(OTHER_FILES):
        return False
    size = source.path.stat().st_size if source.path else len(source.bytes())
    return bool(head) and size % PAGE_SIZE == 0 and len(set(head[:PAGE_SIZE])) > 200


def read(source: Opened, today: datetime.date) -> Content:
    """Read a Wealthfolio database.

    Parameters:
        source: the database; what SQLite keeps beside it (``-wal``) is read with it.
        today: later prices, snapshots and activities don't count.

    Returns:
        Holdings (one row an account and asset, cash by currency), classes of assets in several, targets where there are
        some, the exchange rates, and the base currency. Problems name what is missing, notes what was left out and how
        Wealthfolio's own total compares. Classes are from the taxonomy of the whole portfolio's target, else from the
        asset classes.
    """
    return read_by_taxonomy(source, today, lambda _names: None)


def read_by_taxonomy(source: Opened, today: datetime.date, choose: Chooser) -> Content:
    """The same, with the taxonomy that is chosen once it is known which there are (version 3.0 and later)."""
    remarks = Remarks(source.name)
    try:
        with database(source) as found:
            missing = [table for table in SIGNATURE if not found.has(table)]
            if missing:
                raise Unreadable(f"is no Wealthfolio database: it has no table {' and no '.join(missing)}.")
            return _read(found, generation_of(found), today, choose, remarks)
    except Unreadable as why:
        remarks.wrong(0, "", None, str(why))
    return Content(TITLE, problems=remarks.found(), notes=remarks.said())


def _read(
    database: Database, generation: Generation, today: datetime.date, choose: Chooser, remarks: Remarks
) -> Content:
    base = _base_currency(database, remarks)
    accounts = read_accounts(database, remarks)
    assets = read_assets(database, generation, remarks)
    if generation.has_snapshots:
        held = read_snapshots(database, generation, accounts, today, remarks)
        zone = _setting(database, "timezone")
        check_snapshots(database, accounts, assets, held, today, zone, remarks)
    else:
        held = replay(database, accounts, assets, today, remarks)
    currencies = {asset.id: asset.currency for asset in assets.values()}
    quotes = read_quotes(database, generation, currencies, today)
    found = Found(accounts, held, assets, quotes, read_lots(database))
    kept = counted(found, today, remarks)
    valuations = read_valuations(database, today)
    classified = _classes_and_targets(database, generation, found, kept, choose, remarks)
    rows = position_rows(kept, found, classified.classes, remarks)
    until = {key: _day_of_account(key, found, kept, valuations, today) for key in held}
    rows += cash_rows(found, classified.cash, until, remarks)
    if not rows and not remarks.problems:
        remarks.wrong(0, "", None, "holds nothing: no position and no cash in any account that counts.")
    in_use = {str(row["currency"]) for row in rows}
    rates = crossed(read_rates(database, generation, today), in_use, base, remarks)
    if base:
        reconcile(database, generation, found, kept, valuations, base, remarks)
    return Content(
        generation.title,
        holdings=numbered_table(rows, holding_tables.COLUMNS, remarks.file),
        targets=numbered_table(classified.aims, target_tables.COLUMNS, remarks.file),
        fx=rate_table(rates),
        classes=numbered_table(classified.weights, class_tables.COLUMNS, remarks.file),
        base_currency=base,
        taxonomies=classified.taxonomies,
        taxonomy=classified.taxonomy,
        problems=remarks.found(),
        notes=remarks.said(),
        has_rows=False,
        keeps_cash=True,
    )


@dataclass(frozen=True)
class _Classified:
    """Classes and targets, as the file has them.

    Attributes:
        classes: the class of each asset that is in one.
        weights: rows about those that are in several.
        aims: rows of targets.
        cash: the class of cash.
        taxonomies, taxonomy: as in :class:`~allocation.readers.content.Content`.
    """

    classes: dict[str, str | None]
    weights: list[dict[str, Any]] = field(default_factory=list)
    aims: list[dict[str, Any]] = field(default_factory=list)
    cash: str | None = None
    taxonomies: tuple[str, ...] = ()
    taxonomy: str | None = None


def _classes_and_targets(
    database: Database, generation: Generation, found: Found, kept: dict[str, list[Position]], choose: Chooser,
    remarks: Remarks,
) -> _Classified:  # fmt: skip
    held = {position.asset for positions in kept.values() for position in positions}
    if not generation.has_taxonomies:
        return _Classified(_classes_as_words(found.assets, held), cash="Cash")
    taxonomies = read_taxonomies(database, held, choose, remarks)
    targets = read_targets(database, found.accounts, remarks, taxonomies.chosen)
    taxonomy = taxonomies.chosen or main_taxonomy(targets)
    if others := [name for key, name in taxonomies.names.items() if key != taxonomy]:
        taken = taxonomies.names.get(taxonomy)
        remarks.note(" ".join([f"Classes come from the taxonomy {taken}."] * bool(taken) + [not_used(others)]))
    categories = read_categories(database, taxonomy)
    aims = target_rows(targets, taxonomy, taxonomies.name(taxonomy), categories, remarks)
    say_constraints(database, targets, found.assets, found.accounts, categories, remarks)
    aimed = {category for target in targets if target.taxonomy == taxonomy for category in target.weights}
    parts = read_weights(database, taxonomy, categories, aimed, found.assets, held, remarks)
    classes = {asset: next(iter(part)) for asset, part in parts.items() if part == {next(iter(part)): HUNDRED}}
    weights = [
        {"symbol": found.assets[asset].symbol, "asset_class": name, "weight_percent": percent.quantize(STEP)}
        for asset, part in parts.items()
        if asset not in classes
        for name, percent in part.items()
    ]
    return _Classified(
        {**classes},
        weights,
        aims,
        _cash_class(categories, aimed),
        tuple(taxonomies.names.values()),
        taxonomies.names.get(taxonomy),
    )


def _classes_as_words(assets: dict[str, Asset], held: set[str]) -> dict[str, str | None]:
    spelled = {"cash": "Cash"}
    classes: dict[str, str | None] = {}
    for asset in sorted(held):
        word = assets[asset].asset_class
        classes[asset] = spelled.setdefault(word.casefold(), word) if word else None
    return classes


def _cash_class(categories: Categories, aimed: set[str]) -> str | None:
    stands_for = categories.class_of(categories.cash, aimed) if categories.cash else None
    return categories.names[stands_for] if stands_for else None


def _base_currency(database: Database, remarks: Remarks) -> str | None:
    base = _setting(database, "base_currency")
    if base is None and database.has("settings", "base_currency"):
        base = next((name_of(row["base_currency"]) for row in database.rows("settings", ["base_currency"])), None)
    if base is not None and not is_known_currency(base):
        remarks.wrong(0, "base_currency", base, "is no currency code. Set the base currency in Wealthfolio's settings.")
        return None
    return base


def _setting(database: Database, key: str) -> str | None:
    if not database.has("app_settings", "setting_key", "setting_value"):
        return None
    rows = database.rows("app_settings", ["setting_key", "setting_value"])
    return next((name_of(row["setting_value"]) for row in rows if row["setting_key"] == key), None)


def _day_of_account(
    account: str, found: Found, kept: dict[str, list[Position]], valuations: dict[str, Valuation], today: datetime.date
) -> datetime.date:
    """The newest day the file has any figure of the account for: cash is of that day, too."""
    days = [found.held[account].day]
    days += [found.quotes[held.asset].day for held in kept.get(account, ()) if held.asset in found.quotes]
    if account in valuations:
        days.append(valuations[account].day)
    return min(max(days), today)


FORMAT = Format("wealthfolio", TITLE, recognises, read, by_taxonomy=read_by_taxonomy)
