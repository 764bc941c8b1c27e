"""The values of a linear program's columns that come nearest to what is wanted, exact to parts of a minor unit.

Σ (distance² / scale + 2 × slope × distance) is minimised by Clarabel (P. J. Goulart and Y. Chen, 2024), an
interior-point solver. It is asked in parts of the largest money there is, so that its tolerances mean the same for
every portfolio, and once more from where it came to, ten thousand times larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocation.planner.linear import INFINITE, Columns

Vector = npt.NDArray[np.float64]

CLOSE = 1e-12
KEPT = 1e-8
LARGER = (1.0, 1e4)


@dataclass(frozen=True)
class Square:
    """Σ part × column should come to ``wanted``; how far off it is costs distance² / scale + 2 × slope × distance."""

    parts: Mapping[int, float]
    wanted: float
    scale: float
    slope: float = 0.0


def nearest(columns: Columns, squares: Sequence[Square], used_up: Sequence[int]) -> list[float] | None:
    """The values of the columns, or None where none were found.

    Parameters:
        columns: the program; columns that are whole have one value as their bounds. Its cost plays no part.
        squares: what is wanted.
        used_up: columns that come first: they are where their sum is the least there can be.
    """
    if used_up:
        least = _least(columns, used_up)
        if least is None:
            return None
        columns = Columns(columns.cost, list(columns.low), list(columns.high), columns.whole, columns.rows)
        for column in used_up:
            columns.low[column] = columns.high[column] = least[column]
    unit = sum(square.scale for square in squares) or 1.0
    kept = _Kept(columns, unit)
    if not len(kept.columns):
        return [float(value) for value in kept.fixed * unit]
    problem = _Problem(kept, squares, unit)
    values = np.zeros(len(kept.columns) + len(squares))
    solved = False
    for larger in LARGER:
        step = problem.step_from(values, larger)
        if step is not None:
            values, solved = values + step / larger, True
    found = np.clip(values[: len(kept.columns)], kept.low, kept.high)
    if not solved or problem.broken_by(values) > KEPT:
        return None
    answer = kept.fixed.copy()
    answer[kept.columns] = found
    return [float(value) for value in answer * unit]


def _least(columns: Columns, used_up: Sequence[int]) -> list[float] | None:
    cost = [0.0] * len(columns.cost)
    for column in used_up:
        cost[column] = 1.0
    found = Columns(cost, columns.low, columns.high, [False] * len(cost), columns.rows).solve(2.0)
    return None if found is None else found[0]


class _Kept:
    """What is left of a program once everything that can only have one value has it; money in parts of ``unit``."""

    def __init__(self, columns: Columns, unit: float) -> None:
        self.low: Vector = np.array(columns.low) / unit
        self.high: Vector = np.array(columns.high) / unit
        self.rows = [(parts, low / unit, high / unit) for parts, low, high in columns.rows]
        self.fixed: Vector = np.zeros(len(self.low))
        self._settle_single_columns()
        one_value = self.high - self.low <= CLOSE
        self.fixed[one_value] = (self.low[one_value] + self.high[one_value]) / 2
        self.columns = np.flatnonzero(~one_value)
        self.low, self.high = self.low[self.columns], self.high[self.columns]

    def _settle_single_columns(self) -> None:
        """A row over one column is its bound; that may leave other rows with one column."""
        again = True
        while again:
            again, rows = False, []
            for parts, low, high in self.rows:
                free = {i: part for i, part in parts.items() if self.high[i] - self.low[i] > CLOSE and part}
                there = sum(part * (self.low[i] + self.high[i]) / 2 for i, part in parts.items() if i not in free)
                if len(free) > 1:
                    rows.append((parts, low, high))
                    continue
                again = True
                for i, part in free.items():
                    ends = sorted(((low - there) / part, (high - there) / part))
                    self.low[i], self.high[i] = max(self.low[i], ends[0]), min(self.high[i], ends[1])
                    if self.high[i] < self.low[i]:
                        self.low[i] = self.high[i] = (self.low[i] + self.high[i]) / 2
            self.rows = rows


class _Problem:
    """Matrices: the kept columns, then one for each square, its distance over the root of its scale."""

    def __init__(self, kept: _Kept, squares: Sequence[Square], unit: float) -> None:
        size, many = len(kept.columns), len(squares)
        place = {int(column): i for i, column in enumerate(kept.columns)}
        roots = np.sqrt(np.array([square.scale for square in squares]) / unit)
        every = [*kept.rows, *((square.parts, square.wanted / unit, square.wanted / unit) for square in squares)]
        self.matrix = np.zeros((len(every), size + many))
        self.low, self.high = np.zeros(len(every)), np.zeros(len(every))
        for row, (parts, low, high) in enumerate(every):
            there = 0.0
            for column, part in parts.items():
                if column in place:
                    self.matrix[row, place[column]] += part
                else:
                    there += part * float(kept.fixed[column])
            self.low[row], self.high[row] = low - there, high - there
        self.matrix[len(kept.rows) :, size:] -= np.diag(roots)
        self.squared = np.concatenate([np.zeros(size), np.full(many, 2.0)])
        self.cost = np.concatenate([np.zeros(size), 2 * np.array([square.slope for square in squares]) * roots])
        free = np.full(many, INFINITE)
        self.least, self.most = np.concatenate([kept.low, -free]), np.concatenate([kept.high, free])

    def broken_by(self, values: Vector) -> float:
        """By how much the rows and bounds are broken at most."""
        came = self.matrix @ values
        return float(max(np.max(part, initial=0.0) for part in (
            self.low - came, came - self.high, self.least - values, values - self.most
        )))  # fmt: skip

    def step_from(self, values: Vector, larger: float) -> Vector | None:
        """How to go on from ``values``, seen ``larger``."""
        # Imported where it is needed: with its sparse matrices it takes longer than the rest of the planner.
        import clarabel
        from scipy.sparse import csc_matrix, diags_array, eye_array, vstack

        came = self.matrix @ values
        low, high = (self.low - came) * larger, (self.high - came) * larger
        least, most = np.minimum((self.least - values) * larger, 0.0), np.maximum((self.most - values) * larger, 0.0)
        same, matrix, every = self.low == self.high, csc_matrix(self.matrix), eye_array(len(values), format="csc")
        below, above = ~same & np.isfinite(self.high), ~same & np.isfinite(self.low)
        upper, lower = np.isfinite(self.most), np.isfinite(self.least)
        rows = vstack([matrix[same], matrix[below], -matrix[above], every[upper], -every[lower]], format="csc")
        ends = np.concatenate([high[same], high[below], -low[above], most[upper], -least[lower]])
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = CLOSE
        kinds = [clarabel.ZeroConeT(int(same.sum())), clarabel.NonnegativeConeT(len(ends) - int(same.sum()))]
        cost = (self.cost + self.squared * values) * larger
        found = clarabel.DefaultSolver(csc_matrix(diags_array(self.squared)), cost, rows, ends, kinds, settings).solve()
        done = (clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved)
        return np.array(found.x) if found.status in done else None
