"""What a load does that may not be meant: it can be right, so it is asked about, not refused."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb

from allocation.money import write_money

# What a new account holds, beside what each account that the load leaves alone holds now; cash is like any other's.
LOOK_ALIKES = """
WITH fresh AS (
    SELECT account, asset_id, symbol, quantity FROM identified JOIN loads USING (account)
    WHERE loads.account_id IS NULL AND symbol <> 'CASH' AND quantity <> 0
), current AS (
    SELECT account_id, max_by(snapshot_id, as_of) AS snapshot_id FROM snapshots GROUP BY account_id
), others AS (
    SELECT accounts.name AS other, asset_id, quantity
    FROM current JOIN accounts USING (account_id) JOIN holdings USING (snapshot_id) JOIN assets USING (asset_id)
    WHERE symbol <> 'CASH' AND quantity <> 0 AND accounts.name NOT IN (SELECT account FROM loads)
), alike AS (
    SELECT account, other, count(*) AS shared, count(*) FILTER (fresh.quantity = others.quantity) AS same,
        list(symbol ORDER BY fresh.quantity = others.quantity DESC, symbol) AS symbols
    FROM fresh JOIN others USING (asset_id) GROUP BY account, other
)
SELECT account, other, symbols, 1 = (
    SELECT count(DISTINCT i.account) FROM incoming i
    WHERE file IN (SELECT file FROM incoming mine WHERE mine.account = alike.account)) AS alone
FROM alike
WHERE 2 * same >= (SELECT count(*) FROM fresh WHERE fresh.account = alike.account)
    OR (shared >= 2 AND shared = (SELECT count(*) FROM fresh WHERE fresh.account = alike.account)
        AND shared = (SELECT count(*) FROM others WHERE others.other = alike.other))
QUALIFY row_number() OVER (PARTITION BY account ORDER BY same DESC, shared DESC, other) = 1
ORDER BY account
"""

# What an account didn't hold, in another currency than the asset's newest price, and without a price of its own.
QUOTED_ELSEWHERE = """
WITH latest AS (SELECT asset_id, max_by(currency, as_of) AS currency FROM prices GROUP BY asset_id)
SELECT DISTINCT symbol, i.currency, latest.currency
FROM identified i JOIN latest USING (asset_id) JOIN changed_holdings c USING (account, asset_id)
WHERE symbol <> 'CASH' AND price IS NULL AND change = 'new' AND NOT past AND i.currency <> latest.currency
ORDER BY symbol
"""

# What an account held before a history of it begins, the history doesn't have.
CUT_HISTORIES = """
SELECT account, min(begins) AS begins, min(held.as_of) AS held_on
FROM incoming JOIN loads USING (account) JOIN (
    SELECT account_id, s.as_of FROM snapshots s JOIN holdings USING (snapshot_id) JOIN assets USING (asset_id)
    WHERE symbol <> 'CASH' AND quantity <> 0
) held USING (account_id)
WHERE NOT past GROUP BY account HAVING min(begins) > min(held.as_of) ORDER BY account
"""

# Cash of an account that the files have holdings of, but no cash, though they may not list it.
LOST_CASH = """
SELECT account, list((currency, quantity_before) ORDER BY currency)
FROM changed_holdings c JOIN assets USING (asset_id)
WHERE symbol = 'CASH' AND quantity_before <> 0 AND NOT past AND account IN (
    SELECT account FROM incoming GROUP BY account HAVING NOT bool_or(keeps_cash OR symbol = 'CASH'))
GROUP BY account ORDER BY account
"""

# Accounts that lose most of what they hold, and get nothing for it: neither another holding nor cash. A history of
# trades says when it begins instead.
PARTIAL_FILES = """
SELECT account, count(*) FILTER (quantity_before <> 0) AS before,
    list(symbol ORDER BY symbol) FILTER (quantity_before <> 0 AND quantity_after = 0) AS missing
FROM changed_holdings c JOIN assets USING (asset_id)
WHERE symbol <> 'CASH' AND NOT past AND account NOT IN (
    SELECT account FROM changed_holdings JOIN assets USING (asset_id)
    WHERE quantity_after > quantity_before AND (symbol = 'CASH' OR quantity_before = 0)
    UNION ALL SELECT account FROM incoming WHERE begins IS NOT NULL)
