"""Several files with classes or targets in one load: together where they say the same, or of different assets."""

import pytest

from allocation.errors import LoadError
from allocation.readers import Opened
from tests.readers.portfolio_performance import building
from tests.readers.portfolio_performance.building import (
    account,
    assigned,
    cash,
    classification,
    client,
    security,
    shares,
    taxonomy,
)
from tests.readers.wealthfolio.building import Wealthfolio

FUND, BANK = "securities/security[1]", "accounts/account"


def file(name, symbol, *classes, taxonomy_name="Asset Classes", weights=(0, 0), in_cash=()):
    """A file of Portfolio Performance: ten of one fund, by percent in the classes, and 100 EUR, all in ``in_cash``."""
    named = {name: [] for name, _ in classes} | {name: [] for name in in_cash}
    for class_name, percent in classes:
        named[class_name].append(assigned(FUND, percent))
    for class_name in in_cash:
        named[class_name].append(assigned(BANK))
    inner = [
        classification(class_name, weight, *of)
        for (class_name, of), weight in zip(named.items(), [*weights, 0, 0], strict=False)
    ]
    xml = client(
        security(symbol, symbol),
        account(f"Bank {name}", cash("DEPOSIT", 10_000)),
        building.portfolio(f"Depot {name}", shares("BUY", 1, 10)),
        taxonomy(taxonomy_name, *inner),
    )
    return Opened(xml.encode(), f"{name}.xml")


def classes(portfolio):
    table = portfolio.asset_classes()
    return {
        (symbol, name): percent
        for symbol, name, percent in table[["symbol", "asset_class", "weight_percent"]].values.tolist()
    }


def refused(portfolio, *files, **ways):
    with pytest.raises(LoadError) as wrong:
        portfolio.load(list(files), **ways)
    assert not portfolio.exists() or not portfolio.accounts()
    return [str(problem) for problem in wrong.value.problems]


def test_classes_of_different_assets_stand_beside_each_other(portfolio):
    portfolio.load([file("his", "WLD", ("Stocks", 60), ("Bonds", 40)), file("hers", "GLD", ("Gold", 100))])
    assert portfolio.accounts() == ("Depot hers", "Depot his")
    assert classes(portfolio) == {
        ("WLD", "Stocks"): 60, ("WLD", "Bonds"): 40, ("GLD", "Gold"): 100, ("CASH", "Unclassified"): 100,
    }  # fmt: skip


def test_the_same_classes_of_one_asset_count_once(portfolio):
    his = file("his", "WLD", ("Stocks", 60), ("Bonds", 40), in_cash=["Money"])
    hers = file("hers", "WLD", ("bonds", 40), ("stocks", 60), in_cash=["Money"])
    portfolio.load([his, hers])
    assert classes(portfolio) == {("WLD", "Stocks"): 60, ("WLD", "Bonds"): 40, ("CASH", "Money"): 100}
    assert not portfolio.load([his, hers]).changed


def test_other_classes_of_one_asset_are_refused_with_both(portfolio):
    his, hers = file("his", "WLD", ("Stocks", 60), ("Bonds", 40)), file("hers", "WLD", ("Stocks", 100))
    assert refused(portfolio, his, hers) == [
        "hers.xml, asset_class: 'WLD' is Stocks here, and Stocks (60 %) and Bonds (40 %) in his.xml. Give it "
        "the same classes in both, or load one file after the other."
    ]


def test_a_class_that_another_programs_holdings_say_has_to_agree_too(portfolio, tmp_path):
    database = Wealthfolio(tmp_path / "app.db", base="EUR").account(currency="EUR").asset("WLD", "EUR")
    database.quote("WLD", 10, "EUR").classify("WLD", EQUITY=10000)
    path = database.snapshot(positions={"id-WLD": (1, 1, "EUR")}).saved()
    (problem,) = refused(portfolio, path, file("his", "WLD", ("Stocks", 100)))
    assert problem.startswith("his.xml, asset_class: 'WLD' is Stocks here, and Equity in app.db.")
    portfolio.load([path, file("his", "WLD", ("Equity", 100))])
    assert classes(portfolio)["WLD", "Equity"] == 100
    ours = Opened(b"symbol,asset_class,weight_percent\nWLD,Equity,60\n", "classes.csv")
    portfolio.load([path, ours])
    assert classes(portfolio)["WLD", "Equity"] == 60


def test_cash_in_two_classes_is_refused(portfolio):
    his, hers = (file(name, "WLD", ("Stocks", 100), in_cash=[money]) for name, money in (("his", "A"), ("hers", "B")))
    (problem,) = refused(portfolio, his, hers)
    assert problem.startswith("hers.xml, asset_class: 'CASH EUR' is B here, and A in his.xml.")


def test_our_own_classes_have_to_agree_too(portfolio):
    his = file("his", "WLD", ("Stocks", 60), ("Bonds", 40), in_cash=["Money"])
    ours = Opened(b"symbol,asset_class,weight_percent\nWLD,Stocks,100\nCASH,Bonds,100\n", "classes.csv")
    assert [problem.partition(" here, and")[0] for problem in refused(portfolio, his, ours)] == [
        "classes.csv, row 2, asset_class: 'WLD' is Stocks",
        "classes.csv, row 3, asset_class: 'CASH' is Bonds",
    ]


def test_cash_that_one_file_puts_into_two_classes_is_refused(portfolio):
    holdings = Opened(b"account,symbol,quantity,price,currency\nA,CASH,1,1,EUR\n", "holdings.csv")
    text = b"symbol,asset_class,weight_percent,currency\nCASH,Bonds,100,\nCASH,Money,100,EUR\n"
    (problem,) = refused(portfolio, holdings, classes=Opened(text, "classes.csv"))
    assert problem.startswith("classes.csv, row 3, asset_class: 'CASH EUR' is Money here, and Bonds in classes.csv.")


def test_a_taxonomy_that_does_not_classify_an_asset_contradicts_none_that_does(portfolio):
    his = file("his", "WLD", ("Stocks", 100))
    portfolio.load(his)
    his, hers = (
        file(name, "WLD", *of, taxonomy_name="Regions") for name, of in (("his", ()), ("hers", [("Asia", 100)]))
    )
    portfolio.load([his, hers], taxonomy="Regions")
    assert classes(portfolio)["WLD", "Asia"] == 100


def test_the_same_targets_count_once_and_others_are_refused(portfolio):
    his, hers = (
        file(name, "WLD", ("Stocks", 100), ("Bonds", 0), weights=(60, 40)) for name in ("his", "hers")
    )  # fmt: skip
    other = file("hers", "WLD", ("Stocks", 100), ("Bonds", 0), weights=(70, 30))
    assert refused(portfolio, his, other) == [
        "hers.xml: has targets, and his.xml has others. Load one of the two at a time."
    ]
    portfolio.load([his, hers])
    assert portfolio.strategy().class_percents == {"Stocks": 60, "Bonds": 40}
