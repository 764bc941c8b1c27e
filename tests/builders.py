"""Portfolios written down in a test: the planner's tables straight from numbers, and holdings to load."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from allocation import Portfolio
from allocation.planner import Plan, share
from allocation.store import Database
from allocation.tables import Strategy, Tables

TODAY = datetime.date(2026, 11, 20)


@dataclass(frozen=True)
class Held:
    """One holding of an account, or with ``account=None`` an asset that only its target names.

    ``value`` is in the base currency, ``price`` in ``currency``, ``rate`` is base currency per unit of ``currency``.
    """

    symbol: str
    asset_class: str
    value: float
    price: float = 1.0
    account: str | None = "Brokerage"
    currency: str | None = None
    rate: float = 1.0
    name: str = ""

    @property
    def identity(self) -> tuple[str, str | None]:
        return self.symbol, self.currency


def portfolio(
    held: Sequence[Held],
    class_targets: Mapping[str, float],
    holding_targets: Mapping[str, Mapping[str, float]] | None = None,
    *,
    scope: str = "all",
    base: str = "USD",
    inherited: bool = False,
) -> Tables:
    """Tables of what is held, with targets in percent: of the scope by class, of the class by symbol."""
    ids = {identity: number for number, identity in enumerate(dict.fromkeys(line.identity for line in held), 1)}
    rows = [_row(line, ids[line.identity], base) for line in held]
    accounts = tuple(sorted({line.account for line in held if line.account}))
    holdings = pd.DataFrame(
        [row | {"account_type": None, "cost_basis": None} for row in rows if row["account"]],
        columns=["account", "account_type", *COLUMNS, "quantity", "value", "cost_basis"],
    )
    classes = pd.DataFrame(list(class_targets.items()), columns=["asset_class", "target_percent"])
    return Tables(
        scope=scope,
        base_currency=base,
        accounts=accounts,
        holdings=holdings,
        assets=_assets(rows),
        strategy=Strategy(1, "All Portfolio", "all", inherited, classes, _within(rows, holding_targets or {})),
    )


COLUMNS = [
    "asset_id", "symbol", "name", "asset_class", "currency", "price", "price_as_of", "rate", "rate_as_of",
]  # fmt: skip


def one_a_class(values: Mapping[str, float], class_targets: Mapping[str, float], base: str = "USD") -> Tables:
    """A portfolio where each class is one holding with the class's name as its symbol."""
    return portfolio([Held(name, name, value) for name, value in values.items()], class_targets, base=base)


def shared(
    values: Sequence[int], targets: Sequence[int], flow: int, rule: str = "lazy", elsewhere: int = 0
) -> list[int]:
    """What each line of one group gets, in minor units; ``elsewhere`` is held in lines that take no part."""
    return shared_by_group([(values, targets, flow, elsewhere)], rule)[0]


def shared_by_group(groups: Sequence[tuple[Sequence[int], Sequence[int], int, int]], rule: str) -> list[list[int]]:
    """What each line of each group ``(values, targets, flow, elsewhere)`` gets, all groups in one call."""
    answer = share(lines_table(groups), flows_table(groups), rule)
    amounts = {(row.group_id, row.line): int(row.amount) for row in answer.itertuples()}
    return [[amounts.get((g, i), 0) for i in range(len(values))] for g, (values, *_) in enumerate(groups)]


def lines_table(groups: Sequence[tuple[Sequence[int], Sequence[int], int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group_id": g, "line": i, "value": value, "target": target}
            for g, (values, targets, *_) in enumerate(groups)
            for i, (value, target) in enumerate(zip(values, targets, strict=True))
        ]
    )


def flows_table(groups: Sequence[tuple[Sequence[int], Sequence[int], int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group_id": g, "flow": flow, "total_after": sum(values) + elsewhere + flow}
            for g, (values, _, flow, elsewhere) in enumerate(groups)
        ]
    )


def minor(amounts: Sequence[float], digits: int = 2) -> list[int]:
    """Amounts in whole minor units."""
    return [round(amount * 10**digits) for amount in amounts]


def held_on(as_of: str | None, **accounts: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
    """Holdings to load, of one date: by account, symbol → quantity and price. All are in Stocks, cash is in Cash."""
    rows = [
        {"account": account, "symbol": symbol, "quantity": quantity, "price": price, "currency": "USD"}
        | {"asset_class": "Cash" if symbol == "CASH" else "Stocks", "as_of": as_of}
        for account, held in accounts.items()
        for symbol, (quantity, price) in held.items()
    ]
    return pd.DataFrame(rows)


def count(kept: Portfolio, table: str) -> int:
    """Rows of a table of a portfolio's file."""
    with Database(kept.path).read() as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])


def amounts_by(column: str, plan: Plan | pd.DataFrame) -> dict[str, float]:
    """Amount of each symbol or class of a plan."""
    table = plan.rows if isinstance(plan, Plan) else plan
    return {str(name): round(amount, 4) for name, amount in table.groupby(column)["amount"].sum().items()}


def _row(line: Held, asset_id: int, base: str) -> dict[str, object]:
    return {
        "account": line.account,
        "asset_id": asset_id,
        "symbol": line.symbol,
        "name": line.name or line.symbol,
        "asset_class": line.asset_class,
        "currency": line.currency or base,
        "price": line.price,
        "price_as_of": TODAY,
        "rate": line.rate,
        "rate_as_of": None,
        "quantity": line.value / (line.price * line.rate),
        "value": line.value,
    }


def _assets(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    assets: dict[object, dict[str, object]] = {}
    for row in rows:
        first = {column: row[column] for column in COLUMNS} | {"value": 0.0, "held_in": []}
        asset = assets.setdefault(row["asset_id"], first)
        asset["value"] += row["value"]
        if row["account"] and row["value"]:
            asset["held_in"].append(row["account"])
    return pd.DataFrame(list(assets.values()), columns=[*COLUMNS, "value", "held_in"])


def _within(rows: Sequence[dict[str, object]], targets: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    assets = {(row["asset_class"], row["symbol"]): row for row in rows}
    described = [
        {column: assets[name, symbol][column] for column in COLUMNS} | {"target_percent": percent}
        for name, percents in targets.items()
        for symbol, percent in percents.items()
    ]
    return pd.DataFrame(described, columns=["asset_class", "asset_id", "symbol", "currency", "name", "target_percent"])
