"""The dashboard's tables as HTML, without a browser."""

from allocation.dashboard.overview.markup import class_table
from allocation.drift import by_class, by_holding
from allocation.writing import PLAIN
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
