"""What holds for any portfolio, checked on random ones. Many groups go into one call, so an example is a batch."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocation.planner import RULES, minimum_deposit, plan_deposit, plan_withdrawal, share
from tests.builders import TODAY, Held, flows_table, lines_table, minor, one_a_class, portfolio, shared_by_group
from tests.planner.reference import REFERENCE, to_whole_units

EVERY_RULE = pytest.mark.parametrize("rule", RULES)
FEW = settings(max_examples=12)

cents = st.one_of(st.integers(0, 20), st.integers(0, 10**6), st.integers(0, 10**12))
overdrafts = st.integers(-(10**6), 0)
weights = st.one_of(st.integers(0, 4), st.integers(0, 10**6))


@st.composite
def groups(draw, values=cents, flows=cents, elsewhere=cents):
    """``(values, targets, flow, elsewhere)``, at least one target above 0."""
    lines = draw(st.lists(st.tuples(values, weights), min_size=1, max_size=8).filter(lambda x: any(t for _, t in x)))
    return [v for v, _ in lines], [t for _, t in lines], draw(flows), draw(elsewhere)


@st.composite
def withdrawals(draw):
    values, targets, _, elsewhere = draw(groups())
    return values, targets, -draw(st.integers(0, sum(values))), elsewhere


def batches(one):
    return st.lists(one, min_size=1, max_size=25)


@st.composite
def percents(draw, size, lowest=0):
    """Whole percents that add up to 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 100 - lowest * size), min_size=size - 1, max_size=size - 1)))
    return [b - a + lowest for a, b in zip([0, *cuts], [*cuts, 100 - lowest * size], strict=True)]


@st.composite
def portfolios(draw, lowest=0):
    """Classes with a holding or several, some with holding targets, and something unclassified."""
    names = ["A", "B", "C", "D"][: draw(st.integers(1, 4))]
    held = [Held("X", "Unclassified", draw(st.integers(0, 50_000)) / 100)]
    within = {}
    for name in names:
        symbols = [f"{name}{i}" for i in range(draw(st.integers(0, 3)))]
        held += [Held(symbol, name, draw(st.integers(0, 10**7)) / 100, price=12.5) for symbol in symbols]
        if symbols and draw(st.booleans()):
            within[name] = dict(zip(symbols, draw(percents(len(symbols))), strict=True))
    return portfolio(held, dict(zip(names, draw(percents(len(names), lowest)), strict=True)), within)


@EVERY_RULE
@FEW
@given(batch=batches(groups()))
def test_a_deposit_is_spent_to_the_cent_and_nothing_is_sold(batch, rule):
    for amounts, (_, targets, flow, _) in zip(shared_by_group(batch, rule), batch, strict=True):
        assert sum(amounts) == flow
        assert all(amount >= 0 for amount in amounts)
        assert all(amount == 0 for amount, target in zip(amounts, targets, strict=True) if target == 0)


@EVERY_RULE
@FEW
@given(batch=batches(groups(values=st.one_of(cents, overdrafts))))
def test_a_deposit_agrees_with_the_slow_reference(batch, rule):
    for amounts, (values, targets, flow, elsewhere) in zip(shared_by_group(batch, rule), batch, strict=True):
        exact = REFERENCE[rule](values, targets, flow, sum(values) + elsewhere + flow)
        assert amounts == to_whole_units(exact, targets, values)


@EVERY_RULE
@FEW
@given(batch=batches(withdrawals()))
def test_a_withdrawal_agrees_with_the_slow_reference(batch, rule):
    for amounts, (values, targets, flow, elsewhere) in zip(shared_by_group(batch, rule), batch, strict=True):
        exact = REFERENCE[rule](values, targets, flow, sum(values) + elsewhere + flow)
        assert amounts == to_whole_units(exact, targets, values)


@EVERY_RULE
@FEW
@given(batch=batches(withdrawals()))
def test_a_withdrawal_sells_what_is_held_and_targets_of_0_first(batch, rule):
    for amounts, (values, targets, flow, _) in zip(shared_by_group(batch, rule), batch, strict=True):
        assert sum(amounts) == flow
        assert all(-value <= amount <= 0 for amount, value in zip(amounts, values, strict=True))
        without = [value + amount for value, amount, target in zip(values, amounts, targets, strict=True) if not target]
        with_target = [amount for amount, target in zip(amounts, targets, strict=True) if target]
        assert not any(with_target) or not any(without)


@FEW
@given(batch=batches(groups(values=st.one_of(cents, overdrafts))))
def test_lazy_never_lifts_a_line_above_one_that_stays_lower(batch):
    for amounts, (values, targets, *_) in zip(shared_by_group(batch, "lazy"), batch, strict=True):
        lines = [line for line in zip(values, amounts, targets, strict=True) if line[2]]
        bought = [Fraction(value + amount - 1, target) for value, amount, target in lines if amount]
        lowest = min(Fraction(value + amount + 1, target) for value, amount, target in lines)
        assert all(ratio < lowest for ratio in bought)


