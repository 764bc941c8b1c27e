"""Planning on the page."""

import pandas as pd
import pytest

from tests.browser.conftest import load_sample
from tests.browser.visiting import Visit, served


def trades(visit):
    return visit.page.get_by_role("table", name="Trades of this plan")


def bars(visit):
    """What the chart says of each class: its weight before and after."""
    return next(trace for trace in visit.chart() if trace["name"] == "words")["text"]


def test_the_bars_and_the_trades_follow_the_amount(visit):
    visit.room("Plan").chart()
    before, revision = bars(visit), visit.revision()
    visit.enter("Deposit", "20000")
    visit.redrawn(revision)
    assert bars(visit) != before and trades(visit).locator("tbody tr").count() > 5


def test_what_is_planned_is_chosen_by_keyboard_and_keeps_its_entries(visit):
    visit.room("Plan").chart()
    visit.enter("Deposit", "300")
    visit.page.get_by_role("radio", name="Deposit").focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.see("Brings what is traded to its target.")
    visit.page.keyboard.press("ArrowLeft")
    visit.see("the rule works in mirror")
    visit.enter("Withdrawal", "400")
    visit.see("−400.00")
    visit.choose("Deposit")
    assert visit.box("Deposit").input_value() == "300"


def test_limits_unfold_by_keyboard_and_what_they_left_undone_is_said(visit):
    visit.room("Plan").chart()
    visit.page.get_by_role("button", name="Limits: none").focus()
    visit.page.keyboard.press("Enter")
    visit.box("Trade").select_option("whole shares")
    visit.page.get_by_role("button", name="Limits: whole shares").wait_for()
    visit.enter("Smallest trade", "400")
    visit.see("under the smallest trade of 400.00 USD")
    visit.enter("Smallest trade", "no")
    visit.see("The minimum trade 'no' is not a number")
    assert not trades(visit).is_visible()


def test_an_order_file_is_downloaded_or_a_sentence_says_why_not(visit):
    visit.room("Plan").chart()
    visit.click("Download the orders")
    visit.see("one account")
    visit.box("of").select_option("Brokerage")
    with visit.page.expect_download() as download:
        visit.click("Download the orders")
    assert pd.read_csv(download.value.path())["Action"].tolist()[0] == "BUY"
    visit.see("Downloaded deposit-plan-")
    visit.enter("Deposit", "2000")
    visit.page.get_by_text("Downloaded deposit-plan-").wait_for(state="detached")


def test_a_plan_is_saved_and_executed_and_the_page_shows_what_is_held_now(browser, tmp_path):
    portfolio = load_sample(tmp_path / "sample.duckdb")
    before = portfolio.summary().total
    with served(portfolio.path) as address:
        visit = Visit(browser, address)
        visit.room("Plan").chart()
        visit.choose_scope("Brokerage")
        visit.enter("Deposit", "5000")
        visit.page.get_by_role("button", name="Save this plan").dblclick()
        visit.see("Saved as plan 1.")
        visit.click("Show what it would change")
        assert "Plan 1 would be executed as of" in visit.spoken("Plan 1")
        visit.page.get_by_role("button", name="Mark as executed").dblclick()
        visit.focused("Plan 1 is executed as of")
    assert portfolio.plans()["executed"].tolist() == ["in full"]
    assert portfolio.summary().total == pytest.approx(before + 5000, abs=0.02)


def test_an_execution_is_taken_back_after_a_look_at_it(browser, tmp_path):
    portfolio = load_sample(tmp_path / "sample.duckdb")
    before = portfolio.summary().total
    portfolio.save_plan(portfolio.plan_deposit(5000), "Spring")
    portfolio.execute_plan(1, into="Brokerage")
    with served(portfolio.path) as address:
        visit = Visit(browser, address)
        visit.room("Plan").chart()
        visit.click("Show what taking it back would change")
        visit.see("Taking that back would change this:")
        assert visit.page.get_by_role("table", name="Changes").is_visible()
        visit.click("Take it back")
        visit.see("The execution of plan 1 as of")
        visit.see("Show what it would change")
    assert portfolio.plans()["executed"].tolist() == [""]
    assert portfolio.summary().total == before


def test_money_for_a_class_with_nothing_to_buy_is_said_to_count_as_it(visit):
    visit.room("Plan").chart()
    visit.see("is left as cash, counted as Real estate, because nothing is held in it to buy")
