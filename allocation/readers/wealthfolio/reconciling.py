"""The same holdings valued at the same day as Wealthfolio valued them, and the difference."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from allocation.money import write_money
from allocation.readers.foreign import EXACT, Remarks, day_of, exact, too_large
from allocation.readers.rates import Rate, convert
from allocation.readers.wealthfolio.assets import Asset
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.generations import Generation
from allocation.readers.wealthfolio.holdings import Found, cash_of
from allocation.readers.wealthfolio.prices import read_quotes, read_rates
from allocation.readers.wealthfolio.snapshots import Held, Position
from allocation.text import listed

CENT = Decimal("0.01")

VALUATIONS = """
SELECT account_id, {day} AS day, {total} AS total FROM (
    SELECT *, row_number() OVER (PARTITION BY account_id ORDER BY {day} DESC) AS place
    FROM {table} WHERE {day} <= ?
) WHERE place = 1
"""


@dataclass(frozen=True)
class Valuation:
    """What an account was worth in the base currency, by Wealthfolio's own calculation."""

    day: datetime.date
    total: Decimal


def read_valuations(database: Database, day: datetime.date) -> dict[str, Valuation]:
    """The latest valuation of each account on or before a day, by the account's id."""
    if database.has("daily_account_valuation", "account_id", "valuation_date", "total_value", "fx_rate_to_base"):
        table, column, rate = "daily_account_valuation", "valuation_date", "fx_rate_to_base"
    elif database.has("portfolio_history", "account_id", "date", "total_value", "exchange_rate"):
        table, column, rate = "portfolio_history", "date", "exchange_rate"
    else:
        return {}
    in_base = database.has(table, "total_value_base")
    total = f"CASE WHEN {'total_value_base IS NOT NULL' if in_base else 'false'} THEN " + (
        f"{'total_value_base' if in_base else 'NULL'} ELSE total_value END"
    )
    statement = VALUATIONS.format(table=table, day=column, total=total)
    statement = statement.replace(" AS total FROM", f" AS total, {rate} AS rate FROM")
    found = {}
    for row in database.select(statement, (day.isoformat(),)):
        valued, number, factor = day_of(row["day"]), exact(row["total"]), exact(row["rate"])
        if valued is None or number is None or (factor is None and not in_base):
            continue
        value = number if in_base or factor is None else EXACT.multiply(number, factor)
        found[str(row["account_id"])] = Valuation(valued, value)
    return found


def reconcile(
    database: Database, generation: Generation, found: Found, kept: dict[str, list[Position]],
    valuations: dict[str, Valuation], base: str, remarks: Remarks,
) -> None:  # fmt: skip
    """Says by how much Wealthfolio's own total differs from what its holdings, prices and rates of that day give."""
    ours, theirs, days = Decimal(0), Decimal(0), set()
    differences, unknown = [], []
    currencies = {asset.id: asset.currency for asset in found.assets.values()}
    known: dict[datetime.date, tuple[dict[str, tuple[Decimal, str]], list[Rate]]] = {}
    for account in found.accounts:
        holds = found.held.get(account.id)
        valuation = valuations.get(account.id)
        if holds is None:
            continue
        if valuation is None or holds.day > valuation.day:
            unknown.append(account.name)
            continue
        if valuation.day not in known:
            quotes = read_quotes(database, generation, currencies, valuation.day)
            priced = {asset: (quote.price, quote.currency) for asset, quote in quotes.items()}
            known[valuation.day] = priced, read_rates(database, generation, valuation.day)
        positions = kept.get(account.id, [])
        value, lacking = _worth(holds, positions, *known[valuation.day], found.assets, base)
        if lacking:
            total = f"Wealthfolio's own total of {valuation.day}, {_money(valuation.total, base)}"
            why = f"the file has no {' and no '.join(lacking)} up to that day"
            remarks.note(f"{account.name}: {total}, can't be compared: {why}.")
            continue
        if too_large(value) or too_large(valuation.total):
            unknown.append(account.name)
            continue
        ours, theirs = ours + value, theirs + valuation.total
        days.add(valuation.day)
        if abs(value - valuation.total) >= CENT:
            differences.append(f"{account.name} by {_money(valuation.total - value, base)}")
    if days:
        sentence = _sentence(ours, theirs, min(days), max(days), differences, base)
        left_out = any(len(holds.positions) > len(kept.get(key, ())) for key, holds in found.held.items())
        also = " What is left out may count in Wealthfolio's total." if differences and left_out else ""
        remarks.note(sentence + also)
    if unknown and valuations:
        remarks.note(f"Wealthfolio has no valuation to compare with for: {listed(sorted(unknown))}.")
    elif unknown:
        remarks.note("Wealthfolio has stored no valuation, so the total can't be compared with its own.")


def _worth(
    held: Held, kept: list[Position], prices: dict[str, tuple[Decimal, str]], rates: list[Rate],
    assets: dict[str, Asset], base: str,
) -> tuple[Decimal, list[str]]:  # fmt: skip
    """The value in the base currency, and which prices and rates of that day are missing in it, in words."""
    total = Decimal(0)
    unpriced, unrated = [], []
    amounts = [(amount, currency) for currency, amount in cash_of(held).items()]
    for position in kept:
        if position.asset not in prices:
            unpriced.append(assets[position.asset].symbol)
            continue
        price, currency = prices[position.asset]
        amounts.append((EXACT.multiply(EXACT.multiply(price, position.multiplier), position.quantity), currency))
    for amount, currency in amounts:
        rate = convert(rates, currency, base)
        if rate is None:
            unrated.append(f"{currency} in {base}")
            continue
        total = EXACT.add(total, EXACT.multiply(amount, rate.rate))
    lacking = [f"price of {listed(sorted(set(unpriced)))}"] * bool(unpriced)
    return total, lacking + [f"FX rate of {listed(sorted(set(unrated)))}"] * bool(unrated)


def _sentence(
    ours: Decimal, theirs: Decimal, first: datetime.date, last: datetime.date, differences: list[str], base: str
) -> str:
    days = f"{last}" if first == last else f"{first} to {last}"
    start = f"Wealthfolio's own total of {days} is {_money(theirs, base)}; the holdings read here are worth"
    if not differences:
        return f"{start} the same at that day's prices."
    return (
        f"{start} {_money(ours, base)} at that day's prices, a difference of {_money(theirs - ours, base)}: "
        f"{', '.join(differences)}."
    )


def _money(amount: Decimal, base: str) -> str:
    return f"{write_money(float(amount), base)} {base}"
