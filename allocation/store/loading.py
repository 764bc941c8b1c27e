"""Writing what the readers have read: one set-based statement a table, all inside the caller's transaction."""

from __future__ import annotations

import datetime
from functools import cache
from importlib.resources import files

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem
from allocation.store.doubts import Doubt, cut_histories, look_alikes, lost_cash, partial_files
from allocation.store.load_report import LoadReport
from allocation.store.reading import base_currency
from allocation.store.saving import set_base_currency
from allocation.store.statements import count, raise_problems, register
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED

# A DataFrame's decimals come to the database as text, because it would guess their precision from a sample.
INCOMING = """
CREATE OR REPLACE TEMP TABLE incoming AS
SELECT CASE WHEN has_rows = 'True' THEN row::INTEGER ELSE 0 END AS place,
    row::INTEGER AS row, account, account_type, symbol, currency, name, nullif(asset_class, $several) AS asset_class,
    coalesce(asset_class = $several, false) AS several,
    quantity::DECIMAL(24, 8) AS quantity, price::DECIMAL(24, 8) AS price, cost_basis::DECIMAL(24, 8) AS cost_basis,
    as_of::DATE AS as_of, file, source, kind, begins::DATE AS begins, keeps_cash = 'True' AS keeps_cash
FROM holdings_table
"""

# One snapshot an account, of its newest row's date; undated rows are of that date, too, or of today.
LOADS = """
CREATE OR REPLACE TEMP TABLE loads AS
SELECT account, account_id, coalesce(dated, $today) AS as_of, newest,
    coalesce(coalesce(dated, $today) < newest, false) AS past
FROM (SELECT account, max(as_of) AS dated FROM incoming GROUP BY account)
LEFT JOIN accounts ON name = account
LEFT JOIN (SELECT account_id, max(as_of) AS newest FROM snapshots GROUP BY account_id) USING (account_id)
"""

# What the loaded accounts held at the load's date as far as was known: by this date's snapshot, or the one before it.
KNOWN = """
CREATE OR REPLACE TEMP TABLE known AS
SELECT s.account_id, asset_id, quantity, cost_basis, currency, s.as_of = l.as_of AS same_day
FROM loads l JOIN snapshots s ON s.account_id = l.account_id AND s.as_of <= l.as_of
LEFT JOIN holdings USING (snapshot_id) LEFT JOIN assets USING (asset_id)
QUALIFY rank() OVER (PARTITION BY s.account_id ORDER BY s.as_of DESC) = 1
"""

NEW_ACCOUNTS = """
INSERT INTO accounts (name, account_type)
SELECT account, any_value(account_type) FROM incoming
WHERE account NOT IN (SELECT name FROM accounts) GROUP BY account ORDER BY min(row)
"""

# What a file of an earlier date says about accounts and assets is no news: only newer ones change them.
CHANGED_ACCOUNTS = """
UPDATE accounts SET account_type = i.account_type, updated_at = make_timestamp(epoch_us(get_current_timestamp()))
FROM (SELECT account, any_value(account_type) AS account_type FROM incoming GROUP BY account) i
JOIN loads USING (account)
WHERE accounts.name = account AND NOT past
    AND i.account_type IS NOT NULL AND i.account_type IS DISTINCT FROM accounts.account_type
"""

# CASH is one asset a currency; any other symbol is one asset, whatever currency it was quoted in before. What a
# load says that is older than what is known of the asset is no news: it describes only what is new.
DESCRIBED = """
CREATE OR REPLACE TEMP TABLE described AS
WITH dated AS (
    SELECT i.*, l.as_of >= coalesce(greatest(priced.as_of, held.as_of), '0001-01-01') AS news
    FROM incoming i JOIN loads l USING (account)
    LEFT JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
    LEFT JOIN (SELECT asset_id, max(as_of) AS as_of FROM prices GROUP BY asset_id) priced USING (asset_id)
    LEFT JOIN (
        SELECT asset_id, max(as_of) AS as_of FROM holdings JOIN snapshots USING (snapshot_id) GROUP BY asset_id
    ) held USING (asset_id)
)
SELECT symbol, currency, min_by(name, (NOT news, row)) FILTER (name IS NOT NULL) AS name,
    min_by(asset_class, (NOT news, row)) FILTER (asset_class IS NOT NULL) AS asset_class, min(row) AS row,
    min_by(name, row) FILTER (name IS NOT NULL AND news AND symbol <> 'CASH') AS new_name,
    min_by(asset_class, row) FILTER (asset_class IS NOT NULL AND news) AS new_class, bool_or(news) AS news,
    min_by(kind, (NOT news, row)) FILTER (kind IS NOT NULL) AS kind
FROM dated GROUP BY symbol, currency
"""

