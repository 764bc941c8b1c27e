"""The panel that plans: a deposit, a withdrawal or a rebalance, its limits, and what it would do."""

from allocation.dashboard.plan.panel import PlanPanel

__all__ = ["PlanPanel"]
