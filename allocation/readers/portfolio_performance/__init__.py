"""Portfolio Performance: its files in XML and protobuf, plain or zipped.

Facts about the format (version 49 and later): money in hundredths, shares and quotes with eight decimals, weights in
hundredths of a percent. A stock split has changed the transactions and quotes before it when it was entered, so
transactions are added up as they are. Exchange rates are not in the file.
"""

from allocation.readers.portfolio_performance import exported
from allocation.readers.portfolio_performance.container import is_portfolio_performance
from allocation.readers.portfolio_performance.reading import read_by_taxonomy, read_portfolio_performance
from allocation.readers.registry import Format

__all__ = ["FORMAT", "FORMATS", "read_portfolio_performance"]

FORMAT = Format(
    "portfolio-performance",
    "Portfolio Performance file",
    recognises=is_portfolio_performance,
    read=read_portfolio_performance,
    by_taxonomy=read_by_taxonomy,
)
FORMATS = (FORMAT, exported.FORMAT)
