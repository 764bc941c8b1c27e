"""`voila notebooks/dashboard.ipynb`, without our command or template."""

import os
import socket
import subprocess
import sys
import time
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from allocation.shipped_files import shipped
from tests.browser.visiting import Visit


def test_plain_voila_shows_the_same_page(browser, sample, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "voila",
        str(shipped("notebooks/dashboard.ipynb")),
        "--no-browser",
        f"--port={port}",
    ]
    environment = os.environ | {"ALLOCATION_PORTFOLIO": str(sample.path)}
    process = subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}/"
        for _ in range(300):
            try:
                build_opener(ProxyHandler({})).open(f"{address}static/voila-style.js", timeout=1)
            except URLError as error:
                if hasattr(error, "code"):
                    break
                time.sleep(0.1)
        visit = Visit(browser, address)
        chart = visit.chart()
        visit.see("50,335.41 USD")
        assert "target" in {trace["name"] for trace in chart}
    finally:
        process.terminate()
        process.wait(timeout=30)
