"""A whole Portfolio Performance file → :class:`~allocation.readers.content.Content`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from allocation.money import is_known_currency
from allocation.readers import classes, targets
from allocation.readers.content import Content
from allocation.readers.opened import Opened
from allocation.readers.portfolio_performance.classifying import WHOLE, Divided, check, choose, divide
from allocation.readers.portfolio_performance.container import PROTOBUF, body
from allocation.readers.portfolio_performance.from_protobuf import client_from_protobuf
from allocation.readers.portfolio_performance.from_xml import client_from_xml
from allocation.readers.portfolio_performance.holding import Held
from allocation.readers.portfolio_performance.model import Client, Taxonomy
from allocation.readers.registry import Chooser
from allocation.readers.taxonomies import TAXONOMY, not_there, not_used
from allocation.tables import CASH


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
        LoadError: the file has a password, is damaged, or is of a kind that isn't known, or has no such taxonomy.
    """
    return read_by_taxonomy(opened, today, lambda _names: taxonomy)


def read_by_taxonomy(opened: Opened, today: datetime.date, choose_one: Chooser) -> Content:
    """The same, with the taxonomy that is chosen once it is known which there are."""
    content = body(opened)
    read = client_from_protobuf if content.startswith(PROTOBUF) else client_from_xml
    client = read(opened, content, today)
    held = Held(client, opened.name, today)
    table, found = held.table(), held.found
    names = tuple(one.name for one in client.taxonomies)
    taxonomy = choose_one(names)
    chosen = choose(client.taxonomies, taxonomy)
    if taxonomy is not None and chosen is None:
        raise opened.wrong(not_there(names), column=TAXONOMY, value=taxonomy)
    divided = divide(chosen) if chosen else Divided()
    if chosen:
        found.problems += check(divided, _names(client, held), opened.name, chosen.name)
    of_classes = _class_rows(client, held, divided)
    aims = [{"asset_class": name, "target_percent": percent} for name, percent in divided.targets.items()]
    for sentence in _about(divided, chosen, client.taxonomies):
        found.note(sentence)
    return Content(
        f"Portfolio Performance file (version {client.version})",
        holdings=table,
        targets=_frame(opened.name, aims, targets.COLUMNS),
        classes=_frame(opened.name, of_classes, classes.COLUMNS),
        base_currency=client.base_currency if is_known_currency(client.base_currency) else None,
        taxonomies=names,
        taxonomy=chosen.name if chosen else None,
        problems=found.found(),
        notes=found.said(),
        has_rows=False,
        keeps_cash=True,
    )


def _names(client: Client, held: Held) -> dict[str, str]:
    securities = {key: client.securities[key].name for key in held.symbols}
    return securities | {key: client.cash_accounts[key].name for key in held.cash}


def _class_rows(client: Client, held: Held, divided: Divided) -> list[dict[str, Any]]:
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
        if all(weights == first for weights in several) and list(first.values()) == [WHOLE]:
            cash = {"symbol": CASH, "asset_class": next(iter(first)), "currency": currency}
            rows.append(cash | {"weight_percent": Decimal(100)})
        elif any(several):
            held.found.note(
                f"{CASH} {currency} is left without a class: its accounts are not all assigned to one, and wholly."
            )
    return rows


def _about(divided: Divided, chosen: Taxonomy | None, taxonomies: Sequence[Taxonomy]) -> Iterator[str]:
    if chosen and divided.targets:
        yield f"Classes and targets come from the taxonomy {chosen.name}."
    elif chosen:
        yield (
            f"Classes come from the taxonomy {chosen.name}; its weights don't add up to 100 %, so they are no targets."
        )
    for name in divided.undivided:
        yield f"{name} is loaded as one class: its parts' weights don't add up to 100 %, or it has assets of its own."
    if others := [one.name for one in taxonomies if one is not chosen]:
        yield not_used(others)


def _frame(file: str, rows: list[dict[str, Any]], columns: list[str]) -> pd.DataFrame:
    numbered = [row | {"file": file, "row": number} for number, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(numbered, columns=columns, dtype=object)
    return frame.where(frame.notna(), None)
