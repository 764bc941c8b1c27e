"""Two-level targets: class % of the scope, holding % of its class. Each level adds up to exactly 100."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm
from typing import TypeVar

from allocation.arguments import checked
from allocation.errors import ChangedMeanwhile, TargetsError, UnknownName
from allocation.measures import Measures
from allocation.measures import changes as measures_changes
from allocation.percents import PERCENT_STEPS
from allocation.percents import Percent as Percent
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED, Strategy, Targets

HUNDRED = Decimal(100)
STEP = Decimal(1) / PERCENT_STEPS
HUNDREDTH = Decimal("0.01")

Key = TypeVar("Key", str, int)


@dataclass(frozen=True)
class Redistributed:
    """Percents after one row was moved, taken out or added.

    Attributes:
        percents: name → percent (0–100, exact), in the order they were given, adding up to exactly 100 (after
            a row was added: if they did before).
        value: what the moved row has now; 0 where it was taken out.
        reason: why it isn't what was asked for, as one sentence without its full stop; None where it is.
    """

    percents: dict[str, Decimal]
    value: Decimal
    reason: str | None = None


def read_percent(percent: Percent) -> Decimal | None:
    """A percent from 0 to 100 with at most four decimals, exact; None for anything else."""
    try:
        exact = Decimal(str(percent).strip())
    except InvalidOperation:
        return None
    if not exact.is_finite() or not 0 <= exact <= HUNDRED or exact % STEP:
        return None
    return exact


def check_percents(percents: Mapping[str, Percent], what: str) -> dict[str, Decimal]:
    """The same percents, exact, once they are known to be good.

    Parameters:
        percents: name → percent (0–100, at most four decimals).
        what: what they are targets of, for the error: ``"The class targets of All Portfolio"``.

    Raises:
        TargetsError: a percent is out of range, or they don't add up to 100; says the sum and the difference.
    """
    exact: dict[str, Decimal] = {}
    for name, percent in percents.items():
        good = read_percent(percent)
        if good is None:
            raise TargetsError(
                f"{what}: {percent!r} for {name} is not a percent from 0 to 100 with at most 4 decimals."
            )
        exact[name] = good
    total = sum(exact.values(), Decimal(0))
    if total != HUNDRED:
        raise TargetsError(f"{what} {wrong_sum(total)}")
    return exact


def check_targets(targets: Targets, whose: str) -> Targets:
    """The same targets, exact, once they are known to be good in themselves.

    Parameters:
        whose: ``All Portfolio`` or an account, for the error.

    Raises:
        TargetsError: a level doesn't add up to 100, a name can't be one, or holdings stand in a class without a target.
    """
    classes = check_percents(clean_class_names(targets.classes), f"The class targets of {whose}")
    holdings = {}
    for name, percents in targets.holdings.items():
        if not percents:
            continue
        if name.strip() not in classes:
            raise TargetsError(f"{name} has holding targets, but no class target. Add the class, or take them out.")
        holdings[name.strip()] = check_percents(percents, f"The holding targets of {name}")
    return Targets(classes, holdings)


def clean_class_names(targets: Mapping[str, Percent]) -> dict[str, Percent]:
    """The same targets without spaces around the names.

    Raises:
        TargetsError: a class has no name, stands twice, or is a word for what is in no class or in several.
    """
    cleaned: dict[str, Percent] = {}
    for written, percent in targets.items():
        name = written.strip()
        if not name:
            raise TargetsError("A class target has no class name. Name the class.")
        if name.casefold() == UNCLASSIFIED.casefold():
            raise TargetsError(f"{UNCLASSIFIED} is where holdings without a class stand; it can't have a target.")
        if name.casefold() == SEVERAL_CLASSES.casefold():
            raise TargetsError(f"{SEVERAL_CLASSES} is not a class. Give the classes themselves targets.")
        if name in cleaned:
            raise TargetsError(f"{name} stands twice among the class targets. Keep one.")
        cleaned[name] = percent
    return cleaned


def require_unchanged(
    now: Mapping[str, Percent],
    seen: Mapping[str, Percent],
    yours: Mapping[str, Percent],
    what: str,
    strategy: Strategy,
    measures_seen: Measures | None = None,
    your_measures: Measures | None = None,
) -> None:
    """Refuses a change that was made from a strategy which is another by now.

    Parameters:
        now, seen, yours: its targets as they are, as they were seen, as they are to be.
        what: what they are targets of, for the error.
        strategy: as it is.
        measures_seen, your_measures: its bands and trigger as they were seen, and as they are to be; None: as they are.

    Raises:
        ChangedMeanwhile: says what has changed, by whom and when; carries both versions.
    """
    before, after = exact_percents(seen), exact_percents(now)
    others = (
        []
        if measures_seen is None
        else measures_changes(measures_seen.among(strategy.class_weights), strategy.measures)
    )
    if before != after or others:
        said = "; ".join(text for text in [changes(before, after), *others] if text)
        subject = what if before != after else what.replace("The targets", "The bands or the trigger", 1)
        raise ChangedMeanwhile(
            f"{subject} have changed since you opened them, saved {strategy.last_saved}: {said}. "
            "Nothing was saved. Reload to see them, then make your change again.",
            after,
            exact_percents(yours),
            strategy.saved_by,
            strategy.saved_at,
            strategy.measures.in_words,
            (your_measures or strategy.measures).in_words,
        )


def changes(before: Mapping[str, Percent], after: Mapping[str, Percent]) -> str:
    """What is different between two sets of targets: ``Bonds 30 → 25, Gold 0 → 5``; empty where nothing is."""
    before, after = exact_percents(before), exact_percents(after)
    names = [*before, *(name for name in after if name not in before)]
    return ", ".join(
        _change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _change(name: str, before: Decimal | None, after: Decimal | None) -> str:
    if not before and not after:
        return f"{name} {'added' if before is None else 'taken out'} at 0"
    return f"{name} {plain(before or Decimal(0))} → {plain(after or Decimal(0))}"


def exact_percents(percents: Mapping[str, Percent]) -> dict[str, Decimal]:
    """The same percents as decimals.

    Raises:
        TargetsError: one is not a number.
    """
    try:
        return {name: Decimal(str(percent)) for name, percent in percents.items()}
    except InvalidOperation:
        raise TargetsError(f"A percent is not a number among {dict(percents)}. Write them like 60 or 12.5.") from None


def wrong_sum(total: Decimal) -> str:
    """How a sum of percents misses 100: ``add up to 97: 3 missing.``"""
    difference = HUNDRED - total
    return f"add up to {plain(total)}: {plain(abs(difference))} {'missing' if difference > 0 else 'too much'}."


def rescale(percents: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """The same proportions, adding up to exactly 100: the last step goes to the largest remainders.

    Empty where all are 0, because then there are no proportions to keep.
    """
    return share(HUNDRED, percents, STEP) if any(percents.values()) else {}


def share(
    total: Decimal, proportions: Mapping[Key, Decimal | Fraction], step: Decimal = HUNDREDTH
) -> dict[Key, Decimal]:
    """A sum of percents in these proportions (equally where all are 0), each a whole number of steps.

    The steps that are left over go to the largest remainders, then to the larger proportion, then by name. Where the
    sum itself is finer than a step, the next in that order has what is finer.

    Parameters:
        total: what is to be shared out, 0 or more, at most four decimals.
        proportions: name → any number from 0; at least one name, unless the total is 0.
        step: what percents are whole numbers of.
    """
    parts = {name: part.as_integer_ratio() for name, part in proportions.items()}
    common = lcm(*(below for _, below in parts.values()))
    whole = {name: above * (common // below) for name, (above, below) in parts.items()}
    if not any(whole.values()):
        whole = dict.fromkeys(whole, 1)
    steps, below = (total / step).as_integer_ratio()
    of_all = below * sum(whole.values())
    exact = {name: divmod(part * steps, of_all) for name, part in whole.items()}
    shared = {name: quotient * step for name, (quotient, _) in exact.items()}
    left_over = total - sum(shared.values(), Decimal(0))
    for name in sorted(whole, key=lambda name: (-exact[name][1], -whole[name], name)):
        more = min(step, left_over)
        shared[name] += more
        left_over -= more
    return shared


@checked
def redistribute(percents: Mapping[str, Percent], locked: Collection[str], changed: str, to: Percent) -> Redistributed:
    """Move one row of targets to a new percent; the rows that aren't locked make room for it.

    They keep their proportions to each other, to the hundredth (equally where all of them are 0: largest remainder).
    Locked rows stay exactly as they are, and the sum is exactly 100. Where no room is left, the row stops at the last
    possible value. Moving a row to where it is changes nothing.

    A slider that is being dragged passes the percents from before the drag each time, so that proportions outlast
    a way through 0 and the row comes back to what it was.

    Parameters:
        percents: name → percent (0–100, at most four decimals). A set that doesn't add up to 100 yet does so
            afterwards.
        locked: the rows that stay; names that aren't rows don't count.
        changed: the row to move. A locked one stays, and the result says so.
        to: where to; rounded to four decimals, and anything outside 0–100 is as near as there is room.

    Returns:
        The new percents, the value reached, and why it isn't ``to``.

    Raises:
        UnknownName: there is no such row.
        TargetsError: a percent is none, or the locked rows leave no way to add up to 100.
    """
    rows = _read_rows(percents)
    if changed not in rows:
        raise UnknownName(f"There is no row {changed!r}. There is {', '.join(rows)}.")
    asked = _nearest_step(to, changed)
    others = [name for name in rows if name != changed]
    kept = {name: rows[name] for name in others if name in locked}
    open_rows = {name: rows[name] for name in others if name not in locked}
    room = HUNDRED - sum(kept.values(), Decimal(0))
    if room < 0:
        raise TargetsError(f"The locked rows alone {wrong_sum(HUNDRED - room)} Unlock one of them.")
    if changed in locked:
        value, reason = rows[changed], f"{changed} is locked at {plain(rows[changed])}"
        if value > room or (value < room and not open_rows):
            raise TargetsError(f"The locked rows {wrong_sum(HUNDRED - room + value)} Unlock one of them.")
    elif not open_rows:
        value, reason = room, _why_it_stays(changed, room)
    else:
        value = min(max(asked, Decimal(0)), room)
        reason = _why_it_stops(changed, asked, room)
    if value == rows[changed] and sum(rows.values()) == HUNDRED:
        moved = rows
    else:
        moved = {changed: value} | kept | share(room - value, open_rows)
    return Redistributed({name: moved[name] for name in rows}, value, None if value == asked else reason)


def remove_row(percents: Mapping[str, Percent], locked: Collection[str], name: str) -> Redistributed:
    """Take a row out; the rows that aren't locked share what it had, in proportion.

    The last row of all leaves none. A row that has something stays where every other row is locked, and the result
    says so.

    Raises:
        UnknownName: there is no such row.
        TargetsError: as :func:`redistribute`.
    """
    rows = _read_rows(percents)
    emptied = redistribute(rows, [row for row in locked if row != name], name, 0)
    others = {row: percent for row, percent in emptied.percents.items() if row != name}
    if others and emptied.value:
        return Redistributed(
            emptied.percents,
            emptied.value,
            f"{name} stays at {plain(emptied.value)}: every other row is locked, so none could take its part",
        )
    return Redistributed(others, Decimal(0))


def add_row(percents: Mapping[str, Percent], name: str) -> Redistributed:
    """Add a row at 0, at the end; the first row of all has 100.

    Raises:
        TargetsError: it has no name, or there is one of that name.
    """
    rows = _read_rows(percents)
    name = name.strip()
    if not name:
        raise TargetsError("The new row has no name. Name it.")
    taken = next((row for row in rows if row.casefold() == name.casefold()), None)
    if taken is not None:
        raise TargetsError(f"There is a row {taken} already. Choose another name.")
    value = Decimal(0) if rows else HUNDRED
    return Redistributed(rows | {name: value}, value)


def _read_rows(percents: Mapping[str, Percent]) -> dict[str, Decimal]:
    rows: dict[str, Decimal] = {}
    for name, percent in percents.items():
        exact = read_percent(percent)
        if exact is None:
            raise TargetsError(f"{percent!r} for {name} is not a percent from 0 to 100 with at most 4 decimals.")
        rows[name] = exact
    return rows


def _nearest_step(percent: Percent, name: str) -> Decimal:
    """A number to the nearest four decimals: what a slider gives is not exact."""
    try:
        exact = Decimal(str(percent).strip())
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite():
        raise TargetsError(f"{percent!r} for {name} is not a number.")
    return min(max(exact, -HUNDRED), 2 * HUNDRED).quantize(STEP)


def _why_it_stops(name: str, asked: Decimal, room: Decimal) -> str:
    if asked < 0:
        return f"{name} stops at 0: a target can't be below 0"
    stops = f"{name} stops at {plain(room)}"
    return f"{stops}: {_held_elsewhere(room)}" if room < HUNDRED else f"{stops}: that is everything"


def _why_it_stays(name: str, room: Decimal) -> str:
    stays = f"{name} stays at {plain(room)}"
    if room == HUNDRED:
        return f"{stays}: no other row could take the rest"
    return f"{stays}: {_held_elsewhere(room)}, and no row is left to take the difference"


def _held_elsewhere(room: Decimal) -> str:
    return f"the locked rows hold {f'the other {plain(HUNDRED - room)}' if room else 'all 100'}"


def plain(percent: Decimal) -> str:
    """A percent without trailing zeros or exponent: ``97``, ``33.3``."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
