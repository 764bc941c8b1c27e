"""What all order files share: which trades are in them, in which order, and what is refused."""

from decimal import Decimal

import pytest

from allocation import Limits, OrdersError, UnknownName, order_file
from allocation.orders import FORMATS
from allocation.orders.trades import trades_of
from allocation.planner import Fee, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, one_a_class, portfolio

EVERY_FORMAT = pytest.mark.parametrize("format", FORMATS)
TABLES = portfolio(
    [
        Held("VTI", "Stocks", 600, 100),
        Held("BND", "Bonds", 300, 50, account="Roth IRA"),
        Held("VTI", "Stocks", 100, 100, account="Roth IRA"),
        Held("CASH", "Cash", 50),
    ],
    {"Stocks": 50, "Bonds": 40, "Cash": 10},
)


def test_sales_come_first_and_then_the_largest():
    tables = one_a_class({"A": 500, "B": 300, "C": 100, "D": 100}, {"A": 25, "B": 25, "C": 20, "D": 30})
    orders = [(trade.action, trade.symbol) for trade in trades_of(plan_rebalance(tables, TODAY))]
    assert orders == [("sell", "A"), ("sell", "B"), ("buy", "D"), ("buy", "C")]


def test_cash_and_what_was_left_undone_are_no_orders():
    plan = plan_rebalance(TABLES, TODAY, limits=Limits(keep=["BND"]))
    assert {"CASH", "BND"} <= set(plan.rows["symbol"])
    assert {trade.symbol for trade in trades_of(plan)} == {"VTI"}


def test_one_account_alone():
    plan = plan_rebalance(TABLES, TODAY)
    assert {trade.account for trade in trades_of(plan)} == {"Brokerage", "Roth IRA"}
    assert {trade.account for trade in trades_of(plan, "Roth IRA")} == {"Roth IRA"}


def test_everything_that_is_sold_is_what_is_held_to_the_last_digit():
    """720.155 × 9.68 is 6,971.1004, and 6,971.10 / 9.68 would leave 0.00004 behind."""
    tables = portfolio([Held("VBTIX", "Old", 6971.10, 9.68), Held("B", "New", 1)], {"Old": 0, "New": 100})
    tables.holdings.loc[tables.holdings["symbol"] == "VBTIX", "quantity"] = 720.155
    (sale,) = trades_of(plan_withdrawal(tables, "6971.10", "lazy", TODAY))
    assert sale.shares == Decimal("720.155")


def test_numbers_are_exact():
    (trade,) = trades_of(plan_deposit(portfolio([Held("A", "A", 10, 3)], {"A": 100}), 100, "lazy", TODAY))
    assert (trade.shares, trade.amount, trade.gross) == (Decimal("33.33333333"), Decimal("100.00"), Decimal("100.00"))


def test_what_is_quoted_abroad_has_its_gross_amount_there():
    tables = portfolio([Held("ASML", "A", 1000, 800, currency="EUR", rate=1.25)], {"A": 100})
    (trade,) = trades_of(plan_deposit(tables, 500, "lazy", TODAY))
    assert (trade.shares, trade.gross, trade.quoted_currency) == (Decimal("0.5"), Decimal("400.00"), "EUR")
    assert (trade.amount, trade.currency) == (Decimal("500.00"), "USD")


@EVERY_FORMAT
def test_a_plan_without_trades_is_no_file(format):
    nothing = plan_deposit(TABLES, 0, "lazy", TODAY)
    with pytest.raises(OrdersError, match="neither buys nor sells anything, so there is no order file"):
        order_file(nothing, format)


@EVERY_FORMAT
def test_cash_alone_is_no_order(format):
    only_cash = plan_deposit(TABLES, 30, "lazy", TODAY, Limits(only_buy=["Cash"]))
    assert len(only_cash.trades)
    with pytest.raises(OrdersError, match="neither buys nor sells"):
        order_file(only_cash, format)


@EVERY_FORMAT
def test_a_trade_without_an_account_is_refused(format):
    held = [Held("A", "A", 100), Held("B", "B", 100, account="Roth IRA"), Held("GLD", "Gold", 0, account=None)]
    tables = portfolio(held, {"A": 30, "B": 30, "Gold": 40}, {"Gold": {"GLD": 100}})
    with pytest.raises(OrdersError, match=r"which account trades GLD.*may_buy=\{'Brokerage': \['GLD'\]\}"):
        order_file(plan_deposit(tables, 50, "lazy", TODAY), format)


@EVERY_FORMAT
def test_an_account_that_trades_nothing_is_not_known(format):
    plan = plan_deposit(one_a_class({"A": 10}, {"A": 100}), 10, "lazy", TODAY)
    with pytest.raises(UnknownName, match="nothing in the account 'Roth IRA'. It trades in Brokerage."):
        order_file(plan, format, "Roth IRA")


def test_an_unknown_format_names_those_there_are():
    with pytest.raises(UnknownName, match="'mt940'. There are ibkr, portfolio-performance, beancount."):
        order_file(plan_deposit(TABLES, 10, "lazy", TODAY), "mt940")


@pytest.mark.parametrize("options", [{"limit": 1}, {"symbols": "BRK B"}, {"exchange": {"A": "NYSE"}}])
def test_an_unknown_option_names_those_there_are(options):
    with pytest.raises(OrdersError, match="exchange, time_in_force, sec_type, symbols by name"):
        order_file(plan_deposit(TABLES, 10, "lazy", TODAY), "ibkr", **options)


def test_a_trade_of_next_to_nothing_is_refused():
    tables = portfolio([Held("A", "A", 10**8, 10**8)], {"A": 100})
    with pytest.raises(OrdersError, match="less than a hundred-millionth of a share"):
        trades_of(plan_deposit(tables, "0.01", "lazy", TODAY))


@EVERY_FORMAT
def test_the_sample_household_has_files_of_every_format(sample, format):
    plan = sample.plan_rebalance("Brokerage", limits=Limits(fee=Fee(fixed=1), whole_shares=True))
    text = order_file(plan, format)
    assert text.endswith("\n") and all(trade.symbol in text for trade in trades_of(plan))
