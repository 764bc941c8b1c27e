"""What only several rows together show to be wrong."""

import datetime

import pytest

from allocation.errors import LoadError
from allocation.readers import disagreements, read_holdings

TODAY = datetime.date(2025, 6, 1)
HEADER = "account,symbol,quantity,price,currency\n"


@pytest.fixture
def disagree(write_csv):
    def disagree(text):
        table, problems = read_holdings(write_csv(text), TODAY)
        assert problems == []
        return [str(problem).removeprefix("holdings.csv, ") for problem in disagreements(table)]

    return disagree


def test_one_holding_twice(disagree):
    assert disagree(HEADER + "Savings,VTI,1,2,USD\nPension,VTI,1,2,USD\nSavings,VTI,3,2,USD\n") == [
        "row 4, symbol: 'VTI' is in Savings already (row 2). Add the two up into one row."
    ]


def test_cash_in_two_currencies_is_two_holdings(disagree):
    assert disagree(HEADER + "Savings,CASH,1,1,USD\nSavings,CASH,1,1,EUR\n") == []


def test_two_prices_on_one_day(disagree):
    (problem,) = disagree(HEADER + "Savings,VTI,1,2,USD\nPension,VTI,1,2.5,USD\n")
    assert problem.startswith("row 3, price: '2.5' is 2 for VTI in row 2.")


def test_two_prices_on_two_days_are_a_history(disagree):
    header = HEADER.replace("currency", "currency,as_of")
    assert disagree(header + "Savings,VTI,1,2,USD,2025-01-02\nPension,VTI,1,3,USD,2025-01-03\n") == []


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [("asset_class", "Stocks", "Bonds"), ("name", "Total", "Half"), ("currency", "USD", "EUR")],
)
def test_one_asset_described_in_two_ways(disagree, column, first, second):
    known = {"asset_class": "", "name": "", "currency": "USD"}
    lines = [
        ",".join([account, "VTI", "1", "2", *(known | {column: described}).values()])
        for account, described in (("Savings", first), ("Pension", second))
    ]
    (problem,) = disagree("account,symbol,quantity,price,asset_class,name,currency\n" + "\n".join(lines))
    assert problem == f"row 3, {column}: {second!r} is {first} for VTI in row 2. Write the same in both."


def test_names_that_differ_in_capitals(disagree):
    problems = disagree("""
        account,symbol,asset_class,quantity,price,currency
        Savings,VTI,Stocks,1,2,USD
        savings,vti,stocks,1,2,USD
    """)
    assert problems == [
        "row 3, account: 'savings' is written 'Savings' in row 2. Write both the same way.",
        "row 3, symbol: 'vti' is written 'VTI' in row 2. Write both the same way.",
        "row 3, asset_class: 'stocks' is written 'Stocks' in row 2. Write both the same way.",
    ]


def test_names_that_only_a_computer_can_tell_apart_are_one_name(portfolio, write_csv):
    composed, decomposed, spaced = "Soci\u00e9t\u00e9 G", "Socie\u0301te\u0301 G", "Soci\u00e9t\u00e9\u00a0G\u200b"
    portfolio.load(write_csv(HEADER + f"{composed},A,1,2,USD\n{decomposed},B,1,2,USD\n{spaced},C,1,2,USD\n"))
    assert portfolio.accounts() == (composed,)


def test_a_wrong_number_does_not_hide_a_holding_that_stands_twice(portfolio, write_csv):
    file = write_csv(HEADER + "A,X,many,1,USD\nA,Y,1,1,USD\nA,Y,1,1,USD\n")
    with pytest.raises(LoadError) as refusal:
        portfolio.load(file)
    assert [(problem.row, problem.column) for problem in refusal.value.problems] == [(2, "quantity"), (4, "symbol")]


def test_cash_may_be_called_differently_in_each_account(disagree):
    assert disagree("account,symbol,name,quantity,price,currency\nA,CASH,Sweep,1,1,EUR\nB,CASH,Savings,1,1,EUR\n") == []
