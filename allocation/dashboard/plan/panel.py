"""The panel with its three tabs: what is entered is calculated at every change."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.markup import old
from allocation.dashboard.parts import row, told
from allocation.dashboard.plan.forms import DepositForm, Form, RebalanceForm, WithdrawalForm
from allocation.dashboard.plan.limits import LimitsForm
from allocation.dashboard.plan.result import PlanResult
from allocation.dashboard.plan.saved import SavedPlans
from allocation.dashboard.plan.undoing import ExecutedPlans
from allocation.dashboard.widgets import Segments
from allocation.errors import AllocationError
from allocation.planner import Plan
from allocation.portfolio import Portfolio
from allocation.summary import summarise
from allocation.tables import Tables
from allocation.writing import PLAIN, Writing


class PlanPanel:
    """Plans a deposit, a withdrawal or a rebalance; each tab keeps what was entered in it.

    Parameters:
        portfolio: where plans are saved.
        changed: called after a plan was executed, or that was taken back, to show everything anew.
        read_at: gives the portfolio's state when what is shown was read.
        saved: called after a plan was saved.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        changed: Callable[[], object],
        read_at: Callable[[], object],
        saved: Callable[[], object],
    ) -> None:
        self._tables: Tables | None = None
        self._writing = PLAIN
        self.plan: Plan | None = None
        self._forms: dict[str, Form] = {form.title: form for form in (DepositForm(), WithdrawalForm(), RebalanceForm())}
        self._tab = Segments("What is planned", list(self._forms))
        self._limits, self._result = LimitsForm(), PlanResult()
        self._saved, self._executed = (
            SavedPlans(portfolio, lambda: self.plan, changed, read_at, saved),
            ExecutedPlans(portfolio, changed),
        )
        self._problem, self._explained, self._old = (widgets.HTML() for _ in range(3))
        self._entered = widgets.VBox()
        self._calculate = told(self._problem, self._recalculate)
        for entry in [*(entry for form in self._forms.values() for entry in form.inputs), *self._limits.inputs]:
            entry.observe(self._calculate, "value")
        self._tab.observe(self._calculate, "value")
        self.box = widgets.VBox(
            [row(self._tab), self._entered, self._limits.box, self._problem, self._explained,
             self._old, self._result.box, self._saved.box, self._executed.box]
        )  # fmt: skip
        self.box.add_class("allocation-plan")

    @property
    def is_edited(self) -> bool:
        """Whether it was looked at what executing a plan, or taking that back, would change."""
        return self._saved.is_asked or self._executed.is_looked_at

    def show(self, tables: Tables, writing: Writing = PLAIN) -> None:
        """Plan for this scope, with numbers written like this."""
        self._tables, self._writing = None, writing
        for form in self._forms.values():
            form.offer(tables)
        self._limits.offer(tables)
        self._tables = tables
        self._old.value = old(summarise(tables, datetime.date.today()).warning)
        self._calculate()
        self._saved.show(writing)
        self._executed.show(writing)

    def _recalculate(self) -> None:
        if self._tables is None:
            # The choices are being fitted to another scope; it is calculated once they are.
            return
        form = self._forms[self._tab.value]
        if self._entered.children != (form.box,):
            self._entered.children = [form.box]
        self.plan = None
        try:
            plan = form.plan(self._tables, self._limits.limits(self._writing), self._writing)
        except AllocationError:
            self._result.hide()
            self._explained.value = ""
            raise
        self._explained.value = form.explain(self._tables, plan, self._writing)
        self._limits.say(plan.header.limits)
        self._result.show(plan, form.nothing, self._writing)
        self.plan = plan
