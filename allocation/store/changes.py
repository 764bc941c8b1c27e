"""What a load changes, row by row: what the portfolio says before it, beside what it says after it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd

from allocation.money import from_minor, largest_amount, minor_digits, to_minor
from allocation.store.reading import account_names, base_currency, read_lines
from allocation.tables import ALL, UNCLASSIFIED, called

HOLDINGS = [
    "change", "account", "symbol", "name", "quantity_before", "quantity_after", "price_before", "currency_before",
    "price_after", "currency_after", "cost_basis_before", "cost_basis_after", "value_after",
]  # fmt: skip
PRICES = [
    "symbol", "name", "as_of", "price_before", "currency_before", "before_as_of", "price_after", "currency_after",
    "source", "with_holding", "newest_as_of",
]  # fmt: skip
RATES = ["from_currency", "to_currency", "as_of", "rate_before", "before_as_of", "rate_after", "source", "newest_as_of"]
TARGETS = ["scope", "strategy", "asset_class", "symbol", "percent_before", "percent_after"]
CLASSES = ["symbol", "name", "before", "after"]
FACTS = ["what", "fact", "before", "after"]
NUMBERS = {
    "quantity_before", "quantity_after", "price_before", "price_after", "cost_basis_before", "cost_basis_after",
    "value_after", "rate_before", "rate_after", "percent_before", "percent_after",
}  # fmt: skip

SOLD = "Sold is what the files no longer have; the dates before keep it."
"""What a sold row means, in words."""
MOST_CLASSES = 4
"""Classes of one asset that a line names; it may be in very many."""
NEWER = "Newest, of: a newer one, of that day, stays the one that counts today."
"""What a price or rate of an earlier day means, in words."""


def few_classes(before: str | None, after: str) -> tuple[str | None, str]:
    """A row of ``Changes.classes``: of many classes the largest, and how many more; all, where only those differ."""
    few = before and _few(before), _few(after)
    return (before, after) if few[0] == few[1] else few


def _few(classes: str) -> str:
    parts = re.split(r"(?<= %), ", classes)
    more = len(parts) - MOST_CLASSES
    return classes if more <= 0 else f"{', '.join(parts[:MOST_CLASSES])} and {more:,} more"


def _frame(columns: Sequence[str], rows: Sequence[tuple[Any, ...]] = ()) -> pd.DataFrame:
    numbers = {column: "float64" for column in columns if column in NUMBERS}
    return pd.DataFrame(rows, columns=list(columns), dtype=object).astype(numbers)


@dataclass(frozen=True)
class Changes:
    """What a load would change, a row for each thing that is another afterwards.

    A number that isn't known, before or afterwards, is NaN, and never 0; anything else that isn't there is None.

    Attributes:
        base_currency: the currency of ``value_after``; None where it isn't settled yet.
        holdings: of each account in the files, as of the day its snapshot gets (``LoadReport.days``): ``change``
            (``new``; ``changed``: the quantity; ``sold``; ``gone``: a snapshot of the same date had it, which the files
            correct; ``price``: only that; ``cost basis``: only that), ``account``, ``symbol`` (``CASH EUR`` for cash),
            ``name``, ``quantity_before``, ``quantity_after``, ``price_before`` (in ``currency_before``),
            ``price_after`` (in ``currency_after``), ``cost_basis_before``, ``cost_basis_after``, ``value_after`` (in
            the base currency).
        prices: ``symbol``, ``name``, ``as_of``, ``price_before`` (in ``currency_before``; the newest one up to that
            day, which is of ``before_as_of``), ``price_after`` (in ``currency_after``), ``source``, ``with_holding``
            (whether a row of ``holdings`` has this price, too), ``newest_as_of`` (the day of a newer price, which
            stays the one that counts today; None where this one is the newest).
        rates: ``from_currency``, ``to_currency``, ``as_of``, ``rate_before`` (the newest one up to that day, which is
            of ``before_as_of``), ``rate_after``, ``source``, ``newest_as_of`` (as in ``prices``).
        targets: ``scope`` (``all`` or the account), ``strategy``, ``asset_class``, ``symbol`` (None: the class's own
            target), ``percent_before`` and ``percent_after`` (0–100, of the scope or of the class).
        classes: of each asset: ``symbol``, ``name``, ``before`` (None: the asset is new) and ``after``, such as
            ``Bonds``, or ``US stocks 54 %, Bonds 46 %`` where it is in several.
        facts: what else is said of an account or asset: ``what`` (its name or symbol), ``fact`` (``name``,
            ``currency``, ``kind``, ``account type``), ``before``, ``after``.
    """

    base_currency: str | None = None
    holdings: pd.DataFrame = field(default_factory=lambda: _frame(HOLDINGS))
    prices: pd.DataFrame = field(default_factory=lambda: _frame(PRICES))
    rates: pd.DataFrame = field(default_factory=lambda: _frame(RATES))
    targets: pd.DataFrame = field(default_factory=lambda: _frame(TARGETS))
    classes: pd.DataFrame = field(default_factory=lambda: _frame(CLASSES))
    facts: pd.DataFrame = field(default_factory=lambda: _frame(FACTS))

    @property
    def other_prices(self) -> pd.DataFrame:
        """The rows of ``prices`` that no row of ``holdings`` has, too."""
        return self.prices[~self.prices["with_holding"].astype(bool)]

    @property
    def has_newer(self) -> bool:
        """Whether a price or rate is of an earlier day than the newest one, in what is shown beside the holdings."""
        return any(bool(found["newest_as_of"].notna().any()) for found in (self.other_prices, self.rates))

    @property
    def without_value(self) -> tuple[str, ...]:
        """Symbols of ``holdings`` that have no value afterwards, because a price or an FX rate isn't known."""
        lacking = self.holdings["value_after"].isna()
        return tuple(dict.fromkeys(str(symbol) for symbol in self.holdings.loc[lacking, "symbol"]))


