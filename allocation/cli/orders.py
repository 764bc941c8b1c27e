"""The option with which a plan is also written as an order file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from allocation.cli.printing import write
from allocation.errors import OrdersError
from allocation.orders import FORMATS, find_format, order_file
from allocation.planner import Plan

ORDERS = click.option(
    "--orders", metavar="FORMAT:FILE",
    help=f"Also write the trades as an order file, such as ibkr:basket.csv. Formats: {', '.join(FORMATS)}.",
)  # fmt: skip
ACCOUNT = click.option(
    "--orders-account", "account", metavar="ACCOUNT", help="The order file holds the trades of this account alone."
)
WITH = click.option(
    "--orders-with", "options", metavar="NAME=VALUE", multiple=True,
    help="How the order file is written, such as limit_percent=0.5 or symbols.BRK.B='BRK B'; repeatable. "
    + "; ".join(
        f"{made.name}: {', '.join([*made.options, *(f'{name}.NAME' for name in made.by_name)])}"
        for made in FORMATS.values()
    ) + ".",
)  # fmt: skip


@dataclass(frozen=True)
class Orders:
    """The order file that a command was asked for: ``FORMAT:FILE``, the account and ``NAME=VALUE`` options."""

    asked: str
    account: str | None
    options: tuple[str, ...]


def with_orders(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options; it gets an :class:`Orders`, or None, as ``orders``."""

    @functools.wraps(command)
    def asked(*args: Any, orders: str | None, account: str | None, options: tuple[str, ...], **more: Any) -> None:
        if orders is None and (account is not None or options):
            raise OrdersError("Say which order file is meant, such as --orders ibkr:basket.csv.")
        return command(*args, orders=None if orders is None else Orders(orders, account, options), **more)

    return ORDERS(ACCOUNT(WITH(asked)))


def write_orders(plan: Plan, orders: Orders | None) -> None:
    """Write the order file, if one was asked for, and say so.

    Raises:
        OrdersError: see :func:`allocation.orders.order_file`; or it isn't asked for as ``FORMAT:FILE``.
        UnknownName: there is no such format or account.
        StoreError: the file can't be written, or is another one.
    """
    if orders is None:
        return
    name, _, file = orders.asked.partition(":")
    made = find_format(name)
    if not file:
        raise OrdersError(f"--orders {orders.asked} names no file. Write it like {name}:orders{made.suffix}.")
    write(Path(file), order_file(plan, name, orders.account, **_options(orders)))
    click.echo(f"The orders for {made.title} are in {file}.")


def _options(orders: Orders) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for option in orders.options:
        name, equals, value = option.partition("=")
        if not equals:
            raise OrdersError(f"--orders-with {option} has no value. Write it like NAME=VALUE.")
        name, _, of = name.partition(".")
        if of:
            options[name] = {**options.get(name, {}), of: value}
        else:
            options[name] = value
    return options
