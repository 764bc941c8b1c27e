import os
from pathlib import Path

import pytest

import allocation
from allocation import opening
from tests.browser.visiting import CHROMIUM, Visit, chromium, served


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and os.environ.get("ALLOCATION_BROWSER_TESTS") != "required":
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, chromium(playwright) as started:
        yield started


@pytest.fixture(autouse=True)
def no_page_is_left_open(request):
    """A page whose server has gone keeps asking for it, and would slow down every test that follows."""
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            context.close()


def load_sample(path):
    portfolio = allocation.open(path)
    opening.load_sample(portfolio)
    return portfolio


@pytest.fixture
def sample(tmp_path):
    return load_sample(tmp_path / "mine.duckdb")


@pytest.fixture(scope="module")
def sample_address(tmp_path_factory):
    """The sample, served once for the tests that change nothing."""
    portfolio = load_sample(tmp_path_factory.mktemp("sample") / "sample.duckdb")
    with served(portfolio.path) as address:
        yield address


@pytest.fixture
def visit(browser, sample_address):
    visit = Visit(browser, sample_address)
    yield visit
    visit.page.close(run_before_unload=True)


@pytest.fixture
def visitor(browser, sample_address):
    """Visits the sample in a window of one's own: its width, height, colour scheme, language."""
    visits = []

    def visit(**window):
        visits.append(Visit(browser, sample_address, **window))
        return visits[-1]

    yield visit
    for each in visits:
        each.page.close(run_before_unload=True)
