"""targets.csv: class targets and holding targets, each adding up to 100."""

from decimal import Decimal

import pytest

from allocation.errors import LoadError
from allocation.readers import read_targets

HEADER = "asset_class,symbol,target_percent\n"


@pytest.fixture
def problems(write_csv):
    def problems(text):
        return [str(problem) for problem in read_targets(write_csv(text, "targets.csv"))[1]]

    return problems


def test_a_row_without_a_symbol_is_the_classs_target(write_csv):
    table, problems = read_targets(
        write_csv("""
            target_percent,symbol,asset_class,account,strategy
            60,,Stocks,,Mine
            40,,Bonds,,Mine
            100,VTI,Stocks,,Mine
        """)
    )
    assert problems == []
    assert table[["asset_class", "symbol", "target_percent"]].values.tolist() == [
        ["Stocks", None, 60],
        ["Bonds", None, 40],
        ["Stocks", "VTI", 100],
    ]
    assert set(table["strategy"]) == {"Mine"} and set(table["account"]) == {None}


def test_semicolons_and_decimal_commas(write_csv):
    table, problems = read_targets(write_csv("asset_class;symbol;target_percent\nA;;66,6667\nB;;33,3333\n"))
    assert problems == [] and table["target_percent"].tolist() == [Decimal("66.6667"), Decimal("33.3333")]


def test_thirds_with_three_decimals_in_a_comma_file_are_decimals(write_csv):
    _, problems = read_targets(write_csv(HEADER + "A,,33.333\nB,,33.333\nC,,33.334\n"))
    assert problems == []


def test_a_wrong_sum_is_refused_with_the_difference(problems):
    (told,) = problems(HEADER + "Stocks,,60\nBonds,,37\n")
    assert told.endswith("the class targets of All Portfolio add up to 97: 3 missing.")


def test_holding_targets_of_a_class_add_up_to_100(problems):
    (told,) = problems(HEADER + "Stocks,,100\nStocks,VTI,60\nStocks,VEA,50.5\n")
    assert told.endswith("the holding targets of Stocks in All Portfolio add up to 110.5: 10.5 too much.")


def test_every_account_adds_up_by_itself(problems):
    (told,) = problems("account,asset_class,symbol,target_percent\n,Stocks,,100\nRoth,Stocks,,60\nRoth,Bonds,,30\n")
    assert told.endswith("the class targets of Roth add up to 90: 10 missing.")


def test_holding_targets_need_their_classs_target(problems):
    (told,) = problems(HEADER + "Stocks,,100\nBonds,BND,100\n")
    assert "'Bonds' has holding targets in All Portfolio, but no class target" in told


@pytest.mark.parametrize("percent", ["101", "-1", "100.00001", "33.33333"])
def test_a_percent_is_from_0_to_100_with_four_decimals(problems, percent):
    told = problems(HEADER + f"Stocks,,{percent}\n")
    assert told == [f"targets.csv, row 2, target_percent: {percent!r} is not a percent from 0 to 100 "
                    "with at most 4 decimals."]  # fmt: skip


@pytest.mark.parametrize("percent", ["sixty", "NaN", "inf", "1e2"])
def test_a_percent_is_a_number(problems, percent):
    (told,) = problems(HEADER + f"Stocks,,{percent}\n")
    assert f"row 2, target_percent: {percent!r} is not a number" in told


def test_a_percent_sign_is_refused_by_name(problems):
    (told,) = problems(HEADER + "Stocks,,100%\n")
    assert "percent sign" in told


def test_empty_cells_are_told_by_row(problems):
    assert problems(HEADER + ",,100\nBonds,,\n") == [
        "targets.csv, row 2, asset_class: is empty. Every target needs it.",
        "targets.csv, row 3, target_percent: is empty. Every target needs it.",
    ]


def test_the_same_target_twice_is_told(problems):
    assert "targets.csv, row 3, asset_class: 'Stocks' has this target in row 2 already. Keep one." in problems(
        HEADER + "Stocks,,50\nStocks,,50\n"
    )


@pytest.mark.parametrize("name", ["Unclassified", "unclassified"])
def test_unclassified_has_no_target(problems, name):
    told = problems(HEADER + f"Stocks,,60\n{name},,40\n")
    assert any("row 3" in line and "can't have a target" in line for line in told)


