"""Two versions of the same strategy: what somebody else saved meanwhile, and what was to be saved here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

import ipywidgets as widgets

from allocation.dashboard.markup import versions_table, wrong
from allocation.dashboard.parts import row, told
from allocation.errors import ChangedMeanwhile
from allocation.targets import Percent, plain


class ConflictPanel:
    """Shows both versions side by side and lets a person choose; hidden until there is a conflict.

    Parameters:
        keep_saved: called where the saved version is to stay.
        save_mine: called with the saved version, in words by name, where one's own is to replace it.
    """

    def __init__(self, keep_saved: Callable[[], object], save_mine: Callable[[Mapping[str, str]], object]) -> None:
        self._saved: Mapping[str, str] = {}
        self._text, self._problem = widgets.HTML(), widgets.HTML()
        keep = widgets.Button(description="Keep what is saved")
        mine = widgets.Button(description="Save mine instead")
        self._keep_saved, self._save_mine = keep_saved, save_mine
        keep.on_click(told(self._problem, self._keep))
        mine.on_click(told(self._problem, self._replace))
        self.box = widgets.VBox([self._text, row(keep, mine), self._problem])
        self.hide()

    def show(self, error: ChangedMeanwhile, opened: Mapping[str, str]) -> None:
        """Show what ``error`` carries, beside what was there when the page was opened."""
        self._saved = in_words(error.saved, error.saved_measures)
        yours = in_words(error.yours, error.your_measures)
        self._text.value = wrong(str(error).split(" Reload ")[0]) + versions_table(opened, self._saved, yours)
        self.box.layout.display = ""

    def hide(self) -> None:
        self.box.layout.display = "none"

    def _keep(self) -> None:
        self.hide()
        self._keep_saved()

    def _replace(self) -> None:
        self.hide()
        self._save_mine(self._saved)


def in_words(percents: Mapping[str, Percent], measures: Mapping[str, str]) -> dict[str, str]:
    """Targets, bands and trigger in words by name."""
    return {name: plain(Decimal(str(percent))) for name, percent in percents.items()} | dict(measures)
