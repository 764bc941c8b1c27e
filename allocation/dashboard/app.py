"""The page: its top, and the rooms under it. It knows what stands where, and nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from html import escape
from importlib.resources import files
from typing import Any

import ipywidgets as widgets

from allocation.dashboard.data import Data
from allocation.dashboard.glossary import Glossary
from allocation.dashboard.history import History
from allocation.dashboard.markup import said
from allocation.dashboard.overview import Overview
from allocation.dashboard.parts import Notice, told
from allocation.dashboard.plan import PlanPanel
from allocation.dashboard.rooms import Rooms
from allocation.dashboard.targets import TargetsPanel
from allocation.dashboard.welcome import Welcome
from allocation.dashboard.widgets import Nav, Pulse, Switch
from allocation.errors import MissingPrice, MissingRate, StoreError
from allocation.palette import style_sheet
from allocation.portfolio import Portfolio
from allocation.tables import ALL, Tables
from allocation.writing import Writing

ROOMS = {"overview": "Overview", "targets": "Targets", "plan": "Plan", "history": "History", "data": "Data"}
SHEETS = ("frame", "overview", "tables", "controls", "contrast", "print")
"""The page's style, in the order in which it is read."""

NEWS = "The portfolio has changed. This page shows it as it is now."

LARGE = 12345678.9
"""Has every mark that a language may write otherwise."""


class Page:
    """One visitor's page.

    Parameters:
        portfolio: the file it shows.
        notice: where the portfolio's store tells what it has to tell.
        sample: opens the sample household.
        own: a person's own portfolio, where ``portfolio`` is the sample that is shown because there is none yet.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        notice: Notice,
        sample: Callable[[], Portfolio] | None = None,
        own: Portfolio | None = None,
    ) -> None:
        self._portfolio, self._sample, self._own = portfolio, sample, own
        self._tables: Tables | None = None
        self._read_at: tuple[object, datetime.date] = (None, datetime.date.min)
        self._news = widgets.HTML()
        self._news.add_class("allocation-news")
        self._nav, self._hide = Nav(ROOMS), Switch("Hide balances", "hidden")
        self._scope = widgets.Dropdown(options=[("All Portfolio", ALL)], description="Scope")
        self._scope.add_class("allocation-scope")
        self._title, self._problem, self._room_problem = (widgets.HTML() for _ in range(3))
        self._welcome = Welcome(self._load_own, self._see_sample if sample else None)
        self._write_down = widgets.Button(description="Write it down under Data", layout={"width": "auto"})
        self._write_down.on_click(lambda _button: self._visit("data"))
        self._lacks = False
        self._stage = widgets.VBox()
        controls = widgets.HBox([self._scope, self._hide])
        controls.add_class("allocation-controls")
        top = widgets.HBox([self._title, controls])
        top.add_class("allocation-top")
        self.box = widgets.VBox(
            [_style(), Pulse(self._look), top, self._nav, notice.line, self._problem, self._write_down,
             self._room_problem, self._welcome.box, self._stage, Glossary().box, self._news]
        )  # fmt: skip
        self.box.add_class("allocation")
        self.show, self._enter = told(self._problem, self._refresh), told(self._room_problem, self._turn_to)
        self._open(portfolio)
        self._scope.observe(self.show, "value")
        self._nav.observe(self._enter, "room")
        self._nav.observe(self._speak, "locale")
        self._hide.observe(self.show, "value")

    @property
    def writing(self) -> Writing:
        """How the page writes numbers now."""
        return Writing(self._nav.locale, self._hide.value)

    def _speak(self, change: dict[str, Any]) -> None:
        """Show everything anew, if the browser's language writes numbers otherwise than the page does."""
        before, now = (Writing(locale).money(LARGE, "USD") for locale in (change["old"], change["new"]))
        if before != now:
            self.show()

    def _open(self, portfolio: Portfolio) -> None:
        """Make the page one of this portfolio; rooms of another have nothing to keep."""
        self._portfolio = portfolio
        self._rooms = Rooms(
            {
                "overview": lambda: Overview(lambda: self._visit("targets")),
                "targets": lambda: TargetsPanel(portfolio, self._refresh),
                "plan": lambda: PlanPanel(portfolio, self._refresh, lambda: self._read_at[0], self._keep_up),
                "history": lambda: History(portfolio),
                # What is loaded may not be worth anything yet: that is told above the rooms, and no fault of the load.
                "data": lambda: Data(portfolio, self.show, own=self._own is None),
            }
        )
        self._stage.children = [self._rooms.box]
        self._title.value = f'<h1>Allocation</h1><p class="allocation-quiet">{escape(portfolio.path.name)}</p>'

    def _refresh(self) -> None:
        """Read the portfolio anew, and fill the room that is seen."""
        self._rooms.all_stale()
        self._tables, self._lacks, self._read_at = None, False, self._now()
        self._news.value = ""
        try:
            tables = self._portfolio.tables(self._scope.value)
            if tables.accounts:
                self._tables = tables
                self._offer(tables)
        except (MissingPrice, MissingRate):
            self._lacks = True
            raise
        except StoreError:
            if not self._is_empty():
                raise
        finally:
            self._go()

    def _keep_up(self) -> None:
        """A plan that was saved here is no news; the rooms list it when they are next entered."""
        self._rooms.all_stale()
        self._read_at = self._now()

    def _turn_to(self) -> None:
        """Enter another room; what somebody else has saved meanwhile is read first."""
        if self._now() != self._read_at:
            self.show()
        else:
            self._go()

    def _look(self) -> None:
        """Show what somebody else has saved meanwhile, unless something is being done in the room that is seen."""
        if self._rooms.is_edited(self._nav.room) or self._is_as_read():
            return
        before, _ = self._read_at
        self.show()
        if self._read_at[0] != before:
            self._news.value = said(NEWS)

    def _is_as_read(self) -> bool:
        try:
            return self._now() == self._read_at
        except StoreError:
            # Why it can't be read is said where it is read.
            return False

    def _now(self) -> tuple[object, datetime.date]:
        """What the page's numbers depend on: the file's content, and the day."""
        return self._portfolio.state(), datetime.date.today()

    def _go(self) -> None:
        room = self._nav.room
        empty = self._tables is None and self._is_empty()
        self._scope.layout.display = "none" if self._tables is None else ""
        self._write_down.layout.display = "" if self._lacks and room != "data" else "none"
        self._welcome.show(empty and room != "data", self._own is not None)
        self._rooms.enter(room, self._tables, self.writing)

    def _is_empty(self) -> bool:
        return not self._portfolio.exists() or not self._portfolio.accounts()

    def _visit(self, room: str) -> None:
        self._nav.room = room

    def _load_own(self) -> None:
        if self._own is not None:
            self._open(self._own)
            self._own = None
        self._nav.room = "data"
        self._refresh()

    def _see_sample(self) -> None:
        assert self._sample is not None
        self._own = self._portfolio
        self._open(self._sample())
        self._nav.room = "overview"
        self._refresh()

    def _offer(self, tables: Tables) -> None:
        options = [("All Portfolio", ALL), *((name, name) for name in tables.accounts)]
        if list(self._scope.options) != options:
            with self._scope.hold_trait_notifications():
                self._scope.options = options
                self._scope.value = tables.scope


def _style() -> widgets.HTML:
    folder = files("allocation.dashboard") / "static" / "style"
    css = "".join(folder.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in SHEETS)
    return widgets.HTML(f"<style>{style_sheet()}{css}</style>")
