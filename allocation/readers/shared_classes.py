"""Classes and targets that several files have: taken together where they don't contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from allocation.errors import Problem
from allocation.readers import targets as target_tables
from allocation.readers.left_out import Part
from allocation.tables import CASH, UNCLASSIFIED, called
from allocation.targets import plain

Asset = tuple[str, str | None]
"""Symbol, and of cash the currency."""


@dataclass
class _Said:
    """What one file says about the classes of one asset.

    Attributes:
        row: where that begins.
        labels: of the rows of the file's table; none where its holdings say it.
        weights: class → percent.
    """

    part: Part
    row: int
    labels: list[int] = field(default_factory=list)
    weights: dict[str, Decimal] = field(default_factory=dict)

    @property
    def in_small_letters(self) -> dict[str, Decimal]:
        return {name.casefold(): percent for name, percent in self.weights.items()}

    @property
    def gives_way(self) -> bool:
        """Whether it only says that another program's taxonomy doesn't classify the asset."""
        return not self.part.is_ours and self.weights == {UNCLASSIFIED: 100}

    def __str__(self) -> str:
        return " and ".join(
            name if percent == 100 else f"{name} ({plain(percent)} %)" for name, percent in self.weights.items()
        )


def agreed(parts: Sequence[Part]) -> tuple[list[Part], list[Problem]]:
    """The same files with each asset's classes once, and the targets; and what contradicts what.

    Classes of different assets stand beside each other. Targets replace what there is, so several files with targets
    have to have the same.
    """
    problems: list[Problem] = []
    known: dict[Asset, _Said] = {}
    left: list[_Said] = []
    for part in parts:
        for asset, said in _by_asset(part).items():
            first = _already(known, asset)
            if first is None:
                known[asset] = said
            elif first.gives_way and not said.gives_way:
                known[asset] = said
                left.append(first)
            elif said.gives_way or first.in_small_letters == said.in_small_letters:
                left.append(said)
            elif not _is_decided(first, said):
                remedy = (
                    f"is {said} here, and {first} in {first.part.label}. Give it the same classes in both, or load one "
                    "file after the other."
                )
                row = said.row if part.content.has_rows else 0
                problems.append(
                    Problem(part.label, row, "asset_class", called(asset[0], asset[1] or "").strip(), remedy)
                )
    kept = [_without(part, [label for said in left if said.part is part for label in said.labels]) for part in parts]
    return _with_one_set_of_targets(kept, problems), problems


def _is_decided(first: _Said, second: _Said) -> bool:
    """Whether it is clear which counts, or is refused elsewhere: ours before what a holding says; two holdings."""
    by_holding = [said for said in (first, second) if not said.labels]
    return len(by_holding) == 2 or (len(by_holding) == 1 and (first.part.is_ours or second.part.is_ours))


def _already(known: dict[Asset, _Said], asset: Asset) -> _Said | None:
    """What is known of an asset; cash without a currency may be that of any."""
    if asset in known or asset[0] != CASH:
        return known.get(asset)
    alike = (said for (symbol, currency), said in known.items() if symbol == CASH and None in (currency, asset[1]))
    return next(alike, None)


def _by_asset(part: Part) -> dict[Asset, _Said]:
    found: dict[Asset, _Said] = {}
    table = part.content.classes
    columns = ["row", "symbol", "currency", "asset_class", "weight_percent"]
    for label, row, symbol, currency, name, percent in table[columns].itertuples(name=None):
        # What isn't there is said by its file's own problems.
        if symbol and name and percent is not None:
            said = found.setdefault((symbol, currency if symbol == CASH else None), _Said(part, row))
            said.labels.append(label)
            said.weights[name] = said.weights.get(name, Decimal(0)) + percent
    if part.content.taxonomies:
        columns = ["row", "symbol", "currency", "asset_class"]
        for row, symbol, currency, name in part.content.holdings[columns].itertuples(index=False, name=None):
            if name:
                asset = symbol, currency if symbol == CASH else None
                found.setdefault(asset, _Said(part, row, weights={name: Decimal(100)}))
    return found


def _without(part: Part, labels: list[int]) -> Part:
    return replace(part, content=replace(part.content, classes=part.content.classes.drop(index=labels)))


def _with_one_set_of_targets(parts: list[Part], problems: list[Problem]) -> list[Part]:
    """The files, with the targets of the first that has some; refuses others than these."""
    having = [part for part in parts if not part.content.targets.empty]
    for part in having[1:]:
        if _aims(part) != _aims(having[0]):
            remedy = f"has targets, and {having[0].label} has others. Load one of the two at a time."
            problems.append(Problem(part.label, 0, "", "", remedy))
    # The same targets once.
    return [
        replace(part, content=replace(part.content, targets=part.content.targets.iloc[:0]))
        if any(part is other for other in having[1:])
        else part
        for part in parts
    ]


def _aims(part: Part) -> set[tuple[object, ...]]:
    columns = [*target_tables.REQUIRED, *target_tables.OPTIONAL]
    return set(part.content.targets[columns].itertuples(index=False, name=None))
