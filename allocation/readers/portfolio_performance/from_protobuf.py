"""A Portfolio Performance file in protobuf (``PPPBV1``) → :class:`Client`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Any

from allocation.readers.opened import Opened
from allocation.readers.portfolio_performance.container import PROTOBUF
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
from allocation.text import clean

DEEPEST_CLASS = 50
EPOCH = datetime.date(1970, 1, 1)
STOCK_SPLIT, GROSS_VALUE = 0, 0
_KEY_OF_TEMPLATE = "portfolioClassificationKey"
_KIND_OF_ACTION = "CORPORATE_ACTION_KIND"

# Message → field → (number, type); a * marks a list. What isn't listed isn't read.
_FIELDS: dict[str, dict[str, tuple[int, str]]] = {
    "Timestamp": {"seconds": (1, "int64")},
    "Any": {"string": (2, "string")},
    "KeyValue": {"key": (1, "string"), "value": (2, "Any")},
    "Price": {"date": (1, "int64"), "close": (2, "int64")},
    "Event": {"type": (1, "int32"), "date": (2, "int64"), "details": (3, "string")},
    "Security": {
        "uuid": (1, "string"),
        "name": (3, "string"),
        "currency": (4, "string"),
        "isin": (7, "string"),
        "ticker": (8, "string"),
        "wkn": (9, "string"),
        "prices": (13, "Price*"),
        "latest": (16, "Price"),
        "events": (18, "Event*"),
        "retired": (20, "bool"),
    },
    "Account": {"uuid": (1, "string"), "name": (2, "string"), "currency": (3, "string"), "retired": (5, "bool")},
    "Portfolio": {"uuid": (1, "string"), "name": (2, "string"), "retired": (4, "bool"), "reference": (5, "string")},
    "Unit": {"type": (1, "int32"), "fx_amount": (4, "int64"), "fx_currency": (5, "string")},
    "Transaction": {
        "type": (2, "int32"),
        "account": (3, "string"),
        "portfolio": (4, "string"),
        "other_account": (5, "string"),
        "other_portfolio": (6, "string"),
        "date": (9, "Timestamp"),
        "currency": (10, "string"),
        "amount": (11, "int64"),
        "shares": (12, "int64"),
        "security": (14, "string"),
        "units": (15, "Unit*"),
    },
    "Assignment": {"vehicle": (1, "string"), "weight": (2, "int32")},
    "Class": {
        "id": (1, "string"),
        "parent": (2, "string"),
        "name": (3, "string"),
        "weight": (6, "int32"),
        "data": (8, "KeyValue*"),
        "assignments": (9, "Assignment*"),
    },
    "Taxonomy": {"id": (1, "string"), "name": (2, "string"), "classes": (5, "Class*")},
    "Parameter": {"string": (3, "string"), "type": (13, "string")},
    "Posting": {
        "amount": (3, "int64"),
        "currency": (4, "string"),
        "security": (8, "string"),
        "shares": (9, "int64"),
        "account": (10, "string"),
        "portfolio": (11, "string"),
        "type": (13, "string"),
        "direction": (15, "string"),
        "leg": (16, "string"),
        "unit": (17, "string"),
    },
    "Entry": {
        "date": (3, "Timestamp"),
        "postings": (7, "Posting*"),
        "type": (9, "string"),
        "parameters": (10, "Parameter*"),
    },
    "Ledger": {"entries": (1, "Entry*")},
    "Client": {
        "version": (1, "int32"),
        "securities": (2, "Security*"),
        "accounts": (3, "Account*"),
        "portfolios": (4, "Portfolio*"),
        "transactions": (5, "Transaction*"),
        "taxonomies": (8, "Taxonomy*"),
        "base_currency": (12, "string"),
        "ledger": (13, "Ledger"),
    },
}
_NO_HOLDINGS = {6, 7, 9, 10, 11, 99}
"""Fields of a client that say nothing about what is held: plans, watchlists, dashboards, properties, settings, and
what other programs keep in the file."""

# Number of a type → what it does to the securities account and to the cash account, by the names it has in XML.
_TYPES: dict[int, tuple[str, str]] = {
    0: ("BUY", "BUY"),
    1: ("SELL", "SELL"),
    2: ("DELIVERY_INBOUND", ""),
    3: ("DELIVERY_OUTBOUND", ""),
    6: ("", "DEPOSIT"),
    7: ("", "REMOVAL"),
    8: ("", "DIVIDENDS"),
    9: ("", "INTEREST"),
    10: ("", "INTEREST_CHARGE"),
    11: ("", "TAXES"),
    12: ("", "TAX_REFUND"),
    13: ("", "FEES"),
    14: ("", "FEES_REFUND"),
}
SECURITY_TRANSFER, CASH_TRANSFER = 4, 5


def client_from_protobuf(opened: Opened, content: bytes, today: datetime.date) -> Client:
    """Read the protobuf form.

    Raises:
        LoadError: it is damaged, or of a version or kind that isn't known.
    """
    from google.protobuf.message import DecodeError
    from google.protobuf.unknown_fields import UnknownFieldSet

    message = _client_class()()
    try:
        message.ParseFromString(content[len(PROTOBUF) :])
    except DecodeError as error:
        raise opened.wrong(f"is damaged or cut off ({error}). Save it again in Portfolio Performance.") from None
    check_version(opened, message.version)
    # An empty part, as of a ledger without entries, says nothing.
    unknown = {field.field_number for field in UnknownFieldSet(message) if field.data != b""} - _NO_HOLDINGS
    if unknown:
        raise opened.wrong(
            f"has parts that aren't known (field {min(unknown)}) and may change what is held. Save it as XML, or load "
            "your holdings as CSV."
        )
    return _Reader(opened, today).client(message)


@cache
def _client_class() -> Any:
    """The message class, made from :data:`_FIELDS`."""
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    scalars = {
        "int32": FieldDescriptorProto.TYPE_INT32,
        "int64": FieldDescriptorProto.TYPE_INT64,
        "bool": FieldDescriptorProto.TYPE_BOOL,
        "string": FieldDescriptorProto.TYPE_STRING,
    }
    file = FileDescriptorProto(name="client", package="client", syntax="proto3")
    for message_name, fields in _FIELDS.items():
        message = file.message_type.add(name=message_name)
        for name, (number, kind) in fields.items():
            field = message.field.add(name=name, number=number)
            field.label = (
                FieldDescriptorProto.LABEL_REPEATED if kind.endswith("*") else FieldDescriptorProto.LABEL_OPTIONAL
            )
            kind = kind.rstrip("*")
            if kind in scalars:
                field.type = scalars[kind]
            else:
                field.type, field.type_name = FieldDescriptorProto.TYPE_MESSAGE, f".client.{kind}"
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("client.Client"))


class _Reader:
    def __init__(self, opened: Opened, today: datetime.date) -> None:
        self._opened, self._today = opened, today
        self._keys: set[str] = set()

    def client(self, message: Any) -> Client:
        self._client = client = Client(message.version, message.base_currency)
        for one in message.securities:
            client.securities[self._key(one, "security")] = self._security(one)
        for one in message.accounts:
            account = CashAccount(self._key(one, "account"), clean(one.name), one.currency, one.retired)
            client.cash_accounts[one.uuid] = account
        for one in message.portfolios:
            key = self._key(one, "portfolio")
            client.securities_accounts[key] = SecuritiesAccount(key, clean(one.name), one.reference, one.retired)
        for one in message.transactions:
            self._transaction(one)
        client.actions = [self._action(one) for one in message.ledger.entries]
        client.taxonomies = [self._taxonomy(one) for one in message.taxonomies]
        return client

    def _security(self, one: Any) -> Security:
        quotes: list[Quote] = []
        # The program shows the latest quote unless a historical one is of a later day.
        for price in [*([one.latest] if one.HasField("latest") else []), *one.prices]:
            day = self._day(price.date, "security", one.name)
            if day <= self._today and (not quotes or day > quotes[0].day):
                quotes = [Quote(day, price.close)]
        splits = tuple(
            (self._day(event.date, "security", one.name), event.details)
            for event in one.events
            if event.type == STOCK_SPLIT
        )
        return Security(
            one.uuid,
            clean(one.name),
            clean(one.ticker),
            clean(one.isin),
            clean(one.wkn),
            one.currency,
            one.retired,
            quotes[0] if quotes else None,
            splits,
        )

    def _transaction(self, one: Any) -> None:
        day = self._day(one.date.seconds // 86400, "transaction", str(one.date.seconds))
        if one.type == SECURITY_TRANSFER:
            self._move_shares(one, one.portfolio, "TRANSFER_OUT", day)
            self._move_shares(one, one.other_portfolio, "TRANSFER_IN", day)
        elif one.type == CASH_TRANSFER:
            self._move_cash(one.account, "TRANSFER_OUT", day, one.currency, one.amount)
            # Between currencies, what arrives stands beside what was sent.
            for unit in one.units:
                if unit.type == GROSS_VALUE and unit.fx_currency:
                    self._move_cash(one.other_account, "TRANSFER_IN", day, unit.fx_currency, unit.fx_amount)
                    break
            else:
                self._move_cash(one.other_account, "TRANSFER_IN", day, one.currency, one.amount)
        elif one.type in _TYPES:
            for_shares, for_cash = _TYPES[one.type]
            if for_shares:
                self._move_shares(one, one.portfolio, for_shares, day)
            if for_cash:
                self._move_cash(one.account, for_cash, day, one.currency, one.amount)
        else:
            security = self._client.securities.get(one.security)
            of = f"{day}, {security.name}" if security else f"{day}"
            raise self._opened.wrong(f"is of the type {one.type}, which isn't known.", column="transaction", value=of)

    def _move_shares(self, one: Any, portfolio: str, kind: str, day: datetime.date) -> None:
        self._known(portfolio, self._client.securities_accounts, "portfolio", day)
        self._known(one.security, self._client.securities, "security", day)
        self._client.share_moves.append(ShareMove(portfolio, day, one.security, SHARE_SIGNS[kind] * one.shares))

    def _move_cash(self, account: str, kind: str, day: datetime.date, currency: str, amount: int) -> None:
        self._known(account, self._client.cash_accounts, "account", day)
        self._client.cash_moves.append(CashMove(account, day, currency, CASH_SIGNS[kind] * amount))

    def _action(self, entry: Any) -> CorporateAction:
        day = self._day(entry.date.seconds // 86400, "ledger", entry.type)
        kind = next((one.string for one in entry.parameters if one.type == _KIND_OF_ACTION), "")
        postings = tuple(
            Posting(
                one.type,
                one.unit,
                one.leg,
                one.direction,
                one.shares,
                one.amount,
                one.currency,
                one.security,
                one.portfolio,
                one.account,
            )
            for one in entry.postings
        )
        return known(CorporateAction(day, entry.type, kind, postings))

    def _known(self, key: str, known: Mapping[str, object], what: str, day: datetime.date) -> None:
        if key not in known:
            remedy = f"of the transaction of {day} isn't in the file. Save it again in Portfolio Performance."
            raise self._opened.wrong(remedy, column=what, value=key)

    def _taxonomy(self, one: Any) -> Taxonomy:
        children: dict[str, list[Any]] = {}
        root = None
        seen: set[str] = set()
        for element in one.classes:
            # The program writes a class after the one it is part of, which rules out circles.
            if element.id in seen or (element.parent and element.parent not in seen):
                raise self._opened.wrong("has a class without its place.", column="taxonomy", value=one.name)
            seen.add(element.id)
            if element.parent:
                children.setdefault(element.parent, []).append(element)
            else:
                root = element
        if root is None:
            raise self._opened.wrong("has no classes.", column="taxonomy", value=one.name)
        template = next((pair.value.string for pair in root.data if pair.key == _KEY_OF_TEMPLATE), "")
        return Taxonomy(clean(one.name), template or one.id, self._parts(root.id, children, one.name, 1))

    def _parts(
        self, parent: str, children: Mapping[str, list[Any]], taxonomy: str, depth: int
    ) -> tuple[Classification, ...]:
        if depth > DEEPEST_CLASS:
            raise self._opened.wrong(f"is more than {DEEPEST_CLASS} classes deep.", column="taxonomy", value=taxonomy)
        return tuple(
            Classification(
                clean(element.name),
                element.weight,
                self._parts(element.id, children, taxonomy, depth + 1),
                tuple((one.vehicle, one.weight) for one in element.assignments),
            )
            for element in children.get(parent, [])
        )

    def _key(self, one: Any, what: str) -> str:
        if not one.uuid or one.uuid in self._keys:
            remedy = "stands twice in the file." if one.uuid else "has no uuid. Save it again in Portfolio Performance."
            raise self._opened.wrong(remedy, column=what, value=one.name or one.uuid)
        self._keys.add(one.uuid)
        return str(one.uuid)

    def _day(self, days: int, what: str, owner: str) -> datetime.date:
        try:
            return EPOCH + datetime.timedelta(days)
        except OverflowError:
            raise self._opened.wrong(f"has {days} where a day stands.", column=what, value=owner) from None
