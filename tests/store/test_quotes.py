"""Prices and rates: each with its date and source, through a third currency where need be, and marked when old."""

import datetime

import pytest

import allocation
from allocation.errors import AmountError, LoadError, MissingPrice, MissingRate, UnknownName


@pytest.fixture
def francs(portfolio, write_csv):
    """100 francs in a portfolio kept in dollars."""
    portfolio.init("USD")
    portfolio.load(write_csv("account,symbol,quantity,price,currency,as_of\nSavings,CASH,100,1,CHF,2025-03-03\n"))
    return portfolio


def total(portfolio, at=None):
    return portfolio.summary(at=at).total


def test_a_price_by_hand_counts_and_says_where_it_is_from(bonds_and_stocks):
    report = bonds_and_stocks.save_price("VTI", "12.5", "USD", "2025-03-04")
    assert (report.prices, report.corrected) == (1, 0)
    table = bonds_and_stocks.prices().set_index("symbol")
    assert table.loc["VTI", ["price", "source"]].tolist() == [12.5, "by hand"]
    assert table.loc["VTI", "as_of"] == datetime.date(2025, 3, 4)
    assert table.loc["BND", "source"] == "holdings"
    assert not bonds_and_stocks.save_price("VTI", 12.5, "USD", "2025-03-04").changed


def test_a_price_in_pence_is_kept_in_pounds(bonds_and_stocks):
    bonds_and_stocks.save_price("VTI", "8512.5", "GBX")
    assert bonds_and_stocks.prices().set_index("symbol").loc["VTI", ["price", "currency"]].tolist() == [85.125, "GBP"]


@pytest.mark.parametrize(
    ("price", "sentence"),
    [
        (("VTX", "1", "USD"), "symbol: 'VTX' is not known. Is it VTI?"),
        (("VTI", "0", "USD"), "price: '0' is not above 0"),
        (("VTI", "much", "USD"), "price: 'much' is not a number"),
        (("VTI", "1", "dollars"), "'dollars' is not a currency code"),
        (("CASH", "1", "USD"), "needs no price"),
        (("VTI", "1", "USD", "2099-01-01"), "lies in the future"),
    ],
)
def test_a_price_that_cannot_be_one_is_refused_in_a_sentence(bonds_and_stocks, price, sentence):
    with pytest.raises(AmountError, match="^Nothing was saved. ") as refused:
        bonds_and_stocks.save_price(*price)
    assert sentence in str(refused.value) and "row" not in str(refused.value)


def test_a_rate_by_hand(francs):
    with pytest.raises(MissingRate, match="allocation rate CHF USD RATE"):
        total(francs)
    francs.save_rate("USD", "CHF", "0.8", "2025-03-03")
    assert total(francs) == 125
    assert francs.rates()[["from_currency", "to_currency", "rate", "source"]].values.tolist() == [
        ["USD", "CHF", 0.8, "by hand"]
    ]
    with pytest.raises(AmountError, match="'0' is not between 0 and"):
        francs.save_rate("USD", "CHF", 0)


def test_a_rate_goes_through_a_third_currency_exactly(francs):
    francs.save_rate("EUR", "CHF", "0.93", "2025-03-03")
    francs.save_rate("EUR", "USD", "1.11", "2025-03-04")
    # 100 / 0.93 × 1.11 = 119.3548…
    assert total(francs) == 119.35
    row = francs.holdings().iloc[0]
    assert row["rate"] == pytest.approx(1.11 / 0.93) and francs.summary().oldest_price == datetime.date(2025, 3, 3)
    assert not [found for found in francs.doctor() if found.kind == "fault"]


def test_a_direct_rate_counts_more_than_a_newer_way_round(francs):
    francs.save_rate("EUR", "CHF", "0.93", "2025-03-04")
    francs.save_rate("EUR", "USD", "1.11", "2025-03-04")
    francs.save_rate("CHF", "USD", "1.2", "2025-03-03")
    assert total(francs) == 120


