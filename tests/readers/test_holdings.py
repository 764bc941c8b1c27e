"""holdings.csv as strangers write it."""

import datetime
from decimal import Decimal

import pandas as pd
import pytest

from allocation.readers import read_holdings

TODAY = datetime.date(2025, 6, 1)
HEADER = "account,symbol,quantity,price,currency\n"


@pytest.fixture
def read(write_csv):
    """The good rows of a small file, and where its problems are: (row, column, value)."""

    def read(text, **more):
        table, problems = read_holdings(write_csv(text, **more), TODAY)
        return table, [(problem.row, problem.column, problem.value) for problem in problems]

    return read


@pytest.fixture
def remedies(write_csv):
    def remedies(text, **more):
        return "\n".join(str(problem) for problem in read_holdings(write_csv(text, **more), TODAY)[1])

    return remedies


def test_a_plain_file(read):
    table, problems = read("""
        account,symbol,name,asset_class,account_type,quantity,price,currency,cost_basis,as_of
        Savings,VTI,Total market,Stocks,taxable,1.5,300.25,USD,400,2025-05-30
    """)
    assert problems == []
    assert table.iloc[0].to_dict() == {
        "file": "holdings.csv", "row": 2, "account": "Savings", "symbol": "VTI", "quantity": Decimal("1.5"),
        "price": Decimal("300.25"), "currency": "USD", "name": "Total market", "asset_class": "Stocks",
        "account_type": "taxable", "cost_basis": Decimal(400), "as_of": datetime.date(2025, 5, 30),
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_with_or_without_a_byte_order_mark(read, encoding):
    table, problems = read(HEADER + "Börse,VTI,1,2,USD\n", encoding=encoding)
    assert problems == [] and table["account"].tolist() == ["Börse"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_comma_semicolon_or_tab(read, separator):
    table, problems = read((HEADER + "Savings,VTI,1,2,USD\n").replace(",", separator))
    assert problems == [] and table["quantity"].tolist() == [1]


def test_semicolons_and_decimal_commas(read):
    table, problems = read("account;symbol;quantity;price;currency\nDepot;VWCE;1.234,5;99,25;EUR\n")
    assert problems == []
    assert table[["quantity", "price"]].values.tolist() == [[Decimal("1234.5"), Decimal("99.25")]]


def test_decimal_commas_in_quotes(read):
    table, problems = read(HEADER + 'Depot,VWCE,"1,5","99,25",EUR\n')
    assert problems == [] and table["price"].tolist() == [Decimal("99.25")]


def test_thousands_marks_that_could_be_decimals_are_not_guessed(remedies):
    text = remedies(HEADER + 'Savings,VTI,"1,234",7,USD\n')
    assert "row 2, quantity: '1,234' can be read with a decimal point or a decimal comma" in text


def test_columns_in_any_order_and_capitals_and_unknown_ones_beside_them(read):
    table, problems = read("Notes,PRICE, Currency ,quantity,Symbol,ACCOUNT\nold,2,USD,1,VTI,Savings\n")
    assert problems == [] and table.loc[0, ["account", "symbol", "price"]].tolist() == ["Savings", "VTI", 2]


def test_windows_and_old_mac_line_ends(read):
    for end in ("\r\n", "\r"):
        table, problems = read((HEADER + "Savings,VTI,1,2,USD\nSavings,BND,1,2,USD\n").replace("\n", end))
        assert problems == [] and table["row"].tolist() == [2, 3]


def test_a_quoted_line_break_counts_as_one_row(read):
    table, problems = read("account,symbol,name,quantity,price,currency\n"
                           'Savings,VTI,"Total\nmarket",1,2,USD\nSavings,BND,Bonds,x,2,USD\n')  # fmt: skip
    assert table.loc[0, "name"] == "Total\nmarket"
    assert problems == [(3, "quantity", "x")]


def test_empty_lines_count_as_rows_but_hold_nothing(read):
    table, problems = read("\n" + HEADER + "\n,,,,\nSavings,VTI,x,2,USD\n\n")
    assert problems == [(4, "quantity", "x")]
    assert len(table) == 1


def test_every_wrong_cell_of_every_row_is_told_at_once(read):
    _, problems = read("""
        account,symbol,quantity,price,currency,account_type,cost_basis,as_of
        Savings,VTI,many,2,USD,taxable,1,2025-01-01
        Savings,BND,1,0,dollar,pension,abc,01/02/2025
        ,,,,,,,2025-01-01
        Savings,VEA,-1,2,USD,,,2025-06-02
    """)
    assert sorted(problems) == [
        (2, "quantity", "many"),
        (3, "account_type", "pension"), (3, "as_of", "01/02/2025"), (3, "cost_basis", "abc"), (3, "currency", "dollar"),
        (3, "price", "0"),
        (4, "account", ""), (4, "currency", ""), (4, "price", ""), (4, "quantity", ""), (4, "symbol", ""),
        (5, "as_of", "2025-06-02"), (5, "quantity", "-1"),
    ]  # fmt: skip
    assert [row for row, *_ in problems] == sorted(row for row, *_ in problems)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Savings,VTI,many,2,USD", "quantity: 'many' is not a number. Write it like 1234.5"),
        ("Savings,VTI,1,0,USD", "price: '0' is not above 0"),
        ("Savings,VTI,1,-2,USD", "price: '-2' is not above 0"),
        ("Savings,VTI,1,2,Dollar", "currency: 'Dollar' is not a currency code. Write one like USD"),
        ("Savings,VTI,-1,2,USD", "quantity: '-1' is negative. Only CASH may be"),
        ("Savings,CASH,100,2,USD", "price: '2' is not 1. The price of CASH is 1"),
        ("All,VTI,1,2,USD", "account: 'All' stands for the whole portfolio"),
        ("Savings,VTI,NaN,2,USD", "quantity: 'NaN' is not a number"),
        ("Savings,VTI,inf,2,USD", "quantity: 'inf' is not a number"),
        ("Savings,VTI,1,1e400,USD", "price: '1e400' is not a number"),
        ("Savings,VTI,1000000000001,0.5,USD", "quantity: '1000000000001' is larger than 1,000,000,000,000"),
        ("Savings,VTI,1000000000000,2,USD", "quantity: '1000000000000' times the price is larger than"),
        ("Savings,VTI,0.123456789,2,USD", "quantity: '0.123456789' has more than 8 decimals. Round it to 8"),
        ("Savings,VTI,1,2", "currency: is empty. Every holding needs it"),
        ("Savings,VTI,1,2,USD,extra", "has 6 cells, the header has 5. Quote cells with the separator in them"),
        ("Savings,VTI,#N/A,2,USD", "quantity: '#N/A' is not a number"),
    ],
)
def test_what_is_wrong_and_what_would_be_right(remedies, row, sentence):
    text = remedies(HEADER + row + "\n")
    assert text.startswith("holdings.csv, row 2")
    assert sentence in text
    assert "\n" not in text


