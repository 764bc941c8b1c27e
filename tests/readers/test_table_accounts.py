"""What the accounts of a stranger's table are called."""

import datetime

import pytest

from allocation.readers import Opened, read_any

TODAY = datetime.date(2026, 11, 25)


def accounts(*rows, name="depot.csv"):
    content = read_any(Opened("\n".join(rows).encode(), name), TODAY)
    assert content.problems == ()
    return content.holdings[["account", "symbol", "quantity"]].astype(str).values.tolist(), content.notes


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("1111", "2222", ["Depot ...1111", "Depot ...2222"]),
        ('"123.456.789-0"', '"987.654.321-0"', ["Depot ...89-0", "Depot ...21-0"]),
        ('="00123456"', "'00987654", ["Depot ...3456", "Depot ...7654"]),
        ("A-1111", "B-1111", ["Depot A-1111", "Depot B-1111"]),
        ("1111", "1111", ["Depot"]),
    ],
)
def test_two_accounts_of_one_name_are_told_apart_by_their_numbers(first, second, names):
    header = "Account Number,Account Name,Symbol,Quantity,Price,Currency"
    held, _ = accounts(header, f"{first},Depot,VTI,10,300,USD", f"{second},Depot,VTI,5,300,USD")
    found = [account for account, *_ in held]
    assert found == names
    assert sum(float(quantity) for *_, quantity in held) == 15


def test_accounts_that_have_only_numbers_are_not_one():
    header = "Account Number,Symbol,Quantity,Price,Currency"
    held, notes = accounts(header, "1111,VTI,10,300,USD", "2222,VTI,5,300,USD")
    assert held == [["depot ...1111", "VTI", "10"], ["depot ...2222", "VTI", "5"]]
    assert not any("names no account" in note for note in notes)
    held, notes = accounts(header, "1111,VTI,10,300,USD")
    assert held == [["depot", "VTI", "10"]]
    assert any("names no account" in note for note in notes)


def test_a_row_without_a_number_is_of_the_account_that_is_named():
    header = "Account Number,Account,Symbol,Quantity,Price,Currency"
    held, _ = accounts(header, "1,Depot,VTI,1,300,USD", ",Depot,BND,1,70,USD")
    assert [account for account, *_ in held] == ["Depot", "Depot"]
