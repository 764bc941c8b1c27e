"""Histories of trades: what is held is what was bought less what was sold. Prices paid are no prices of today."""

from __future__ import annotations

import datetime
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tqdm.auto import tqdm

from allocation.errors import Problem, Subject, leave_out
from allocation.money import is_known_currency
from allocation.readers.brokers.amounts import misfit
from allocation.readers.brokers.description import Description, find_header, first_match, plain_name
from allocation.readers.content import Content
from allocation.readers.foreign import is_like_cash, not_cash
from allocation.readers.found import Findings, Holding
from allocation.readers.isins import isin_in, two_shares
from allocation.readers.lines import Exact, Lines, surplus
from allocation.readers.loose import bare, date_in, date_order, is_nothing, number_in
from allocation.readers.marks import mark_of, why_no_number
from allocation.readers.opened import Opened

NUMBERS = ("quantity", "price", "amount")
"""Columns whose numbers together show the decimal mark: the amount is quantity times price."""


class _Share(NamedTuple):
    """What the trades of one ISIN come to, and where the first of them stands."""

    file: str
    row: int
    name: str | None
    quantity: Decimal = Decimal(0)


@dataclass
class _Sums:
    """What the rows of all files together come to."""

    held: dict[tuple[str, str], Holding] = field(default_factory=dict)
    by_isin: dict[str, dict[str, _Share]] = field(default_factory=lambda: defaultdict(dict))
    traded: dict[tuple[str, str], datetime.date] = field(default_factory=dict)
    newest: datetime.date | None = None
    oldest: datetime.date | None = None
    seen: set[str] = field(default_factory=set)
    ignored: Counter[str] = field(default_factory=Counter)
    base_currencies: set[str] = field(default_factory=set)


def read(description: Description, files: Sequence[Opened], today: datetime.date) -> Content:
    """Read one or more files of a history, as their description says."""
    sums, problems, notes = _Sums(), [], dict[str, None]()
    for opened in files:
        findings = Findings(opened.name, today=today)
        lines = next((lines for lines in opened.tables if find_header(description, lines.lines) is not None), None)
        if lines is None:
            raise opened.wrong(f"has no table like that of {description.title} any more.")
        _History(description, lines, findings, sums).read()
        problems += findings.problems
        notes |= dict.fromkeys(findings.notes)
    together = Findings(files[0].name, today=today, problems=problems, notes=list(notes))
    if not problems:
        _add_what_is_held(together, sums)
    return Content(
        description.title,
        together.table(),
        base_currency=next(iter(sums.base_currencies)) if len(sums.base_currencies) == 1 else None,
        problems=tuple(together.problems),
        notes=tuple(together.notes),
    )


def _add_what_is_held(findings: Findings, sums: _Sums) -> None:
    _refuse_shared_symbols(findings, sums)
    _put_renamed_together(findings, sums)
    for holding in sums.held.values():
        if holding.quantity < 0:
            remedy = (
                f"of {holding.symbol} is what was bought less what was sold. Is an earlier part of the history "
                f"missing? Name all its files at once. {leave_out(holding.symbol)}"
            )
            about = Subject(holding.account, holding.symbol, f"{holding.quantity:f}")
            findings.wrong(holding.row, "quantity", about.quantity, remedy, about)
        elif holding.quantity:
            findings.add(holding._replace(as_of=sums.newest, begins=sums.oldest))
    if not findings.holdings and not findings.problems:
        findings.wrong(0, "", "", "holds no trades that leave anything held.")
    findings.note(f"Holdings are what the trades up to {sums.newest} leave. Cash is not in the file's trades.")
    findings.note("The file has what was paid, not what things are worth: their prices are asked for.")
    if sums.ignored:
        findings.note("Not counted, because they change no holding: " + _listed(sums.ignored) + ".")


