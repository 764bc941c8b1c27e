"""What a scope was worth, class by class, on every day of its snapshots: one reading for all of them."""

from __future__ import annotations

import datetime

import duckdb

from allocation.money import minor_digits, to_minor
from allocation.percents import shared_by_class
from allocation.store import reading
from allocation.tables import ALL

DAYS = """
SELECT DISTINCT as_of FROM snapshots JOIN accounts USING (account_id)
WHERE coalesce(name = $account, true) ORDER BY as_of
"""


def read_class_values(connection: duckdb.DuckDBPyConnection, scope: str) -> dict[datetime.date, dict[str, int]]:
    """Value (minor units of the base currency) of each class that was held, by the days of the scope's snapshots.

    Raises:
        UnknownName: ``scope`` is neither ``all`` nor an account.
        StoreError: no base currency has been set.
        MissingPrice, MissingRate: something can't be valued on one of the days; names the first.
    """
    reading.check_scope(scope, reading.account_names(connection))
    base, account = reading.require_base_currency(connection), None if scope == ALL else scope
    days = [day for (day,) in connection.execute(DAYS, {"account": account}).fetchall()]
    spans, digits = reading.read_spans(connection), minor_digits(base)
    history: dict[datetime.date, dict[str, int]] = {}
    for day, rows in reading.read_lines(connection, base, account, days).items():
        held = [row for row in rows if row["quantity"]]
        reading.require_prices_and_rates(held, base, day)
        assets: dict[tuple[int, str], float] = {}
        for row in held:
            asset = (int(row["asset_id"]), str(row["asset_class"]))
            assets[asset] = assets.get(asset, 0.0) + row["value"]
        values: dict[str, int] = {}
        for (asset_id, name), value in assets.items():
            weights = spans.get(asset_id)
            minor = to_minor(value, digits)
            for part, amount in (shared_by_class(weights, minor) if weights else {name: minor}).items():
                values[part] = values.get(part, 0) + amount
        history[day] = values
    return history
