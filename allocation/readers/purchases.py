"""Rows that say when a holding was bought: they stand under it, are called by a date, and add up to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from allocation.readers.found import Findings
from allocation.readers.totals import CENT

_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")


def is_called_by_a_date(symbol: str) -> bool:
    """Whether what a row is called is a date."""
    return _DATE.fullmatch(symbol) is not None


@dataclass(frozen=True)
class _Amount:
    """A holding or a purchase; what a row doesn't say is None."""

    row: int
    called: str
    quantity: Decimal | None
    value: Decimal | None


class Purchases:
    """The purchases of one table while it is read, each time a holding and those under it."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._holding: _Amount | None = None
        self._rows: list[_Amount] = []

    def holding(self, row: int, symbol: str, quantity: Decimal | None, value: Decimal | None) -> None:
        """A holding was read; what follows may be its purchases."""
        self.settle()
        self._holding = _Amount(row, symbol, quantity, value)

    def add(self, row: int, date: str, quantity: Decimal | None, value: Decimal | None) -> None:
        """A row that is called by a date was read."""
        self._rows.append(_Amount(row, date, quantity, value))

    def settle(self) -> None:
        """Leave out the purchases of the last holding, which has them already; refuse them where they don't add up."""
        if not self._rows:
            return
        first = self._rows[0]
        if self._are_the_holding():
            self._findings.note(
                f"Rows called by a date, such as {first.called}, add up to the holding above them: they are its "
                "purchases and not counted again."
            )
        else:
            remedy = (
                "is a date, and no holding. If the row is a purchase of the holding above it, take it out of the file; "
                "otherwise write what is held."
            )
            self._findings.wrong(first.row, "symbol", first.called, remedy)
        self._rows = []

    def _are_the_holding(self) -> bool:
        holding, rows = self._holding, self._rows
        if holding is None:
            return False
        quantities = [row.quantity for row in rows if row.quantity is not None]
        values = [row.value for row in rows if row.value is not None]
        same_quantity = len(quantities) == len(rows) and sum(quantities) == holding.quantity
        same_value = (
            holding.value is not None
            and len(values) == len(rows)
            and abs(sum(values) - holding.value) <= CENT * (len(rows) + 1) / 2
        )
        return same_quantity or same_value
