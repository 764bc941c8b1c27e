"""Decimal point or decimal comma, and never a guess between the two."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.readers.numbers import decimal_mark, read_number


@pytest.mark.parametrize(
    ("cells", "delimiter", "mark"),
    [
        (["0.5", "12"], ",", "."),
        (["0,5", "12"], ";", ","),
        (["1.5"], ";", "."),
        (["1,5"], ",", ","),
        (["1,234.56"], ";", "."),
        (["1.234,56"], ",", ","),
        (["1,234,567"], ";", "."),
        (["1.234.567"], ",", ","),
        (["0,125"], ",", ","),
        (["1,234", "0.5"], ",", "."),
        (["1.234", "0,5"], ";", ","),
        (["12", "7"], ",", "."),
        (["12", "7"], ";", ","),
        ([], ",", "."),
        (["1.234"], ",", "."),
        (["1,234"], ";", ","),
    ],
)
def test_the_mark_is_told_from_all_cells_of_a_file(cells, delimiter, mark):
    assert decimal_mark(cells, delimiter) == mark


@pytest.mark.parametrize(
    ("cells", "delimiter"),
    [(["1,234"], ","), (["1.234"], ";"), (["0.5", "0,5"], ","), (["0.5", "0,5"], ";"), (["1.234", "1,234"], ",")],
)
def test_a_file_that_can_be_read_both_ways_has_no_mark(cells, delimiter):
    assert decimal_mark(cells, delimiter) is None


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("1234.5", ".", "1234.5"),
        ("1234,5", ",", "1234.5"),
        ("1,234.5", ".", "1234.5"),
        ("1.234,5", ",", "1234.5"),
        ("1,234,567", ".", "1234567"),
        ("-3", ".", "-3"),
        ("+3", ".", "3"),
        (".5", ".", "0.5"),
        (",5", ",", "0.5"),
        ("007", ".", "7"),
        ("0.10000000", ".", "0.1"),
    ],
)
def test_numbers_as_people_write_them(cell, mark, number):
    assert read_number(cell, mark) == Decimal(number)


@pytest.mark.parametrize(
    "cell",
    [
        "", ".", "-", "+", "abc", "nan", "NaN", "inf", "Infinity", "-inf", "1e3", "1_000", "0x10", "1 000", "12,34.5",
        "1,2345", "1.2.3", "$5", "5 USD", "5 %", "(5)", "--5", "5-", "½", "１２", "٣", "−5", "1'000", "9" * 41, "#REF!",
        "=1+1", "TRUE",
    ],
)  # fmt: skip
def test_what_is_no_number_is_none(cell):
    assert read_number(cell, ".") is None


@pytest.mark.parametrize("cell", ["1.234,5", "1234,5"])
def test_a_comma_is_no_decimal_mark_where_the_point_is(cell):
    assert read_number(cell, ".") is None


@given(st.decimals(min_value=0, max_value=10**12, places=8), st.sampled_from(".,"))
def test_a_number_written_with_thousands_marks_is_read_back_exactly(number, mark):
    written = f"{number:,.8f}"
    if mark == ",":
        written = written.translate(str.maketrans(".,", ",."))
    assert read_number(written, mark) == number


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_none(text):
    number = read_number(text, ".")
    assert number is None or number.is_finite()


def test_lakhs_and_crores_are_thousands_marks():
    assert read_number("1,23,45,678.90", ".") == Decimal("12345678.90")
    assert decimal_mark(["1,23,456"], None) == "."
    for wrong in ("1,2,345", "1,23,45", "123,45,678", "1.23.456,5"):
        assert read_number(wrong, ".") is None and read_number(wrong, ",") is None
