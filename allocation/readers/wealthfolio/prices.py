"""The latest prices and exchange rates of a Wealthfolio database, as they were known on a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.readers.foreign import EXACT, day_of, exact, name_of
from allocation.readers.rates import Rate, rate_of, whole_currency
from allocation.readers.wealthfolio.database import Database, Unreadable
from allocation.readers.wealthfolio.generations import Generation

ONE_DAY = datetime.timedelta(days=1)

# Wealthfolio's own order: the newest day; of one day what was entered by hand, then the broker's. The newest day comes
# from the index of a large table; a day may have a time after it, which T or a space begins.
LATEST = """
WITH newest AS (
    SELECT {asset} AS asset, substr(max({day}), 1, 10) AS day FROM quotes WHERE {day} < ? GROUP BY {asset}
)
SELECT asset, day, source, close, currency FROM (
    SELECT newest.asset, newest.day, {source} AS source, close, {currency} AS currency, row_number() OVER (
        PARTITION BY newest.asset
        ORDER BY CASE {source} WHEN 'MANUAL' THEN 1 WHEN 'BROKER' THEN 2 ELSE 3 END, created_at DESC, id
    ) AS place
    FROM newest JOIN quotes ON {asset} = newest.asset AND {day} >= newest.day AND {day} < newest.day || 'U'
) WHERE place = 1
"""


@dataclass(frozen=True)
class Quote:
    """A price in a whole currency: never in pence or cents."""

    price: Decimal
    currency: str
    day: datetime.date
    by_hand: bool


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
    for (source, target), number, known in found:
        rate = rate_of(source, target, exact(number), known)
        if rate and ((rate.source, rate.target) not in rates or rates[rate.source, rate.target].day < rate.day):
            rates[rate.source, rate.target] = rate
    return [rates[pair] for pair in sorted(rates)]


def _latest(database: Database, generation: Generation, day: datetime.date) -> list[dict[str, Any]]:
    if generation.has_taxonomies:
        names = {"asset": "asset_id", "day": "quotes.day", "source": "source", "currency": "currency"}
    elif database.has("quotes", "timestamp"):
        names = {"asset": "symbol", "day": "timestamp", "source": "data_source", "currency": "currency"}
    else:
        names = {"asset": "symbol", "day": "date", "source": "data_source", "currency": "NULL"}
    columns = [
        name.removeprefix("quotes.") for name in (*names.values(), "close", "id", "created_at") if name != "NULL"
    ]
    missing = [name for name in columns if not database.has("quotes", name)]
    if missing:
        raise Unreadable(f"is a Wealthfolio database whose table quotes has no {' and no '.join(missing)}.")
    return database.select(LATEST.format(**names), ((day + ONE_DAY).isoformat(),))


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
