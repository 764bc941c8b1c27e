"""Funds that belong to several classes: saved, loaded, merged and deleted; whole or not at all."""

from dataclasses import replace
from fractions import Fraction

import duckdb
import pandas as pd
import pytest

import allocation
from allocation.errors import BrokenReference, ClassesError, LoadError, MergeError, TargetsError, UnknownName
from allocation.export import classes_csv
from allocation.planner import plan_deposit, plan_rebalance, plan_withdrawal
from allocation.store import Database
from tests.builders import TODAY, amounts_by, count, held_on
from tests.conftest import DATA
from tests.planner.test_spanning import TARGET_DATE, TARGETS, fund_and_three

HELD = """
account,symbol,asset_class,quantity,price,currency,as_of
Brokerage,FUND,,500,10,USD,2026-11-20
Brokerage,VTI,US,40,25,USD,2026-11-20
Brokerage,VXUS,International,40,25,USD,2026-11-20
Brokerage,BND,Bonds,40,25,USD,2026-11-20
"""
CLASSES = "symbol,asset_class,weight_percent\nFUND,US,54\nFUND,International,36\nFUND,Bonds,10\n"


@pytest.fixture
def funds(portfolio, write_csv):
    """What tests/planner/test_spanning.py has, from CSV files: 5,000 of a target-date fund, 1,000 of each class."""
    rows = [f"{name},,{percent}" for name, percent in TARGETS.items()]
    targets = write_csv("\n".join(["asset_class,symbol,target_percent", *rows]), "targets.csv")
    portfolio.load(write_csv(HELD), targets, classes=write_csv(CLASSES, "classes.csv"))
    return portfolio


def weights(portfolio, symbol="FUND"):
    table = portfolio.asset_classes()
    table = table[table["symbol"] == symbol]
    return dict(zip(table["asset_class"], table["weight_percent"], strict=True))


def test_a_fund_from_a_csv_file_counts_in_its_classes(funds):
    tables = funds.tables()
    asset_id = int(tables.assets.set_index("symbol").loc["FUND", "asset_id"])
    assert tables.spans == {
        asset_id: {"US": Fraction(54, 100), "International": Fraction(36, 100), "Bonds": Fraction(10, 100)}
    }
    assert tables.assets.set_index("symbol").loc["FUND", "asset_class"] == "Several classes"
    assert funds.holdings().set_index("symbol").loc["FUND", "asset_class"] == "Several classes"
    drift = funds.drift().set_index("asset_class")
    assert drift["value"].to_dict() == {"International": 2800, "US": 3700, "Bonds": 1500}


def test_plans_are_those_of_the_same_numbers_without_a_file(funds):
    """As tests/planner/test_spanning.py has them."""
    deposit = funds.plan_deposit(1000)
    assert amounts_by("symbol", deposit.trades) == {"VTI": 728.57, "BND": 271.43}
    assert amounts_by("asset_class", deposit.classes)["International"] == 0
    after = funds.plan_withdrawal(1000).classes.set_index("asset_class")["value_after"]
    assert after.to_dict() == pytest.approx({"US": 3500, "International": 2100, "Bonds": 1400}, abs=0.02)
    pure = fund_and_three()
    for kept, planned in (
        (deposit, plan_deposit(pure, 1000, "lazy", TODAY)),
        (funds.plan_withdrawal(1000), plan_withdrawal(pure, 1000, "lazy", TODAY)),
        (funds.plan_rebalance(), plan_rebalance(pure, TODAY)),
    ):
        assert amounts_by("symbol", kept.trades) == amounts_by("symbol", planned.trades)
        assert kept.classes.equals(planned.classes)
    assert funds.minimum_deposit() == 1333.34


def test_what_is_left_of_100_is_unclassified_and_exact(funds):
    funds.save_asset_classes("FUND", {"US": "33.3333", "Bonds": 33.3333})
    (parts,) = funds.tables().spans.values()
    assert parts == {
        "US": Fraction(333333, 10**6),
        "Bonds": Fraction(333333, 10**6),
        "Unclassified": Fraction(333334, 10**6),
    }
    assert sum(parts.values()) == 1
    assert weights(funds) == {"US": 33.3333, "Bonds": 33.3333, "Unclassified": 33.3334}
    assert "33.3334 % of FUND are in no class" in " ".join(finding.text for finding in funds.doctor())


