"""The sheets of an XLSX workbook as cells of text, read from a copy of it in which nothing is larger than it may be."""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from allocation.errors import LoadError
from allocation.readers.delimited import cell_text
from allocation.readers.lines import Exact, Line, Lines, Unfilled, check_size
from allocation.readers.opened import Opened
from allocation.text import DISTINCT, clean

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

LARGEST_WORKBOOK = 128 * 2**20
MOST_PARTS, MOST_CELLS = 10_000, 20_000_000
LARGEST_WHOLE = 2**53
"""Up to here every whole number is itself as a float."""

UNFILLED = "\ufdd1"
"""What marks a formula without a result, on its way through calamine: a character that no text has."""

# Of a sheet's XML, where x: may stand before each name: a cell or row, one that begins with its place, the end of a
# row, a place wherever it stands, a cell that holds an error, one with a formula and no result, and a row that isn't
# shown; and of the list of texts, its beginning.
_TAG = re.compile(rb"<(?:[^\s<>/]+:)?(?:c|row)[\s/>]")
_PLACED = re.compile(rb'<(?:[^\s<>/]+:)?(?:c|row)\sr="[A-Za-z]{0,3}[0-9]{1,7}"')
_ROW_END = re.compile(rb"</(?:[^\s<>/]+:)?row")
_PLACE = re.compile(rb"""\sr\s*=\s*["'](?:([A-Za-z]{0,3})([0-9]{1,7})["'])?""")
_TEXTS = re.compile(rb"(<(?:[^\s<>/]+:)?sst)\b[^>]*?(/?)>")
_ERROR = re.compile(rb"""(<(?:[^\s<>/]+:)?c\s[^<>]*?\bt\s*=\s*["'])e(["'])""")
_FORMULA = re.compile(
    rb"<((?:[^\s<>/]+:)?)c(\s[^<>]*)?>\s*<\1f(?:\s[^<>]*)?(?:/>|>([^<]*)</\1f\s*>)\s*"
    rb"(?:<\1v\s*/>|<\1v\s*>\s*</\1v\s*>)?\s*</\1c\s*>"
)
_EMPTY_TEXT = re.compile(rb"""\bt\s*=\s*["']str["']""")
_HIDDEN_ROW = re.compile(rb"""<(?:[^\s<>/]+:)?row(?=\s[^<>]*?\bhidden\s*=\s*["'](?:1|true)["'])(\s[^<>]*)>""")


def read_workbook(opened: Opened) -> list[Lines]:
    """Every visible sheet.

    Raises:
        LoadError: the workbook is damaged or too large, or holds what no spreadsheet writes.
    """
    # Imported here: few files are workbooks.
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    checked = _checked(opened)
    try:
        with CalamineWorkbook.from_filelike(checked) as book:
            if not book.sheets_metadata:
                raise ValueError("it has no sheets")
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
            ]
            hidden = _hidden_rows(checked)
            return [
                Lines(_sheet_lines(opened, book.get_sheet_by_name(name)), "\t", name, hidden.get(name, frozenset()))
                for name in names
            ]
    except (CalamineError, ValueError, OverflowError, ElementTree.ParseError) as error:
        raise _damaged(opened, error) from None
    except BaseException as error:
        # What calamine itself did not foresee comes as an exception that is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(opened, error) from None


def _damaged(opened: Opened, error: BaseException) -> LoadError:
    said = (str(error).strip() or type(error).__name__).splitlines()[0][:100]
    return opened.wrong(f"is a damaged workbook ({said}). Save it anew, or as CSV.")


