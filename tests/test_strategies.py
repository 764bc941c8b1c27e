"""Several strategies a scope: made, activated, copied, renamed, archived, compared; their targets and versions."""

import datetime
from decimal import Decimal

import pytest

import allocation
from allocation import Measures, Targets
from allocation.bands import read_band
from allocation.drift import by_class, by_holding
from allocation.errors import BrokenReference, ChangedMeanwhile, TargetsError, UnknownName
from allocation.triggers import read_trigger
from tests.builders import held_on

D = Decimal
STATES = ["name", "active", "archived", "inherited"]


def states(portfolio, scope="all"):
    """name → its state."""
    return {
        row.name: "inherited"
        if row.inherited
        else "active"
        if row.active
        else "archived"
        if row.archived
        else "inactive"
        for row in portfolio.strategies(scope)[STATES].itertuples(index=False)
    }


def test_a_fresh_portfolio_has_one_strategy_and_accounts_use_it(bonds_and_stocks):
    assert states(bonds_and_stocks) == {"All Portfolio": "active"}
    assert states(bonds_and_stocks, "Savings") == {"All Portfolio": "inherited"}
    assert bonds_and_stocks.strategies()["scope"].tolist() == ["all", "Savings"]


def test_a_new_strategy_changes_nothing_until_it_is_active(bonds_and_stocks):
    before = bonds_and_stocks.drift()
    made = bonds_and_stocks.new_strategy("Calm", start={"Stocks": 20, "Bonds": 80})
    assert (made.name, made.scope, made.active, made.class_percents) == (
        "Calm",
        "all",
        False,
        {"Bonds": 80, "Stocks": 20},
    )
    assert bonds_and_stocks.drift().equals(before)
    under = bonds_and_stocks.drift(strategy="Calm").set_index("asset_class")["drift"]
    assert under.to_dict() == {"Stocks": pytest.approx(0.4), "Bonds": pytest.approx(-0.4)}
    bonds_and_stocks.activate_strategy("calm")
    assert states(bonds_and_stocks) == {"Calm": "active", "All Portfolio": "inactive"}
    assert bonds_and_stocks.drift().equals(bonds_and_stocks.drift(strategy="Calm"))