IN_WORDS = f"""
SELECT asset_id, CASE WHEN count(w.asset_class) = 0 THEN coalesce(any_value(a.asset_class), '{UNCLASSIFIED}')
    ELSE string_agg(format('{{}} {{}} %', w.asset_class, rtrim(rtrim(weight_percent::VARCHAR, '0'), '.')), ', '
            ORDER BY weight_percent DESC, w.asset_class)
        || CASE WHEN sum(weight_percent) < 100
            THEN format(', {UNCLASSIFIED} {{}} %', rtrim(rtrim((100 - sum(weight_percent))::VARCHAR, '0'), '.'))
            ELSE '' END
    END AS classes
FROM assets a LEFT JOIN asset_class_weights w USING (asset_id) GROUP BY asset_id
"""

# 0 stands for the class itself, because a full join can't compare NULLs.
EVERY_TARGET = """
SELECT strategy_id, asset_class, 0 AS asset_id, target_percent FROM asset_class_targets
UNION ALL
SELECT strategy_id, asset_class, asset_id, h.target_percent
FROM holding_targets h JOIN asset_class_targets USING (class_target_id)
"""

REMEMBERED = {
    "accounts_before": "SELECT account_id, account_type FROM accounts",
    "assets_before": "SELECT asset_id, name, currency, kind FROM assets",
    "classes_before": IN_WORDS,
    "targets_before": EVERY_TARGET,
    "prices_before": "SELECT asset_id, as_of, price, currency FROM prices",
    "rates_before": "SELECT from_currency, to_currency, as_of, rate FROM fx_rates",
}

