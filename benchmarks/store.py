"""The store: units of work, waiting, and ten years of snapshots."""

from __future__ import annotations

import datetime
import multiprocessing
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import pandas as pd

import allocation
from allocation.shipped_files import shipped
from benchmarks.timing import Row, once, timed

LOADS, HOLDINGS = 1_000, 50
SAVES_OF_EACH = 25


def units_of_work(folder: Path, bare: float) -> Iterable[Row]:
    portfolio, data = allocation.open(folder / "units.duckdb"), shipped("data")
    portfolio.load(data / "holdings.csv", data / "targets.csv", data / "fx.csv", base_currency="USD")
    yield Row("look up the accounts", timed(portfolio.accounts, 25), bare)
    yield Row("save class targets", timed(lambda: save(portfolio, 1), 25), bare)
    yield Row("preview a deletion", timed(lambda: portfolio.delete_account("Roth IRA", preview=True), 25), bare)
    yield Row("back up", timed(portfolio.backup, 10), bare)
    yield Row("examine (doctor)", timed(portfolio.doctor, 10), bare)


def save(portfolio: allocation.Portfolio, turn: int) -> None:
    portfolio.save_class_targets({"Bonds": turn % 100, "US stocks": 100 - turn % 100})


def waits(folder: Path) -> Iterable[Row]:
    """From wanting to save until it is saved, each of several processes saving again and again."""
    reference = None
    for writers in (1, 2, 8):
        portfolio = allocation.open(folder / f"waits-{writers}.duckdb")
        portfolio.init("USD")
        context = multiprocessing.get_context("spawn")
        gate, results = context.Barrier(writers), context.Queue()
        processes = [
            context.Process(target=save_again_and_again, args=(portfolio.path, gate, results)) for _ in range(writers)
        ]
        for process in processes:
            process.start()
        seconds = [one for _ in processes for one in results.get(timeout=300)]
        for process in processes:
            process.join()
        reference = reference or median(seconds)
        yield Row(f"{writers} {'writer' if writers == 1 else 'writers'}", seconds, reference)


def save_again_and_again(path: Path, gate: object, results: object) -> None:
    portfolio = allocation.open(path, timeout=120, tell=lambda sentence: None)
    save(portfolio, 0)
    gate.wait()  # type: ignore[attr-defined]
    results.put([once(lambda turn=turn: save(portfolio, turn)) for turn in range(SAVES_OF_EACH)])  # type: ignore[attr-defined]


def growth(folder: Path, bare: float) -> Iterable[Row]:
    path = folder / "years.duckdb"
    portfolio, loads, first_day = allocation.open(path), [], datetime.date(2022, 1, 1)
    for day in range(LOADS):
        frame = holdings_on(day, first_day + datetime.timedelta(day))
        loads.append(once(lambda frame=frame: portfolio.load(frame)))
        if day in (0, 99, LOADS - 1):
            print(f"file after {day + 1:,} loads: {path.stat().st_size / 1024:,.0f} KiB")
    portfolio.save_class_targets({f"Class {number}": 10 for number in range(10)})
    yield Row("the first 50 loads", loads[:50], bare)
    yield Row("the last 50 loads", loads[-50:], bare)
    fresh = timed(lambda: allocation.open(path).drift(), 15)
    yield Row("drift now, file read", fresh, bare)
    middle = first_day + datetime.timedelta(LOADS // 2)
    yield Row("drift half way back, file read", timed(lambda: allocation.open(path).drift(at=middle), 15), bare)
    yield Row("back up", timed(portfolio.backup, 5), bare)
    start = time.perf_counter()
    findings = portfolio.doctor()
    yield Row("examine (doctor)", [time.perf_counter() - start], bare)
    print(f"the doctor found {len(findings)} things, {sum(found.kind == 'fault' for found in findings)} of them faults")


def holdings_on(day: int, date: datetime.date) -> pd.DataFrame:
    """Fifty holdings; each price moves daily, one quantity every twentieth day."""
    return pd.DataFrame(
        {
            "account": "Brokerage",
            "symbol": [f"S{number:02}" for number in range(HOLDINGS)],
            "quantity": [1 + number + (day // 20 + number) // HOLDINGS for number in range(HOLDINGS)],
            "price": [20 + number + (day * 37 + number * 11) % 200 / 100 for number in range(HOLDINGS)],
            "currency": "USD",
            "asset_class": [f"Class {number % 10}" for number in range(HOLDINGS)],
            "as_of": date.isoformat(),
        }
    )
