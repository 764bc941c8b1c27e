"""Prices and FX rates, each with its date and where it is from: writing them, and listing them."""

from __future__ import annotations

import datetime
import difflib

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem
from allocation.store.crossing import without_rate
from allocation.store.statements import count, register
from allocation.tables import CASH

DEFAULT_STALE_AFTER = 7

LISTED_PRICES = """
CREATE OR REPLACE TEMP TABLE listed_prices AS
SELECT file, row::INTEGER AS row, is_ours = 'True' AS is_ours, symbol, as_of::DATE AS as_of,
    price::DECIMAL(24, 8) AS price, currency, source
FROM prices_table
"""

NO_PRICES = "CREATE OR REPLACE TEMP TABLE listed_prices (symbol VARCHAR, as_of DATE)"

UNKNOWN = """
SELECT file, row, symbol, is_ours FROM listed_prices p
WHERE NOT EXISTS (FROM assets a WHERE a.symbol = p.symbol) ORDER BY file, row
"""

CORRECTED_PRICES = """
SELECT count(*) FROM listed_prices l JOIN assets USING (symbol) JOIN prices p USING (asset_id, as_of)
WHERE (p.price <> l.price OR p.currency <> l.currency)
    AND p.as_of < (SELECT max(as_of) FROM prices newest WHERE newest.asset_id = p.asset_id)
"""

PRICES = """
INSERT INTO prices (asset_id, as_of, price, currency, source)
SELECT asset_id, as_of, max_by(price, row), max_by(l.currency, row), max_by(source, row)
FROM listed_prices l JOIN assets USING (symbol) WHERE symbol <> 'CASH' GROUP BY asset_id, as_of
ON CONFLICT (asset_id, as_of) DO UPDATE
SET price = excluded.price, currency = excluded.currency, source = excluded.source,
    updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.price <> prices.price OR excluded.currency <> prices.currency
"""

CORRECTED_RATES = """
SELECT count(*) FROM fx_table f
JOIN fx_rates r ON r.from_currency = f.from_currency AND r.to_currency = f.to_currency AND r.as_of = f.as_of::DATE
WHERE r.rate <> f.rate::DECIMAL(24, 12) AND r.as_of < (
    SELECT max(as_of) FROM fx_rates newest
    WHERE newest.from_currency = r.from_currency AND newest.to_currency = r.to_currency)
"""

FX_RATES = """
INSERT INTO fx_rates (from_currency, to_currency, as_of, rate, source)
SELECT from_currency, to_currency, as_of::DATE, rate::DECIMAL(24, 12), source FROM fx_table
ON CONFLICT (from_currency, to_currency, as_of) DO UPDATE
SET rate = excluded.rate, source = excluded.source, updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.rate <> fx_rates.rate
"""


UNPRICED = """
WITH current AS (
    SELECT account_id, max_by(snapshot_id, as_of) AS snapshot_id FROM snapshots GROUP BY account_id
)
SELECT DISTINCT symbol FROM current JOIN holdings USING (snapshot_id) JOIN assets USING (asset_id)
WHERE symbol <> 'CASH' AND asset_id NOT IN (SELECT asset_id FROM prices) ORDER BY symbol
"""

# A price is in its own currency; what has none yet, in the one its file names. What a snapshot has 0 of counts, too.
CURRENCIES = """
WITH current AS (
    SELECT account_id, max_by(snapshot_id, as_of) AS snapshot_id FROM snapshots GROUP BY account_id
), latest AS (
    SELECT asset_id, max_by(currency, as_of) AS currency FROM prices GROUP BY asset_id
)
SELECT DISTINCT coalesce(latest.currency, a.currency) AS currency
FROM current JOIN holdings USING (snapshot_id) JOIN assets a USING (asset_id) LEFT JOIN latest USING (asset_id)
ORDER BY currency
"""

# An asset is in the currency of its newest price, or in the one its file named where it has none.
IN_USE = """
SELECT asset_id, symbol, a.currency AS named, coalesce(latest.currency, a.currency) AS in_use
FROM assets a LEFT JOIN (SELECT asset_id, max_by(currency, as_of) AS currency FROM prices GROUP BY asset_id) latest
USING (asset_id) WHERE symbol <> 'CASH'
"""

NEW_CURRENCIES = f"""
SELECT symbol, CASE WHEN n.in_use <> b.in_use THEN b.in_use ELSE b.named END,
    CASE WHEN n.in_use <> b.in_use THEN n.in_use ELSE n.named END
FROM currencies_before b JOIN ({IN_USE}) n USING (asset_id, symbol)
WHERE n.in_use <> b.in_use OR n.named <> b.named ORDER BY symbol
"""

