"""Published mixes to start targets from, each with its source. They are starting points for editing, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from allocation.arguments import checked
from allocation.errors import TargetsError, UnknownName
from allocation.targets import HUNDRED, share

OLDEST = 130


@dataclass(frozen=True)
class Preset:
    """A published mix of asset classes.

    Attributes:
        name: such as "Permanent Portfolio".
        description: one line, what is in it.
        source: who published it, where and when; how exact the numbers are where the source leaves that open.
        needs: ``age`` or ``classes`` where the mix depends on it, or empty.
    """

    name: str
    description: str
    source: str
    needs: str = ""
    _percents: Mapping[str, int | str] = field(default_factory=dict, repr=False)
    _stocks_at: Callable[[int], int] | None = field(default=None, repr=False)


@checked
def preset(name: str, *, age: int | None = None, classes: Iterable[str] | None = None) -> dict[str, Decimal]:
    """The class targets of a preset.

    A preset's classes have plain names. Where one of ``classes`` is the same but for capitals, plural, punctuation and
    common other words (``REITs`` for real estate, ``Fixed income`` for bonds, ``Foreign equity`` for international
    stocks), the target has that name; otherwise the preset's name, as a new class.

    Parameters:
        name: one of :data:`PRESETS`; capitals don't matter.
        age: in years, for the presets that go by it.
        classes: the classes a person has; "Equal weight" shares 100 among them.

    Returns:
        Class → percent (0–100, exact), adding up to 100.

    Raises:
        UnknownName: there is no such preset; names those there are.
        TargetsError: it needs an age or classes.
    """
    found = find_preset(name)
    own = list(dict.fromkeys(classes or ()))
    if found.needs == "classes":
        if not own:
            raise TargetsError(f"{found.name} shares 100 among your classes, and there are none yet.")
        return share(HUNDRED, dict.fromkeys(own, Decimal(1)))
    if found._stocks_at is not None:
        if age is None or not 0 <= age <= OLDEST:
            raise TargetsError(f"{found.name} goes by age. Give an age in years, from 0 to {OLDEST}.")
        stocks = found._stocks_at(age)
        percents: Mapping[str, int | str] = {"Stocks": stocks, "Bonds": 100 - stocks}
    else:
        percents = found._percents
    return {match(generic, own) or generic: Decimal(percent) for generic, percent in percents.items()}


def find_preset(name: str) -> Preset:
    """The preset of that name, whatever its capitals.

    Raises:
        UnknownName: there is none; names those there are.
    """
    wanted = name.strip().casefold()
    found = next((each for each in PRESETS.values() if each.name.casefold() == wanted), None)
    if found is None:
        raise UnknownName(f"There is no preset {name!r}. There is {', '.join(PRESETS)}.")
    return found


def match(generic: str, own: Iterable[str]) -> str | None:
    """Which of a person's classes is a preset's class; None where none or more than one is."""
    names = list(own)
    for same in (str.casefold, _plain_words):
        found = [name for name in names if same(name) == same(generic)]
        if len(found) == 1:
            return found[0]
    return None


OTHER_WORDS = {
    "equity": "stock", "equitie": "stock", "share": "stock", "foreign": "international", "intl": "international",
    "fixed income": "bond", "reit": "real estate", "property": "real estate", "domestic": "us", "usa": "us",
    "american": "us", "commoditie": "commodity", "treasurie": "treasury", "ex us": "international",
    "non us": "international", "money market": "cash", "emerging market": "emerging",
}  # fmt: skip


def _plain_words(name: str) -> str:
    """A class's name without capitals, punctuation and plurals, in the presets' own words: ``US Equities`` is
    ``stock us``."""
    letters = name.casefold().replace("u.s.", "us").replace("int'l", "intl").replace("&", " ")
    words = " ".join(word.removesuffix("s") if word != "us" else word for word in re.findall(r"[^\W_]+", letters))
    for other, plain in OTHER_WORDS.items():
        words = re.sub(rf"\b{other}\b", plain, words)
    return " ".join(sorted(dict.fromkeys(words.split())))


def _mix(name: str, description: str, source: str, **percents: int | str) -> Preset:
    return Preset(name, description, source, "", {key.replace("_", " "): part for key, part in percents.items()})


def _by_age(years: int) -> Preset:
    return Preset(
        f"{years} minus age",
        f"Stocks by {years} − age, at most 100; the rest in bonds.",
        "A rule of thumb that many repeat, without one author; John C. Bogle, Common Sense on Mutual Funds (1999), has "
        "the bonds by age.",
        "age",
        _stocks_at=lambda age: min(max(years - age, 0), 100),
    )


_ALL = (
    _mix(
        "60/40",
        "60 % stocks, 40 % bonds.",
        "A convention of balanced funds, without one author; in the US it is, for one, the mix that the Vanguard "
        "Balanced Index Fund holds by its prospectus.",
        Stocks=60,
        Bonds=40,
    ),
    _mix(
        "Three-fund",
        "US stocks, international stocks and bonds.",
        "Taylor Larimore, The Bogleheads' Guide to the Three-Fund Portfolio (2018), which leaves the shares to the "
        "reader. These are the shares of Allan S. Roth, How a Second Grader Beats Wall Street (2009).",
        US_stocks=60,
        International_stocks=30,
        Bonds=10,
    ),
    _mix(
        "Couch Potato",
        "Half stocks, half bonds.",
        "Scott Burns, column in The Dallas Morning News (1991).",
        Stocks=50,
        Bonds=50,
    ),
    _mix(
        "Permanent Portfolio",
        "A quarter each of stocks, long-term bonds, gold and cash.",
        "Harry Browne, Fail-Safe Investing (1999).",
        Stocks=25,
        **{"Long-term bonds": 25},
        Gold=25,
        Cash=25,
    ),
    _mix(
        "All Weather",
        "30 % stocks, 55 % treasury bonds, 15 % gold and commodities.",
        "Tony Robbins, Money: Master the Game (2014), as told to him by Ray Dalio.",
        Stocks=30,
        **{"Long-term bonds": 40, "Intermediate bonds": 15},
        Gold="7.5",
        Commodities="7.5",
    ),
    _mix(
        "Golden Butterfly",
        "A fifth each of US stocks, small-cap value stocks, long-term bonds, short-term bonds and gold.",
        "Tyler, Portfolio Charts, portfoliocharts.com (2015).",
        US_stocks=20,
        **{"Small-cap value stocks": 20, "Long-term bonds": 20, "Short-term bonds": 20},
        Gold=20,
    ),
    _mix(
        "Swensen",
        "US, foreign developed and emerging stocks, real estate, treasuries and inflation-protected bonds.",
        "David F. Swensen, Unconventional Success (2005).",
        US_stocks=30,
        International_stocks=15,
        Emerging_stocks=5,
        Real_estate=20,
        Treasury_bonds=15,
        **{"Inflation-protected bonds": 15},
    ),
    _mix(
        "Ivy",
        "A fifth each of US stocks, international stocks, bonds, real estate and commodities.",
        "Mebane T. Faber and Eric W. Richardson, The Ivy Portfolio (2009), the version of five funds.",
        US_stocks=20,
        International_stocks=20,
        Bonds=20,
        Real_estate=20,
        Commodities=20,
    ),
    _mix(
        "Coffeehouse",
        "40 % bonds, and a tenth each of six kinds of stocks, real estate among them.",
        "Bill Schultheis, The Coffeehouse Investor (1998).",
        Bonds=40,
        **{"Large-cap stocks": 10, "Large-cap value stocks": 10, "Small-cap stocks": 10, "Small-cap value stocks": 10},
        International_stocks=10,
        Real_estate=10,
    ),
    _mix(
        "Core Four",
        "US stocks, international stocks, real estate and 20 % bonds.",
        "Rick Ferri, Core-4, the mix with 80 % stocks, as the Bogleheads wiki lists it (Lazy portfolios).",
        US_stocks=48,
        International_stocks=24,
        Real_estate=8,
        Bonds=20,
    ),
    _mix(
        "No-Brainer",
        "A quarter each of US large-cap, US small-cap and international stocks and short-term bonds.",
        "William J. Bernstein, The Intelligent Asset Allocator (2001).",
        **{"Large-cap stocks": 25, "Small-cap stocks": 25},
        International_stocks=25,
        **{"Short-term bonds": 25},
    ),
    _mix(
        "Market-cap regions",
        "Stocks of the world by market value: US, other developed countries, emerging countries.",
        "Approximate: the regions of the MSCI ACWI index at the end of 2023, rounded to whole percents. They change "
        "every day; the index's factsheet has today's.",
        US_stocks=63,
        International_stocks=27,
        Emerging_stocks=10,
    ),
    _by_age(100),
    _by_age(110),
    _by_age(120),
    Preset(
        "Equal weight",
        "The same percent for each of your classes.",
        "Known as 1/N; for one, Victor DeMiguel, Lorenzo Garlappi and Raman Uppal, Review of Financial Studies 22 "
        "(2009), pages 1915 to 1953.",
        "classes",
    ),
)

PRESETS: Mapping[str, Preset] = {each.name: each for each in _ALL}
"""Every preset by its name."""
