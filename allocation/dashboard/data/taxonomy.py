"""Which taxonomy of a file becomes the asset classes, where there is one to choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets


class TaxonomyChoice:
    """A list of a file's taxonomies; hidden where there is nothing to choose.

    Parameters:
        chosen: called when another one was chosen.

    Attributes:
        name: what was chosen; None: nothing yet.
    """

    def __init__(self, chosen: Callable[[], object]) -> None:
        self.name: str | None = None
        self._chosen, self._filling = chosen, False
        self.box = widgets.Dropdown(description="Taxonomy", style={"description_width": "initial"})
        self.box.add_class("allocation-field")
        self.box.observe(self._choose, "value")
        self.forget()

    def offer(self, names: Sequence[str], taken: str | None) -> None:
        """Show a file's taxonomies and the one that was taken."""
        options: list[tuple[str, str | None]] = [(name, name) for name in names]
        self._filling = True
        self.box.options = options if taken else [("none of them", None), *options]
        self.box.value = taken
        self._filling = False
        self.box.layout.display = "" if len(self.box.options) > 1 else "none"

    def forget(self) -> None:
        """There is nothing to choose from."""
        self.name = None
        self.offer((), None)

    def _choose(self, _change: object) -> None:
        if not self._filling and self.box.value is not None:
            self.name = self.box.value
            self._chosen()
