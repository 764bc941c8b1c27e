"""Exchange rates of another program's file: pence made pounds, inverse and crossed, never guessed."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers import fx
from allocation.readers.foreign import EXACT, RATE_DECIMALS, Remarks, rounded


@dataclass(frozen=True)
class Rate:
    """One unit of ``source`` is worth ``rate`` of ``target``."""

    source: str
    target: str
    rate: Decimal
    day: datetime.date


def whole_currency(currency: str) -> tuple[str, Decimal]:
    """A currency and how many of it make one unit of that: GBp is GBP and 100."""
    return (HUNDREDTHS[currency], Decimal(100)) if currency in HUNDREDTHS else (currency, Decimal(1))


def rate_of(source: str, target: str, rate: Decimal | None, day: datetime.date | None) -> Rate | None:
    """A rate between whole currencies; None where it is none or can't be right."""
    (source, parts), (target, target_parts) = whole_currency(source), whole_currency(target)
    if not (is_known_currency(source) and is_known_currency(target)) or source == target or not rate or day is None:
        return None
    number = rounded(EXACT.divide(EXACT.multiply(rate, parts), target_parts), RATE_DECIMALS)
    return Rate(source, target, number, day) if 0 < number <= fx.LARGEST_RATE else None


def convert(rates: Iterable[Rate], source: str, target: str) -> Rate | None:
    """The rate between two currencies: as it is quoted, inverse, or crossed over as few others as possible."""
    ways: dict[str, list[Rate]] = {}
    for rate in rates:
        ways.setdefault(rate.source, []).append(rate)
        inverse = EXACT.divide(Decimal(1), rate.rate)
        ways.setdefault(rate.target, []).append(Rate(rate.target, rate.source, inverse, rate.day))
    reached = {source: Rate(source, source, Decimal(1), datetime.date.max)}
    waiting = deque([source])
    while waiting and target not in reached:
        so_far = reached[waiting[0]]
        for step in ways.get(waiting.popleft(), ()):
            if step.target not in reached:
                both = EXACT.multiply(so_far.rate, step.rate)
                reached[step.target] = Rate(source, step.target, both, min(so_far.day, step.day))
                waiting.append(step.target)
    return reached.get(target)


def crossed(rates: Sequence[Rate], held: set[str], base: str | None, remarks: Remarks) -> list[Rate]:
    """The rates, and those to the base currency that are only reached over several others.

    A way over one other currency is found where the rates are used; a rate that is missing is told once all is loaded.

    Parameters:
        held: currencies that something is held in.
        base: the base currency; None where it isn't known.
    """
    rows = list(rates)
    pairs = {frozenset((rate.source, rate.target)) for rate in rates}
    beside = {other for pair in pairs if base in pair for other in pair}
    for currency in sorted(held - {base}) if base else []:
        found = convert(rates, currency, str(base))
        if found and not any(frozenset((currency, other)) in pairs for other in beside):
            rate = rate_of(currency, str(base), found.rate, found.day)
            if rate is None:
                remarks.wrong(0, "rate", currency, f"has a rate to {base} that can't be right ({found.rate:.6g}).")
                continue
            rows.append(rate)
            remarks.note(f"The rate of {currency} to {base} is crossed over several other currencies: {rate.rate}.")
    return rows


def rate_table(rates: Iterable[Rate]) -> pd.DataFrame:
    """Rates as an FX table."""
    rows = [(number, rate.source, rate.target, rate.rate, rate.day) for number, rate in enumerate(rates, 1)]
    return pd.DataFrame(rows, columns=fx.COLUMNS, dtype=object)
