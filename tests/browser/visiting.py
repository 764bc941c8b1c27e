"""Starting the dashboard and visiting it with a real Chromium."""

import os
import re
import shutil
import subprocess
import sys
import time
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


SEEN = "[...document.querySelectorAll('.allocation-chart')].find(chart => chart.offsetParent)"
"""The chart that is seen."""


@contextmanager
def served(portfolio, *arguments, folder=None, environment=None, before="pass", opens="--no-browser"):
    """`allocation dashboard` on a portfolio (None: the person's own, or the sample); gives the page's address.

    ``before`` is code that the command runs first.
    """
    named = ["--portfolio", str(portfolio)] if portfolio else []
    program = [sys.executable, "-P", "-c", f"{before}; from allocation.cli import main; main()"]
    if before == "pass":
        program = [str(Path(sys.executable).with_name("allocation"))]
    command = [*program, *named, "dashboard", *filter(None, [opens]), *arguments]
    own = {name: value for name, value in os.environ.items() if name != "ALLOCATION_PORTFOLIO"} | (environment or {})
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=own)
    try:
        address = next(found[0] for line in process.stdout if (found := re.findall(r"http://\S+", line)))
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


def processes_of(kernel, folder=""):
    """Process numbers of a page's kernel; ``folder`` is where its server has its files."""
    found = subprocess.run(
        ["pgrep", "-f", f"{folder}.*kernel-{kernel}.json"], capture_output=True, text=True, check=False
    )
    return [int(number) for number in found.stdout.split()]


@contextmanager
def chromium(playwright):
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
    try:
        yield browser
    finally:
        browser.close()


class Visit:
    """One visitor's page, with what it said to the console and asked from elsewhere."""

    def __init__(self, browser, address, width=1200, height=1000, opens=True, **context):
        self.console, self.outside, self.dialogs, self.asked_to_stay = [], [], [], 0
        window = {"viewport": {"width": width, "height": height}, "accept_downloads": True, **context}
        self.page = browser.new_context(**window).new_page()
        # A machine that runs other tests as well may take its time.
        self.page.set_default_timeout(60_000)
        # Playwright's own has the page evaluate a text, which the page's policy forbids.
        self.page.wait_for_function = self.until
        self.page.on("console", lambda message: self.console.append((message.type, message.text)))
        self.page.on("pageerror", lambda error: self.console.append(("pageerror", str(error))))
        self.page.on("request", lambda request: self._ask(request.url))
        self.page.on("dialog", self._answer)
        self.address = address
        if opens:
            self.open()

    def _answer(self, dialog):
        """Leave a page with something unsaved on it; nothing else asks in a window of its own."""
        if dialog.type == "beforeunload":
            self.asked_to_stay += 1
            dialog.accept()
        else:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

    def open(self):
        self.page.goto(self.address, wait_until="commit")
        self.page.get_by_role("tab", name="Overview").wait_for(timeout=60_000)

    def room(self, name):
        """Go to a room; gives the visit, so that it can go on."""
        self.page.get_by_role("tab", name=name).click()
        self.page.get_by_role("tabpanel", name=name).wait_for()
        return self

    def chart(self):
        """The data of the chart in the room that is seen, once it is drawn."""
        return self.until(f"{SEEN}?.dataset.drawn && {SEEN}.data")

    @property
    def kernel(self):
        return self.page.locator("body").get_attribute("data-kernel")

    def until(self, expression, arg=None, timeout=60_000):
        """Wait until a JavaScript expression, or a function of ``arg``, is true."""
        end = time.monotonic() + timeout / 1000
        while not (value := self.page.evaluate(expression, arg)):
            assert time.monotonic() < end, f"never true: {expression} ({arg}). The focus is on {self.focus}"
            self.page.wait_for_timeout(20)
        return value

    @property
    def focus(self):
        return self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")

    def revision(self):
        return self.until(f"{SEEN}?.dataset.drawn")

    def redrawn(self, before):
        """Wait until the chart is another than the one of that revision."""
        self.until(f"before => ![undefined, before].includes({SEEN}?.dataset.drawn)", arg=before)

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
        self.page.get_by_text(text).first.wait_for(timeout=60_000)

    def focused(self, text):
        """Wait until the focus is on something that says this; not on the page or a room, which say everything."""
        self.until(
            "text => !document.activeElement.matches('body, [role=tabpanel]')"
            " && document.activeElement.innerText.includes(text)",
            text,
        )

    def spoken(self, text):
        """Wait until screen readers are told this; gives all that they are told then."""
        told = "document.getElementById('spoken').innerText"
        return self.until(f"text => {told}.includes(text) && {told}", text)

    def _ask(self, url):
        if not re.match(r"(http://127\.0\.0\.1|ws://127\.0\.0\.1|data:|blob:)", url):
            self.outside.append(url)
