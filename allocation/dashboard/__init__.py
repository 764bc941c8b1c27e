"""The dashboard: ipywidgets served by Voila. The only place that knows there are widgets."""

from __future__ import annotations

import os


def show() -> None:
    """Show the dashboard of the portfolio named by ``ALLOCATION_PORTFOLIO``, of your own, or else of the sample."""
    from IPython.display import display

    from allocation.dashboard.app import Page
    from allocation.opening import open as open_portfolio
    from allocation.opening import sample, sample_path
    from allocation.store import default_path

    if os.environ.get("VOILA_PREHEAT") == "True":
        # This kernel was started before its visitor came: everything read from here on is of the visit.
        from voila.utils import wait_for_request

        wait_for_request()
    portfolio = open_portfolio()
    if not portfolio.exists() and portfolio.path == default_path():
        portfolio = sample()
    is_sample = portfolio.path == sample_path()
    note = "The sample portfolio. Load your own with: allocation import HOLDINGS." if is_sample else portfolio.path.name
    page = Page(portfolio, note)
    page.show()
    display(page.box)  # type: ignore[no-untyped-call]
