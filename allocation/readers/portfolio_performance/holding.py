"""What is held by a :class:`Client`: shares and cash by account, and under which symbol."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

import pandas as pd

from allocation.errors import Subject, leave_out
from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.found import Findings, Holding
from allocation.readers.portfolio_performance.corporate_actions import book, title
from allocation.readers.portfolio_performance.model import CashMove, Client, Security, ShareMove
from allocation.tables import CASH
from allocation.targets import plain
from allocation.text import not_taken


class Held:
    """The holdings of a client on a day.

    A cash account that is the reference account of exactly one securities account is that account's cash, as at a
    bank; any other is an account of its own. Later transactions are left out, as in the program's own statement.

    Attributes:
        shares: (securities account, security) → shares in 10**-8, without those that are sold.
        cash: cash account → balance in hundredths, without empty ones.
        symbols: security → symbol.
        found: what is wrong, and what should be known.
    """

    def __init__(self, client: Client, file: str, today: datetime.date) -> None:
        self._client, self._today = client, today
        self.found = Findings(file, today=today)
        self._actions = book(client, self.found)
        self.shares = self._sum_of_shares()
        self.cash = self._sum_of_cash()
        self._note_later()
        self.symbols = self._symbols()
        self._accounts = self._account_names()

    def currency_of_cash(self, account: str) -> str:
        """The currency a cash account's balance is held in here: GBP for one in pence."""
        code = self._client.cash_accounts[account].currency
        return HUNDREDTHS.get(code, code)

    def table(self) -> pd.DataFrame:
        """The holdings, one row an account and asset, as :func:`~allocation.readers.read_holdings` gives them."""
        for held, shares in self.shares.items():
            self._add_shares(*held, shares)
        for account, hundredths in self.cash.items():
            self._add_cash(account, hundredths)
        self._note_quotes()
        self._note_splits()
        self._note_actions()
        self._note_retired()
        self._note_joined()
        places = {name: place for place, name in enumerate(dict.fromkeys(self._accounts.values()))}
        table = self.found.table().sort_values("account", key=lambda names: names.map(places), kind="stable")
        return table.assign(row=list(range(1, len(table) + 1))).reset_index(drop=True)

    def _sum_of_shares(self) -> dict[tuple[str, str], int]:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for move in self._client.share_moves:
            if move.day <= self._today:
                sums[move.account, move.security] += move.shares
        for (account, security), shares in sums.items():
            if shares < 0:
                owner, name = self._client.securities_accounts[account].name, self._client.securities[security].name
                about = Subject(owner, name, f"{_exact(shares, 8):f}")
                remedy = f"has {about.quantity} shares in {owner}. Add the purchase or delivery that is missing. "
                self.found.wrong(0, "security", name, remedy + leave_out(name), about)
        return {held: shares for held, shares in sums.items() if shares > 0}

    def _sum_of_cash(self) -> dict[str, int]:
        sums: defaultdict[str, int] = defaultdict(int)
        wrong: set[str] = set()
        for move in self._client.cash_moves:
            account = self._client.cash_accounts[move.account]
            if move.currency != account.currency and move.account not in wrong:
                wrong.add(move.account)
                remedy = f"has a transaction of {move.day} in {move.currency or 'no currency'}, but is in "
                self.found.wrong(0, "account", account.name, remedy + f"{account.currency or 'no currency'}.")
            if move.day <= self._today:
                sums[move.account] += move.hundredths
        return {account: hundredths for account, hundredths in sums.items() if hundredths}

    def _note_later(self) -> None:
        days = [move.day for move in self._client.share_moves] + [move.day for move in self._client.cash_moves]
        days = [day for day in days if day > self._today]
        if days:
            self.found.note(
                f"Transactions after today ({self._today}) are left out, as in Portfolio Performance; the last is of "
                f"{max(days)}."
            )

    def _held_securities(self) -> list[Security]:
        return [self._client.securities[key] for key in dict.fromkeys(security for _, security in self.shares)]

    def _symbols(self) -> dict[str, str]:
        """Ticker, else ISIN, else WKN, else name: the first that no other security held has."""
        securities = self._held_securities()
        count = Counter(name for security in securities for name in {name.casefold() for name in _names(security)})
        symbols: dict[str, str] = {}
        for security in securities:
            own = [name for name in _names(security) if count[name.casefold()] == 1]
            if own:
                symbols[security.key] = own[0]
            else:
                remedy = "can't be told from another security. Give it a ticker symbol or an ISIN of its own."
                self.found.wrong(0, "security", security.name, remedy)
                symbols[security.key] = security.name or security.key
        return symbols

    def _account_names(self) -> dict[str, str]:
        """Securities account or cash account → the account it is here, in the file's order."""
        accounts: dict[str, str] = {}
        taken: set[str] = set()
        for key, name in self._own_accounts():
            accounts[key] = not_taken(name, taken)
        joined = self._joined()
        return accounts | {cash: accounts[portfolio] for cash, portfolio in joined.items()}

    def _own_accounts(self) -> Iterable[tuple[str, str]]:
        for portfolio in self._client.securities_accounts.values():
            yield portfolio.key, portfolio.name or "Securities account"
        joined = self._joined()
        for account in self._client.cash_accounts.values():
            if account.key not in joined:
                yield account.key, account.name or "Cash account"

    def _joined(self) -> dict[str, str]:
        """Cash account → the only securities account that it is the reference account of."""
        referring: defaultdict[str, list[str]] = defaultdict(list)
        for portfolio in self._client.securities_accounts.values():
            if portfolio.reference in self._client.cash_accounts:
                referring[portfolio.reference].append(portfolio.key)
        return {cash: portfolios[0] for cash, portfolios in referring.items() if len(portfolios) == 1}

    def _add_shares(self, account: str, key: str, shares: int) -> None:
        security = self._client.securities[key]
        quote = security.quote
        if quote and quote.units <= 0:
            remedy = f"has a quote of {quote.day} that is not above 0. Correct or delete it in Portfolio Performance."
            self.found.wrong(0, "security", security.name, remedy)
        elif self._has_currency("security", security.name, security.currency):
            self.found.add(
                Holding(
                    0,
                    self._accounts[account],
                    self.symbols[key],
                    _exact(shares, 8),
                    _exact(quote.units, 8) if quote else None,
                    security.currency,
                    name=security.name or None,
                    as_of=quote.day if quote else None,
                )
            )

    def _add_cash(self, key: str, hundredths: int) -> None:
        account = self._client.cash_accounts[key]
        if self._has_currency("account", account.name, account.currency):
            amount = _exact(hundredths, 2)
            self.found.add(Holding(0, self._accounts[key], CASH, amount, Decimal(1), account.currency))

    def _has_currency(self, what: str, name: str, code: str) -> bool:
        if is_known_currency(HUNDREDTHS.get(code, code)):
            return True
        shown = f"has the currency {code!r}, which is none" if code else "has no currency"
        self.found.wrong(0, what, name, f"{shown}. Give it one in Portfolio Performance, such as EUR or USD.")
        return False

    def _note_quotes(self) -> None:
        held = self._held_securities()
        days = [security.quote.day for security in held if security.quote]
        if days:
            span = f"of {min(days)}" if min(days) == max(days) else f"of {min(days)} to {max(days)}"
            self.found.note(f"The quotes are {span}, the newest in the file.")
        if without := [self.symbols[security.key] for security in held if not security.quote]:
            self.found.note(f"No quote stands in the file for {_listed(without)}.")

    def _note_splits(self) -> None:
        since: dict[str, datetime.date] = {}
        for move in self._client.share_moves:
            since[move.security] = min(move.day, since.get(move.security, move.day))
        for security in self._held_securities():
            if splits := [f"{ratio} on {day}" for day, ratio in security.splits if day >= since[security.key]]:
                self.found.note(
                    f"{self.symbols[security.key]} was split {_listed(splits)}. Shares and quotes are as the file has "
                    "them: Portfolio Performance changes them when a split is entered, unless told not to."
                )

    def _note_actions(self) -> None:
        for action, moves in self._actions:
            if action.day <= self._today and moves:
                self.found.note(f"{title(self._client, action)}: {_listed(self._moved(move) for move in moves)}.")

    def _moved(self, move: ShareMove | CashMove) -> str:
        if isinstance(move, CashMove):
            name, what = self._client.cash_accounts[move.account].name, f"{_exact(abs(move.hundredths), 2):f} "
            return f"{what}{move.currency} {'into' if move.hundredths > 0 else 'out of'} {name}"
        security, name = self._client.securities[move.security], self._client.securities_accounts[move.account].name
        called = self.symbols.get(move.security) or security.ticker or security.name
        return f"{_exact(abs(move.shares), 8):f} {called} {'into' if move.shares > 0 else 'out of'} {name}"

    def _note_retired(self) -> None:
        client = self._client
        names = [
            client.securities_accounts[key].name
            for key in dict.fromkeys(account for account, _ in self.shares)
            if client.securities_accounts[key].is_retired
        ]
        names += [client.cash_accounts[key].name for key in self.cash if client.cash_accounts[key].is_retired]
        names += [security.name for security in self._held_securities() if security.is_retired]
        if names:
            self.found.note(
                f"Marked as inactive but not empty, so they are counted, as in Portfolio Performance: {_listed(names)}."
            )

    def _note_joined(self) -> None:
        joined = [
            f"{self._client.cash_accounts[cash].name} in {self._accounts[portfolio]}"
            for cash, portfolio in self._joined().items()
            if cash in self.cash
        ]
        if joined:
            self.found.note(f"Cash is part of the account it is the reference account of: {_listed(joined)}.")


def _names(security: Security) -> list[str]:
    names = [security.ticker, security.isin, security.wkn, security.name]
    return [name for name in names if name and name.upper().split()[:1] != [CASH]]


def _exact(units: int, decimals: int) -> Decimal:
    return Decimal(plain(Decimal(units).scaleb(-decimals)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
