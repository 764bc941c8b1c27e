"""A hundred visits in a row, and twenty visitors at once: what is left of them. `make stress` runs these."""

import re
import subprocess
import sys
import time

import pytest

from tests.browser.visiting import Visit, served

pytestmark = pytest.mark.stress
VISITS, AT_ONCE = 100, 20
LARGEST_GROWTH = 60.0


def processes(pattern):
    """Megabytes that processes whose command has this pattern in it hold in memory."""
    shown = subprocess.run(["ps", "-wweo", "rss=,args="], capture_output=True, text=True, check=True).stdout
    lines = [line.split(None, 1) for line in shown.splitlines()]
    return [int(size) / 1024 for size, command in lines if re.search(pattern, command)]


def kernels(folder):
    return processes(rf"ipykernel_launcher -f {folder}/")


def settled(folder, number, seconds):
    end = time.monotonic() + seconds
    while len(kernels(folder)) > number and time.monotonic() < end:
        time.sleep(0.5)
    return kernels(folder)


@pytest.fixture
def tell(capsys):
    """Says what was measured, passed or not."""

    def tell(text):
        with capsys.disabled():
            sys.stdout.write(f"\n{text}\n")

    return tell


@pytest.fixture
def server(sample, tmp_path):
    """The page's address, and the folder that the names of its kernels' files begin with."""
    with served(sample.path, environment={"TMPDIR": str(tmp_path)}) as address:
        yield address, str(tmp_path)


def test_a_hundred_visits_in_a_row(browser, server, tell):
    address, folder = server
    took, before = [], None
    for number in range(VISITS):
        start = time.monotonic()
        visit = Visit(browser, address)
        visit.chart()
        took.append(time.monotonic() - start)
        assert visit.console == [], number
        visit.page.close(run_before_unload=True)
        visit.page.context.close()
        if number == VISITS // 10:
            [before] = processes(rf"dashboard.child.*{folder}")
    left = settled(folder, 1, 60)
    [after] = processes(rf"dashboard.child.*{folder}")
    tell(
        f"{VISITS} visits: median {sorted(took)[VISITS // 2]:.1f} s, slowest {max(took):.1f} s. The server held "
        f"{before:.0f} MB after a tenth of them and {after:.0f} MB at the end. {len(left)} kernels were left."
    )
    assert len(left) <= 1
    assert after - before < LARGEST_GROWTH


def test_twenty_visitors_at_once(browser, server, tell):
    address, folder = server
    Visit(browser, address).page.close(run_before_unload=True)
    settled(folder, 1, 60)
    start = time.monotonic()
    visits = [Visit(browser, address, opens=False) for _ in range(AT_ONCE)]
    for visit in visits:
        visit.page.evaluate("address => { location.href = address; }", address)
    for visit in visits:
        visit.page.get_by_label("Scope").wait_for(timeout=300_000)
    there = time.monotonic() - start
    for visit in visits:
        visit.until("document.querySelectorAll('.allocation-chart[data-drawn]').length", timeout=300_000)
    held = kernels(folder)
    for visit in visits:
        visit.choose_scope("Roth IRA")
        visit.see("7,010.26 USD")
        assert visit.console == []
    for visit in visits:
        visit.page.close(run_before_unload=True)
    left = settled(folder, 1, 90)
    tell(
        f"{AT_ONCE} at once: the last page was there after {there:.1f} s. {len(held)} kernels held {sum(held):.0f} MB. "
        f"{len(left)} kernels were left."
    )
    assert len(left) <= 1