LATEST = """
WITH latest AS (
    SELECT * FROM prices QUALIFY row_number() OVER (PARTITION BY asset_id ORDER BY as_of DESC) = 1
)
SELECT symbol, name, latest.price::DOUBLE, coalesce(latest.currency, a.currency), latest.as_of, latest.source
FROM assets a LEFT JOIN latest USING (asset_id) WHERE symbol <> 'CASH' ORDER BY symbol
"""

RATES = """
SELECT from_currency, to_currency, rate::DOUBLE, as_of, source FROM fx_rates
QUALIFY row_number() OVER (PARTITION BY from_currency, to_currency ORDER BY as_of DESC) = 1
ORDER BY from_currency, to_currency
"""


def list_prices(connection: duckdb.DuckDBPyConnection, prices: pd.DataFrame) -> None:
    """Make the prices of a list known to the rest of the load, as the table ``listed_prices``."""
    if prices.empty:
        connection.execute(NO_PRICES)
        return
    register(connection, "prices_table", prices)
    connection.execute(LISTED_PRICES)


def write_prices(connection: duckdb.DuckDBPyConnection, prices: pd.DataFrame) -> tuple[int, int, int]:
    """Add or correct the listed prices, once the assets are there.

    Returns:
        How many were written, how many of them correct an earlier date, and how many are of assets that nobody holds.

    Raises:
        LoadError: a list of one's own has a symbol that the portfolio doesn't know.
    """
    if prices.empty:
        return 0, 0, 0
    unknown = connection.execute(UNKNOWN).fetchall()
    symbols = [str(symbol) for (symbol,) in connection.execute("SELECT symbol FROM assets").fetchall()]
    problems = [
        Problem(file, row, "symbol", symbol, f"is not known.{_near(symbol, symbols)}")
        for file, row, symbol, is_ours in unknown
        if is_ours
    ]
    if problems:
        raise LoadError(problems)
    corrected = count(connection, CORRECTED_PRICES)
    return count(connection, PRICES), corrected, len(unknown)


def _near(symbol: str, symbols: list[str]) -> str:
    near = difflib.get_close_matches(symbol, [known for known in symbols if known != CASH], n=1, cutoff=0.6)
    return f" Is it {near[0]}?" if near else " Load holdings that have it first."


def write_fx(connection: duckdb.DuckDBPyConnection, fx: pd.DataFrame) -> tuple[int, int]:
    """Add or correct FX rates; returns how many, and how many of them are corrections of earlier dates."""
    if fx.empty:
        return 0, 0
    register(connection, "fx_table", fx)
    corrected = count(connection, CORRECTED_RATES)
    return count(connection, FX_RATES), corrected


def unpriced(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Symbols of what stands in the newest snapshots and has no price."""
    return tuple(str(symbol) for (symbol,) in connection.execute(UNPRICED).fetchall())


def unrated(
    connection: duckdb.DuckDBPyConnection, base: str | None, today: datetime.date
) -> tuple[tuple[str, str], ...]:
    """(currency, base currency) of each currency something is held in that has no rate to it, nor over another."""
    held = [str(currency) for (currency,) in connection.execute(CURRENCIES).fetchall()]
    foreign = [currency for currency in held if currency != base]
    if base is None or not foreign:
        return ()
    return tuple((currency, base) for currency in without_rate(connection, foreign, base, today))


def remember_currencies(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep which currency each asset is in, for :func:`new_currencies` in the same transaction."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE currencies_before AS {IN_USE}")


def new_currencies(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, str, str], ...]:
    """(symbol, currency before, currency after) of what is in another one than at :func:`remember_currencies`."""
    return tuple(connection.execute(NEW_CURRENCIES).fetchall())


def latest_prices(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The newest price of each asset: ``symbol``, ``name``, ``price``, ``currency``, ``as_of``, ``source``."""
    rows = connection.execute(LATEST).fetchall()
    columns = ["symbol", "name", "price", "currency", "as_of", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=object).astype({"price": "float64"})


def latest_rates(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The newest rate of each pair: ``from_currency``, ``to_currency``, ``rate``, ``as_of``, ``source``."""
    rows = connection.execute(RATES).fetchall()
    columns = ["from_currency", "to_currency", "rate", "as_of", "source"]
    return pd.DataFrame(rows, columns=columns, dtype=object).astype({"rate": "float64"})


def stale_after(connection: duckdb.DuckDBPyConnection) -> int:
    """From how many days on a price or rate is marked as old."""
    rows = connection.execute("SELECT stale_after_days FROM portfolio").fetchall()
    return DEFAULT_STALE_AFTER if not rows or rows[0][0] is None else int(rows[0][0])


def set_stale_after(connection: duckdb.DuckDBPyConnection, days: int | None) -> None:
    """Set it; None: back to the default."""
    connection.execute("UPDATE portfolio SET stale_after_days = ?", [days])
