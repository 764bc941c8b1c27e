"""A whole firm's book: deposits into many portfolios at once, beside putting the same rows in order."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable
from statistics import median

import duckdb
import numpy as np
import pandas as pd

import allocation
from benchmarks.timing import Row, timed

SIZES = (10_000, 100_000, 1_000_000)
LINES = 10


def book() -> Iterable[Row]:
    """Seconds and peak memory, each size in a process of its own; one portfolio of 50 lines at the end."""
    for size in SIZES:
        code = f"from benchmarks.book import measured; measured({size})"
        answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        ordered, planned, peak = (float(figure) for figure in answer.splitlines()[-1].split())
        yield Row(f"{size:,} portfolios of {LINES} lines, put in order", [ordered], ordered)
        yield Row(f"{size:,} portfolios of {LINES} lines, planned ({peak:,.1f} GB)", [planned], ordered)
    one = made_up(1, 50)
    yield Row("1 portfolio of 50 lines, planned", timed(lambda: allocation.plan_deposits(*one), 25))


def measured(size: int) -> None:
    """Print the seconds of one ORDER BY, those of a plan, and the peak memory in GB."""
    lines, deposits = made_up(size, LINES)
    planned = timed(lambda: allocation.plan_deposits(lines, deposits), 3, warm=False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.register("lines", lines)
        connection.execute("CREATE TABLE kept AS FROM lines")
        statement = "CREATE OR REPLACE TABLE ordered AS FROM kept ORDER BY portfolio, value"
        ordered = median(timed(lambda: connection.execute(statement), 3))
    print(ordered, median(planned), peak)


def made_up(size: int, each: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Portfolios with values up to 50,000.00 and equal targets, and a deposit for each."""
    chance = np.random.default_rng(1)
    lines = pd.DataFrame(
        {
            "portfolio": np.repeat(np.arange(size), each),
            "line": pd.Categorical.from_codes(np.tile(np.arange(each), size), [f"Class {i}" for i in range(each)]),
            "value": chance.integers(0, 5_000_000, size * each) / 100,
            "target_percent": 100 / each,
        }
    )
    deposits = pd.DataFrame({"portfolio": np.arange(size), "amount": chance.integers(1_000, 1_000_000, size) / 100})
    return lines, deposits
