"""Serving the dashboard: Voila as a child process, with a configuration that is ours alone.

The child starts in a folder of its own, so no configuration file of the folder it is called from is executed; it
listens on this machine only, asks for a token, and hands out no files.
"""

from __future__ import annotations

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
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from allocation.errors import StoreError
from allocation.opening import ENVIRONMENT, TIMEOUT_ENVIRONMENT
from allocation.shipped_files import shipped

HOST = "127.0.0.1"
SECONDS_TO_START = 60
LARGEST_MESSAGE = 128 * 1024 * 1024
IDLE_SECONDS = 900


def serve(portfolio: Path, timeout: float, port: int | None, open_page: bool, say: Callable[[str], object]) -> int:
    """Serve the dashboard until it is stopped.

    Parameters:
        portfolio: the portfolio file.
        timeout: seconds that a page waits while another window or program is saving.
        port: on 127.0.0.1; None for one that is free.
        open_page: open the page in the person's browser once it is there.
        say: takes the lines a person reads.

    Returns:
        Exit status of the server.

    Raises:
        StoreError: the port is taken, or the server doesn't start.
    """
    port, token = _free_port(port), secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="allocation-", ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        environment = _environment(work, token, portfolio, timeout)
        (work / "config" / "voila.json").write_text(json.dumps(_settings(work, port)), encoding="utf-8")
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
            env=environment,
            cwd=work,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        ending = threading.Event()
        threading.Thread(target=_pass_on, args=(child, ending), daemon=True).start()
        try:
            _wait_until_ready(child, port)
            address = f"http://{HOST}:{port}/?token={token}"
            say(f"The dashboard is at {address}")
            say("It answers on this machine only. Press Ctrl-C to stop it.")
            if open_page:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            return child.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            ending.set()
            _stop(child)


def _settings(work: Path, port: int) -> dict[str, Any]:
    return {
        "Voila": {
            "ip": HOST,
            "port": port,
            "port_retries": 0,  # a kernel started ahead is told this port
            "open_browser": False,
            "auto_token": True,  # takes the token from the environment, where other users can't read it
            "connection_dir_root": str(work),
            "tornado_settings": {
                # Else the page's own message on closing is refused and its kernel stays; the token still guards.
                "disable_check_xsrf": True,
                "allow_remote_access": False,
                "websocket_max_message_size": LARGEST_MESSAGE,
                "ws_ping_interval": 30000,
                "ws_ping_timeout": 30000,
            },
        },
        "VoilaConfiguration": {
            "template": "allocation",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "file_allowlist": [],
            "file_denylist": [".*"],
            "extension_allowlist": [
                "@jupyter-widgets/jupyterlab-manager",
                "@voila-dashboards/widgets-manager8",
                "anywidget",
            ],
            "extra_labextensions_path": [str(files("plotly") / "package_data")],
            "show_tracebacks": False,
            "preheat_kernel": True,
            "default_pool_size": 1,
        },
        # No time limit for the page's cell: a kernel started ahead waits in it until its visitor comes.
        "VoilaExecutor": {"timeout": None},
        "VoilaKernelManager": {"fill_delay": 5.0},  # the next kernel's start would slow down the page just asked for
        "MappingKernelManager": {"cull_idle_timeout": IDLE_SECONDS, "cull_interval": 60, "cull_connected": False},
        "KernelManager": {"transport_encryption": "auto"},
    }


def _environment(work: Path, token: str, portfolio: Path, timeout: float) -> dict[str, str]:
    for name in ("config", "data", "runtime", "ipython"):
        (work / name).mkdir(mode=0o700)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "VOILA"))
    }
    return inherited | {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(work / "config"),
        "JUPYTER_DATA_DIR": str(work / "data"),
        "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
        "JUPYTER_PATH": str(files("allocation.dashboard") / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_TOKEN": token,
        "IPYTHONDIR": str(work / "ipython"),
        "PYTHONSAFEPATH": "1",
        ENVIRONMENT: str(portfolio),
        TIMEOUT_ENVIRONMENT: str(timeout),
    }


def _free_port(wanted: int | None) -> int:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or 0))
        except OverflowError:
            raise StoreError(f"There is no port {wanted}. Ports are numbers up to 65535.") from None
        except OSError as error:
            raise StoreError(f"Port {wanted} can't be used ({error.strerror}). Name another with --port.") from None
        return int(probe.getsockname()[1])


def _wait_until_ready(child: subprocess.Popen[str], port: int) -> None:
    icon = f"http://{HOST}:{port}/voila/templates/allocation/static/favicon.svg"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and child.poll() is None:
        try:
            direct.open(icon, timeout=2).close()
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
