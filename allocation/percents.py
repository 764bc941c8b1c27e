"""Percents as people write them, weights that are exact, and amounts shared by such weights."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

Percent = int | float | str | Decimal

PERCENT_STEPS = 10_000
"""Targets are kept to four decimals of a percent."""


def as_percent(weight: Fraction) -> Decimal:
    """An exact weight (0–1) of a target as percent."""
    return Decimal(int(weight * 100 * PERCENT_STEPS)) / PERCENT_STEPS


def as_weight(percent: float) -> Fraction:
    """A target percent (0–100, at most four decimals) as an exact weight (0–1)."""
    return Fraction(round(float(percent) * PERCENT_STEPS), 100 * PERCENT_STEPS)


def shared_by_class(weights: Mapping[str, Fraction], amount: int) -> dict[str, int]:
    """An amount (minor units) by classes that have these parts of it, adding up to the amount."""
    exact = {name: amount * weight for name, weight in weights.items()}
    whole = {name: part.numerator // part.denominator for name, part in exact.items()}
    order = sorted(exact, key=lambda name: (whole[name] - exact[name], name))
    for name in order[: amount - sum(whole.values())]:
        whole[name] += 1
    return whole
