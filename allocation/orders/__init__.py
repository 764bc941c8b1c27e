"""A plan as the order files that brokers and bookkeeping programs read: plan in, text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from allocation.arguments import checked
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
        options: what can be chosen: texts and numbers.
        by_name: what can be chosen for single symbols or accounts: mappings.
    """

    name: str
    title: str
    suffix: str
    write: Callable[..., str]
    options: tuple[str, ...]
    by_name: tuple[str, ...]


FORMATS = {
    made.name: made
    for made in (
        Format(
            "ibkr",
            "Interactive Brokers BasketTrader",
            ".csv",
            ibkr,
            ("limit_percent", "exchange", "time_in_force", "sec_type"),
            ("symbols",),
        ),
        Format("portfolio-performance", "Portfolio Performance", ".csv", portfolio_performance, ("decimal",), ()),
        Format("beancount", "Beancount", ".beancount", beancount, ("lots", "opens", "fees", "gains"), ("accounts",)),
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


@checked
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
    for option, value in options.items():
        known = found.by_name if isinstance(value, Mapping) else found.options
        if option not in known:
            each = "".join(f", {name} by name" for name in found.by_name)
            raise OrdersError(
                f"Files for {found.title} have no option {option!r} like that. They have "
                f"{', '.join(found.options)}{each}."
            )
    return found.write(plan, account, **options)
