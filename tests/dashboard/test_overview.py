"""The dashboard's tables as HTML, without a browser."""

import datetime

import pytest

from allocation.dashboard.overview.markup import age, class_table, status_sentence, summary_figures
from allocation.drift import by_class, by_holding
from allocation.summary import summarise
from allocation.writing import PLAIN, Writing
from tests.builders import one_a_class
from tests.planner.test_spanning import fund_and_three


def test_a_fund_in_several_classes_stands_below_the_classes_that_count_it():
    tables = fund_and_three()
    html = class_table(by_class(tables), by_holding(tables), "USD", PLAIN)
    classes, funds = html.split("<span>Several classes</span>")
    assert "FUND" in funds and "FUND" not in classes and "counted above" in funds
    assert all(name in classes for name in ("US", "International", "Bonds", "VTI", "3,700.00"))


def test_without_such_funds_there_is_no_such_line():
    tables = one_a_class({"A": 1, "B": 2}, {"A": 50, "B": 50})
    assert "Several classes" not in class_table(by_class(tables), by_holding(tables), "USD", PLAIN)


@pytest.mark.parametrize(
    ("values", "targets", "sentence"),
    [
        # Of 50, 4.5 points are within a band of 5; of 5, 2 points are outside one of 1.25.
        ({"A": 545, "B": 425, "C": 30}, (50, 45, 5), "1 of 3 classes is outside its band: C, 20.00 under."),
        (
            {"A": 70, "B": 30},
            (50, 50),
            "2 of 2 classes are outside their band; the largest gap of these is A, 20.00 over.",
        ),
        ({"A": 51, "B": 49}, (50, 50), "0 of 2 classes are outside their band; the largest gap is A, 1.00 over."),
        ({"A": 50, "B": 50}, (50, 50), "Every class is exactly on its target."),
    ],
)
def test_the_status_names_the_largest_gap_among_those_it_counts(values, targets, sentence):
    tables = one_a_class(values, dict(zip(values, targets, strict=True)))
    assert status_sentence(summarise(tables), by_class(tables), PLAIN) == sentence


def test_days_are_written_as_the_language_writes_numbers():
    today, day = datetime.date(2026, 11, 25), datetime.date(2013, 4, 27)
    assert ">4.960 days old<" in age(day, today, 7, Writing("de-DE"))
    assert ">4,960 days old<" in age(day, today, 7, PLAIN)


def test_money_at_a_glance_says_its_currency():
    figures = summary_figures(summarise(one_a_class({"A": 1}, {"A": 100})), datetime.date(2026, 11, 25), PLAIN)
    assert figures.count("<em>USD</em>") == 2 and "<em>USD</em>" in figures.split("Cash")[1]
