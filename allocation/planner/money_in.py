"""The money of a plan: how much comes in or goes out, in which account, and how much of it is cash held already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from allocation.errors import AmountError, UnknownName
from allocation.money import PerAccount, from_minor, read_amount, to_minor, write_money
from allocation.planner.limits import Allowed
from allocation.planner.rules import share
from allocation.tables import ALL, CASH, Tables


@dataclass(frozen=True)
class Money:
    """A flow in minor units.

    Attributes:
        free: what may go to any account (negative: come from any).
        by_account: what goes to (comes from) an account.
        cash_used: (account, ``asset_id`` of its cash) → cash held already that is invested.
    """

    free: int = 0
    by_account: Mapping[str, int] = field(default_factory=dict)
    cash_used: Mapping[tuple[str, int], int] = field(default_factory=dict)

    @property
    def flow(self) -> int:
        """What comes into the scope, or goes out of it (negative)."""
        return self.free + sum(self.by_account.values())

    @property
    def cash(self) -> int:
        """Cash held already that is invested."""
        return sum(self.cash_used.values())

    def of_account(self, account: str) -> int:
        """What an account has to spend, besides its part of what is free."""
        used = sum(amount for (name, _), amount in self.cash_used.items() if name == account)
        return self.by_account.get(account, 0) + used

    def without_cash(self, tables: Tables) -> Tables:
        """The scope as if the cash that is used were out of it."""
        if not self.cash_used:
            return tables
        holdings, assets = (table.astype({"value": "float64"}) for table in (tables.holdings, tables.assets))
        digits = tables.digits
        for (account, asset_id), amount in self.cash_used.items():
            line = (holdings["account"] == account) & (holdings["asset_id"] == asset_id)
            for table, rows in ((holdings, line), (assets, assets["asset_id"] == asset_id)):
                left = [from_minor(to_minor(value, digits) - amount, digits) for value in table.loc[rows, "value"]]
                table.loc[rows, "value"] = left
        return replace(tables, holdings=holdings, assets=assets)


def money_in(
    tables: Tables, amount: PerAccount, use_cash: PerAccount | str = 0, limits: Allowed | None = None
) -> Money:
    """A deposit: new money, and cash held already.

    Raises:
        AmountError: an amount can't be read, or there is less cash than that.
        UnknownName: an account that the scope doesn't have.
    """
    return replace(_read(tables, amount, "deposit"), cash_used=_cash_used(tables, use_cash, limits))


def money_out(tables: Tables, amount: PerAccount) -> Money:
    """A withdrawal; its amounts are negative."""
    money = _read(tables, amount, "withdrawal")
    return Money(-money.free, {account: -part for account, part in money.by_account.items()})


def _read(tables: Tables, amount: PerAccount, what: str) -> Money:
    if not isinstance(amount, Mapping):
        return Money(read_amount(amount, tables.base_currency, what))
    for account in amount:
        _check(tables, account, what)
    return Money(
        by_account={
            account: read_amount(part, tables.base_currency, f"{what} of {account}") for account, part in amount.items()
        }
    )


def _check(tables: Tables, account: str, what: str) -> None:
    known = tables.accounts if tables.scope == ALL else (tables.scope,)
    if account not in known:
        raise UnknownName(f"The {what} names the account {account!r}, which is not in this scope: {', '.join(known)}.")


def _cash_used(tables: Tables, use_cash: PerAccount | str, limits: Allowed | None) -> dict[tuple[str, int], int]:
    kept = {} if limits is None else limits.cash_kept
    free = {
        (held.account, held.asset_id): held.value - kept.get((held.account, held.asset_id), 0)
        for held in tables.positions
        if held.symbol == CASH
    }
    free = {line: amount for line, amount in free.items() if amount > 0}
    if use_cash == "all":
        return free
    if isinstance(use_cash, Mapping):
        used: dict[tuple[str, int], int] = {}
        for account, part in use_cash.items():
            _check(tables, account, "cash to use")
            own = {line: amount for line, amount in free.items() if line[0] == account}
            used |= _shared(tables, read_amount(part, tables.base_currency, f"cash of {account} to use"), own, account)
        return used
    return _shared(tables, read_amount(use_cash, tables.base_currency, "cash to use"), free, tables.scope)


def _shared(tables: Tables, amount: int, free: dict[tuple[str, int], int], where: str) -> dict[tuple[str, int], int]:
    """``amount`` of the free cash, from each in proportion."""
    if amount > sum(free.values()):
        able = write_money(from_minor(sum(free.values()), tables.digits), tables.base_currency)
        named = "the portfolio" if where == ALL else where
        raise AmountError(
            f"The cash to use is more than the {able} {tables.base_currency} of cash that {named} has to use. Enter a "
            "smaller amount."
        )
    if not amount:
        return {}
    keys = list(free)
    lines = pd.DataFrame({"group_id": 0, "line": range(len(keys)), "value": free.values(), "target": free.values()})
    flows = pd.DataFrame({"group_id": [0], "flow": [-amount], "total_after": [0]})
    taken = share(lines, flows, "by_target")
    return {keys[line]: -part for line, part in zip(taken["line"], taken["amount"].astype(int), strict=True) if part}
