"""The page without a browser: rooms, scopes, hidden balances, the first visit."""

import datetime

import pytest

import allocation
from allocation.dashboard.app import NEWS, ROOMS, Page
from allocation.dashboard.drop import FileDrop
from allocation.dashboard.parts import Notice
from allocation.dashboard.widgets import Chart, Pulse
from tests.builders import held_on

HELD = b"account,symbol,quantity,price,currency\nA,CASH,5,1,USD\n"


def parts(widget):
    """A widget and everything in it that is to be seen."""
    if widget.layout.display != "none" if hasattr(widget, "layout") else True:
        yield widget
        for child in getattr(widget, "children", ()):
            yield from parts(child)


def text(page):
    return " ".join(
        part.value for part in parts(page.box) if type(part).__name__ == "HTML" and "<style>" not in part.value
    )


def go(page, room):
    page._nav.room = room
    return page


def give(drop, *files):
    """Give files as a browser gives them."""
    drop._take(drop, {"kind": "begin"}, [])
    for name, content in files:
        drop._take(drop, {"kind": "file", "name": name}, [])
        for start in range(0, len(content), 1000):
            drop._take(drop, {"kind": "piece"}, [memoryview(content[start : start + 1000])])
    drop._take(drop, {"kind": "end"}, [])


def click(page, description):
    next(part for part in parts(page.box) if getattr(part, "description", "") == description).click()


@pytest.fixture
def page(sample):
    made = Page(sample, Notice())
    made.show()
    return made


def test_only_the_room_that_is_seen_is_made(page):
    assert "Largest gaps" in text(page) and list(page._rooms._made) == ["overview"]
    assert "Drift over time" in text(go(page, "history")) and "Largest gaps" not in text(page)
    assert list(page._rooms._made) == ["overview", "history"]


def test_every_room_shows_something_and_no_problem(page):
    for room in ROOMS:
        go(page, room)
        assert not page._problem.value and not page._room_problem.value, room
        assert text(page)


def test_a_room_that_was_left_is_filled_anew_only_when_it_is_entered_again(page):
    shown = page._rooms._made["overview"]._table.value
    go(page, "data")
    page._scope.value = "Roth IRA"
    assert page._rooms._made["overview"]._table.value == shown
    go(page, "overview")
    assert page._rooms._made["overview"]._table.value != shown


def test_what_another_window_saves_is_seen_in_the_next_room(page, sample):
    assert "50,335.41" in text(page)
    allocation.open(sample.path).save_price("VTI", 400, "USD")
    assert "50,335.41" in text(page)
    go(page, "data")
    total = f"{sample.summary().total:,.2f}"
    assert total != "50,335.41" and total in text(go(page, "overview"))


def look(page):
    """Come back to the page's window."""
    pulse = next(part for part in parts(page.box) if isinstance(part, Pulse))
    pulse._hear(pulse, {"kind": "pulse", "look": True}, [])


def test_what_another_window_saves_is_seen_when_the_page_is_looked_at_again(page, sample):
    look(page)
    assert NEWS not in text(page)
    allocation.open(sample.path).save_price("VTI", 400, "USD")
    look(page)
    assert f"{sample.summary().total:,.2f}" in text(page) and NEWS in text(page)
    shown = page._rooms._made["overview"]._table.value
    look(page)
    assert NEWS in text(page) and page._rooms._made["overview"]._table.value is shown
    sample.save_price("VTI", 401, "USD")
    assert NEWS not in text(go(page, "data"))


def test_a_plan_that_was_saved_here_is_no_news_and_history_lists_it(page):
    assert "No plan is saved yet." in text(go(page, "history"))
    go(page, "plan")
    click(page, "Save this plan")
    look(page)
    assert NEWS not in text(page)
    assert "No plan is saved yet." not in text(go(page, "history"))


def test_a_page_that_was_left_open_overnight_is_read_anew(page):
    state, today = page._read_at
    page._read_at = (state, today - datetime.timedelta(days=1))
    look(page)
    assert page._read_at == (state, today) and NEWS not in text(page)