CHANGED_ASSETS = """
UPDATE assets SET currency = d.currency, name = coalesce(d.new_name, assets.name),
    asset_class = CASE WHEN d.new_class = $none THEN NULL ELSE coalesce(d.new_class, assets.asset_class) END,
    kind = coalesce(d.kind, assets.kind),
    updated_at = make_timestamp(epoch_us(get_current_timestamp()))
FROM described d
WHERE news AND assets.symbol = d.symbol AND (assets.symbol <> 'CASH' OR assets.currency = d.currency)
    AND (assets.currency <> d.currency OR coalesce(d.new_name, assets.name) <> assets.name
        OR CASE WHEN d.new_class = $none THEN NULL ELSE coalesce(d.new_class, assets.asset_class) END
            IS DISTINCT FROM assets.asset_class
        OR coalesce(d.kind, assets.kind) IS DISTINCT FROM assets.kind)
"""

NEW_ASSETS = """
INSERT INTO assets (symbol, currency, name, asset_class, kind)
SELECT symbol, currency, coalesce(name, CASE WHEN symbol = 'CASH' THEN 'Cash ' || currency ELSE symbol END),
    nullif(asset_class, $none), kind
FROM described d
WHERE NOT EXISTS (FROM assets a WHERE a.symbol = d.symbol AND (a.symbol <> 'CASH' OR a.currency = d.currency))
ORDER BY row
"""

# Assets that the load brings and that are called like another one, by name or symbol, whatever the punctuation; those
# in other currencies can't be one. Of two that are new, the later one is told. What more than a few are called tells
# nothing.
SAME_NAMES = r"""
WITH fresh AS (
    SELECT symbol, currency, coalesce(name, symbol) AS name, row_number() OVER (ORDER BY row, symbol) AS place
    FROM described d WHERE symbol <> 'CASH' AND NOT EXISTS (FROM assets a WHERE a.symbol = d.symbol)
), every AS (
    FROM fresh UNION ALL
    SELECT symbol, currency, name, 0 FROM assets
    WHERE symbol <> 'CASH' AND asset_id IN (SELECT asset_id FROM holdings WHERE quantity <> 0)
), named AS (
    SELECT DISTINCT symbol, currency, place,
        regexp_replace(lower(unnest([name, symbol])), '[^\p{L}\p{N}]', '', 'g') AS word
    FROM every
), telling AS (
    FROM named WHERE word <> '' QUALIFY count(*) OVER (PARTITION BY word, currency) <= 5
)
SELECT DISTINCT new.symbol, known.symbol
FROM telling new JOIN telling known USING (word, currency)
WHERE known.place < new.place ORDER BY ALL
"""

IDENTIFIED = """
CREATE OR REPLACE TEMP TABLE identified AS
SELECT i.account, accounts.account_id, a.asset_id, i.symbol, i.price, i.currency, i.quantity, i.as_of AS row_as_of,
    i.row, i.source,
    coalesce(i.cost_basis,
        CASE WHEN k.quantity = i.quantity AND k.currency = i.currency THEN k.cost_basis END) AS cost_basis,
    k.quantity IS DISTINCT FROM i.quantity
        OR coalesce(i.cost_basis <> k.cost_basis, i.cost_basis IS NOT NULL) AS changed
FROM incoming i JOIN accounts ON accounts.name = i.account
JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
LEFT JOIN known k ON k.account_id = accounts.account_id AND k.asset_id = a.asset_id
"""

# Each holding of the loaded accounts, before and after; without a change, only its price may be another.
CHANGED_HOLDINGS = """
CREATE OR REPLACE TEMP TABLE changed_holdings AS
SELECT name AS account, asset_id, coalesce(k.quantity, 0) AS quantity_before, coalesce(i.quantity, 0) AS quantity_after,
    k.cost_basis AS cost_basis_before, i.cost_basis AS cost_basis_after, past, as_of,
    CASE WHEN coalesce(k.quantity, 0) = 0 AND i.quantity <> 0 THEN 'new'
        WHEN k.quantity <> 0 AND coalesce(i.quantity, 0) = 0 THEN CASE WHEN same_day THEN 'gone' ELSE 'sold' END
        WHEN k.quantity <> i.quantity THEN 'changed'
        WHEN changed AND i.quantity <> 0 THEN 'cost basis'
    END AS change
FROM identified i FULL JOIN (FROM known WHERE asset_id IS NOT NULL) k USING (account_id, asset_id)
JOIN accounts USING (account_id) JOIN loads ON loads.account = accounts.name
"""

