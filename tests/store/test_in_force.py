"""Which targets an earlier day is measured against: those of the strategy that was active then, as saved last."""

import datetime

import pytest

import allocation
from allocation import Measures, Targets, read_band
from allocation.errors import TargetsError, UnknownName
from allocation.store import Database
from tests.builders import held_on

HALF = {"Stocks": 50, "Bonds": 50}


def dated(kept, **moments):
    """Set the moment of versions (``v2``) and of activations (``a1``), as if they had been saved then."""
    with Database(kept.path).write() as connection:
        for name, day in moments.items():
            table, column, key = {
                "v": ("target_versions", "saved_at", "version_id"), "a": ("activations", "since", "activation_id"),
            }[name[0]]  # fmt: skip
            connection.execute(
                f"UPDATE {table} SET {column} = ?::TIMESTAMP WHERE {key} = ?", [f"{day} 12:00", int(name[1:])]
            )
    return kept


def stocks(kept, day, scope="all", **how):
    """The target of stocks on a day."""
    return kept.drift(scope, at=day, **how).set_index("asset_class").loc["Stocks", "target_weight"]


@pytest.fixture
def year(bonds_and_stocks):
    """60/40 saved on 2025-03-03, with holdings inside Stocks; 50/50 and a band of 3 points saved on 2025-06-02."""
    bonds_and_stocks.save_targets(Targets(HALF), measures=Measures(read_band("3 points")))
    held = held_on("2025-06-02", Savings={"VTI": (4, 15), "VEA": (2, 15), "BND": (4, 10)})
    held.loc[held["symbol"] == "BND", "asset_class"] = "Bonds"
    bonds_and_stocks.load(held)
    bonds_and_stocks.load(held.assign(as_of="2025-04-01"))
    return dated(bonds_and_stocks, v1="2025-03-03", v2="2025-03-03", v3="2025-06-02", a1="2025-03-03")


def test_each_day_has_the_targets_and_bands_that_were_saved_last(year):
    assert [stocks(year, day) for day in ("2025-03-03", "2025-06-01", "2025-06-02", "2025-07-01")] == [
        0.6, 0.6, 0.5, 0.5]  # fmt: skip
    then = year.tables(at="2025-05-01").strategy
    assert then.band == allocation.bands.FIVE_25 and then.holding_percents("Stocks") == {"VTI": 75, "VEA": 25}
    assert then.targets_of == datetime.date(2025, 3, 3)
    assert then.in_force == "Measured against the targets of All Portfolio as saved on 2025-03-03 (version 2)."
    assert year.tables(at="2025-06-02").strategy.band == read_band("3 points")
    assert year.tables().strategy.in_force == "" and year.tables().strategy.targets_of is None


def test_it_can_be_measured_against_todays(year):
    assert stocks(year, "2025-05-01", against="today") == 0.5
    assert year.portfolio_drift(at="2025-03-03") == 0 != year.portfolio_drift(at="2025-03-03", against="today")
    assert year.tables(at="2025-05-01", against="today").strategy.in_force == ""
    for ask in (year.drift, year.drift_history):
        with pytest.raises(UnknownName, match="against the targets of 'then' or of 'today', not of 'now'"):
            ask(against="now")


def test_the_history_has_the_targets_of_each_day(year):
    history = year.drift_history()
    found = history[history["asset_class"] == "Stocks"]
    assert found["target_weight"].tolist() == [0.6, 0.6, 0.5]
    assert found["status"].tolist() == ["in band", "over", "over"]
    assert found["targets_of"].tolist() == [datetime.date(2025, 3, 3)] * 2 + [datetime.date(2025, 6, 2)]
    today = year.drift_history(against="today")
    assert today[today["asset_class"] == "Stocks"]["target_weight"].tolist() == [0.5] * 3
    assert today["targets_of"].isna().all()


def test_before_the_first_save_the_earliest_targets_stand_in_and_it_is_said(year):
    dated(year, v1="2025-05-01", v2="2025-05-01", a1="2025-05-01")
    assert stocks(year, "2025-03-03") == 0.6
    assert year.tables(at="2025-03-03").strategy.in_force == (
        "Measured against the earliest targets of All Portfolio that are known, saved on 2025-05-01 (version 2)."
    )
    assert year.drift_history()["targets_of"].iloc[0] == datetime.date(2025, 5, 1)


