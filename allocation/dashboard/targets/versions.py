"""Every saved version of a strategy, to be looked at and brought back into the editor."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal

import ipywidgets as widgets
import pandas as pd

from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.fold import Fold
from allocation.dashboard.targets.markup import measures_table, targets_table
from allocation.dashboard.targets.state import State, targets_of, with_targets
from allocation.portfolio import Portfolio
from allocation.tables import Strategy, Targets

NOT_KEPT = (
    "It was saved before bands and trigger were kept in versions, so they aren't known. Bringing it back leaves those "
    "in the editor as they are."
)


class VersionsFold:
    """Shows the versions of the strategy that is edited; none of it saves anything.

    Parameters:
        portfolio: where they are kept.
        present: gives the state that is edited now.
        begin: goes on from a state.
    """

    def __init__(self, portfolio: Portfolio, present: Callable[[], State], begin: Callable[[State], object]) -> None:
        self._portfolio, self._present, self._begin = portfolio, present, begin
        self._strategy: Strategy | None = None
        self._changed: dict[int, str] = {}
        self._version = widgets.Dropdown(
            description="Saved version", style={"description_width": "initial"}, layout={"width": "min(100%, 480px)"}
        )
        self._back = widgets.Button(description="Bring it back into the editor")
        self._shown, self._problem = widgets.HTML(), widgets.HTML()
        self._version.observe(told(self._problem, self._look), "value")
        self._back.on_click(told(self._problem, self._bring_back))
        content = widgets.VBox([row(self._version, self._back), self._problem, self._shown])
        self.fold = Fold("Saved versions", content, told(self._problem, self._fill))

    def show(self, strategy: Strategy) -> None:
        """Offer the versions of this strategy."""
        self._strategy = strategy
        if self.fold.is_open:
            told(self._problem, self._fill)()

    def edited(self) -> None:
        """The editor shows other targets: compare with them."""
        if self.fold.is_open:
            told(self._problem, self._look)()

    def _fill(self) -> None:
        assert self._strategy is not None
        table = self._portfolio.target_versions(self._strategy.scope, self._strategy.name).iloc[::-1]
        self._changed = dict(zip(table["version"], table["changes"], strict=True))
        options = [
            (f"{number}: {_moment(saved_at)}{f' by {by}' if by else ''}", int(number))
            for number, saved_at, by in zip(table["version"], table["saved_at"], table["saved_by"], strict=True)
        ]
        if list(self._version.options) != options:
            chosen = self._version.value
            self._version.options = options
            newest = options[0][1] if options else None
            self._version.value = chosen if chosen in self._changed else newest
        self._look()

    def _look(self) -> None:
        if self._version.value is None:
            self._shown.value = sentence("Nothing has been saved yet.")
            return
        version, now = self._portfolio.targets_version(self._version.value), self._present()
        changed = self._changed[self._version.value]
        self._shown.value = (
            sentence(f"That save changed: {changed}." if changed else "")
            + sentence("" if version.measures else NOT_KEPT)
            + targets_table(_exact(version.targets), _exact(targets_of(now)))
            + (measures_table(version.measures, now.measures) if version.measures else "")
        )

    def _bring_back(self) -> None:
        if self._version.value is not None:
            targets = self._portfolio.starting_targets(self._version.value)
            measures = self._portfolio.targets_version(self._version.value).measures
            self._begin(with_targets(self._present(), targets, measures))


def _moment(saved_at: pd.Timestamp) -> str:
    """A moment of the store (UTC) as the clock here shows it."""
    return f"{saved_at.to_pydatetime().replace(tzinfo=datetime.UTC).astimezone():%Y-%m-%d %H:%M}"


def _exact(targets: Targets) -> dict[str, Decimal]:
    return {name: Decimal(str(percent)) for name, percent in targets.by_name.items()}
