"""Targets to start from: the present allocation, or a file."""

from __future__ import annotations

from decimal import Decimal

from allocation.errors import LoadError, TargetsError
from allocation.percents import Percent
from allocation.readers import Source, read_targets
from allocation.tables import ALL, UNCLASSIFIED, Tables, Targets, called
from allocation.targets import HUNDRED, share


def present(tables: Tables) -> Targets:
    """The present allocation as targets, to the hundredth: every class, and the holdings in it.

    What is in no class can't have a target, so it is left out, and the others keep their proportions. A class that a
    fund is in with only a part of it, or that holds less than two things, gets no holding targets.

    Raises:
        TargetsError: nothing is held that is in a class, or a class is worth less than nothing.
    """
    values = {name: value for name, value in tables.class_values.items() if value and name != UNCLASSIFIED}
    debts = [name for name, value in values.items() if value < 0]
    if debts:
        raise TargetsError(f"{', '.join(debts)} is worth less than nothing now, which can't be a target.")
    if not values:
        whose = "The portfolio" if tables.scope == ALL else tables.scope
        raise TargetsError(
            f"{whose} holds nothing that is in a class, so there is no present allocation. Put what it holds into "
            "classes first: allocation classes --suggest, or on the dashboard under Targets."
        )
    classes = _largest_first(share(HUNDRED, {name: Decimal(value) for name, value in values.items()}))
    shared = {name for parts in tables.spans.values() for name in parts}
    within: dict[str, dict[str, Decimal]] = {}
    for symbol, currency, name, value in zip(
        tables.assets["symbol"], tables.assets["currency"], tables.assets["asset_class"], tables.asset_values,
        strict=True,
    ):  # fmt: skip
        if value and name in classes and name not in shared:
            within.setdefault(name, {})[called(symbol, currency)] = Decimal(value)
    several = {name: parts for name, parts in within.items() if len(parts) > 1 and min(parts.values()) > 0}
    return Targets(classes, {name: _largest_first(share(HUNDRED, parts)) for name, parts in several.items()})


def _largest_first(percents: dict[str, Decimal]) -> dict[str, Decimal]:
    return dict(sorted(percents.items(), key=lambda row: (-row[1], row[0])))


def from_file(source: Source) -> Targets:
    """The targets in a targets.csv or DataFrame; they are of one scope.

    Raises:
        LoadError: something in it is wrong; names every problem.
        TargetsError: it has targets of several scopes, or none.
    """
    rows, problems = read_targets(source)
    if problems:
        raise LoadError(problems)
    scopes = list(dict.fromkeys(account or ALL for account in rows["account"]))
    if len(scopes) != 1:
        found = f"targets of {' and '.join(scopes)}" if scopes else "no targets"
        raise TargetsError(f"The file has {found}. A strategy starts from those of one: take the other rows out.")
    classes: dict[str, Percent] = {}
    holdings: dict[str, dict[str, Percent]] = {}
    for row in rows.to_dict("records"):
        if row["symbol"] is None:
            classes[row["asset_class"]] = row["target_percent"]
        else:
            name = called(row["symbol"], row["currency"]) if row["currency"] else row["symbol"]
            holdings.setdefault(row["asset_class"], {})[name] = row["target_percent"]
    return Targets(classes, holdings)
