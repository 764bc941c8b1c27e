"""The first visit: the sample, or one's own file."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.parts import row, told

EMPTY = (
    "<h2>Nothing is loaded yet</h2><p>Load a CSV of what you hold, or look around in the sample household first. "
    "Everything stays on this machine.</p>"
)
SAMPLE = "<p>This is the sample: a made-up household to try things on, in a file of its own.</p>"


class Welcome:
    """Says that a portfolio is empty, or that it is the sample, and offers the way on.

    Parameters:
        load_own: leads to where one's own file is loaded.
        see_sample: shows the sample; None where there is none to show.
    """

    def __init__(self, load_own: Callable[[], object], see_sample: Callable[[], object] | None) -> None:
        self._text, self._problem = widgets.HTML(), widgets.HTML()
        load = widgets.Button(description="Load your own", button_style="primary")
        self._sample = widgets.Button(description="See the sample")
        load.on_click(told(self._problem, load_own))
        if see_sample is not None:
            self._sample.on_click(told(self._problem, see_sample))
        self._has_sample = see_sample is not None
        self.box = widgets.VBox([self._text, row(load, self._sample), self._problem])
        self.box.add_class("allocation-welcome")

    def show(self, empty: bool, sample: bool) -> None:
        """Show what holds: an empty portfolio, the sample, or neither."""
        self._text.value = EMPTY if empty else SAMPLE
        self._sample.layout.display = "" if empty and self._has_sample else "none"
        self.box.layout.display = "" if empty or sample else "none"