CALLED = "account, CASE WHEN symbol = 'CASH' THEN 'CASH ' || currency ELSE symbol END"

SOLD = f"""
SELECT {CALLED}, change FROM changed_holdings JOIN assets USING (asset_id)
WHERE change IN ('sold', 'gone') ORDER BY account, symbol, currency
"""

QUANTITIES = f"""
SELECT {CALLED}, quantity_before, quantity_after FROM changed_holdings JOIN assets USING (asset_id)
WHERE change IN ('new', 'changed') ORDER BY account, symbol, currency
"""

SNAPSHOTS = """
INSERT INTO snapshots (account_id, as_of)
SELECT a.account_id, as_of FROM loads JOIN accounts a ON a.name = account ORDER BY a.account_id
ON CONFLICT (account_id, as_of) DO NOTHING
"""

SNAPSHOT_ROWS = """
CREATE OR REPLACE TEMP TABLE snapshot_rows AS
SELECT snapshot_id, asset_id, quantity, cost_basis
FROM identified i JOIN loads USING (account) JOIN snapshots s ON s.account_id = i.account_id AND s.as_of = loads.as_of
"""

NO_LONGER_THERE = """
DELETE FROM holdings
WHERE snapshot_id IN (SELECT snapshot_id FROM snapshot_rows)
    AND (snapshot_id, asset_id) NOT IN (SELECT (snapshot_id, asset_id) FROM snapshot_rows)
"""

HOLDINGS = """
INSERT INTO holdings (snapshot_id, asset_id, quantity, cost_basis)
SELECT snapshot_id, asset_id, quantity, cost_basis FROM snapshot_rows ORDER BY snapshot_id, asset_id
ON CONFLICT (snapshot_id, asset_id) DO UPDATE SET quantity = excluded.quantity, cost_basis = excluded.cost_basis
WHERE excluded.quantity <> holdings.quantity OR excluded.cost_basis IS DISTINCT FROM holdings.cost_basis
"""

CORRECTED = """
UPDATE snapshots SET updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE snapshot_id IN (SELECT snapshot_id FROM snapshot_rows)
    AND account_id IN (
        SELECT account_id FROM identified WHERE changed
        UNION ALL SELECT account_id FROM known ANTI JOIN identified USING (account_id, asset_id))
"""

# Prices that are there already, at a date before the newest one of their asset, and are others now.
CORRECTED_PRICES = """
SELECT count(DISTINCT p.asset_id)
FROM identified i JOIN loads l USING (account)
JOIN prices p ON p.asset_id = i.asset_id AND p.as_of = coalesce(i.row_as_of, l.as_of)
WHERE i.symbol <> 'CASH' AND (p.price <> i.price OR p.currency <> i.currency)
    AND p.as_of < (SELECT max(as_of) FROM prices newest WHERE newest.asset_id = p.asset_id)
"""

DAYS = "SELECT account, as_of FROM loads ORDER BY account"

PAST = "SELECT account, as_of, newest FROM loads WHERE past ORDER BY account, as_of"

# An undated price that says what is known already keeps its date. What a list of prices says counts more.
PRICES = """
INSERT INTO prices (asset_id, as_of, price, currency, source)
SELECT asset_id, as_of, price, currency, min_by(source, row)
FROM (
    SELECT asset_id, i.symbol, i.price, i.currency, i.row, i.source,
        coalesce(i.row_as_of, of_account.as_of,
            CASE WHEN latest.price = i.price AND latest.currency = i.currency THEN latest.as_of END, $today) AS as_of
    FROM identified i LEFT JOIN (
        SELECT account, max(as_of) AS as_of FROM incoming GROUP BY account
    ) of_account USING (account) LEFT JOIN (
        SELECT * FROM prices QUALIFY row_number() OVER (PARTITION BY asset_id ORDER BY as_of DESC) = 1
    ) latest USING (asset_id)
    WHERE i.symbol <> 'CASH' AND i.price IS NOT NULL
) dated ANTI JOIN listed_prices USING (symbol, as_of)
GROUP BY asset_id, as_of, price, currency
ON CONFLICT (asset_id, as_of) DO UPDATE
SET price = excluded.price, currency = excluded.currency, source = excluded.source,
    updated_at = make_timestamp(epoch_us(get_current_timestamp()))
WHERE excluded.price <> prices.price OR excluded.currency <> prices.currency
"""


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
    most_held = holdings["currency"].value_counts(sort=True).index[0]
    raise LoadError(
        [
            Problem(
                str(holdings["file"].iloc[0]),
                0,
                "currency",
                "",
                f"holdings are in {' and '.join(currencies)}, and the portfolio has no base currency yet. Say which "
                f"one values are added up in: --base-currency {most_held} with the files, or once and for all "
                f"allocation init --base-currency {most_held}; on the page, {most_held} under Base currency.",
            )
        ]
    )


