"""Files that are loaded together: what differs between other programs' files a little, and what too much."""

import datetime

import pytest

from allocation.errors import LoadError
from allocation.readers import Content, Format, Opened, read_together, registry

TODAY = datetime.date(2026, 11, 25)


def table(name, price, title="Total Stock Market"):
    text = f"Account,Symbol,Name,Quantity,Last price,Currency\n{name},VTI,{title},1,{price},USD\n"
    return Opened(text.encode(), f"{name}.csv")


def test_two_prices_of_one_day_that_are_close_are_one_and_it_is_said():
    brought = read_together([table("A", "300.10"), table("B", "300.05", "TOTAL STK MKT")], None, None, None, TODAY)
    assert set(brought.holdings["price"].map(str)) == {"300.1"}
    assert set(brought.holdings["name"]) == {"Total Stock Market"}
    assert "VTI is at 300.1 in A.csv and at 300.05 in B.csv: 300.1 counts." in brought.notes


def test_two_prices_that_are_far_apart_are_refused():
    with pytest.raises(LoadError, match=r"B.csv, row 2, price: '200' is 300 for VTI in A.csv, row 2"):
        read_together([table("A", "300"), table("B", "200")], None, None, None, TODAY)


def test_every_problem_of_every_file_is_named_at_once():
    with pytest.raises(LoadError) as refused:
        read_together([table("A", "0"), table("B", "many")], "gone.csv", None, None, TODAY)
    assert [problem.file for problem in refused.value.problems] == ["A.csv", "B.csv", "gone.csv"]


def test_a_file_that_is_named_twice_is_called_so_and_its_rows_are_no_doubles(write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nA,VTI,1,300,USD\n")
    with pytest.raises(LoadError) as refused:
        read_together([file, file.parent / "." / ".." / file.parent.name / file.name], None, None, None, TODAY)
    assert [str(problem) for problem in refused.value.problems] == ["holdings.csv: is named twice. Name it once."]


@pytest.fixture
def another_program(monkeypatch):
    """A program whose files say how an asset that isn't here, and one that is, are spread over classes."""
    from allocation.readers import read_classes, read_holdings

    def read(opened, today):
        holdings = b"account,symbol,quantity,price,currency\nA,VFFVX,1,1,USD\n"
        classes = b"symbol,asset_class,weight_percent\nVFFVX,Stocks,60\nVFFVX,Bonds,40\nGONE,Stocks,100\n"
        held, weights = read_holdings(Opened(holdings), today)[0], read_classes(Opened(classes))[0]
        return Content("Theirs", held, classes=weights, base_currency="EUR")

    theirs = Format("theirs", "Theirs", lambda one: one.head == b"theirs", read)
    monkeypatch.setattr(registry, "formats", lambda: (theirs,))
    return Opened(b"theirs", "theirs.bin")


def test_classes_of_another_program_need_no_target_and_may_name_what_is_not_here(portfolio, another_program):
    portfolio.load(another_program)
    classes = portfolio.asset_classes()[["symbol", "asset_class", "weight_percent"]].values.tolist()
    assert classes == [["VFFVX", "Stocks", 60.0], ["VFFVX", "Bonds", 40.0]]


def test_what_a_program_adds_values_up_in_becomes_the_base_currency_of_a_new_portfolio_only(portfolio, another_program):
    portfolio.load(another_program)
    portfolio.save_rate("USD", "EUR", 1)
    assert portfolio.summary().base_currency == "EUR"


def test_a_portfolio_keeps_its_base_currency(portfolio, another_program):
    portfolio.init("USD")
    portfolio.load(another_program)
    assert portfolio.summary().base_currency == "USD"


OWN_OF_MARCH = "account,symbol,asset_class,quantity,price,currency,as_of\nDepot,VTI,Bonds,1,300,USD,2026-03-01\n"


def test_a_file_without_rows_is_named_without_one_and_there_is_a_way_on(portfolio, write_csv):
    ledger = write_csv(
        """
        2026-01-01 open Assets:Broker
        2026-01-01 open Equity:Opening
        2026-01-01 commodity VTI
          asset-class: "Stocks"
        2026-02-01 * "Opening"
          Assets:Broker   10 VTI
          Equity:Opening
        2026-02-02 price VTI 300 USD
        """,
        "main.beancount",
    )
    own = write_csv(OWN_OF_MARCH, "own.csv")
    with pytest.raises(LoadError) as error:
        portfolio.load([ledger, own])
    (problem,) = error.value.problems
    assert str(problem) == (
        "own.csv, row 2, asset_class: 'Bonds' is Stocks for VTI in main.beancount. Write the same in both, or load one "
        "file after the other."
    )
    portfolio.load([ledger])
    portfolio.load([own])
    assert set(portfolio.holdings()["asset_class"]) == {"Bonds"}
    portfolio.save_class_targets({"Bonds": 100})
    portfolio.save_holding_targets("Bonds", {"VTI": 100})
    with pytest.raises(LoadError, match="main.beancount, asset_class: 'Stocks' moves VTI out of Bonds"):
        portfolio.load([write_csv(ledger.read_text().replace("02-02", "11-02"), "main.beancount")])
