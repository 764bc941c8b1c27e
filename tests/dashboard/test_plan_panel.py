"""The panel that plans, without a browser: what is entered, and what it shows then."""

import datetime
import re

import pandas as pd
import pytest

from allocation.dashboard.plan import PlanPanel
from allocation.dashboard.plan.seen import SINCE
from allocation.writing import PLAIN, Writing
from tests.builders import held_on
from tests.dashboard.spoken import Spoken


class Panel(Spoken):
    """A panel on a portfolio, spoken to by the words that stand beside its controls."""

    def __init__(self, portfolio, scope="all"):
        self.portfolio, self.executed = portfolio, []
        read_at = portfolio.state()
        self.panel = PlanPanel(portfolio, lambda: self.executed.append(True), lambda: read_at, lambda: None)
        self.panel.show(portfolio.tables(scope))

    def tab(self, name):
        self.panel._tab.value = name

    @property
    def text(self):
        return " ".join(each.value for each in self.widgets() if type(each).__name__ == "HTML" and shown(each))

    @property
    def plan(self):
        return self.panel.plan


def shown(widget):
    return widget.layout.display != "none"


@pytest.fixture
def panel(sample):
    return Panel(sample)


def test_a_deposit_is_planned_at_once_and_at_every_change(panel):
    assert panel.plan.header.flow == 1000 and "Together" in panel.text
    panel.enter("Deposit", "250.50")
    assert panel.plan.header.flow == 250.5 and panel.plan.rows["amount"].sum() == pytest.approx(250.5)
    panel.enter("Rule", "by_target")
    assert panel.plan.header.rule == "by_target" and "by the target weights" in panel.text


def test_amounts_are_read_as_the_language_writes_them(panel):
    panel.panel.show(panel.portfolio.tables(), Writing("de-DE"))
    panel.enter("Deposit", "1.234,57")
    panel.enter("Fee", "4,90")
    panel.enter("Smallest trade", "20,5")
    assert (panel.plan.header.flow, panel.plan.request.coming) == (1234.57, "1234.57")
    assert "fee per trade 4.90 USD" in panel.panel._limits._fold.description
    panel.enter("Into", "Roth IRA")
    panel.enter("Cash to use", "100,5")
    assert panel.plan.request.coming == {"Roth IRA": "1234.57"}
    assert panel.plan.trades.query("symbol == 'CASH'")["amount"].sum() == -100.5
    panel.enter("Deposit", "1,234.57")
    assert "&#x27;1,234.57&#x27; is not a number" in panel.text and panel.plan is None


def test_each_tab_keeps_what_was_entered(panel):
    panel.enter("Deposit", "300")
    panel.tab("Withdraw")
    panel.enter("Withdrawal", "400")
    assert panel.plan.header.flow == -400 and "in mirror" in panel.text
    panel.tab("Rebalance")
    assert panel.plan.header.kind == "rebalance" and panel.plan.header.sold > 0
    panel.tab("Deposit")
    assert panel.plan.header.flow == 300
    panel.tab("Withdraw")
    assert panel.plan.header.flow == -400


def test_a_rebalance_with_its_goal_its_band_and_its_money(panel):
    panel.tab("Rebalance")
    panel.enter("Goal", "distance")
    panel.enter("Points off", "3")
    panel.enter("Only what is out of its band", True)
    panel.enter("Deposit", "500")
    request = panel.plan.request
    assert (request.rule, request.distance, request.only_outside, request.coming) == ("distance", "3", True, "500")
    panel.enter("Withdrawal", "1")
    assert "Enter a deposit or a withdrawal, not both" in panel.text and panel.plan is None


def test_money_goes_into_an_account_and_cash_is_used(panel):
    panel.enter("Into", "Roth IRA")
    panel.enter("Cash to use", "100")
    assert panel.plan.request.coming == {"Roth IRA": "1000"}
    assert set(panel.plan.trades.query("action == 'buy'")["account"]) >= {"Roth IRA"}
    assert panel.plan.trades.query("symbol == 'CASH'")["amount"].sum() == -100


def test_a_rebalance_says_what_stays_for_want_of_a_target(portfolio):
    portfolio.load(held_on("2026-01-02", A={"X": (6, 10), "CASH": (40, 1)}))
    portfolio.save_class_targets({"Stocks": 100})
    panel = Panel(portfolio)
    panel.tab("Rebalance")
    assert "40.0 % of the scope is in classes without a target, which stay as they are (Cash);" in panel.text


