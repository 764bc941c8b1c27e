"""What most tests begin with: an empty portfolio, the sample household, and small CSV files."""

import gzip
import shutil
from pathlib import Path
from textwrap import dedent

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import allocation

# A test says what is right, not how fast: a busy machine is no failure.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

DATA = Path(__file__).parent.parent / "data"
SCHEMAS = Path(__file__).parent / "store" / "schemas"


def unpacked(version, folder):
    """A portfolio file as the release with that schema made it, in ``folder``."""
    path = folder / f"schema-{version}.duckdb"
    path.write_bytes(gzip.decompress((SCHEMAS / f"schema-{version}.gz").read_bytes()))
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def no_portfolio_from_outside(monkeypatch):
    monkeypatch.delenv("ALLOCATION_PORTFOLIO", raising=False)


@pytest.fixture
def portfolio(tmp_path):
    """A portfolio whose file doesn't exist yet."""
    return allocation.open(tmp_path / "my.duckdb")


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory):
    household = allocation.open(tmp_path_factory.mktemp("sample") / "sample.duckdb")
    household.init("USD")
    household.load(DATA / "holdings.csv", DATA / "targets.csv", DATA / "fx.csv")
    return household.path


@pytest.fixture
def sample(sample_file, tmp_path):
    """The household in data/, in a file of the test's own."""
    return allocation.open(shutil.copy(sample_file, tmp_path / "sample.duckdb"))


@pytest.fixture
def old_schema(tmp_path):
    """The household with one account more, in a file that the first release made."""
    return unpacked(1, tmp_path)


@pytest.fixture
def write_csv(tmp_path):
    """Writes a small file; the text may be indented like the code around it."""

    def write(text, name="holdings.csv", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(dedent(text).lstrip("\n").encode(encoding))
        return path

    return write


@pytest.fixture(scope="session")
def bonds_and_stocks_file(tmp_path_factory):
    portfolio = allocation.open(tmp_path_factory.mktemp("bonds_and_stocks") / "savings.duckdb")
    symbols, classes, quantities = ["VTI", "VEA", "BND"], ["Stocks", "Stocks", "Bonds"], [4, 2, 4]
    held = {"account": "Savings", "symbol": symbols, "asset_class": classes, "quantity": quantities}
    portfolio.load(pd.DataFrame(held | {"price": 10, "currency": "USD", "as_of": "2025-03-03"}))
    portfolio.save_class_targets({"Stocks": 60, "Bonds": 40})
    portfolio.save_holding_targets("Stocks", {"VTI": 75, "VEA": 25})
    return portfolio.path


@pytest.fixture
def bonds_and_stocks(bonds_and_stocks_file, tmp_path):
    """60 of stocks (VTI 40, VEA 20) and 40 of bonds (BND) in one account, with class and holding targets."""
    return allocation.open(shutil.copy(bonds_and_stocks_file, tmp_path / "savings.duckdb"))
