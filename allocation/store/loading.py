"""Writing what the readers have read: one set-based statement a table, all inside the caller's transaction."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem
from allocation.store.reading import base_currency
from allocation.store.saving import set_base_currency
from allocation.tables import UNCLASSIFIED

# A DataFrame's decimals come to the database as text, because it would guess their precision from a sample.
INCOMING = """
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT row::INTEGER AS row, account, account_type, symbol, currency, name, asset_class,
    quantity::DECIMAL(24, 8) AS quantity, price::DECIMAL(24, 8) AS price, cost_basis::DECIMAL(24, 8) AS cost_basis,
    as_of::DATE AS as_of, file
FROM holdings_table
"""

ACCOUNTS = """
INSERT INTO accounts (name, account_type)
SELECT account, any_value(account_type) FROM incoming GROUP BY account ORDER BY min(row)
ON CONFLICT (name) DO UPDATE
SET account_type = excluded.account_type, updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.account_type IS NOT NULL AND excluded.account_type IS DISTINCT FROM accounts.account_type
"""

# CASH is one asset a currency; any other symbol is one asset, whatever currency it was quoted in before.
DESCRIBED = """
CREATE OR REPLACE TEMP TABLE described AS
SELECT symbol, currency, min_by(name, row) FILTER (name IS NOT NULL) AS name, any_value(asset_class) AS asset_class,
    min(row) AS row
FROM incoming GROUP BY symbol, currency
"""

CHANGED_ASSETS = """
UPDATE assets SET currency = d.currency, name = coalesce(d.name, assets.name),
    asset_class = CASE WHEN d.asset_class = $none THEN NULL ELSE coalesce(d.asset_class, assets.asset_class) END,
    updated_at = make_timestamp(epoch_us(get_current_timestamp()))
FROM described d
WHERE assets.symbol = d.symbol AND (assets.symbol <> 'CASH' OR assets.currency = d.currency)
    AND (assets.currency <> d.currency OR coalesce(d.name, assets.name) <> assets.name
        OR CASE WHEN d.asset_class = $none THEN NULL ELSE coalesce(d.asset_class, assets.asset_class) END
            IS DISTINCT FROM assets.asset_class)
"""

NEW_ASSETS = """
INSERT INTO assets (symbol, currency, name, asset_class)
SELECT symbol, currency, coalesce(name, CASE WHEN symbol = 'CASH' THEN 'Cash ' || currency ELSE symbol END),
    nullif(asset_class, $none)
FROM described d
WHERE NOT EXISTS (FROM assets a WHERE a.symbol = d.symbol AND (a.symbol <> 'CASH' OR a.currency = d.currency))
ORDER BY row
"""

IDENTIFIED = """
CREATE OR REPLACE TEMP TABLE identified AS
SELECT i.*, account_id, asset_id
FROM incoming i JOIN accounts ON accounts.name = i.account
JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
"""

GONE = """
SELECT accounts.name, assets.symbol FROM holdings JOIN accounts USING (account_id) JOIN assets USING (asset_id)
WHERE account_id IN (SELECT account_id FROM identified)
    AND NOT EXISTS (FROM identified i WHERE i.account_id = holdings.account_id AND i.asset_id = holdings.asset_id)
ORDER BY accounts.name, assets.symbol
"""

REMOVED_HOLDINGS = """
DELETE FROM holdings
WHERE account_id IN (SELECT account_id FROM identified)
    AND NOT EXISTS (FROM identified i WHERE i.account_id = holdings.account_id AND i.asset_id = holdings.asset_id)
"""

# A row without a date is from today, unless it says what is known already: then it keeps the known date.
HOLDINGS = """
INSERT INTO holdings (account_id, asset_id, quantity, cost_basis, as_of)
SELECT account_id, asset_id, i.quantity,
    coalesce(i.cost_basis, CASE WHEN h.quantity = i.quantity THEN h.cost_basis END),
    coalesce(i.as_of, CASE WHEN h.quantity = i.quantity THEN h.as_of END, $today)
FROM identified i LEFT JOIN holdings h USING (account_id, asset_id)
ON CONFLICT (account_id, asset_id) DO UPDATE
SET quantity = excluded.quantity, cost_basis = excluded.cost_basis, as_of = excluded.as_of,
    updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.quantity <> holdings.quantity OR excluded.cost_basis IS DISTINCT FROM holdings.cost_basis
    OR excluded.as_of <> holdings.as_of
"""

PRICES = """
INSERT INTO prices (asset_id, as_of, price, currency)
SELECT DISTINCT asset_id,
    coalesce(i.as_of, CASE WHEN known.price = i.price AND known.currency = i.currency THEN known.as_of END, $today),
    i.price, i.currency