def test_limits_are_folded_and_say_what_is_set(panel):
    fold = panel.panel._limits._fold
    assert fold.description == "Limits: none" and not shown(panel.panel._limits._fields)
    fold.value = True
    assert shown(panel.panel._limits._fields)
    panel.enter("Trade", "whole shares")
    panel.enter("Smallest trade", "50")
    panel.enter("Fee", "1")
    panel.enter("Don't buy", ("Gold",))
    assert fold.description == ("Limits: don't buy Gold; whole shares; no trade under 50 USD; fee per trade 1 USD")
    assert (panel.plan.trades["shares"] % 1 == 0).all() and "in fees" in panel.text and ">Fee<" in panel.text
    assert "GLD" not in set(panel.plan.trades["symbol"]) and "Left undone" in panel.text
    panel.click("Clear the limits")
    assert fold.description == "Limits: none" and not panel.plan.header.limits


@pytest.mark.parametrize(
    ("where", "entered", "sentence"),
    [
        ("Deposit", "", "Enter the amount of the deposit in USD"),
        ("Deposit", "<b>5", "is not a number"),
        ("Sell at most, %", "200", "is not between 0 and 100"),
        ("Smallest trade", "x", "The minimum trade &#x27;x&#x27; is not a number"),
        ("Cash to use", "999999", "The cash to use is more than"),
    ],
)
def test_what_can_t_be_planned_is_a_sentence_and_nothing_else(panel, where, entered, sentence):
    panel.enter(where, entered)
    assert sentence in panel.text and panel.plan is None and not shown(panel.panel._result.box)
    assert "<b>" not in panel.text.replace("<br>", "")
    panel.enter(where, "10")
    assert panel.plan is not None and shown(panel.panel._result.box)


def test_another_scope_keeps_the_entries_and_drops_what_it_does_not_have(panel):
    panel.enter("Deposit", "700")
    panel.enter("Don't buy", ("GLD", "BND"))
    panel.panel.show(panel.portfolio.tables("Roth IRA"))
    assert panel.plan.header.flow == 700 and panel.plan.header.scope == "Roth IRA"
    assert panel.find("Don't buy").value == ("BND",) and not shown(panel.find("Into"))


def test_a_deposit_of_nothing_buys_nothing(panel):
    panel.enter("Deposit", "0")
    assert "A deposit of 0 buys nothing." in panel.text and not shown(panel.panel._result._files)


def test_what_was_downloaded_is_not_said_beside_another_plan(panel, monkeypatch):
    result, sent = panel.panel._result, []
    for button in (result._plan_button, result._orders_button):
        monkeypatch.setattr(button, "send", lambda message, buffers=(), of=button: sent.append((of, message)))
        button._send_file(button, {"kind": "download"}, [])
    assert [message["kind"] for _, message in sent] == ["file", "sentence"]
    for change in (("Deposit", "300"), ("Deposit", "x")):
        sent.clear()
        panel.enter(*change)
        assert {button for button, message in sent if message == {"kind": "sentence", "text": ""}} == {
            result._plan_button,
            result._orders_button,
        }
    panel.enter("Deposit", "300")
    sent.clear()
    panel.enter("Orders for", "beancount")
    assert sent == [(result._orders_button, {"kind": "sentence", "text": ""})]


def test_the_files_are_of_the_plan_in_view(panel, tmp_path):
    panel.tab("Withdraw")
    name, data, _ = panel.panel._result._plan_file()
    (tmp_path / name).write_bytes(data)
    assert name.startswith("withdrawal-plan-") and pd.read_csv(tmp_path / name)["amount"].sum().round(2) == -1000
    panel.enter("Orders for", "beancount")
    name, data, _ = panel.panel._result._order_file()
    assert name.endswith("-beancount.beancount")
    sold = panel.plan.trades.query("action == 'sell'")
    assert data.decode().count("\n  Income:Gains") == len(sold)


