"""A linear or mixed-integer program as it grows, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np

INFINITE = highspy.kHighsInf


@dataclass
class Columns:
    """A linear program as it grows: columns, then rows over them."""

    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)

    def add(self, low: float, high: float, cost: float = 0.0, whole: bool = False) -> int:
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(max(high, low))
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, parts: Mapping[int, float], low: float, high: float) -> None:
        self.rows.append((dict(parts), low, high))

    def solve(self, seconds: float) -> tuple[list[float], float] | None:
        """The values of the columns and the proven bound; None where no values keep the rows, or none was found."""
        solver = _solver(seconds)
        solver.passModel(self._model())
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        done = status == highspy.HighsModelStatus.kOptimal
        if not done and (
            not any(self.whole) or info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible
        ):
            return None
        values = [float(value) for value in solver.getSolution().col_value]
        return values, float(info.mip_dual_bound if any(self.whole) else info.objective_function_value)

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.cost), len(self.rows)
        model.col_cost_, model.col_lower_, model.col_upper_ = (
            np.array(values, dtype=np.float64) for values in (self.cost, self.low, self.high)
        )
        model.row_lower_ = np.array([low for _, low, _ in self.rows])
        model.row_upper_ = np.array([high for _, _, high in self.rows])
        sizes = [len(parts) for parts, _, _ in self.rows]
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        model.a_matrix_.index_ = np.array([column for parts, _, _ in self.rows for column in parts], dtype=np.int32)
        model.a_matrix_.value_ = np.array([part for parts, _, _ in self.rows for part in parts.values()])
        if any(self.whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [kinds[whole] for whole in self.whole]
        return model


def _solver(seconds: float) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False), ("mip_rel_gap", 0.0), ("mip_abs_gap", 1e-9), ("threads", 1),
        ("time_limit", max(seconds, 0.01)), ("mip_feasibility_tolerance", 1e-9),
        ("primal_feasibility_tolerance", 1e-9), ("random_seed", 1),
    ):  # fmt: skip
        solver.setOptionValue(option, value)
    return solver
