"""The limits that a plan keeps to, folded away until they are wanted."""

from __future__ import annotations

import ipywidgets as widgets

from allocation.dashboard.parts import row
from allocation.dashboard.plan.forms import choice, number
from allocation.dashboard.widgets import FoldButton
from allocation.planner import Fee, Limits
from allocation.tables import Tables, called
from allocation.writing import Writing

FRACTIONS, WHOLE, ALL_CASH = "fractions", "whole shares", "whole shares, least cash left"
NAMED = {
    "keep": "Neither buy nor sell",
    "no_buy": "Don't buy",
    "no_sell": "Don't sell",
    "only_buy": "Buy only",
    "fractional": "Fractions all the same",
}


class LimitsForm:
    """Limits, behind a button that says how many are set."""

    def __init__(self) -> None:
        self._shares = choice("Trade", [(words, words) for words in (FRACTIONS, WHOLE, ALL_CASH)])
        self._smallest = number("Smallest trade")
        self._fee, self._fee_percent = number("Fee"), number("Fee, %")
        self._at_least, self._at_most = number("Fee at least"), number("Fee at most")
        self._largest_fee = number("Largest fee, %")
        self._turnover, self._cash = number("Sell at most, %"), number("Cash to keep")
        self._names = {
            name: widgets.SelectMultiple(
                description=words, rows=6, style={"description_width": "initial"}, layout={"width": "330px"}
            )
            for name, words in NAMED.items()
        }
        self.inputs: list[widgets.Widget] = [
            self._shares, self._smallest, self._fee, self._fee_percent, self._at_least, self._at_most,
            self._largest_fee, self._turnover, self._cash, *self._names.values(),
        ]  # fmt: skip
        self._fold = FoldButton("Limits")
        self._clear = widgets.Button(description="Clear the limits")
        self._clear.on_click(lambda _button: self._empty())
        self._fields = widgets.VBox(
            [
                row(self._shares, self._smallest),
                row(self._fee, self._fee_percent, self._at_least, self._at_most),
                row(self._largest_fee, self._turnover, self._cash),
                row(*self._names.values()),
                widgets.HTML(
                    '<p class="allocation-quiet">Hold Ctrl (or Cmd) to choose several, or to take a choice back; '
                    "by keyboard, Shift with the arrow keys.</p>"
                ),
                self._clear,
            ]
        )
        self._fields.layout.display = "none"
        self._fold.observe(lambda _change: self._show_or_hide(), "value")
        self.box = widgets.VBox([self._fold, self._fields])
        self.say(())

    def offer(self, tables: Tables) -> None:
        """The classes and symbols of a scope to choose from."""
        assets = tables.assets
        symbols = {called(*names) for names in zip(assets["symbol"], assets["currency"], strict=True)}
        options = [*sorted({*tables.strategy.class_weights, *tables.class_values}), *sorted(symbols)]
        for chooser in self._names.values():
            if list(chooser.options) != options:
                chosen = [name for name in chooser.value if name in options]
                chooser.options = options
                chooser.value = chosen

    def limits(self, writing: Writing) -> Limits:
        """What was entered, in numbers written like this; an empty box is no limit."""

        def entered(box: widgets.Text) -> str | None:
            return writing.read(box.value.strip()) or None

        names = {name: tuple(chooser.value) for name, chooser in self._names.items()}
        return Limits(
            keep=names["keep"],
            no_buy=names["no_buy"],
            no_sell=names["no_sell"],
            only_buy=names["only_buy"] or None,
            whole_shares=self._shares.value != FRACTIONS,
            use_all_cash=self._shares.value == ALL_CASH,
            fractional=names["fractional"],
            minimum_trade=entered(self._smallest) or "0",
            fee=Fee(
                entered(self._fee) or "0",
                entered(self._fee_percent) or "0",
                entered(self._at_least) or "0",
                entered(self._at_most),
            ),
            largest_fee_percent=entered(self._largest_fee),
            turnover_percent=entered(self._turnover),
            keep_cash=entered(self._cash) or "0",
        )

    def say(self, words: tuple[str, ...]) -> None:
        """Say on the button which limits a plan has."""
        self._fold.description = f"Limits: {'; '.join(words) or 'none'}"

    def _show_or_hide(self) -> None:
        self._fields.layout.display = "" if self._fold.value else "none"

    def _empty(self) -> None:
        self._shares.value = FRACTIONS
        for chooser in self._names.values():
            chooser.value = ()
        for box in self.inputs:
            if isinstance(box, widgets.Text):
                box.value = ""
