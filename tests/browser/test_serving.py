"""How the page is served: what it loads and from where, and what a visitor sees when something behind it ends."""

import os
import signal
import time

import pytest
from playwright.sync_api import Error

from tests.browser.line import DOWN, UP, network
from tests.browser.visiting import Visit, processes_of, served

# What is seen now and was not clicked yet; tabs come last, as each hides what the others show.
NEXT_TO_CLICK = """done => {
  const name = element => [element.tagName, element.textContent.trim(), element.dataset.title, element.title,
    element.closest('[role=tabpanel], fieldset, section, details')?.id].join('|');
  const all = document.querySelectorAll('button, a[href], summary, [role=tab], [role=button], [role=switch],'
    + ' input[type=checkbox], input[type=radio], .modebar-btn');
  const seen = [...all].filter(element => element.checkVisibility() && !element.disabled
    && !done.includes(name(element)) && (element.origin ?? location.origin) === location.origin);
  const tabs = seen.filter(element => element.getAttribute('role') === 'tab');
  const chosen = seen.find(element => !tabs.includes(element)) ?? tabs[0];
  if (!chosen) return null;
  const told = name(chosen);
  chosen.click ? chosen.click() : chosen.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  return told;
}"""


def click_everything(visit, at_most=400):
    done = []
    while told := visit.page.evaluate(NEXT_TO_CLICK, done):
        done.append(told)
        visit.page.wait_for_timeout(100)
        assert len(done) < at_most, f"there is always something new to click, as {done[-5:]}"
    return done


@pytest.mark.slow
def test_a_click_on_everything_asks_nobody_else_and_breaks_no_rule_of_the_page(browser, sample):
    with served(sample.path) as address:
        visit = Visit(browser, address)
        visit.chart()
        clicked = click_everything(visit)
        visit.page.wait_for_timeout(1000)
    assert len([name for name in clicked if name.startswith("BUTTON")]) >= 5
    assert visit.outside == []
    assert visit.console == []


def test_the_pages_policy_is_in_force(visit):
    visit.chart()
    visit.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.body.append(script); fetch('https://example.com/').catch(() => {}); }"
    )
    visit.until("document.readyState === 'complete'")
    visit.page.wait_for_timeout(200)
    assert visit.page.evaluate("window.ran") is None
    assert [text for kind, text in visit.console if kind == "error" and "Content Security Policy" in text]


def test_plotly_comes_once_and_a_reload_has_it_from_the_browsers_cache(visit):
    got = "performance.getEntriesByType('resource').filter(it => /plotly/.test(it.name)).map(it => it.transferSize)"
    visit.chart()
    [size] = visit.page.evaluate(got)
    assert 0 < size < 1_600_000
    visit.page.reload()
    visit.page.get_by_label("Scope").wait_for()
    visit.chart()
    assert visit.page.evaluate(got) == [0]


def test_the_token_does_not_stay_in_the_address(visit):
    visit.chart()
    assert "token" not in visit.page.url


def test_a_page_whose_kernel_is_killed_says_so_at_once_and_others_go_on(browser, sample_address):
    one, other = Visit(browser, sample_address), Visit(browser, sample_address)
    one.chart()
    for process in processes_of(one.kernel):
        os.kill(process, signal.SIGKILL)
    one.see("The program behind this page has ended.")
    other.chart()
    other.choose_scope("Roth IRA")
    assert not other.page.get_by_text("has ended").is_visible()
    one.click("Reload the page")
    one.page.get_by_text("has ended").wait_for(state="detached")
    one.page.get_by_label("Scope").wait_for(timeout=60_000)
    one.choose_scope("401(k)")


def test_a_kernel_that_does_not_answer_holds_up_nobody_else(browser, sample_address):
    one = Visit(browser, sample_address)
    one.chart()
    [process] = processes_of(one.kernel)
    os.kill(process, signal.SIGSTOP)
    try:
        other = Visit(browser, sample_address)
        other.chart()
        other.choose_scope("Roth IRA")
        one.page.get_by_text("The dashboard has stopped, or this page has lost it.").wait_for(timeout=60_000)
    finally:
        os.kill(process, signal.SIGCONT)
    one.page.get_by_text("The dashboard has stopped").wait_for(state="detached", timeout=60_000)
    one.choose_scope("Roth IRA")


