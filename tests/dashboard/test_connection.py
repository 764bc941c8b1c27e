"""A page's connection to its kernel ends, and another goes on where it ended; spoken to without a browser."""

import json
import uuid
from contextlib import ExitStack

import pytest
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from allocation.dashboard.connection import FORGOTTEN
from tests.browser.conftest import load_sample
from tests.browser.line import UP, network
from tests.browser.visiting import served
from tests.dashboard.test_server import Asked

pytestmark = pytest.mark.slow


class Page:
    """One page's connections, one after the other."""

    def __init__(self, server, sockets):
        self.server, self.sockets, self.session = server, sockets, uuid.uuid4().hex
        self.heard = 0

    def connect(self):
        address = f"ws://{self.server.host}/api/kernels/{self.server.kernel}/channels"
        socket = connect(
            f"{address}?session_id={self.session}&heard={self.heard}",
            additional_headers={"Cookie": self.server.cookie},
            origin=f"http://{self.server.host}",
            subprotocols=["v1.kernel.websocket.jupyter.org"],
            proxy=None,
        )
        self.socket = self.sockets.enter_context(socket)
        return int(self.socket.recv(timeout=60))

    def drop(self):
        """The network is gone, and nobody says goodbye."""
        self.socket.socket.shutdown(2)

    def ask(self, name):
        header = {"msg_id": name, "msg_type": "kernel_info_request", "session": self.session, "version": "5.3"}
        parts = [json.dumps(part).encode() for part in (header, {}, {}, {})]
        self.socket.send(serialize_msg_to_ws_v1(parts, "shell"))

    def answers(self, until):
        """What was answered up to the answer to ``until``, in order."""
        names = []
        while until not in names:
            message = self.socket.recv(timeout=60)
            if isinstance(message, str):
                continue
            self.heard += 1
            channel, parts = deserialize_msg_from_ws_v1(message)
            if channel == "shell":
                names.append(json.loads(parts[1])["msg_id"])
        return names


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    portfolio = load_sample(tmp_path_factory.mktemp("connection") / "sample.duckdb")
    with served(portfolio.path) as address:
        yield Asked(address)


@pytest.fixture
def page(server):
    with ExitStack() as sockets:
        yield Page(server, sockets)


@pytest.fixture(scope="module")
def pinging(tmp_path_factory):
    """A server that asks twice a second whether a page is still there, and the network before it."""
    portfolio = load_sample(tmp_path_factory.mktemp("pinging") / "sample.duckdb")
    hurry = "from allocation.dashboard import settings; settings.PING_SECONDS = 0.5"
    with served(portfolio.path, before=hurry) as address, network(address) as (line, through):
        yield line, Asked(through)


def test_answers_that_were_lost_on_the_way_come_again_in_order(page):
    assert page.connect() == 0
    page.ask("one")
    assert page.answers("one") == ["one"]
    heard = page.heard
    page.ask("two")
    page.ask("three")
    page.answers("three")
    page.drop()
    page.heard = heard
    assert page.connect() == 3
    page.ask("four")
    assert page.answers("four") == ["two", "three", "four"]


def test_what_never_arrived_is_known_not_to_have(page):
    page.connect()
    page.ask("one")
    page.answers("one")
    page.drop()
    assert page.connect() == 1
    page.ask("two")
    assert page.answers("two") == ["two"]


def test_a_connection_that_the_server_believes_in_gives_way_to_the_pages_next(page):
    page.connect()
    page.ask("one")
    page.answers("one")
    first = page.socket
    assert page.connect() == 1
    page.ask("two")
    assert page.answers("two") == ["two"]
    page.socket = first
    with pytest.raises(ConnectionClosed):
        page.answers("two")


def test_a_page_that_can_not_be_told_what_it_missed_is_not_gone_on_with(page):
    page.heard = 1_000_000
    page.connect()
    with pytest.raises(ConnectionClosed) as ended:
        while True:
            page.socket.recv(timeout=60)
    assert ended.value.rcvd.code == FORGOTTEN


def test_a_page_that_is_there_keeps_its_connection_though_nobody_touches_it(pinging):
    _line, server = pinging
    with ExitStack() as sockets:
        page = Page(server, sockets)
        page.connect()
        page.ask("one")
        page.answers("one")
        with pytest.raises(TimeoutError):
            while True:
                page.socket.recv(timeout=4)
        page.ask("two")
        assert page.answers("two") == ["two"]


def test_a_page_that_answers_no_more_is_given_up(pinging):
    line, server = pinging
    with ExitStack() as sockets:
        page = Page(server, sockets)
        page.connect()
        line.lose(UP)
        with pytest.raises(ConnectionClosed):
            while True:
                page.socket.recv(timeout=60)
