"""The front door: names and columns that people's files and scripts rely on."""

import datetime
import math
from decimal import Decimal

import pandas as pd
import pytest

import allocation
from allocation.errors import AmountError, LoadError, NoNetValue, StoreError, TargetsError, UnknownName
from tests.conftest import DATA

PLAN_COLUMNS = [
    "date", "scope", "rule", "account", "symbol", "name", "asset_class", "action", "amount", "currency", "shares",
    "price", "quoted_price", "quoted_currency", "fee", "value_before", "value_after", "weight_before", "weight_after",
    "target_weight", "drift_before", "drift_after", "reason",
]  # fmt: skip
DRIFT_COLUMNS = {"asset_class", "value", "weight", "target_weight", "drift", "drift_money", "status"}
HOLDING_COLUMNS = [
    "account", "account_type", "symbol", "name", "asset_class", "quantity", "price", "currency", "price_as_of", "rate",
    "value", "weight", "cost_basis",
]  # fmt: skip


def test_opened_by_path_by_environment_or_in_the_usual_place(tmp_path, monkeypatch):
    assert allocation.open(str(tmp_path / "my.duckdb")).path == tmp_path / "my.duckdb"
    monkeypatch.setenv("ALLOCATION_PORTFOLIO", str(tmp_path / "other.duckdb"))
    assert allocation.open().path == tmp_path / "other.duckdb"
    assert allocation.open(tmp_path / "my.duckdb").path == tmp_path / "my.duckdb"
    monkeypatch.delenv("ALLOCATION_PORTFOLIO")
    monkeypatch.setattr("allocation.opening.default_path", lambda: tmp_path / "data" / "portfolio.duckdb")
    assert allocation.open().path == tmp_path / "data" / "portfolio.duckdb"


def test_how_long_to_wait_is_said_by_argument_by_environment_or_is_30_seconds(tmp_path, monkeypatch):
    path = tmp_path / "my.duckdb"
    assert allocation.open(path).timeout == 30
    monkeypatch.setenv("ALLOCATION_TIMEOUT", "2.5")
    assert allocation.open(path).timeout == 2.5
    assert allocation.open(path, timeout=7).timeout == 7
    for wrong in ("soon", "-1", "nan", "inf"):
        monkeypatch.setenv("ALLOCATION_TIMEOUT", wrong)
        with pytest.raises(StoreError, match="ALLOCATION_TIMEOUT is .* not a number of seconds"):
            allocation.open(path)


def test_the_files_and_calls_of_the_first_release(tmp_path):
    portfolio = allocation.open(tmp_path / "my.duckdb")
    portfolio.init("USD")
    portfolio.load(holdings=DATA / "holdings.csv", targets=DATA / "targets.csv", fx=DATA / "fx.csv")
    assert set(portfolio.drift(scope="all").columns) >= DRIFT_COLUMNS
    assert portfolio.holdings("all").columns.tolist() == HOLDING_COLUMNS
    assert portfolio.plan_deposit(1000, scope="all", rule="lazy").rows.columns.tolist() == PLAN_COLUMNS
    assert portfolio.strategy("all").class_targets.columns.tolist() == ["asset_class", "target_percent"]


def test_the_four_rules_have_their_names():
    assert list(allocation.RULES) == ["lazy", "proportional", "largest_first", "by_target"]


def test_a_drift_can_be_drawn(sample):
    figure = allocation.charts.current_vs_target(sample.drift())
    assert "US stocks" in str(figure.to_dict())


def test_values_are_quantity_times_price_times_rate(sample):
    held = sample.holdings().set_index(["account", "symbol"])["value"]
    assert held["Brokerage", "VTI"] == 11_167.30
    assert held["Brokerage", "ASML"] == 1_830.80
    assert held["401(k)", "VIIIX"] == 7_420.14


def test_the_newest_rate_of_two_is_used(sample):
    rates = sample.holdings().set_index("currency")["rate"]
    assert set(rates["EUR"]) == {1.0864} and set(rates["USD"]) == {1}


