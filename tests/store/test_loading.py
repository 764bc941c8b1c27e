"""Files into the store: all of it or nothing, and the same again changes nothing."""

import datetime

import pytest

import allocation
from allocation.errors import BrokenReference, LoadError, MissingPrice, MissingRate, StoreError
from allocation.store import Database
from tests.conftest import DATA

SAMPLE = [DATA / "holdings.csv", DATA / "targets.csv", DATA / "fx.csv"]
VTI = """
    account,symbol,asset_class,quantity,price,currency,as_of
    Savings,VTI,Stocks,{quantity},{price},USD,{as_of}
"""


def value(portfolio, symbol="VTI"):
    return portfolio.holdings().set_index("symbol").loc[symbol, "value"]


def rows(portfolio, query):
    with Database(portfolio.path).read() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def load_vti(portfolio, write_csv):
    def load(quantity=10, price=100, as_of="2025-03-03"):
        return portfolio.load(write_csv(VTI.format(quantity=quantity, price=price, as_of=as_of)))

    return load


def test_a_load_tells_what_it_added(portfolio):
    portfolio.init("USD")
    report = portfolio.load(*SAMPLE)
    assert (report.accounts, report.assets, report.holdings, report.prices) == (3, 14, 16, 12)
    assert (report.fx_rates, report.targets, report.snapshots, report.sold) == (2, 16, 3, ())


def test_loading_the_same_files_again_changes_nothing(sample):
    holdings, strategy = sample.holdings(), sample.strategy().holding_targets
    assert not sample.load(*SAMPLE).changed
    assert sample.holdings().equals(holdings)
    assert sample.strategy().holding_targets.equals(strategy)


def test_loading_the_same_again_does_not_even_touch_the_timestamps(sample):
    touched = "SELECT max(updated_at) FROM {} "
    query = " UNION ALL ".join(
        touched.format(name) for name in ("assets", "snapshots", "prices", "asset_class_targets")
    )
    before = rows(sample, query)
    sample.load(*SAMPLE)
    assert rows(sample, query) == before


