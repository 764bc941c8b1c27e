"""The menu "Start from": the present allocation, presets with their source, other strategies, a file, nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from allocation.dashboard.markup import said, sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.fold import Fold
from allocation.dashboard.targets.state import State, blank, with_targets
from allocation.errors import TargetsError
from allocation.portfolio import Portfolio
from allocation.presets import PRESETS
from allocation.tables import ALL, UNCLASSIFIED, Tables

PRESENT, BLANK, FILE = "present", "blank", "file"
WORDS = {
    PRESENT: "Each class at what it is now, to the hundredth, and the holdings inside it.",
    BLANK: "Every class at 0; type each, until they add up to 100.",
    FILE: "A targets.csv of one scope, with the columns asset_class, symbol, target_percent.",
}


class StartFold:
    """Lets a person choose what an edit goes on from; nothing is saved by it.

    Parameters:
        portfolio: where strategies are.
        present: gives the state that is edited now.
        begin: goes on from a state.
    """

    def __init__(self, portfolio: Portfolio, present: Callable[[], State], begin: Callable[[State], object]) -> None:
        self._portfolio, self._present, self._begin = portfolio, present, begin
        self._tables: Tables | None = None
        self._from = widgets.Dropdown(description="Start from", style={"description_width": "initial"})
        self._age = widgets.Text(description="Age", style={"description_width": "initial"}, layout={"width": "110px"})
        self._file = widgets.FileUpload(accept=".csv", multiple=False, description="Choose a CSV file")
        self._start = widgets.Button(description="Start from it")
        self._words, self._problem, self._apart = (widgets.HTML() for _ in range(3))
        self._from.observe(lambda _change: self._explain(), "value")
        self._start.on_click(told(self._problem, self._go))
        choosing = row(self._from, self._age, self._file, self._start)
        content = widgets.VBox([choosing, self._words, self._problem, self._apart])
        self.fold = Fold("Start from something", content, told(self._problem, self._fill))

    def show(self, tables: Tables) -> None:
        """Offer what a scope can start from."""
        self._tables = tables
        if self.fold.is_open:
            told(self._problem, self._fill)()

    def _fill(self) -> None:
        assert self._tables is not None
        tables = self._tables
        strategies = self._portfolio.strategies()
        strategies = strategies[(strategies["classes"] > 0) & ~strategies["inherited"]]
        options: list[tuple[str, Any]] = [("The present allocation", PRESENT), ("Blank", BLANK)]
        options += [(f"Preset: {name}", ("preset", name)) for name in PRESETS]
        options += [
            (f"Strategy: {name}{'' if scope == ALL else f' of {scope}'}", ("strategy", scope, name))
            for scope, name in zip(strategies["scope"], strategies["name"], strict=True)
            if (scope, name) != (tables.strategy.scope, tables.strategy.name)
        ]
        options += [("A CSV file", FILE)]
        if list(self._from.options) != options:
            chosen = self._from.value
            self._from.options = options
            self._from.value = chosen if chosen in [value for _, value in options] else PRESENT
        self._explain()

    def _explain(self) -> None:
        chosen = self._from.value
        preset = PRESETS[chosen[1]] if isinstance(chosen, tuple) and chosen[0] == "preset" else None
        self._age.layout.display = "" if preset and preset.needs == "age" else "none"
        self._file.layout.display = "" if chosen == FILE else "none"
        if preset:
            words = f"{preset.description} Source: {preset.source}"
        else:
            words = WORDS.get(chosen, "") if isinstance(chosen, str) else "Its targets, its bands and its trigger."
        self._words.value, self._apart.value = sentence(words), ""

    def _go(self) -> None:
        assert self._tables is not None
        state, chosen, self._apart.value = self._present(), self._from.value, ""
        if chosen == BLANK:
            self._begin(blank(state, self._tables))
        elif chosen == FILE:
            self._begin(self._of_file(state))
        else:
            self._begin(self._started(state, chosen if chosen == PRESENT else chosen[1:]))
        self._apart.value = said(apart(self._tables, self._present()))

    def _started(self, state: State, chosen: Any) -> State:
        assert self._tables is not None
        # A preset or the present allocation is a word; a strategy is its scope and its name.
        start = chosen if isinstance(chosen, str) or len(chosen) > 1 else chosen[0]
        age = self._age.value.strip()
        if age and not age.isdecimal():
            raise TargetsError(f"{age!r} is not an age in years. Write it like 35.")
        targets = self._portfolio.starting_targets(start, self._tables.scope, int(age) if age else None)
        is_strategy = not isinstance(start, str)
        measures = self._portfolio.strategy(self._tables.scope, start).measures if is_strategy else None
        return with_targets(state, targets, measures)

    def _of_file(self, state: State) -> State:
        assert self._tables is not None
        if not self._file.value:
            raise TargetsError("Choose a CSV file first.")
        (upload,) = self._file.value
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / (Path(upload["name"]).name or "targets.csv")
            path.write_bytes(upload["content"])
            return with_targets(state, self._portfolio.starting_targets(path, self._tables.scope))


def apart(tables: Tables, state: State) -> str:
    """What has a target and isn't held, and what is held and has none: perhaps the same, by two names."""
    held = [name for name, value in tables.class_values.items() if value > 0 and name != UNCLASSIFIED]
    not_held = [name for name, percent in state.classes.items() if percent and name not in held]
    without = [name for name in held if name not in state.classes]
    if not (not_held and without):
        return ""
    return (
        f"Held, but without a target here: {', '.join(without)}. With a target, but not held: {', '.join(not_held)}. "
        "Where that is the same by two names, put the holdings into the class with the target, under Classes of "
        "holdings."
    )
