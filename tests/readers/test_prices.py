"""prices.csv: filled in by a person, or not yet."""

import datetime

import pytest

from allocation.readers import read_prices

TODAY = datetime.date(2026, 11, 25)
HEADER = "symbol,name,price,currency,as_of\n"


@pytest.mark.parametrize(
    ("rows", "notes"),
    [
        ("VTI,,300,USD,\n", []),
        ("VTI,,,USD,\nBND,,70,USD,\n", ["1 row without a price was passed over."]),
        ("VTI,,,USD,\nBND,,,USD,\n", ["2 rows without a price were passed over."]),
    ],
)
def test_rows_that_nobody_has_filled_in_yet_are_passed_over_and_said(write_csv, rows, notes):
    table, problems, said = read_prices(write_csv(HEADER + rows, "prices.csv"), TODAY)
    assert problems == [] and said == notes
    assert len(table) == rows.count(",300,") + rows.count(",70,")


def test_a_load_of_prices_says_so_under_either_name(bonds_and_stocks, write_csv):
    file = write_csv(HEADER + "VTI,,,USD,\nBND,,,USD,\n", "prices.csv")
    for given in ({"holdings": file}, {"prices": file}):
        report = bonds_and_stocks.load(**given)
        assert not report.changed
        assert report.notes == ("prices.csv: 2 rows without a price were passed over.",)
