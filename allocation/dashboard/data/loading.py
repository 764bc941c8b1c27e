"""Loading files: brought, looked at, confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as widgets

from allocation.dashboard.data.markup import preview_tables, problems_table, report_sentence
from allocation.dashboard.data.preview import load_files, preview_load
from allocation.dashboard.drop import FileDrop
from allocation.dashboard.markup import said
from allocation.dashboard.parts import row, told
from allocation.errors import LoadError
from allocation.portfolio import Portfolio
from allocation.writing import PLAIN, Writing

EXPLAINED = (
    '<p class="allocation-quiet">CSV files of holdings, targets, FX rates or classes, up to 100 MB; several at once '
    "are loaded together. First you see what they would change; nothing is written until you confirm.</p>"
)


class LoadPanel:
    """Shows what files would change, and loads them when that is confirmed.

    Parameters:
        portfolio: where they are loaded.
        changed: called after a load.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._files: Sequence[Path] = ()
        self.writing: Writing = PLAIN
        self._drop = FileDrop("Drop files here, or choose them", self._bring)
        self._currency = widgets.Text(
            description="Base currency", placeholder="the only one in the file", continuous_update=False
        )
        self._currency.add_class("allocation-field")
        self._problem, self._shown, self._done = (widgets.HTML() for _ in range(3))
        self._confirm = widgets.Button(description="Load this", button_style="primary")
        self._cancel = widgets.Button(description="Don't load")
        self._look = told(self._problem, self._preview)
        self._confirm.on_click(told(self._problem, self._load))
        self._cancel.on_click(lambda _button: self._forget())
        self._currency.observe(self._look, "value")
        self._choice = row(self._confirm, self._cancel)
        self.box = widgets.VBox(
            [widgets.HTML(EXPLAINED), self._drop, self._currency, self._problem, self._shown, self._choice, self._done]
        )
        self.box.add_class("allocation-stack")
        self._choice.layout.display = "none"

    def show(self, writing: Writing) -> None:
        """Ready for files; a preview that is open stays."""
        self.writing = writing
        settled = self._portfolio.exists() and bool(self._portfolio.accounts())
        self._currency.layout.display = "none" if settled else ""

    def _bring(self, files: Sequence[Path]) -> None:
        self._files, self._done.value = files, ""
        self._look()

    def _preview(self) -> None:
        self._shown.value, self._choice.layout.display = "", "none"
        if not self._files:
            return
        try:
            preview = preview_load(self._portfolio, self._files, self._currency.value.strip().upper())
        except LoadError as error:
            self._shown.value = problems_table(error.problems)
            return
        self._shown.value = preview_tables(preview, self.writing)
        self._confirm.disabled = not preview.report.changed
        self._choice.layout.display = ""

    def _load(self) -> None:
        report = load_files(self._portfolio, self._files, self._currency.value.strip().upper())
        self._forget()
        self._done.value = said(f"Loaded: {report_sentence(report)}.")
        self._changed()

    def _forget(self) -> None:
        self._files = ()
        self._drop.clear()
        self._shown.value = self._problem.value = ""
        self._choice.layout.display = "none"
