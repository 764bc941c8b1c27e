"""A file a person brought, before it is known what it is: its first bytes, all of them, or its text."""

from __future__ import annotations

import codecs
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from allocation.errors import LoadError, Problem

if TYPE_CHECKING:
    from allocation.readers.lines import Line, Lines

HEAD_BYTES, FIRST_LINES = 64 * 1024, 1000
LARGEST_FILE = 256 * 2**20
"""Larger files are refused, so that reading one never fills the memory."""

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


Bytes = bytes


class Opened:
    """One file, or the bytes of one that was dropped on a page. Each part is read once, when it is first asked for.

    Parameters:
        source: the file's path, or its bytes.
        name: what to call it in problems; by default its file's name.

    Attributes:
        name: what it is called.
        path: where it is; None for bytes.
    """

    def __init__(self, source: str | Path | bytes, name: str | None = None) -> None:
        self.path = None if isinstance(source, bytes) else Path(source).expanduser()
        self._given = source if isinstance(source, bytes) else None
        self.name = name or (self.path.name if self.path else "file")

    def __repr__(self) -> str:
        return f"Opened({self.name!r})"

    @cached_property
    def head(self) -> Bytes:
        """Its first 64 KiB.

        Raises:
            LoadError: it can't be read.
        """
        return self._read(HEAD_BYTES)

    @cached_property
    def head_text(self) -> str:
        """The text of its first 64 KiB, as far as it is text: for telling what it is."""
        return self.head.decode(self._encoding or "utf-8", errors="replace")

    def bytes(self) -> Bytes:
        """All of it.

        Raises:
            LoadError: it can't be read, or is larger than 256 MiB.
        """
        return self._bytes

    @cached_property
    def _bytes(self) -> Bytes:
        content = self._read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise self.wrong(f"is larger than {LARGEST_FILE // 2**20} MiB. Export a smaller part.")
        return content

    def text(self) -> str:
        """All of it as text: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else Windows-1252.

        Raises:
            LoadError: it can't be read, is too large, or is no text.
        """
        return self._text

    @cached_property
    def _text(self) -> str:
        content = self.bytes()
        for encoding in [self._encoding] if self._encoding else ["utf-8", "cp1252"]:
            try:
                text = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\0" not in text:
                return text
        raise self.wrong("is not a text file.")

    @cached_property
    def tables(self) -> list[Lines]:
        """Its tables as rows of cells: one of a text file, one a sheet of a workbook.

        Raises:
            LoadError: it is neither, or too large.
        """
        from allocation.readers.lines import read_lines

        return read_lines(self)

    @cached_property
    def first_lines(self) -> list[Line]:
        """The rows of its first 64 KiB, or the first ones of a workbook's first sheet; none where it is no table."""
        from allocation.readers.lines import is_workbook, lines_of_text

        if is_workbook(self):
            return self.tables[0].lines[:FIRST_LINES] if self.tables else []
        return [] if "\0" in self.head_text else lines_of_text(self.head_text)

    def is_copy_of(self, other: Opened) -> bool:
        """Whether two files are the same byte for byte; of files of different sizes only the sizes are asked for."""
        return self._size is not None and self._size == other._size and self.bytes() == other.bytes()

    @property
    def _size(self) -> int | None:
        """How many bytes it has; None where it can't be read."""
        if self._given is not None:
            return len(self._given)
        assert self.path is not None
        try:
            return self.path.stat().st_size if self.path.is_file() else None
        except (OSError, ValueError):
            return None

    def wrong(self, remedy: str, row: int = 0, column: str = "", value: str = "") -> LoadError:
        """The error that says what is wrong with this file."""
        return LoadError([Problem(self.name, row, column, value, remedy)])

    @property
    def _encoding(self) -> str | None:
        return next((name for mark, name in _BOMS if self.head.startswith(mark)), None)

    def _read(self, most: int) -> Bytes:
        if self._given is not None:
            return self._given[:most]
        assert self.path is not None
        try:
            if self.path.is_dir():
                raise self.wrong("is a folder. Name the file in it.")
            if self.path.exists() and not self.path.is_file():
                raise self.wrong("is not a file that can be read from its beginning to its end.")
            with self.path.open("rb") as file:
                return file.read(most)
        except FileNotFoundError:
            raise self.wrong(f"there is no such file ({self.path}).") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self.wrong(f"can't be read ({reason}).") from None
