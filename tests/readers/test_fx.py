"""fx.csv: units of one currency for one of another, with a date."""

import datetime
from decimal import Decimal

import pytest

from allocation.readers import read_fx

TODAY = datetime.date(2025, 6, 1)
HEADER = "from_currency,to_currency,rate,as_of\n"


@pytest.fixture
def problems(write_csv):
    def problems(text):
        return [str(problem) for problem in read_fx(write_csv(text, "fx.csv"), TODAY)[1]]

    return problems


def test_rates_and_their_dates(write_csv):
    table, problems = read_fx(write_csv(HEADER + "EUR,USD,1.0864,2025-05-30\n"), TODAY)
    assert problems == []
    assert table.iloc[0].tolist() == [2, "EUR", "USD", Decimal("1.0864"), datetime.date(2025, 5, 30)]


def test_a_code_in_small_letters_is_one(write_csv):
    table, problems = read_fx(write_csv(HEADER + "eur,Usd,1.0864,2025-05-30\n"), TODAY)
    assert problems == [] and table.iloc[0].tolist()[1:3] == ["EUR", "USD"]


def test_semicolons_decimal_commas_a_bom_and_another_order(write_csv):
    text = "as_of;rate;to_currency;from_currency;source\n2025-05-30;1,0864;USD;EUR;bank\n"
    table, problems = read_fx(write_csv(text, encoding="utf-8-sig"), TODAY)
    assert problems == [] and table["rate"].tolist() == [Decimal("1.0864")]


def test_a_rate_of_three_decimals_in_a_comma_file_is_a_decimal(write_csv):
    table, problems = read_fx(write_csv(HEADER + "EUR,USD,1.086,2025-05-30\n"), TODAY)
    assert problems == [] and table["rate"].tolist() == [Decimal("1.086")]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("euro,USD,1.1,2025-05-30", "from_currency: 'euro' is not a currency code. Write one like USD, EUR or GBP."),
        ("EUR,EUR,1,2025-05-30", "to_currency: 'EUR' is the same as from_currency. Remove the row."),
        ("EUR,USD,0,2025-05-30", "rate: '0' is not between 0 and 1,000,000."),
        ("EUR,USD,-1.1,2025-05-30", "rate: '-1.1' is not between 0 and 1,000,000."),
        ("EUR,USD,1000000001,2025-05-30", "rate: '1000000001' is not between 0 and 1,000,000."),
        ("EUR,USD,0.0000000000001,2025-05-30", "rate: '0.0000000000001' has more than 12 decimals. Round it to 12."),
        ("EUR,USD,NaN,2025-05-30", "rate: 'NaN' is not a number. Write it like 1234.5 or 1234,5"),
        ("EUR,USD,,2025-05-30", "rate: is empty. Every rate needs it."),
        ("EUR,USD,1.1,", "as_of: is empty. Every rate needs it."),
        ("EUR,USD,1.1,2025-06-02", "as_of: '2025-06-02' lies in the future."),
        ("EUR,USD,1.1,30.05.2025", "as_of: '30.05.2025' is not a date. Write it like 2025-06-01."),
    ],
)
def test_what_is_wrong_and_what_would_be_right(problems, row, sentence):
    (told,) = problems(HEADER + row + "\n")
    assert told.startswith("fx.csv, row 2, ") and sentence in told


def test_every_wrong_row_is_told_at_once(problems):
    told = problems(HEADER + "EUR,USD,much,2025-05-30\nGBP,USD,1.2,soon\nCHF,USD,1.1,2025-05-30\nXX,USD,1,2025-05-30\n")
    assert [line.split(", ")[1] for line in told] == ["row 2", "row 3", "row 5"]


def test_two_empty_currencies_are_only_empty(problems):
    assert problems(HEADER + ",,1.1,2025-05-30\n") == [
        "fx.csv, row 2, from_currency: is empty. Every rate needs it.",
        "fx.csv, row 2, to_currency: is empty. Every rate needs it.",
    ]


def test_two_rates_of_one_day_are_told(problems):
    assert problems(HEADER + "EUR,USD,1.1,2025-05-30\nEUR,USD,1.2,2025-05-30\n") == [
        "fx.csv, row 3, as_of: '2025-05-30' has a rate for this pair in row 2 already. Keep one."
    ]


def test_two_unreadable_dates_are_not_taken_for_one_day(problems):
    told = problems(HEADER + "EUR,USD,1.1,May\nEUR,USD,1.2,June\n")
    assert [line.split(" ")[2] for line in told] == ["2,", "3,"]


def test_both_directions_of_a_pair_may_stand_there(problems):
    assert problems(HEADER + "EUR,USD,1.25,2025-05-30\nUSD,EUR,0.8,2025-05-30\n") == []


def test_missing_columns_are_named(problems):
    (told,) = problems("from_currency,to_currency,rate\nEUR,USD,1.1\n")
    assert told.startswith("fx.csv, row 1, as_of: this column is missing.")


def test_a_header_alone_holds_no_rows(problems):
    assert problems(HEADER) == ["fx.csv: holds no rows under its header."]
