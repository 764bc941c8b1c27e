"""A plan as files that other programs read."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from allocation.arguments import checked
from allocation.money import minor_digits
from allocation.percents import as_percent, as_weight
from allocation.planner.result import Plan
from allocation.tables import ALL, CASH, SEVERAL_CLASSES, UNCLASSIFIED, Strategy
from allocation.targets import plain
from allocation.text import as_text

MONEY = ["amount", "fee", "value_before", "value_after"]
WEIGHTS = ["weight_before", "weight_after", "target_weight", "drift_before", "drift_after"]
TEXTS = ["scope", "account", "symbol", "name", "asset_class", "reason"]


@checked
def plan_csv(plan: Plan) -> str:
    """A plan as CSV text: the columns of its rows, a header row, decimal points, amounts to the currency's minor unit.

    Safe to open in a spreadsheet: a text that a spreadsheet would run as a formula (it begins with ``=``, ``+``,
    ``-``, ``@``, a blank or a tab) is preceded by an apostrophe, and a line break in a text becomes a blank. Our own
    files are read without that apostrophe again.
    """
    rows = plan.rows
    table = rows.astype(object)
    for column in MONEY:
        digits = [minor_digits(currency) for currency in rows["currency"]]
        table[column] = [f"{value:.{places}f}" for value, places in zip(rows[column], digits, strict=True)]
    for column, places in {**dict.fromkeys(WEIGHTS, 6), "shares": 8, "price": 8, "quoted_price": 8}.items():
        table[column] = ["" if value != value else f"{value:.{places}f}" for value in rows[column]]
    for column in TEXTS:
        table[column] = [as_text(value) for value in rows[column]]
    return table.to_csv(index=False, lineterminator="\n")


def drift_csv(drift: pd.DataFrame) -> str:
    """A drift table as CSV text: its columns, a header row, decimal points; as safe to open as :func:`plan_csv`."""
    table = drift.copy()
    for column in table.columns.intersection(["asset_class", "symbol", "name"]):
        table[column] = table[column].map(as_text)
    return table.to_csv(index=False, lineterminator="\n", float_format="%.10g")


def classes_csv(classes: pd.DataFrame) -> str:
    """The classes of assets as the CSV text that ``allocation import --classes`` reads: so people can share it.

    Parameters:
        classes: as :meth:`allocation.Portfolio.asset_classes` gives them.
    """
    table = classes.copy()
    for column in ("symbol", "asset_class"):
        table[column] = table[column].map(as_text)
    table["weight_percent"] = [f"{percent:.4f}".rstrip("0").rstrip(".") for percent in table["weight_percent"]]
    return table.to_csv(index=False, lineterminator="\n")


def holdings_csv(holdings: pd.DataFrame) -> str:
    """What is held as the CSV text that ``allocation import`` reads.

    Parameters:
        holdings: as :meth:`allocation.Portfolio.holdings` gives them.
    """
    table = holdings[["account", "account_type", "symbol", "name", "asset_class", "quantity", "price", "currency",
                      "cost_basis", "price_as_of"]].rename(columns={"price_as_of": "as_of"})  # fmt: skip
    # What has no class, or several, is written without: a classes.csv says the several.
    table["asset_class"] = table["asset_class"].where(~table["asset_class"].isin([UNCLASSIFIED, SEVERAL_CLASSES]), "")
    for column in ("account", "symbol", "name", "asset_class"):
        table[column] = table[column].map(as_text)
    for column in ("quantity", "price", "cost_basis"):
        table[column] = ["" if value != value else _exact(value) for value in table[column]]
    return table.to_csv(index=False, lineterminator="\n")


def targets_csv(strategies: Iterable[Strategy]) -> str:
    """Targets of both levels as the CSV text that ``allocation import --targets`` reads.

    Parameters:
        strategies: as :meth:`allocation.Portfolio.strategy` gives them; one that an account only inherits is left out.
    """
    rows = []
    for strategy in strategies:
        if strategy.inherited:
            continue
        whose = [as_text(strategy.name), "" if strategy.scope == ALL else as_text(strategy.scope)]
        for name, percent in strategy.class_percents.items():
            rows.append([*whose, as_text(name), "", plain(percent), ""])
        for held in strategy.holding_targets.to_dict("records"):
            currency = held["currency"] if held["symbol"] == CASH else ""
            percent = as_percent(as_weight(held["target_percent"]))
            rows.append([*whose, as_text(held["asset_class"]), as_text(held["symbol"]), plain(percent), currency])
    columns = ["strategy", "account", "asset_class", "symbol", "target_percent", "currency"]
    return pd.DataFrame(rows, columns=columns).to_csv(index=False, lineterminator="\n")


def _exact(value: float) -> str:
    return f"{value:.8f}".rstrip("0").rstrip(".")


def prices_csv(prices: pd.DataFrame) -> str:
    """The newest prices as the CSV text that ``allocation import --prices`` reads; empty where there is none yet.

    Names are for whoever fills it in.

    Parameters:
        prices: as :meth:`allocation.Portfolio.prices` gives them.
    """
    table = prices[["symbol", "name", "price", "currency", "as_of", "source"]].astype(object)
    for column in ("symbol", "name"):
        table[column] = [as_text(text) for text in table[column]]
    table["price"] = ["" if price != price else _exact(price) for price in prices["price"]]
    table["source"] = ["" if source is None else as_text(source) for source in table["source"]]
    return table.to_csv(index=False, lineterminator="\n")
