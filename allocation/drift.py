"""Where am I? Each class and holding against its target and its band."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import nan
from typing import Any

import pandas as pd

from allocation.bands import NO_TARGET, Band
from allocation.money import from_minor
from allocation.tables import UNCLASSIFIED, Strategy, Tables, called

MEASURES = ["value", "weight", "target_weight", "drift", "drift_money", "band_low", "band_high", "status"]
CLASS_COLUMNS = ["asset_class", *MEASURES]
HOLDING_COLUMNS = ["asset_class", "symbol", "name", "currency", *MEASURES]

SIDE_BY_SIDE = ["asset_class", "holding", "percent_a", "percent_b", "difference", "drift_a", "drift_b"]


def by_class(tables: Tables) -> pd.DataFrame:
    """Drift of each asset class.

    Returns:
        One row a class that is held or has a target, largest drift first, classes without a target last:
        ``asset_class``, ``value`` (base currency), ``weight`` and ``target_weight`` (0–1 of the scope's value;
        weights are 0 in an empty portfolio), ``drift`` (weight − target_weight), ``drift_money`` (value −
        target × total, base currency), ``band_low`` and ``band_high`` (0–1, the band's edges), ``status``
        (``over``, ``under``, ``nothing held``, ``in band``, ``no target``). Columns about a target are missing
        where there is none.
    """
    values, targets, total = tables.class_values, tables.strategy.class_weights, tables.total
    rows = [
        {"asset_class": name}
        | measures(values.get(name, 0), targets.get(name), total, tables.digits, tables.strategy.band_of(name))
        for name in values | targets
    ]
    return _sorted(rows, CLASS_COLUMNS, ["asset_class"])


def by_holding(tables: Tables) -> pd.DataFrame:
    """Drift of each asset, over all accounts of the scope.

    A holding's target is its effective weight: class target × its percent of the class. Where a class has no
    holding targets, each of its holdings carries the class's target in proportion to its value.

    Returns:
        One row an asset that is held or has a target, largest drift first: ``asset_class``, ``symbol``, ``name``,
        ``currency`` (of its price), and the measures of :func:`by_class`. Where the band is measured in the class,
        ``status`` compares the holding's part of its class with its target there, and ``band_low`` and ``band_high``
        are the weights (0–1 of the scope) at which that changes while the class is worth what it is.
    """
    values, targets, total = tables.asset_values, effective_weights(tables), tables.total
    assets, own = tables.assets, _own_targets(tables)
    of_class: dict[str, int] = {}
    for asset_class, value in zip(assets["asset_class"], values, strict=True):
        of_class[asset_class] = of_class.get(asset_class, 0) + value
    rows = [
        {"asset_class": asset_class, "symbol": symbol, "name": name, "currency": currency}
        | measures(value, target, total, tables.digits, tables.strategy.band_of(asset_class))
        | _in_class(tables, asset_class, value, target, own.get(asset_class), of_class[asset_class])
        for asset_class, symbol, name, currency, value, target in zip(
            assets["asset_class"],
            assets["symbol"],
            assets["name"],
            assets["currency"],
            values,
            targets,
            strict=True,
        )
    ]
    return _sorted(rows, HOLDING_COLUMNS, ["asset_class", "symbol", "currency"])


def _in_class(
    tables: Tables, asset_class: str, value: int, target: Fraction | None, own: Fraction | None, of_class: int
) -> dict[str, Any]:
    """Status and edges of a holding whose band is measured in its class; nothing for any other.

    ``own`` and ``of_class`` are the target and the value (minor units) of what is in the class alone.
    """
    band = tables.strategy.band_of(asset_class)
    if not band.of_class or target is None or not own or of_class <= 0:
        return {}
    within, weight_of_class = target / own, Fraction(of_class, tables.total)
    low, high = band.edges(within)
    return {
        "status": band.status(Fraction(value, of_class), within),
        "band_low": float(low * weight_of_class),
        "band_high": float(high * weight_of_class),
    }


def effective_weights(tables: Tables) -> list[Fraction | None]:
    """Target of each row of ``tables.assets`` as a weight (0–1, exact) of the scope; None where it has none.

    A fund that spans several classes has no target of its own: it counts in its classes, and what it leaves of their
    targets is shared by the assets that belong to one class alone.
    """
    classes, holdings = tables.strategy.class_weights, tables.strategy.holding_weights
    worth: dict[str, int] = {}
    for name, value in zip(tables.assets["asset_class"], tables.asset_values, strict=True):
        worth[name] = worth.get(name, 0) + max(value, 0)
    count = Counter(tables.assets["asset_class"])
    own = _own_targets(tables)
    weights: list[Fraction | None] = []
    for name, asset_id, value in zip(
        tables.assets["asset_class"], tables.assets["asset_id"], tables.asset_values, strict=True
    ):
        if name not in classes:
            weights.append(None)
        elif name in holdings:
            within = holdings[name].get(int(asset_id))
            weights.append(None if within is None else own[name] * within)
        else:
            # By value, an overdraft counting nothing; equal where all are worth nothing.
            part = Fraction(max(value, 0), worth[name]) if worth[name] else Fraction(1, count[name])
            weights.append(own[name] * part)
    return weights


def _own_targets(tables: Tables) -> dict[str, Fraction]:
    """What is left of each class's target for the assets that belong to it alone, beside the funds that span it."""
    targets = tables.strategy.class_weights
    if not tables.spans or not tables.total:
        return targets
    spanned: dict[str, Fraction] = {}
    for asset_id, value in zip(tables.assets["asset_id"].astype(int), tables.asset_values, strict=True):
        for name, part in tables.spans.get(asset_id, {}).items():
            spanned[name] = spanned.get(name, Fraction(0)) + part * Fraction(value, tables.total)
    return {name: max(target - spanned.get(name, Fraction(0)), Fraction(0)) for name, target in targets.items()}


def measures(value: int, target: Fraction | None, total: int, digits: int, band: Band) -> dict[str, Any]:
    """The :data:`MEASURES` of one line; ``value`` and ``total`` in minor units."""
    weight = Fraction(value, total) if total else Fraction(0)
    row: dict[str, Any] = {
        "value": from_minor(value, digits),
        "weight": float(weight),
        "status": band.status(weight, target),
    }
    if target is None:
        return row | dict.fromkeys(["target_weight", "drift", "drift_money", "band_low", "band_high"], nan)
    low, high = band.edges(target)
    return row | {
        "target_weight": float(target),
        "drift": float(weight - target),
        "drift_money": from_minor(round(value - target * total), digits),
        "band_low": float(low),
        "band_high": float(high),
    }


def over_time(
    history: Mapping[datetime.date, Mapping[str, int]], strategies: Mapping[datetime.date, Strategy], digits: int
) -> pd.DataFrame:
    """Drift of each asset class on each of several days.

    Parameters:
        history: by day, the value (minor units) of each class that was held.
        strategies: by day, the strategy whose targets and bands it is measured against.
        digits: decimals of the minor unit.

    Returns:
        One row a day and class, oldest first: ``as_of``, ``portfolio_drift`` (of that day; 0–1), the columns of
        :func:`by_class`, and ``targets_of``: the day that the targets compared with were saved; later than ``as_of``
        where none so old are known, missing where they are those of today. ``assumed_before``: the day since which it
        is known what strategy was active, where that is later than ``as_of``. ``bands_instead``: what stands in for
        bands that weren't kept, empty where nothing does. A day on which debts are as large as the rest is left out:
        nothing has a weight then.
    """
    rows = [
        row
        for day, values in history.items()
        if (total := sum(values.values())) > 0
        for row in _one_day(day, dict(values), total, strategies[day], digits)
    ]
    return _table(rows, ["as_of", "portfolio_drift", *CLASS_COLUMNS, "targets_of", "assumed_before", "bands_instead"])


def _one_day(
    day: datetime.date, values: Mapping[str, int], total: int, strategy: Strategy, digits: int
) -> list[dict[str, Any]]:
    targets = strategy.class_weights
    of_day = {
        "as_of": day,
        "portfolio_drift": portfolio_drift_of(values, targets),
        "targets_of": strategy.targets_of,
        "assumed_before": strategy.assumed_before,
        "bands_instead": strategy.bands_instead,
    }
    rows = [
        of_day
        | {"asset_class": name}
        | measures(values.get(name, 0), targets.get(name), total, digits, strategy.band_of(name))
        for name in {**values, **targets}
    ]
    return _in_order(rows, ["asset_class"])


def portfolio_drift(tables: Tables) -> float:
    """How far the scope is from its targets as a whole: Σ|weight − target| / 2 over all classes, 0–1.

    It is the part of the portfolio that would have to change hands to be on target. A class without a target
    counts as target 0. Missing (NaN) for an empty portfolio and where no class has a target.
    """
    return portfolio_drift_of(tables.class_values, tables.strategy.class_weights) if tables.total else nan


def portfolio_drift_of(values: Mapping[str, int], targets: Mapping[str, Fraction]) -> float:
    """Σ|weight − target| / 2 of classes worth ``values`` (any unit); NaN where they are worth nothing or none has a
    target."""
    total = sum(values.values())
    if not total or not targets:
        return nan
    distance = sum(
        (abs(Fraction(values.get(name, 0), total) - targets.get(name, 0)) for name in set(values) | set(targets)),
        Fraction(0),
    )
    return float(distance / 2)


def _sorted(rows: Iterable[dict[str, Any]], columns: list[str], tie_breaks: list[str]) -> pd.DataFrame:
    return _table(_in_order(rows, tie_breaks), columns)


def _in_order(rows: Iterable[dict[str, Any]], tie_breaks: list[str]) -> list[dict[str, Any]]:
    def largest_drift_first(row: Any) -> tuple[Any, ...]:
        without_target = row["status"] == NO_TARGET
        return (
            without_target,
            row["asset_class"] == UNCLASSIFIED,
            0.0 if without_target else -abs(row["drift"]),
            -row["value"],
            *(row[column] for column in tie_breaks),
        )

    return sorted(rows, key=largest_drift_first)


def _table(rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({column: "float64" for column in MEASURES if column != "status"})


def side_by_side(a: Tables, b: Tables) -> pd.DataFrame:
    """One scope under two strategies; see :meth:`allocation.Portfolio.compare_strategies`."""
    of_classes = [
        {(row["asset_class"], ""): row["drift"] for row in by_class(side).to_dict("records")} for side in (a, b)
    ]
    of_holdings = [
        {
            (row["asset_class"], called(row["symbol"], row["currency"])): row["drift"]
            for row in by_holding(side).to_dict("records")
        }
        for side in (a, b)
    ]
    classes = [side.strategy.class_percents for side in (a, b)]
    rows = []
    for name in dict.fromkeys([*classes[0], *classes[1], *(held for held, _ in of_classes[0])]):
        rows.append(_beside(name, "", [percents.get(name) for percents in classes], of_classes))
        within = [side.strategy.holding_percents(name) for side in (a, b)]
        for symbol in dict.fromkeys([*within[0], *within[1]]):
            row = _beside(name, symbol, [percents.get(symbol) for percents in within], of_holdings)
            # Without holding targets a class's holdings share by value, which is no percent to compare with.
            rows.append(row if all(within) else row | {"difference": nan})
    return pd.DataFrame(rows, columns=SIDE_BY_SIDE)


def _beside(
    name: str, holding: str, percents: list[Decimal | None], drifts: list[dict[tuple[str, str], float]]
) -> dict[str, Any]:
    a, b = percents
    difference = (b or Decimal(0)) - (a or Decimal(0))
    shown = [nan if percent is None else float(percent) for percent in percents]
    drift = [of_side.get((name, holding), nan) for of_side in drifts]
    return dict(zip(SIDE_BY_SIDE, [name, holding, *shown, float(difference), *drift], strict=True))
