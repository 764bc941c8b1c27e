"""Loading files on the page, the first visit, backups and exports."""

import datetime

import pandas as pd
import pytest

import allocation
from allocation.shipped_files import shipped
from tests.browser.visiting import Visit, served
from tests.readers.portfolio_performance.test_taxonomies import file as two_taxonomies

HEAD = "account,symbol,name,asset_class,quantity,price,currency\n"


@pytest.fixture
def data_room(browser, sample):
    with served(sample.path) as address:
        visit = Visit(browser, address)
        visit.chart()
        yield visit.room("Data")


def give(visit, *files):
    """Choose files in the page: paths, or (name, text)."""
    chosen = [
        file if not isinstance(file, tuple) else {"name": file[0], "mimeType": "text/csv", "buffer": file[1].encode()}
        for file in files
    ]
    visit.page.locator("input[type=file]").set_input_files(chosen)


def test_a_file_is_looked_at_row_by_row_and_loaded_once_confirmed(data_room, sample):
    give(data_room, ("new.csv", HEAD + "Roth IRA,VTI,,US stocks,20,330,USD\nPension,BND,,Bonds,5,74.06,USD\n"))
    data_room.see("This would change: 1 account")
    changes = data_room.page.get_by_role("table", name="Holdings before and after")
    rows = [row.split("\t") for row in changes.locator("tbody tr").all_inner_texts()]
    stocks, bonds = "VTI\nVanguard Total Stock Market ETF", "BND\nVanguard Total Bond Market ETF"
    assert [stocks, "changed", "Roth IRA", "12 → 20", "328.45 → 330.00 USD", "6,600.00"] in rows
    assert [bonds, "new", "Pension", "0 → 5", "74.06 USD", "370.30"] in rows
    assert [bonds, "sold", "Roth IRA", "25 → 0", "74.06 USD", "0.00"] in rows
    totals = data_room.page.get_by_role("table", name="Accounts before and after")
    assert "7,010.26" in totals.inner_text() and "6,600.00" in totals.inner_text()
    assert "Pension" not in sample.accounts()
    data_room.click("Load this")
    data_room.see("Loaded: 1 account")
    data_room.focused("Loaded: 1 account")
    assert "Pension" in sample.accounts()
    data_room.page.get_by_role("button", name="Take the last load back").press("Enter")
    data_room.focused("This would take back: new.csv")
    data_room.page.get_by_role("button", name="Keep it").press("Enter")
    data_room.focused("Take the last load back")
    data_room.page.keyboard.press("Enter")
    data_room.focused("This would take back: new.csv")
    data_room.page.get_by_role("button", name="Take it back").press("Enter")
    data_room.focused("Taken back: new.csv")
    assert "Pension" not in sample.accounts()


def test_a_day_is_deleted_once_it_was_said_what_that_takes_along(data_room, sample):
    data_room.box("Delete").select_option("a day of an account")
    data_room.box("Which").select_option("Roth IRA, 2026-11-20")
    for answer, told in (("Keep it", "Delete…"), ("Delete it", "Deleted Roth IRA on 2026-11-20: 4 holdings")):
        data_room.page.get_by_role("button", name="Delete…").press("Enter")
        data_room.focused("This would delete Roth IRA on 2026-11-20: 4 holdings, 1 snapshot, 2 prices.")
        data_room.page.get_by_role("button", name=answer).press("Enter")
        data_room.focused(told)
    assert sample.snapshots("Roth IRA")["as_of"].max() == datetime.date(2026, 10, 30)


def test_every_problem_of_a_file_is_shown_and_nothing_is_loaded(data_room, sample):
    before = sample.path.read_bytes()
    give(data_room, ("bad.csv", HEAD + "Roth IRA,VTI,,US stocks,many,330,USD\nRoth IRA,BND,,Bonds,5,74.06,DOLLAR\n"))
    data_room.see("Nothing was loaded: 2 problems.")
    table = data_room.page.get_by_role("table", name="Problems")
    rows = [row.split("\t") for row in table.locator("tbody tr").all_inner_texts()]
    assert [row[:4] for row in rows] == [["bad.csv", "2", "quantity", "many"], ["bad.csv", "3", "currency", "DOLLAR"]]
    assert not data_room.page.get_by_role("button", name="Load this").is_visible()
    assert sample.path.read_bytes() == before


