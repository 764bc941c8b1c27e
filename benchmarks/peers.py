"""The planner beside others, on the same random cases in one run: `make bench-peers`.

Whole shares onto holdings beside `rebalance` (four objectives) and a plain program for HiGHS, whole shares from cash
beside PyPortfolioOpt's DiscreteAllocation (greedy and lp), fractions beside lakshmi. ``Header`` defines the measures.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from unittest.mock import patch

import lakshmi
import lakshmi.analyze
import lakshmi.assets
import numpy as np
import pandas as pd
import rebalance.asset
import rebalance.money
from loguru import logger
from pypfopt import DiscreteAllocation
from rebalance import Portfolio as PeerPortfolio
from rebalance.money import Price
from scipy.optimize import LinearConstraint, milp

from allocation import Limits
from allocation.planner import plan_deposit
from allocation.tables import Tables
from tests.builders import Held, portfolio

TODAY = datetime.date.today()
SIZES, CASES = (4, 8, 20, 50), 30
OBJECTIVES = ("absolute-l1", "relative-l1", "relative-l2", "max-relative-error")
HEADER = (
    "lines",
    "what",
    "measure",
    "worst",
    "off, points",
    "worst",
    "cash left",
    "worst",
    "ms",
    "worst",
    "beats ours",
)


@dataclass(frozen=True)
class Case:
    """Prices, shares held, targets (0–1) and a deposit."""

    prices: list[float]
    held: list[int]
    targets: list[float]
    deposit: float

    @property
    def names(self) -> list[str]:
        return [f"S{i:02}" for i in range(len(self.prices))]

    def tables(self) -> Tables:
        held = [
            Held(name, name, round(price * shares, 2), price)
            for name, price, shares in zip(self.names, self.prices, self.held, strict=True)
        ]
        targets = {name: 100 * part for name, part in zip(self.names, self.targets, strict=True)}
        return portfolio(held, targets, {name: {name: 100} for name in self.names})


@dataclass(frozen=True)
class Result:
    """What a planner's trades come to, by one arithmetic for all of them."""

    measure: float
    off: float
    cash: float
    seconds: float


def cases(lines: int, holds: bool) -> list[Case]:
    """Prices 15 to 550, about 60,000 held (or nothing), deposits 300 to 10,000; from cash 10,000 to 70,000."""
    chance = np.random.default_rng(lines)
    made = []
    for _ in range(CASES):
        prices = chance.uniform(15, 550, lines).round(2)
        cuts = np.sort(chance.choice(np.arange(1, 200), lines - 1, replace=False))
        targets = np.diff([0, *cuts, 200]) / 200
        weights = targets * chance.uniform(0.6, 1.4, lines)
        held = (60_000 * weights / weights.sum() / prices).round().astype(int) if holds else np.zeros(lines, int)
        deposit = round(float(chance.uniform(300, 10_000) if holds else chance.uniform(10_000, 70_000)), 2)
        made.append(Case(prices.tolist(), held.tolist(), targets.tolist(), deposit))
    return made


def judged(case: Case, work: Callable[[Case], Callable[[], dict[str, float]]], in_money: bool = False) -> Result | None:
    """Time the planner and judge its trades (shares, or money); None where it gives no answer."""
    plan = work(case)
    start = time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            bought = plan()
    except Exception:  # noqa: BLE001 - a peer that fails on a case has no answer to it, whatever it raises
        return None
    seconds = time.perf_counter() - start
    trades = np.array([float(bought.get(name, 0)) for name in case.names])
    prices, held, targets = (np.array(values) for values in (case.prices, case.held, case.targets))
    spent = trades if in_money else trades * prices
    total = float((held * prices).sum() + case.deposit)
    goal = targets * total
    off = held * prices + spent - goal
    return Result(
        float((off**2 / goal).sum()), float(abs(off).sum() / total), case.deposit - float(spent.sum()), seconds
    )


def ours(whole: bool, use_all_cash: bool = False) -> Callable[[Case], Callable[[], dict[str, float]]]:
    def prepared(case: Case) -> Callable[[], dict[str, float]]:
        tables, limits = case.tables(), Limits(whole_shares=whole, use_all_cash=use_all_cash)

        def plan() -> dict[str, float]:
            trades = plan_deposit(tables, case.deposit, "lazy", TODAY, limits).trades
            return dict(zip(trades["symbol"], trades["shares" if whole else "amount"], strict=True))

        return plan

    return prepared


def mixed_integer(objective: str) -> Callable[[Case], Callable[[], dict[str, float]]]:
    def prepared(case: Case) -> Callable[[], dict[str, float]]:
        prices = dict(zip(case.names, case.prices, strict=True))
        with patch.object(rebalance.asset, "fetch_yfinance_price", lambda ticker: Price(prices[ticker], "USD")):
            kept = PeerPortfolio()
            kept.easy_add_assets(tickers=case.names, quantities=case.held)
        kept.add_cash(case.deposit, "USD")
        kept.selling_allowed = False
        targets = {name: 100 * part for name, part in zip(case.names, case.targets, strict=True)}

        def plan() -> dict[str, float]:
            # Everything is in USD; it asks for EUR too, to show it.
            with patch.object(rebalance.money, "_cached_fx_rate", lambda one, other: 1.0 if one == other else 0.9):
                bought: dict[str, float] = kept.rebalance(targets, objective=objective)[0]
            return bought

        return plan

    return prepared


