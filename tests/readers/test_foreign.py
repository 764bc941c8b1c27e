"""Cells of another program's file as exact numbers, names and days."""

import datetime
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.readers.foreign import Remarks, account_name, amount, day_of, distinct, exact, name_of, rounded


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("10.50", Decimal("10.50")), (7, Decimal(7)), (0.1, Decimal("0.1")), (Decimal("-3"), Decimal(-3)), (" 1 ", 1),
        ("1e3", 1000), ("0e999999999", None), ("1e41", None), ("1e-41", None), ("NaN", None), ("Infinity", None),
        (float("nan"), None), ("1_000", None), ("١", None), ("", None), (None, None), (True, None), (b"1", None),
        ("1" * 81, None), ("1,5", None),
    ],
)  # fmt: skip
def test_numbers(cell, number):
    assert exact(cell) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=12))
def test_rounding_moves_a_number_by_half_a_step_at_most(number):
    result = rounded(number)
    assert abs(result - number) <= Decimal("0.000000005") and rounded(result) == result
    assert int(result.as_tuple().exponent) in range(-8, 1)


@pytest.mark.parametrize(
    ("cell", "name"),
    [(" My\tplan \n", "My plan"), ("a\u202eb\0c", "abc"), ("   ", None), (None, None), (5, None), ("e\u0301", "é")],
)
def test_names(cell, name):
    assert name_of(cell) == name


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-20", datetime.date(2026, 11, 20)), ("2026-11-20T16:00:00Z", datetime.date(2026, 11, 20)),
        ("2026-13-01", None), ("0001-01-01", None), ("2026", None), ("", None), (None, None), (20261120, None),
    ],
)  # fmt: skip
def test_days(cell, day):
    assert day_of(cell) == day


def test_names_that_are_taken():
    taken = {}
    given_names = [distinct(name, taken) for name in ("Plan", "plan", "Plan (2)", "PLAN")]
    assert given_names == ["Plan", "plan (2)", "Plan (2) (2)", "PLAN (3)"]
    assert distinct("Plan", taken, "Plan@X") == "Plan@X" and distinct("Plan", taken, "Plan@X") == "Plan (4)"
    assert account_name("ALL", taken) == "ALL (account)" and account_name(None, taken) == "Account"


def test_very_many_of_one_name_take_no_time():
    taken = {}
    assert len({distinct("Plan", taken).casefold() for _ in range(50_000)}) == 50_000


def test_a_problem_quotes_little_and_says_things_once():
    remarks = Remarks("a.db")
    for _ in range(3):
        remarks.wrong(0, "price", "x\n" * 1000, "is none.")
        remarks.note("Left out.")
    (problem,) = remarks.found()
    assert len(problem.value) <= 61 and "\n" not in str(problem) and remarks.said() == ("Left out.",)


def test_very_many_notes_are_counted():
    remarks = Remarks("a.db")
    for number in range(300):
        remarks.note(f"Left out: {number}.")
    assert len(remarks.said()) == 201 and remarks.said()[-1] == "And 100 notes more."


def test_recognising_a_file_imports_no_heavy_library():
    program = (
        "import sys; from allocation.readers.registry import formats; formats(); "
        "print([name for name in ('ofxtools', 'beancount') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_an_amount_that_nobody_could_mean_is_still_written():
    assert amount(Decimal("9" * 60)) == "1.000e+60"
    assert amount(Decimal("-1e99")) == "-1.000e+99"
    assert amount(Decimal("1234567.895")) == "1,234,567.90"
