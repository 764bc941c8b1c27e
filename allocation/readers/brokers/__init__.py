"""Files that brokers let one download. Each is described by a TOML beside this; few need a function of their own."""

from __future__ import annotations

from functools import partial

from allocation.readers.brokers import interactive_brokers, interactive_brokers_trades, positions, trades
from allocation.readers.brokers.description import Description, described
from allocation.readers.opened import Opened
from allocation.readers.registry import Format

NAMES = ("fidelity", "schwab", "vanguard", "degiro", "trading212", "parqet", "ghostfolio")


def _recognises(description: Description, opened: Opened) -> bool:
    return description.recognises(opened.first_lines)


def _format(description: Description) -> Format:
    recognises = partial(_recognises, description)
    if description.kind == "trades":
        together = partial(trades.read, description)
        return Format(
            description.name, description.title, recognises, lambda one, today: together([one], today), together
        )
    return Format(description.name, description.title, recognises, partial(positions.read, description))


FORMATS = (*(_format(described(name)) for name in NAMES), interactive_brokers.FORMAT, interactive_brokers_trades.FORMAT)
