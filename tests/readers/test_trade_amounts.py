"""A trade whose amount can't be its quantity times its price is refused: the quantity would be kept unseen."""

import datetime

import pytest

from allocation.readers import Opened, read_any

TODAY = datetime.date(2026, 11, 25)
T212 = (
    "Action,Time,ISIN,Ticker,No. of shares,Price / share,Currency (Price / share),Exchange rate,Total (GBP),"
    "Stamp duty reserve tax (GBP)\n{action},2025-01-05 10:00:00,IE00B3XXRP09,VUSA,{rest}\n"
)
PARQET = (
    "datetime;date;price;shares;amount;tax;fee;type;broker;assettype;identifier;originalcurrency;currency\n"
    "2026-01-05T10:00:00.000Z;05.01.2026;{rest};Buy;tr;Security;IE00BK5BQT80;EUR;EUR\n"
)


def problems(text):
    return [str(problem) for problem in read_any(Opened(text.encode(), "t.csv"), TODAY).problems]


def of_trading_212(rest, action="Market buy"):
    return problems(T212.format(rest=rest, action=action))


@pytest.mark.parametrize(
    "rest",
    [
        "10,75.00,GBP,1.0,750.00,",
        # Pence, with the rate of the pound and with none.
        "10,7500.00,GBX,1,750.00,",
        "10,7500.00,GBX,,750.00,",
        # Dollars for a pound.
        "10,75.00,USD,1.25,600.90,",
        "10,75.00,USD,Not available,123456.00,",
        # A small trade costs more than what is traded.
        "1,0.50,GBP,1.0,3.50,3.00",
        "0.00004,75.00,GBP,1.0,0.01,",
        # A price that is written with few digits.
        "1000,0.01,GBP,1.0,14.90,",
        # Nothing to compare.
        "10,75.00,GBP,1.0,,",
        "10,,GBP,1.0,9999.00,",
    ],
)
def test_what_fees_taxes_and_rounding_explain_is_right(rest):
    assert of_trading_212(rest) == []


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("10,75.00,GBP,1.0,9999.00,",
         "t.csv, row 2, amount: '9,999.00' is not 10 × 75.00, which is about 750.00: fees and taxes don't explain it. "
         "Check the row's number of shares, its price and its amount."),
        ('"1,234",75.5,GBP,1.0,93.17,', "amount: '93.17' is not 1234 × 75.5, which is about 93,167.00"),
        ("10,75.00,USD,1.25,6000.00,", "amount: '6,000.00' is not 10 × 75.00, which is about 600.00"),
        ("1,0.50,GBP,1.0,9.50,3.00", "amount: '9.50' is not 1 × 0.50"),
    ],
)  # fmt: skip
def test_what_they_don_t_explain_is_refused_with_both_numbers(rest, said):
    (problem,) = of_trading_212(rest)
    assert said in problem


def test_shares_that_are_given_are_not_compared():
    assert of_trading_212("10,75.00,GBP,1.0,1.00,", "Free shares promotion") == []


def test_a_point_for_thousands_in_a_table_with_commas_is_seen():
    assert problems(PARQET.format(rest="100;1.234;123400;0;1")) == []
    assert problems(PARQET.format(rest="100;1,234;123,4;0;1")) == []
    assert problems(PARQET.format(rest="0,5;1;5,5;0;5")) == []
    (problem,) = problems(PARQET.format(rest="100;1.234;123,4;0;1"))
    assert "amount: '123.40' is not 1234 × 100, which is about 123,400.00" in problem
