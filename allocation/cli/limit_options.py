"""The options of a plan that say what it has to keep to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from allocation.errors import AmountError
from allocation.planner import Fee, Limits

Command = Callable[..., Any]

NAMES = "A symbol or class that is {what}; repeatable."

OPTIONS = [
    click.option("--keep", multiple=True, metavar="NAME", help=NAMES.format(what="neither bought nor sold")),
    click.option("--no-buy", multiple=True, metavar="NAME", help=NAMES.format(what="not bought")),
    click.option("--no-sell", multiple=True, metavar="NAME", help=NAMES.format(what="not sold")),
    click.option("--only-buy", multiple=True, metavar="NAME", help="Buy nothing but this symbol or class; repeatable."),
    click.option(
        "--may-buy",
        multiple=True,
        metavar="ACCOUNT=NAME",
        help="What an account may buy besides what it holds; repeatable.",
    ),
    click.option("--whole-shares", is_flag=True, help="Trade whole shares, of everything but --fractional."),
    click.option("--fractional", multiple=True, metavar="NAME", help=NAMES.format(what="traded in fractions anyway")),
    click.option("--lot", multiple=True, metavar="SYMBOL=SHARES", help="Trade multiples of so many; repeatable."),
    click.option("--use-all-cash", is_flag=True, help="With whole shares: the least cash left comes first."),
    click.option("--min-trade", default="0", metavar="AMOUNT", help="No smaller trade."),
    click.option("--fee", default="0", metavar="AMOUNT", help="Fee of each trade."),
    click.option("--fee-percent", default="0", metavar="PERCENT", help="Fee of each trade, in percent of it."),
    click.option("--fee-at-least", default="0", metavar="AMOUNT", help="The smallest fee of a trade."),
    click.option("--fee-at-most", default=None, metavar="AMOUNT", help="The largest fee of a trade."),
    click.option("--largest-fee", default=None, metavar="PERCENT", help="No trade whose fee is a larger part of it."),
    click.option("--turnover", default=None, metavar="PERCENT", help="Sell at most this part of the scope."),
    click.option(
        "--keep-cash",
        multiple=True,
        metavar="[ACCOUNT=]AMOUNT",
        help="Cash that stays in every account, or in one.",
    ),
]


def limit_options(command: Command) -> Command:
    """The options, and their values as ``limits``."""

    @wraps(command)
    def with_limits(*arguments: Any, **values: Any) -> Any:
        limits = _limits(**{name: values.pop(name) for name in TAKEN})
        return command(*arguments, **values, limits=limits)

    named: Command = with_limits
    for option in reversed(OPTIONS):
        named = option(named)
    return named


TAKEN = [
    "keep", "no_buy", "no_sell", "only_buy", "may_buy", "whole_shares", "fractional", "lot", "use_all_cash",
    "min_trade", "fee", "fee_percent", "fee_at_least", "fee_at_most", "largest_fee", "turnover", "keep_cash",
]  # fmt: skip


def amount_or_amounts(words: Sequence[str], what: str) -> str | dict[str, str]:
    """``500`` for all, or ``ACCOUNT=500`` once or more by account."""
    by_account = [word for word in words if "=" in word]
    if not by_account:
        if len(words) > 1:
            raise AmountError(f"The {what} is {' '.join(words)}. Enter one amount, or ACCOUNT=AMOUNT for each account.")
        return words[0] if words else "0"
    if len(by_account) < len(words):
        raise AmountError(f"The {what} is {' '.join(words)}. Enter one amount for all, or each as ACCOUNT=AMOUNT.")
    return dict(_pairs(by_account, what))


def _pairs(words: Sequence[str], what: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for word in words:
        name, equals, value = word.rpartition("=")
        if not equals or not name.strip() or not value.strip():
            raise AmountError(f"The {what} {word!r} is not written like NAME=VALUE.")
        if name in dict(pairs) and what != "may-buy":
            raise AmountError(f"The {what} names {name} twice.")
        pairs.append((name, value))
    return pairs


def _limits(
    *,
    only_buy: tuple[str, ...],
    may_buy: tuple[str, ...],
    lot: tuple[str, ...],
    min_trade: str,
    fee: str,
    fee_percent: str,
    fee_at_least: str,
    fee_at_most: str | None,
    largest_fee: str | None,
    turnover: str | None,
    keep_cash: tuple[str, ...],
    **as_they_are: Any,
) -> Limits:
    may: dict[str, list[str]] = {}
    for account, name in _pairs(may_buy, "may-buy"):
        may.setdefault(account, []).append(name)
    return Limits(
        only_buy=only_buy or None,
        may_buy=may,
        lots=dict(_pairs(lot, "lot")),
        minimum_trade=min_trade,
        fee=Fee(fee, fee_percent, fee_at_least, fee_at_most),
        largest_fee_percent=largest_fee,
        turnover_percent=turnover,
        keep_cash=amount_or_amounts(keep_cash, "cash to keep"),
        **as_they_are,
    )
