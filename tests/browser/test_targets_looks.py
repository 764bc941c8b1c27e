"""The room where targets are set: on a phone, to a screen reader, with strange names, and with many holdings."""

from decimal import Decimal

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import allocation
from allocation.targets import share
from tests.browser.setting_targets import FOLDS, Targets
from tests.browser.visiting import served

expect.set_options(timeout=60_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_every_fold_open(browser, sample_address, scheme):
    visit = Targets(browser, sample_address, color_scheme=scheme)
    for title in FOLDS:
        visit.fold(title)
        expect(visit.page.get_by_role("button", name=title)).to_have_attribute("aria-expanded", "true")
        expect(visit.page.get_by_role("heading", name=title)).to_be_visible()
    visit.button("Holdings of Bonds").click()
    visit.has(VBTIX=75)
    visit.page.wait_for_load_state("networkidle")
    violations = Axe().run(visit.page).response["violations"]
    assert {each["id"]: [node["html"][:200] for node in each["nodes"]] for each in violations} == {}
    visit.page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_needs_no_sideways_scroll(browser, sample_address, scheme):
    visit = Targets(browser, sample_address, width=390, height=800)
    visit.page.emulate_media(color_scheme=scheme)
    visit.button("Holdings of US stocks").click()
    visit.has(VTI=60)
    for title in FOLDS:
        visit.fold(title)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert visit.editor.evaluate("editor => editor.scrollWidth - editor.clientWidth") <= 0


def test_names_that_are_markup_are_text_in_the_editor(browser, tmp_path):
    image = "<img src=x onerror=alert(1)>"
    portfolio = allocation.open(tmp_path / "names.duckdb")
    held = holdings(account=["A", "A"], symbol=["A<b>C", "=1+1"], asset_class=[f"{image} class", "Bonds"])
    portfolio.load(held)
    portfolio.save_class_targets({f"{image} class": 40, "Bonds": 60})
    with served(portfolio.path) as address:
        visit = Targets(browser, address)
        visit.button(f"Holdings of {image} class").click()
        visit.see(f"{image} class is shared by value")
        visit.type_percent(f"{image} class", "50")
        assert visit.page.locator("img[src=x]").count() == 0
        assert visit.dialogs == []


def holdings(**columns):
    return pd.DataFrame({**columns, "quantity": 10, "price": 100, "currency": "USD"})


def test_of_500_holdings_one_is_moved_by_keyboard_and_the_others_follow(browser, tmp_path):
    portfolio = allocation.open(tmp_path / "large.duckdb")
    classes = [f"Class {i % 10}" for i in range(500)]
    portfolio.load(holdings(account=["A", "B"] * 250, symbol=[f"S{i}" for i in range(500)], asset_class=classes))
    portfolio.save_class_targets({f"Class {i}": 10 for i in range(10)})
    for i in range(10):
        inside = share(Decimal(100), {f"S{number}": Decimal(1) for number in range(i, 500, 10)})
        portfolio.save_holding_targets(f"Class {i}", inside)
    with served(portfolio.path) as address:
        visit = Targets(browser, address)
        visit.button("Holdings of Class 1").click()
        visit.has(S1=2)
        for _ in range(49):
            visit.number("S1").press("ArrowUp")
        visit.has(S1=26.5, S11=1.5, S491=1.5)
        visit.settled()
