"""Cells of any table of holdings: numbers, decimal marks and currencies, each read for sure or asked about."""

import datetime
import io

import openpyxl
import pytest

from allocation.errors import MappingNeeded
from allocation.readers import Opened, read_any
from tests.readers.reading import TODAY, held, problems, read


def test_dollars_are_asked_about_with_the_likeliest_answer():
    with pytest.raises(MappingNeeded, match="--map currency==USD. Two equals signs, for a value that holds") as asked:
        read("Ticker,Shares,Price\nVTI,10,$300.10\n")
    assert asked.value.guesses == {"currency": "=USD"}


def test_a_price_in_pence_becomes_pounds():
    content = read("Symbol,Quantity,Price,Currency,Value\nVUSA,10,8512.5,GBX,85125\n")
    assert held(content) == [("depot", "VUSA", 10, 85.125, "GBP")]


def workbook(*rows, sheet="Depot"):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_of_numbers_has_no_doubtful_marks():
    content = workbook(
        ["My holdings"],
        ["Ticker", "Shares", "Price", "Currency", "As of"],
        ["VTI", 1.234, 1000, "USD", datetime.datetime(2026, 3, 4)],
        ["BND", 0.1 + 0.2, 72.5, "USD", datetime.date(2026, 3, 4)],
    )
    read_back = read_any(Opened(content, "book.xlsx"), TODAY)
    assert held(read_back) == [("book", "VTI", 1.234, 1000, "USD"), ("book", "BND", 0.3, 72.5, "USD")]
    assert set(read_back.holdings["as_of"]) == {datetime.date(2026, 3, 4)}
    assert read_back.format == "Table of holdings, sheet Depot"


def test_a_number_that_the_separator_cuts_in_two_is_refused():
    text = "Account,Symbol,Currency,Quantity,Value\nA,BND,USD,1,72.50,\nA,VTI,USD,10,1,234\n"
    assert problems(read(text)) == [
        "depot.csv, row 3: has 6 cells, the header has 5. Put numbers with thousands marks in quotes."
    ]


def quoted(*numbers):
    return ",".join(f'"{number}"' for number in numbers)


@pytest.mark.parametrize(
    "text",
    [
        f"Symbol,Currency,Shares,Price,Value\nVTI,USD,{quoted('1.000', '2', '2.000')}\n",
        "Symbol;Currency;Shares;Price\nVTI;USD;1,234;100\n",
        "Symbol\tCurrency\tShares\tPrice\nVTI\tUSD\t1.234\t100\n",
    ],
)
def test_numbers_that_can_be_read_both_ways_are_refused(text):
    (said, *_) = problems(read(text))
    assert "can be read with a decimal point or a decimal comma" in said
    assert "decimals with other than three digits (1234.50)" in said


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Symbol;Currency;Shares;Price\nVTI;USD;1.234;10.50\n", 1.234),
        ("Symbol;Currency;Shares;Price\nVTI;USD;1,234;10.50\n", 1234),
        ("Symbol;Currency;Shares;Price;Share of all\nVTI;USD;1,234;100;33,5 %\n", 1.234),
        ("Symbol;Currency;Shares;Price;Value\nVTI;USD;1.000;2.000;2.000\n", 1),
        ("Symbol;Currency;Shares;Price;Bought\nVTI;USD;1234;100;2.7.2026\n", 1234),
    ],
)
def test_another_number_or_the_value_settles_the_decimal_mark(text, quantity):
    ((_, _, found, *_),) = held(read(text))
    assert found == quantity


def test_a_sign_of_several_currencies_fits_each_of_them():
    text = "Symbol,Side,Shares,Price,Ccy\nVTI,Long,5,$10.50,{}\n"
    for currency in ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"):
        assert held(read(text.format(currency))) == [("depot", "VTI", 5, 10.5, currency)]


def test_a_holding_kept_as_its_value_is_in_the_values_currency():
    content = read("Name,Currency,Current value (EUR)\nVTI,USD,1000\n")
    assert held(content) == [("depot", "VTI", 1000, 1, "EUR")]


@pytest.mark.parametrize(
    "text",
    [
        "Symbol,Quantity,Price (USD)\nSHIB,1000,0.000000001\n",
        # Its price is calculated.
        "Symbol,Quantity,Value (USD)\nSHIB,10000000000,0.01\n",
    ],
)
def test_a_price_too_small_to_be_kept_is_not_0(text):
    (problem,) = problems(read(text))
    assert "of SHIB is less than 0.00000001, the least that is kept. To load the rest without it" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'VTI,"0,5",75.5\nBND,2,10.25\n',
            "row 2, Quantity: '0,5' has a decimal comma, and the rest of the file is read with",
        ),
        (
            'VTI,2,"75,55"\nBND,"1,5",10.25\n',
            "row 3, Price: '10.25' has a decimal point, and the rest of the file is read",
        ),
        ("VTI,2,75.5\nBND,1.2.3,10.25\n", "row 3, Quantity: '1.2.3' is not a number."),
    ],
)
def test_another_decimal_mark_than_the_rest_of_the_file_has_is_said(text, said):
    (problem,) = problems(read("Symbol,Quantity,Price\n" + text, mapping={"currency": "=USD"}))
    assert said in problem


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("#N/A,1,5,USD", "row 2, Symbol: '#N/A' is an error of the spreadsheet, and no result."),
        ("#REF!,1,5,USD", "row 2, Symbol: '#REF!' is an error of the spreadsheet"),
        ("VTI,#N/A,5,USD", "row 2, Quantity: '#N/A' is an error of the spreadsheet"),
        ("VTI,#WERT!,5,USD", "row 2, Quantity: '#WERT!' is an error of the spreadsheet"),
    ],
)
def test_a_spreadsheets_error_is_called_one(row, said):
    (problem,) = problems(read(f"Symbol,Quantity,Price,Currency\n{row}\n"))
    assert said in problem


def test_a_row_without_a_currency_among_others_that_have_one_is_a_problem():
    said = problems(read("Symbol;Quantity;Price\nA;10;USD 250,00\nB;50;100,00\n"))
    assert said == ["depot.csv, row 3, currency: of B is nowhere in its row. Write one like USD, EUR or GBP."]
