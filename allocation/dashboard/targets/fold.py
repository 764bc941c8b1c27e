"""A part of the room that is folded away until it is wanted."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets


class Fold:
    """A button with a title that shows or hides what is under it.

    Parameters:
        title: what stands on the button.
        content: what it shows.
        opened: called each time it is opened, before it is seen.
    """

    def __init__(self, title: str, content: widgets.Widget, opened: Callable[[], object] | None = None) -> None:
        self._title, self._opened = title, opened
        self.button = widgets.ToggleButton(value=False)
        self.button.add_class("allocation-fold-button")
        self.button.observe(lambda _change: self._turn(), "value")
        self._inside = widgets.VBox([content])
        self._inside.add_class("allocation-folded")
        self.box = widgets.VBox([self.button, self._inside])
        self._turn()

    @property
    def is_open(self) -> bool:
        return bool(self.button.value)

    def _turn(self) -> None:
        if self.is_open and self._opened:
            self._opened()
        self.button.description = f"{'▾' if self.is_open else '▸'} {self._title}"
        self._inside.layout.display = "" if self.is_open else "none"
