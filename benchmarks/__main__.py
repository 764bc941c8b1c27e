"""Times of the package beside references measured in the same run; nothing is asserted."""

from __future__ import annotations

import datetime
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import duckdb
import pandas as pd

import allocation
from allocation import drift, planner
from allocation.shipped_files import shipped
from benchmarks.book import book
from benchmarks.page import change_times, page_times
from benchmarks.readers import large_files
from benchmarks.store import growth, units_of_work, waits
from benchmarks.timing import Row, once, show, timed

TODAY = datetime.date.today()
PERSONAL_SIZES = (14, 50, 500)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened = Row("open and close a bare DuckDB file", timed(lambda: bare_file(folder / "bare.duckdb"), 25))
        bare = median(opened.seconds)
        show("Import, in a fresh process (reference: pandas, duckdb and plotly.graph_objects)", imports())
        show("Load (reference: a bare DuckDB file, opened and closed)", [opened, *loads(folder, bare)])
        show("Large files (same reference)", large_files(folder, bare))
        show("Drift by class and a deposit plan, one after the other (same reference)", personal(folder, bare))
        show("A unit of work on the sample (same reference)", units_of_work(folder, bare))
        show("Waiting for the lock while others save the whole time (reference: one writer alone)", waits(folder))
        show("1,000 daily loads of 50 holdings (reference: a bare DuckDB file)", growth(folder, bare))
        show("Tables in memory, 50 holdings (same reference)", in_memory(folder, bare))
        show("A whole firm's book (reference: one ORDER BY of the same rows)", book())
        show(
            "From request to page (reference: the same page in Voila's own template)",
            page_times(made_up_portfolio(folder, 14)),
        )
        show(
            "From a step on the page to its result (reference: locking a class, of 14 holdings)",
            change_times(made_up_portfolio(folder, size) for size in (14, 500)),
        )


def imports() -> Iterable[Row]:
    needed = in_fresh_process("import pandas, duckdb, plotly.graph_objects")
    nothing = in_fresh_process("pass")
    reference = median(needed)
    yield Row("start Python alone", nothing, reference)
    yield Row("import pandas, duckdb, plotly.graph_objects", needed, reference)
    yield Row("import allocation", in_fresh_process("import allocation"), reference)


def loads(folder: Path, bare: float) -> Iterable[Row]:
    first = [load_sample(folder / f"sample-{run}.duckdb") for run in range(5)]
    yield Row("init and load the shipped sample", first, bare)
    again = timed(lambda: load_sample(folder / "sample-0.duckdb"), 5)
    yield Row("load the shipped sample again", again, bare)
    holdings, targets = made_up(10_000)
    large = allocation.open(folder / "large.duckdb")
    yield Row("load 10,000 rows", timed(lambda: large.load(holdings, targets), 1, warm=False), bare)
    yield Row("load 10,000 rows again", timed(lambda: large.load(holdings, targets), 1, warm=False), bare)


def personal(folder: Path, bare: float) -> Iterable[Row]:
    def both(portfolio: allocation.Portfolio) -> None:
        portfolio.drift()
        portfolio.plan_deposit(1000)

    for size in PERSONAL_SIZES:
        kept = made_up_portfolio(folder, size)
        first = timed(lambda kept=kept: both(allocation.open(kept.path)), 15)
        yield Row(f"{size} holdings: drift and plan, file read", first, bare)
        yield Row(f"{size} holdings: drift and plan, file unchanged", timed(lambda kept=kept: both(kept), 15), bare)


def in_memory(folder: Path, reference: float) -> Iterable[Row]:
    tables = made_up_portfolio(folder, 50).tables()
    yield Row("drift by class", timed(lambda: drift.by_class(tables), 25), reference)
    yield Row("drift by holding", timed(lambda: drift.by_holding(tables), 25), reference)
    for rule in planner.RULES:
        seconds = timed(lambda rule=rule: planner.plan_deposit(tables, 1000, rule, TODAY), 25)
        yield Row(f"plan a deposit, {rule}", seconds, reference)
    yield Row("plan a withdrawal", timed(lambda: planner.plan_withdrawal(tables, 1000, "lazy", TODAY), 25), reference)


def in_fresh_process(code: str, runs: int = 7) -> list[float]:
    return timed(lambda: subprocess.run([sys.executable, "-c", code], check=True), runs)


def bare_file(path: Path) -> None:
    duckdb.connect(str(path)).close()


def load_sample(path: Path) -> float:
    portfolio, data = allocation.open(path), shipped("data")

    def load() -> None:
        portfolio.init("USD")
        portfolio.load(data / "holdings.csv", targets=data / "targets.csv", fx=data / "fx.csv")

    return once(load)


def made_up_portfolio(folder: Path, size: int) -> allocation.Portfolio:
    portfolio = allocation.open(folder / f"made-up-{size}.duckdb")
    if not portfolio.exists():
        portfolio.load(*made_up(size))
    return portfolio


def made_up(size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Holdings in three accounts and ten classes, half of the classes with holding targets where they are few."""
    rows = [
        {
            "account": f"Account {i % 3}",
            "symbol": f"S{i:05}",
            "quantity": 1 + i * 7 % 40,
            "price": 10 + i * 37 % 500,
            "currency": "USD",
            "asset_class": f"Class {i % 10}",
        }
        for i in range(size)
    ]
    targets = [{"asset_class": f"Class {number}", "symbol": "", "target_percent": 10} for number in range(10)]
    for number in range(5):
        members = [row["symbol"] for row in rows if row["asset_class"] == f"Class {number}"]
        if len(members) <= 100:
            parts = [100 // len(members)] * len(members)
            parts[0] += 100 - sum(parts)
            targets += [
                {"asset_class": f"Class {number}", "symbol": symbol, "target_percent": part}
                for symbol, part in zip(members, parts, strict=True)
            ]
    return pd.DataFrame(rows), pd.DataFrame(targets)


if __name__ == "__main__":
    main()
