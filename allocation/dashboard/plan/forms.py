"""What is asked of the planner: one form each for a deposit, a withdrawal and a rebalance."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from math import isinf

import ipywidgets as widgets

from allocation import planner
from allocation.dashboard.glossary import DEPOSITS, REBALANCES, WITHDRAWALS
from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row
from allocation.errors import AmountError
from allocation.money import Amount, PerAccount
from allocation.planner import GOALS, RULES, Goal, Limits, Plan, Rule
from allocation.tables import Tables
from allocation.writing import Writing

ANY = "any account"
WIDE = "min(100%, 460px)"
"""Has room for a plan's title, its money and its date."""


def number(description: str, value: str = "") -> widgets.Text:
    """A box for an amount or a percent."""
    # The plan follows the typing: while one is calculated, the browser keeps what is typed and sends the last of it.
    box = widgets.Text(value=value, description=description, layout={"width": "140px"})
    box.add_class("allocation-number")
    box.add_class("allocation-field")
    return box


def choice(description: str, options: list[tuple[str, str]], width: str = "280px") -> widgets.Dropdown:
    """A list to choose one of."""
    box = widgets.Dropdown(options=options, description=description, layout={"width": width})
    box.add_class("allocation-field")
    return box


def choose_among(box: widgets.Dropdown, options: Sequence[tuple[str, int]]) -> None:
    """Offer other things; what was chosen stays chosen if it is among them, otherwise the first is."""
    chosen, numbers = box.value, [number for _, number in options]
    box.options = options
    box.value = chosen if chosen in numbers else next(iter(numbers), None)


class Money:
    """An amount, and the account it goes to or comes from where the scope has several."""

    def __init__(self, description: str, value: str, where: str) -> None:
        self.amount = number(description, value)
        self.account = choice(where, [(ANY, ANY)])
        self.inputs = [self.amount, self.account]

    def offer(self, tables: Tables) -> None:
        """The accounts to choose from."""
        options = [ANY, *tables.accounts]
        if list(self.account.options) != options:
            chosen = self.account.value
            self.account.options = options
            self.account.value = chosen if chosen in options else ANY
        self.account.layout.display = "none" if tables.place else ""

    def of(self, tables: Tables, writing: Writing) -> PerAccount:
        """What was entered, in numbers written like this."""
        text = writing.read(self.amount.value.strip())
        if not text:
            raise AmountError(
                f"Enter the amount of the {self.amount.description.lower()} in {tables.base_currency}, such as 1000 "
                "or 1000.50."
            )
        return text if tables.place or self.account.value == ANY else {self.account.value: text}


class DepositForm:
    """Where a deposit goes."""

    title, nothing = "Deposit", "A deposit of 0 buys nothing."

    def __init__(self) -> None:
        self._money = Money("Deposit", "1000", "Into")
        self._rule = choice("Rule", [(rule.title, rule.name) for rule in RULES.values()])
        self._cash = number("Cash to use")
        self._cash.placeholder = "none, or all"
        self.inputs = [*self._money.inputs, self._rule, self._cash]
        self.box = row(self._money.amount, self._money.account, self._rule, self._cash)

    def offer(self, tables: Tables) -> None:
        """Fit the choices to a scope."""
        self._money.offer(tables)

    def plan(self, tables: Tables, limits: Limits, writing: Writing) -> Plan:
        """The plan for what was entered, in numbers written like this."""
        amount = self._money.of(tables, writing)
        cash = writing.read(self._cash.value.strip()) or "0"
        return planner.plan_deposit(tables, amount, self._rule.value, datetime.date.today(), limits, cash)

    def explain(self, tables: Tables, plan: Plan, writing: Writing) -> str:
        """The rule and its source; the smallest deposit that reaches every target."""
        return _described(RULES[self._rule.value], DEPOSITS) + sentence(_least(tables, plan, writing))


