"""Portfolio Performance: its files in XML and protobuf, plain or zipped.

Facts about the format (version 49 and later): money in hundredths, shares and quotes with eight decimals, weights in
hundredths of a percent. A stock split has changed the transactions and quotes before it when it was entered, so
transactions are added up as they are. Exchange rates are not in the file.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pandas as pd

from allocation.money import is_known_currency
from allocation.readers import classes, targets
from allocation.readers.content import Content, no_rows
from allocation.readers.opened import Opened
from allocation.readers.portfolio_performance import exported
from allocation.readers.portfolio_performance.classifying import Divided, check, choose, divide
from allocation.readers.portfolio_performance.container import PROTOBUF, body, is_portfolio_performance
from allocation.readers.portfolio_performance.from_protobuf import client_from_protobuf
from allocation.readers.portfolio_performance.from_xml import client_from_xml
from allocation.readers.portfolio_performance.holding import Held
from allocation.readers.portfolio_performance.model import Client
from allocation.readers.registry import Format
from allocation.tables import CASH

__all__ = ["FORMAT", "FORMATS", "read_portfolio_performance"]


def read_portfolio_performance(opened: Opened, today: datetime.date, taxonomy: str | None = None) -> Content:
    """Read a file of Portfolio Performance.

    Parameters:
        opened: the file: XML, ``.portfolio`` or either in a ZIP.
        today: later transactions and quotes are left out.
        taxonomy: the name of the taxonomy to take classes and targets from. By default one whose weights add up to
            100 %, an asset allocation before others; else the asset classes.

    Returns:
        Holdings by securities account, with the newest quotes; cash stands with the securities account whose reference
        account it is, if that is only one's; classes by weight; class targets where the weights of the taxonomy add
        up to 100 %.

    Raises:
        LoadError: the file has a password, is damaged, or is of a kind that isn't known.
    """
    content = body(opened)
    read = client_from_protobuf if content.startswith(PROTOBUF) else client_from_xml
    client = read(opened, content, today)
    held = Held(client, opened.name, today)
    table = held.table()
    problems, notes = held.found.problems, held.found.notes
    of_classes, aims = no_rows(classes.COLUMNS), no_rows(targets.COLUMNS)
    chosen = choose(client.taxonomies, taxonomy)
    if taxonomy is not None and chosen is None:
        known = ", ".join(one.name for one in client.taxonomies) or "none"
        raise opened.wrong(f"has no taxonomy of this name. It has {known}.", column="taxonomy", value=taxonomy)
    if chosen is not None:
        divided = divide(chosen)
        problems += check(divided, _names(client, held), opened.name, chosen.name)
        of_classes = _frame(opened.name, _class_rows(client, held, divided, notes), classes.COLUMNS)
        aims = _frame(
            opened.name,
            [{"asset_class": name, "target_percent": percent} for name, percent in divided.targets.items()],
            targets.COLUMNS,
        )
        notes += _about(divided, chosen.name)
    others = [one.name for one in client.taxonomies if one is not chosen]
    if others:
        notes.append(f"Not used: the {'taxonomy' if len(others) == 1 else 'taxonomies'} {', '.join(others)}.")
    foreign = sorted({*table["currency"]} - {client.base_currency})
    if foreign:
        notes.append(f"No exchange rates stand in the file; they are needed for {', '.join(foreign)}.")
    return Content(
        f"Portfolio Performance file (version {client.version})",
        holdings=table,
        targets=aims,
        classes=of_classes,
        base_currency=client.base_currency if is_known_currency(client.base_currency) else None,
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _names(client: Client, held: Held) -> dict[str, str]:
    securities = {key: client.securities[key].name for key in held.symbols}
    return securities | {key: client.cash_accounts[key].name for key in held.cash}


def _class_rows(client: Client, held: Held, divided: Divided, notes: list[str]) -> list[dict[str, Any]]:
    rows = [
        {"symbol": symbol, "asset_class": name, "weight_percent": Decimal(weight) / 100}
        for key, symbol in held.symbols.items()
        for name, weight in divided.assigned.get(key, {}).items()
        if weight
    ]
    by_currency: dict[str, list[dict[str, int]]] = {}
    for key in held.cash:
        weights = {name: weight for name, weight in divided.assigned.get(key, {}).items() if weight}
        by_currency.setdefault(held.currency_of_cash(key), []).append(weights)
    for currency, several in by_currency.items():
        first = several[0]
        if all(weights == first for weights in several) and list(first.values()) == [10_000]:
            rows.append(
                {"symbol": CASH, "asset_class": next(iter(first)), "weight_percent": Decimal(100), "currency": currency}
            )
        elif any(several):
            notes.append(
                f"{CASH} {currency} is left without a class: its accounts are not all assigned to one, and wholly."
            )
    return rows


def _about(divided: Divided, taxonomy: str) -> list[str]:
    notes = [f"Classes come from the taxonomy {taxonomy}; its weights don't add up to 100 %, so they are no targets."]
    if divided.targets:
        notes = [f"Classes and targets come from the taxonomy {taxonomy}."]
    return notes + [
        f"{name} is loaded as one class: its parts' weights don't add up to 100 %, or it has assets of its own."
        for name in divided.undivided
    ]


def _frame(file: str, rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    numbered = [row | {"file": file, "row": number} for number, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(numbered, columns=columns, dtype=object)
    return frame.where(frame.notna(), None)


FORMAT = Format(
    "portfolio-performance",
    "Portfolio Performance file",
    recognises=is_portfolio_performance,
    read=read_portfolio_performance,
)
FORMATS = (FORMAT, exported.FORMAT)
