"""What matters of a Portfolio Performance file, the same for XML and protobuf.

Whole numbers are in the file's own units: money in hundredths, shares and quotes in 10**-8, weights in hundredths of a
percent.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from allocation.readers.opened import Opened

OLDEST_VERSION, NEWEST_VERSION = 49, 70
"""Version 49 gave shares and quotes the eight decimals they have now."""

CASH_SIGNS = {
    "DEPOSIT": 1,
    "REMOVAL": -1,
    "INTEREST": 1,
    "INTEREST_CHARGE": -1,
    "DIVIDENDS": 1,
    "FEES": -1,
    "FEES_REFUND": 1,
    "TAXES": -1,
    "TAX_REFUND": 1,
    "BUY": -1,
    "SELL": 1,
    "TRANSFER_IN": 1,
    "TRANSFER_OUT": -1,
}
SHARE_SIGNS = {
    "BUY": 1,
    "SELL": -1,
    "TRANSFER_IN": 1,
    "TRANSFER_OUT": -1,
    "DELIVERY_INBOUND": 1,
    "DELIVERY_OUTBOUND": -1,
}


@dataclass(frozen=True)
class Quote:
    """The price of one share on a day, in 10**-8 of the security's currency."""

    day: datetime.date
    units: int


@dataclass(frozen=True)
class Security:
    """Something that has a quote, and when it was split. Without a currency it is an index, which nobody holds."""

    key: str
    name: str
    ticker: str
    isin: str
    wkn: str
    currency: str
    is_retired: bool
    quote: Quote | None
    splits: tuple[tuple[datetime.date, str], ...] = ()


@dataclass(frozen=True)
class CashAccount:
    """A deposit account: cash of one currency."""

    key: str
    name: str
    currency: str
    is_retired: bool


@dataclass(frozen=True)
class SecuritiesAccount:
    """What the program calls a portfolio: securities, and the cash account that they are paid from."""

    key: str
    name: str
    reference: str
    is_retired: bool


@dataclass(frozen=True)
class CashMove:
    """Hundredths that came to (or, negative, left) a cash account."""

    account: str
    day: datetime.date
    currency: str
    hundredths: int


@dataclass(frozen=True)
class ShareMove:
    """Shares (10**-8) that came to (or, negative, left) a securities account."""

    account: str
    day: datetime.date
    security: str
    shares: int


@dataclass(frozen=True)
class Posting:
    """One effect of a corporate action, as the file has it; words in capitals are the program's.

    Attributes:
        kind: what it is of: ``SECURITY``, ``CASH``, ``FEE``.
        unit: ``PRIMARY`` where it moves something; else what it explains.
        leg: its part in the action: ``SOURCE_SECURITY``.
        direction: ``INBOUND``, ``OUTBOUND`` or ``NEUTRAL``.
    """

    kind: str
    unit: str
    leg: str
    direction: str
    shares: int
    amount: int
    currency: str
    security: str
    securities_account: str
    cash_account: str


@dataclass(frozen=True)
class CorporateAction:
    """An entry of the ledger: ``entry`` is its type, ``kind`` which corporate action it is."""

    day: datetime.date
    entry: str
    kind: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Classification:
    """A class of a taxonomy: its weight in the class above, its parts, and what is assigned to it by which weight."""

    name: str
    weight: int
    parts: tuple[Classification, ...]
    assigned: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Taxonomy:
    """One way to classify. ``kind`` is the template it was made from, such as ``assetclasses``."""

    name: str
    kind: str
    classes: tuple[Classification, ...]


@dataclass
class Client:
    """A whole file. Securities and accounts by their keys, in the file's order."""

    version: int
    base_currency: str
    securities: dict[str, Security] = field(default_factory=dict)
    cash_accounts: dict[str, CashAccount] = field(default_factory=dict)
    securities_accounts: dict[str, SecuritiesAccount] = field(default_factory=dict)
    cash_moves: list[CashMove] = field(default_factory=list)
    share_moves: list[ShareMove] = field(default_factory=list)
    actions: list[CorporateAction] = field(default_factory=list)
    taxonomies: list[Taxonomy] = field(default_factory=list)


def check_version(opened: Opened, version: int) -> None:
    """Refuses files of a version whose units or transactions aren't known.

    Raises:
        LoadError: it is older or newer than those that are.
    """
    if version > NEWEST_VERSION:
        raise opened.wrong(
            f"is of version {version} of Portfolio Performance's file format; versions {OLDEST_VERSION} to "
            f"{NEWEST_VERSION} can be read. Update this program, or load your holdings as CSV."
        )
    if version < OLDEST_VERSION:
        raise opened.wrong(
            f"is of version {version} of Portfolio Performance's file format, which has other units; versions "
            f"{OLDEST_VERSION} to {NEWEST_VERSION} can be read. Open it in a present Portfolio Performance and save it."
        )
