"""What a file's name says about the account it is of."""

import datetime

import pytest

from allocation.readers import Opened, read_any
from allocation.readers.file_names import account_in, day_in

TODAY = datetime.date(2026, 11, 26)


@pytest.mark.parametrize(
    ("file", "account"),
    [
        ("depot_2026-11-20.csv", "depot"),
        ("depot_2026-11-25 (1).csv", "depot"),
        ("20261120_depot.csv", "depot"),
        ("export2026-11-20.csv", "export"),
        ("Depotübersicht vom 20.11.2026.xlsx", "Depotübersicht"),
        ("Depot 20.11.26.csv", "Depot"),
        ("Portfolio_Positions_Nov-24-2026.csv", "Portfolio_Positions"),
        ("Portfolio Positions (2026-11-20).csv", "Portfolio Positions"),
        ("depot 2026-11.csv", "depot"),
        ("comdirect_2026-11-20T101500.csv", "comdirect"),
        ("depot_20.11.2026_10-15-00.csv", "depot"),
        ("depot-2026_11_20-comdirect.csv", "depot-comdirect"),
        ("Roth IRA (2).csv", "Roth IRA"),
        # Nothing but a date.
        ("2026-11-20.csv", "Holdings"),
        ("November 2026.csv", "Holdings"),
        # What only looks like one stays.
        ("Depot 12345678.csv", "Depot 12345678"),
        ("depot_2026-11-20_123456.csv", "depot_123456"),
        ("Target 2055.csv", "Target 2055"),
        ("Mayer 2026.csv", "Mayer 2026"),
        ("Savings.csv", "Savings"),
    ],
)
def test_days_and_copies_are_no_part_of_the_account(file, account):
    assert account_in(file) == account


def test_the_next_download_of_a_table_is_of_the_same_account():
    table = b"Ticker,Shares,Price,Currency\nVTI,10,300,USD\n"
    first, next_week = (Opened(table, f"depot_2026-11-{day}.csv") for day in (20, 25))
    accounts = [set(read_any(opened, TODAY).holdings["account"]) for opened in (first, next_week)]
    assert accounts == [{"depot"}, {"depot"}]


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("Positions-2026-10-31.csv", datetime.date(2026, 10, 31)),
        ("20261120_depot (1).csv", datetime.date(2026, 11, 20)),
        ("Depotübersicht vom 20.11.2026.xlsx", datetime.date(2026, 11, 20)),
        ("Portfolio_Positions_Nov-24-2026.csv", datetime.date(2026, 11, 24)),
        ("depot-2026_11_20-comdirect.csv", datetime.date(2026, 11, 20)),
        ("depot_03-04-2026.csv", None),
        ("depot 2026-11.csv", None),
        ("Target 2055.csv", None),
    ],
)
def test_a_day_in_a_name_is_read_where_it_is_sure(file, day):
    assert day_in(file) == day


def test_the_day_in_a_name_is_offered_and_at_fidelity_taken():
    table = b"Symbol,Quantity,Price,Currency\nVTI,10,300,USD\n"
    content = read_any(Opened(table, "Positions-2026-10-31.csv"), TODAY)
    assert any("if they are of that day, --map as_of==2026-10-31." in note for note in content.notes)
    header = "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value"
    fidelity = f"{header}\nZ1,Mine,VTI,VANGUARD,10,$300,$3000\n".encode()
    content = read_any(Opened(fidelity, "Portfolio_Positions_Nov-20-2026.csv"), TODAY)
    assert set(content.holdings["as_of"]) == {datetime.date(2026, 11, 20)}
    assert "It is of 2026-11-20, as the file's name says." in content.notes
