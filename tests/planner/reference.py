"""The rules once more, slowly and exactly: what the planner's statements are checked against.

Written from the rules' descriptions, one line at a time with fractions, and on other ways than the statements take.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction

Amounts = list[Fraction]


def lazy(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    """Water-filling: assume that every line takes part, drop those that would move the wrong way, and repeat."""
    amounts = [Fraction(0)] * len(values)
    left = Fraction(flow)
    if flow < 0:
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
    gaps = _shortfalls(values, targets, flow, total_after)
    return [flow * gap / (sum(gaps) or 1) for gap in gaps]


def largest_first(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    gaps = _shortfalls(values, targets, flow, total_after)
    left, amounts = Fraction(flow), [Fraction(0)] * len(values)
    for gap in sorted(set(gaps), reverse=True):
        peers = [i for i, other in enumerate(gaps) if other == gap]
        each = min(gap, left / len(peers))
        for i in peers:
            amounts[i] = each
        left -= each * len(peers)
    return amounts


def by_target(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    return [Fraction(flow * target, sum(targets)) for target in targets]


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


def _shortfalls(values: Sequence[int], targets: Sequence[int], flow: int, total_after: int) -> Amounts:
    own = sum(value for value, target in zip(values, targets, strict=True) if target > 0)
    goal = Fraction(max(total_after, own + flow), sum(targets))
    return [
        max(Fraction(0), target * goal - value) if target else Fraction(0)
        for value, target in zip(values, targets, strict=True)
    ]


def _empty_what_has_no_target(values: Sequence[int], targets: Sequence[int], flow: int) -> tuple[Amounts, Fraction]:
    held = [value if target == 0 else 0 for value, target in zip(values, targets, strict=True)]
    taken = min(-flow, sum(held))
    amounts = [-Fraction(taken * value, sum(held)) if value else Fraction(0) for value in held]
    return amounts, Fraction(flow + taken)
