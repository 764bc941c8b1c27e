"""Totals that a statement states in its base currency, of lines that are in several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from allocation.readers.found import Findings
from allocation.readers.totals import CENT

Amount = tuple[str, Decimal]
"""A currency and how much of it."""


@dataclass
class Sums:
    """What a statement's lines add up to.

    Attributes:
        base: the currency of its totals; None where it says none.
        rates: units of that for one of another currency, as the statement has them.
        positions: kind of asset → what each position is worth.
    """

    findings: Findings
    base: str | None
    rates: Mapping[str, Decimal]
    positions: dict[str, list[Amount]] = field(default_factory=lambda: defaultdict(list))

    def compare(self, row: int, column: str, what: str, stated: Decimal, amounts: Sequence[Amount]) -> None:
        """Compare a total with its lines, where the statement has every rate for it; rates may be rounded."""
        if self.base is None or not {currency for currency, _ in amounts} <= {self.base, *self.rates}:
            return
        found, slack = Decimal(0), CENT * (len(amounts) + 1) / 2
        for currency, amount in amounts:
            rate = Decimal(1) if currency == self.base else self.rates[currency]
            found += amount * rate
            if currency != self.base:
                slack += abs(amount) * Decimal(1).scaleb(int(rate.as_tuple().exponent)) / 2
        if abs(found - stated) > slack:
            remedy = (
                f"is the total of {what} in {self.base}, but the lines add up to {found:,.2f}. Is a part of the file "
                "missing?"
            )
            self.findings.wrong(row, column, f"{stated:,.2f}", remedy)
