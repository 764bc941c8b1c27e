"""What a person lives with: each limit by hand, and all of them together on random portfolios."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.errors import AmountError, UnknownName
from allocation.planner import GOALS, RULES, Fee, Limits, plan_deposit, plan_rebalance, plan_withdrawal
from tests.builders import TODAY, Held, amounts_by, minor, one_a_class, portfolio
from tests.planner.test_properties import portfolios

ABC = one_a_class({"A": 500, "B": 300, "C": 200}, {"A": 50, "B": 30, "C": 20})
OFF = one_a_class({"A": 700, "B": 200, "C": 100}, {"A": 50, "B": 30, "C": 20})


def deposit(tables, amount, rule="lazy", **limits):
    return plan_deposit(tables, amount, rule, TODAY, Limits(**limits))


def by_class(plan):
    return amounts_by("asset_class", plan.trades)


def test_what_may_not_be_bought_leaves_its_money_to_the_others():
    plan = deposit(ABC, 100, no_buy=["A"])
    assert by_class(plan) == {"B": 60, "C": 40}
    assert plan.undone[["symbol", "action", "reason"]].values.tolist() == [["A", "limited", "may not be bought"]]
    assert plan.header.limits == ("don't buy A",)


@pytest.mark.parametrize("rule", RULES)
def test_only_what_is_on_the_list_is_bought(rule):
    assert by_class(deposit(ABC, 100, rule, only_buy=["C"])) == {"C": 100}


@pytest.mark.parametrize("rule", RULES)
def test_where_nothing_may_be_bought_all_of_a_deposit_stays_cash(rule):
    plan = deposit(ABC, 100, rule, no_buy=["A", "B", "C"])
    (left,) = plan.undone[plan.undone["action"] == "cash left"].to_dict("records")
    assert plan.trades.empty and left["amount"] == plan.header.cash_left == 100
    assert left["reason"] == "no trade that keeps the limits can use it"


@pytest.mark.parametrize("rule", RULES)
def test_a_withdrawal_takes_from_the_others_what_may_not_be_sold(rule):
    plan = plan_withdrawal(OFF, 250, rule, TODAY, Limits(no_sell=["A"]))
    assert set(by_class(plan)) <= {"B", "C"} and sum(by_class(plan).values()) == -250
    assert "A" in set(plan.undone["symbol"])


def test_a_withdrawal_of_more_than_may_be_sold_is_refused():
    with pytest.raises(AmountError, match=r"more than the 300.00 USD .* may be sold"):
        plan_withdrawal(OFF, 301, "lazy", TODAY, Limits(no_sell=["A"]))


def test_a_whole_share_worth_more_than_a_gap_is_not_counted_in_percent():
    """A lacks 6.05 of its target: a share of 11 comes nearer than none."""
    held = [Held("A", "A", 495, price=11), Held("B", "B", 507.1, price=11)]
    plan = plan_rebalance(portfolio(held, {"A": 50, "B": 50}), TODAY, limits=Limits(whole_shares=True))
    assert amounts_by("symbol", plan.trades) == {"A": 11, "B": -11}
    assert plan.trades["reason"].tolist() == [
        "0.6 points under target; more than the gap", "0.6 points over target; more than the surplus"
    ]  # fmt: skip


def test_one_of_two_funds_of_a_class_may_be_kept_from_being_sold():
    held = [Held("OLD", "Stocks", 600), Held("NEW", "Stocks", 200), Held("BND", "Bonds", 200)]
    plan = plan_rebalance(portfolio(held, {"Stocks": 50, "Bonds": 50}), TODAY, limits=Limits(no_sell=["OLD"]))
    assert amounts_by("symbol", plan.trades) == {"NEW": -200, "BND": 200}


def test_a_smallest_trade_leaves_no_money_idle():
    """Lazily 50, 30 and 20; with at least 40 a trade, all of it goes to two."""
    plan = deposit(ABC, 100, minimum_trade=40)
    assert sum(by_class(plan).values()) == 100
    assert all(amount >= 40 for amount in by_class(plan).values())
    assert plan.header.cash_left == 0
    (row,) = plan.undone.to_dict("records")
    assert (
        row["symbol"] == "C"
        and row["reason"] == "the rule alone would buy 20.00; under the smallest trade of 40.00 USD"
    )


def test_a_deposit_under_the_smallest_trade_stays_cash():
    plan = deposit(ABC, 30, minimum_trade=40)
    assert plan.trades.empty and plan.header.cash_left == 30


def test_fees_come_out_of_the_deposit():
    plan = deposit(ABC, 106, fee=Fee(fixed=2))
    assert by_class(plan) == {"A": 50, "B": 30, "C": 20}
    assert plan.header.fees == 6
    assert plan.header.value_after == 1100


def test_fees_come_out_of_what_is_sold():
    plan = plan_withdrawal(one_a_class({"A": 1000}, {"A": 100}), 100, "lazy", TODAY, Limits(fee=Fee(percent=1)))
    # 101.01 less 1 % is 100.00.
    assert plan.trades[["amount", "fee"]].values.tolist() == [[-101.01, 1.01]]


@pytest.mark.parametrize(("amount", "fee"), [(100, 5), (1000, 10), (9000, 25)])
def test_a_fee_has_a_floor_and_a_cap(amount, fee):
    tables = one_a_class({"A": 1000}, {"A": 100})
    plan = deposit(tables, amount + fee, fee=Fee(percent=1, at_least=5, at_most=25))
    assert plan.trades[["amount", "fee"]].values.tolist() == [[amount, fee]]


def test_no_trade_whose_fee_is_too_large_a_part_of_it():
    plan = deposit(ABC, 106, fee=Fee(fixed=2), largest_fee_percent=5)
    # 2 is 5 % of 40: C's part would be smaller.
    assert all(amount >= 40 for amount in by_class(plan).values()) and len(by_class(plan)) == 2
    assert any("is over 5 % of it" in reason for reason in plan.undone["reason"])


def test_a_turnover_cap_sells_no_more_and_says_what_is_left():
    plan = plan_rebalance(OFF, TODAY, limits=Limits(turnover_percent=5))
    assert by_class(plan)["A"] == -50
    assert plan.header.sold == 50 and plan.header.turnover == 0.05
    assert "the rule alone would sell 200.00; at most 50.00 USD may be sold" in set(plan.undone["reason"])


def test_a_turnover_cap_is_no_reason_where_more_could_still_be_sold():
    held = [Held("A", "Stocks", 600, account="First"), Held("B", "Bonds", 100, account="First")]
    held += [Held("C", "Bonds", 100, account="Second"), Held("D", "Gold", 200, account="Second")]
    tables = portfolio(held, {"Stocks": 40, "Bonds": 20, "Gold": 40})
    plan = plan_rebalance(tables, TODAY, limits=Limits(turnover_percent=90))
    assert plan.header.sold < 900
    assert not any("may be sold" in reason for reason in plan.undone["reason"])
    assert any("money doesn't move between accounts" in reason for reason in plan.undone["reason"])


def test_what_a_withdrawal_takes_out_may_be_sold_besides_the_turnover():
    plan = plan_rebalance(OFF, TODAY, withdrawal=100, limits=Limits(turnover_percent=5))
    assert plan.header.sold == 150
    assert "at most 150.00 USD may be sold" in " ".join(plan.undone["reason"])


def test_cash_counts_as_held_already():
    tables = portfolio([Held("VTI", "Stocks", 500), Held("BND", "Bonds", 300), Held("CASH", "Cash", 200)],
                       {"Stocks": 50, "Bonds": 40, "Cash": 10})  # fmt: skip
    plan = plan_deposit(tables, 0, "lazy", TODAY, use_cash=100)
    assert amounts_by("symbol", plan.trades) == {"BND": 100, "CASH": -100}
    assert plan.header.flow == 0 and plan.header.value_after == 1000
    both = plan_deposit(tables, 100, "lazy", TODAY, use_cash="all", limits=Limits(keep_cash=50))
    assert amounts_by("symbol", both.trades)["CASH"] == -150
    assert both.header.value_after == 1100
    assert round(both.rows["amount"].sum(), 2) == 100


def test_more_cash_than_there_is_cannot_be_used():
    with pytest.raises(AmountError, match="more than the 150.00 USD of cash that the portfolio has to use"):
        plan_deposit(one_cash(), 0, "lazy", TODAY, Limits(keep_cash=50), use_cash=200)


def one_cash():
    return portfolio([Held("VTI", "Stocks", 800), Held("CASH", "Cash", 200)], {"Stocks": 90, "Cash": 10})


def test_cash_to_keep_is_not_sold():
    plan = plan_withdrawal(one_cash(), 500, "largest_first", TODAY, Limits(keep_cash=180))
    assert amounts_by("symbol", plan.trades) == {"CASH": -20, "VTI": -480}
    back = plan_rebalance(one_cash(), TODAY, limits=Limits(keep_cash=180))
    assert amounts_by("symbol", back.trades) == {"CASH": -20, "VTI": 20}


@pytest.mark.parametrize(
    ("limits", "error", "sentence"),
    [
        ({"keep": ["ZZZ"]}, UnknownName, "nothing called 'ZZZ' to keep"),
        ({"no_buy": ["CASH"]}, UnknownName, "nothing called 'CASH' to no buy. .* Cash is called CASH USD"),
        ({"whole_shares": ["ZZZ"]}, UnknownName, "nothing called 'ZZZ' to whole shares"),
        ({"minimum_trade": "ten"}, AmountError, "The minimum trade 'ten' is not a number"),
        ({"fee": Fee(percent=101)}, AmountError, "fee's percent 101 is not between 0 and 100"),
        ({"lots": {"A": 0}}, AmountError, "The lot of A is 0. A lot is a number of shares above 0"),
        ({"turnover_percent": "x"}, AmountError, "turnover_percent 'x' is not a number"),
        ({"keep_cash": {"Nowhere": 5}}, UnknownName, "keep_cash names the account 'Nowhere', which is not there"),
    ],
)
def test_a_limit_that_cannot_be_read_is_a_sentence(limits, error, sentence):
    with pytest.raises(error, match=sentence):
        deposit(ABC, 100, **limits)


@st.composite
def any_limits(draw, tables):
    names = sorted({*tables.assets["symbol"], *tables.strategy.class_weights})
    some = st.sets(st.sampled_from(names), max_size=1)
    fee = st.builds(
        Fee, fixed=st.integers(0, 3), percent=st.sampled_from([0, 0.5, 2]), at_least=st.sampled_from([0, 4]),
        at_most=st.sampled_from([None, 8]),
    )  # fmt: skip
    return Limits(
        keep=draw(some),
        no_buy=draw(some),
        no_sell=draw(some),
        whole_shares=draw(st.one_of(st.booleans(), some)),
        minimum_trade=draw(st.sampled_from([0, 0, 25, 500])),
        fee=draw(fee),
        largest_fee_percent=draw(st.sampled_from([None, None, 5])),
        turnover_percent=draw(st.sampled_from([None, None, 3])),
    )


def check(tables, plan, flow, limits, kind):
    rows, trades = plan.rows, plan.trades
    assert sum(minor(rows["amount"])) + sum(minor(rows["fee"])) == flow
    assert (rows["value_after"] >= 0).all() and plan.header.cash_left >= 0
    if kind != "rebalance":
        assert (trades["amount"] * (1 if kind == "deposit" else -1) > 0).all()
    if limits.minimum_trade:
        assert (trades["amount"].abs() >= limits.minimum_trade).all()
    kept = set(limits.keep)
    assert not kept & {*trades["symbol"], *trades["asset_class"]}
    assert not set(limits.no_buy) & {
        *trades[trades["amount"] > 0]["symbol"],
        *trades[trades["amount"] > 0]["asset_class"],
    }
    assert not set(limits.no_sell) & {
        *trades[trades["amount"] < 0]["symbol"],
        *trades[trades["amount"] < 0]["asset_class"],
    }
    if limits.whole_shares is True:
        assert all(shares == int(shares) for shares in trades["shares"])
    if limits.largest_fee_percent:
        assert (trades["fee"] <= trades["amount"].abs() * limits.largest_fee_percent / 100 + 0.01).all()
    assert sum(minor(plan.classes["value_after"])) == tables.total + flow - sum(minor(rows["fee"]))
    if plan.header.value_after:
        assert plan.classes["weight_after"].sum() == pytest.approx(1)


@settings(max_examples=40)
@given(tables=portfolios(), data=st.data())
def test_every_limit_holds_whatever_the_others_are(tables, data):
    limits = data.draw(any_limits(tables))
    kind = data.draw(st.sampled_from(["deposit", "withdrawal", "rebalance"]))
    flow = data.draw(st.integers(0, 10**6))
    try:
        if kind == "deposit":
            plan = plan_deposit(tables, flow / 100, data.draw(st.sampled_from(list(RULES))), TODAY, limits)
        elif kind == "withdrawal":
            flow = -flow
            plan = plan_withdrawal(tables, -flow / 100, data.draw(st.sampled_from(list(RULES))), TODAY, limits)
        else:
            plan = plan_rebalance(
                tables, TODAY, data.draw(st.sampled_from(list(GOALS))), deposit=flow / 100, limits=limits
            )
            sold = minor([plan.header.sold])[0]
            assert limits.turnover_percent is None or sold <= 0.03 * tables.total + 1
    except AmountError:
        return
    check(tables, plan, flow, limits, kind)


@settings(max_examples=15)
@given(tables=portfolios(), flow=st.integers(0, 10**6), rule=st.sampled_from(list(RULES)))
def test_a_limit_that_binds_nothing_changes_nothing(tables, flow, rule):
    plain = plan_deposit(tables, flow / 100, rule, TODAY)
    loose = plan_deposit(tables, flow / 100, rule, TODAY, Limits(minimum_trade="0.01", time_limit=20))
    bought, also = amounts_by("symbol", plain.trades), amounts_by("symbol", loose.trades)
    assert all(abs(bought.get(symbol, 0) - also.get(symbol, 0)) <= 0.11 for symbol in bought | also)
