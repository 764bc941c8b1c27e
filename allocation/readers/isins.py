"""ISINs, where a file has them beside its symbols: they tell apart what only shares a ticker."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from allocation.errors import Problem, Subject, leave_out
from allocation.tables import CASH

ISIN = "isin"
_PATTERN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")


def isin_in(cell: str) -> str | None:
    """The ISIN that stands in a cell; None where it holds none."""
    written = cell.strip().upper()
    return written if _PATTERN.fullmatch(written) else None


def without_further_codes(cell: str) -> str:
    """The ISIN alone of a cell that has another code beside it: ``IE00B4L5Y983 (A0RPWH)``; any other cell as it is."""
    found = re.findall(rf"\b{_PATTERN.pattern}\b", cell)
    return found[0] if len(found) == 1 else cell


def two_shares(symbol: str, isins: Sequence[str], names: Sequence[str | None], where: str) -> str:
    """What is wrong with a symbol that stands for two ISINs, and what to do.

    Parameters:
        where: the place of the first of the two.
    """
    first, second = (f"{isin} ({name})" if name else isin for isin, name in zip(isins, names, strict=True))
    return (
        f"is {second} here and {first} in {where}. If they are two, write the ISIN of one in the place of its symbol. "
        f"If one share has a new ISIN, write that in both. {leave_out(symbol)}"
    )


def shared_symbols(holdings: pd.DataFrame) -> list[Problem]:
    """Symbols that stand for two ISINs, of everything that is loaded together."""
    first: dict[str, tuple[str, str | None, str]] = {}
    problems = []
    columns = ["symbol", ISIN, "name", "file", "row", "account", "quantity"]
    several_files = holdings["file"].nunique() > 1
    for symbol, isin, name, file, row, account, quantity in holdings[columns].itertuples(index=False, name=None):
        if isin is None or symbol == CASH:
            continue
        place = f"{file}, row {row}" if several_files else f"row {row}"
        known, its_name, where = first.setdefault(symbol, (isin, name, place))
        if known != isin:
            remedy = two_shares(symbol, (known, isin), (its_name, name), where)
            about = Subject(account, symbol, f"{quantity:f}")
            problems.append(Problem(file, row, "symbol", symbol, remedy, about))
    return problems
