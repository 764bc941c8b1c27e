"""Tolerance bands: how far a weight may stray from its target before it counts as over or under.

Comparisons are exact. In floating point ``abs(0.55 - 0.6) >= 0.05`` is false, so a portfolio at the very edge
of its band would be reported as inside it; here weights and targets are fractions of whole numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from allocation.arguments import checked
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
        """The band in words that :func:`read_band` reads: ``5 points or 25 % of the target, whichever is smaller``."""
        points = None if self.points is None else f"{_number(self.points)} point{'' if self.points * 100 == 1 else 's'}"
        share = None if self.share is None else f"{_number(self.share)} % of the target"
        both = [part for part in (points, share) if part]
        said = " or ".join(both) + (f", whichever is {'larger' if self.widest else 'smaller'}" if len(both) > 1 else "")
        said += "" if self.inclusive else ", out only beyond the edge"
        return said + (", measured in the class" if self.of_class else "")


def _number(part: Fraction) -> str:
    return f"{float(100 * part):.10g}"


FIVE_25 = Band(points=Fraction(5, 100), share=Fraction(25, 100))
"""The 5/25 rule: 5 points or 25 % of the target, whichever is smaller (Larry Swedroe; Swedroe & Grogan,
*The Only Guide You'll Ever Need for the Right Financial Plan*, 2010)."""


POINTS = r"(?P<points>\d+(?:\.\d+)?) points?"
SHARE = r"(?P<share>\d+(?:\.\d+)?) ?%(?: of the target)?"
WRITTEN = re.compile(
    rf"(?:{POINTS}(?: or {SHARE}(?:, whichever is (?P<which>smaller|larger))?)?|{SHARE.replace('share', 'alone')})"
    r"(?P<strict>, out only beyond the edge)?(?P<of_class>, measured in the class)?",
    re.ASCII,
)
STEPS = 10_000
"""Bands are kept to four decimals of a percent."""


@checked
def read_band(text: str) -> Band:
    """A band as a person writes it and as :meth:`Band.describe` says it.

    ``5/25``, ``5 points``, ``20 %``, ``5 points or 25 %`` (whichever is smaller),
    ``1 point or 20 %, whichever is larger``; each may end in ``, out only beyond the edge`` and in
    ``, measured in the class``. Points are percentage points, and the percentage is of the target; both have at most
    four decimals. Vanguard's 200/175 has a band of ``2 points``.

    Raises:
        AmountError: it is written otherwise, or a number is not above 0 and at most 100.
    """
    said = re.sub(r"^5/25(?=,|$)", FIVE_25.describe(), " ".join(text.lower().split()))
    found = WRITTEN.fullmatch(said)
    if found is None:
        raise AmountError(
            f"{text!r} is not a band. Write it like: 5 points or 25 %, whichever is smaller (or: larger); 5 points; "
            "20 %; 5/25. It may end in: , out only beyond the edge; or in: , measured in the class."
        )
    return Band(
        points=_part(found["points"], "points"),
        share=_part(found["share"] or found["alone"], "percent"),
        widest=found["which"] == "larger",
        inclusive=found["strict"] is None,
        of_class=found["of_class"] is not None,
    )


def _part(written: str | None, what: str) -> Fraction | None:
    if written is None:
        return None
    part = Fraction(written) / 100
    if not is_kept(part):
        raise AmountError(
            f"The band's {what} can't be {written}. Write a number above 0 and at most 100, with at most 4 decimals."
        )
    return part


def is_kept(part: Fraction) -> bool:
    """Whether a band's distance or share can be kept exactly: above 0, at most 1, four decimals of a percent."""
    return 0 < part <= 1 and (part * 100 * STEPS).denominator == 1
