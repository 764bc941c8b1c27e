"""Texts that a spreadsheet would run, on their way out and back."""

import csv
import io

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import allocation
from allocation.export import classes_csv, holdings_csv, prices_csv, targets_csv
from allocation.readers import Opened
from allocation.readers.delimited import read_sheet
from allocation.text import as_meant, as_text, clean, listed

NAMES = st.builds(
    lambda marks, start, rest: marks + start + rest,
    st.text("'", max_size=3),
    st.sampled_from(["=", "+", "-", "@", "", "'"]),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=8),
).map(clean)


@given(NAMES.filter(bool))
def test_a_name_is_the_same_after_it_went_out_and_came_back(name):
    assert as_meant(as_text(name)) == name
    file = io.StringIO()
    csv.writer(file).writerows([["symbol", "quantity"], [as_text(name), "1"]])
    sheet = read_sheet(Opened(file.getvalue().encode(), "a.csv"), ["symbol", "quantity"], [], ["quantity"], "a.csv")
    assert [cells["symbol"] for _, cells in sheet.rows] == [name]


@given(NAMES)
def test_nothing_that_goes_out_is_run_as_a_formula(name):
    assert not as_text(name).startswith(("=", "+", "-", "@"))


def test_all_exported_files_load_again_as_the_same(portfolio, tmp_path):
    names = ["-VTI", "=1+1", "@A", "+B", "'-VTI", "''=1", "'s-Hertogenbosch", "O'Neill"]
    portfolio.load(
        pd.DataFrame(
            {
                "account": ["-A", "'-A"] * 4, "symbol": names, "name": [f"{name} fund" for name in names],
                "asset_class": [f"{name} class" for name in names], "quantity": range(1, 9), "price": 10,
                "currency": "USD", "as_of": "2025-03-03",
            }
        )
    )  # fmt: skip
    portfolio.save_class_targets({f"{name} class": 12.5 for name in names})
    portfolio.save_asset_classes("O'Neill", {"=1+1 class": 50, "'-VTI class": 50})
    texts = {
        "holdings": holdings_csv(portfolio.holdings()),
        "targets": targets_csv([portfolio.strategy()]),
        "classes": classes_csv(portfolio.asset_classes()),
        "prices": prices_csv(portfolio.prices()),
    }
    files = {}
    for what, text in texts.items():
        files[what] = tmp_path / f"{what}.csv"
        files[what].write_text(text, encoding="utf-8")
    assert not portfolio.load(**files).changed
    again = allocation.open(tmp_path / "again.duckdb")
    again.load(**files)
    for table in ("holdings", "asset_classes"):
        pd.testing.assert_frame_equal(getattr(again, table)(), getattr(portfolio, table)())
    assert again.strategy().class_percents == portfolio.strategy().class_percents


def test_of_many_names_the_first_are_said_and_the_others_counted():
    assert listed(["A", "B"], 2) == "A, B" and listed([]) == ""
    assert listed([f"S{number}" for number in range(1500)], 1) == "S0 and 1,499 more"