def test_of_two_ways_round_the_one_whose_older_leg_is_newest_counts(francs):
    francs.save_rate("CHF", "EUR", "1", "2025-03-03")
    francs.save_rate("EUR", "USD", "1.1", "2025-03-09")
    francs.save_rate("CHF", "GBP", "1", "2025-03-05")
    francs.save_rate("GBP", "USD", "1.3", "2025-03-05")
    assert total(francs) == 130
    assert total(francs, "2025-03-05") == 130


def test_half_a_cent_through_a_third_currency_is_rounded_away_from_zero(portfolio, write_csv):
    portfolio.init("USD")
    portfolio.load(write_csv("account,symbol,quantity,price,currency\nA,CASH,0.01,1,CHF\nB,CASH,-0.01,1,CHF\n"))
    portfolio.save_rate("CHF", "EUR", "0.5")
    portfolio.save_rate("EUR", "USD", "1")
    assert portfolio.holdings()["value"].tolist() == [0.01, -0.01]


def test_two_currencies_between_are_one_too_many(francs):
    for pair in (("CHF", "EUR"), ("EUR", "GBP"), ("GBP", "USD")):
        francs.save_rate(*pair, 1)
    with pytest.raises(MissingRate):
        total(francs)


def test_a_list_of_prices_makes_a_trade_history_worth_something(portfolio, write_csv):
    table = portfolio_without_prices(portfolio)
    assert table.unpriced == ("VTI",)
    with pytest.raises(MissingPrice, match="allocation price VTI PRICE CURRENCY"):
        total(portfolio)
    prices = write_csv("symbol,price,currency,as_of,source\nVTI,10,USD,2025-03-03,my broker\n", "prices.csv")
    assert portfolio.load(prices).prices == 1
    assert (total(portfolio), portfolio.prices()["source"].tolist()) == (20, ["my broker"])
    assert not portfolio.load(prices=prices).changed


def portfolio_without_prices(portfolio):
    """Two shares of VTI, bought in a history that has no price of today."""
    from allocation.readers import Opened

    text = "Action,Time,ISIN,Ticker,No. of shares,Currency (Price / share)\nMarket buy,2025-03-03,US,VTI,2,USD\n"
    return portfolio.load(Opened(text.encode(), "history.csv"))


def test_a_price_in_a_list_counts_more_than_one_of_the_same_day_in_the_holdings(portfolio, write_csv):
    files = {
        "holdings": write_csv("account,symbol,quantity,price,currency,as_of\nA,VTI,1,9,USD,2025-03-03\n"),
        "prices": write_csv("symbol,price,currency,as_of\nVTI,10,USD,2025-03-03\n", "prices.csv"),
    }
    portfolio.load(**files)
    assert total(portfolio) == 10
    assert not portfolio.load(**files).changed


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("VTI,10,USD,2025-03-03\nVTI,11,USD,2025-03-03\n", "has a price for VTI in row 2 already"),
        ("VTI,10,,2025-03-03\n", "currency: is empty"),
        ("VTI,10,USD,tomorrow\n", "is not a date"),
        ("WHAT,10,USD,2025-03-03\n", "row 2, symbol: 'WHAT' is not known"),
    ],
)
def test_a_wrong_list_of_prices_is_refused_whole(bonds_and_stocks, write_csv, rows, problem):
    with pytest.raises(LoadError, match=problem):
        bonds_and_stocks.load(write_csv(f"symbol,price,currency,as_of\n{rows}", "prices.csv"))
    assert len(bonds_and_stocks.prices()) == 3


def test_the_ecbs_rates_are_recognised(francs, write_csv):
    francs.load(write_csv("Date, USD, CHF, ZAR, \n25 November 2025, 1.11, 0.93, N/A, \n", "eurofxref.csv"))
    assert total(francs) == 119.35
    assert set(francs.rates()["source"]) == {"ECB reference rates"}