def plain_program(case: Case) -> Callable[[], dict[str, float]]:
    """The least Σ |after − target| in whole shares, as one program for HiGHS: shares, and the distance of each line."""
    count = len(case.names)
    prices, held, targets = (np.array(values) for values in (case.prices, case.held, case.targets))
    goal = targets * ((prices * held).sum() + case.deposit)
    apart, none = np.diag(prices), np.zeros((count, count))
    rows = [
        LinearConstraint(np.hstack([apart, -np.eye(count)]), -np.inf, goal - prices * held),
        LinearConstraint(np.hstack([apart, np.eye(count)]), goal - prices * held, np.inf),
        LinearConstraint(np.hstack([prices, none[0]]), -np.inf, case.deposit),
    ]

    def plan() -> dict[str, float]:
        cost, whole = np.repeat([0.0, 1.0], count), np.repeat([1, 0], count)
        answer = milp(cost, constraints=rows, integrality=whole, options={"time_limit": 2.0})
        return dict(zip(case.names, answer.x[:count].round(), strict=True))

    return plan


def discrete(way: str) -> Callable[[Case], Callable[[], dict[str, float]]]:
    def prepared(case: Case) -> Callable[[], dict[str, float]]:
        # In the order of the weights, because lp pairs weights and prices by position.
        order = sorted(case.names, key=lambda name: -case.targets[case.names.index(name)])
        weights = {name: case.targets[case.names.index(name)] for name in order}
        prices = pd.Series({name: case.prices[case.names.index(name)] for name in order})
        allocation = DiscreteAllocation(weights, prices, case.deposit)
        return lambda: getattr(allocation, f"{way}_portfolio")()[0]

    return prepared


def lazy_peer(case: Case) -> Callable[[], dict[str, float]]:
    classes = lakshmi.AssetClass("All")
    for name, part in zip(case.names, case.targets, strict=True):
        classes.add_subclass(part, lakshmi.AssetClass(name))
    account = lakshmi.Account("A", "Taxable")
    for name, price, shares in zip(case.names, case.prices, case.held, strict=True):
        account.add_asset(lakshmi.assets.ManualAsset(name, price * shares, {name: 1.0}))
    account.add_cash(case.deposit)
    kept = lakshmi.Portfolio(classes.validate()).add_account(account)

    def plan() -> dict[str, float]:
        lakshmi.analyze.Allocate("A").analyze(kept)
        return {asset.short_name(): asset.get_what_if() for asset in account.assets()}

    return plan


def compare(title: str, holds: bool, planners: dict[str, Callable[[Case], Callable[[], dict[str, float]]]]) -> None:
    """Print a table; the first planner is ours. ``beats ours``: on how many cases a peer's measure is lower."""
    rows = [HEADER]
    for lines in SIZES:
        made = cases(lines, holds)
        by_planner = {
            what: [judged(case, work, in_money=holds and "fractions" in title) for case in made]
            for what, work in planners.items()
        }
        own = next(iter(by_planner.values()))
        for what, results in by_planner.items():
            done = [result for result in results if result is not None]
            failed = f", {len(results) - len(done)} without an answer" if len(done) < len(results) else ""
            if not done:
                rows.append((str(lines), what + failed, *[""] * 9))
                continue
            better = sum(
                mine is not None and other is not None and other.measure < mine.measure * (1 - 1e-6) - 1e-6
                for mine, other in zip(own, results, strict=True)
            )
            figures = [[result.measure for result in done], [100 * result.off for result in done],
                       [result.cash for result in done], [1e3 * result.seconds for result in done]]  # fmt: skip
            cells = [f"{pick(values):,.2f}" for values in figures for pick in (median, max)]
            rows.append((str(lines), what + failed, *cells, str(better)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    print(f"\n{title}, {CASES} cases each: median and worst")
    for row in rows:
        print("  ".join(cell.ljust(width) if i == 1 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths, strict=True))))  # fmt: skip


def main() -> None:
    logger.disable("rebalance")
    compare(
        "Whole shares onto 60,000 held",
        True,
        {"allocation": ours(True), "allocation, all cash": ours(True, True)}
        | {f"rebalance, {objective}": mixed_integer(objective) for objective in OBJECTIVES}
        | {"a plain program": plain_program},
    )
    compare(
        "Whole shares from cash",
        False,
        {"allocation": ours(True), "allocation, all cash": ours(True, True)}
        | {f"PyPortfolioOpt, {way}": discrete(way) for way in ("greedy", "lp")},
    )
    compare("A deposit in fractions onto 60,000 held", True, {"allocation": ours(False), "lakshmi": lazy_peer})


if __name__ == "__main__":
    main()
