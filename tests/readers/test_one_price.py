"""One asset has one price a day in a file: two accounts are read like one."""

import datetime

import pytest

from allocation.errors import LoadError
from allocation.readers import Opened, Ways, read_any, read_together

TODAY = datetime.date(2026, 11, 25)
HEADER = "Account,Symbol,Shares,Price,Value,Currency\n"


def opened(rows, header=HEADER):
    return Opened(f"{header}{rows}\n".encode(), "depot.csv")


def told(rows, header=HEADER):
    return [str(problem) for problem in read_any(opened(rows, header), TODAY).problems]


def prices(rows, header=HEADER):
    """By account, of a file that is loaded without a word about its prices."""
    brought = read_together(opened(rows, header), None, None, None, TODAY)
    assert not any("counts" in note for note in brought.notes)
    return dict(zip(brought.holdings["account"], map(float, brought.holdings["price"]), strict=True))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,VTI,10,300,3000,USD\nB,VTI,10000,304,3040000,USD\nTotal,,,,3043000,", "row 3, price: '304' is 300"),
        ("B,VTI,10000,304,3040000,USD\nA,VTI,10,300,3000,USD", "row 3, price: '300' is 304"),
        ("A,VTI,10,300,,USD\nB,VTI,10,300.01,,USD", "row 3, price: '300.01' is 300"),
        # Each may be the third's price, but they are not each other's.
        ("A,VTI,0.1,,1.05,USD\nB,VTI,100,10.50,1050,USD\nC,VTI,100,10.54,1054,USD", "row 4, price: '10.54' is 10.5"),
    ],
)
def test_two_accounts_with_two_prices_are_refused_like_one(rows, said):
    (problem,) = told(rows)
    assert problem.startswith(f"depot.csv, {said}") and "for VTI in row" in problem
    assert "Write one price in both, or the date of each. To load the rest without it" in problem


def test_the_rest_can_be_loaded_without_either():
    rows = "A,VTI,10,300,3000,USD\nB,VTI,10,304,3040,USD\nB,BND,1,70,70,USD"
    without = [read_together(opened(rows), None, None, None, TODAY, ways=Ways(leave_out=[name]))
               for name in ("VTI", "B=VTI")]  # fmt: skip
    assert [one.holdings["symbol"].tolist() for one in without] == [["BND"], ["VTI", "BND"]]


@pytest.mark.parametrize(
    "rows", ["A,VTI,3,,10.00,USD\nB,VTI,7,3.33,23.31,USD", "B,VTI,7,3.33,,USD\nA,VTI,3,,10.00,USD"]
)
def test_a_price_that_is_quoted_counts_before_one_that_is_calculated(rows):
    assert prices(rows) == {"A": 3.33, "B": 3.33}
    assert set(prices(rows.replace("B,", "A,")).values()) == {3.33}


def test_of_two_that_are_quoted_the_one_with_more_decimals_counts():
    assert prices("A,VTI,5,10.50,52.5,USD\nB,VTI,5,10.503,52.52,USD") == {"A": 10.503, "B": 10.503}


def test_two_days_have_two_prices():
    header = HEADER.replace("\n", ",As of\n")
    rows = "A,VTI,1,300,300,USD,2026-11-20\nB,VTI,1,310,310,USD,2026-11-21\nTotal,,,,610,,"
    assert prices(rows, header) == {"A": 300, "B": 310}


def test_a_total_that_a_later_days_price_contradicts_is_refused():
    header = HEADER.replace("\n", ",As of\n")
    rows = "A,VTI,100,300,30000,USD,2026-11-20\nA,VTI,1,310,310,USD,2026-11-21\nTotal,,,,30310,,"
    assert told(rows, header) == [
        "depot.csv, row 4, total: '30,310.00' is the total of Total, but 31,310.00 is loaded, because the last price "
        "counts of those of several days (VTI). Write one price in all of its rows, or take the total out of the file."
    ]
    assert told(rows.rsplit("\n", 1)[0], header) == []


def test_totals_of_parts_of_one_holding_are_what_is_loaded_of_them():
    rows = "A,VTI,10,300,3000,USD\nA,BND,20,100,2000,USD\nSubtotal,,,,5000,\nA,VTI,1,300,300,USD\nSubtotal,,,,300,"
    brought = read_together(opened(rows, HEADER), None, None, None, TODAY)
    assert brought.holdings["quantity"].tolist() == [11, 20]
    assert [note.removeprefix("depot.csv: Subtotal: ") for note in brought.notes if "Subtotal" in note] == [
        "5,000.00, as the file's own total says.",
        "300.00, as the file's own total says.",
    ]
    without = read_together(opened(rows), None, None, None, TODAY, ways=Ways(leave_out=["BND"]))
    assert "depot.csv: Subtotal: the file's own total is 5,000.00; 3,000.00 is loaded, 2,000.00 less." in without.notes


def test_one_contradiction_is_told_once():
    with pytest.raises(LoadError) as caught:
        read_together(opened("A,VTI,10,300,3000,USD\nB,VTI,10,310,3100,USD"), None, None, None, TODAY)
    assert [(problem.row, problem.column, problem.value) for problem in caught.value.problems] == [(3, "price", "310")]