def test_undated_rows_loaded_again_change_nothing(portfolio, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nSavings,VTI,1,10,USD\nSavings,CASH,5,1,USD\n")
    today = datetime.date.today()
    portfolio.load(file)
    assert not portfolio.load(file).changed
    assert portfolio.holdings()["price_as_of"].tolist()[1] == today


def test_a_holding_that_a_correction_of_its_only_date_no_longer_has_is_taken_out(bonds_and_stocks, write_csv):
    bonds_and_stocks.save_holding_targets("Stocks", {})
    report = bonds_and_stocks.load(
        write_csv("""
            account,symbol,quantity,price,currency,as_of
            Savings,VTI,4,10,USD,2025-03-03
        """)
    )
    assert report.removed == (("Savings", "BND"), ("Savings", "VEA")) and report.sold == ()
    assert bonds_and_stocks.holdings()["symbol"].tolist() == ["VTI"]


def test_other_accounts_stay_as_they_are(bonds_and_stocks, write_csv):
    bonds_and_stocks.load(write_csv("account,symbol,quantity,price,currency\nPension,CASH,7,1,USD\n"))
    assert bonds_and_stocks.accounts() == ("Pension", "Savings")
    assert bonds_and_stocks.summary().total == 107


def test_a_correction_on_the_same_day_replaces_quantity_and_price(load_vti, portfolio):
    load_vti(quantity=10, price=100)
    report = load_vti(quantity=9, price=101)
    assert (report.holdings, report.prices) == (1, 1)
    assert value(portfolio) == 909
    assert rows(portfolio, "SELECT count(*) FROM prices") == [(1,)]


def test_prices_keep_their_dates(load_vti, portfolio):
    load_vti(price=100, as_of="2025-03-03")
    load_vti(price=110, as_of="2025-04-01")
    prices = rows(portfolio, "SELECT as_of::VARCHAR, price::DOUBLE FROM prices ORDER BY as_of")
    assert prices == [("2025-03-03", 100), ("2025-04-01", 110)]
    assert value(portfolio) == 1100


def test_the_newest_price_counts_whichever_account_it_came_with(portfolio, write_csv):
    portfolio.load(
        write_csv("""
            account,symbol,quantity,price,currency,as_of
            Savings,VTI,1,120,USD,2025-03-04
            Pension,VTI,1,100,USD,2025-03-03
        """)
    )
    assert portfolio.holdings()["value"].tolist() == [120, 120]


def test_a_new_class_in_the_file_moves_the_asset(bonds_and_stocks, write_csv):
    bonds_and_stocks.load(
        write_csv("""
            account,symbol,asset_class,quantity,price,currency,as_of
            Savings,VTI,Stocks,4,10,USD,2025-03-04
            Savings,VEA,Stocks,2,10,USD,2025-03-04
            Savings,BND,Inflation-linked,4,10,USD,2025-03-04
        """)
    )
    assert set(bonds_and_stocks.drift()["asset_class"]) == {"Stocks", "Bonds", "Inflation-linked"}


def test_an_asset_that_the_file_calls_unclassified_loses_its_class(bonds_and_stocks, write_csv):
    bonds_and_stocks.load(
        write_csv("""
            account,symbol,asset_class,quantity,price,currency,as_of
            Savings,VTI,Stocks,4,10,USD,2025-03-04
            Savings,VEA,Stocks,2,10,USD,2025-03-04
            Savings,BND,Unclassified,4,10,USD,2025-03-04
        """)
    )
    assert bonds_and_stocks.holdings().set_index("symbol").loc["BND", "asset_class"] == "Unclassified"


def test_moving_an_asset_with_a_holding_target_says_what_to_do_about_the_target(bonds_and_stocks, write_csv):
    moved = write_csv("account,symbol,asset_class,quantity,price,currency\nSavings,VTI,Bonds,4,10,USD\n")
    with pytest.raises((BrokenReference, LoadError), match=r"VTI.*(Remove|Save|Load|Change|Put)"):
        bonds_and_stocks.load(moved)
    assert len(bonds_and_stocks.holdings()) == 3


def test_the_only_currency_becomes_the_base_currency(load_vti, portfolio):
    load_vti()
    assert portfolio.summary().base_currency == "USD"


def test_two_currencies_and_no_base_currency_ask_for_it(portfolio, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nSavings,A,1,1,USD\nSavings,B,1,1,EUR\n")
    with pytest.raises(
        LoadError, match=r"EUR and USD.*no base currency yet.*--base-currency USD with the files.*allocation init"
    ):
        portfolio.load(file)
    assert {path.name for path in portfolio.path.parent.iterdir()} <= {"holdings.csv", "my.duckdb.lock"}


def test_the_base_currency_set_at_init_stays(portfolio, write_csv):
    portfolio.init("EUR")
    portfolio.load(
        write_csv("account,symbol,quantity,price,currency\nSavings,A,2,10,USD\n"),
        fx=write_csv("from_currency,to_currency,rate,as_of\nEUR,USD,1.25,2025-03-03\n", "fx.csv"),
    )
    # 20 dollars at 1.25 dollars a euro
    assert (portfolio.summary().base_currency, portfolio.summary().total) == ("EUR", 16)


def test_another_base_currency_is_refused(load_vti, portfolio):
    load_vti()
    with pytest.raises(StoreError, match="has the base currency USD already"):
        portfolio.init("EUR")


def test_init_refuses_what_is_no_currency(portfolio):
    with pytest.raises(StoreError, match="'DOLLAR' is not a currency code. Write one like USD"):
        portfolio.init("DOLLAR")
    assert not portfolio.exists()


def test_a_missing_rate_names_the_currency_and_the_row_to_write(portfolio, write_csv):
    portfolio.init("USD")
    portfolio.load(write_csv("account,symbol,quantity,price,currency\nSavings,A,2,10,CHF\n"))
    with pytest.raises(MissingRate, match=r"no FX rate between CHF and USD.*CHF,USD,RATE,DATE"):
        portfolio.drift()


def test_a_missing_price_names_the_asset(sample):
    with Database(sample.path).write() as connection:
        connection.execute("DELETE FROM prices WHERE asset_id = (SELECT asset_id FROM assets WHERE symbol = 'GLD')")
    with pytest.raises(MissingPrice, match="There is no price for GLD. Load a holdings file that has its price"):
        sample.drift()
    assert sample.summary("Roth IRA").total == 7010.26


def test_the_newest_rate_counts_in_either_direction(portfolio, write_csv):
    portfolio.init("USD")
    portfolio.load(
        write_csv("account,symbol,quantity,price,currency\nSavings,CASH,100,1,EUR\n"),
        fx=write_csv(
            """
            from_currency,to_currency,rate,as_of
            EUR,USD,1.10,2025-03-03
            USD,EUR,0.80,2025-03-04
            """,
            "fx.csv",
        ),
    )
    assert portfolio.summary().total == 125


def test_the_largest_value_times_the_largest_rate_is_valued_or_refused_in_plain_words(portfolio, write_csv):
    portfolio.init("USD")
    holdings = write_csv("account,symbol,quantity,price,currency\nSavings,A,1000000000000,1,IDR\n")
    rates = write_csv("from_currency,to_currency,rate,as_of\nIDR,USD,1000000000,2025-03-03\n", "fx.csv")
    with pytest.raises(allocation.AllocationError) as refusal:
        portfolio.load(holdings, fx=rates)
        portfolio.holdings()
    assert "Overflow" not in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("holdings", "account,symbol,quantity,price,currency\nSavings,VTI,many,100,USD\n"),
        ("targets", "asset_class,symbol,target_percent\nStocks,,90\n"),
        ("targets", "asset_class,symbol,target_percent\nStocks,,100\nStocks,VTX,100\n"),
        ("fx", "from_currency,to_currency,rate,as_of\nEUR,USD,0,2025-03-03\n"),
    ],
)
def test_one_bad_file_keeps_all_of_them_out(portfolio, write_csv, file, text):
    good = {
        "holdings": write_csv(VTI.format(quantity=1, price=2, as_of="2025-03-03"), "good.csv"),
        "targets": write_csv("asset_class,symbol,target_percent\nStocks,,100\n", "good_targets.csv"),
        "fx": write_csv("from_currency,to_currency,rate,as_of\nEUR,USD,1.1,2025-03-03\n", "good_fx.csv"),
    }
    brought = set(portfolio.path.parent.iterdir())
    with pytest.raises(LoadError):
        portfolio.load(**good | {file: write_csv(text, f"bad/{file}.csv")})
    assert not portfolio.exists()
    stray = {path.name for path in set(portfolio.path.parent.iterdir()) - brought} - {"bad"}
    assert stray <= {"my.duckdb.lock"}