def test_an_account_has_strategies_without_using_them(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Later", "Savings", "present")
    assert states(bonds_and_stocks, "Savings") == {"Later": "inactive", "All Portfolio": "inherited"}
    assert bonds_and_stocks.strategy("Savings").inherited
    bonds_and_stocks.activate_strategy("Later", "Savings")
    assert states(bonds_and_stocks, "Savings") == {"Later": "active"}
    bonds_and_stocks.deactivate_strategies("Savings")
    assert bonds_and_stocks.strategy("Savings").inherited


def test_targets_saved_for_an_account_without_an_active_strategy_are_a_new_one(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Savings", "Savings", {"Bonds": 100})
    bonds_and_stocks.save_class_targets({"Stocks": 100}, "Savings")
    assert states(bonds_and_stocks, "Savings") == {"Savings 2": "active", "Savings": "inactive"}


def test_a_copy_has_targets_bands_and_trigger_and_goes_its_own_way(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points")
    bonds_and_stocks.save_band("1 point", asset_class="Bonds")
    bonds_and_stocks.save_trigger("every 6 months")
    copy = bonds_and_stocks.copy_strategy("All Portfolio", "Copy", to="Savings")
    original = bonds_and_stocks.strategy()
    assert copy.targets == original.targets
    assert (copy.band, copy.class_bands, copy.trigger) == (original.band, original.class_bands, original.trigger)
    bonds_and_stocks.save_band("9 points", "Savings", strategy="Copy")
    bonds_and_stocks.save_trigger("drift", "Savings", "Copy")
    assert bonds_and_stocks.strategy().band == read_band("3 points")
    assert bonds_and_stocks.strategy("Savings", "Copy").band == read_band("9 points")
    assert bonds_and_stocks.strategy("Savings", "Copy").trigger == read_trigger("drift")


def test_bands_of_classes_that_a_new_strategy_has_not_are_left_out(bonds_and_stocks):
    bonds_and_stocks.save_band("1 point", asset_class="Bonds")
    made = bonds_and_stocks.new_strategy("Stocks", start={"Stocks": 100})
    assert made.class_bands == {}
    assert bonds_and_stocks.new_strategy("Blank").class_bands == {}


def test_a_strategy_is_renamed_and_saved_when_it_was(bonds_and_stocks):
    before = bonds_and_stocks.strategy()
    bonds_and_stocks.rename_strategy("All Portfolio", "  Mine ")
    after = bonds_and_stocks.strategy()
    assert (after.name, after.saved_at, after.saved_by) == ("Mine", before.saved_at, before.saved_by)
    bonds_and_stocks.rename_strategy("Mine", "MINE")
    assert states(bonds_and_stocks) == {"MINE": "active"}


def test_an_archived_strategy_is_kept_and_not_measured_against(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Old", start="All Portfolio")
    bonds_and_stocks.archive_strategy("Old")
    assert states(bonds_and_stocks) == {"All Portfolio": "active", "Old": "archived"}
    for attempt in (
        lambda: bonds_and_stocks.tables(strategy="Old"),
        lambda: bonds_and_stocks.activate_strategy("Old"),
        lambda: bonds_and_stocks.save_targets(Targets({"Bonds": 100}), name="Old"),
    ):
        with pytest.raises(TargetsError, match="Old is archived"):
            attempt()
    assert bonds_and_stocks.strategy(name="Old").archived
    bonds_and_stocks.restore_strategy("Old")
    assert states(bonds_and_stocks)["Old"] == "inactive"


def test_an_account_whose_active_strategy_is_archived_uses_the_portfolios(sample):
    sample.archive_strategy("Retirement growth", "Roth IRA")
    assert sample.strategy("Roth IRA").inherited
    sample.restore_strategy("Retirement growth", "Roth IRA")
    sample.activate_strategy("Retirement growth", "Roth IRA")
    assert not sample.strategy("Roth IRA").inherited


def test_an_asset_may_leave_the_class_that_an_archived_strategy_has_it_in(bonds_and_stocks):
    """VTI has a target inside Stocks."""
    moved = held_on("2025-03-03", Savings={"VTI": (4, 10), "VEA": (2, 10), "BND": (4, 10)})
    moved = moved.assign(asset_class=["Bonds", "Stocks", "Bonds"])
    bonds_and_stocks.new_strategy("Other", start={"Stocks": 50, "Bonds": 50}, activate=True)
    with pytest.raises(
        allocation.LoadError, match="moves VTI out of Stocks, where it has a holding target in All Port"
    ):
        bonds_and_stocks.load(moved)
    bonds_and_stocks.archive_strategy("All Portfolio")
    bonds_and_stocks.load(moved)
    with pytest.raises(TargetsError, match="has a target of VTI inside Stocks, but VTI is in Bonds now"):
        bonds_and_stocks.restore_strategy("All Portfolio")
    bonds_and_stocks.save_asset_classes("VTI", {"Stocks": 50, "Bonds": 50})
    with pytest.raises(TargetsError, match="but VTI is in several classes now"):
        bonds_and_stocks.restore_strategy("All Portfolio")
    bonds_and_stocks.save_asset_classes("VTI", {"Stocks": 100})
    bonds_and_stocks.restore_strategy("All Portfolio")


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (lambda p: p.new_strategy("all portfolio"), TargetsError, "has a strategy all portfolio already"),
        (lambda p: p.new_strategy(" "), TargetsError, "name is empty"),
        (lambda p: p.new_strategy("a\nb"), TargetsError, "can't be a name"),
        (lambda p: p.new_strategy("x" * 301), TargetsError, "can't be a name"),
        (lambda p: p.new_strategy("X", "Nobody"), UnknownName, "no account 'Nobody'"),
        (lambda p: p.new_strategy("X", activate=True), TargetsError, "X has no targets yet"),
        (lambda p: p.activate_strategy("Nothing"), UnknownName, "no strategy 'Nothing' for the whole portfolio"),
        (lambda p: p.activate_strategy("All Portfolio", "Savings"), UnknownName, "no strategy 'All Portfolio' of"),
        (lambda p: p.archive_strategy("All Portfolio"), TargetsError, "active strategy. Activate another"),
        (lambda p: p.deactivate_strategies("all"), TargetsError, "always has an active strategy"),
        (lambda p: p.rename_strategy("Nothing", "X"), UnknownName, "no strategy 'Nothing'"),
        (lambda p: p.delete_strategy("Savings", name="All Portfolio"), UnknownName, "no strategy 'All Portfolio'"),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(bonds_and_stocks, act, error, sentence):
    before = bonds_and_stocks.strategies().to_dict()
    with pytest.raises(error, match=sentence):
        act(bonds_and_stocks)
    assert bonds_and_stocks.strategies().to_dict() == before


def test_one_name_may_stand_in_several_scopes(bonds_and_stocks):
    bonds_and_stocks.new_strategy("All Portfolio", "Savings", {"Bonds": 100})
    assert bonds_and_stocks.strategy("Savings", "All Portfolio").class_percents == {"Bonds": 100}
    assert bonds_and_stocks.strategy("Savings", ("all", "All Portfolio")).class_percents == {"Stocks": 60, "Bonds": 40}


def test_an_inactive_strategy_is_deleted_whole(bonds_and_stocks):
    bonds_and_stocks.copy_strategy("All Portfolio", "Copy")
    assert str(bonds_and_stocks.delete_strategy("all", name="Copy")) == "Strategy Copy: 1 strategy, 4 targets"
    assert states(bonds_and_stocks) == {"All Portfolio": "active"}
    bonds_and_stocks.delete_strategy("all")
    assert bonds_and_stocks.strategy().class_percents == {}


def test_deleting_an_account_takes_all_its_strategies(sample):
    sample.new_strategy("Second", "Roth IRA", {"Bonds": 100})
    assert sample.delete_account("Roth IRA").strategies == 2
    assert set(sample.strategies()["scope"]) == {"all", "401(k)", "Brokerage"}


def test_both_levels_are_saved_at_once(bonds_and_stocks):
    seen = bonds_and_stocks.strategy().targets
    edited = Targets({"Stocks": 55, "Bonds": 40, "Gold": 5}, {"Bonds": {"BND": 100}})
    saved = bonds_and_stocks.save_targets(edited, seen=seen)
    assert saved.class_percents == {"Stocks": 55, "Bonds": 40, "Gold": 5}
    assert saved.targets.holdings == {"Bonds": {"BND": 100}}
    assert bonds_and_stocks.strategy().targets == saved.targets


def test_targets_that_somebody_else_has_saved_are_not_overwritten(bonds_and_stocks):
    seen = bonds_and_stocks.strategy().targets
    other = allocation.open(bonds_and_stocks.path, by="Ann")
    other.save_holding_targets("Stocks", {"VTI": 50, "VEA": 50})
    mine = Targets({"Stocks": 70, "Bonds": 30}, seen.holdings)
    with pytest.raises(ChangedMeanwhile) as conflict:
        bonds_and_stocks.save_targets(mine, seen=seen)
    assert "The targets of All Portfolio have changed" in str(conflict.value)
    assert "by Ann" in str(conflict.value) and "Stocks › VTI 75 → 50, Stocks › VEA 25 → 50" in str(conflict.value)
    assert conflict.value.saved["Stocks › VTI"] == 50 and conflict.value.yours["Stocks"] == 70
    assert bonds_and_stocks.strategy().targets == other.strategy().targets


def test_saving_targets_of_a_named_strategy_leaves_the_active_one(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Calm")
    bonds_and_stocks.save_targets(Targets({"Bonds": 100}), name="Calm")
    assert bonds_and_stocks.strategy().class_percents == {"Stocks": 60, "Bonds": 40}
    with pytest.raises(UnknownName, match="no strategy 'Wild'"):
        bonds_and_stocks.save_targets(Targets({"Bonds": 100}), name="Wild")


def test_saving_targets_gives_an_account_its_own_strategy(bonds_and_stocks):
    saved = bonds_and_stocks.save_targets(Targets({"Bonds": 100}), "Savings")
    assert (saved.name, saved.inherited, saved.active) == ("Savings", False, True)


@pytest.mark.parametrize(
    ("targets", "error", "sentence"),
    [
        (Targets({"Stocks": 60}), TargetsError, "class targets of All Portfolio add up to 60: 40 missing"),
        (Targets({"Stocks": 100}, {"Stocks": {"VTI": 90}}), TargetsError, "holding targets of Stocks add up to 90"),
        (Targets({"Stocks": 100}, {"Bonds": {"BND": 100}}), TargetsError, "Bonds has holding targets, but no class"),
        (Targets({"Stocks": 100}, {"Stocks": {"VTX": 100}}), UnknownName, "no asset VTX. Is it VTI?"),
        (Targets({"Stocks": 100}, {"Stocks": {"BND": 100}}), BrokenReference, "BND stands in Stocks, but"),
        (Targets({"stocks": 100}), TargetsError, "'stocks' is written 'Stocks'"),
    ],
)
def test_targets_that_can_not_be_saved(bonds_and_stocks, targets, error, sentence):
    before = bonds_and_stocks.strategy().targets
    with pytest.raises(error, match=sentence):
        bonds_and_stocks.save_targets(targets)
    assert bonds_and_stocks.strategy().targets == before


def test_what_edited_targets_would_do_is_what_saved_ones_do(sample):
    targets = sample.strategy().targets
    moved = allocation.redistribute(targets.classes, ["Gold"], "Bonds", 25)
    edited = Targets(moved.percents, targets.holdings | {"Gold": {"GLD": 100}})
    before = sample.tables_under(edited)
    assert sample.strategy().targets == targets
    sample.save_targets(edited)
    for table in (by_class, by_holding):
        assert table(before).equals(table(sample.tables()))
    assert allocation.planner.plan_rebalance(before, datetime.date.today()).rows.equals(sample.plan_rebalance().rows)


def test_what_is_held_nowhere_yet_can_be_aimed_at_while_editing(bonds_and_stocks):
    bonds_and_stocks.load(held_on("2025-03-03", Other={"GLD": (0, 50)}).assign(asset_class="Gold"))
    edited = Targets({"Stocks": 50, "Bonds": 40, "Gold": 10}, {"Gold": {"GLD": 100}})
    drift = by_holding(bonds_and_stocks.tables_under(edited, "Savings")).set_index("symbol")
    assert drift.loc["GLD", "drift"] == pytest.approx(-0.1)
    with pytest.raises(UnknownName, match="GLD is neither held in all"):
        allocation.open(bonds_and_stocks.path).tables().under(edited)
    with pytest.raises(TargetsError, match="add up to 90"):
        bonds_and_stocks.tables_under(Targets({"Stocks": 50, "Bonds": 40}))


def test_two_strategies_side_by_side(bonds_and_stocks):
    bonds_and_stocks.new_strategy("Other", start=Targets({"Stocks": 50, "Gold": 50}, {"Stocks": {"VTI": 100}}))
    table = bonds_and_stocks.compare_strategies("All Portfolio", "Other").set_index(["asset_class", "holding"])
    assert list(table.index) == [
        ("Stocks", ""), ("Stocks", "VTI"), ("Stocks", "VEA"), ("Bonds", ""), ("Gold", "")
    ]  # fmt: skip
    assert table["difference"].tolist() == [-10, 25, -25, -40, 50]
    assert table.loc[("Stocks", "VEA"), "percent_a"] == 25 and table["percent_b"].isna().tolist() == [
        False, False, True, True, False
    ]  # fmt: skip
    assert table["drift_a"].round(4).tolist()[:4] == [0, -0.05, 0.05, 0]
    assert table.loc[("Gold", ""), "drift_b"] == -0.5 and table["drift_a"].isna().tolist()[-1]


def test_a_file_gives_a_named_strategy_its_targets_and_activates_none(bonds_and_stocks, write_csv):
    path = write_csv("strategy,asset_class,symbol,target_percent\nCalm,Bonds,,100\n", "targets.csv")
    report = bonds_and_stocks.load(targets=path)
    assert report.inactive == (("all", "Calm"),) and report.targets == 1
    assert states(bonds_and_stocks) == {"All Portfolio": "active", "Calm": "inactive"}
    assert not bonds_and_stocks.load(targets=path).changed
    bonds_and_stocks.activate_strategy("Calm")
    path = write_csv("strategy,asset_class,symbol,target_percent\nCALM,Bonds,,70\nCALM,Stocks,,30\n", "targets.csv")
    assert bonds_and_stocks.load(targets=path).inactive == ()
    assert bonds_and_stocks.strategy().class_percents == {"Bonds": 70, "Stocks": 30}
    bonds_and_stocks.activate_strategy("All Portfolio")
    bonds_and_stocks.archive_strategy("Calm")
    with pytest.raises(
        allocation.LoadError, match="targets.csv, row 2, strategy: 'CALM' is archived. Restore it first"
    ):
        bonds_and_stocks.load(targets=path)


def test_a_file_names_the_strategy_of_a_portfolio_without_targets(portfolio, write_csv):
    portfolio.init("USD")
    path = write_csv("strategy,asset_class,symbol,target_percent\nCalm,Bonds,,100\n", "targets.csv")
    assert portfolio.load(targets=path).inactive == ()
    assert states(portfolio) == {"Calm": "active"}


def test_targets_bands_and_trigger_are_saved_together_or_not_at_all(bonds_and_stocks):
    wanted = Measures(read_band("3 points"), {"Bonds": read_band("1 point")}, read_trigger("every 6 months"))
    before, versions = bonds_and_stocks.strategy(), len(bonds_and_stocks.target_versions())
    with pytest.raises(TargetsError, match="Gold has no class target, so it can't have a band"):
        bonds_and_stocks.save_targets(Targets({"Bonds": 100}), measures=Measures(class_bands={"Gold": wanted.band}))
    with pytest.raises(TargetsError, match="add up to 90"):
        bonds_and_stocks.save_targets(Targets({"Bonds": 90}), measures=wanted)
    after = bonds_and_stocks.strategy()
    assert (after.targets, after.measures) == (before.targets, before.measures)
    saved = bonds_and_stocks.save_targets(Targets({"Stocks": 50, "Bonds": 50}), measures=wanted)
    assert saved.measures == wanted and saved.class_percents["Bonds"] == 50
    assert len(bonds_and_stocks.target_versions()) == versions + 1


def test_a_save_without_bands_leaves_them_as_they_are(bonds_and_stocks):
    bonds_and_stocks.save_band("3 points")
    assert bonds_and_stocks.save_targets(Targets({"Bonds": 100})).band == read_band("3 points")


def test_a_band_that_somebody_else_saved_meanwhile_is_a_conflict(bonds_and_stocks):
    opened = bonds_and_stocks.strategy()
    ann = allocation.open(bonds_and_stocks.path, by="Ann")
    ann.save_band("3 points")
    ann.save_trigger("every 6 months")
    mine = Measures(class_bands={"Bonds": read_band("1 point")})
    with pytest.raises(ChangedMeanwhile, match="by Ann .*: Band 5/25 → 3 points; Trigger: drift → every 6") as caught:
        bonds_and_stocks.save_targets(Targets({"Bonds": 100}), "all", None, opened.targets, mine, opened.measures)
    assert caught.value.saved_measures == {"Band": "3 points", "Trigger": "every 6 months"}
    assert caught.value.your_measures == mine.in_words
    now = bonds_and_stocks.strategy()
    assert now.targets == opened.targets and now.class_bands == {}
    bonds_and_stocks.save_targets(Targets({"Bonds": 100}), "all", None, now.targets, mine, now.measures)
    assert bonds_and_stocks.strategy().measures == mine