# What is of an earlier date is valued at that date, everything else at the newest prices. Cash is at 1 of its currency.
CHANGED_HOLDINGS = """
WITH dated AS (
    SELECT c.*, CASE WHEN past THEN as_of ELSE '9999-12-31'::DATE END AS day FROM changed_holdings c
), priced AS (
    SELECT d.*, symbol, name, a.currency,
        CASE WHEN symbol = 'CASH' THEN 1 ELSE b.price END AS price_before,
        CASE WHEN symbol = 'CASH' THEN a.currency ELSE b.currency END AS currency_before,
        CASE WHEN symbol = 'CASH' THEN 1 ELSE p.price END AS price_after,
        CASE WHEN symbol = 'CASH' THEN a.currency ELSE p.currency END AS currency_after
    FROM dated d JOIN assets a USING (asset_id)
    ASOF LEFT JOIN prices_before b ON b.asset_id = d.asset_id AND b.as_of <= d.day
    ASOF LEFT JOIN prices p ON p.asset_id = d.asset_id AND p.as_of <= d.day
), told AS (
    SELECT *, coalesce(change, 'price') AS told FROM priced
    WHERE change IS NOT NULL
        OR (quantity_after <> 0 AND (price_before, currency_before) IS DISTINCT FROM (price_after, currency_after))
)
SELECT told, account, symbol, currency, name, quantity_before::DOUBLE, quantity_after::DOUBLE, price_before::DOUBLE,
    currency_before, price_after::DOUBLE, currency_after, cost_basis_before::DOUBLE, cost_basis_after::DOUBLE,
    asset_id, CASE WHEN past THEN as_of END
FROM told
ORDER BY list_position(['new', 'changed', 'sold', 'gone', 'price', 'cost basis'], told), account, symbol, currency
"""

CHANGED_PRICES = """
SELECT symbol, name, p.as_of, b.price::DOUBLE, b.currency, b.as_of, p.price::DOUBLE, p.currency, p.source,
    nullif(newest, p.as_of)
FROM (FROM prices ANTI JOIN prices_before USING (asset_id, as_of, price, currency)) p JOIN assets USING (asset_id)
JOIN (SELECT asset_id, max(as_of) AS newest FROM prices GROUP BY asset_id) USING (asset_id)
ASOF LEFT JOIN prices_before b ON b.asset_id = p.asset_id AND b.as_of <= p.as_of
ORDER BY symbol, p.as_of
"""

CHANGED_RATES = """
SELECT r.from_currency, r.to_currency, r.as_of, b.rate::DOUBLE, b.as_of, r.rate::DOUBLE, r.source,
    nullif(newest, r.as_of)
FROM (FROM fx_rates ANTI JOIN rates_before USING (from_currency, to_currency, as_of, rate)) r
JOIN (SELECT from_currency, to_currency, max(as_of) AS newest FROM fx_rates GROUP BY ALL)
    USING (from_currency, to_currency)
ASOF LEFT JOIN rates_before b
    ON b.from_currency = r.from_currency AND b.to_currency = r.to_currency AND b.as_of <= r.as_of
ORDER BY ALL
"""

CHANGED_TARGETS = f"""
SELECT coalesce(a.name, '{ALL}'), s.name, c.asset_class, t.symbol, t.currency, before::DOUBLE, after::DOUBLE
FROM (
    SELECT strategy_id, asset_class, asset_id, b.target_percent AS before, n.target_percent AS after
    FROM targets_before b FULL JOIN ({EVERY_TARGET}) n USING (strategy_id, asset_class, asset_id)
    WHERE b.target_percent IS DISTINCT FROM n.target_percent
) c JOIN rebalancing_strategies s USING (strategy_id) LEFT JOIN accounts a USING (account_id)
LEFT JOIN assets t USING (asset_id)
ORDER BY a.name NULLS FIRST, s.name, c.asset_class, t.symbol NULLS FIRST, t.currency
"""

CHANGED_CLASSES = f"""
SELECT symbol, currency, name, b.classes, n.classes
FROM ({IN_WORDS}) n JOIN assets USING (asset_id) LEFT JOIN classes_before b USING (asset_id)
WHERE n.classes <> coalesce(b.classes, '{UNCLASSIFIED}')
ORDER BY symbol, currency
"""

CHANGED_FACTS = """
SELECT what, currency, fact, before, after FROM (
    SELECT 1 AS place, name AS what, NULL AS currency, 'account type' AS fact, b.account_type AS before,
        a.account_type AS after
    FROM accounts a LEFT JOIN accounts_before b USING (account_id)
    UNION ALL
    SELECT 2, symbol, a.currency, 'currency', b.currency, a.currency FROM assets a JOIN assets_before b USING (asset_id)
    UNION ALL
    SELECT 3, symbol, a.currency, 'name', b.name, a.name FROM assets a JOIN assets_before b USING (asset_id)
    UNION ALL
    SELECT 4, symbol, a.currency, 'kind', b.kind, a.kind FROM assets a JOIN assets_before b USING (asset_id)
)
WHERE before IS DISTINCT FROM after ORDER BY place, what, currency
"""

