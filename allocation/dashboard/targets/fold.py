"""Parts of the room that are folded away until they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from allocation.dashboard.parts import row
from allocation.dashboard.widgets import FoldButton


class Fold:
    """A button with a title, and what it shows or hides.

    Parameters:
        title: what stands on the button.
        content: what it shows.
        opened: called each time it is opened, before it is seen.
    """

    def __init__(self, title: str, content: widgets.Widget, opened: Callable[[], object] | None = None) -> None:
        self._title, self._content, self._opened = title, content, opened
        self.button = FoldButton(title)
        self.button.observe(lambda _change: self._turn(), "value")
        self.inside = widgets.VBox()
        self.inside.add_class("allocation-folded")
        self._turn()

    @property
    def is_open(self) -> bool:
        return bool(self.button.value)

    def _turn(self) -> None:
        if self.is_open and self._opened:
            self._opened()
        if self.is_open and not self.inside.children:
            # What nobody has asked for yet need not be drawn: the room is there sooner.
            self.inside.children = [widgets.HTML(f"<h2>{escape(self._title)}</h2>"), self._content]
        self.inside.layout.display = "" if self.is_open else "none"


def side_by_side(*folds: Fold) -> widgets.VBox:
    """The buttons in one row, and under it what those that are open show."""
    return widgets.VBox([row(*(fold.button for fold in folds)), *(fold.inside for fold in folds)])