def write_holdings(connection: duckdb.DuckDBPyConnection, holdings: pd.DataFrame, today: datetime.date) -> LoadReport:
    """Give each account named in ``holdings`` a snapshot of exactly that; other accounts and dates stay as they are."""
    if holdings.empty:
        return LoadReport()
    base = settle_base_currency(base_currency(connection), holdings)
    if base is not None:
        set_base_currency(connection, base)
    register(connection, "holdings_table", holdings)
    connection.execute(INCOMING, {"several": SEVERAL_CLASSES})
    connection.execute(LOADS, {"today": today})
    raise_problems(connection, _out_of_step())
    connection.execute(KNOWN)
    accounts = sum(count(connection, query) for query in (NEW_ACCOUNTS, CHANGED_ACCOUNTS))
    connection.execute(DESCRIBED)
    same_names = tuple(connection.execute(SAME_NAMES).fetchall())
    assets = sum(count(connection, query, {"none": UNCLASSIFIED}) for query in (CHANGED_ASSETS, NEW_ASSETS))
    connection.execute(IDENTIFIED)
    connection.execute(CHANGED_HOLDINGS)
    gone, past = connection.execute(SOLD).fetchall(), connection.execute(PAST).fetchall()
    quantities = connection.execute(QUANTITIES).fetchall()
    doubts: tuple[Doubt, ...] = (
        *look_alikes(connection), *cut_histories(connection), *lost_cash(connection), *partial_files(connection),
    )  # fmt: skip
    changed = count(connection, "SELECT count(*) FROM identified WHERE changed")
    corrected = count(connection, CORRECTED_PRICES)
    snapshots = count(connection, SNAPSHOTS)
    for write in (SNAPSHOT_ROWS, NO_LONGER_THERE, HOLDINGS, CORRECTED):
        connection.execute(write)
    return LoadReport(
        accounts=accounts,
        assets=assets,
        same_names=same_names,
        holdings=changed,
        prices=count(connection, PRICES, {"today": today}),
        snapshots=snapshots,
        sold=tuple((account, symbol) for account, symbol, change in gone if change == "sold"),
        removed=tuple((account, symbol) for account, symbol, change in gone if change == "gone"),
        days=tuple(connection.execute(DAYS).fetchall()),
        past=tuple(past),
        corrected=corrected,
        bought=tuple((account, symbol, after) for account, symbol, before, after in quantities if not before),
        changed_quantities=tuple(row for row in quantities if row[2]),
        doubts=doubts,
    )


MOVED = """
SELECT file, place, 'asset_class', i.asset_class,
    format('moves {} out of {}, where it has a holding target in {}. Load a targets.csv that says what holds now, too.',
        i.symbol, c.asset_class, s.name)
FROM incoming i JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
JOIN holding_targets USING (asset_id) JOIN asset_class_targets c USING (class_target_id)
JOIN rebalancing_strategies s USING (strategy_id)
WHERE NOT archived AND a.asset_class IS DISTINCT FROM c.asset_class
ORDER BY file, row
"""

IN_SEVERAL = """
SELECT file, place, 'asset_class', $several,
    format('is not a class, and the portfolio doesn''t know the classes of {}. Load a classes.csv that has them, too.',
        i.symbol)
FROM incoming i JOIN assets a ON a.symbol = i.symbol AND (a.symbol <> 'CASH' OR a.currency = i.currency)
WHERE several AND asset_id NOT IN (SELECT asset_id FROM asset_class_weights)
ORDER BY file, row
"""


def check_holdings(connection: duckdb.DuckDBPyConnection, holdings: pd.DataFrame) -> None:
    """Refuses holdings that don't fit the targets and classes there are once everything is loaded.

    Such as an asset that is put into another class while it still has a target in the old one.
    """
    if not holdings.empty:
        raise_problems(connection, MOVED)
        raise_problems(connection, IN_SEVERAL, {"several": SEVERAL_CLASSES})


@cache
def _out_of_step() -> str:
    return files("allocation.store").joinpath("out_of_step.sql").read_text(encoding="utf-8")
