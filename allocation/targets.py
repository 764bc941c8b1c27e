"""Two-level targets: class % of the scope, holding % of its class. Each level adds up to exactly 100."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from allocation.errors import ChangedMeanwhile, TargetsError
from allocation.tables import PERCENT_STEPS, SEVERAL_CLASSES, UNCLASSIFIED, Strategy

Percent = int | float | str | Decimal

HUNDRED = Decimal(100)
STEP = Decimal(1) / PERCENT_STEPS


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
    now: Mapping[str, Decimal], seen: Mapping[str, Percent], yours: Mapping[str, Decimal], what: str, strategy: Strategy
) -> None:
    """Refuses a change that was made from targets which are others by now.

    Raises:
        ChangedMeanwhile: says what has changed, by whom and when; carries both versions.
    """
    before, after = ({name: Decimal(str(percent)) for name, percent in side.items()} for side in (seen, now))
    if before != after:
        raise ChangedMeanwhile(
            f"{what} have changed since you opened them, saved {strategy.last_saved}: {changes(before, after)}. "
            "Nothing was saved. Reload to see them, then make your change again.",
            after,
            yours,
            strategy.saved_by,
            strategy.saved_at,
        )


def changes(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> str:
    """What is different between two sets of targets: ``Bonds 30 → 25, Gold 0 → 5``; empty where nothing is."""
    return ", ".join(
        f"{name} {plain(before.get(name, Decimal(0)))} → {plain(after.get(name, Decimal(0)))}"
        for name in [*before, *(name for name in after if name not in before)]
        if before.get(name) != after.get(name)
    )


def wrong_sum(total: Decimal) -> str:
    """How a sum of percents misses 100: ``add up to 97: 3 missing.``"""
    difference = HUNDRED - total
    return f"add up to {plain(total)}: {plain(abs(difference))} {'missing' if difference > 0 else 'too much'}."


def rescale(percents: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """The same proportions, adding up to exactly 100: the last step goes to the largest remainders.

    Empty where all are 0, because then there are no proportions to keep.
    """
    total = sum(percents.values(), Decimal(0))
    if not total:
        return {}
    steps = {name: int(percent / STEP) for name, percent in percents.items()}
    whole, of_all = int(HUNDRED / STEP), sum(steps.values())
    shared = {name: divmod(part * whole, of_all) for name, part in steps.items()}
    left_over = whole - sum(quotient for quotient, _ in shared.values())
    first = sorted(shared, key=lambda name: (-shared[name][1], -steps[name], name))[:left_over]
    return {name: (quotient + (name in first)) * STEP for name, (quotient, _) in shared.items()}


def plain(percent: Decimal) -> str:
    """A percent without trailing zeros or exponent: ``97``, ``33.3``."""
    text = f"{percent:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
