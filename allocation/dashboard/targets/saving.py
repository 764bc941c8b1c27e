"""Saving a draft: targets of both levels at once, then the bands and the trigger that are others."""

from __future__ import annotations

from allocation.dashboard.targets.state import State, targets_of
from allocation.portfolio import Portfolio
from allocation.tables import Strategy, Targets


def save(
    portfolio: Portfolio, strategy: Strategy, scope: str, saved: State, state: State, seen: Targets | None = None
) -> None:
    """Save what is different.

    Parameters:
        strategy: the one that is edited; an account that uses the whole portfolio's gets one of its own.
        saved: what the draft began from.
        state: what is to be saved.
        seen: the targets that are replaced knowingly; by default those of ``saved``.

    Raises:
        TargetsError: a level doesn't add up to 100.
        ChangedMeanwhile: others have been saved since; nothing was.
    """
    name = None if strategy.inherited else strategy.name
    targets = targets_of(state)
    if strategy.inherited or targets != targets_of(saved) or seen is not None:
        portfolio.save_targets(targets, scope, name, seen=targets_of(saved) if seen is None else seen)
    if state.band != saved.band:
        portfolio.save_band(state.band, scope, strategy=name)
    for asset_class in state.classes:
        if state.class_bands.get(asset_class) != saved.class_bands.get(asset_class):
            portfolio.save_band(state.class_bands.get(asset_class), scope, asset_class, name)
    if state.trigger != saved.trigger:
        portfolio.save_trigger(state.trigger, scope, name)
