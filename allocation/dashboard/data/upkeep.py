"""Copies of the portfolio file, its health, and its content as files."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as widgets

from allocation.dashboard.data.markup import backups_table, findings_list
from allocation.dashboard.markup import said, sentence
from allocation.dashboard.parts import row, told
from allocation.dashboard.widgets import DownloadButton
from allocation.errors import StoreError
from allocation.export import classes_csv, holdings_csv, prices_csv, targets_csv
from allocation.portfolio import Portfolio


class BackupsPanel:
    """Makes backups and restores them, after asking.

    Parameters:
        portfolio: whose.
        changed: called after a restore.

    Attributes:
        is_asking: whether it is asked if a backup is to be restored.
    """

    def __init__(self, portfolio: Portfolio, changed: Callable[[], object]) -> None:
        self._portfolio, self._changed = portfolio, changed
        self.is_asking = False
        self._list, self._problem, self._done, self._warning = (widgets.HTML() for _ in range(4))
        make = widgets.Button(description="Make a backup")
        self._chosen = widgets.Dropdown(description="Restore", options=[], layout={"width": "min(100%, 480px)"})
        self._ask, self._yes = widgets.Button(description="Restore…"), widgets.Button(description="Restore it")
        self._no = widgets.Button(description="Leave it")
        make.on_click(told(self._problem, self._make))
        self._ask.on_click(lambda _button: self._question(True))
        self._yes.on_click(told(self._problem, self._restore))
        self._no.on_click(lambda _button: self._question(False))
        self._restoring = row(self._chosen, self._ask, self._warning, self._yes, self._no)
        self.box = widgets.VBox([row(make), self._list, self._restoring, self._problem, self._done])
        self.box.add_class("allocation-stack")

    def show(self) -> None:
        """The backups there are now."""
        found = self._portfolio.backups()
        self._list.value = backups_table(found) if found else sentence("There is no backup yet.")
        self._chosen.options = [(path.name, path) for _, _, path in found]
        self._chosen.value = found[0][2] if found else None
        self._restoring.layout.display = "" if found else "none"
        self._question(False)

    def _question(self, asked: bool) -> None:
        self.is_asking = asked
        self._warning.value = (
            said("This puts the backup in the portfolio's place. What is there now is kept as a copy.") if asked else ""
        )
        self._ask.layout.display = "none" if asked else ""
        for part in (self._yes, self._no):
            part.layout.display = "" if asked else "none"

    def _make(self) -> None:
        copy = self._portfolio.backup()
        self.show()
        self._done.value = said(f"Saved as {copy.name}.")

    def _restore(self) -> None:
        self._question(False)
        chosen = self._chosen.value
        if chosen is None:
            raise StoreError("There is no backup to restore.")
        kept = self._portfolio.restore(chosen)
        self._changed()
        self._done.value = said(f"Restored {chosen.name}." + (f" Before, it was {kept.name}." if kept else ""))


class HealthPanel:
    """Checks the file, and mends what can be mended without touching what a person owns."""

    def __init__(self, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._found, self._problem = widgets.HTML(), widgets.HTML()
        check = widgets.Button(description="Check the file")
        self._mend = widgets.Button(description="Mend what can be mended")
        check.on_click(told(self._problem, lambda: self._examine(mend=False)))
        self._mend.on_click(told(self._problem, lambda: self._examine(mend=True)))
        self._mend.layout.display = "none"
        self.box = widgets.VBox([row(check, self._mend), self._problem, self._found])
        self.box.add_class("allocation-stack")

    def _examine(self, mend: bool) -> None:
        findings = self._portfolio.doctor(mend)
        self._found.value = findings_list(findings)
        waiting = any(finding.mend and not finding.mended for finding in findings)
        self._mend.layout.display = "" if waiting else "none"


def export_buttons(portfolio: Portfolio) -> widgets.HBox:
    """Downloads of what the portfolio holds, as files that can be loaded again."""

    def made(name: str, write: Callable[[], str]) -> Callable[[], tuple[str, bytes, str]]:
        return lambda: (name, write().encode(), "text/csv")

    return row(
        DownloadButton("Holdings (CSV)", made("holdings.csv", lambda: holdings_csv(portfolio.holdings()))),
        DownloadButton(
            "Targets (CSV)",
            made("targets.csv", lambda: targets_csv(map(portfolio.strategy, ("all", *portfolio.accounts())))),
        ),
        DownloadButton("Classes (CSV)", made("classes.csv", lambda: classes_csv(portfolio.asset_classes()))),
        DownloadButton("Prices (CSV)", made("prices.csv", lambda: prices_csv(portfolio.prices()))),
    )