FROM identified i LEFT JOIN (
    SELECT * FROM prices QUALIFY row_number() OVER (PARTITION BY asset_id ORDER BY as_of DESC) = 1
) known USING (asset_id)
WHERE i.symbol <> 'CASH'
ON CONFLICT (asset_id, as_of) DO UPDATE
SET price = excluded.price, currency = excluded.currency, updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.price <> prices.price OR excluded.currency <> prices.currency
"""

FX_RATES = """
INSERT INTO fx_rates (from_currency, to_currency, as_of, rate)
SELECT from_currency, to_currency, as_of::DATE, rate::DECIMAL(24, 12) FROM fx_table
ON CONFLICT (from_currency, to_currency, as_of) DO UPDATE
SET rate = excluded.rate, updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.rate <> fx_rates.rate
"""


@dataclass(frozen=True)
class LoadReport:
    """What a load changed.

    Attributes:
        accounts, assets, holdings, prices, fx_rates, targets: rows added or changed.
        gone: (account, symbol) of holdings that the files no longer have, and that were therefore removed.
    """

    accounts: int = 0
    assets: int = 0
    holdings: int = 0
    prices: int = 0
    fx_rates: int = 0
    targets: int = 0
    gone: tuple[tuple[str, str], ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything in the portfolio is different from before."""
        return any((self.accounts, self.assets, self.holdings, self.prices, self.fx_rates, self.targets, self.gone))


def settle_base_currency(known: str | None, holdings: pd.DataFrame) -> str | None:
    """The base currency once these holdings are loaded: the one that is set, or the only one they are in.

    Raises:
        LoadError: none is set, and the holdings are in several currencies.
    """
    currencies = sorted(set(holdings["currency"].dropna()))
    if known is not None or not currencies:
        return known
    if len(currencies) == 1:
        return str(currencies[0])
    example = "USD" if "USD" in currencies else currencies[0]
    raise LoadError(
        [
            Problem(
                str(holdings["file"].iloc[0]),
                0,
                "currency",
                "",
                f"holdings are in {' and '.join(currencies)}, and the portfolio has no base currency yet. Say which "
                f"one values are added up in: allocation init --base-currency {example}.",
            )
        ]
    )


def write_holdings(connection: duckdb.DuckDBPyConnection, holdings: pd.DataFrame, today: datetime.date) -> LoadReport:
    """Make the accounts named in ``holdings`` hold exactly that; other accounts stay as they are."""
    if holdings.empty:
        return LoadReport()
    base = settle_base_currency(base_currency(connection), holdings)
    if base is not None:
        set_base_currency(connection, base)
    _register(connection, "holdings_table", holdings)
    connection.execute(INCOMING)
    _raise_problems(connection, _out_of_step())
    accounts = _count(connection, ACCOUNTS)
    connection.execute(DESCRIBED)
    assets = sum(_count(connection, query, {"none": UNCLASSIFIED}) for query in (CHANGED_ASSETS, NEW_ASSETS))
    connection.execute(IDENTIFIED)
    gone = tuple((str(account), str(symbol)) for account, symbol in connection.execute(GONE).fetchall())
    connection.execute(REMOVED_HOLDINGS)
    return LoadReport(
        accounts=accounts,
        assets=assets,
        holdings=_count(connection, HOLDINGS, {"today": today}),
        prices=_count(connection, PRICES, {"today": today}),
        gone=gone,
    )


MOVED = """
SELECT file, row, 'asset_class', i.asset_class,
    format('moves {} out of {}, where it has a holding target in {}. Load a targets.csv that says what holds now, too.',
        i.symbol, c.asset_class, s.name)
FROM incoming i JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
JOIN holding_targets USING (asset_id) JOIN asset_class_targets c USING (class_target_id)
JOIN rebalancing_strategies s USING (strategy_id)
WHERE a.asset_class IS DISTINCT FROM c.asset_class
ORDER BY file, row
"""


def check_moved(connection: duckdb.DuckDBPyConnection, holdings: pd.DataFrame) -> None:
    """Refuses holdings that put an asset into another class while it still has a target in the old one."""
    if not holdings.empty:
        _raise_problems(connection, MOVED)


def write_fx(connection: duckdb.DuckDBPyConnection, fx: pd.DataFrame) -> int:
    """Add or correct FX rates; returns how many."""
    if fx.empty:
        return 0
    _register(connection, "fx_table", fx)
    return _count(connection, FX_RATES)


@cache
def _out_of_step() -> str:
    return files("allocation.store").joinpath("out_of_step.sql").read_text(encoding="utf-8")


def _raise_problems(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    found = connection.execute(query).fetchall()
    if found:
        raise LoadError([Problem(*problem) for problem in found])


def _register(connection: duckdb.DuckDBPyConnection, name: str, table: pd.DataFrame) -> None:
    as_text = table.astype(object).map(lambda cell: None if cell is None else str(cell)).astype("string")
    connection.register(name, as_text)


def _count(connection: duckdb.DuckDBPyConnection, statement: str, parameters: dict[str, object] | None = None) -> int:
    rows = connection.execute(statement, parameters or {}).fetchall()
    return int(rows[0][0])