def test_a_click_that_the_connection_swallowed_is_done_once_and_so_is_one_whose_answer_it_swallowed(browser, sample):
    with served(sample.path) as address, network(address) as (line, through):
        visit = Visit(browser, through)
        visit.room("Plan").chart()
        line.lose(UP)
        visit.click("Save this plan")
        assert line.swallowed.wait(60)
        visit.see("The connection to the dashboard is interrupted.")
        assert sample.plans().empty
        line.end()
        visit.see("Saved as plan 1.")
        visit.page.get_by_text("The connection to the dashboard").wait_for(state="detached")
        line.lose(DOWN)
        visit.click("Save this plan")
        while len(sample.plans()) < 2:
            visit.page.wait_for_timeout(50)
        assert line.swallowed.wait(60)
        line.end()
        visit.see("Saved as plan 2.")
        visit.enter("Title", "still listened to")
        visit.click("Save this plan")
        visit.see("Saved as plan 3.")
        assert list(sample.plans()["title"]) == ["", "", "still listened to"]
        assert [text for kind, text in visit.console if kind == "pageerror"] == []


def test_a_click_means_the_number_that_the_box_shows_however_busy_the_kernel_is(browser, sample):
    with served(sample.path) as address:
        visit = Visit(browser, address)
        visit.room("Plan").chart()
        deposit = visit.page.get_by_label("Deposit", exact=True)
        [process] = processes_of(visit.kernel)
        os.kill(process, signal.SIGSTOP)
        try:
            for amount in ("2100", "2200", "2300"):
                deposit.fill(amount)
                deposit.press("Enter")
            visit.click("Save this plan")
        finally:
            os.kill(process, signal.SIGCONT)
        visit.see("Saved as plan 1.")
        assert sample.plans()["flow"].tolist() == [2300]


@pytest.mark.slow
def test_a_page_whose_every_connection_ends_before_a_click_arrives_says_that_it_is_lost(browser, sample):
    with served(sample.path) as address, network(address) as (line, through):
        visit = Visit(browser, through)
        visit.room("Plan").chart()
        line.lose(UP)
        visit.click("Save this plan")
        lost = visit.page.get_by_text("The dashboard has stopped, or this page has lost it.")
        for _ in range(600):
            if line.swallowed.is_set():
                line.end(then_lose=UP)
            if lost.is_visible():
                break
            visit.page.wait_for_timeout(100)
        lost.wait_for()
        assert sample.plans().empty


def gone(kernel, seconds):
    end = time.monotonic() + seconds
    while processes_of(kernel) and time.monotonic() < end:
        time.sleep(0.2)
    return not processes_of(kernel)


def test_a_closed_page_ends_its_kernel(browser, sample_address):
    visit = Visit(browser, sample_address)
    visit.chart()
    kernel = visit.kernel
    assert processes_of(kernel)
    visit.page.close(run_before_unload=True)
    assert gone(kernel, 60)


@pytest.mark.slow
def test_a_tab_that_crashed_loses_its_kernel_when_that_is_idle_and_an_open_one_keeps_it(browser, sample):
    hurry = "from allocation.dashboard import settings; settings.IDLE_SECONDS, settings.CULL_SECONDS = 20, 1"
    with served(sample.path, before=hurry) as address:
        kept, crashed = Visit(browser, address), Visit(browser, address)
        kept.chart()
        kernel = crashed.kernel
        assert processes_of(kernel)
        with pytest.raises(Error, match="crash"):
            crashed.page.goto("chrome://crash")
        assert gone(kernel, 90)
        assert processes_of(kept.kernel)
        kept.choose_scope("Roth IRA")


@pytest.mark.parametrize("seconds", [0, 6], ids=["while it started", "once it was ready"])
def test_a_kernel_started_ahead_that_died_is_a_sentence_and_the_next_visit_works(browser, sample, tmp_path, seconds):
    with served(sample.path, environment={"TMPDIR": str(tmp_path)}) as address:
        visit = Visit(browser, address)
        visit.chart()
        waiting = None
        while not waiting:
            time.sleep(0.5)
            waiting = set(processes_of(".*", tmp_path)) - set(processes_of(visit.kernel))
        time.sleep(seconds)
        for process in waiting:
            os.kill(process, signal.SIGKILL)
        visit.page.goto(address)
        visit.page.get_by_text("The page could not be made.").wait_for(timeout=60_000)
        visit.open()
        visit.chart()
