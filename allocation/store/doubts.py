"""What a load does that may not be meant: it can be right, so it is asked about, not refused."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass

import duckdb

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
        more = len(self.symbols) - SHOWN
        listed = ", ".join(self.symbols[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        remedy = f"load it as {self.other}: --account {_quoted(self.other)}, or Account on the page."
        if not self.alone:
            remedy = f"delete {self.other} afterwards: its file names several accounts, so none can be renamed."
        return (
            f"{self.account} is new and holds what {self.other} holds ({listed}): both count now. "
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


Doubt = LookAlike | QuotedElsewhere | CutHistory


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


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
