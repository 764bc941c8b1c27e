"""Targets: whole or not at all, and never over somebody else's."""

import datetime
from decimal import Decimal

import pytest

import allocation
from allocation.errors import BrokenReference, ChangedMeanwhile, StoreError, TargetsError, UnknownName
from allocation.store import Database
from tests.builders import count


def class_targets(portfolio, scope="all"):
    return dict(portfolio.strategy(scope).class_targets.itertuples(index=False))


def holding_targets(portfolio, scope="all"):
    table = portfolio.strategy(scope).holding_targets
    return dict(zip(table["symbol"], table["target_percent"], strict=True))


def test_saved_targets_are_there_when_the_file_is_opened_again(bonds_and_stocks):
    again = allocation.open(bonds_and_stocks.path)
    assert class_targets(again) == {"Stocks": 60, "Bonds": 40}
    assert holding_targets(again) == {"VTI": 75, "VEA": 25}


def test_a_wrong_sum_is_refused_with_the_difference(bonds_and_stocks):
    with pytest.raises(TargetsError, match="The class targets of All Portfolio add up to 97.5: 2.5 missing"):
        bonds_and_stocks.save_class_targets({"Stocks": 60, "Bonds": 37.5})
    assert class_targets(bonds_and_stocks) == {"Stocks": 60, "Bonds": 40}


def test_a_wrong_sum_of_holdings_is_refused_with_the_difference(bonds_and_stocks):
    with pytest.raises(TargetsError, match="The holding targets of Stocks add up to 101: 1 too much"):
        bonds_and_stocks.save_holding_targets("Stocks", {"VTI": 75, "VEA": 26})
    assert holding_targets(bonds_and_stocks) == {"VTI": 75, "VEA": 25}


