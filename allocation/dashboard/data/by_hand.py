"""Writing down a price or an FX rate, where no file has it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import ipywidgets as widgets
import pandas as pd

from allocation.dashboard.markup import said, sentence
from allocation.dashboard.parts import row, told
from allocation.errors import AmountError
from allocation.money import currency_code
from allocation.portfolio import Portfolio
from allocation.store.load_report import LoadReport
from allocation.tables import CASH
from allocation.writing import PLAIN, Writing

Pairs = Sequence[tuple[str, str]]


class PriceLine(NamedTuple):
    """The boxes of one price."""

    asset: widgets.Dropdown
    price: widgets.Text
    currency: widgets.Text
    of: widgets.Text


class RateLine(NamedTuple):
    """The boxes of one FX rate."""

    unit: widgets.Text
    rate: widgets.Text
    other: widgets.Text
    of: widgets.Text


class ByHandForm:
    """One line for a price and one for an FX rate; what is missing stands there already.

    Parameters:
        portfolio: where they are saved.
        changed: called after one was saved.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self._writing, self._currencies = PLAIN, dict[str, str]()
        self._lacking, self._price_said, self._rate_said = (widgets.HTML() for _ in range(3))
        asset = widgets.Dropdown(description="Asset", options=[], layout={"width": "200px"})
        asset.add_class("allocation-field")
        self._price = PriceLine(asset, _number("Price"), _box("Currency", 100), _date())
        self._rate = RateLine(_box("1 unit of", 100), _number("Is"), _box("In", 100), _date())
        asset.observe(lambda _change: self._suggest_currency(), "value")
        self._price_row = _line(self._price, self._price_said, self._save_price)
        self.box = widgets.VBox([self._lacking, self._price_row, _line(self._rate, self._rate_said, self._save_rate)])
        self.box.add_class("allocation-stack")
        self.box.add_class("allocation-screen")

    def show(self, prices: pd.DataFrame, base: str, writing: Writing) -> None:
        """Offer what is missing first; what somebody has begun to type stays.

        Parameters:
            prices: as :meth:`~allocation.Portfolio.prices` gives them.
            base: the base currency; empty where it isn't settled yet.
            writing: how numbers are written.
        """
        self._writing = writing
        unpriced, unrated = self._portfolio.unvalued()
        self._lacking.value = lacking(unpriced, unrated)
        known = prices[prices["symbol"] != CASH]
        self._currencies = dict(zip(known["symbol"], known["currency"], strict=True))
        self._offer_assets([*unpriced, *(symbol for symbol in self._currencies if symbol not in unpriced)])
        self._price_row.layout.display = "" if self._currencies else "none"
        if not self._rate.rate.value.strip():
            unit, other = unrated[0] if unrated else ("", base)
            self._rate.unit.value, self._rate.other.value = unit, other

    def _offer_assets(self, symbols: Sequence[str]) -> None:
        box = self._price.asset
        chosen = box.value if self._price.price.value.strip() else None
        if list(box.options) != symbols:
            box.options = symbols
        box.value = chosen if chosen in symbols else next(iter(symbols), None)
        self._suggest_currency()

    def _suggest_currency(self) -> None:
        if not self._price.price.value.strip():
            self._price.currency.value = self._currencies.get(self._price.asset.value) or ""

    def _save_price(self) -> None:
        line = self._price
        symbol, currency = line.asset.value, _code(line.currency)
        price = self._entered(line.price, f"price of {symbol}")
        report = self._portfolio.save_price(symbol, price, currency, line.of.value.strip() or None)
        self._done(self._price_said, report, f"{symbol}, {self._writing.number(price)} {currency}", line.price, line.of)

    def _save_rate(self) -> None:
        line = self._rate
        unit, other = _code(line.unit), _code(line.other)
        rate = self._entered(line.rate, "FX rate")
        report = self._portfolio.save_rate(unit, other, rate, line.of.value.strip() or None)
        words = f"1 {unit} is {self._writing.number(rate)} {other}"
        self._done(self._rate_said, report, words, line.rate, line.of)

    def _done(self, place: widgets.HTML, report: LoadReport, words: str, *boxes: widgets.Text) -> None:
        for box in boxes:
            box.value = ""
        self._price_said.value = self._rate_said.value = ""
        self._changed()
        done = f"Written down: {words}." if report.changed else f"Nothing changed: {words} was there."
        place.value = said(" ".join([done, *report.currency_warnings]))

    def _entered(self, box: widgets.Text, what: str) -> str:
        typed = box.value.strip()
        if not typed:
            raise AmountError(f"Enter the {what}, such as {self._writing.number('12.34')}.")
        read = self._writing.read(typed)
        if re.fullmatch(r"[0-9.,]+", read) and not re.fullmatch(r"[0-9]*\.?[0-9]*", read):
            raise AmountError(f"The {what} {typed!r} is no number. Write it like {self._writing.number('1,234.56')}.")
        if read != typed and re.fullmatch(r"\d+\.\d+", typed):
            # In German 1.086 is a thousand and eighty-six; who means the other would be wrong by a thousand times.
            less = self._writing.number(f"{typed}0")
            raise AmountError(f"The {what} {typed} can be read as {less} or as {read}. Write one of these.")
        return read


def lacking(unpriced: Sequence[str], unrated: Pairs) -> str:
    """What can't be valued, and for want of what; empty where nothing is missing."""
    told = [f"Without a price: {', '.join(unpriced)}."] if unpriced else []
    told += [f"Without an FX rate to {unrated[0][1]}: {', '.join(unit for unit, _ in unrated)}."] if unrated else []
    return sentence(" ".join(told))


def _line(boxes: PriceLine | RateLine, place: widgets.HTML, save: Callable[[], object]) -> widgets.VBox:
    problem, button = widgets.HTML(), widgets.Button(description="Write it down")

    def try_to_save() -> None:
        place.value = ""
        save()

    button.on_click(told(problem, try_to_save))
    return widgets.VBox([row(*boxes, button), problem, place])


def _box(description: str, width: int, placeholder: str = "") -> widgets.Text:
    box = widgets.Text(description=description, placeholder=placeholder, layout={"width": f"{width}px"})
    box.add_class("allocation-field")
    return box


def _number(description: str) -> widgets.Text:
    box = _box(description, 120)
    box.add_class("allocation-number")
    return box


def _date() -> widgets.Text:
    return _box("Of", 130, "today")


def _code(box: widgets.Text) -> str:
    return currency_code(str(box.value).strip())
