"""What loading files would change: tried on a copy, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from allocation.errors import AllocationError
from allocation.opening import open as open_portfolio
from allocation.portfolio import Portfolio
from allocation.store.loading import LoadReport
from allocation.tables import called

NEW, CHANGED, SOLD, SAME = "new", "changed", "gone", "as before"
KEY = ["account", "symbol"]


@dataclass(frozen=True)
class Preview:
    """What a load would change.

    Attributes:
        report: as the load itself reports it.
        lines: one row an account and holding that there is: ``account``, ``symbol`` (cash with its
            currency), ``name``, ``change`` (``new``, ``changed``, ``gone``, ``as before``), ``quantity_before``,
            ``quantity_after``, ``price_before``, ``price_after``, ``value_before``, ``value_after``; changes first.
        currency: the base currency afterwards.
        unvalued: why there are no lines, where something couldn't be valued afterwards.
    """

    report: LoadReport
    lines: pd.DataFrame
    currency: str
    unvalued: str = ""


def load_files(portfolio: Portfolio, files: Sequence[Path], base_currency: str | None) -> LoadReport:
    """Load files of any of the four kinds together."""
    kinds: dict[str, list[Path]] = {}
    for file in files:
        kinds.setdefault(kind_of(file), []).append(file)
    several = [kind for kind in ("targets", "fx", "classes") if len(kinds.get(kind, [])) > 1]
    if several:
        raise AllocationError(f"Only one file of {several[0]} can be loaded at a time. Load them one after the other.")
    targets, fx, classes = (kinds.get(kind, [None])[0] for kind in ("targets", "fx", "classes"))
    return portfolio.load(kinds.get("holdings"), targets, fx, base_currency or None, classes=classes)


def kind_of(file: Path) -> str:
    """What a file holds, by the columns in its first line: ``holdings`` unless it says otherwise."""
    with file.open("rb") as content:
        head = content.readline(65_536).lower()
    for kind, column in (("targets", b"target_percent"), ("fx", b"from_currency"), ("classes", b"weight_percent")):
        if column in head:
            return kind
    return "holdings"


def preview_load(portfolio: Portfolio, files: Sequence[Path], base_currency: str | None) -> Preview:
    """What loading these files would change; the portfolio stays as it is.

    Raises:
        LoadError: something in the files is wrong; names every problem.
    """
    before = _held(portfolio) if portfolio.exists() and portfolio.accounts() else _NOTHING
    with _rehearsal(portfolio) as copy:
        report = load_files(copy, files, base_currency)
        try:
            return Preview(report, compared(before, _held(copy)), copy.summary().base_currency)
        except AllocationError as error:
            return Preview(report, compared(_NOTHING, _NOTHING), "", str(error))


def compared(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Holdings before and after, side by side; see :class:`Preview`."""
    table = before.merge(after, on=KEY, how="outer", suffixes=("_before", "_after"))
    table["name"] = table["name_after"].fillna(table["name_before"])
    gone, new = table["quantity_after"].isna(), table["quantity_before"].isna()
    same = (table["quantity_before"] == table["quantity_after"]) & (table["price_before"] == table["price_after"])
    table["change"] = CHANGED
    for kind, rows in ((SAME, same), (NEW, new), (SOLD, gone)):
        table.loc[rows, "change"] = kind
    table["order"] = table["change"].map({SOLD: 0, NEW: 1, CHANGED: 2, SAME: 3})
    measures = [f"{what}_{when}" for what in ("quantity", "price", "value") for when in ("before", "after")]
    return table.sort_values(["order", *KEY], kind="stable", ignore_index=True)[[*KEY, "name", "change", *measures]]


def totals(lines: pd.DataFrame) -> pd.DataFrame:
    """Value of each account before and after: ``account``, ``value_before``, ``value_after``."""
    return lines.groupby("account", as_index=False)[["value_before", "value_after"]].sum()


def _held(portfolio: Portfolio) -> pd.DataFrame:
    held = portfolio.holdings()
    names = [called(*row) for row in zip(held["symbol"], held["currency"], strict=True)]
    return held.assign(symbol=names)[[*KEY, "name", "quantity", "price", "value"]]


_NOTHING = pd.DataFrame(
    {column: pd.Series(dtype="object" if column in (*KEY, "name") else "float64")
     for column in (*KEY, "name", "quantity", "price", "value")}
)  # fmt: skip


@contextmanager
def _rehearsal(portfolio: Portfolio) -> Iterator[Portfolio]:
    with TemporaryDirectory(prefix="allocation-") as folder:
        copy = Path(folder) / "preview.duckdb"
        if portfolio.exists():
            portfolio.backup(copy)
        yield open_portfolio(copy)
