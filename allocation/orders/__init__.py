"""A plan as the order files that brokers and bookkeeping programs read: plan in, text out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allocation.errors import OrdersError, UnknownName
from allocation.orders.basket import ibkr
from allocation.orders.ledger import beancount
from allocation.orders.transactions import portfolio_performance
from allocation.planner.result import Plan

__all__ = ["FORMATS", "Format", "beancount", "find_format", "ibkr", "order_file", "portfolio_performance"]


@dataclass(frozen=True)
class Format:
    """A kind of order file.

    Attributes:
        name: what it is asked for by.
        title: the program that reads it.
        suffix: what its files' names end with.
        write: makes its text of a plan, the account and its options, which its docstring explains.
    """

    name: str
    title: str
    suffix: str
    write: Callable[..., str]

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen: names of the arguments besides the plan and the account."""
        return tuple(inspect.signature(self.write).parameters)[2:]


FORMATS = {
    made.name: made
    for made in (
        Format("ibkr", "Interactive Brokers BasketTrader", ".csv", ibkr),
        Format("portfolio-performance", "Portfolio Performance", ".csv", portfolio_performance),
        Format("beancount", "Beancount", ".beancount", beancount),
    )
}


def find_format(name: str) -> Format:
    """The format of that name.

    Raises:
        UnknownName: there is none; names those there are.
    """
    if name not in FORMATS:
        raise UnknownName(f"There are no order files called {name!r}. There are {', '.join(FORMATS)}.")
    return FORMATS[name]


def order_file(plan: Plan, format: str, account: str | None = None, **options: Any) -> str:
    """The trades of a plan as a file that another program reads; sales first.

    Only what is bought and sold is in it: cash that is kept or taken, and what was left undone, are no orders.

    Parameters:
        plan: from ``plan_deposit``, ``plan_withdrawal`` or ``plan_rebalance``.
        format: a name in :data:`FORMATS`.
        account: the trades of this account alone; without it, of all. An ``ibkr`` file is of one account.
        options: of the format: those of :func:`ibkr`, :func:`portfolio_performance` or :func:`beancount`.

    Returns:
        The text of the file.

    Raises:
        OrdersError: there is nothing to trade, a trade has no account yet, a name can't be written exactly, or there is
            no such option.
        UnknownName: there is no such format, or the plan trades nothing in that account.
    """
    found = find_format(format)
    if unknown := [option for option in options if option not in found.options]:
        raise OrdersError(
            f"Files for {found.title} have no option {unknown[0]!r}. They have {', '.join(found.options)}."
        )
    return found.write(plan, account, **options)
