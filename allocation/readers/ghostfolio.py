"""Ghostfolio's JSON export: holdings rebuilt from activities, cash from the accounts' newest balances."""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from allocation.errors import Subject, leave_out
from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.content import Content
from allocation.readers.found import Findings, Holding
from allocation.readers.opened import Opened
from allocation.readers.registry import Format
from allocation.tables import CASH
from allocation.text import clean, not_taken, read_date

TITLE = "Ghostfolio export"
SMALLEST = Decimal("0.000000005")
"""Half a unit of the last decimal that is kept: less is nothing."""
WITHOUT_ACCOUNT = "Without account"
MANUAL = "MANUAL"
SIGNS = {"BUY": 1, "SELL": -1, "DIVIDEND": 0, "FEE": 0, "INTEREST": 0}
LEFT_OUT = {"ITEM", "LIABILITY"}
CLASSES = {
    "ALTERNATIVE_INVESTMENT": "Alternative Investment",
    "COMMODITY": "Commodity",
    "EQUITY": "Equity",
    "FIXED_INCOME": "Fixed Income",
    "LIQUIDITY": "Liquidity",
    "REAL_ESTATE": "Real Estate",
}
CLASSES_OF_KINDS = {
    "BOND": "Fixed Income",
    "CASH": "Liquidity",
    "COMMODITY": "Commodity",
    "CRYPTOCURRENCY": "Alternative Investment",
    "COLLECTIBLE": "Alternative Investment",
    "PRECIOUS_METAL": "Commodity",
    "PRIVATE_EQUITY": "Alternative Investment",
    "STOCK": "Equity",
}
"""What says nothing about the class, an ETF or a fund, is not here."""

_BEGINNING = re.compile(r'\s*\{(\s*"meta"\s*:\s*\{\s*"date"\s*:|.*"activities"\s*:\s*\[)', re.DOTALL)
_PARTS = {"accounts", "activities", "user"}
_LARGEST_EXPONENT = 40

Key = tuple[str, str]
"""Data source and symbol of an asset."""


@dataclass
class _Asset:
    """What the activities of one asset come to, by account."""

    profile: Mapping[str, Any]
    quantities: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    rows: dict[str, int] = field(default_factory=dict)
    currencies: set[str] = field(default_factory=set)
    paid: tuple[datetime.date, Decimal, str] | None = None


def is_ghostfolio(opened: Opened) -> bool:
    """Whether a file is an export of Ghostfolio."""
    return bool(_BEGINNING.match(opened.head_text)) and bool(_PARTS & set(re.findall(r'"(\w+)"\s*:', opened.head_text)))


def read_ghostfolio(opened: Opened, today: datetime.date) -> Content:
    """Read an export of Ghostfolio.

    Parameters:
        opened: the JSON file.
        today: later activities and balances are left out.

    Returns:
        Holdings by account, without prices but for those that are kept by hand; cash as each account's newest balance;
        a class where the asset has one.

    Raises:
        LoadError: it is no whole JSON, or has no activities.
    """
    return _Reader(opened, today).content()


