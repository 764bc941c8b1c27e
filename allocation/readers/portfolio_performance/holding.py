"""What is held by a :class:`Client`: shares and cash by account, and under which symbol."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from allocation.errors import Problem
from allocation.money import HUNDREDTHS, is_known_currency
from allocation.readers.holdings import LARGEST
from allocation.readers.portfolio_performance.model import Client, Security
from allocation.tables import ALL, CASH
from allocation.targets import plain

SMALLEST = Decimal("1e-8")


class Held:
    """The holdings of a client on a day.

    A cash account that is the reference account of exactly one securities account is that account's cash, as at a
    bank; any other is an account of its own. Later transactions are left out, as in the program's own statement.

    Attributes:
        shares: (securities account, security) → shares in 10**-8, without those that are sold.
        cash: cash account → balance in hundredths, without empty ones.
        symbols: security → symbol.
        problems, notes: what is wrong, and what should be known.
    """

    def __init__(self, client: Client, file: str, today: datetime.date) -> None:
        self._client, self._file, self._today = client, file, today
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.shares = self._sum_of_shares()
        self.cash = self._sum_of_cash()
        self._note_later()
        self.symbols = self._symbols()
        self._accounts = self._account_names()

    def wrong(self, column: str, value: str, remedy: str) -> None:
        self.problems.append(Problem(self._file, 0, column, value, remedy))

    def currency_of_cash(self, account: str) -> str:
        """The currency a cash account's balance is held in here: GBP for one in pence."""
        code = self._client.cash_accounts[account].currency
        return HUNDREDTHS.get(code, code)

    def rows(self) -> list[dict[str, Any]]:
        """The holdings, with those columns of :func:`~allocation.readers.read_holdings` that the file has."""
        rows = [self._row_of_shares(*held, shares) for held, shares in self.shares.items()]
        rows += [self._row_of_cash(account, hundredths) for account, hundredths in self.cash.items()]
        places = {name: place for place, name in enumerate(dict.fromkeys(self._accounts.values()))}
        rows.sort(key=lambda row: places[row["account"]])
        self._note_quotes()
        self._note_splits()
        self._note_retired()
        self._note_joined()
        return rows

    def _sum_of_shares(self) -> dict[tuple[str, str], int]:
        sums: defaultdict[tuple[str, str], int] = defaultdict(int)
        for move in self._client.share_moves:
            if move.day <= self._today:
                sums[move.account, move.security] += move.shares
        for (account, security), shares in sums.items():
            if shares < 0:
                owner = self._client.securities_accounts[account].name
                remedy = (
                    f"has {plain(_exact(shares, 8))} shares in {owner}. Add the purchase or delivery that is missing."
                )
                self.wrong("security", self._client.securities[security].name, remedy)
        return {held: shares for held, shares in sums.items() if shares > 0}

    def _sum_of_cash(self) -> dict[str, int]:
        sums: defaultdict[str, int] = defaultdict(int)
        wrong: set[str] = set()
        for move in self._client.cash_moves:
            account = self._client.cash_accounts[move.account]
            if move.currency != account.currency and move.account not in wrong:
                wrong.add(move.account)
                remedy = f"has a transaction of {move.day} in {move.currency or 'no currency'}, but is in "
                self.wrong("account", account.name, remedy + f"{account.currency or 'no currency'}.")
            if move.day <= self._today:
                sums[move.account] += move.hundredths
        return {account: hundredths for account, hundredths in sums.items() if hundredths}

    def _note_later(self) -> None:
        days = [move.day for move in self._client.share_moves] + [move.day for move in self._client.cash_moves]
        days = [day for day in days if day > self._today]
        if days:
            self.notes.append(
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
                self.wrong("security", security.name, remedy)
                symbols[security.key] = security.name or security.key
        return symbols

    def _account_names(self) -> dict[str, str]:
        """Securities account or cash account → the account it is here, in the file's order."""
        accounts: dict[str, str] = {}
        taken: set[str] = set()
        for key, name in self._own_accounts():
            accounts[key] = _not_taken(name, taken)
            if name.casefold() == ALL:
                self.wrong(
                    "account", name, "stands for the whole portfolio. Name it otherwise in Portfolio Performance."
                )
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

    def _row_of_shares(self, account: str, key: str, shares: int) -> dict[str, Any]:
        security = self._client.securities[key]
        price = _exact(security.quote.units, 8) if security.quote else None
        currency = self._currency("security", security.name, security.currency)
        if price is not None and security.currency in HUNDREDTHS:
            price = Decimal(plain((price / 100).quantize(SMALLEST)))
        if price is not None and price <= 0:
            day = security.quote.day if security.quote else self._today
            self.wrong("security", security.name, f"has the quote {plain(price)} of {day}. Correct or delete it.")
        quantity = _exact(shares, 8)
        if quantity > LARGEST or quantity * (price or 0) > LARGEST:
            self.wrong("security", security.name, f"has {plain(quantity)} shares: more than can be calculated.")
        return {
            "account": self._accounts[account],
            "symbol": self.symbols[key],
            "quantity": quantity,
            "price": price,
            "currency": currency,
            "name": security.name or None,
            "as_of": security.quote.day if security.quote else None,
        }

    def _row_of_cash(self, key: str, hundredths: int) -> dict[str, Any]:
        account = self._client.cash_accounts[key]
        currency = self._currency("account", account.name, account.currency)
        quantity = _exact(hundredths, 4 if account.currency in HUNDREDTHS else 2)
        if abs(quantity) > LARGEST:
            self.wrong("account", account.name, f"has {plain(quantity)} {currency}: more than can be calculated.")
        return {
            "account": self._accounts[key],
            "symbol": CASH,
            "quantity": quantity,
            "price": Decimal(1),
            "currency": currency,
        }

    def _currency(self, what: str, name: str, code: str) -> str:
        whole = HUNDREDTHS.get(code, code)
        if not is_known_currency(whole):
            shown = f"has the currency {code!r}, which is none" if code else "has no currency"
            self.wrong(what, name, f"{shown}. Give it one in Portfolio Performance, such as EUR or USD.")
        return whole

    def _note_quotes(self) -> None:
        held = self._held_securities()
        days = [security.quote.day for security in held if security.quote]
        if days:
            span = f"of {min(days)}" if min(days) == max(days) else f"of {min(days)} to {max(days)}"
            self.notes.append(f"The quotes are {span}, the newest in the file.")
        if without := [self.symbols[security.key] for security in held if not security.quote]:
            self.notes.append(f"No quote stands in the file for {_listed(without)}.")

    def _note_splits(self) -> None:
        for security in self._held_securities():
            if security.splits:
                self.notes.append(
                    f"{self.symbols[security.key]} was split {_listed(security.splits)}. Shares and quotes are as the "
                    "file has them: Portfolio Performance changes them when a split is entered, unless told not to."
                )

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
            self.notes.append(
                f"Marked as inactive but not empty, so they are counted, as in Portfolio Performance: {_listed(names)}."
            )

    def _note_joined(self) -> None:
        joined = [
            f"{self._client.cash_accounts[cash].name} in {self._accounts[portfolio]}"
            for cash, portfolio in self._joined().items()
            if cash in self.cash
        ]
        if joined:
            self.notes.append(f"Cash is part of the account it is the reference account of: {_listed(joined)}.")


def _names(security: Security) -> list[str]:
    names = [security.ticker, security.isin, security.wkn, security.name]
    return [name for name in names if name and name.upper().split()[:1] != [CASH]]


def _not_taken(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.casefold() in taken:
        number += 1
        free = f"{name} ({number})"
    taken.add(free.casefold())
    return free


def _exact(units: int, decimals: int) -> Decimal:
    return Decimal(plain(Decimal(units).scaleb(-decimals)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