def test_a_plan_is_saved_looked_at_and_executed(panel):
    panel.enter("Title", "Spring")
    panel.click("Save this plan")
    assert "Saved as plan 1." in panel.text and panel.find("Saved plans").value == 1
    panel.enter("Trades in", "Brokerage")
    assert panel.find("Mark as executed").disabled
    panel.click("Show what it would change")
    assert not panel.find("Mark as executed").disabled
    assert "Plan 1 would be executed as of" in panel.text and panel.portfolio.plans()["executed"].tolist() == [""]
    panel.click("Mark as executed")
    assert panel.executed and panel.portfolio.plans()["executed"].tolist() == ["in part"]
    assert "of its lines are left" in panel.text


def test_what_a_saved_plan_leaves_open_is_a_sentence(panel):
    panel.click("Save this plan")
    panel.click("Show what it would change")
    assert "leaves open in which account" in panel.text and panel.find("Mark as executed").disabled
    panel.enter("What is open", "Brokerage")
    panel.click("Show what it would change")
    panel.click("Mark as executed")
    assert panel.executed


def test_a_second_click_executes_and_takes_back_nothing_more(panel):
    for title in ("Spring", "Summer"):
        panel.enter("Title", title)
        panel.enter("What is open", "Brokerage")
        panel.click("Save this plan")
    panel.click("Show what it would change")
    for _ in range(2):
        panel.click("Mark as executed")
    assert panel.portfolio.plans().set_index("plan")["executed"].to_dict() == {1: "", 2: "in full"}
    assert "Plan 2 is executed as of" in panel.text
    panel.enter("Saved plans", 1)
    panel.click("Show what it would change")
    panel.click("Mark as executed")
    panel.panel.show(panel.portfolio.tables())
    panel.click("Show what taking it back would change")
    for _ in range(2):
        panel.click("Take it back")
    assert sorted(panel.portfolio.plans()["executed"]) == ["", "in full"]
    assert "is taken back" in panel.text


def test_a_saved_plan_is_deleted_once_that_is_confirmed(panel):
    for title in ("Spring", "Summer"):
        panel.enter("Title", title)
        panel.click("Save this plan")
    panel.click("Delete this plan…")
    assert "This would delete plan 2: Summer, " in panel.text and panel.panel.is_edited
    panel.click("Keep it")
    assert "This would delete" not in panel.text and not panel.panel.is_edited
    panel.click("Delete this plan…")
    for _ in range(2):
        panel.click("Delete it")
    assert "Plan 2 is deleted." in panel.text and panel.portfolio.plans()["plan"].tolist() == [1]
    panel.click("Delete this plan…")
    panel.click("Show what it would change")
    assert not shown(panel.panel._saved._answers)
    panel.click("Delete it")
    assert panel.portfolio.plans()["plan"].tolist() == [1]


def test_a_plan_that_was_executed_in_part_is_kept(panel):
    panel.click("Save this plan")
    panel.enter("Trades in", "Brokerage")
    panel.click("Show what it would change")
    panel.click("Mark as executed")
    panel.panel.show(panel.portfolio.tables())
    panel.click("Delete this plan…")
    panel.click("Delete it")
    assert "Plan 1 has been executed, so it stays as part of the portfolio&#x27;s history." in panel.text
    assert "under Plan, Executed plans." in panel.text and len(panel.portfolio.plans()) == 1


def test_hidden_balances_are_hidden_in_what_is_asked_of_a_plan(panel):
    panel.click("Save this plan")
    panel.click("Delete this plan…")
    assert "1,000.00 USD" in panel.panel._saved._done.value
    panel.panel.show(panel.portfolio.tables(), Writing(hidden=True))
    assert not re.search(r"\d\.\d\d", panel.panel._saved._done.value)


def test_hidden_balances_are_hidden_in_what_an_execution_changed(panel):
    panel.enter("What is open", "Brokerage")
    panel.click("Save this plan")
    panel.click("Show what it would change")
    assert re.search(r"\d\.\d\d", panel.panel._saved._done.value)
    panel.panel.show(panel.portfolio.tables(), Writing(hidden=True))
    assert "•" in panel.panel._saved._done.value
    assert not re.search(r"\d\.\d\d", panel.panel._saved._done.value)
    panel.click("Mark as executed")
    panel.panel.show(panel.portfolio.tables(), PLAIN)
    panel.click("Show what taking it back would change")
    panel.click("Take it back")
    assert re.search(r"\d\.\d\d", panel.panel._executed._done.value)
    panel.panel.show(panel.portfolio.tables(), Writing(hidden=True))
    assert not re.search(r"\d\.\d\d", panel.panel._executed._done.value)


