"""Giving assets their classes, or others: several at once, and several classes by weight for a fund."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import ipywidgets as widgets
import pandas as pd

from allocation.dashboard.markup import said, sentence
from allocation.dashboard.parts import only_the_last, row, told
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
        changed: called after a save, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._tables: Tables | None = None
        self._parts: dict[str, dict[str, float]] = {}
        self._assets = widgets.SelectMultiple(
            description="Assets, with their class", rows=8, style=WIDE, layout={"width": "min(100%, 560px)"}
        )
        self._class = widgets.Combobox(description="Class", ensure_option=False, style=WIDE)
        self._assign = widgets.Button(description="Put into this class")
        self._suggested = widgets.HTML()
        self._accept = widgets.Button(description="Put them into these classes")
        self._fund = widgets.Dropdown(description="Fund", style=WIDE)
        self._written = widgets.Textarea(
            description="Its classes", rows=4, style=WIDE, placeholder="US stocks 54\nInternational stocks 36\nBonds 10"
        )
        self._save = widgets.Button(description="Save its classes")
        self._problem, self._done, self._left = (widgets.HTML() for _ in range(3))
        self._assign.on_click(told(self._problem, self._assign_class))
        self._accept.on_click(told(self._problem, self._accept_all))
        self._save.on_click(told(self._problem, self._save_parts))
        self._fund.observe(lambda _change: self._fill_parts(), "value")
        only_the_last(self._problem, self._done)
        content = widgets.VBox(
            [self._left, self._suggested, self._accept, row(self._assets, self._class, self._assign),
             widgets.HTML('<p class="allocation-quiet">Hold Ctrl (or Cmd) to choose several; by keyboard, Shift '
                          "with the arrow keys. What is in a class already is moved to the other one.</p>"),
             widgets.HTML('<p class="allocation-quiet">A fund of several classes: one a line, with its percent of the '
                          "fund. What is left of 100 is unclassified; nothing written: back to the one class that its "
                          "holdings say.</p>"),
             row(self._fund, self._written, self._save), self._problem, self._done]
        )  # fmt: skip
        self.fold = Fold("Classes of holdings", content, told(self._problem, self._fill))

    def show(self, tables: Tables) -> None:
        """Offer every asset with its class, and every fund."""
        self._tables, self._done.value = tables, ""
        if self.fold.is_open:
            told(self._problem, self._fill)()

    def _fill(self) -> None:
        assert self._tables is not None
        tables = self._tables
        self._parts = parts_of(self._portfolio.asset_classes())
        waiting = [symbol for symbol, parts in self._parts.items() if set(parts) == {UNCLASSIFIED}]
        # What has no class yet is looked for first.
        listed = sorted(self._parts, key=lambda symbol: (symbol not in waiting, symbol))
        prices = self._portfolio.prices()
        names = dict(zip(prices["symbol"], prices["name"], strict=True))
        options = [(self._described(symbol, names.get(symbol, symbol)), symbol) for symbol in listed]
        known = {name for parts in self._parts.values() for name in parts}
        classes = sorted({*known, *tables.strategy.class_weights} - {UNCLASSIFIED, SEVERAL_CLASSES})
        self._class.options = classes
        if list(self._assets.options) != options:
            marked = [symbol for symbol in self._assets.value if symbol in listed]
            self._assets.options = options
            self._assets.value = marked
        funds = [name for name in self._parts if not name.startswith(f"{CASH} ")]
        if list(self._fund.options) != funds:
            chosen = self._fund.value
            self._fund.options = funds
            self._fund.value = chosen if chosen in funds else next(iter(funds), None)
        in_part = [symbol for symbol, parts in self._parts.items() if UNCLASSIFIED in parts and symbol not in waiting]
        told = [f"{len(waiting)} of {len(self._parts)} assets are in no class."] if waiting else []
        told += [f"In part in no class: {', '.join(in_part)}."] if in_part else []
        self._left.value = sentence(" ".join(told) or "Every asset has a class.")
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

    def _described(self, symbol: str, name: str) -> str:
        # The class before the name: on a phone a long line is cut.
        known = f"{symbol} — {in_words(self._parts[symbol])}"
        return known if name in ("", symbol) else f"{known} · {name}"

    def _assign_class(self) -> None:
        symbols, name = list(self._assets.value), self._spelled(str(self._class.value).strip())
        if not symbols or not name:
            raise ClassesError("Choose one or several assets, and the class they belong to.")
        before = {symbol: in_words(self._parts[symbol]) for symbol in symbols}
        self._portfolio.save_asset_classes_many({symbol: {name: 100} for symbol in symbols})
        self._assets.value, self._class.value = (), ""
        self._say_moved(before)

    def _accept_all(self) -> None:
        accepted = self._portfolio.accept_classes()
        named = ", ".join(
            f"{symbol} in {name}" for symbol, name in zip(accepted["symbol"], accepted["asset_class"], strict=True)
        )
        self._say(f"Saved: {named}.")

    def _save_parts(self) -> None:
        symbol = self._fund.value
        if symbol is None:
            raise ClassesError("There is no fund to give classes.")
        before = in_words(self._parts[symbol])
        self._portfolio.save_asset_classes(symbol, read_parts(self._written.value, self._spelled))
        self._say_moved({symbol: before})

    def _say_moved(self, before: Mapping[str, str]) -> None:
        """Say which class each asset was in before a save, and which it is in now."""
        parts = parts_of(self._portfolio.asset_classes())
        now = {symbol: in_words(parts[symbol]) for symbol in before}
        moved = [f"{symbol} {before[symbol]} → {now[symbol]}" for symbol in before if before[symbol] != now[symbol]]
        self._say(f"Saved: {'; '.join(moved)}." if moved else "Nothing changed: the classes were these already.")

    def _say(self, done: str) -> None:
        self._changed()
        self._done.value = said(done)

    def _spelled(self, name: str) -> str:
        """A class as the portfolio writes it, whatever capitals it is typed in."""
        return next((known for known in self._class.options if known.casefold() == name.casefold()), name)


def parts_of(classes: pd.DataFrame) -> dict[str, dict[str, float]]:
    """What each asset is called → class → percent of it.

    Parameters:
        classes: as :meth:`allocation.Portfolio.asset_classes` gives them.
    """
    parts: dict[str, dict[str, float]] = {}
    for symbol, currency, name, percent in zip(
        *(classes[column] for column in ("symbol", "currency", "asset_class", "weight_percent")), strict=True
    ):
        parts.setdefault(called(symbol, currency), {})[str(name)] = float(percent)
    return parts


def in_words(parts: Mapping[str, float]) -> str:
    """The class of an asset: ``Bonds``, ``no class``, or ``US stocks 54 %, Bonds 46 %``."""
    if list(parts) == [UNCLASSIFIED]:
        return "no class"
    return ", ".join(name if percent == 100 else f"{name} {percent:.10g} %" for name, percent in parts.items())


def read_parts(text: str, spelled: Callable[[str], str]) -> dict[str, str]:
    """Classes with their percents, one a line: ``US stocks 54``, ``Bonds: 10 %``.

    Parameters:
        text: what is typed.
        spelled: gives a class as the portfolio writes it.

    Raises:
        ClassesError: a line has no percent at its end, or a class stands twice.
    """
    parts: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, percent = line.removesuffix("%").strip().rpartition(" ")
        name = spelled(name.strip().rstrip(":").strip())
        if not name or not percent.replace(",", ".").replace(".", "", 1).isdecimal():
            raise ClassesError(f"{line!r} is not a class with its percent. Write it like: Bonds 10")
        if name in parts:
            raise ClassesError(f"{name} stands twice. Write each class once.")
        parts[name] = percent.replace(",", ".")
    return parts
