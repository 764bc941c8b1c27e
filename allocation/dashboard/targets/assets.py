"""Which assets a portfolio knows, by the class that they can have a target in."""

from __future__ import annotations

from allocation.portfolio import Portfolio
from allocation.tables import SEVERAL_CLASSES, UNCLASSIFIED, Tables, called


def known_assets(portfolio: Portfolio, tables: Tables) -> dict[str, dict[str, str]]:
    """Class → what an asset of it is called → its name.

    A class that only funds of several classes are in is there, too, with no asset of its own.
    """
    names = {
        called(*asset[:2]): asset[2]
        for asset in zip(tables.assets["symbol"], tables.assets["currency"], tables.assets["name"], strict=True)
    }
    known: dict[str, dict[str, str]] = {}
    for part in portfolio.asset_classes().itertuples():
        if part.asset_class not in (UNCLASSIFIED, SEVERAL_CLASSES):
            inside = known.setdefault(str(part.asset_class), {})
            if part.weight_percent == 100:
                symbol = called(str(part.symbol), str(part.currency))
                inside[symbol] = names.get(symbol, symbol)
    return known
