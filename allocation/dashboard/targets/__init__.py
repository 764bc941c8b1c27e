"""The room where targets are set."""

from allocation.dashboard.targets.panel import TargetsPanel

__all__ = ["TargetsPanel"]
