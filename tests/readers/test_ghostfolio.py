"""Ghostfolio's exports: holdings from activities, cash from balances."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.errors import LoadError
from allocation.readers.ghostfolio import FORMAT, read_ghostfolio
from allocation.readers.registry import Opened, read_any, recognise
from tests.readers.damaging import damaged, read_soundly

TODAY = datetime.date(2026, 11, 25)
SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "ghostfolio"
APARTMENT = "7e91b7d4-1430-4212-8380-289a06c9bbc1"


def activity(kind, symbol, quantity, day="2026-01-05", **more):
    return {
        "accountId": "a",
        "fee": 0,
        "quantity": quantity,
        "type": kind,
        "unitPrice": 100,
        "currency": "USD",
        "dataSource": "YAHOO",
        "date": f"{day}T00:00:00.000Z",
        "symbol": symbol,
    } | more


def account(number="a", name="Broker", currency="USD", balances=(), **more):
    dated = [{"date": f"{day}T00:00:00.000Z", "value": value} for day, value in balances]
    return {"balances": dated, "currency": currency, "id": number, "name": name} | more


def profile(symbol, source="YAHOO", **more):
    return {"assetClass": None, "currency": "USD", "dataSource": source, "name": None, "symbol": symbol} | more


def export(*activities, accounts=None, profiles=(), **more):
    return json.dumps(
        {
            "meta": {"date": "2026-11-01T00:00:00.000Z", "version": "2.0.0"},
            "accounts": [account()] if accounts is None else accounts,
            "assetProfiles": list(profiles),
            "activities": list(activities),
            "user": {"settings": {"currency": "EUR"}},
        }
        | more
    ).encode()


def read(file):
    return read_ghostfolio(Opened(file, "export.json"), TODAY)


def held(content):
    return [(row["account"], row["symbol"], f"{row['quantity']:f}") for row in content.holdings.to_dict("records")]


def problems(content):
    return [str(problem) for problem in content.problems]


def test_what_was_bought_less_what_was_sold_is_held():
    content = read(
        export(
            activity("BUY", "VTI", 10),
            activity("SELL", "VTI", 4.5, "2026-03-01"),
            activity("DIVIDEND", "VTI", 5.5, "2026-04-01"),
            activity("FEE", "Fee", 1, dataSource="MANUAL"),
            activity("INTEREST", "Interest", 1, dataSource="MANUAL"),
            activity("BUY", "BND", 3),
            activity("SELL", "BND", 3, "2026-02-01"),
        )
    )
    assert problems(content) == []
    assert content.base_currency == "EUR"
    assert held(content) == [("Broker", "VTI", "5.5")]
    assert content.holdings[["price", "as_of"]].values.tolist() == [[None, datetime.date(2026, 11, 1)]]
    assert "The file has no prices of quoted assets: they are asked for." in content.notes


def test_numbers_are_exact_as_written():
    content = read(export(activity("BUY", "BTC-USD", 0.1), activity("BUY", "BTC-USD", 0.2)))
    assert content.holdings["quantity"].tolist() == [Decimal("0.3")]


def test_what_floats_leave_over_is_nothing():
    bought = [activity("BUY", "VTI", 0.1), activity("BUY", "VTI", 0.2)]
    assert held(read(export(*bought, activity("SELL", "VTI", 0.1 + 0.2)))) == []


def test_order_in_the_file_and_within_a_day_doesnt_matter():
    content = read(
        export(activity("SELL", "VTI", 2), activity("BUY", "VTI", 2), activity("BUY", "VTI", 5, "2026-02-01"))
    )
    assert problems(content) == [] and held(content) == [("Broker", "VTI", "5")]


def test_more_sold_than_held_is_a_problem_with_its_activity():
    content = read(export(activity("BUY", "VTI", 1), activity("SELL", "VTI", 3, "2026-02-01")))
    assert problems(content) == [
        "export.json, row 2, quantity: '2' more of VTI were sold from Broker than were held. Is an earlier purchase "
        'missing, or in another account? To load the rest without it, say so: --leave-out VTI, or "Leave it out" on '
        "the page."
    ]
    assert content.problems[0].about == ("Broker", "VTI", "-2")


def test_sold_before_it_was_bought_is_a_problem_though_it_adds_up():
    content = read(export(activity("SELL", "VTI", 3), activity("BUY", "VTI", 3, "2026-02-01")))
    assert len(problems(content)) == 1


def test_cash_is_the_newest_balance():
    balances = [("2026-10-31", 2000.5), ("2025-12-31", 1000), ("2027-01-01", 9)]
    content = read(export(accounts=[account(balances=balances), account("b", "Old", balance=12.25)]))
    rows = content.holdings[["account", "symbol", "quantity", "price", "currency", "as_of"]].values.tolist()
    assert rows == [
        ["Broker", "CASH", Decimal("2000.5"), 1, "USD", datetime.date(2026, 10, 31)],
        ["Old", "CASH", Decimal("12.25"), 1, "USD", None],
    ]
    assert any("cash in USD is the balance of 2026-10-31" in note for note in content.notes)


def test_accounts_of_one_name_are_told_apart():
    accounts = [account("a", "Bank", balances=[("2026-01-01", 1)]), account("b", "bank", balances=[("2026-01-01", 2)])]
    assert [row[0] for row in held(read(export(accounts=accounts)))] == ["Bank", "bank (2)"]


def test_two_accounts_of_one_id_are_a_problem():
    said = problems(read(export(accounts=[account(name="Bank"), account(name="Other")])))
    assert said == ["export.json, accounts: 'Other' has the id of another account. Export again from Ghostfolio."]


def test_activities_without_an_account_are_kept_together():
    content = read(export(activity("BUY", "VTI", 1, accountId=None), activity("BUY", "VTI", 2, accountId="gone")))
    assert held(content) == [("Without account", "VTI", "3")]


def test_an_excluded_account_is_left_out_and_said():
    content = read(export(activity("BUY", "VTI", 1), accounts=[account(isExcluded=True, balances=[("2026-01-01", 5)])]))
    assert held(content) == []
    assert "The account Broker is left out: Ghostfolio excludes it from its analysis, too." in content.notes


def test_drafts_and_later_activities_are_left_out_and_said():
    content = read(
        export(
            activity("BUY", "VTI", 1),
            activity("BUY", "VTI", 5, "2026-11-26"),
            activity("BUY", "VTI", 7, isDraft=True),
        )
    )
    assert held(content) == [("Broker", "VTI", "1")]
    assert "Left out, being drafts or after today: 2 of the activities." in content.notes


@pytest.mark.parametrize("kind", ["ITEM", "LIABILITY"])
def test_items_and_liabilities_are_left_out_and_said(kind):
    content = read(export(activity(kind, "Car", 1, unitPrice=12_000, dataSource="MANUAL")))
    assert held(content) == []
    assert f"Car ({kind.lower()}, 12,000.00 USD) is left out: it is no holding of a number of units." in content.notes


def test_an_asset_kept_by_hand_has_its_name_and_last_price():
    by_hand = {"dataSource": "MANUAL", "unitPrice": 500_000}
    content = read(
        export(activity("BUY", APARTMENT, 1, **by_hand), profiles=[profile(APARTMENT, "MANUAL", name="Apartment")])
    )
    assert content.holdings[["symbol", "name", "price", "as_of"]].values.tolist() == [
        ["Apartment", "Apartment", 500_000, datetime.date(2026, 1, 5)]
    ]


def test_one_symbol_of_two_data_sources_is_one_asset():
    content = read(export(activity("BUY", "VTI", 1), activity("BUY", "vti", 2, dataSource="GHOSTFOLIO")))
    assert held(content) == [("Broker", "VTI", "3")]
    assert "VTI comes from several data sources; it is taken for one asset." in content.notes


def test_assets_kept_by_hand_under_one_name_are_told_apart():
    bought = [activity("BUY", f"id {number}", 1, dataSource="MANUAL") for number in (1, 2)]
    own = [profile(f"id {number}", "MANUAL", name="House") for number in (1, 2)]
    assert [row[1] for row in held(read(export(*bought, profiles=own)))] == ["House", "House (2)"]


def test_a_market_price_in_the_file_is_the_price():
    prices = [
        {"date": "2026-10-01T00:00:00.000Z", "marketPrice": 510_000},
        {"date": "2026-09-01T00:00:00.000Z", "marketPrice": 505_000},
        {"date": "2027-09-01T00:00:00.000Z", "marketPrice": 999_999},
    ]
    own = profile(APARTMENT, "MANUAL", name="Apartment", marketData=prices)
    content = read(export(activity("BUY", APARTMENT, 1, dataSource="MANUAL"), profiles=[own]))
    assert content.holdings[["price", "as_of"]].values.tolist() == [[510_000, datetime.date(2026, 10, 1)]]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ({"assetClass": "EQUITY", "assetSubClass": "ETF"}, "Equity"),
        ({"assetClass": "FIXED_INCOME", "assetSubClass": "BOND"}, "Fixed Income"),
        ({"assetClass": None, "assetSubClass": "CRYPTOCURRENCY"}, "Alternative Investment"),
        ({"assetClass": None, "assetSubClass": "ETF"}, None),
        ({}, None),
    ],
)
def test_a_class_stands_where_the_asset_has_one(classes, expected):
    content = read(export(activity("BUY", "VTI", 1), profiles=[profile("VTI", **classes)]))
    assert content.holdings["asset_class"].tolist() == [expected]


def test_pence_and_cents_become_their_currency():
    own = {"currency": "GBp", "dataSource": "MANUAL", "unitPrice": 812.5}
    cash = account("b", "Rand", "ZAc", [("2026-01-01", 1050)])
    content = read(export(activity("BUY", "Fund", 4, **own), accounts=[account(), cash]))
    assert content.holdings[["symbol", "quantity", "price", "currency"]].values.tolist() == [
        ["Fund", 4, Decimal("8.125"), "GBP"],
        ["CASH", Decimal("10.5"), 1, "ZAR"],
    ]


def test_the_currency_of_a_quote_is_not_guessed():
    traded = [activity("BUY", "VTI", 1), activity("BUY", "VTI", 1, currency="EUR")]
    assert "export.json, row 2, currency: 'EUR, USD' are the currencies of VTI;" in problems(read(export(*traded)))[0]
    assert problems(read(export(*traded, profiles=[profile("VTI")]))) == []


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (activity("GIFT", "VTI", 1), "row 1, type: 'GIFT' is no type of activity that is known."),
        (activity("BUY", "VTI", "ten"), "row 1, quantity: 'ten' is not a number."),
        (activity("BUY", "VTI", None), "row 1, quantity: 'None' is not a number."),
        (activity("BUY", "VTI", True), "row 1, quantity: 'True' is not a number."),
        (activity("BUY", "VTI", -1), "row 1, quantity: '-1' of VTI is negative. A sale is a SELL."),
        (activity("BUY", "VTI", 10**30), "is larger than 1,000,000,000,000."),
        (activity("BUY", "", 1), "row 1, symbol: is empty."),
        (activity("BUY", "Cash fund", 1), "symbol: 'Cash fund' looks like cash."),
        (activity("BUY", "VTI", 1, date="yesterday"), "row 1, activities: 'yesterday' is no date."),
        (activity("BUY", "VTI", 1, currency="DOLLAR"), "currency: 'DOLLAR' is not a currency code."),
    ],
)
def test_what_is_wrong_with_an_activity_is_said(one, said):
    assert said in "\n".join(problems(read(export(one))))


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (export()[:-20], "row 1: is damaged or cut off ("),
        (b"1e" + 40 * b"9", "has a number with too large an exponent"),
        (b'{"meta": {"date": 1}}', "has no activities."),
        (b"[]", "has no activities."),
        (b'{"activities": [NaN]}', "can't be read (NaN is not a number)."),
        (b'{"activities": [%s]}' % (b"9" * 5000), "can't be read ("),
        (b'{"activities": %s' % (b"[" * 100_000), "can't be read ("),
        (b'{"activities": {}, "accounts": [1]}', "accounts: is not a list as Ghostfolio writes it."),
        (b'{"activities": "none"}', "activities: is not a list as Ghostfolio writes it."),
    ],
)
def test_what_ghostfolio_never_writes_is_refused_in_a_sentence(file, said):
    with pytest.raises(LoadError) as error:
        read(file)
    assert said in str(error.value)


def test_it_is_recognised_by_what_is_in_it():
    found = recognise(Opened(export(activity("BUY", "VTI", 1))))
    assert found is not None and found.name == "ghostfolio"
    for other in (b"{}", b'{"cells": [], "metadata": {}}', b"account,symbol\n", b""):
        assert not FORMAT.recognises(Opened(other))


CSV = """Date,Code,DataSource,Currency,Price,Quantity,Action,Fee,Note
01-09-2021,Account Opening Fee,MANUAL,USD,0,0,fee,49,
16-09-2021,MSFT,YAHOO,USD,298.580,5,buy,19.00,My first order
17/11/2021,MSFT,YAHOO,USD,0.62,5,dividend,0.00,
20221206,MSFT,YAHOO,USD,250.00,1.5,sell,0.00,
20500606,MSFT,YAHOO,USD,250.00,7,buy,0.00,
"""


def test_activities_as_csv_add_up():
    content = read_any(CSV.encode(), TODAY)
    assert content.format == "Ghostfolio activities as CSV" and problems(content) == []
    assert held(content) == [("Ghostfolio", "MSFT", "3.5")]
    assert "Not counted, because they change no holding: 1 × buy after today, 1 × dividend, 1 × fee." in content.notes


def test_its_dates_have_the_day_first_however_few_there_are():
    file = "Date,Code,DataSource,Currency,Price,Quantity,Action,Fee,Note\n{},MSFT,YAHOO,USD,298.58,5,buy,19,\n"
    content = read_any(file.format("01-09-2021").encode(), TODAY)
    assert content.holdings["as_of"].tolist() == [datetime.date(2021, 9, 1)]
    said = "'09/17/2021' is no date that can be read for sure. Write dates like 2026-03-31."
    assert said in problems(read_any(file.format("09/17/2021").encode(), TODAY))[0]


def test_interactive_brokers_trades_are_not_taken_for_holdings():
    header = "CurrencyPrimary,Symbol,TradeDate,Quantity,TradePrice,Buy/Sell,IBCommission\n"
    content = read_any((header + "USD,VTI,20230403,17,204.3,BUY,-1\n").encode(), TODAY)
    assert "is Interactive Brokers' list of trades, which doesn't say what is held" in problems(content)[0]


def test_a_price_too_small_to_be_kept_is_not_0():
    tiny = profile("VTI", marketData=[{"date": "2026-01-01", "marketPrice": 1e-12}])
    assert "of VTI is less than 0.00000001" in problems(read(export(activity("BUY", "VTI", 1), profiles=[tiny])))[0]


BASIS = [
    export(
        activity("BUY", "VTI", 10),
        activity("SELL", "VTI", 4.5),
        activity("BUY", APARTMENT, 1, dataSource="MANUAL"),
        activity("ITEM", "Car", 1),
        accounts=[account(balances=[("2026-01-01", 5)]), account("b", "Pence", "GBp", [("2026-01-01", 12)])],
        profiles=[profile(APARTMENT, "MANUAL", name="Apartment"), profile("VTI", assetClass="EQUITY")],
    )
]


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(damaged(BASIS))
def test_a_damaged_file_is_refused_or_read_soundly(content):
    read_soundly(FORMAT, content)


@pytest.mark.stress
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged(BASIS))
def test_a_hundred_thousand_damaged_files(content):
    read_soundly(FORMAT, content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(activity("", "", 0))), inner),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(activity("", "", 0))), JSON), JSON, JSON)
def test_any_values_in_their_places_are_refused_or_read_soundly(changes, accounts, profiles):
    read_soundly(FORMAT, export(activity("BUY", "VTI", 1) | changes, accounts=accounts, assetProfiles=profiles))


@given(st.lists(st.tuples(st.sampled_from(["BUY", "SELL"]), st.integers(0, 10**6)), max_size=8))
def test_sums_are_exact_and_a_shortage_is_never_silent(trades):
    content = read(
        export(
            *(
                activity(kind, "VTI", count / 1000, f"2026-01-{day:02}")
                for day, (kind, count) in enumerate(trades, start=1)
            )
        )
    )
    left, was_short = 0, False
    for kind, count in trades:
        left += count if kind == "BUY" else -count
        was_short = was_short or left < 0
    assert bool(content.problems) == was_short
    if not was_short:
        assert [row[2] for row in held(content)] == ([f"{Decimal(left) / 1000:f}"] if left else [])


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
def test_the_files_of_ghostfolios_own_tests():
    sample = read_any(SAMPLES / "sample.json", TODAY)
    assert problems(sample) == []
    assert held(sample) == [
        ("My Online Trading Account", "MSFT", "5"),
        ("Without account", "Penthouse Apartment", "1"),
        ("My Online Trading Account", "CASH", "2000"),
    ]
    many = read_any(SAMPLES / "500-activities.json", TODAY)
    assert problems(many) == [] and sum(many.holdings["quantity"]) == 2858
    trades = read_any(SAMPLES / "vti-buy-on-ibkr.csv", TODAY)
    assert "is Interactive Brokers' list of trades" in problems(trades)[0]
