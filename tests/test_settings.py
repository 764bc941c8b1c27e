"""Bands and triggers, as a portfolio keeps them; when a rebalance is due."""

from fractions import Fraction

import duckdb
import pytest

import allocation
from allocation.bands import FIVE_25, Band, read_band
from allocation.errors import AmountError, BrokenReference, TargetsError, UnknownName
from allocation.store import Database
from allocation.triggers import DRIFT, Trigger
from tests.builders import amounts_by, count

HYBRID = "1 point or 20 % of the target, whichever is larger"


def test_without_anything_said_it_is_5_25_and_drift(sample):
    strategy = sample.strategy()
    assert (strategy.band, strategy.class_bands, strategy.trigger) == (FIVE_25, {}, DRIFT)


@pytest.mark.parametrize(
    "band",
    [
        "33.3333 points",
        "20 % of the target",
        HYBRID,
        "5 points or 25 % of the target, whichever is smaller, out only beyond the edge, measured in the class",
    ],
)
def test_a_saved_band_is_there_exactly_when_the_file_is_opened_again(sample, band):
    sample.save_band(band)
    sample.save_band(Band(Fraction(1, 100), None), asset_class="Gold")
    again = allocation.open(sample.path).strategy()
    assert again.band == read_band(band) and again.band.describe() == band
    assert again.class_bands == {"Gold": Band(Fraction(1, 100), None)}


def test_drift_and_plans_are_measured_by_the_saved_band(bonds_and_stocks):
    """Stocks are 60 % where 65 % is meant."""

    def stocks():
        return bonds_and_stocks.drift().set_index("asset_class").loc["Stocks", ["status", "band_low", "band_high"]]

    bonds_and_stocks.save_class_targets({"Stocks": 65, "Bonds": 35})
    bonds_and_stocks.save_holding_targets("Stocks", {})
    assert stocks().tolist() == ["under", 0.6, 0.7]
    bonds_and_stocks.save_band("6 points")
    assert stocks().tolist() == ["in band", 0.59, 0.71] and bonds_and_stocks.summary().out_of_band == ()
    assert bonds_and_stocks.plan_rebalance(only_outside=True).rows.empty
    bonds_and_stocks.save_band("2 points", asset_class="Stocks")
    assert bonds_and_stocks.summary().out_of_band == ("Stocks",)
    plan = bonds_and_stocks.plan_rebalance(only_outside=True, goal="edge")
    assert amounts_by("asset_class", plan) == {"Stocks": 3.01, "Bonds": -3.01}


def test_a_band_can_be_set_anew_and_reset(sample):
    sample.save_band("3 points")
    sample.save_band("4 points")
    sample.save_band("1 point", asset_class="Gold")
    sample.save_band("2 points", asset_class="Gold")
    strategy = sample.strategy()
    assert strategy.band_of("Gold").points == Fraction(2, 100) and strategy.band_of("Bonds").points == Fraction(4, 100)
    sample.save_band(None, asset_class="Gold")
    assert sample.strategy().band_of("Gold").points == Fraction(4, 100)
    sample.save_band(None)
    assert sample.strategy().band == FIVE_25 and count(sample, "bands") == 0


def test_an_account_with_its_own_targets_has_its_own_band(sample):
    sample.save_band("3 points", "Roth IRA")
    assert sample.strategy("Roth IRA").band.points == Fraction(3, 100)
    assert sample.strategy("Brokerage").band == sample.strategy().band == FIVE_25


def test_an_account_that_uses_the_portfolios_targets_uses_its_bands(sample):
    sample.save_band("3 points")
    assert sample.strategy("Brokerage").band.points == Fraction(3, 100)
    with pytest.raises(TargetsError, match="Brokerage has no targets of its own, so it uses the bands of the whole"):
        sample.save_band("2 points", "Brokerage")
    with pytest.raises(TargetsError, match="Brokerage has no targets of its own, so it uses the trigger of the whole"):
        sample.save_trigger("every 6 months", "Brokerage")


def test_an_account_that_gets_its_own_targets_is_measured_as_before(sample, write_csv):
    sample.save_band(HYBRID)
    sample.save_band("1 point", asset_class="Gold")
    sample.save_band("2 points", asset_class="Bonds")
    sample.save_trigger("every 6 months")
    sample.save_class_targets({"US stocks": 60, "Gold": 40}, "Brokerage")
    sample.load(targets=write_csv("account,asset_class,symbol,target_percent\n401(k),Bonds,,100\n", "targets.csv"))
    for account, class_bands in (("Brokerage", {"Gold": "1 point"}), ("401(k)", {"Bonds": "2 points"})):
        own = sample.strategy(account)
        assert not own.inherited and own.band == read_band(HYBRID) and own.trigger == Trigger(False, 6)
        assert own.class_bands == {name: read_band(band) for name, band in class_bands.items()}


def test_a_class_that_loses_its_target_loses_its_band_and_the_others_keep_theirs(sample):
    sample.save_band("1 point", asset_class="Gold")
    sample.save_band("2 points", asset_class="Bonds")
    sample.save_class_targets({"US stocks": 60, "Bonds": 40})
    assert set(sample.strategy().class_bands) == {"Bonds"}


