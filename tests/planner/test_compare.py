"""Rules and goals side by side."""

import pytest

from allocation.errors import AmountError, UnknownName
from allocation.planner import GOALS, RULES, Limits, compare_rules, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, one_a_class


@pytest.fixture
def tables():
    return one_a_class({"Stocks": 7000, "Bonds": 2000, "Gold": 1000}, {"Stocks": 60, "Bonds": 30, "Gold": 10})


def test_every_deposit_rule_is_a_row_that_says_what_its_plan_says(tables):
    table = compare_rules(tables, TODAY, deposit=500)
    assert list(table["rule"]) == list(RULES)
    for row in table.itertuples():
        head = plan_deposit(tables, 500, row.rule, TODAY).header
        assert (row.trades, row.bought, row.drift_after) == (head.trades, head.bought, head.drift_after)
    lazy, by_target = (table.set_index("rule").loc[name] for name in ("lazy", "by_target"))
    assert (lazy["trades"], by_target["trades"]) == (1, 3)
    assert lazy["drift_after"] < by_target["drift_after"]
    assert (lazy["largest_drift_class"], round(lazy["largest_drift"], 4)) == ("Stocks", 0.0667)


def test_every_withdrawal_rule(tables):
    table = compare_rules(tables, TODAY, withdrawal=500)
    assert list(table["sold"]) == [500] * len(RULES)
    assert table["drift_after"].tolist() == [
        plan_withdrawal(tables, 500, rule, TODAY).header.drift_after for rule in RULES
    ]


def test_without_money_every_goal_of_a_rebalance(tables):
    table = compare_rules(tables, TODAY)
    assert list(table["rule"]) == [*GOALS, *GOALS]
    assert list(table["only_outside"]) == [False] * len(GOALS) + [True] * len(GOALS)
    first = table.iloc[0]
    head = plan_rebalance(tables, TODAY).header
    assert (first["sold"], first["turnover"], first["out_of_band"]) == (head.sold, head.turnover, 0)
    assert table["problem"].eq("").all()


def test_a_rule_without_a_plan_says_why_beside_the_others(tables):
    table = compare_rules(tables, TODAY, withdrawal=9000, limits=Limits(no_sell=["Stocks"]))
    assert table["problem"].str.contains("The withdrawal is more than the 3,000.00 USD").all()
    assert table["sold"].isna().all()


def test_what_is_asked_wrongly_is_refused(tables):
    with pytest.raises(AmountError, match="not both"):
        compare_rules(tables, TODAY, deposit=1, withdrawal=1)
    with pytest.raises(UnknownName, match="nothing called 'Silver'"):
        compare_rules(tables, TODAY, deposit=1, limits=Limits(keep=["Silver"]))
