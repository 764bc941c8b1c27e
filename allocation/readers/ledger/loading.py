"""A Beancount ledger read without running anything in it.

Beancount's own loader imports the plugins a ledger names, changes the import path for them, looks into document folders
and opens any file that is included. Here the library's parser, booking, padding and checks are used one by one, plugins
are named instead of run, and only files below the ledger's folder are opened.
"""

from __future__ import annotations

import datetime
import glob
import re
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocation.readers.findings import Findings, shown
from allocation.readers.opened import Opened

LARGEST = 32 * 1024**2
MOST_FILES = 1000
SAFE_PLUGINS = {
    "beancount.plugins.auto_accounts": "beancount.plugins.auto_accounts",
    "beancount.plugins.implicit_prices": "beancount.plugins.implicit_prices",
}
"""Parts of Beancount itself that only add entries made from other entries."""
PLUGIN = re.compile(r'^plugin\s+"((?:[^"\\]|\\.)*)"', re.MULTILINE)
NAME_OPTION = re.compile(r'^option\s+"name_\w*"\s+"((?:[^"\\]|\\.)*)"', re.MULTILINE)
PLAIN_WORD = re.compile(r"\w[\w-]{0,63}")
INCLUDE = re.compile(r'^include\s+"((?:[^"\\]|\\.)*)"', re.MULTILINE)


@dataclass(frozen=True)
class Ledger:
    """Entries up to today in the order of their dates, and the options of the first file."""

    entries: list[Any]
    options: dict[str, Any]


def load(source: Opened, today: datetime.date, findings: Findings) -> Ledger | None:
    """Read a ledger and the files it includes; None and a problem where that isn't possible."""
    try:
        from beancount.core import data
        from beancount.parser import booking
    except ImportError:
        findings.wrong("", None, 'can\'t be read without the package beancount: pip install "allocation[beancount]".')
        return None
    texts = _texts(source, findings)
    if texts is None:
        return None
    try:
        entries, errors, options = _parsed(texts)
        entries.sort(key=data.entry_sortkey)
        _say_later(entries, today, findings)
        entries = [entry for entry in entries if entry.date <= today]
        entries, booked = booking.book(entries, options)
        errors += booked
        entries, more = _completed(entries, options, {plugin for _, text in texts for plugin in PLUGIN.findall(text)})
        errors += more
    # What the library raises for ledgers it was never meant to see.
    except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        findings.wrong("", None, f"can't be read by Beancount ({type(error).__name__}). Run bean-check on it.")
        return None
    for error in errors:
        _say_error(error, source.name, findings)
    return Ledger(entries, options)


Texts = list[tuple[str, str]]
"""Name and text of each file, the ledger first."""


def _texts(source: Opened, findings: Findings) -> Texts | None:
    folder = source.path.resolve().parent if source.path else None
    texts: Texts = []
    waiting: deque[tuple[str, Opened, Path | None]] = deque([(source.name, source, folder)])
    seen = {source.path.resolve()} if source.path else set()
    size = 0
    while waiting:
        name, opened, place = waiting.popleft()
        text = opened.text()
        size += len(text)
        if size > LARGEST or len(texts) >= MOST_FILES:
            findings.wrong("", None, f"is larger than {LARGEST // 1024**2} MB with all it includes, or has too many files.")
            return None
        if wrong := next((word for word in NAME_OPTION.findall(text) if not PLAIN_WORD.fullmatch(word)), None):
            findings.wrong("option", wrong, f"is no name for a kind of account ({name}). Write one word.")
            return None
        texts.append((name, text))
        for pattern in INCLUDE.findall(text):
            for path in _included(pattern, place, folder, name, findings):
                if path not in seen:
                    seen.add(path)
                    waiting.append((_relative(path, folder), Opened(path), path.parent))
    _say_plugins(texts, findings)
    return None if findings.problems else texts


def _included(pattern: str, place: Path | None, folder: Path | None, name: str, findings: Findings) -> list[Path]:
    if place is None or folder is None:
        findings.wrong("include", pattern, "is included, and can't be found from here. Name the ledger by its path.")
        return []
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts or "\0" in pattern:
        findings.wrong("include", pattern, f"lies outside the ledger's folder ({name}). Only files below it are read.")
        return []
    found: list[Path] = []
    for written in glob.iglob(pattern, root_dir=place, recursive=True):
        path = (place / written).resolve()
        if not path.is_relative_to(folder):
            findings.wrong("include", pattern, f"leads outside the ledger's folder ({name}). Only files below it are read.")
        elif path.suffix in (".gpg", ".asc"):
            findings.wrong("include", pattern, f"is encrypted ({name}). Decrypt it into a folder of its own first.")
        elif path.is_file():
            found.append(path)
        if len(found) > MOST_FILES:
            break
    if not found and not findings.problems:
        findings.wrong("include", pattern, f"names no file that is there ({name}).")
    return sorted(found)


def _relative(path: Path, folder: Path | None) -> str:
    return path.relative_to(folder).as_posix() if folder else path.name


def _parsed(texts: Texts) -> tuple[list[Any], list[Any], dict[str, Any]]:
    from beancount.parser import parser

    entries: list[Any] = []
    errors: list[Any] = []
    options: dict[str, Any] = {}
    for name, text in texts:
        some, wrong, of_file = parser.parse_string(text, name)
        entries += some
        errors += wrong
        if options:
            options["operating_currency"] += of_file["operating_currency"]
            options["commodities"] |= of_file["commodities"]
        else:
            options = of_file
    return entries, errors, options


def _completed(entries: list[Any], options: dict[str, Any], plugins: set[str]) -> tuple[list[Any], list[Any]]:
    """The entries with what Beancount itself adds, and what its checks find."""
    from beancount.core import data
    from beancount.ops import balance, pad, validation
    from beancount.plugins import auto_accounts, implicit_prices

    errors: list[Any] = []
    steps = [pad.pad, balance.check]
    if "beancount.plugins.implicit_prices" in plugins:
        steps.insert(0, implicit_prices.add_implicit_prices)
    if "beancount.plugins.auto_accounts" in plugins:
        steps.insert(0, auto_accounts.auto_insert_open)
    for step in steps:
        entries, found = step(entries, options)
        errors += found
        entries.sort(key=data.entry_sortkey)
    return entries, errors + validation.validate(entries, options)


def _say_plugins(texts: Texts, findings: Findings) -> None:
    named = sorted({shown(plugin) for _, text in texts for plugin in PLUGIN.findall(text)} - set(SAFE_PLUGINS))
    if named:
        findings.note(f"Plugins of a ledger aren't run, so what they would add or change is missing: {', '.join(named)}.")


def _say_later(entries: list[Any], today: datetime.date, findings: Findings) -> None:
    later = sum(entry.date > today for entry in entries)
    if later:
        findings.note(f"Entries with a date after {today} don't count: {later:,}.")


def _say_error(error: Any, name: str, findings: Findings) -> None:
    where = getattr(error, "source", None) or {}
    line, file = where.get("lineno", 0), where.get("filename", "")
    message = " ".join(str(error.message).split())
    place = f" ({shown(file)})" if file not in ("", "<string>", name) else ""
    said = message if len(message) <= 300 else message[:300] + "…"
    findings.wrong("", None, f"{said}{place}", line if isinstance(line, int) and line > 0 else 0)
