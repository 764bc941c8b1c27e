"""Names of accounts and commodities that Beancount allows, from names that people gave.

A name always becomes the same, whatever else is in the plan. What can be kept is kept; a name that loses something gets
six digits of its hash, so that two names that would look alike stay two.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from allocation.errors import OrdersError

CASH = "Cash"
COMMODITY = re.compile(r"[A-Z](?:[A-Z0-9'._-]*[A-Z0-9])?")
WORDS_OF_BEANCOUNT = {"TRUE", "FALSE", "NULL"}


def commodity(symbol: str) -> str:
    """A symbol as a commodity: ``BRK.B`` stays, ``0700`` becomes ``X0700-…``."""
    if COMMODITY.fullmatch(symbol) and symbol not in WORDS_OF_BEANCOUNT:
        return symbol
    kept = "".join(sign if re.match(r"[A-Z0-9]", sign) else "-" for sign in symbol.upper())
    return f"X{_joined(kept)}-{_hash(symbol)}"


def component(name: str, blank: str = " ") -> str:
    """A name as a part of an account: ``Roth IRA`` becomes ``Roth-IRA``, ``401(k)`` becomes ``401-k-…``.

    Parameters:
        name: any.
        blank: the sign that becomes a dash without a hash.
    """
    kept = _joined("".join(sign if _is_letter(sign) or sign.isdecimal() else "-" for sign in name))
    raised = kept[:1].upper() + kept[1:]
    kept = raised if _may_begin(raised) else f"X{kept}"
    unchanged = kept == name.replace(blank, "-") and "-" not in name and name != CASH
    return kept if unchanged else f"{kept}-{_hash(name)}"


def checked(account: str) -> str:
    """The name of an account of a ledger, as somebody gave it.

    Raises:
        OrdersError: Beancount doesn't allow it.
    """
    parts = account.split(":")
    for part in parts:
        allowed = all(_is_letter(sign) or sign.isdecimal() or sign == "-" for sign in part)
        if len(parts) < 2 or not allowed or not _may_begin(part):
            raise OrdersError(
                f"{account!r} can't be an account in Beancount. Write it like Assets:US:Broker: parts that begin with "
                "a capital or a digit, and have letters, digits and dashes in them."
            )
    return account


def _joined(text: str) -> str:
    return re.sub("-+", "-", text).strip("-")


def _is_letter(sign: str) -> bool:
    return unicodedata.category(sign).startswith("L")


def _may_begin(part: str) -> bool:
    return part[:1].isdecimal() or (bool(part) and unicodedata.category(part[0]) == "Lu")


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6].upper()
