"""The rules once more, slowly and exactly: what the planner's statements are checked against.

Written from the rules' descriptions, one line at a time with fractions, and on other ways than the statements take.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

Amounts = list[Fraction]


def lazy(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    """Water-filling: assume that every line takes part, drop those that would move the wrong way, and repeat."""
    amounts, left = _empty_what_has_no_target(values, targets, flow)
    if not left:
        return amounts
    part = [i for i, target in enumerate(targets) if target > 0]
    while part:
        level = (left + sum(values[i] for i in part)) / sum(targets[i] for i in part)
        wrong = [i for i in part if (level * targets[i] - values[i]) * flow < 0]
        if not wrong:
            break
        part = [i for i in part if i not in wrong]
    for i in part:
        amounts[i] = level * targets[i] - values[i]
    return amounts


def proportional(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    amounts, left = _empty_what_has_no_target(values, targets, flow)
    gaps = _gaps(values, targets, left, total_after)
    return [amount + left * gap / (sum(gaps) or 1) for amount, gap in zip(amounts, gaps, strict=True)]


def largest_first(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    amounts, rest = _empty_what_has_no_target(values, targets, flow)
    gaps = _gaps(values, targets, rest, total_after)
    left, sign = abs(rest), -1 if rest < 0 else 1
    for gap in sorted(set(gaps), reverse=True):
        peers = [i for i, other in enumerate(gaps) if other == gap]
        each = min(gap, left / len(peers))
        for i in peers:
            amounts[i] += sign * each
        left -= each * len(peers)
    return amounts


def by_target(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    """Taking money out, whoever can't give its part gives all it has, and the others are asked again."""
    amounts, left = _empty_what_has_no_target(values, targets, flow)
    part = [i for i, target in enumerate(targets) if target > 0]
    while part and left:
        each = left / sum(targets[i] for i in part)
        short = [i for i in part if left < 0 and max(values[i], 0) <= -each * targets[i]]
        for i in short or part:
            amounts[i] += Fraction(-max(values[i], 0)) if short else each * targets[i]
        left = left + sum(max(values[i], 0) for i in short) if short else Fraction(0)
        part = [i for i in part if i not in short]
    return amounts


REFERENCE: dict[str, Callable[[Sequence[int], Sequence[int], int, int], Amounts]] = {
    "lazy": lazy,
    "proportional": proportional,
    "largest_first": largest_first,
    "by_target": by_target,
}


def to_whole_units(amounts: Amounts, targets: Sequence[int], values: Sequence[int]) -> list[int]:
    """Rounded towards zero, and the units left over to the largest remainders; ties to the larger target, then the
    smaller value, then the earlier line."""
    sign = -1 if sum(amounts) < 0 else 1
    sizes = [abs(amount) for amount in amounts]
    whole = [int(size) for size in sizes]
    order = sorted(range(len(sizes)), key=lambda i: (whole[i] - sizes[i], -targets[i], values[i], i))
    for i in order[: int(sum(sizes)) - sum(whole)]:
        whole[i] += 1
    return [sign * amount for amount in whole]


def _gaps(values: Sequence[int], targets: Sequence[int], flow: Fraction, total_after: int) -> Amounts:
    """Shortfall of each line of a deposit, surplus of each of a withdrawal."""
    own = sum(value for value, target in zip(values, targets, strict=True) if target > 0) + flow
    goal = max(Fraction(total_after), own) if flow > 0 else max(Fraction(0), min(Fraction(total_after), own))
    sign = -1 if flow < 0 else 1
    return [
        max(Fraction(0), sign * (target * goal / sum(targets) - value)) if target else Fraction(0)
        for value, target in zip(values, targets, strict=True)
    ]


def _empty_what_has_no_target(values: Sequence[int], targets: Sequence[int], flow: int) -> tuple[Amounts, Fraction]:
    held = [
        value if target == 0 and value > 0 and flow < 0 else 0 for value, target in zip(values, targets, strict=True)
    ]
    taken = min(-flow, sum(held)) if flow < 0 else 0
    amounts = [-Fraction(taken * value, sum(held)) if value else Fraction(0) for value in held]
    return amounts, Fraction(flow + taken)
