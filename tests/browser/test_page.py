"""What a person sees and does on the dashboard."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pandas as pd
import pytest

import allocation
from allocation.store import Database
from tests.browser.visiting import SEEN, Visit, served


def test_the_page_loads_without_a_word_to_the_console_and_asks_nobody_else(visit):
    chart = visit.chart()
    assert {trace["name"] for trace in chart} >= {"band", "target", "over", "under", "in band"}
    assert visit.console == []
    assert visit.outside == []
    visit.see("50,335.41 USD")
    visit.see(
        "3 of 7 classes are outside their band; the largest gap of these is Inflation-linked bonds, 908.14 under."
    )


def test_changing_the_scope_changes_the_bars(visit):
    everything = visit.chart()
    visit.choose_scope("Roth IRA")
    account = visit.chart()
    assert everything != account
    visit.see("7,010.26 USD")


def test_the_chart_of_every_room_follows_the_scope(visit):
    visit.chart()
    visit.room("Plan").chart()
    for scope in ["401(k)", "Brokerage", "Roth IRA", "All Portfolio"] * 2:
        visit.choose_scope(scope)
        table = visit.page.get_by_role("table", name="Asset classes before and after")
        shown = table.locator("tbody tr td:first-child").all_inner_texts()
        assert sorted(visit.chart()[0]["y"]) == sorted(shown)
        visit.room("Overview")
        visit.page.wait_for_function(f"names => {SEEN}?.layout.yaxis.categoryarray.length === names.length", arg=shown)
        visit.room("Plan")


def test_a_class_opens_to_its_holdings_by_keyboard(visit):
    visit.chart()
    bonds = visit.page.locator("details", has_text="VBTIX")
    assert not bonds.get_by_text("VBTIX").is_visible()
    bonds.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    assert bonds.get_by_text("VBTIX").is_visible()


def test_a_deposit_of_1000_is_planned_to_the_cent_and_downloads_as_the_same_plan(visit):
    visit.room("Plan").chart()
    visit.enter("Deposit", "1000")
    table = visit.page.get_by_role("table", name="Trades of this plan")
    undone = visit.page.get_by_role("table", name="Left undone")
    cells = [part.locator("tbody td:nth-child(4)").all_inner_texts() for part in (table, undone)]
    bought, left = ([float(cell.replace(",", "")) for cell in column if cell] for column in cells)
    assert table.locator("tfoot").inner_text().split() == ["Together", f"{sum(bought):,.2f}"]
    shown = bought + left
    assert round(sum(shown), 2) == 1000
    with visit.page.expect_download() as download:
        visit.click("Download the plan (CSV)")
    plan = pd.read_csv(download.value.path())
    assert plan["amount"].tolist() == shown
    assert download.value.suggested_filename.startswith("deposit-plan-")


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("a thousand", "The deposit 'a thousand' is not a number."),
        ("-5", "The deposit -5 is negative."),
        ("10.005", "is finer than USD has decimals (2)"),
        ("", "Enter the amount of the deposit in USD"),
    ],
)
def test_a_bad_amount_gets_a_sentence_and_no_plan(visit, amount, sentence):
    visit.room("Plan").chart()
    visit.enter("Deposit", amount)
    visit.see(sentence)
    assert not visit.page.get_by_role("table", name="Trades of this plan").is_visible()
    visit.enter("Deposit", "2500")
    visit.page.get_by_role("table", name="Trades of this plan").wait_for()
    assert not visit.page.get_by_text(sentence).is_visible()


def test_another_rule_gives_another_plan(visit):
    visit.room("Plan").chart()
    visit.box("Rule").select_option("By target weights")
    visit.see("Splits the money by the target weights, whatever is held.")
    visit.page.get_by_role("table", name="Trades of this plan").locator("tbody tr").nth(11).wait_for()


def test_no_chart_offers_to_send_its_data_anywhere(visit):
    visit.chart()
    titles = visit.page.locator(".modebar-btn").evaluate_all("buttons => buttons.map(b => b.dataset.title)")
    assert titles
    assert not [title for title in titles if "share" in title.lower() or "cloud" in title.lower()]


def test_while_another_window_is_saving_the_page_says_so_and_then_goes_on(browser, sample):
    with served(sample.path) as address:
        visit = Visit(browser, address)
        visit.chart()
        with Database(sample.path, by="Ann").write():
            visit.page.get_by_label("Scope").select_option("Roth IRA")
            visit.see("Waiting: Ann (process")
        visit.see("7,010.26 USD")
        assert not visit.page.get_by_text("Waiting: Ann").is_visible()


def test_a_damaged_file_is_a_calm_sentence_and_stays_as_it_is(browser, sample):
    damaged = sample.path.read_bytes()[:50_000]
    with served(sample.path) as address:
        sample.path.write_bytes(damaged)
        visit = Visit(browser, address)
        visit.see("is damaged, or only a part of a portfolio file. Restore a backup, or name another file.")
        assert "Traceback" not in visit.page.content()
    assert sample.path.read_bytes() == damaged


def test_a_file_of_an_older_version_is_brought_up_to_date_and_the_page_says_where_it_is_kept(browser, old_schema):
    with served(old_schema) as address:
        visit = Visit(browser, address)
        visit.chart()
        visit.see("schema-1.duckdb was brought up to date")


def test_a_page_whose_server_has_stopped_says_so(browser, sample):
    with served(sample.path) as address:
        visit = Visit(browser, address)
        visit.chart()
    visit.page.get_by_text("The dashboard has stopped, or this page has lost it.").wait_for(timeout=60_000)


STRANGE = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"onmouseover="alert(3)',
    "=HYPERLINK(1)",
    "שלום עולם",
    "📈🏦",
    "&lt;b&gt;",
    "x" * 300,
]
"""Names that are HTML, script, a formula, right to left, pictures, an entity, and long."""


def test_strange_names_are_text_on_the_page_in_charts_tables_and_files(browser, tmp_path):
    portfolio = allocation.open(tmp_path / "names.duckdb")
    holdings = pd.DataFrame(
        {
            "account": STRANGE,
            "symbol": [name[:40] for name in STRANGE],
            "name": STRANGE,
            "asset_class": STRANGE,
            "quantity": 10,
            "price": 100,
            "currency": "USD",
        }
    )
    portfolio.load(holdings)
    portfolio.save_class_targets(dict.fromkeys(STRANGE, 12.5))
    with served(portfolio.path) as address:
        visit = Visit(browser, address)
        visit.chart()
        for room in ("Targets", "Plan", "History", "Data", "Overview"):
            visit.room(room)
            visit.page.wait_for_timeout(1000)
            assert visit.page.locator("img[src=x], script:text('alert(2)'), [onmouseover]").count() == 0
            wide = visit.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, room
        named = visit.page.locator(".allocation-classes summary > span:first-child").all_inner_texts()
        assert {name.strip() for name in named} == set(STRANGE)
        assert STRANGE[0] in visit.page.locator(".allocation-chart").first.inner_text()
        visit.choose_scope(STRANGE[0])
        visit.page.locator("details summary").first.click()
        visit.page.locator("details").get_by_text(STRANGE[0], exact=True).first.wait_for()
        visit.room("Data")
        with visit.page.expect_download() as download:
            visit.click("Holdings (CSV)")
        cells = pd.read_csv(download.value.path(), dtype=str)["name"].tolist()
        assert "'=HYPERLINK(1)" in cells and not [cell for cell in cells if cell.startswith("=")]
        assert visit.dialogs == []


def test_a_missing_rate_is_a_sentence_that_says_what_to_do(browser, sample_holdings_without_rates):
    with served(sample_holdings_without_rates) as address:
        visit = Visit(browser, address)
        visit.see("There is no FX rate between EUR and USD. Load an fx.csv")
        assert "Traceback" not in visit.page.content()


@pytest.fixture
def sample_holdings_without_rates(tmp_path):
    portfolio = allocation.open(tmp_path / "no-rates.duckdb")
    portfolio.load(allocation.shipped_files.shipped("data") / "holdings.csv", base_currency="USD")
    return portfolio.path


def test_data_loaded_after_the_server_started_is_on_the_page(browser, sample):
    with served(sample.path) as address:
        before = Visit(browser, address)
        before.chart()
        before.page.locator("summary", has_text="International").press("Enter")
        before.see("VXUS")
        sample.save_class_targets({"US stocks": 60, "Bonds": 40})
        visit = Visit(browser, address)
        visit.see("40.0 %")
        # Somebody comes back to the window that was open all the time.
        before.page.evaluate("dispatchEvent(new Event('focus'))")
        before.spoken("The portfolio has changed.")
        before.see("40.0 %")
        before.focused("International")
        assert before.page.get_by_role("table", name="Holdings of International stocks").is_visible()


def test_when_the_command_ends_its_server_ends_too(sample):
    with served(sample.path) as address:
        assert answer(address) != "refused"
    assert answer(address) == "refused"


def test_a_command_that_is_killed_takes_its_server_along(sample):
    with served(sample.path) as address, suppress(ProcessLookupError):
        for process in commands_serving(sample.path):
            os.kill(process, signal.SIGKILL)
        for _ in range(100):
            if answer(address) == "refused":
                break
            time.sleep(0.2)
        assert answer(address) == "refused"


def commands_serving(portfolio):
    """Process numbers of `allocation dashboard` on this portfolio."""
    found = subprocess.run(["pgrep", "-f", f"{portfolio} dashboard"], capture_output=True, text=True, check=True)
    return [int(number) for number in found.stdout.split()]


def test_without_the_token_nothing_is_served(sample_address):
    root = sample_address.split("?")[0]
    for path in ("", "voila/files/sample.duckdb", "voila/files/dashboard.ipynb", "voila/files/../x", "api/kernels"):
        assert answer(root + path) in ("login", 403)


def answer(address):
    try:
        return build_opener(ProxyHandler({})).open(address).url.split("?")[0].split("/")[-1]
    except HTTPError as refused:
        return refused.code
    except OSError:
        return "refused"


def test_with_the_token_no_file_is_served(visit, sample_address):
    root = sample_address.split("?")[0]
    for path in ("sample.duckdb", "dashboard.ipynb", "..%2Fdata%2Fholdings.csv", "1_your_portfolio.ipynb"):
        assert visit.page.request.get(f"{root}voila/files/{path}").status in (403, 404)


def test_a_configuration_file_in_the_folder_it_is_called_from_is_not_executed(sample, tmp_path):
    for name in ("voila.py", "jupyter_config.py", "jupyter_server_config.py", "pandas.py"):
        (tmp_path / name).write_text(f"open({str(tmp_path / 'executed')!r}, 'w').close()")
    with served(sample.path, folder=tmp_path):
        pass
    assert not (tmp_path / "executed").exists()
