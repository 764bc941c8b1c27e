"""The colours are told apart with any of the common colour vision deficiencies, and read on their ground."""

from itertools import combinations

import numpy as np
import pytest

from allocation.palette import DARK, IN_THE_DARK, LIGHT, style_sheet

# Machado, Oliveira & Fernandes (2009), "A Physiologically-based Model for Simulation of Color Vision Deficiency",
# severity 1.0, for linear RGB.
SEEN = {
    "by most": np.eye(3),
    "with protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "with deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "with tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
STATUSES = ["over", "under", "nothing_held", "in_band", "no_target"]
"""What the bars of a chart tell by colour (and by pattern, sign and word)."""


def linear(colour):
    channels = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of a linear colour under D65."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one, other, seen):
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def contrast(one, other):
    light, dark = sorted((float(linear(each) @ [0.2126, 0.7152, 0.0722]) for each in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_of_bars_are_far_apart(colours, seen):
    near = {
        pair: round(distance(colours[pair[0]], colours[pair[1]], seen), 1)
        for pair in [*combinations(STATUSES, 2), ("before", "after"), ("band", "in_band"), ("over_ink", "under_ink")]
    }
    assert min(near.values()) >= 11, near


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "surface", "sunken", "wrong"])
def test_text_is_read_on_every_ground(colours, ground):
    """WCAG 2.2, 1.4.3."""
    weak = {name: contrast(colours[name], colours[ground]) for name in ("ink", "quiet", "over_ink", "under_ink")}
    assert min(weak.values()) >= 4.5, weak


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_bars_and_borders_of_controls_are_seen(colours):
    """WCAG 2.2, 1.4.11; what has no target is quieter on purpose, and says so in words."""
    weak = {name: contrast(colours[name], colours["page"]) for name in ("over", "under", "in_band", "after", "edge")}
    assert min(weak.values()) >= 3, weak
    assert contrast(colours["on_accent"], colours["accent"]) >= 4.5


def test_every_colour_has_one_in_the_dark_and_none_is_named_twice():
    assert LIGHT.keys() == DARK.keys()
    assert len(IN_THE_DARK) == len(LIGHT)
    assert f"--over-ink:{DARK['over_ink']}" in style_sheet()
