"""One asset has one price a day in a file: what rounding tells apart is settled, what it doesn't is found."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

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


def moved(lines: Sequence[Holding], kept: Mapping[tuple[str, str, str], Holding]) -> tuple[Decimal, list[Holding]]:
    """By how much what is loaded of a total's lines is worth more than they say, because a later day's price counts.

    Parameters:
        kept: by identity, what is loaded of them.

    Returns:
        the difference, 0 where rounding explains it, and the lines that it comes from.
    """
    others = [line for line in lines if line.price and kept[line.identity].price != line.price]
    others = [line for line in others if kept[line.identity].as_of != line.as_of]
    prices = [(line, kept[line.identity].price or Decimal(0)) for line in others]
    more = sum((line.quantity * (price - _price(line)) for line, price in prices), Decimal(0))
    return (more, others) if abs(more) > HALF_A_CENT * (len(lines) + 1) else (Decimal(0), [])


def _price(holding: Holding) -> Decimal:
    assert holding.price is not None
    return holding.price
