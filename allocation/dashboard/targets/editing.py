"""Editing targets, step by step: every action makes a new state, and each can be undone. It knows no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from allocation.bands import Band
from allocation.dashboard.targets.state import Row, State, changed_rows, count_changes, differences, wrong_sums
from allocation.errors import TargetsError, UnknownName
from allocation.targets import (
    Percent,
    add_row,
    check_percents,
    clean_class_names,
    read_percent,
    redistribute,
    remove_row,
    rescale,
)
from allocation.triggers import Trigger

LONGEST_MEMORY = 500


class Editing:
    """One draft: the saved targets it began from, the present state, and the way back and forth.

    Parameters:
        saved: the state that is saved.
    """

    def __init__(self, saved: State) -> None:
        self.saved, self.now = saved, saved
        self._past: list[State] = []
        self._future: list[State] = []
        self._gesture: object = None
        self._start, self._depth = saved, 0
        self.said: dict[Row, str] = {}

    # What a person sees of it.

    @property
    def is_changed(self) -> bool:
        """Whether anything would be different after a save."""
        return self.now.content != self.saved.content

    @property
    def differences(self) -> list[str]:
        """What a save would change, in words."""
        return differences(self.saved, self.now)

    @property
    def changes(self) -> int:
        """How many percents, bands and triggers a save would change."""
        return count_changes(self.saved, self.now)

    @property
    def changed_rows(self) -> frozenset[Row]:
        return changed_rows(self.saved, self.now)

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    # One row.

    def move(self, row: Row, percent: Percent, gesture: object = None) -> None:
        """Move a row; where the others follow, they make room, and it stops where there is none (see ``said``).

        Parameters:
            row: a row with a target, or one that gets one by this.
            percent: where to, 0–100.
            gesture: what belongs to one drag of a slider has the same; all of it is calculated from where the drag
                began, and undone at once.

        Raises:
            TargetsError: it is no percent.
        """
        written = str(percent).strip().replace(",", ".")
        exact = read_percent(written)
        self.said = {}
        if exact is None:
            raise TargetsError(f"{str(percent).strip()!r} is not a percent from 0 to 100 with at most 4 decimals.")
        asset_class, name = _level_and_name(row)
        state = self._begin(gesture)
        percents = state.level(asset_class)
        if asset_class and not percents:
            raise TargetsError(f"{asset_class} is shared by value. Set targets inside it first.")
        if not state.follow:
            if row in state.locked:
                self.said = {row: f"{name} is locked."}
                return
            self._become(state.with_level(asset_class, {**percents, name: exact}))
            return
        result = redistribute({name: Decimal(0), **percents} if name not in percents else percents,
                              state.locked_in(asset_class), name, exact)  # fmt: skip
        if result.reason:
            self.said = {row: f"{result.reason}."}
        # A new row stands last, where a person looks for it.
        order = [*percents, *(() if name in percents else (name,))]
        self._become(state.with_level(asset_class, {each: result.percents[each] for each in order}))

    def lock(self, row: Row, locked: bool) -> None:
        """Keep a row where it is when others move, or let it go again."""
        self._require(row)
        rows = self.now.locked | {row} if locked else self.now.locked - {row}
        self._step(replace(self.now, locked=rows))

    def remove(self, row: Row) -> None:
        """Take a row out; the others share what it had. A class loses what is set inside it, too.

        Raises:
            TargetsError: every other row is locked, or it is the last class.
        """
        self._require(row)
        asset_class, name = _level_and_name(row)
        state, percents = self.now, self.now.level(asset_class)
        if not asset_class and len(percents) == 1:
            raise TargetsError(f"{name} is the last class. Add another one first.")
        if state.follow:
            result = remove_row(percents, state.locked_in(asset_class), name)
            if result.reason:
                raise TargetsError(f"{result.reason}.")
            left = result.percents
        else:
            left = {other: percent for other, percent in percents.items() if other != name}
        if not asset_class:
            self._step(_without_class(state, name, left))
        elif left:
            self._step(_forget_locks(state.with_level(asset_class, left), [row]))
        else:
            self.share_by_value(asset_class)

    # A level.

    def add_class(self, written: str, known: Iterable[str] = ()) -> str:
        """Add a class at 0 (the first of all gets 100, where the others follow).

        Parameters:
            written: its name.
            known: the portfolio's classes; one that is written otherwise in capitals only is meant.

        Returns:
            Its name.
        """
        (name,) = clean_class_names({written: 0})
        name = next((other for other in known if other.casefold() == name.casefold()), name)
        return self._add("", name)

    def add_holding(self, asset_class: str, symbol: str) -> str:
        """Add a holding to those that have a target inside a class."""
        if asset_class not in self.now.classes:
            raise TargetsError(f"{asset_class} has no target, so its holdings can't have one. Set its target first.")
        return self._add(asset_class, symbol)

    def _add(self, asset_class: str, name: str) -> str:
        percents = self.now.level(asset_class)
        if alike := [other for other in percents if other.casefold() == name.casefold()]:
            raise TargetsError(f"{alike[0]} is there already.")
        added = add_row(percents, name).percents if self.now.follow else {**percents, name: Decimal(0)}
        self._step(self.now.with_level(asset_class, added))
        return name

    def set_inside(self, asset_class: str, percents: Mapping[str, Decimal]) -> None:
        """Give the holdings of a class targets.

        Parameters:
            asset_class: a class with a target.
            percents: symbol → percent of the class, adding up to 100.
        """
        if asset_class not in self.now.classes:
            raise TargetsError(f"{asset_class} has no target, so its holdings can't have one. Set its target first.")
        exact = check_percents(percents, f"The holding targets of {asset_class}")
        self._step(self.now.with_level(asset_class, exact))

    def share_by_value(self, asset_class: str) -> None:
        """Take the targets inside a class away: it is shared by value then."""
        holdings = {name: percents for name, percents in self.now.holdings.items() if name != asset_class}
        gone = [row for row in self.now.locked if row[0] == asset_class and row[1]]
        self._step(_forget_locks(replace(self.now, holdings=holdings), gone))

    def scale(self, asset_class: str) -> None:
        """Bring a level to 100 in the proportions it has, all rows alike.

        Raises:
            TargetsError: all are 0.
        """
        percents = self.now.level(asset_class)
        places = dict(enumerate(percents))
        scaled = rescale({place: percents[name] for place, name in places.items()})
        if not scaled:
            raise TargetsError("All are 0, so there are no proportions to bring to 100. Enter some percents first.")
        self._step(self.now.with_level(asset_class, {name: scaled[place] for place, name in places.items()}))

    def set_follow(self, follow: bool) -> None:
        """Whether the other rows make room for one that moves.

        Raises:
            TargetsError: a level doesn't add up to 100 yet.
        """
        wrong = wrong_sums(self.now)
        if follow and wrong:
            raise TargetsError(sentence_of_sums(wrong))
        self._step(replace(self.now, follow=follow))

    # All of it.

    def replace(self, state: State) -> None:
        """Go on from other targets; locks of rows that aren't there any more go."""
        there = {(name, "") for name in state.classes}
        there |= {(name, holding) for name, inside in state.holdings.items() for holding in inside}
        self._step(replace(state, locked=self.now.locked & there))

    def set_band(self, asset_class: str | None, band: Band | None) -> None:
        """Another band for a class (None: again that of all), or for all that have none of their own."""
        if asset_class is None:
            assert band is not None
            self._step(replace(self.now, band=band))
            return
        others = {name: own for name, own in self.now.class_bands.items() if name != asset_class}
        self._step(replace(self.now, class_bands=others if band is None else {**others, asset_class: band}))

    def set_trigger(self, trigger: Trigger) -> None:
        self._step(replace(self.now, trigger=trigger))

    def undo(self) -> None:
        """Back to before the last step; nothing where there is none."""
        self._go(self._past, self._future)

    def redo(self) -> None:
        """Forth again, to what was undone last."""
        self._go(self._future, self._past)

    def discard(self) -> None:
        """Back to what is saved; this can be undone, too."""
        self.replace(replace(self.saved, follow=True))

    def rebase(self, saved: State) -> None:
        """What is saved has become another: measure changes from it."""
        self.saved = saved

    def require_whole(self) -> None:
        """Refuses targets that can't be saved.

        Raises:
            TargetsError: a level doesn't add up to 100; says which, and by how much.
        """
        if not self.now.classes:
            raise TargetsError("There are no targets to save. Set the target of a class, or start from something.")
        if wrong := wrong_sums(self.now):
            raise TargetsError(sentence_of_sums(wrong))

    def _require(self, row: Row) -> None:
        asset_class, name = _level_and_name(row)
        if name not in self.now.level(asset_class):
            raise UnknownName(f"{name} has no target.")

    def _begin(self, gesture: object) -> State:
        """The state that a step is calculated from: the present, or where the gesture it belongs to began."""
        if gesture is None or gesture != self._gesture:
            self._gesture, self._start, self._depth = gesture, self.now, len(self._past)
        return self._start

    def _become(self, state: State) -> None:
        del self._past[self._depth :]
        if state != self._start:
            self._past.append(self._start)
            self._future = []
        self.now = state

    def _step(self, state: State) -> None:
        self.said = {}
        self._begin(None)
        self._become(state)
        del self._past[:-LONGEST_MEMORY]

    def _go(self, taken: list[State], given: list[State]) -> None:
        self._gesture, self.said = None, {}
        if taken:
            given.append(self.now)
            self.now = taken.pop()


def sentence_of_sums(wrong: Mapping[str, str]) -> str:
    """Which levels miss 100, as sentences."""
    return " ".join(
        f"The holding targets of {level} {missing}" if level else f"The class targets {missing}"
        for level, missing in wrong.items()
    )


def _level_and_name(row: Row) -> tuple[str, str]:
    asset_class, holding = row
    return (asset_class, holding) if holding else ("", asset_class)


def _without_class(state: State, name: str, left: Mapping[str, Decimal]) -> State:
    holdings = {other: percents for other, percents in state.holdings.items() if other != name}
    bands = {other: band for other, band in state.class_bands.items() if other != name}
    gone = [row for row in state.locked if row[0] == name]
    return _forget_locks(replace(state, classes=dict(left), holdings=holdings, class_bands=bands), gone)


def _forget_locks(state: State, rows: Iterable[Row]) -> State:
    return replace(state, locked=state.locked - frozenset(rows))
