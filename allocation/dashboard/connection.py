"""A page's connection to its kernel, which another takes the place of without a message lost or done twice."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from tornado.websocket import WebSocketProtocol, WebSocketProtocol13

from allocation.dashboard.conversation import Conversation

FORGOTTEN = 4410
"""Closes a connection whose page has missed what isn't known any more."""


class Connection(ZMQChannelsWebsocketConnection):
    """Jupyter's, in the one format of messages that the page speaks."""

    subprotocol = "v1.kernel.websocket.jupyter.org"
    _is_tried = True

    def create_stream(self) -> None:
        self._is_tried = False
        super().create_stream()  # type: ignore[no-untyped-call]

    def nudge(self) -> asyncio.Future[None]:
        if not self._is_tried:
            return super().nudge()
        # Jupyter's would throw away what the kernel says meanwhile, to learn that these channels work.
        known: asyncio.Future[None] = asyncio.Future()
        known.set_result(None)
        return known


class Resumed(KernelWebsocketHandler):
    """Goes on where the page's last connection ended."""

    kernel_websocket_connection_class = Connection
    _conversations: WeakKeyDictionary[object, dict[str, Conversation]] = WeakKeyDictionary()

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        protocol = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            protocol.params.ping_interval = protocol.params.ping_timeout = self.settings["ping_seconds"]
        return protocol

    async def open(self, kernel_id: str) -> None:
        of_this_kernel = self._conversations.setdefault(self.connection.kernel_manager, {})
        self.conversation = of_this_kernel.setdefault(self.connection.session.session, Conversation())
        heard = self.get_query_argument("heard", "0")
        is_whole = self.conversation.join(self, int(heard) if heard.isdecimal() else 0)
        await super().open(kernel_id)  # type: ignore[no-untyped-call]
        if not is_whole:
            self.close(FORGOTTEN)

    def on_message(self, message: bytes | str) -> None:
        if isinstance(message, str):
            self.conversation.confirm(int(message) if message.isdecimal() else 0)
        elif self.connection is not None:
            super().on_message(message)  # type: ignore[no-untyped-call]
            self.conversation.hear(self)

    def write_message(self, message: Any, binary: bool = False) -> None:  # type: ignore[override]
        self.conversation.say(message)

    def tell(self, message: bytes | str) -> None:
        """Write to the page, if it is still there."""
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            super().write_message(message, binary=isinstance(message, bytes))

    def leave(self) -> None:
        """The kernel's messages wait for the page's next connection."""
        if self.connection is not None:
            super().on_close()  # type: ignore[no-untyped-call]

    def on_close(self) -> None:
        self.conversation.part(self)
        self.leave()
