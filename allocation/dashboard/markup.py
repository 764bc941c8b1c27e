"""What the rooms' tables and sentences are made of, as HTML. Everything from a person's file is escaped here."""

from __future__ import annotations

import datetime
import re
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

_LETTER = r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]"
RIGHT_TO_LEFT = re.compile(rf"{_LETTER}(?:[ .-]*{_LETTER})*")
"""Words of a language that is written from right to left."""

FEW_COLUMNS = 3
"""So many have room on a phone."""


def prose(text: str) -> str:
    """Words with names in them; beside a name that is written from right to left, numbers stay where they are."""
    return RIGHT_TO_LEFT.sub(r"<bdi>\g<0></bdi>", escape(text))


def sentence(text: str) -> str:
    return f"<p>{prose(text)}</p>" if text else ""


def wrong(text: str) -> str:
    """A sentence that says what is wrong, announced by screen readers."""
    return f'<div class="allocation-wrong" role="alert">{prose(text)}</div>' if text else ""


def old(text: str) -> str:
    """What is to be looked at twice, such as prices that are too old, marked."""
    return f'<p class="allocation-old">{prose(text)}</p>' if text else ""


def said(text: str) -> str:
    """What was done, announced by screen readers."""
    return f'<p role="status">{prose(text)}</p>' if text else ""


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
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Collection[int] = (),
    foot: Sequence[str] = (),
    names: Collection[int] = (0,),
    key: int | None = None,
    wordy: bool = False,
    phrases: bool = False,
    short: bool = False,
) -> str:
    """A table; where there is no room for its columns each row is a card, in which a column's name stands at its value.

    Parameters:
        caption: says what it shows, to screen readers.
        rows: cells as HTML, escaped already.
        numbers: the places of columns of numbers.
        foot: the cells of a last row that sums up.
        names: the places of columns that say what a row is about; they begin its card, without their columns' names.
        key: the place of the column that counts most; it stands at the top of the card.
        wordy: its last column is of sentences, so that it needs more room than others.
        phrases: among its numbers are words, which are broken over lines where there is no room.
        short: its columns have room beside each other everywhere, so its rows are never cards.
    """
    kinds = {"number": numbers, "name": names, "key": () if key is None else (key,)}
    marks = [" ".join(kind for kind, places in kinds.items() if place in places) for place in range(len(head))]
    titles = "".join(
        f'<th role="columnheader" scope="col" class="{mark}">{title}</th>'
        for mark, title in zip(marks, head, strict=True)
    )
    # Without their roles a screen reader would not know the cells of a card for those of a table.
    begun = [f'<td role="cell" class="{mark}" data-label="{title}">' for mark, title in zip(marks, head, strict=True)]

    def line(cells: Sequence[str]) -> str:
        inside = "".join(f"{start}{cell}</td>" for start, cell in zip(begun, cells, strict=True))
        return f'<tr role="row">{inside}</tr>'

    body = "".join(line(cells) for cells in rows)
    sums = f'<tfoot role="rowgroup">{line(foot)}</tfoot>' if foot else ""
    look = (
        f"allocation-scroll{' allocation-cards' * (len(head) > FEW_COLUMNS and not short)}{' allocation-wordy' * wordy}"
    )
    look += " allocation-phrases" * phrases
    # Whoever has no mouse scrolls it with the arrow keys, once it has the focus.
    return (
        f'<div class="{look}" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f'<table role="table" aria-label="{escape(caption)}">'
        f'<thead role="rowgroup"><tr role="row">{titles}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody>{sums}</table></div>'
    )


def versions_table(opened: Mapping[str, str], saved: Mapping[str, str], yours: Mapping[str, str]) -> str:
    """Targets, bands and trigger in three versions, in words by name; those that differ in bold."""
    rows = []
    for name in dict.fromkeys([*opened, *saved, *yours]):
        cells = [escape(version.get(name, "—")) for version in (opened, saved, yours)]
        same = saved.get(name) == yours.get(name)
        rows.append([escape(name), cells[0], *(cell if same else f"<strong>{cell}</strong>" for cell in cells[1:])])
    head = ["Targets (%), bands, trigger", "When you opened it", "Saved now", "Yours"]
    return table("Saved targets and yours", head, rows, numbers={1, 2, 3}, phrases=True)
