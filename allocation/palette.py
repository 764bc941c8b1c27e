"""The colours of the page and of its charts: one set on white paper, one in the dark.

Those that tell one thing from another are apart for people with any of the common colour vision deficiencies; a test
simulates them. They begin with Okabe & Ito (2008), "Color Universal Design".
"""

from __future__ import annotations

LIGHT = {
    "page": "#FAFAF8",
    "surface": "#FFFFFF",
    "sunken": "#F1F2F3",
    "ink": "#1B2733",
    "quiet": "#586472",
    "line": "#E1E4E8",
    "edge": "#85909B",
    "accent": "#00659E",
    "on_accent": "#FEFEFE",
    "over": "#D55E00",
    "over_ink": "#A84300",
    "under": "#0072B2",
    "under_ink": "#005A8F",
    "nothing_held": "#56B4E9",
    "in_band": "#7A8794",
    "no_target": "#B8BFC6",
    "before": "#B9C0C7",
    "after": "#009E73",
    "band": "#E4E7EA",
    "grid": "#EDEFF1",
    "wrong": "#FDF3EC",
}
"""Colour by its use. No two are the same, so that a figure drawn in these can be turned into :data:`DARK`."""

DARK = {
    "page": "#101418",
    "surface": "#181D23",
    "sunken": "#222932",
    "ink": "#E8ECF0",
    "quiet": "#A3AEBA",
    "line": "#2C343D",
    "edge": "#75818E",
    "accent": "#6CB8F0",
    "on_accent": "#0B1A26",
    "over": "#F08A3C",
    "over_ink": "#FFA869",
    "under": "#3E9BDD",
    "under_ink": "#7CC3F5",
    "nothing_held": "#A5D8FA",
    "in_band": "#8793A0",
    "no_target": "#525C67",
    "before": "#5B6671",
    "after": "#34C79B",
    "band": "#303943",
    "grid": "#262D35",
    "wrong": "#33241A",
}

IN_THE_DARK = {LIGHT[name]: DARK[name] for name in LIGHT}
"""What each colour of a figure becomes in the dark."""


def style_sheet() -> str:
    """The colours as CSS variables (``--over-ink``): the light ones, and the dark ones where the system is dark."""
    light, dark = (_variables(colours) for colours in (LIGHT, DARK))
    return f":root{{color-scheme:light dark;{light}}}@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in colours.items())
