"""Where an edit can begin: the present allocation, nothing, and a file. Each gives a state; none is saved by it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from allocation.dashboard.targets.preview import present_classes, present_inside
from allocation.dashboard.targets.state import State
from allocation.errors import LoadError, Problem, TargetsError
from allocation.readers import read_targets
from allocation.tables import ALL, CASH, Tables, called
from allocation.targets import HUNDRED, share


def from_present(tables: Tables, state: State) -> State:
    """What is held now, to the hundredth: each class, and the holdings of those that have holding targets.

    What is in no class has no part in it. Bands and trigger stay.

    Raises:
        TargetsError: nothing is held in any class.
    """
    values = present_classes(tables)
    if not values:
        raise TargetsError("Nothing is held in any class yet, so there is no present allocation to start from.")
    inside = {name: present_inside(tables, name) for name in state.holdings if name in values}
    return replace(
        state,
        classes=share(HUNDRED, dict(sorted(values.items(), key=lambda item: -item[1]))),
        holdings={name: share(HUNDRED, held) for name, held in inside.items() if held},
        class_bands=_bands_of(state, values),
        follow=True,
    )


def blank(tables: Tables, state: State) -> State:
    """Every class at 0, each to be typed for itself."""
    names = [*state.classes, *(name for name in present_classes(tables) if name not in state.classes)]
    return replace(state, classes=dict.fromkeys(names, Decimal(0)), holdings={}, follow=False)


def from_targets(classes: Mapping[str, Decimal], holdings: Mapping[str, Mapping[str, Decimal]], state: State) -> State:
    """Other targets; bands and trigger stay, save the bands of classes that are gone."""
    return replace(
        state, classes=dict(classes), holdings=dict(holdings), class_bands=_bands_of(state, classes), follow=True
    )


def from_file(name: str, content: bytes, scope: str, assets: Mapping[str, Mapping[str, str]], state: State) -> State:
    """The targets that a CSV file has for a scope.

    Parameters:
        name: what the file is called.
        content: what is in it; see :func:`allocation.readers.read_targets`.
        scope: ``all`` or an account; an account that the file doesn't name gets those of the whole portfolio.
        assets: class → symbol → name, of everything that the portfolio knows.

    Raises:
        LoadError: the file has problems, or names an asset that the portfolio doesn't know in that class.
        TargetsError: it has no targets of this scope.
    """
    rows = _of_scope(_read(name, content), scope, name)
    problems: list[Problem] = []
    classes: dict[str, Decimal] = {}
    holdings: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        asset_class, symbol = row["asset_class"], row["symbol"]
        if symbol is None:
            classes[asset_class] = row["target_percent"]
            continue
        known = assets.get(asset_class, {})
        found = [each for each in known if each == symbol or _is_cash(each, symbol, row["currency"])]
        if len(found) == 1:
            holdings.setdefault(asset_class, {})[found[0]] = row["target_percent"]
        else:
            there = ", ".join(known) or "none yet"
            remedy = f"is not an asset of {asset_class} in the portfolio. There is {there}."
            problems.append(Problem(name, row["row"], "symbol", symbol, remedy))
    if problems:
        raise LoadError(problems)
    return from_targets(classes, holdings, state)


def _read(name: str, content: bytes) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (Path(name).name or "targets.csv")
        path.write_bytes(content)
        table, problems = read_targets(path)
    if problems:
        raise LoadError(problems)
    return [{str(column): cell for column, cell in row.items()} for row in table.to_dict("records")]


def _of_scope(rows: list[dict[str, Any]], scope: str, file: str) -> list[dict[str, Any]]:
    for account in [None] if scope == ALL else [scope, None]:
        if found := [row for row in rows if row["account"] == account]:
            return found
    named = ", ".join(sorted({str(row["account"]) for row in rows}))
    has = f"it has those of {named}. Choose that scope first" if named else "it has no rows"
    raise TargetsError(f"{file} has no targets of {'All Portfolio' if scope == ALL else scope}: {has}.")


def _is_cash(known: str, symbol: str, currency: str | None) -> bool:
    return symbol == CASH and (known == called(CASH, currency) if currency else known.startswith(f"{CASH} "))


def _bands_of(state: State, classes: Mapping[str, object]) -> dict[str, Any]:
    return {name: band for name, band in state.class_bands.items() if name in classes}
