"""The target editor: a number box a class, or a holding of one class, with the running sum and Save."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from html import escape

import ipywidgets as widgets

from allocation.dashboard.conflict import ConflictPanel
from allocation.dashboard.markup import sentence
from allocation.dashboard.parts import heading, row, told
from allocation.drift import by_class, by_holding
from allocation.errors import ChangedMeanwhile, TargetsError
from allocation.money import write_percent
from allocation.portfolio import Portfolio
from allocation.tables import ALL, UNCLASSIFIED, Tables, called
from allocation.targets import HUNDRED, changes, check_percents, clean_class_names, read_percent, wrong_sum

CLASSES = "Asset classes"


class TargetsPanel:
    """Edits the targets of a scope.

    Parameters:
        portfolio: where they are saved.
        saved: called after a save, to show everything anew.
    """

    def __init__(self, portfolio: Portfolio, saved: Callable[[], object]) -> None:
        self._portfolio, self._saved = portfolio, saved
        self._tables: Tables | None = None
        self._boxes: dict[str, widgets.FloatText] = {}
        self._held: set[str] = set()
        self._before: dict[str, Decimal] = {}
        self._mine: dict[str, Decimal] = {}
        self._level = widgets.Dropdown(description="Targets of", options=[CLASSES], layout={"width": "360px"})
        self._note, self._sum, self._problem, self._done = (widgets.HTML() for _ in range(4))
        self._rows = widgets.VBox()
        self._new = widgets.Text(description="New class", layout={"width": "300px"})
        self._add = widgets.Button(description="Add class")
        self._save = widgets.Button(description="Save targets", button_style="primary")
        self._clear = widgets.Button(description="Share by value instead")
        self._inherit = widgets.Button(description="Use All Portfolio's targets")
        self._adding = row(self._new, self._add)
        self._conflict = ConflictPanel(self._keep_saved, self._save_over)
        self._level.observe(lambda _change: self._fill(), "value")
        self._add.on_click(told(self._problem, self._add_class))
        self._save.on_click(told(self._problem, self._save_targets))
        self._clear.on_click(told(self._problem, self._clear_targets))
        self._inherit.on_click(told(self._problem, self._use_the_portfolios))
        self.box = widgets.VBox(
            [heading("Targets"), self._level, self._note, self._rows, self._adding, self._sum,
             row(self._save, self._clear, self._inherit, self._done), self._problem, self._conflict.box]
        )  # fmt: skip

    def show(self, tables: Tables) -> None:
        """Edit the targets of this scope; what was typed and not saved is dropped."""
        self._tables = tables
        options = [CLASSES, *sorted(tables.strategy.class_weights)]
        if list(self._level.options) != options:
            chosen = self._level.value
            with self._level.hold_trait_notifications():
                self._level.options = options
                self._level.value = chosen if chosen in options else CLASSES
        self._fill()

    def _fill(self) -> None:
        assert self._tables is not None
        tables, level = self._tables, self._level.value
        self._problem.value = self._done.value = ""
        self._conflict.hide()
        self._boxes, whole_level = {}, level == CLASSES
        if whole_level:
            table = by_class(tables)
            names = [name for name in table["asset_class"] if name != UNCLASSIFIED]
            weights = dict(zip(table["asset_class"], table["weight"], strict=True))
            self._held = set(tables.class_values)
            self._before = tables.strategy.class_percents
        else:
            table = by_holding(tables)
            table = table[table["asset_class"] == level]
            names = [called(*row) for row in zip(table["symbol"], table["currency"], strict=True)]
            weights = dict(zip(names, table["weight"], strict=True))
            self._held = set(names)
            self._before = tables.strategy.holding_percents(level)
        self._rows.children = [self._row(name, weights.get(name, 0.0)) for name in names]
        self._note.value = sentence(self._explain(whole_level, bool(self._before)))
        self._adding.layout.display = "" if whole_level else "none"
        own = tables.scope != ALL and not tables.strategy.inherited
        self._inherit.layout.display = "" if whole_level and own else "none"
        self._clear.layout.display = "none" if whole_level or not self._before else ""
        self._add_up()

    def _row(self, name: str, weight: float) -> widgets.HBox:
        box = widgets.FloatText(
            value=float(self._before.get(name, 0)), step=0.5, description=name, description_allow_html=False,
            style={"description_width": "220px"}, layout={"width": "340px"},
        )  # fmt: skip
        box.add_class("allocation-number")
        box.observe(lambda _change: self._add_up(), "value")
        self._boxes[name] = box
        return row(box, widgets.HTML(f'<span class="allocation-note">% &nbsp; now {write_percent(weight)}</span>'))

    def _explain(self, whole_level: bool, any_targets: bool) -> str:
        assert self._tables is not None
        strategy, scope = self._tables.strategy, self._tables.scope
        of = "of the total" if whole_level else f"of {self._level.value}"
        text = f"Percent {of}; they add up to 100."
        if strategy.inherited:
            text += f" {scope} has no targets of its own and uses those of {strategy.name}."
            text += " Class targets saved here become its own; holding targets stay."
        if not whole_level and not any_targets:
            text += " No holding targets are set: a deposit into this class is shared by value."
        return text

    def _add_up(self) -> None:
        self._done.value = ""
        bad = [name for name, box in self._boxes.items() if read_percent(box.value) is None]
        if bad:
            self._sum.value = ""
            told(self._problem, lambda: check_percents({bad[0]: self._boxes[bad[0]].value}, "The target"))()
            return
        self._problem.value = ""
        total = sum((Decimal(str(box.value)) for box in self._boxes.values()), Decimal(0))
        if not total and not self._before:
            self._sum.value = ""
            return
        text = "The sum is 100." if total == HUNDRED else f"They {wrong_sum(total)}"
        self._sum.value = f'<p role="status">{text}</p>'

    def _add_class(self) -> None:
        (name,) = clean_class_names({self._new.value: 0})
        alike = [known for known in self._boxes if known.casefold() == name.casefold()]
        if alike:
            raise TargetsError(f"{alike[0]} is there already.")
        self._rows.children = [*self._rows.children, self._row(name, 0.0)]
        self._new.value = ""

    def _save_targets(self) -> None:
        self._save_version(self._entered(), self._before)

    def _clear_targets(self) -> None:
        self._save_version({}, self._before)

    def _save_version(self, percents: dict[str, Decimal], seen: dict[str, Decimal]) -> None:
        assert self._tables is not None
        scope, level, opened = self._tables.scope, self._level.value, self._before
        self._conflict.hide()
        try:
            if level == CLASSES:
                self._portfolio.save_class_targets(percents, scope, seen=seen)
            else:
                self._portfolio.save_holding_targets(level, percents, scope, seen=seen)
        except ChangedMeanwhile as error:
            self._mine = percents
            self._conflict.show(error, opened)
            return
        self._say(changes(seen, percents) if percents else f"{level} is shared by value")

    def _save_over(self, saved: dict[str, Decimal]) -> None:
        self._save_version(self._mine, saved)

    def _keep_saved(self) -> None:
        self._saved()
        self._done.value = '<span class="allocation-note" role="status">These are the saved targets.</span>'

    def _say(self, changed: str) -> None:
        """Show everything anew, and what a save has changed."""
        self._saved()
        text = escape(f"Saved. {changed}." if changed else "Saved; nothing was different.")
        self._done.value = f'<span class="allocation-note" role="status">{text}</span>'

    def _use_the_portfolios(self) -> None:
        assert self._tables is not None
        self._portfolio.delete_strategy(self._tables.scope, seen=self._tables.strategy.class_percents)
        self._say(f"{self._tables.scope} uses the targets of All Portfolio")

    def _entered(self) -> dict[str, Decimal]:
        """What the boxes say. A 0 where there was no target stays no target; so does a class that holds nothing."""
        entered = {name: Decimal(str(box.value)) for name, box in self._boxes.items()}
        return {
            name: percent
            for name, percent in entered.items()
            if percent or (name in self._before and name in self._held)
        }
