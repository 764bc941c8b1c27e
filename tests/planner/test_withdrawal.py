"""Withdrawals mirror the rule lazy: sell only, what has a target of 0 first."""

import math

import pytest

from allocation.errors import AmountError, TargetsError
from allocation.planner import Limits, minimum_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, amounts_by, one_a_class, portfolio


def withdraw(tables, amount, rule="lazy"):
    return plan_withdrawal(tables, amount, rule, TODAY).rows


def test_the_furthest_over_target_is_sold():
    plan = withdraw(portfolio([Held("A", "A", 60, price=20), Held("B", "B", 40)], {"A": 50, "B": 50}), 10)
    (row,) = plan.to_dict("records")
    assert (row["symbol"], row["action"], row["amount"], row["shares"]) == ("A", "sell", -10, -0.5)
    assert (row["value_before"], row["value_after"]) == (60, 50)


def test_cash_is_taken_not_sold():
    plan = withdraw(portfolio([Held("CASH", "Cash", 60), Held("B", "B", 40)], {"Cash": 50, "B": 50}), 10)
    assert list(plan["action"]) == ["take from cash"]


def test_cash_that_is_taken_is_no_trade():
    tables = portfolio([Held("CASH", "Cash", 60), Held("B", "B", 60)], {"Cash": 50, "B": 50})
    plan = plan_withdrawal(tables, 10, "lazy", TODAY)
    assert plan.header.trades == 1 and len(plan.trades) == 2
    assert "1 trade: 0.00 bought, 5.00 sold, 0.00 in fees, 5.00 taken from cash, 0.00 left as cash." in plan.explain()
    assert "- take from cash CASH USD in Brokerage: −5.00 USD" in plan.explain()


def test_cash_that_is_left_says_its_currency():
    tables = portfolio([Held("A", "A", 50, price=20), Held("B", "B", 60, price=30)], {"A": 50, "B": 50})
    plan = plan_rebalance(tables, TODAY, deposit=5, limits=Limits(whole_shares=True))
    assert "- cash left CASH USD" in plan.explain()


def test_inside_a_class_what_has_no_target_goes_first():
    tables = portfolio(
        [Held("OLD", "Stocks", 30), Held("VTI", "Stocks", 70)], {"Stocks": 100}, {"Stocks": {"VTI": 100}}
    )
    assert amounts_by("symbol", withdraw(tables, 50)) == {"OLD": -30, "VTI": -20}


def test_without_holding_targets_a_class_sells_by_value():
    tables = portfolio([Held("A", "Stocks", 30), Held("B", "Stocks", 70)], {"Stocks": 100})
    assert amounts_by("symbol", withdraw(tables, 10)) == {"A": -3, "B": -7}


def test_what_has_no_class_is_not_sold():
    tables = portfolio([Held("X", "Unclassified", 500), Held("A", "Stocks", 100)], {"Stocks": 100})
    assert amounts_by("symbol", withdraw(tables, 100)) == {"A": -100}


def test_more_than_is_held_is_refused_with_what_there_is():
    tables = portfolio([Held("X", "Unclassified", 500), Held("A", "Stocks", 100)], {"Stocks": 100})
    with pytest.raises(AmountError, match="more than the 100.00 USD"):
        withdraw(tables, 100.01)


def test_without_targets_nothing_is_sold():
    with pytest.raises(TargetsError):
        withdraw(portfolio([Held("A", "Stocks", 100)], {}), 1)


def test_the_smallest_deposit_is_0_on_target():
    assert minimum_deposit(one_a_class({"A": 60, "B": 40}, {"A": 60, "B": 40})) == 0


def test_the_smallest_deposit_is_rounded_up_to_the_cent():
    """10 / 0.3 is 33.333…, so 23.34 on top of 10."""
    assert minimum_deposit(one_a_class({"A": 10, "B": 0}, {"A": 30, "B": 70})) == 23.34


@pytest.mark.parametrize("held", [Held("X", "Unclassified", 1), Held("X", "Gold", 1)])
def test_no_deposit_reaches_targets_while_something_without_one_is_held(held):
    assert minimum_deposit(portfolio([Held("A", "A", 10), held], {"A": 100, "Gold": 0})) == math.inf


def test_the_smallest_deposit_of_an_empty_portfolio_is_0():
    assert minimum_deposit(portfolio([], {"A": 100})) == 0
