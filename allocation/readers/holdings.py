"""``holdings.csv``: what is held, in which account, at which price."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from allocation.errors import Problem, Subject, leave_out
from allocation.money import HUNDREDTHS, currency_code, is_known_currency
from allocation.readers.delimited import Sheet, Source, read_sheet, source_name
from allocation.tables import ALL, CASH, SEVERAL_CLASSES, UNCLASSIFIED

REQUIRED = ["account", "symbol", "quantity", "price", "currency"]
OPTIONAL = ["name", "asset_class", "account_type", "cost_basis", "as_of"]
ACCOUNT_TYPES = ("taxable", "tax_deferred", "tax_free")
COLUMNS = ["file", "row", *REQUIRED, *OPTIONAL]
LARGEST = Decimal(10) ** 12
NUMBERS = ("quantity", "price", "cost_basis")
OWN_WORDS = {word.casefold(): word for word in (UNCLASSIFIED, SEVERAL_CLASSES)}
"""What we call no class and several classes, which a file may write with other capitals."""

ONE_PER_ACCOUNT = ["account_type"]
ONE_PER_ASSET = ["currency", "name", "asset_class"]
SPELLED_ONE_WAY = ["account", "symbol", "asset_class"]
ONE_AT_A_TIME = (
    "If these are two accounts, load one file at a time and say what each is called (--account NAME, or Account on the "
    "page). If they are two files of one account, load the newer one."
)
"""What to do about two files that name one account."""


def read_holdings(source: Source, today: datetime.date, name: str | None = None) -> tuple[pd.DataFrame, list[Problem]]:
    """Read holdings.

    Parameters:
        source: CSV file or DataFrame with the columns ``account``, ``symbol``, ``quantity``, ``price``, ``currency``
            and optionally ``name``, ``asset_class``, ``account_type``, ``cost_basis``, ``as_of``.
        today: dates after it are wrong.
        name: what to call the source in problems; by default its file's name.

    Returns:
        The rows (``file`` and ``row``, then the columns above; numbers exact, None where a cell is empty or wrong) and
        the problems.
    """
    name = name or source_name(source, "holdings")
    sheet = read_sheet(source, REQUIRED, OPTIONAL, NUMBERS, name)
    rows = [
        _read_row(sheet, row, cells, today)
        for row, cells in tqdm(sheet.rows, desc=sheet.file, unit=" rows", delay=1, leave=False)
    ]
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object), sheet.found()


def _read_row(sheet: Sheet, row: int, cells: dict[str, str], today: datetime.date) -> dict[str, object]:
    account, symbol, currency = cells["account"], cells["symbol"], currency_code(cells["currency"])
    sheet.about = Subject(account, symbol, cells["quantity"])
    for column in REQUIRED:
        if not cells[column]:
            sheet.wrong(row, column, "", "is empty. Every holding needs it.")
    if account.casefold() == ALL:
        sheet.wrong(row, "account", account, "stands for the whole portfolio. Name the account otherwise.")
    if symbol != CASH and symbol.upper().split()[:1] == [CASH]:
        sheet.wrong(row, "symbol", symbol, f"looks like cash. Write {CASH}, and its currency in the column currency.")
    if whole := HUNDREDTHS.get(currency):
        remedy = f"is a hundredth of {whole}. Write {whole}, and the price divided by 100."
        sheet.wrong(row, "currency", currency, remedy)
    elif currency and not is_known_currency(currency):
        sheet.wrong(row, "currency", currency, "is not a currency code. Write one like USD, EUR or GBP.")
    account_type = cells.get("account_type") or None
    if account_type and account_type not in ACCOUNT_TYPES:
        sheet.wrong(row, "account_type", account_type, f"is none of {', '.join(ACCOUNT_TYPES)}.")
    asset_class = cells.get("asset_class") or None
    if asset_class and (own_word := OWN_WORDS.get(asset_class.casefold())):
        asset_class = own_word
    numbers = {column: sheet.number(row, column, cell) if (cell := cells.get(column)) else None for column in NUMBERS}
    _check_numbers(sheet, row, cells, numbers)
    return {
        **numbers,
        "file": sheet.file,
        "row": row,
        "account": account or None,
        "symbol": symbol or None,
        "currency": currency or None,
        "name": cells.get("name") or None,
        "asset_class": asset_class,
        "account_type": account_type,
        "as_of": sheet.date(row, "as_of", cells["as_of"], today) if cells.get("as_of") else None,
    }


def _check_numbers(sheet: Sheet, row: int, cells: dict[str, str], numbers: dict[str, Decimal | None]) -> None:
    quantity, price = numbers["quantity"], numbers["price"]
    is_cash = cells["symbol"] == CASH
    if quantity is not None and quantity < 0 and not is_cash:
        without = leave_out(cells["symbol"])
        sheet.wrong(row, "quantity", cells["quantity"], f"is negative. Only CASH may be (an overdraft). {without}")
    if price is not None and is_cash and price != 1:
        sheet.wrong(row, "price", cells["price"], "is not 1. The price of CASH is 1; the amount is its quantity.")
    elif price is not None and price <= 0:
        sheet.wrong(row, "price", cells["price"], "is not above 0. Write the price of one share.")
    for column, number in numbers.items():
        if number is not None and abs(number) > LARGEST:
            sheet.wrong(row, column, cells[column], f"is larger than {LARGEST:,.0f}.")
    if quantity is not None and price is not None and abs(quantity * price) > LARGEST:
        sheet.wrong(row, "quantity", cells["quantity"], f"times the price is larger than {LARGEST:,.0f}.")


def disagreements(holdings: pd.DataFrame) -> list[Problem]:
    """What only several rows together show to be wrong: a holding twice, or one thing described in two ways.

    Parameters:
        holdings: the rows of one or more files, as :func:`read_holdings` gives them; with ``has_rows``, where a row is
            named only if that is true.
    """
    if holdings.empty:
        return []
    columns = {column: holdings[column].tolist() for column in COLUMNS}
    if "has_rows" in holdings:
        columns["row"] = [row if has else 0 for row, has in zip(holdings["row"], holdings["has_rows"], strict=True)]
    undated = set(holdings.loc[holdings["as_of"].isna(), "symbol"])
    days = [None if symbol in undated else day for symbol, day in zip(columns["symbol"], columns["as_of"], strict=True)]
    assets = [
        (symbol, currency) if symbol == CASH else symbol and (symbol,)
        for symbol, currency in zip(columns["symbol"], columns["currency"], strict=True)
    ]
    accounts = columns["account"]
    held = [account and asset and (account, asset) for account, asset in zip(accounts, assets, strict=True)]
    comparing = _Comparing(columns)
    # Each row is its own value, so the second of a kind differs from the first.
    twice = "is in {account} already ({where}). Add the two up into one row."
    comparing.rule(held, range(len(holdings)), "symbol", twice, "is in {account} already ({where}). " + ONE_AT_A_TIME)
    for column in ONE_PER_ACCOUNT:
        same = "is {known} for {account} in {where}. Write the same in both."
        comparing.rule(accounts, columns[column], column, same)
    # All cash of a currency is called alike by us.
    named = [asset if symbol != CASH else None for symbol, asset in zip(columns["symbol"], assets, strict=True)]
    for column in ONE_PER_ASSET:
        same = "is {known} for {symbol} in {where}. Write the same in both."
        comparing.rule(named if column == "name" else assets, columns[column], column, same)
    dated = [asset and (asset, day) for asset, day in zip(assets, days, strict=True)]
    one_price = "is {known} for {symbol} in {where}. Write one price, or the date of each in as_of."
    comparing.rule(dated, columns["price"], "price", one_price)
    for column in SPELLED_ONE_WAY:
        spelt = [name and name.casefold() for name in columns[column]]
        comparing.rule(spelt, columns[column], column, "is written {known!r} in {where}. Write both the same way.")
    return [problem for _, problem in sorted(comparing.problems, key=lambda found: found[0])]


class _Comparing:
    """Rows that have to say the same about the same thing."""

    def __init__(self, columns: Mapping[str, list[Any]]) -> None:
        self.columns = columns
        self.several_files = len(set(columns["file"])) > 1
        self.problems: list[tuple[int, Problem]] = []

    def rule(
        self, subjects: Iterable[Any], values: Sequence[Any], column: str, remedy: str, between_files: str | None = None
    ) -> None:
        """Compare each value with the first one of its subject; what has no subject or value isn't compared.

        Parameters:
            between_files: the remedy where the two stand in different files, if it is another.
        """
        if all(value is None for value in values):
            return
        first: dict[Any, int] = {}
        for number, (subject, value) in enumerate(zip(subjects, values, strict=True)):
            if not subject or value is None:
                continue
            where = first.setdefault(subject, number)
            if where != number and value != values[where]:
                of_two_files = self.columns["file"][number] != self.columns["file"][where]
                said = between_files if between_files and of_two_files else remedy
                self._differs(number, column, said, values[where], where)

    def _differs(self, number: int, column: str, remedy: str, known: object, where: int) -> None:
        row = {name: values[number] for name, values in self.columns.items()}
        said = remedy.format(known=known, where=self._place(where), account=row["account"], symbol=row["symbol"])
        if column in ONE_PER_ASSET and row["file"] != self.columns["file"][where]:
            said = said.removesuffix(".") + ", or load one file after the other."
        self.problems.append((number, Problem(row["file"], row["row"], column, str(row[column]), said)))

    def _place(self, number: int) -> str:
        file, row = self.columns["file"][number], self.columns["row"][number]
        place = [str(file)] * (self.several_files or not row) + [f"row {row}"] * bool(row)
        return ", ".join(place)
