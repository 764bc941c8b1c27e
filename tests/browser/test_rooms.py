"""Going from room to room, and what holds in all of them: light, dark, phone, hidden balances, other languages."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

# The page itself, and every box that scrolls sideways.
WIDER_THAN_THEIR_PLACE = """[document.documentElement, ...document.querySelectorAll('.allocation-scroll')]
  .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth)
  .map(box => box.getAttribute('aria-label') ?? box.className)"""
ROOMS = ["Overview", "Targets", "Plan", "History", "Data"]
MONEY = re.compile(r"(?<![\d.])\d{1,3}(,\d{3})*\.\d\d(?!\d| %| points)")


def test_one_room_is_seen_and_the_address_keeps_it(visit):
    visit.chart()
    visit.room("History")
    assert visit.page.get_by_role("tabpanel").count() == 1
    assert visit.page.url.endswith("#history")
    visit.page.reload()
    visit.page.get_by_role("tabpanel", name="History").wait_for(timeout=60_000)
    visit.page.get_by_role("tab", name="Plan").click()
    visit.page.get_by_role("tabpanel", name="Plan").wait_for()
    visit.page.go_back()
    visit.page.get_by_role("tabpanel", name="History").wait_for()


def test_rooms_are_reached_by_keyboard(visit):
    visit.chart()
    visit.page.get_by_role("tab", name="Overview").focus()
    for key, room in [("ArrowRight", "Targets"), ("End", "Data"), ("ArrowRight", "Overview"), ("ArrowLeft", "Data")]:
        visit.page.keyboard.press(key)
        visit.page.get_by_role("tabpanel", name=room).wait_for()
        assert visit.page.evaluate("document.activeElement.textContent") == room
    # Where a person's own colours leave backgrounds out, the room that is seen is told by another line.
    visit.page.emulate_media(forced_colors="active")
    lines = "[...document.querySelectorAll('[role=tab]')].map(tab => getComputedStyle(tab).borderBottomWidth)"
    assert visit.page.evaluate(lines) == ["2px"] * 4 + ["4px"]
    visit.page.emulate_media(forced_colors="none")


def test_a_room_keeps_what_was_entered_in_it(visit):
    visit.room("Plan").chart()
    visit.enter("Deposit", "777")
    visit.box("Deposit").focus()
    assert visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    visit.room("Overview").room("Plan")
    assert visit.box("Deposit").input_value() == "777"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_room(visitor, scheme):
    visit = visitor(color_scheme=scheme)
    visit.chart()
    axe = Axe()
    found = {}
    for room in ROOMS:
        visit.room(room)
        visit.page.wait_for_load_state("networkidle")
        violations = axe.run(visit.page).response["violations"]
        found |= {f"{room}: {each['id']}": [node["html"][:200] for node in each["nodes"]] for each in violations}
    assert found == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_neither_the_page_nor_a_table_scrolls_sideways_and_axe_finds_nothing(visitor, scheme):
    visit = visitor(width=390, height=800, color_scheme=scheme)
    visit.chart()
    for room in ROOMS:
        visit.room(room)
        if room == "Overview":
            visit.page.locator(".allocation-classes summary").first.click()
            visit.page.get_by_role("table", name="Holdings of US stocks").wait_for()
        if room == "Targets":
            visit.click("Compare two strategies")
            visit.page.get_by_role("table", name="Two strategies").wait_for()
        if room == "Plan":
            visit.click("Limits: none")
            visit.box("Smallest trade").wait_for()
            visit.page.get_by_role("table", name="Trades of this plan").wait_for()
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.evaluate(WIDER_THAN_THEIR_PLACE) == [], room
        assert [each["id"] for each in Axe().run(visit.page).response["violations"]] == [], room


def test_a_trade_on_a_phone_shows_its_amount_and_is_still_a_row_of_a_table(visitor):
    visit = visitor(width=390, height=800)
    visit.room("Plan").chart()
    trades = visit.page.get_by_role("table", name="Trades of this plan")
    assert trades.get_by_role("columnheader", name="Amount, USD").count() == 1
    trade = trades.get_by_role("row").nth(1)
    amount = trade.get_by_role("cell").nth(3)
    amount.wait_for()
    card, place = trade.bounding_box(), amount.bounding_box()
    assert card["x"] < place["x"] and place["x"] + place["width"] <= card["x"] + card["width"] <= 390
    assert place["y"] - card["y"] < 24
    assert amount.evaluate("cell => getComputedStyle(cell, '::after').content").startswith('"Amount, USD"')


def test_charts_and_page_follow_the_system_when_it_turns_dark(visit):
    light = [trace["marker"]["color"] for trace in visit.chart() if trace["name"] == "over"]
    before = visit.page.evaluate("getComputedStyle(document.querySelector('.allocation')).backgroundColor")
    visit.page.emulate_media(color_scheme="dark")
    visit.until(
        "before => getComputedStyle(document.querySelector('.allocation')).backgroundColor !== before", arg=before
    )
    visit.until("document.querySelector('.allocation-chart').layout.font.color === '#E8ECF0'")
    assert [trace["marker"]["color"] for trace in visit.chart() if trace["name"] == "over"] != light
    visit.page.emulate_media(color_scheme="light")


def test_hidden_balances_are_nowhere_on_the_page_and_stay_hidden_for_the_session(visitor):
    visit = visitor()
    visit.chart()
    revision = visit.revision()
    switch = visit.page.get_by_role("switch", name="Hide balances")
    switch.click()
    visit.redrawn(revision)
    for room in ("Overview", "Plan", "History"):
        visit.room(room).chart()
        visit.page.wait_for_timeout(500)
        panel = visit.page.get_by_role("tabpanel", name=room)
        written = [trace.get(key, []) for trace in visit.chart() for key in ("text", "hovertext")]
        prices = panel.get_by_role("table", name="Trades of this plan").locator("td:nth-child(6)").all_inner_texts()
        shown = panel.inner_text() + json.dumps(written, ensure_ascii=False)
        assert [found[0] for found in MONEY.finditer(shown) if f"{found[0]}00" not in prices] == []
    visit.page.reload()
    visit.page.get_by_role("switch", name="Hide balances", checked=True).wait_for(timeout=60_000)
    visit.room("Overview").see("•••••")


def test_numbers_are_written_as_the_browsers_language_does(visitor):
    visit = visitor(locale="de-DE")
    visit.see("50.335,41 USD")
    visit.see("52,5 %")
    visit.room("Plan").see("8,80 % before")


def test_a_class_is_opened_from_its_bar_and_from_the_list(visit):
    visit.chart()
    revision = visit.revision()
    bar = visit.page.locator(".allocation-chart .trace.bars .point path").nth(8)
    bar.click(force=True)
    visit.redrawn(revision)
    visit.see("Holdings of")
    visit.page.get_by_role("button", name="All classes").press("Enter")
    visit.until("document.activeElement.matches('select')")
    visit.page.get_by_label("Show", exact=True).first.select_option("Bonds")
    visit.see("Holdings of Bonds")
    assert visit.page.locator("details[open]").get_by_text("VBTIX").is_visible()
    visit.click("All classes")


def test_points_or_money(visit):
    visit.chart()
    revision = visit.revision()
    visit.choose("Money")
    visit.redrawn(revision)
    words = next(trace for trace in visit.chart() if trace["name"] == "words")["text"]
    assert words[0].strip() == "26,422.94 (+2,261.94, in band)"


def test_history_shows_a_class_with_its_band(visit):
    visit.chart()
    visit.room("History").chart()
    revision = visit.revision()
    visit.page.get_by_role("tabpanel", name="History").get_by_label("Show").select_option("Bonds")
    visit.redrawn(revision)
    assert {trace["name"] for trace in visit.chart()} >= {"band", "target", "weight"}
    table = visit.page.get_by_role("table", name="Bonds by day")
    assert table.locator("tbody tr").first.inner_text().split("\t")[:3] == ["2026-11-20", "8,822.60", "17.5 %"]


def test_history_is_measured_against_the_targets_of_each_day_or_todays(visit):
    visit.chart()
    visit.room("History").chart()
    visit.see("against the targets and bands in force that day. The earliest targets that are known were saved on")
    revision = visit.revision()
    visit.page.get_by_role("tabpanel", name="History").get_by_label("Against").select_option("today's targets")
    visit.redrawn(revision)
    visit.see("at the prices known that day, against today's targets and bands.")


def test_the_words_are_explained_on_the_page(visit):
    visit.page.get_by_text("Words and rules").click()
    visit.see("How far a weight may stray from its target.")
    visit.see("3_deposit.ipynb")


def test_a_printed_plan_has_its_numbers_and_no_buttons(visitor):
    visit = visitor()
    visit.room("Plan").chart()
    visit.page.emulate_media(media="print")
    assert visit.page.get_by_role("table", name="Trades of this plan").is_visible()
    assert not visit.page.get_by_role("button", name="Save this plan").is_visible()
    assert not visit.page.get_by_role("tab", name="Plan").is_visible()
    buttons = [button.inner_text() for button in visit.page.get_by_role("button").all() if button.is_visible()]
    assert [words for words in buttons if words] == ["Limits: none"]
