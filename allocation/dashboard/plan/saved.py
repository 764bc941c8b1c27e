"""Saving the plan in view, and marking saved plans as executed, or deleting them."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.markup import said
from allocation.dashboard.parts import row, told
from allocation.dashboard.plan.forms import WIDE, choice, choose_among
from allocation.dashboard.plan.markup import executed_table
from allocation.dashboard.plan.seen import SINCE, Seen, look_at
from allocation.errors import AllocationError, PlanError
from allocation.planner import Plan
from allocation.plans import Executed
from allocation.portfolio import Portfolio
from allocation.writing import PLAIN, Writing

EVERY, OPEN = "every account", "say it where it is left open"


class SavedPlans:
    """Saves the plan in view; shows what executing a saved one would change, and does it.

    Parameters:
        portfolio: where they are kept.
        current: gives the plan in view, if there is one.
        changed: called after a plan was executed, and where the one in view has to be calculated anew.
        read_at: gives the portfolio's state when what the plan in view is of was read.
        saved: called after a plan was saved or deleted, which changes nothing that the plan in view is of.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        current: Callable[[], Plan | None],
        changed: Callable[[], object],
        read_at: Callable[[], object],
        saved: Callable[[], object],
    ) -> None:
        self._portfolio, self._current, self._changed = portfolio, current, changed
        self._read_at, self._saved = read_at, saved
        self._writing = PLAIN
        self._looked_at: tuple[object, ...] | None = None
        self._seen: Seen | None = None
        self._to_delete: int | None = None
        self._words: Callable[[], str] = str
        self._title = widgets.Text(description="Title", layout={"width": "280px"})
        self._title.add_class("allocation-field")
        self._save = widgets.Button(description="Save this plan")
        self._plans = choice("Saved plans", [], WIDE)
        self._account, self._into = choice("Trades in", []), choice("What is open", [])
        self._look = widgets.Button(description="Show what it would change")
        # It changes what is held, so it waits until what it would change has been looked at.
        self._execute = widgets.Button(description="Mark as executed", disabled=True)
        self._delete = widgets.Button(description="Delete this plan…", layout={"width": "auto"})
        self._yes, self._no = widgets.Button(description="Delete it"), widgets.Button(description="Keep it")
        self._problem, self._done = widgets.HTML(), widgets.HTML()
        self._save.on_click(told(self._problem, self._save_plan))
        self._look.on_click(told(self._problem, lambda: self._carry_out(preview=True)))
        self._execute.on_click(told(self._problem, lambda: self._carry_out(preview=False)))
        self._delete.on_click(told(self._problem, self._ask))
        self._yes.on_click(told(self._problem, self._delete_plan))
        self._no.on_click(lambda _button: self._clear())
        for asked in (self._plans, self._account, self._into):
            asked.observe(lambda _change: self._clear(), "value")
        self._answers = row(self._yes, self._no)
        self._kept = widgets.VBox(
            [row(self._plans, self._account, self._into), row(self._look, self._execute, self._delete)]
        )
        self.box = widgets.VBox([row(self._title, self._save), self._kept, self._problem, self._done, self._answers])
        self.box.add_class("allocation-screen")
        self._question(None)

    def show(self, writing: Writing | None = None) -> None:
        """The plans that are not executed in full yet; numbers written like this, or like the last time."""
        self._writing = writing or self._writing
        table = self._portfolio.plans()
        waiting = table[table["executed"] != "in full"]
        options = [
            (
                f"{plan['plan']}: {plan['title'] or plan['kind']}, {plan['date']}, "
                f"{self._writing.money(plan['flow'], plan['currency'])} {plan['currency']}"
                + (f", executed {plan['executed']}" if plan["executed"] else ""),
                int(plan["plan"]),
            )
            for plan in waiting.to_dict("records")
        ]
        choose_among(self._plans, options)
        for chooser, first in ((self._account, EVERY), (self._into, OPEN)):
            names = [first, *self._portfolio.accounts()]
            if list(chooser.options) != names:
                chooser.options, chooser.value = names, first
        self._kept.layout.display = "" if options else "none"
        self._done.value = self._words()

    @property
    def is_asked(self) -> bool:
        """Whether what executing a plan would change was looked at, or it is asked whether one is to be deleted."""
        return self._looked_at is not None or self._to_delete is not None

    def _save_plan(self) -> None:
        plan = self._current()
        if plan is None or plan.rows.empty:
            raise PlanError("There is no plan to save: it trades nothing.")
        number = self._portfolio.save_plan(self._as_of_now(plan), self._title.value)
        self._question(None)
        self._saved()
        self.show()
        self._plans.value = number
        self._tell(lambda: said(f"Saved as plan {number}."))

    def _as_of_now(self, plan: Plan) -> Plan:
        """The plan in view, unless it comes to something else today than what is seen."""
        if self._portfolio.state() == self._read_at():
            return plan
        try:
            now = self._portfolio.plan_again(plan)
        except AllocationError:
            self._changed()
            raise
        if not now.rows.drop(columns="date").equals(plan.rows.drop(columns="date")):
            self._changed()
            raise PlanError(
                "The portfolio has changed since this plan was calculated. Nothing was saved. The plan above is "
                "calculated anew: look at it, and save that."
            )
        return now

    def _tell(self, words: Callable[[], str]) -> None:
        """Say it now, and whenever numbers are written otherwise."""
        self._words = words
        self._done.value = words()

    def _carry_out(self, preview: bool) -> None:
        account, into = self._account.value, self._into.value
        asked = (self._plans.value, account, into)
        if not preview and self._looked_at != asked:
            # A second click on what the first one has done: another plan may be chosen by now.
            return
        self._tell(str)
        self._question(None)

        def carry_out(preview: bool) -> Executed:
            return self._portfolio.execute_plan(
                self._plans.value,
                accounts=None if account == EVERY else [account],
                into=None if into == OPEN else into,
                preview=preview,
            )

        changed = not preview and self._seen is not None and self._seen.differs(self._portfolio, carry_out)
        preview = preview or changed
        if preview:
            self._seen = look_at(self._portfolio, carry_out)
            done = self._seen.done
        else:
            done = carry_out(False)
        self._looked_at = asked if preview else None
        self._execute.disabled = not preview
        if not preview:
            self._changed()
        since = f"{SINCE} " if changed else ""
        words = f"{since}Plan {done.plan} {'would be' if preview else 'is'} executed as of {done.on}"
        left = f"; {done.remaining} of its lines are left" if done.remaining else ""
        self._tell(lambda: said(f"{words}{left}.") + executed_table(done.changes, self._writing))

    def _ask(self) -> None:
        self._clear()
        self._question(self._plans.value)
        self._tell(lambda: said(f"This would delete plan {self._plans.label}. No copy of a plan is kept."))

    def _delete_plan(self) -> None:
        number = self._to_delete
        if number is None:
            # A second click on what the first one has done.
            return
        self._clear()
        self._portfolio.delete_plan(number)
        self._saved()
        self.show()
        self._tell(lambda: said(f"Plan {number} is deleted."))

    def _question(self, number: int | None) -> None:
        """Ask whether this plan is to be deleted, or don't any more."""
        self._to_delete = number
        self._answers.layout.display = "none" if number is None else ""
        self._delete.layout.display = "" if number is None else "none"

    def _clear(self) -> None:
        self._problem.value = ""
        self._tell(str)
        self._looked_at, self._execute.disabled = None, True
        self._question(None)
