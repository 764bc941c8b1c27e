"""Classes and class targets from one of a file's taxonomies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from allocation.errors import Problem
from allocation.readers.portfolio_performance.model import Classification, Taxonomy
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED
from allocation.targets import plain, rescale

WHOLE = 10_000
BETWEEN = " / "
ALLOCATION = ("assetallocation", "asset allocation")
ASSET_CLASSES = (
    "assetclasses",
    "asset classes",
    "anlagekategorien",
    "anlageklassen",
    "vermögensklassen",
    "classes d'actifs",
    "clases de activos",
    "classi di attività",
    "classes de ativos",
    "activaklassen",
)


@dataclass
class Divided:
    """A taxonomy as flat classes, each named by its path: ``Equity / Emerging Markets``.

    Where the weights of the classes next to each other add up to 100 %, they are targets, multiplied from the top down.
    A class whose parts' weights don't is not divided further. A taxonomy whose uppermost weights don't, has no targets
    and keeps all its classes.

    Attributes:
        targets: class → percent (0–100), adding up to 100; empty where the taxonomy has none.
        assigned: security or cash account → class → weight in hundredths of a percent.
        undivided: classes whose parts are loaded as one.
    """

    targets: dict[str, Decimal] = field(default_factory=dict)
    assigned: dict[str, dict[str, int]] = field(default_factory=dict)
    undivided: list[str] = field(default_factory=list)


def choose(taxonomies: Sequence[Taxonomy], wanted: str | None = None) -> Taxonomy | None:
    """The taxonomy that classes are taken from.

    The one that is wanted by name; else one whose weights add up to 100 %, an asset allocation before others; else the
    asset classes. None where there is none of these: regions or industries are not asset classes.
    """
    if wanted is not None:
        return next((one for one in taxonomies if one.name.casefold() == wanted.casefold()), None)
    aimed = [one for one in taxonomies if divide(one).targets]
    known = [one for one in taxonomies if _is_one_of(one, ASSET_CLASSES) or _is_one_of(one, ALLOCATION)]
    return next(iter([*(one for one in aimed if _is_one_of(one, ALLOCATION)), *aimed, *known]), None)


def divide(taxonomy: Taxonomy) -> Divided:
    """A taxonomy as flat classes with their targets, if it has any."""
    walk = _Walk()
    if sum(one.weight for one in taxonomy.classes) == WHOLE:
        for one in taxonomy.classes:
            walk.aimed(one, one.name, Fraction(one.weight, WHOLE))
    targets = _percents(walk.shares)
    if len([percent for percent in targets.values() if percent]) < 2:
        walk, targets = _Walk(), {}
        for one in taxonomy.classes:
            walk.named(one, one.name)
    return Divided(targets, {key: dict(classes) for key, classes in walk.assigned.items()}, walk.undivided)


class _Walk:
    def __init__(self) -> None:
        self.shares: dict[str, Fraction] = {}
        self.assigned: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.undivided: list[str] = []
        self._spelled: dict[str, str] = {}

    def aimed(self, one: Classification, path: str, share: Fraction) -> None:
        weights = sum(part.weight for part in one.parts)
        if one.parts and weights == WHOLE and not one.assigned:
            for part in one.parts:
                self.aimed(part, path + BETWEEN + part.name, share * Fraction(part.weight, WHOLE))
            return
        inner = list(_within(one))
        if one.parts and any(part.assigned for part in inner):
            self.undivided.append(path)
        for part in inner:
            self._assign(part, path)
        if share or any(part.assigned for part in inner):
            name = self._name(path)
            self.shares[name] = self.shares.get(name, Fraction(0)) + share

    def named(self, one: Classification, path: str) -> None:
        self._assign(one, path)
        for part in one.parts:
            self.named(part, path + BETWEEN + part.name)

    def _assign(self, one: Classification, path: str) -> None:
        for key, weight in one.assigned:
            self.assigned[key][self._name(path)] += weight

    def _name(self, path: str) -> str:
        """The path as it was first written: names that differ in capitals alone are one class."""
        return self._spelled.setdefault(path.casefold(), path)


def _within(one: Classification) -> Iterator[Classification]:
    yield one
    for part in one.parts:
        yield from _within(part)


def _percents(shares: dict[str, Fraction]) -> dict[str, Decimal]:
    """Shares of 1 as percent with at most four decimals; the last steps go to the largest remainders."""
    if sum(shares.values()) != 1 or any(share < 0 for share in shares.values()):
        return {}
    names = list(shares)
    # Only proportions matter to rescale; large numbers keep the remainders of deep products.
    parts = {number: Decimal(int(shares[name] * WHOLE**5)) for number, name in enumerate(names)}
    return {names[number]: percent for number, percent in rescale(parts).items()}


def _is_one_of(taxonomy: Taxonomy, words: tuple[str, ...]) -> bool:
    return taxonomy.kind.casefold() in words or taxonomy.name.casefold() in words


def check(divided: Divided, names: dict[str, str], file: str, taxonomy: str) -> list[Problem]:
    """What keeps the classes from being loaded.

    Parameters:
        divided: the taxonomy.
        names: the securities and cash accounts that are held, by their keys.
        file, taxonomy: what to call them.
    """
    problems = []
    for key, name in names.items():
        weights = divided.assigned.get(key, {})
        if any(weight < 0 for weight in weights.values()) or sum(weights.values()) > WHOLE:
            total = plain(Decimal(sum(weights.values())) / 100)
            remedy = (
                f"is assigned to classes of {taxonomy} by {total} %. Correct it in Portfolio Performance: at most 100."
            )
            problems.append(Problem(file, 0, "taxonomy", name, remedy))
    used = {name for key in names for name in divided.assigned.get(key, {})} | set(divided.targets)
    for name in sorted(used):
        if name.casefold() in (UNCLASSIFIED.casefold(), SEVERAL_CLASSES.casefold(), ""):
            remedy = f"is no name for a class of {taxonomy} here. Name it otherwise in Portfolio Performance."
            problems.append(Problem(file, 0, "taxonomy", name, remedy))
    return problems
