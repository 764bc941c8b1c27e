"""Deleting an account, a day of one, or an asset, once it was said what that takes along."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import ipywidgets as widgets

from allocation.dashboard.markup import said
from allocation.dashboard.parts import row, told
from allocation.portfolio import Portfolio
from allocation.store.removing import Deleted
from allocation.tables import called

ACCOUNT, DAY, ASSET = "an account", "a day of an account", "an asset"
SINCE = "The portfolio has changed since you looked, and nothing was deleted. Look again: "

EXPLAINED = (
    '<p class="allocation-quiet">What was sold needs no deleting: a newer file without it says so. You see first what '
    "a deletion takes along.</p>"
)

Act = Callable[..., Deleted]
"""Deletes something; with ``preview=True`` it only says what that would take along."""


class DeletingPanel:
    """Says what a deletion would take along, and does it once that is confirmed.

    Parameters:
        portfolio: whose.
        changed: called after something was deleted.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._asked: tuple[Act, Deleted] | None = None
        self._warning, self._problem, self._done = (widgets.HTML() for _ in range(3))
        self._kind = widgets.Dropdown(description="Delete", options=[ACCOUNT, DAY, ASSET])
        self._which = widgets.Dropdown(description="Which", layout={"width": "min(100%, 360px)"})
        for box in (self._kind, self._which):
            box.add_class("allocation-field")
        self._ask = widgets.Button(description="Delete…")
        self._yes, self._no = widgets.Button(description="Delete it"), widgets.Button(description="Keep it")
        self._kind.observe(told(self._problem, self._offer), "value")
        self._which.observe(lambda _change: self._question(None), "value")
        self._ask.on_click(told(self._problem, self._look))
        self._yes.on_click(told(self._problem, self._delete))
        self._no.on_click(lambda _button: self._question(None))
        self.box = widgets.VBox(
            [widgets.HTML(EXPLAINED), row(self._kind, self._which, self._ask), self._warning,
             row(self._yes, self._no), self._problem, self._done]
        )  # fmt: skip
        self.box.add_class("allocation-stack")

    @property
    def is_asking(self) -> bool:
        """Whether it was said what would be deleted, and not yet answered."""
        return self._asked is not None

    def show(self) -> None:
        """Offer what there is to delete now."""
        self._offer()

    def _offer(self) -> None:
        """What there is of the chosen kind; what was chosen stays chosen if it is still there."""
        options = self._options()
        if [name for name, _ in self._which.options] != [name for name, _ in options]:
            chosen = self._which.label
            self._which.options = options
            names = [name for name, _ in options]
            self._which.index = names.index(chosen) if chosen in names else (0 if names else None)
        self._ask.disabled = not options
        self._question(None)

    def _options(self) -> list[tuple[str, Act]]:
        portfolio = self._portfolio
        if self._kind.value == ACCOUNT:
            return [(name, partial(portfolio.delete_account, name)) for name in portfolio.accounts()]
        if self._kind.value == DAY:
            days = portfolio.snapshots().iloc[::-1]
            return [
                (f"{account}, {day:%Y-%m-%d}", partial(portfolio.delete_snapshot, account, day))
                for account, day in zip(days["account"], days["as_of"], strict=True)
            ]
        assets = portfolio.asset_classes()[["symbol", "currency"]].drop_duplicates()
        names = [called(*asset) for asset in assets.itertuples(index=False)]
        return [(name, partial(portfolio.delete_asset, name)) for name in names]

    def _look(self, first: str = "") -> None:
        act = self._which.value
        self._question((act, act(preview=True)), first)

    def _question(self, asked: tuple[Act, Deleted] | None, first: str = "") -> None:
        self._asked = asked
        self._done.value = self._warning.value = ""
        if asked is not None:
            self._warning.value = said(
                f"{first}This would delete {asked[1]}. The portfolio as it is now is kept as a copy, under Backups."
            )
        self._ask.layout.display = "none" if asked else ""
        for button in (self._yes, self._no):
            button.layout.display = "" if asked else "none"

    def _delete(self) -> None:
        if self._asked is None:
            # A second click on what the first one has done.
            return
        act, looked_at = self._asked
        if act(preview=True) != looked_at:
            self._look(SINCE)
            return
        done = act()
        self._changed()
        kept = f" As it was until now, the portfolio is kept as {done.backup.name}." if done.backup else ""
        self._done.value = said(f"Deleted {done}.{kept}")