GROUP BY account HAVING before >= $least AND 2 * len(missing) > before ORDER BY account
"""

LEAST = 3
"""Holdings of an account, from which on most of them may be missing in a file."""
SHOWN = 3


@dataclass(frozen=True)
class LookAlike:
    """A new account that may be one which is there already, under another name.

    Attributes:
        account: the new one.
        other: the one that holds the same.
        symbols: what both hold.
        alone: whether its file has no other account, so that it can be given another name.
    """

    account: str
    other: str
    symbols: tuple[str, ...]
    alone: bool

    def __str__(self) -> str:
        remedy = f"load it as {self.other}: --account {_quoted(self.other)}, or Account on the page."
        if not self.alone:
            remedy = f"delete {self.other} afterwards: its file names several accounts, so none can be renamed."
        return (
            f"{self.account} is new and holds what {self.other} holds ({_few(self.symbols)}): both count now. "
            f"If it is the same account, {remedy}"
        )


@dataclass(frozen=True)
class QuotedElsewhere:
    """An asset that a file names in another currency than that of its newest price, which it counts at.

    Attributes:
        symbol: what both are called.
        currency: that of the file.
        quoted_in: that of the price.
    """

    symbol: str
    currency: str
    quoted_in: str

    def __str__(self) -> str:
        return (
            f"{self.symbol} is in {self.currency} in the files, which have no price of it, and its newest price is in "
            f"{self.quoted_in}: it counts at that. If they are two shares with one symbol, write the ISIN of one in "
            "the place of its symbol in the file."
        )


@dataclass(frozen=True)
class CutHistory:
    """A history of trades that doesn't reach back to what its account held.

    Attributes:
        account: whose it is.
        begins: the day of its first trade.
        held_on: the first day on which the account is known to have held something.
    """

    account: str
    begins: datetime.date
    held_on: datetime.date

    def __str__(self) -> str:
        return (
            f"{self.account}: the history begins on {self.begins}, and something was held on {self.held_on} already: "
            "what was bought before isn't in it, and counts as sold. Load all years' files together."
        )


@dataclass(frozen=True)
class LostCash:
    """Cash that an account had, and that a file which has its holdings doesn't name.

    Attributes:
        account: whose it was.
        amounts: (currency, amount) of all of it.
    """

    account: str
    amounts: tuple[tuple[str, Decimal], ...]

    def __str__(self) -> str:
        had = " and ".join(f"{write_money(float(amount), currency)} {currency}" for currency, amount in self.amounts)
        currency, amount = self.amounts[0]
        return (
            f"The file says nothing of cash in {self.account}: {had} that was there counts as gone. If it is still "
            "there, load a CSV file that says so together with this one: account,symbol,quantity,price,currency, and "
            f"under it {_cell(self.account)},CASH,{amount.normalize():f},1,{currency}."
        )


@dataclass(frozen=True)
class PartialFile:
    """A file that lacks most of what an account holds, and has nothing in its place.

    Attributes:
        account: whose holdings are missing.
        before: how many there were, without cash.
        symbols: those that are missing.
    """

    account: str
    before: int
    symbols: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.account}: {len(self.symbols)} of its {self.before} holdings are not in the file "
            f"({_few(self.symbols)}), which has neither others nor more cash instead: they count as sold. If it is "
            "only a part of the account, load a file of all of it."
        )


Doubt = LookAlike | QuotedElsewhere | CutHistory | LostCash | PartialFile


def look_alikes(connection: duckdb.DuckDBPyConnection) -> tuple[LookAlike, ...]:
    """New accounts of this load that hold what another holds; asked before the load's snapshots are written."""
    found = connection.execute(LOOK_ALIKES).fetchall()
    return tuple(LookAlike(account, other, tuple(symbols), alone) for account, other, symbols, alone in found)


def quoted_elsewhere(connection: duckdb.DuckDBPyConnection, named: Collection[str]) -> tuple[QuotedElsewhere, ...]:
    """What this load's accounts hold anew and is priced in another currency; asked once all prices are written.

    Parameters:
        named: symbols whose currency the load changes, which is said already.
    """
    found = connection.execute(QUOTED_ELSEWHERE).fetchall()
    return tuple(QuotedElsewhere(symbol, *both) for symbol, *both in found if symbol not in named)


def cut_histories(connection: duckdb.DuckDBPyConnection) -> tuple[CutHistory, ...]:
    """Histories of this load that begin too late; asked before the load's snapshots are written."""
    return tuple(CutHistory(*found) for found in connection.execute(CUT_HISTORIES).fetchall())


def lost_cash(connection: duckdb.DuckDBPyConnection) -> tuple[LostCash, ...]:
    """Cash that this load's files may only not name; asked before the load's snapshots are written."""
    found = connection.execute(LOST_CASH).fetchall()
    return tuple(LostCash(account, tuple(amounts)) for account, amounts in found)


def partial_files(connection: duckdb.DuckDBPyConnection) -> tuple[PartialFile, ...]:
    """Files of this load that may be a part of an account only; asked before the load's snapshots are written."""
    found = connection.execute(PARTIAL_FILES, {"least": LEAST}).fetchall()
    return tuple(PartialFile(account, before, tuple(symbols)) for account, before, symbols in found)


def _few(symbols: Sequence[str]) -> str:
    more = len(symbols) - SHOWN
    return ", ".join(symbols[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _cell(text: str) -> str:
    """A text as one cell of a CSV file."""
    return f'"{text}"' if "," in text else text