def test_one_class_with_100_is_simply_the_assets_class(funds):
    funds.save_asset_classes("FUND", {"Bonds": 100})
    assert weights(funds) == {"Bonds": 100}
    assert funds.tables().spans == {} and count(funds, "asset_class_weights") == 0
    assert funds.holdings().set_index("symbol").loc["FUND", "asset_class"] == "Bonds"


@pytest.mark.parametrize("classes", [{"Unclassified": 100}, {"unclassified": 40}])
def test_an_asset_can_be_in_no_class(funds, classes):
    funds.save_asset_classes("VTI", classes)
    assert weights(funds, "VTI") == {"Unclassified": 100}


def test_without_weights_an_asset_is_back_in_the_class_its_holdings_say(funds):
    funds.save_asset_classes("VTI", {"US": 90, "Bonds": 10})
    assert weights(funds, "VTI") == {"US": 90, "Bonds": 10}
    funds.save_asset_classes("VTI", {})
    assert weights(funds, "VTI") == {"US": 100}
    funds.save_asset_classes("FUND", {})
    assert weights(funds) == {"Unclassified": 100}


def test_many_assets_get_their_classes_at_once(sample):
    """BRK.B is in no class; MSFT and AAPL have targets inside US stocks."""
    assert sample.unclassified().to_dict("records") == [
        {"symbol": "BRK.B", "name": "Berkshire Hathaway Inc. Class B", "percent": 100}
    ]
    sample.save_asset_classes_many({"BRK.B": {"Insurance": 60, "Cash": 30}, "GLD": "Insurance", "CASH EUR": "Abroad"})
    assert weights(sample, "BRK.B") == {"Insurance": 60, "Cash": 30, "Unclassified": 10}
    assert weights(sample, "GLD") == {"Insurance": 100}
    assert sample.unclassified()[["symbol", "percent"]].values.tolist() == [["BRK.B", 10]]
    classes = sample.asset_classes().set_index(["symbol", "currency"])["asset_class"]
    assert (classes["CASH", "EUR"], classes["CASH", "USD"]) == ("Abroad", "Cash")
    sample.save_asset_classes_many({"BRK.B": {}, "GLD": "Gold"})
    assert weights(sample, "BRK.B") == {"Unclassified": 100}
    sample.save_asset_classes_many({})


@pytest.mark.parametrize(
    ("classes", "error", "sentence"),
    [
        ({"GLD": "Insurance", "NOPE": "Bonds"}, UnknownName, "no asset NOPE"),
        ({"GLD": "Insurance", "BRK.B": {"Bonds": 101}}, ClassesError, "Nothing was saved. BRK.B"),
        ({"GLD": "Insurance", "BRK.B": "us stocks"}, ClassesError, "BRK.B.*is written 'US stocks'"),
        ({"GLD": "Insurance", "BRK.B": {"Bunds": 50}}, ClassesError, "BRK.B.*'Bunds' is no class.*Is it 'Bonds'"),
        ({"GLD": "Insurance", "MSFT": "Bonds"}, ClassesError, "MSFT.*has a holding target inside US stocks"),
        ({"CASH": "Bonds"}, UnknownName, "CASH is held in EUR and USD"),
    ],
)
def test_of_many_assets_one_that_is_wrong_stops_all(sample, classes, error, sentence):
    with pytest.raises(error, match=sentence):
        sample.save_asset_classes_many(classes)
    assert weights(sample, "GLD") == {"Gold": 100}


def test_weights_win_over_the_class_that_holdings_say(funds, write_csv):
    again = write_csv(HELD.replace("FUND,,", "FUND,Bonds,"))
    funds.load(again)
    assert weights(funds) == TARGET_DATE
    funds.save_asset_classes("FUND", {})
    assert weights(funds) == {"Bonds": 100}


def test_loading_the_same_again_changes_nothing(funds, write_csv):
    assert not funds.load(classes=write_csv(CLASSES, "classes.csv")).changed
    held = funds.holdings()
    assert not funds.load(held.rename(columns={"price_as_of": "as_of"})).changed
    assert weights(funds) == TARGET_DATE


