"""What targets that are being edited would mean: the drift of each row, and what it would take to get there."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from allocation import planner
from allocation.dashboard.commands import on_the_page
from allocation.dashboard.targets.state import State, targets_of, wrong_sums
from allocation.drift import by_class, by_holding
from allocation.errors import AllocationError
from allocation.portfolio import Portfolio
from allocation.tables import Tables, Targets, called
from allocation.targets import HUNDRED, share
from allocation.writing import Writing

ON_TARGET = 0.0005
"""A drift that is shown as none."""


def with_state(tables: Tables, state: State) -> Tables:
    """A scope as it would stand against targets that are being edited, whether or not they add up yet.

    Parameters:
        tables: the scope; has every asset that ``state`` has a target for.
    """
    against = tables.under(targets_of(state))
    strategy = replace(against.strategy, band=state.band, class_bands=state.class_bands, trigger=state.trigger)
    return replace(against, strategy=strategy)


def tables_for(portfolio: Portfolio, tables: Tables, state: State) -> Tables:
    """The same tables, or if a holding in ``state`` isn't among them yet, with it.

    Raises:
        MissingPrice, MissingRate: it can't be valued.
        UnknownName: the portfolio doesn't have it.
    """
    there = {called(*names) for names in zip(tables.assets["symbol"], tables.assets["currency"], strict=True)}
    wanted = {name: list(inside) for name, inside in state.holdings.items() if inside}
    if all(symbol in there for inside in wanted.values() for symbol in inside):
        return tables
    # Only the names count here; percents that add up stand in for those that don't yet.
    holdings = {name: share(HUNDRED, dict.fromkeys(inside, Decimal(1))) for name, inside in wanted.items()}
    classes = share(HUNDRED, dict.fromkeys(holdings, Decimal(1)))
    found = portfolio.tables_under(Targets(classes, holdings), tables.scope)
    return replace(tables, holdings=found.holdings, assets=found.assets, spans=found.spans)


def class_rows(tables: Tables) -> dict[str, dict[str, Any]]:
    """The drift of each class, by its name."""
    return {str(row["asset_class"]): _named(row) for row in by_class(tables).to_dict("records")}


def holding_rows(tables: Tables) -> dict[str, dict[str, dict[str, Any]]]:
    """The drift of each holding, by its class and what it is called."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for row in by_holding(tables).to_dict("records"):
        rows.setdefault(str(row["asset_class"]), {})[called(str(row["symbol"]), str(row["currency"]))] = _named(row)
    return rows


def _named(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(column): cell for column, cell in row.items()}


def present_inside(tables: Tables, asset_class: str) -> dict[str, Decimal]:
    """Value of each holding of a class, in minor units."""
    return {
        called(symbol, currency): Decimal(value)
        for name, symbol, currency, value in zip(
            tables.assets["asset_class"],
            tables.assets["symbol"],
            tables.assets["currency"],
            tables.asset_values,
            strict=True,
        )
        if name == asset_class and value > 0
    }


def effect(tables: Tables, state: State, on: datetime.date, writing: Writing) -> str:
    """What it would take to be on these targets, in a sentence.

    Parameters:
        tables: the scope, against any targets.
        state: the targets.
        on: the day of the plan.
        writing: how numbers are written.
    """
    if not state.classes:
        return ""
    if wrong_sums(state):
        return "What it would take stands here once the targets add up to 100."
    try:
        head = planner.rebalance_header(with_state(tables, state), on)
    except AllocationError as error:
        return f"What it would take can't be calculated. {on_the_page(str(error))}"
    if head.drift_before < ON_TARGET and not head.trades:
        return "What it would take: no trade, the portfolio is on these targets."
    untouched = writing.sentence(planner.without_target(tables.class_values, state.classes), head.currency)
    if not head.trades:
        apart = "Nothing is held to buy in what is under, or no account holds both what is over and what is under."
        return (
            f"What it would take: no trade brings the portfolio nearer to these targets. {untouched or apart} "
            f"Portfolio drift {writing.percent(head.drift_before)}."
        )
    trades = f"{head.trades} trade{'' if head.trades == 1 else 's'}"
    bought, sold = (f"{writing.money(value, head.currency)} {head.currency}" for value in (head.bought, head.sold))
    told = (
        f"What it would take: {trades}, {sold} sold and {bought} bought ({writing.percent(head.turnover)} turnover); "
        f"portfolio drift {writing.percent(head.drift_before)} before, {writing.percent(head.drift_after)} after."
    )
    return f"{told} {untouched}".strip()
