"""What the accounts of a stranger's table are called: two with one name are told apart by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Named = Mapping[str, str]
"""Our column → what a row has in it."""


class AccountNames:
    """The names of the accounts in one table.

    Parameters:
        of_file: what an account is called that the rows don't name; None where they name each.
        rows: its holdings by our columns, where it has a column of account numbers.
    """

    def __init__(self, of_file: str | None, rows: Iterable[Named]) -> None:
        self._of_file = of_file
        self._numbers: dict[str, set[str]] = {}
        for named in rows:
            self._numbers.setdefault(self._name(named), set()).add(_number(named))

    def of(self, named: Named) -> str:
        """The name, with the last digits of its number where several have that name; with all where those are alike."""
        name, number = self._name(named), _number(named)
        others = self._numbers.get(name, {number}) - {number, ""}
        if not name or not number or not others:
            return name
        alike = any(other[-4:] == number[-4:] for other in others)
        return f"{name} {number if alike else f'...{number[-4:]}'}"

    def _name(self, named: Named) -> str:
        return named.get("account", "") if self._of_file is None else self._of_file


def _number(named: Named) -> str:
    """The number of an account, without what keeps a spreadsheet from reading it as one: ``="00123"``, ``'00123``."""
    return named.get("account_number", "").strip("=\"' ")
