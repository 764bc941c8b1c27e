"""Reading what new targets are to start from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from allocation.errors import UnknownName
from allocation.measures import Measures
from allocation.percents import Percent
from allocation.presets import PRESETS, find_preset, preset
from allocation.starting import from_file, present
from allocation.store.reading import account_names, check_scope, read_strategy, read_tables
from allocation.store.saving import class_spelling
from allocation.store.strategies import list_strategies
from allocation.store.versions import now_called, read_version
from allocation.tables import UNCLASSIFIED, Targets
from allocation.targets import check_targets

Start = str | int | tuple[str, str] | Path | pd.DataFrame | Targets | Mapping[str, Percent]


def read_start(
    connection: duckdb.DuckDBPyConnection, start: Start, scope: str, age: int | None
) -> tuple[Targets, Measures | None]:
    """What is started from, and the bands and the trigger that come with it, if it is a strategy or a version of one.

    See :meth:`allocation.Portfolio.starting_targets`.
    """
    check_scope(scope, account_names(connection))
    if isinstance(start, (str, tuple)):
        return _named(connection, start, scope, age)
    if isinstance(start, int):
        version = read_version(connection, start)
        return now_called(connection, version), version.measures
    if isinstance(start, (Path, pd.DataFrame)):
        return from_file(start), None
    return check_targets(start if isinstance(start, Targets) else Targets(start), "the strategy"), None


def _named(
    connection: duckdb.DuckDBPyConnection, start: str | tuple[str, str], scope: str, age: int | None
) -> tuple[Targets, Measures | None]:
    word = start.strip().casefold() if isinstance(start, str) else ""
    if word == "blank":
        return Targets({}), None
    if word == "present":
        return present(read_tables(connection, scope)), None
    if isinstance(start, str) and word in {name.casefold() for name in PRESETS}:
        return Targets(preset(start, age=age, classes=_classes(connection, start, scope))), None
    try:
        strategy = read_strategy(connection, scope, start)
    except UnknownName:
        if isinstance(start, tuple):
            raise
        known = ", ".join(dict.fromkeys(list_strategies(connection, None)["name"]))
        raise UnknownName(
            f"There is nothing called {start!r} to start from. There is blank and present; the presets "
            f"{', '.join(PRESETS)}; and the strategies {known}."
        ) from None
    return strategy.targets, strategy.measures


def _classes(connection: duckdb.DuckDBPyConnection, name: str, scope: str) -> list[str]:
    """The classes that a preset's are looked for among; of "Equal weight", those that the scope holds."""
    if find_preset(name).needs != "classes":
        return list(class_spelling(connection).values())
    return [each for each in read_tables(connection, scope).class_values if each != UNCLASSIFIED]
