"""Saving a draft: targets of both levels, bands and trigger in one transaction."""

from __future__ import annotations

from allocation.dashboard.targets.state import State, targets_of
from allocation.portfolio import Portfolio
from allocation.tables import Strategy


def save(portfolio: Portfolio, strategy: Strategy, scope: str, seen: State, state: State) -> None:
    """Save a draft, all of it or nothing.

    Parameters:
        strategy: the one that is edited; an account that uses the whole portfolio's gets one of its own.
        seen: what is replaced knowingly.
        state: what is to be saved.

    Raises:
        TargetsError: a level doesn't add up to 100.
        ChangedMeanwhile: something else has been saved since; nothing was.
    """
    name = None if strategy.inherited else strategy.name
    portfolio.save_targets(targets_of(state), scope, name, targets_of(seen), state.measures, seen.measures)
