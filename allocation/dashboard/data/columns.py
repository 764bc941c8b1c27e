"""Asks which column of a table is what, where that isn't sure."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from allocation.dashboard.markup import sentence, table
from allocation.dashboard.parts import row
from allocation.errors import MappingNeeded

SAMPLES = 3
OF_TODAY = " Values that are of the day of loading, whatever dates the table has: =today."


class ColumnsForm:
    """A box for each thing that is looked for; hidden until it is needed.

    Parameters:
        answered: is given our column → its column, or ``=value`` for a value that holds in every row, or nothing.
    """

    def __init__(self, answered: Callable[[dict[str, str]], object]) -> None:
        self._boxes: dict[str, widgets.Combobox] = {}
        self._text, self._fields = widgets.HTML(), row()
        use = widgets.Button(description="Use these columns", button_style="primary")
        use.on_click(lambda _button: answered({name: box.value.strip() for name, box in self._boxes.items()}))
        self.box = widgets.VBox([self._text, self._fields, use])
        self.box.add_class("allocation-stack")
        self.hide()

    def ask(self, error: MappingNeeded) -> None:
        """Show the table's first rows, and ask for what is missing; what is guessed stands there already."""
        unreadable = f" {error.no_day}." if error.no_day else ""
        rows = [[escape(sample.get(name, "")) for name in error.columns] for sample in error.samples[:SAMPLES]]
        self._text.value = sentence(
            f"{error.file} is of no format that is known. Say which column is what; a value that holds in every row is "
            f"written after an equals sign, such as =EUR.{OF_TODAY if 'as_of' in error.missing else ''}"
            f"{unreadable}"
        ) + table(f"First rows of {error.file}", [escape(name) for name in error.columns], rows)
        self._boxes = {name: self._box(name, error) for name in dict.fromkeys([*error.missing, *error.guesses])}
        self._fields.children = tuple(self._boxes.values())
        self.box.layout.display = ""

    def hide(self) -> None:
        """Nothing is asked."""
        self.box.layout.display = "none"

    def _box(self, name: str, error: MappingNeeded) -> widgets.Combobox:
        box = widgets.Combobox(
            description=name.replace("_", " "), options=error.columns, value=error.guesses.get(name, ""),
            layout={"width": "240px"},
        )  # fmt: skip
        box.add_class("allocation-field")
        return box
