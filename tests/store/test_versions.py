"""Every saved version of a strategy's targets stays readable, whatever happens afterwards."""

import datetime
import shutil
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import allocation
from allocation import Measures, Targets, read_band
from allocation.errors import BrokenReference, TargetsError, UnknownName
from allocation.store import Database
from tests.builders import count, held_on
from tests.test_measures import measures

D = Decimal


def listed(portfolio, scope="all", name=None):
    """(version, strategy, what changed) of each."""
    table = portfolio.target_versions(scope, name)
    return list(table[["version", "strategy", "changes"]].itertuples(index=False, name=None))


def test_each_save_is_a_version_with_its_date_and_who_saved_it(bonds_and_stocks):
    """The portfolio was made with one save of classes and one of holdings."""
    ann = allocation.open(bonds_and_stocks.path, by="Ann")
    before = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    ann.save_targets(Targets({"Stocks": 55, "Bonds": 40, "Gold": 5}))
    assert listed(bonds_and_stocks) == [
        (1, "All Portfolio", "Stocks 0 → 60, Bonds 0 → 40"),
        (2, "All Portfolio", "Stocks › VTI 0 → 75, Stocks › VEA 0 → 25"),
        (3, "All Portfolio", "Stocks 60 → 55, Stocks › VTI 75 → 0, Stocks › VEA 25 → 0, Gold 0 → 5"),
    ]
    table = bonds_and_stocks.target_versions()
    assert table["saved_by"].tolist()[2] == "Ann" and table["saved_at"][2] >= before
    assert table["classes"].tolist() == [2, 2, 3] and table["holdings"].tolist() == [0, 2, 0]
    assert table["saved_at"][2] == bonds_and_stocks.strategy().saved_at
    version = bonds_and_stocks.targets_version(2)
    assert version.targets == Targets({"Stocks": D(60), "Bonds": D(40)}, {"Stocks": {"VTI": D(75), "VEA": D(25)}})


def test_a_save_that_changes_nothing_or_is_refused_is_no_version(bonds_and_stocks):
    bonds_and_stocks.save_targets(bonds_and_stocks.strategy().targets)
    bonds_and_stocks.save_class_targets({"Stocks": 60, "Bonds": 40})
    bonds_and_stocks.save_band("5/25")
    bonds_and_stocks.save_band(None)
    bonds_and_stocks.save_trigger("drift")
    bonds_and_stocks.rename_strategy("All Portfolio", "Mine")
    with pytest.raises(TargetsError):
        bonds_and_stocks.save_class_targets({"Stocks": 60, "Bonds": 41})
    with pytest.raises(BrokenReference):
        bonds_and_stocks.save_holding_targets("Stocks", {"BND": 100})
    bonds_and_stocks.delete_strategy("all", preview=True)
    assert len(listed(bonds_and_stocks)) == 2


def test_a_load_is_a_version_of_each_strategy_it_changes(sample):
    assert sample.target_versions()["version"].tolist() == [1]
    assert sample.target_versions("Roth IRA")["version"].tolist() == [2]
    assert sample.targets_version(2).targets == sample.strategy("Roth IRA").targets


def test_an_earlier_version_is_saved_again_as_the_newest(bonds_and_stocks):
    earlier = bonds_and_stocks.strategy().targets
    bonds_and_stocks.save_targets(Targets({"Gold": 100}))
    restored = allocation.open(bonds_and_stocks.path, by="Ann").restore_version(2)
    assert restored.targets == bonds_and_stocks.strategy().targets == earlier
    assert bonds_and_stocks.target_versions()["saved_by"].tolist()[3] == restored.saved_by == "Ann"
    assert bonds_and_stocks.targets_version(4).targets == bonds_and_stocks.targets_version(2).targets


def test_targets_that_are_taken_out_are_a_version_without_any(bonds_and_stocks):
    bonds_and_stocks.delete_strategy("all")
    assert listed(bonds_and_stocks)[2][2] == "Stocks 60 → 0, Stocks › VTI 75 → 0, Stocks › VEA 25 → 0, Bonds 40 → 0"
    assert bonds_and_stocks.targets_version(3).targets == Targets({})
    bonds_and_stocks.restore_version(2)
    assert bonds_and_stocks.strategy().class_percents == {"Stocks": 60, "Bonds": 40}


