"""Which formats there are, and which a file has; files that are none, too large, or meant to do harm."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from allocation.errors import LoadError, StoreError
from allocation.readers import Content, Format, Opened, lines, opened, read_any, registry, workbook
from allocation.readers.lines import read_lines, separator_of
from tests.conftest import DATA

TODAY = datetime.date(2026, 11, 25)


def refused(content, name="file.csv"):
    """The one problem of a file that can't be read."""
    found = read_any(Opened(content, name), TODAY)
    assert len(found.problems) == 1 and found.holdings.empty
    return found.problems[0].remedy


@pytest.mark.parametrize("name", ["holdings", "targets", "fx"])
def test_our_own_files_are_told_by_their_columns(name):
    assert registry.recognise(Opened((DATA / f"{name}.csv").read_bytes(), "whatever.txt")).name == name


def test_names_of_formats_stand_once():
    names = [one.name for one in registry.formats()]
    assert len(names) == len(set(names))


class Point:
    """An entry point of another package."""

    name, value, dist = "theirs", "theirs:FORMAT", None

    def __init__(self, found):
        self.found = found

    def load(self):
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


@pytest.fixture
def another_package(monkeypatch):
    def install(found):
        monkeypatch.setattr(registry, "entry_points", lambda group: [Point(found)])
        registry.formats.cache_clear()

    yield install
    registry.formats.cache_clear()


def test_another_package_can_add_a_format(another_package):
    theirs = Format("theirs", "Theirs", lambda one: one.head == b"theirs", lambda one, today: Content("Theirs"))
    another_package(theirs)
    assert read_any(Opened(b"theirs"), TODAY).format == "Theirs"


def test_a_package_that_cannot_be_imported_is_named(another_package):
    another_package(ImportError("no module named x"))
    with pytest.raises(StoreError, match="The reader 'theirs' of the package theirs:FORMAT can't be used"):
        registry.recognise(Opened(b"anything"))


def test_a_file_that_is_not_there_and_a_folder(tmp_path):
    assert "there is no such file" in str(read_any(tmp_path / "gone.csv", TODAY).problems[0])
    assert read_any(tmp_path, TODAY).problems[0].remedy == "is a folder. Name the file in it."


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "is empty."),
        (b"%PDF-1.7\n1 0 obj, <<, >>\n\0", "is a PDF, whatever it is called. Download the holdings as CSV or XLSX"),
        (b"<!DOCTYPE html><html>Please, log in", "is a web page, whatever it is called"),
        (b"Symbol,Quantity\nV\0TI,1\n", "is not a text file"),
        (b"\xff\xfe\x00\xd8", "is not a text file"),
        (b"\x81\x8d\x8f", "is not a text file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "is a workbook of the old kind"),
        (b"PK\x03\x04 [Content_Types].xml and rubbish", "is a damaged workbook"),
        (b"Symbol,Quantity\n" + b"A" * 200_000 + b",1\n", "can't be read as a table (field larger than field limit"),
        (b"," * 5000 + b"\n", "has more than 1,000 columns"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_a_sentence(content, remedy):
    assert remedy in refused(content)


def archive(*parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts:
            written.writestr(name, content)
    return file.getvalue()


def test_a_workbook_that_unpacks_to_more_than_fits_in_memory_is_refused_unread():
    bomb = archive(("[Content_Types].xml", b"<x/>"), ("xl/worksheets/sheet1.xml", bytes(workbook.LARGEST_WORKBOOK + 1)))
    assert len(bomb) < 2**20
    assert "unpacks to more than 128 MiB" in refused(bomb)


def test_a_workbook_with_definitions_in_its_xml_is_refused():
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert "holds XML with definitions of its own" in refused(archive(("[Content_Types].xml", laughs)))


def test_a_workbook_with_a_part_missing_is_damaged():
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    with zipfile.ZipFile(book) as whole:
        parts = [(name, whole.read(name)) for name in whole.namelist() if name != "xl/workbook.xml"]
    assert "is a damaged workbook" in refused(archive(*parts))


def test_a_larger_file_than_can_be_read_is_refused(monkeypatch):
    monkeypatch.setattr(opened, "LARGEST_FILE", 1000)
    assert "is larger than 0 MiB" in refused(b"Symbol,Quantity\n" * 100)


def test_more_rows_than_can_be_read_are_refused(monkeypatch):
    monkeypatch.setattr(lines, "MOST_ROWS", 10)
    assert "has more than 10 rows" in refused(b"Symbol,Quantity,Price\n" + b"VTI,1,1\n" * 11)


def test_a_device_is_no_file():
    with pytest.raises(LoadError, match="is not a file that can be read"):
        Opened("/dev/zero").bytes()


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2\n", ";"),
        ("a;b;c\n1,000,000.00;2,000,000.00;x\n" + "1,000,000.00;2,000,000.00;y\n" * 5, ";"),
        ("a\tb\n1,5\t2;3\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('"a,b";c\n"1,2";3\n', ";"),
    ],
)
def test_the_separator_is_the_one_that_cuts_all_rows_alike(text, separator):
    assert separator_of(text) == separator


def test_a_first_line_may_name_the_separator():
    (found,) = read_lines(Opened(b"sep=|\na|b\n1|2;3;4;5\n"))
    assert found.lines == [(2, ["a", "b"]), (3, ["1", "2;3;4;5"])]


def test_text_is_utf_8_or_by_its_mark_or_windows_1252():
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert Opened("Stück;Währung €\n".encode(encoding)).text() == "Stück;Währung €\n"


def test_a_workbook_with_a_damaged_part_is_damaged_whatever_part_it_is():
    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    content = bytearray(book.getvalue())
    place = content.index(b"xl/theme/theme1.xml") + len("xl/theme/theme1.xml")
    content[place + 300 : place + 320] = b"\x00\xff" * 10
    assert "is a damaged workbook" in refused(bytes(content))
