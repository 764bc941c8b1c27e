"""Schwab exports the columns that a person has chosen to see, with other rows for other kinds of accounts."""

import pytest

from allocation.errors import LoadError
from tests.readers.reading import held, problems, read

ABOVE = '"Positions for account Individual ...321 as of 09:27 PM ET, 2026/07/08"\n\n'
PLAIN = """\
"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Asset Type",
"SCHB","SCHWAB US BROAD MARKET ETF","10","$20.00","$200.00","ETFs & Closed End Funds",
{}"Cash & Cash Investments","--","--","--","$50.00","Cash and Money Market",
"Positions Total","","--","--","$250.00","--",
"""


def test_without_a_column_of_quantities_they_are_calculated():
    content = read(
        ABOVE
        + """\
"Symbol","Description","% of Acct (% of Account)","Mkt Val (Market Value)","Cost/Share","Close","Last","Asset Type",
"SCHB","SCHWAB US BROAD MARKET ETF","80%","$1,005.00","$18.10","19.90","20.10","ETFs & Closed End Funds",
"Cash & Cash Investments","--","20%","$251.25","--","--","--","Cash and Money Market",
"Positions Total","","--","$1,256.25","--","--","--","--",
"""
    )
    assert held(content) == [
        ("Individual ...321", "SCHB", 50, 20.1, "USD"),
        ("Individual ...321", "CASH", 251.25, 1, "USD"),
    ]
    assert "The file has no quantities: each is its value divided by its price." in content.notes
    assert "Individual ...321: 1,256.25, as the file's own total says." in content.notes


def test_without_a_column_of_prices_they_are_calculated():
    content = read(
        ABOVE
        + """\
"Symbol","Description","Qty (Quantity)","Cost Basis","Mkt Val (Market Value)","Asset Type",
"SCHB","SCHWAB US BROAD MARKET ETF","8","$100.00","$162.00","ETFs & Closed End Funds",
"""
    )
    assert held(content) == [("Individual ...321", "SCHB", 8, 20.25, "USD")]


def test_with_neither_quantities_nor_prices_it_says_what_to_export():
    content = read(ABOVE + '"Symbol","Description","Market Value"\n"SCHB","SCHWAB US BROAD MARKET ETF","$162.00"\n')
    assert problems(content) == [
        "depot.csv, row 4, quantity: has no column, and no price to tell it from. Export the table with one of the two."
    ]


def test_money_set_aside_for_futures_is_cash():
    content = read(ABOVE + PLAIN.format('"Futures Cash","--","--","--","$0.00","Cash and Money Market",\n'))
    assert held(content)[1:] == [("Individual ...321", "CASH", 50, 1, "USD")]


def test_a_row_without_quantity_and_worth_nothing_is_left_out_and_said():
    content = read(ABOVE + PLAIN.format('"Futures Positions Market Value","--","--","--","$0.00","--",\n'))
    assert [row[1] for row in held(content)] == ["SCHB", "CASH"]
    assert "Futures Positions Market Value has no quantity and is worth nothing: it is left out." in content.notes


def test_one_that_is_worth_something_is_a_problem_that_can_be_left_out(portfolio, tmp_path):
    file = tmp_path / "schwab.csv"
    text = (ABOVE + PLAIN).format('"Futures Positions Market Value","--","--","--","$12.50","--",\n')
    file.write_text(text.replace("$250.00", "$262.50"), encoding="utf-8")
    with pytest.raises(LoadError) as refused:
        portfolio.load(file)
    assert [str(problem) for problem in refused.value.problems] == [
        "schwab.csv, row 5, quantity: '--' of Futures Positions Market Value is no number. To load the rest without "
        'it, say so: --leave-out "Futures Positions Market Value", or "Leave it out" on the page.'
    ]
    portfolio.load(file, leave_out=["Futures Positions Market Value"])
    assert portfolio.holdings().set_index("symbol")["quantity"].to_dict() == {"CASH": 50, "SCHB": 10}


@pytest.mark.parametrize("title", ["", "Depot,,,,,,\n\n"])
def test_a_table_of_ones_own_with_the_same_names_is_no_file_of_schwab(title):
    content = read(
        title
        + """\
Account,Symbol,Description,Quantity,Price,Market Value,Currency
TFSA,XEQT,iShares Core Equity,10,30.5,305.00,CAD
"""
    )
    assert held(content) == [("TFSA", "XEQT", 10, 30.5, "CAD")]


def test_where_the_first_line_was_cut_off_the_names_of_columns_are_enough():
    assert [row[:2] for row in held(read(PLAIN.format("")))] == [("Schwab", "SCHB"), ("Schwab", "CASH")]
