"""Holdings, targets, FX rates and classes that are to be loaded together: good as a whole, or every problem at once."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from allocation.errors import LoadError, StoreError
from allocation.readers.classes import read_classes
from allocation.readers.delimited import Source, source_name
from allocation.readers.fx import read_fx
from allocation.readers.holdings import disagreements, read_holdings
from allocation.readers.opened import Opened
from allocation.readers.targets import read_targets


@dataclass(frozen=True)
class Brought:
    """What was read: see :func:`read_holdings`, :func:`read_targets`, :func:`read_fx`, :func:`read_classes`."""

    holdings: pd.DataFrame
    targets: pd.DataFrame
    fx: pd.DataFrame
    classes: pd.DataFrame


def read_together(
    holdings: Source | Sequence[Source] | None,
    targets: Source | None,
    fx: Source | None,
    classes: Source | None,
    today: datetime.date,
) -> Brought:
    """Read everything that is given.

    Raises:
        LoadError: names every problem in every file.
        StoreError: nothing is given.
    """
    several = _several(holdings)
    if not several and targets is None and fx is None and classes is None:
        raise StoreError("There is nothing to load. Name holdings, targets, FX rates or classes.")
    names = Counter(source_name(source, "holdings") for source in several)
    read = [
        read_holdings(source, today, str(source) if names[source_name(source, "")] > 1 else None) for source in several
    ]
    held = pd.concat([table for table, _ in read]) if read else pd.DataFrame({"currency": []})
    aims, aim_problems = (pd.DataFrame(), []) if targets is None else read_targets(targets)
    rates, rate_problems = (pd.DataFrame(), []) if fx is None else read_fx(fx, today)
    parts, part_problems = (pd.DataFrame(), []) if classes is None else read_classes(classes)
    problems = [problem for _, found in read for problem in found]
    if problems := [*problems, *disagreements(held), *aim_problems, *rate_problems, *part_problems]:
        raise LoadError(problems)
    return Brought(held, aims, rates, parts)


def _several(holdings: Source | Sequence[Source] | None) -> list[Source]:
    if holdings is None:
        return []
    return [holdings] if isinstance(holdings, (str, Path, pd.DataFrame, Opened)) else list(holdings)
