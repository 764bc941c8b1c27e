"""Files that are loaded together: what differs between other programs' files a little, and what too much."""

import datetime

import pytest

from allocation.errors import LoadError
from allocation.readers import Content, Format, Opened, read_together, registry

TODAY = datetime.date(2026, 11, 25)


def table(name, price, title="Total Stock Market"):
    text = f"Account,Symbol,Name,Quantity,Last price,Currency\n{name},VTI,{title},1,{price},USD\n"
    return Opened(text.encode(), f"{name}.csv")


def test_two_prices_of_one_day_that_are_close_are_one_and_it_is_said():
    brought = read_together([table("A", "300.10"), table("B", "300.05", "TOTAL STK MKT")], None, None, None, TODAY)
    assert set(brought.holdings["price"].map(str)) == {"300.1"}
    assert set(brought.holdings["name"]) == {"Total Stock Market"}
    assert "VTI is at 300.1 in A.csv and at 300.05 in B.csv: 300.1 counts." in brought.notes


def test_of_two_prices_of_two_days_the_later_counts_and_it_is_said(portfolio):
    files = [
        Opened(
            f"Account,Symbol,Quantity,Price,Currency,As of\n{name},VTI,1,{price},USD,{day}\n".encode(), f"{name}.csv"
        )
        for name, price, day in (("A", 310, "2026-11-24"), ("B", 300, "2026-11-20"), ("C", 310, "2026-11-20"))
    ]
    brought = read_together(files[:2], None, None, None, TODAY)
    said = "VTI is at 310 in A.csv (2026-11-24) and at 300 in B.csv (2026-11-20): 310 counts from 2026-11-24."
    assert [note for note in brought.notes if "VTI" in note] == [said]
    again = read_together([files[0], files[2]], None, None, None, TODAY)
    assert not any("counts" in note for note in again.notes)


def test_two_prices_that_are_far_apart_are_refused():
    with pytest.raises(LoadError, match=r"B.csv, row 2, price: '200' is 300 for VTI in A.csv, row 2"):
        read_together([table("A", "300"), table("B", "200")], None, None, None, TODAY)


def test_every_problem_of_every_file_is_named_at_once():
    with pytest.raises(LoadError) as refused:
        read_together([table("A", "0"), table("B", "many")], "gone.csv", None, None, TODAY)
    assert [problem.file for problem in refused.value.problems] == ["A.csv", "B.csv", "gone.csv"]


