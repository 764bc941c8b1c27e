"""What can go wrong, said so that a person can act on it.

Every message is one or more plain sentences: what is wrong, where, and what to do. The command line
prints it and exits with 1; the dashboard shows it beside the field it belongs to.
"""

from __future__ import annotations

import datetime
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple


class AllocationError(Exception):
    """Base of every error this package raises on purpose. ``str(error)`` is fit to be shown to a person."""


class StoreError(AllocationError):
    """The portfolio file is missing, in use, damaged, or not one of ours."""


class Busy(StoreError):
    """Another window or program was using the portfolio file all the time one was ready to wait."""


class SavedSince(StoreError):
    """The last load can't be taken back, because something else has been saved since.

    Attributes:
        reason: that, in a sentence.
        backup: name of the copy that was made before the load; None where the load made the portfolio.
    """

    def __init__(self, reason: str, remedy: str, backup: str | None) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason, self.backup = reason, backup


class BrokenReference(StoreError):
    """A write would have left something that points to nothing, or a sum of targets that is not 100."""


class UnknownName(AllocationError):
    """An account, asset, class, rule or scope that the portfolio doesn't know. Names what it does know."""


class ArgumentError(AllocationError, TypeError):
    """An argument that is no text, number or table where one is needed. Names the argument, and what it takes."""


class NoNetValue(AllocationError):
    """What is owed is as much as what is held, so nothing has a weight."""


class TargetsError(AllocationError):
    """Targets that don't add up to 100 %, or a percent outside 0 to 100."""


class ChangedMeanwhile(TargetsError):
    """Targets, bands or a trigger that somebody else has saved since they were read; saving would undo that unseen.

    Attributes:
        saved: what is saved now, percent (0–100) by class or symbol.
        yours: what was to be saved.
        saved_by: who saved them; None where it isn't known.
        saved_at: when (UTC).
        saved_measures: the bands and the trigger that are saved now, in words by name.
        your_measures: those that were to be saved.
    """

    def __init__(
        self,
        message: str,
        saved: Mapping[str, Decimal],
        yours: Mapping[str, Decimal],
        saved_by: str | None,
        saved_at: datetime.datetime | None,
        saved_measures: Mapping[str, str],
        your_measures: Mapping[str, str],
    ) -> None:
        super().__init__(message)
        self.saved, self.yours = dict(saved), dict(yours)
        self.saved_by, self.saved_at = saved_by, saved_at
        self.saved_measures, self.your_measures = dict(saved_measures), dict(your_measures)


class ClassesError(AllocationError):
    """Classes that an asset can't be in: over 100 %, of a name that nothing else has, or cash in several."""


class MergeError(AllocationError):
    """Two assets that can't be one: cash, other currencies or classes, or two prices on one day."""


class MissingPrice(AllocationError):
    """A holding has no price, so nothing that depends on its value can be calculated."""


class MissingRate(AllocationError):
    """A currency has no FX rate to the base currency, so its holdings can't be valued."""


class AmountError(AllocationError):
    """An amount of money that can't be planned: negative, not a number, or finer than the currency's minor unit."""


class PlanError(AllocationError):
    """A plan that can't be kept, compared, deleted or executed as asked."""


class OrdersError(AllocationError):
    """A plan that can't be an order file: nothing to trade, no single account, or a name that can't be written."""


class Subject(NamedTuple):
    """What a row of a file says is held, right or wrong.

    Attributes:
        account, symbol: as the portfolio would call them.
        quantity: as it is written; empty where it isn't known.
    """

    account: str
    symbol: str
    quantity: str = ""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file a person brought.

    Attributes:
        file: name of the file, as given.
        row: row number as a spreadsheet shows it (the header is row 1); 0 when it concerns the whole file.
        column: name of the column; empty when it concerns the whole row or file.
        value: what stands there.
        remedy: what is wrong and what would be right.
        about: the holding that is wrong, where the rest of the file can be loaded without it.
        without: what is named to do that; empty: the symbol.
    """

    file: str
    row: int
    column: str
    value: str
    remedy: str
    about: Subject | None = field(default=None, compare=False)
    without: str = field(default="", compare=False)

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f", row {self.row}"
        if self.column:
            place += f", {self.column}"
        shown = f" {self.value!r}" if self.value else ""
        return f"{place}:{shown} {self.remedy}"


def leave_out(name: str) -> str:
    """How the rest of a file is loaded without one holding, as a sentence.

    Parameters:
        name: its symbol, or ``ACCOUNT=SYMBOL``.
    """
    return f'To load the rest without it, say so: --leave-out {as_typed(name)}, or "Leave it out" on the page.'


ASKED = {"as_of": "day of its values"}
"""What a person calls a column of ours, where its name doesn't say it."""


class MappingNeeded(AllocationError):
    """A table of no known format, of which it isn't sure which column is what: the person is to be asked.

    Attributes:
        file: its name.
        columns: the names of its columns.
        samples: its first rows, a dict by column each.
        guesses: our column → the file's column that may be it, or ``=value`` for what may hold in every row.
        missing: our columns that are asked for; the others are sure or not needed.
        no_day: why no column can be the day of the values, where that is asked for; empty where one can.
    """

    def __init__(
        self,
        file: str,
        columns: Sequence[str],
        samples: Sequence[Mapping[str, str]],
        guesses: Mapping[str, str],
        missing: Sequence[str],
        no_day: str = "",
    ) -> None:
        self.file, self.columns, self.samples, self.no_day = file, tuple(columns), tuple(samples), no_day
        self.guesses, self.missing = dict(guesses), tuple(missing)
        asked = " ".join(f"--map {name}={as_typed(self.guesses.get(name, 'COLUMN'))}" for name in self.missing)
        fixed = " A value that holds in every row is written with two equals signs: --map currency==EUR."
        if self.guesses.get("currency", "").startswith("="):
            fixed = " Two equals signs, for a value that holds in every row; the $ may also be another country's."
        day = " Values that are of the day of loading, whatever dates it has: --map as_of==today."
        if no_day:
            day = " That is the day of loading. Another: --map as_of==2026-03-31, or write its dates like 2026-03-31."
        unsure = [ASKED.get(name, name.replace("_", " ")) for name in self.missing if name != "as_of" or not no_day]
        why = [f"it isn't sure which of its columns is the {' and the '.join(unsure)}"] if unsure else []
        why += [f"nothing says the day of its values: {no_day}"] if no_day else []
        super().__init__(
            f"{file} is of no format that is known, and {', and '.join(why)}. Its columns are "
            f"{', '.join(self.columns) or 'not named'}. Say it: {asked}.{fixed if 'currency' in self.missing else ''}"
            f"{day if 'as_of' in self.missing else ''}"
        )


def as_typed(name: str) -> str:
    """A name as it is typed at a prompt."""
    if re.fullmatch(r"[\w.:=/+-]*", name):
        return name
    # Within these, what the others would still replace stays as it is.
    return shlex.quote(name) if re.search(r'[$`"\\!]', name) else f'"{name}"'


class LoadError(AllocationError):
    """Files that can't be loaded as they are; nothing was written.

    Attributes:
        problems: every problem found, in the order of the files and their rows.
        taxonomies: the taxonomies of a file that classes could be from, where it has some.
        taxonomy: the one of them that was taken.
    """

    def __init__(
        self, problems: Sequence[Problem], taxonomies: Sequence[str] = (), taxonomy: str | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.taxonomies, self.taxonomy = tuple(taxonomies), taxonomy
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"Nothing was loaded: {count} {noun}.\n{lines}")
