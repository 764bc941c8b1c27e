"""Numbers in files of brokers: read with the mark that they show, refused where they can be read both ways."""

from decimal import Decimal

import pytest

from allocation.readers import Opened, read_any
from tests.readers.reading import TODAY, problems


def test_a_portfolio_of_degiro_whose_numbers_can_be_read_both_ways_is_refused():
    text = (
        'Product,Symbol/ISIN,Amount,Closing,Local value,,Value in EUR\nVTI,US9229087690,2,"1.234",USD,"2.468","2.345"\n'
    )
    said = problems(read_any(Opened(text.encode(), "Portfolio.csv"), TODAY))
    assert "can be read with a decimal point or a decimal comma" in said[0]


PARQET = "datetime;price;shares;amount;type;broker;assettype;identifier;currency\n"


TRADING_212 = "Action,Time,ISIN,Ticker,No. of shares,Price / share,Currency (Price / share),Total\n"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        # A thousand shares, or one?
        (PARQET + "2025-01-10;80;1.000;;Buy;Flatex;Security;X1;EUR\n", "row 2, quantity: '1.000' can be read with a"),
        (PARQET + "2025-01-10;80;1,000;;Buy;Flatex;Security;X1;EUR\n", "row 2, quantity: '1,000' can be read with a"),
        # The amount settles nothing: 2 × 1.234 is 2.468 in both.
        (PARQET + "2025-01-10;2;1.234;2.468;Buy;Flatex;Security;X1;EUR\n", "quantity: '1.234' can be read with a"),
        (PARQET + "2025-01-10;80;twelve;;Buy;Flatex;Security;X1;EUR\n", "'twelve' is not a number."),
        (PARQET + "2025-01-10;80;1;250;Buy;Flatex;Security;X1;EUR;77\n", "row 2: has 10 cells, the header has 9. Put"),
        (TRADING_212 + "Market buy,2025-01-02,US1,A,1,200.00,USD,1,600.00\n", "row 2: has 9 cells, the header has 8."),
    ],
)
def test_a_trade_that_can_be_read_in_two_ways_is_refused(file, said):
    content = read_any(Opened(file.encode(), "trades.csv"), TODAY)
    assert said in problems(content)[0] and content.holdings.empty


@pytest.mark.parametrize(
    ("row", "quantity"),
    [
        # The amount fits one reading only; another number of the file shows the mark.
        ("2025-01-10;80;1.000;80000;Buy;Flatex;Security;X1;EUR", "1000"),
        ("2025-01-10;80,5;1.000;;Buy;Flatex;Security;X1;EUR", "1000"),
        ("2025-01-10;80.5;1.000;;Buy;Flatex;Security;X1;EUR", "1"),
        ("2025-01-10;80;1.000,0;;Buy;Flatex;Security;X1;EUR;", "1000"),
    ],
)
def test_what_settles_the_decimal_mark_of_trades(row, quantity):
    content = read_any(Opened((PARQET + row + "\n").encode(), "trades.csv"), TODAY)
    assert (problems(content), content.holdings["quantity"].tolist()) == ([], [Decimal(quantity)])


OLD_DEGIRO = "Product,Symbol/ISIN,Amount,Closing,Local value,Value in EUR\n"


DEGIRO = "Product,Symbol/ISIN,Amount,Closing,Local value,,Value in EUR\n"


@pytest.mark.parametrize(
    "row",
    [
        DEGIRO + 'VTI,US1,"1.234",2,USD,"2.468","2.345"',
        DEGIRO + 'VTI,US1,"1,234",2,USD,"2,468","2,345"',
        DEGIRO + 'VTI,US1,,,USD,"1.234","1.234"',
        DEGIRO + 'CASH & CASH FUND (EUR),,,,EUR,"1.234","1.234"',
        # As many points as commas.
        DEGIRO + 'VTI,US1,"2.5",2,USD,5,5\nBND,US2,"2,5",2,USD,5,5',
        OLD_DEGIRO + 'CASH & CASH FUND (EUR),,,,EUR 1.440,"1.440"',
        OLD_DEGIRO + 'CASH & CASH FUND (EUR),,,,"EUR 1,440",""',
        OLD_DEGIRO + 'VTI,US1,2,"1.234","USD 2.468","2.345"',
        DEGIRO + 'VTI,US1,2,"EUR 1.234",EUR,,',
    ],
)
def test_a_portfolio_of_degiro_is_refused_wherever_its_numbers_can_be_read_both_ways(row):
    said = problems(read_any(Opened(row.encode(), "Portfolio.csv"), TODAY))
    assert said and "can be read with a decimal point or a decimal comma" in said[0], said


@pytest.mark.parametrize(
    ("rows", "amount"),
    [
        (OLD_DEGIRO + 'CASH & CASH FUND (EUR),,,,EUR 1440.10,"1440,10"', "1440.1"),
        (OLD_DEGIRO + 'CASH & CASH FUND (EUR),,,,"EUR 1440,10","1440,10"', "1440.1"),
        (DEGIRO + 'CASH & CASH FUND (EUR),,,,EUR,"1.440,10","1.440,10"', "1440.1"),
        (DEGIRO + 'CASH & CASH FUND (EUR),,,,EUR,"1.440","1.440"\nVTI,US1,2,"91,15",EUR,"182,30","182,30"', "1440"),
    ],
)
def test_numbers_of_degiro_are_read_with_the_mark_that_they_show(rows, amount):
    content = read_any(Opened(rows.encode(), "Portfolio.csv"), TODAY)
    assert (problems(content), content.holdings["quantity"][0]) == ([], Decimal(amount))
