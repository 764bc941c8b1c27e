"""The targets that are being edited, at one moment, and how two such moments differ in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from allocation.bands import FIVE_25, Band
from allocation.measures import Measures
from allocation.measures import changes as measures_changes
from allocation.tables import UNCLASSIFIED, Strategy, Tables, Targets
from allocation.targets import HUNDRED, changes, plain, wrong_sum
from allocation.triggers import DRIFT, Trigger

Row = tuple[str, str]
"""A class and a holding of it; the holding is empty where the row is the class itself."""

Percents = Mapping[str, Decimal]


@dataclass(frozen=True)
class State:
    """Targets on both levels with what belongs to them. It is never changed: each step makes another.

    Attributes:
        classes: class → percent of the scope.
        holdings: class → symbol → percent of the class; a class that isn't there is shared by value.
        band: how far weights may stray.
        class_bands: bands of their own, by class.
        trigger: when a rebalance is due.
        locked: the rows that stay where they are when others move.
        follow: the rows that aren't locked make room for one that moves; otherwise each is typed for itself.
    """

    classes: Percents = field(default_factory=dict)
    holdings: Mapping[str, Percents] = field(default_factory=dict)
    band: Band = FIVE_25
    class_bands: Mapping[str, Band] = field(default_factory=dict)
    trigger: Trigger = DRIFT
    locked: frozenset[Row] = frozenset()
    follow: bool = True

    @property
    def content(self) -> State:
        """What of it is saved: all but locks and the way of editing."""
        return replace(self, locked=frozenset(), follow=True)

    @property
    def measures(self) -> Measures:
        """Bands and trigger, as they are saved."""
        return Measures(self.band, self.class_bands, self.trigger).among(self.classes)

    def level(self, asset_class: str) -> Percents:
        """The percents of one level: of the classes (an empty name), or of the holdings of a class."""
        return self.holdings.get(asset_class, {}) if asset_class else self.classes

    def with_level(self, asset_class: str, percents: Percents) -> State:
        """The same with other percents on one level."""
        if not asset_class:
            return replace(self, classes=dict(percents))
        return replace(self, holdings={**self.holdings, asset_class: dict(percents)})

    def levels(self) -> Iterator[str]:
        """The levels that have percents, by class; empty for the classes themselves."""
        if self.classes:
            yield ""
        yield from self.holdings

    def locked_in(self, asset_class: str) -> frozenset[str]:
        """Names of the locked rows of a level."""
        if not asset_class:
            return frozenset(name for name, holding in self.locked if not holding)
        return frozenset(holding for name, holding in self.locked if name == asset_class and holding)


def state_of(strategy: Strategy) -> State:
    """A strategy as it is saved."""
    state = with_targets(State(), strategy.targets, strategy.measures)
    # Without a first target there is nothing to follow it: each is typed.
    return state if state.classes else replace(state, follow=False)


def targets_of(state: State) -> Targets:
    """The percents of a state, as they are saved."""
    return Targets(state.classes, state.holdings)


def with_targets(state: State, targets: Targets, measures: Measures | None = None) -> State:
    """Other targets with these bands and this trigger; None: those of the state, as far as their classes are there."""
    kept = (measures or state.measures).among(targets.classes)
    return replace(
        state,
        classes={name: Decimal(str(percent)) for name, percent in targets.classes.items()},
        holdings={
            name: {symbol: Decimal(str(percent)) for symbol, percent in inside.items()}
            for name, inside in targets.holdings.items()
        },
        band=kept.band,
        class_bands=kept.class_bands,
        trigger=kept.trigger,
        follow=True,
    )


def blank(state: State, tables: Tables) -> State:
    """Every class at 0, each to be typed for itself."""
    held = [name for name, value in tables.class_values.items() if value > 0 and name != UNCLASSIFIED]
    return replace(state, classes=dict.fromkeys([*state.classes, *held], Decimal(0)), holdings={}, follow=False)


def wrong_sums(state: State) -> dict[str, str]:
    """The levels that don't add up to 100, by class (empty: the classes), each with what it misses in words."""
    totals = {level: sum(state.level(level).values(), Decimal(0)) for level in state.levels()}
    return {level: wrong_sum(total) for level, total in totals.items() if total != HUNDRED}


def differences(before: State, after: State) -> list[str]:
    """What is different, a level or setting at a time: ``Bonds 30 → 25, US stocks 50 → 55``; empty where nothing is."""
    said = [_percents_differ(before.classes, after.classes)]
    for name in dict.fromkeys([*before.holdings, *after.holdings]):
        if name in after.holdings:
            inside = _percents_differ(before.level(name), after.level(name))
            said.append(f"in {name}: {inside}" if inside else "")
        elif name in after.classes:
            said.append(f"{name} is shared by value")
    said += measures_changes(before.measures.among(after.classes), after.measures)
    return [text for text in said if text]


def count_changes(before: State, after: State) -> int:
    """How many percents, bands and triggers are different."""
    levels = {*before.levels(), *after.levels()}
    rows = [
        name
        for level in levels
        for name in {**before.level(level), **after.level(level)}
        if before.level(level).get(name) != after.level(level).get(name)
    ]
    return len(rows) + len(measures_changes(before.measures.among(after.classes), after.measures))


def changed_rows(before: State, after: State) -> frozenset[Row]:
    """The rows whose percent is another, or that are new."""
    return frozenset(
        (level, name) if level else (name, "")
        for level in after.levels()
        for name, percent in after.level(level).items()
        if before.level(level).get(name) != percent
    )


def _percents_differ(before: Percents, after: Percents) -> str:
    moved = {name for name in {**before, **after} if before.get(name, Decimal(0)) != after.get(name, Decimal(0))}
    said = changes(
        {name: percent for name, percent in before.items() if name in moved},
        {name: percent for name, percent in after.items() if name in moved},
    )
    added = [f"{name} added at {plain(percent)}" for name, percent in after.items() if name not in {*before, *moved}]
    gone = [f"{name} taken out" for name in before if name not in {*after, *moved}]
    return ", ".join([*([said] if said else []), *added, *gone])
