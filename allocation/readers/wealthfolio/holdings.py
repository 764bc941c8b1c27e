"""Positions, prices and cash put together: the rows of a holdings table."""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from allocation.errors import Subject, leave_out
from allocation.money import is_known_currency
from allocation.readers.foreign import DECIMALS, EXACT, Remarks, rounded, shown, too_large, without_price
from allocation.readers.rates import whole_currency
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.assets import Asset
from allocation.readers.wealthfolio.lots import Cost
from allocation.readers.wealthfolio.prices import Quote
from allocation.readers.wealthfolio.snapshots import Held, Position
from allocation.tables import CASH

FINE = Decimal("0.000001")
"""A price may lose this part of it to rounding before anything is said."""


@dataclass(frozen=True)
class Found:
    """Everything about what is held, as it was read."""

    accounts: list[Account]
    held: dict[str, Held]
    assets: dict[str, Asset]
    quotes: dict[str, Quote]
    lots: dict[tuple[str, str], Cost]


def counted(found: Found, today: datetime.date, remarks: Remarks) -> dict[str, list[Position]]:
    """The positions that are part of the portfolio, by account; notes and problems name the others."""
    kept: dict[str, list[Position]] = {}
    for account in found.accounts:
        held = found.held.get(account.id)
        for position in held.only_in_text if held else ():
            if position.asset not in found.assets:
                _say_deleted(position, account, remarks)
        for position in held.positions if held else ():
            if _counts(position, account, found, today, remarks):
                kept.setdefault(account.id, []).append(position)
    return kept


def _counts(
    position: Position, account: Account, found: Found, today: datetime.date, remarks: Remarks
) -> bool:  # fmt: skip
    asset = found.assets.get(position.asset)
    if asset is None:
        _say_deleted(position, account, remarks)
        return False
    quantity = f"{rounded(position.quantity):f}"
    if position.alternative or asset.alternative:
        remarks.note(f"{asset.symbol} in {account.name} is left out: it is no investment that is traded.")
        return False
    if asset.expires and asset.expires < today:
        remarks.note(f"{quantity} {asset.symbol} in {account.name} is left out: it expired on {asset.expires}.")
        return False
    quote = found.quotes.get(position.asset)
    if quote and not quote.price and quote.by_hand:
        remarks.note(f"{quantity} {asset.symbol} in {account.name} is left out: its price was set to 0 by hand.")
        return False
    return True


def _say_deleted(position: Position, account: Account, remarks: Remarks) -> None:
    remarks.note(
        f"{rounded(position.quantity):f} of an asset that was deleted in Wealthfolio ({shown(position.asset)}) "
        f"in {account.name} is left out: it has no symbol and no price."
    )


def position_rows(
    kept: dict[str, list[Position]], found: Found, classes: dict[str, str | None], remarks: Remarks
) -> list[dict[str, Any]]:
    """Positions as rows of a holdings table.

    Parameters:
        kept: positions by account.
        classes: asset → the one class it is wholly in.
    """
    rows = []
    several = Counter((key, position.asset) for key, positions in kept.items() for position in positions)
    for account in found.accounts:
        for position in kept.get(account.id, ()):
            if several[account.id, position.asset] > 1:
                remarks.wrong(0, "symbol", found.assets[position.asset].symbol, f"stands twice in {account.name}.")
                continue
            row = _position_row(position, account, found, remarks)
            if row:
                rows.append(row | {"asset_class": classes.get(position.asset)})
    if unpriced := [str(row["symbol"]) for row in rows if row["price"] is None]:
        remarks.note(without_price(unpriced))
    return rows


def _position_row(position: Position, account: Account, found: Found, remarks: Remarks) -> dict[str, Any] | None:
    asset, quote = found.assets[position.asset], found.quotes.get(position.asset)
    currency = quote.currency if quote else whole_currency(asset.currency)[0]
    if not is_known_currency(currency):
        remedy = f"is no currency code ({asset.symbol}). Correct the currency of {asset.symbol} in Wealthfolio."
        remarks.wrong(0, "currency", currency, remedy)
        return None
    price, quantity = _price(asset, position, quote, remarks), rounded(position.quantity)
    if not _fits(asset, account, quantity, price, remarks):
        return None
    if quantity != position.quantity:
        remarks.note(f"Quantities with more than {DECIMALS} decimals are rounded to {DECIMALS}.")
    return {
        "account": account.name,
        "symbol": asset.symbol,
        "quantity": quantity,
        "price": price,
        "currency": currency,
        "name": asset.name,
        "cost_basis": _cost_basis(position, account, asset, found.lots.get((account.id, asset.id)), currency, remarks),
        "as_of": quote.day if quote else found.held[account.id].day,
    }