def test_a_load_gives_an_asset_exactly_the_classes_of_the_file_and_leaves_the_others(funds):
    funds.save_asset_classes("VTI", {"US": 90, "Bonds": 10})
    report = funds.load(
        classes=pd.DataFrame({"symbol": "FUND", "asset_class": ["US", "Bonds"], "weight_percent": [60, 10]})
    )
    assert report.class_weights == 2  # US is another, International has gone
    assert weights(funds) == {"US": 60, "Bonds": 10, "Unclassified": 30}
    assert weights(funds, "VTI") == {"US": 90, "Bonds": 10}


def test_holdings_targets_and_classes_may_come_together(portfolio, write_csv):
    """The class of VTI is only in classes.csv, and its target is in targets.csv."""
    held = write_csv("account,symbol,quantity,price,currency\nA,VTI,1,10,USD\nA,FUND,1,10,USD\n")
    targets = write_csv("asset_class,symbol,target_percent\nUS,,80\nBonds,,20\nUS,VTI,100\n", "targets.csv")
    classes = write_csv("symbol,asset_class,weight_percent\nVTI,US,100\nFUND,Bonds,40\nFUND,US,60\n", "classes.csv")
    portfolio.load(held, targets, classes=classes)
    assert portfolio.drift().set_index("asset_class")["value"].to_dict() == {"US": 16, "Bonds": 4}


def test_a_first_load_may_have_classes_that_only_funds_are_in(portfolio, write_csv):
    """Nothing is wholly in International, and there is no target yet."""
    held = write_csv("account,symbol,asset_class,quantity,price,currency\nA,VTI,Stocks,1,10,USD\nA,FUND,,1,10,USD\n")
    classes = "symbol,asset_class,weight_percent\nFUND,Stocks,60\nFUND,International,40\n"
    misspelled = write_csv(classes.replace("Stocks", "Stcoks"), "misspelled.csv")
    with pytest.raises(LoadError, match="row 2, asset_class: 'Stcoks' is no class of the portfolio: .* Is it 'Stocks'"):
        portfolio.load(held, classes=misspelled)
    portfolio.load(held, classes=write_csv(classes, "classes.csv"))
    assert weights(portfolio) == {"Stocks": 60, "International": 40}


def test_an_export_can_be_loaded_by_somebody_else(sample, portfolio, tmp_path):
    sample.save_asset_classes("BRK.B", {"US stocks": 70, "Bonds": "9.5"})
    shared = tmp_path / "shared.csv"
    shared.write_text(classes_csv(sample.asset_classes()))
    assert "BRK.B,USD,Bonds,9.5\n" in shared.read_text() and "CASH,EUR,Cash,100\n" in shared.read_text()
    portfolio.init("USD")
    portfolio.load(DATA / "holdings.csv", DATA / "targets.csv", DATA / "fx.csv", classes=shared)
    assert portfolio.asset_classes().equals(sample.asset_classes())


BAD = {
    "FUND,US,91\nFUND,Bonds,10": "the classes of FUND add up to 101: 1 too much",
    "FUND,US,-5": "row 2, weight_percent: '-5' is not a percent above 0",
    "FUND,US,54 %": "row 2, weight_percent: '54 %' is not a number",
    "FUND,Bnods,10": "row 2, asset_class: 'Bnods' is no class of the portfolio: .* Is it 'Bonds'?",
    "FUND,Timber,10": "'Timber' is no class of the portfolio: .* needs a target first, .* targets.csv .*; 0 % will do.",
    "FUND,bonds,10": "row 2, asset_class: 'bonds' is written 'Bonds' in the portfolio. Write it the same way",
    "FUND,US,50\nFUND,FUND,50": "row 3, asset_class: 'FUND' is a fund that belongs to several classes itself",
    "VTI,FUND,60": "row 2, asset_class: 'FUND' is a fund that belongs to several classes itself, not a class",
    "VTI,vxus,60\nVXUS,vti,60": "'vxus' is a fund that .*'vti' is a fund that belongs to several classes itself",
    "VTX,US,60": "row 2, symbol: 'VTX' is not known. The portfolio has no asset VTX. Is it VTI?",
    "CASH,US,60\nCASH,Bonds,40": "row 2, weight_percent: '60' is a part of cash, which can be in one class only",
}


