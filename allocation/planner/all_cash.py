"""The nearest whole-share plan among those that leave the least cash, and the proof of both.

Which sums whole shares can come to is a knapsack, answered for every sum at once by shifting one long row of bits. Of
the plans that come to the largest such sum, the nearest is found by meeting in the middle (E. Horowitz and S. Sahni,
"Computing partitions with applications to the knapsack problem", Journal of the ACM 21, 1974): the lines are halved,
each half lists what its lines can come to and how far from the fractional plan that is, and two entries that together
make the sum are a plan. Lists are cut at a distance that is doubled until a plan is found inside it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from allocation.planner.whole import ROUNDING, Floats, Ints, Steps

MOST_BITS = 20_000_000
MOST_STATES = 1_500_000
HALVINGS = 200


@dataclass(frozen=True)
class _Line:
    """What a line can do: steps, what they come to (minor units), and how much further that is than its nearest."""

    number: int
    steps: Ints
    money: Ints
    further: Floats


@dataclass(frozen=True)
class _Half:
    """Each sum that some lines can come to, with the least distance and the steps that make it."""

    money: Ints
    further: Floats
    steps: list[tuple[int, Ints]]


def least_left(lines: Steps, budget: float, time_limit: float) -> tuple[Ints, float]:
    """The steps that leave the least of ``budget``, and of those the ones with the least cost.

    Parameters:
        lines: what can be traded.
        budget: minor units; negative where money has to be raised.
        time_limit: seconds.

    Returns:
        The steps of each line, and 0; or infinity where the time did not suffice to prove that nothing leaves less,
        or is as near.

    Raises:
        ValueError: even the fewest steps cost more than the budget.
    """
    until, whole_budget = time.monotonic() + time_limit, int(np.floor(budget + ROUNDING))
    able = _lines(lines, budget, whole_budget)
    if sum(int(line.money.min()) for line in able) > whole_budget:
        raise ValueError("the fewest steps cost more than the budget")
    goal = _largest_sum(lines, able, whole_budget)
    further = sorted(float(part) for line in able for part in line.further if part > 0)
    cut = further[min(len(further) - 1, 2 * len(able))] if further else 1.0
    best: tuple[Ints, float] | None = None
    while True:
        halves = _halved(able, cut)
        best = _met(halves, goal, whole_budget, len(able)) or best
        if best is not None and best[1] <= cut and (goal is not None or _comes_to(able, best[0]) == whole_budget):
            return best[0], 0.0
        everything = sum(float(line.further.max()) for line in able) <= cut
        many = max(len(half.money) for half in halves) > MOST_STATES
        if everything or many or time.monotonic() > until:
            found = best or _met(halves, None, whole_budget, len(able))
            if found is None:
                raise ValueError("the fewest steps cost more than the budget")
            return found[0], 0.0 if everything else np.inf
        cut *= 2


def _lines(lines: Steps, budget: float, whole_budget: int) -> list[_Line]:
    """The steps that each line could take, and their distance at the price of money that makes the sum the budget."""
    multiplier = _multiplier(lines, budget)
    spare = whole_budget - int(np.floor((lines.low * lines.unit).sum()))
    found = []
    for number, unit in enumerate(lines.unit):
        high = min(int(lines.high[number]), int(lines.low[number]) + int(max(spare, 0) // unit) + 1)
        steps = np.arange(int(lines.low[number]), high + 1, dtype=np.int64)
        exact = steps * unit
        cost = (exact - lines.wanted[number]) ** 2 / lines.scale[number]
        cost += (2 * lines.slope[number] + multiplier) * exact
        money = np.sign(steps) * np.floor(np.abs(exact) + 0.5).astype(np.int64)
        found.append(_Line(number, steps, money.astype(np.int64), cost - cost.min()))
    return found


def _multiplier(lines: Steps, budget: float) -> float:
    """The price of money at which the fractional plan spends the budget."""
    low, high = lines.low * lines.unit, lines.high * lines.unit
    steep = 2 * (np.abs(high) + np.abs(low) + np.abs(lines.wanted)) / lines.scale + 2 * np.abs(lines.slope)
    least, most = -float(steep.max(initial=1.0)), float(steep.max(initial=1.0))
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        money = np.clip(lines.wanted - lines.scale * (lines.slope + middle / 2), low, high)
        if money.sum() > budget:
            least = middle
        else:
            most = middle
    return (least + most) / 2


def _largest_sum(lines: Steps, able: list[_Line], budget: int) -> int | None:
    """The largest sum (minor units) that some steps come to; None where there are too many sums to tell."""
    lowest = sum(int(line.money[0]) for line in able)
    size = budget - lowest + 1
    if size > MOST_BITS:
        return None
    mask, reached = (1 << size) - 1, 1
    for line in able:
        unit, many = lines.unit[line.number], len(line.steps) - 1
        if unit == int(unit):
            part = 1
            while many > 0:
                taken = min(part, many)
                reached |= (reached << (taken * int(unit))) & mask
                many, part = many - taken, 2 * part
        else:
            shifted = 0
            for money in line.money - line.money[0]:
                shifted |= (reached << int(money)) & mask
            reached = shifted
    return lowest + reached.bit_length() - 1


def _halved(able: list[_Line], cut: float) -> tuple[_Half, _Half]:
    order = sorted(able, key=lambda line: int((line.further <= cut).sum()))
    return _listed(order[::2], cut), _listed(order[1::2], cut)


def _listed(lines: list[_Line], cut: float) -> _Half:
    """What some lines can come to, no further than ``cut``; of equal sums the nearest."""
    money, further = np.zeros(1, dtype=np.int64), np.zeros(1)
    steps: list[tuple[int, Ints]] = []
    for line in lines:
        near = line.further <= cut
        sums = (money[:, None] + line.money[near]).ravel()
        far = (further[:, None] + line.further[near]).ravel()
        parent = np.repeat(np.arange(len(money)), int(near.sum()))
        step = np.tile(line.steps[near], len(money))
        inside = np.flatnonzero(far <= cut)
        order = inside[np.lexsort((far[inside], sums[inside]))]
        order = order[np.concatenate([[True], np.diff(sums[order]) > 0])] if len(order) else order
        if len(order) > MOST_STATES:
            order = order[np.sort(np.argpartition(far[order], MOST_STATES)[: MOST_STATES + 1])]
        money, further = sums[order], far[order]
        steps = [(number, taken[parent[order]]) for number, taken in steps] + [(line.number, step[order])]
    return _Half(money, further, steps)


def _met(halves: tuple[_Half, _Half], goal: int | None, budget: int, size: int) -> tuple[Ints, float] | None:
    """The nearest two entries that together make the goal; without one, the largest sum within the budget."""
    one, other = halves
    if goal is None:
        at = np.searchsorted(other.money, budget - one.money, side="right") - 1
        able = np.flatnonzero(at >= 0)
        if not len(able):
            return None
        sums = one.money[able] + other.money[at[able]]
        return _met(halves, int(sums.max()), budget, size)
    at = np.minimum(np.searchsorted(other.money, goal - one.money), len(other.money) - 1)
    able = np.flatnonzero(one.money + other.money[at] == goal)
    if not len(able):
        return None
    far = one.further[able] + other.further[at[able]]
    nearest = int(np.argmin(far))
    steps = np.zeros(size, dtype=np.int64)
    for half, entry in ((one, able[nearest]), (other, at[able[nearest]])):
        for number, taken in half.steps:
            steps[number] = taken[entry]
    return steps, float(far[nearest])


def _comes_to(able: list[_Line], steps: Ints) -> int:
    return sum(int(line.money[np.searchsorted(line.steps, steps[line.number])]) for line in able)
