"""Files of earlier releases: what they held is there, and going back down names what would be lost."""

from fractions import Fraction

import duckdb
import pytest

import allocation
from allocation.bands import FIVE_25, read_band
from allocation.errors import StoreError
from allocation.store.migrations import shipped_migrations
from allocation.triggers import DRIFT, Trigger
from tests.builders import held_on
from tests.conftest import SCHEMAS, unpacked


@pytest.mark.parametrize("version", [int(path.name.split("-")[1].split(".")[0]) for path in sorted(SCHEMAS.iterdir())])
def test_a_file_of_every_release_opens_with_what_it_held(version, tmp_path):
    told = []
    portfolio = allocation.open(unpacked(version, tmp_path), tell=told.append)
    assert portfolio.summary().total == 51_647.21
    assert portfolio.accounts() == ("401(k)", "Brokerage", "Joint", "Roth IRA")
    assert portfolio.strategy("Roth IRA").class_targets["target_percent"].tolist() == [70, 18, 12]
    assert not [finding for finding in portfolio.doctor() if finding.kind == "fault"]
    newest = shipped_migrations()[-1].version
    if version < newest:
        (kept,) = tmp_path.glob(f"schema-{version}.before-schema-{newest}-*.duckdb")
        assert told == [
            f"schema-{version}.duckdb was brought up to date (schema {newest}). As it was before, it is kept at {kept}."
        ]


def test_going_down_says_what_would_be_lost_and_loses_nothing(sample):
    sample.load(held_on("2026-11-21", Brokerage={"CASH": (1, 1)}))
    before = sample.path.read_bytes()
    sentence = (
        r"schema 1 would lose: .*1 earlier snapshot of Brokerage \(2026-11-20 to 2026-11-20\);.* Nothing was changed"
    )
    with pytest.raises(StoreError, match=sentence):
        sample.migrate(1)
    assert sample.path.read_bytes() == before


def test_going_down_names_classes_bands_and_triggers(tmp_path):
    portfolio = allocation.open(unpacked(3, tmp_path))
    sentence = (
        r"schema 2 would lose: that BRK.B belongs to US stocks by 70 % and Bonds by 9.5 %; the band of All Portfolio; "
        r"the band of All Portfolio, Gold; when a rebalance of Retirement growth is due"
    )
    with pytest.raises(StoreError, match=sentence):
        portfolio.migrate(2)
    portfolio.migrate(2, force=True)
    with duckdb.connect(str(portfolio.path)) as connection:
        assert connection.execute("SELECT asset_class FROM assets WHERE symbol = 'BRK.B'").fetchall() == [(None,)]
    assert portfolio.strategy().band == FIVE_25 and portfolio.tables().spans == {}


def test_a_file_of_the_third_schema_has_classes_bands_and_triggers(tmp_path):
    portfolio = allocation.open(unpacked(3, tmp_path))
    (parts,) = portfolio.tables().spans.values()
    assert parts == {"US stocks": Fraction(70, 100), "Bonds": Fraction(95, 1000), "Unclassified": Fraction(205, 1000)}
    strategy = portfolio.strategy()
    assert strategy.band == read_band("1 point or 20 %, whichever is larger")
    assert strategy.class_bands == {"Gold": read_band("2.5 points, out only beyond the edge, measured in the class")}
    assert portfolio.strategy("Roth IRA").trigger == Trigger(on_drift=True, every_months=6)


def test_a_file_of_the_fourth_schema_has_plans(tmp_path):
    portfolio = allocation.open(unpacked(4, tmp_path))
    assert portfolio.plans()["executed"].tolist() == ["", "", "in part"]
    assert portfolio.saved_plan(1).header.bought == 5000 - portfolio.saved_plan(1).header.cash_left
    assert portfolio.saved_plan(2).header.limits == ("set by hand: BND 100.00 USD",)
    with pytest.raises(StoreError, match="lose: the saved plan 1, Spring deposit; the saved plan 2, By hand"):
        portfolio.migrate(3)


def test_a_file_of_the_fifth_schema_has_strategies_and_versions(tmp_path):
    portfolio = allocation.open(unpacked(5, tmp_path))
    table = portfolio.strategies("all")
    assert table["name"].tolist() == ["All Portfolio", "More bonds", "Permanent"]
    assert (table["active"].tolist(), table["archived"].tolist()) == ([True, False, False], [False, False, True])
    assert portfolio.strategy(name="More bonds").band == read_band("4 points")
    versions = portfolio.target_versions()
    assert versions["strategy"].tolist() == [*["All Portfolio"] * 3, "More bonds", "More bonds", "Permanent"]
    assert portfolio.targets_version(3).targets.classes["Bonds"] == 25
    assert portfolio.restore_version(3).class_percents["Bonds"] == 25


def test_going_down_names_strategies_and_versions_and_keeps_the_active_ones(tmp_path):
    portfolio = allocation.open(unpacked(5, tmp_path))
    active = portfolio.strategy()
    sentence = (
        r"lose: 1 earlier version of the targets of More bonds \(.*\); 2 earlier versions of the targets of All "
        r"Portfolio \(.*\); the archived strategy Permanent of all; the inactive strategy Later of Brokerage; the "
        r"inactive strategy More bonds of all\. Nothing was changed"
    )
    with pytest.raises(StoreError, match=sentence):
        portfolio.migrate(4)
    portfolio.migrate(4, force=True)
    assert portfolio.strategies()["name"].tolist() == [*["All Portfolio"] * 4, "Retirement growth"]
    again = portfolio.strategy()
    assert (again.targets, again.saved_by, again.saved_at) == (active.targets, active.saved_by, active.saved_at)
    assert portfolio.target_versions()["saved_at"].tolist() == [active.saved_at]
    assert not [finding for finding in portfolio.doctor() if finding.kind == "fault"]


