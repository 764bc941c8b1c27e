"""A holding that can't be kept is left out when that is said, and is never left out in silence."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import allocation
from allocation.readers import Opened, Ways, read_any, read_together
from tests.readers.test_brokers import TODAY

FIDELITY = """
    Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total,Type
    Z0001,Individual,VTI,Total market,10,$300.00,"$3,000.00","$2,000.00",Margin
    Z0001,Individual,XYZ,Sold short,-10,$20.00,-$200.00,,Margin
    Z0002,IRA,BND,Bonds,5,$70.00,$350.00,$300.00,Cash
"""
IBKR = """
    Statement,Header,Field Name,Field Value
    Statement,Data,Period,"June 30, 2026"
    Account Information,Header,Field Name,Field Value
    Account Information,Data,Account,U1
    Account Information,Data,Base Currency,USD
    Cash Report,Header,Currency Summary,Currency,Total
    Cash Report,Data,Ending Cash,USD,500
    Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Close Price,Value
    Open Positions,Data,Summary,Stocks,USD,VT,10,1,120,1200
    Open Positions,Data,Summary,Stocks,USD,XYZ,-10,1,20,-200
    Open Positions,Total,,Stocks,USD,,,,,1000
"""
TABLE = """
    Ticker;Stück;Kurs;Währung;Wert
    VTI;10;300,50;USD;3.005,00
    XYZ;-10;20,00;USD;-200,00
    Summe;;;;2.805,00
"""
OWN = """
    account,symbol,quantity,price,currency
    Depot,VTI,10,300,USD
    Depot,XYZ,-10,20,USD
"""
LEDGER = """
    2026-01-01 open Assets:Broker
    2026-01-01 open Equity:Opening
    2026-02-01 * "Opening"
      Assets:Broker   10 VTI
      Assets:Broker  -10 XYZ
      Equity:Opening
    2026-02-02 price VTI 300 USD
    2026-02-02 price XYZ 20 USD
"""
TRADES = """
    Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),ID
    Market buy,2026-01-05 10:00:00,US1,VTI,Total market,10,300,USD,A
    Market sell,2026-01-06 10:00:00,US2,XYZ,Sold before it was bought,10,20,USD,B
