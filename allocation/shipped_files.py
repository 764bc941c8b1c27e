"""The sample portfolio and the dashboard's notebook, wherever the package is installed."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """A file or folder that comes with the package: from an installed one, or from a checkout of the project."""
    installed = _PACKAGE / "shipped" / name
    return installed if installed.exists() else _PACKAGE.parent / name
