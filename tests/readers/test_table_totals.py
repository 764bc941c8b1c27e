"""Totals of any table of holdings: compared with what is above them, and nothing after them is held unseen."""

import pytest

from allocation.readers import Opened, Ways, read_together
from tests.readers.reading import TODAY, held, problems, read


def test_a_total_that_is_not_the_sum_is_refused():
    content = read("""
        Symbol,Quantity,Price,Currency,Value
        VTI,10,300,USD,3000
        Total,,,,3100
    """)
    assert problems(content) == [
        "depot.csv, row 3, total: '3,100.00' is the total of Total, but its lines add up to 3,000.00. "
        "Is a part of the file missing?"
    ]


def test_a_fund_called_total_is_no_total():
    content = read("""
        Name,Units,Price,Currency
        Total Bond,10,5,USD
        Total,,,
    """)
    assert held(content) == [("depot", "Total Bond", 10, 5, "USD")]


def test_a_last_row_worth_as_much_as_all_others_is_a_total_whatever_it_is_called():
    content = read("""
        Account Name,Symbol,Current value
        IRA,VTI,£1000.50
        IRA,BND,£500
        IRA,Everything,£1500.50
    """)
    assert held(content) == [("IRA", "VTI", 1000.5, 1, "GBP"), ("IRA", "BND", 500, 1, "GBP")]


def test_shares_that_are_valued_in_another_currency_are_compared_with_its_total():
    content = read("""
        Name;Stück;Kurs;Währung;Kurswert (EUR)
        VTI;10;300,00;USD;2.750,00
        BND;10;70,00;EUR;700,00
        Summe;;;;3.450,00
    """)
    assert held(content) == [("depot", "VTI", 10, 300, "USD"), ("depot", "BND", 10, 70, "EUR")]
    assert "Summe: 3,450.00, as the file's own total says." in content.notes


CLOSED = """
    Account,Symbol,Shares,Price,Currency,Value
    A,VTI,5,10.5,USD,52.5
    Total,,,,,52.5

    {title}
    Account,Symbol,Shares,Price,Currency,Value
    {account},QQQ,1,500,USD,500
    {end}
"""


def test_what_stands_after_the_total_is_not_taken_in_silence():
    assert problems(read(CLOSED.format(title="More", account="A", end=""))) == [
        "depot.csv, row 7: 'QQQ' stands after the file's total in row 3, so it may be sold or only watched. Take it "
        "out of the file, or move it above the total if it is held. To load the rest without it, say so: --leave-out "
        'QQQ, or "Leave it out" on the page.'
    ]


@pytest.mark.parametrize("title", ["Closed positions", "Watchlist", "Verkaufte Positionen"])
@pytest.mark.parametrize("end", ["", "Total,,,,,500"])
def test_what_a_title_says_is_not_held_is_refused(title, end):
    (said,) = problems(read(CLOSED.format(title=title, account="B", end=end)))
    assert f"row 7: 'QQQ' stands under '{title}', so it isn't held." in said


@pytest.mark.parametrize(
    ("account", "end"), [("B", ""), ("A", "Total,,,,,500"), ("A", "Total,,,,,552.5"), ("A", "Grand total,,,,,552.5")]
)
def test_several_parts_with_totals_are_all_held(account, end):
    content = read(CLOSED.format(title="More", account=account, end=end))
    assert held(content) == [("A", "VTI", 5, 10.5, "USD"), (account, "QQQ", 1, 500, "USD")]


def test_a_total_of_all_is_followed_by_nothing():
    text = CLOSED.replace("Total,", "Grand total,").format(title="More", account="A", end="Total,,,,,500")
    assert "row 7: 'QQQ' stands after the file's total in row 3" in problems(read(text))[0]


def test_cash_worth_as_much_as_all_above_it_is_cash():
    content = read("""
        Account,Name,Quantity,Price,Currency,Value
        A,VTI,2,300,USD,600
        A,BND,4,100,USD,400
        A,Cash,,,USD,1000
        Total,,,,,2000
    """)
    assert held(content)[2] == ("A", "CASH", 1000, 1, "USD")


def test_a_row_worth_as_much_as_all_above_it_that_may_be_a_holding_is_refused():
    text = "Symbol,Value\nVTI,$600\nBND,$400\nQQQ,$1000\n"
    (said,) = problems(read(text, mapping={"currency": "=USD"}))
    assert "row 4, Value: '$1000' is worth exactly what the rows above it add up to. If it is their total" in said


def test_a_total_that_adds_up_shares_as_well_is_no_holding():
    content = read("Symbol,Quantity,Price,Currency,Value\nVTI,2,3,USD,6\nBND,1,4,USD,4\nTotal,3,,USD,10\n")
    assert [symbol for _, symbol, *_ in held(content)] == ["VTI", "BND"]


def test_a_total_is_compared_with_what_is_loaded_in_the_end():
    first = Opened(b"Account,Name,Shares,Price,Currency,Value\nA,VTI,5,100,USD,500\n", "first.csv")
    second = b"Account,Name,Shares,Price,Currency,Value\nB,VTI,5,101,USD,505\nTotal,,,,,505\n"
    notes = read_together([first, Opened(second, "second.csv")], None, None, None, TODAY).notes
    assert "second.csv: Total: the file's own total is 505.00; 500.00 is loaded, 5.00 less." in notes
    assert "VTI is at 100 in first.csv and at 101 in second.csv: 100 counts." in notes


def test_a_total_is_compared_without_what_is_left_out():
    text = b"Symbol,Shares,Price,Currency,Value\nVTI,5,100,USD,500\nXYZ,-1,10,USD,-10\nTotal,,,,490\n"
    brought = read_together(Opened(text, "depot.csv"), None, None, None, TODAY, ways=Ways(leave_out=["XYZ"]))
    assert "depot.csv: Total: the file's own total is 490.00; 500.00 is loaded, 10.00 more." in brought.notes


def test_a_total_in_another_currency_is_only_compared_with_the_files_lines():
    text = b"Name;Shares;Price;Currency;Value (EUR)\nVTI;10;300,50;USD;2750\nTotal;;;;2750\n"
    brought = read_together(Opened(text, "depot.csv"), None, None, None, TODAY)
    assert "depot.csv: Total: the file's own total, 2,750.00, is what its lines add up to." in brought.notes


TWO = "Symbol,Quantity,Price,Value,Currency\nVTI,10,300,3000,USD\nBND,20,100,2000,USD\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",,,4000,", "row 4, total: '4,000.00' is the total of All rows, but its lines add up to 5,000.00."),
        (",30,,,", "row 4, Symbol: is empty. Every holding needs it."),
    ],
)
def test_a_row_of_a_number_alone_is_not_dropped_unseen(row, said):
    (problem,) = problems(read(TWO + row + "\n"))
    assert said in problem


def test_a_row_of_a_number_alone_may_be_the_total():
    content = read(TWO + ",,,5000,\n")
    assert "All rows: 5,000.00, as the file's own total says." in content.notes
    (problem,) = problems(read(TWO + ",,,5000,\nVEA,1,5,5,USD\n"))
    assert "row 5: 'VEA' stands after the file's total in row 4" in problem


def test_half_a_cent_of_a_total_is_rounded_as_it_is_everywhere():
    content = read("Symbol,Quantity,Price,Value,Currency\nVTI,10.5,300.25,3152.625,USD\nTotal,,,3152.625,\n")
    assert "Total: 3,152.63, as the file's own total says." in content.notes
