"""The plan nearest to what a rule wants, among those that keep every limit at once: a mixed-integer program.

What is minimised is Σ (distance² / scale + 2 × slope × distance) over the goals, which is convex. A goal's cost is
stated by straight lines that touch it from below; wherever an answer lies above them, a line is added there and the
program is solved again, until the answer costs what the lines say (outer approximation: M. A. Duran and I. E.
Grossmann, Mathematical Programming 36, 1986). So the bound that HiGHS proves for the lines holds for the plan.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allocation.planner.linear import INFINITE, Columns
from allocation.planner.quadratic import Square, nearest

ROUNDS = 60
CLOSE = 1e-9
STARTS = 4
IDLE = 4.0
"""What money left costs where it is to be used up: as much as being off a target by twice its size."""


@dataclass(frozen=True)
class Charge:
    """What a trade costs, and the smallest there is; money as in the program."""

    fixed: float = 0.0
    part: float = 0.0
    at_least: float = 0.0
    at_most: float | None = None
    largest_part: float | None = None
    smallest: float = 0.0

    @property
    def by_trade(self) -> bool:
        """Whether it matters that something is traded at all, and not only how much."""
        return bool(self.fixed or self.at_least or self.smallest)


FREE = Charge()


@dataclass(frozen=True)
class Line:
    """What may be bought and sold of an asset in an account.

    Attributes:
        account: whose money pays for it.
        most_bought, most_sold: money.
        unit: money of a step, where it is traded in whole steps.
        charge: what a trade costs.
        is_cash: whether it is cash, which doesn't count as sold.
    """

    account: str
    most_bought: float
    most_sold: float
    unit: float | None = None
    charge: Charge = FREE
    is_cash: bool = False


@dataclass(frozen=True)
class Goal:
    """Σ part × money traded of some lines should come to ``wanted``.

    Attributes:
        parts: line → part.
        wanted: money.
        scale: what the squared distance is divided by.
        slope: what each unit of distance costs besides.
        near: money to expect.
    """

    parts: Mapping[int, float]
    wanted: float
    scale: float
    slope: float = 0.0
    near: float = 0.0

    def cost(self, money: float) -> float:
        off = money - self.wanted
        return off * off / self.scale + 2 * self.slope * off

    def steepness(self, money: float) -> float:
        return 2 * (money - self.wanted) / self.scale + 2 * self.slope


@dataclass(frozen=True)
class Program:
    """What is to be planned.

    Attributes:
        lines: what may be traded.
        goals: what is wanted.
        money: account → what it has to spend (negative: has to raise).
        free: what may go to any account, or come from any (negative).
        idle: account → the most that may be left in it; without an entry, any.
        dear: accounts whose money is to be used up, if the limits let it.
        most_sold: of all lines together, or None.
        within: lines with the least and the most that they may trade together.
        all_cash: the least money left comes first, the goals second.
        fewest: among plans as near, the fewest trades.
        time_limit: seconds.
    """

    lines: Sequence[Line]
    goals: Sequence[Goal]
    money: Mapping[str, float]
    free: float = 0.0
    idle: Mapping[str, float] = field(default_factory=dict)
    dear: frozenset[str] = frozenset()
    most_sold: float | None = None
    within: Sequence[tuple[Sequence[int], float, float]] = ()
    all_cash: bool = False
    fewest: bool = False
    time_limit: float = 2.0


@dataclass(frozen=True)
class Answer:
    """The money traded of each line; what each account is left with, and its part of what is free; the proven gap."""

    traded: list[float]
    left: dict[str, float]
    of_free: dict[str, float]
    gap: float


def _purses(program: Program) -> dict[str, float]:
    """The most that each account can spend: what it has, what may come to it, and all that it may sell."""
    sold = dict.fromkeys(program.money, 0.0)
    for line in program.lines:
        sold[line.account] += line.most_sold
    return {name: max(money + max(program.free, 0.0) + sold[name], 0.0) for name, money in program.money.items()}


class _Model:
    """A program's columns and rows, and the lines under its goals' costs."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.columns = Columns()
        self.bought: list[int] = []
        self.sold: list[int] = []
        self.fees: list[dict[int, float]] = []
        self.trades: list[int] = []
        purses = _purses(program)
        for line in program.lines:
            self.bought.append(self._side(line, min(line.most_bought, purses[line.account])))
            self.sold.append(self._side(line, line.most_sold))
        self.of_free = {name: self._free_column() for name in program.money} if program.free else {}
        self.left = [self._budget(name) for name in program.money]
        if self.of_free:
            self.columns.row(dict.fromkeys(self.of_free.values(), 1.0), program.free, program.free)
        if program.most_sold is not None:
            sold = [column for column, line in zip(self.sold, program.lines, strict=True) if not line.is_cash]
            self.columns.row(dict.fromkeys(sold, 1.0), -INFINITE, program.most_sold)
        for lines, least, most in program.within:
            together = {self.bought[i]: 1.0 for i in lines} | {self.sold[i]: -1.0 for i in lines}
            self.columns.row(together, least, most)
        self.dear = [left for name, left in zip(program.money, self.left, strict=True) if name in program.dear]
        self.cost_columns = [self.columns.add(-INFINITE, INFINITE) for _ in program.goals]

    def _side(self, line: Line, most: float) -> int:
        """The column of what is bought (or sold) of a line, in money."""
        columns, charge = self.columns, line.charge
        amount = columns.add(0.0, max(most, 0.0))
        self.fees.append({})
        if most <= 0:
            return amount
        if line.unit is not None:
            steps = columns.add(0.0, np.floor(most / line.unit + 1e-9), whole=True)
            columns.row({amount: 1.0, steps: -line.unit}, 0.0, 0.0)
        traded = None
        if charge.by_trade or self.program.fewest:
            traded = columns.add(0.0, 1.0, whole=True)
            self.trades.append(traded)
            columns.row({amount: 1.0, traded: -most}, -INFINITE, 0.0)
            if charge.smallest:
                columns.row({amount: 1.0, traded: -charge.smallest}, 0.0, INFINITE)
        if charge.fixed or charge.part or charge.at_least:
            fee = self._fee(amount, traded, most, charge)
            self.fees[-1] = {fee: 1.0}
        return amount

    def _fee(self, amount: int, traded: int | None, most: float, charge: Charge) -> int:
        """The column of a trade's fee: fixed + part × amount, at least the one and at most the other."""
        columns, largest = self.columns, max(charge.fixed + charge.part * most, charge.at_least)
        by_trade = {} if traded is None else {traded: -charge.fixed}
        fee = columns.add(0.0, largest)
        plain = {fee: 1.0, amount: -charge.part, **by_trade}
        if traded is not None and charge.at_least > charge.fixed:
            raised = columns.add(0.0, 1.0, whole=True)
            columns.row(plain, 0.0, INFINITE)
            columns.row({**plain, raised: -largest}, -INFINITE, 0.0)
            columns.row({fee: 1.0, traded: -charge.at_least}, 0.0, INFINITE)
            columns.row({fee: 1.0, traded: -charge.at_least, raised: largest}, -INFINITE, largest)
        else:
            columns.row(plain, 0.0, 0.0)
        if charge.at_most is not None and largest > charge.at_most:
            fee = self._capped(fee, charge.at_most, largest)
        if charge.largest_part is not None:
            columns.row({fee: 1.0, amount: -charge.largest_part}, -INFINITE, 0.0)
        return fee

    def _capped(self, fee: int, most: float, largest: float) -> int:
        columns = self.columns
        capped, reached = columns.add(0.0, most), columns.add(0.0, 1.0, whole=True)
        columns.row({capped: 1.0, fee: -1.0}, -INFINITE, 0.0)
        columns.row({capped: 1.0, fee: -1.0, reached: largest}, 0.0, INFINITE)
        columns.row({capped: 1.0, reached: -most}, 0.0, INFINITE)
        return capped

    def needless(self, answer: Answer) -> set[str]:
        """Accounts that are left with as much as a step that they sell: they could have sold one less."""
        found = set()
        for line, traded in zip(self.program.lines, answer.traded, strict=True):
            able = line.unit is not None and traded < 0 and not _must_be_large(line)
            if able and line.account in self.program.idle and answer.left[line.account] >= 0.999 * (line.unit or 0.0):
                found.add(line.account)
        return found

    def sell_nothing_needless(self, accounts: set[str]) -> None:
        """Of what these accounts sell, no step is worth as little as what is left in them."""
        for number, line in enumerate(self.program.lines):
            if line.account not in accounts or line.unit is None or line.most_sold < line.unit or _must_be_large(line):
                continue
            most, left = self.program.idle[line.account], self.left[list(self.program.money).index(line.account)]
            sells = self.columns.add(0.0, 1.0, whole=True)
            self.columns.row({self.sold[number]: 1.0, sells: -line.most_sold}, -INFINITE, 0.0)
            self.columns.row({left: 1.0, sells: most - 0.999 * line.unit}, -INFINITE, most)

    def _free_column(self) -> int:
        free = self.program.free
        return self.columns.add(min(free, 0.0), max(free, 0.0))

    def _budget(self, account: str) -> int:
        """What an account buys, with fees, is what it has and what it sells; the column is what is left."""
        left = self.columns.add(0.0, self.program.idle.get(account, INFINITE))
        parts: dict[int, float] = {left: 1.0}
        for number, line in enumerate(self.program.lines):
            if line.account == account:
                parts |= {self.bought[number]: 1.0, self.sold[number]: -1.0}
                parts |= self.fees[2 * number] | self.fees[2 * number + 1]
        if account in self.of_free:
            parts[self.of_free[account]] = -1.0
        self.columns.row(parts, self.program.money[account], self.program.money[account])
        return left

    def money(self, values: Sequence[float], goal: Goal) -> float:
        return sum(part * (values[self.bought[i]] - values[self.sold[i]]) for i, part in goal.parts.items())

    def touch(self, number: int, money: float) -> None:
        """A line under a goal's cost that touches it at ``money``, or goes through the steps on both sides of it."""
        goal = self.program.goals[number]
        at, steep = money, goal.steepness(money)
        step = self._step(goal)
        if step is not None:
            at = np.floor(money / step + 1e-9) * step
            steep = (goal.cost(at + step) - goal.cost(at)) / step
        parts = {self.cost_columns[number]: 1.0}
        for i, part in goal.parts.items():
            parts |= {self.bought[i]: -steep * part, self.sold[i]: steep * part}
        self.columns.row(parts, goal.cost(at) - steep * at, INFINITE)

    def start(self, number: int) -> None:
        """The first lines under a goal's cost: near what is expected, and at what is wanted."""
        goal = self.program.goals[number]
        step = self._step(goal) or 0.05 * max(abs(goal.near), abs(goal.wanted), goal.scale * 1e-3)
        for money in {goal.wanted, 0.0, *(goal.near + places * step for places in range(-STARTS, STARTS + 1))}:
            self.touch(number, money)

    def _step(self, goal: Goal) -> float | None:
        """The step that a goal's money moves in, where all its lines move in the same."""
        units = {self.program.lines[i].unit if part == 1.0 else None for i, part in goal.parts.items()}
        return units.pop() if len(units) == 1 else None

    def solve(self, until: float) -> tuple[list[float], float] | None:
        return self.columns.solve(until - time.monotonic())

    def settle(self, values: Sequence[float]) -> list[float] | None:
        """The nearest values where everything whole stays as it is in ``values``: exact, as a quadratic program.

        None where that was not solved.
        """
        own, fixed = self.columns, Columns()
        if all(line.unit is not None for line in self.program.lines):
            return list(values)
        for column, whole in enumerate(own.whole):
            at = float(round(values[column])) if whole else None
            fixed.add(own.low[column] if at is None else at, own.high[column] if at is None else at)
        fixed.rows = [row for row in own.rows if not set(row[0]) & set(self.cost_columns)]
        squares = []
        for goal in self.program.goals:
            parts = {self.bought[i]: part for i, part in goal.parts.items()}
            parts |= {self.sold[i]: -part for i, part in goal.parts.items()}
            squares.append(Square(parts, goal.wanted, goal.scale, goal.slope))
        for column in self.cost_columns:
            fixed.low[column] = fixed.high[column] = 0.0
        return nearest(fixed, squares, self.dear)


