"""The drafts of one visitor: each strategy of each scope has its own, kept until it is saved or discarded."""

from __future__ import annotations

from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.state import state_of
from allocation.tables import Strategy

Key = tuple[str, int | None]
"""A scope and the number of the strategy that is edited there."""


class Drafts:
    """Unsaved edits by scope and strategy."""

    def __init__(self) -> None:
        self._kept: dict[Key, Editing] = {}

    def of(self, scope: str, strategy: Strategy) -> Editing:
        """The draft of a strategy; what is unchanged follows what is saved."""
        key, saved = (scope, strategy.strategy_id), state_of(strategy)
        draft = self._kept.get(key)
        if draft is None or (not draft.is_changed and draft.saved.content != saved.content):
            draft = self._kept[key] = Editing(saved)
        return draft

    def drop(self, scope: str, strategy: Strategy) -> None:
        self._kept.pop((scope, strategy.strategy_id), None)

    def unsaved(self) -> list[str]:
        """The scopes with something unsaved."""
        return sorted({scope for (scope, _), draft in self._kept.items() if draft.is_changed})
