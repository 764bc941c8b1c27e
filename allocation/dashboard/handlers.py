"""What the dashboard's server answers: the page, its scripts, its kernel's messages and the login; nothing else.

Voila's own list of addresses is longer, and parts of it (its static files, its files of the notebook's folder, a
kernel's request) ask for no token.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
from html import escape
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.auth.login import LoginFormHandler
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.ioloop import IOLoop
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.voila_identity_provider import VoilaIdentityProvider

from allocation.dashboard.assets import Asset, assets, prefix
from allocation.dashboard.connection import Resumed
from allocation.dashboard.settings import OPENING_ENVIRONMENT, TOKEN_ENVIRONMENT

KERNEL = r"(?P<kernel_id>\w+-\w+-\w+-\w+-\w+)"
NO_PAGE = '<p role="alert">The page could not be made. Reload it; if it happens again, please report it.</p>\n'
LOGIN = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Allocation</title></head>
<body style="font: 16px/1.5 system-ui, sans-serif; max-width: 40ch; margin: 20vh auto; padding: 0 16px">
<h1>Allocation</h1><p role="status">{sentence}</p>
<form method="post"><label for="password">Token</label> <input id="password" name="password" type="password" required>
<button>Open</button></form></body></html>
"""


def is_name_of_this_server(host: str, names: list[str]) -> bool:
    """Whether a request may call the server by this name.

    A page of another site can have its own name lead here, but not an address in numbers.
    """
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name in ("localhost", *names) or _is_number(name or "")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guarded(JupyterHandler):
    """Answers nobody without the token, and nobody who came by another's name."""

    def check_host(self) -> bool:
        return is_name_of_this_server(self.request.host, self.settings["names"])

    def check_xsrf_cookie(self) -> None:
        # The page's message on closing can't carry a cookie's content; where it comes from is enough.
        if not self.check_origin():
            raise web.HTTPError(403)

    def write_error(self, status_code: int, **_about: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{responses.get(status_code, 'Error')}\n")


class PageHandler(Guarded, TornadoVoilaHandler):  # type: ignore[misc]
    async def get(self, path: str | None = None) -> None:
        try:
            answer = super().get(path)
            # None where the visitor was sent to the login.
            if answer is not None:
                await answer
        except (RuntimeError, TimeoutError) as error:
            self.log.error("A page could not be made: %s", error)
            if not self._headers_written:
                self.set_status(500)
            self.finish(NO_PAGE)


class AssetHandler(Guarded):
    def initialize(self, assets: dict[str, Asset]) -> None:
        self.assets = assets

    def get(self, name: str) -> None:
        asset = self.assets.get(name)
        if asset is None:
            raise web.HTTPError(404)
        self.set_header("Content-Type", f"{asset.media_type}; charset=utf-8")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(asset.packed)
        else:
            self.finish(asset.content)


class KernelHandler(Guarded, VoilaKernelWebsocketHandler, Resumed):  # type: ignore[misc]
    set_default_headers = VoilaKernelWebsocketHandler.set_default_headers
    check_origin = VoilaKernelWebsocketHandler.check_origin


class EndHandler(Guarded, VoilaShutdownKernelHandler):  # type: ignore[misc]
    pass


class Nothing(Guarded):
    def get(self, *_path: str) -> None:
        raise web.HTTPError(404)

    head = post = put = patch = delete = options = get


class VisitHandler(RequestInfoSocketHandler):  # type: ignore[misc]
    """Tells a kernel that was started ahead that its visitor is there; only kernels know the token."""

    def prepare(self) -> None:
        secret = self.path_kwargs.pop("secret")
        if not hmac.compare_digest(secret.encode(), os.environ[TOKEN_ENVIRONMENT].encode()):
            raise web.HTTPError(403)

    def on_close(self) -> None:
        # Voila's own forgets whichever kernel is last, where another connection has taken this one's place.
        for kernel_id, waiting in list(self._waiters.items()):
            if waiting is self:
                del self._waiters[kernel_id]


class LoginHandler(Guarded, LoginFormHandler):
    def _render(self, message: dict[str, str] | None = None) -> None:
        sentence = "That is not the token." if message else "This dashboard is opened with a token."
        sentence += " It stands in the address that the command allocation dashboard printed."
        self.finish(LOGIN.format(sentence=escape(sentence)))

    @allow_unauthenticated
    def get(self) -> None:
        super().get()  # type: ignore[no-untyped-call]

    @allow_unauthenticated
    def post(self) -> None:
        super().post()  # type: ignore[no-untyped-call]


class Identity(VoilaIdentityProvider):  # type: ignore[misc]
    """The token, in an address or in the login form; and once, in its place, what the browser was opened with.

    A browser's command line can be read by others who use the machine, so the token itself must not stand there.
    """

    opening = os.environ.pop(OPENING_ENVIRONMENT, "")

    def get_token(self, handler: JupyterHandler) -> str | None:
        given = str(super().get_token(handler) or "")
        if self.opening and hmac.compare_digest(given.encode(), self.opening.encode()):
            self.opening = ""
            return str(self.token)
        return given

    def process_login_form(self, handler: JupyterHandler) -> Any:
        typed = str(handler.get_argument("password", default=""))
        right = hmac.compare_digest(typed.encode(), str(self.token).encode())
        return self.generate_anonymous_user(handler) if right else None

    def set_login_cookie(self, handler: JupyterHandler, user: Any) -> None:
        is_behind_tls = handler.request.headers.get("X-Forwarded-Proto") == "https"
        self.cookie_options = {"samesite": "Strict"} | ({"secure": True} if is_behind_tls else {})
        super().set_login_cookie(handler, user)

    def get_handlers(self) -> list[tuple[str, object]]:
        return []


class Server(Voila):  # type: ignore[misc]
    """Voila, with fewer addresses."""

    def init_handlers(self) -> list[tuple[Any, ...]]:
        page = assets()
        notebook = {
            "notebook_path": os.path.relpath(self.notebook_path, self.root_dir),
            "template_paths": self.template_paths,
            "config": self.config,
            "voila_configuration": self.voila_configuration,
        }
        # The first visitor need not wait for this.
        IOLoop.current().run_in_executor(None, lambda: [asset.packed for asset in page.values()])
        return [
            (r"/", PageHandler, notebook),
            (r"/login", LoginHandler),
            (rf"{prefix(page)}/(.*)", AssetHandler, {"assets": page}),
            (rf"/api/kernels/{KERNEL}/channels", KernelHandler),
            (r"/voila/api/shutdown/(.*)", EndHandler),
            (rf"/voila/query/(?P<secret>[^/]+)/{KERNEL}", VisitHandler),
            (r".*", Nothing),
        ]
