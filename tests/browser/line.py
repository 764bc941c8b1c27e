"""A network between browser and server that can be told to swallow what a page and its kernel say, and to end."""

import contextlib
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

UP, DOWN = "from the page", "from the kernel"


class Network:
    """What goes by is lost while it is named in ``loses``; only websockets lose anything."""

    def __init__(self, server):
        self.server = server
        self.loses, self.swallowed = None, threading.Event()
        self.doors = socket.create_server(("127.0.0.1", 0))
        self.port = self.doors.getsockname()[1]
        self.open = []

    def lose(self, direction):
        self.swallowed.clear()
        self.loses = direction

    def end(self, then_lose=None):
        """End every connection from the server's side; those that come after it are sound, or lose ``then_lose``."""
        self.lose(then_lose)
        for end in self.open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _address = self.doors.accept()
                far = socket.create_connection(self.server)
                self.open += [near, far]
                is_websocket = threading.Event()
                for source, sink, direction in ((near, far, UP), (far, near, DOWN)):
                    threading.Thread(
                        target=self.carry, args=(source, sink, direction, is_websocket), daemon=True
                    ).start()

    def carry(self, source, sink, direction, is_websocket):
        with contextlib.suppress(OSError):
            while carried := source.recv(1 << 16):
                if is_websocket.is_set() and self.loses == direction:
                    self.swallowed.set()
                    continue
                if direction == UP and b"/channels?" in carried:
                    is_websocket.set()
                sink.sendall(carried)
            sink.shutdown(socket.SHUT_RDWR)


@contextmanager
def network(address):
    """A network before the server at ``address``; gives it, and the address that leads through it."""
    asked = urlsplit(address)
    line = Network((asked.hostname, asked.port))
    threading.Thread(target=line.serve, daemon=True).start()
    try:
        yield line, urlunsplit(asked._replace(netloc=f"127.0.0.1:{line.port}"))
    finally:
        line.doors.close()
        line.end()
