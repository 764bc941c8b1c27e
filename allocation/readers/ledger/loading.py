"""A Beancount ledger read without running anything in it.

Beancount's own loader imports the plugins a ledger names, changes the import path for them, looks into document folders
and opens any file that is included. Here the library's parser, booking, padding and checks are used one by one, plugins
are named instead of run, and only files below the ledger's folder are opened.
"""

from __future__ import annotations

import datetime
import itertools
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from allocation.readers.foreign import Remarks, shown
from allocation.readers.opened import Opened

LARGEST = 32 * 1024**2
MOST_FILES = 1000
ENCRYPTED = (".gpg", ".asc")
AUTO_ACCOUNTS, IMPLICIT_PRICES = "beancount.plugins.auto_accounts", "beancount.plugins.implicit_prices"
"""Parts of Beancount itself that only add entries made from other entries: these two are run."""
NAME_OPTION = re.compile(r'option\s*"name_\w*"\s*"((?:[^"\\]|\\.)*)"')
"""The library makes a regular expression of these, so that an unusual one could take for ever."""
POSTING = re.compile(r"\"Posting\(account='([^']*)', units=([^,]*), [^\"]*\"")
PLAIN_WORD = re.compile(r"\w[\w-]{0,63}")

TRIAL = "import sys; from beancount.parser import parser; parser.parse_string(sys.stdin.buffer.read())"
SECONDS = 60


@dataclass
class Ledger:
    """What stands in a ledger: entries in the order of their dates, the options of its first file, and its plugins."""

    entries: list[Any] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    plugins: set[str] = field(default_factory=set)


def load(source: Opened, today: datetime.date, remarks: Remarks) -> Ledger | None:
    """Read a ledger and the files it includes, up to a day; None and a problem where that isn't possible."""
    try:
        import beancount  # noqa: F401
    except ImportError:
        remarks.wrong(0, "", None, 'can\'t be read without the package beancount: pip install "allocation[beancount]".')
        return None
    try:
        ledger = _parsed(source, remarks)
        if remarks.problems:
            return None
        later = sum(entry.date > today for entry in ledger.entries)
        ledger.entries = [entry for entry in ledger.entries if entry.date <= today]
        _complete(ledger)
    # What the library raises for ledgers it was never meant to see.
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as why:
        remarks.wrong(0, "", None, f"can't be read by Beancount ({type(why).__name__}). Run bean-check on it.")
        return None
    for error in ledger.errors:
        _say_error(error, source.name, remarks)
    if later:
        remarks.note(f"Entries with a date after {today} don't count: {later:,}.")
    if unknown := sorted(map(shown, ledger.plugins - {AUTO_ACCOUNTS, IMPLICIT_PRICES})):
        remarks.note(f"Plugins aren't run, so what they would add or change is missing: {', '.join(unknown)}.")
    return ledger


def _parsed(source: Opened, remarks: Remarks) -> Ledger:
    """The entries of all files as they stand there."""
    from beancount.parser import parser

    ledger = Ledger()
    folder = source.path.resolve().parent if source.path else None
    waiting = deque([(source.name, source, folder)])
    seen = {source.path.resolve()} if source.path else set()
    size = 0
    while waiting and not remarks.problems:
        name, opened, place = waiting.popleft()
        text = opened.text()
        size += len(text)
        if size > LARGEST or len(seen) > MOST_FILES:
            remarks.wrong(
                0, "", None, f"has more than {LARGEST // 1024**2} MB, or 1,000 files, with all that it includes."
            )
            break
        if odd := next((word for word in NAME_OPTION.findall(text) if not PLAIN_WORD.fullmatch(word)), None):
            remarks.wrong(0, "option", odd, f"is no name for a kind of account ({name}). Write one word.")
            break
        if _breaks_the_parser(text):
            remarks.wrong(0, "", None, f"makes Beancount stop ({name}), as a division by 0 does. Run bean-check on it.")
            break
        entries, errors, options = parser.parse_string(text, name)
        ledger.entries += entries
        ledger.errors += errors
        ledger.plugins |= {plugin for plugin, _ in options["plugin"]}
        if ledger.options:
            ledger.options["operating_currency"] += options["operating_currency"]
        else:
            ledger.options = dict(options)
        for pattern in options["include"]:
            for path in _included(pattern, place, folder, name, remarks):
                if path not in seen:
                    seen.add(path)
                    waiting.append((path.relative_to(str(folder)).as_posix(), Opened(path), path.parent))
    return ledger


def _breaks_the_parser(text: str) -> bool:
    """Whether reading this ends a process: the library's parser is C, and a number like 3/0 brings all of it down."""
    try:
        # Isolated, so that nothing in the current folder is imported.
        done = subprocess.run(
            [sys.executable, "-I", "-c", TRIAL], input=text.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode < 0 or done.returncode > 1


def _included(pattern: str, place: Path | None, folder: Path | None, name: str, remarks: Remarks) -> Iterator[Path]:
    """The files an include directive names, in the order of their names; only those below the ledger's folder."""
    if place is None or folder is None:
        remarks.wrong(0, "include", pattern, "is included, and can't be found from here. Name the ledger by its path.")
        return
    below = f"({name}). Only files below the ledger's folder are read: put it there."
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\0" in pattern:
        remarks.wrong(0, "include", pattern, f"lies elsewhere {below}")
        return
    try:
        found = sorted(itertools.islice(place.glob(pattern), MOST_FILES + 1))
    except (ValueError, NotImplementedError, OSError):
        found = []
    if not found:
        remarks.wrong(0, "include", pattern, f"names no file that is there ({name}).")
    for path in (written.resolve() for written in found):
        if not path.is_relative_to(folder):
            remarks.wrong(0, "include", pattern, f"leads elsewhere {below}")
        elif path.suffix in ENCRYPTED:
            remarks.wrong(0, "include", pattern, f"is encrypted ({name}). Decrypt it into a folder of its own first.")
        elif path.is_file():
            yield path


def _complete(ledger: Ledger) -> None:
    """Books the lots, fills in what Beancount itself fills in, and runs its checks."""
    from beancount.core import data
    from beancount.ops import balance, pad, validation
    from beancount.parser import booking
    from beancount.plugins import auto_accounts, implicit_prices

    steps: list[Any] = [booking.book, pad.pad, balance.check]
    if IMPLICIT_PRICES in ledger.plugins:
        steps.insert(1, implicit_prices.add_implicit_prices)
    if AUTO_ACCOUNTS in ledger.plugins:
        steps.insert(1, auto_accounts.auto_insert_open)
    check: Any = validation.validate
    for step in steps:
        ledger.entries.sort(key=data.entry_sortkey)
        ledger.entries, errors = step(ledger.entries, ledger.options)
        ledger.errors += errors
    ledger.entries.sort(key=data.entry_sortkey)
    ledger.errors += check(ledger.entries, ledger.options)


def _say_error(error: Any, name: str, remarks: Remarks) -> None:
    """One of the library's errors as a problem at its line."""
    where = getattr(error, "source", None) or {}
    line, file = where.get("lineno", 0), where.get("filename", "")
    message = POSTING.sub(r"\2 in \1", " ".join(str(error.message).split()))
    place = f" ({shown(file)})" if file not in ("", "<string>", name) else ""
    said = message if len(message) <= 300 else message[:300] + "…"
    remarks.wrong(line if isinstance(line, int) and line > 0 else 0, "", None, f"{said}{place}")
