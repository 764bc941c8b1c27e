"""The dashboard: ipywidgets served by Voila. The only place that knows there are widgets."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from allocation.dashboard.app import Page
    from allocation.portfolio import Portfolio

VISIT_ENVIRONMENT = "ALLOCATION_VISIT"


def show() -> None:
    """Show the dashboard of the portfolio named by ``ALLOCATION_PORTFOLIO``, of your own, or else of the sample."""
    from IPython import get_ipython
    from IPython.display import display
    from ipywidgets import Widget

    from allocation.dashboard.hushed import hush

    if kernel := getattr(get_ipython(), "kernel", None):
        hush(kernel.log)
    # Before the page, so that what is saved while it is made makes a difference.
    made_of = _state()
    page = _page()
    if os.environ.get("VOILA_PREHEAT") == "True":
        # This kernel was started before its visitor came. Making the page takes most of the time; whether it is still
        # right can be told at once.
        _wait_for_the_visitor()
        now = _state()
        if now[0] != made_of[0]:
            Widget.close_all()
            page = _page()
        elif now != made_of:
            page.show()
    display(page.box)  # type: ignore[no-untyped-call]


def _page() -> Page:
    from allocation.dashboard.app import Page
    from allocation.dashboard.parts import Notice
    from allocation.opening import sample, user

    notice = Notice()
    portfolio, own = _portfolio(notice.tell)
    page = Page(portfolio, notice, lambda: sample(f"{user()} in the dashboard", notice.tell), own)
    page.show()
    return page


def _portfolio(tell: Callable[[str], None] = lambda _text: None) -> tuple[Portfolio, Portfolio | None]:
    """The portfolio to show; and where that is the sample because there is no other yet, a person's own."""
    from allocation.opening import open as open_portfolio
    from allocation.opening import sample, user
    from allocation.store import default_path

    by = f"{user()} in the dashboard"
    portfolio = open_portfolio(by=by, tell=tell)
    if not portfolio.exists() and portfolio.path == default_path():
        return sample(by, tell), portfolio
    return portfolio, None


def _state() -> tuple[Path, object]:
    """What a page depends on: which portfolio it is, its content, and today's date."""
    from allocation.store.files import log_of

    path = _portfolio()[0].path
    states = [file.stat() for file in (path, log_of(path)) if file.exists()]
    return path, (date.today(), [(state.st_ino, state.st_mtime_ns, state.st_size) for state in states])


def _wait_for_the_visitor() -> None:
    address = os.environ.get(VISIT_ENVIRONMENT)
    if address is None:
        from voila.utils import wait_for_request

        wait_for_request()
        return
    # Voila's own function brings all of its server's modules along, which takes a second of each kernel's start.
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    while True:
        try:
            # However long the server takes where many come at once: it tells only one connection.
            with connect(
                f"{address}/{os.environ['VOILA_KERNEL_ID']}", proxy=None, open_timeout=None, ping_interval=None
            ) as server:
                server.recv()
                return
        except (OSError, WebSocketException):
            # The server doesn't listen yet.
            time.sleep(0.2)
