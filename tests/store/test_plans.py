"""Plans in the file: as they were, compared with today, and executed in full, in part, or not at all."""

import datetime
import shutil
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import allocation
from allocation import Fee, Limits
from allocation.errors import PlanError, UnknownName
from allocation.store import executing
from tests.builders import count

LIMITS = Limits(whole_shares=True, fee=Fee("1.50"))


def quantities(kept, scope="all"):
    held = kept.holdings(scope)
    names = held["symbol"] + held["currency"].where(held["symbol"] == "CASH", "").map(lambda c: f" {c}" if c else "")
    return dict(zip(zip(held["account"], names, strict=True), held["quantity"], strict=True))


def total(kept):
    return round(kept.summary().total, 2)


def household(sample_file, folder, name="another"):
    return allocation.open(shutil.copy(sample_file, folder / f"{name}.duckdb"))


@pytest.mark.parametrize("limits", [Limits(), LIMITS, Limits(keep=["VTI"], minimum_trade=200)])
def test_a_plan_is_there_as_it_was_when_the_file_is_opened_again(sample, limits):
    for plan in (sample.plan_deposit(5000, limits=limits), sample.plan_rebalance(limits=limits)):
        again = allocation.open(sample.path).saved_plan(sample.save_plan(plan, "Spring"))
        assert again.header == plan.header and again.explain() == plan.explain()
        assert_frame_equal(again.rows, plan.rows, check_dtype=False)
        assert_frame_equal(again.classes, plan.classes, check_dtype=False)
        assert again.request == type(plan.request).from_json(plan.request.to_json())


def test_the_list_tells_what_has_become_of_each(sample):
    numbers = [sample.save_plan(sample.plan_deposit(amount), f"Salary {amount}") for amount in (1000, 2000, 3000)]
    sample.execute_plan(numbers[0], into="Brokerage")
    sample.execute_plan(numbers[1], only=["VXUS"])
    table = sample.plans().set_index("plan")
    assert table["executed"].to_dict() == {1: "in full", 2: "in part", 3: ""}
    assert table.loc[1, ["title", "kind", "scope", "flow", "executed_on"]].tolist() == [
        "Salary 1000", "deposit", "all", 1000.0, datetime.date.today()]  # fmt: skip
    assert sample.plans("Brokerage").empty


def test_executing_a_deposit_buys_what_it_says_and_adds_its_money(bonds_and_stocks):
    """60 of stocks and 40 of bonds, 50 come in."""
    before = total(bonds_and_stocks)
    plan = bonds_and_stocks.plan_deposit(50)
    done = bonds_and_stocks.execute_plan(bonds_and_stocks.save_plan(plan))
    changed = dict(zip(done.changes["symbol"], done.changes["change"], strict=True))
    assert changed == dict(zip(plan.trades["symbol"], plan.trades["shares"], strict=True)) and done.remaining == 0
    assert total(bonds_and_stocks) == before + 50
    assert bonds_and_stocks.drift().set_index("asset_class")["weight"].to_dict() == {"Stocks": 0.6, "Bonds": 0.4}


def test_the_days_before_stay_as_they_were(bonds_and_stocks):
    before = bonds_and_stocks.holdings(at="2025-03-03")
    bonds_and_stocks.execute_plan(bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50)), on="2025-04-01")
    assert_frame_equal(bonds_and_stocks.holdings(at="2025-03-31"), before)
    assert bonds_and_stocks.snapshots()["as_of"].astype(str).tolist() == ["2025-03-03", "2025-04-01"]


