"""From a page's request until its controls are there, and until its charts are drawn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

import allocation
from allocation.opening import ENVIRONMENT
from allocation.shipped_files import shipped
from benchmarks.timing import Row
from tests.browser.visiting import CHROMIUM, chromium, served

SECONDS_TO_PREHEAT = 20
DRAWN = "document.querySelectorAll('.allocation-chart[data-drawn]').length"
STEPS = 12
OTHERS: list[str | None] = [str(11 + number) for number in range(STEPS)]
SCOPES: list[str | None] = ["Account 1", "All Portfolio"] * (STEPS // 2)
CONTROLS = ("lock", "target-box")
# Does a step in the page, and gives the milliseconds until a place shows something else that is not out of date.
STEP = """async (control, [place, text]) => {
  const found = document.querySelector(place), before = found.outerHTML, start = performance.now();
  let changed = false;
  if (text === null) control.click();
  else {
    control.value = text;
    control.dispatchEvent(new Event(control.tagName === "SELECT" ? "change" : "input", { bubbles: true }));
  }
  while (!changed || found.classList.contains("allocation-stale")) {
    if (performance.now() - start > 20000) throw new Error(`Nothing happened at ${place}`);
    await new Promise(requestAnimationFrame);
    changed ||= found.outerHTML !== before || !found.isConnected;
  }
  return performance.now() - start;
}"""


def page_times(portfolio: allocation.Portfolio, runs: int = 3) -> Iterable[Row]:
    """Voila's own template and ours by turns, each with a kernel started ahead; without Chromium, nothing."""
    if CHROMIUM is None:
        return
    plain, cold, warm, at_once = ([] for _ in range(4))
    with sync_playwright() as playwright, chromium(playwright) as browser:
        with plain_voila(portfolio.path) as other, served(portfolio.path) as address:
            for _ in range(runs):
                time.sleep(SECONDS_TO_PREHEAT)
                plain.append(visited(browser.new_context(), other))
                context = browser.new_context()
                cold.append(visited(context, address))
                time.sleep(SECONDS_TO_PREHEAT)
                warm.append(visited(context, address))
        for _ in range(runs):
            with served(portfolio.path) as address:
                at_once.append(visited(browser.new_context(), address))
    reference = median(seconds for seconds, _ in plain)
    for name, times in (
        ("Voila's own template, browser's cache empty", plain),
        ("the dashboard, browser's cache empty", cold),
        ("the dashboard, browser's cache filled", warm),
        ("the dashboard, as soon as its server is there", at_once),
    ):
        yield Row(f"{name}: clickable", [clickable for clickable, _ in times], reference)
        yield Row(f"{name}: drawn", [drawn for _, drawn in times], reference)


def change_times(portfolios: Iterable[allocation.Portfolio]) -> Iterable[Row]:
    """From a step in the page until what it changes is seen; the first step is the reference."""
    if CHROMIUM is None:
        return
    reference = None
    with sync_playwright() as playwright, chromium(playwright) as browser:
        for portfolio in portfolios:
            with served(portfolio.path) as address:
                page = browser.new_page()
                page.on("dialog", lambda dialog: dialog.accept())
                page.goto(address, wait_until="commit")
                page.get_by_role("tab", name="Targets").click(timeout=120_000)
                page.locator(".allocation-effect:not(:empty)").wait_for(timeout=120_000)
                size = f"{len(portfolio.holdings())} holdings"
                lock, percent = (page.locator(f".allocation-target-line .allocation-{name}").first for name in CONTROLS)
                times = {
                    "lock a class": steps(lock, ".allocation-target-line .allocation-lock", [None] * STEPS),
                    "move a class, its drift": steps(percent, ".allocation-target-points", OTHERS),
                    "move a class, what it would take": steps(percent, ".allocation-effect", OTHERS),
                }
                page.get_by_role("tab", name="Plan").click()
                deposit = page.get_by_label("Deposit", exact=True)
                deposit.wait_for()
                times["a deposit, its plan"] = steps(deposit, ".allocation-room-plan table", OTHERS)
                for room in ("Plan", "Overview", "Targets"):
                    page.get_by_role("tab", name=room).click()
                    here = f".allocation-room-{room.lower()}"
                    page.locator(here).wait_for()
                    times[f"{room}, another scope"] = steps(page.get_by_label("Scope"), here, SCOPES)
                page.close(run_before_unload=True)
            reference = reference or median(times["lock a class"])
            for name, seconds in times.items():
                yield Row(f"{size}: {name}", seconds, reference)


def steps(control: Any, place: str, texts: list[str | None]) -> list[float]:
    """Seconds of each step but the first."""
    taken = []
    for text in texts:
        control.page.wait_for_timeout(700)
        taken.append(control.evaluate(STEP, [place, text]) / 1e3)
    return taken[1:]


def visited(context: Any, address: str) -> tuple[float, float]:
    """Seconds until a page's controls are there, and until its charts are drawn."""
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_label("Scope").wait_for(timeout=120_000)
    clickable = time.perf_counter() - start
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(20)
    drawn = time.perf_counter() - start
    page.close(run_before_unload=True)
    return clickable, drawn


@contextmanager
def plain_voila(portfolio: Path) -> Iterator[str]:
    """The same notebook in Voila's own template, with a kernel started ahead as well."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-m", "voila", str(shipped("notebooks/dashboard.ipynb")), "--no-browser", f"--port={port}",
        "--preheat_kernel=True", "--VoilaExecutor.timeout=None",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | {ENVIRONMENT: str(portfolio)}, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=60)
