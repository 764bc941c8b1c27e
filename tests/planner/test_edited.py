"""Plans with trades set by hand: the others stay, or are calculated anew around them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountError, UnknownName
from allocation.planner import Fee, Limits, Request, edit_plan, plan_deposit, plan_rebalance, plan_withdrawal
from allocation.planner.request import SetByHand
from tests.builders import TODAY, Held, amounts_by, portfolio

HELD = [Held("VTI", "Stocks", 600.0, 10.0), Held("VXUS", "Stocks", 200.0, 5.0), Held("BND", "Bonds", 200.0, 20.0)]
ONE = portfolio(HELD, {"Stocks": 60, "Bonds": 40}, {"Stocks": {"VTI": 50, "VXUS": 50}})
TWO = portfolio(
    [Held("VTI", "Stocks", 600.0, 10.0, "A"), Held("BND", "Bonds", 100.0, 20.0, "A"),
     Held("VXUS", "Stocks", 200.0, 5.0, "B"), Held("BND", "Bonds", 100.0, 20.0, "B")],
    {"Stocks": 60, "Bonds": 40}, {"Stocks": {"VTI": 50, "VXUS": 50}},
)  # fmt: skip


def edited(tables, plan, recalculate=False, shares=None, **amounts):
    return edit_plan(tables, plan, amounts, shares or {}, recalculate, TODAY)


def together(plan):
    return round(plan.rows["amount"].sum() + plan.rows["fee"].sum(), 6)


def test_the_others_stay_and_the_money_that_is_over_is_left_as_cash():
    plan = plan_deposit(ONE, 500, "lazy", TODAY)
    assert amounts_by("symbol", plan) == {"BND": 400.0, "VXUS": 100.0}
    by_hand = edited(ONE, plan, BND=250)
    assert amounts_by("symbol", by_hand) == {"BND": 250.0, "VXUS": 100.0, "CASH": 150.0}
    assert by_hand.header.cash_left == 150 and by_hand.header.limits == ("set by hand: BND 250.00 USD",)
    assert by_hand.trades.set_index("symbol")["reason"]["BND"].endswith("set by hand")


def test_or_are_calculated_anew_around_it():
    by_hand = edited(ONE, plan_deposit(ONE, 500, "lazy", TODAY), recalculate=True, BND=250)
    assert amounts_by("symbol", by_hand) == {"BND": 250.0, "VXUS": 250.0}
    assert by_hand.header.value_after == 1500 and by_hand.header.cash_left == 0


def test_a_trade_can_be_taken_out_put_in_or_given_in_shares():
    plan = plan_deposit(ONE, 500, "lazy", TODAY)
    assert amounts_by("symbol", edited(ONE, plan, BND=0)) == {"BND": 0.0, "VXUS": 100.0, "CASH": 400.0}
    assert amounts_by("symbol", edited(ONE, plan, BND=300, VTI=100)) == {"BND": 300.0, "VXUS": 100.0, "VTI": 100.0}
    by_shares = edited(ONE, plan, shares={"BND": 12})
    assert by_shares.trades.set_index("symbol").loc["BND", ["shares", "amount"]].tolist() == [12, 240]


def test_what_was_set_by_hand_before_stays_so():
    once = edited(ONE, plan_deposit(ONE, 500, "lazy", TODAY), recalculate=True, BND=250)
    twice = edited(ONE, once, recalculate=True, VTI=50)
    assert amounts_by("symbol", twice) == {"BND": 250.0, "VTI": 50.0, "VXUS": 200.0}


def test_more_than_there_is_is_refused():
    deposit, withdrawal = plan_deposit(ONE, 500, "lazy", TODAY), plan_withdrawal(ONE, 500, "lazy", TODAY)
    with pytest.raises(AmountError, match="50.00 USD short"):
        edited(ONE, deposit, BND=450)
    with pytest.raises(AmountError, match="100.00 USD more than the deposit has"):
        edited(ONE, deposit, recalculate=True, BND=600)
    with pytest.raises(AmountError, match="100.00 USD short"):
        edited(ONE, withdrawal, VTI=withdrawal.trades.set_index("symbol")["amount"]["VTI"] + 100)
    with pytest.raises(AmountError, match="700.00 USD of VTI are more than Brokerage has: 600.00"):
        edited(ONE, withdrawal, VTI=-700)
    with pytest.raises(AmountError, match="finer than USD has decimals"):
        edited(ONE, deposit, BND="1.005")


def test_a_name_has_to_say_which_trade_is_meant():
    plan = plan_rebalance(TWO, TODAY)
    with pytest.raises(UnknownName, match="VBR"):
        edit_plan(TWO, plan, {"VBR": 1}, {}, False, TODAY)
    with pytest.raises(UnknownName, match="BND is in A and in B"):
        edit_plan(TWO, plan_withdrawal(TWO, 900, "by_target", TODAY), {"BND": -1}, {}, False, TODAY)
    with pytest.raises(UnknownName, match="no account 'C'"):
        edit_plan(TWO, plan, {("C", "BND"): 1}, {}, False, TODAY)


def test_each_account_pays_for_its_own_trades_around_it():
    plan = edit_plan(TWO, plan_rebalance(TWO, TODAY), {("A", "VTI"): -50}, {}, True, TODAY)
    by_account = plan.trades.groupby("account")["amount"].sum().round(6)
    assert amounts_by("symbol", plan)["VTI"] == -50 and not by_account.any()


def test_a_fee_is_that_of_the_new_amount():
    plan = plan_deposit(ONE, 500, "lazy", TODAY, Limits(fee=Fee(percent=1)))
    by_hand = edited(ONE, plan, BND=100)
    assert by_hand.trades.set_index("symbol")["fee"]["BND"] == 1 and together(by_hand) == 500


cents = st.integers(0, 40_000).map(lambda minor: Decimal(minor) / 100)


@given(cents, cents, st.booleans(), st.sampled_from([Limits(), Limits(fee=Fee("1.5")), Limits(minimum_trade=40)]))
def test_an_edited_deposit_adds_up_or_is_refused(bonds, stocks, recalculate, limits):
    plan = plan_deposit(TWO, 500, "lazy", TODAY, limits)
    try:
        done = edit_plan(TWO, plan, {("A", "BND"): bonds, ("B", "VXUS"): stocks}, {}, recalculate, TODAY)
    except AmountError:
        assert bonds + stocks + 3 * Decimal("1.5") > (500 if recalculate else 0)
        return
    assert together(done) == 500
    amounts = done.trades.groupby(["account", "symbol"])["amount"].sum()
    assert amounts.get(("A", "BND"), 0) == float(bonds) and amounts.get(("B", "VXUS"), 0) == float(stocks)
    assert round(done.classes["weight_after"].sum(), 9) == 1


def test_a_request_is_read_as_it_was_written():
    request = Request(
        "deposit", "all", "lazy", coming={"A": Decimal("10.50")}, use_cash="all",
        limits=Limits(keep={"BND"}, only_buy=("VTI",), may_buy={"A": ["VXUS"]}, lots={"VTI": 10},
                      fee=Fee("1", at_most=5)),
        set_by_hand=(SetByHand("A", "VTI", Decimal("3.50"), Decimal("0.35")),),
    )  # fmt: skip
    again = Request.from_json(request.to_json())
    assert again == Request.from_json(again.to_json()) and again.set_by_hand == request.set_by_hand
    assert (
        plan_deposit(TWO, {"A": 10}, "lazy", TODAY, again.limits).header.limits
        == plan_deposit(TWO, {"A": 10}, "lazy", TODAY, request.limits).header.limits
    )