def test_a_withdrawal_leaves_no_money_behind_and_what_is_sold_out_is_gone(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks": 100, "Bonds": 0})
    bonds_and_stocks.execute_plan(bonds_and_stocks.save_plan(bonds_and_stocks.plan_withdrawal(40)))
    assert quantities(bonds_and_stocks) == {("Savings", "VTI"): 4, ("Savings", "VEA"): 2}


def test_in_part_what_comes_in_pays_for_what_was_bought(bonds_and_stocks):
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    bought = bonds_and_stocks.saved_plan(number).trades.set_index("symbol")["amount"]
    done = bonds_and_stocks.execute_plan(number, only=["BND"])
    assert total(bonds_and_stocks) == 100 + bought["BND"] and done.remaining == 2
    bonds_and_stocks.execute_plan(number)
    assert total(bonds_and_stocks) == 150
    with pytest.raises(PlanError, match="Nothing of plan 1 is left"):
        bonds_and_stocks.execute_plan(number)


def test_of_a_rebalance_the_sales_come_first(sample):
    """The 401(k) holds no cash to buy with."""
    number = sample.save_plan(sample.plan_rebalance())
    with pytest.raises(PlanError, match=r"would leave -383.81 USD of cash in 401\(k\), which has 0.00"):
        sample.execute_plan(number, only=["VTPSX"], accounts=["401(k)"])
    sample.execute_plan(number, only=["VBTIX", "VIIIX"])
    assert quantities(sample)["401(k)", "CASH USD"] == pytest.approx(383.81)
    sample.execute_plan(number)
    assert quantities(sample)["401(k)", "CASH USD"] == 0


def test_cash_in_several_currencies_becomes_what_the_plan_says(sample):
    before, plan = quantities(sample), sample.plan_rebalance()
    sample.execute_plan(sample.save_plan(plan))
    rows = plan.trades[plan.trades["symbol"] == "CASH"]
    expected = {(row.account, f"CASH {row.quoted_currency}"): row.shares for row in rows.itertuples()}
    after = quantities(sample)
    changed = {key: round(after[key] - before[key], 8) for key in expected}
    assert changed == pytest.approx(expected) and len(expected) == 3


def test_cash_of_another_currency_moves_in_its_own_cents(portfolio):
    """107.345 EUR are there: a part of it is whole cents, all of it is all of it."""
    rows = [("CASH", "EUR", "Cash", 107.345, 1), ("VTI", "USD", "Stocks", 1, 100)]
    held = pd.DataFrame(rows, columns=["symbol", "currency", "asset_class", "quantity", "price"])
    rates = pd.DataFrame(
        [["2025-03-03", "EUR", "USD", 1.07]], columns=["as_of", "from_currency", "to_currency", "rate"]
    )
    portfolio.load(held.assign(account="A", as_of="2025-03-03"), fx=rates, base_currency="USD")
    portfolio.save_class_targets({"Stocks": 80, "Cash": 20})
    taken = portfolio.plan_rebalance()
    part = taken.trades.set_index("symbol").loc["CASH", "shares"]
    assert part == round(part, 2)
    portfolio.execute_plan(portfolio.save_plan(taken), on="2025-03-04")
    assert quantities(portfolio)["A", "CASH EUR"] == pytest.approx(107.345 + part, abs=1e-9)
    portfolio.save_class_targets({"Stocks": 100, "Cash": 0})
    portfolio.execute_plan(portfolio.save_plan(portfolio.plan_rebalance()), on="2025-03-05")
    assert quantities(portfolio)["A", "CASH EUR"] == 0


def test_a_known_cost_follows_an_unknown_one_stays_unknown(portfolio):
    rows = [("VTI", 10, 20, 150), ("BND", 10, 20, None)]
    held = pd.DataFrame(rows, columns=["symbol", "quantity", "price", "cost_basis"])
    portfolio.load(held.assign(account="A", currency="USD", asset_class=held["symbol"], as_of="2025-03-03"))
    portfolio.save_class_targets({"VTI": 25, "BND": 75})
    portfolio.execute_plan(portfolio.save_plan(portfolio.plan_rebalance()), on="2025-03-04")
    cost = portfolio.holdings().set_index("symbol")["cost_basis"]
    assert cost["VTI"] == 75 and pd.isna(cost["BND"])
    portfolio.execute_plan(portfolio.save_plan(portfolio.edit_plan(portfolio.plan_deposit(40), {"VTI": 40, "BND": 0})))
    assert portfolio.holdings().set_index("symbol")["cost_basis"]["VTI"] == 115


def test_selling_more_than_is_held_by_now_is_refused_and_nothing_changes(bonds_and_stocks):
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_withdrawal(80))
    held = bonds_and_stocks.holdings()[["account", "symbol", "price", "currency"]].assign(as_of="2025-03-04")
    bonds_and_stocks.load(held.assign(quantity=[1, 2, 4]))
    before = bonds_and_stocks.holdings()
    with pytest.raises(PlanError, match="which holds 1 now. Calculate the plan anew, or edit it"):
        bonds_and_stocks.execute_plan(number)
    assert_frame_equal(bonds_and_stocks.holdings(), before) and count(bonds_and_stocks, "executions") == 0


def test_a_day_in_the_future_or_before_what_is_known_is_refused(bonds_and_stocks):
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(10))
    with pytest.raises(PlanError, match="known as of 2025-03-03, which is after 2025-03-02"):
        bonds_and_stocks.execute_plan(number, on="2025-03-02")
    with pytest.raises(PlanError, match="in the future"):
        bonds_and_stocks.execute_plan(number, on=datetime.date.today() + datetime.timedelta(days=1))


def test_what_the_plan_leaves_open_has_to_be_said(sample):
    number = sample.save_plan(sample.plan_deposit(5000))
    with pytest.raises(PlanError, match="leaves open in which account its cash goes"):
        sample.execute_plan(number)
    with pytest.raises(UnknownName, match="no account 'Broker'"):
        sample.execute_plan(number, into="Broker")
    with pytest.raises(UnknownName, match="no trade 'VTX'"):
        sample.execute_plan(number, only=["VTX"])
    before = total(sample)
    sample.execute_plan(number, into="Roth IRA")
    assert total(sample) == pytest.approx(before + 5000, abs=0.01)


