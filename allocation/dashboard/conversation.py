"""What a page and its kernel say to each other, so that what an ended connection swallowed is said again, once.

Each side counts the messages it has heard. A page that connects anew says its count and is told the server's; then
each says again what the other has not heard. Order is kept, and nothing is heard twice: a click is done once.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

LARGEST_MEMORY = 64 << 20


class Line(Protocol):
    """One connection of a page."""

    def tell(self, message: bytes | str) -> object: ...

    def leave(self) -> object: ...


class Conversation:
    """One page's, over all its connections.

    Parameters:
        memory: bytes of messages that are kept until the page says that it has heard them.
    """

    def __init__(self, memory: int = LARGEST_MEMORY) -> None:
        self._memory, self._size = memory, 0
        self._heard = self._said = 0
        self._unheard: deque[bytes] = deque()
        self._line: Line | None = None

    def join(self, line: Line, heard: int) -> bool:
        """Go on over another connection.

        Parameters:
            heard: how many messages the page has heard.

        Returns:
            Whether everything it missed is still known.
        """
        if self._line is not None:
            self._line.leave()
        self._line = line
        line.tell(str(self._heard))
        if not 0 <= self._said - heard <= len(self._unheard):
            return False
        self.confirm(heard)
        for message in tuple(self._unheard):
            line.tell(message)
        return True

    def part(self, line: Line) -> None:
        """The connection has ended."""
        if self._line is line:
            self._line = None

    def say(self, message: bytes) -> None:
        """Tell the page, now or when it is back."""
        self._said += 1
        self._unheard.append(message)
        self._size += len(message)
        while self._size > self._memory:
            self._forget()
        if self._line is not None:
            self._line.tell(message)

    def hear(self, line: Line) -> None:
        """Say that a message of the page was taken in."""
        self._heard += 1
        line.tell(str(self._heard))

    def confirm(self, heard: int) -> None:
        """The page says how many messages it has heard."""
        while self._unheard and self._said - len(self._unheard) < heard:
            self._forget()

    def _forget(self) -> None:
        self._size -= len(self._unheard.popleft())
