"""Why each row of a plan is there, in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from allocation.money import write_percent, write_points
from allocation.tables import ALL, UNCLASSIFIED, Asset, Tables


def why(
    before: int, amount: int, total: int, total_after: int, target: Fraction | None, both_ways: bool = False
) -> str:
    if target is None:
        return "no target"
    drift = weight_of(before, total) - target
    where = place(drift)
    gap = target * total_after - before
    if gap and (gap > 0) == (amount > 0):
        flow, rest = ("deposit", "gap") if amount > 0 else ("withdrawal", "surplus")
        share = float(amount / gap)
        # In percent, several times a gap that is next to nothing says nothing.
        part = f"{write_percent(share, 0)} of" if share < 1.005 else "more than"
        if drift * amount >= 0:
            # It was on the other side of its target until the money changed the total.
            return f"{where} before the {flow}; {part} the {rest} that it leaves"
        return f"{where}; {part} the {rest}"
    if both_ways:
        return f"{where}; traded for what else its account buys or sells"
    return f"{where}; takes its part by target weight"


def spanning(tables: Tables, asset_id: int) -> str:
    """What a fund of several classes does to each: ``Stocks 54 % (3.1 points under target), ...``."""
    told = []
    for name, weight in sorted(tables.spans[asset_id].items(), key=lambda part: -part[1]):
        target = tables.strategy.class_weights.get(name)
        off = (
            "no target" if target is None else place(weight_of(tables.class_values.get(name, 0), tables.total) - target)
        )
        told.append(f"{name} {float(100 * weight):.10g} % ({off})")
    return "spans " + ", ".join(told)


def without_target(values: Mapping[str, float], targets: Collection[str]) -> str:
    """What stays as it is because it has no target, in sentences; empty where nothing does.

    Parameters:
        values: class → value.
        targets: the classes that have one.
    """
    over, total = (
        {name: value for name, value in values.items() if value > 0 and name not in targets},
        sum(values.values()),
    )
    none, told = over.pop(UNCLASSIFIED, 0), []
    if over:
        told.append(
            f"{write_percent(sum(over.values()) / total)} of the scope is in classes without a target, which stay as "
            f"they are ({', '.join(sorted(over))}); a target of 0 % would let them be sold."
        )
    if none:
        told.append(f"{write_percent(none / total)} of the scope is in no class, and stays as it is.")
    return " ".join(told)


def place(drift: Fraction) -> str:
    points = write_points(float(abs(drift))).lstrip("+")
    return "on target" if not drift else f"{points} points {'over' if drift > 0 else 'under'} target"


def weight_of(value: int, total: int) -> Fraction:
    return Fraction(value, total) if total else Fraction(0)


def held_in_words(tables: Tables, held_in: list[str], account: str) -> list[str]:
    if len(held_in) == 0:
        return ["not held yet"]
    others = [name for name in held_in if name != account]
    if tables.scope != ALL or not others:
        return []
    if account in held_in:
        return [f"also held in {', '.join(others)}"]
    return [f"held in {', '.join(others)}"]


def quoted(tables: Tables, asset: Asset) -> list[str]:
    if asset.currency == tables.base_currency:
        return []
    rate = f"1 {asset.currency} = {asset.rate:.6g} {tables.base_currency}"
    return [rate] if asset.is_cash else [f"{asset.price:,.10g} {asset.currency} a share at {rate}"]
