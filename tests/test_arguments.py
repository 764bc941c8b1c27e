"""Arguments of another kind than a call takes: refused by name in a sentence, before anything is done."""

import numpy as np
import pandas as pd
import pytest

import allocation
from allocation import ArgumentError, Fee, Limits


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda portfolio: portfolio.drift(None), "drift(scope=…) takes text, not None."),
        (lambda portfolio: portfolio.drift(strategy=5), "drift(strategy=…) takes text, a pair of text or None, not 5."),
        (lambda portfolio: portfolio.drift(by=[]), "drift(by=…) takes 'class' or 'holding', not []."),
        (lambda portfolio: portfolio.plan_deposit(1, limits=None), "plan_deposit(limits=…) takes a Limits, not None."),
        (lambda portfolio: portfolio.load(preview="no"), "load(preview=…) takes True or False, not 'no'."),
        (
            lambda portfolio: portfolio.accept_classes("VTI"),
            "accept_classes(symbols=…) takes a list of text or None, not 'VTI'.",
        ),
        (
            lambda portfolio: portfolio.save_class_targets({1: 100}),
            "save_class_targets(targets=…) takes a dict from text to an amount, not {1: 100}.",
        ),
        (
            lambda portfolio: portfolio.load([5]),
            "load(holdings=…) takes text, a path, a DataFrame, an Opened, a list of these or None, not [5].",
        ),
        (lambda portfolio: portfolio.backup(to=b"x"), "backup(to=…) takes text, a path or None, not a bytes."),
        (lambda portfolio: Limits(keep=None), "Limits(keep=…) takes text or a list of text, not None."),
        (lambda portfolio: Limits(fee=3), "Limits(fee=…) takes a Fee, not 3."),
        (lambda portfolio: allocation.plan_csv(portfolio.drift()), "plan_csv(plan=…) takes a Plan, not a DataFrame."),
        (
            lambda portfolio: allocation.charts.before_and_after(portfolio.drift()),
            "The table has no column drift_before, weight_before, weight_after. Take one from plan.classes.",
        ),
    ],
)
def test_an_argument_of_another_kind_is_named_with_what_is_taken(bonds_and_stocks, call, sentence):
    with pytest.raises(ArgumentError) as error:
        call(bonds_and_stocks)
    assert str(error.value) == sentence


def test_it_is_a_type_error_too(bonds_and_stocks):
    with pytest.raises(TypeError, match="takes text"):
        bonds_and_stocks.strategy(3)
    with pytest.raises(TypeError, match="unexpected keyword argument 'scop'"):
        bonds_and_stocks.drift(scop="all")


def test_what_comes_out_of_tables_goes_in(bonds_and_stocks):
    """Numbers of a table are numpy's, and its columns are lists and dicts."""
    number = bonds_and_stocks.save_plan(bonds_and_stocks.plan_deposit(np.float64(10)))
    bonds_and_stocks.execute_plan(np.int64(number), only=pd.Series(["BND"]), preview=np.bool_(True))
    bonds_and_stocks.save_class_targets(pd.Series({"Stocks": 50.0, "Bonds": 50.0}))
    assert bonds_and_stocks.strategy().class_percents == {"Stocks": 50, "Bonds": 50}


def test_what_is_wrong_in_an_amount_is_said_by_whom_it_is_for(bonds_and_stocks):
    with pytest.raises(allocation.AmountError, match="The deposit 'None' is not a number"):
        bonds_and_stocks.plan_deposit(None)
    with pytest.raises(allocation.AmountError, match="fee"):
        bonds_and_stocks.plan_deposit(10, limits=Limits(fee=Fee(None)))


def test_what_was_seen_has_percents(bonds_and_stocks):
    with pytest.raises(allocation.TargetsError, match="A percent is not a number among {'Bonds': 'many'}"):
        bonds_and_stocks.save_class_targets({"Bonds": 100}, seen={"Bonds": "many"})


def test_one_name_is_a_list_of_one(bonds_and_stocks):
    assert Limits(keep="BND", whole_shares="VTI") == Limits(keep=("BND",), whole_shares=("VTI",))
    kept = bonds_and_stocks.plan_rebalance(deposit=50, limits=Limits(keep="BND"))
    assert "kept as asked" in kept.undone.set_index("symbol").loc["BND", "reason"]
