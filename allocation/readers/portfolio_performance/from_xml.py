"""A Portfolio Performance file in XML → :class:`Client`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from allocation.readers.opened import Opened
from allocation.readers.portfolio_performance.corporate_actions import known
from allocation.readers.portfolio_performance.model import (
    CASH_SIGNS,
    SHARE_SIGNS,
    CashAccount,
    CashMove,
    Classification,
    Client,
    CorporateAction,
    Posting,
    Quote,
    SecuritiesAccount,
    Security,
    ShareMove,
    Taxonomy,
    check_version,
)
from allocation.readers.portfolio_performance.xstream import Tree, text
from allocation.text import clean, read_date

DEEPEST_CLASS = 50
_WHOLE = re.compile(r"-?\d{1,19}", re.ASCII)
_KEY_OF_TEMPLATE = "portfolioClassificationKey"
_KIND = "CORPORATE_ACTION_KIND"


def client_from_xml(opened: Opened, content: bytes, today: datetime.date) -> Client:
    """Read the XML form.

    Raises:
        LoadError: it is damaged, or of a version or kind that isn't known.
    """
    return _Reader(opened, Tree(opened, content, today), today).client()


class _Reader:
    def __init__(self, opened: Opened, tree: Tree, today: datetime.date) -> None:
        self._opened, self._tree, self._today = opened, tree, today
        self._keys: dict[Element, str] = {}
        self._taken: set[str] = set()
        self._booked: set[Element] = set()

    def client(self) -> Client:
        root, tree = self._tree.root, self._tree
        if root.tag != "client":
            raise self._opened.wrong("is not a file of Portfolio Performance: its outermost element is not client.")
        version = self._whole(root, "version", "file")
        check_version(self._opened, version)
        self._client = Client(version, text(root, "baseCurrency"))
        for element in tree.children(root, "securities"):
            self._security(element)
        accounts = tree.children(root, "accounts")
        for element in accounts:
            key = self._key(element, "account")
            name, currency = clean(text(element, "name")), text(element, "currencyCode")
            self._client.cash_accounts[key] = CashAccount(key, name, currency, _is_retired(element))
        portfolios = tree.children(root, "portfolios")
        for element in portfolios:
            key = self._key(element, "portfolio")
            account = tree.child(element, "referenceAccount")
            reference = "" if account is None else self._keys.get(account, "")
            name = clean(text(element, "name"))
            self._client.securities_accounts[key] = SecuritiesAccount(key, name, reference, _is_retired(element))
        for element in accounts:
            self._cash_moves(element)
        for element in portfolios:
            self._share_moves(element)
        ledger = tree.child(root, "ledger")
        entries = [] if ledger is None else tree.children(ledger, "entries")
        self._client.actions = [self._action(entry) for entry in entries]
        self._client.taxonomies = [self._taxonomy(element) for element in tree.children(root, "taxonomies")]
        return self._client

    def _security(self, element: Element) -> str:
        if element in self._keys:
            return self._keys[element]
        key, name = self._key(element, "security"), clean(text(element, "name"))
        splits = tuple(
            (self._day(text(event, "date"), "security", name), text(event, "details"))
            for event in self._tree.children(element, "events")
            if text(event, "type") == "STOCK_SPLIT"
        )
        self._client.securities[key] = Security(
            key,
            name,
            clean(text(element, "tickerSymbol")),
            clean(text(element, "isin")),
            clean(text(element, "wkn")),
            text(element, "currencyCode"),
            _is_retired(element),
            self._quote(element, name),
            splits,
        )
        return key

    def _quote(self, element: Element, name: str) -> Quote | None:
        quotes = []
        for tag in ("prices", "latest"):
            found = self._tree.child(element, tag)
            if found is not None and found.get("t"):
                day = self._day(found.get("t", ""), "security", name)
                if day <= self._today:
                    quotes.append(Quote(day, self._number(found.get("v", ""), "security", name)))
        # The program shows the latest quote unless a historical one is of a later day.
        return max(reversed(quotes), key=lambda quote: quote.day, default=None)

    def _cash_moves(self, account: Element) -> None:
        key, owner = self._keys[account], self._client.cash_accounts[self._keys[account]]
        for element in self._transactions(account, "account", owner.name):
            sign = self._sign(element, CASH_SIGNS, "account", owner.name)
            amount = self._whole(element, "amount", "account", owner.name)
            day = self._day(text(element, "date"), "account", owner.name)
            self._client.cash_moves.append(CashMove(key, day, text(element, "currencyCode"), sign * amount))

    def _share_moves(self, portfolio: Element) -> None:
        key, owner = self._keys[portfolio], self._client.securities_accounts[self._keys[portfolio]]
        for element in self._transactions(portfolio, "portfolio", owner.name):
            sign = self._sign(element, SHARE_SIGNS, "portfolio", owner.name)
            security = self._tree.child(element, "security")
            if security is None:
                raise self._opened.wrong("has a transaction without a security.", column="portfolio", value=owner.name)
            shares = self._whole(element, "shares", "portfolio", owner.name)
            day = self._day(text(element, "date"), "portfolio", owner.name)
            self._client.share_moves.append(ShareMove(key, day, self._security(security), sign * shares))

    def _transactions(self, element: Element, what: str, owner: str) -> Iterator[Element]:
        for transaction in self._tree.children(element, "transactions"):
            if transaction in self._booked:
                raise self._opened.wrong("has a transaction that stands twice in the file.", column=what, value=owner)
            self._booked.add(transaction)
            yield transaction

    def _action(self, entry: Element) -> CorporateAction:
        if entry in self._booked:
            raise self._opened.wrong("has an entry that stands twice in the file.", column="ledger")
        self._booked.add(entry)
        kind, day = _word(entry, "type"), self._day(_word(entry, "dateTime"), "ledger", _word(entry, "type"))
        of = [_word(one, "value") for one in self._tree.children(entry, "parameters") if _word(one, "type") == _KIND]
        postings = tuple(self._posting(one, f"{kind} of {day}") for one in self._tree.children(entry, "postings"))
        return known(CorporateAction(day, kind, of[0] if of else "", postings))

    def _posting(self, posting: Element, entry: str) -> Posting:
        def key(tag: str) -> str:
            place = self._tree.child(posting, tag)
            return "" if place is None else self._keys.get(place, "")

        return Posting(
            _word(posting, "type"),
            _word(posting, "unitRole"),
            _word(posting, "corporateActionLeg"),
            _word(posting, "direction"),
            self._number(_word(posting, "shares") or "0", "ledger", entry, "shares"),
            self._number(_word(posting, "amount") or "0", "ledger", entry, "amount"),
            _word(posting, "currency"),
            key("security"),
            key("portfolio"),
            key("account"),
        )

    def _taxonomy(self, element: Element) -> Taxonomy:
        name, root = clean(text(element, "name")), self._tree.child(element, "root")
        if root is None:
            raise self._opened.wrong("has no classes.", column="taxonomy", value=name)
        visited: set[Element] = set()
        parts = self._parts(root, name, visited, 1)
        return Taxonomy(name, self._template(root) or text(element, "id"), parts)

    def _parts(self, element: Element, taxonomy: str, visited: set[Element], depth: int) -> tuple[Classification, ...]:
        if element in visited or depth > DEEPEST_CLASS:
            raise self._opened.wrong("has a class that is part of itself.", column="taxonomy", value=taxonomy)
        visited.add(element)
        return tuple(
            Classification(
                clean(text(child, "name")),
                self._whole(child, "weight", "taxonomy", taxonomy),
                self._parts(child, taxonomy, visited, depth + 1),
                tuple(self._assigned(child, taxonomy)),
            )
            for child in self._tree.children(element, "children")
        )

    def _assigned(self, element: Element, taxonomy: str) -> list[tuple[str, int]]:
        found = []
        for assignment in self._tree.children(element, "assignments"):
            vehicle = self._tree.child(assignment, "investmentVehicle")
            weight = self._whole(assignment, "weight", "taxonomy", taxonomy)
            if vehicle is not None and vehicle in self._keys:
                found.append((self._keys[vehicle], weight))
        return found

    def _template(self, root: Element) -> str:
        for entry in self._tree.children(root, "data"):
            words = [word.text or "" for word in entry]
            if words[:1] == [_KEY_OF_TEMPLATE]:
                return words[1] if len(words) > 1 else ""
        return ""

    def _key(self, element: Element, what: str) -> str:
        key = text(element, "uuid")
        if not key or key in self._taken:
            remedy = "stands twice in the file." if key else "has no uuid. Save it again in Portfolio Performance."
            raise self._opened.wrong(remedy, column=what, value=text(element, "name") or key)
        self._taken.add(key)
        self._keys[element] = key
        return key

    def _sign(self, element: Element, signs: dict[str, int], what: str, owner: str) -> int:
        kind = text(element, "type")
        if kind not in signs:
            security = self._tree.child(element, "security")
            of = f"{text(element, 'date')[:10]}{'' if security is None else ', ' + text(security, 'name')}"
            remedy = f"has a transaction of the type {kind[:40]!r} ({of[:60]}), which isn't known."
            raise self._opened.wrong(remedy, column=what, value=owner)
        return signs[kind]

    def _whole(self, element: Element, tag: str, what: str, owner: str = "") -> int:
        return self._number(text(element, tag), what, owner, tag)

    def _number(self, written: str, what: str, owner: str, tag: str = "quote") -> int:
        if not _WHOLE.fullmatch(written):
            shown = f"has {written[:40]!r} for {tag}" if written else f"has no {tag}"
            raise self._opened.wrong(f"{shown} where a whole number stands.", column=what, value=owner)
        return int(written)

    def _day(self, written: str, what: str, owner: str) -> datetime.date:
        try:
            return read_date(written[:10])
        except ValueError:
            raise self._opened.wrong(f"has {written[:40]!r} where a date stands.", column=what, value=owner) from None


def _word(element: Element, name: str) -> str:
    """A short value, which is an attribute or, as early versions wrote it, a child."""
    return (element.get(name) or text(element, name)).strip()


def _is_retired(element: Element) -> bool:
    return text(element, "isRetired") == "true"
