"""One asset has one price a day in a file: what rounding tells apart is settled, what it doesn't is found."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from allocation.readers.content import StatedTotal
from allocation.readers.units import exponent
from allocation.tables import CASH

if TYPE_CHECKING:
    from allocation.readers.found import Holding

HALF_A_CENT = Decimal("0.005")


def settled(holdings: Sequence[Holding]) -> tuple[list[Holding], list[tuple[Holding, Holding]]]:
    """Give each asset one price a day, where its prices are one but for rounding.

    A price that the file quotes counts before one that is calculated from a value, then the one with more decimals.

    Returns:
        the holdings in the same order, and the pairs whose prices differ by more, in the order of the file.
    """
    groups: dict[tuple[str, str, datetime.date | None], list[int]] = {}
    for place, holding in enumerate(holdings):
        if holding.symbol != CASH and holding.price is not None:
            groups.setdefault((holding.symbol, holding.currency, holding.as_of), []).append(place)
    found, apart = list(holdings), list[tuple[int, int]]()
    for places in groups.values():
        if len({holdings[place].price for place in places}) == 1:
            continue
        counts = min(places, key=lambda place: (holdings[place].is_calculated, exponent(_price(holdings[place]))))
        for place in places:
            if is_rounding(holdings[counts], holdings[place]):
                found[place] = holdings[place]._replace(price=holdings[counts].price)
            else:
                apart.append((min(counts, place), max(counts, place)))
    return found, [(holdings[first], holdings[second]) for first, second in sorted(apart, key=lambda pair: pair[::-1])]


def is_rounding(first: Holding, second: Holding) -> bool:
    """Whether two prices are one, written with fewer decimals or calculated from values in whole cents."""
    one, other = _price(first), _price(second)
    decimals = max(min(-exponent(one), -exponent(other)), 2)
    if round(one, decimals) == round(other, decimals):
        return True
    valued = [holding for holding in (first, second) if holding.value is not None and holding.quantity]
    if len(valued) < 2 and not any(holding.is_calculated for holding in valued):
        return False
    return abs(one - other) <= sum(HALF_A_CENT / abs(holding.quantity) for holding in valued)


def moved(
    total: StatedTotal, holdings: Iterable[Holding], kept: Mapping[tuple[str, str, str], Holding]
) -> tuple[Decimal, list[Holding]]:
    """By how much what is loaded of a total's rows is worth more than they say, because a later day's price counts.

    Parameters:
        holdings: the rows of the file.
        kept: by identity, what is loaded of them.

    Returns:
        the difference, 0 where rounding explains it, and the rows that it comes from.
    """
    others = [
        holding
        for holding in holdings
        if holding.row in total.rows
        and holding.price
        and kept[holding.identity].as_of != holding.as_of
        and kept[holding.identity].price != holding.price
    ]
    prices = [(holding, kept[holding.identity].price or Decimal(0)) for holding in others]
    more = sum((holding.quantity * (price - _price(holding)) for holding, price in prices), Decimal(0))
    return (more, others) if abs(more) > HALF_A_CENT * (len(total.rows) + 1) else (Decimal(0), [])


def _price(holding: Holding) -> Decimal:
    assert holding.price is not None
    return holding.price
