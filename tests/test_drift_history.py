"""Drift over time: one reading of every snapshot says what a reading of each day says."""

import datetime

import pandas as pd
import pytest

import allocation
from allocation import opening
from allocation.drift import over_time
from allocation.tables import Strategy
from tests import builders
from tests.builders import held_on


@pytest.fixture
def two_days(bonds_and_stocks):
    """60 of stocks and 40 of bonds on 2025-03-03; on 2025-06-02 stocks have gone up by half."""
    held = {"account": "Savings", "symbol": ["VTI", "VEA", "BND"], "quantity": [4, 2, 4], "price": [15, 15, 10]}
    bonds_and_stocks.load(pd.DataFrame(held | {"currency": "USD", "as_of": "2025-06-02"}))
    return bonds_and_stocks


def test_each_day_has_its_weights_against_todays_targets(two_days):
    history = two_days.drift_history()
    stocks = history[history["asset_class"] == "Stocks"]
    assert stocks["as_of"].tolist() == [datetime.date(2025, 3, 3), datetime.date(2025, 6, 2)]
    assert stocks["weight"].tolist() == pytest.approx([60 / 100, 90 / 130])
    assert stocks["status"].tolist() == ["in band", "over"]
    assert stocks["portfolio_drift"].tolist() == pytest.approx([0, 90 / 130 - 0.6])


def test_the_history_is_what_a_reading_of_each_day_says(tmp_path):
    household = allocation.open(tmp_path / "sample.duckdb")
    opening.load_sample(household)
    for scope in ("all", "Roth IRA"):
        history = household.drift_history(scope)
        assert history["as_of"].nunique() >= 6
        for day, found in history.groupby("as_of"):
            expected = household.drift(scope, at=day)
            pd.testing.assert_frame_equal(found[expected.columns].reset_index(drop=True), expected)
            assert found["portfolio_drift"].iloc[0] == household.portfolio_drift(scope, at=day)


def test_an_account_counts_from_its_first_snapshot_on(portfolio):
    portfolio.load(held_on("2025-01-02", One={"A": (10, 10)}))
    portfolio.load(held_on("2025-02-03", Two={"A": (5, 10)}))
    history = portfolio.drift_history()
    assert history.groupby("as_of")["value"].sum().tolist() == [100, 150]
    assert portfolio.drift_history("Two")["as_of"].tolist() == [datetime.date(2025, 2, 3)]


def test_funds_in_several_classes_count_in_each(portfolio):
    portfolio.load(held_on("2025-01-02", One={"A": (10, 10), "B": (10, 10), "CASH": (50, 1)}))
    portfolio.save_asset_classes("B", {"Stocks": 60, "Cash": 40})
    history = portfolio.drift_history().set_index("asset_class")
    assert history["value"].to_dict() == {"Stocks": 160, "Cash": 90}


def test_a_missing_rate_of_an_earlier_day_is_a_sentence_with_the_day(portfolio):
    held = {"account": "One", "symbol": "X", "quantity": 1, "price": 10, "currency": "EUR", "as_of": "2025-01-02"}
    fx = {"from_currency": "EUR", "to_currency": "USD", "rate": 1.1, "as_of": "2025-02-03"}
    portfolio.load(pd.DataFrame([held]), fx=pd.DataFrame([fx]), base_currency="USD")
    with pytest.raises(allocation.MissingRate, match="on or before 2025-01-02"):
        portfolio.drift_history()


def test_a_day_of_more_debts_than_assets_is_left_out():
    values = {datetime.date(2025, 1, 2): {"Cash": -5}, datetime.date(2025, 1, 3): {"Cash": 5}}
    history = over_time(values, dict.fromkeys(values, portfolio_without_targets()), 2)
    assert history["as_of"].tolist() == [datetime.date(2025, 1, 3)]


def portfolio_without_targets() -> Strategy:
    return builders.portfolio([], {}).strategy


def test_a_portfolio_without_snapshots_has_an_empty_history():
    assert over_time({}, {}, 2).columns[:2].tolist() == [
        "as_of",
        "portfolio_drift",
    ]