class WithdrawalForm:
    """What a withdrawal sells."""

    title, nothing = "Withdraw", "A withdrawal of 0 sells nothing."

    def __init__(self) -> None:
        self._money = Money("Withdrawal", "1000", "From")
        self._rule = choice("Rule", [(rule.title, rule.name) for rule in RULES.values()])
        self.inputs = [*self._money.inputs, self._rule]
        self.box = row(self._money.amount, self._money.account, self._rule)

    def offer(self, tables: Tables) -> None:
        """Fit the choices to a scope."""
        self._money.offer(tables)

    def plan(self, tables: Tables, limits: Limits, writing: Writing) -> Plan:
        """The plan for what was entered, in numbers written like this."""
        amount = self._money.of(tables, writing)
        return planner.plan_withdrawal(tables, amount, self._rule.value, datetime.date.today(), limits)

    def explain(self, tables: Tables, plan: Plan, writing: Writing) -> str:
        """The rule, in mirror, and its source."""
        return _described(RULES[self._rule.value], WITHDRAWALS) + sentence(
            "Taking money out, the rule works in mirror; what has a target of 0 goes first."
        )


class RebalanceForm:
    """What is sold and bought to come back to the targets."""

    title, nothing = "Rebalance", "Nothing is to be done: everything is where it may be."

    def __init__(self) -> None:
        self._goal = choice("Goal", [(goal.title, goal.name) for goal in GOALS.values()])
        self._distance = number("Points off", "1.75")
        self._outside = widgets.Checkbox(
            description="Only what is out of its band", indent=False, layout={"width": "300px"}
        )
        self._coming, self._going = Money("Deposit", "0", "Into"), Money("Withdrawal", "0", "From")
        self.inputs = [self._goal, self._distance, self._outside, *self._coming.inputs, *self._going.inputs]
        self.box = widgets.VBox(
            [row(self._goal, self._distance, self._outside), row(*self._coming.inputs, *self._going.inputs)]
        )

    def offer(self, tables: Tables) -> None:
        """Fit the choices to a scope."""
        self._coming.offer(tables)
        self._going.offer(tables)

    def plan(self, tables: Tables, limits: Limits, writing: Writing) -> Plan:
        """The plan for what was entered, in numbers written like this."""
        coming, going = self._coming.of(tables, writing), self._going.of(tables, writing)
        distance: Amount = writing.read(self._distance.value) if self._has_distance else "1.75"
        return planner.plan_rebalance(
            tables, datetime.date.today(), self._goal.value, self._outside.value, coming, going, limits, distance
        )

    @property
    def _has_distance(self) -> bool:
        return GOALS[self._goal.value].share is None

    def explain(self, tables: Tables, plan: Plan, writing: Writing) -> str:
        """The goal and its source, and what stays as it is."""
        self._distance.layout.display = "" if self._has_distance else "none"
        told = [] if tables.place else ["Money doesn't move between accounts: each one's trades pay for themselves."]
        untouched = planner.without_target(tables.class_values, tables.strategy.class_weights)
        told += [writing.sentence(untouched, tables.base_currency)] if untouched else []
        return _described(GOALS[self._goal.value], REBALANCES) + sentence(" ".join(told))


Form = DepositForm | WithdrawalForm | RebalanceForm


def _described(rule: Rule | Goal, notebook: str) -> str:
    return (
        f'<p class="allocation-quiet">{escape(rule.description)}<br>Source: {escape(rule.source)}. '
        f"At work in notebooks/{notebook}.</p>"
    )


def _least(tables: Tables, plan: Plan, writing: Writing) -> str:
    least, flow, currency = planner.minimum_deposit(tables), plan.header.flow, tables.base_currency
    if isinf(least):
        return (
            "No deposit alone reaches every target: something is held in a class that has no target, or a target of 0."
        )
    if not least:
        return "Every class is on its target."
    said = (
        "The smallest deposit that reaches every class target without a sale is "
        f"{writing.money(least, currency)} {currency}."
    )
    if 0 < flow < least:
        number = planner.deposits_needed(tables, flow)
        said += f" In deposits of {writing.money(flow, currency)} it takes {writing.number(f'{number:,.0f}')}."
    return said
