"""What the benchmarks share: measuring, and tables of what was measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

HEADER = ("what", "median ms", "worst ms", "runs", "times its reference")


@dataclass(frozen=True)
class Row:
    """One line of a table: seconds of each run, and of the reference it is compared with."""

    what: str
    seconds: list[float]
    reference: float | None = None

    def cells(self) -> tuple[str, ...]:
        typical = median(self.seconds)
        ratio = "" if self.reference is None else f"{typical / self.reference:.1f}"
        return self.what, f"{1e3 * typical:,.1f}", f"{1e3 * max(self.seconds):,.1f}", str(len(self.seconds)), ratio


def timed(work: Callable[[], object], runs: int, warm: bool = True) -> list[float]:
    """Seconds of each run; a first, unmeasured one lets caches fill."""
    if warm:
        work()
    return [once(work) for _ in range(runs)]


def once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def show(title: str, rows: Iterable[Row]) -> None:
    lines = [HEADER, *(row.cells() for row in rows)]
    if len(lines) == 1:
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    print(f"\n{title}")
    for line in lines:
        first, *others = [cell.rjust(width) for cell, width in zip(line, widths, strict=True)]
        print("  ".join([first.strip().ljust(widths[0]), *others]))
