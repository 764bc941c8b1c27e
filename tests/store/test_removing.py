"""Renaming, merging and deleting: said first, then whole or not at all."""

import pytest

import allocation
from allocation.errors import MergeError, UnknownName
from tests.builders import count, held_on
from tests.store.test_saving import class_targets, holding_targets


@pytest.fixture
def moved_fund(portfolio):
    """OLD, which is called NEW from March on; 10 of it in Savings, and 4 in Pension, which still says OLD."""
    portfolio.load(held_on("2025-01-31", Savings={"OLD": (10, 100), "BND": (5, 20)}))
    portfolio.load(held_on("2025-02-28", Savings={"OLD": (10, 110)}, Pension={"OLD": (4, 110)}))
    portfolio.load(held_on("2025-03-31", Savings={"NEW": (10, 120)}))
    portfolio.save_class_targets({"Stocks": 100})
    portfolio.save_holding_targets("Stocks", {"OLD": 30, "NEW": 50, "BND": 20})
    return portfolio


def test_a_renamed_asset_keeps_its_holdings_prices_and_targets(bonds_and_stocks):
    bonds_and_stocks.rename_asset("VTI", "VTSAX", "Total market")
    assert holding_targets(bonds_and_stocks) == {"VTSAX": 75, "VEA": 25}
    renamed = bonds_and_stocks.holdings().set_index("symbol").loc["VTSAX"]
    assert (renamed["name"], renamed["value"]) == ("Total market", 40)


@pytest.mark.parametrize("taken", ["VEA", "vea"])
def test_an_asset_cannot_take_anothers_symbol(bonds_and_stocks, taken):
    with pytest.raises(UnknownName, match="There is an asset (VEA|vea) already"):
        bonds_and_stocks.rename_asset("VTI", taken)


def test_an_asset_cannot_become_cash(bonds_and_stocks):
    with pytest.raises(UnknownName, match="CASH is the symbol of cash and of nothing else"):
        bonds_and_stocks.rename_asset("VTI", "CASH")


def test_an_empty_new_symbol_is_refused_in_plain_words(bonds_and_stocks):
    with pytest.raises(allocation.AllocationError) as refusal:
        bonds_and_stocks.rename_asset("VTI", "  ")
    assert "CHECK constraint" not in str(refusal.value)


def test_deleting_an_account_takes_its_holdings_and_targets_along(sample):
    sample.delete_account("Roth IRA")
    assert sample.accounts() == ("401(k)", "Brokerage")
    assert len(sample.holdings()) == 12
    assert count(sample, "rebalancing_strategies") == 1
    assert count(sample, "asset_class_targets") == 7


def test_deleting_the_whole_portfolio_as_an_account_is_refused(sample):
    with pytest.raises(UnknownName, match="'all' is the whole portfolio, not an account"):
        sample.delete_account("all")


def test_deleting_an_asset_rescales_the_other_targets_of_its_class(sample):
    sample.delete_asset("VTI")
    # 30 : 5 : 5 of what were 60 : 30 : 5 : 5
    assert holding_targets(sample) == {"VIIIX": 75, "AAPL": 12.5, "MSFT": 12.5, "VBTIX": 75, "BND": 25}
    assert "VTI" not in set(sample.holdings()["symbol"])
    assert count(sample, "prices") == 11


def test_deleting_the_only_asset_with_a_target_leaves_the_class_without(bonds_and_stocks):
    bonds_and_stocks.save_holding_targets("Bonds", {"BND": 100})
    bonds_and_stocks.delete_asset("BND")
    assert holding_targets(bonds_and_stocks) == {"VTI": 75, "VEA": 25}
    assert class_targets(bonds_and_stocks)["Bonds"] == 40


def test_cash_is_deleted_by_its_currency(sample):
    with pytest.raises(UnknownName, match="CASH is held in EUR and USD. Say which"):
        sample.delete_asset("CASH")
    sample.delete_asset("CASH EUR")
    assert set(sample.holdings().query("symbol == 'CASH'")["currency"]) == {"USD"}


