"""The widgets that ipywidgets lacks: tabs, a switch, a fold, a chart that loads plotly.js once a page, and such."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from functools import cache
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import plotly.graph_objects as go
import traitlets

from allocation.errors import AllocationError
from allocation.palette import IN_THE_DARK

_STATIC = Path(str(files("allocation.dashboard") / "static"))


class Chart(anywidget.AnyWidget):
    """Shows a Plotly figure and redraws it in place, in the colours of the system.

    Parameters:
        clicked: is given the name beside a bar that was clicked.
    """

    _esm = _STATIC / "chart.js"
    figure = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    revision = traitlets.Int(0).tag(sync=True)
    dark = traitlets.Dict(IN_THE_DARK).tag(sync=True)

    def __init__(self, clicked: Callable[[str], object] | None = None) -> None:
        super().__init__(figure=go.Figure(layout={"height": 120, "template": "none"}).to_json())
        self._clicked = clicked
        self.on_msg(self._hear)

    def draw(self, figure: go.Figure, label: str) -> None:
        """Show ``figure``; ``label`` says in words what it shows."""
        with self.hold_sync():
            self.figure = figure.to_json(validate=False)
            self.label = label
            self.revision += 1

    def _hear(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("kind") == "library":
            self.send({"kind": "library"}, buffers=[_packed_library()])
        elif content.get("kind") == "click" and self._clicked is not None:
            # In a figure names are escaped.
            self._clicked(unescape(str(content.get("name"))))


class DownloadButton(anywidget.AnyWidget):
    """A button that downloads a file made at the moment of the click.

    Parameters:
        description: what stands on the button.
        make: gives the file's name, its content and its media type.
    """

    _esm = _STATIC / "download.js"
    description = traitlets.Unicode().tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)

    def __init__(self, description: str, make: Callable[[], tuple[str, bytes, str]]) -> None:
        super().__init__(description=description)
        self._make = make
        self.on_msg(self._send_file)

    def forget(self) -> None:
        """Say no more what was downloaded, because it isn't what would be downloaded now."""
        self.send({"kind": "sentence", "text": ""})

    def _send_file(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("kind") != "download":
            return
        try:
            name, data, media_type = self._make()
        except AllocationError as error:
            self.send({"kind": "sentence", "text": str(error)})
        else:
            self.send({"kind": "file", "name": name, "type": media_type}, buffers=[data])


class Nav(anywidget.AnyWidget):
    """The page's rooms as tabs; tells which one is chosen, and the language of the browser.

    Parameters:
        rooms: names by the keys that stand in the page's address.
    """

    _esm = _STATIC / "nav.js"
    rooms = traitlets.List(traitlets.List()).tag(sync=True)
    room = traitlets.Unicode().tag(sync=True)
    locale = traitlets.Unicode().tag(sync=True)

    def __init__(self, rooms: dict[str, str]) -> None:
        super().__init__(rooms=[list(room) for room in rooms.items()], room=next(iter(rooms)))


class Switch(anywidget.AnyWidget):
    """Something that is on or off, kept for the session of the browser.

    Parameters:
        description: what stands beside it.
        name: what the browser keeps it under.
    """

    _esm = _STATIC / "switch.js"
    description = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    value = traitlets.Bool(False).tag(sync=True)

    def __init__(self, description: str, name: str) -> None:
        super().__init__(description=description, name=name)


class FoldButton(anywidget.AnyWidget):
    """A button that shows or hides what is under it.

    Parameters:
        description: what stands on it.
    """

    _esm = _STATIC / "fold.js"
    description = traitlets.Unicode().tag(sync=True)
    value = traitlets.Bool(False).tag(sync=True)

    def __init__(self, description: str) -> None:
        super().__init__(description=description)


class Segments(anywidget.AnyWidget):
    """One of a few, side by side.

    Parameters:
        label: what is chosen.
        options: the words to choose from; the first is chosen.
    """

    _esm = _STATIC / "segments.js"
    label = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str, options: Sequence[str]) -> None:
        super().__init__(label=label, options=list(options), value=options[0])


class Pulse(anywidget.AnyWidget):
    """Says on the page when there is no kernel behind it any more; tells when the page is looked at again.

    Parameters:
        looked_at: called when a person comes back to the page, and now and then while it is seen beside another window.
    """

    _esm = _STATIC / "pulse.js"

    def __init__(self, looked_at: Callable[[], object]) -> None:
        super().__init__()
        self._looked_at = looked_at
        self.on_msg(self._hear)

    def _hear(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        self.send({"kind": "pulse"})
        if content.get("look"):
            self._looked_at()


@cache
def _packed_library() -> bytes:
    return gzip.compress((Path(str(files("plotly"))) / "package_data" / "plotly.min.js").read_bytes())
