"""Plans: what a flow of money would buy or sell, by rule."""

from allocation.planner.compare import compare_rules
from allocation.planner.goals import GOALS, Goal
from allocation.planner.limits import Fee, Limits
from allocation.planner.minimum import deposits_needed, minimum_deposit
from allocation.planner.plan import plan_deposit, plan_rebalance, plan_withdrawal
from allocation.planner.result import PLAN_COLUMNS, Header, Plan
from allocation.planner.rules import RULES, Rule, share

__all__ = [
    "GOALS",
    "PLAN_COLUMNS",
    "RULES",
    "Fee",
    "Goal",
    "Header",
    "Limits",
    "Plan",
    "Rule",
    "compare_rules",
    "deposits_needed",
    "minimum_deposit",
    "plan_deposit",
    "plan_rebalance",
    "plan_withdrawal",
    "share",
]