def test_deleting_an_accounts_strategy_gives_it_the_portfolios(sample):
    sample.delete_strategy("Roth IRA")
    assert sample.strategy("Roth IRA").inherited
    assert count(sample, "asset_class_targets") == 7


def test_an_account_without_its_own_strategy_has_none_to_delete(sample):
    with pytest.raises(UnknownName, match="Brokerage has no strategy of its own"):
        sample.delete_strategy("Brokerage")


def test_the_portfolios_strategy_stays_and_loses_its_targets(sample):
    sample.delete_strategy("all")
    assert sample.strategy().name == "All Portfolio"
    assert class_targets(sample) == {} and holding_targets(sample) == {}


def test_deleting_an_account_says_first_what_it_takes_along(sample):
    sample.load(held_on("2026-11-21", **{"Roth IRA": {"CASH": (9, 1)}}))
    takes = sample.delete_account("Roth IRA", preview=True)
    assert str(takes) == "Roth IRA: 1 holding, 1 strategy, 3 targets, 2 snapshots"
    assert "Roth IRA" in sample.accounts() and len(sample.snapshots("Roth IRA")) == 2
    done = sample.delete_account("Roth IRA")
    assert str(done) == str(takes) and takes.backup is None
    assert "Roth IRA" in allocation.open(done.backup).accounts()
    assert count(sample, "snapshots") == 2


def test_deleting_an_asset_says_first_what_it_takes_along(sample):
    assert str(sample.delete_asset("VTI", preview=True)) == (
        "VTI: 2 holdings, 1 target, 2 rows in snapshots, 1 price; "
        "the other holding targets of US stocks share what was its part"
    )
    assert holding_targets(sample)["VTI"] == 60
    assert str(sample.delete_strategy("Roth IRA", preview=True)) == "Strategy Retirement growth: 1 strategy, 3 targets"
    assert not sample.strategy("Roth IRA").inherited


def test_deleting_a_snapshot_lets_the_one_before_count_again(moved_fund):
    takes = moved_fund.delete_snapshot("Savings", "2025-03-31")
    assert str(takes) == "Savings on 2025-03-31: 1 holding, 1 snapshot"
    assert moved_fund.holdings("Savings")["symbol"].tolist() == ["OLD"]


def test_deleting_a_wrong_load_takes_its_prices_along(portfolio):
    portfolio.load(held_on("2025-03-10", Savings={"VTI": (10, 100)}))
    portfolio.load(held_on("2025-04-10", Savings={"VTI": (10, 1000)}))
    assert portfolio.delete_snapshot("Savings", "2025-04-10").prices == 1
    assert portfolio.summary().total == 1000


def test_prices_that_another_account_has_of_that_day_stay(portfolio):
    portfolio.load(held_on("2025-03-10", Savings={"VTI": (10, 100)}))
    portfolio.load(held_on("2025-04-10", Savings={"VTI": (10, 110)}, Pension={"VTI": (1, 110)}))
    assert portfolio.delete_snapshot("Savings", "2025-04-10").prices == 0
    assert portfolio.summary().total == 11 * 110


def test_a_snapshot_that_is_not_there_names_the_nearest(moved_fund):
    with pytest.raises(UnknownName, match="Savings has no snapshot of 2025-03-01. The nearest are 2025-01-31, 2025-02"):
        moved_fund.delete_snapshot("Savings", "2025-03-01")
    with pytest.raises(UnknownName, match="'March' is not a date. Write it like 2025-03-31"):
        moved_fund.delete_snapshot("Savings", "March")


def test_merging_moves_holdings_prices_and_targets(moved_fund):
    moved = moved_fund.merge_assets("OLD", "NEW")
    assert str(moved) == "OLD: 1 holding, 1 target, 3 rows in snapshots, 2 prices"
    # Pension's 4 were worth 110 each by OLD's last price, and are worth 120.
    assert moved.totals == (1640, 1680)
    assert holding_targets(moved_fund) == {"NEW": 80, "BND": 20}
    assert moved_fund.holdings()[["account", "symbol", "quantity", "value"]].values.tolist() == [
        ["Pension", "NEW", 4, 480],
        ["Savings", "NEW", 10, 1200],
    ]
    assert moved_fund.summary(at="2025-01-31").total == 10 * 100 + 5 * 20
    assert moved_fund.summary(at="2025-02-28").total == 14 * 110


