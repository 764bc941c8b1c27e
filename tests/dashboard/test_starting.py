"""Where an edit of targets can begin."""

from decimal import Decimal

import pytest

from allocation.bands import read_band
from allocation.dashboard.targets.starting import blank, from_file, from_present, from_targets
from allocation.dashboard.targets.state import State
from allocation.errors import LoadError, TargetsError
from tests.builders import Held, portfolio

HELD = [
    Held("VTI", "Stocks", 500), Held("VEA", "Stocks", 100), Held("BND", "Bonds", 300), Held("XYZ", "Unclassified", 99),
]  # fmt: skip
ASSETS = {"Stocks": {"VTI": "", "VEA": ""}, "Bonds": {"BND": ""}, "Cash": {"CASH EUR": "", "CASH USD": ""}}
STATE = State(
    classes={"Stocks": Decimal(50), "Gold": Decimal(50)},
    holdings={"Stocks": {"VTI": Decimal(100)}},
    class_bands={"Gold": read_band("2 points"), "Stocks": read_band("3 points")},
    band=read_band("4 points"),
)


def of_file(text, scope="all"):
    return from_file("mine.csv", text.encode(), scope, ASSETS, STATE)


def test_the_present_allocation_to_the_hundredth_without_what_is_in_no_class():
    state = from_present(portfolio(HELD, {"Stocks": 100}), STATE)
    assert state.classes == {"Stocks": Decimal("66.67"), "Bonds": Decimal("33.33")}
    assert state.holdings == {"Stocks": {"VTI": Decimal("83.33"), "VEA": Decimal("16.67")}}
    assert state.band == STATE.band and list(state.class_bands) == ["Stocks"]


def test_without_anything_in_a_class_there_is_no_present_allocation():
    with pytest.raises(TargetsError, match="Nothing is held in any class yet"):
        from_present(portfolio([Held("XYZ", "Unclassified", 99)], {}), STATE)


def test_blank_is_every_class_at_0_to_be_typed_for_itself():
    state = blank(portfolio(HELD, {"Stocks": 100}), STATE)
    assert state.classes == dict.fromkeys(["Stocks", "Gold", "Bonds"], Decimal(0))
    assert not state.holdings and not state.follow


def test_other_targets_keep_the_bands_of_the_classes_they_have():
    state = from_targets({"Gold": Decimal(100)}, {}, STATE)
    assert state.classes == {"Gold": 100} and list(state.class_bands) == ["Gold"]


def test_a_file_has_targets_of_both_levels():
    state = of_file(
        "asset_class,symbol,currency,target_percent\nStocks,,,60\nBonds,,,30\nCash,,,10\n"
        "Stocks,VTI,,75\nStocks,VEA,,25\nCash,CASH,EUR,100\n"
    )
    assert state.classes == {"Stocks": 60, "Bonds": 30, "Cash": 10}
    assert state.holdings == {"Stocks": {"VTI": 75, "VEA": 25}, "Cash": {"CASH EUR": 100}}


def test_an_account_takes_its_own_rows_or_else_the_whole_portfolios():
    text = "account,asset_class,symbol,target_percent\n,Stocks,,60\n,Bonds,,40\nRoth,Bonds,,100\n"
    assert of_file(text, "Roth").classes == {"Bonds": 100}
    assert of_file(text, "Brokerage").classes == {"Stocks": 60, "Bonds": 40}
    with pytest.raises(TargetsError, match="mine.csv has no targets of All Portfolio: it has those of Roth"):
        of_file("account,asset_class,symbol,target_percent\nRoth,Bonds,,100\n")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("Stocks,,60\nBonds,,30\n", "the class targets of All Portfolio add up to 90: 10 missing."),
        (
            "Stocks,,100\nStocks,BND,100\n",
            "row 3, symbol: 'BND' is not an asset of Stocks in the portfolio.",
        ),
        ("Cash,,100\nCash,CASH,100\n", "'CASH' is not an asset of Cash in the portfolio. There is CASH EUR, CASH USD."),
        ("Gold,,100\nGold,GLD,100\n", "'GLD' is not an asset of Gold in the portfolio. There is none yet."),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(rows, sentence):
    with pytest.raises(LoadError) as refusal:
        of_file("asset_class,symbol,target_percent\n" + rows)
    assert sentence in str(refusal.value) and "mine.csv" in str(refusal.value)
