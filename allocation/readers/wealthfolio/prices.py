"""The latest prices and exchange rates of a Wealthfolio database, as they were known on a day."""

from __future__ import annotations

import datetime
from collections import deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.findings import EXACT, RATE_DECIMALS, Findings, day_of, exact, name_of, rounded
from allocation.readers.fx import LARGEST_RATE
from allocation.readers.wealthfolio.database import Database, Unreadable
from allocation.readers.wealthfolio.generations import Generation

HUNDRED = Decimal(100)

# Wealthfolio's own order: the newest day; of one day what was entered by hand, then the broker's.
LATEST = """
SELECT asset, day, source, close, currency FROM (
    SELECT *, row_number() OVER (
        PARTITION BY asset
        ORDER BY day DESC, CASE source WHEN 'MANUAL' THEN 1 WHEN 'BROKER' THEN 2 ELSE 3 END, written DESC, id
    ) AS place
    FROM (SELECT {asset} AS asset, substr({day}, 1, 10) AS day, {source} AS source, close, {currency} AS currency,
        created_at AS written, id FROM quotes)
    WHERE day <= ? AND length(day) = 10
) WHERE place = 1
"""


@dataclass(frozen=True)
class Quote:
    """A price in a whole currency: never in pence or cents."""

    price: Decimal
    currency: str
    day: datetime.date
    by_hand: bool


@dataclass(frozen=True)
class Rate:
    """One unit of ``source`` is worth ``rate`` of ``target``."""

    source: str
    target: str
    rate: Decimal
    day: datetime.date


def whole_currency(currency: str) -> tuple[str, Decimal]:
    """A currency and how many of it make one unit of that: GBp is GBP and 100."""
    return (HUNDREDTHS[currency], HUNDRED) if currency in HUNDREDTHS else (currency, Decimal(1))


def read_quotes(
    database: Database, generation: Generation, currencies: dict[str, str], day: datetime.date
) -> dict[str, Quote]:
    """The latest readable price of each asset on or before a day.

    Parameters:
        currencies: asset → the currency it is quoted in, for quotes that name none.
    """
    quotes = {}
    for row in _latest(database, generation, day):
        asset, close, found = str(row["asset"]), exact(row["close"]), day_of(row["day"])
        if asset not in currencies or close is None or found is None:
            continue
        currency, parts = whole_currency(name_of(row["currency"]) or currencies[asset])
        quotes[asset] = Quote(EXACT.divide(close, parts), currency, found, row["source"] == "MANUAL")
    return quotes


def read_rates(database: Database, generation: Generation, day: datetime.date) -> list[Rate]:
    """The latest rate of each pair of currencies, in their order."""
    if database.has("exchange_rates", "from_currency", "to_currency", "rate"):
        found = _kept_rates(database, day)
    else:
        found = _quoted_rates(database, generation, day)
    rates: dict[tuple[str, str], Rate] = {}
    for pair, rate, known in found:
        (source, parts), (target, target_parts) = (whole_currency(code) for code in pair)
        number = exact(rate)
        if not (is_known_currency(source) and is_known_currency(target)) or source == target or not number:
            continue
        number = rounded(EXACT.divide(number * parts, target_parts), RATE_DECIMALS)
        if known is None or not 0 < number <= LARGEST_RATE:
            continue
        if (source, target) not in rates or rates[source, target].day < known:
            rates[source, target] = Rate(source, target, number, known)
    return [rates[pair] for pair in sorted(rates)]


def convert(rates: list[Rate], source: str, target: str) -> Rate | None:
    """The rate between two currencies: as it is quoted, inverse, or crossed over as few others as possible."""
    ways: dict[str, list[Rate]] = {}
    for rate in rates:
        ways.setdefault(rate.source, []).append(rate)
        ways.setdefault(rate.target, []).append(
            Rate(rate.target, rate.source, EXACT.divide(Decimal(1), rate.rate), rate.day)
        )
    reached = {source: Rate(source, source, Decimal(1), datetime.date.max)}
    waiting = deque([source])
    while waiting and target not in reached:
        here = waiting.popleft()
        for step in ways.get(here, ()):
            if step.target not in reached:
                so_far = reached[here]
                crossed = EXACT.multiply(so_far.rate, step.rate)
                reached[step.target] = Rate(source, step.target, crossed, min(so_far.day, step.day))
                waiting.append(step.target)
    return reached.get(target)


def rate_rows(rates: list[Rate], held: set[str], base: str | None, findings: Findings) -> list[Rate]:
    """The rates of the file, and those to the base currency that are only reached over another currency.

    A held currency without any way to the base currency is a problem.
    """
    rows = list(rates)
    pairs = {frozenset((rate.source, rate.target)) for rate in rates}
    for currency in sorted(held - {base}) if base else []:
        crossed = convert(rates, currency, str(base))
        if crossed is None:
            remedy = (
                f"has no exchange rate to {base}. In Wealthfolio, add it (Settings, Currencies), then export again."
            )
            findings.wrong("rate", currency, remedy)
        elif frozenset((currency, str(base))) not in pairs:
            rate = rounded(crossed.rate, RATE_DECIMALS)
            if not 0 < rate <= LARGEST_RATE:
                findings.wrong("rate", currency, f"has a rate to {base} that can't be right ({rate}).")
                continue
            rows.append(Rate(currency, str(base), rate, crossed.day))
            findings.note(f"The rate of {currency} to {base} is crossed over other currencies of the file: {rate}.")
    return rows


def _latest(database: Database, generation: Generation, day: datetime.date) -> list[dict[str, Any]]:
    if generation.has_taxonomies:
        names = {"asset": "asset_id", "day": "day", "source": "source", "currency": "currency"}
    elif database.has("quotes", "timestamp"):
        names = {"asset": "symbol", "day": "timestamp", "source": "data_source", "currency": "currency"}
    else:
        names = {"asset": "symbol", "day": "date", "source": "data_source", "currency": "NULL"}
    missing = [name for name in (*names.values(), "close", "id", "created_at") if name != "NULL"]
    missing = [name for name in missing if not database.has("quotes", name)]
    if missing:
        raise Unreadable(f"is a Wealthfolio database whose table quotes has no {' and no '.join(missing)}.")
    return database.select(LATEST.format(**names), (day.isoformat(),))


Found = list[tuple[tuple[str, str], object, datetime.date | None]]


def _kept_rates(database: Database, day: datetime.date) -> Found:
    rows = database.rows("exchange_rates", ["from_currency", "to_currency", "rate"], ["updated_at"])
    return [
        ((str(row["from_currency"]), str(row["to_currency"])), row["rate"], min(day_of(row["updated_at"]) or day, day))
        for row in rows
    ]


def _quoted_rates(database: Database, generation: Generation, day: datetime.date) -> Found:
    pairs: dict[str, tuple[str, str]] = {}
    if generation.has_taxonomies:
        for row in database.rows("assets", ["id", "quote_ccy"], ["instrument_symbol"], "WHERE kind = 'FX'"):
            pairs[str(row["id"])] = (str(row["instrument_symbol"]), str(row["quote_ccy"]))
    else:
        for row in database.rows("assets", ["id", "asset_type"], [], "WHERE asset_type = 'FOREX'"):
            letters = str(row["id"]).removesuffix("=X")
            pairs[str(row["id"])] = (letters[:3], letters[3:])
    rows = [row for row in _latest(database, generation, day) if str(row["asset"]) in pairs]
    return [(pairs[str(row["asset"])], row["close"], day_of(row["day"])) for row in rows]
