"""Whole minor units, in and out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountError
from allocation.money import (
    currency_code,
    from_minor,
    is_known_currency,
    minor_digits,
    read_amount,
    to_minor,
    write_money,
    write_percent,
    write_points,
    write_signed_money,
)

TEN_TRILLION = 10**13
DIGITS = {"USD": 2, "JPY": 0, "KWD": 3}


@pytest.mark.parametrize(("currency", "digits"), DIGITS.items())
def test_every_currency_has_its_own_decimals(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("code", "known"), [("USD", True), ("EUR", True), ("usd", False), ("US", False), ("DOLLAR", False), ("ZZZ", False)]
)
def test_currency_codes(code, known):
    assert is_known_currency(code) is known


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("usd", "USD"), ("Eur", "EUR"), ("gbp", "GBP"), ("GBp", "GBp"), ("Gbp", "Gbp"), ("gbx", "GBX"), ("zac", "ZAC"),
        ("ZAc", "ZAc"), ("zar", "ZAR"), ("DOLLAR", "DOLLAR"), ("zzz", "zzz"), ("", ""),
    ],
)  # fmt: skip
def test_the_code_that_is_meant(written, code):
    """GBp is pence: what may be that or pounds is neither."""
    assert currency_code(written) == code


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (1000, "USD", 100_000),
        ("1000.50", "USD", 100_050),
        (" 7 ", "USD", 700),
        (0.1, "USD", 10),
        (1.15, "USD", 115),
        (Decimal("0.01"), "USD", 1),
        ("1.10000", "USD", 110),
        (0, "USD", 0),
        (-0.0, "USD", 0),
        (1000, "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("1e3", "USD", 100_000),
        (TEN_TRILLION, "USD", TEN_TRILLION * 100),
    ],
)
def test_amounts_as_people_and_programs_give_them(amount, currency, minor):
    assert read_amount(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [
        ("abc", "USD", "The deposit 'abc' is not a number. Write it like 1000 or 1000.50."),
        ("", "USD", "The deposit '' is not a number. Write it like 1000 or 1000.50."),
        ("1,000", "USD", "The deposit '1,000' is not a number. Write it like 1000 or 1000.50."),
        (None, "USD", "The deposit 'None' is not a number. Write it like 1000 or 1000.50."),
        (float("nan"), "USD", "The deposit must be a number, not nan."),
        (float("inf"), "USD", "The deposit must be a number, not inf."),
        ("sNaN", "USD", "The deposit must be a number, not sNaN."),
        (-5, "USD", "The deposit -5 is negative. Write a deposit as a positive amount."),
        ("10.005", "USD", "The deposit 10.005 is finer than USD has decimals (2). Round it to 2 decimals."),
        ("0.5", "JPY", "The deposit 0.5 is finer than JPY has decimals (0). Round it to 0 decimals."),
        ("1e-3000000", "USD", "The deposit 1e-3000000 is finer than USD has decimals (2). Round it to 2 decimals."),
        ("1.2345", "KWD", "The deposit 1.2345 is finer than KWD has decimals (3). Round it to 3 decimals."),
        ("1e14", "USD", "The deposit 1e14 is larger than can be planned exactly (10,000,000,000,000 USD)."),
    ],
)
def test_a_bad_amount_says_what_would_be_right(amount, currency, sentence):
    with pytest.raises(AmountError) as refusal:
        read_amount(amount, currency)
    assert str(refusal.value) == sentence


def test_the_word_for_the_amount_is_the_callers():
    with pytest.raises(AmountError, match="The withdrawal -1 is negative"):
        read_amount(-1, "USD", "withdrawal")


@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_an_amount_error(text):
    try:
        assert read_amount(text, "USD") >= 0
    except AmountError as refusal:
        assert str(refusal).startswith("The deposit")


@given(st.integers(-(10**15), 10**15), st.sampled_from([0, 2, 3]))
def test_minor_units_survive_the_way_through_a_float(minor, digits):
    assert to_minor(from_minor(minor, digits), digits) == minor


@given(st.integers(0, TEN_TRILLION), st.sampled_from(list(DIGITS)))
def test_an_amount_in_minor_units_is_read_back_from_how_it_is_written(minor, currency):
    digits = DIGITS[currency]
    written = write_money(from_minor(minor, digits), currency).replace(",", "")
    assert read_amount(written, currency) == minor


@pytest.mark.parametrize("minor", [10**15, 10**15 - 1, 10**15 - 3])
def test_a_trillion_dinars_are_exact_to_the_thousandth(minor):
    assert to_minor(from_minor(minor, 3), 3) == minor


def test_a_float_stands_for_the_shortest_number_that_prints_like_it():
    assert to_minor(1.005, 2) == 101
    assert to_minor(-1.005, 2) == -101
    assert to_minor(1e-9, 2) == 0


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(1234.5, "USD", "1,234.50"), (1234.5, "KWD", "1,234.500"), (1234567, "JPY", "1,234,567"), (-3, "USD", "−3.00")],
)
def test_money_is_written_with_the_currencys_decimals(value, currency, text):
    assert write_money(value, currency) == text


@pytest.mark.parametrize(("value", "text"), [(3, "+3.00"), (-3, "−3.00"), (0, "0.00")])
def test_signed_money_says_over_and_under(value, text):
    assert write_signed_money(value, "USD") == text


@pytest.mark.parametrize(("weight", "text"), [(0.254, "25.4 %"), (0, "0.0 %"), (1, "100.0 %"), (-0.01, "−1.0 %")])
def test_a_weight_is_written_as_percent(weight, text):
    assert write_percent(weight) == text


@pytest.mark.parametrize(("drift", "text"), [(-0.032, "−3.2"), (0.032, "+3.2"), (0, "0.0"), (-0.0001, "0.0")])
def test_a_drift_is_written_in_signed_points(drift, text):
    assert write_points(drift) == text


def test_nothing_is_written_as_minus_nothing():
    assert write_percent(-0.0001) == "0.0 %"


def test_a_thousand_written_with_a_point_is_not_taken_for_one():
    with pytest.raises(AmountError, match="1.000 can be read as 1 or as 1000"):
        read_amount("1.000", "EUR")
    assert read_amount("1.000", "KWD") == 1000
    assert read_amount(1.0, "EUR") == 100
