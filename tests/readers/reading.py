"""A file written in a test, read as any file of a stranger's is, and what is found in it."""

import datetime
from textwrap import dedent

from allocation.readers import Opened, read_any

TODAY = datetime.date(2026, 11, 25)


def read(text, name="depot.csv", **how):
    """Reads a file's text, which may be indented like the code around it."""
    return read_any(Opened(dedent(text).lstrip("\n").encode(), name), TODAY, **how)


def held(content):
    """Account, symbol, quantity, price and currency of each holding of a file that has no problem."""
    assert content.problems == ()
    columns = ["account", "symbol", "quantity", "price", "currency"]
    return [
        (account, symbol, float(quantity), price and float(price), currency)
        for account, symbol, quantity, price, currency in content.holdings[columns].itertuples(index=False, name=None)
    ]


def problems(content):
    return [str(problem) for problem in content.problems]