def test_thirds_to_four_decimals_are_kept_exactly(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks": 33.3333, "Bonds": 33.3333, "Gold": "33.3334"})
    assert class_targets(bonds_and_stocks) == {"Gold": 33.3334, "Bonds": 33.3333, "Stocks": 33.3333}


def test_no_holding_targets_removes_them(bonds_and_stocks):
    bonds_and_stocks.save_holding_targets("Stocks", {})
    assert holding_targets(bonds_and_stocks) == {}


def test_a_class_left_out_loses_its_holding_targets(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Bonds": 100})
    assert count(bonds_and_stocks, "holding_targets") == 0
    bonds_and_stocks.save_class_targets({"Stocks": 60, "Bonds": 40})
    assert holding_targets(bonds_and_stocks) == {}


def test_a_new_percent_for_a_class_keeps_its_holding_targets(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks": 70, "Bonds": 30})
    assert holding_targets(bonds_and_stocks) == {"VTI": 75, "VEA": 25}


def test_a_holding_cannot_have_a_target_in_another_class(bonds_and_stocks):
    with pytest.raises(BrokenReference, match="The target of BND stands in Stocks, but the asset is in Bonds"):
        bonds_and_stocks.save_holding_targets("Stocks", {"BND": 100})
    assert holding_targets(bonds_and_stocks) == {"VTI": 75, "VEA": 25}


def test_holdings_of_a_class_without_a_target_cannot_have_targets(bonds_and_stocks):
    with pytest.raises(TargetsError, match="Gold has no class target.*Save the class targets first"):
        bonds_and_stocks.save_holding_targets("Gold", {"VTI": 100})


def test_an_unknown_symbol_is_refused_with_the_nearest_one(bonds_and_stocks):
    with pytest.raises(UnknownName, match="no asset VTX. Is it VTI?"):
        bonds_and_stocks.save_holding_targets("Stocks", {"VTX": 100})


def test_unclassified_cannot_have_a_target(bonds_and_stocks):
    with pytest.raises(TargetsError, match="Unclassified is where holdings without a class stand"):
        bonds_and_stocks.save_class_targets({"Stocks": 60, "Unclassified": 40})


def test_a_class_written_with_other_capitals_is_not_taken_for_a_second_class(bonds_and_stocks):
    with pytest.raises(TargetsError, match="Bonds"):
        bonds_and_stocks.save_class_targets({"Stocks": 60, "bonds": 40})


def test_spaces_around_a_class_name_do_not_count(bonds_and_stocks):
    bonds_and_stocks.save_class_targets({"Stocks ": 50, " Bonds": 50})
    assert class_targets(bonds_and_stocks) == {"Stocks": 50, "Bonds": 50}


def test_an_account_uses_the_portfolios_targets_until_it_has_its_own(bonds_and_stocks):
    assert bonds_and_stocks.strategy("Savings").inherited
    bonds_and_stocks.save_class_targets({"Bonds": 100}, scope="Savings", name="Calm")
    own = bonds_and_stocks.strategy("Savings")
    assert (own.name, own.scope, own.inherited) == ("Calm", "Savings", False)
    assert class_targets(bonds_and_stocks, "Savings") == {"Bonds": 100}
    assert class_targets(bonds_and_stocks) == {"Stocks": 60, "Bonds": 40}


def test_a_refused_holding_target_gives_an_account_no_strategy(bonds_and_stocks):
    for targets in ({"VTI": 100}, {}):
        with pytest.raises(TargetsError, match="Stocks has no class target"):
            bonds_and_stocks.save_holding_targets("Stocks", targets, scope="Savings")
    assert count(bonds_and_stocks, "rebalancing_strategies") == 1


def test_an_unknown_scope_lists_the_accounts(bonds_and_stocks):
    with pytest.raises(UnknownName, match="no account 'savings'.*'all'.*Savings"):
        bonds_and_stocks.save_class_targets({"Bonds": 100}, scope="savings")


def test_an_empty_strategy_name_is_refused_in_plain_words(bonds_and_stocks):
    with pytest.raises(allocation.AllocationError) as refusal:
        bonds_and_stocks.save_class_targets({"Bonds": 100}, name=" ")
    assert "CHECK constraint" not in str(refusal.value)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM accounts WHERE name = 'Brokerage'", "snapshot of .* belongs to account .*, which is not there"),
        ("DELETE FROM assets WHERE symbol = 'VTI'", "belongs to asset .*, which is not there"),
        ("DELETE FROM rebalancing_strategies WHERE account_id IS NOT NULL", "belongs to strategy"),
        ("DELETE FROM rebalancing_strategies", "0 strategies for the whole portfolio"),
        ("DELETE FROM asset_class_targets WHERE asset_class = 'Gold'", "add up to 96.* instead of 100"),
        ("UPDATE holding_targets SET target_percent = 1", "The holding targets of Bonds in All Portfolio add up to 2"),
        ("UPDATE assets SET asset_class = NULL WHERE symbol = 'VTI'", "the asset is in no class"),
        ("UPDATE assets SET symbol = 'VTI' WHERE symbol = 'ASML'", "The symbol VTI stands for 2 assets"),
        ("DELETE FROM portfolio", "0 settings rows"),
    ],
)
def test_a_write_that_would_break_a_reference_is_taken_back(sample, statement, sentence):
    before = sample.holdings()
    with pytest.raises(BrokenReference, match=sentence), Database(sample.path).write() as connection:
        connection.execute(statement)
    assert sample.holdings().equals(before)
    assert class_targets(sample)["Gold"] == 4


def test_a_deletion_that_fails_half_way_deletes_nothing(sample):
    with pytest.raises(StoreError), Database(sample.path).write() as connection:
        connection.execute("DELETE FROM holdings")
        connection.execute("DELETE FROM nowhere")
    assert len(sample.holdings()) == 16


def test_a_change_made_from_targets_that_are_others_by_now_is_refused(sample):
    seen = sample.strategy().class_percents
    sample.save_class_targets({**seen, "Gold": 5, "Cash": 1})
    with pytest.raises(ChangedMeanwhile, match="Gold 4 → 5, Cash 2 → 1"):
        sample.save_class_targets({**seen, "Bonds": 20, "US stocks": 47}, seen=seen)
    assert sample.strategy().class_percents["Gold"] == 5
    assert sample.strategy().class_percents["Bonds"] == 19


def test_a_refused_save_says_who_saved_and_when_and_carries_both_versions(sample):
    seen = sample.strategy().class_percents
    theirs, mine = {**seen, "Gold": Decimal(5), "Cash": Decimal(1)}, {**seen, "Bonds": 20, "US stocks": 47}
    allocation.open(sample.path, by="Ann in the dashboard").save_class_targets(theirs)
    before = datetime.datetime.now().astimezone()
    with pytest.raises(ChangedMeanwhile) as refusal:
        sample.save_class_targets(mine, seen=seen)
    assert "have changed since you opened them, saved by Ann in the dashboard at " in str(refusal.value)
    assert f"{before:%Y-%m-%d}" in str(refusal.value)
    assert refusal.value.saved == theirs and refusal.value.yours == mine
    assert refusal.value.saved_by == "Ann in the dashboard"
    saved_at = refusal.value.saved_at.replace(tzinfo=datetime.UTC)
    assert abs(before - saved_at) < datetime.timedelta(minutes=1)


def test_targets_know_who_saved_them_also_by_loading_a_file(sample, write_csv):
    targets = write_csv("asset_class,symbol,target_percent\nUS stocks,,60\nBonds,,40\n", "targets.csv")
    allocation.open(sample.path, by="Ben").load(targets=targets)
    assert sample.strategy().saved_by == "Ben"
    assert sample.strategy().last_saved.startswith("by Ben at ")


def test_holding_targets_changed_elsewhere_are_not_overwritten_unseen(sample):
    seen = sample.strategy().holding_percents("Bonds")
    sample.save_holding_targets("Bonds", {"VBTIX": 50, "BND": 50})
    with pytest.raises(ChangedMeanwhile, match="VBTIX 75 → 50, BND 25 → 50"):
        sample.save_holding_targets("Bonds", {"VBTIX": 60, "BND": 40}, seen=seen)
    sample.save_holding_targets("Bonds", {"VBTIX": 60, "BND": 40}, seen={"VBTIX": 50, "BND": "50.0"})
    assert sample.strategy().holding_percents("Bonds") == {"VBTIX": 60, "BND": 40}


def test_an_accounts_first_own_targets_keep_the_holding_targets_it_used(sample):
    sample.save_class_targets({"US stocks": 60, "Bonds": 40}, scope="401(k)")
    strategy = sample.strategy("401(k)")
    assert not strategy.inherited
    assert strategy.holding_percents("Bonds") == {"VBTIX": 75, "BND": 25}
    assert strategy.holding_percents("US stocks") == {"VTI": 60, "VIIIX": 30, "AAPL": 5, "MSFT": 5}
