"""Loading files: brought, looked at, confirmed; and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import ipywidgets as widgets

from allocation.dashboard.data.columns import ColumnsForm
from allocation.dashboard.data.markup import (
    could_be_left_out,
    missing,
    problems_table,
    report_sentence,
)
from allocation.dashboard.data.preview import preview_tables, warnings
from allocation.dashboard.data.taking_back import TakingBack
from allocation.dashboard.data.taxonomy import TaxonomyChoice
from allocation.dashboard.drop import FileDrop
from allocation.dashboard.markup import said
from allocation.dashboard.parts import row, told
from allocation.errors import LoadError, MappingNeeded
from allocation.portfolio import Portfolio
from allocation.store.load_report import LoadReport
from allocation.writing import PLAIN, Writing

EXPLAINED = (
    '<p class="allocation-quiet">Files of holdings, targets, FX rates, prices or classes, or what a broker or another '
    "program exports, up to 100 MB; several at once are loaded together. You see first what they would change; nothing "
    "is written until you confirm.</p>"
)


class LoadPanel:
    """Shows what files would change, and loads them when that is confirmed.

    Parameters:
        portfolio: where they are loaded.
        changed: called after a load.
        own: whether it is a person's own portfolio, whose loads can be taken back; not the sample.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object], own: bool = True) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._files: Sequence[Path] = ()
        self._mapping: dict[str, str] | None = None
        self._left_out: tuple[str, ...] = ()
        self._settled, self._writing = "", PLAIN
        self._drop = FileDrop("Drop files here, or choose them", self._bring)
        self._currency = _field("Base currency", "the only one in the file")
        self._account = _field("Account", "where the file doesn't name it")
        self._problem, self._shown, self._done = (widgets.HTML() for _ in range(3))
        self._columns = ColumnsForm(self._map)
        self._leaving_out = row()
        self._confirm = widgets.Button(description="Load this", button_style="primary")
        cancel = widgets.Button(description="Don't load")
        self._undo = TakingBack(portfolio, changed, own)
        self._look = told(self._problem, self._preview)
        self._taxonomy = TaxonomyChoice(self._look)
        self._confirm.on_click(told(self._problem, self._load))
        cancel.on_click(lambda _button: self._leave())
        for field in (self._currency, self._account):
            field.observe(self._look, "value")
        self._choice = row(self._confirm, cancel)
        self._choice.layout.display = "none"
        self.box = widgets.VBox(
            [widgets.HTML(EXPLAINED), self._drop, row(self._currency, self._account), self._problem, self._columns.box,
             self._taxonomy.box, self._shown, self._leaving_out, self._choice, self._done, self._undo.box]
        )  # fmt: skip
        self.box.add_class("allocation-stack")

    @property
    def is_edited(self) -> bool:
        """Whether files are being looked at, or it is asked whether a load is to be taken back."""
        return bool(self._files) or self._undo.is_asking

    def show(self, currency: str, writing: Writing) -> None:
        """Ready for files; a preview that is open stays.

        Parameters:
            currency: the base currency; empty where it isn't settled yet.
        """
        self._settled, self._writing = currency, writing
        self._currency.layout.display = "none" if currency else ""
        self._undo.show()

    def _bring(self, files: Sequence[Path]) -> None:
        self._files, self._mapping, self._left_out, self._done.value = files, None, (), ""
        self._columns.hide()
        self._taxonomy.forget()
        self._undo.forget()
        self._look()

    def _map(self, mapping: dict[str, str]) -> None:
        # It may be asked again, for what isn't sure yet.
        said = {**(self._mapping or {}), **mapping}
        self._mapping = {name: column for name, column in said.items() if column}
        self._look()

    def _preview(self) -> None:
        self._shown.value, self._choice.layout.display, self._leaving_out.children = "", "none", ()
        if not self._files:
            return
        try:
            report = self._read(preview=True)
        except LoadError as error:
            # What was said about the columns may be the reason: it stays, to be mended.
            self._shown.value = problems_table(error.problems)
            self._leaving_out.children = [
                self._leave_out(name, words) for name, words in could_be_left_out(error.problems).items()
            ]
            if error.taxonomies:
                self._taxonomy.offer(error.taxonomies, error.taxonomy)
        except MappingNeeded as error:
            self._columns.ask(error)
        else:
            self._columns.hide()
            self._taxonomy.offer(report.taxonomies, report.taxonomy)
            self._shown.value = preview_tables(report, self._writing)
            self._confirm.disabled = not report.changed
            self._choice.layout.display = ""

    def _leave_out(self, name: str, words: str) -> widgets.Button:
        """A button that looks at the files again without a holding that can't be loaded."""
        button = widgets.Button(
            description=f"Leave it out: {words}", tooltip=f"Look at the files without {name}",
            layout={"width": "auto", "max_width": "100%"},
        )  # fmt: skip

        def look_without(_button: object) -> None:
            self._left_out = (*self._left_out, name)
            self._look()

        button.on_click(look_without)
        return button

    @property
    def _entered(self) -> str:
        return str(self._currency.value).strip().upper()

    def _read(self, preview: bool) -> LoadReport:
        return self._portfolio.load(
            list(self._files),
            base_currency=self._entered or None,
            account=self._account.value.strip() or None,
            mapping=self._mapping,
            taxonomy=self._taxonomy.name,
            leave_out=self._left_out,
            preview=preview,
        )

    def _load(self) -> None:
        report = self._read(preview=False)
        self._forget()
        # The next file may be of another account.
        self._account.value = ""
        self._changed()
        loaded = f"Loaded: {report_sentence(report, self._writing)}."
        self._done.value = said(" ".join([loaded, *report.left_out])) + warnings(report) + missing(report)

    def _leave(self) -> None:
        self._forget()
        self._done.value = said("Nothing was loaded.")

    def _forget(self) -> None:
        self._files, self._mapping, self._left_out, self._leaving_out.children = (), None, (), ()
        self._drop.clear()
        self._columns.hide()
        self._taxonomy.forget()
        self._shown.value = self._problem.value = ""
        self._choice.layout.display = "none"


def _field(description: str, placeholder: str) -> widgets.Text:
    box = widgets.Text(
        description=description, placeholder=placeholder, continuous_update=False, layout={"width": "240px"}
    )
    box.add_class("allocation-field")
    return box