def _price(asset: Asset, position: Position, quote: Quote | None, remarks: Remarks) -> Decimal | None:
    """The price of one unit here; None where the file has none."""
    if quote is None:
        if position.multiplier != 1:
            remarks.note(
                f"A unit of {asset.symbol} is {position.multiplier:f} shares: its price is that of all of them."
            )
        return None
    # One contract is so many shares: its price is that of all of them.
    full = EXACT.multiply(quote.price, position.multiplier)
    price = rounded(full)
    if abs(price - full) > full * FINE:
        remarks.note(
            f"The price of {asset.symbol} is rounded to {DECIMALS} decimals: {price:f} for {full.normalize():f}."
        )
    return price


def _fits(asset: Asset, account: Account, quantity: Decimal, price: Decimal | None, remarks: Remarks) -> bool:
    if quantity < 0:
        remedy = f"is sold short in {account.name} ({quantity:f}), and only what is owned can be loaded. " + leave_out(
            asset.symbol
        )
        remarks.wrong(0, "quantity", asset.symbol, remedy, Subject(account.name, asset.symbol, f"{quantity:f}"))
    elif price is not None and price <= 0:
        remedy = f"has the price {price:f} ({account.name}). Correct it in Wealthfolio, then export again."
        remarks.wrong(0, "price", asset.symbol, remedy)
    elif any(map(too_large, (quantity, price or Decimal(0), EXACT.multiply(quantity, price or Decimal(1))))):
        remarks.wrong(0, "quantity", asset.symbol, f"is worth more than can be right ({account.name}).")
    else:
        return bool(quantity)
    return False


def _cost_basis(
    position: Position, account: Account, asset: Asset, lots: Cost | None, price_currency: str, remarks: Remarks
) -> Decimal | None:
    cost, written = position.cost_basis, position.currency
    if lots and lots.covers(position.quantity):
        cost, written = lots.cost_basis, lots.currency or position.currency
    # Wealthfolio writes 0 where it doesn't know.
    if not cost or cost < 0:
        return None
    currency, parts = whole_currency(written or asset.currency)
    if currency != price_currency:
        remarks.note(
            f"What {asset.symbol} in {account.name} has cost is left out: it is in {shown(currency)}, its price in "
            f"{price_currency}."
        )
        return None
    cost = rounded(EXACT.divide(cost, parts))
    return None if too_large(cost) else cost


def cash_rows(found: Found, cash_class: str | None, until: dict[str, datetime.date], remarks: Remarks) -> list[Any]:
    """Cash of each account and currency as rows of a holdings table.

    Parameters:
        cash_class: the class cash is in.
        until: account → the day its figures are of.
    """
    rows = []
    for account in found.accounts:
        held = found.held.get(account.id)
        for currency, amount in sorted(cash_of(held).items()) if held else ():
            if not is_known_currency(currency):
                remarks.wrong(0, "currency", currency, f"is no currency code (cash in {account.name}).")
            elif too_large(amount):
                remarks.wrong(0, "quantity", amount, f"is more cash than can be right ({account.name}).")
            elif rounded(amount):
                rows.append(
                    {
                        "account": account.name,
                        "symbol": CASH,
                        "quantity": rounded(amount),
                        "price": Decimal(1),
                        "currency": currency,
                        "name": f"Cash {currency}",
                        "asset_class": cash_class,
                        "cost_basis": None,
                        "as_of": until[account.id],
                    }
                )
    return rows


def cash_of(held: Held) -> dict[str, Decimal]:
    """Cash by whole currency: pence are pounds."""
    cash: dict[str, Decimal] = {}
    for written, amount in held.cash.items():
        currency, parts = whole_currency(written)
        cash[currency] = cash.get(currency, Decimal(0)) + EXACT.divide(amount, parts)
    return cash
