"""What the dashboard's server answers, and to whom: asked over plain HTTP, without a browser."""

import http.client
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from allocation.dashboard.handlers import is_name_of_this_server
from tests.browser.conftest import load_sample
from tests.browser.visiting import served

pytestmark = pytest.mark.slow


class Asked:
    """A server, and what it needs to be known of it to ask it something."""

    def __init__(self, address):
        self.host = urlsplit(address).netloc
        self.token = address.split("token=")[1]
        page = self.get(f"/?token={self.token}")
        self.cookie = page.headers["Set-Cookie"].split(";")[0]
        self.kernel = re.search(r'data-kernel="([^"]+)"', page.text)[1]
        self.asset = re.search(r'src="(/assets/[^"]+)"', page.text)[1]

    def get(self, path, method="GET", body=None, **headers):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        answer.text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    portfolio = load_sample(tmp_path_factory.mktemp("server") / "sample.duckdb")
    with served(portfolio.path, "--name", "folio.example") as address:
        yield Asked(address)


PATHS = [
    "/",
    "/?token=",
    "/?token=wrong",
    "/index.html",
    "/ASSET",
    "/assets/x/plotly.js",
    "/static/style/style.min.css",
    "/voila/static/voila.js",
    "/voila/static/../../../etc/passwd",
    "/voila/templates/allocation/static/favicon.svg",
    "/voila/labextensions/plotly.min.js",
    "/voila/files/dashboard.ipynb",
    "/voila/files/sample.duckdb",
    "/voila/files/..%2f..%2fsample.duckdb",
    "/voila/render/dashboard.ipynb",
    "/voila/tree",
    "/voila/api/themes/x",
    "/voila/api/contents",
    "/voila/api/shutdown/KERNEL",
    "/voila/query/KERNEL",
    "/voila/query/wrong/KERNEL",
    "/voila/execution/KERNEL",
    "/api",
    "/api/status",
    "/api/me",
    "/api/contents",
    "/api/sessions",
    "/api/terminals",
    "/api/kernels",
    "/api/kernels/KERNEL",
    "/api/kernels/KERNEL/channels",
    "/api/kernelspecs",
    "/files/sample.duckdb",
    "/logout",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_nothing_is_answered_without_the_token(server, path, method):
    real = path.replace("KERNEL", server.kernel).replace("/ASSET", server.asset)
    answer = server.get(real, method)
    assert answer.status in (302, 403, 404, 405)
    assert answer.status != 302 or answer.headers["Location"].startswith("/login")
    assert answer.status != 404 or "query" in path
    assert "data-kernel" not in answer.text and len(answer.text) < 200


@pytest.mark.parametrize("path", ["/", "/ASSET", "/api/kernels/KERNEL/channels", "/login"])
@pytest.mark.parametrize("host", ["attacker.example", "folio.example.attacker.example", "localhost.attacker.example"])
def test_a_name_that_is_not_the_servers_gets_nothing_even_with_the_token(server, path, host):
    real = path.replace("KERNEL", server.kernel).replace("/ASSET", server.asset)
    answer = server.get(f"{real}?token={server.token}", Host=host, Cookie=server.cookie)
    assert answer.status == 403
    assert "data-kernel" not in answer.text


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8866", True),
        ("[::1]:8866", True),
        ("192.168.1.20:8866", True),
        ("localhost:8866", True),
        ("folio.example", True),
        ("FOLIO.example:443", True),
        ("attacker.example", False),
        ("127.0.0.1.attacker.example", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_names_of_the_server(host, known):
    assert is_name_of_this_server(host, ["folio.example"]) is known


def test_the_name_it_was_told_is_answered(server):
    assert server.get(f"{server.asset}?token={server.token}", Host="folio.example").status == 200


@pytest.mark.parametrize(
    ("origin", "cookie", "opens"),
    [
        ("http://HOST", True, True),
        ("http://HOST", False, False),
        ("http://attacker.example", True, False),
        ("http://localhost:1", True, False),
        ("null", True, False),
    ],
)
def test_a_kernel_answers_its_own_page_only(server, origin, cookie, opens):
    address = f"ws://{server.host}/api/kernels/{server.kernel}/channels?session_id=x"
    headers = {"Cookie": server.cookie} if cookie else {}
    asked = {"additional_headers": headers, "origin": origin.replace("HOST", server.host), "proxy": None}
    if opens:
        with connect(address, **asked) as socket:
            assert socket.ping().wait(20)
    else:
        with pytest.raises(InvalidStatus) as refused:
            connect(address, **asked)
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("secret", ["", "wrong/", "%20/"])
def test_what_a_visitor_asked_is_told_to_kernels_only(server, secret):
    with pytest.raises(InvalidStatus):
        connect(f"ws://{server.host}/voila/query/{secret}{server.kernel}", proxy=None)


def test_another_site_cannot_end_a_kernel(server):
    answer = server.get(
        f"/voila/api/shutdown/{server.kernel}", "POST", Cookie=server.cookie, Origin="http://attacker.example"
    )
    assert answer.status == 403


def test_the_login_asks_for_the_token_and_nothing_from_elsewhere(server):
    form = server.get("/login")
    assert form.status == 200 and "Token" in form.text
    assert re.findall(r"(?:src|href|action)=", form.text) == []
    kind = {"Content_Type": "application/x-www-form-urlencoded"}
    wrong = server.get("/login", "POST", "password=wrong", **kind)
    assert wrong.status == 401 and "That is not the token." in wrong.text
    right = server.get("/login", "POST", f"password={server.token}", **kind)
    assert right.status == 302
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in right.headers["Set-Cookie"].split(";")}
    assert "Secure" not in right.headers["Set-Cookie"]
    behind_tls = server.get("/login", "POST", f"password={server.token}", X_Forwarded_Proto="https", **kind)
    assert "Secure" in behind_tls.headers["Set-Cookie"]


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/ASSET"])
def test_every_answer_has_a_strict_policy(server, path):
    headers = server.get(path.replace("/ASSET", server.asset), Cookie=server.cookie).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == policy["form-action"] == "'self'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:", "data:"} & set(policy["script-src"].split())
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in headers["Cache-Control"] if path == "/ASSET" else "no-store" in headers["Cache-Control"]


