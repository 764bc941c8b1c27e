"""A plan as the page's tables and sentences."""

from allocation.dashboard.plan.markup import effect_sentence, undone_table
from allocation.planner import Limits, plan_rebalance, plan_withdrawal
from allocation.writing import PLAIN
from tests.builders import TODAY, Held, portfolio


def test_cash_that_is_taken_is_counted_apart_from_the_trades():
    tables = portfolio([Held("CASH", "Cash", 60), Held("B", "B", 60)], {"Cash": 50, "B": 50})
    said = effect_sentence(plan_withdrawal(tables, 10, "lazy", TODAY), PLAIN)
    assert "1 trade, 5.00 USD sold, 5.00 USD taken from cash." in said


def test_cash_that_is_left_says_its_currency():
    tables = portfolio([Held("A", "A", 50, price=20), Held("B", "B", 60, price=30)], {"A": 50, "B": 50})
    plan = plan_rebalance(tables, TODAY, deposit=5, limits=Limits(whole_shares=True))
    assert "CASH USD</td>" in undone_table(plan, PLAIN)