def test_the_ecbs_xml_and_a_history_with_old_currencies(francs, write_csv):
    xml = """
        <gesmes:Envelope xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>
        <Cube time='2025-11-25'><Cube currency='USD' rate='1.2'/>
        <Cube currency='CHF' rate='0.96'/></Cube></Cube></gesmes:Envelope>
    """
    francs.load(fx=write_csv(xml, "eurofxref.xml"))
    assert total(francs) == 125
    history = "Date,USD,CYP,CHF,\n2025-11-26,1.2,0.58,0.80,\n2025-11-24,1.2,N/A,0.96,\n"
    assert francs.load(fx=write_csv(history, "eurofxref-hist.csv")).fx_rates == 5
    assert (total(francs), total(francs, "2025-11-25")) == (150, 125)


def test_what_is_older_than_the_limit_is_named(bonds_and_stocks):
    summary = bonds_and_stocks.summary()
    assert [what for what, _ in summary.stale] == ["price of BND", "price of VEA", "price of VTI"]
    assert summary.warning == (
        "Older than 7 days: price of BND (2025-03-03), price of VEA (2025-03-03), price of VTI (2025-03-03)."
    )
    bonds_and_stocks.save_price("VTI", 1, "USD", datetime.date.today() - datetime.timedelta(7))
    assert len(bonds_and_stocks.summary().stale) == 2
    assert bonds_and_stocks.summary(at="2025-03-10").stale == ()
    assert len(bonds_and_stocks.summary(at="2025-03-11").stale) == 3


def test_the_limit_can_be_set(bonds_and_stocks):
    bonds_and_stocks.save_stale_after(3650)
    assert (bonds_and_stocks.stale_after(), bonds_and_stocks.summary().warning) == (3650, "")
    bonds_and_stocks.save_stale_after(None)
    assert bonds_and_stocks.stale_after() == 7
    with pytest.raises(UnknownName, match="0 is not a number of days"):
        bonds_and_stocks.save_stale_after(0)


def test_an_inverse_rate_of_the_same_day_gives_way_to_the_direct_one_in_a_crossing(francs):
    francs.save_rate("EUR", "CHF", "0.5", "2025-03-03")
    francs.save_rate("CHF", "EUR", "1", "2025-03-03")
    francs.save_rate("EUR", "USD", "1.1", "2025-03-03")
    assert total(francs) == 110


def test_the_package_has_a_name_for_what_is_asked():
    assert issubclass(allocation.MappingNeeded, allocation.AllocationError)


def test_a_load_says_at_once_which_rates_are_missing(portfolio, write_csv):
    """Of cash, of prices, and of what there is 0 of; JPY goes over EUR."""
    portfolio.init("USD")
    portfolio.save_rate("JPY", "EUR", "0.006")
    portfolio.save_rate("EUR", "USD", "1.1")
    held = write_csv(
        """
        account,symbol,quantity,price,currency
        A,CASH,5,1,CHF
        A,VTI,1,10,USD
        A,EWJ,1,10,JPY
        A,VUSA,1,0.1,GBP
        A,OLD,0,10,SEK
        """
    )
    missing = (("CHF", "USD"), ("GBP", "USD"), ("SEK", "USD"))
    assert portfolio.load(held, preview=True).unrated == missing
    assert portfolio.load(held).unrated == missing
    portfolio.save_rate("GBP", "JPY", "200")
    assert portfolio.load(held).unrated == missing
    portfolio.save_rate("GBP", "EUR", "1.2")
    portfolio.save_rate("EUR", "SEK", "11")
    portfolio.save_rate("USD", "CHF", "0.9")
    assert portfolio.load(held).unrated == ()
    assert total(portfolio) == pytest.approx(5 / 0.9 + 10 + 0.066 + 0.1 * 1.32, abs=0.01)


def test_what_has_no_price_yet_is_counted_in_the_currency_its_file_names(portfolio):
    portfolio.init("EUR")
    report = portfolio_without_prices(portfolio)
    assert (report.unpriced, report.unrated) == (("VTI",), (("USD", "EUR"),))
