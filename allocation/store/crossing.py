"""FX rates through a third currency, where there is none between two: CHF to USD by CHF to EUR and EUR to USD."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import duckdb

# The newest rate of each pair, in the direction it was given in.
NEWEST = """
SELECT from_currency, to_currency, max(as_of), max_by(rate, as_of) FROM fx_rates
WHERE as_of <= $at GROUP BY from_currency, to_currency
"""

Rates = dict[tuple[str, str], tuple[datetime.date, Fraction]]


def cross(
    connection: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]], base: str, at: datetime.date, digits: int
) -> None:
    """Value the rows that have a price and no rate by a rate through one other currency, exactly, where there is one.

    Each leg is the newest rate in either direction, of two of one day the direct one. Of several currencies it could go
    through, it goes through the one whose older leg is newest; of those that are alike, the first by name.
    """
    lacking = [row for row in rows if row["rate"] is None and row["price"] is not None]
    if not lacking:
        return
    rates = _both_ways(connection, at)
    for row in lacking:
        found = _through_another(rates, row["currency"], base)
        if found is not None:
            as_of, rate = found
            row["rate"], row["rate_as_of"] = float(rate), as_of
            row["value"] = float(_rounded(Fraction(row["quoted_value"]) * rate, digits))


def without_rate(
    connection: duckdb.DuckDBPyConnection, currencies: Sequence[str], base: str, at: datetime.date
) -> list[str]:
    """Those of the currencies that have no rate to the base currency, neither directly nor through another one."""
    rates = _both_ways(connection, at)
    return [one for one in currencies if (one, base) not in rates and _through_another(rates, one, base) is None]


def _both_ways(connection: duckdb.DuckDBPyConnection, at: datetime.date) -> Rates:
    given = connection.execute(NEWEST, {"at": at}).fetchall()
    rates: Rates = {(start, end): (as_of, 1 / Fraction(rate)) for end, start, as_of, rate in given}
    for start, end, as_of, rate in given:
        inverse = rates.get((start, end))
        if inverse is None or as_of >= inverse[0]:
            rates[start, end] = as_of, Fraction(rate)
    return rates


def _through_another(rates: Rates, start: str, end: str) -> tuple[datetime.date, Fraction] | None:
    ways = []
    for currency in sorted({middle for begin, middle in rates if begin == start}):
        if (currency, end) in rates:
            (first, one), (second, other) = rates[start, currency], rates[currency, end]
            ways.append((min(first, second), one * other))
    return max(ways, key=lambda way: way[0], default=None)


def _rounded(value: Fraction, digits: int) -> Fraction:
    """Half a minor unit away from zero, as the database rounds."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**digits)
