"""Tolerance bands: how far a weight may stray from its target before it counts as over or under.

Comparisons are exact. In floating point ``abs(0.55 - 0.6) >= 0.05`` is false, so a portfolio at the very edge
of its band would be reported as inside it; here weights and targets are fractions of whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from allocation.errors import AmountError

OVER = "over"
IN_BAND = "in band"
UNDER = "under"
NO_TARGET = "no target"
NOTHING_HELD = "nothing held"
STATUSES = (OVER, UNDER, NOTHING_HELD, IN_BAND, NO_TARGET)


@dataclass(frozen=True)
class Band:
    """A band around a target: a fixed distance, a share of the target, or a combination of the two.

    Attributes:
        points: fixed distance, in weight (``Fraction(5, 100)`` is five percentage points); None: only ``share`` counts.
        share: share of the target (``Fraction(25, 100)`` is a quarter of it); None: only ``points`` counts.
        widest: of the two, the larger counts; by default the smaller.
        inclusive: a weight that reaches the edge is out of the band; by default yes.
        of_class: a holding is measured as a part of its class; by default as a part of the whole scope.
    """

    points: Fraction | None
    share: Fraction | None
    widest: bool = False
    inclusive: bool = True
    of_class: bool = False

    def half_width(self, target: Fraction) -> Fraction:
        """Distance from the target to either edge, in weight."""
        widths = [
            width for width in (self.points, None if self.share is None else self.share * target) if width is not None
        ]
        return max(widths) if self.widest else min(widths)

    def edges(self, target: Fraction) -> tuple[Fraction, Fraction]:
        """Lowest and highest weight of the band around ``target``."""
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
        drift, width = weight - target, self.half_width(target)
        if drift == 0 or abs(drift) < width or (abs(drift) == width and not self.inclusive):
            return IN_BAND
        return OVER if drift > 0 else UNDER

    def describe(self) -> str:
        """The band in words: ``5 points or 25 % of the target, whichever is smaller``."""
        points = None if self.points is None else f"{_number(self.points)} points"
        share = None if self.share is None else f"{_number(self.share)} % of the target"
        both = [part for part in (points, share) if part]
        said = " or ".join(both) + (f", whichever is {'larger' if self.widest else 'smaller'}" if len(both) > 1 else "")
        return (
            said + ("" if self.inclusive else ", edge included") + (", measured in the class" if self.of_class else "")
        )


def _number(part: Fraction) -> str:
    return f"{float(100 * part):.10g}"


FIVE_25 = Band(points=Fraction(5, 100), share=Fraction(25, 100))
"""The 5/25 rule: 5 points or 25 % of the target, whichever is smaller (Larry Swedroe; Swedroe & Grogan,
*The Only Guide You'll Ever Need for the Right Financial Plan*, 2010)."""


def absolute(points: float | str) -> Band:
    """A band of a fixed distance, in percentage points. Vanguard's 200/175 has a band of 2."""
    return Band(_part(points, "points"), None)


def relative(percent: float | str) -> Band:
    """A band of a share of the target, in percent of it."""
    return Band(None, _part(percent, "percent"))


def hybrid(floor_points: float | str, percent: float | str) -> Band:
    """A band of a share of the target, but no narrower than a floor in percentage points."""
    return Band(_part(floor_points, "points"), _part(percent, "percent"), widest=True)


def _part(number: float | str, what: str) -> Fraction:
    try:
        part = Fraction(str(number).strip()) / 100
    except (ValueError, ZeroDivisionError):
        raise AmountError(f"The band's {what} {number!r} are not a number. Write them like 5 or 2.5.") from None
    if not 0 < part <= 1:
        raise AmountError(f"The band's {what} {number} are not above 0 and at most 100.")
    return part
