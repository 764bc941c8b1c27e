"""Plans: what a flow of money would buy or sell, by rule."""

from allocation.planner.book import plan_deposits
from allocation.planner.compare import compare_rules
from allocation.planner.edited import calculate_around, edit_plan
from allocation.planner.goals import GOALS, Goal
from allocation.planner.limits import Fee, Limits
from allocation.planner.minimum import deposits_needed, minimum_deposit
from allocation.planner.plan import plan_deposit, plan_rebalance, plan_withdrawal, rebalance_header
from allocation.planner.reasons import without_target
from allocation.planner.request import Request
from allocation.planner.result import CLASS_COLUMNS, PLAN_COLUMNS, Header, Plan
from allocation.planner.rules import RULES, Rule, share

__all__ = [
    "CLASS_COLUMNS",
    "GOALS",
    "PLAN_COLUMNS",
    "RULES",
    "Fee",
    "Goal",
    "Header",
    "Limits",
    "Plan",
    "Request",
    "Rule",
    "calculate_around",
    "compare_rules",
    "deposits_needed",
    "edit_plan",
    "minimum_deposit",
    "plan_deposit",
    "plan_deposits",
    "plan_rebalance",
    "plan_withdrawal",
    "rebalance_header",
    "share",
    "without_target",
]
