"""Numbers as a person's language writes them, and as dots where balances are hidden."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.writing import HIDDEN, PLAIN, Writing


@pytest.mark.parametrize(
    ("locale", "money", "percent"),
    [
        ("", "1,234,567.50", "12.35 %"),
        ("en-US", "1,234,567.50", "12.35 %"),
        ("de-DE", "1.234.567,50", "12,35 %"),
        ("de-CH", "1’234’567.50", "12.35 %"),
        ("fr-FR", "1\u202f234\u202f567,50", "12,35 %"),
        ("hi-IN", "12,34,567.50", "12.35 %"),
        ("nobody-knows", "1,234,567.50", "12.35 %"),
    ],
)
def test_money_and_percent_by_language(locale, money, percent):
    writing = Writing(locale)
    assert (writing.money(1234567.5, "USD"), writing.percent(0.12345, 2)) == (money, percent)


def test_decimals_are_those_of_the_currency():
    writing = Writing("de-DE")
    assert [writing.money(1234.5, currency) for currency in ("JPY", "USD", "KWD")] == ["1.234", "1.234,50", "1.234,500"]


def test_signs_stay():
    writing = Writing("de-DE")
    assert (writing.signed_money(1.5, "USD"), writing.signed_money(-1.5, "USD")) == ("+1,50", "−1,50")
    assert (writing.points(-0.025), writing.points(0.025)) == ("−2,5", "+2,5")


def test_hidden_amounts_and_quantities_are_dots_of_one_length():
    writing = Writing(hidden=True)
    hidden = {writing.money(5, "USD"), writing.signed_money(-5e9, "USD"), writing.quantity(3), writing.shares(0.5)}
    assert hidden == {HIDDEN}
    assert (writing.percent(0.5), writing.points(0.5), writing.number("3.50")) == ("50.0 %", "+50.0", "3.50")


REASON = "International stocks is 3.5 points under target; 76 % of the gap; no trade under 1,400.00 USD; held in 401(k)"


def test_a_sentence_of_the_planner_keeps_its_weights_and_names_and_hides_its_amounts():
    assert Writing(hidden=True).sentence(REASON, "USD") == REASON.replace("1,400.00", HIDDEN)


def test_a_sentence_of_the_planner_is_written_in_the_same_numbers():
    said = Writing("de-DE").sentence(REASON, "USD")
    assert said == REASON.replace("3.5", "3,5").replace("1,400.00", "1.400,00")
    assert PLAIN.sentence(REASON, "USD") == REASON


def test_in_a_currency_without_decimals_whole_amounts_are_hidden():
    assert Writing(hidden=True).sentence("415 JPY left; 3 trades; 88 % of the gap", "JPY") == (
        f"{HIDDEN} JPY left; 3 trades; 88 % of the gap"
    )


@pytest.mark.parametrize(("locale", "marks"), [("", ".,"), ("de-DE", ",."), ("de-CH", ".’"), ("sv-SE", ",\xa0")])
def test_charts_are_told_both_marks(locale, marks):
    assert Writing(locale).separators == marks


LOCALES = ["", "en-US", "de-DE", "de-CH", "fr-FR", "hi-IN", "es-ES", "sv-SE", "pt-PT", "nobody-knows"]


@given(st.sampled_from(LOCALES), st.integers(-(10**13), 10**13), st.sampled_from(["JPY", "USD", "KWD"]))
def test_what_it_writes_it_reads_back(locale, minor, currency):
    writing, digits = Writing(locale), {"JPY": 0, "USD": 2, "KWD": 3}[currency]
    amount = Decimal(minor).scaleb(-digits)
    for written in (writing.money(float(amount), currency), writing.signed_money(float(amount), currency)):
        assert Decimal(writing.read(written)) == amount


@pytest.mark.parametrize(
    ("locale", "typed", "read"),
    [
        ("de-DE", "1.234,57", "1234.57"),
        ("de-DE", " 1234,57 ", "1234.57"),
        ("de-DE", "4,90", "4.90"),
        ("de-DE", "1234.57", "1234.57"),
        ("en-US", "1,234.57", "1234.57"),
        ("", "1,234.57", "1234.57"),
        ("fr-FR", "1 234,57", "1234.57"),
        ("de-CH", "1'234.57", "1234.57"),
        ("es-ES", "1.234,57", "1234.57"),
        ("de-DE", "-1,5", "-1.5"),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(locale, typed, read):
    assert Writing(locale).read(typed) == read


@pytest.mark.parametrize(
    ("locale", "typed"),
    [
        ("de-DE", "1.23,5"),
        ("de-DE", "1,234.57"),
        ("de-DE", "12.34.567"),
        ("en-US", "1,5"),
        ("en-US", "1.234,57"),
        ("en-US", "12,34,567"),
        ("", "4,90"),
        ("de-DE", "all"),
        ("de-DE", "1_000"),
        ("de-DE", "٣"),
        ("de-DE", ""),
    ],
)
def test_what_is_no_number_of_the_language_is_passed_on_as_it_is(locale, typed):
    assert Writing(locale).read(typed) == typed
