"""The words of the page, and each rule in a line with the notebook that shows it at work."""

from __future__ import annotations

from html import escape

import ipywidgets as widgets

from allocation.planner import GOALS, RULES

WORDS = {
    "Account": "Where holdings are kept: a brokerage, a pension, a bank.",
    "Asset class": "A group of holdings that a target is set for, such as bonds. You name the classes.",
    "Band": "How far a weight may stray from its target. 5/25: 5 points or a quarter of the target, the smaller.",
    "Drift": "Weight minus target, in percentage points. The portfolio's drift is half the sum of all classes' drifts "
    "without their signs: the part that would have to change hands to be on target.",
    "Effective weight": "A holding's target as a part of the whole: its class's target times its percent of the class.",
    "FX rate": "What a unit of one currency is worth in another.",
    "Holding": "An asset in an account, with its quantity.",
    "Plan": "The trades that a rule calculates. Nothing is bought or sold by it.",
    "Scope": "The whole portfolio, or one account.",
    "Snapshot": "What an account held on one day.",
    "Strategy": "Targets with their bands and their trigger, for the whole portfolio or for one account.",
    "Target": "The percent that a class is to have of the scope, or a holding of its class.",
    "Weight": "What something is worth, as a part of the scope.",
}

DEPOSITS, WITHDRAWALS, REBALANCES = "3_deposit.ipynb", "5_withdrawal.ipynb", "4_rebalance.ipynb"
"""The notebooks that show the rules at work."""


class Glossary:
    """A fold at the foot of the page."""

    def __init__(self) -> None:
        words = "".join(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in WORDS.items())
        deposits = _listed([(rule.title, rule.description) for rule in RULES.values()])
        goals = _listed([(goal.title, goal.description) for goal in GOALS.values()])
        self.box = widgets.HTML(
            f'<details class="allocation-glossary"><summary>Words and rules</summary><h3>Words</h3><dl>{words}</dl>'
            f"<h3>Rules for deposits and withdrawals</h3><p>At work in notebooks/{DEPOSITS} and, "
            f"taking money out, in notebooks/{WITHDRAWALS}.</p><dl>{deposits}</dl>"
            f"<h3>Goals of a rebalance</h3><p>At work in notebooks/{REBALANCES}; all side by side in "
            f"notebooks/6_rules_compared.ipynb.</p><dl>{goals}</dl></details>"
        )


def _listed(entries: list[tuple[str, str]]) -> str:
    return "".join(f"<dt>{escape(title)}</dt><dd>{escape(text)}</dd>" for title, text in entries)
