"""Which files are taken for our own: those whose first row is exactly ours. Whatever else they have is checked."""

import datetime
from decimal import Decimal

import pytest

from allocation.errors import MappingNeeded
from allocation.readers import Opened, read_any
from allocation.readers.registry import recognise

TODAY = datetime.date(2026, 11, 25)


def kind(text):
    found = recognise(Opened(text.encode(), "file.csv"))
    return found and found.name


def read(text):
    return read_any(Opened(text.encode(), "file.csv"), TODAY)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("account,symbol,quantity,price,currency", "holdings"),
        ("as_of;currency;price;quantity;symbol;account;name;cost_basis", "holdings"),
        ("Account,Symbol,Quantity,Price,Currency", None),
        ("account,symbol,quantity,price,currency,value", None),
        ("account,symbol,quantity,price,currency,Notes", None),
        ("symbol,name,price,currency,as_of,source", "prices"),
        ("symbol,price,currency,as_of,comment", "prices"),
        ("symbol,quantity,price,currency,as_of", None),
        ("Symbol,Shares,Price,Currency,as_of", None),
        ("symbol,price,currency,as_of,value", None),
        ("asset_class,symbol,target_percent,comment", "targets"),
    ],
)
def test_holdings_are_ours_where_the_header_is_and_prices_where_nothing_says_how_many(header, name):
    assert kind(header + "\n") == name


def test_a_value_that_the_quantity_and_price_contradict_is_refused_whatever_the_columns_are_called():
    for quantity in ("Quantity", "Qty", "quantity"):
        content = read(f"Account,Symbol,{quantity},Price,Currency,Value\nA,VTI,5,10.5,USD,99\n")
        (problem,) = content.problems
        assert problem.row == 2 and problem.value == "99.00" and "5 × 10.5 is 52.50" in problem.remedy


def test_a_quantity_of_which_the_mark_could_be_either_is_settled_by_its_value():
    header = "account,symbol,quantity,price,currency,value\n"
    content = read(header + "A,VTI,1.000,10,EUR,10000\n")
    assert content.problems == () and content.holdings["quantity"].tolist() == [1000]


def test_a_table_with_our_columns_in_capitals_is_read_as_tables_are():
    content = read(
        "Account,Symbol,Quantity,Price,Currency\nISA,VOD,100,2,GBX\nISA,VTI,1,$ 300,USD\nISA,CASH,50,1,GBP\n"
    )
    assert content.problems == ()
    assert content.holdings[["symbol", "quantity", "price"]].values.tolist() == [
        ["VOD", 100, Decimal("0.02")],
        ["VTI", 1, 300],
        ["CASH", 50, 1],
    ]


def test_a_list_of_what_is_held_is_no_list_of_prices():
    content = read("symbol,quantity,price,currency,as_of\nVTI,3,300,USD,2026-11-20\n")
    assert content.prices.empty and content.holdings["quantity"].tolist() == [3]


def test_prices_with_a_value_beside_them_are_asked_about_or_read_but_not_taken_for_a_list_of_prices():
    try:
        content = read("symbol,price,currency,as_of,value\nVTI,300,USD,2026-11-20,900\n")
    except MappingNeeded:
        return
    assert content.prices.empty and content.holdings["quantity"].tolist() == [3]


def test_columns_that_are_not_read_are_named():
    content = read("Account,Symbol,Quantity,Price,Currency,Bought,Notes\nA,VTI,5,10.5,USD,2020-01-01,old\n")
    assert content.problems == ()
    assert content.notes[-1].endswith("price = Price, currency = Currency. Not read: Bought, Notes.")


def test_what_our_own_format_would_refuse_is_not_passed_over_because_of_one_more_column():
    header = "account,symbol,quantity,price,currency,asset_class,account_type,notes\n"
    (problem,) = read(header + "A,CASH,100,2,USD,,,\n").problems
    assert str(problem) == "file.csv, row 2, price: '2' is not 1. The price of cash is 1; the amount is its quantity."
    content = read(header + "A,VTI,100,2,USD,unclassified,pension,x\n")
    assert content.problems == () and content.holdings["asset_class"].tolist() == ["Unclassified"]
    assert "The account type 'pension' is not taxable, tax_deferred or tax_free: it was left out." in content.notes
