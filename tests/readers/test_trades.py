"""What a history of trades leaves: shares that were renamed on the way are one."""

import datetime

from allocation.readers import Opened, read_any

TODAY = datetime.date(2026, 11, 25)
HEADER = "Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share)"


def read(*rows):
    return read_any(Opened("\n".join([HEADER, *rows]).encode(), "t.csv"), TODAY)


def left(content):
    assert content.problems == ()
    return dict(zip(content.holdings["symbol"], map(float, content.holdings["quantity"]), strict=True))


def test_a_share_with_a_new_ticker_is_one():
    bought = "Market buy,2021-01-05 10:00:00,US30303M1027,FB,Facebook,10,250,USD"
    content = read(bought, "Market sell,2023-01-05 10:00:00,US30303M1027,META,Meta,4,300,USD")
    assert left(content) == {"META": 6}
    assert "FB and META in Trading 212 are one share (US30303M1027): it is called META." in content.notes


def test_listings_in_two_currencies_and_what_was_sold_before_stay_as_they_are():
    content = read(
        "Market buy,2023-01-05 10:00:00,IE00B4L5Y983,SWDA,World,4,80,GBP",
        "Market buy,2023-01-06 10:00:00,IE00B4L5Y983,EUNL,World,5,90,EUR",
        "Market buy,2021-01-05 10:00:00,US30303M1027,FB,Facebook,10,250,USD",
        "Market sell,2021-02-05 10:00:00,US30303M1027,FB,Facebook,10,250,USD",
        "Market buy,2023-01-05 10:00:00,US30303M1027,META,Meta,3,300,USD",
    )
    assert left(content) == {"SWDA": 4, "EUNL": 5, "META": 3}
    assert not any("are one share" in note for note in content.notes)