def _checked(opened: Opened) -> io.BytesIO:
    """The workbook's XML in an archive of our own: a size or a name that the file's own archive only claims is gone."""
    checked = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(opened.bytes())) as archive, zipfile.ZipFile(checked, "w") as kept:
            parts = archive.infolist()
            # Reading a part stops at the size it says it has, so that the sum is a bound.
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_WORKBOOK:
                raise opened.wrong(
                    f"unpacks to more than {LARGEST_WORKBOOK // 2**20} MiB, or has more than {MOST_PARTS:,} parts. "
                    "Save the sheet that is needed as CSV."
                )
            for name, part in {part.filename: part for part in parts}.items():
                if name.lower().endswith((".xml", ".rels")):
                    kept.writestr(name, _checked_part(opened, archive.read(part)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _damaged(opened, error) from None
    checked.seek(0)
    return checked


def _checked_part(opened: Opened, xml: bytes) -> bytes:
    beginning = xml[:4096].upper()
    if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
        raise opened.wrong("holds XML with definitions of its own, which no spreadsheet writes.")
    if b"\0" in xml:
        raise opened.wrong("is a damaged workbook (a part of it is not UTF-8 text). Save it anew, or as CSV.")
    if b"sst" in xml:
        # The number of texts that a list of them claims to have would be taken at its word.
        xml = _TEXTS.sub(rb"\1\2>", xml)
    if b"sheetData" not in xml:
        return xml
    _check_extent(opened, xml)
    xml = _FORMULA.sub(_as_unfilled, xml) if b"<f" in xml or b":f" in xml else xml
    # An error would be read as an empty cell, and nobody would know: as text, it is told like any other word.
    return _ERROR.sub(rb"\1str\2", xml) if b'"e"' in xml or b"'e'" in xml else xml


def _as_unfilled(cell: re.Match[bytes]) -> bytes:
    """A formula without a result as marked text: calamine would take it for an empty cell."""
    prefix, attributes, formula = cell[1], cell[2] or b"", cell[3] or b""
    if _EMPTY_TEXT.search(attributes):
        return cell[0]
    place = _PLACE.search(attributes)
    return b'<%bc%b t="str"><%bv>%b=%b</%bv></%bc>' % (
        prefix, place[0] if place else b"", prefix, UNFILLED.encode(), formula, prefix, prefix,
    )  # fmt: skip


def _hidden_rows(checked: io.BytesIO) -> dict[str, frozenset[int]]:
    """The numbers of the rows that aren't shown, by sheet, of the sheets that have some."""
    with zipfile.ZipFile(checked) as archive:
        of_parts = {
            part: rows
            for part in archive.namelist()
            if b"hidden" in (xml := archive.read(part))
            and (
                rows := frozenset(
                    int(place[2]) for row in _HIDDEN_ROW.finditer(xml) if (place := _PLACE.search(row[1]))
                )
            )
        }
        if not of_parts:
            return {}
        # Which part is which sheet stands in two places: its name with an identifier, and that with the part.
        book, links = (
            ElementTree.fromstring(archive.read(part)) for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        )
    targets = {link.get("Id"): posixpath.join("/xl", link.get("Target", ""))[1:] for link in links}
    return {
        str(sheet.get("name")): of_parts[part]
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet")
        for key, identifier in sheet.items()
        if key.endswith("}id") and (part := targets.get(identifier, "")) in of_parts
    }


def _check_extent(opened: Opened, xml: bytes) -> None:
    """Refuses a sheet between whose first and last cell there are more than fit in memory: calamine keeps them all."""
    letters, rows = set[bytes](), 0
    for place in _PLACE.finditer(xml):
        if place[2] is None:
            raise opened.wrong("is a damaged workbook (a cell's place is none). Save it anew, or as CSV.")
        letters.add(place[1])
        rows = max(rows, int(place[2]))
    columns = max(map(_column, letters), default=0)
    # What names no place stands after the one before it.
    if unplaced := _count(_TAG, xml) - _count(_PLACED, xml):
        rows += unplaced
        columns += max(_count(_TAG, row) for row in _ROW_END.split(xml))
    if rows * columns > MOST_CELLS:
        raise opened.wrong(
            f"has a sheet of more than {MOST_CELLS:,} cells, with the empty ones between. Remove what stands far away "
            "from the table, or save it as CSV."
        )


def _count(pattern: re.Pattern[bytes], xml: bytes) -> int:
    return sum(1 for _ in pattern.finditer(xml))


def _column(letters: bytes) -> int:
    """The number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number


def _sheet_lines(opened: Opened, sheet: CalamineSheet) -> list[Line]:
    lines = list(_lines(opened, sheet.iter_rows()))
    if sheet.merged_cell_ranges and sheet.start:
        _fill_merged(lines, sheet.merged_cell_ranges, sheet.start[1])
    return lines


def _fill_merged(lines: list[Line], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], first: int) -> None:
    """A text in a cell merged over several rows counts for each of them; a number would be counted several times.

    Parameters:
        ranges: the merged cells' first and last row and column, from 0.
        first: the column that the lines begin with, from 0.
    """
    cells_of = dict(lines)
    reached: dict[int, int] = {}
    last_row = max(cells_of, default=0)
    for (top, left), (bottom, _) in sorted(ranges):
        column, merged = left - first, cells_of.get(top + 1, [])
        text = merged[column] if 0 <= column < len(merged) else ""
        # Merged cells never overlap; where a file says so, no row is looked at twice.
        rows = range(max(top + 1, reached.get(left, 0)) + 1, min(bottom + 1, last_row) + 1)
        reached[left] = max(bottom + 1, reached.get(left, 0))
        if not text or isinstance(text, (Exact, Unfilled)):
            continue
        for row in rows:
            cells = cells_of.get(row)
            if cells and not cells[column]:
                cells[column] = text


def _lines(opened: Opened, rows: Iterable[Sequence[object]]) -> Iterator[Line]:
    for row, values in enumerate(rows, start=1):
        check_size(opened, row, len(values))
        cells = [_cell(value) for value in values]
        if any(cells):
            yield row, cells


@lru_cache(maxsize=DISTINCT, typed=True)
def _cell(value: object) -> str:
    if isinstance(value, str):
        return Unfilled(value[1:]) if value.startswith(UNFILLED) else clean(value)
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) <= LARGEST_WHOLE
        return Exact(cell_text(int(value) if is_whole else value))
    if isinstance(value, (int, datetime.date)) and not isinstance(value, bool):
        return Exact(cell_text(value))
    return clean(str(value))
