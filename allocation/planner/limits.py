"""What a person lives with: what may be traded and where, fees, smallest trades, whole shares, turnover, cash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from allocation.arguments import checked_fields
from allocation.errors import AmountError, UnknownName
from allocation.money import Amount, PerAccount, from_minor, read_amount, read_exact, write_money
from allocation.tables import CASH, Tables


@checked_fields
@dataclass(frozen=True)
class Fee:
    """What a trade costs: ``fixed`` + ``percent`` of its amount, at least ``at_least``, at most ``at_most``.

    Attributes:
        fixed: base currency.
        percent: of the traded amount (0–100).
        at_least, at_most: base currency; ``at_most`` None: no cap.
    """

    fixed: Amount = 0
    percent: Amount = 0
    at_least: Amount = 0
    at_most: Amount | None = None

    def describe(self, currency: str) -> str:
        """The fee in words; empty for none."""
        parts = [f"{self.fixed} {currency}"] if Decimal(str(self.fixed)) else []
        parts += [f"{self.percent} %"] if Decimal(str(self.percent)) else []
        said = " and ".join(parts)
        said += f", at least {self.at_least} {currency}" if Decimal(str(self.at_least)) else ""
        return (said + (f", at most {self.at_most} {currency}" if self.at_most is not None else "")).lstrip(", ")


@checked_fields
@dataclass(frozen=True)
class Limits:
    """What a plan has to keep to. Names are symbols (cash: ``CASH USD``) or classes.

    They are applied in this order: first what may be traded at all (``keep``, ``no_buy``, ``no_sell``, ``only_buy``,
    ``may_buy``): the rule shares its money among the rest. Then the plan nearest to the rule's own is found that
    keeps all others at once: whole shares and lots, cash to keep, fees, the smallest trade, the turnover.

    Attributes:
        keep: neither bought nor sold.
        no_buy: not bought.
        no_sell: not sold.
        only_buy: nothing else is bought; None: everything with a target may be.
        may_buy: account → what may be bought in it, besides what it holds already. Without an entry an account buys
            what it holds, and what has a target and is held nowhere.
        whole_shares: trade whole shares: of everything (True) or of what is named.
        fractional: what may be traded in fractions all the same. Cash always is.
        lots: symbol → trade multiples of so many shares.
        use_all_cash: with whole shares, the least cash left comes first, nearness to the rule second.
        minimum_trade: no smaller trade; base currency.
        fee: what a trade costs.
        largest_fee_percent: no trade whose fee is a larger part of its amount (0–100).
        turnover_percent: sell at most so much of the scope's value (0–100), besides what a withdrawal takes out.
        keep_cash: cash not to go below, of every account (a number) or by account; base currency.
        time_limit: seconds to look for the nearest plan; the plan says how far off it may be where they don't suffice.
    """

    keep: str | Collection[str] = ()
    no_buy: str | Collection[str] = ()
    no_sell: str | Collection[str] = ()
    only_buy: str | Collection[str] | None = None
    may_buy: Mapping[str, str | Collection[str]] = field(default_factory=dict)
    whole_shares: bool | str | Collection[str] = False
    fractional: str | Collection[str] = ()
    lots: Mapping[str, Amount] = field(default_factory=dict)
    use_all_cash: bool = False
    minimum_trade: Amount = 0
    fee: Fee = field(default_factory=Fee)
    largest_fee_percent: Amount | None = None
    turnover_percent: Amount | None = None
    keep_cash: PerAccount = 0
    time_limit: float = 2.0

    def __post_init__(self) -> None:
        for name in ("keep", "no_buy", "no_sell", "only_buy", "whole_shares", "fractional"):
            # One name alone is a list of one.
            if isinstance(given := getattr(self, name), str):
                object.__setattr__(self, name, (given,))


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Allowed:
    """Limits as they hold for a scope: names as assets, money in minor units.

    Attributes:
        buyable, sellable: ``asset_id`` of what may be bought, of what may be sold.
        may_buy: account → ``asset_id`` that it may buy besides what it holds.
        steps: ``asset_id`` → how many shares a trade is a multiple of; what is not in it trades in fractions.
        minimum_trade, fixed, at_least: minor units.
        at_most: minor units, or None.
        percent, largest_fee: parts (0–1); ``largest_fee`` None: any.
        turnover: minor units that may be sold, or None.
        cash_kept: (account, ``asset_id`` of its cash) → minor units that stay.
        words: the limits in words.
    """

    buyable: frozenset[int]
    sellable: frozenset[int]
    may_buy: Mapping[str, frozenset[int]]
    steps: Mapping[int, Fraction]
    minimum_trade: int
    fixed: int
    percent: Fraction
    at_least: int
    at_most: int | None
    largest_fee: Fraction | None
    turnover: int | None
    cash_kept: Mapping[tuple[str, int], int]
    words: tuple[str, ...]

    def without_cash(self, tables: Tables) -> Allowed:
        """The same, with no cash to be bought."""
        return replace(self, buyable=self.buyable - {asset.asset_id for asset in tables.asset_rows if asset.is_cash})

    @property
    def costs(self) -> bool:
        return bool(self.fixed or self.percent or self.at_least)

    def most_sold(self, asset_id: int, value: int) -> int:
        """Minor units of an asset worth ``value`` that may be sold."""
        stays = sum(amount for (_, cash), amount in self.cash_kept.items() if cash == asset_id)
        return max(value - stays, 0) if asset_id in self.sellable else 0

    def sellable_value(self, tables: Tables) -> int:
        """Minor units of everything that may be sold in classes with a target."""
        return sum(
            self.most_sold(asset.asset_id, asset.value)
            for asset in tables.asset_rows
            if asset.asset_class in tables.strategy.class_weights or asset.asset_id in tables.spans
        )

    def fee_of(self, amount: int) -> int:
        """Fee of a trade (minor units), rounded half up."""
        if not amount or not self.costs:
            return 0
        fee = max(Fraction(self.fixed) + self.percent * abs(amount), Fraction(self.at_least))
        if self.at_most is not None:
            fee = min(fee, Fraction(self.at_most))
        return int((2 * fee + 1) // 2)


def allowed(tables: Tables, limits: Limits) -> Allowed:
    """The limits as they hold for a scope.

    Raises:
        UnknownName: a limit names no symbol, class or account of the scope.
        AmountError: an amount or percent can't be read, or is out of its range.
    """
    names = _Names(tables)
    kept = names.find(limits.keep, "keep")
    everything = frozenset(names.everything)
    only = everything if limits.only_buy is None else names.find(limits.only_buy, "only_buy")
    for account in limits.may_buy:
        _check_account(tables, account, "may_buy")

    def money(amount: Amount, what: str) -> int:
        return read_amount(amount, tables.base_currency, what)

    cash_to_keep = (
        limits.keep_cash
        if isinstance(limits.keep_cash, Mapping)
        else dict.fromkeys(_accounts(tables), limits.keep_cash)
    )
    for account in cash_to_keep:
        _check_account(tables, account, "keep_cash")
    fee = limits.fee
    turnover = None if limits.turnover_percent is None else _percent(limits.turnover_percent, "turnover_percent")
    return Allowed(
        buyable=frozenset((everything & only) - kept - names.find(limits.no_buy, "no_buy")),
        sellable=frozenset(everything - kept - names.find(limits.no_sell, "no_sell")),
        may_buy={account: names.find(what, "may_buy") for account, what in limits.may_buy.items()},
        steps=_steps(names, limits),
        minimum_trade=money(limits.minimum_trade, "minimum trade"),
        fixed=money(fee.fixed, "fixed fee"),
        percent=_percent(fee.percent, "fee's percent"),
        at_least=money(fee.at_least, "smallest fee"),
        at_most=None if fee.at_most is None else money(fee.at_most, "largest fee"),
        largest_fee=None
        if limits.largest_fee_percent is None
        else _percent(limits.largest_fee_percent, "largest_fee_percent"),
        turnover=None if turnover is None else int(turnover * tables.total),
        cash_kept=_cash_kept(tables, {account: money(kept, "cash to keep") for account, kept in cash_to_keep.items()}),
        words=tuple(_words(tables, limits)),
    )


class _Names:
    """Finds the assets of a scope by symbol or class."""

    def __init__(self, tables: Tables) -> None:
        self.everything = [asset.asset_id for asset in tables.asset_rows]
        self.cash = {asset.asset_id for asset in tables.asset_rows if asset.is_cash}
        self._by_name: dict[str, set[int]] = {name: set() for name in tables.strategy.class_weights}
        for asset in tables.asset_rows:
            for called_so in (asset.called, asset.asset_class):
                self._by_name.setdefault(called_so, set()).add(asset.asset_id)

    def find(self, names: Collection[str], limit: str) -> frozenset[int]:
        if isinstance(names, str):
            names = [names]
        return frozenset(asset_id for name in names for asset_id in self.one(name, limit))

    def one(self, name: str, limit: str) -> set[int]:
        if name not in self._by_name:
            cash = f" Cash is called {CASH} USD, or another currency." if name == CASH else ""
            raise UnknownName(
                f"There is nothing called {name!r} to {limit.replace('_', ' ')}. Name a symbol or a class of the "
                f"scope.{cash}"
            )
        return self._by_name[name]


def _steps(names: _Names, limits: Limits) -> dict[int, Fraction]:
    whole = limits.whole_shares
    found = frozenset(names.everything) if whole is True else names.find(whole or (), "whole_shares")
    found -= names.find(limits.fractional, "fractional")
    steps = dict.fromkeys(found - names.cash, Fraction(1))
    for name, lot in limits.lots.items():
        size = Fraction(read_exact(lot, f"lot of {name}"))
        if size <= 0:
            raise AmountError(f"The lot of {name} is {lot}. A lot is a number of shares above 0.")
        steps |= dict.fromkeys(names.one(name, "lots") - names.cash, size)
    return steps


def _cash_kept(tables: Tables, by_account: Mapping[str, int]) -> dict[tuple[str, int], int]:
    """What stays of each account's cash: of the base currency's first, then of the others."""
    kept = {}
    for account, left in by_account.items():
        own = [
            (held.currency != tables.base_currency, held.asset_id, max(held.value, 0))
            for held in tables.positions
            if held.symbol == CASH and held.account == account
        ]
        for _, asset_id, value in sorted(own):
            if left:
                kept[account, asset_id] = min(left, value)
                left -= kept[account, asset_id]
    return kept


def _percent(percent: Amount, what: str) -> Fraction:
    part = Fraction(read_exact(percent, what)) / 100
    if not 0 <= part <= 1:
        raise AmountError(f"The {what} {percent} is not between 0 and 100.")
    return part


def _accounts(tables: Tables) -> list[str]:
    return list(dict.fromkeys(held.account for held in tables.positions))


def _check_account(tables: Tables, account: str, limit: str) -> None:
    if account not in tables.accounts:
        raise UnknownName(
            f"{limit} names the account {account!r}, which is not there. The accounts are {', '.join(tables.accounts)}."
        )


def _words(tables: Tables, limits: Limits) -> Iterable[str]:
    for what, names in (("keep", limits.keep), ("don't buy", limits.no_buy), ("don't sell", limits.no_sell)):
        if names:
            yield f"{what} {_listed(names)}"
    if limits.only_buy is not None:
        yield f"buy only {_listed(limits.only_buy)}"
    for account, names in limits.may_buy.items():
        yield f"{account} may also buy {_listed(names)}"
    if limits.whole_shares:
        of = "" if limits.whole_shares is True else f" of {_listed(limits.whole_shares)}"
        but = f", fractions of {_listed(limits.fractional)}" if limits.fractional else ""
        yield f"whole shares{of}{but}" + (", least cash left first" if limits.use_all_cash else "")
    for name, lot in limits.lots.items():
        yield f"{name} in lots of {lot}"
    base = tables.base_currency
    if read_amount(limits.minimum_trade, base):
        yield f"no trade under {limits.minimum_trade} {base}"
    if fee := limits.fee.describe(base):
        yield f"fee per trade {fee}"
    if limits.largest_fee_percent is not None:
        yield f"no trade whose fee is over {limits.largest_fee_percent} % of it"
    if limits.turnover_percent is not None:
        yield f"sell at most {limits.turnover_percent} % of the scope"
    by_account = limits.keep_cash if isinstance(limits.keep_cash, Mapping) else {"every account": limits.keep_cash}
    for account, amount in by_account.items():
        if minor := read_amount(amount, base, "cash to keep"):
            yield f"keep {write_money(from_minor(minor, tables.digits), base)} {base} of cash in {account}"


def _listed(names: bool | Collection[str]) -> str:
    return ", ".join([names] if isinstance(names, str) else sorted(names)) if not isinstance(names, bool) else ""
