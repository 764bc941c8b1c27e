"""How Voila is set up for the dashboard: where it listens, with which headers, and what its kernels may do."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allocation.dashboard.assets import assets, prefix
from allocation.errors import StoreError
from allocation.opening import ENVIRONMENT, TIMEOUT_ENVIRONMENT

HOST = "127.0.0.1"
SECONDS_TO_START = 60
LARGEST_MESSAGE = 128 * 1024 * 1024
PING_SECONDS = 30
IDLE_SECONDS = 900
CULL_SECONDS = 60
TOKEN_ENVIRONMENT = "JUPYTER_TOKEN"
OPENING_ENVIRONMENT = "ALLOCATION_OPENING"
# The digest is that of the one script that Voila puts on a page that is long in coming.
POLICY = (
    "default-src 'none'; script-src 'self' blob: 'sha256-m16tKAZfrqdfaIlK4k9Uc4bmwJm0z0f+0b2ahSGv/Ko='; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Place:
    """Where a dashboard is served.

    Parameters:
        host: the address of this machine to listen at; 127.0.0.1 answers this machine alone.
        port: None for one that is free.
        names: what else the server is called, beside localhost and addresses in numbers.
    """

    host: str = HOST
    port: int | None = None
    names: tuple[str, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return ip_address(self.host).is_loopback

    @property
    def address(self) -> str:
        """Where it is reached from this machine."""
        address = ip_address(self.host)
        if address.is_unspecified:
            return f"127.0.0.1:{self.port}" if address.version == 4 else f"[::1]:{self.port}"
        return f"{self.host}:{self.port}" if address.version == 4 else f"[{self.host}]:{self.port}"


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address to listen at, as a number.

    Raises:
        StoreError: it is a name.
    """
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise StoreError(
            f"{host!r} is not an address of this machine in numbers, like 127.0.0.1 or 192.168.1.20. What else the "
            "dashboard is called is said with --name."
        ) from None


def settings(work: Path, place: Place) -> dict[str, Any]:
    """Voila's configuration; ``work`` is a folder of this run alone."""
    return {
        "Voila": {
            "ip": place.host,
            "port": place.port,
            "port_retries": 0,  # a kernel started ahead is told this port
            "open_browser": False,
            "auto_token": True,  # takes the token from the environment, where other users can't read it
            "identity_provider_class": "allocation.dashboard.handlers.Identity",
            "connection_dir_root": str(work),
            "tornado_settings": {
                "names": [name.lower() for name in place.names],
                "headers": HEADERS,
                "websocket_max_message_size": LARGEST_MESSAGE,
                "ping_seconds": PING_SECONDS,
                "ws_ping_interval": 0,  # Jupyter's pings give up on a page before it can have answered the first
            },
        },
        "VoilaConfiguration": {
            "template": "allocation",
            "allow_template_override": "NO",
            "allow_theme_override": "NO",
            "file_allowlist": [],
            "file_denylist": [".*"],
            "resources": {"assets": prefix(assets())},
            "show_tracebacks": False,
            "preheat_kernel": True,
            "default_pool_size": 1,
            "http_keep_alive_timeout": 30,  # by then a slow machine has run the script that hears it, too
        },
        # No time limit for the page's cell: a kernel started ahead waits in it until its visitor comes.
        "VoilaExecutor": {"timeout": None},
        "VoilaKernelManager": {"fill_delay": 5.0},  # the next kernel's start would slow down the page just asked for
        "MappingKernelManager": {
            "cull_idle_timeout": IDLE_SECONDS,
            "cull_interval": CULL_SECONDS,
            "cull_connected": False,
        },
        # A new kernel would know nothing of the page that the dead one made; the page says that it is dead.
        "KernelRestarter": {"restart_limit": 0},
        "KernelManager": {"transport_encryption": "auto"},
    }


def environment(work: Path, place: Place, portfolio: Path, timeout: float) -> dict[str, str]:
    """The variables of Voila's process and of its kernels: without those that would configure Jupyter otherwise."""
    for name in ("config", "data", "runtime", "ipython"):
        (work / name).mkdir(mode=0o700)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON", "VOILA"))
    }
    direct = inherited.get("NO_PROXY") or inherited.get("no_proxy")
    return inherited | {
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_CONFIG_DIR": str(work / "config"),
        "JUPYTER_DATA_DIR": str(work / "data"),
        "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
        "JUPYTER_PATH": str(files("allocation.dashboard") / "jupyter"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(work / "ipython"),
        "PYTHONSAFEPATH": "1",
        # A kernel asks the server for its visitor, whatever proxy there is for other addresses.
        "NO_PROXY": ",".join([*filter(None, [direct]), str(urlsplit(f"//{place.address}").hostname)]),
        ENVIRONMENT: str(portfolio),
        TIMEOUT_ENVIRONMENT: str(timeout),
    }