def test_weights_are_of_the_scope_and_add_up_to_1(sample):
    for scope in ("all", *sample.accounts()):
        assert sample.holdings(scope)["weight"].sum() == pytest.approx(1)


def test_a_scope_holds_its_account_alone(sample):
    assert set(sample.holdings("Roth IRA")["account"]) == {"Roth IRA"}
    # 12 × 328.45 + 22 × 50.24 + 25 × 74.06 + 112.08
    assert sample.summary("Roth IRA").total == 7_010.26


def test_drift_of_classes_largest_first_and_without_target_last(sample):
    drift = sample.drift().set_index("asset_class")
    assert drift.index[0] == "US stocks" and drift.index[-1] == "Unclassified"
    assert drift.loc["US stocks", "value"] == 26_422.94
    assert drift.loc["US stocks", "drift_money"] == 2_261.94
    assert drift.loc["Real estate", ["value", "target_weight", "status"]].tolist() == [0, 0.01, "nothing held"]
    assert drift.loc["Unclassified", "status"] == "no target"
    assert drift["weight"].sum() == pytest.approx(1)


def test_drift_of_holdings(sample):
    drift = sample.drift(by="holding").set_index("symbol")
    assert drift.loc["VTI", "target_weight"] == pytest.approx(0.48 * 0.60)
    assert drift.loc["VTI", "value"] == 15_108.70


def test_drift_by_something_else_is_refused(sample):
    with pytest.raises(UnknownName, match="by 'class' or by 'holding', not by 'account'"):
        sample.drift(by="account")


