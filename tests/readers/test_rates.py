"""Exchange rates of another program's file."""

import datetime
from decimal import Decimal

import pytest

from allocation.readers.rates import Rate, convert, rate_of

DAY = datetime.date(2026, 11, 20)


def test_the_fewest_steps_between_two_currencies():
    rates = [
        Rate("CHF", "EUR", Decimal(2), DAY),
        Rate("USD", "EUR", Decimal(4), DAY),
        Rate("JPY", "GBP", Decimal(1), DAY),
    ]
    assert convert(rates, "EUR", "EUR").rate == 1
    assert convert(rates, "CHF", "USD").rate == Decimal("0.5")
    assert convert([*rates, Rate("USD", "CHF", Decimal(3), DAY)], "CHF", "USD").rate.quantize(
        Decimal("0.0001")
    ) == Decimal("0.3333")
    assert convert(rates, "CHF", "JPY") is None


@pytest.mark.parametrize(
    ("source", "target", "rate", "whole"),
    [
        ("GBp", "USD", "0.0125", ("GBP", "USD", Decimal("1.25"))),
        ("USD", "ZAc", "1800", ("USD", "ZAR", Decimal(18))),
        ("GBp", "GBP", "0.01", None),
        ("XXQ", "USD", "1", None),
        ("EUR", "USD", "0", None),
        ("EUR", "USD", "-1", None),
        ("EUR", "USD", "1e7", None),
    ],
)
def test_pence_are_pounds_and_what_can_not_be_right_is_none(source, target, rate, whole):
    found = rate_of(source, target, Decimal(rate), DAY)
    assert (found and (found.source, found.target, found.rate)) == whole
