"""Reading and loading large files: a broker's, our own, and a workbook."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path

import openpyxl

import allocation
from allocation.readers import read_any
from benchmarks.timing import Row, timed

ROWS = 100_000
OWN = ("account", "symbol", "name", "quantity", "price", "currency")
BROKER = (
    "Account Number", "Account Name", "Symbol", "Description", "Quantity", "Last Price", "Current Value",
    "Cost Basis Total", "Type",
)  # fmt: skip


def large_files(folder: Path, bare: float) -> Iterable[Row]:
    """Each file read, loaded into a new portfolio, and loaded again; of our own also what a preview takes."""
    today = datetime.date.today()
    for what, path in (
        ("a broker's CSV", _broker(folder / "broker.csv")),
        ("holdings.csv", _own(folder / "own.csv")),
        ("a workbook", _workbook(folder / "book.xlsx")),
    ):
        portfolio = allocation.open(path.with_suffix(".duckdb"))

        def read(path: Path = path) -> object:
            return read_any(path, today)

        def load(path: Path = path, portfolio: allocation.Portfolio = portfolio) -> object:
            return portfolio.load(path)

        for verb, work in ((f"read {what}", read), (f"load {what}", load), (f"load {what} again", load)):
            yield Row(f"{verb}, {ROWS:,} rows", timed(work, 1, warm=False), bare)
    own, dearer = allocation.open(folder / "own.duckdb"), _own(folder / "dearer.csv", more=1)
    took = timed(lambda: own.load(dearer, preview=True), 1, warm=False)
    yield Row(f"preview other quantities and prices, {ROWS:,} rows", took, bare)


def _positions(more: int = 0) -> Iterator[tuple[str, str, str, int, int]]:
    """Account, symbol, name, quantity and price, both by so much ``more``: a thousand accounts, ten with each asset."""
    for row in range(ROWS):
        asset = row // 10
        yield f"Account {row % 1000}", f"S{asset:05}", f"Name {asset}", 1 + row % 40 + more, 10 + asset % 500 + more


def _broker(path: Path) -> Path:
    """As Fidelity writes it."""
    rows = (
        (f"Z{account}", account, symbol, name, quantity, f"${price}.00", f"${quantity * price:,}.00",
         f"${quantity * 10:,}.00", "Cash")
        for account, symbol, name, quantity, price in _positions()
    )  # fmt: skip
    return _written(path, [BROKER, *rows])


def _own(path: Path, more: int = 0) -> Path:
    return _written(path, [OWN, *((*position, "USD") for position in _positions(more))])


def _written(path: Path, rows: Iterable[Iterable[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    return path


def _workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(("Account", "Symbol", "Description", "Quantity", "Price", "Currency"))
    for position in _positions():
        book.active.append((*position, "USD"))
    book.save(path)
    return path
