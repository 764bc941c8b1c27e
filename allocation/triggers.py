"""When a rebalance is due: when a class is out of its band, every so many months, or when both are so."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from allocation.bands import IN_BAND, NO_TARGET, NOTHING_HELD
from allocation.errors import AmountError

LONGEST = 120

WRITTEN = re.compile(r"(?P<drift>drift)|every (?P<months>\d{1,3}) months?(?P<both> and drift)?", re.ASCII)


@dataclass(frozen=True)
class Trigger:
    """What makes a rebalance due.

    Attributes:
        on_drift: a class is out of its band.
        every_months: so many months have passed since the last rebalance was executed; None: time doesn't count. With
            ``on_drift`` both have to be so: the portfolio is looked at every so many months, and traded only if a
            class is out of its band then (Vanguard, *Best practices for portfolio rebalancing*, 2010:
            time-and-threshold).
    """

    on_drift: bool = True
    every_months: int | None = None

    def describe(self) -> str:
        """The trigger in words that :func:`read_trigger` reads: ``drift`` or ``every 6 months and drift``."""
        if self.every_months is None:
            return "drift"
        return _months("every {}", self.every_months) + (" and drift" if self.on_drift else "")


DRIFT = Trigger()


@dataclass(frozen=True)
class Due:
    """Whether a rebalance is due.

    Attributes:
        is_due: whether it is.
        why: a sentence or two; they say why, or why not.
        next_date: the day from which time is no longer a reason to wait; None where time doesn't count.
    """

    is_due: bool
    why: str
    next_date: datetime.date | None = None

    def __str__(self) -> str:
        return f"A rebalance is {'due' if self.is_due else 'not due'}. {self.why}"


def read_trigger(text: str) -> Trigger:
    """A trigger as a person writes it: ``drift``, ``every 6 months``, ``every 6 months and drift``.

    Raises:
        AmountError: it is written otherwise, or the months are not 1 to 120.
    """
    found = WRITTEN.fullmatch(" ".join(text.lower().split()))
    if found is None:
        raise AmountError(
            f"{text!r} doesn't say when a rebalance is due. Write: drift; every 6 months; or: every 6 months and drift."
        )
    if found["drift"]:
        return DRIFT
    months = int(found["months"])
    if not 1 <= months <= LONGEST:
        raise AmountError(f"A rebalance can't be due every {months} months. Write 1 to {LONGEST}.")
    return Trigger(on_drift=found["both"] is not None, every_months=months)


def due(
    trigger: Trigger, statuses: Mapping[str, str], last_executed: datetime.date | None, today: datetime.date
) -> Due:
    """Whether a rebalance is due, and why.

    Parameters:
        trigger: what makes it due.
        statuses: class → its status against its band, as :func:`allocation.drift.by_class` has it.
        last_executed: date of the last executed rebalance; None where none has been.
        today: the day that is asked about.
    """
    if all(status == NO_TARGET for status in statuses.values()):
        return Due(False, "No class has a target, so there is nothing to come back to.")
    outside = {name: status for name, status in statuses.items() if status not in (IN_BAND, NO_TARGET)}
    drifted = _drifted(outside)
    if trigger.every_months is None:
        return Due(bool(outside), drifted)
    next_date = None if last_executed is None else months_after(last_executed, trigger.every_months)
    has_come = next_date is None or next_date <= today
    elapsed = _elapsed(trigger.every_months, last_executed, next_date, has_come)
    if not trigger.on_drift:
        return Due(has_come, elapsed, next_date)
    return Due(has_come and bool(outside), f"{elapsed} {drifted}", next_date)


def months_after(date: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of its month: 31 January and one month is 28 February."""
    years, month = divmod(date.month - 1 + months, 12)
    year, month = date.year + years, month + 1
    return datetime.date(year, month, min(date.day, calendar.monthrange(year, month)[1]))


def _drifted(outside: Mapping[str, str]) -> str:
    if not outside:
        return "Every class is in its band."
    parts = [
        f"nothing is held of {name}" if status == NOTHING_HELD else f"{name} is {status} its band"
        for name, status in outside.items()
    ]
    said = ", ".join(parts)
    return f"{said[0].upper()}{said[1:]}."


def _elapsed(months: int, last: datetime.date | None, next_date: datetime.date | None, has_come: bool) -> str:
    if last is None:
        return "No rebalance has been executed yet."
    span = _months("{}", months)
    if has_come:
        return f"The last rebalance was executed on {last}, {span} ago or more."
    return f"The last rebalance was executed on {last}; {span} have passed on {next_date}."


def _months(form: str, months: int) -> str:
    return form.format("1 month" if months == 1 else f"{months} months")