@FEW
@given(batch=batches(groups()), more=cents)
def test_lazy_buys_no_less_of_anything_with_more_money(batch, more):
    richer = [(values, targets, flow + more, elsewhere) for values, targets, flow, elsewhere in batch]
    for less, greater in zip(shared_by_group(batch, "lazy"), shared_by_group(richer, "lazy"), strict=True):
        assert all(a <= b + 1 for a, b in zip(less, greater, strict=True))


@FEW
@given(batch=batches(groups()), second=cents)
def test_two_lazy_deposits_end_where_one_of_their_sum_does(batch, second):
    first = shared_by_group(batch, "lazy")
    held = [
        ([value + amount for value, amount in zip(values, amounts, strict=True)], targets, second, 0)
        for (values, targets, *_), amounts in zip(batch, first, strict=True)
    ]
    then = shared_by_group(held, "lazy")
    at_once = shared_by_group([(values, targets, flow + second, 0) for values, targets, flow, _ in batch], "lazy")
    for a, b, both in zip(first, then, at_once, strict=True):
        assert all(abs(x + y - z) <= 2 for x, y, z in zip(a, b, both, strict=True))


@EVERY_RULE
@FEW
@given(batch=batches(groups()), times=st.integers(2, 1000))
def test_more_money_everywhere_scales_the_plan(batch, times, rule):
    scaled = [
        ([times * value for value in values], targets, times * flow, times * elsewhere)
        for values, targets, flow, elsewhere in batch
    ]
    for small, large in zip(shared_by_group(batch, rule), shared_by_group(scaled, rule), strict=True):
        assert all(abs(a - Fraction(b, times)) < 1 + Fraction(1, times) for a, b in zip(small, large, strict=True))


@EVERY_RULE
@FEW
@given(batch=batches(groups()), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(batch, random, rule):
    lines, flows = lines_table(batch), flows_table(batch)
    shuffled, also_shuffled = (table.iloc[random.sample(range(len(table)), len(table))] for table in (lines, flows))
    assert _as_dict(share(shuffled, also_shuffled, rule)) == _as_dict(share(lines, flows, rule))


@EVERY_RULE
@FEW
@given(batch=st.lists(st.one_of(groups(), groups(flows=st.just(0))), min_size=2, max_size=4))
def test_many_groups_at_once_equal_the_groups_one_by_one(batch, rule):
    assert shared_by_group(batch, rule) == [shared_by_group([group], rule)[0] for group in batch]


@EVERY_RULE
@FEW
@given(tables=portfolios(), deposit=st.integers(0, 10**7))
def test_a_plan_accounts_for_every_cent_on_both_levels(tables, deposit, rule):
    plan = plan_deposit(tables, deposit / 100, rule, TODAY)
    after, plan = plan.classes, plan.rows
    assert sum(minor(plan["amount"])) == deposit
    assert (plan["amount"] > 0).all()
    assert sum(minor(after["value_after"])) == tables.total + deposit
    if tables.total + deposit:
        assert after["weight_after"].sum() == pytest.approx(1, abs=1e-12)
    by_class = dict.fromkeys(after["asset_class"], 0)
    for name, amount in zip(plan["asset_class"], minor(plan["amount"]), strict=True):
        by_class[name] += amount
    assert list(by_class.values()) == minor(after["amount"])


@EVERY_RULE
@FEW
@given(tables=portfolios(), part=st.fractions(0, 1))
def test_a_withdrawal_plan_sells_no_more_than_is_held(tables, part, rule):
    held = {name: value for name, value in tables.class_values.items() if name in tables.strategy.class_weights}
    withdrawal = int(part * sum(held.values()))
    plan = plan_withdrawal(tables, withdrawal / 100, rule, TODAY).rows
    assert sum(minor(plan["amount"])) == -withdrawal
    assert (plan["amount"] < 0).all()
    assert (plan["value_after"] >= 0).all()


@FEW
@given(values=st.lists(cents, min_size=4, max_size=4), targets=percents(4, lowest=1))
def test_the_smallest_deposit_reaches_every_target_and_a_cent_less_does_not(values, targets):
    tables = one_a_class(
        dict(zip("ABCD", (value / 100 for value in values), strict=True)), dict(zip("ABCD", targets, strict=True))
    )
    (deposit,) = minor([minimum_deposit(tables)])
    after = plan_deposit(tables, deposit / 100, "lazy", TODAY).classes.set_index("asset_class")
    for name, value, target in zip("ABCD", values, targets, strict=True):
        goal = Fraction(target * (sum(values) + deposit), 100)
        assert value <= goal
        assert abs(minor([after.loc[name, "value_after"]])[0] - goal) < 1
    if deposit:
        assert any(100 * v > t * (sum(values) + deposit - 1) for v, t in zip(values, targets, strict=True))


def _as_dict(answer: pd.DataFrame) -> dict[tuple[int, int], int]:
    return {(row.group_id, row.line): row.amount for row in answer.itertuples()}
