"""Which formats there are, and which one a file has: told from what is in it, never from its name.

Another package adds a format by an entry point in the group ``allocation.readers`` that names a :class:`Format`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

from allocation.errors import LoadError, StoreError, UnknownName
from allocation.readers.content import Content
from allocation.readers.opened import Opened
from allocation.readers.table import read_table
from allocation.readers.uncollected import uncollected

__all__ = ["BUILT_IN", "Format", "Opened", "formats", "read_any", "recognise"]

GROUP = "allocation.readers"

Chooser = Callable[[Sequence[str]], str | None]
"""Is given the names of a file's taxonomies, and names the one to take; None: the reader's own choice."""

BUILT_IN: list[str] = [
    "allocation.readers.own:FORMATS",
    "allocation.readers.ecb:FORMAT",
    "allocation.readers.portfolio_performance:FORMATS",
    "allocation.readers.ghostfolio:FORMAT",
    "allocation.readers.brokers:FORMATS",
    "allocation.readers.wealthfolio:FORMAT",
    "allocation.readers.ofx:FORMAT",
    "allocation.readers.ledger:FORMAT",
]
"""``module:attribute`` of each format, or of a sequence of them; imported when the first file is to be recognised."""


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        name: a stable word for the command line: ``wealthfolio``.
        title: for people: ``Wealthfolio database``.
        recognises: whether a file is of this kind. It looks at the beginning only where that is enough, and at what
            stands in the file, not at its name.
        read: the file's content; the date is today's, later dates in the file are wrong. What is wrong with the file is
            returned as problems, or raised as a :class:`~allocation.errors.LoadError`.
        together: reads several files of one account's history as one; None where each file stands for itself.
        by_taxonomy: reads a file that classifies its assets in several ways, with the one that is chosen; None where
            files of this kind have no such choice.
    """

    name: str
    title: str
    recognises: Callable[[Opened], bool]
    read: Callable[[Opened, datetime.date], Content]
    together: Callable[[Sequence[Opened], datetime.date], Content] | None = None
    by_taxonomy: Callable[[Opened, datetime.date, Chooser], Content] | None = None


@cache
def formats() -> tuple[Format, ...]:
    """Every format there is, the built-in ones first.

    Raises:
        StoreError: an installed reader can't be imported.
    """
    return (*_built_in(), *_from_others())


def _built_in() -> Iterator[Format]:
    for place in BUILT_IN:
        module, _, attribute = place.partition(":")
        yield from _one_or_more(getattr(import_module(module), attribute))


def _from_others() -> Iterator[Format]:
    for point in entry_points(group=GROUP):
        try:
            found = point.load()
        except (ImportError, AttributeError) as error:
            package = point.dist.name if point.dist else point.value
            raise StoreError(
                f"The reader {point.name!r} of the package {package} can't be used ({error}). Update or uninstall it."
            ) from error
        yield from _one_or_more(found)


def _one_or_more(found: Format | Iterable[Format]) -> Iterable[Format]:
    return (found,) if isinstance(found, Format) else found


def recognise(opened: Opened) -> Format | None:
    """The format of a file; None where it is none of those that are known.

    Raises:
        LoadError: the file can't be read.
    """
    return next((candidate for candidate in formats() if candidate.recognises(opened)), None)


def named_format(name: str) -> Format:
    """The format of that name.

    Raises:
        UnknownName: there is none; names those there are.
    """
    known = {candidate.name: candidate for candidate in formats()}
    if name not in known:
        raise UnknownName(f"There is no format {name!r}. The formats are {', '.join(sorted(known))}.")
    return known[name]


@uncollected()
def read_any(
    source: str | Path | bytes | Opened,
    today: datetime.date,
    format: str | None = None,
    mapping: Mapping[str, str] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
    choose: Chooser | None = None,
) -> Content:
    """Read a file of any known format.

    Parameters:
        source: path, bytes, or an :class:`Opened`.
        today: dates after it are wrong.
        format: the name of its format; by default it is recognised.
        mapping: for a table of no known format: our column → the file's column, or ``"=value"`` for a value that holds
            in every row.
        remembered: mappings that were given for such tables before, by the fingerprint of their columns
            (:func:`~allocation.readers.columns.fingerprint`).
        choose: names the taxonomy that classes are taken from, where the file has several.

    Returns:
        What stands in it, with every problem and note.

    Raises:
        UnknownName: there is no such format.
        MappingNeeded: it is a table of no known format, and it isn't sure which column is what.
    """
    opened = source if isinstance(source, Opened) else Opened(source)
    chosen = named_format(format) if format else None
    try:
        chosen = chosen or (None if mapping else recognise(opened))
        if chosen is None:
            return read_table(opened, today, mapping, remembered)
        if choose is not None and chosen.by_taxonomy is not None:
            return chosen.by_taxonomy(opened, today, choose)
        return chosen.read(opened, today)
    except LoadError as error:
        return Content(chosen.title if chosen else opened.name, problems=error.problems)
