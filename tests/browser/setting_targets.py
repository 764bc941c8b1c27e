"""How a test sets targets on the page."""

import re

from playwright.sync_api import expect

from tests.browser.visiting import Visit

FOLDS = ["Start from", "Classes of", "Manage strategies", "Bands and", "Saved versions", "Compare two"]


class Targets(Visit):
    """A visit to the targets room."""

    def open(self):
        super().open()
        self.room("Targets")
        self.editor.wait_for(timeout=60_000)

    @property
    def editor(self):
        return self.page.get_by_role("group", name="Target editor")

    def number(self, name):
        return self.page.get_by_role("spinbutton", name=f"{name} target, percent", exact=True)

    def slider(self, name):
        return self.page.get_by_role("slider", name=f"{name} target slider, percent", exact=True)

    def row(self, name):
        return self.page.get_by_role("group", name=name, exact=True)

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def has(self, **percents):
        """Waits until the rows have these percents."""
        for name, percent in percents.items():
            expect(self.number(name.replace("_", " "))).to_have_value(str(percent))

    def type_percent(self, name, text):
        self.number(name).fill(text)
        self.number(name).press("Tab")
        expect(self.number(name)).to_have_value(text)
        self.settled()

    def each_by_itself(self):
        """No row follows another from now on."""
        self.page.get_by_role("switch", name="Others follow").click()
        expect(self.page.get_by_role("switch", name="Others follow")).to_have_attribute("aria-checked", "false")

    def settled(self):
        """Waits until Python has answered, and said what it would take."""
        expect(self.page.locator(".allocation-effect")).not_to_have_class(re.compile("stale"))

    def choose_scope(self, name, note):
        self.page.get_by_label("Scope").select_option(name)
        self.see(note)

    def fold(self, title):
        self.page.get_by_role("button", name=title).click()

    def save(self):
        expect(self.button("Save targets")).to_be_enabled()
        self.click("Save targets")
