"""What describes a broker's file: one small TOML a format. Names of columns are in small letters."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from allocation.money import is_known_currency
from allocation.readers.lines import Line
from allocation.text import DISTINCT


@dataclass(frozen=True)
class Description:
    """One format.

    Attributes:
        name, title: as in :class:`~allocation.readers.registry.Format`.
        kind: ``positions`` (a row is what is held) or ``trades`` (a row is what was bought or sold).
        decimal: the decimal mark; None where it is told from the file.
        currency: that of rows which name none; None where each names its own.
        base_currency: pattern of a column's name that says what the file adds up in.
        header: the row of names has one of each of these.
        opening: pattern of what stands in the row of names or above it, where the names alone are those of many files.
        columns: our column → the names it goes by; the first that is there counts. ``total (*)`` is that with any
            currency.
        rows: which rows are what: ``cash`` (names), ``cash_prefix``, ``cash_suffix``, ``total``, ``stop``,
            ``skip_kinds``, ``bond`` (pattern of a bond's symbol); ``later``: ``left out`` where rows of days to come
            are no mistake; ``charges``: pattern of the columns of fees and taxes.
        account: ``name`` (of an account that the file doesn't name), ``pattern``, ``line_of_its_own``.
        date: ``pattern`` of the file's date, and the ``order`` of its parts; ``file_name``, pattern of it in that.
        actions: of trades, patterns of what is a ``buy``, a ``sell``, or to ``ignore``.
    """

    name: str
    title: str
    kind: str
    decimal: str | None
    currency: str | None
    base_currency: str | None
    header: Sequence[Sequence[str]]
    opening: str | None
    columns: Mapping[str, Sequence[str]]
    rows: Mapping[str, Any]
    account: Mapping[str, Any]
    date: Mapping[str, str]
    actions: Mapping[str, tuple[str, ...]]

    def is_header(self, cells: Sequence[str]) -> bool:
        """Whether a row is the row of names."""
        # Every row is asked, and nearly every one ends here.
        if not self._first_name.intersection(map(str.casefold, cells)):
            return False
        names = {plain_name(cell) for cell in cells}
        return all(any(name in names for name in alternatives) for alternatives in self.header)

    def recognises(self, lines: Sequence[Line]) -> bool:
        """Whether the first lines of a file are those of this format."""
        place = find_header(self, lines)
        if place is None or self.opening is None:
            return place is not None
        return any(re.search(self.opening, " ".join(cells), re.IGNORECASE) for _, cells in lines[: place + 1])

    @cached_property
    def _first_name(self) -> frozenset[str]:
        return frozenset(self.header[0])

    def adds_up_in(self, cells: Sequence[str]) -> str | None:
        """The currency that a row of names says values are added up in."""
        found = (re.fullmatch(self.base_currency, plain_name(cell)) for cell in cells if self.base_currency)
        return next((match[1].upper() for match in found if match and is_known_currency(match[1].upper())), None)

    def places(self, cells: Sequence[str]) -> dict[str, int]:
        """Where each of our columns stands in a row of names."""
        names = [plain_name(cell) for cell in cells]
        found = {ours: _place(names, theirs) for ours, theirs in self.columns.items()}
        return {ours: place for ours, place in found.items() if place is not None}


def _place(names: Sequence[str], theirs: Sequence[str]) -> int | None:
    """Where the first of several names stands."""
    patterns = (re.escape(name).replace(r"\*", "[a-z]{3}") for name in theirs)
    found = ([place for place, name in enumerate(names) if re.fullmatch(pattern, name)] for pattern in patterns)
    return next((places[0] for places in found if places), None)


@lru_cache(maxsize=DISTINCT)
def plain_name(cell: str) -> str:
    """A column's name in small letters, with single spaces."""
    return " ".join(cell.casefold().split())


def find_header(description: Description, lines: Sequence[Line]) -> int | None:
    """Which of the lines is the first row of names."""
    return next((place for place, (_, cells) in enumerate(lines) if description.is_header(cells)), None)


def described(name: str) -> Description:
    """The description in ``name.toml``."""
    text = files("allocation.readers.brokers").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    given = tomllib.loads(text)
    return Description(
        name=given["name"],
        title=given["title"],
        kind=given["kind"],
        decimal=given.get("decimal"),
        currency=given.get("currency"),
        base_currency=given.get("base_currency"),
        header=given["header"]["has"],
        opening=given["header"].get("opening"),
        columns=given["columns"],
        rows=given.get("rows", {}),
        account=given.get("account", {}),
        date=given.get("date", {}),
        actions={sign: tuple(patterns) for sign, patterns in given.get("actions", {}).items()},
    )


@lru_cache(maxsize=DISTINCT)
def first_match(patterns: tuple[str, ...], text: str) -> bool:
    """Whether any of the patterns is found in a text, capitals or not."""
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