@pytest.mark.parametrize(("rows", "sentence"), BAD.items())
def test_a_load_with_bad_classes_writes_nothing(funds, write_csv, rows, sentence):
    funds.load(held_on("2026-11-20", Pension={"CASH": (0, 1)}))
    file = write_csv(f"symbol,asset_class,weight_percent\n{rows}\n", "classes.csv")
    before = funds.asset_classes(), funds.holdings()
    with pytest.raises(LoadError, match=f"(?s){sentence}"):
        funds.load(write_csv(HELD.replace(",40,25", ",41,25")), classes=file)
    assert funds.asset_classes().equals(before[0]) and funds.holdings().equals(before[1])


@pytest.mark.parametrize(
    ("symbol", "classes", "sentence"),
    [
        (
            "FUND",
            {"US": 60, "Bonds": 41},
            "Nothing was saved. FUND, weight_percent: the classes of FUND add up to 101",
        ),
        ("FUND", {"US": "half"}, "FUND, weight_percent: 'half' is not a number"),
        ("FUND", {"Bnods": 10}, "FUND, asset_class: 'Bnods' is no class of the portfolio"),
        ("FUND", {"FUND": 10}, "'FUND' is a fund that belongs to several classes itself"),
        ("FUND", {"Several classes": 10}, "'Several classes' is not a class"),
        ("CASH USD", {"US": 60, "Bonds": 40}, "is a part of cash, which can be in one class only. Write 100."),
    ],
)
def test_bad_classes_are_refused_and_nothing_is_saved(funds, symbol, classes, sentence):
    funds.load(held_on("2026-11-20", Pension={"CASH": (5, 1)}))
    before = funds.asset_classes()
    with pytest.raises(ClassesError, match=sentence):
        funds.save_asset_classes(symbol, classes)
    assert funds.asset_classes().equals(before)


def test_an_unknown_asset_has_no_classes(funds):
    with pytest.raises(UnknownName, match="no asset FUNDS. Is it FUND?"):
        funds.save_asset_classes("FUNDS", {"US": 60})


def test_a_fund_with_a_target_in_a_class_cannot_span_classes(funds):
    funds.save_holding_targets("US", {"VTI": 100})
    with pytest.raises(ClassesError, match="'VTI' has a holding target inside US in All Portfolio. Take that"):
        funds.save_asset_classes("VTI", {"US": 60, "Bonds": 40})
    with pytest.raises(ClassesError, match="'VTI' has a holding target inside US"):
        funds.save_asset_classes("VTI", {"Bonds": 100})
    funds.save_holding_targets("US", {})
    funds.save_asset_classes("VTI", {"US": 60, "Bonds": 40})


def test_a_fund_that_spans_classes_cannot_have_a_target(funds, write_csv):
    with pytest.raises(BrokenReference, match="The target of FUND stands in US, but the asset belongs to several"):
        funds.save_holding_targets("US", {"FUND": 100})
    file = write_csv("asset_class,symbol,target_percent\nUS,,100\nUS,FUND,100\n", "targets.csv")
    with pytest.raises(LoadError, match="row 3, symbol: 'FUND' belongs to several classes: it counts in each"):
        funds.load(targets=file)


def test_several_classes_is_no_class_of_targets_or_of_holdings_without_weights(funds, write_csv):
    with pytest.raises(TargetsError, match="Several classes is not a class"):
        funds.save_class_targets({"several classes": 100})
    with pytest.raises(LoadError, match="asset_class: 'Several classes' is not a class. Write targets of the classes"):
        funds.load(targets=write_csv("asset_class,symbol,target_percent\nSeveral classes,,100\n", "targets.csv"))
    with pytest.raises(LoadError, match="is not a class, and the portfolio doesn't know the classes of BND"):
        funds.load(write_csv(HELD.replace("BND,Bonds", "BND,several classes")))


def test_a_class_that_only_a_fund_is_in_is_spelled_one_way(funds, write_csv):
    funds.delete_asset("VXUS")
    with pytest.raises(TargetsError, match="'international' is written 'International' in the portfolio"):
        funds.save_class_targets({"international": 100})
    with pytest.raises(LoadError, match="'international' is written 'International' in the portfolio"):
        funds.load(write_csv(HELD.replace("International", "international")))


