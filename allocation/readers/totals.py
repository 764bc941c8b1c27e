"""What a table adds up itself: which of its rows are totals, whether they agree, and what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from allocation.errors import Subject, leave_out
from allocation.readers.content import StatedTotal
from allocation.readers.foreign import amount
from allocation.readers.found import Findings

CENT = Decimal("0.01")
_CURRENCY = "usd|eur|gbp|chf|cad|aud|nzd|sek|nok|dkk|jpy|hkd|sgd|inr|pln"
TOTALS = re.compile(
    r"(?:(?:grand|sub|account|portfolio|positions?|overall)[ -]?)?totals?"
    rf"(?: value| assets| portfolio| account|(?: in)? (?:{_CURRENCY}))?|"
    r"(?:gesamt|zwischen)?summe|gesamt(?:wert|betrag)?|insgesamt|totaal|totale|sum",
    re.IGNORECASE,
)
EVERYTHING = re.compile(
    r"everything|all|all (?:accounts|assets|holdings|positions|together)|overall|alles|alle|portfolio|"
    r"(?:account|portfolio) value|depotwert|gesamtdepot|net worth|tout|todo|tutto",
    re.IGNORECASE,
)
"""What people call a total that isn't called one."""

_OF_ALL = re.compile(r"(?:grand|portfolio|overall).*|gesamt.*|insgesamt", re.IGNORECASE)
_NOT_HELD = re.compile(
    r"\b(?:closed|sold|realiz|realis|watch ?list|watching|pending|open orders?|transactions?|history|"
    r"geschlossen|verkauft|beobachtung|watchliste|merkliste|umsätze|offene orders?)",
    re.IGNORECASE,
)


def says_not_held(title: str) -> bool:
    """Whether a title above rows says that they are no holdings: ``Closed positions``, ``Watchlist``."""
    return len(title) <= 80 and _NOT_HELD.search(title) is not None


class _Counted(NamedTuple):
    """What a row adds to a total."""

    row: int
    value: Decimal
    currency: str


class _After(NamedTuple):
    """A holding that stands after a total."""

    row: int
    about: Subject
    total_row: int


class Totals:
    """The totals of one table while it is read."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.counted: list[_Counted] = []
        self.since_total: list[_Counted] = []
        self.sum = Decimal(0)
        self._total_row, self._of_all = 0, False
        self._accounts: set[str] = set()
        self._after: list[_After] = []

    def count(self, row: int, value: Decimal, currency: str) -> None:
        """Add a row to the totals that follow it."""
        counted = _Counted(row, value, currency)
        self.counted.append(counted)
        self.since_total.append(counted)
        self.sum += value

    def holding(self, row: int, about: Subject, may_be_further_account: bool) -> None:
        """A holding was found: one that stands after a total needs a reason to, such as an account of its own."""
        is_further = may_be_further_account and about.account not in self._accounts
        if self._total_row and not is_further:
            self._after.append(_After(row, about, self._total_row))
        elif not self._total_row:
            self._accounts.add(about.account)

    def compare(self, row: int, what: str, stated: Decimal | None) -> None:
        """A total was found: of the rows since the last one, or of all of them."""
        if not self.counted:
            return
        self._close(row, what, stated)
        if stated is None:
            return
        if len({counted.currency for counted in self.counted}) > 1:
            self.findings.note(f"The total in row {row} is of several currencies and was not compared.")
            return
        lines = min(
            (self.since_total, self.counted), key=lambda rows: abs(sum(counted.value for counted in rows) - stated)
        )
        self.since_total = []
        called = what if any(letter.isalpha() for letter in what) else "All rows"
        self.findings.compare_total(
            row,
            called,
            stated,
            [counted.value for counted in lines],
            CENT,
            rows={counted.row for counted in lines},
            currency=lines[0].currency if lines else "",
        )

    def _close(self, row: int, what: str, stated: Decimal | None) -> None:
        """Rows before this total are covered by it, unless one before it was of the whole file already."""
        covers_all = stated is not None and abs(self.sum - stated) <= CENT * (len(self.counted) + 1) / 2
        if not self._of_all or covers_all:
            self._after = []
        self._of_all = self._of_all or _OF_ALL.fullmatch(what.rstrip(": ")) is not None
        self._total_row = row

    def refuse_what_follows(self, refused: Collection[int]) -> None:
        """Refuse the holdings that stand after the file's last total, but for those rows that are refused already."""
        for row, about, total_row in self._after:
            if row not in refused:
                remedy = (
                    f"stands after the file's total in row {total_row}, so it may be sold or only watched. Take it out "
                    f"of the file, or move it above the total if it is held. {leave_out(about.symbol)}"
                )
                self.findings.wrong(row, "", about.symbol, remedy, about)


def as_loaded(notes: Sequence[str], totals: Sequence[StatedTotal], held: pd.DataFrame) -> list[str]:
    """A file's notes, where those about its own totals say what is loaded in the end, if that differs.

    Parameters:
        held: the file's holdings that are loaded; ``row``, ``price``, ``currency``.
    """
    columns = held[["row", "price", "currency"]].itertuples(index=False, name=None)
    priced = {row: (price, currency) for row, price, currency in columns}
    said = {total.note: _as_loaded(total, priced) for total in totals}
    return [said.get(note, note) for note in notes]


def _as_loaded(total: StatedTotal, priced: Mapping[int, tuple[Decimal | None, str]]) -> str:
    loaded = Decimal(0)
    for row, quantity in total.parts:
        if row not in priced:
            # Left out.
            continue
        price, currency = priced[row]
        if price is None or currency != total.currency:
            return f"{total.what}: the file's own total, {amount(total.stated)}, is what its lines add up to."
        loaded += quantity * price
    less = total.stated - loaded
    if abs(less) <= CENT * (len(total.rows) + 1) / 2:
        return total.note
    differs = f"{amount(abs(less))} {'less' if less > 0 else 'more'}"
    return f"{total.what}: the file's own total is {amount(total.stated)}; {amount(loaded)} is loaded, {differs}."