def test_a_version_keeps_its_words_and_finds_what_was_renamed(bonds_and_stocks):
    bonds_and_stocks.rename_asset("VTI", "VTSAX")
    assert len(listed(bonds_and_stocks)) == 2
    bonds_and_stocks.rename_strategy("All Portfolio", "Mine")
    bonds_and_stocks.save_targets(Targets({"Gold": 100}))
    assert [name for _, name, _ in listed(bonds_and_stocks)] == ["All Portfolio", "All Portfolio", "Mine"]
    assert listed(bonds_and_stocks, name="mine") == listed(bonds_and_stocks)
    assert "VTI" in bonds_and_stocks.targets_version(2).targets.holdings["Stocks"]
    assert bonds_and_stocks.starting_targets(2).holdings == {"Stocks": {"VTSAX": D(75), "VEA": D(25)}}
    bonds_and_stocks.restore_version(2)
    assert bonds_and_stocks.strategy().holding_percents("Stocks") == {"VTSAX": 75, "VEA": 25}


def test_a_version_with_an_asset_that_is_gone_is_readable_and_not_restored(bonds_and_stocks):
    bonds_and_stocks.delete_asset("VEA")
    assert listed(bonds_and_stocks)[2][2] == "Stocks › VTI 75 → 100, Stocks › VEA 25 → 0"
    before = bonds_and_stocks.strategy().targets
    with pytest.raises(UnknownName, match="The portfolio has no asset VEA"):
        bonds_and_stocks.restore_version(2)
    assert bonds_and_stocks.strategy().targets == before
    assert bonds_and_stocks.targets_version(2).targets.holdings["Stocks"]["VEA"] == 25


def test_a_merge_is_a_version_and_one_from_before_is_not_restored(bonds_and_stocks):
    bonds_and_stocks.load(held_on("2025-03-04", Other={"VUG": (1, 20)}).assign(asset_class="Stocks"))
    bonds_and_stocks.merge_assets("VEA", "VUG")
    assert listed(bonds_and_stocks)[2][2] == "Stocks › VEA 25 → 0, Stocks › VUG 0 → 25"
    with pytest.raises(UnknownName, match="no asset VEA"):
        bonds_and_stocks.restore_version(2)


def test_versions_of_a_deleted_strategy_and_account_stay(sample):
    sample.delete_strategy("Roth IRA")
    assert sample.targets_version(2).strategy == "Retirement growth"
    assert listed(sample, "Roth IRA", "Retirement growth")[0][0] == 2
    with pytest.raises(TargetsError, match="Retirement growth, whose version 2 is, is no more. Make a new strategy"):
        sample.restore_version(2)
    again = sample.new_strategy("Again", "Roth IRA", start=2, activate=True)
    assert again.targets == sample.targets_version(2).targets
    sample.delete_account("Roth IRA")
    assert sample.targets_version(2).scope == "Roth IRA"


def test_a_version_whose_class_an_asset_has_left_is_not_restored(bonds_and_stocks):
    bonds_and_stocks.save_targets(Targets({"Stocks": 60, "Bonds": 40}))
    bonds_and_stocks.save_asset_classes("VTI", {"Bonds": 100})
    with pytest.raises(BrokenReference, match="The target of VTI stands in Stocks, but the asset is in Bonds"):
        bonds_and_stocks.restore_version(2)


def test_a_version_of_an_archived_strategy_waits_until_it_is_back(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Old", start={"Bonds": 100})
    bonds_and_stocks.archive_strategy("Old")
    with pytest.raises(TargetsError, match="Old is archived. Restore it first"):
        bonds_and_stocks.restore_version(3)


def test_a_restored_backup_has_its_own_versions(bonds_and_stocks):
    backup = bonds_and_stocks.backup()
    bonds_and_stocks.save_targets(Targets({"Gold": 100}))
    bonds_and_stocks.restore(backup)
    assert len(listed(bonds_and_stocks)) == 2
    bonds_and_stocks.save_targets(Targets({"Bonds": 100}))
    assert listed(bonds_and_stocks)[2][0] == 3


def test_versions_of_nothing_that_is_or_was(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Blank")
    assert listed(bonds_and_stocks, name="Blank") == listed(bonds_and_stocks, "Savings") == []
    with pytest.raises(UnknownName, match="no strategy 'Other' for the whole portfolio"):
        bonds_and_stocks.target_versions(name="Other")
    with pytest.raises(UnknownName, match="no account 'Nobody'"):
        bonds_and_stocks.target_versions("Nobody")


def test_rows_of_a_version_that_is_not_there_are_found(bonds_and_stocks):
    with (
        pytest.raises(
            BrokenReference, match="Line 1 of version 1 of the targets belongs to a version that is not there"
        ),
        Database(bonds_and_stocks.path).write() as connection,
    ):
        connection.execute("DELETE FROM target_versions WHERE version_id = 1")
    assert count(bonds_and_stocks, "target_versions") == 2


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE rebalancing_strategies SET active = true WHERE account_id IS NOT NULL", "has 2 active strategies"),
        ("UPDATE rebalancing_strategies SET name = 'ONE' WHERE name = 'Two'", "has 2 strategies called"),
        (
            "UPDATE rebalancing_strategies SET active = true WHERE name = 'Three'",
            "2 strategies for the whole portfolio",
        ),
    ],
)
def test_strategies_that_contradict_each_other_are_refused(bonds_and_stocks, statement, sentence):
    for name, scope in (("One", "Savings"), ("Two", "Savings"), ("Three", "all")):
        bonds_and_stocks.new_strategy(name, scope, {"Bonds": 100})
    with pytest.raises(BrokenReference, match=sentence), Database(bonds_and_stocks.path).write() as connection:
        connection.execute(statement)


