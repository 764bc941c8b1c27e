"""Taking the execution of a plan back, once what that changes has been looked at."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.markup import plural, said
from allocation.dashboard.parts import row, told
from allocation.dashboard.plan.forms import WIDE, choice, choose_among
from allocation.dashboard.plan.markup import executed_table
from allocation.dashboard.plan.seen import SINCE, Seen, look_at
from allocation.plans import Executed
from allocation.portfolio import Portfolio
from allocation.writing import PLAIN, Writing


class ExecutedPlans:
    """Shows what taking an execution back would change, and does it.

    Parameters:
        portfolio: where plans are kept.
        changed: called after one was taken back.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._writing = PLAIN
        self._looked_at: object = None
        self._seen: Seen | None = None
        self._words: Callable[[], str] = str
        self._plans = choice("Executed plans", [], WIDE)
        self._look = widgets.Button(description="Show what taking it back would change")
        self._undo = widgets.Button(description="Take it back", disabled=True)
        self._problem, self._done = widgets.HTML(), widgets.HTML()
        self._look.on_click(told(self._problem, lambda: self._take_back(preview=True)))
        self._undo.on_click(told(self._problem, lambda: self._take_back(preview=False)))
        self._plans.observe(lambda _change: self._clear(), "value")
        self._kept = row(self._plans, self._look, self._undo)
        self.box = widgets.VBox([self._kept, self._problem, self._done])
        self.box.add_class("allocation-screen")

    @property
    def is_looked_at(self) -> bool:
        """Whether what taking an execution back would change was looked at, and it can be done."""
        return self._looked_at is not None

    def show(self, writing: Writing) -> None:
        """The plans that were executed, the latest first; numbers written like this."""
        self._writing = writing
        self._done.value = self._words()
        table = self._portfolio.plans()
        executed = table[table["executed"] != ""].sort_values("executed_on", ascending=False, kind="stable")
        options = [
            (
                f"{plan['plan']}: {plan['title'] or plan['kind']}, "
                f"{writing.money(plan['flow'], plan['currency'])} {plan['currency']}, executed {plan['executed']} "
                f"{plan['executed_on']:%Y-%m-%d}",
                int(plan["plan"]),
            )
            for plan in executed.to_dict("records")
        ]
        if list(self._plans.options) != options:
            choose_among(self._plans, options)
        self._kept.layout.display = "" if options else "none"

    def _take_back(self, preview: bool) -> None:
        number = self._plans.value
        if not preview and self._looked_at != number:
            # A second click on what the first one has done: another plan may be chosen by now.
            return
        self._tell(str)
        self._looked_at, self._undo.disabled = None, True

        def take_back(preview: bool) -> Executed:
            return self._portfolio.undo_plan(number, preview)

        changed = not preview and self._seen is not None and self._seen.differs(self._portfolio, take_back)
        preview = preview or changed
        if preview:
            self._seen = look_at(self._portfolio, take_back)
            done = self._seen.done
            self._looked_at, self._undo.disabled = number, False
            since = f"{SINCE} " if changed else ""
            words = f"{since}Plan {number} was executed as of {done.on}. Taking that back would change this"
        else:
            done = take_back(False)
            self._changed()
            words = f"The execution of plan {number} as of {done.on} is taken back; {_lines(done.remaining)} to execute"
        if done.executed:
            words += f"; an earlier part stays executed, {plural(done.executed, 'line')}"
        self._tell(lambda: self._said(words, done, preview))

    def _said(self, words: str, done: Executed, preview: bool) -> str:
        changes = executed_table(done.changes, self._writing) if len(done.changes) else ""
        return said(f"{words}{':' if preview and changes else '.'}") + changes

    def _tell(self, words: Callable[[], str]) -> None:
        """Say it now, and whenever numbers are written otherwise."""
        self._words = words
        self._done.value = words()

    def _clear(self) -> None:
        self._problem.value = ""
        self._tell(str)
        self._looked_at, self._undo.disabled = None, True


def _lines(count: int) -> str:
    return f"{plural(count, 'line')} of it {'is' if count == 1 else 'are'} left"
