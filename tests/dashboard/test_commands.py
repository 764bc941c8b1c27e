"""Errors that name a command say on the page where on it the same is done."""

import pytest

from allocation.dashboard.commands import on_the_page
from allocation.errors import AllocationError, LoadError, leave_out
from allocation.readers import Opened
from tests.builders import held_on


def error_of(act):
    with pytest.raises(AllocationError) as raised:
        act()
    return on_the_page(str(raised.value))


def test_a_first_load_in_two_currencies_asks_for_the_box_of_the_page(portfolio, write_csv):
    head = "account,symbol,quantity,price,currency\n"
    with pytest.raises(LoadError) as raised:
        portfolio.load(write_csv(f"{head}A,X,1,5,USD\nA,Y,1,5,EUR\nA,Z,1,5,USD\n"))
    said = on_the_page(raised.value.problems[0].remedy)
    assert said.endswith("Say which one values are added up in, under Base currency: USD.")


def test_without_targets_the_page_names_its_room(portfolio):
    portfolio.load(held_on("2026-01-02", A={"X": (1, 5)}))
    assert error_of(lambda: portfolio.plan_deposit(100)).endswith(
        "Set the class targets first: under Targets, or with a targets.csv."
    )


def test_what_lacks_a_price_or_a_rate_is_written_down(portfolio):
    history = "Action,Time,ISIN,Ticker,No. of shares,Currency (Price / share)\n"
    portfolio.init("USD")
    portfolio.load(Opened((history + "Market buy,2025-03-03,US,BRK.B,1,EUR\n").encode(), "history.csv"))
    assert error_of(portfolio.tables).endswith("a holdings file that has its price or a prices.csv, or write it down.")
    portfolio.save_price("BRK.B", 5, "EUR")
    assert error_of(portfolio.tables).endswith("Load an fx.csv with a row EUR,USD,RATE,DATE, or write it down.")


def test_an_executed_plan_is_taken_back_where_those_stand(bonds_and_stocks):
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(1000))
    bonds_and_stocks.execute_plan(number)
    said = error_of(lambda: bonds_and_stocks.delete_plan(number))
    assert said.endswith("if it didn't happen, under Plan, Executed plans.")


def test_what_can_be_left_out_has_its_button(sample):
    assert on_the_page(leave_out("XYZ")) == 'To load the rest without it, click "Leave it out" below.'


def test_columns_of_a_file_are_no_words_of_a_form(sample):
    said = error_of(lambda: sample.save_asset_classes("VTI", {"Bnods": 10}))
    assert "VTI, class: 'Bnods' is no class of the portfolio" in said
