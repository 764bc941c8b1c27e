"""Plans: what a flow of money would buy or sell, by rule."""

from allocation.planner.goals import GOALS, Goal
from allocation.planner.plan import (
    classes_after,
    minimum_deposit,
    plan_deposit,
    plan_rebalance,
    plan_withdrawal,
)
from allocation.planner.rows import PLAN_COLUMNS
from allocation.planner.rules import RULES, Rule, share

__all__ = [
    "GOALS",
    "PLAN_COLUMNS",
    "RULES",
    "Goal",
    "Rule",
    "classes_after",
    "minimum_deposit",
    "plan_deposit",
    "plan_rebalance",
    "plan_withdrawal",
    "share",
]
