"""Plans as people read them: portfolios written down, trades worked out by hand."""

import datetime
import math

import pytest

from allocation.errors import AmountError, TargetsError, UnknownName
from allocation.planner import RULES, Limits, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, amounts_by, one_a_class, portfolio

EVERY_RULE = pytest.mark.parametrize("rule", RULES)
TWO_LEVELS = [Held("VTI", "Stocks", 400), Held("VXUS", "Stocks", 200), Held("BND", "Bonds", 400)]
SIXTY_FORTY = {"Stocks": 60, "Bonds": 40}


def deposit(tables, amount, rule="lazy"):
    return plan_deposit(tables, amount, rule, TODAY).rows


def reasons(plan):
    return dict(zip(plan["symbol"], plan["reason"], strict=True))


def only(plan):
    (row,) = plan.to_dict("records")
    return row


def test_the_columns_of_a_plan_stay():
    assert list(deposit(one_a_class({"A": 1}, {"A": 100}), 10).columns) == [
        "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
        "price", "quoted_price", "quoted_currency", "fee", "value_before", "value_after", "weight_before",
        "weight_after", "target_weight", "drift_before", "drift_after", "reason",
    ]  # fmt: skip


def test_a_trade_tells_everything_about_itself():
    held = [Held("VTI", "Stocks", 150, 50, name="Total"), Held("BND", "Bonds", 150)]
    row = only(deposit(portfolio(held, {"Stocks": 75, "Bonds": 25}), 100))
    assert row == {
        "date": datetime.date(2026, 11, 20), "scope": "all", "rule": "lazy", "account": "Brokerage", "symbol": "VTI",
        "name": "Total", "asset_class": "Stocks", "action": "buy", "amount": 100.0, "currency": "USD", "shares": 2.0,
        "price": 50.0, "quoted_price": 50.0, "quoted_currency": "USD", "fee": 0.0,
        "value_before": 150.0, "value_after": 250.0, "weight_before": 0.5, "weight_after": 0.625,
        "target_weight": 0.75, "drift_before": -0.25, "drift_after": -0.125,
        "reason": "25.0 points under target; 67 % of the gap",
    }  # fmt: skip


def test_the_largest_trade_stands_first():
    plan = deposit(one_a_class({"A": 1, "B": 1, "C": 1}, {"A": 20, "B": 50, "C": 30}), 10)
    assert list(plan["symbol"]) == ["B", "C", "A"]


@EVERY_RULE
def test_holding_targets_are_followed_inside_the_class(rule):
    tables = portfolio(TWO_LEVELS, SIXTY_FORTY, {"Stocks": {"VTI": 50, "VXUS": 50}})
    amounts = amounts_by("symbol", deposit(tables, 100, rule))
    assert amounts["BND"] == 40
    assert amounts.get("VTI", 0) == (30 if rule == "by_target" else 0)


@EVERY_RULE
def test_without_holding_targets_a_class_shares_by_current_value(rule):
    assert amounts_by("symbol", deposit(portfolio(TWO_LEVELS, SIXTY_FORTY), 100, rule)) == {
        "BND": 40,
        "VTI": 40,
        "VXUS": 20,
    }


def test_inside_a_class_shortfalls_are_against_its_new_value():
    """Stocks get all 100, so they are 400: VTI is 200 short of 300 and VXUS has 200 against 100."""
    tables = portfolio(
        [Held("VTI", "Stocks", 100), Held("VXUS", "Stocks", 200), Held("BND", "Bonds", 600)],
        SIXTY_FORTY,
        {"Stocks": {"VTI": 75, "VXUS": 25}},
    )
    assert amounts_by("symbol", deposit(tables, 100, "proportional")) == {"VTI": 100}


def test_the_target_of_a_holding_is_its_part_of_the_portfolio():
    tables = portfolio(TWO_LEVELS, SIXTY_FORTY, {"Stocks": {"VTI": 30, "VXUS": 70}})
    plan = deposit(tables, 100, "by_target").set_index("symbol")
    assert plan["target_weight"].to_dict() == pytest.approx({"VTI": 0.18, "VXUS": 0.42, "BND": 0.4})


def test_a_holding_without_a_target_in_a_class_with_holding_targets_gets_nothing():
    tables = portfolio(TWO_LEVELS, SIXTY_FORTY, {"Stocks": {"VTI": 100}})
    assert amounts_by("symbol", deposit(tables, 1000)) == {"VTI": 600, "BND": 400}


def test_an_asset_with_a_target_that_is_not_held_yet_is_bought():
    tables = portfolio(
        [Held("VTI", "Stocks", 100), Held("VXUS", "Stocks", 0, 20, account=None)],
        {"Stocks": 100},
        {"Stocks": {"VTI": 50, "VXUS": 50}},
    )
    row = only(deposit(tables, 100))
    assert (row["symbol"], row["account"], row["shares"]) == ("VXUS", "Brokerage", 5)
    assert row["reason"] == "50.0 points under target; 100 % of the gap; not held yet"


