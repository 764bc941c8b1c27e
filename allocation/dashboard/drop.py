"""Files from a person's machine, brought to the kernel through the page."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import anywidget
import traitlets

LARGEST = 100 * 1024 * 1024


class FileDrop(anywidget.AnyWidget):
    """A place to drop files, or to choose them; what was brought is kept in a private folder until the next files come.

    Parameters:
        description: what stands in it.
        brought: is given the files once all are there.
    """

    _esm = Path(str(files("allocation.dashboard") / "static")) / "drop.js"
    description = traitlets.Unicode().tag(sync=True)
    largest = traitlets.Int(LARGEST).tag(sync=True)

    def __init__(self, description: str, brought: Callable[[Sequence[Path]], object]) -> None:
        super().__init__(description=description)
        self._brought = brought
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._files: list[Path] = []
        self.on_msg(self._take)

    def clear(self) -> None:
        """Forget the files."""
        if self._folder is not None:
            self._folder.cleanup()
        self._folder, self._files = None, []

    def _take(self, _widget: object, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        kind = content.get("kind")
        if kind == "begin":
            self.clear()
            self._folder = tempfile.TemporaryDirectory(prefix="allocation-")
        elif kind == "file" and self._folder is not None:
            # A folder each: two files may have one name. The name itself may be anything, and is no path.
            place = Path(self._folder.name) / str(len(self._files))
            place.mkdir()
            self._files.append(place / (Path(str(content.get("name"))).name or "file"))
            self._files[-1].touch(mode=0o600)
        elif kind == "piece" and self._files:
            self._append(buffers[0])
        self.send({"kind": "taken"})
        if kind == "end":
            self._brought(tuple(self._files))

    def _append(self, piece: memoryview) -> None:
        place = self._files[-1]
        if sum(file.stat().st_size for file in self._files) + piece.nbytes <= LARGEST:
            with place.open("ab") as file:
                file.write(piece)
