"""A Wealthfolio database, of any version: read-only and from a copy."""

from allocation.readers.wealthfolio.reading import FORMAT

__all__ = ["FORMAT"]