def test_a_page_on_which_something_is_under_way_stays_as_it_is(page, sample):
    def changed_elsewhere():
        allocation.open(sample.path).save_price("VTI", 400 + page._read_at[0][1][0][1] % 1000, "USD")
        before = page._read_at
        look(page)
        return page._read_at != before

    go(page, "targets")
    editor = page._rooms._made["targets"].editor
    editor.receive({"kind": "move", "row": ["Bonds", ""], "percent": "25", "gesture": 1, "seq": 1})
    assert not changed_elsewhere()
    click(page, "Discard changes")
    assert changed_elsewhere()
    go(page, "data")
    give(next(part for part in parts(page.box) if isinstance(part, FileDrop)), ("new.csv", HELD))
    assert not changed_elsewhere()
    click(page, "Don't load")
    assert changed_elsewhere()
    sample.backup()
    page.show()
    click(page, "Restore…")
    assert not changed_elsewhere()
    click(page, "Leave it")
    assert changed_elsewhere()
    go(page, "plan")
    click(page, "Save this plan")
    next(part for part in parts(page.box) if getattr(part, "description", "") == "What is open").value = "Brokerage"
    click(page, "Show what it would change")
    assert not changed_elsewhere()


def test_a_plan_seen_before_another_window_saved_is_not_saved_unseen(page, sample):
    go(page, "plan")
    allocation.open(sample.path).save_price("VTI", 400, "USD")
    click(page, "Save this plan")
    assert "Nothing was saved. The plan above is calculated anew" in text(page) and sample.plans().empty
    click(page, "Save this plan")
    assert "Saved as plan 1." in text(page) and "Nothing was saved" not in text(page)


def test_hidden_balances_leave_weights_and_take_amounts(page):
    for room in ROOMS:
        go(page, room)
    page._hide.value = True
    for room, weight in (("overview", "52.5 %"), ("plan", "52.5 %"), ("history", "8.8 %")):
        shown = text(go(page, room))
        assert weight in shown and "50,335.41" not in shown and "26,422.94" not in shown
    assert "•••••" in text(go(page, "overview"))
    page._hide.value = False
    assert "50,335.41" in text(page)


def test_hidden_balances_never_reach_a_file(page):
    page._hide.value = True
    go(page, "plan")
    name, data, _ = page._rooms._made["plan"]._result._plan_file()
    assert "•" not in data.decode()


def test_numbers_follow_the_browsers_language(page):
    page._nav.locale = "de-CH"
    assert "50’335.41" in text(page)


def test_the_status_says_points_where_amounts_are_hidden(page):
    assert "the largest gap of these is Inflation-linked bonds, 908.14 under." in text(page)
    page._hide.value = True
    assert "the largest gap of these is Inflation-linked bonds, 1.8 points under." in text(page)


def test_clicking_a_bar_opens_the_class(page):
    overview = page._rooms._made["overview"]
    (chart,) = [part for part in parts(page.box) if isinstance(part, Chart)]
    chart._hear(chart, {"kind": "click", "name": "Bonds"}, [])
    assert "Holdings of Bonds" in text(page) and "<details open><summary" in overview._table.value
    chart._hear(chart, {"kind": "click", "name": "no such class"}, [])
    assert "Holdings of Bonds" in text(page)


def test_without_targets_history_says_that_there_is_no_drift(tmp_path):
    portfolio = allocation.open(tmp_path / "new.duckdb")
    portfolio.load(held_on("2026-01-02", Savings={"VTI": (6, 10)}))
    page = Page(portfolio, Notice())
    page.show()
    history = text(go(page, "history"))
    assert "There is no drift to show: no targets are set yet." in history and "Snapshots" in history
    assert not [part for part in parts(page.box) if isinstance(part, Chart)]


def test_old_prices_are_marked(sample):
    oldest = sample.summary().oldest_price
    days = (datetime.date.today() - oldest).days
    page = Page(sample, Notice())
    for limit, marked in ((days, False), (days - 1, True)):
        sample.save_stale_after(limit)
        page.show()
        for room in ("overview", "targets", "plan"):
            page._nav.room = room
            assert (f"Older than {limit} days: " in text(page._rooms._made[room])) == marked
        page._nav.room = "overview"
        assert ("allocation-old" in text(page)) == marked


