"""What programs' files say of one asset, brought to one name and one price a day."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from allocation.readers.one_price import HALF_A_CENT
from allocation.tables import CASH

SAME_PRICE = Decimal("0.05")
"""Two files' prices of one day that differ by less are one price at two moments of it."""


def agree(held: pd.DataFrame) -> list[str]:
    """Give each asset one name and one price a day where other programs' files differ by a little; says so.

    Nobody can correct a broker's file. Prices that are far apart stay as they are, and are refused as a contradiction.
    """
    if held["is_ours"].all():
        return []
    names: dict[str, str] = {}
    prices = _Prices()
    agreed_names, agreed_prices = [], []
    columns = ["symbol", "name", "price", "as_of", "file", "quantity", "is_ours"]
    for symbol, name, price, as_of, file, quantity, is_ours in held[columns].itertuples(index=False, name=None):
        if is_ours or symbol is None or symbol == CASH:
            agreed_names.append(name)
            agreed_prices.append(price)
            continue
        agreed_names.append(names.setdefault(symbol, name) if name else name)
        agreed_prices.append(None if price is None else prices.agreed(symbol, _Priced(price, as_of, file, quantity)))
    held["name"] = pd.Series(agreed_names, index=held.index, dtype=object)
    held["price"] = pd.Series(agreed_prices, index=held.index, dtype=object)
    return prices.notes


class _Priced(NamedTuple):
    """A price of an asset, and where it stands."""

    price: Decimal
    as_of: datetime.date | None
    file: str
    quantity: Decimal | None

    def is_near(self, known: _Priced) -> bool:
        """Whether both are one price: at two moments of a day in two files; in one file but for rounding to cents."""
        if self.file != known.file:
            return abs(self.price - known.price) <= SAME_PRICE * known.price
        units = [abs(one.quantity) for one in (self, known) if one.quantity]
        return abs(self.price - known.price) <= sum(HALF_A_CENT / quantity for quantity in units)


class _Prices:
    """The prices of one load, in the order of its files."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._of_day: dict[tuple[str, datetime.date | None], _Priced] = {}
        self._first: dict[str, _Priced] = {}

    def agreed(self, symbol: str, found: _Priced) -> Decimal:
        """The price that counts for its day; says where another file has another one."""
        known = self._of_day.setdefault((symbol, found.as_of), found)
        at = f"{symbol} is at {known.price:f} in {known.file} and at {found.price:f} in {found.file}"
        if known.price != found.price and found.is_near(known):
            self.notes.append(f"{at}: {known.price:f} counts.")
            found = found._replace(price=known.price)
        first = self._first.setdefault(symbol, found)
        if first.file != found.file and first.price != found.price and first.as_of != found.as_of:
            later = max(first, found, key=lambda one: one.as_of or datetime.date.min)
            self.notes.append(
                f"{symbol} is at {first.price:f} in {first.file} ({first.as_of}) and at {found.price:f} in "
                f"{found.file} ({found.as_of}): {later.price:f} counts from {later.as_of}."
            )
        return found.price