class _Reader:
    def __init__(self, opened: Opened, today: datetime.date) -> None:
        self._opened, self._today = opened, today
        self._found = Findings(opened.name, today=today)
        self._export = _parsed(opened)
        profiles = self._list("assetProfiles")
        self._profiles = {_key(one): one for one in profiles}
        self._assets: dict[Key, _Asset] = {}
        self._later = 0
        self._newest: datetime.date | None = None

    def content(self) -> Content:
        self._accounts = self._account_names()
        for day, activities in self._days():
            for number, activity in activities:
                self._take(number, activity, day)
            self._check_sold({_key(activity) for _, activity in activities})
        self._add_assets()
        for account in self._list("accounts"):
            self._add_cash(account)
        if self._later:
            self._found.note(f"Left out, being drafts or after today: {self._later} of the activities.")
        settings = _part(_part(self._export, "user"), "settings")
        base = str(settings.get("currency") or settings.get("baseCurrency") or "")
        return Content(
            TITLE,
            self._found.table(),
            base_currency=base if is_known_currency(base) else None,
            problems=self._found.found(),
            notes=self._found.said(),
            keeps_cash=True,
        )

    def _list(self, name: str) -> list[dict[str, Any]]:
        found = self._export.get(name) or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise self._opened.wrong("is not a list as Ghostfolio writes it.", column=name)
        return found

    def _account_names(self) -> dict[str, str]:
        taken: set[str] = set()
        names: dict[str, str] = {}
        for account in self._list("accounts"):
            name = clean(str(account.get("name") or "")) or "Account"
            if account.get("isExcluded") is True:
                self._found.note(f"The account {name} is left out: Ghostfolio excludes it from its analysis, too.")
            if str(account.get("id")) in names:
                self._found.wrong(0, "accounts", name, "has the id of another account. Export again from Ghostfolio.")
            names[str(account.get("id"))] = "" if account.get("isExcluded") is True else not_taken(name, taken)
        return names

    def _days(self) -> Iterable[tuple[datetime.date, list[tuple[int, dict[str, Any]]]]]:
        """The activities up to today by day, each with its number in the file.

        What is held is held on the newest of these days, or on that of the export.
        """
        days: defaultdict[datetime.date, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for number, activity in enumerate(self._list("activities"), start=1):
            day = self._day(number, "activities", activity.get("date"))
            if day is None:
                continue
            if day > self._today or activity.get("isDraft") is True:
                self._later += 1
            else:
                days[day].append((number, activity))
        written = str(_part(self._export, "meta").get("date") or "")
        exported = [self._day(0, "meta", written)] if written else []
        self._newest = max((day for day in [*exported, *days] if day and day <= self._today), default=None)
        return sorted(days.items())

    def _take(self, number: int, activity: dict[str, Any], day: datetime.date) -> None:
        kind = str(activity.get("type"))
        quantity, paid = (self._number(number, name, activity.get(name)) for name in ("quantity", "unitPrice"))
        key = _key(activity)
        name = self._name(key)
        if kind in LEFT_OUT:
            amount = f"{(quantity or 0) * (paid or 0):,.2f} {activity.get('currency') or ''}".strip()
            self._found.note(f"{name} ({kind.lower()}, {amount}) is left out: it is no holding of a number of units.")
        elif kind not in SIGNS:
            self._found.wrong(number, "type", kind, "is no type of activity that is known.")
        elif SIGNS[kind] and quantity is not None:
            if quantity < 0:
                self._found.wrong(number, "quantity", f"{quantity:f}", f"of {name} is negative. A sale is a SELL.")
                return
            if not key[1]:
                self._found.wrong(number, "symbol", "", "is empty. Every purchase and sale needs it.")
                return
            account = self._account(activity)
            if not account:
                return
            asset = self._assets.setdefault(key, _Asset(self._profiles.get(key, {})))
            asset.quantities[account] += SIGNS[kind] * quantity
            asset.rows[account] = number
            if currency := activity.get("currency"):
                asset.currencies.add(str(currency))
                if paid:
                    asset.paid = day, paid, str(currency)

    def _account(self, activity: dict[str, Any]) -> str:
        """The name of an activity's account; empty where it is left out."""
        number = activity.get("accountId")
        if number is None or str(number) not in self._accounts:
            self._found.note(f"Activities without an account are in the account {WITHOUT_ACCOUNT!r}.")
            return WITHOUT_ACCOUNT
        return self._accounts[str(number)]

    def _check_sold(self, traded: set[Key]) -> None:
        for key, asset in ((key, self._assets[key]) for key in sorted(traded) if key in self._assets):
            for account, quantity in asset.quantities.items():
                if quantity <= -SMALLEST:
                    about = Subject(account, self._name(key), f"{quantity:f}")
                    remedy = (
                        f"more of {about.symbol} were sold from {account} than were held. Is an earlier purchase "
                        f"missing, or in another account? {leave_out(about.symbol)}"
                    )
                    self._found.wrong(asset.rows[account], "quantity", f"{-quantity:f}", remedy, about)
                    # Said once: what is held later is counted from here.
                    asset.quantities[account] = Decimal(0)

    def _add_assets(self) -> None:
        symbols = self._symbols()
        for key, asset in self._assets.items():
            held = {account: quantity for account, quantity in asset.quantities.items() if quantity >= SMALLEST}
            if not held:
                continue
            symbol, row = symbols[key], max(asset.rows.values())
            if symbol.upper().split()[:1] == [CASH]:
                self._found.wrong(row, "symbol", symbol, "looks like cash. Give it another name in Ghostfolio.")
            currency = self._currency(key, asset, row)
            day, price = self._price(asset, currency, is_manual=key[0] == MANUAL)
            if price is None:
                day = self._newest
                self._found.note("The file has no prices of quoted assets: they are asked for.")
            asset_class = _asset_class(asset.profile)
            if asset_class:
                self._found.note("Classes are those that Ghostfolio has for the assets.")
            for account, quantity in held.items():
                self._found.add(
                    Holding(
                        asset.rows[account],
                        account,
                        symbol,
                        quantity,
                        price,
                        currency,
                        name=clean(str(asset.profile.get("name") or "")) or None,
                        as_of=day,
                        asset_class=asset_class,
                        kind=str(asset.profile.get("assetSubClass") or "") or None,
                    )
                )

    def _symbols(self) -> dict[Key, str]:
        """The symbol of each asset: its own, or the name of one that is kept by hand."""
        spelled: dict[str, str] = {}
        quoted = [key for key in self._assets if key[0] != MANUAL]
        symbols = {key: spelled.setdefault(key[1].casefold(), key[1]) for key in quoted}
        for symbol, count in Counter(symbols.values()).items():
            if count > 1:
                self._found.note(f"{symbol} comes from several data sources; it is taken for one asset.")
        taken = set(spelled)
        return symbols | {key: not_taken(self._name(key), taken) for key in self._assets if key[0] == MANUAL}

    def _name(self, key: Key) -> str:
        if key[0] != MANUAL:
            return key[1]
        return clean(str(self._profiles.get(key, {}).get("name") or "")) or key[1]

    def _currency(self, key: Key, asset: _Asset, row: int) -> str:
        if currency := asset.profile.get("currency"):
            return str(currency)
        if len(asset.currencies) > 1:
            remedy = f"are the currencies of {self._name(key)}; the file doesn't say in which it is quoted."
            self._found.wrong(row, "currency", ", ".join(sorted(asset.currencies)), remedy)
        return min(asset.currencies, default="")

    def _price(self, asset: _Asset, currency: str, is_manual: bool) -> tuple[datetime.date | None, Decimal | None]:
        """The newest market price of the file; else, for an asset kept by hand, what was paid last."""
        newest: tuple[datetime.date, Decimal] | None = None
        for entry in _dicts(asset.profile.get("marketData")):
            day = self._day(0, "marketData", entry.get("date"))
            price = self._number(0, "marketPrice", entry.get("marketPrice"))
            if day is not None and price and day <= self._today and (newest is None or day > newest[0]):
                newest = day, price
        if newest is None and is_manual and asset.paid and asset.paid[2] == currency:
            newest = asset.paid[0], asset.paid[1]
            self._found.note("An asset that is kept by hand has the price of its last purchase or sale.")
        return newest or (None, None)

    def _add_cash(self, account: dict[str, Any]) -> None:
        name = self._accounts[str(account.get("id"))]
        if not name:
            return
        newest: tuple[datetime.date, Decimal] | None = None
        for balance in _dicts(account.get("balances")):
            day = self._day(0, "balances", balance.get("date"))
            value = self._number(0, "balances", balance.get("value"))
            if day is not None and value is not None and day <= self._today and (newest is None or day >= newest[0]):
                newest = day, value
        value = newest[1] if newest else self._number(0, "balance", account.get("balance") or 0)
        if value:
            currency = str(account.get("currency") or "")
            dated = newest[0] if newest else None
            self._found.add(Holding(0, name, CASH, value, Decimal(1), currency, as_of=dated))
            if newest:
                whole = HUNDREDTHS.get(currency, currency)
                self._found.note(f"{name}: cash in {whole} is the balance of {dated}. Activities don't change it here.")

    def _day(self, number: int, column: str, written: object) -> datetime.date | None:
        try:
            return read_date(str(written)[:10])
        except ValueError:
            self._found.wrong(number, column, str(written)[:40], "is no date.")
            return None

    def _number(self, number: int, column: str, value: object) -> Decimal | None:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            exact = Decimal(value)
            if exact.is_finite() and (not exact or abs(exact.adjusted()) <= _LARGEST_EXPONENT):
                return exact
        self._found.wrong(number, column, str(value)[:40], "is not a number.")
        return None


def _parsed(opened: Opened) -> dict[str, Any]:
    try:
        export = json.loads(opened.text(), parse_float=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise opened.wrong(
            f"is damaged or cut off ({error.msg}). Export it again from Ghostfolio.", row=error.lineno
        ) from None
    except InvalidOperation:
        raise opened.wrong("has a number with too large an exponent. Export it again from Ghostfolio.") from None
    except (ValueError, RecursionError) as error:
        raise opened.wrong(f"can't be read ({error}). Export it again from Ghostfolio.") from None
    if not isinstance(export, dict) or "activities" not in export:
        raise opened.wrong("has no activities. In Ghostfolio, export the activities (Portfolio, Activities).")
    return export


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number")


def _key(one: Mapping[str, Any]) -> Key:
    return str(one.get("dataSource") or ""), clean(str(one.get("symbol") or ""))


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _dicts(found: object) -> Iterable[dict[str, Any]]:
    return (one for one in found if isinstance(one, dict)) if isinstance(found, list) else ()


def _asset_class(profile: Mapping[str, Any]) -> str | None:
    return CLASSES.get(str(profile.get("assetClass"))) or CLASSES_OF_KINDS.get(str(profile.get("assetSubClass")))


FORMAT = Format("ghostfolio", TITLE, recognises=is_ghostfolio, read=read_ghostfolio)
