"""Starting the dashboard and visiting it with a real Chromium."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# JupyterLab's module federation and Voila's connection talk to the console on every page.
NOT_OURS = re.compile(r"^(Unsatisfied version|No satisfying version|Starting WebSocket)")


SEEN = "[...document.querySelectorAll('.allocation-chart')].find(chart => chart.offsetParent)"
"""The chart that is seen."""


@contextmanager
def served(portfolio, *arguments, folder=None, environment=None):
    """`allocation dashboard` on a portfolio (None: the person's own, or the sample); gives the page's address."""
    named = ["--portfolio", str(portfolio)] if portfolio else []
    command = [str(Path(sys.executable).with_name("allocation")), *named, "dashboard", "--no-browser", *arguments]
    own = {name: value for name, value in os.environ.items() if name != "ALLOCATION_PORTFOLIO"} | (environment or {})
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=own)
    try:
        address = next(found[0] for line in process.stdout if (found := re.findall(r"http://\S+", line)))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


@contextmanager
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    try:
        yield browser
    finally:
        browser.close()


class Visit:
    """One visitor's page, with what it said to the console and asked from elsewhere."""

    def __init__(self, browser, address, width=1200, height=1000, **context):
        self.console, self.outside, self.dialogs = [], [], []
        self.page = browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, **context
        ).new_page()
        self.page.on("console", lambda message: self._listen(message.type, message.text))
        self.page.on("pageerror", lambda error: self._listen("pageerror", str(error)))
        self.page.on("request", lambda request: self._ask(request.url))
        self.page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        self.address = address
        self.open()

    def open(self):
        self.page.goto(self.address, wait_until="commit")
        self.page.get_by_label("Scope").wait_for(timeout=60_000)

    def room(self, name):
        """Go to a room; gives the visit, so that it can go on."""
        self.page.get_by_role("tab", name=name).click()
        self.page.get_by_role("tabpanel", name=name).wait_for()
        return self

    def chart(self):
        """The data of the chart in the room that is seen, once it is drawn."""
        self.page.wait_for_function(f"{SEEN}?.dataset.drawn")
        return self.page.evaluate(f"{SEEN}.data")

    def revision(self):
        return self.page.evaluate(f"{SEEN}.dataset.drawn")

    def redrawn(self, before):
        """Wait until the chart is another than the one of that revision."""
        self.page.wait_for_function(f"before => {SEEN}?.dataset.drawn !== before", arg=before)

    def choose_scope(self, name):
        before = self.revision()
        self.page.get_by_label("Scope").select_option(name)
        self.redrawn(before)

    def box(self, label):
        return self.page.get_by_label(label, exact=True)

    def enter(self, label, text):
        self.box(label).fill(text)
        self.box(label).press("Tab")

    def choose(self, name):
        self.page.get_by_role("radio", name=name).click()

    def click(self, name):
        self.page.get_by_role("button", name=name).click()

    def see(self, text):
        self.page.get_by_text(text).first.wait_for(timeout=15_000)

    def _listen(self, kind, text):
        if not NOT_OURS.match(text):
            self.console.append((kind, text))

    def _ask(self, url):
        if not re.match(r"(http://127\.0\.0\.1|ws://127\.0\.0\.1|data:|blob:)", url):
            self.outside.append(url)
