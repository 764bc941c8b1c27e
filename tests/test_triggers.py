"""When a rebalance is due, and what is said about it."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.errors import AmountError
from allocation.triggers import DRIFT, Due, Trigger, due, months_after, read_trigger

CALM = {"Stocks": "in band", "Bonds": "in band", "Unclassified": "no target"}
DRIFTED = {"Stocks": "over", "Bonds": "under", "Gold": "nothing held", "Cash": "in band"}
OUTSIDE = "Stocks is over its band, Bonds is under its band, nothing is held of Gold."
NOVEMBER = datetime.date(2026, 11, 20)


def day(text):
    return datetime.date.fromisoformat(text)


def test_by_drift_it_is_due_when_a_class_is_out_of_its_band():
    assert due(DRIFT, CALM, None, NOVEMBER) == Due(False, "Every class is in its band.")
    assert due(DRIFT, DRIFTED, None, NOVEMBER) == Due(True, OUTSIDE)


@pytest.mark.parametrize(("last", "is_due"), [("2026-05-20", True), ("2026-05-21", False), ("2025-01-01", True)])
def test_by_the_calendar_it_is_due_so_many_months_after_the_last_plan(last, is_due):
    answer = due(Trigger(on_drift=False, every_months=6), DRIFTED, day(last), NOVEMBER)
    assert answer.is_due is is_due and answer.next_date == months_after(day(last), 6)
    assert "Stocks" not in answer.why


def test_by_the_calendar_it_says_when_it_will_be():
    answer = due(Trigger(on_drift=False, every_months=6), CALM, day("2026-06-01"), NOVEMBER)
    assert str(answer) == (
        "A rebalance is not due. The last rebalance was executed on 2026-06-01; 6 months have passed on 2026-12-01."
    )


def test_by_the_calendar_it_is_due_where_no_plan_has_been_executed():
    answer = due(Trigger(on_drift=False, every_months=12), CALM, None, NOVEMBER)
    assert str(answer) == "A rebalance is due. No rebalance has been executed yet."
    assert answer.next_date is None


@pytest.mark.parametrize(
    ("statuses", "last", "is_due"),
    [(CALM, "2026-01-01", False), (DRIFTED, "2026-11-01", False), (DRIFTED, "2026-01-01", True), (DRIFTED, None, True)],
)
def test_by_both_it_is_due_only_where_both_are_so(statuses, last, is_due):
    answer = due(Trigger(on_drift=True, every_months=3), statuses, last and day(last), NOVEMBER)
    assert answer.is_due is is_due
    assert answer.why.endswith(OUTSIDE if statuses is DRIFTED else "Every class is in its band.")


def test_without_targets_nothing_is_due():
    answer = due(Trigger(on_drift=False, every_months=1), {"Stocks": "no target"}, None, NOVEMBER)
    assert not answer.is_due and answer.why.startswith("No class has a target")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-06-01", 120, "2036-06-01"),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_the_month(start, months, end):
    assert months_after(day(start), months) == day(end)


@given(months=st.none() | st.integers(1, 120), on_drift=st.booleans())
def test_what_a_trigger_says_of_itself_can_be_read_back(months, on_drift):
    trigger = Trigger(on_drift or months is None, months)
    assert read_trigger(trigger.describe()) == trigger


@pytest.mark.parametrize("text", ["", "never", "6 months", "every six months", "every 6 months or drift"])
def test_what_says_nothing_about_time_or_drift_is_refused(text):
    with pytest.raises(AmountError, match="Write: drift; every 6 months; or: every 6 months and drift"):
        read_trigger(text)


@pytest.mark.parametrize("months", [0, 121])
def test_months_out_of_range_are_refused(months):
    with pytest.raises(AmountError, match=f"every {months} months. Write 1 to 120"):
        read_trigger(f"every {months} months")