def test_what_is_sold_short_is_left_out_by_a_button_and_that_is_said(data_room, sample):
    give(data_room, ("short.csv", HEAD + "Pension,BND,,Bonds,5,74.06,USD\nPension,XYZ,,US stocks,-10,20,USD\n"))
    data_room.see("Nothing was loaded: 1 problem.")
    data_room.click("Leave it out: XYZ (every account)")
    data_room.see("Left out: XYZ in Pension, −10 shares; the total is without it.")
    assert not data_room.page.get_by_role("button", name="Leave it out: XYZ (every account)").is_visible()
    data_room.click("Load this")
    data_room.see("Loaded: 1 account")
    data_room.see("Left out: XYZ in Pension, −10 shares; the total is without it.")
    assert list(sample.holdings("Pension")["symbol"]) == ["BND"]


def test_a_file_of_20_megabytes_comes_in_pieces(data_room):
    rows = "".join(f"Big,S{number},{'x' * 280},Stocks,1,1,USD\n" for number in range(70_000))
    give(data_room, ("big.csv", HEAD + rows))
    data_room.page.get_by_text("70,000 holdings").first.wait_for(timeout=120_000)


def test_the_first_visit_shows_the_sample_and_leads_to_ones_own_file(browser, tmp_path):
    home = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    with served(None, environment=home) as address:
        visit = Visit(browser, address)
        visit.see("This is the sample: a made-up household")
        visit.click("Load your own")
        visit.page.get_by_role("tabpanel", name="Data").wait_for()
        data = shipped("data")
        give(visit, data / "holdings.csv", data / "targets.csv", data / "fx.csv")
        visit.see("the portfolio has no base currency yet")
        visit.enter("Base currency", "usd")
        visit.click("Load this")
        visit.see("Loaded: 3 accounts")
        visit.room("Overview").see("50,335.41 USD")
        assert not visit.page.get_by_text("This is the sample").is_visible()
        visit.open()
        visit.see("50,335.41 USD")
        assert not visit.page.get_by_text("This is the sample").is_visible()


def test_an_empty_portfolio_leads_to_the_sample(browser, tmp_path):
    home = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    allocation.open(tmp_path / "mine.duckdb").init("USD")
    with served(tmp_path / "mine.duckdb", environment=home) as address:
        visit = Visit(browser, address)
        visit.see("Nothing is loaded yet")
        visit.click("See the sample")
        visit.see("50,335.41 USD")


def test_a_backup_is_made_and_restored_after_asking(data_room, sample):
    data_room.click("Make a backup")
    data_room.see("Saved as")
    sample.delete_account("Roth IRA", backup=False)
    data_room.click("Restore…")
    data_room.see("This puts the backup in the portfolio's place.")
    data_room.click("Restore it")
    data_room.see("Restored")
    assert "Roth IRA" in sample.accounts()


def test_the_file_is_checked(data_room):
    data_room.click("Check the file")
    data_room.page.get_by_text("Nothing is wrong with the file.").or_(
        data_room.page.locator(".allocation-room-data li")
    ).first.wait_for()


def test_what_is_exported_can_be_loaded_again(data_room, sample, tmp_path):
    for button in ("Holdings (CSV)", "Targets (CSV)"):
        with data_room.page.expect_download() as download:
            data_room.click(button)
        download.value.save_as(tmp_path / download.value.suggested_filename)
    again = allocation.open(tmp_path / "again.duckdb")
    fx = shipped("data") / "fx.csv"
    again.load(tmp_path / "holdings.csv", tmp_path / "targets.csv", fx, base_currency="USD")
    pd.testing.assert_frame_equal(again.drift(), sample.drift())


def test_another_taxonomy_is_chosen_on_the_page(browser, portfolio):
    portfolio.init("EUR")
    with served(portfolio.path) as address:
        visit = Visit(browser, address).room("Data")
        give(visit, ("my.xml", two_taxonomies().text()))
        visit.see("Classes and targets come from the taxonomy Asset Allocation.")
        visit.box("Taxonomy").select_option("Regions")
        visit.see("Classes come from the taxonomy Regions;")
        visit.click("Load this")
        visit.see("Loaded: 1 account")
        assert not visit.box("Taxonomy").is_visible()
    assert "Asia" in set(portfolio.asset_classes()["asset_class"])
