"""OFX and QFX: what an investment account holds, as banks and brokers hand it to programs (versions 1 and 2)."""

from allocation.readers.ofx.reading import FORMAT

__all__ = ["FORMAT"]
