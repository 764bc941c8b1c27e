"""Classes that are suggested, with the reason; never taken without being accepted."""

import pandas as pd
import pytest

from allocation.errors import UnknownName
from allocation.readers.suggest import suggest_classes


def suggested(*rows, classes=()):
    """Of assets (symbol, name, class, kind): symbol → class and confidence."""
    table = suggest_classes(pd.DataFrame(rows, columns=["symbol", "name", "asset_class", "kind"]), classes)
    return {row.symbol: (row.asset_class, row.confidence) for row in table.itertuples()}


@pytest.mark.parametrize(
    ("name", "asset_class"),
    [
        ("VANGUARD TOTAL STOCK MARKET ETF", "US stocks"),
        ("iShares Core S&P Total U.S. Stock Market", "US stocks"),
        ("Vanguard Total International Stock Index", "International stocks"),
        ("Vanguard Total International Bond ETF", "International bonds"),
        ("SCHWAB US AGGREGATE BOND INDEX", "Bonds"),
        ("UNITED STATES TREAS NTS 2.00000%", "Bonds"),
        ("iShares MSCI EM IMI", "Emerging-market stocks"),
        ("Vanguard FTSE All-World", "World stocks"),
        ("Schwab U.S. TIPS ETF", "Inflation-linked bonds"),
        ("SPDR Gold Shares", "Gold"),
        ("Vanguard Real Estate ETF", "Real estate"),
        ("FIDELITY GOVERNMENT MONEY MARKET", "Cash"),
        ("Vanguard Target Retirement 2045", None),
        ("Vanguard LifeStrategy 60% Equity", None),
        ("Goldman Sachs Group", None),
        ("Apple Inc.", None),
    ],
)
def test_the_words_of_a_name(name, asset_class):
    expected = {} if asset_class is None else {"X": (asset_class, "likely")}
    assert suggested(("X", name, None, None)) == expected


def test_what_a_broker_calls_it_tells_less_than_the_name():
    assert suggested(("AAPL", "Apple", None, "Common stock")) == {"AAPL": ("Stocks", "maybe")}
    assert suggested(("BND", "Total Bond", None, "Stocks")) == {"BND": ("Bonds", "likely")}


def test_an_earlier_choice_counts_most():
    twins = (("VTI", "Total Stock Market", "My core", None), ("VTSAX", "TOTAL STOCK MARKET", "Unclassified", None))
    assert suggested(*twins) == {"VTSAX": ("My core", "sure")}


def test_a_class_is_spelled_as_it_is_already_also_inside_another():
    names = ["Us Stocks", "Stocks / Emerging market stocks"]
    assert suggested(("X", "S&P 500", None, None), classes=names) == {"X": ("Us Stocks", "likely")}
    assert suggested(("X", "MSCI Emerging", None, None), classes=names) == {"X": (names[1], "likely")}


def test_cash_is_cash():
    assert suggested(("CASH", "Cash USD", None, None)) == {"CASH": ("Cash", "likely")}


def test_nothing_is_saved_until_it_is_accepted(portfolio, write_csv):
    portfolio.load(
        write_csv("""
            account,symbol,name,quantity,price,currency
            A,VTI,Total Stock Market,1,1,USD
            A,BND,Total Bond,1,1,USD
            A,AAPL,Apple,1,1,USD
            A,CASH,,5,1,USD
        """)
    )
    before = portfolio.asset_classes()
    assert portfolio.suggest_classes()["symbol"].tolist() == ["BND", "CASH", "VTI"]
    assert portfolio.asset_classes().equals(before)
    with pytest.raises(UnknownName, match="There is no suggestion for AAPL"):
        portfolio.accept_classes(["VTI", "AAPL"])
    assert portfolio.asset_classes().equals(before)
    assert portfolio.accept_classes(["VTI"])["asset_class"].tolist() == ["US stocks"]
    portfolio.accept_classes()
    classes = portfolio.asset_classes().set_index("symbol")["asset_class"].to_dict()
    assert classes == {"AAPL": "Unclassified", "BND": "Bonds", "CASH": "Cash", "VTI": "US stocks"}
    assert portfolio.suggest_classes().empty


def test_names_inside_one_another_are_names(portfolio, write_csv):
    text = "account,symbol,asset_class,quantity,price,currency\nA,VWO,Stocks / Emerging,1,1,USD\n"
    portfolio.load(write_csv(text))
    portfolio.save_class_targets({"Stocks / Emerging": 100})
    assert portfolio.drift()["asset_class"].tolist() == ["Stocks / Emerging"]
