"""Two strategies side by side, with the drift under each."""

from __future__ import annotations

import ipywidgets as widgets

from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.fold import Fold
from allocation.dashboard.targets.markup import strategies_table
from allocation.portfolio import Portfolio
from allocation.tables import ALL, Tables
from allocation.writing import PLAIN, Writing

Chosen = tuple[str, str]
"""A scope, and the name of a strategy of it."""


class CompareFold:
    """Compares saved strategies for the scope in view.

    Parameters:
        portfolio: where they are kept.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio, self._writing = portfolio, PLAIN
        self._tables: Tables | None = None
        self._a, self._b = (
            widgets.Dropdown(description=words, style={"description_width": "initial"}) for words in ("Compare", "with")
        )
        self._shown, self._problem = widgets.HTML(), widgets.HTML()
        for chooser in (self._a, self._b):
            chooser.observe(told(self._problem, self._compare), "value")
        content = widgets.VBox([row(self._a, self._b), self._problem, self._shown])
        self.fold = Fold("Compare two strategies", content, told(self._problem, self._fill))

    def show(self, tables: Tables, writing: Writing) -> None:
        """Compare for this scope."""
        self._tables, self._writing = tables, writing
        if self.fold.is_open:
            told(self._problem, self._fill)()

    def _fill(self) -> None:
        assert self._tables is not None
        table = self._portfolio.strategies()
        table = table[(table["classes"] > 0) & ~table["archived"] & ~table["inherited"]]
        options = [
            (name if scope == ALL else f"{name} of {scope}", (str(scope), str(name)))
            for scope, name in zip(table["scope"], table["name"], strict=True)
        ]
        self._tables, tables = None, self._tables
        for place, chooser in enumerate((self._a, self._b)):
            if list(chooser.options) != options:
                chosen, known = chooser.value, [value for _, value in options]
                chooser.options = options
                chooser.value = chosen if chosen in known else known[min(place, len(known) - 1)] if known else None
        self._tables = tables
        self._compare()

    def _compare(self) -> None:
        a, b = self._a.value, self._b.value
        if self._tables is None:
            return
        if a is None or a == b:
            said = "There is one strategy with targets. Copy it, or make another one, to compare the two."
            other = "Choose two different strategies."
            self._shown.value = sentence(other if len(self._a.options) > 1 else said)
            return
        table = self._portfolio.compare_strategies(a, b, self._tables.scope)
        self._shown.value = strategies_table(table, (a[1], b[1]), self._writing)