def test_a_file_that_is_named_twice_is_called_so_and_its_rows_are_no_doubles(write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nA,VTI,1,300,USD\n")
    with pytest.raises(LoadError) as refused:
        read_together([file, file.parent / "." / ".." / file.parent.name / file.name], None, None, None, TODAY)
    assert [str(problem) for problem in refused.value.problems] == ["holdings.csv: is named twice. Name it once."]


@pytest.fixture
def another_program(monkeypatch):
    """A program whose files say how an asset that isn't here, and one that is, are spread over classes."""
    from allocation.readers import read_classes, read_holdings

    def read(opened, today):
        holdings = b"account,symbol,quantity,price,currency\nA,VFFVX,1,1,USD\n"
        classes = b"symbol,asset_class,weight_percent\nVFFVX,Stocks,60\nVFFVX,Bonds,40\nGONE,Stocks,100\n"
        held, weights = read_holdings(Opened(holdings), today)[0], read_classes(Opened(classes))[0]
        return Content("Theirs", held, classes=weights, base_currency="EUR")

    theirs = Format("theirs", "Theirs", lambda one: one.head == b"theirs", read)
    monkeypatch.setattr(registry, "formats", lambda: (theirs,))
    return Opened(b"theirs", "theirs.bin")


def test_classes_of_another_program_need_no_target_and_may_name_what_is_not_here(portfolio, another_program):
    portfolio.load(another_program)
    classes = portfolio.asset_classes()[["symbol", "asset_class", "weight_percent"]].values.tolist()
    assert classes == [["VFFVX", "Stocks", 60.0], ["VFFVX", "Bonds", 40.0]]


def test_what_a_program_adds_values_up_in_becomes_the_base_currency_of_a_new_portfolio_only(portfolio, another_program):
    portfolio.load(another_program)
    portfolio.save_rate("USD", "EUR", 1)
    assert portfolio.summary().base_currency == "EUR"


def test_a_portfolio_keeps_its_base_currency(portfolio, another_program):
    portfolio.init("USD")
    portfolio.load(another_program)
    assert portfolio.summary().base_currency == "USD"


def test_a_copy_of_a_file_is_called_so(write_csv):
    text = "Account,Symbol,Quantity,Price,Currency\nA,VTI,1,300,USD\n"
    with pytest.raises(LoadError) as refused:
        read_together([write_csv(text, "depot.csv"), write_csv(text, "depot (1).csv")], None, None, None, TODAY)
    assert [str(problem) for problem in refused.value.problems] == [
        "depot (1).csv: is the same file as depot.csv. Name one of them."
    ]


def test_trades_without_numbers_given_twice_are_not_added_up():
    trades = b"Action,Time,ISIN,Ticker,No. of shares\nMarket buy,2025-01-05,US0378331005,AAPL,10\n"
    with pytest.raises(LoadError, match="b.csv: is the same file as a.csv"):
        read_together([Opened(trades, "a.csv"), Opened(trades, "b.csv")], None, None, None, TODAY)


DEGIRO = "Product,Symbol/ISIN,Amount,Closing,Local value,,Value in EUR\nA share,{isin},1,10,EUR,10.00,10.00\n"


@pytest.mark.parametrize("hers", ["IE00B3RBWM25", "US0378331005"])
def test_two_people_s_files_that_name_the_account_alike_are_not_one_account(hers):
    files = [Opened(DEGIRO.format(isin=isin).encode() + b"\n" * n, f"{n}.csv")
             for n, isin in enumerate(("IE00B3RBWM25", hers))]  # fmt: skip
    with pytest.raises(LoadError) as refused:
        read_together(files, None, None, None, TODAY)
    (problem,) = refused.value.problems
    assert str(problem).startswith(
        "1.csv, account: 'DEGIRO' is the account of 0.csv, too. If these are two accounts, load one file at a time"
    )


def test_one_holding_in_two_tables_is_no_row_to_add_up():
    with pytest.raises(LoadError) as refused:
        read_together([table("A", "300"), Opened(table("A", "300").bytes() + b"\n", "b.csv")], None, None, None, TODAY)
    (problem,) = refused.value.problems
    assert "is in A already (A.csv, row 2). If these are two accounts, load one file at a time" in str(problem)


SHARES = "Account,Ticker,ISIN,Name,Shares,Price,Currency\n"
AIRBUS, AAR = "{},AIR,NL0000235190,Airbus,10,140,EUR\n", "{},AIR,US0003611052,AAR Corp,4,140,EUR\n"


@pytest.mark.parametrize("hers", ["A", "B"])
@pytest.mark.parametrize("files", [1, 2])
def test_two_shares_of_one_ticker_are_not_one(files, hers):
    if files == 1:
        given = [Opened((SHARES + AIRBUS.format("A") + AAR.format(hers)).encode(), "a.csv")]
    else:
        given = [Opened((SHARES + row.format(name)).encode(), f"{n}.csv")
                 for n, (row, name) in enumerate(((AIRBUS, "A"), (AAR, hers)))]  # fmt: skip
    with pytest.raises(LoadError) as refused:
        read_together(given, None, None, None, TODAY)
    (problem,) = refused.value.problems
    assert "'AIR' is US0003611052 (AAR Corp) here and NL0000235190 (Airbus) in " in str(problem)
    assert "write the ISIN of one in the place of its symbol" in str(problem)


TRADES = "Action,Time,ISIN,Ticker,Name,No. of shares,Currency (Price / share)\n"


def history(*rows):
    return Opened((TRADES + "\n".join(rows)).encode(), "t.csv")


def test_two_shares_of_one_ticker_in_a_history_are_not_one():
    rows = (
        "Market buy,2025-01-05,NL0000235190,AIR,Airbus,10,EUR",
        "Market buy,2025-01-05,US0003611052,AIR,AAR Corp,4,USD",
    )
    with pytest.raises(LoadError, match=r"t.csv, row 3, symbol: 'AIR' is US0003611052 \(AAR Corp\) here and NL"):
        read_together([history(*rows)], None, None, None, TODAY)


def test_a_share_that_was_exchanged_for_one_of_another_isin_is_one():
    rows = (
        "Market buy,2025-01-05,NL0000235190,AIR,Airbus,10,EUR",
        "Stock split close,2025-02-05,NL0000235190,AIR,Airbus,10,EUR",
        "Stock split open,2025-02-05,NL0000235208,AIR,Airbus,1,EUR",
    )
    held = read_together([history(*rows)], None, None, None, TODAY).holdings
    assert held[["symbol", "quantity"]].values.tolist() == [["AIR", 1]]


OWN_OF_MARCH = "account,symbol,asset_class,quantity,price,currency,as_of\nDepot,VTI,Bonds,1,300,USD,2026-03-01\n"


def test_a_file_without_rows_is_named_without_one_and_there_is_a_way_on(portfolio, write_csv):
    ledger = write_csv(
        """
        2026-01-01 open Assets:Broker
        2026-01-01 open Equity:Opening
        2026-01-01 commodity VTI
          asset-class: "Stocks"
        2026-02-01 * "Opening"
          Assets:Broker   10 VTI
          Equity:Opening
        2026-02-02 price VTI 300 USD
        """,
        "main.beancount",
    )
    own = write_csv(OWN_OF_MARCH, "own.csv")
    with pytest.raises(LoadError) as error:
        portfolio.load([ledger, own])
    (problem,) = error.value.problems
    assert str(problem) == (
        "own.csv, row 2, asset_class: 'Bonds' is Stocks for VTI in main.beancount. Write the same in both, or load one "
        "file after the other."
    )
    portfolio.load([ledger])
    portfolio.load([own])
    assert set(portfolio.holdings()["asset_class"]) == {"Bonds"}
    portfolio.save_class_targets({"Bonds": 100})
    portfolio.save_holding_targets("Bonds", {"VTI": 100})
    with pytest.raises(LoadError, match="main.beancount, asset_class: 'Stocks' moves VTI out of Bonds"):
        portfolio.load([write_csv(ledger.read_text().replace("02-02", "11-02"), "main.beancount")])
