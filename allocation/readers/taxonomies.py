"""Which of a file's taxonomies becomes the asset classes: remembered, and changed for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pandas as pd

from allocation.readers.columns import fingerprint
from allocation.readers.content import Content
from allocation.tables import CASH, UNCLASSIFIED
from allocation.text import listed

TAXONOMY, PROGRAM = "taxonomy", "program"

FEW = 5
"""Taxonomies that a note names; the others are counted."""


def taken_before(remembered: Mapping[str, Mapping[str, str]], program: str, taxonomies: Sequence[str]) -> str | None:
    """The taxonomy that was taken in an earlier load of a program's file; None where there was none, or several.

    A file that has got another one since, or lost one, keeps the one that it had.

    Parameters:
        remembered: what :func:`to_remember` gave in earlier loads.
        program: the name of the file's format.
        taxonomies: the names of those the file has.
    """
    # Earlier releases didn't keep whose taxonomies they were.
    same = remembered.get(_of(program, *taxonomies)) or remembered.get(_of(*taxonomies))
    others = [said for said in remembered.values() if said.get(PROGRAM) == program]
    taken = {said.get(TAXONOMY) for said in ([same] if same else others)} & set(taxonomies)
    return taken.pop() if len(taken) == 1 else None


def to_remember(content: Content, program: str) -> dict[str, Mapping[str, str]]:
    """Which taxonomy was taken of those that a program's file has."""
    if content.taxonomy is None:
        return {}
    return {_of(program, *content.taxonomies): {TAXONOMY: content.taxonomy, PROGRAM: program}}


def not_there(taxonomies: Sequence[str]) -> str:
    """What is wrong with a taxonomy that was asked for, of a file that has others, or none."""
    known = f"has {listed(taxonomies)}" if taxonomies else "has none"
    return f"is no taxonomy of this file. It {known}."


def not_used(taxonomies: Sequence[str]) -> str:
    """The sentence about a file's other taxonomies."""
    return f"Not used: the {'taxonomy' if len(taxonomies) == 1 else 'taxonomies'} {listed(taxonomies, FEW)}."


def switched(content: Content, before: str | None) -> Content:
    """The same, where another taxonomy was chosen: what that one doesn't classify is in no class any more.

    Parameters:
        before: the one that was taken in the last load; None where there was none.
    """
    if content.taxonomy in (None, before):
        return content
    assets = content.holdings[["symbol", "currency", "asset_class"]].itertuples(index=False, name=None)
    classified = set(zip(content.classes["symbol"], content.classes["currency"], strict=True))
    # Cash is one asset a currency; any other symbol is one asset. What its holding says gives way to several classes
    # that it had, so all are listed.
    held = {(symbol, currency if symbol == CASH else None): name for symbol, currency, name in assets}
    rows = [
        {"file": content.format, "row": row, "symbol": symbol, "currency": currency}
        | {"asset_class": name or UNCLASSIFIED, "weight_percent": Decimal(100)}
        for row, ((symbol, currency), name) in enumerate(held.items(), len(content.classes) + 1)
        if (symbol, currency) not in classified
    ]
    if not rows:
        return _with_note(content, before)
    columns = content.classes.columns
    every: list[dict[Any, Any]] = [*content.classes.to_dict("records"), *rows]
    table = pd.DataFrame([[row[name] for name in columns] for row in every], columns=columns, dtype=object)
    return _with_note(replace(content, classes=table), before)


def _with_note(content: Content, before: str | None) -> Content:
    if before is None or not content.targets.empty:
        return content
    said = (
        f"The targets stay as they are: {content.taxonomy} has none. Set some for its classes: on the page under "
        "Targets, or with allocation strategies new NAME --from present --activate."
    )
    return replace(content, notes=(*content.notes, said))


def _of(*names: str) -> str:
    return fingerprint(["taxonomies", *names])
