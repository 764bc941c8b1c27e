"""From what a rule alone would trade to what is traded: in which account, and within the limits."""

from __future__ import annotations

from allocation.planner.limits import Allowed, Limits
from allocation.planner.money_in import Money
from allocation.planner.rows import Order, Settled
from allocation.planner.two_levels import Shared
from allocation.tables import ALL, Tables


def settled(
    tables: Tables, kind: str, shared: Shared, money: Money, able: Allowed, limits: Limits, rule: str
) -> Settled:
    orders = [
        Order(asset, _usual_account(tables, asset), amount) for asset, amount in shared.by_asset.items() if amount
    ]
    return Settled(orders, shared, keep=limits.keep, limits=able.words)


def _usual_account(tables: Tables, asset_id: int) -> str:
    if tables.scope != ALL:
        return tables.scope
    held = tables.holdings[tables.holdings["asset_id"] == asset_id]
    accounts = list(held["account"])
    return str(accounts[0]) if len(accounts) == 1 else ""