def test_a_deleted_strategy_takes_its_bands_along_and_the_portfolios_stays_measured(sample):
    sample.save_band("3 points", "Roth IRA")
    sample.save_band("1 point", "Roth IRA", "Bonds")
    sample.save_trigger("every 2 months", "Roth IRA")
    sample.save_band("4 points")
    sample.delete_strategy("Roth IRA")
    assert (count(sample, "bands"), count(sample, "rebalancing_triggers")) == (1, 0)
    assert sample.strategy("Roth IRA").band.points == Fraction(4, 100)
    sample.delete_strategy("all")
    assert sample.strategy().band.points == Fraction(4, 100)


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (("5", "all"), AmountError, "'5' is not a band. Write it like"),
        ((Band(Fraction(1, 3), None), "all"), AmountError, "A band of 33.3333 % can't be kept"),
        (("5 points", "Roth"), UnknownName, "There is no account 'Roth'"),
        (("5 points", "all", "Golf"), TargetsError, "Golf has no class target, so it can't have a band"),
        ((None, "all", "Golf"), TargetsError, "Golf has no class target, so it can't have a band"),
    ],
)
def test_a_band_that_cannot_be_saved_changes_nothing(sample, arguments, error, sentence):
    sample.save_band("4 points")
    with pytest.raises(error, match=sentence):
        sample.save_band(*arguments)
    assert sample.strategy().band == read_band("4 points")


def test_a_trigger_is_kept_and_says_whether_a_rebalance_is_due(sample):
    assert sample.due().is_due and "nothing is held of Real estate" in sample.due().why
    sample.save_trigger("every 6 months")
    assert sample.strategy().trigger == Trigger(on_drift=False, every_months=6)
    assert str(sample.due()) == "A rebalance is due. No rebalance has been executed yet."
    assert not sample.due(last_executed="2100-01-31").is_due
    assert f"{sample.due(last_executed='2100-01-31').next_date}" == "2100-07-31"
    sample.save_trigger(Trigger(on_drift=True, every_months=1))
    assert allocation.open(sample.path).strategy().trigger.describe() == "every 1 month and drift"
    sample.save_trigger("drift")
    assert sample.strategy().trigger == DRIFT


def test_what_is_due_in_an_account_is_measured_by_its_own_strategy(sample):
    sample.save_band("50 points", "Roth IRA")
    assert not sample.due("Roth IRA").is_due and sample.due("Brokerage").is_due


def test_a_trigger_that_cannot_be_read_changes_nothing(sample):
    with pytest.raises(AmountError, match="'sometimes' doesn't say when a rebalance is due"):
        sample.save_trigger("sometimes")
    with pytest.raises(UnknownName, match="'soon' is not a date"):
        sample.due(last_executed="soon")
    assert sample.strategy().trigger == DRIFT


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE bands SET strategy_id = 99", "A band belongs to strategy 99, which is not there"),
        ("UPDATE bands SET asset_class = 'Golf'", "The band of Golf in All Portfolio is for a class without a target"),
        (
            "INSERT INTO bands SELECT * EXCLUDE (range) REPLACE (NULL AS asset_class) FROM bands, range(2)",
            "has 2 bands of its own",
        ),
        ("INSERT INTO rebalancing_triggers VALUES (99, true, NULL, now(), now())", "A trigger belongs to strategy 99"),
    ],
)
def test_a_write_past_the_package_that_breaks_bands_is_taken_back(sample, statement, sentence):
    sample.save_band("1 point", asset_class="Gold")
    with pytest.raises(BrokenReference, match=sentence), Database(sample.path).write() as connection:
        connection.execute(statement)
    assert sample.strategy().class_bands == {"Gold": read_band("1 point")}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO bands (strategy_id, widest, inclusive, of_class) VALUES (1, true, true, true)",
        "INSERT INTO bands (strategy_id, points, widest, inclusive, of_class) VALUES (1, 0, true, true, true)",
        "INSERT INTO bands (strategy_id, share_percent, widest, inclusive, of_class) VALUES (1, 101, true, true, true)",
        "INSERT INTO rebalancing_triggers (strategy_id, on_drift) VALUES (1, false)",
        "INSERT INTO rebalancing_triggers (strategy_id, on_drift, every_months) VALUES (1, true, 0)",
        "INSERT INTO asset_class_weights (asset_id, asset_class, weight_percent) VALUES (1, 'Bonds', 0)",
        "INSERT INTO asset_class_weights (asset_id, asset_class, weight_percent) VALUES (1, 'Bonds', 100.1)",
        "INSERT INTO asset_class_weights (asset_id, asset_class, weight_percent) VALUES (1, 'A', 1), (1, 'A', 2)",
    ],
)
def test_the_schema_refuses(sample, statement):
    with duckdb.connect(str(sample.path)) as connection, pytest.raises(duckdb.ConstraintException):
        connection.execute(statement)
