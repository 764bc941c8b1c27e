"""A plan as CSV: exact, and harmless in a spreadsheet."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from allocation import plan_csv

COLUMNS = [
    "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
    "price", "quoted_price", "quoted_currency", "fee", "value_before", "value_after", "weight_before", "weight_after",
    "target_weight", "drift_before", "drift_after", "reason",
]  # fmt: skip


def called(plan, name):
    """The plan, as if everything in it had this name."""
    return replace(plan, rows=plan.rows.assign(name=name))


def read(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def yen(portfolio, write_csv):
    portfolio.load(
        write_csv("""
            account,symbol,asset_class,quantity,price,currency
            Savings,1306,Stocks,10,2500,JPY
            Savings,CASH,Cash,5000,1,JPY
        """)
    )
    portfolio.save_class_targets({"Stocks": 66.6667, "Cash": 33.3333})
    return portfolio


def test_the_columns_are_fixed(sample):
    assert plan_csv(sample.plan_deposit(1000)).splitlines()[0].split(",") == COLUMNS


@pytest.mark.parametrize("rule", ["lazy", "proportional", "largest_first", "by_target"])
def test_the_amounts_add_up_to_the_deposit_to_the_cent(sample, rule):
    rows = read(plan_csv(sample.plan_deposit("1000.01", rule=rule)))
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal("1000.01")
    assert {row["scope"] for row in rows} == {"all"} and {row["rule"] for row in rows} == {rule}


def test_before_plus_amount_is_after_on_every_row(sample):
    for row in read(plan_csv(sample.plan_deposit(777, rule="by_target"))):
        assert Decimal(row["value_before"]) + Decimal(row["amount"]) == Decimal(row["value_after"])


def test_dollars_have_two_decimals_and_yen_none(sample, yen):
    assert all(row["amount"][-3] == "." for row in read(plan_csv(sample.plan_deposit(1000))))
    amounts = [row["amount"] for row in read(plan_csv(yen.plan_deposit(1000, rule="by_target")))]
    assert amounts == ["667", "333"]


def test_numbers_have_points_and_no_thousands_marks(sample):
    (row, *_) = read(plan_csv(sample.plan_deposit(100_000, rule="by_target")))
    assert float(row["amount"]) > 10_000 and "," not in row["amount"]
    assert row["weight_before"].count(".") == 1 and len(row["weight_before"].split(".")[1]) == 6


def test_an_empty_plan_is_a_header(sample):
    assert plan_csv(sample.plan_deposit(0)).splitlines() == [",".join(COLUMNS)]


def test_a_class_that_holds_nothing_has_empty_shares_and_price(sample):
    (row,) = [row for row in read(plan_csv(sample.plan_deposit(1000))) if row["asset_class"] == "Real estate"]
    assert (row["symbol"], row["shares"], row["price"]) == ("", "", "")
    assert row["action"] == "nothing held"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_name_that_looks_like_a_formula_is_marked_as_text(sample, start):
    plan = called(sample.plan_deposit(1000), start + "cmd|' /C calc'!A1")
    assert {row["name"] for row in read(plan_csv(plan))} == {"'" + start.replace("\r", " ") + "cmd|' /C calc'!A1"}


def test_formulas_in_a_persons_own_file_do_not_reach_the_spreadsheet(portfolio, write_csv):
    portfolio.load(
        write_csv("""
            account,symbol,name,asset_class,quantity,price,currency
            =1+1,@SUM(A1),+2,-3,1,10,USD
        """)
    )
    portfolio.save_class_targets({"-3": 50, "=HYPERLINK(0)": 50})
    cells = [cell for row in read(plan_csv(portfolio.plan_deposit(100))) for cell in row.values()]
    assert "'=1+1" in cells and "'@SUM(A1)" in cells and "'=HYPERLINK(0)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-")) and not _is_number(cell)] == []


@pytest.mark.parametrize("name", ['Total, "global"', "Total\nmarket", "Total\r\nmarket", "Total\r=1+1"])
def test_commas_quotes_and_line_breaks_stay_inside_their_cell(sample, name):
    plan = called(sample.plan_deposit(1000), name)
    assert {row["name"] for row in read(plan_csv(plan))} == {" ".join(name.splitlines())}


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