Values = Mapping[str, float | None]


def remember(connection: duckdb.DuckDBPyConnection) -> Values:
    """Keep what the portfolio says now, for :func:`compare` in the same transaction.

    Returns:
        Value of each account in the base currency; None where something in it can't be valued.
    """
    for name, query in REMEMBERED.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    return _values(connection, _lines(connection))


def compare(
    connection: duckdb.DuckDBPyConnection, before: Values, loaded: frozenset[str]
) -> tuple[Changes, tuple[tuple[str, float | None, float | None], ...]]:
    """What the portfolio says now beside what it said at :func:`remember`.

    Parameters:
        before: what that gave.
        loaded: accounts whose holdings were written since; without any, ``changed_holdings`` isn't looked at.

    Returns:
        The changes; and (account, value before, value after) of each account that was loaded or is worth another sum.
    """
    lines = _lines(connection)
    holdings = _holdings(connection, lines) if loaded else []
    shown = {(row[2], row[8], row[9]) for row in holdings}
    prices = [
        (*row, (row[0], row[6], row[7]) in shown, newest)
        for *row, newest in connection.execute(CHANGED_PRICES).fetchall()
    ]
    targets = [
        (scope, strategy, asset_class, symbol and called(symbol, currency), was, will_be)
        for scope, strategy, asset_class, symbol, currency, was, will_be in connection.execute(
            CHANGED_TARGETS
        ).fetchall()
    ]
    changes = Changes(
        base_currency(connection),
        _frame(HOLDINGS, holdings),
        _frame(PRICES, prices),
        _frame(RATES, connection.execute(CHANGED_RATES).fetchall()),
        _frame(TARGETS, targets),
        _frame(CLASSES, _named(connection, CHANGED_CLASSES)),
        _frame(FACTS, _named(connection, CHANGED_FACTS)),
    )
    totals = tuple(
        (account, before.get(account, 0.0), value)
        for account, value in _values(connection, lines).items()
        if account in loaded or before.get(account) != value
    )
    return changes, totals


def _named(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Rows whose first two columns, symbol and currency, become what a person calls the asset; an account has none."""
    rows = connection.execute(query).fetchall()
    return [(name if currency is None else called(name, currency), *rest) for name, currency, *rest in rows]


def _lines(
    connection: duckdb.DuckDBPyConnection, day: datetime.date = datetime.date.max
) -> Sequence[Mapping[str, Any]]:
    """What every account holds on a day, with its value where that is known."""
    base = base_currency(connection)
    return () if base is None else read_lines(connection, base, None, [day]).get(day, ())


def _holdings(connection: duckdb.DuckDBPyConnection, now: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    rows = connection.execute(CHANGED_HOLDINGS).fetchall()
    days = dict.fromkeys(day for *_, day in rows)
    # None: what is of no earlier date is valued at the newest prices.
    values = {
        (day, line["account"], line["asset_id"]): line["value"]
        for day in days
        for line in (now if day is None else _lines(connection, day))
    }
    return [
        (change, account, called(symbol, currency), *rest, values.get((day, account, asset_id)) if rest[2] else 0.0)
        for change, account, symbol, currency, *rest, asset_id, day in rows
    ]


def _values(connection: duckdb.DuckDBPyConnection, lines: Sequence[Mapping[str, Any]]) -> Values:
    """Value of each account in the base currency; None where something in it can't be valued."""
    base = base_currency(connection)
    by_account: dict[str, list[float | None]] = {account: [] for account in account_names(connection)}
    for line in lines:
        # Nothing of something is worth nothing, whether it has a price or not.
        by_account[line["account"]].append(line["value"] if line["quantity"] else 0.0)
    return {account: None if base is None else _sum(values, base) for account, values in by_account.items()}


def _sum(values: Sequence[float | None], base: str) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values) or sum(map(abs, known)) > largest_amount(base):
        return None
    digits = minor_digits(base)
    return from_minor(sum(to_minor(value, digits) for value in known), digits)
