"""The rules that share a flow of money among lines, one SQL file each; ``share.sql`` is what they have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from allocation.errors import UnknownName


@dataclass(frozen=True)
class Rule:
    """A way of sharing a deposit.

    Attributes:
        name: what ``rule=`` takes.
        title: what a person reads in a list.
        description: one sentence.
        source: where the rule is described.
    """

    name: str
    title: str
    description: str
    source: str


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "lazy",
            "Lazy: raise the lowest together",
            "Raises the lowest value/target ratios together, which leaves the least distance to the targets that "
            "the money can reach without a sale.",
            'A. H. Mao, "Lazy rebalancing", optimalrebalancing.info',
        ),
        Rule(
            "proportional",
            "Proportional to the shortfall",
            "Shares the money in proportion to how much each one is short of its target after the deposit.",
            "Bogleheads wiki, Rebalancing: with new contributions",
        ),
        Rule(
            "largest_first",
            "Largest shortfall first",
            "Fills the largest shortfall, then the next; equal shortfalls share.",
            "Bogleheads wiki, Rebalancing: contribute to the asset that is furthest below its target",
        ),
        Rule(
            "by_target",
            "By target weights",
            "Splits the money by the target weights, whatever is held.",
            "Fixed-percentage contribution, as payroll plans do it",
        ),
    )
}


def find_rule(name: str) -> Rule:
    """The rule of that name, or an :class:`~allocation.errors.UnknownName` that lists them."""
    if name not in RULES:
        raise UnknownName(f"There is no rule {name!r}. The rules are {', '.join(RULES)}.")
    return RULES[name]


def share(lines: pd.DataFrame, flows: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Share a flow of money among the lines of each group, exactly to the minor unit.

    Parameters:
        lines: ``group_id``, ``line`` (unique in its group), ``value`` (minor units), ``target`` (whole numbers,
            in any unit common to the group; at most 10**6 for ``lazy``).
        flows: one row a group: ``group_id``, ``flow`` (minor units; negative takes money out),
            ``total_after`` (minor units: what the targets are a part of once the flow is done; used by
            ``proportional`` and ``largest_first``).
        rule: a name in :data:`RULES`.

    Returns:
        ``group_id``, ``line``, ``amount`` (minor units); the amounts of a group add up to its flow. Lines that get
        nothing may be left out.
    """
    name, going_out = find_rule(rule).name, bool((flows["flow"].to_numpy() < 0).any())
    cursor = _engine().cursor()
    try:
        cursor.register("line_table", _registrable(lines))
        cursor.register("flow_table", _registrable(flows))
        if _is_small(lines):
            try:
                return cursor.execute(_statement(name, going_out, small=True)).df()
            except (duckdb.OutOfRangeException, duckdb.ConversionException):
                # Sums and products are checked: what 64 bits can't hold is done with 128.
                pass
        return cursor.execute(_statement(name, going_out)).df()
    finally:
        cursor.close()


def _registrable(table: pd.DataFrame) -> dict[str, Any]:
    """The columns of a table, which are registered sooner than the table; no views, such as of a reversed one."""
    return {str(name): np.ascontiguousarray(table[name]) for name in table}


def _is_small(lines: pd.DataFrame) -> bool:
    """Whether two ratios value/target that differ are different floats, too."""
    if lines.empty:
        return True
    return int(lines["value"].abs().max()) * int(lines["target"].max()) < 2**53


@cache
def _statement(rule: str, going_out: bool, small: bool = False) -> str:
    """The statement of a rule; where no money goes out, without the parts that only that needs.

    For small numbers it is the same with 64 bits instead of 128, which is much faster.
    """
    here = files(__package__)
    text = here.joinpath("share.sql").read_text().replace("/* rule */", here.joinpath(f"{rule}.sql").read_text())
    if not going_out:
        text = re.sub(r"/\* out \*/.*?/\* end \*/", "", text, flags=re.DOTALL)
    return text.replace("HUGEINT", "BIGINT").replace("exact_ratio", "float_ratio") if small else text


RATIOS = """
CREATE MACRO exact_ratio(value, target) AS value * 1000000000000000000::HUGEINT // target;
CREATE MACRO float_ratio(value, target) AS value::DOUBLE / target;
"""
"""A line's value/target, by which lines are put in order; either tells any two of them apart that differ."""


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    # In memory and empty: opening one costs ten times what a statement does.
    engine = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "lock_configuration": "true",
        },
    )
    engine.execute(RATIOS)
    return engine