def test_the_scripts_are_small_on_the_way_and_kept_by_the_browser(server):
    plotly = server.asset.replace("page.js", "plotly.js")
    packed = server.get(plotly, Cookie=server.cookie, Accept_Encoding="gzip")
    assert int(packed.headers["Content-Length"]) < 1_600_000
    assert packed.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert server.get(plotly.replace("/assets/", "/assets/0"), Cookie=server.cookie).status == 404


def test_other_users_of_the_machine_cannot_read_the_token(server):
    shown = subprocess.run(["ps", "-wweo", "args"], capture_output=True, text=True, check=True).stdout
    assert "allocation.dashboard.child" in shown
    assert server.token not in shown


def test_the_browser_is_opened_with_a_token_that_is_used_up_by_that(tmp_path):
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part && mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    portfolio = load_sample(tmp_path / "sample.duckdb")
    with served(portfolio.path, environment={"BROWSER": f"{browser} %s"}, opens=None) as address:
        for _ in range(200):
            if opened.exists():
                break
            subprocess.run(["sleep", "0.1"], check=True)
        path = "/?" + urlsplit(opened.read_text().strip()).query
        asked = Asked(address)
        assert asked.token not in path
        assert asked.get(path).status == 200
        assert asked.get(path).status == 302


def test_at_another_address_it_says_what_is_not_safe_and_asks_for_the_token(tmp_path):
    portfolio = load_sample(tmp_path / "sample.duckdb")
    with served(portfolio.path, "--host", "0.0.0.0") as address:
        asked = Asked(address)
        assert asked.get("/").status == 302
        assert asked.get("/", Host="10.1.2.3").status == 302
        assert asked.get("/", Host="attacker.example").status == 403


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("my.server.example", "is not an address of this machine in numbers"), ("192.0.2.1", "is not an address of this")],
)
def test_an_address_that_is_not_this_machines_is_a_sentence(tmp_path, host, sentence):
    portfolio = load_sample(tmp_path / "sample.duckdb")
    command = [sys.executable, "-m", "allocation.cli", "--portfolio", str(portfolio.path), "dashboard", "--host", host]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert sentence in ended.stderr and "Traceback" not in ended.stderr
