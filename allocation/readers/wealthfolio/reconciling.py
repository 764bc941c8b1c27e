"""The same holdings valued at the same day as Wealthfolio valued them, and the difference."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal

from allocation.money import write_money
from allocation.readers.foreign import EXACT, Remarks, day_of, exact, too_large
from allocation.readers.rates import Rate, convert
from allocation.readers.wealthfolio.accounts import Account
from allocation.readers.wealthfolio.database import Database
from allocation.readers.wealthfolio.generations import Generation
from allocation.readers.wealthfolio.holdings import cash_of
from allocation.readers.wealthfolio.prices import read_quotes, read_rates
from allocation.readers.wealthfolio.snapshots import Held, Position

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
    database: Database, generation: Generation, accounts: list[Account], held: dict[str, Held],
    kept: dict[str, list[Position]], currencies: dict[str, str], valuations: dict[str, Valuation], base: str,
    remarks: Remarks,
) -> None:  # fmt: skip
    """Says by how much Wealthfolio's own total differs from what its holdings, prices and rates of that day give."""
    ours, theirs, days = Decimal(0), Decimal(0), set()
    differences, unknown = [], []
    known: dict[datetime.date, tuple[dict[str, tuple[Decimal, str]], list[Rate]]] = {}
    for account in accounts:
        holds = held.get(account.id)
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
        value = _worth(holds, kept.get(account.id, []), *known[valuation.day], base)
        if value is None or too_large(value) or too_large(valuation.total):
            unknown.append(account.name)
            continue
        ours, theirs = ours + value, theirs + valuation.total
        days.add(valuation.day)
        if abs(value - valuation.total) >= CENT:
            differences.append(f"{account.name} by {_money(valuation.total - value, base)}")
    if days:
        sentence = _sentence(ours, theirs, min(days), max(days), differences, base)
        left_out = any(len(holds.positions) > len(kept.get(key, ())) for key, holds in held.items())
        also = " What is left out may count in Wealthfolio's total." if differences and left_out else ""
        remarks.note(sentence + also)
    if unknown and valuations:
        remarks.note(f"Wealthfolio has no valuation to compare with for: {', '.join(sorted(unknown))}.")
    elif unknown:
        remarks.note("Wealthfolio has stored no valuation, so the total can't be compared with its own.")


def _worth(
    held: Held, kept: list[Position], prices: dict[str, tuple[Decimal, str]], rates: list[Rate], base: str
) -> Decimal | None:
    """The value in the base currency; None where a price or a rate of that day is missing."""
    total = Decimal(0)
    amounts = [(amount, currency) for currency, amount in cash_of(held).items()]
    for position in kept:
        if position.asset not in prices:
            return None
        price, currency = prices[position.asset]
        amounts.append((EXACT.multiply(EXACT.multiply(price, position.multiplier), position.quantity), currency))
    for amount, currency in amounts:
        rate = convert(rates, currency, base)
        if rate is None:
            return None
        total = EXACT.add(total, EXACT.multiply(amount, rate.rate))
    return total


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
