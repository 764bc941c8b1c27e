"""How far a rebalance goes: what is touched, and where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from allocation.bands import Band
from allocation.errors import UnknownName


@dataclass(frozen=True)
class Goal:
    """Where what is traded ends.

    Attributes:
        name: what ``goal=`` takes.
        title: what a person reads in a list.
        description: one sentence.
        source: where it is described.
        share: how much of the band's half width is left between the target and the end; None: a fixed distance is.
    """

    name: str
    title: str
    description: str
    source: str
    share: Fraction | None

    def distance(self, target: Fraction, band: Band, points: Fraction) -> Fraction:
        """How far from its target what is traded ends, in weight: never beyond the band's edge."""
        width = band.half_width(target)
        return min(points, width) if self.share is None else self.share * width


GOALS = {
    goal.name: goal
    for goal in (
        Goal(
            "target",
            "All the way to the target",
            "Brings what is traded to its target.",
            "Bogleheads wiki, Rebalancing",
            Fraction(0),
        ),
        Goal(
            "half",
            "Half way into the band",
            "Brings what is out of its band half way back between the band's edge and the target.",
            "G. Daryanani, Opportunistic rebalancing, Journal of Financial Planning, January 2008",
            Fraction(1, 2),
        ),
        Goal(
            "edge",
            "To the edge of the band",
            "Brings what is out of its band to the band's edge and no further.",
            "H. E. Leland, 1996: with proportional trading costs, trade to the nearest edge",
            Fraction(1),
        ),
        Goal(
            "distance",
            "To a fixed distance from the target",
            "Brings what is out of its band to a fixed number of points from the target.",
            "Vanguard, 2024: with 200/175, what is 2 points off its target is brought back to 1.75",
            None,
        ),
    )
}


def find_goal(name: str) -> Goal:
    """The goal of that name, or an :class:`~allocation.errors.UnknownName` that lists them."""
    if name not in GOALS:
        raise UnknownName(f"There is no goal {name!r}. The goals are {', '.join(GOALS)}.")
    return GOALS[name]