def test_a_class_where_nothing_is_held_says_so_and_keeps_its_money():
    tables = portfolio([Held("VTI", "Stocks", 900)], {"Stocks": 68, "Real estate": 32})
    row = only(deposit(tables, 412.5))
    assert (row["symbol"], row["asset_class"], row["action"], row["amount"]) == (
        "",
        "Real estate",
        "nothing held",
        412.5,
    )
    assert math.isnan(row["shares"]) and math.isnan(row["price"])
    assert row["reason"] == (
        "412.50 of Real estate is left as cash, counted as Real estate, because nothing is held in it to buy; "
        "32.0 points under target; 98 % of the gap"
    )


def test_reasons_are_in_words():
    """1,200 after: Stocks 600 of 720, so 120 short; Bonds 400 of 480."""
    plan = deposit(portfolio(TWO_LEVELS, SIXTY_FORTY), 200)
    assert reasons(plan) == {
        "VTI": "Stocks is on target before the deposit; 100 % of the gap that it leaves; its part by value is 67 %",
        "VXUS": "Stocks is on target before the deposit; 100 % of the gap that it leaves; its part by value is 33 %",
        "BND": "on target before the deposit; 100 % of the gap that it leaves",
    }


def test_by_target_says_when_what_is_over_gets_its_part():
    plan = deposit(one_a_class({"A": 90, "B": 10}, {"A": 50, "B": 50}), 10, "by_target")
    assert reasons(plan) == {
        "A": "40.0 points over target; takes its part by target weight",
        "B": "40.0 points under target; 11 % of the gap",
    }


def test_the_whole_portfolio_names_the_account_that_alone_holds_the_asset():
    tables = portfolio([Held("A", "A", 10, account="Roth IRA"), Held("B", "B", 10)], {"A": 50, "B": 50})
    assert dict(deposit(tables, 10)[["symbol", "account"]].to_numpy()) == {"A": "Roth IRA", "B": "Brokerage"}


def test_an_asset_in_several_accounts_names_the_others_in_the_reason():
    tables = portfolio([Held("A", "A", 10, account="Roth IRA"), Held("A", "A", 10)], {"A": 100})
    row = only(deposit(tables, 10))
    assert row["account"] == "Brokerage"
    assert row["value_before"] == 20
    assert row["reason"].endswith("; also held in Roth IRA")


def test_one_account_that_inherits_the_targets_trades_in_itself():
    tables = portfolio(
        [Held("VTI", "Stocks", 60), Held("BND", "Bonds", 0, account=None)],
        {**SIXTY_FORTY, "Gold": 0}, {"Bonds": {"BND": 100}}, scope="Brokerage", inherited=True,
    )  # fmt: skip
    row = only(deposit(tables, 40))
    assert (row["scope"], row["account"], row["symbol"], row["amount"]) == ("Brokerage", "Brokerage", "BND", 40)


def test_one_account_where_a_class_holds_nothing_keeps_the_money_in_itself():
    tables = portfolio([Held("VTI", "Stocks", 60)], SIXTY_FORTY, scope="Brokerage")
    assert only(deposit(tables, 40))["account"] == "Brokerage"


def test_shares_in_a_foreign_currency_are_at_price_times_rate():
    tables = portfolio([Held("ASML", "Stocks", 0.01, price=800, currency="EUR", rate=1.25)], {"Stocks": 100})
    row = only(deposit(tables, 500))
    assert (row["price"], row["shares"], row["currency"]) == (1000, 0.5, "USD")
    assert "800 EUR a share at 1 EUR = 1.25 USD" in row["reason"]


@pytest.mark.parametrize("price", [0.0004, 12.5, 95_000, 750_000])
def test_shares_times_price_is_the_amount_to_the_cent(price):
    row = only(deposit(portfolio([Held("A", "A", 1, price)], {"A": 100}), 1000))
    assert row["shares"] * row["price"] == pytest.approx(1000, rel=0, abs=0.005)


def test_cash_is_kept_not_bought():
    tables = portfolio([Held("CASH", "Cash", 10), Held("VTI", "Stocks", 90)], {"Cash": 50, "Stocks": 50})
    row = only(deposit(tables, 20))
    assert (row["symbol"], row["action"], row["shares"]) == ("CASH", "keep as cash", 20)


def test_a_deposit_pays_an_overdraft_back():
    tables = portfolio([Held("CASH", "Cash", -500), Held("VTI", "Stocks", 1500)], {"Cash": 10, "Stocks": 90})
    row = only(deposit(tables, 300))
    assert (row["symbol"], row["action"], row["amount"]) == ("CASH", "keep as cash", 300)


@EVERY_RULE
def test_a_deposit_of_0_trades_nothing(rule):
    plan = deposit(portfolio(TWO_LEVELS, SIXTY_FORTY), 0, rule)
    assert plan.empty
    assert plan["amount"].dtype == "float64"


@EVERY_RULE
def test_an_empty_portfolio_puts_money_by_target_where_nothing_is_held(rule):
    plan = deposit(portfolio([], SIXTY_FORTY), 100, rule)
    assert amounts_by("asset_class", plan) == {"Stocks": 60, "Bonds": 40}
    assert set(plan["action"]) == {"nothing held"}


