"""The room that is seen first: the scope at a glance, each class against its target, the holdings inside."""

from allocation.dashboard.overview.room import Overview

__all__ = ["Overview"]