def test_portfolio_drift_is_half_the_sum_of_distances(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks": 50, "Bonds": 30, "Gold": 20})
    # (10 + 10 + 20) / 2 points
    assert bonds_and_stocks.portfolio_drift() == 0.2


def test_a_summary_at_a_glance(sample):
    summary = sample.summary()
    assert (summary.total, summary.cash, summary.base_currency) == (50_335.41, 1_710.69, "USD")
    assert summary.out_of_band == ("Inflation-linked bonds", "Cash", "Real estate")
    assert (summary.classes, summary.oldest_price) == (7, datetime.date(2026, 11, 19))
    assert summary.portfolio_drift == pytest.approx(sample.portfolio_drift())


def test_an_account_has_its_own_strategy_or_the_portfolios(sample):
    own, shared = sample.strategy("Roth IRA"), sample.strategy("Brokerage")
    assert (own.name, own.inherited) == ("Retirement growth", False)
    assert (shared.name, shared.inherited) == ("All Portfolio", True)
    assert own.class_targets["target_percent"].tolist() == [70, 18, 12]


@pytest.mark.parametrize("rule", ["lazy", "proportional", "largest_first", "by_target"])
@pytest.mark.parametrize("scope", ["all", "Brokerage", "401(k)", "Roth IRA"])
def test_a_plan_adds_up_to_its_deposit(sample, rule, scope):
    plan = sample.plan_deposit(1234.56, scope, rule).rows
    assert sum(Decimal(str(amount)) for amount in plan["amount"]) == Decimal("1234.56")
    assert (plan["amount"] > 0).all()
    assert set(plan["scope"]) == {scope} and set(plan["date"]) == {datetime.date.today()}


def test_money_for_a_class_that_holds_nothing_is_accounted_for(sample):
    plan = sample.plan_deposit(1000).rows.set_index("asset_class")
    assert plan.loc["Real estate", "action"] == "nothing held"
    assert plan.loc["Real estate", "reason"].startswith(
        f"{plan.loc['Real estate', 'amount']:.2f} of Real estate is left as cash, counted as Real estate, because"
    )


def test_a_trade_names_the_account_that_holds_most_of_the_asset(sample):
    plan = sample.plan_deposit(50_000, rule="by_target").rows.set_index("symbol")
    assert plan.loc["VIIIX", "account"] == "401(k)"
    assert plan.loc["VTI", "account"] == "Brokerage"
    assert plan.loc["VTI", "reason"].endswith("also held in Roth IRA")


def test_the_smallest_deposit_that_reaches_every_target(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks": 50, "Bonds": 50})
    # Stocks are 60: at half of 120 they are on target.
    assert bonds_and_stocks.minimum_deposit() == 20
    assert bonds_and_stocks.plan_deposit(20).rows["amount"].tolist() == [20]


def test_no_deposit_reaches_every_target_while_something_is_unclassified(sample):
    assert math.isinf(sample.minimum_deposit())


def test_a_withdrawal_sells_and_adds_up(sample):
    plan = sample.plan_withdrawal(500).rows
    assert round(plan["amount"].sum(), 2) == -500
    assert set(plan["action"]) <= {"sell", "take from cash"}


def test_classes_before_and_after_a_plan(sample):
    after = sample.plan_deposit(1000).classes
    assert after["amount"].sum() == pytest.approx(1000)
    assert after["weight_after"].sum() == pytest.approx(1)


def test_a_plan_needs_targets_an_amount_and_a_rule(sample, bonds_and_stocks):
    with pytest.raises(AmountError, match="negative"):
        sample.plan_deposit(-1)
    with pytest.raises(UnknownName, match="no rule 'greedy'. The rules are lazy, proportional"):
        sample.plan_deposit(1, rule="greedy")
    bonds_and_stocks.delete_strategy("all")
    with pytest.raises(TargetsError, match="no targets yet.*Set the class targets first"):
        bonds_and_stocks.plan_deposit(1)


def test_an_unknown_scope_lists_the_accounts_everywhere(sample):
    for question in (sample.drift, sample.holdings, sample.summary, sample.strategy, sample.minimum_deposit):
        with pytest.raises(UnknownName, match=r"no account 'Roth'. Use 'all' .* 401\(k\), Brokerage, Roth IRA"):
            question("Roth")


def test_an_empty_portfolio_has_sane_answers(portfolio):
    portfolio.init("USD")
    assert portfolio.holdings().empty and portfolio.drift().empty and portfolio.accounts() == ()
    assert portfolio.summary().total == 0
    assert math.isnan(portfolio.portfolio_drift())


def test_a_portfolio_without_base_currency_says_to_load(portfolio):
    portfolio.init()
    with pytest.raises(StoreError, match="no base currency yet. Load your holdings"):
        portfolio.drift()


def test_a_portfolio_of_debts_alone_has_values_but_no_weights(portfolio):
    portfolio.load(
        pd.DataFrame({"account": ["A"], "symbol": ["CASH"], "quantity": [-50], "price": [1], "currency": ["USD"]})
    )
    assert portfolio.holdings()["value"].tolist() == [-50]
    with pytest.raises(NoNetValue, match="add up to -50.0 USD. There are no weights of such a sum"):
        portfolio.drift()


def test_amounts_in_yen_have_no_decimals(portfolio):
    portfolio.load(
        pd.DataFrame({"account": "A", "symbol": ["1306"], "quantity": [1.5], "price": [2501], "currency": ["JPY"]})
    )
    # 3751.5 rounds to a whole yen.
    assert portfolio.summary().total == 3752


def test_load_takes_dataframes_and_several_sources(portfolio):
    frame = pd.DataFrame({"symbol": ["X"], "quantity": [1], "price": [2], "currency": ["USD"]})
    portfolio.load([frame.assign(account="A"), frame.assign(account="B")])
    assert portfolio.accounts() == ("A", "B")


def test_a_load_error_carries_its_problems(portfolio):
    with pytest.raises(LoadError) as refusal:
        portfolio.load(pd.DataFrame({"account": ["A"]}))
    assert [problem.column for problem in refusal.value.problems] == ["symbol", "quantity", "price", "currency"]
    assert str(refusal.value).startswith("Nothing was loaded: 4 problems.\n  holdings, row 1, symbol:")


def test_a_portfolio_shows_how_to_open_it(portfolio):
    assert repr(portfolio) == f"allocation.open({str(portfolio.path)!r})"
