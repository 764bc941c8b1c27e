"""Which account exactly: money stays where it is, and each account trades what it holds or may buy."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AmountError, UnknownName
from allocation.planner import RULES, Fee, Limits, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, amounts_by, minor, portfolio

PUBLISHED = json.loads(Path(__file__).parents[1].joinpath("cases.json").read_text(encoding="utf-8"))
ROTH, TAXED = "Roth IRA", "Brokerage"


def trades(plan):
    table = plan.trades
    return {
        (account, symbol): amount
        for account, symbol, amount in zip(table["account"], table["symbol"], table["amount"], strict=True)
    }


def two_accounts(**held):
    """Symbol → (money in the Roth IRA, money in the brokerage account); each symbol is its own class."""
    return [
        Held(symbol, symbol, value, account=account)
        for symbol, values in held.items()
        for account, value in zip((ROTH, TAXED), values, strict=True)
        if value
    ]


@pytest.mark.parametrize("case", PUBLISHED["household"], ids=lambda case: case["id"])
def test_a_household_is_rebalanced_inside_its_accounts(case):
    held = [
        Held(asset, asset, value, account=account)
        for account, values in case["accounts"].items()
        for asset, value in values.items()
    ]
    tables = portfolio(held, {name: 100 * weight for name, weight in case["targets"].items()})
    plan = plan_rebalance(tables, TODAY, limits=Limits(may_buy=case["eligible"]))
    assert trades(plan) == {
        (account, asset): amount for account, amounts in case["expect"].items() for asset, amount in amounts.items()
    }
    assert set(plan.classes["value_after"]) == {115_000}


def test_an_account_buys_what_it_holds_and_says_what_it_cannot():
    tables = portfolio(two_accounts(Stocks=(125, 0), Bonds=(0, 105)), {"Stocks": 50, "Bonds": 50})
    plan = plan_rebalance(tables, TODAY)
    assert plan.trades.empty
    assert all("money doesn't move between accounts" in reason for reason in plan.undone["reason"])


def test_where_other_limits_may_be_what_stops_a_trade_none_is_blamed():
    tables = portfolio(two_accounts(Stocks=(125, 0), Bonds=(0, 105)), {"Stocks": 50, "Bonds": 50})
    plan = plan_rebalance(tables, TODAY, limits=Limits(minimum_trade=10))
    assert plan.trades.empty
    assert all(
        reason.endswith("no plan within the limits that comes nearer was found") for reason in plan.undone["reason"]
    )


def test_a_trade_the_other_way_round_says_what_is_traded_in_all():
    held = two_accounts(Stocks=(200, 100), Bonds=(100, 0), Gold=(0, 200))
    plan = plan_rebalance(portfolio(held, {"Stocks": 45, "Bonds": 30, "Gold": 25}), TODAY)
    assert trades(plan) == {
        (ROTH, "Stocks"): -80, (ROTH, "Bonds"): 80, (TAXED, "Stocks"): 50, (TAXED, "Gold"): -50,
    }  # fmt: skip
    reasons = dict(zip(plan.trades["account"] + " " + plan.trades["symbol"], plan.trades["reason"], strict=True))
    said = "in all 30.00 of it is sold, but each account's trades pay for themselves"
    assert [name for name, reason in reasons.items() if said in reason] == [f"{TAXED} Stocks"]


def test_what_is_bought_in_one_account_and_sold_in_the_other_says_so():
    held = two_accounts(Stocks=(200, 100), Bonds=(100, 0), Gold=(0, 200))
    plan = plan_rebalance(portfolio(held, {"Stocks": 50, "Bonds": 30, "Gold": 20}), TODAY)
    stocks = plan.trades[plan.trades["symbol"] == "Stocks"]
    assert set(stocks["amount"]) == {-80, 80}
    assert all("in all as much of it is bought as sold" in reason for reason in stocks["reason"])


def test_the_household_of_the_sample_comes_nearer_to_its_targets(sample):
    plan = sample.plan_rebalance()
    assert plan.header.drift_after < 0.03 < 0.08 < plan.header.drift_before
    assert plan.header.turnover < 0.07


def test_what_nobody_holds_may_be_bought_anywhere():
    held = [*two_accounts(Stocks=(100, 100)), Held("Gold", "Gold", 0, account=None)]
    tables = portfolio(held, {"Stocks": 80, "Gold": 20}, {"Gold": {"Gold": 100}})
    plan = plan_rebalance(tables, TODAY)
    assert amounts_by("symbol", plan.trades) == {"Stocks": -40, "Gold": 40}


def test_a_deposit_into_an_account_is_spent_there():
    tables = portfolio(two_accounts(Stocks=(100, 300), Bonds=(300, 100)), {"Stocks": 50, "Bonds": 50})
    plan = plan_deposit(tables, {ROTH: 100, TAXED: 50}, "lazy", TODAY)
    by_account = plan.trades.groupby("account")["amount"].sum().round(2).to_dict()
    assert by_account == {ROTH: 100, TAXED: 50}
    assert amounts_by("symbol", plan.trades) == {"Stocks": 75, "Bonds": 75}


def test_a_deposit_into_an_account_that_holds_only_one_class_buys_that():
    tables = portfolio(two_accounts(Stocks=(100, 0), Bonds=(0, 50)), {"Stocks": 50, "Bonds": 50})
    plan = plan_deposit(tables, {ROTH: 10}, "lazy", TODAY)
    assert trades(plan) == {(ROTH, "Stocks"): 10}


def test_a_deposit_without_an_account_goes_where_most_is_held_and_says_where_else():
    tables = portfolio(two_accounts(Stocks=(100, 300)), {"Stocks": 100})
    plan = plan_deposit(tables, 10, "lazy", TODAY)
    assert trades(plan) == {(TAXED, "Stocks"): 10}
    assert plan.trades["reason"].iloc[0].endswith("also held in Roth IRA")


def test_a_withdrawal_takes_from_the_largest_holder_first():
    tables = portfolio(two_accounts(Stocks=(100, 300)), {"Stocks": 100})
    assert trades(plan_withdrawal(tables, 350, "lazy", TODAY)) == {(TAXED, "Stocks"): -300, (ROTH, "Stocks"): -50}


def test_a_withdrawal_from_an_account_sells_only_there():
    tables = portfolio(two_accounts(Stocks=(300, 300), Bonds=(100, 300)), {"Stocks": 50, "Bonds": 50})
    plan = plan_withdrawal(tables, {ROTH: 200}, "lazy", TODAY)
    assert trades(plan) == {(ROTH, "Stocks"): -200}


def test_cash_is_used_in_the_account_that_has_it():
    held = [*two_accounts(Stocks=(100, 100), Bonds=(0, 100)), Held("CASH", "Cash", 50, account=ROTH)]
    tables = portfolio(held, {"Stocks": 40, "Bonds": 50, "Cash": 10})
    plan = plan_deposit(tables, 0, "lazy", TODAY, use_cash="all")
    # Bonds are what is short, but the cash is in the Roth IRA, which holds only stocks.
    assert trades(plan) == {(ROTH, "CASH"): -50, (ROTH, "Stocks"): 50}


def test_each_trade_costs_its_fee():
    tables = portfolio(two_accounts(Stocks=(100, 100), Bonds=(100, 100)), {"Stocks": 60, "Bonds": 40})
    plan = plan_rebalance(tables, TODAY, limits=Limits(fee=Fee(fixed=1)))
    sums = plan.rows.groupby("account")[["amount", "fee"]].sum().sum(axis="columns").round(2)
    assert set(sums) == {0}
    assert plan.header.fees == plan.header.trades


def test_an_account_that_is_not_there_is_refused():
    tables = portfolio(two_accounts(Stocks=(100, 100)), {"Stocks": 100})
    with pytest.raises(UnknownName, match="The deposit names the account 'Nowhere'"):
        plan_deposit(tables, {"Nowhere": 5}, "lazy", TODAY)


def test_an_account_that_nothing_is_taken_from_sells_nothing():
    tables = portfolio(two_accounts(Stocks=(100, 0), Bonds=(0, 100)), {"Stocks": 40, "Bonds": 60})
    for money in ({ROTH: 0, TAXED: 0}, {ROTH: 0, TAXED: 30}):
        plan = plan_withdrawal(tables, money, "lazy", TODAY, Limits(whole_shares=True))
        assert trades(plan) == {(TAXED, "Bonds"): -30} if money[TAXED] else plan.trades.empty


@st.composite
def households(draw):
    names = ["A", "B", "C"]
    held = [
        Held(name, name, draw(st.integers(0, 10**6)) / 100, 7.5, account=account)
        for name in names
        for account in ("One", "Two", "Three")
        if draw(st.booleans())
    ] or [Held("A", "A", 100, account="One")]
    held += [Held("CASH", "Cash", draw(st.integers(1, 10**5)) / 100, account="Two")]
    present = sorted({line.symbol for line in held} & set(names))
    cuts = sorted(draw(st.lists(st.integers(0, 95), min_size=len(present) - 1, max_size=len(present) - 1)))
    targets = [b - a for a, b in zip([0, *cuts], [*cuts, 95], strict=True)]
    return portfolio(held, dict(zip(present, targets, strict=True)) | {"Cash": 5})


@settings(max_examples=25)
@given(tables=households(), data=st.data())
def test_each_account_pays_for_its_own_trades(tables, data):
    limits = Limits(whole_shares=data.draw(st.booleans()), minimum_trade=data.draw(st.sampled_from([0, 20])))
    kind = data.draw(st.sampled_from(["deposit", "withdrawal", "rebalance"]))
    flow = {account: data.draw(st.integers(0, 10**5)) for account in tables.accounts}
    money = {account: amount / 100 for account, amount in flow.items()}
    rule = data.draw(st.sampled_from(list(RULES)))
    sign = -1 if kind == "withdrawal" else 1
    try:
        if kind == "deposit":
            plan = plan_deposit(tables, money, rule, TODAY, limits)
        elif kind == "withdrawal":
            plan = plan_withdrawal(tables, money, rule, TODAY, limits)
        else:
            plan = plan_rebalance(tables, TODAY, deposit=money, limits=limits)
    except AmountError:
        return
    for account in tables.accounts:
        own = plan.rows[plan.rows["account"] == account]
        assert sum(minor(own["amount"])) == sign * flow[account]
        held = tables.holdings[tables.holdings["account"] == account].set_index("symbol")["value"]
        for symbol, amount in own.groupby("symbol")["amount"].sum().items():
            assert held.get(symbol, 0) + amount >= -0.001
        if kind != "rebalance":
            assert (plan.trades["amount"] * sign > 0).all()