def test_names_that_differ_in_capitals_are_told(problems):
    assert (
        "targets.csv, row 3, asset_class: 'stocks' is written 'Stocks' in row 2. Write both the same way."
        in problems(HEADER + "Stocks,,50\nstocks,,50\n")
    )


def test_problems_stand_in_the_order_of_their_rows(problems):
    told = problems(HEADER + "Stocks,,many\nstocks,,50\nBonds,,\n")
    assert [line.split(",")[1] for line in told] == [" row 2", " row 3", " row 4"]


def test_a_bad_percent_does_not_hide_a_target_that_stands_twice(problems):
    told = "\n".join(problems(HEADER + "Stocks,,many\nBonds,,50\nBonds,,50\n"))
    assert "row 2" in told and "row 4" in told


def test_an_account_has_one_strategy(problems):
    told = problems("strategy,asset_class,symbol,target_percent\nCalm,Stocks,,50\nBold,Bonds,,50\n")
    assert told == ["targets.csv, row 3, strategy: 'Bold' is Calm in row 2. Name one strategy an account."]


def test_a_header_alone_holds_no_rows(problems):
    assert problems(HEADER) == ["targets.csv: holds no rows under its header."]


class TestAgainstThePortfolio:
    @pytest.fixture
    def refused(self, sample, write_csv):
        def refused(text):
            with pytest.raises(LoadError) as refusal:
                sample.load(targets=write_csv(text, "targets.csv"))
            return str(refusal.value)

        return refused

    def test_an_unknown_account_lists_the_known_ones(self, refused):
        told = refused("account,asset_class,symbol,target_percent\nRoth,Bonds,,100\n")
        assert "row 2, account: 'Roth' is no account of the portfolio. There is 401(k), Brokerage, Roth IRA." in told

    def test_all_as_an_account_is_told_to_be_left_empty(self, refused):
        assert "empty" in refused("account,asset_class,symbol,target_percent\nall,Bonds,,100\n")

    def test_an_unknown_symbol_names_the_nearest(self, refused):
        assert "row 3, symbol: 'VTX' is not known." in refused(HEADER + "US stocks,,100\nUS stocks,VTX,100\n")

    def test_a_holding_under_a_class_it_is_not_in(self, refused):
        told = refused(HEADER + "Bonds,,100\nBonds,VTI,100\n")
        assert "row 3, asset_class: 'Bonds' can't hold a target for VTI, which is in US stocks." in told

    def test_a_holding_without_a_class(self, refused):
        assert "BRK.B, which has no asset class" in refused(HEADER + "Bonds,,100\nBonds,BRK.B,100\n")

    def test_a_class_written_otherwise_than_in_the_holdings(self, refused):
        assert "'us STOCKS' is written 'US stocks' in the holdings" in refused(HEADER + "us STOCKS,,100\n")

    def test_all_wrong_rows_at_once(self, refused):
        told = refused("account,asset_class,symbol,target_percent\nRoth,Bonds,,100\n,Bonds,,100\n,Bonds,VTX,100\n")
        assert "2 problems" in told and "row 2" in told and "row 4" in told

    def test_cash_in_two_currencies_is_told_apart_by_currency(self, sample, write_csv, refused):
        assert "CASH is held in EUR and USD" in refused(HEADER + "Cash,,100\nCash,CASH,100\n")
        header = "asset_class,symbol,currency,target_percent\n"
        sample.load(targets=write_csv(header + "Cash,,,100\nCash,CASH,USD,80\nCash,CASH,EUR,20\n", "good.csv"))
        within = sample.strategy().holding_targets
        assert within[["currency", "target_percent"]].values.tolist() == [["USD", 80], ["EUR", 20]]

    def test_a_class_nobody_holds_is_welcome(self, sample, write_csv):
        sample.load(targets=write_csv(HEADER + "Timber,,100\n", "timber.csv"))
        assert sample.strategy().class_targets["asset_class"].tolist() == ["Timber"]


def test_a_wrong_sum_is_told_beside_other_mistakes(problems):
    found = "\n".join(problems(HEADER + "Stocks,,50\nBonds,,40\nStocks,VTI,7.5%\n"))
    assert "add up to 90: 10 missing" in found and "7.5%" in found
