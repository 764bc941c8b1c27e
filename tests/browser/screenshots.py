"""`make screenshots`: every room of the real page on the sample, light, dark and on a phone; some are in the README."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import load_sample
from tests.browser.visiting import Visit, chromium, served

DOCS = Path(__file__).parents[2] / "docs"
WINDOWS = {
    "": {"width": 1120},
    "-dark": {"width": 1120, "color_scheme": "dark"},
    "-phone": {"width": 390},
    "-phone-dark": {"width": 390, "color_scheme": "dark"},
}
ROOMS = ("Overview", "Targets", "Plan", "History", "Data")
TALLEST = 1800


def main():
    DOCS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        portfolio = load_sample(Path(folder) / "sample.duckdb")
        with served(portfolio.path) as address, sync_playwright() as playwright, chromium(playwright) as browser:
            for ending, window in WINDOWS.items():
                visit = Visit(browser, address, height=1000, **window)
                visit.chart()
                for room in ROOMS:
                    picture(visit, room, DOCS / f"{room.lower()}{ending}.png")
                visit.page.close(run_before_unload=True)


def picture(visit, room, path):
    """The room from its top to its end, or as far as a picture in a README may be tall."""
    visit.room(room)
    if room == "Plan":
        visit.choose("Rebalance")
        visit.see("Brings what is traded to its target.")
    if room in ("Overview", "Plan", "History"):
        visit.chart()
    visit.page.wait_for_timeout(1500)
    width = visit.page.viewport_size["width"]
    tall = int(visit.page.locator(".allocation").bounding_box()["height"])
    visit.page.set_viewport_size({"width": width, "height": min(tall, TALLEST)})
    visit.page.wait_for_timeout(300)
    visit.page.screenshot(path=path)
    visit.page.set_viewport_size({"width": width, "height": 1000})


if __name__ == "__main__":
    main()
