"""An execution taken back: everything is as it was before, or a sentence says what stands on it."""

import datetime
import shutil
from unittest.mock import patch

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import allocation
from allocation.errors import PlanError, UnknownName
from allocation.store import Database, undoing
from allocation.store.load_history import state
from tests.builders import count, held_on


def everything(kept):
    """A sum over every row of the file, but for what is kept beside them."""
    with Database(kept.path).read() as connection:
        return state(connection)


@pytest.fixture
def executed(bonds_and_stocks):
    """60 of stocks and 40 of bonds on 2025-03-03; on 2025-04-01 a deposit of 50 was executed."""
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    bonds_and_stocks.execute_plan(1, on="2025-04-01")
    return bonds_and_stocks


def test_holdings_cash_and_the_plan_are_what_they_were(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    before, held = everything(bonds_and_stocks), bonds_and_stocks.holdings()
    bonds_and_stocks.execute_plan(1)
    assert everything(bonds_and_stocks) != before
    done = bonds_and_stocks.undo_plan(1)
    assert everything(bonds_and_stocks) == before
    assert_frame_equal(bonds_and_stocks.holdings(), held)
    assert (done.remaining, done.executed) == (3, 0) and bonds_and_stocks.plans()["executed"].tolist() == [""]
    with pytest.raises(PlanError, match="Nothing of plan 1 has been executed, so there is nothing to take back"):
        bonds_and_stocks.undo_plan(1)


def test_what_it_takes_along_is_said_before(executed):
    before = everything(executed)
    would = executed.undo_plan(1, preview=True)
    assert everything(executed) == before and would.on == datetime.date(2025, 4, 1)
    shown = would.changes.set_index("symbol")
    assert shown.loc["VTI"].tolist() == ["Savings", 6.75, -2.75, 4] and set(shown.index) == {"VTI", "VEA", "BND"}
    assert_frame_equal(executed.undo_plan(1).changes, would.changes)


def test_a_snapshot_that_was_there_that_day_holds_what_it_held(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_withdrawal(100))
    before, snapshots = everything(bonds_and_stocks), bonds_and_stocks.snapshots()
    bonds_and_stocks.execute_plan(1, on="2025-03-03")
    assert bonds_and_stocks.holdings()["quantity"].sum() == 0
    bonds_and_stocks.undo_plan(1)
    assert everything(bonds_and_stocks) == before
    assert_frame_equal(bonds_and_stocks.snapshots(), snapshots)


def test_of_a_plan_in_parts_the_last_part_goes_first(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    states = [everything(bonds_and_stocks)]
    for symbol, day in (("BND", "2025-04-01"), ("VTI", "2025-04-01"), ("VEA", "2025-05-01")):
        bonds_and_stocks.execute_plan(1, only=[symbol], on=day)
        states.append(everything(bonds_and_stocks))
    for parts, expected in ((2, states[2]), (1, states[1]), (0, states[0])):
        assert bonds_and_stocks.undo_plan(1).executed == parts
        assert everything(bonds_and_stocks) == expected


@pytest.mark.parametrize("day", ["2025-04-01", "2025-04-02"])
def test_another_plan_executed_there_is_to_be_taken_back_first(executed, day):
    executed.save_plan(executed.plan_deposit(10))
    executed.execute_plan(2, on=day)
    before = everything(executed)
    with pytest.raises(
        PlanError, match=r"plan 2 was executed in Savings after it.*first: allocation plans undo 2, or on the dashboard"
    ):
        executed.undo_plan(1)
    assert everything(executed) == before
    executed.undo_plan(2)
    executed.undo_plan(1)
    assert executed.summary().total == 100


def test_a_later_snapshot_or_the_same_day_loaded_again_stands_on_it(executed):
    executed.load(held_on("2025-05-01", Savings={"VTI": (9, 10)}))
    with pytest.raises(PlanError, match="Savings has a later snapshot, of 2025-05-01. Delete that first, if it is wr"):
        executed.undo_plan(1)
    executed.delete_snapshot("Savings", "2025-05-01")
    executed.load(held_on("2025-04-01", Savings={"VTI": (9, 10)}))
    with pytest.raises(PlanError, match="what Savings held on 2025-04-01 has been loaded again since"):
        executed.undo_plan(1)
    assert executed.plans()["executed"].tolist() == ["in full"]


def test_prices_and_earlier_days_and_other_accounts_do_not_stand_on_it(executed):
    executed.load(held_on("2025-02-01", Savings={"VTI": (9, 10)}))
    executed.load(held_on("2025-06-01", Pension={"VTI": (1, 12)}))
    executed.undo_plan(1)
    assert executed.holdings("Savings").set_index("symbol")["quantity"].to_dict() == {"VTI": 4, "VEA": 2, "BND": 4}


def test_a_snapshot_deleted_by_hand_leaves_only_the_mark_to_take_away(executed):
    executed.delete_snapshot("Savings", "2025-04-01")
    held = executed.holdings()
    done = executed.undo_plan(1)
    assert done.changes.empty and done.remaining == 3
    assert_frame_equal(executed.holdings(), held)


def test_cash_that_the_execution_brought_into_the_portfolio_goes_again(bonds_and_stocks):
    """Nothing was held in cash; half of what is sold stays as cash for a moment."""
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_rebalance(goal="target"))
    bonds_and_stocks.save_class_targets({"Stocks": 50, "Bonds": 50})
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_rebalance(goal="target"))
    before = everything(bonds_and_stocks)
    bonds_and_stocks.execute_plan(number, only=["VTI", "VEA"])
    assert "CASH" in set(bonds_and_stocks.holdings()["symbol"])
    bonds_and_stocks.undo_plan(number)
    assert everything(bonds_and_stocks) == before and count(bonds_and_stocks, "assets") == 3


