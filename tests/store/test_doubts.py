"""What a load does that may not be meant is said, before and after it."""

import pytest

HEAD = "account,symbol,quantity,price,currency"


@pytest.fixture
def load(portfolio, write_csv):
    def load(*rows, **options):
        return portfolio.load(write_csv("\n".join([HEAD, *rows])), **options)

    return load


@pytest.fixture
def depot(load):
    load("Depot,VTI,10,300,USD", "Depot,BND,5,70,USD", "Depot,CASH,99,1,USD", "Other,GLD,1,200,USD")


@pytest.mark.usefixtures("depot")
@pytest.mark.parametrize("preview", [True, False])
def test_a_new_account_that_holds_what_another_holds_may_be_that_one(load, preview):
    rows = ("Again,VTI,10,310,USD", "Again,BND,6,71,USD", "Again,CASH,5,1,USD")
    assert load(*rows, preview=preview).warnings == [
        "Again is new and holds what Depot holds (VTI, BND): both count now. If it is the same account, load it as "
        "Depot: --account Depot, or Account on the page."
    ]
    assert load(*rows, account="Depot", preview=True).warnings == []


@pytest.mark.usefixtures("depot")
def test_of_a_file_with_several_accounts_the_other_one_is_to_be_deleted(load):
    (said,) = load("Again,VTI,10,300,USD", "IRA,XYZ,1,1,USD").warnings
    assert said.endswith("delete Depot afterwards: its file names several accounts, so none can be renamed.")


@pytest.mark.usefixtures("depot")
@pytest.mark.parametrize(
    "rows",
    [
        # The same assets, all in other quantities, are the same account only where they are all of both.
        ("New,VTI,11,300,USD", "New,GLD,3,200,USD", "New,BND,7,70,USD"),
        ("New,VTI,11,300,USD",),
        # One of three alike.
        ("New,VTI,10,300,USD", "New,X,1,1,USD", "New,Y,1,1,USD"),
        ("New,CASH,99,1,USD",),
        # What the load touches is no other account.
        ("New,VTI,10,300,USD", "Depot,BND,5,70,USD"),
        # An account that is there already.
        ("Other,VTI,10,300,USD",),
    ],
)
def test_accounts_that_differ_are_two(load, rows):
    assert load(*rows).doubts == ()


@pytest.mark.usefixtures("depot")
def test_the_same_assets_in_other_quantities_may_be_the_same_account_later(load):
    (doubt,) = load("New,VTI,11,300,USD", "New,BND,6,70,USD").doubts
    assert (doubt.account, doubt.other, doubt.symbols) == ("New", "Depot", ("BND", "VTI"))


AIRBUS = (
    "Action,Time,ISIN,Ticker,No. of shares,Currency (Price / share)\nMarket buy,{day},NL0000235190,AIR,{shares},EUR\n"
)


@pytest.mark.parametrize("day", ["2025-01-05", "2026-06-01"])
def test_a_holding_without_a_price_in_another_currency_than_the_known_asset_s_is_named_once(
    portfolio, write_csv, load, day
):
    load("Depot,AIR,4,60,USD", base_currency="USD", fx=write_csv(RATES, "fx.csv"))
    portfolio.save_price("AIR", 60, "USD", on="2026-01-02")
    (said,) = portfolio.load(write_csv(AIRBUS.format(day=day, shares=10), "t.csv")).warnings
    assert said.startswith("AIR ") and "EUR" in said and "USD" in said
    # It was said when it came in.
    assert portfolio.load(write_csv(AIRBUS.format(day=day, shares=11), "t.csv")).warnings == []


RATES = "from_currency,to_currency,rate,as_of\nEUR,USD,1.1,2025-01-02\n"


TRADES = "Action,Time,ISIN,Ticker,No. of shares,Currency (Price / share)\n"
OF_2025 = "Market buy,2025-01-05,IE00B3XXRP09,VUSA,10,GBP\nMarket buy,2025-12-30,IE00B3XXRP09,VUSA,1,GBP\n"
OF_2026 = "Market buy,2026-01-05,IE00B3XXRP09,VUSA,5,GBP\n"


@pytest.mark.parametrize("preview", [True, False])
def test_a_history_that_begins_after_something_was_held_is_not_the_whole(portfolio, write_csv, preview):
    portfolio.load(write_csv(TRADES + OF_2025))
    assert portfolio.load(write_csv(TRADES + OF_2026), preview=preview).warnings == [
        "Trading 212: the history begins on 2026-01-05, and something was held on 2025-12-30 already: what was bought "
        "before isn't in it, and counts as sold. Load all years' files together."
    ]


def test_a_whole_history_is_no_doubt(portfolio, write_csv):
    portfolio.load(write_csv(TRADES + OF_2025))
    assert portfolio.load([write_csv(TRADES + OF_2025, "1.csv"), write_csv(TRADES + OF_2026, "2.csv")]).warnings == []
    assert portfolio.load(write_csv(TRADES + OF_2025 + OF_2026)).warnings == []