def test_an_empty_portfolio_offers_the_sample_and_ones_own_file(tmp_path, sample):
    empty = allocation.open(tmp_path / "empty.duckdb")
    page = Page(empty, Notice(), sample=lambda: sample)
    page.show()
    assert "Nothing is loaded yet" in text(page) and not page._problem.value
    click(page, "See the sample")
    assert "50,335.41" in text(page) and "This is the sample" in text(page)
    click(page, "Load your own")
    assert page._nav.room == "data" and "You see first what they would change" in text(page)
    assert not empty.exists()


def test_the_sample_says_that_it_is_one(tmp_path, sample):
    page = Page(sample, Notice(), own=allocation.open(tmp_path / "mine.duckdb"))
    page.show()
    assert "This is the sample" in text(page)
    assert not [
        part for part in parts(go(page, "data").box) if getattr(part, "description", "").startswith("Take the last")
    ]


def test_where_a_rate_is_missing_the_data_room_can_still_be_used(portfolio, write_csv):
    portfolio.load(write_csv("account,symbol,quantity,price,currency\nA,X,1,5,EUR\n"), base_currency="USD")
    page = Page(portfolio, Notice())
    page.show()
    assert "There is no FX rate between EUR and USD" in text(page) and "Largest gaps" not in text(page)
    assert "Backups" in text(go(page, "data")) and "There is no FX rate" in text(page)


def test_a_missing_rate_is_written_down_where_the_sentence_leads(portfolio, write_csv):
    portfolio.load(write_csv("account,symbol,quantity,price,currency\nA,X,1,5,EUR\n"), base_currency="USD")
    page = Page(portfolio, Notice())
    page.show()
    assert "On this page: Data, under Prices and FX rates." in page._problem.value
    click(page, "Write it down under Data")
    assert page._nav.room == "data" and "Without an FX rate to USD: EUR." in text(page)
    assert not [part for part in parts(page.box) if getattr(part, "description", "") == "Write it down under Data"]
    rate = page._rooms._made["data"]._by_hand._rate
    assert (rate.unit.value, rate.other.value) == ("EUR", "USD")
    rate.rate.value = "1.1"
    [button for button in parts(page.box) if getattr(button, "description", "") == "Write it down"][1].click()
    assert "Written down: 1 EUR is 1.1 USD." in text(page) and not page._problem.value
    assert "Without an FX rate" not in text(page) and portfolio.summary().total == 5.5
    assert "Total value" in text(go(page, "overview"))


def test_a_load_that_lacks_a_rate_is_loaded_and_says_so(portfolio):
    portfolio.init("USD")
    page = Page(portfolio, Notice())
    page.show()
    go(page, "data")
    held = b"account,symbol,quantity,price,currency\nA,CASH,5,1,CHF\n"
    give(next(part for part in parts(page.box) if isinstance(part, FileDrop)), ("new.csv", held))
    click(page, "Load this")
    assert "Loaded: 1 account" in text(page) and "No FX rate to USD is known yet for CHF" in text(page)
    assert "There is no FX rate between CHF and USD." in page._problem.value
    rate = b"from_currency,to_currency,rate,as_of\nCHF,USD,1.1,2026-11-20\n"
    give(next(part for part in parts(page.box) if isinstance(part, FileDrop)), ("fx.csv", rate))
    click(page, "Load this")
    assert "Loaded: 1 FX rate" in text(page) and not page._problem.value
    assert "No FX rate" not in text(page)


def test_history_says_what_each_day_is_measured_against(sample):
    sample.load(held_on("2026-09-01", Brokerage={"VTI": (1, 10)}))
    page = Page(sample, Notice())
    page.show()
    shown = text(go(page, "history"))
    today = datetime.date.today()
    assert "against the targets and bands in force that day" in shown
    assert f"The earliest targets that are known were saved on {today}: they stand in for the days before." in shown
    against = next(part for part in parts(page.box) if getattr(part, "description", "") == "Against")
    against.value = "today"
    assert "against today&#x27;s targets and bands." in text(page) and "stand in" not in text(page)
