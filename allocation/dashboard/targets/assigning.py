"""Giving holdings their classes: several at once, and several classes by weight for a fund."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.targets.fold import Fold
from allocation.dashboard.targets.markup import suggestions_table
from allocation.errors import ClassesError
from allocation.portfolio import Portfolio
from allocation.tables import CASH, SEVERAL_CLASSES, UNCLASSIFIED, Tables, called

WIDE = {"description_width": "initial"}


class AssigningFold:
    """Saves classes at once; they are no part of a draft.

    Parameters:
        portfolio: where classes are kept.
        changed: called with a sentence after a save.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[str], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._tables: Tables | None = None
        self._parts: dict[str, dict[str, float]] = {}
        self._open = widgets.SelectMultiple(description="Without a class", rows=6, style=WIDE)
        self._class = widgets.Combobox(description="Class", ensure_option=False, style=WIDE)
        self._assign = widgets.Button(description="Put into this class")
        self._suggested = widgets.HTML()
        self._accept = widgets.Button(description="Put them into these classes")
        self._fund = widgets.Dropdown(description="Fund", style=WIDE)
        self._written = widgets.Textarea(
            description="Its classes", rows=4, style=WIDE, placeholder="US stocks 54\nInternational stocks 36\nBonds 10"
        )
        self._save = widgets.Button(description="Save its classes")
        self._problem, self._left = widgets.HTML(), widgets.HTML()
        self._assign.on_click(told(self._problem, self._assign_class))
        self._accept.on_click(told(self._problem, self._accept_all))
        self._save.on_click(told(self._problem, self._save_parts))
        self._fund.observe(lambda _change: self._fill_parts(), "value")
        self._waiting = widgets.VBox(
            [row(self._open, self._class, self._assign),
             widgets.HTML('<p class="allocation-quiet">Hold Ctrl (or Cmd) to choose several.</p>')]
        )  # fmt: skip
        content = widgets.VBox(
            [self._left, self._suggested, self._accept, self._waiting,
             widgets.HTML('<p class="allocation-quiet">A fund of several classes: one a line, with its percent of the '
                          "fund. What is left of 100 is unclassified; nothing written: back to the one class that its "
                          "holdings say.</p>"),
             row(self._fund, self._written, self._save), self._problem]
        )  # fmt: skip
        self.fold = Fold("Classes of holdings", content, told(self._problem, self._fill))

    def show(self, tables: Tables) -> None:
        """Offer what has no class, and every fund."""
        self._tables = tables
        if self.fold.is_open:
            told(self._problem, self._fill)()

    def _fill(self) -> None:
        assert self._tables is not None
        tables = self._tables
        table = self._portfolio.asset_classes()
        self._parts = {}
        for part in table.itertuples():
            symbol = called(str(part.symbol), str(part.currency))
            self._parts.setdefault(symbol, {})[str(part.asset_class)] = float(str(part.weight_percent))
        open_assets = self._portfolio.unclassified()
        waiting = [
            (symbol if name in ("", symbol) else f"{symbol} · {name}", symbol)
            for symbol, name, percent in zip(
                open_assets["symbol"], open_assets["name"], open_assets["percent"], strict=True
            )
            if percent == 100
        ]
        classes = sorted({*table["asset_class"], *tables.strategy.class_weights} - {UNCLASSIFIED, SEVERAL_CLASSES})
        self._open.options, self._class.options = waiting, classes
        funds = [name for name in self._parts if not name.startswith(f"{CASH} ")]
        if list(self._fund.options) != funds:
            chosen = self._fund.value
            self._fund.options = funds
            self._fund.value = chosen if chosen in funds else next(iter(funds), None)
        self._waiting.layout.display = "" if waiting else "none"
        self._left.value = sentence(
            f"{len(waiting)} of {len(self._parts)} assets are in no class." if waiting else "Every asset has a class."
        )
        self._suggest()
        self._fill_parts()

    def _suggest(self) -> None:
        found = self._portfolio.suggest_classes()
        self._suggested.value = suggestions_table(found) if len(found) else ""
        self._accept.layout.display = "" if len(found) else "none"

    def _fill_parts(self) -> None:
        parts = self._parts.get(self._fund.value, {})
        named = {name: percent for name, percent in parts.items() if name != UNCLASSIFIED}
        self._written.value = "\n".join(f"{name} {percent:.10g}" for name, percent in named.items())

    def _assign_class(self) -> None:
        symbols, name = list(self._open.value), str(self._class.value).strip()
        if not symbols or not name:
            raise ClassesError("Choose one or several holdings without a class, and the class they belong to.")
        self._portfolio.save_asset_classes_many({symbol: {name: 100} for symbol in symbols})
        self._changed(f"{', '.join(symbols)} {'is' if len(symbols) == 1 else 'are'} in {name} now.")

    def _accept_all(self) -> None:
        accepted = self._portfolio.accept_classes()
        named = ", ".join(
            f"{symbol} in {name}" for symbol, name in zip(accepted["symbol"], accepted["asset_class"], strict=True)
        )
        self._changed(f"Saved: {named}.")

    def _save_parts(self) -> None:
        symbol = self._fund.value
        if symbol is None:
            raise ClassesError("There is no fund to give classes.")
        self._portfolio.save_asset_classes(symbol, read_parts(self._written.value))
        self._changed(f"The classes of {symbol} are saved.")


def read_parts(text: str) -> dict[str, str]:
    """Classes with their percents, one a line: ``US stocks 54``, ``Bonds: 10 %``.

    Raises:
        ClassesError: a line has no percent at its end, or a class stands twice.
    """
    parts: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, percent = line.removesuffix("%").strip().rpartition(" ")
        name = name.strip().rstrip(":").strip()
        if not name or not percent.replace(",", ".").replace(".", "", 1).isdecimal():
            raise ClassesError(f"{line!r} is not a class with its percent. Write it like: Bonds 10")
        if name in parts:
            raise ClassesError(f"{name} stands twice. Write each class once.")
        parts[name] = percent.replace(",", ".")
    return parts