def test_where_one_snapshot_holds_both_the_quantities_and_costs_add_up(portfolio):
    both = held_on("2025-01-31", Savings={"OLD": (10, 100), "NEW": (5, 100)}).assign(cost_basis=[700, 400])
    portfolio.load(both)
    portfolio.merge_assets("OLD", "NEW")
    assert portfolio.holdings()[["symbol", "quantity", "cost_basis"]].values.tolist() == [["NEW", 15, 1100]]


def test_a_cost_that_is_known_of_one_alone_is_not_taken_for_the_cost_of_both(portfolio):
    portfolio.load(held_on("2025-01-31", Savings={"OLD": (10, 100), "NEW": (5, 100)}).assign(cost_basis=[700, None]))
    portfolio.merge_assets("OLD", "NEW")
    assert portfolio.holdings()["cost_basis"].isna().all()


def test_a_row_of_nothing_does_not_hide_the_cost_of_the_rest(portfolio):
    portfolio.load(held_on("2025-01-31", Savings={"OLD": (0, 100), "NEW": (5, 100)}).assign(cost_basis=[None, 400]))
    portfolio.merge_assets("OLD", "NEW")
    assert portfolio.holdings()["cost_basis"].tolist() == [400]


@pytest.mark.parametrize("symbol", ["A\nB", "X" * 301])
def test_a_new_symbol_is_a_name_that_can_be_read(bonds_and_stocks, symbol):
    with pytest.raises(UnknownName, match="can't be a name"):
        bonds_and_stocks.rename_asset("VTI", symbol)


def test_two_spellings_that_look_the_same_are_one_symbol(bonds_and_stocks):
    bonds_and_stocks.rename_asset("VTI", " CAFE\u0301 ", "")
    assert bonds_and_stocks.holdings().set_index("symbol").loc["CAF\u00c9", "name"] == "VTI"


def test_a_failed_deletion_leaves_no_backup_behind(sample):
    with pytest.raises(UnknownName):
        sample.delete_account("Roth")
    assert not list(sample.path.parent.glob("sample.before-*"))


def test_a_merge_can_be_looked_at_first(moved_fund):
    before = moved_fund.holdings()
    moved_fund.merge_assets("OLD", "NEW", preview=True)
    assert moved_fund.holdings().equals(before)


def test_the_asset_that_stays_takes_the_class_of_the_other_where_it_has_none(portfolio):
    frame = held_on("2025-01-31", Savings={"OLD": (10, 100), "NEW": (5, 100)})
    portfolio.load(frame.assign(asset_class=["Stocks", None]))
    portfolio.merge_assets("OLD", "NEW")
    assert portfolio.holdings()["asset_class"].tolist() == ["Stocks"]


def test_two_prices_on_one_day_are_not_one_fund(portfolio):
    portfolio.load(held_on("2025-01-31", Savings={"OLD": (10, 100), "NEW": (5, 50)}))
    with pytest.raises(MergeError, match="On 2025-01-31 OLD cost 100 and NEW 50, so they are not the same thing"):
        portfolio.merge_assets("OLD", "NEW")
    assert portfolio.summary().total == 1250


@pytest.mark.parametrize(
    ("old", "into", "sentence"),
    [
        ("VTI", "VTI", "is one asset already"),
        ("VTI", "CASH USD", "can't be merged: each currency's cash"),
        ("VTI", "ASML", "VTI is in USD and ASML in EUR"),
        ("VTI", "GLD", "VTI is in US stocks and GLD in Gold.*into one class first"),
    ],
)
def test_what_is_not_one_thing_is_not_merged(sample, old, into, sentence):
    before = sample.holdings()
    with pytest.raises(MergeError, match=sentence):
        sample.merge_assets(old, into)
    assert sample.holdings().equals(before)
