"""Serving the dashboard: Voila as a child process, with a configuration that is ours alone.

The child starts in a folder of its own, so no configuration file of the folder it is called from is executed; it
listens on this machine only unless another address is named, asks for a token, and hands out no files.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from allocation.dashboard import VISIT_ENVIRONMENT
from allocation.dashboard.settings import (
    OPENING_ENVIRONMENT,
    TOKEN_ENVIRONMENT,
    Place,
    environment,
    ip_address,
    settings,
)
from allocation.errors import StoreError
from allocation.shipped_files import shipped

SECONDS_TO_START = 60
EXPOSED = """\
What the page and the browser say to each other is not encrypted: whoever sees it on its way has your portfolio.
Put a server that speaks TLS in front of it and say its name with --name, or leave --host out and come through ssh:
the README shows both under "On another machine". Press Ctrl-C to stop it."""


def serve(portfolio: Path, timeout: float, place: Place, open_page: bool, say: Callable[[str], object]) -> int:
    """Serve the dashboard until it is stopped.

    Parameters:
        portfolio: the portfolio file.
        timeout: seconds that a page waits while another window or program is saving.
        place: where.
        open_page: open the page in the person's browser once it is there.
        say: takes the lines a person reads.

    Returns:
        Exit status of the server.

    Raises:
        StoreError: the port is taken, or the server doesn't start.
    """
    place, token, opening = _free(place), secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="allocation-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        variables = environment(work, place, portfolio, timeout) | {
            TOKEN_ENVIRONMENT: token,
            OPENING_ENVIRONMENT: opening,
            VISIT_ENVIRONMENT: f"ws://{place.address}/voila/query/{token}",
        }
        (work / "config" / "voila.json").write_text(json.dumps(settings(work, place)), encoding="utf-8")
        notebook = shipped("notebooks/dashboard.ipynb").resolve()
        command = [
            sys.executable, "-P", "-m", "allocation.dashboard.child", str(notebook),
            f"--Voila.config_file_paths={work / 'config'}", "--Voila.log_level=ERROR",
        ]  # fmt: skip
        for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
            signal.signal(number, _interrupt)
        # In a session of its own, so that Ctrl-C reaches this program alone, which then ends the child in good order.
        child = subprocess.Popen(
            command,
            env=variables,
            cwd=work,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        ending = threading.Event()
        threading.Thread(target=_pass_on, args=(child, ending), daemon=True).start()
        try:
            _wait_until_ready(child, place)
            say(f"The dashboard is at http://{place.address}/?token={token}")
            if place.is_local:
                say("It answers on this machine only. Press Ctrl-C to stop it.")
            else:
                say(EXPOSED)
            if open_page:
                # Others can read a browser's command line, so it is opened with a token that is used up by that.
                address = f"http://{place.address}/?token={opening}"
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            return child.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            ending.set()
            _stop(child)


def _free(place: Place) -> Place:
    address = ip_address(place.host)
    with socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((str(address), place.port or 0))
        except OverflowError:
            raise StoreError(f"There is no port {place.port}. Ports are numbers up to 65535.") from None
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise StoreError(f"{place.host} is not an address of this machine.") from None
            raise StoreError(f"Port {place.port} can't be used ({error.strerror}). Name another with --port.") from None
        return replace(place, host=str(address), port=int(probe.getsockname()[1]))


def _wait_until_ready(child: subprocess.Popen[str], place: Place) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and child.poll() is None:
        try:
            direct.open(f"http://{place.address}/login", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise StoreError("The dashboard's server did not start. Its own message, if it gave one, stands above.")


def _pass_on(child: subprocess.Popen[str], ending: threading.Event) -> None:
    # What kernels say when they are cut off in the middle of waiting concerns nobody.
    for line in child.stderr or ():
        if not ending.is_set():
            sys.stderr.write(line)


def _interrupt(_signal: int, _frame: object) -> None:
    # However this program is ended, its server and the server's kernels end with it.
    raise KeyboardInterrupt


def _stop(child: subprocess.Popen[str]) -> None:
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
