"""A Beancount ledger: what its asset accounts hold, at the latest prices."""

from allocation.readers.ledger.reading import FORMAT

__all__ = ["FORMAT"]
