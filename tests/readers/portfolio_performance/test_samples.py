"""Files that Portfolio Performance ships with its own tests, where they are at hand beside the repository."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.readers.portfolio_performance.building import held, read

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "portfolio-performance"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")


def test_the_model_portfolio_adds_up():
    content = read((SAMPLES / "kommer.xml").read_bytes())
    assert content.problems == ()
    of_euros = content.holdings[content.holdings["currency"] == "EUR"]
    cash = of_euros[of_euros["symbol"] == "CASH"]["quantity"]
    # 11,000 paid in, 11,068.11 of purchases, 661.98 of dividends; and 500 on call.
    assert cash.tolist() == [Decimal("593.87"), 500]
    values = of_euros["quantity"] * of_euros["price"]
    assert sum(values) == Decimal("11974.498") + Decimal("0.00180296") * Decimal("103.1862")
    assert content.targets["target_percent"].tolist() == [
        30,
        21,
        14,
        Decimal("16.8"),
        Decimal("13.3"),
        Decimal("4.9"),
    ]


@pytest.mark.parametrize("name", ["client69.xml", "client69.binary.portfolio"])
def test_xml_and_protobuf_of_one_client_read_the_same(name):
    content = read((SAMPLES / name).read_bytes())
    assert content.problems == () and content.format == "Portfolio Performance file (version 69)"
    assert held(content) == [("dividendExdate", "CASH", "10.07")]
