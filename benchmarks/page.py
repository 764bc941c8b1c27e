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
