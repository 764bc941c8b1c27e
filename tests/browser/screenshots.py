"""`make screenshots`: the pictures in the README, of the real page on the sample."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import load_sample
from tests.browser.visiting import Visit, chromium, served

DOCS = Path(__file__).parents[2] / "docs"


def main():
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        portfolio = load_sample(Path(folder) / "sample.duckdb")
        with served(portfolio.path) as address, sync_playwright() as playwright, chromium(playwright) as browser:
            visit = Visit(browser, address, width=1120, height=1500)
            visit.charts()
            visit.page.screenshot(path=DOCS / "dashboard.png")
            visit.click("Rebalance")
            visit.see("Brings what is traded to its target.")
            visit.page.set_viewport_size({"width": 1120, "height": 3200})
            visit.page.locator(".allocation-plan").screenshot(path=DOCS / "plan.png")


if __name__ == "__main__":
    main()
