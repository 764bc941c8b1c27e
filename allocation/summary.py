"""A scope at a glance."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from allocation import drift as drifts
from allocation.bands import IN_BAND, NO_TARGET
from allocation.money import from_minor, to_minor
from allocation.tables import CASH, Tables


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
    """

    total: float
    cash: float
    base_currency: str
    portfolio_drift: float
    out_of_band: tuple[str, ...]
    classes: int
    oldest_price: datetime.date | None
    oldest_of: str


def summarise(tables: Tables) -> Summary:
    """A scope at a glance, from its tables."""
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
    )


def oldest_price(tables: Tables) -> tuple[datetime.date | None, str]:
    """Date of the oldest price or FX rate that what is held is valued at, and what it is of."""
    held = [asset for asset in tables.asset_rows if len(asset.held_in)]
    dated = [(asset.price_as_of, f"price of {asset.symbol}") for asset in held if asset.price_as_of is not None]
    dated += [(asset.rate_as_of, f"FX rate of {asset.currency}") for asset in held if asset.rate_as_of is not None]
    return min(dated, default=(None, ""))
