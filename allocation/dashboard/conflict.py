"""Two versions of the same targets: what somebody else saved meanwhile, and what was to be saved here."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import ipywidgets as widgets

from allocation.dashboard.markup import versions_table, wrong
from allocation.dashboard.parts import row, told
from allocation.errors import ChangedMeanwhile


class ConflictPanel:
    """Shows both versions side by side and lets a person choose; hidden until there is a conflict.

    Parameters:
        keep_saved: called where the saved version is to stay.
        save_mine: called with the saved version's percents where one's own is to replace it.
    """

    def __init__(self, keep_saved: Callable[[], object], save_mine: Callable[[dict[str, Decimal]], object]) -> None:
        self._error: ChangedMeanwhile | None = None
        self._text, self._problem = widgets.HTML(), widgets.HTML()
        keep = widgets.Button(description="Keep what is saved")
        mine = widgets.Button(description="Save mine instead")
        self._keep_saved, self._save_mine = keep_saved, save_mine
        keep.on_click(told(self._problem, self._keep))
        mine.on_click(told(self._problem, self._replace))
        self.box = widgets.VBox([self._text, row(keep, mine), self._problem])
        self.hide()

    def show(self, error: ChangedMeanwhile, opened: dict[str, Decimal]) -> None:
        """Show what ``error`` carries, beside the targets that were there when the page was opened."""
        self._error = error
        self._text.value = wrong(str(error).split(" Reload ")[0]) + versions_table(opened, error.saved, error.yours)
        self.box.layout.display = ""

    def hide(self) -> None:
        self.box.layout.display = "none"

    def _keep(self) -> None:
        self.hide()
        self._keep_saved()

    def _replace(self) -> None:
        assert self._error is not None
        self.hide()
        self._save_mine(self._error.saved)
