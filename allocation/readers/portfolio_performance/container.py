"""The three coats a Portfolio Performance file can have: none, ZIP, or a password."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from allocation.readers.opened import LARGEST_FILE, Opened

PROTOBUF = b"PPPBV1"
_ZIP = b"PK\x03\x04"
_LOCKED = re.compile(rb"PORTFOLIO[\x00\x01]")
_CLIENT = re.compile(r"<client(\s[^<>]*)?>\s*<version\b")
_ENTRY_NAMES = (b"data.portfolio", b"data.xml")
_BEGINNING = 64 * 1024


def is_portfolio_performance(opened: Opened) -> bool:
    """Whether a file was saved by Portfolio Performance, in any of its forms."""
    if opened.head.startswith(_ZIP):
        return _holds_client(opened)
    return bool(_LOCKED.match(opened.head)) or _begins_client(opened.head)


def body(opened: Opened) -> bytes:
    """The XML or protobuf that is in the file.

    Raises:
        LoadError: it has a password, or the ZIP around it is damaged, too large, or holds something else.
    """
    if _LOCKED.match(opened.head):
        raise opened.wrong(
            "is protected by a password. Save it without one (in Portfolio Performance: File, Save as, XML), load that "
            "file, and delete it afterwards."
        )
    if not opened.head.startswith(_ZIP):
        return opened.bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(opened.bytes())) as archive:
            entry = _only_entry(opened, archive)
            return _unpacked(opened, archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise opened.wrong(f"is a damaged ZIP file ({error}). Save it again in Portfolio Performance.") from error


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """What is in an archive and is no folder; is_dir() can't be asked of an entry that has lost its name."""
    return [entry for entry in archive.infolist() if not entry.filename.endswith("/")]


def _only_entry(opened: Opened, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = _files(archive)
    if len(entries) != 1:
        raise opened.wrong(f"holds {len(entries)} files. A file of Portfolio Performance holds one: load it alone.")
    if entries[0].flag_bits & 1:
        raise opened.wrong("is a ZIP file with a password. Take the file out of it and load that one.")
    return entries[0]


def _unpacked(opened: Opened, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # What the ZIP says about its own size is not to be relied on.
        content = stream.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise opened.wrong(f"unpacks to more than {LARGEST_FILE // 2**20} MiB.")
    return content


def _holds_client(opened: Opened) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(opened.bytes())) as archive:
            entries = _files(archive)
            if len(entries) != 1:
                return False
            with archive.open(entries[0]) as stream:
                return _begins_client(stream.read(_BEGINNING))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        # The name of its first file tells a damaged one, so that the reader can say what is wrong.
        return opened.head[30:].startswith(_ENTRY_NAMES)


def _begins_client(head: bytes) -> bool:
    return head.startswith(PROTOBUF) or bool(_CLIENT.search(head.decode("utf-8", errors="replace")))
