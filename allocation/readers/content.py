"""What a reader finds in a file that another program or a broker wrote: the tables that are loaded, and what to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from allocation.errors import Problem
from allocation.readers import classes, fx, holdings, targets

PRICE_COLUMNS = ["file", "row", "symbol", "currency", "price", "as_of", "source"]


def no_rows(columns: list[str]) -> pd.DataFrame:
    """An empty table with these columns."""
    return pd.DataFrame(columns=columns, dtype=object)


class StatedTotal(NamedTuple):
    """A total that a file states and that its lines agree with.

    Attributes:
        note: the sentence that says so.
        what: what it is the total of.
        rows: where its lines stand.
        currency: that of the total.
        row: where it stands.
        parts: how much of the holding that is kept under a row is of these lines: rows of one asset are added up.
    """

    note: str
    what: str
    stated: Decimal
    rows: frozenset[int]
    currency: str
    row: int
    parts: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True)
class Content:
    """A file's content as tidy tables.

    Attributes:
        format: what the file is, for people: ``Wealthfolio database (version 3.5)``.
        holdings: the columns of :func:`~allocation.readers.read_holdings`; numbers exact (``Decimal``), ``price`` None
            where the file has none.
        targets, fx, classes: the columns of the readers of those files.
        prices: prices of days before the holdings', or of assets not held: :data:`PRICE_COLUMNS`.
        base_currency: the file's own, or None where it says nothing.
        taxonomies: the ways in which the file classifies its assets, by name; only one of them can be the classes.
        taxonomy: the one that ``classes`` and ``targets`` are from; None where none is.
        problems: what is wrong. Nothing is loaded while there is one.
        notes: sentences about what was left out, is stale, or was reconciled with the file's own total.
        totals: the file's own totals, for comparing them with what is loaded in the end.
        has_rows: whether ``row`` is where something stands in the file; otherwise it only keeps the order, and no
            problem names it.
        keeps_cash: whether it lists all cash, so that an account without a row of it has none. Otherwise the file may
            only not say it.
    """

    format: str
    holdings: pd.DataFrame = field(default_factory=lambda: no_rows(holdings.COLUMNS))
    targets: pd.DataFrame = field(default_factory=lambda: no_rows(targets.COLUMNS))
    fx: pd.DataFrame = field(default_factory=lambda: no_rows(fx.COLUMNS))
    classes: pd.DataFrame = field(default_factory=lambda: no_rows(classes.COLUMNS))
    prices: pd.DataFrame = field(default_factory=lambda: no_rows(PRICE_COLUMNS))
    base_currency: str | None = None
    taxonomies: tuple[str, ...] = ()
    taxonomy: str | None = None
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    totals: tuple[StatedTotal, ...] = ()
    has_rows: bool = True
    keeps_cash: bool = False
