"""What was: the snapshots of a scope."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets
import pandas as pd

from allocation.dashboard.markup import table
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


def snapshots_table(snapshots: pd.DataFrame) -> str:
    """The days that accounts are known at, newest first."""
    rows = [
        [f"{row['as_of']:%Y-%m-%d}", escape(row["account"]), f"{row['holdings']:,}", f"{row['loaded_at']:%Y-%m-%d}"]
        for row in snapshots.iloc[::-1].to_dict("records")
    ]
    return table("Snapshots", ["Day", "Account", "Holdings", "Loaded"], rows, numbers={2})
