"""XML as XStream writes it: what stands twice is written once and referred to, by its place or by a number."""

from __future__ import annotations

import datetime
import re
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from allocation.errors import LoadError
from allocation.readers.opened import Opened
from allocation.text import DATE

MOST_ELEMENTS = 1_500_000
"""With their attributes, and without what isn't read: about 100,000 transactions, or half a gigabyte of memory."""

DEEPEST = 1000
MOST_HOPS = 5
"""The program refers to what stands in the file, not to other references; a few are allowed all the same."""
_CHUNK = 2**20
_UNUSED = {"units", "attributes", "settings", "dashboards", "property", "logo"}
_STEP = re.compile(r"([\w.-]+?)(?:\[(\d{1,9})\])?")


class _Refused(Exception):
    """Something that no file of Portfolio Performance has."""


class _Builder(ET.TreeBuilder):
    """Builds the tree without what is not read, so that decades of prices take no memory.

    A ``prices`` element keeps the last price up to today in its own attributes ``t`` and ``v``.
    """

    def __init__(self, today: datetime.date) -> None:
        super().__init__()
        self.parents: dict[Element, Element] = {}
        self._open: list[Element] = []
        self._kept = 0
        self._today = today.isoformat()

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise _Refused("has a document type (DOCTYPE), which could hide entities. Portfolio Performance writes none.")

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        element = super().start(tag, attrs)
        if self._open and tag != "price":
            self.parents[element] = self._open[-1]
        self._open.append(element)
        self._kept += 1 + len(attrs)
        if len(self._open) > DEEPEST:
            raise _Refused(f"is nested more than {DEEPEST} levels deep.")
        if self._kept > MOST_ELEMENTS:
            raise _Refused(f"has more than {MOST_ELEMENTS:,} elements and attributes.")
        return element

    def end(self, tag: str, /) -> Element:
        element = super().end(tag)
        self._open.pop()
        if self._open:
            parent = self._open[-1]
            is_price = tag == "price" and parent.tag == "prices"
            if is_price:
                self._keep_last(element, parent)
            if is_price or tag in _UNUSED:
                del parent[-1]
                for gone in element.iter():
                    self.parents.pop(gone, None)
                    self._kept -= 1 + len(gone.attrib)
        return element

    def _keep_last(self, price: Element, prices: Element) -> None:
        day = price.get("t", "")
        if not DATE.fullmatch(day):
            raise _Refused(f"has a price of the date {day[:30]!r}, which is none. Delete it in Portfolio Performance.")
        if prices.get("t", "") <= day <= self._today:
            prices.set("t", day)
            prices.set("v", price.get("v", ""))


class Tree:
    """A parsed file whose references can be followed.

    Raises:
        LoadError: it isn't whole XML, or has what no such file has.
    """

    def __init__(self, opened: Opened, content: bytes, today: datetime.date) -> None:
        self._opened = opened
        builder = _Builder(today)
        parser = ET.XMLParser(target=builder)
        try:
            for start in range(0, len(content), _CHUNK):
                parser.feed(content[start : start + _CHUNK])
            self.root: Element = parser.close()
        except _Refused as error:
            raise opened.wrong(str(error)) from None
        except ET.ParseError as error:
            line = error.position[0]
            raise opened.wrong(
                f"is damaged or cut off ({error}). Save it again in Portfolio Performance.", row=line
            ) from None
        except (ValueError, LookupError) as error:
            raise opened.wrong(f"is not text in UTF-8 ({error}). Save it again in Portfolio Performance.") from None
        self._parents = builder.parents
        self._by_id = {element.attrib["id"]: element for element in self.root.iter() if "id" in element.attrib}
        self._siblings: dict[tuple[Element, str], list[Element]] = {}

    def real(self, element: Element) -> Element:
        """The element itself, or what it refers to.

        Raises:
            LoadError: the reference leads nowhere or in a circle.
        """
        for _ in range(MOST_HOPS):
            reference = element.get("reference")
            if reference is None:
                return element
            target = self._by_id.get(reference) if reference.isdigit() else self._follow(element, reference)
            if target is None:
                raise self._lost(element, "nowhere")
            element = target
        raise self._lost(element, "in a circle")

    def _lost(self, element: Element, where: str) -> LoadError:
        remedy = f"has a reference that leads {where}. Save it again in Portfolio Performance."
        return self._opened.wrong(remedy, column=element.tag, value=element.get("reference", "")[:200])

    def child(self, element: Element, tag: str) -> Element | None:
        """The child of that name, or what it refers to; None where there is none."""
        found = element.find(tag)
        return None if found is None else self.real(found)

    def children(self, element: Element, tag: str) -> list[Element]:
        """What is in the list of that name; nothing where there is none."""
        found = self.child(element, tag)
        return [] if found is None else [self.real(child) for child in found]

    def _follow(self, element: Element, path: str) -> Element | None:
        place: Element | None = element
        for step in path.split("/"):
            if place is None:
                return None
            if step == "..":
                place = self._parents.get(place)
            elif named := _STEP.fullmatch(step):
                place = self._nth(place, named[1], int(named[2] or 1))
            else:
                return None
        return place

    def _nth(self, parent: Element, tag: str, number: int) -> Element | None:
        key = (parent, tag)
        if key not in self._siblings:
            self._siblings[key] = parent.findall(tag)
        siblings = self._siblings[key]
        return siblings[number - 1] if 0 < number <= len(siblings) else None


def text(element: Element, tag: str) -> str:
    """The text of a child; empty where there is none."""
    return (element.findtext(tag) or "").strip()