def test_a_load_can_be_taken_back_again_once_the_execution_on_it_is(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    bonds_and_stocks.load(held_on("2025-04-01", Savings={"VTI": (9, 10), "BND": (9, 10), "VEA": (1, 10)}))
    bonds_and_stocks.execute_plan(1)
    with pytest.raises(allocation.StoreError, match="can't be taken back any more"):
        bonds_and_stocks.last_load()
    bonds_and_stocks.undo_plan(1)
    bonds_and_stocks.last_load()


def test_an_asset_that_is_gone_can_not_come_back(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_withdrawal(100))
    bonds_and_stocks.execute_plan(1, on="2025-03-03")
    bonds_and_stocks.save_holding_targets("Stocks", {})
    bonds_and_stocks.delete_asset("VEA")
    with pytest.raises(
        PlanError, match="an asset that Savings held on 2025-03-03 before it has been deleted or merged"
    ):
        bonds_and_stocks.undo_plan(1)


def test_a_plan_that_there_is_not(bonds_and_stocks):
    with pytest.raises(UnknownName, match="no saved plan 4"):
        bonds_and_stocks.undo_plan(4)


def test_an_executed_plan_can_be_deleted_once_it_is_taken_back(executed):
    with pytest.raises(PlanError, match="Take the execution back first, if it didn't happen: allocation plans undo 1"):
        executed.delete_plan(1)
    executed.undo_plan(1)
    executed.delete_plan(1)
    assert executed.plans().empty


def test_a_failure_in_the_middle_leaves_the_execution_whole(sample):
    number = sample.save_plan(sample.plan_deposit(5000))
    sample.execute_plan(number, into="Brokerage")
    before, changes, calls = everything(sample), undoing._changes, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("the disk is full")
        return changes(*arguments)

    with patch.object(undoing, "_changes", failing), pytest.raises(Exception, match="disk is full"):
        sample.undo_plan(number)
    assert everything(sample) == before


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_executed_and_taken_back_is_the_same_portfolio_as_before(sample_file, tmp_path, data):
    """Whatever the plan, in how many parts, on a day that has a snapshot or not: every row is as it was."""
    kept = allocation.open(shutil.copy(sample_file, tmp_path / "another.duckdb"))
    kind = data.draw(st.sampled_from(["deposit", "withdrawal", "rebalance"]))
    plan = {"deposit": lambda: kept.plan_deposit(4000, use_cash="all"),
            "withdrawal": lambda: kept.plan_withdrawal(4000),
            "rebalance": lambda: kept.plan_rebalance(deposit=500)}[kind]()  # fmt: skip
    number = kept.save_plan(plan)
    states = [everything(kept)]
    sold = sorted(set(plan.trades[plan.trades["amount"] < 0]["symbol"]) - {"CASH"})
    for only in ([sold] if sold and data.draw(st.booleans()) else []) + [None]:
        on = data.draw(st.sampled_from(["2026-11-20", "2026-11-25"])) if len(states) == 1 else "2026-11-25"
        if kept.plans()["executed"].tolist() != ["in full"]:
            kept.execute_plan(number, only=only, into="Brokerage", on=on)
            states.append(everything(kept))
    for expected in states[-2::-1]:
        kept.undo_plan(number)
        assert everything(kept) == expected
    assert count(kept, "executed_snapshots") == count(kept, "replaced_holdings") == 0
    assert not pd.isna(kept.summary().total)


def test_an_execution_of_an_earlier_version_goes_back_where_it_made_the_snapshots(executed):
    before = executed.holdings(at="2025-03-03")
    executed.migrate(6, force=True)
    executed.undo_plan(1)
    assert_frame_equal(executed.holdings(), before)


def test_what_an_earlier_version_replaced_is_not_known(bonds_and_stocks):
    bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(50))
    bonds_and_stocks.execute_plan(1, on="2025-03-03")
    with pytest.raises(allocation.StoreError, match="would lose: that the execution of plan 1 can be taken back"):
        bonds_and_stocks.migrate(6)
    bonds_and_stocks.migrate(6, force=True)
    with pytest.raises(PlanError, match="by an earlier version of allocation, which kept no note of what was held"):
        bonds_and_stocks.undo_plan(1)


def test_a_note_of_an_execution_that_there_is_not_is_refused(bonds_and_stocks):
    with (
        pytest.raises(allocation.BrokenReference, match="belongs to the execution of plan 7"),
        Database(bonds_and_stocks.path).write() as connection,
    ):
        connection.execute("INSERT INTO executed_snapshots VALUES (7, now()::TIMESTAMP, 1, 1, NULL)")
