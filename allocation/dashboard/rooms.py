"""The rooms of the page: one is seen at a time, made when first entered, and filled anew only when stale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, runtime_checkable

import ipywidgets as widgets

from allocation.tables import Tables
from allocation.writing import Writing


class Room(Protocol):
    """What the page asks of a room."""

    box: widgets.Box

    def show(self, tables: Tables, writing: Writing) -> None:
        """Show a scope, with numbers written like this."""


@runtime_checkable
class StandsAlone(Protocol):
    """A room that has something to show where nothing can be valued, or nothing is there yet."""

    def show_alone(self, writing: Writing) -> None:
        """Show what doesn't need a scope."""


@runtime_checkable
class IsEdited(Room, Protocol):
    """A room in which something can be under way that showing everything anew would disturb."""

    @property
    def is_edited(self) -> bool:
        """Whether something is."""


class Rooms:
    """Keeps the rooms and enters them.

    Parameters:
        make: makes each room, by its key.
    """

    def __init__(self, make: Mapping[str, Callable[[], Room]]) -> None:
        self._make = make
        self._made: dict[str, Room] = {}
        self._fresh: set[str] = set()
        self._boxes = {key: widgets.VBox(layout={"display": "none"}) for key in make}
        for key, box in self._boxes.items():
            box.add_class("allocation-room")
            box.add_class(f"allocation-room-{key}")
        self.box = widgets.VBox(list(self._boxes.values()))

    def all_stale(self) -> None:
        """What any room shows is not so any more; each is filled anew when it is next entered."""
        self._fresh.clear()

    def is_edited(self, key: str) -> bool:
        """Whether something is under way in this room."""
        room = self._made.get(key)
        return isinstance(room, IsEdited) and room.is_edited

    def enter(self, key: str, tables: Tables | None, writing: Writing) -> None:
        """Show this room and no other; without tables, nothing if the room needs them."""
        for name, box in self._boxes.items():
            box.layout.display = "none" if name != key else box.layout.display
        if key not in self._made:
            # Seen before it is made: the style sheet has an empty room say that it is coming.
            self._boxes[key].layout.display = "" if tables is not None else "none"
            self._made[key] = self._make[key]()
            self._boxes[key].children = [self._made[key].box]
        room = self._made[key]
        if key not in self._fresh:
            if tables is not None:
                room.show(tables, writing)
            elif isinstance(room, StandsAlone):
                room.show_alone(writing)
            self._fresh.add(key)
        self._boxes[key].layout.display = "" if tables is not None or isinstance(room, StandsAlone) else "none"
