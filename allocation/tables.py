"""What the store hands on: a portfolio, or one account of it, as plain tables at one moment.

Everything after this point (drift, plans, charts, exports) is a function of these tables alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from allocation.bands import FIVE_25, Band
from allocation.errors import NoNetValue, UnknownName
from allocation.measures import Measures
from allocation.money import from_minor, minor_digits, to_minor
from allocation.percents import Percent, as_percent, as_weight, shared_by_class
from allocation.triggers import DRIFT, Trigger

ALL = "all"
UNCLASSIFIED = "Unclassified"
SEVERAL_CLASSES = "Several classes"
CASH = "CASH"

Named = str | tuple[str, str]
"""A strategy: its name, or (scope, name) for one of another scope."""


@dataclass(frozen=True)
class Targets:
    """Targets of both levels as a person writes them.

    Attributes:
        classes: class → percent of the scope (0–100).
        holdings: class → symbol → percent of the class (0–100); a class that isn't here has no holding targets. Cash
            is called ``CASH EUR``.
    """

    classes: Mapping[str, Percent]
    holdings: Mapping[str, Mapping[str, Percent]] = field(default_factory=dict)

    @property
    def by_name(self) -> dict[str, Percent]:
        """Both levels in one: ``Bonds``, and ``Bonds › BND`` for a holding in it."""
        named: dict[str, Percent] = {}
        for name in [*self.classes, *(name for name in self.holdings if name not in self.classes)]:
            if name in self.classes:
                named[name] = self.classes[name]
            named |= {f"{name} › {symbol}": percent for symbol, percent in self.holdings.get(name, {}).items()}
        return named


@dataclass(frozen=True)
class Strategy:
    """The targets that hold for a scope.

    Attributes:
        strategy_id: its number in the store; None for an account that has never had its own.
        name: such as "All Portfolio".
        scope: ``all`` or the account it was made for.
        inherited: True where an account without a strategy of its own uses the whole portfolio's.
        class_targets: ``asset_class``, ``target_percent`` (0–100, of the scope's value).
        holding_targets: ``asset_class``, ``asset_id``, ``symbol``, ``currency``, ``name``, ``target_percent``
            (0–100, of the class).
        saved_by: who saved its targets, bands or trigger last; None where it isn't known.
        saved_at: when (UTC).
        band: how far a weight may stray from its target.
        class_bands: bands of their own, by class; they hold for the class and its holdings.
        trigger: when a rebalance is due.
        active: whether its scope is measured against it.
        archived: whether it is put aside.
        targets_of: the day its targets were saved, where they are those of an earlier day; None: as saved now.
        assumed_before: where it isn't known that it was active on that earlier day: the day since which that is known.
        bands_instead: what stands in for bands of an earlier day that weren't kept: ``those of today`` or ``5/25``.
        in_force: which targets of an earlier day they are, and what isn't known of them, in sentences.
    """

    strategy_id: int | None
    name: str
    scope: str
    inherited: bool
    class_targets: pd.DataFrame
    holding_targets: pd.DataFrame
    saved_by: str | None = None
    saved_at: datetime.datetime | None = None
    band: Band = FIVE_25
    class_bands: Mapping[str, Band] = field(default_factory=dict)
    trigger: Trigger = DRIFT
    active: bool = True
    archived: bool = False
    targets_of: datetime.date | None = None
    assumed_before: datetime.date | None = None
    bands_instead: str = ""
    in_force: str = ""

    @property
    def measures(self) -> Measures:
        """Its bands and its trigger."""
        return Measures(self.band, self.class_bands, self.trigger)

    def band_of(self, asset_class: str) -> Band:
        """The band of a class and of its holdings."""
        return self.class_bands.get(asset_class, self.band)

    @cached_property
    def class_weights(self) -> dict[str, Fraction]:
        """Target weight (0–1, exact) of each class."""
        return {
            str(name): as_weight(percent)
            for name, percent in zip(
                self.class_targets["asset_class"], self.class_targets["target_percent"], strict=True
            )
        }

    @cached_property
    def holding_weights(self) -> dict[str, dict[int, Fraction]]:
        """Per class that has holding targets: weight within the class (0–1, exact) of each ``asset_id``."""
        weights: dict[str, dict[int, Fraction]] = {}
        table = self.holding_targets
        for name, asset_id, percent in zip(
            table["asset_class"], table["asset_id"], table["target_percent"], strict=True
        ):
            weights.setdefault(str(name), {})[int(asset_id)] = as_weight(percent)
        return weights

    @property
    def last_saved(self) -> str:
        """Who saved the targets last and when, such as ``by Ann in the dashboard at 18:03 on 2026-11-22``."""
        by = f"by {self.saved_by} " if self.saved_by else ""
        when = self.saved_at and self.saved_at.replace(tzinfo=datetime.UTC).astimezone()
        return f"{by}at {when:%H:%M on %Y-%m-%d}" if when else by.strip()

    @property
    def class_percents(self) -> dict[str, Decimal]:
        """Target percent (0–100) of each class."""
        return {name: as_percent(weight) for name, weight in self.class_weights.items()}

    @property
    def holding_percents_by_id(self) -> dict[str, dict[int, Decimal]]:
        """Per class that has holding targets: percent of the class (0–100) of each ``asset_id``."""
        return {
            name: {asset_id: as_percent(weight) for asset_id, weight in within.items()}
            for name, within in self.holding_weights.items()
        }

    @property
    def targets(self) -> Targets:
        """Both levels, in percent (0–100, exact)."""
        within = {name: self.holding_percents(name) for name in self.class_weights}
        return Targets(self.class_percents, {name: percents for name, percents in within.items() if percents})

    def holding_percents(self, asset_class: str) -> dict[str, Decimal]:
        """Target percent (0–100) of each holding of a class, by its symbol; cash is called ``CASH EUR``."""
        table = self.holding_targets[self.holding_targets["asset_class"] == asset_class]
        names = (called(*row) for row in zip(table["symbol"], table["currency"], strict=True))
        return dict(zip(names, (as_percent(as_weight(percent)) for percent in table["target_percent"]), strict=True))


class Asset(NamedTuple):
    """A row of :attr:`Tables.assets`; ``value`` is in minor units."""

    asset_id: int
    symbol: str
    name: str
    asset_class: str
    currency: str
    price: float
    rate: float
    price_as_of: datetime.date | None
    rate_as_of: datetime.date | None
    held_in: list[str]
    value: int

    @property
    def is_cash(self) -> bool:
        return self.symbol == CASH

    @property
    def called(self) -> str:
        return called(self.symbol, self.currency)

    @property
    def price_in_base(self) -> float:
        """The price of one share in the base currency."""
        return self.price * self.rate


class Position(NamedTuple):
    """A row of :attr:`Tables.holdings`; ``value`` is in minor units."""

    account: str
    asset_id: int
    symbol: str
    currency: str
    quantity: float
    value: int


@dataclass(frozen=True)
class Tables:
    """A portfolio, or one account, valued at its latest prices.

    Attributes:
        scope: ``all`` or the account's name.
        base_currency: ISO 4217 code that all values are in.
        accounts: names of all accounts of the portfolio.
        holdings: one row an account and asset: ``account``, ``account_type``, ``asset_id``, ``symbol``, ``name``,
            ``asset_class``, ``currency`` (of the price), ``quantity``, ``price`` (in ``currency``),
            ``price_as_of``, ``rate`` (base currency per unit of ``currency``), ``rate_as_of``, ``value``,
            ``cost_basis`` (in ``currency``, missing where unknown).
        assets: one row an asset held in the scope or named by its holding targets: ``asset_id``, ``symbol``,
            ``name``, ``asset_class``, ``currency``, ``price``, ``price_as_of``, ``rate``, ``rate_as_of``,
            ``value`` (over the scope's accounts), ``held_in`` (list of account names).
        strategy: the targets that hold for the scope.
        spans: of each ``asset_id`` that belongs to several classes (its ``asset_class`` is
            :data:`SEVERAL_CLASSES`): class → part of its value (0–1, exact), adding up to 1.
        stale_after: prices and rates that are older than so many days are to be marked.
    """

    scope: str
    base_currency: str
    accounts: tuple[str, ...]
    holdings: pd.DataFrame
    assets: pd.DataFrame
    strategy: Strategy
    spans: Mapping[int, Mapping[str, Fraction]] = field(default_factory=dict)
    stale_after: int = 7

    def under(self, targets: Targets) -> Tables:
        """The same, measured against other targets: what editing them would do, before anything is saved.

        Parameters:
            targets: each level adding up to 100; holdings are among ``assets``.

        Raises:
            UnknownName: a holding isn't.
        """
        rows = {
            called(symbol, currency): (asset_id, symbol, currency, name)
            for asset_id, symbol, currency, name in zip(
                *(self.assets[column] for column in ("asset_id", "symbol", "currency", "name")), strict=True
            )
        }
        within = []
        for asset_class, percents in targets.holdings.items():
            for symbol, percent in percents.items():
                if symbol not in rows:
                    raise UnknownName(f"{symbol} is neither held in {self.scope} nor has it a target there.")
                within.append((asset_class, *rows[symbol], float(percent)))
        classes = sorted(((name, float(percent)) for name, percent in targets.classes.items()), key=_largest_first)
        held = sorted(within, key=lambda row: (row[0], -row[-1], row[2], row[3]))
        columns = ["asset_class", "asset_id", "symbol", "currency", "name", "target_percent"]
        strategy = replace(
            self.strategy,
            class_targets=pd.DataFrame(classes, columns=["asset_class", "target_percent"]),
            holding_targets=pd.DataFrame(held, columns=columns),
        )
        return replace(self, strategy=strategy)

    @cached_property
    def in_order(self) -> Tables:
        """The same, by name: what is calculated from it can't depend on the order that things were loaded in."""
        strategy = replace(
            self.strategy,
            class_targets=_sorted(self.strategy.class_targets, "asset_class"),
            holding_targets=_sorted(self.strategy.holding_targets, "asset_class", "symbol", "currency"),
        )
        return replace(
            self,
            holdings=_sorted(self.holdings, "account", "symbol", "currency"),
            assets=_sorted(self.assets, "symbol", "currency"),
            strategy=strategy,
        )

    @cached_property
    def digits(self) -> int:
        """Decimals of the base currency's minor unit."""
        return minor_digits(self.base_currency)

    @cached_property
    def asset_rows(self) -> tuple[Asset, ...]:
        """The rows of ``assets``."""
        values = [to_minor(value, self.digits) for value in self.assets["value"].tolist()]
        rows = zip(*(self.assets[column].tolist() for column in Asset._fields[:-1]), values, strict=True)
        return tuple(Asset(int(row[0]), *row[1:]) for row in rows)

    @cached_property
    def positions(self) -> tuple[Position, ...]:
        """The rows of ``holdings``."""
        values = [to_minor(value, self.digits) for value in self.holdings["value"].tolist()]
        rows = zip(*(self.holdings[column].tolist() for column in Position._fields[:-1]), values, strict=True)
        return tuple(Position(row[0], int(row[1]), *row[2:]) for row in rows)

    @cached_property
    def asset_values(self) -> list[int]:
        """Value of each row of ``assets``, in minor units."""
        return [asset.value for asset in self.asset_rows]

    @cached_property
    def values(self) -> Mapping[int, int]:
        """Value of each asset, in minor units."""
        return {asset.asset_id: asset.value for asset in self.asset_rows}

    @cached_property
    def class_of(self) -> dict[int, str]:
        """The class of each asset."""
        return {asset.asset_id: asset.asset_class for asset in self.asset_rows}

    @property
    def place(self) -> str:
        """The account that everything is in; empty where there are several."""
        if self.scope != ALL:
            return self.scope
        return self.accounts[0] if len(self.accounts) == 1 else ""

    @cached_property
    def _held(self) -> frozenset[int]:
        return frozenset(asset.asset_id for asset in self.asset_rows if len(asset.held_in))

    def is_held(self, asset_id: int) -> bool:
        """Whether any account of the scope holds an asset."""
        return asset_id in self._held

    @cached_property
    def class_values(self) -> dict[str, int]:
        """Value of each class that holds anything, in minor units."""
        values: dict[str, int] = {}
        for asset in self.asset_rows:
            if len(asset.held_in):
                for part, amount in self.by_class(asset.asset_id, asset.asset_class, asset.value).items():
                    values[part] = values.get(part, 0) + amount
        return values

    def by_class(self, asset_id: int, asset_class: str, amount: int) -> dict[str, int]:
        """An amount of an asset (minor units) by the classes it belongs to, adding up to the amount."""
        weights = self.spans.get(asset_id)
        return {asset_class: amount} if weights is None else shared_by_class(weights, amount)

    @cached_property
    def total(self) -> int:
        """Value of the scope, in minor units.

        Raises:
            NoNetValue: there are debts, and they are as large as the rest, so nothing has a weight.
        """
        total = sum(self.asset_values)
        if total < 0 or (not total and any(self.asset_values)):
            raise NoNetValue(
                f"What is owed is as much as what is held: the values add up to {from_minor(total, self.digits):,} "
                f"{self.base_currency}. There are no weights of such a sum. Choose another scope, or check the "
                "negative amounts of CASH."
            )
        return total


def _largest_first(row: tuple[str, float]) -> tuple[float, str]:
    return -row[1], row[0]


def _sorted(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    keys = list(zip(*(table[column] for column in columns), strict=True))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return table if order == list(range(len(keys))) else table.iloc[order].reset_index(drop=True)


def called(symbol: str, currency: str) -> str:
    """What a person calls an asset: its symbol, and for cash its currency too."""
    return f"{symbol} {currency}" if symbol == CASH else symbol


def symbol_and_currency(name: str) -> tuple[str, str | None]:
    """What :func:`called` has put together: ``"CASH EUR"`` is the cash held in EUR; any other symbol is itself."""
    words = name.split()
    return (CASH, words[1]) if len(words) == 2 and words[0] == CASH else (name, None)
