"""What the rooms' tables and sentences are made of, as HTML. Everything from a person's file is escaped here."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from html import escape

from allocation.bands import NO_TARGET, NOTHING_HELD, OVER, UNDER
from allocation.writing import PLAIN, Writing

STATUS_CLASSES = {
    OVER: "allocation-over",
    UNDER: "allocation-under",
    NOTHING_HELD: "allocation-under",
    NO_TARGET: "allocation-quiet",
}


def sentence(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def wrong(text: str) -> str:
    """A sentence that says what is wrong, announced by screen readers."""
    return f'<div class="allocation-wrong" role="alert">{escape(text)}</div>' if text else ""


def old(text: str) -> str:
    """What is to be looked at twice, such as prices that are too old, marked."""
    return f'<p class="allocation-old">{escape(text)}</p>' if text else ""


def said(text: str) -> str:
    """What was done, announced by screen readers."""
    return f'<p role="status">{escape(text)}</p>' if text else ""


def status(words: str) -> str:
    """A status against a band, in its colour."""
    return f'<span class="{STATUS_CLASSES.get(words, "")}">{escape(words)}</span>'


def day(date: datetime.date) -> str:
    """A date that isn't broken over two lines."""
    return f"<time>{date:%Y-%m-%d}</time>"


def plural(count: int, noun: str, writing: Writing = PLAIN) -> str:
    """``1 trade``, ``2 trades``."""
    return f"{writing.number(f'{count:,}')} {noun}{'' if count == 1 else 's'}"


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Collection[int] = (), foot: str = ""
) -> str:
    """A table in a box that scrolls where it is wider than the page.

    Parameters:
        caption: says what it shows, to screen readers.
        rows: cells as HTML, escaped already.
        numbers: the places of columns of numbers.
    """

    def line(cells: Sequence[str], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return "".join(
            f"<{tag}{scope}{' class=number' if place in numbers else ''}>{cell}</{tag}>"
            for place, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line(cells, 'td')}</tr>" for cells in rows)
    # Whoever has no mouse scrolls it with the arrow keys, once it has the focus.
    return (
        f'<div class="allocation-scroll" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f'<table aria-label="{escape(caption)}"><thead><tr>{line(head, "th")}</tr></thead>'
        f"<tbody>{body}</tbody>{foot}</table></div>"
    )


def versions_table(opened: Mapping[str, str], saved: Mapping[str, str], yours: Mapping[str, str]) -> str:
    """Targets, bands and trigger in three versions, in words by name; those that differ in bold."""
    rows = []
    for name in dict.fromkeys([*opened, *saved, *yours]):
        cells = [escape(version.get(name, "—")) for version in (opened, saved, yours)]
        same = saved.get(name) == yours.get(name)
        rows.append([escape(name), cells[0], *(cell if same else f"<strong>{cell}</strong>" for cell in cells[1:])])
    head = ["Targets (%), bands, trigger", "When you opened it", "Saved now", "Yours"]
    return table("Saved targets and yours", head, rows, numbers={1, 2, 3})