def test_without_a_plan_there_is_nothing_to_save(panel):
    panel.enter("Deposit", "x")
    panel.click("Save this plan")
    assert "There is no plan to save" in panel.text and panel.portfolio.plans().empty


def test_a_plan_of_what_is_not_so_any_more_is_not_saved_and_calculated_anew(sample):
    panel = Panel(sample)
    panel.panel._saved._changed = lambda: panel.panel.show(sample.tables())
    before = panel.plan
    sample.save_price("VTI", 400, "USD")
    panel.click("Save this plan")
    assert "The portfolio has changed since this plan was calculated. Nothing was saved." in panel.text
    assert sample.plans().empty and not panel.plan.rows.equals(before.rows)
    panel.click("Save this plan")
    assert "Saved as plan 1." in panel.text and "has changed" not in panel.text
    assert sample.saved_plan(1).rows.equals(panel.plan.rows)


def test_a_plan_that_can_t_be_met_any_more_is_not_saved_and_says_why(sample):
    panel = Panel(sample)
    panel.panel._saved._changed = lambda: panel.panel.show(sample.tables())
    panel.enter("Cash to use", "1000")
    held = sample.holdings()
    sample.load(held[held["symbol"] != "CASH"].assign(as_of=datetime.date.today()))
    panel.click("Save this plan")
    assert "The cash to use is more than" in panel.text and panel.plan is None and sample.plans().empty


def test_what_was_saved_elsewhere_and_changes_nothing_of_a_plan_is_no_hindrance(panel):
    panel.portfolio.save_stale_after(3)
    panel.click("Save this plan")
    assert "Saved as plan 1." in panel.text


def test_what_an_execution_would_change_is_looked_at_again_where_that_is_something_else_by_now(panel):
    sample = panel.portfolio
    panel.enter("What is open", "Brokerage")
    panel.click("Save this plan")
    panel.click("Show what it would change")
    held = sample.holdings("Brokerage")
    sample.load(held.assign(quantity=held["quantity"] + 1, as_of=datetime.date.today()))
    panel.click("Mark as executed")
    assert f"{SINCE} Plan 1 would be executed as of" in panel.text and not panel.executed
    sample.save_stale_after(3)
    panel.click("Mark as executed")
    assert "Plan 1 is executed as of" in panel.text and panel.executed
    panel.panel.show(sample.tables())
    panel.click("Show what taking it back would change")
    assert "Plan 1 was executed as of" in panel.text
    sample.undo_plan(1)
    panel.click("Take it back")
    assert "Nothing of plan 1 has been executed, so there is nothing to take back." in panel.text


def test_an_execution_is_looked_at_and_taken_back(panel):
    before = panel.portfolio.holdings()
    assert not shown(panel.panel._executed._kept)
    panel.enter("What is open", "Brokerage")
    panel.click("Save this plan")
    panel.click("Show what it would change")
    panel.click("Mark as executed")
    panel.panel.show(panel.portfolio.tables())
    assert shown(panel.panel._executed._kept) and panel.find("Take it back").disabled
    panel.click("Show what taking it back would change")
    assert "Taking that back would change this:" in panel.text
    assert panel.portfolio.plans()["executed"].tolist() == ["in full"]
    panel.click("Take it back")
    assert "is taken back" in panel.text and panel.portfolio.plans()["executed"].tolist() == [""]
    pd.testing.assert_frame_equal(panel.portfolio.holdings(), before)
    panel.panel.show(panel.portfolio.tables())
    assert not shown(panel.panel._executed._kept) and len(panel.executed) == 2


def test_an_execution_with_something_on_top_is_not_taken_back_and_says_why(panel):
    for amount in ("1000", "500"):
        panel.enter("Deposit", amount)
        panel.enter("What is open", "Brokerage")
        panel.click("Save this plan")
        panel.click("Show what it would change")
        panel.click("Mark as executed")
        panel.panel.show(panel.portfolio.tables())
    panel.enter("Executed plans", 1)
    panel.click("Show what taking it back would change")
    assert "plan 2 was executed in Brokerage after it" in panel.text and panel.find("Take it back").disabled


def test_money_that_waits_for_a_class_is_said_to_count_as_it(panel):
    panel.enter("Deposit", "1000")
    assert "left as cash, counted as Real estate." in panel.text
    assert "of Real estate is left as cash, counted as Real estate, because nothing is held in it to buy" in panel.text
