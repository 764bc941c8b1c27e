"""A file a person has → a tidy table and a list of what is wrong with it. One reader a file format.

A reader never raises for what stands in a file: it returns every problem beside the good rows.
"""

from allocation.readers.classes import read_classes
from allocation.readers.delimited import Source
from allocation.readers.fx import read_fx
from allocation.readers.holdings import disagreements, read_holdings
from allocation.readers.targets import read_targets
from allocation.readers.together import read_together

__all__ = ["Source", "disagreements", "read_classes", "read_fx", "read_holdings", "read_targets", "read_together"]
