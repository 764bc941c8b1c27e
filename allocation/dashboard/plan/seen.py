"""What was looked at before it is done: where it comes to something else by then, it is to be looked at again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allocation.plans import Executed
from allocation.portfolio import Portfolio

SINCE = "The portfolio has changed since you looked, and nothing was done. Look again:"

Act = Callable[[bool], Executed]
"""Does something to a plan; given True, it only says what that would change."""


@dataclass(frozen=True)
class Seen:
    """What an act would change, as a person has seen it.

    Attributes:
        done: what it would change.
        state: the portfolio's state before that was calculated.
    """

    done: Executed
    state: object

    def differs(self, portfolio: Portfolio, act: Act) -> bool:
        """Whether the act would change something else by now."""
        if portfolio.state() == self.state:
            return False
        now = act(True)
        return now.remaining != self.done.remaining or not now.changes.equals(self.done.changes)


def look_at(portfolio: Portfolio, act: Act) -> Seen:
    """What an act would change."""
    state = portfolio.state()
    return Seen(act(True), state)
