"""Taking the last load back, once it was said which it is."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from allocation.dashboard.markup import said
from allocation.dashboard.parts import row, told
from allocation.errors import SavedSince, StoreError
from allocation.portfolio import Portfolio
from allocation.store.load_history import Load


class TakingBack:
    """Says what taking the last load back would do, and does it once that is confirmed.

    Parameters:
        portfolio: where files were loaded.
        changed: called after a load was taken back.
        offers: False where nothing is to be taken back, as of the sample.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object], offers: bool = True) -> None:
        self._portfolio, self._changed, self._offers = portfolio, changed, offers
        self._asked: Load | None = None
        self._text, self._problem, self._done = (widgets.HTML() for _ in range(3))
        self._ask = widgets.Button(description="Take the last load back…", layout={"width": "auto"})
        self._yes, self._no = widgets.Button(description="Take it back"), widgets.Button(description="Keep it")
        self._ask.on_click(told(self._problem, self._look))
        self._yes.on_click(told(self._problem, self._take_back))
        self._no.on_click(told(self._problem, self.show))
        self.box = widgets.VBox([self._text, row(self._ask, self._yes, self._no), self._problem, self._done])
        self.box.add_class("allocation-stack")

    @property
    def is_asking(self) -> bool:
        """Whether it was said what would be taken back, and not yet answered."""
        return self._asked is not None

    def show(self) -> None:
        """Offer it where there is a load to take back; where something else was saved since, say so."""
        self._asked, self._text.value = None, ""
        self._seen(self._yes, self._no, seen=False)
        self._seen(self._ask, seen=self._can_be_offered())

    def forget(self) -> None:
        """What was done was said."""
        self._done.value = ""

    def _can_be_offered(self) -> bool:
        if not self._offers or not self._portfolio.exists():
            return False
        try:
            self._portfolio.last_load()
        except SavedSince as error:
            before = f" As it was before it, the portfolio is {error.backup}, under Backups." if error.backup else ""
            self._text.value = f'<p class="allocation-quiet">{escape(f"{error.reason}{before}")}</p>'
            return False
        except StoreError:
            # Nothing was loaded yet.
            return False
        return True

    def _look(self) -> None:
        self.forget()
        self._asked = self._portfolio.last_load()
        kept = "What the portfolio is now is kept as a copy." if self._asked.backup else "Nothing would be left in it."
        self._text.value = said(f"This would take back: {self._asked}. {kept}")
        self._seen(self._ask, seen=False)
        self._seen(self._yes, self._no, seen=True)

    def _take_back(self) -> None:
        if self._asked is None:
            # A second click on what the first one has done.
            return
        if self._portfolio.last_load() != self._asked:
            self.show()
            raise StoreError("Something else has been loaded meanwhile. Look again at what would be taken back.")
        load, kept = self._portfolio.undo_load()
        self._changed()
        where = f" As it was until now, the portfolio is kept as {kept.name}." if kept else ""
        self._done.value = said(f"Taken back: {', '.join(load.files)}.{where}")

    @staticmethod
    def _seen(*buttons: widgets.Button, seen: bool) -> None:
        for button in buttons:
            button.layout.display = "" if seen else "none"