def test_a_preview_writes_nothing(sample):
    number = sample.save_plan(sample.plan_deposit(5000))
    shown = sample.execute_plan(number, into="Brokerage", preview=True)
    before = total(sample)
    assert count(sample, "executions") == 0 and sample.plans()["executed"].tolist() == [""]
    done = sample.execute_plan(number, into="Brokerage")
    assert_frame_equal(shown.changes, done.changes)
    assert total(sample) == pytest.approx(before + 5000, abs=0.01)


def test_a_failure_in_the_middle_leaves_everything_as_it_was(sample):
    number, before = sample.save_plan(sample.plan_deposit(5000)), quantities(sample)
    write, calls = executing._write, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("the disk is full")
        write(*arguments)

    with patch.object(executing, "_write", failing), pytest.raises(Exception, match="disk is full"):
        sample.execute_plan(number, into="Brokerage")
    assert quantities(sample) == before and count(sample, "executions") == 0 and len(sample.snapshots()) == 3


def test_two_windows_execute_a_plan_once(sample):
    number = sample.save_plan(sample.plan_deposit(5000))
    other = allocation.open(sample.path)
    other.plans()
    sample.execute_plan(number, into="Brokerage")
    with pytest.raises(PlanError, match="Nothing of plan 1 is left"):
        other.execute_plan(number, into="Brokerage")


def test_an_executed_plan_stays_another_can_be_deleted(sample):
    kept, gone = (sample.save_plan(sample.plan_deposit(2000)) for _ in range(2))
    sample.execute_plan(kept, only=["VXUS"])
    with pytest.raises(PlanError, match="part of the portfolio's history"):
        sample.delete_plan(kept)
    sample.delete_plan(gone)
    with pytest.raises(UnknownName, match="no saved plan 2. The saved ones are 1"):
        sample.saved_plan(gone)
    sample.rename_asset("VXUS", "VXUS2")
    assert "VXUS" in set(sample.saved_plan(kept).trades["symbol"])


def test_a_plan_beside_what_it_comes_to_today(bonds_and_stocks):
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    assert not bonds_and_stocks.compare_plans(number)["difference"].any()
    bonds_and_stocks.save_class_targets({"Stocks": 50, "Bonds": 50})
    table = bonds_and_stocks.compare_plans(number).set_index("symbol")
    assert table.loc["BND", ["amount_first", "amount_second", "difference"]].tolist() == [20, 35, 15]
    assert table["difference"].sum() == 0


def test_a_rebalance_that_was_executed_counts_for_when_the_next_is_due(bonds_and_stocks):
    bonds_and_stocks.save_trigger("every 6 months")
    bonds_and_stocks.execute_plan(bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(10)))
    assert bonds_and_stocks.due().is_due
    bonds_and_stocks.execute_plan(bonds_and_stocks.save_plan(bonds_and_stocks.plan_rebalance()))
    today = datetime.date.today()
    assert not bonds_and_stocks.due().is_due and f"executed on {today}" in bonds_and_stocks.due().why
    assert not bonds_and_stocks.due("Savings").is_due


def test_a_title_has_to_be_one_line(sample):
    with pytest.raises(PlanError, match="in one line"):
        sample.save_plan(sample.plan_deposit(1), "a\x07b")


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_bit_by_bit_comes_to_the_same_as_at_once(sample_file, tmp_path, data):
    """Whatever the order, each account ends with the same, and the total grows by the flow less the fees."""
    at_once, bit_by_bit = (household(sample_file, tmp_path, name) for name in ("once", "bits"))
    limits = data.draw(st.sampled_from([Limits(), LIMITS]))
    kind = data.draw(st.sampled_from(["deposit", "withdrawal", "rebalance"]))
    plan = {"deposit": lambda: at_once.plan_deposit(4000, limits=limits, use_cash="all"),
            "withdrawal": lambda: at_once.plan_withdrawal(4000, limits=limits),
            "rebalance": lambda: at_once.plan_rebalance(deposit=500, limits=limits)}[kind]()  # fmt: skip
    before = total(at_once)
    at_once.execute_plan(at_once.save_plan(plan), into="Brokerage")
    assert total(at_once) == pytest.approx(before + plan.header.flow - plan.header.fees, abs=0.05)
    number = bit_by_bit.save_plan(plan)
    sold = plan.trades[plan.trades["amount"] < 0]["symbol"]
    if set(sold) - {"CASH"}:
        bit_by_bit.execute_plan(number, only=sorted(set(sold) - {"CASH"}))
    for symbol in data.draw(st.permutations(sorted(set(plan.trades["symbol"]) - set(sold) - {"CASH"}))):
        bit_by_bit.execute_plan(number, only=[symbol], into="Brokerage")
    if bit_by_bit.plans()["executed"].tolist() != ["in full"]:
        bit_by_bit.execute_plan(number, into="Brokerage")
    ends = [{key: held for key, held in quantities(kept).items() if held} for kept in (bit_by_bit, at_once)]
    assert ends[0] == pytest.approx(ends[1], abs=1e-6)
