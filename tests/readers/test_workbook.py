"""Workbooks: what is in their cells, and what is refused before it is read."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from allocation.errors import LoadError
from allocation.readers import Opened, read_any
from allocation.readers.lines import Exact
from allocation.readers.workbook import read_workbook

TODAY = datetime.date(2026, 11, 25)
HEADER = ["Symbol", "Quantity", "Price", "Currency"]
SHEET = "xl/worksheets/sheet1.xml"


def saved(book):
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def changed(content, old, new, part=SHEET):
    """A workbook with something in one of its parts replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(file, "w") as other:
        for name in whole.namelist():
            data = whole.read(name)
            assert name != part or old in data
            other.writestr(name, data.replace(old, new) if name == part else data)
    return file.getvalue()


def read(content):
    (sheet,) = read_workbook(Opened(content, "book.xlsx"))
    return sheet.lines


def refused(content):
    with pytest.raises(LoadError) as error:
        read_workbook(Opened(content, "book.xlsx"))
    return error.value.problems[0].remedy


def test_cells_are_as_a_csv_file_would_have_them():
    day, moment = datetime.date(2026, 3, 4), datetime.datetime(2026, 3, 4, 15, 30)
    ((_, cells),) = read(workbook([" A\u00a0b ", 10, 10.0, -1234567.125, 0.25, day, moment, True, None, "1,5"]))
    assert cells == ["A b", "10", "10", "-1234567.125", "0.25", "2026-03-04", "2026-03-04", "True", "", "1,5"]
    assert [isinstance(cell, Exact) for cell in cells] == [False, *[True] * 6, False, False, False]


def test_texts_that_are_kept_once_for_many_cells_are_read_whole():
    shared = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" uniqueCount="4294967295"><si>'
        b'<r><t xml:space="preserve">Total </t></r><r><rPr><b/></rPr><t>market &amp; more</t></r></si></sst>'
    )
    content = changed(workbook(["x"]), b't="inlineStr"><is><t>x</t></is>', b't="s"><v>0</v>')
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", shared)
    assert read(file.getvalue()) == [(1, ["Total market & more"])]


def test_a_percentage_is_the_number_it_stands_for():
    book = openpyxl.Workbook()
    book.active["A1"] = 0.125
    book.active["A1"].number_format = "0.0%"
    assert read(saved(book)) == [(1, ["0.125"])]


def test_rows_have_the_numbers_that_a_spreadsheet_shows():
    assert [row for row, _ in read(workbook([], ["Title"], [], [], ["a", 1], [None, 2]))] == [2, 5, 6]


def test_only_sheets_that_are_shown_are_read():
    book = openpyxl.Workbook()
    book.active.append(["shown"])
    for name, state in (("a", "hidden"), ("b", "veryHidden")):
        book.create_sheet(name).append(["secret"])
        book[name].sheet_state = state
    assert read(saved(book)) == [(1, ["shown"])]


@pytest.mark.parametrize(("error", "column"), [("#REF!", "Price"), ("#DIV/0!", "Quantity"), ("#NAME?", "Price")])
def test_an_error_in_a_cell_is_told_and_no_empty_cell(error, column):
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["VTI", 2, 300, "USD"])
    cell = book.active.cell(2, HEADER.index(column) + 1)
    cell.value, cell.data_type = error, "e"
    problems = read_any(Opened(saved(book), "book.xlsx"), TODAY).problems
    assert [str(problem) for problem in problems] == [
        f"book.xlsx, row 2, {column}: {error!r} is an error of the spreadsheet, and no result. Correct its formula, "
        "or write what is meant."
    ]


def test_merged_cells_are_one_cell_and_empty_ones():
    book = openpyxl.Workbook()
    book.active.append(["Mine", None, None])
    book.active.merge_cells("A1:C1")
    book.active.append(["a", "b", "c"])
    assert read(saved(book)) == [(1, ["Mine", "", ""]), (2, ["a", "b", "c"])]


SMALL = workbook(HEADER, ["VTI", 2, 300, "USD"])
FAR = b"XFD1048576"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="D2"', b'r="' + FAR + b'"'),
        (b'r="D2"', b"r='" + FAR + b"'"),
        (b'r="D2"', b'foo=">" r = "' + FAR.lower() + b'"'),
        (b"<row r=\"2\">", b"<row r=\"1048576\">" + b"<c/>" * 2000),
        (b"<row r=\"2\">", b"<row x=' r=\"2\"' y='>'/>" * 40_000 + b'<row>' + b"<c x=' r=\"A2\"'/>" * 2000),
    ],
)  # fmt: skip
def test_cells_too_far_apart_to_keep_those_between_are_refused(old, new):
    assert "has a sheet of more than 20,000,000 cells" in refused(changed(SMALL, old, new))


def test_cells_and_rows_may_leave_out_their_places():
    content = SMALL
    for place in (b"A1", b"B1", b"C1", b"D1", b"A2", b"B2", b"C2", b"D2"):
        content = changed(content, b' r="' + place + b'"', b"")
    assert read(changed(content, b' r="2"', b"")) == [(1, HEADER), (2, ["VTI", "2", "300", "USD"])]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="D2"', b'r="ZZZZ99999999"'),
        (b'r="D2"', b'r="&#88;FD1048576"'),
        (b"<v>300</v>", b"<v>many</v>"),
        (b"</sheetData>", b""),
        (b"<sheetData>", b"\0<sheetData>"),
    ],
)
def test_a_sheet_that_no_spreadsheet_writes_is_damaged(old, new):
    assert "is a damaged workbook" in refused(changed(SMALL, old, new))


def test_a_number_that_is_too_large_for_one_is_none():
    problems = read_any(Opened(changed(SMALL, b"<v>300</v>", b"<v>1e999</v>"), "book.xlsx"), TODAY).problems
    assert [problem.remedy for problem in problems] == ["is not a number."]


def test_a_size_that_the_archive_only_claims_is_found_out():
    content = bytearray(SMALL)
    with zipfile.ZipFile(io.BytesIO(SMALL)) as whole:
        size = whole.getinfo(SHEET).file_size
    place = content.rindex(SHEET.encode()) - 46 + 24
    assert content[place : place + 4] == size.to_bytes(4, "little")
    content[place : place + 4] = (size // 2).to_bytes(4, "little")
    assert "is a damaged workbook" in refused(bytes(content))
