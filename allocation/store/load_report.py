"""What a load changed, or what it would change."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from allocation.store.changes import Changes
from allocation.store.doubts import Doubt


@dataclass(frozen=True)
class LoadReport:
    """What a load changed.

    Attributes:
        accounts, assets, holdings, prices, fx_rates, targets: rows added or changed.
        class_weights: parts of assets in classes that were added, changed or removed.
        snapshots: dates added to an account's history.
        sold: (account, symbol) of holdings that the files no longer have; earlier snapshots keep them.
        removed: (account, symbol) of holdings that a snapshot of the same date had, which the files correct.
        days: (account, date) of each account in the files: the day that its holdings are of, as a snapshot keeps them.
            The files say it; where one account has several days, its newest; today where they say none.
        past: (account, date, newest date) of what is of an earlier date than what the account holds now, which stays.
        corrected: prices and FX rates of earlier dates that are others now, so that values of those dates change.
        inactive: (scope, strategy) of the targets that belong to a strategy which isn't active.
        bought: (account, symbol, quantity) of holdings that the account didn't have.
        changed_quantities: (account, symbol, quantity before, quantity after).
        same_names: (symbol, symbol) of assets that are new, and of others that are called the same and may be the same.
        unpriced: symbols of what is held and has no price yet, so that it can't be valued.
        unrated: (currency, base currency) of what is held or quoted in a currency that has no FX rate yet, so that it
            can't be valued.
        new_currencies: (symbol, currency before, currency after) of assets that were known in another currency.
        doubts: what may not be meant: a new account that may be another one, a symbol that may be two, a history of
            trades that lacks its beginning, cash that the files don't name, files that may be a part only.
        totals: of a preview, (account, value before, value after) in the base currency, of every account that is loaded
            or changes; None where it can't be valued.
        changes: of a preview, what would be another, row by row; None of a load.
        notes: what a person should know about the files.
        left_out: what the files have and was left out because that was said, a sentence each.
        files: what each file is.
        taxonomies: the taxonomies of the file that classes are from, or could be.
        taxonomy: the one of them that was taken; None where none was.
    """

    accounts: int = 0
    assets: int = 0
    holdings: int = 0
    prices: int = 0
    fx_rates: int = 0
    targets: int = 0
    class_weights: int = 0
    snapshots: int = 0
    sold: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    days: tuple[tuple[str, datetime.date], ...] = ()
    past: tuple[tuple[str, datetime.date, datetime.date], ...] = ()
    corrected: int = 0
    inactive: tuple[tuple[str, str], ...] = ()
    bought: tuple[tuple[str, str, Decimal], ...] = ()
    changed_quantities: tuple[tuple[str, str, Decimal, Decimal], ...] = ()
    same_names: tuple[tuple[str, str], ...] = ()
    unpriced: tuple[str, ...] = ()
    unrated: tuple[tuple[str, str], ...] = ()
    new_currencies: tuple[tuple[str, str, str], ...] = ()
    doubts: tuple[Doubt, ...] = ()
    totals: tuple[tuple[str, float | None, float | None], ...] = ()
    # Tables have no equality that could be asked for.
    changes: Changes | None = field(default=None, repr=False, compare=False)
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    taxonomies: tuple[str, ...] = ()
    taxonomy: str | None = None

    @property
    def changed(self) -> bool:
        """Whether anything in the portfolio is different from before."""
        return any(
            (self.accounts, self.assets, self.holdings, self.prices, self.fx_rates, self.targets, self.class_weights,
             self.snapshots, self.sold, self.removed)
        )  # fmt: skip

    @property
    def warnings(self) -> list[str]:
        """A sentence for each thing that may not be meant: it is asked about before anything is written."""
        return [*self.currency_warnings, *map(str, self.doubts)]

    @property
    def currency_warnings(self) -> list[str]:
        """A sentence for each asset that was known in another currency."""
        return [
            f"{symbol} changes its currency from {before} to {after}: its prices count as {after}. If they aren't, "
            f"correct the currency."
            for symbol, before, after in self.new_currencies
        ]
