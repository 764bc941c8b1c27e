"""The room itself: its parts, one under the other."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.data.by_hand import ByHandForm
from allocation.dashboard.data.deleting import DeletingPanel
from allocation.dashboard.data.loading import LoadPanel
from allocation.dashboard.data.markup import prices_table, rates_table
from allocation.dashboard.data.upkeep import BackupsPanel, HealthPanel, export_buttons
from allocation.dashboard.parts import heading
from allocation.portfolio import Portfolio
from allocation.tables import Tables
from allocation.writing import Writing


class Data:
    """The room of files.

    Parameters:
        portfolio: where they are loaded.
        changed: called after a load, a restore, a deletion, or a price or rate that was written down, to show
            everything anew.
        own: whether it is a person's own portfolio, and not the sample.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object], own: bool = True) -> None:
        self._portfolio, self._own = portfolio, own
        self._load = LoadPanel(portfolio, changed, own)
        self._backups = BackupsPanel(portfolio, changed)
        self._prices, self._rates = widgets.HTML(), widgets.HTML()
        self._prices.add_class("allocation-tall")
        self._by_hand = ByHandForm(portfolio, changed)
        self._valued = widgets.VBox([heading("Prices and FX rates"), self._by_hand.box, self._prices, self._rates])
        self._kept = widgets.VBox(
            [heading("Export"), export_buttons(portfolio), heading("Backups"), self._backups.box,
             heading("Health"), HealthPanel(portfolio).box]
        )  # fmt: skip
        self._deleting = DeletingPanel(portfolio, changed)
        self._deletable = widgets.VBox([heading("Delete"), self._deleting.box])
        self.box = widgets.VBox([heading("Load"), self._load.box, self._valued, self._kept, self._deletable])
        for part in (self._valued, self._kept, self._deletable):
            part.add_class("allocation-stack")

    @property
    def is_edited(self) -> bool:
        """Whether files are being looked at, or something is asked."""
        return self._load.is_edited or self._backups.is_asking or self._deleting.is_asking

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""
        self._fill(tables.base_currency, writing)

    def show_alone(self, writing: Writing) -> None:
        """Show what doesn't need a scope: all but the base currency."""
        self._fill("", writing)

    def _fill(self, currency: str, writing: Writing) -> None:
        self._load.show(currency, writing)
        exists = self._portfolio.exists()
        self._valued.layout.display = self._kept.layout.display = "" if exists else "none"
        self._deletable.layout.display = "" if exists and self._own else "none"
        if exists:
            today, stale_after = datetime.date.today(), self._portfolio.stale_after()
            prices = self._portfolio.prices()
            self._by_hand.show(prices, currency, writing)
            self._prices.value = prices_table(prices, stale_after, today, writing)
            self._rates.value = rates_table(self._portfolio.rates(), stale_after, today, writing)
            self._backups.show()
            self._deleting.show()