def test_a_future_date_is_refused_and_today_is_not(read):
    table, problems = read("""
        account,symbol,quantity,price,currency,as_of
        Savings,VTI,1,2,USD,2025-06-01
        Savings,BND,1,2,USD,2025-06-02
    """)
    assert problems == [(3, "as_of", "2025-06-02")]
    assert table.loc[0, "as_of"] == TODAY


@pytest.mark.parametrize("date", ["2025-13-01", "2025-02-30", "20250101", "2025-01-01 00:00", "today"])
def test_a_date_is_written_year_month_day(read, date):
    _, problems = read(f"account,symbol,quantity,price,currency,as_of\nSavings,VTI,1,2,USD,{date}\n")
    assert problems == [(2, "as_of", date)]


def test_an_overdraft_and_a_quantity_of_0_are_good(read):
    table, problems = read(HEADER + "Savings,CASH,-20.5,1,USD\nSavings,VTI,0,2,USD\n")
    assert problems == [] and table["quantity"].tolist() == [Decimal("-20.5"), 0]


@pytest.mark.parametrize("symbol", ["cash", "Cash"])
def test_cash_in_other_capitals_is_not_taken_for_a_share(remedies, symbol):
    assert "CASH" in remedies(HEADER + f"Savings,{symbol},100,1,USD\n")


def test_unclassified_in_any_capitals_means_no_class(read):
    table, problems = read("""
        account,symbol,asset_class,quantity,price,currency
        Savings,A,Unclassified,1,2,USD
        Savings,B,unclassified,1,2,USD
        Savings,C,,1,2,USD
    """)
    assert problems == [] and table["asset_class"].tolist() == ["Unclassified", "Unclassified", None]