"""
SHORT = {
    "fidelity.csv": (FIDELITY, "Individual ...0001"),
    "ibkr.csv": (IBKR, "Interactive Brokers U1"),
    "depot.csv": (TABLE, "depot"),
    "own.csv": (OWN, "Depot"),
    "main.beancount": (LEDGER, "Broker"),
    "trades.csv": (TRADES, "Trading 212"),
}


@pytest.fixture
def short(write_csv):
    return write_csv(FIDELITY, "positions.csv")


@pytest.mark.parametrize("name", SHORT)
def test_what_is_sold_short_stops_the_load_and_says_how_to_go_on(portfolio, write_csv, name):
    with pytest.raises(allocation.LoadError, match="--leave-out XYZ") as error:
        portfolio.load(write_csv(SHORT[name][0], name))
    assert not portfolio.exists()
    (about,) = {problem.about for problem in error.value.problems}
    assert (about.account, about.symbol, about.quantity) == (SHORT[name][1], "XYZ", "-10")


@pytest.mark.parametrize("name", SHORT)
def test_left_out_it_is_said_in_the_preview_and_afterwards(portfolio, write_csv, name):
    text, account = SHORT[name]
    file = write_csv(text, name)
    for preview in (True, False):
        report = portfolio.load(file, preview=preview, leave_out=["XYZ"])
        assert report.left_out == (f"Left out: XYZ in {account}, −10 shares; the total is without it.",)
        assert "XYZ" not in {symbol for _, symbol, _ in report.bought}
    assert "XYZ" not in set(portfolio.prices()["symbol"])
    assert not portfolio.load(file, leave_out="XYZ").changed


def test_the_total_is_without_it(portfolio, short):
    portfolio.load(short, leave_out=["XYZ"])
    assert portfolio.summary().total == 3350


def test_totals_in_the_file_are_still_compared(write_csv, portfolio):
    text = TABLE.replace("2.805,00", "2.905,00")
    with pytest.raises(allocation.LoadError, match="its lines add up to 2,805.00"):
        portfolio.load(write_csv(text, "depot.csv"), leave_out=["XYZ"])


def test_other_problems_stay(portfolio, write_csv):
    text = FIDELITY.replace("BND,Bonds,5", "BND,Bonds,five")
    with pytest.raises(allocation.LoadError, match="'five' of BND is no number") as error:
        portfolio.load(write_csv(text), leave_out=["XYZ"])
    assert {problem.about.symbol for problem in error.value.problems} == {"BND"}


def test_every_row_of_the_symbol_is_left_out_the_good_ones_too(portfolio, write_csv):
    report = portfolio.load(write_csv(FIDELITY.replace("BND", "XYZ")), leave_out=["XYZ"])
    assert report.left_out == (
        "Left out: XYZ in Individual ...0001, −10 shares; the total is without it.",
        "Left out: XYZ in IRA ...0002, 5 shares; the total is without it.",
        "IRA ...0002 has nothing else in holdings.csv: what the portfolio has of it stays as it is.",
    )
    assert portfolio.accounts() == ("Individual ...0001",)


def test_of_one_account_alone_the_rest_of_the_symbol_stays(portfolio, write_csv):
    file = write_csv(FIDELITY.replace("BND", "XYZ"))
    report = portfolio.load(file, leave_out=["Individual ...0001=XYZ"])
    assert report.left_out == ("Left out: XYZ in Individual ...0001, −10 shares; the total is without it.",)
    assert portfolio.holdings("IRA ...0002")["symbol"].tolist() == ["XYZ"]
    assert portfolio.summary().total == 3350
    with pytest.raises(allocation.LoadError, match="of XYZ is negative"):
        portfolio.load(file, leave_out=["IRA ...0002=XYZ"])


def test_what_another_account_owns_is_kept_by_what_the_sentence_says(portfolio, write_csv):
    file = write_csv(FIDELITY.replace("BND", "XYZ"))
    with pytest.raises(allocation.LoadError, match="say so: --leave-out .*=XYZ.*, or") as error:
        portfolio.load(file)
    (problem,) = error.value.problems
    assert problem.without == f"{problem.about.account}=XYZ" and problem.about.account.startswith("Individual")
    assert portfolio.load(file, leave_out=problem.without).left_out
    assert portfolio.holdings().set_index("symbol").loc["XYZ", "quantity"] == 5


def test_what_is_wrong_in_every_account_is_left_out_of_all_of_them(portfolio, write_csv):
    file = write_csv(FIDELITY.replace("BND,Bonds,5", "XYZ,Bonds,-5").replace(",$350.00", ",-$350.00"))
    with pytest.raises(allocation.LoadError, match="--leave-out XYZ, or") as error:
        portfolio.load(file)
    assert len(error.value.problems) == 2 and {problem.without for problem in error.value.problems} == {""}


def test_another_file_s_account_counts_too(portfolio, write_csv):
    with pytest.raises(allocation.LoadError, match="--leave-out Depot=XYZ, or"):
        portfolio.load([write_csv(OWN, "a.csv"), write_csv(OWN.replace("Depot", "B").replace("-10", "10"), "b.csv")])


def test_a_money_market_fund_is_left_out_as_cash(portfolio, write_csv):
    fund = "Z0001,Individual,SPAXX**,HELD IN MONEY MARKET,,,$40.00,,Cash\n    Z0002"
    file = write_csv(FIDELITY.replace("Z0002", fund).replace("XYZ,Sold short,-10", "XYZ,Bought,10").replace("-$", "$"))
    with pytest.raises(allocation.UnknownName, match="They hold BND, CASH, VTI, XYZ; cash is CASH, whatever its fund"):
        portfolio.load(file, leave_out=["SPAXX**"])
    assert portfolio.load(file, leave_out=["CASH"]).left_out


def test_the_account_is_called_as_it_is_loaded(portfolio, write_csv):
    file = write_csv(TABLE, "depot.csv")
    with pytest.raises(allocation.UnknownName, match="The files hold no depot=XYZ"):
        portfolio.load(file, account="Mine", leave_out=["depot=XYZ"])
    assert portfolio.load(file, account="Mine", leave_out=["Mine=XYZ"]).left_out


def test_a_symbol_with_an_equals_sign_is_a_symbol(portfolio, write_csv):
    report = portfolio.load(write_csv(OWN.replace("XYZ", "EURUSD=X"), "own.csv"), leave_out="EURUSD=X")
    assert report.left_out == ("Left out: EURUSD=X in Depot, −10 shares; the total is without it.",)


def test_an_account_of_another_name_is_left_out_by_that_name(portfolio, write_csv):
    report = portfolio.load(write_csv(TABLE, "depot.csv"), account="Mine", leave_out=["XYZ"])
    assert report.left_out == ("Left out: XYZ in Mine, −10 shares; the total is without it.",)


def test_what_no_file_has_is_a_mistake(portfolio, short):
    with pytest.raises(allocation.UnknownName, match="The files hold no XZY, so it can't be left out"):
        portfolio.load(short, leave_out=["XYZ", "XZY"])
    assert not portfolio.exists()


def test_a_file_with_nothing_else_is_refused(portfolio, write_csv):
    with pytest.raises(allocation.LoadError, match="has no holdings but those that are left out"):
        portfolio.load(write_csv(OWN, "own.csv"), leave_out=["VTI", "XYZ"])


def test_a_row_with_a_problem_of_any_kind_can_be_left_out(portfolio, write_csv):
    text = FIDELITY.replace("XYZ,Sold short,-10", "XYZ,Warrants,10")
    with pytest.raises(allocation.LoadError, match="of XYZ is not its quantity times its price"):
        portfolio.load(write_csv(text))
    report = portfolio.load(write_csv(text), leave_out=["XYZ"])
    assert report.left_out == ("Left out: XYZ in Individual ...0001, 10 shares; the total is without it.",)


def test_a_problem_of_no_holding_names_none():
    text = "Symbol,Quantity,Price,Currency,Value\nVTI,10,300,USD,3000\nTotal,,,,3100\n"
    (problem,) = read_any(Opened(text.encode(), "depot.csv"), TODAY).problems
    assert problem.about is None


ROWS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["VTI", "BND", "XYZ"]), st.integers(-5, 5)),
    min_size=1, max_size=8, unique_by=lambda row: row[:2],
)  # fmt: skip


@given(ROWS)
def test_what_is_left_is_what_the_file_says_without_those_rows_and_nothing_is_left_out_unsaid(rows):
    def brought(rows, leave_out):
        lines = ["Account,Symbol,Quantity,Price,Currency", *(f"{a},{s},{q},2,USD" for a, s, q in rows)]
        file = Opened("\n".join(lines).encode(), "depot.csv")
        return read_together(file, None, None, None, TODAY, ways=Ways(leave_out=leave_out))

    short = sorted({symbol for _, symbol, quantity in rows if quantity < 0})
    others = [row for row in rows if row[1] not in short]
    if not short or not others:
        return
    found = brought(rows, short)
    columns = ["account", "symbol", "quantity"]
    assert found.holdings[columns].values.tolist() == brought(others, ()).holdings[columns].values.tolist()
    for account, symbol, quantity in rows:
        sentence = f"Left out: {symbol} in {account}, {quantity} shares; the total is without it.".replace("-", "−")
        assert (sentence in found.left_out) == (symbol in short)
    assert sum(found.holdings["quantity"]) == sum(Decimal(quantity) for _, _, quantity in others)
