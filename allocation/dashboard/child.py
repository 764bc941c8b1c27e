"""What :mod:`allocation.dashboard.server` starts: Voila, for as long as the program that started it lives."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from allocation.dashboard.handlers import Server
from allocation.dashboard.hushed import hush


def _end_with_the_parent() -> None:
    # The parent never writes here; the end of this file is the end of the parent, however it came about.
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    # That a page asks for a kernel that has gone concerns its visitor, who is told on the page.
    logging.getLogger("tornado").setLevel(logging.ERROR)
    for name in ("asyncio", "tornado.application"):
        hush(logging.getLogger(name))
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    Server.launch_instance()
