"""The present allocation, a file, and other things that targets start from."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation import Targets
from allocation.errors import LoadError, TargetsError, UnknownName
from allocation.starting import present
from allocation.targets import check_targets
from tests import builders
from tests.builders import Held, held_on

D = Decimal


def test_the_present_allocation_is_on_target_everywhere(bonds_and_stocks):
    targets = bonds_and_stocks.starting_targets("present")
    assert targets == Targets({"Stocks": D(60), "Bonds": D(40)}, {"Stocks": {"VTI": D("66.67"), "VEA": D("33.33")}})
    bonds_and_stocks.new_strategy("As it is", start="present", activate=True)
    assert bonds_and_stocks.drift()["drift"].tolist() == [0, 0]
    assert bonds_and_stocks.portfolio_drift() == 0


def test_what_is_in_no_class_or_partly_in_several(sample):
    """BRK.B is in no class; with a fund in several classes, those classes have no holding targets."""
    targets = sample.starting_targets("present")
    assert sum(targets.classes.values()) == 100 and "Unclassified" not in targets.classes
    assert list(targets.holdings["US stocks"]) == ["VTI", "VIIIX", "MSFT", "AAPL"]
    sample.save_asset_classes("BRK.B", {"US stocks": 60, "Bonds": 40})
    targets = sample.starting_targets("present")
    assert set(targets.holdings) == {"International stocks", "Cash"}
    assert check_targets(targets, "it") == targets


def test_cash_of_two_currencies_is_told_apart(sample):
    assert set(sample.starting_targets("present").holdings["Cash"]) == {"CASH USD", "CASH EUR"}
    sample.new_strategy("As it is", start="present")
    assert sample.strategy(name="As it is").holding_percents("Cash") == {"CASH USD": D("77.77"), "CASH EUR": D("22.23")}


def test_an_account_has_its_own_present(sample):
    assert set(sample.starting_targets("present", "Roth IRA").classes) < set(sample.starting_targets("present").classes)


def test_nothing_held_and_debts_are_no_present_allocation(portfolio):
    portfolio.load(held_on("2025-01-31", Savings={"VTI": (0, 1)}), base_currency="USD")
    with pytest.raises(TargetsError, match="The portfolio holds nothing that is in a class"):
        portfolio.starting_targets("present")
    frame = held_on("2025-02-28", Savings={"VTI": (9, 10), "CASH": (-5, 1)}).assign(asset_class=["Stocks", "Cash"])
    portfolio.load(frame)
    with pytest.raises(TargetsError, match="Cash is worth less than nothing now"):
        portfolio.starting_targets("present")


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_the_present_adds_up_and_is_within_a_hundredth(values):
    """Any number of classes of any size, each with two holdings."""
    tables = builders.portfolio(
        [Held(f"S{number}{part}", f"C{number}", value) for number, value in enumerate(values) for part in "ab"], {}
    )
    targets = present(tables)
    assert sum(targets.classes.values()) == 100
    for number, value in enumerate(values):
        assert abs(targets.classes[f"C{number}"] - D(100) * value / sum(values)) < D("0.01")
        assert targets.holdings[f"C{number}"] == {f"S{number}a": 50, f"S{number}b": 50}


def test_a_file_a_mapping_and_a_version(sample, write_csv):
    path = write_csv(
        """
        asset_class,symbol,target_percent
        Bonds,,70
        Gold,,30
        Bonds,BND,100
        """
    )
    expected = Targets({"Bonds": D(70), "Gold": D(30)}, {"Bonds": {"BND": D(100)}})
    assert sample.starting_targets(Path(path)) == expected
    assert sample.starting_targets(pd.read_csv(path)) == expected
    assert sample.starting_targets({"Bonds": 70, "Gold": "30"}).classes == expected.classes
    assert sample.starting_targets(expected) == expected
    assert sample.starting_targets(1) == sample.strategy().targets
    assert sample.starting_targets(("Roth IRA", "Retirement growth")) == sample.strategy("Roth IRA").targets
    assert sample.starting_targets("Retirement growth", "Roth IRA") == sample.strategy("Roth IRA").targets
    assert sample.starting_targets("blank") == Targets({})


def test_a_preset_has_the_portfolios_names(sample):
    assert sample.starting_targets("Core four").classes == {
        "US stocks": 48,
        "International stocks": 24,
        "Real estate": 8,
        "Bonds": 20,
    }
    assert sample.starting_targets("110 minus age", age=45).classes == {"Stocks": 65, "Bonds": 35}
    equal = sample.starting_targets("Equal weight", "Roth IRA").classes
    assert set(equal) == set(sample.starting_targets("present", "Roth IRA").classes)


@pytest.mark.parametrize(
    ("start", "error", "sentence"),
    [
        ("Nowhere", UnknownName, "nothing called 'Nowhere' to start from.*60/40.*All Portfolio, Retirement growth"),
        (("Roth IRA", "Nowhere"), UnknownName, "no strategy 'Nowhere' for Roth IRA. There is Retirement growth"),
        (99, UnknownName, "no version 99 of any targets. The newest is 2"),
        ({"Bonds": 70}, TargetsError, "The class targets of the strategy add up to 70: 30 missing"),
        (
            Targets({"Bonds": 100}, {"Gold": {"GLD": 100}}),
            TargetsError,
            "Gold has holding targets, but no class target",
        ),
        (Targets({"Bonds": 100}, {"Bonds": {"BND": 90}}), TargetsError, "holding targets of Bonds add up to 90"),
        (pd.DataFrame({"asset_class": ["A"], "symbol": [""], "target_percent": [90]}), LoadError, "add up to 90"),
        (
            pd.DataFrame(
                {"asset_class": ["A", "A"], "symbol": ["", ""], "target_percent": [100, 100], "account": ["", "B"]}
            ),
            TargetsError,
            "The file has targets of all and B. A strategy starts from those of one",
        ),
    ],
)
def test_what_can_not_be_started_from(sample, start, error, sentence):
    with pytest.raises(error, match=sentence):
        sample.starting_targets(start)
    with pytest.raises(error, match=sentence):
        sample.new_strategy("New", start=start)
    assert "New" not in set(sample.strategies()["name"])
