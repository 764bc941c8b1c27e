"""What a person does in the room where targets are set, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

import allocation
from tests.browser.conftest import load_sample
from tests.browser.setting_targets import Targets
from tests.browser.visiting import served

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """One server for all: each test begins with the sample as it came."""
    portfolio = load_sample(tmp_path_factory.mktemp("targets") / "sample.duckdb")
    with served(portfolio.path) as address:
        yield portfolio, portfolio.path.read_bytes(), address


@pytest.fixture
def sample(server):
    portfolio, as_it_came, _ = server
    portfolio.path.write_bytes(as_it_came)
    return portfolio


@pytest.fixture
def address(sample, server):
    return server[2]


@pytest.fixture
def room(browser, address):
    visit = Targets(browser, address)
    yield visit
    assert [said for kind, said in visit.console if kind != "warning"] == []
    assert visit.outside == []
    visit.page.close()


def saved(sample, scope="all"):
    return {name: float(percent) for name, percent in sample.strategy(scope).class_percents.items()}


def test_arrow_keys_move_a_row_and_the_others_make_room(room):
    room.number("Bonds").focus()
    room.page.keyboard.press("ArrowUp")
    room.has(Bonds=19.5, US_stocks="47.7")
    room.page.keyboard.press("PageUp")
    room.has(Bonds=24.5)
    room.page.keyboard.press("ArrowDown")
    room.has(Bonds=24)
    expect(room.number("US stocks")).to_have_value(re.compile(r"45\.0\d"))
    expect(room.number("Bonds")).to_be_focused()
    expect(room.row("Bonds").get_by_text("−6.5 under")).to_be_visible()
    room.see("unsaved changes")
    room.settled()
    expect(room.page.get_by_text("What it would take: ")).to_be_visible()


def test_a_page_with_something_unsaved_asks_before_it_is_left(room, sample):
    room.type_percent("Bonds", "25")
    room.see("unsaved changes")
    room.save()
    room.see("Nothing is unsaved.")
    room.type_percent("Bonds", "26")
    room.see("unsaved changes")
    room.choose_scope("Roth IRA", "There are unsaved changes in All Portfolio, too.")
    room.see("Nothing is unsaved.")
    assert not room.asked_to_stay
    room.page.reload(wait_until="commit")
    assert room.asked_to_stay == 1
    assert saved(sample)["Bonds"] == 25


def test_a_slider_is_moved_by_keyboard_and_by_mouse(room):
    room.slider("Bonds").focus()
    room.page.keyboard.press("ArrowRight")
    room.page.keyboard.press("PageUp")
    room.has(Bonds=24.5)
    expect(room.slider("Bonds")).to_be_focused()
    place = room.slider("Gold").bounding_box()
    middle = place["y"] + place["height"] / 2
    room.page.mouse.move(place["x"] + 0.05 * place["width"], middle)
    room.page.mouse.down()
    for part in range(5, 60):
        room.page.mouse.move(place["x"] + part / 100 * place["width"], middle)
    room.page.mouse.up()
    room.settled()
    moved = float(room.number("Gold").input_value())
    assert 55 < moved < 62
    boxes = room.editor.get_by_role("spinbutton").evaluate_all("boxes => boxes.map(box => Number(box.value))")
    assert round(sum(boxes), 2) == 100
    room.click("Undo")
    room.has(Bonds=24.5)
    assert float(room.number("Gold").input_value()) < 5


def test_what_is_being_typed_is_not_written_over_and_can_be_nonsense(room):
    room.number("Bonds").fill("")
    room.number("Bonds").press_sequentially("3x", delay=150)
    room.see("'3x' is not a percent from 0 to 100")
    expect(room.number("Bonds")).to_have_value("3x")
    expect(room.number("Bonds")).to_have_attribute("aria-invalid", "true")
    room.number("Bonds").fill("30,5")
    room.number("Bonds").press("Tab")
    room.has(Bonds=30.5)
    expect(room.number("Bonds")).to_have_attribute("aria-invalid", "false")


def test_a_locked_row_stays_and_a_row_without_room_says_why(room):
    for name in ("US stocks", "International stocks"):
        room.button(f"Lock {name}").click()
        expect(room.button(f"Lock {name}")).to_have_attribute("aria-pressed", "true")
    room.number("Bonds").fill("60")
    room.see("Bonds stops at 30: the locked rows hold the other 70.")
    room.number("Bonds").press("Tab")
    room.has(Bonds=30, US_stocks=48, International_stocks=22, Gold=0)
    expect(room.slider("US stocks")).to_be_disabled()
    room.button("Lock US stocks").press("Enter")
    expect(room.button("Lock US stocks")).to_have_attribute("aria-pressed", "false")
    expect(room.button("Lock US stocks")).to_be_focused()


def test_undo_and_redo_by_button_and_by_key(room):
    room.type_percent("Bonds", "30")
    room.type_percent("Gold", "10")
    room.number("Gold").focus()
    room.page.keyboard.press("Control+z")
    room.has(Bonds=30, Gold="3.46")
    room.page.keyboard.press("Control+z")
    room.has(Bonds=19, Gold=4)
    room.see("Nothing is unsaved.")
    room.page.keyboard.press("Control+Shift+Z")
    room.click("Redo")
    room.has(Gold=10)
    expect(room.button("Redo")).to_have_attribute("aria-disabled", "true")


def test_holdings_are_edited_inside_their_class(room, sample):
    room.button("Holdings of Bonds").press("Enter")
    room.has(VBTIX=75, BND=25)
    room.type_percent("VBTIX", "60")
    room.has(BND=40)
    room.save()
    room.focused("Saved. in Bonds: VBTIX 75 → 60, BND 25 → 40.")
    # What has the focus is read out already.
    assert "Saved. " not in room.spoken("Nothing is unsaved.")
    assert sample.strategy().holding_percents("Bonds") == {"VBTIX": 60, "BND": 40}


def test_a_class_is_added_and_another_taken_out(room, sample):
    room.page.get_by_label("New class").fill("Crypto")
    room.page.get_by_label("New class").press("Enter")
    room.type_percent("Crypto", "5")
    room.button("Take Real estate out").click()
    expect(room.number("Real estate")).to_have_count(0)
    room.save()
    room.see("Saved. ")
    assert saved(sample)["Crypto"] > 5 and "Real estate" not in saved(sample)


def test_a_name_that_can_t_be_a_class_is_refused(room):
    room.page.get_by_label("New class").fill("unclassified")
    room.click("Add class")
    room.see("Unclassified is where holdings without a class stand")


def test_targets_that_do_not_add_up_are_not_saved(room, sample):
    room.each_by_itself()
    room.type_percent("Bonds", "25")
    room.see("They add up to 106: 6 too much.")
    room.save()
    room.see("The class targets add up to 106: 6 too much.")
    assert saved(sample)["Bonds"] == 19


def test_a_saved_target_is_there_after_a_reload_and_a_restart(browser, sample):
    with served(sample.path) as address:
        visit = Targets(browser, address)
        visit.each_by_itself()
        visit.type_percent("Bonds", "25")
        visit.type_percent("US stocks", "42")
        visit.see("The sum is 100.")
        visit.save()
        visit.see("Saved. US stocks 48 → 42, Bonds 19 → 25.")
        visit.open()
        visit.has(Bonds=25)
    with served(sample.path) as address:
        Targets(browser, address).has(Bonds=25, US_stocks=42)


def test_two_visitors_at_once_both_save(browser, address, sample):
    one, two = Targets(browser, address), Targets(browser, address)
    two.choose_scope("Roth IRA", "The sum is 100.")
    two.has(Bonds=18)
    for visit, percents in ((one, {"Gold": "3", "Cash": "3"}), (two, {"Bonds": "20", "US stocks": "68"})):
        visit.each_by_itself()
        for name, percent in percents.items():
            visit.type_percent(name, percent)
    one.save()
    two.save()
    one.see("Saved. Gold 4 → 3, Cash 2 → 3.")
    two.see("Saved. US stocks 70 → 68, Bonds 18 → 20.")
    assert saved(sample)["Gold"] == 3 and saved(sample, "Roth IRA")["Bonds"] == 20


@pytest.fixture
def conflict(room, sample):
    """A visit that has tried to save Bonds 20, US stocks 47 after Ann had saved Gold 5, Cash 1."""
    ann = allocation.open(sample.path, by="Ann")
    ann.save_class_targets({**sample.strategy().class_percents, "Gold": 5, "Cash": 1})
    room.each_by_itself()
    room.type_percent("Bonds", "20")
    room.type_percent("US stocks", "47")
    room.save()
    room.see("have changed since you opened them, saved by Ann at")
    return room


def test_a_save_over_somebody_elses_is_refused_and_shows_both_versions(conflict, sample):
    conflict.see("Gold 4 → 5, Cash 2 → 1. Nothing was saved.")
    table = conflict.page.get_by_role("table", name="Saved targets and yours")
    rows = {cells[0]: cells[1:] for cells in (row.split("\t") for row in table.locator("tbody tr").all_inner_texts())}
    assert rows["Gold"] == ["4", "5", "4"] and rows["Bonds"] == ["19", "19", "20"]
    assert rows["Bonds › BND"] == ["25", "25", "25"]
    assert saved(sample)["Bonds"] == 19


def test_of_two_versions_the_saved_one_can_be_kept(conflict, sample):
    conflict.click("Keep what is saved")
    conflict.see("These are the saved targets.")
    conflict.has(Gold=5, Bonds=19)
    assert not conflict.page.get_by_role("table", name="Saved targets and yours").is_visible()
    assert saved(sample)["Gold"] == 5


def test_of_two_versions_ones_own_can_be_saved(conflict, sample):
    conflict.click("Save mine instead")
    conflict.see("Saved. US stocks 48 → 47")
    percents = saved(sample)
    assert (percents["Bonds"], percents["US stocks"], percents["Gold"], percents["Cash"]) == (20, 47, 4, 2)
    assert "in the dashboard" in sample.strategy().saved_by


def test_an_account_gets_its_own_targets_and_goes_back_to_the_portfolios(room, sample):
    room.choose_scope("401(k)", "401(k) has no targets of its own and uses those of All Portfolio.")
    room.each_by_itself()
    room.type_percent("Gold", "0")
    room.type_percent("Bonds", "23")
    room.save()
    room.see("Saved. Bonds 19 → 23, Gold 4 → 0.")
    assert not sample.strategy("401(k)").inherited
    room.click("Use All Portfolio's targets")
    room.see("401(k) uses the targets of All Portfolio.")
    assert sample.strategy("401(k)").inherited


def test_drafts_survive_another_scope_and_another_room(room):
    room.type_percent("Bonds", "30")
    room.choose_scope("Roth IRA", "There are unsaved changes in All Portfolio, too.")
    room.has(Bonds=18)
    room.room("Plan").room("Targets")
    room.choose_scope("All Portfolio", "unsaved changes")
    room.has(Bonds=30)
    room.number("Bonds").focus()
    room.page.keyboard.press("Control+z")
    room.has(Bonds=19)


def test_an_edit_starts_from_a_preset_with_its_source(room):
    room.fold("Start from something")
    room.page.get_by_label("Start from", exact=True).select_option("Preset: Permanent Portfolio")
    room.see("Harry Browne")
    room.click("Start from it")
    room.has(Gold=25, Cash=25)
    room.see("unsaved changes")


def test_bands_and_trigger_are_saved_with_the_targets_and_come_back_with_a_version(room, sample):
    before = len(sample.target_versions())
    room.type_percent("Bonds", "30")
    room.fold("Bands and when a rebalance is due")
    for label, text in (("Band", "3 points"), ("Rebalance is due", "every 12 months")):
        room.page.get_by_label(label, exact=True).fill(text)
        room.page.get_by_label(label, exact=True).press("Tab")
    room.see("Trigger: drift → every 12 months")
    room.save()
    room.see("Saved. ")
    assert sample.strategy().band.describe() == "3 points" and len(sample.target_versions()) == before + 1
    room.fold("Saved versions")
    room.page.get_by_label("Saved version", exact=True).select_option(index=1)
    expect(room.page.get_by_role("table", name="Bands and trigger saved then")).to_be_visible()
    room.click("Bring it back into the editor")
    room.see("Band 3 points → 5/25")
    room.save()
    room.see("Trigger: every 12 months → drift")
    expect(room.button("Save targets")).to_be_disabled()
    assert sample.strategy().measures == allocation.Measures()


def test_a_band_saved_in_another_window_is_a_conflict(room, sample):
    allocation.open(sample.path, by="Ann").save_band("3 points")
    room.type_percent("Bonds", "30")
    room.save()
    room.see("Band 5/25 → 3 points. Nothing was saved.")
    table = room.page.get_by_role("table", name="Saved targets and yours")
    assert "3 points" in table.inner_text() and saved(sample)["Bonds"] == 19


def test_an_edit_starts_from_a_file(room, tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("asset_class,symbol,target_percent\nUS stocks,,70\nBonds,,30\nUS stocks,VTI,100\n")
    room.fold("Start from something")
    room.page.get_by_label("Start from", exact=True).select_option("A CSV file")
    with room.page.expect_file_chooser() as chooser:
        room.page.get_by_role("button", name="Choose a CSV file").click()
    chooser.value.set_files(file)
    room.page.get_by_role("button", name="Choose a CSV file (1)").wait_for()
    room.click("Start from it")
    room.has(US_stocks=70, Bonds=30)


def test_another_strategy_is_made_and_becomes_the_active_one(room, sample):
    room.fold("Manage strategies")
    room.page.get_by_label("Name", exact=True).fill("Careful")
    room.button("Copy").click()
    room.see("Careful is a copy of All Portfolio.")
    room.type_percent("Bonds", "40")
    room.save()
    room.see("Saved. ")
    assert saved(sample)["Bonds"] == 19
    room.click("Make it active")
    room.see("Careful is active")
    assert saved(sample)["Bonds"] == 40
    room.page.get_by_label("Strategy", exact=True).select_option("All Portfolio")
    room.has(Bonds=19)
    room.fold("Compare two strategies")
    room.page.get_by_role("table", name="Two strategies").wait_for()


def test_an_earlier_version_is_brought_back_into_the_editor(room, sample):
    room.type_percent("Bonds", "30")
    room.save()
    room.see("Saved. ")
    room.fold("Saved versions")
    versions = room.box("Saved version")
    versions.select_option(index=1)
    room.page.get_by_role("table", name="A saved version").wait_for()
    room.click("Bring it back into the editor")
    room.has(Bonds=19)
    assert saved(sample)["Bonds"] == 30


def test_a_band_in_words_moves_the_zone_of_its_row(room):
    room.fold("Bands and when a rebalance is due")
    room.page.get_by_label("Band", exact=True).fill("2 points")
    room.page.get_by_label("Band", exact=True).press("Tab")
    expect(room.row("Bonds").get_by_text("17–21 %")).to_be_visible()
    room.page.get_by_label("Band", exact=True).fill("wide")
    room.page.get_by_label("Band", exact=True).press("Tab")
    room.see("'wide' is not a band.")


def test_rails_stand_under_one_another_whatever_words_are_beside_them(room):
    expect(room.row("Real estate").get_by_text("nothing held")).to_be_visible()
    rails = room.editor.locator(".allocation-target-rail").evaluate_all(
        "rails => rails.map(rail => rail.getBoundingClientRect()).map(place => [place.left, place.width])"
    )
    assert len(rails) == 7 and all(rail == rails[0] for rail in rails)
