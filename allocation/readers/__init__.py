"""A file a person has → a tidy table and a list of what is wrong with it. One reader a file format.

A reader never raises for what stands in a file: it returns every problem beside the good rows.
"""

from allocation.readers.classes import read_classes
from allocation.readers.content import Content
from allocation.readers.delimited import Source
from allocation.readers.fx import read_fx
from allocation.readers.holdings import disagreements, read_holdings
from allocation.readers.opened import Opened
from allocation.readers.prices import read_prices
from allocation.readers.registry import Format, read_any
from allocation.readers.targets import read_targets
from allocation.readers.together import Ways, read_together

__all__ = [
    "Content",
    "Format",
    "Opened",
    "Source",
    "Ways",
    "disagreements",
    "read_any",
    "read_classes",
    "read_fx",
    "read_holdings",
    "read_prices",
    "read_targets",
    "read_together",
]
