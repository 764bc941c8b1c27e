"""What belongs to a strategy beside its targets: how far weights may stray, and when a rebalance is due."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from allocation.bands import FIVE_25, Band
from allocation.triggers import DRIFT, Trigger

AS_EVERY_CLASS = "as every class"


@dataclass(frozen=True)
class Measures:
    """The bands and the trigger of a strategy; they are saved together with its targets.

    Attributes:
        band: how far a weight may stray from its target.
        class_bands: bands of their own, by class; they hold for the class and its holdings.
        trigger: when a rebalance is due.
    """

    band: Band = FIVE_25
    class_bands: Mapping[str, Band] = field(default_factory=dict)
    trigger: Trigger = DRIFT

    def among(self, classes: Collection[str]) -> Measures:
        """The same, with the bands of these classes only: a class without a target has no band."""
        return replace(self, class_bands={name: band for name, band in self.class_bands.items() if name in classes})

    @property
    def in_words(self) -> dict[str, str]:
        """Each setting by its name, in words that :func:`allocation.read_band` and the trigger's reader read."""
        bands = {f"Band of {name}": band.describe() for name, band in self.class_bands.items()}
        return {"Band": self.band.describe(), **bands, "Trigger": self.trigger.describe()}


def changes(before: Measures, after: Measures) -> list[str]:
    """What is different, a setting at a time: ``Band of Bonds 5 → 3 points``; empty where nothing is."""
    said = []
    if before.band != after.band:
        said.append(f"Band {_from_to(before.band, after.band)}")
    for name in dict.fromkeys([*before.class_bands, *after.class_bands]):
        old, new = before.class_bands.get(name), after.class_bands.get(name)
        if old != new:
            said.append(f"Band of {name} {_from_to(old, new)}")
    if before.trigger != after.trigger:
        said.append(f"Trigger: {before.trigger.describe()} → {after.trigger.describe()}")
    return said


def _from_to(old: Band | None, new: Band | None) -> str:
    points = [_only_points(band) for band in (old, new)]
    if points[0] and points[1]:
        return f"{points[0]} → {points[1]} points"
    return f"{_said(old)} → {_said(new)}"


def _said(band: Band | None) -> str:
    return AS_EVERY_CLASS if band is None else "5/25" if band == FIVE_25 else band.describe()


def _only_points(band: Band | None) -> str:
    """The points of a band that is nothing else; empty for every other one."""
    if band is None or band.points is None or band != Band(band.points, None):
        return ""
    return f"{float(100 * Fraction(band.points)):.10g}"
