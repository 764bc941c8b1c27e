"""Basket files: their documented columns, the numbers of the plan, and nothing that would be read as something else."""

from dataclasses import replace

import pytest

from allocation import Limits, OrdersError, order_file
from allocation.planner import plan_deposit, plan_rebalance
from tests.builders import TODAY, Held, portfolio

TABLES = portfolio(
    [
        Held("VTI", "Stocks", 3000, 300.5),
        Held("ASML", "Stocks", 1000, 800, currency="EUR", rate=1.25),
        Held("BND", "Bonds", 1000, 74.06),
    ],
    {"Stocks": 60, "Bonds": 40},
)


@pytest.fixture
def plan():
    return plan_rebalance(TABLES, TODAY, limits=Limits(whole_shares=True))


def renamed(plan, symbol):
    return replace(plan, rows=plan.rows.assign(symbol=plan.rows["symbol"].replace("VTI", symbol)))


def test_market_orders_have_eight_columns(plan):
    assert order_file(plan, "ibkr").splitlines() == [
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType",
        "SELL,3,VTI,STK,SMART,USD,DAY,MKT",
        "BUY,12,BND,STK,SMART,USD,DAY,MKT",
    ]


def test_limit_orders_have_their_price_in_a_ninth(plan):
    assert order_file(plan, "ibkr", limit_percent="0.5").splitlines() == [
        "Action,Quantity,Symbol,SecType,Exchange,Currency,TimeInForce,OrderType,LmtPrice",
        "SELL,3,VTI,STK,SMART,USD,DAY,LMT,299",
        "BUY,12,BND,STK,SMART,USD,DAY,LMT,74.43",
    ]


def test_fractions_are_those_of_the_plan():
    quantities = [line.split(",")[1] for line in order_file(plan_rebalance(TABLES, TODAY), "ibkr").splitlines()[1:]]
    assert quantities == ["2.49584027", "0.25", "13.50256549"]


def test_an_asset_is_bought_in_the_currency_it_is_quoted_in():
    (_, line, _) = order_file(plan_deposit(TABLES, 1000, "by_target", TODAY, Limits(only_buy=["ASML", "BND"])), "ibkr",
                              limit_percent=1).splitlines()  # fmt: skip
    assert line == "BUY,0.6,ASML,STK,SMART,EUR,DAY,LMT,808"


@pytest.mark.parametrize(("price", "limit"), [(0.1234, "0.1246"), (74.06, "74.8"), (1.005, "1.01")])
def test_a_limit_goes_no_further_than_asked(price, limit):
    tables = portfolio([Held("A", "A", 100, price)], {"A": 100})
    (_, line) = order_file(plan_deposit(tables, 100, "lazy", TODAY), "ibkr", limit_percent=1).splitlines()
    assert line.endswith(f",LMT,{limit}")


def test_yen_have_no_decimals():
    tables = portfolio([Held("7203", "A", 3000, 2501)], {"A": 100}, base="JPY")
    text = order_file(plan_deposit(tables, 2501, "lazy", TODAY), "ibkr", limit_percent=1)
    assert text.splitlines()[1] == "BUY,1,7203,STK,SMART,JPY,DAY,LMT,2526"


def test_what_stands_in_the_other_columns_can_be_chosen(plan):
    text = order_file(plan, "ibkr", exchange="SMART/ARCA", time_in_force="GTC", sec_type="FUND")
    assert text.splitlines()[1] == "SELL,3,VTI,FUND,SMART/ARCA,USD,GTC,MKT"


def test_a_symbol_that_is_called_something_else_there(plan):
    text = order_file(renamed(plan, "BRK.B"), "ibkr", symbols={"BRK.B": "BRK B"})
    assert text.splitlines()[1] == "SELL,3,BRK B,STK,SMART,USD,DAY,MKT"


@pytest.mark.parametrize("symbol", ["BRK.B", "7203", "BP.", "BRK B", "RDS/A", "A"])
def test_symbols_that_are_written_as_they_are(plan, symbol):
    assert f",{symbol},STK" in order_file(renamed(plan, symbol), "ibkr")


@pytest.mark.parametrize(
    "symbol", ["=1+1", "+A", "-A", "@A", "A,B", 'A"B', "A\nB", " A", "A ", "Ä", "🚀", "אב", "A\u202eB", "", "^GSPC"]
)
def test_symbols_that_would_be_read_as_something_else_are_refused(plan, symbol):
    with pytest.raises(OrdersError, match="can't be written into a basket file"):
        order_file(renamed(plan, symbol), "ibkr")


def test_a_basket_is_of_one_account():
    held = [
        Held(*what, account=name) for name in ("Brokerage", "Roth IRA") for what in (("A", "A", 80), ("B", "B", 20))
    ]
    plan = plan_rebalance(portfolio(held, {"A": 20, "B": 80}), TODAY)
    with pytest.raises(OrdersError, match="trades in Brokerage, Roth IRA, and a basket is of one account"):
        order_file(plan, "ibkr")
    assert len(order_file(plan, "ibkr", "Roth IRA").splitlines()) == 3


@pytest.mark.parametrize("percent", [-1, 100, "much", "nan"])
def test_a_margin_is_a_percent(plan, percent):
    with pytest.raises(Exception, match="limit_percent"):
        order_file(plan, "ibkr", limit_percent=percent)


@pytest.mark.parametrize("exchange", ["", "SMART,NYSE", "=A", "A B"])
def test_an_exchange_is_one_word(plan, exchange):
    with pytest.raises(OrdersError, match="can't stand in a basket file"):
        order_file(plan, "ibkr", exchange=exchange)
