"""Reading and loading files of brokers."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

import allocation
from allocation.readers import read_any
from benchmarks.timing import Row, timed

ROWS = 100_000


def brokers(folder: Path, bare: float) -> Iterable[Row]:
    path, today = folder / "positions.csv", datetime.date.today()
    path.write_text(positions(ROWS))
    yield Row(f"read {ROWS:,} rows", timed(lambda: read_any(path, today), 1, warm=False), bare)
    portfolio = allocation.open(folder / "positions.duckdb")
    yield Row(f"load {ROWS:,} rows", timed(lambda: portfolio.load(path), 1, warm=False), bare)
    yield Row(f"load {ROWS:,} rows again", timed(lambda: portfolio.load(path), 1, warm=False), bare)


def positions(rows: int) -> str:
    """A Fidelity file of a thousand accounts."""
    header = "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total,Type"
    lines = [header]
    for row in range(rows):
        account, asset, quantity, price = row % 1000, row // 10, 1 + row % 40, 10 + row // 10 % 500
        money = f'${price}.00,"${quantity * price:,}.00","${quantity * 10:,}.00"'
        lines.append(f"Z{account:08},Account {account},S{asset:05},Name {asset},{quantity},{money},Cash")
    return "\n".join(lines)