def test_only_cash_waits_for_what_is_not_held():
    plan = deposit(portfolio([Held("CASH", "Cash", 100)], {"Cash": 10, "Stocks": 90}), 50)
    assert amounts_by("asset_class", plan) == {"Stocks": 50}


@EVERY_RULE
def test_on_target_a_deposit_keeps_it_so(rule):
    tables = one_a_class({"A": 70, "B": 30}, {"A": 70, "B": 30})
    plan = plan_deposit(tables, 10, rule, TODAY)
    assert amounts_by("symbol", plan) == {"A": 7, "B": 3}
    assert list(plan.classes["drift_after"]) == [0, 0]


@EVERY_RULE
def test_a_class_with_target_0_gets_nothing(rule):
    assert amounts_by("symbol", deposit(one_a_class({"A": 10, "B": 0}, {"A": 100, "B": 0}), 10, rule)) == {"A": 10}


@EVERY_RULE
def test_holdings_without_a_class_count_but_get_nothing(rule):
    tables = portfolio([Held("BRK.B", "Unclassified", 100), Held("VTI", "Stocks", 100)], {"Stocks": 100})
    row = only(deposit(tables, 100, rule))
    assert (row["symbol"], row["weight_before"], row["drift_before"]) == ("VTI", 0.5, -0.5)
    assert row["weight_after"] == pytest.approx(2 / 3)


@EVERY_RULE
def test_without_targets_there_is_nothing_to_plan_towards(rule):
    with pytest.raises(TargetsError, match="All Portfolio has no targets yet"):
        deposit(portfolio(TWO_LEVELS, {}), 100, rule)


@pytest.mark.parametrize("amount", [-1, "-0.01", "ten", "", "1,000", None, math.nan, math.inf, 0.001, "1e14", True])
def test_what_is_not_an_amount_is_refused_in_a_sentence(amount):
    with pytest.raises(AmountError, match=r"^The deposit .*\."):
        deposit(one_a_class({"A": 1}, {"A": 100}), amount)


def test_a_yen_has_no_cents():
    with pytest.raises(AmountError, match="finer than JPY has decimals"):
        deposit(one_a_class({"A": 1}, {"A": 100}, base="JPY"), "0.5")


def test_an_unknown_rule_is_refused():
    with pytest.raises(UnknownName, match="no rule 'greedy'"):
        deposit(one_a_class({"A": 1}, {"A": 100}), 1, "greedy")


def test_classes_after_shows_every_class_and_adds_up():
    tables = portfolio([*TWO_LEVELS, Held("X", "Unclassified", 100)], {"Stocks": 50, "Bonds": 40, "Gold": 10})
    after = plan_deposit(tables, 900, "lazy", TODAY).classes.set_index("asset_class")
    assert after["value_after"].to_dict() == {"Bonds": 760, "Gold": 190, "Stocks": 950, "Unclassified": 100}
    assert after["weight_after"].sum() == pytest.approx(1)
    assert after.loc["Gold", ["status_before", "status_after"]].tolist() == ["nothing held", "in band"]
    assert after.loc["Unclassified", "status_after"] == "no target"


def test_beside_cash_that_is_left_there_are_no_parts_of_cash_by_value():
    """20 are taken, 6 of them left: 12 and 8 are no parts of 14."""
    held = [Held("CASH", "Cash", 60), Held("CASH", "Cash", 40, currency="EUR"), Held("B", "B", 100, price=7)]
    tables = portfolio(held, {"Cash": 40, "B": 60})
    plan = plan_rebalance(tables, TODAY, limits=Limits(whole_shares=True))
    assert plan.header.cash_left == 6
    assert plan.trades["reason"].tolist() == [
        "10.0 points under target; 70 % of the gap",
        "Cash is 10.0 points over target; 70 % of the surplus",
        "Cash is 10.0 points over target; 70 % of the surplus; 1 EUR = 1 USD",
    ]


def test_in_words_cash_is_no_shares_and_one_share_is_one():
    held = [Held("CASH", "Cash", 50), Held("CASH", "Cash", 50, currency="EUR", rate=2), Held("B", "B", 50, price=50)]
    tables = portfolio(held, {"Cash": 10, "B": 90})
    told = plan_rebalance(tables, TODAY, limits=Limits(whole_shares=True)).explain().replace("−", "-")
    assert "- buy B in Brokerage: 50.00 USD (1 share); " in told
    assert "- take from cash CASH USD in Brokerage: -42.50 USD; " in told
    assert "- take from cash CASH EUR in Brokerage: -42.50 USD (21.25 EUR); " in told


def test_cash_that_a_limit_holds_back_is_not_said_to_be_sold():
    held = [Held("CASH", "Cash", 60), Held("CASH", "Cash", 40, currency="EUR"), Held("B", "B", 100, price=7)]
    tables = portfolio(held, {"Cash": 10, "B": 90})
    plan = plan_withdrawal(tables, 60, "lazy", TODAY, Limits(keep_cash=95, whole_shares=True))
    assert plan.undone["reason"].tolist() == [
        "the rule alone would take 5.00 from cash; 35.00 USD of it are to be kept"
    ]