def test_the_strategy_that_was_active_then_counts(year):
    year.new_strategy("Calm", start={"Stocks": 20, "Bonds": 80}, activate=True)
    dated(year, v4="2025-02-01", a2="2025-06-10")
    assert [stocks(year, day) for day in ("2025-06-09", "2025-06-10")] == [0.5, 0.2]
    year.activate_strategy("All Portfolio")
    dated(year, a3="2025-06-20")
    assert [stocks(year, day) for day in ("2025-06-15", "2025-06-20")] == [0.2, 0.5]
    year.delete_strategy("all", name="Calm")
    assert stocks(year, "2025-06-15") == 0.2 and year.tables(at="2025-06-15").strategy.name == "Calm"


def test_what_was_active_before_it_was_noted_is_said_not_to_be_known(year):
    year.new_strategy("Calm", start={"Stocks": 20, "Bonds": 80})
    dated(year, a1="2025-06-20")
    strategy = year.tables(at="2025-05-01").strategy
    assert strategy.name == "All Portfolio" and strategy.in_force.endswith(
        "(version 2). Whether that strategy was the active one is only known since 2025-06-20."
    )
    assert "active" not in year.tables(at="2025-06-20").strategy.in_force
    year.load(held_on("2025-06-20", Savings={"VTI": (4, 15), "BND": (4, 10)}))
    known = year.drift_history().drop_duplicates("as_of").set_index("as_of")["assumed_before"]
    assert known.dropna().to_dict() == dict.fromkeys(list(known.index)[:-1], datetime.date(2025, 6, 20))


def test_an_account_used_the_portfolios_until_it_had_its_own(year):
    year.save_class_targets({"Stocks": 10, "Bonds": 90}, "Savings")
    dated(year, v4="2025-06-10", a2="2025-06-10")
    assert [stocks(year, day, "Savings") for day in ("2025-05-01", "2025-06-09", "2025-06-10")] == [0.6, 0.5, 0.1]
    assert year.tables("Savings", "2025-05-01").strategy.inherited
    year.deactivate_strategies("Savings")
    dated(year, a3="2025-06-20")
    assert [stocks(year, day, "Savings") for day in ("2025-06-19", "2025-06-20")] == [0.1, 0.5]


def test_a_named_strategy_is_looked_at_as_it_was(year):
    year.new_strategy("Calm", start={"Stocks": 20, "Bonds": 80})
    year.save_targets(Targets({"Stocks": 30, "Bonds": 70}), name="Calm")
    dated(year, v4="2025-04-01", v5="2025-06-02")
    assert [stocks(year, day, strategy="Calm") for day in ("2025-05-01", "2025-06-02")] == [0.2, 0.3]
    year.archive_strategy("Calm")
    with pytest.raises(TargetsError, match="Calm is archived"):
        year.drift(at="2025-07-01", strategy="Calm")


def test_targets_inside_a_class_are_left_out_where_an_asset_has_left_it(year):
    year.save_asset_classes("VEA", {"Stocks": 60, "Bonds": 40})
    strategy = year.tables(at="2025-05-01").strategy
    assert strategy.holding_percents("Stocks") == {} and strategy.class_percents == {"Stocks": 60, "Bonds": 40}
    assert strategy.in_force.endswith(
        "The targets inside Stocks are left out, because VEA is not in that class alone any more."
    )


def test_an_asset_that_was_renamed_is_found(year):
    year.rename_asset("VEA", "VXUS")
    assert year.tables(at="2025-05-01").strategy.holding_percents("Stocks") == {"VTI": 75, "VXUS": 25}


def test_bands_that_were_not_kept_are_todays_and_it_is_said(year):
    with Database(year.path).write() as connection:
        connection.execute("UPDATE target_versions SET on_drift = NULL WHERE version_id = 2")
    strategy = year.tables(at="2025-05-01").strategy
    assert strategy.band == read_band("3 points")
    assert strategy.in_force.endswith("(version 2). Its bands weren't kept then: those of today stand in.")
    history = year.drift_history().drop_duplicates("as_of")
    assert history["bands_instead"].tolist() == ["those of today", "those of today", ""]


def test_without_any_targets_there_are_none_on_an_earlier_day(portfolio):
    portfolio.load(held_on("2025-01-02", One={"A": (10, 10)}))
    assert portfolio.drift(at="2025-01-02")["status"].tolist() == ["no target"]
    assert portfolio.drift_history()["portfolio_drift"].isna().all()
