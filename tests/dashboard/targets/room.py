"""The room where targets are set, without a browser: what a person does, and what it shows and saves then."""

from allocation.dashboard.targets import TargetsPanel
from tests.dashboard.spoken import Spoken, plain


class Room(Spoken):
    """The room on a portfolio, spoken to by the words that stand beside its controls."""

    def __init__(self, portfolio, scope="all"):
        self.portfolio, self.scope, self.sequence = portfolio, scope, 0
        self.panel = TargetsPanel(portfolio, lambda: self.go(self.scope))
        self.go(scope)

    def go(self, scope):
        """What the page does when a scope is chosen, and after a save."""
        self.scope = scope
        self.panel.show(self.portfolio.tables(scope))

    def say(self, kind, **content):
        """A message as the browser sends it."""
        self.sequence += 1
        self.panel.editor.receive({"kind": kind, "seq": self.sequence, **content})
        assert self.view["reply"] == self.sequence
        return self.view

    def move(self, asset_class, percent, holding=""):
        return self.say("move", row=[asset_class, holding], percent=str(percent), gesture=self.sequence)

    def open(self, title):
        self.find(title).value = True

    @property
    def view(self):
        return self.panel.editor.view

    @property
    def text(self):
        text = " ".join(each.value for each in self.widgets() if type(each).__name__ == "HTML" and shown(each))
        assert "This is a fault in the program" not in text
        return plain(text)

    def row(self, asset_class, holding=""):
        rows = self.view["rows"]
        if holding:
            rows = next(each for each in rows if each["name"] == asset_class)["inside"]
        return next(each for each in rows if each["name"] == (holding or asset_class))

    @property
    def percents(self):
        return {row["name"]: row["percent"] for row in self.view["rows"]}


def shown(widget):
    return widget.layout.display != "none"
