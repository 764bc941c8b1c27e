"""What was: the snapshots of a scope."""

from __future__ import annotations

import ipywidgets as widgets

from allocation.dashboard.markup import snapshots_table
from allocation.portfolio import Portfolio
from allocation.tables import Tables
from allocation.writing import Writing


class History:
    """The room of what was.

    Parameters:
        portfolio: whose history it is.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._snapshots = widgets.HTML()
        self.box = widgets.VBox([self._snapshots])

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""
        self._snapshots.value = snapshots_table(self._portfolio.snapshots(tables.scope))