def test_a_band_and_a_trigger_are_a_version_that_says_what_changed(bonds_and_stocks):
    bonds_and_stocks.save_band("5 points", asset_class="Bonds")
    bonds_and_stocks.save_band("3 points", asset_class="Bonds")
    bonds_and_stocks.save_trigger("every 6 months")
    bonds_and_stocks.save_band("2 points")
    assert [changed for _, _, changed in listed(bonds_and_stocks)][2:] == [
        "Band of Bonds as every class → 5 points",
        "Band of Bonds 5 → 3 points",
        "Trigger: drift → every 6 months",
        "Band 5/25 → 2 points",
    ]
    version = bonds_and_stocks.targets_version(4)
    assert version.measures == Measures(class_bands={"Bonds": read_band("3 points")})
    assert version.targets == bonds_and_stocks.strategy().targets


def test_a_class_that_loses_its_target_and_with_it_its_band_is_one_change(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points", asset_class="Bonds")
    bonds_and_stocks.save_class_targets({"Stocks": 100})
    assert listed(bonds_and_stocks)[-1][2] == "Stocks 60 → 100, Bonds 40 → 0"


def test_a_band_without_targets_is_no_version_until_there_are_some(portfolio):
    portfolio.load(held_on("2026-01-02", Savings={"VTI": (6, 10)}))
    portfolio.save_band("3 points")
    assert listed(portfolio) == []
    portfolio.save_class_targets({"Stocks": 100})
    assert listed(portfolio) == [(1, "All Portfolio", "Stocks 0 → 100; Band 5/25 → 3 points")]


def test_a_restored_version_brings_its_bands_and_its_trigger_back(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points", asset_class="Bonds")
    bonds_and_stocks.save_trigger("every 6 months")
    then = bonds_and_stocks.strategy()
    bonds_and_stocks.save_targets(Targets({"Stocks": 100}), measures=Measures(read_band("9 points")))
    back = bonds_and_stocks.restore_version(4)
    assert (back.targets, back.measures) == (then.targets, then.measures)
    assert bonds_and_stocks.targets_version(6).measures == then.measures


def test_a_new_strategy_from_a_version_has_its_bands_and_its_trigger(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points", asset_class="Bonds")
    bonds_and_stocks.save_trigger("every 6 months")
    then = bonds_and_stocks.strategy().measures
    bonds_and_stocks.save_targets(bonds_and_stocks.strategy().targets, measures=Measures())
    assert bonds_and_stocks.new_strategy("Again", start=4).measures == then
    assert bonds_and_stocks.new_strategy("Plain", start={"Bonds": 100}).measures == Measures()


def test_a_version_from_before_bands_were_kept_leaves_them_as_they_are(bonds_and_stocks):
    with Database(bonds_and_stocks.path).write() as connection:
        connection.execute("UPDATE target_versions SET on_drift = NULL WHERE version_id = 1")
    bonds_and_stocks.save_band("3 points")
    assert bonds_and_stocks.targets_version(1).measures is None
    back = bonds_and_stocks.restore_version(1)
    assert back.targets == Targets({"Stocks": D(60), "Bonds": D(40)}) and back.band == read_band("3 points")
    assert bonds_and_stocks.new_strategy("Again", start=1).band == read_band("3 points")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(st.tuples(st.integers(1, 99), measures), min_size=1, max_size=5))
def test_every_version_is_what_was_saved_and_comes_back_whole(bonds_and_stocks_file, tmp_path, saves):
    kept = allocation.open(shutil.copy(bonds_and_stocks_file, tmp_path / "savings.duckdb"))
    saved = []
    for stocks, wanted in saves:
        own = wanted.among(["Stocks", "Bonds"])
        strategy = kept.save_targets(Targets({"Stocks": D(stocks), "Bonds": D(100 - stocks)}), measures=own)
        assert strategy.measures == own
        if not saved or saved[-1] != (strategy.targets, own):
            saved.append((strategy.targets, own))
    numbers = kept.target_versions()["version"].tolist()[2:]
    found = [kept.targets_version(number) for number in numbers]
    assert [(version.targets, version.measures) for version in found] == saved
    for number, expected in zip(numbers, saved, strict=True):
        back = kept.restore_version(number)
        assert (back.targets, back.measures) == expected
