"""Portfolio allocation, drift and deposit plans, from your own files and on your own machine."""

from allocation import charts
from allocation.bands import Band, read_band
from allocation.errors import (
    AllocationError,
    AmountError,
    ArgumentError,
    BrokenReference,
    Busy,
    ChangedMeanwhile,
    ClassesError,
    LoadError,
    MappingNeeded,
    MergeError,
    MissingPrice,
    MissingRate,
    NoNetValue,
    OrdersError,
    PlanError,
    Problem,
    StoreError,
    TargetsError,
    UnknownName,
)
from allocation.export import plan_csv
from allocation.measures import Measures
from allocation.opening import open, sample
from allocation.orders import order_file
from allocation.planner import GOALS, RULES, Fee, Limits, Plan, plan_deposits
from allocation.portfolio import Portfolio
from allocation.presets import PRESETS, preset
from allocation.summary import Summary
from allocation.tables import Strategy, Targets
from allocation.targets import redistribute

__all__ = [
    "GOALS",
    "PRESETS",
    "RULES",
    "AllocationError",
    "AmountError",
    "ArgumentError",
    "Band",
    "BrokenReference",
    "Busy",
    "ChangedMeanwhile",
    "ClassesError",
    "Fee",
    "Limits",
    "LoadError",
    "MappingNeeded",
    "Measures",
    "MergeError",
    "MissingPrice",
    "MissingRate",
    "NoNetValue",
    "OrdersError",
    "Plan",
    "PlanError",
    "Portfolio",
    "Problem",
    "StoreError",
    "Strategy",
    "Summary",
    "Targets",
    "TargetsError",
    "UnknownName",
    "charts",
    "open",
    "order_file",
    "plan_csv",
    "plan_deposits",
    "preset",
    "read_band",
    "redistribute",
    "sample",
]