def _refuse_shared_symbols(findings: Findings, sums: _Sums) -> None:
    """A ticker of two ISINs that are both held; one that has none left was exchanged for the other."""
    for symbol, shares in sums.by_isin.items():
        held = [(isin, share) for isin, share in shares.items() if share.quantity > 0]
        for isin, share in held[1:]:
            known, first = held[0]
            where = f"row {first.row}" if first.file == share.file else f"{first.file}, row {first.row}"
            remedy = two_shares(symbol, (known, isin), (first.name, share.name), where)
            findings.problems.append(Problem(share.file, share.row, "symbol", symbol, remedy))


def _put_renamed_together(findings: Findings, sums: _Sums) -> None:
    """One ISIN in one currency is one share, by whatever tickers it was traded: it is called by the latest."""
    groups: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for key, holding in sums.held.items():
        if holding.isin and len(sums.by_isin[holding.symbol]) == 1:
            groups[holding.account, holding.isin, holding.currency].append(key)
    for (account, isin, _), keys in groups.items():
        left = [key for key in keys if sums.held[key].quantity]
        latest = max(keys, key=lambda key: sums.traded[key])
        if not left or left == [latest]:
            continue
        whole = sum((sums.held[key].quantity for key in keys), Decimal(0))
        sums.held[latest] = sums.held[latest]._replace(quantity=whole)
        for key in keys:
            if key != latest:
                del sums.held[key]
        names = " and ".join(symbol for _, symbol in keys)
        findings.note(f"{names} in {account} are one share ({isin}): it is called {latest[1]}.")


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} × {action}" for action, count in sorted(counts.items()))