def test_an_earlier_date_is_measured_with_todays_classes(funds, write_csv):
    funds.load(write_csv(HELD.replace("2026-11-20", "2026-11-21").replace(",500,", ",400,")))
    assert funds.drift(at="2026-11-20").set_index("asset_class").loc["US", "value"] == 3700


def test_an_account_without_the_fund_is_planned_as_before(funds):
    funds.load(held_on("2026-11-20", Pension={"GLD": (1, 10)}))
    assert funds.tables("Pension").spans == {}


def test_a_renamed_fund_keeps_its_classes_and_is_not_named_like_a_class(funds):
    funds.rename_asset("FUND", "TDF")
    assert weights(funds, "TDF") == TARGET_DATE
    with pytest.raises(BrokenReference, match="Bonds is given as a class of BONDS, but it is a fund that"):
        funds.rename_asset("TDF", "BONDS")


def test_deleting_a_fund_takes_its_classes_along_and_says_so(funds):
    assert str(funds.delete_asset("FUND", preview=True)) == (
        "FUND: 1 holding, 1 row in a snapshot, 1 price, 3 class weights"
    )
    assert count(funds, "asset_class_weights") == 3
    funds.delete_asset("FUND")
    assert count(funds, "asset_class_weights") == 0


def test_funds_merge_where_their_classes_are_alike_or_one_has_none(funds):
    funds.load(held_on("2026-11-20", Pension={"OLD": (1, 10), "ODD": (1, 10)}).assign(asset_class=None))
    funds.save_asset_classes("ODD", {"US": 54, "Bonds": 46})
    with pytest.raises(MergeError, match="ODD is in US by 54 % and Bonds by 46 % and FUND in US by.* classes.csv"):
        funds.merge_assets("ODD", "FUND")
    funds.merge_assets("FUND", "OLD")
    assert weights(funds, "OLD") == TARGET_DATE
    funds.save_asset_classes("ODD", TARGET_DATE)
    funds.merge_assets("OLD", "ODD")
    assert weights(funds, "ODD") == TARGET_DATE and count(funds, "asset_class_weights") == 3


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "DELETE FROM assets WHERE symbol = 'FUND'; DELETE FROM holdings; DELETE FROM prices",
            "The part in .* is not",
        ),
        ("UPDATE asset_class_weights SET weight_percent = 34", "The classes of FUND add up to 102 %, which is more"),
        ("UPDATE assets SET symbol = 'CASH' WHERE symbol = 'FUND'", "Cash in USD belongs to several classes"),
        ("UPDATE assets SET symbol = 'US' WHERE symbol = 'FUND'", "US is given as a class of US, but it is a fund"),
    ],
)
def test_a_write_past_the_package_that_breaks_classes_is_taken_back(funds, statement, sentence):
    before = funds.asset_classes()
    with pytest.raises(BrokenReference, match=sentence), Database(funds.path).write() as connection:
        connection.execute(statement)
    assert funds.asset_classes().equals(before)


def test_the_doctor_finds_weights_that_another_program_has_broken(funds):
    with duckdb.connect(str(funds.path)) as connection:
        connection.execute("UPDATE asset_class_weights SET weight_percent = 100 WHERE asset_class = 'US'")
    texts = [finding.text for finding in funds.doctor() if finding.kind == "fault"]
    assert texts == ["The classes of FUND add up to 146 %, which is more than 100."]


def test_the_doctor_notes_a_class_that_nothing_else_names_any_more(funds):
    funds.save_class_targets({"US": 60, "Bonds": 40})
    funds.delete_asset("VXUS")
    assert [finding.text for finding in funds.doctor() if "in part" in finding.text] == [
        "FUND is in part in International, which nothing is wholly in and no target names. Give it a target, or load a "
        "classes.csv."
    ]


def test_a_backup_and_its_restoration_keep_classes_bands_and_triggers(funds, tmp_path):
    funds.save_band("20 %", asset_class="US")
    funds.save_trigger("every 6 months")
    copy = funds.backup(tmp_path / "copy.duckdb")
    funds.delete_asset("FUND")
    funds.save_class_targets({"Bonds": 100})
    funds.restore(copy)
    assert weights(funds) == TARGET_DATE
    strategy = allocation.open(copy).strategy()
    assert funds.strategy().class_bands == strategy.class_bands and strategy.class_bands
    assert funds.strategy().trigger == strategy.trigger == replace(strategy.trigger, every_months=6)