def _must_be_large(line: Line) -> bool:
    """Whether a smaller sale of it might not be worth a trade."""
    return bool(line.charge.smallest or line.charge.largest_part)


def solve(program: Program) -> Answer | None:
    """The nearest plan; None where nothing keeps all limits, or none was found in time."""
    until = time.monotonic() + program.time_limit
    model = _Model(program)
    if program.all_cash and not _least_left(model, until):
        return None
    best, settled = _nearest(model, until), set[str]()
    while best is not None and (needless := model.needless(best) - settled):
        model.sell_nothing_needless(needless)
        settled |= needless
        best = _nearest(model, until) or best
    return None if best is None else _tidied(model, best, until)


def _nearest(model: _Model, until: float) -> Answer | None:
    program, columns = model.program, model.columns
    if not any(columns.whole):
        found = columns.solve(until - time.monotonic())
        if found is None:
            return None
        exact = model.settle(found[0])
        if exact is not None:
            return _answer(model, exact, 0.0)
    for column in model.cost_columns:
        columns.cost[column] = 1.0
    for column in model.dear:
        columns.cost[column] = IDLE
    for number in range(len(program.goals)):
        model.start(number)
    best, least, bound = None, INFINITE, -INFINITE
    for _ in range(ROUNDS):
        found = model.solve(until)
        if found is None:
            break
        bound = max(bound, found[1])
        values = model.settle(found[0]) or found[0]
        cost = sum(goal.cost(model.money(values, goal)) for goal in program.goals)
        cost += IDLE * sum(values[column] for column in model.dear)
        if cost < least:
            least, best = cost, values
        if least - bound <= CLOSE * max(abs(least), 1.0) or time.monotonic() > until:
            break
        for number, goal in enumerate(program.goals):
            for money in {model.money(values, goal), model.money(found[0], goal)}:
                model.touch(number, money)
    if best is None:
        return None
    gap = least - bound
    return _answer(model, best, gap if gap > CLOSE * max(abs(least), 1.0) else 0.0)


