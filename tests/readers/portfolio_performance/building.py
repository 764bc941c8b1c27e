"""Small Portfolio Performance files, in XML and in protobuf."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable

from allocation.readers.content import Content
from allocation.readers.portfolio_performance import read_portfolio_performance
from allocation.readers.registry import Opened

TODAY = datetime.date(2026, 11, 25)
SHARE = QUOTE = 100_000_000
Field = tuple[int, "int | str | bytes | list[Field]"]


def read(file: str | bytes, taxonomy: str | None = None, name: str = "my.xml") -> Content:
    content = file.encode() if isinstance(file, str) else file
    return read_portfolio_performance(Opened(content, name), TODAY, taxonomy)


LISTS = {"security": "securities", "account": "accounts", "portfolio": "portfolios", "taxonomy": "taxonomies"}


def client(*parts: str, version: int = 69, base: str = "EUR") -> str:
    """A file; parts are what :func:`security`, :func:`account` and their like give, or what else a file has."""
    lists: dict[str, str] = {}
    for part in parts:
        tag = re.split("[ >/]", part[1:], maxsplit=1)[0]
        lists[tag] = lists.get(tag, "") + part
    inner = (f"<{LISTS[tag]}>{of_list}</{LISTS[tag]}>" if tag in LISTS else of_list for tag, of_list in lists.items())
    return f"<client><version>{version}</version><baseCurrency>{base}</baseCurrency>{''.join(inner)}</client>"


def security(
    name: str,
    ticker: str = "",
    isin: str = "",
    currency: str = "EUR",
    prices: Iterable[tuple[str, int]] = (("2026-11-20", 10 * QUOTE),),
    latest: tuple[str, int] | None = None,
    retired: bool = False,
    split: str = "",
) -> str:
    history = "".join(f'<price t="{day}" v="{units}"/>' for day, units in prices)
    event = f"<event><date>2022-06-06</date><type>STOCK_SPLIT</type><details>{split}</details></event>" if split else ""
    return (
        f"<security><uuid>uuid of {name}</uuid><name>{name}</name><currencyCode>{currency}</currencyCode>"
        f"<isin>{isin}</isin><tickerSymbol>{ticker}</tickerSymbol><prices>{history}</prices>"
        + (f'<latest t="{latest[0]}" v="{latest[1]}"><high>1</high></latest>' if latest else "")
        + f"<events>{event}</events><isRetired>{str(retired).lower()}</isRetired></security>"
    )


def account(name: str, *transactions: str, currency: str = "EUR", retired: bool = False) -> str:
    return (
        f"<account><uuid>uuid of account {name}</uuid><name>{name}</name><currencyCode>{currency}</currencyCode>"
        f"<isRetired>{str(retired).lower()}</isRetired><transactions>{''.join(transactions)}</transactions></account>"
    )


def cash(kind: str, amount: int, day: str = "2026-01-05", currency: str = "EUR") -> str:
    """A transaction of a cash account; the amount in cents."""
    return (
        f"<account-transaction><date>{day}T00:00</date><currencyCode>{currency}</currencyCode><amount>{amount}</amount>"
        f"<shares>0</shares><type>{kind}</type></account-transaction>"
    )


def portfolio(name: str, *transactions: str, reference: int = 1, retired: bool = False) -> str:
    """A securities account, whose reference account is the one of this number."""
    return (
        f"<portfolio><uuid>uuid of portfolio {name}</uuid><name>{name}</name>"
        f"<isRetired>{str(retired).lower()}</isRetired>"
        f'<referenceAccount reference="../../../accounts/account[{reference}]"/>'
        f"<transactions>{''.join(transactions)}</transactions></portfolio>"
    )


def shares(kind: str, number: int, count: float, day: str = "2026-01-05") -> str:
    """A transaction of so many shares of the security of this number."""
    return (
        f"<portfolio-transaction><date>{day}T00:00</date><currencyCode>EUR</currencyCode><amount>0</amount>"
        f'<security reference="../../../../../securities/security[{number}]"/><shares>{round(count * SHARE)}</shares>'
        f"<type>{kind}</type></portfolio-transaction>"
    )


def taxonomy(name: str, *classes: str, template: str = "") -> str:
    data = f"<entry><string>portfolioClassificationKey</string><string>{template}</string></entry>"
    return (
        f"<taxonomy><id>id of {name}</id><name>{name}</name><root><id>root</id><name>{name}</name>"
        f"<children>{''.join(classes)}</children><assignments/><weight>10000</weight>"
        + (f"<data>{data}</data>" if template else "")
        + "</root></taxonomy>"
    )


def classification(name: str, percent: float, *inner: str) -> str:
    """A class; inner are assignments and further classes."""
    assigned = "".join(one for one in inner if one.startswith("<assignment>"))
    parts = "".join(one for one in inner if one.startswith("<classification>"))
    return (
        f"<classification><id>{name}</id><name>{name}</name><children>{parts}</children>"
        f"<assignments>{assigned}</assignments><weight>{round(percent * 100)}</weight></classification>"
    )


def assigned(place: str, percent: float = 100, depth: int = 1) -> str:
    """What an asset of a class that is so many classes deep is: ``securities/security[2]``, ``accounts/account``."""
    up = "../" * (6 + 2 * depth)
    return (
        f'<assignment><investmentVehicle class="security" reference="{up}{place}"/>'
        f"<weight>{round(percent * 100)}</weight></assignment>"
    )


def protobuf(*fields: Field) -> bytes:
    return b"PPPBV1" + encoded(list(fields))


def encoded(fields: list[Field]) -> bytes:
    """Fields in protobuf's wire format: a list is a message, numbers are varints, the rest is bytes."""
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value % 2**64)
        else:
            content = encoded(value) if isinstance(value, list) else value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2) + varint(len(content)) + content
    return out


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def zipped(content: bytes, name: str = "data.portfolio", *more: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        for other in more:
            archive.writestr(other, b"")
    return file.getvalue()


def held(content: Content) -> list[tuple[str, str, str]]:
    """(account, symbol, quantity) of every holding."""
    rows = content.holdings.to_dict("records")
    return [(row["account"], row["symbol"], f"{row['quantity']:f}") for row in rows]