def test_missing_and_misspelt_columns_are_named(remedies):
    text = remedies("account,symbl,quantity,currency\nSavings,VTI,1,USD\n")
    assert "row 1, symbol: this column is missing. Is it 'symbl'?" in text
    assert "row 1, price: this column is missing." in text


def test_a_column_that_stands_twice_is_refused(remedies):
    text = remedies("account,symbol,quantity,price,price,currency\nSavings,VTI,1,2,3,USD\n")
    assert text == "holdings.csv, row 1, price: this column stands twice. Keep one."


def test_a_header_alone_holds_no_rows(remedies):
    assert remedies(HEADER) == "holdings.csv: holds no rows under its header."


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_called_empty_once(remedies, text):
    told = remedies(text)
    assert "\n" not in told and ("is empty" in told or "holds no rows" in told)


def test_a_quote_in_the_wrong_place_is_told_with_its_row(remedies):
    text = remedies(HEADER + 'Savings,VTI,1,2,USD\nSavings,"The "best" fund",1,2,USD\n')
    assert text.startswith("holdings.csv, row 3")


def test_a_quote_that_is_never_closed_is_told(remedies):
    assert "holdings.csv" in remedies(HEADER + 'Savings,"VTI,1,2,USD\nSavings,BND,1,2,USD\n')


def test_a_file_that_is_not_there(tmp_path):
    _, (problem,) = read_holdings(tmp_path / "gone.csv", TODAY)
    assert str(problem).startswith("gone.csv: there is no such file (")


def test_a_folder(tmp_path):
    _, (problem,) = read_holdings(tmp_path, TODAY)
    assert problem.remedy == "is a folder. Name the file in it."


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        ((HEADER + "Börse,VTI,1,2,USD\n").encode("latin-1"), "is not UTF-8 text (byte 41). Save it as CSV UTF-8."),
        ((HEADER + "Savings,VTI,1,2,USD\n").encode("utf-16"), "is not UTF-8 text (byte 1). Save it as CSV UTF-8."),
        (b"PK\x03\x04\x00\x00" * 100, "is not a text file. Save it as CSV UTF-8."),
        (HEADER.encode() + b"Savings,V\x00TI,1,2,USD\n", "is not a text file. Save it as CSV UTF-8."),
    ],
)
def test_a_file_that_is_no_utf8_text(tmp_path, content, remedy):
    path = tmp_path / "holdings.csv"
    path.write_bytes(content)
    _, (problem,) = read_holdings(path, TODAY)
    assert problem.remedy == remedy


def test_a_path_that_no_file_can_have_is_a_problem_and_no_crash():
    _, problems = read_holdings("hold\0ings.csv", TODAY)
    assert len(problems) == 1


def test_a_dataframe_is_read_like_a_file():
    frame = pd.DataFrame(
        {
            "account": ["Savings", "Savings"],
            "symbol": ["VTI", "CASH"],
            "quantity": [1.1, 1e-7],
            "price": [200, 1],
            "currency": "USD",
            "cost_basis": [None, float("nan")],
            "as_of": pd.to_datetime(["2025-01-02", None]),
        }
    )
    table, problems = read_holdings(frame, TODAY)
    assert problems == []
    assert table["quantity"].tolist() == [Decimal("1.1"), Decimal("0.0000001")]
    assert table["as_of"].tolist() == [datetime.date(2025, 1, 2), None]
    assert table["cost_basis"].tolist() == [None, None]


def test_one_number_written_the_other_way_is_the_only_one_told(remedies):
    rows = "".join(f"Savings;S{number};1;{number},25;EUR\n" for number in range(10, 14))
    text = remedies("account;symbol;quantity;price;currency\n" + rows + "Savings;ODD;1;10.25;EUR\n")
    assert text.count("\n") == 0
    assert "row 6, price: '10.25' doesn't fit the file's other numbers, which have a decimal comma." in text


def test_pence_are_told_how_to_become_pounds(remedies):
    text = remedies("account,symbol,quantity,price,currency\nISA,VOD,100,71.2,GBp\n")
    assert "is a hundredth of GBP. Write GBP, and the price divided by 100." in text


def test_a_tiny_price_in_a_dataframe_of_decimals():
    row = {"account": "Savings", "symbol": "SHIB", "quantity": Decimal(5), "price": Decimal("3E-7"), "currency": "USD"}
    table, problems = read_holdings(pd.DataFrame([row]), TODAY)
    assert problems == [] and table["price"].tolist() == [Decimal("0.0000003")]
