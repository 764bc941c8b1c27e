"""A table's one column of dates: taken as the day of its values where that is certain, else asked about."""

import datetime

import pytest

from allocation.errors import MappingNeeded
from allocation.readers import Opened
from tests.readers.reading import read

NOVEMBER_20 = datetime.date(2026, 11, 20)
ROWS = """\
Symbol,Quantity,Price (USD),{name}{more}
VTI,10,300,{first}{rest}
BND,5,70,{second}{rest}
Total,,,
"""


def table(first="2026-11-20", second="2026-11-20", name="Date", more="", rest=""):
    return ROWS.format(name=name, more=more, first=first, second=second, rest=rest)


def days(text, **how):
    content = read(text, **how)
    assert content.problems == ()
    return set(content.holdings["as_of"])


def asked(text, **how):
    with pytest.raises(MappingNeeded) as needed:
        read(text, **how)
    return needed.value


@pytest.mark.parametrize("name", ["Date", "Datum", "Stand", "DATE", "Fecha", "As at"])
def test_one_column_of_one_day_is_the_day_of_the_values(name):
    content = read(table(name=name))
    assert set(content.holdings["as_of"]) == {NOVEMBER_20}
    assert f"as_of = {name}." in " ".join(content.notes)


@pytest.mark.parametrize(
    ("first", "second"),
    [("20.11.2026", "20.11.2026"), ("11/20/2026", "11/20/2026"), ("Nov 20, 2026", "20 Nov 2026")],
)
def test_a_day_that_can_be_read_in_one_way_is_certain(first, second):
    assert days(table(f'"{first}"', f'"{second}"')) == {NOVEMBER_20}


def test_a_name_that_means_no_day_of_purchase_needs_no_second_row_and_no_one_day():
    assert days("Symbol,Quantity,Price (USD),Stand\nVTI,1,300,2026-11-20\n") == {NOVEMBER_20}
    assert days(table("2026-11-20", "2026-11-19", "Stand")) == {NOVEMBER_20, datetime.date(2026, 11, 19)}


@pytest.mark.parametrize(
    "text",
    [
        # Days of purchases, for all that the table says.
        table("2026-11-20", "2026-11-19"),
        "Symbol,Quantity,Price (USD),Date\nVTI,1,300,2026-11-20\n",
        table("2026-11-20", ""),
        table(name="Date", more=",Maturity", rest=",2030-01-01"),
        table(more=",Type", rest=",Buy"),
        table(more=",Action", rest=",Kauf"),
    ],
)
def test_what_may_be_the_day_or_something_else_is_asked(text):
    error = asked(text)
    assert (error.missing, error.guesses) == (("as_of",), {"as_of": "Date"})
    assert "it isn't sure which of its columns is the day of its values." in str(error)
    assert str(error).endswith(
        "Say it: --map as_of=Date. Values that are of the day of loading, whatever dates it has: --map as_of==today."
    )


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("2026-11-20", "2027-01-01", "'2027-01-01' in Date lies in the future"),
        ("03/04/2026", "03/04/2026", "'03/04/2026' in Date can't be read for sure, because the day or the month may"),
        ("", "03/04/2026", "'03/04/2026' in Date can't be read for sure, because the day or the month may"),
    ],
)
def test_nothing_is_asked_that_can_not_be_answered(first, second, why):
    error = asked(table(first, second))
    assert (error.missing, error.guesses) == (("as_of",), {"as_of": "=today"})
    assert str(error).startswith(
        f"depot.csv is of no format that is known, and nothing says the day of its values: {why}"
    )
    assert str(error).endswith(
        "Say it: --map as_of==today. That is the day of loading. Another: --map as_of==2026-03-31, or write its dates "
        "like 2026-03-31."
    )
    assert days(table(first, second), mapping={"as_of": "=today"}) == {None}
    both = str(asked(table(first, second).replace(" (USD)", "")))
    assert "isn't sure which of its columns is the currency, and nothing says the day of its values: '" in both


def test_a_day_that_was_said_to_be_that_of_loading_is_not_called_unknown():
    content = read("Stand: 17.11.2026\n" + table("2026-11-20", "2026-11-19"), mapping={"as_of": "=today"})
    assert "Its values are of the day of loading, as was said." in content.notes
    assert not any("which day" in note or "above the table" in note for note in content.notes)
    assert set(content.holdings["as_of"]) == {None}


def test_what_is_answered_holds():
    of_two_days = table("2026-11-20", "2026-11-19")
    assert days(of_two_days, mapping={"as_of": "Date"}) == {NOVEMBER_20, datetime.date(2026, 11, 19)}
    assert days(of_two_days, mapping={"as_of": "=today"}) == {None}
    assert days(of_two_days, mapping={"as_of": "=2026-11-18"}) == {datetime.date(2026, 11, 18)}


def test_an_answer_is_remembered(portfolio):
    file = Opened(table("2026-11-20", "2026-11-19").encode(), "depot.csv")
    portfolio.load(file, mapping={"as_of": "=today"})
    assert not portfolio.load(file).changed


def test_it_is_asked_together_with_what_else_is():
    error = asked(table("2026-11-20", "2026-11-19").replace(" (USD)", ""))
    assert error.missing == ("currency", "as_of")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        (table("soon", "later"), None),
        (table(name="Bought on"), None),
        (table(name="Date", more=",As of", rest=",2026-11-18"), datetime.date(2026, 11, 18)),
        ("Stand: 17.11.2026\n" + table("2026-11-20", "2026-11-19"), datetime.date(2026, 11, 17)),
    ],
)
def test_nothing_is_asked_where_it_says_no_day_or_says_it_otherwise(text, day):
    assert days(text) == {day}


def test_a_list_of_trades_is_not_taken_for_holdings():
    text = (
        "Date,Type,Symbol,Quantity,Price,Currency\n"
        "2026-01-05,Buy,VTI,10,300,USD\n2026-02-05,Sell,VTI,4,300,USD\n2026-03-05,Dividend,BND,1,70,USD\n"
    )
    (problem,) = read(text).problems
    assert read(text, mapping={"as_of": "Date"}).problems == read(text, mapping={"as_of": "=today"}).problems
    assert read(text, mapping={"as_of": "Date"}).problems == (problem,)
    assert str(problem) == (
        "depot.csv, Type: lists purchases and sales, which don't say what is held. Export the holdings (positions) "
        "instead; if it is a list of them, take this column out of the file."
    )


def test_what_is_owed_is_still_named_by_its_row():
    text = table(more=",Side", rest=",Sell")
    (first, _) = read(text, mapping={"as_of": "Date"}).problems
    assert str(first).startswith("depot.csv, row 2, Side: 'Sell' means that it is sold")


def test_kinds_of_orders_are_trades_too():
    rows = "2026-01-05,AAPL,BUY - MARKET,2,250,USD\n2026-02-05,AAPL,SELL - MARKET,1,260,USD\n"
    header = "Date,Ticker,Type,Quantity,Price,Currency\n"
    (problem,) = read(header + rows).problems
    assert problem.column == "Type" and "lists purchases and sales" in problem.remedy
