"""Which portfolio: the one that is named, one's own, or the sample."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from math import inf
from pathlib import Path

from allocation.arguments import checked
from allocation.errors import StoreError
from allocation.portfolio import Portfolio
from allocation.shipped_files import shipped
from allocation.store import Database, default_path
from allocation.store.files import sentences
from allocation.store.place import to_standard_error

ENVIRONMENT = "ALLOCATION_PORTFOLIO"
TIMEOUT_ENVIRONMENT = "ALLOCATION_TIMEOUT"
TIMEOUT = 30.0


@checked
def open(
    path: str | Path | None = None,
    timeout: float | None = None,
    by: str | None = None,
    tell: Callable[[str], None] = to_standard_error,
) -> Portfolio:
    """Open a portfolio file.

    The file is made by the first :meth:`Portfolio.load` or :meth:`Portfolio.init`; opening alone makes nothing.

    Parameters:
        path: the file; by default the one named by the environment variable ``ALLOCATION_PORTFOLIO``, or else the
            platform's usual place for a person's data.
        timeout: seconds to wait while another window or program is saving, before it is an error (:class:`Busy`); by
            default what the environment variable ``ALLOCATION_TIMEOUT`` says, or 30.

        by: what to call you where another window waits for you or meets what you saved; by default your user name.
        tell: is given a sentence when the wait is longer than a second (and an empty one when it is over), and when
            the file of an older version was brought up to date; by default sentences go to standard error.

    Raises:
        StoreError: ``ALLOCATION_TIMEOUT`` is not a number of seconds.
    """
    chosen = path or os.environ.get(ENVIRONMENT) or None
    if chosen is None:
        _make_the_usual_folder()
    seconds = _timeout() if timeout is None else timeout
    return Portfolio(Database(Path(chosen) if chosen else default_path(), seconds, by or user(), tell))


@checked
def sample(by: str | None = None, tell: Callable[[str], None] = to_standard_error) -> Portfolio:
    """The sample household that comes with the package, to try things on; made at the first use.

    It is kept in a file of its own, so it never mixes with your portfolio.

    Parameters:
        by, tell: as in :func:`open`.
    """
    _make_the_usual_folder()
    portfolio = Portfolio(Database(sample_path(), _timeout(), by or user(), tell))
    if not portfolio.exists():
        load_sample(portfolio)
    return portfolio


def load_sample(portfolio: Portfolio) -> None:
    """Load the sample household, with what it held on earlier days."""
    data = shipped("data")
    portfolio.load(data / "holdings.csv", data / "targets.csv", data / "fx.csv", base_currency="USD")
    portfolio.load(fx=data / "earlier" / "fx.csv")
    for earlier in sorted((data / "earlier").glob("holdings-*.csv")):
        portfolio.load(earlier)


def sample_path() -> Path:
    """Where the sample portfolio is kept."""
    return default_path().with_name("sample.duckdb")


def _make_the_usual_folder() -> None:
    with sentences(default_path()):
        default_path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _timeout() -> float:
    written = os.environ.get(TIMEOUT_ENVIRONMENT) or TIMEOUT
    try:
        seconds = float(written)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < inf:
        raise StoreError(f"{TIMEOUT_ENVIRONMENT} is {written!r}, which is not a number of seconds. Write one like 30.")
    return seconds


def user() -> str:
    """The user's name, as far as the system knows one."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"
