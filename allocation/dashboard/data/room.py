"""The room itself: its parts, one under the other."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.portfolio import Portfolio
from allocation.tables import Tables
from allocation.writing import Writing


class Data:
    """The room of files.

    Parameters:
        portfolio: where they are loaded.
        changed: called after a load or a restore, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self.box = widgets.VBox([])

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""

    def show_alone(self, writing: Writing) -> None:
        """Show what doesn't need a scope."""
