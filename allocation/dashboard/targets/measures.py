"""The band and the trigger of a strategy, in words that are read as they are shown."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.bands import read_band
from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.editing import Editing
from allocation.triggers import read_trigger

EVERY = "every class"
BANDS = ["5 points or 25 % of the target, whichever is smaller", "5 points", "2 points", "20 % of the target"]
TRIGGERS = ["drift", "every 12 months", "every 6 months and drift"]
DUE = f'<p class="allocation-quiet">Such as: {"; ".join(TRIGGERS)}.</p>'


class MeasuresForm:
    """Edits the bands and the trigger of a draft.

    Parameters:
        edited: called after each change.
    """

    def __init__(self, edited: Callable[[], object]) -> None:
        self._edited = edited
        self._editing: Editing | None = None
        self._of = widgets.Dropdown(description="Band of", options=[EVERY], style={"description_width": "initial"})
        self._band, self._trigger = _words("Band", BANDS), _words("Rebalance is due", TRIGGERS)
        self._band_problem, self._trigger_problem = widgets.HTML(), widgets.HTML()
        self._explained = widgets.HTML()
        self._of.observe(lambda _change: self._fill(), "value")
        self._band.observe(told(self._band_problem, self._read_band), "value")
        self._trigger.observe(told(self._trigger_problem, self._read_trigger), "value")
        self.box = widgets.VBox(
            [
                row(self._of, self._band),
                self._band_problem,
                row(self._trigger),
                widgets.HTML(DUE),
                self._trigger_problem,
                self._explained,
            ]
        )

    def show(self, editing: Editing) -> None:
        """Show what a draft has."""
        self._editing = editing
        options = [EVERY, *editing.now.classes]
        if list(self._of.options) != options:
            chosen = self._of.value
            self._of.options, self._of.value = options, chosen if chosen in options else EVERY
        self._fill()

    def _fill(self) -> None:
        if self._editing is None:
            return
        editing, self._editing = self._editing, None
        state, name = editing.now, self._of.value
        own = state.class_bands.get(name)
        self._band.value = state.band.describe() if name == EVERY else own.describe() if own else ""
        self._band.placeholder = "" if name == EVERY else f"as every class: {state.band.describe()}"
        self._trigger.value = state.trigger.describe()
        self._explained.value = sentence(
            "A weight that reaches the edge of its band is over or under. An empty band is that of every class."
            + (f" Bands of their own: {', '.join(state.class_bands)}." if state.class_bands else "")
        )
        self._editing = editing

    def _read_band(self) -> None:
        if self._editing is None:
            return
        written, name = self._band.value.strip(), self._of.value
        if name == EVERY or written:
            band = read_band(written)
            self._editing.set_band(None if name == EVERY else name, band)
        else:
            self._editing.set_band(name, None)
        self._edited()

    def _read_trigger(self) -> None:
        if self._editing is None:
            return
        self._editing.set_trigger(read_trigger(self._trigger.value))
        self._edited()


def _words(description: str, examples: list[str]) -> widgets.Combobox:
    return widgets.Combobox(
        description=description, options=examples, ensure_option=False, continuous_update=False,
        style={"description_width": "initial"}, layout={"width": "min(100%, 520px)"},
    )  # fmt: skip
