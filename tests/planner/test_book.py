"""Deposits into many portfolios at once: each comes to what it comes to alone."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import allocation
from allocation import RULES, plan_deposits
from allocation.errors import AmountError, TargetsError, UnknownName
from tests.builders import shared

README = Path(__file__).parents[2] / "README.md"
BOOK = pd.DataFrame(
    {
        "portfolio": ["Ann", "Ann", "Bob", "Bob"],
        "line": ["Stocks", "Bonds", "Stocks", "Bonds"],
        "value": [600.0, 200.0, 0.0, 10.01],
        "target_percent": [60, 40, 50, 50],
    }
)
DEPOSITS = pd.DataFrame({"portfolio": ["Ann", "Bob"], "amount": [200.0, 5.0]})


def changed(column, row, value):
    book = BOOK.astype(object)
    book.loc[row, column] = value
    return book


def test_each_deposit_is_shared_in_its_portfolio():
    plan = plan_deposits(BOOK, DEPOSITS)
    assert plan["amount"].tolist() == [0, 200, 5, 0] and plan["value_after"].tolist() == [600, 400, 5, 10.01]
    assert plan["weight_after"].round(4).tolist() == [0.6, 0.4, 0.3331, 0.6669]
    assert plan["target_weight"].tolist() == [0.6, 0.4, 0.5, 0.5]


def test_a_portfolio_without_a_deposit_stays_as_it_is():
    assert plan_deposits(BOOK, DEPOSITS.iloc[:1])["amount"].tolist() == [0, 200, 0, 0]


@pytest.mark.parametrize(
    ("lines", "deposits", "error", "sentence"),
    [
        (changed("line", 1, "Stocks"), DEPOSITS, UnknownName, "Ann / Stocks: stands twice"),
        (changed("value", 3, "x"), DEPOSITS, AmountError, "Bob / Bonds: has a value that is no amount of USD"),
        (changed("value", 3, None), DEPOSITS, AmountError, "Bob / Bonds: has a value that is no amount"),
        (changed("value", 0, 1.005), DEPOSITS, AmountError, "Ann / Stocks: has a value that is no amount"),
        (changed("value", 0, 1e16), DEPOSITS, AmountError, "Ann / Stocks: has a value that is no amount"),
        (changed("target_percent", 0, 61), DEPOSITS, TargetsError, "Ann: has targets that don't add up to 100"),
        (changed("target_percent", 0, -1), DEPOSITS, TargetsError, "not between 0 and 100"),
        (changed("portfolio", 0, None), DEPOSITS, UnknownName, "has no portfolio"),
        (BOOK, DEPOSITS.assign(portfolio=["Ann", "Cid"]), UnknownName, "Cid: has a deposit, but no lines"),
        (BOOK, DEPOSITS.assign(portfolio="Ann"), AmountError, "Ann: has two deposits"),
        (BOOK, DEPOSITS.assign(amount=[1, -1]), AmountError, "Bob: has a negative deposit"),
        (BOOK.drop(columns="value"), DEPOSITS, UnknownName, "have no column value"),
    ],
)
def test_what_is_wrong_is_said_and_where(lines, deposits, error, sentence):
    with pytest.raises(error, match=sentence):
        plan_deposits(lines, deposits)


def test_of_many_that_are_wrong_the_first_are_named():
    book = pd.DataFrame({"portfolio": range(5), "line": "x", "value": "?", "target_percent": 100})
    with pytest.raises(AmountError, match="0 / x, 1 / x, 2 / x, and 2 more"):
        plan_deposits(book, DEPOSITS.iloc[:0])
    with pytest.raises(UnknownName, match="not a currency"):
        plan_deposits(BOOK, DEPOSITS, currency="usd")


cents = st.integers(0, 10**7)
# Values up to ten trillion: more than 64 bits hold, once they are multiplied.
line = st.tuples(st.one_of(cents, st.integers(0, 10**14)), st.integers(1, 40))
portfolios = st.lists(st.tuples(st.lists(line, min_size=1, max_size=5), cents), min_size=1, max_size=4)


@given(portfolios, st.sampled_from(sorted(RULES)), st.randoms())
def test_a_book_comes_to_what_each_portfolio_does_alone(groups, rule, random):
    rows, deposits, alone = [], [], {}
    for number, (held, flow) in enumerate(groups):
        parts = [part for _, part in held]
        parts[-1] += 100 - sum(parts) % 100 if sum(parts) % 100 else 0
        percents = [round(100 * part / sum(parts), 4) for part in parts]
        percents[-1] = round(100 - sum(percents[:-1]), 4)
        values = [value for value, _ in held]
        rows += [(number, str(i), value / 100, percents[i]) for i, value in enumerate(values)]
        deposits.append((number, flow / 100))
        targets = [round(percent * 10_000) for percent in percents]
        for i, amount in enumerate(shared(values, targets, flow, rule) if flow else [0] * len(values)):
            alone[number, str(i)] = amount / 100
    random.shuffle(rows)
    book = plan_deposits(
        pd.DataFrame(rows, columns=BOOK.columns), pd.DataFrame(deposits, columns=DEPOSITS.columns), rule
    )
    assert dict(zip(zip(book["portfolio"], book["line"], strict=True), book["amount"], strict=True)) == alone
    sums = (100 * book["amount"]).round().groupby(book["portfolio"]).sum()
    assert [sums[number] for number in range(len(groups))] == [flow for _, flow in groups]


def test_the_example_in_the_readme_says_what_it_does():
    text = README.read_text(encoding="utf-8").partition("## A whole firm's book")[2]
    code = text.partition("```python\n")[2].partition("```")[0].splitlines()
    given = {"allocation": allocation}
    exec("\n".join([*code[:-1], f"plan = {code[-1]}"]), given)
    assert given["plan"]["amount"].tolist() == [0, 200, 5, 0]
