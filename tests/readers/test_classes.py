"""classes.csv: which classes an asset belongs to, by weight."""

from decimal import Decimal

import pandas as pd
import pytest

from allocation.readers import read_classes

HEADER = "symbol,asset_class,weight_percent\n"


@pytest.fixture
def problems(write_csv):
    def problems(text):
        return [str(problem) for problem in read_classes(write_csv(text, "classes.csv"))[1]]

    return problems


def test_a_row_an_asset_and_class(write_csv):
    table, problems = read_classes(
        write_csv("""
            weight_percent;symbol;asset_class;currency
            54,5;FUND;US;
            36;FUND;International;USD
            100;CASH;Cash;EUR
        """)
    )
    assert problems == []
    assert table[["row", "symbol", "asset_class", "weight_percent", "currency"]].values.tolist() == [
        [2, "FUND", "US", Decimal("54.5"), None],
        [3, "FUND", "International", 36, "USD"],
        [4, "CASH", "Cash", 100, "EUR"],
    ]


def test_a_dataframe_reads_the_same():
    frame = pd.DataFrame({"symbol": "FUND", "asset_class": ["US", "Bonds"], "weight_percent": [33.3333, 66.6667]})
    table, problems = read_classes(frame)
    assert problems == [] and table["weight_percent"].tolist() == [Decimal("33.3333"), Decimal("66.6667")]


def test_unclassified_is_written_in_one_way(write_csv):
    table, problems = read_classes(write_csv(HEADER + "FUND,unclassified,10\n"))
    assert problems == [] and table["asset_class"].tolist() == ["Unclassified"]


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (
            "FUND,US,101",
            "row 2, weight_percent: '101' is not a percent above 0 and at most 100",
        ),
        (
            "FUND,US,-5",
            "row 2, weight_percent: '-5' is not a percent above 0 and at most 100",
        ),
        (
            "FUND,US,0",
            "row 2, weight_percent: '0' is not a percent above 0 and at most 100",
        ),
        (
            "FUND,US,1.00001",
            "row 2, weight_percent: '1.00001' is not a percent above 0 and at most 100, with at most 4",
        ),
        (
            "FUND,US,54 %",
            "row 2, weight_percent: '54 %' is not a number. Write it like 1234.5 or 1234,5, without",
        ),
        ("FUND,US,", "row 2, weight_percent: is empty. Every row needs it."),
        (",US,54", "row 2, symbol: is empty. Every row needs it."),
        ("FUND,,54", "row 2, asset_class: is empty. Every row needs it."),
        ("FUND,several classes,54", "row 2, asset_class: 'several classes' is not a class. Write a row for each"),
    ],
)
def test_a_bad_row_is_named_with_its_column(problems, row, place):
    (told,) = problems(HEADER + row + "\n")
    assert told.startswith(f"classes.csv, {place}")


def test_every_problem_is_told_at_once(problems):
    told = problems(HEADER + "FUND,US,many\nFUND,Bonds,-1\n,US,5\n")
    assert [problem.split(":")[0] for problem in told] == [
        "classes.csv, row 2, weight_percent",
        "classes.csv, row 3, weight_percent",
        "classes.csv, row 4, symbol",
    ]


def test_a_sum_over_100_is_refused_with_the_difference(problems):
    (told,) = problems(HEADER + "FUND,US,54\nFUND,International,36\nFUND,Bonds,11\nVTI,US,100\n")
    assert told == "classes.csv, weight_percent: the classes of FUND add up to 101: 1 too much."


def test_a_sum_under_100_leaves_a_rest(problems):
    assert problems(HEADER + "FUND,US,54\nFUND,Bonds,36\n") == []


def test_cash_of_two_currencies_is_two_assets(problems):
    text = "symbol,currency,asset_class,weight_percent\nCASH,USD,Cash,100\nCASH,EUR,Cash,100\n"
    assert problems(text) == []


def test_a_class_twice_for_one_asset_is_refused(problems):
    (told,) = problems(HEADER + "FUND,US,20\nVTI,US,20\nFUND,US,30\n")
    assert told == "classes.csv, row 4, asset_class: 'US' has a weight for FUND in row 2 already. Keep one."


def test_two_spellings_in_one_file_are_refused(problems):
    told = problems(HEADER + "FUND,Bonds,20\nfund,bonds,20\n")
    assert told == [
        "classes.csv, row 3, symbol: 'fund' is written 'FUND' in row 2. Write both the same way.",
        "classes.csv, row 3, asset_class: 'bonds' is written 'Bonds' in row 2. Write both the same way.",
    ]


def test_a_missing_column_is_named(problems):
    (told,) = problems("symbol,assetclass,weight_percent\nFUND,US,5\n")
    assert "asset_class: this column is missing. Is it 'assetclass'?" in told
