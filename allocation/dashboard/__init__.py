"""The dashboard: ipywidgets served by Voila. The only place that knows there are widgets."""

from __future__ import annotations

import os


def show() -> None:
    """Show the dashboard of the portfolio named by ``ALLOCATION_PORTFOLIO``, of your own, or else of the sample."""
    from IPython.display import display

    from allocation.dashboard.app import Page
    from allocation.dashboard.parts import Notice
    from allocation.opening import open as open_portfolio
    from allocation.opening import sample, user
    from allocation.store import default_path

    if os.environ.get("VOILA_PREHEAT") == "True":
        # This kernel was started before its visitor came: everything read from here on is of the visit.
        from voila.utils import wait_for_request

        wait_for_request()
    by, notice = f"{user()} in the dashboard", Notice()
    portfolio, own = open_portfolio(by=by, tell=notice.tell), None
    if not portfolio.exists() and portfolio.path == default_path():
        portfolio, own = sample(by, notice.tell), portfolio
    page = Page(portfolio, notice, lambda: sample(by, notice.tell), own)
    page.show()
    display(page.box)  # type: ignore[no-untyped-call]
