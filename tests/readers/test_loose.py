"""Numbers and dates as people and brokers write them."""

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.readers.lines import Exact
from allocation.readers.loose import DAY_FIRST, MONTH_FIRST, currency_in, date_in, date_order, number_in


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("($1,234.50)", ".", "-1234.50"),
        ("$-5.00", ".", "-5.00"),
        ("-$5.00", ".", "-5.00"),
        ("+1.20%", ".", "1.20"),
        ("1'234.5 CHF", ".", "1234.5"),
        ("1 234,50 €", ",", "1234.50"),
        ("1\u202f234,50", ",", "1234.50"),
        ("EUR 1440.10", ".", "1440.10"),
        ("100-", ".", "-100"),
        ("−3", ".", "-3"),
        ("1e3", ".", "1000"),
        (Exact("1.234"), ",", "1.234"),
    ],
)
def test_a_number_with_what_stands_around_it(cell, mark, number):
    assert number_in(cell, mark) == Decimal(number)


@pytest.mark.parametrize("cell", ["", "ten", "1,5", "1.2.3", "(-5)", "1''234", "--5", "5 apples", "٣", "1_000", "1 2"])
def test_what_is_no_number_with_a_decimal_point(cell):
    assert number_in(cell, ".") is None


def test_a_column_that_leaves_the_decimal_mark_open_has_whole_numbers_only():
    assert (number_in("12", None), number_in("1,234", None)) == (12, None)


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("€5", "EUR"), ("5 £", "GBP"), ("US$ 5", "USD"), ("$5", None), ("5 GBX", "GBX"), ("5", None), ("5 XYZ", None)],
)
def test_a_sign_that_stands_for_several_currencies_tells_nothing(cell, currency):
    assert currency_in(cell) == currency


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["03/04/2026", "13/04/2026"], DAY_FIRST),
        (["03/04/2026", "03/14/2026"], MONTH_FIRST),
        (["03.04.2026"], DAY_FIRST),
        (["03/04/2026"], None),
        (["13/04/2026", "03/14/2026"], None),
        (["05/05/2026"], DAY_FIRST),
        (["2026-03-04"], DAY_FIRST),
    ],
)
def test_the_whole_column_tells_which_is_the_month(cells, order):
    assert date_order(cells) == order


@pytest.mark.parametrize(
    "cell",
    ["2026-07-02", "2026/7/2", "20260702", "02.07.2026", "2.7.26", "Jul-02-2026", "2 July 2026", "July 2, 2026",
     "02-Jul-2026", "2. Juli 2026", "2026-07-02 12:33:11", "2026-07-02T12:33:11Z"],
)  # fmt: skip
def test_a_date_in_many_ways(cell):
    assert date_in(cell, DAY_FIRST) == datetime.date(2026, 7, 2)


@pytest.mark.parametrize("cell", ["", "soon", "31.02.2026", "2026-13-01", "0026-07-02", "Foo 2, 2026", "1/2"])
def test_no_date(cell):
    assert date_in(cell, DAY_FIRST) is None


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(".,"))
def test_a_number_written_with_thousands_marks_is_read_as_it_was(number, mark):
    written = f"{number:,.4f}"
    swapped = written if mark == "." else written.translate(str.maketrans(".,", ",."))
    assert number_in(f"{swapped} EUR", mark) == number


@given(st.text(max_size=30))
def test_any_text_is_a_number_or_none(text):
    for mark in (".", ",", None):
        assert number_in(text, mark) is None or number_in(text, mark).is_finite()
    date_in(text, date_order([text]))
