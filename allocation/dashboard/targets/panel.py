"""The room where targets are set: it knows what stands where, keeps the drafts, and saves."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

import ipywidgets as widgets

from allocation.dashboard.conflict import ConflictPanel, in_words
from allocation.dashboard.markup import old, said, sentence
from allocation.dashboard.parts import only_the_last, row, told
from allocation.dashboard.targets.assets import known_assets
from allocation.dashboard.targets.assigning import AssigningFold
from allocation.dashboard.targets.comparing import CompareFold
from allocation.dashboard.targets.drafts import Drafts
from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.editor import TargetEditor
from allocation.dashboard.targets.fold import Fold, side_by_side
from allocation.dashboard.targets.markup import unsaved
from allocation.dashboard.targets.measures import MeasuresForm
from allocation.dashboard.targets.preview import tables_for
from allocation.dashboard.targets.saving import save
from allocation.dashboard.targets.start import StartFold
from allocation.dashboard.targets.state import State, differences, state_of, targets_of
from allocation.dashboard.targets.strategies import StrategyBar
from allocation.dashboard.targets.versions import VersionsFold
from allocation.dashboard.targets.view import Seen, scales
from allocation.errors import ChangedMeanwhile
from allocation.portfolio import Portfolio
from allocation.summary import summarise
from allocation.tables import ALL, UNCLASSIFIED, Tables
from allocation.writing import PLAIN, Writing

UNSAVED = "allocation-has-unsaved"
"""A page with such a room asks before it is left; static/page/page.js looks for it."""


class TargetsPanel:
    """Edits the targets of a scope.

    Parameters:
        portfolio: where they are saved.
        saved: called after a save, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, saved: Callable[[], object]) -> None:
        self._portfolio, self._saved = portfolio, saved
        self._tables: Tables | None = None
        self._active: Tables | None = None
        self._draft: Editing | None = None
        self._led = False
        self._writing, self._drafts, self._done_text = PLAIN, Drafts(), ""
        self._note, self._changes, self._problem, self._done = (widgets.HTML() for _ in range(4))
        self._strategies = StrategyBar(portfolio, self._choose, self._anew)
        self._start = StartFold(portfolio, lambda: self.editing.now, self._go_on)
        self.editor = TargetEditor(
            lambda step: told(self._problem, step), self._edited, lambda *given: tables_for(portfolio, *given)
        )
        self._measures = MeasuresForm(self._measured)
        self._versions = VersionsFold(portfolio, lambda: self.editing.now, self._go_on)
        self._compare, self._assigning = CompareFold(portfolio), AssigningFold(portfolio, saved)
        self._save = widgets.Button(description="Save targets", button_style="primary")
        self._discard = widgets.Button(description="Discard changes")
        self._save.on_click(told(self._problem, self._save_draft))
        self._discard.on_click(told(self._problem, self._discard_draft))
        only_the_last(self._problem, self._done)
        self._conflict = ConflictPanel(self._keep_saved, self._save_over)
        self.box = widgets.VBox(
            [self._strategies.box, self._note,
             side_by_side(self._start.fold, self._assigning.fold, self._strategies.fold), self.editor, self._changes,
             row(self._save, self._discard, self._done), self._problem, self._conflict.box,
             side_by_side(Fold("Bands and when a rebalance is due", self._measures.box), self._versions.fold,
                          self._compare.fold)]
        )  # fmt: skip
        self.box.add_class("allocation-targets-room")

    @property
    def is_edited(self) -> bool:
        """Whether something is unsaved, in whatever scope."""
        return bool(self._drafts.unsaved())

    @property
    def editing(self) -> Editing:
        """The draft in view."""
        assert self._draft is not None
        return self._draft

    def show(self, tables: Tables, writing: Writing = PLAIN) -> None:
        """Edit the targets of this scope; what isn't saved yet is kept for each scope and strategy.

        Parameters:
            tables: the scope, against the strategy that holds for it.
            writing: how numbers are written.
        """
        self._active, self._writing = tables, writing
        self._strategies.show(tables.scope)
        self._choose()

    def _choose(self) -> None:
        """Show the strategy that is chosen."""
        assert self._active is not None
        self._conflict.hide()
        self._problem.value, self._done.value, self._done_text = "", said(self._done_text), ""
        name = self._strategies.name
        scope = self._active.scope
        self._tables = self._active if name is None else self._portfolio.tables(scope, strategy=name)
        editing = self._draft = self._drafts.of(scope, self._tables.strategy)
        assets = known_assets(self._portfolio, self._tables)
        reach = scales(tables_for(self._portfolio, self._tables, editing.saved), editing.saved)
        self.editor.edit(editing, Seen(self._tables, self.editor.opened, assets, reach, self._writing))
        self._note.value = sentence(self._explained()) + old(summarise(self._tables, datetime.date.today()).warning)
        self._start.show(self._tables)
        self._versions.show(self._tables.strategy)
        self._compare.show(self._tables, self._writing)
        self._assigning.show(self._tables)
        if self._lacks_classes and not self._led:
            self._led = self._assigning.fold.button.value = True
        self._edited()

    @property
    def _lacks_classes(self) -> bool:
        """Whether classes are to be given before targets can be."""
        assert self._tables is not None
        # What a fund's weights leave of 100 may stay in none.
        wholly = any(asset.asset_class == UNCLASSIFIED and asset.value for asset in self._tables.asset_rows)
        return wholly and not self._tables.strategy.class_weights

    def _explained(self) -> str:
        assert self._tables is not None
        strategy, scope = self._tables.strategy, self._tables.scope
        parts = []
        if strategy.inherited:
            parts.append(f"{scope} has no targets of its own and uses those of {strategy.name}.")
            parts.append("What is saved here becomes its own.")
        if not strategy.class_weights:
            parts.append("No targets are set yet. Start from something, or type percents that add up to 100.")
        if self._lacks_classes:
            parts.append("Some holdings are in no class: the classes come first, under Classes of holdings.")
        if self.editing.saved.content != state_of(strategy).content:
            parts.append(
                f"These targets were saved again {strategy.last_saved} while you were editing: "
                "saving shows both versions."
            )
        others = [("All Portfolio" if other == ALL else other) for other in self._drafts.unsaved() if other != scope]
        if others:
            parts.append(f"There are unsaved changes in {', '.join(others)}, too.")
        return " ".join(parts)

    def _edited(self) -> None:
        """The draft has changed: say what is unsaved, and show it wherever else it is shown."""
        editing = self.editing
        self._changes.value = unsaved(editing.changes, editing.differences)
        self._save.disabled = not editing.is_changed
        self._discard.layout.display = "" if editing.is_changed else "none"
        # What is unsaved in another scope is to be asked about, too, before the page is left.
        (self.box.add_class if self.is_edited else self.box.remove_class)(UNSAVED)
        if editing.is_changed:
            self._done.value = ""
        self._measures.show(editing)
        self._versions.edited()

    def _measured(self) -> None:
        self.editor.show()
        self._edited()

    def _go_on(self, state: State) -> None:
        """Go on from other targets, as an unsaved edit."""
        self._conflict.hide()
        self.editor.go_on(state)
        self._edited()

    def _anew(self, done: str) -> None:
        """Show everything anew, and what was done."""
        self._done_text = done
        self._saved()

    def _save_draft(self) -> None:
        self.editing.require_whole()
        self._save_version(None)

    def _save_version(self, seen: State | None) -> None:
        assert self._tables is not None
        editing, tables = self.editing, self._tables
        replaced = seen or editing.saved
        self._conflict.hide()
        try:
            save(self._portfolio, tables.strategy, tables.scope, replaced, editing.now)
        except ChangedMeanwhile as error:
            self._conflict.show(error, _in_words(editing.saved))
            return
        done = "; ".join(differences(replaced, editing.now))
        if tables.strategy.inherited:
            self._drafts.drop(tables.scope, tables.strategy)
        else:
            editing.rebase(editing.now)
        self._anew(f"Saved. {done}." if done else "Saved; nothing was different.")

    def _discard_draft(self) -> None:
        self._conflict.hide()
        self.editing.discard()
        self.editor.show()
        self._edited()

    def _keep_saved(self) -> None:
        assert self._tables is not None
        self._drafts.drop(self._tables.scope, self._tables.strategy)
        self._anew("These are the saved targets.")

    def _save_over(self, shown: Mapping[str, str]) -> None:
        """Replace what was shown as saved; where it is something else again by now, that is another conflict."""
        assert self._tables is not None
        name = None if self._tables.strategy.inherited else self._tables.strategy.name
        now = state_of(self._portfolio.strategy(self._tables.scope, name))
        self._save_version(now if _in_words(now) == shown else None)


def _in_words(state: State) -> dict[str, str]:
    return in_words(targets_of(state).by_name, state.measures.in_words)
