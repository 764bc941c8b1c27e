"""The nearest whole-share plan that one sum of money pays for, and the proof that none is nearer.

The cost is separable and convex, so each line is a row of steps with rising marginal costs, and the task is to choose
steps that the money pays for. The steps are ordered by cost for each unit of money; the plan without whole shares says
where to break that order, and its multiplier bounds what any change must cost. Only steps whose bound is below the
best plan found can change: they are tried in order of that bound, keeping for each sum of money the cheapest way to it
(the expanding core of D. Pisinger, "A minimal algorithm for the 0-1 knapsack problem", Operations Research 45, 1997).
Where no step is left, the plan is proven to be the nearest.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WINDOW = 4
MOST_STATES = 400_000
ROUNDING = 1e-6


@dataclass(frozen=True)
class Steps:
    """Lines that are traded in whole steps; one entry a line, money in minor units.

    Attributes:
        unit: what one step costs.
        low, high: fewest and most steps (negative sells).
        wanted: money that is nearest to the goal.
        near: money to look around first.
        scale: money that a distance is measured in: the target value.
        slope: what each unit of money adds to the cost, besides the distance.
    """

    unit: Floats
    low: Ints
    high: Ints
    wanted: Floats
    near: Floats
    scale: Floats
    slope: Floats

    def cost(self, steps: Ints) -> float:
        """Σ (money − wanted)² / scale + 2 × slope × money."""
        money = steps * self.unit
        return float((((money - self.wanted) ** 2) / self.scale + 2 * self.slope * money).sum())

    def step_costs(self, line: Ints, below: Ints) -> Floats:
        """What the step above ``below`` adds to the cost."""
        unit, money = self.unit[line], below * self.unit[line]
        return unit * ((2 * (money - self.wanted[line]) + unit) / self.scale[line] + 2 * self.slope[line])


def nearest(lines: Steps, budget: float, time_limit: float) -> tuple[Ints, float]:
    """The steps of each line with the least cost that together cost no more than ``budget``.

    Parameters:
        lines: what can be traded.
        budget: minor units; negative where money has to be raised.
        time_limit: seconds.

    Returns:
        The steps of each line, and how much less another plan may cost: 0 where this is proven to be the nearest.

    Raises:
        ValueError: even the fewest steps cost more than the budget.
    """
    until, window = time.monotonic() + time_limit, WINDOW
    if float((lines.low * lines.unit).sum()) > budget + ROUNDING:
        raise ValueError("the fewest steps cost more than the budget")
    while True:
        middle = lines.near / lines.unit
        low = np.clip(np.floor(middle).astype(np.int64) - window, lines.low, lines.high)
        high = np.clip(np.ceil(middle).astype(np.int64) + window, low, lines.high)
        if float((low * lines.unit).sum()) <= budget + ROUNDING:
            found = _among(lines, low, high, budget, until)
            if found is not None:
                return found
        window *= 2


def _among(lines: Steps, low: Ints, high: Ints, budget: float, until: float) -> tuple[Ints, float] | None:
    """The nearest of the plans between ``low`` and ``high``; None where there may be a nearer one outside."""
    line = np.repeat(np.arange(len(low)), high - low)
    first = np.concatenate([[0], np.cumsum(high - low)[:-1]])
    below = np.arange(len(line)) - first[line] + low[line]
    order = np.lexsort((line, below, lines.step_costs(line, below) / lines.unit[line]))
    line, below = line[order], below[order]
    cost, price = lines.step_costs(line, below), lines.unit[line]
    money = budget - float((low * lines.unit).sum())
    worth = int(np.searchsorted(cost >= 0, True))
    taken = min(int(np.searchsorted(np.cumsum(price), money + ROUNDING, side="right")), worth)
    multiplier = 0.0 if taken >= worth else -float(cost[taken] / price[taken])
    core = _Core(cost, price, cost + multiplier * price, multiplier, money, taken)
    core.expand(until)
    ends = [
        lines.step_costs(np.arange(len(low)), end) + multiplier * lines.unit for end in (high, low - 1)
    ]  # fmt: skip
    outside = ((high < lines.high) & (ends[0] <= core.gap)) | ((low > lines.low) & (-ends[1] <= core.gap))
    if outside.any() and time.monotonic() < until:
        return None
    chosen = core.chosen()
    return low + np.bincount(line[chosen], minlength=len(low)), 0.0 if core.proven else core.gap


class _Core:
    """States reached by taking steps below the break out, or steps above it in: for each sum of money the cheapest."""

    def __init__(
        self, cost: Floats, price: Floats, reduced: Floats, multiplier: float, money: float, taken: int
    ) -> None:
        self.cost, self.price, self.reduced, self.multiplier, self.money = cost, price, reduced, multiplier, money
        self.taken = taken
        self.bound = float(np.minimum(reduced, 0).sum()) - multiplier * money
        self.best = float(cost[:taken].sum())
        self.proven = False
        self._best_at = (-1, 0)
        self._tried: list[tuple[int, Ints, npt.NDArray[np.bool_]]] = []
        self._kept: list[Ints] = []

    @property
    def gap(self) -> float:
        return max(self.best - self.bound, 0.0)

    def expand(self, until: float) -> None:
        weight, cost = np.array([float(self.price[: self.taken].sum())]), np.array([self.best])
        noise = 1e-12 * max(abs(self.best), abs(self.bound), 1.0)
        for step in np.argsort(np.abs(self.reduced), kind="stable"):
            if not len(weight) or abs(self.reduced[step]) > self.best - self.bound + noise:
                break
            if len(weight) > MOST_STATES or time.monotonic() > until:
                return
            sign = -1.0 if step < self.taken else 1.0
            weight = np.concatenate([weight, weight + sign * self.price[step]])
            cost = np.concatenate([cost, cost + sign * self.cost[step]])
            parent = np.tile(np.arange(len(weight) // 2), 2)
            moved = np.arange(len(weight)) >= len(weight) // 2
            able = np.flatnonzero(weight <= self.money + ROUNDING)
            keep = cost + self.multiplier * (weight - self.money) <= self.best + noise
            if len(able):
                lowest = able[np.argmin(cost[able])]
                if cost[lowest] < self.best - noise:
                    self.best = float(cost[lowest])
                    self._best_at = (len(self._tried), int(lowest))
                    keep = cost + self.multiplier * (weight - self.money) <= self.best + noise
            weight, cost, kept = _cheapest(weight, cost, np.flatnonzero(keep))
            self._tried.append((int(step), parent, moved))
            self._kept.append(kept)
        self.proven = True

    def chosen(self) -> npt.NDArray[np.bool_]:
        """Which steps the best plan takes."""
        taken = np.arange(len(self.cost)) < self.taken
        tried, at = self._best_at
        while tried >= 0:
            step, parent, moved = self._tried[tried]
            if moved[at]:
                taken[step] = not taken[step]
            at = int(parent[at])
            tried -= 1
            if tried >= 0:
                at = int(self._kept[tried][at])
        return taken


def _cheapest(weight: Floats, cost: Floats, among: Ints) -> tuple[Floats, Floats, Ints]:
    """Of the states, those than which no state that needs as little money is cheaper, in order of money."""
    order = among[np.lexsort((cost[among], weight[among]))]
    lowest = np.minimum.accumulate(cost[order])
    kept = order[np.concatenate([[True], cost[order][1:] < lowest[:-1]])] if len(order) else order
    return weight[kept], cost[kept], kept
