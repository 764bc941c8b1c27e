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
        ("New,VTI,10,300,USD", "Depot,BND,5,70,USD", "Depot,CASH,9,1,USD"),
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


@pytest.mark.usefixtures("depot")
@pytest.mark.parametrize("preview", [True, False])
def test_cash_that_a_file_does_not_name_may_still_be_there(portfolio, write_csv, load, preview):
    assert load("Depot,VTI,11,300,USD", "Depot,BND,5,70,USD", preview=preview).warnings == [
        "The file says nothing of cash in Depot: 99.00 USD that was there counts as gone. If it is still there, load a "
        "CSV file that says so together with this one: account,symbol,quantity,price,currency, and under it "
        "Depot,CASH,99,1,USD."
    ]
    of_cash = write_csv(f"{HEAD}\nDepot,CASH,99,1,USD", "cash.csv")
    of_broker = write_csv(f"{HEAD}\nDepot,VTI,11,300,USD\nDepot,BND,5,70,USD")
    assert portfolio.load([of_broker, of_cash], preview=True).warnings == []


@pytest.mark.usefixtures("depot")
@pytest.mark.parametrize(
    "rows",
    [
        # None is left, or it is in another currency now: the file says so.
        ("Depot,VTI,11,300,USD", "Depot,BND,5,70,USD", "Depot,CASH,0,1,USD"),
        ("Depot,VTI,11,300,USD", "Depot,BND,5,70,USD", "Depot,CASH,88,1,EUR"),
        # Of an earlier day, what is held now stays.
        ("Depot,VTI,11,300,USD,2020-01-02",),
    ],
)
def test_cash_that_is_named_or_stays_is_no_doubt(portfolio, write_csv, rows):
    head = HEAD + ",as_of" * (rows[0].count(",") - 4)
    assert portfolio.load(write_csv("\n".join([head, *rows])), preview=True, base_currency="USD").warnings == []


OFX_OF = """<OFX><SIGNONMSGSRSV1><SONRS><DTSERVER>20260105</DTSERVER></SONRS></SIGNONMSGSRSV1>
<INVSTMTMSGSRSV1><INVSTMTTRNRS><TRNUID>1<INVSTMTRS><DTASOF>20260105<CURDEF>USD
<INVACCTFROM><BROKERID>b<ACCTID>1</INVACCTFROM><INVPOSLIST><POSSTOCK><INVPOS><SECID><UNIQUEID>922908769
<UNIQUEIDTYPE>CUSIP</SECID><HELDINACCT>CASH<POSTYPE>LONG<UNITS>10<UNITPRICE>300<MKTVAL>3000
<DTPRICEASOF>20260105</INVPOS></POSSTOCK></INVPOSLIST>{cash}</INVSTMTRS></INVSTMTTRNRS></INVSTMTMSGSRSV1></OFX>"""


BALANCE = "<INVBAL><AVAILCASH>{cash}<MARGINBALANCE>0<SHORTBALANCE>0</INVBAL>"


@pytest.mark.parametrize(("said", "count"), [("", 1), (BALANCE.format(cash=0), 0)])
def test_a_program_that_says_that_there_is_no_cash_is_believed(portfolio, write_csv, said, count):
    portfolio.load(write_csv(OFX_OF.format(cash=BALANCE.format(cash=55)), "1.ofx"))
    doubts = portfolio.load(write_csv(OFX_OF.format(cash=said), "2.ofx"), preview=True).doubts
    assert [type(doubt).__name__ for doubt in doubts] == ["LostCash"] * count


@pytest.mark.parametrize("preview", [True, False])
def test_a_file_without_most_of_an_account_may_be_a_part_of_it(load, preview):
    load("Depot,A,1,10,USD", "Depot,B,1,10,USD", "Depot,C,1,10,USD", "Depot,CASH,5,1,USD")
    assert load("Depot,B,1,10,USD", "Depot,CASH,5,1,USD", preview=preview).warnings == [
        "Depot: 2 of its 3 holdings are not in the file (A, C), which has neither others nor more cash instead: they "
        "count as sold. If it is only a part of the account, load a file of all of it."
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ("Depot,B,1,10,USD", "Depot,CASH,25,1,USD"),
        ("Depot,B,1,10,USD", "Depot,CASH,5,1,USD", "Depot,D,2,10,USD"),
        ("Depot,B,1,10,USD", "Depot,C,1,10,USD", "Depot,CASH,5,1,USD"),
    ],
)
def test_what_is_sold_for_something_else_is_no_doubt(load, rows):
    load("Depot,A,1,10,USD", "Depot,B,1,10,USD", "Depot,C,1,10,USD", "Depot,CASH,5,1,USD")
    assert load(*rows, preview=True).warnings == []
