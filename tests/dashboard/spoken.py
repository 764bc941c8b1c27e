"""A room without a browser, spoken to by the words that stand beside its controls."""


class Spoken:
    """What the tests of a room share; ``panel`` is the room."""

    def widgets(self, part=None):
        for child in (part or self.panel.box).children:
            yield child
            if hasattr(child, "children"):
                yield from self.widgets(child)

    def find(self, description):
        return next(each for each in self.widgets() if getattr(each, "description", "").endswith(description))

    def enter(self, description, value):
        self.find(description).value = value

    def click(self, description):
        self.find(description).click()
