"""What the panels share: catching what goes wrong at the edge, and small pieces of layout."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import ipywidgets as widgets

from allocation.dashboard.commands import on_the_page
from allocation.dashboard.markup import sentence, wrong
from allocation.errors import AllocationError, MissingPrice, MissingRate

WRITE_IT_DOWN = "On this page: Data, under Prices and FX rates."


def told(place: widgets.HTML, action: Callable[..., object]) -> Callable[..., None]:
    """The same action as a callback: what goes wrong is said in ``place``, which is emptied when all is well.

    A callback's exception would otherwise be seen by nobody.
    """

    @wraps(action)
    def callback(*_event: Any) -> None:
        try:
            action()
        except AllocationError as error:
            here = f" {WRITE_IT_DOWN}" if isinstance(error, MissingPrice | MissingRate) else ""
            place.value = wrong(f"{on_the_page(str(error))}{here}")
        except Exception as error:  # noqa: BLE001
            place.value = wrong(
                f"This is a fault in the program ({type(error).__name__}), not in what you entered. Reload the "
                "page and look whether your last change is there; if it happens again, please report what you did."
            )
        else:
            place.value = ""

    return callback


def only_the_last(problem: widgets.HTML, done: widgets.HTML) -> None:
    """What was done before isn't said any more beside what went wrong since."""

    def forget(_change: object) -> None:
        if problem.value:
            done.value = ""

    problem.observe(forget, "value")


class Notice:
    """A line on the page for what the store has to tell: that another window is saving, that the file was updated."""

    def __init__(self) -> None:
        self.line = widgets.HTML()
        self._sentences: list[str] = []

    def tell(self, text: str) -> None:
        """Show a sentence; an empty one takes the last one back."""
        self._sentences = [*self._sentences, text] if text else self._sentences[:-1]
        lines = "".join(sentence(shown) for shown in self._sentences)
        self.line.value = f'<div role="status">{lines}</div>' if lines else ""


def heading(text: str) -> widgets.HTML:
    return widgets.HTML(f"<h2>{text}</h2>")


def row(*children: widgets.Widget) -> widgets.HBox:
    box = widgets.HBox(children, layout={"flex_flow": "row wrap"})
    box.add_class("allocation-row")
    return box
