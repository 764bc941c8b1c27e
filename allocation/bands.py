"""Tolerance bands: how far a weight may stray from its target before it counts as over or under.

Comparisons are exact. In floating point ``abs(0.55 - 0.6) >= 0.05`` is false, so a portfolio at the very edge
of its band would be reported as inside it; here weights and targets are fractions of whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

OVER = "over"
IN_BAND = "in band"
UNDER = "under"
NO_TARGET = "no target"
NOTHING_HELD = "nothing held"
STATUSES = (OVER, UNDER, NOTHING_HELD, IN_BAND, NO_TARGET)


@dataclass(frozen=True)
class Band:
    """A band around a target: the smaller of a fixed distance and a share of the target, edge inclusive.

    Attributes:
        points: fixed distance, in weight (``Fraction(5, 100)`` is five percentage points).
        share: share of the target (``Fraction(25, 100)`` is a quarter of it).
    """

    points: Fraction
    share: Fraction

    def half_width(self, target: Fraction) -> Fraction:
        """Distance from the target to either edge, in weight."""
        return min(self.points, self.share * target)

    def edges(self, target: Fraction) -> tuple[Fraction, Fraction]:
        """Lowest and highest weight of the band around ``target``; reaching one is being out of it."""
        width = self.half_width(target)
        return target - width, target + width

    def status(self, weight: Fraction, target: Fraction | None) -> str:
        """One of :data:`STATUSES` for a weight against its target (None: it has none).

        A weight exactly on its target is in band, whatever the band's width.
        """
        if target is None:
            return NO_TARGET
        if target > 0 and weight == 0:
            return NOTHING_HELD
        drift = weight - target
        if drift == 0 or abs(drift) < self.half_width(target):
            return IN_BAND
        return OVER if drift > 0 else UNDER


FIVE_25 = Band(points=Fraction(5, 100), share=Fraction(25, 100))
"""The 5/25 rule: 5 points or 25 % of the target, whichever is smaller (Larry Swedroe; Swedroe & Grogan,
*The Only Guide You'll Ever Need for the Right Financial Plan*, 2010)."""
