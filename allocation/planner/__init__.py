"""Plans: what a flow of money would buy or sell, by rule."""

from allocation.planner.plan import (
    PLAN_COLUMNS,
    classes_after,
    minimum_deposit,
    plan_deposit,
    plan_withdrawal,
)
from allocation.planner.rules import RULES, Rule, share

__all__ = [
    "PLAN_COLUMNS",
    "RULES",
    "Rule",
    "classes_after",
    "minimum_deposit",
    "plan_deposit",
    "plan_withdrawal",
    "share",
]
