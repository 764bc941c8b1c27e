"""An OFX file as a tree of elements, and the texts, numbers and dates in it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import unescape

from allocation.readers.foreign import Remarks, day_of, exact, name_of, shown
from allocation.readers.opened import Opened

LARGEST = 32 * 1024**2
DEEPEST = 40
EMPTY = re.compile(r"<([A-Z0-9._]{1,64})>[ \t\r\n]*(?=<)")
CLOSING = re.compile(r"</([A-Z0-9._]{1,64})>")
ESCAPES = {"&nbsp;": " ", "&apos;": "'", "&quot;": '"'}


def parsed(source: Opened, remarks: Remarks) -> Any:
    """The tree of elements; None and a problem where there is none."""
    try:
        from ofxtools.Parser import TreeBuilder
    except ImportError:
        remarks.wrong(0, "", None, 'can\'t be read without the package ofxtools: pip install "allocation[ofx]".')
        return None
    if len(source.bytes()) > LARGEST:
        remarks.wrong(0, "", None, f"is larger than {LARGEST // 1024**2} MB. Export a shorter span of time.")
        return None
    text = source.text()
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        remarks.wrong(0, "", None, "declares entities, as no OFX file of a bank does. It isn't read.")
        return None
    # Headers vary from bank to bank, and say nothing about positions.
    _, start, body = text.partition("<OFX>")
    builder = TreeBuilder()
    try:
        builder.feed(_repaired(start + body))
        root = builder.close()
    # The library raises these, and a SyntaxError of its own, for files that break the format's rules.
    except (SyntaxError, ValueError, LookupError, TypeError, AssertionError, AttributeError):
        root = None
    if root is None or _is_deep(root):
        remarks.wrong(0, "", None, "breaks the rules of OFX and can't be read. Download it again; don't edit it.")
        return None
    return root


def _is_deep(root: Any) -> bool:
    """Whether elements stand in each other as they never do in OFX, which would take for ever to look through."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > DEEPEST:
            return True
        waiting += [(below, depth + 1) for below in element]
    return False


def _repaired(text: str) -> str:
    """The text without empty values of OFX 1, which nothing ends, and with what stands in CDATA written out."""
    parts, place = [], 0
    while (start := text.find("<![CDATA[", place)) >= 0 and (end := text.find("]]>", start)) >= 0:
        written = text[start + 9 : end].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        parts += [text[place:start], written]
        place = end + 3
    whole = "".join([*parts, text[place:]])
    closed = set(CLOSING.findall(whole))
    return EMPTY.sub(lambda found: found[0] if found[1] in closed else "", whole)


def number_in(element: Any, tag: str, of: str, remarks: Remarks) -> Decimal | None:
    """A number; 0 where there is none, and None and a problem where it isn't one."""
    written = text_in(element, tag)
    if written is None:
        return Decimal(0)
    # Some banks write a decimal comma; OFX has no marks for thousands.
    number = exact(written.replace(",", ".") if written.count(",") == 1 and "." not in written else written)
    if number is None:
        remarks.wrong(0, tag, written, f"is not a number ({shown(of)}). Download the file again.")
    return number


def day_in(element: Any, tag: str, today: datetime.date, remarks: Remarks) -> datetime.date | None:
    written = text_in(element, tag) or ""
    day = day_of(f"{written[:4]}-{written[4:6]}-{written[6:8]}") if written[:8].isdecimal() else None
    if day is None:
        remarks.wrong(0, tag, written, "is not a date like 20261231. Download the file again.")
    elif day > today + datetime.timedelta(days=1):
        remarks.wrong(0, tag, written, "lies in the future. Download the file again.")
        return None
    # Where it is tomorrow already it is still today here.
    return min(day, today) if day else None


def key_of(element: Any) -> tuple[str, str]:
    return text_in(element, "UNIQUEID") or "", text_in(element, "UNIQUEIDTYPE") or ""


def text_in(element: Any, tag: str) -> str | None:
    found = first_in(element, tag)
    return None if found is None or found.text is None else name_of(unescape(found.text, ESCAPES))


def first_in(element: Any, *tags: str) -> Any:
    """The first element below with one of these names."""
    found: Iterator[Any] = (below for below in element.iter() if below.tag in tags)
    return next(found, None)
