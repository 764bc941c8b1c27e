"""ZIP, passwords, and what is not Portfolio Performance at all."""

import io
import zipfile

import pytest

from allocation.errors import LoadError
from allocation.readers.portfolio_performance import FORMAT
from allocation.readers.portfolio_performance.container import body
from allocation.readers.registry import Opened, read_any
from tests.readers.portfolio_performance.building import (
    TODAY,
    account,
    cash,
    client,
    held,
    protobuf,
    read,
    zipped,
)

XML = client(account("Bank", cash("DEPOSIT", 100))).encode()
LOCKED = b"PORTFOLIO\x01" + bytes(range(64))


def refusal(content):
    with pytest.raises(LoadError) as error:
        body(Opened(content, "my.portfolio"))
    return str(error.value.problems[0])


@pytest.mark.parametrize(
    "content",
    [
        XML,
        b"\xef\xbb\xbf" + XML,
        b'<?xml version="1.0"?>\n<client id="1">\n  <version>69</version></client>',
        b"<!DOCTYPE client []>" + XML,
        protobuf((1, 69)),
        zipped(protobuf((1, 69))),
        zipped(XML, "data.xml"),
        zipped(XML, "my portfolio.xml"),
        zipped(protobuf((1, 69)))[:60],
        LOCKED,
    ],
    ids=["XML", "BOM", "ids", "DOCTYPE", "protobuf", "zipped protobuf", "zipped XML", "named", "cut off", "locked"],
)
def test_every_form_is_recognised_by_what_is_in_it(content):
    assert FORMAT.recognises(Opened(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"account,symbol\n",
        b"PORTFOLIO;Quantity\nMine;1\n",
        b"<html><body>client</body></html>",
        b"<clients><version>1</version></clients>",
        zipped(XML, "data.xml", "another.xml"),
        zipped(b"<worksheet/>", "sheet1.xml"),
        b"PK\x03\x04",
    ],
)
def test_other_files_are_not(content):
    assert not FORMAT.recognises(Opened(content))


def test_a_zipped_xml_reads_like_the_xml():
    assert held(read(zipped(XML, "data.xml"))) == held(read(XML)) == [("Bank", "CASH", "1")]


def test_a_password_is_explained():
    assert "is protected by a password. Save it without one" in refusal(LOCKED)


def test_a_zip_with_a_password_is_explained():
    content = bytearray(zipped(XML, "data.xml"))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    assert "is a ZIP file with a password." in refusal(bytes(content))


def test_a_zip_of_several_files_is_refused():
    assert "holds 2 files." in refusal(zipped(XML, "data.xml", "../../home/.profile"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\data.xml"])
def test_a_name_with_a_path_writes_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert body(Opened(zipped(XML, name))) == XML
    assert list(tmp_path.iterdir()) == []


def test_a_zip_bomb_is_refused_before_it_fills_the_memory(monkeypatch):
    monkeypatch.setattr("allocation.readers.portfolio_performance.container.LARGEST_FILE", 2**20)
    assert "unpacks to more than 1 MiB." in refusal(zipped(bytes(50 * 2**20)))


@pytest.mark.parametrize("cut", [40, 100, -30, -1])
def test_a_zip_that_is_cut_off_is_refused(cut):
    assert "is a damaged ZIP file (" in refusal(zipped(XML * 3, "data.xml")[:cut])


def test_damaged_content_in_a_zip_is_refused():
    content = bytearray(zipped(XML, "data.xml"))
    content[60] ^= 255
    assert "is a damaged ZIP file (" in refusal(bytes(content))


def test_a_way_of_packing_that_isnt_known_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("data.xml", XML)
    content = bytearray(file.getvalue())
    content[8], content[content.rindex(b"PK\x01\x02") + 10] = 99, 99
    assert "is a damaged ZIP file (" in refusal(bytes(content))


HEADERS = [
    "Date,Type,Value,Transaction Currency,Shares,ISIN,WKN,Ticker Symbol,Security Name,Note",
    "Datum;Ex-Datum;Typ;Wert;Buchungswährung;Stück;ISIN;WKN;Ticker-Symbol;Wertpapiername;Notiz",
]


@pytest.mark.parametrize("header", HEADERS)
def test_exported_transactions_are_not_taken_for_holdings(header):
    content = read_any(f"{header}\n2026-01-02T00:00\n".encode(), TODAY)
    assert "is a list of transactions from Portfolio Performance" in str(content.problems[0])
    assert content.holdings.empty


def test_a_file_that_lost_its_name_in_the_archive_is_refused_in_a_sentence():
    content = bytearray(zipped(XML, "data.xml"))
    # The length of the name in the list of contents.
    place = content.index(b"PK\x01\x02") + 28
    content[place : place + 2] = b"\0\0"
    FORMAT.recognises(Opened(bytes(content), "my.portfolio"))
    assert "is a damaged ZIP file" in refusal(bytes(content))
