"""The scripts and the style of the page: a few of its own, and those that its libraries install."""

from __future__ import annotations

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

_INSTALLED = {
    "widgets.js": ("widgetsnbextension", "static/extension.js"),
    "anywidget.js": ("anywidget", "nbextension/index.js"),
    "plotly.js": ("plotly", "package_data/plotly.min.js"),
}


@dataclass(frozen=True)
class Asset:
    """One file of the page."""

    path: Path

    @cached_property
    def content(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def packed(self) -> bytes:
        """The content, compressed with gzip."""
        return gzip.compress(self.content)

    @property
    def media_type(self) -> str:
        kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
        return kinds.get(self.path.suffix) or mimetypes.guess_type(self.path.name)[0] or "application/octet-stream"


def assets() -> dict[str, Asset]:
    """What the page loads, by name."""
    own = Path(str(files("allocation.dashboard") / "static" / "page"))
    installed = {name: Path(str(files(package))) / path for name, (package, path) in _INSTALLED.items()}
    return {path.name: Asset(path) for path in sorted(own.iterdir())} | {
        name: Asset(path) for name, path in installed.items()
    }


def prefix(of: dict[str, Asset]) -> str:
    """The start of their addresses. It differs when any of them does, so a browser may keep them for ever."""
    digest = sha256()
    for name, asset in sorted(of.items()):
        digest.update(sha256(asset.content).digest() + name.encode())
    return f"/assets/{digest.hexdigest()[:16]}"
