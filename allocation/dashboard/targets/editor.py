"""The widget with the rows: it turns what the browser says into steps of the edit, and answers with a new view."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from allocation.dashboard.targets.editing import Editing
from allocation.dashboard.targets.preview import effect, present_inside
from allocation.dashboard.targets.state import Row, State
from allocation.dashboard.targets.view import Seen, view
from allocation.errors import AllocationError, TargetsError
from allocation.tables import Tables
from allocation.targets import HUNDRED, share

_STATIC = Path(str(files("allocation.dashboard") / "static"))
QUIET = 40
"""Milliseconds without a step before what it would take is calculated, at least."""

FOOT = {"sum": "", "wrong": False, "set": False, "can": True, "choices": []}
NOTHING = {
    "rows": [],
    "foot": FOOT,
    "known": [],
    "undo": False,
    "redo": False,
    "follow": True,
    "reply": 0,
    "effect": "",
    "stale": False,
    "quiet": QUIET,
}


Told = Callable[[Callable[[], object]], Callable[..., None]]


class TargetEditor(anywidget.AnyWidget):
    """Rows of classes, and of the holdings of those that are opened.

    Parameters:
        told: turns a step into one whose error is shown to the person.
        edited: called after each step that has changed something.
        tables_for: gives the same tables with every asset that a state has a target for.
    """

    _esm = _STATIC / "editor.js"
    _css = _STATIC / "editor.css"
    view = traitlets.Dict(NOTHING).tag(sync=True)

    def __init__(self, told: Told, edited: Callable[[], object], tables_for: Callable[[Tables, State], Tables]) -> None:
        super().__init__()
        self._told, self._edited, self._tables_for = told, edited, tables_for
        self._editing: Editing | None = None
        self._seen: Seen | None = None
        self._wrong: dict[Row, str] = {}
        self._effect = ""
        self._effect_of: object = None
        self._quiet = QUIET
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def edit(self, editing: Editing, seen: Seen) -> None:
        """Show these targets."""
        self._editing, self._seen, self._wrong = editing, seen, {}
        self._effect, self._effect_of = "", None
        self._widen()
        self.show()

    def go_on(self, state: State) -> None:
        """Go on from other targets.

        Raises:
            AllocationError: they can't be valued; nothing is changed then.
        """
        assert self._editing is not None
        before = self._editing.now
        self._editing.replace(state)
        try:
            self._widen()
        except AllocationError:
            if self._editing.now != before:
                self._editing.undo()
            raise
        self.show()

    @property
    def opened(self) -> frozenset[str]:
        """The classes whose holdings are shown."""
        return frozenset(self._seen.opened) if self._seen else frozenset()

    def show(self, reply: int | None = None) -> None:
        """Draw the present state.

        Parameters:
            reply: number of the message this answers.
        """
        if self._editing is None or self._seen is None:
            return
        self.view = view(self._editing, self._seen, self._wrong) | {
            "reply": self.view["reply"] if reply is None else reply,
            "effect": self._effect,
            "quiet": self._quiet,
            "stale": self._effect_of != (self._editing.now.content, self._seen.tables.scope),
        }

    def receive(self, message: dict[str, Any]) -> None:
        """Do what a person did in the browser."""
        if self._editing is None or self._seen is None:
            return
        before = self._editing.now
        self._wrong = {}
        if message["kind"] != "effect":
            self._editing.said = {}
        self._told(lambda: self._answer(message))()
        if self._editing.now != before:
            self._edited()
        if self.view["reply"] != message["seq"]:
            # The browser waits for an answer before it says anything else.
            self.view = {**self.view, "reply": message["seq"]}

    def _answer(self, message: dict[str, Any]) -> None:
        try:
            self._do(message)
        finally:
            self.show(message["seq"])

    def _do(self, message: dict[str, Any]) -> None:
        """An act whose targets can be valued, or none at all."""
        assert self._editing is not None
        before = self._editing.now
        self._act(message)
        try:
            self._widen()
        except AllocationError:
            if self._editing.now != before:
                self._editing.undo()
            raise

    def _widen(self) -> None:
        assert self._editing is not None and self._seen is not None
        tables = self._tables_for(self._seen.tables, self._editing.now)
        if tables is not self._seen.tables:
            self._seen = replace(self._seen, tables=tables)

    def _act(self, message: dict[str, Any]) -> None:
        assert self._editing is not None and self._seen is not None
        editing, level = self._editing, message.get("level", "")
        row: Row = tuple(message["row"]) if "row" in message else ("", "")
        match message["kind"]:
            case "move":
                self._move(row, message["percent"], message["gesture"])
            case "lock":
                editing.lock(row, message["locked"])
            case "remove":
                editing.remove(row)
            case "open":
                opened = {*self._seen.opened, row[0]} if message["open"] else {*self._seen.opened} - {row[0]}
                self._seen = replace(self._seen, opened=opened)
            case "add":
                editing.add_holding(level, message["name"]) if level else self._add_class(message["name"])
            case "set_inside":
                self._set_inside(level)
            case "share_by_value":
                editing.share_by_value(level)
            case "scale":
                editing.scale(level)
            case "follow":
                editing.set_follow(message["follow"])
            case "undo":
                editing.undo()
            case "redo":
                editing.redo()
            case "effect":
                self._calculate_effect()

    def _move(self, row: Row, percent: str, gesture: object) -> None:
        assert self._editing is not None
        try:
            self._editing.move(row, percent, gesture)
        except TargetsError as error:
            self._wrong = {row: str(error)}

    def _add_class(self, written: str) -> None:
        assert self._editing is not None and self._seen is not None
        self._editing.add_class(written, self._seen.assets)

    def _set_inside(self, asset_class: str) -> None:
        """Targets inside a class begin with what is held of it, or equal where nothing is."""
        assert self._editing is not None and self._seen is not None
        values = present_inside(self._seen.tables, asset_class)
        values = values or dict.fromkeys(self._seen.assets.get(asset_class, {}), Decimal(1))
        if not values:
            raise TargetsError(
                f"The portfolio has no asset in {asset_class}. Load a holdings row with quantity 0 and its price, or "
                "assign one to the class."
            )
        self._editing.set_inside(asset_class, share(HUNDRED, values))

    def _calculate_effect(self) -> None:
        assert self._editing is not None and self._seen is not None
        self._effect_of = (self._editing.now.content, self._seen.tables.scope)
        began = time.monotonic()
        self._effect = effect(self._seen.tables, self._editing.now, datetime.date.today(), self._seen.writing)
        # A plan that takes long waits longer for the next step, so that dragging stays quick.
        self._quiet = max(QUIET, round(400 * (time.monotonic() - began)))
