"""Transactions for Portfolio Performance: its columns, what moves on the cash account, and harmless texts."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from allocation import Fee, Limits, OrdersError, order_file
from allocation.planner import plan_deposit, plan_rebalance
from tests.builders import TODAY, Held, portfolio

COLUMNS = [
    "Date", "Type", "Value", "Transaction Currency", "Gross Amount", "Currency Gross Amount", "Exchange Rate", "Fees",
    "Taxes", "Shares", "ISIN", "Ticker Symbol", "Security Name", "Securities Account", "Note",
]  # fmt: skip
TABLES = portfolio(
    [
        Held("VTI", "Stocks", 3000, 300, name="Total Market"),
        Held("ASML", "Chips", 500, 800, currency="EUR", rate=1.25),
        Held("IE00B4L5Y983", "World", 500, 90),
    ],
    {"Stocks": 50, "Chips": 25, "World": 25},
)


def read(text, decimal="."):
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if decimal == "," else ","))


def by_symbol(plan, **options):
    rows = read(order_file(plan, "portfolio-performance", **options), options.get("decimal", "."))
    return {row["Ticker Symbol"] or row["ISIN"]: row for row in rows}


@pytest.fixture
def plan():
    return plan_rebalance(TABLES, TODAY, limits=Limits(fee=Fee(fixed=1)))


def test_the_columns_are_called_as_in_the_program(plan):
    assert order_file(plan, "portfolio-performance").splitlines()[0].split(",") == COLUMNS


def test_a_sale_brings_its_amount_without_the_fee(plan):
    row = by_symbol(plan)["VTI"]
    assert (row["Type"], row["Date"], row["Security Name"]) == ("Sell", "2026-11-20", "Total Market")
    assert Decimal(row["Value"]) == Decimal(row["Gross Amount"]) - 1
    assert (row["Fees"], row["Taxes"], row["Securities Account"]) == ("1.00", "", "Brokerage")


def test_a_purchase_costs_its_amount_and_the_fee(plan):
    row = by_symbol(plan)["IE00B4L5Y983"]
    assert row["Type"] == "Buy" and Decimal(row["Value"]) == Decimal(row["Gross Amount"]) + 1


def test_the_values_add_up_to_what_moves_on_the_cash_account():
    plan = plan_deposit(TABLES, "1234.56", "by_target", TODAY, Limits(fee=Fee(percent="0.3")))
    rows = read(order_file(plan, "portfolio-performance"))
    assert sum(Decimal(row["Value"]) for row in rows) == Decimal("1234.56")


def test_a_symbol_that_is_an_isin_stands_under_isin(plan):
    rows = by_symbol(plan)
    assert (rows["IE00B4L5Y983"]["ISIN"], rows["IE00B4L5Y983"]["Ticker Symbol"]) == ("IE00B4L5Y983", "")
    assert (rows["VTI"]["ISIN"], rows["VTI"]["Ticker Symbol"]) == ("", "VTI")


def test_what_is_quoted_abroad_has_an_exchange_rate_that_gives_its_value_to_the_cent(plan):
    row = by_symbol(plan)["ASML"]
    assert (row["Transaction Currency"], row["Currency Gross Amount"]) == ("USD", "EUR")
    gross, rate, value = (Decimal(row[name]) for name in ("Gross Amount", "Exchange Rate", "Value"))
    assert round(gross * rate, 2) == value - 1
    assert by_symbol(plan)["VTI"]["Exchange Rate"] == ""


def test_shares_have_up_to_eight_decimals_and_no_zeros_at_the_end(plan):
    assert by_symbol(plan)["VTI"]["Shares"] == str(Decimal(by_symbol(plan)["VTI"]["Gross Amount"]) / 300)[:10]


def test_with_decimal_commas_the_cells_are_apart_by_semicolons(plan):
    row = by_symbol(plan, decimal=",")["VTI"]
    assert row["Value"] == by_symbol(plan)["VTI"]["Value"].replace(".", ",")
    assert row["Fees"] == "1,00" and "." not in row["Shares"]


def test_another_decimal_mark_is_refused(plan):
    with pytest.raises(OrdersError, match="It is '.' or ','"):
        order_file(plan, "portfolio-performance", decimal="'")


def test_an_account_alone(plan):
    assert by_symbol(plan) == by_symbol(plan, account="Brokerage")


@pytest.mark.parametrize("column", ["name", "account", "reason"])
@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=1\n+1", '"', "a;b,c", "🚀", "\u202eאב"])
def test_texts_are_harmless_in_a_spreadsheet(plan, column, text):
    rows = read(order_file(replace(plan, rows=plan.rows.assign(**{column: text})), "portfolio-performance"))
    cells = {cell for row in rows for cell in row.values()}
    assert len(rows) == 3 and not any(cell.startswith(("=", "+", "-", "@", "\t")) for cell in cells)
    assert any(cell.lstrip("'") == " ".join(text.splitlines()) for cell in cells)


@pytest.mark.parametrize("symbol", ["=1+1", "-A", "@A", "A\nB"])
def test_a_symbol_that_would_not_be_read_as_it_is_is_refused(plan, symbol):
    changed = replace(plan, rows=plan.rows.assign(symbol=plan.rows["symbol"].replace("VTI", symbol)))
    with pytest.raises(OrdersError, match="would not be read as it is"):
        order_file(changed, "portfolio-performance")
