"""The strategies of a scope: which one is edited, which is active, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import ipywidgets as widgets

from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.fold import Fold
from allocation.errors import TargetsError
from allocation.portfolio import Portfolio
from allocation.tables import ALL

Key = tuple[str, bool]
"""A strategy's name, and whether it is the whole portfolio's in an account that has none."""


class StrategyBar:
    """Chooses the strategy that is edited; makes, copies, renames, archives and activates.

    Parameters:
        portfolio: where they are kept.
        chosen: called when another one is to be edited.
        changed: called with a sentence after something was done, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, chosen: Callable[[], object], changed: Callable[[str], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._scope = ALL
        self._picked: dict[str, Key] = {}
        self._rows: dict[Key, dict[Hashable, Any]] = {}
        self._filling = False
        self._chooser = widgets.Dropdown(description="Strategy", style={"description_width": "initial"})
        self._name = widgets.Text(description="Name", style={"description_width": "initial"})
        self._problem = widgets.HTML()
        self._activate, self._own, self._inherit = (
            _button("Make it active", self._do_activate, self._problem),
            _button("Make targets of its own", self._make_own, self._problem),
            _button("Use All Portfolio's targets", self._use_the_portfolios, self._problem),
        )
        self._archive = _button("Archive", self._do_archive, self._problem)
        named = [
            _button(words, action, self._problem)
            for words, action in (("New strategy", self._new), ("Copy", self._copy), ("Rename", self._rename))
        ]
        self._chooser.observe(lambda _change: self._pick(chosen), "value")
        self.fold = Fold("Manage strategies", row(self._name, *named, self._archive))
        self.box = widgets.VBox([row(self._chooser, self._activate, self._own, self._inherit), self._problem])

    def show(self, scope: str) -> None:
        """Offer the strategies of a scope."""
        table = self._portfolio.strategies(scope)
        self._scope = scope
        self._rows = {(str(line["name"]), bool(line["inherited"])): line for line in table.to_dict("records")}
        picked = self._picked.get(scope)
        if picked not in self._rows:
            picked = next(key for key, line in self._rows.items() if line["active"])
        options = [(self._words(key), key) for key in self._rows]
        self._filling = True
        if list(self._chooser.options) != options:
            self._chooser.options = options
        self._chooser.value = picked
        self._filling = False
        self._fit()

    @property
    def name(self) -> str | None:
        """The strategy that is edited; None: the one that holds for the scope."""
        line = self._rows[self._chooser.value]
        return None if line["active"] else self._chosen

    @property
    def _chosen(self) -> str:
        return str(self._chooser.value[0])

    def _words(self, key: Key) -> str:
        (name, inherited), line = key, self._rows[key]
        if inherited:
            return f"{name}, of All Portfolio"
        return f"{name}, active" if line["active"] else f"{name}, archived" if line["archived"] else name

    def _pick(self, chosen: Callable[[], object]) -> None:
        if self._filling or self._chooser.value is None:
            return
        self._picked[self._scope] = self._chooser.value
        self._fit()
        told(self._problem, chosen)()

    def _fit(self) -> None:
        line = self._rows[self._chooser.value]
        own = not line["inherited"]
        for button, shown in (
            (self._activate, own and not line["active"] and not line["archived"]),
            (self._own, not own),
            (self._inherit, own and self._scope != ALL and line["active"]),
            (self._archive, own and not (self._scope == ALL and line["active"])),
        ):
            button.layout.display = "" if shown else "none"
        self._archive.description = "Restore" if line["archived"] else "Archive"

    def _new(self) -> None:
        name = self._named()
        self._portfolio.new_strategy(name, self._scope)
        self._done(name, f"{name} is there, without targets yet.")

    def _copy(self) -> None:
        name, old = self._named(), self._chosen
        of = ALL if self._rows[self._chooser.value]["inherited"] else self._scope
        self._portfolio.copy_strategy(old, name, of, self._scope)
        self._done(name, f"{name} is a copy of {old}.")

    def _rename(self) -> None:
        name, old = self._named(), self._chosen
        self._portfolio.rename_strategy(old, name, self._scope)
        self._done(name, f"{old} is called {name} now.")

    def _do_archive(self) -> None:
        name = self._chosen
        if self._rows[self._chooser.value]["archived"]:
            self._portfolio.restore_strategy(name, self._scope)
            self._done(name, f"{name} is out of the archive.")
            return
        self._portfolio.archive_strategy(name, self._scope)
        self._picked.pop(self._scope, None)
        self._changed(f"{name} is archived.")

    def _do_activate(self) -> None:
        name = self._chosen
        self._portfolio.activate_strategy(name, self._scope)
        self._done(name, f"{name} is active: drift and plans are measured against it.")

    def _make_own(self) -> None:
        self._portfolio.new_strategy(self._free_name(), self._scope, (ALL, self._chosen), activate=True)
        self._picked.pop(self._scope, None)
        self._changed(f"{self._scope} has targets of its own now, the same for a beginning.")

    def _free_name(self) -> str:
        taken = {name.casefold() for name, inherited in self._rows if not inherited}
        names = [self._scope, *(f"{self._scope} {number}" for number in range(2, len(taken) + 3))]
        return next(name for name in names if name.casefold() not in taken)

    def _use_the_portfolios(self) -> None:
        self._portfolio.deactivate_strategies(self._scope)
        self._picked.pop(self._scope, None)
        self._changed(f"{self._scope} uses the targets of All Portfolio.")

    def _named(self) -> str:
        name = str(self._name.value).strip()
        if not name:
            raise TargetsError("Write a name for the strategy first.")
        return name

    def _done(self, name: str, said: str) -> None:
        self._picked[self._scope], self._name.value = (name, False), ""
        self._changed(said)


def _button(words: str, action: Callable[[], object], problem: widgets.HTML) -> widgets.Button:
    button = widgets.Button(description=words)
    button.on_click(told(problem, action))
    return button