def _least_left(model: _Model, until: float) -> bool:
    """Keep what is left at the least there can be."""
    for column in model.left:
        model.columns.cost[column] = 1.0
    found = model.solve(until)
    for column in model.left:
        model.columns.cost[column] = 0.0
    if found is None:
        return False
    left = sum(found[0][column] for column in model.left)
    model.columns.row(dict.fromkeys(model.left, 1.0), -INFINITE, left + 1e-6)
    return True


def _tidied(model: _Model, best: Answer, until: float) -> Answer:
    """Of the plans that come to the same goals, the one with the fewest trades, or else the one that trades least."""
    program, columns = model.program, model.columns
    for goal in program.goals:
        money = sum(part * best.traded[i] for i, part in goal.parts.items())
        room = 1e-9 * max(abs(money), 1.0)
        parts = {model.bought[i]: part for i, part in goal.parts.items()}
        parts |= {model.sold[i]: -part for i, part in goal.parts.items()}
        columns.row(parts, money - room, money + room)
    for column in [*model.cost_columns, *model.dear]:
        columns.cost[column] = 0.0
    for column in model.trades if program.fewest else [*model.bought, *model.sold]:
        columns.cost[column] = 1.0
    found = model.solve(until)
    return best if found is None else _answer(model, found[0], best.gap)


def _answer(model: _Model, values: Sequence[float], gap: float) -> Answer:
    traded = [values[buy] - values[sell] for buy, sell in zip(model.bought, model.sold, strict=True)]
    left = {name: values[column] for name, column in zip(model.program.money, model.left, strict=True)}
    return Answer(traded, left, {name: values[column] for name, column in model.of_free.items()}, gap)