class _History:
    """One file while it is read."""

    def __init__(self, description: Description, lines: Lines, findings: Findings, sums: _Sums) -> None:
        start = find_header(description, lines.lines)
        assert start is not None
        self.description, self.findings, self.sums = description, findings, sums
        self.places = description.places(lines.lines[start][1])
        self.adds_up_in = description.adds_up_in(lines.lines[start][1])
        if self.adds_up_in:
            sums.base_currencies.add(self.adds_up_in)
        charges = description.rows.get("charges")
        names = [plain_name(cell) for cell in lines.lines[start][1]]
        self.charges = [place for place, name in enumerate(names) if charges and re.search(charges, name)]
        self.lines = lines.lines[start + 1 :]
        self.width = len(lines.lines[start][1])
        self.mark = description.decimal or self._mark()
        self.order = description.date.get("order") or date_order(self._cell(cells, "date") for _, cells in self.lines)

    def read(self) -> None:
        for row, cells in tqdm(self.lines, desc=self.findings.file, unit=" rows", delay=1, leave=False):
            self._read_row(row, cells)

    def _mark(self) -> str | None:
        rows = [[self._cell(cells, column) for column in NUMBERS] for _, cells in self.lines]
        numbers = [bare(cell) for row in rows for cell in row if not isinstance(cell, Exact)]
        named = (dict(zip(("quantity", "price", "value"), row, strict=True)) for row in rows)
        return mark_of(numbers, self.lines, named)

    def _read_row(self, row: int, cells: list[str]) -> None:
        if remedy := surplus(cells, self.width):
            self.findings.wrong(row, "", "", remedy)
            return
        action, number = self._cell(cells, "action"), self._cell(cells, "id")
        if is_known_currency(said := self._cell(cells, "base_currency")):
            self.sums.base_currencies.add(said)
        if number and not is_nothing(number):
            if number in self.sums.seen:
                self.findings.note("Rows that stand in several files, or twice, are counted once.")
                return
            self.sums.seen.add(number)
        kind = self._cell(cells, "kind") or None
        sign = self._sign(row, action, cells)
        if not sign or (kind or "").casefold() in self.description.rows.get("skip_kinds", ()):
            self.sums.ignored[action] += 1
            return
        written = self._cell(cells, "quantity")
        quantity, when = number_in(written, self.mark), date_in(self._cell(cells, "date"), self.order)
        if quantity is None or quantity < 0:
            remedy = "is no number of shares." if quantity is not None else why_no_number(written, self.mark)
            self.findings.wrong(row, "quantity", written, remedy)
            return
        if when is not None and when > self.findings.today and self.description.rows.get("later") == "left out":
            self.sums.ignored[f"{action} after today"] += 1
            return
        if when is None or when > self.findings.today:
            unsure = "is no date that can be read for sure. Write dates like 2026-03-31."
            remedy = unsure if when is None else "lies in the future."
            self.findings.wrong(row, "date", self._cell(cells, "date"), remedy)
            return
        if not self._is_paid(row, cells, quantity):
            return
        self.sums.newest = max(when, self.sums.newest or when)
        self.sums.oldest = min(when, self.sums.oldest or when)
        self._add(row, cells, sign * quantity, kind, when)

    def _is_paid(self, row: int, cells: list[str], quantity: Decimal) -> bool:
        """Whether a row's amount fits its quantity and price; says so where it doesn't."""
        currency = self.adds_up_in or self._cell(cells, "base_currency") or None
        charges = (number_in(cells[place], self.mark) or Decimal(0) for place in self.charges if place < len(cells))
        costs = sum(map(abs, charges), Decimal(0))
        found = misfit(quantity, lambda column: self._cell(cells, column), currency, costs, self.mark)
        if found is None:
            return True
        price, amount, gross = found
        remedy = (
            f"is not {quantity:f} × {price:f}, which is about {gross:,.2f}: fees and taxes don't explain it. "
            "Check the row's number of shares, its price and its amount."
        )
        self.findings.wrong(row, "amount", f"{amount:,.2f}", remedy)
        return False

    def _add(self, row: int, cells: list[str], quantity: Decimal, kind: str | None, when: datetime.date) -> None:
        symbol = self._cell(cells, "symbol") or self._cell(cells, "isin") or self._name_as_symbol(cells)
        account = self._cell(cells, "account") or str(self.description.account["name"])
        currency = self._cell(cells, "currency") or self.description.currency or ""
        if not symbol:
            self.findings.wrong(row, "symbol", "", "is empty. Every trade needs it.")
            return
        name, isin = self._cell(cells, "name") or None, isin_in(self._cell(cells, "isin"))
        fresh = Holding(row, account, symbol, Decimal(0), None, currency, name=name, kind=kind)
        known = self.sums.held.get((account, symbol), fresh)
        self.sums.traded[account, symbol] = max(when, self.sums.traded.get((account, symbol), when))
        self.sums.held[account, symbol] = known._replace(
            quantity=known.quantity + quantity, currency=currency, isin=isin or known.isin
        )
        if isin:
            share = self.sums.by_isin[symbol].setdefault(isin, _Share(self.findings.file, row, name))
            self.sums.by_isin[symbol][isin] = share._replace(quantity=share.quantity + quantity)

    def _name_as_symbol(self, cells: list[str]) -> str:
        """What is called by its name, because the file gives nothing else; empty where it has no name either."""
        name = self._cell(cells, "name")
        if name:
            self.findings.note(f"{name} has no symbol in the file: its name stands for it.")
        return not_cash(name) if is_like_cash(name) else name

    def _sign(self, row: int, action: str, cells: list[str]) -> int:
        """1 for what was bought, −1 for what was sold, 0 for what changes no holding."""
        actions = self.description.actions
        if first_match(actions["buy"], action):
            return 1
        if first_match(actions["sell"], action):
            return -1
        if not first_match(actions["ignore"], action) and not is_nothing(self._cell(cells, "quantity")):
            remedy = "is no kind of row that is known, and it has shares. Take the row out if they change no holding."
            self.findings.wrong(row, "action", action, remedy)
        return 0

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self.places.get(column)
        return cells[place] if place is not None and place < len(cells) else ""
