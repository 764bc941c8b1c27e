"""A scope at a glance."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from allocation import drift as drifts
from allocation.bands import IN_BAND, NO_TARGET
from allocation.money import from_minor, to_minor
from allocation.tables import CASH, Tables

LISTED = 5


@dataclass(frozen=True)
class Summary:
    """A scope at a glance.

    Attributes:
        total: value, in the base currency.
        cash: value of what is held as CASH, in the base currency.
        portfolio_drift: Σ|weight − target| / 2 (0–1); NaN for an empty portfolio or one without targets.
        out_of_band: names of the classes outside their band, largest drift first.
        classes: how many classes have a target.
        oldest_price: date of the oldest price or FX rate in use; None where there is none.
        oldest_of: what that price or rate is of.
        stale: (what, date) of each price and rate in use that is older than the portfolio's limit, oldest first.
        stale_after: that limit, in days.
    """

    total: float
    cash: float
    base_currency: str
    portfolio_drift: float
    out_of_band: tuple[str, ...]
    classes: int
    oldest_price: datetime.date | None
    oldest_of: str
    stale: tuple[tuple[str, datetime.date], ...] = ()
    stale_after: int = 7

    @property
    def warning(self) -> str:
        """What is too old among the prices and rates in use, as a sentence; empty where nothing is."""
        if not self.stale:
            return ""
        listed = ", ".join(f"{what} ({as_of})" for what, as_of in self.stale[:LISTED])
        more = f" and {len(self.stale) - LISTED} more" if len(self.stale) > LISTED else ""
        return f"Older than {self.stale_after} days: {listed}{more}."


def summarise(tables: Tables, on: datetime.date | None = None) -> Summary:
    """A scope at a glance, from its tables.

    Parameters:
        on: the day that the age of prices and rates is counted to; without one, none is called too old.
    """
    table, assets = drifts.by_class(tables), tables.assets[tables.assets["held_in"].map(len) > 0]
    cash = assets.loc[assets["symbol"] == CASH, "value"].sum()
    when, what = oldest_price(tables)
    return Summary(
        total=from_minor(tables.total, tables.digits),
        cash=from_minor(to_minor(cash, tables.digits), tables.digits),
        base_currency=tables.base_currency,
        portfolio_drift=drifts.portfolio_drift(tables),
        out_of_band=tuple(table.loc[~table["status"].isin([IN_BAND, NO_TARGET]), "asset_class"]),
        classes=int(table["target_weight"].notna().sum()),
        oldest_price=when,
        oldest_of=what,
        stale=() if on is None else _older(tables, on - datetime.timedelta(tables.stale_after)),
        stale_after=tables.stale_after,
    )


def oldest_price(tables: Tables) -> tuple[datetime.date | None, str]:
    """Date of the oldest price or FX rate that what is held is valued at, and what it is of."""
    return min(_dated(tables), default=(None, ""))


def _older(tables: Tables, than: datetime.date) -> tuple[tuple[str, datetime.date], ...]:
    return tuple((what, when) for when, what in sorted(set(_dated(tables))) if when < than)


def _dated(tables: Tables) -> list[tuple[datetime.date, str]]:
    """The date of each price and FX rate that what is held is valued at, and what it is of."""
    held = [asset for asset in tables.asset_rows if len(asset.held_in)]
    dated = [(asset.price_as_of, f"price of {asset.symbol}") for asset in held if asset.price_as_of is not None]
    dated += [(asset.rate_as_of, f"FX rate of {asset.currency}") for asset in held if asset.rate_as_of is not None]
    return dated