def test_a_bad_file_leaves_an_existing_portfolio_untouched(sample, write_csv):
    before = sample.path.read_bytes()
    with pytest.raises(LoadError):
        sample.load(write_csv("account,symbol,quantity,price,currency\nBrokerage,VTI,many,100,USD\n"))
    assert sample.path.read_bytes() == before


def test_a_name_written_otherwise_than_in_the_portfolio_is_refused(sample, write_csv):
    with pytest.raises(LoadError) as refusal:
        sample.load(
            write_csv("""
                account,symbol,asset_class,quantity,price,currency
                brokerage,vti,us stocks,1,100,USD
            """)
        )
    assert [(problem.row, problem.column, problem.value) for problem in refusal.value.problems] == [
        (2, "account", "brokerage"),
        (2, "asset_class", "us stocks"),
        (2, "symbol", "vti"),
    ]


def test_two_files_of_the_same_name_cannot_both_hold_one_position(portfolio, write_csv):
    text = "account,symbol,quantity,price,currency\nSavings,VTI,{},10,USD\n"
    mine, yours = write_csv(text.format(10), "a/holdings.csv"), write_csv(text.format(20), "b/holdings.csv")
    with pytest.raises(LoadError, match="is in Savings already"):
        portfolio.load([mine, yours])


def test_several_files_are_loaded_together(portfolio, write_csv):
    header = "account,symbol,quantity,price,currency\n"
    portfolio.load([write_csv(header + "A,X,1,10,USD\n", "a.csv"), write_csv(header + "B,X,2,10,USD\n", "b.csv")])
    assert portfolio.holdings()[["account", "value"]].values.tolist() == [["A", 10], ["B", 20]]


SHARES = "account,symbol,name,quantity,price,currency\n"


def test_a_new_asset_that_is_called_like_another_one_may_be_that(portfolio, write_csv):
    portfolio.load(write_csv(SHARES + "A,BRK.B,Berkshire,1,480,USD\nA,AAPL,Apple Inc.,2,250,USD\nA,CASH,,5,1,USD\n"))
    other = SHARES + "B,BRK B,BERKSHIRE HATHAWAY,1,480,USD\nB,US0378331005,APPLE INC,3,250,USD\nB,VTI,,1,300,USD\n"
    report = portfolio.load(write_csv(other, "other.csv"), preview=True)
    assert report.same_names == (("BRK B", "BRK.B"), ("US0378331005", "AAPL"))
    again = "a file that calls it {} again brings it back."
    assert report.notes[-2:] == (
        'BRK B and BRK.B have the same name. If they are one: allocation merge "BRK B" BRK.B; ' + again.format("BRK B"),
        "US0378331005 and AAPL have the same name. If they are one: allocation merge US0378331005 AAPL; "
        + again.format("US0378331005"),
    )
    portfolio.load(write_csv(other, "other.csv"))
    portfolio.merge_assets("BRK B", "BRK.B")
    assert portfolio.load(write_csv(other.replace("BRK B", "BRK.B"), "other.csv")).same_names == ()


def test_two_new_assets_of_one_load_are_compared_too_and_other_currencies_are_not(portfolio, write_csv):
    rows = "A,AAPL,Apple,2,250,USD\nA,US0378331005,apple,3,250,USD\nA,APC,Apple,1,230,EUR\n"
    report = portfolio.load(write_csv(SHARES + rows), base_currency="USD")
    assert report.same_names == (("US0378331005", "AAPL"),)


def test_what_very_many_are_called_tells_nothing(portfolio, write_csv):
    rows = "".join(f"A,S{number},Treasury note,1,100,USD\n" for number in range(2000))
    assert portfolio.load(write_csv(SHARES + rows)).same_names == ()


def test_names_in_any_alphabet_are_compared_and_signs_alone_are_none(portfolio, write_csv):
    rows = "A,7203.T,トヨタ自動車,2,250,USD\nA,7203,トヨタ 自動車,3,250,USD\nA,+,***,1,1,USD\nA,*,---,1,1,USD\n"
    assert portfolio.load(write_csv(SHARES + rows)).same_names == (("7203", "7203.T"),)
