"""Prices from a provider, asked for only when a person asks; the real one against a stand-in, without a network."""

import datetime
import sys
from decimal import Decimal
from types import SimpleNamespace

import pandas as pd
import pytest

from allocation.errors import StoreError, UnknownName
from allocation.providers import Quote, Yahoo

DAY = datetime.date(2025, 3, 4)


class Fixed:
    """Knows the price of VTI."""

    name = "A friend"

    def latest(self, symbols):
        self.asked = symbols
        return {symbol: Quote(Decimal("12.5"), "USD", DAY) for symbol in symbols if symbol == "VTI"}


def test_what_a_provider_says_is_kept_with_its_name(bonds_and_stocks):
    report, missing = bonds_and_stocks.fetch_prices(provider := Fixed())
    assert (report.prices, missing, provider.asked) == (1, ("BND", "VEA"), ["BND", "VEA", "VTI"])
    assert bonds_and_stocks.prices().set_index("symbol").loc["VTI", ["price", "source"]].tolist() == [12.5, "A friend"]
    assert bonds_and_stocks.fetch_prices(Fixed(), ["VTI"])[1] == ()


def test_only_what_is_in_the_portfolio_is_asked_for(bonds_and_stocks):
    with pytest.raises(UnknownName, match="The portfolio has no asset VTX. It has BND, VEA, VTI."):
        bonds_and_stocks.fetch_prices(Fixed(), ["VTX"])


@pytest.fixture
def yahoo(monkeypatch):
    """Yahoo with these histories: symbol → closes and what is said about them, or an error."""

    class YFException(Exception):
        pass

    def answer(histories):
        class Ticker:
            def __init__(self, symbol):
                self.symbol = symbol

            def history(self, period, auto_adjust):
                found = histories.get(self.symbol, ([], {}))
                if isinstance(found, Exception):
                    raise found
                closes, self.history_metadata = found
                days = pd.date_range("2025-03-03", periods=len(closes), tz="America/New_York")
                return pd.DataFrame({"Close": closes}, index=days)

        module = SimpleNamespace(Ticker=Ticker, exceptions=SimpleNamespace(YFException=YFException))
        monkeypatch.setitem(sys.modules, "yfinance", module)
        return Yahoo()

    answer.error = YFException
    return answer


def test_yahoos_newest_close_counts_without_the_noise_of_floats(yahoo):
    quotes = yahoo(
        {
            "VTI": ([299.0, 300.1000061035156], {"currency": "USD", "priceHint": 2}),
            "VUSA.L": ([8512.5, float("nan")], {"currency": "GBp"}),
            "ODD": ([1.0], {}),
        }
    ).latest(["VTI", "VUSA.L", "GONE", "ODD"])
    assert quotes == {
        "VTI": Quote(Decimal("300.1000"), "USD", DAY),
        "VUSA.L": Quote(Decimal("8512.5000"), "GBp", datetime.date(2025, 3, 3)),
    }


@pytest.mark.parametrize("error", [OSError("Could not resolve host"), ValueError("bad answer"), None])
def test_yahoo_that_cannot_be_reached_is_one_sentence_and_changes_nothing(yahoo, bonds_and_stocks, error):
    provider = yahoo({"BND": error or yahoo.error("Too many requests")})
    with pytest.raises(StoreError, match="Yahoo Finance can't be asked for BND .* Nothing was changed"):
        bonds_and_stocks.fetch_prices(provider)
    assert set(bonds_and_stocks.prices()["source"]) == {"holdings"}


def test_what_yahoo_says_at_length_is_cut_between_words(yahoo):
    with pytest.raises(StoreError, match=r"\(Could not .* this …\)\. Nothing was changed"):
        yahoo({"BND": OSError("Could not resolve " + "this long address " * 20)}).latest(["BND"])


def test_without_the_package_the_sentence_says_what_to_install(bonds_and_stocks, monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(StoreError, match=r"pip install 'allocation\[prices\]'; or write prices down"):
        bonds_and_stocks.fetch_prices()