def test_the_first_version_of_an_older_file_is_what_it_has_and_who_saved_it(tmp_path):
    portfolio = allocation.open(unpacked(4, tmp_path), tell=lambda sentence: None)
    for scope in ("all", "Roth IRA"):
        (version,) = portfolio.target_versions(scope)["version"]
        kept, strategy = portfolio.targets_version(version), portfolio.strategy(scope)
        assert (kept.targets, kept.saved_by, kept.saved_at) == (strategy.targets, "somebody", strategy.saved_at)
        assert (kept.scope, kept.strategy) == (scope, strategy.name)


def test_a_file_of_the_fifth_schema_knows_no_sources_and_no_loads(tmp_path):
    portfolio = allocation.open(unpacked(5, tmp_path), tell=lambda sentence: None)
    assert set(portfolio.prices()["source"]) == {None} and portfolio.stale_after() == 7
    with pytest.raises(StoreError, match="There is no load that could be taken back"):
        portfolio.undo_load()


def test_a_file_of_the_sixth_schema_has_sources_remembered_columns_and_loads(tmp_path):
    portfolio = allocation.open(unpacked(6, tmp_path))
    prices = portfolio.prices().set_index("symbol")
    assert (
        prices["source"]["NEWCO"] == "by hand" and prices["price"]["NEWCO"] == 11.25 and portfolio.stale_after() == 30
    )
    again = tmp_path / "again.csv"
    again.write_text("Account name,Paper,Shares,Last\nJoint,CASH,250.5,1\nJoint,VTI,3,330\nJoint,NEWCO,0,10.50\n")
    assert portfolio.load(again, preview=True).files == ("again.csv (Table of holdings)",)
    assert not [finding for finding in portfolio.doctor() if finding.kind == "fault"]


def test_going_down_names_what_the_sixth_schema_brought(portfolio, write_csv):
    file = write_csv("Paper,Shares,Last\nVTI,10,300\n")
    portfolio.load(file, mapping={"symbol": "Paper", "currency": "=USD"})
    portfolio.save_stale_after(30)
    sentence = (
        "schema 5 would lose: how 1 table of yours is read; that a load can be taken back; that prices are marked when "
        "they are older than 30 days; where 1 price and rate are from"
    )
    with pytest.raises(StoreError, match=sentence):
        portfolio.migrate(5)
    assert portfolio.migrate(5, force=True)[0] == [7, 6]


def test_the_newest_version_of_an_older_file_has_the_bands_that_hold_and_earlier_ones_do_not_know_theirs(tmp_path):
    portfolio = allocation.open(unpacked(6, tmp_path), tell=lambda sentence: None)
    versions = portfolio.target_versions(name="All Portfolio")["version"].tolist()
    assert portfolio.targets_version(versions[-1]).measures == portfolio.strategy().measures
    assert {portfolio.targets_version(number).measures for number in versions[:-1]} == {None}
    assert portfolio.target_versions()["changes"].str.contains("Trigger").sum() == 0


def test_a_file_of_the_seventh_schema_has_bands_in_versions_and_executions_that_go_back(tmp_path):
    portfolio = allocation.open(unpacked(7, tmp_path))
    assert portfolio.target_versions(name="All Portfolio")["changes"].iloc[-1] == "Band of Gold 1 → 3 points"
    assert portfolio.targets_version(9).measures.trigger == Trigger(False, 12)
    assert portfolio.restore_version(9).class_bands == {"Gold": read_band("1 point")}
    held = portfolio.holdings("Brokerage")
    for plan in (5, 4, 3):
        portfolio.undo_plan(plan)
    assert portfolio.holdings("Brokerage").set_index("symbol")["quantity"]["VTI"] == 34 and len(held) == 9
    assert portfolio.plans()["executed"].tolist() == [""] * 5


def test_going_down_names_what_the_seventh_schema_brought(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points")
    bonds_and_stocks.new_strategy("Calm", start={"Bonds": 100}, activate=True)
    sentence = (
        r"schema 6 would lose: the bands and the trigger of 2 earlier versions of All Portfolio; which strategy of all "
        r"was active before \d{4}-\d\d-\d\d\. Nothing was changed"
    )
    with pytest.raises(StoreError, match=sentence):
        bonds_and_stocks.migrate(6)
    bonds_and_stocks.migrate(6, force=True)
    assert bonds_and_stocks.strategy(name="All Portfolio").band == read_band("3 points")
    assert bonds_and_stocks.targets_version(1).measures is None


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_file_counts_as_before(version, tmp_path):
    portfolio = allocation.open(unpacked(version, tmp_path), tell=lambda sentence: None)
    assert portfolio.tables().spans == {}
    assert (portfolio.strategy().band, portfolio.strategy().trigger) == (FIVE_25, DRIFT)


def test_going_down_names_a_date_at_which_nothing_was_held(portfolio):
    portfolio.load(held_on("2025-01-31", Savings={"VTI": (1, 1)}))
    portfolio.delete_asset("VTI")
    with pytest.raises(StoreError, match="would lose: .*that Savings held nothing on 2025-01-31"):
        portfolio.migrate(1)


def test_going_down_by_force_keeps_a_backup_that_has_it_all(sample):
    sample.load(held_on("2026-11-21", Brokerage={"CASH": (1, 1)}))
    done, kept = sample.migrate(1, force=True)
    newer = list(range(2, shipped_migrations()[-1].version + 1))
    assert done == newer[::-1]
    assert [step.state for step in sample.schema()] == ["applied", *("pending" for _ in newer)]
    assert len(allocation.open(kept).snapshots("Brokerage")) == 2
    assert len(sample.snapshots("Brokerage")) == 1
