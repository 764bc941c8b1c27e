"""How much it takes to be on target by deposits alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, inf

from allocation.errors import AmountError
from allocation.money import Amount, from_minor, read_amount, read_exact, write_money
from allocation.planner.candidates import price_in_minor
from allocation.planner.limits import NO_LIMITS, Allowed, Limits, allowed
from allocation.planner.linear import INFINITE, Columns
from allocation.planner.plan import require_targets
from allocation.planner.spanning import minimum_deposit_spanning
from allocation.planner.two_levels import buyable, members
from allocation.tables import Tables

AT_MOST = 1000
"""Whole shares are looked for up to a deposit of so many times what fractions would take or the scope is worth."""


def minimum_deposit(tables: Tables, limits: Limits = NO_LIMITS, within: Amount = 0) -> float:
    """The smallest deposit that brings every class to its target without a sale.

    In fractions it is max(value / target) − total, rounded up to the minor unit. In whole shares it is the smallest
    sum of whole shares after which every class is within ``within`` points of its target. Money for a class in which
    nothing is held waits for it as cash and counts as it, as in a plan.

    Parameters:
        tables: the scope as it is.
        limits: what may be bought, whole shares and lots; other limits play no part.
        within: percentage points that a class may be off its target, 0–100; used where whole shares are asked for.

    Returns:
        Base currency. Infinite where no deposit can do it: a class without a target, or with a target of 0, holds
        something, or one has to grow and a limit says that nothing of what is in it may be bought.

    Raises:
        TargetsError: the scope has no targets.
        AmountError: ``within`` is not between 0 and 100, or in whole shares no such deposit was found in time.
        UnknownName: a limit names what is not there.
    """
    require_targets(tables)
    off = Fraction(read_exact(within, "distance")) / 100
    if not 0 <= off <= 1:
        raise AmountError(f"The distance {within} is not between 0 and 100 points.")
    able, targets, values = allowed(tables, limits), tables.strategy.class_weights, tables.class_values
    if any(value and not targets.get(name) for name, value in values.items()):
        return inf
    of_class = members(tables)
    own = {name: [asset for asset in ids if asset in able.buyable and buyable(tables, name, asset)]
           for name, ids in of_class.items()}  # fmt: skip
    bought: dict[int, Mapping[str, Fraction]] = {
        asset: {name: Fraction(1)} for name, ids in own.items() if name in targets for asset in ids
    } | {asset: parts for asset, parts in tables.spans.items() if asset in able.buyable}
    in_shares = any(asset in able.steps for asset in bought)
    if tables.spans:
        spanning = minimum_deposit_spanning(tables, able)
        if spanning is None and not (in_shares and off):
            return inf
        least = ceil((spanning or 0.0) - 1e-6 * max(spanning or 0.0, 1))
    else:
        needed = _total_needed(tables)
        least = ceil(needed - tables.total)
        short = [name for name, target in targets.items() if target * needed > values.get(name, 0)]
        if able.words and any(of_class.get(name) and not own.get(name) for name in short):
            return inf
    if in_shares:
        # Money for a class that holds nothing waits for it, as in a plan; no asset has a number below 0.
        reached = {name for parts in bought.values() for name in parts}
        empty = [name for name in targets if name not in of_class and name not in reached]
        bought |= {-number: {name: Fraction(1)} for number, name in enumerate(empty, 1)}
        least = _in_whole_shares(tables, able, limits, bought, off, least)
    return from_minor(least, tables.digits)


def deposits_needed(tables: Tables, each: Amount) -> float:
    """How many equal deposits, at today's prices and without a sale, bring every class to its target.

    Deposits by ``lazy`` one after another end where one of their sum does, so it is the smallest such deposit divided
    by ``each``, rounded up. Infinite where no deposit can do it.

    Raises:
        AmountError: ``each`` is not an amount above 0.
        TargetsError: the scope has no targets.
    """
    amount = read_amount(each, tables.base_currency, "deposit")
    if amount <= 0:
        raise AmountError(f"A deposit of {each} never gets there. Enter an amount above 0.")
    least = minimum_deposit(tables)
    if least == inf:
        return inf
    return float(ceil(Fraction(round(least * 10**tables.digits), amount)))


def _total_needed(tables: Tables) -> Fraction:
    """Minor units that the scope is worth once its largest value/target ratio is every class's."""
    targets, values = tables.strategy.class_weights, tables.class_values
    ratios = [Fraction(values.get(name, 0)) / target for name, target in targets.items() if target]
    return max([Fraction(tables.total), *ratios])


def _in_whole_shares(
    tables: Tables,
    able: Allowed,
    limits: Limits,
    bought: Mapping[int, Mapping[str, Fraction]],
    off: Fraction,
    least: int,
) -> int:
    """Minor units, rounded up; a mixed-integer program over the shares bought of each asset, which has its classes."""
    described = {asset.asset_id: asset for asset in tables.asset_rows}
    units: list[Fraction] = []
    columns, most = Columns(), AT_MOST * max(least, tables.total, 1)
    for asset in bought:
        step = able.steps.get(asset)
        unit = Fraction(1) if step is None else step * price_in_minor(tables, described[asset])
        columns.add(0.0, float(most // unit), float(unit), whole=True)
        units.append(unit)
    targets = dict.fromkeys((name for parts in bought.values() for name in parts), Fraction(0))
    targets |= tables.strategy.class_weights
    classes = list(bought.values())
    for name, target in targets.items():
        missing = {side: (target + side * off) * tables.total - tables.class_values.get(name, 0) for side in (-1, 1)}
        for side in (-1, 1):
            parts = {
                i: float(unit * (classes[i].get(name, Fraction(0)) - target - side * off))
                for i, unit in enumerate(units)
            }
            low, high = (float(missing[-1]), INFINITE) if side == -1 else (-INFINITE, float(missing[1]))
            columns.row(parts, low, high)
    answer = columns.solve(limits.time_limit)
    counts = [0] * len(units) if answer is None else [round(value) for value in answer[0]]
    deposit = sum((count * unit for count, unit in zip(counts, units, strict=True)), Fraction(0))
    after = {name: Fraction(value) for name, value in tables.class_values.items()}
    for count, unit, parts_of in zip(counts, units, classes, strict=True):
        for name, part in parts_of.items():
            after[name] = after.get(name, Fraction(0)) + count * unit * part
    proven = answer is not None and answer[1] >= float(deposit) - max(1.0, 1e-9 * float(deposit))
    kept = all(
        abs(after.get(name, 0) - target * (tables.total + deposit)) <= off * (tables.total + deposit)
        for name, target in targets.items()
    )
    if not proven or not kept:
        money = write_money(from_minor(most, tables.digits), tables.base_currency)
        raise AmountError(
            f"In whole shares, no deposit up to {money} {tables.base_currency} was found that brings every class "
            f"{f'within {float(off * 100):.10g} points of' if off else 'exactly to'} its target. Allow more distance, "
            "such as 0.5 points, or fractions."
        )
    return ceil(deposit)
