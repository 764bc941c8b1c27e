"""The room where targets are set: it knows what stands where, keeps the drafts, and saves."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.assets import known_assets
from allocation.dashboard.targets.drafts import Drafts
from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.editor import TargetEditor
from allocation.dashboard.targets.view import Seen, scales
from allocation.portfolio import Portfolio
from allocation.tables import Tables
from allocation.writing import PLAIN, Writing


class TargetsPanel:
    """Edits the targets of a scope.

    Parameters:
        portfolio: where they are saved.
        saved: called after a save, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, saved: Callable[[], object]) -> None:
        self._portfolio, self._saved = portfolio, saved
        self._tables: Tables | None = None
        self._drafts = Drafts()
        self._note, self._changes, self._problem, self._done = (widgets.HTML() for _ in range(4))
        self.editor = TargetEditor(lambda step: told(self._problem, step), self._edited)
        self._save = widgets.Button(description="Save targets", button_style="primary")
        self._discard = widgets.Button(description="Discard changes")
        self._save.on_click(told(self._problem, self._save_draft))
        self._discard.on_click(told(self._problem, self._discard_draft))
        self.box = widgets.VBox(
            [self._note, self.editor, self._changes, row(self._save, self._discard, self._done), self._problem]
        )

    @property
    def editing(self) -> Editing:
        """The draft in view."""
        assert self._tables is not None
        return self._drafts.of(self._tables.scope, self._tables.strategy)

    def show(self, tables: Tables, writing: Writing = PLAIN) -> None:
        """Edit the targets of this scope; what isn't saved yet is kept for each scope."""
        self._tables = tables
        assets = known_assets(self._portfolio, tables)
        seen = Seen(tables, self.editor.opened, assets, scales(tables, self.editing.saved), writing)
        self.editor.edit(self.editing, seen)
        self._edited()

    def _edited(self) -> None:
        self._changes.value = sentence("; ".join(self.editing.differences))

    def _save_draft(self) -> None:
        self.editing.require_whole()

    def _discard_draft(self) -> None:
        self.editing.discard()
        self.editor.show()
        self._edited()
