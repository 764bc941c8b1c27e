"""What the room of what was says of days of which not everything is known."""

import datetime

import pandas as pd
import pytest

from allocation.dashboard.history import History, days_table, not_known
from allocation.writing import HIDDEN, PLAIN, Writing
from tests.dashboard.spoken import plain

DAYS = [datetime.date(2025, month, 1) for month in (1, 2, 3, 4)]


def history(**columns):
    """A line a class and day; what isn't named is known."""
    known = {"targets_of": DAYS[0], "assumed_before": None, "bands_instead": ""}
    days = pd.DataFrame({"as_of": DAYS} | {name: columns.get(name, [value] * 4) for name, value in known.items()})
    return pd.concat([days.assign(asset_class="Bonds"), days.assign(asset_class="Stocks")])


def test_where_all_is_known_nothing_is_said():
    assert not_known(history()) == []
    assert not_known(history(targets_of=[None] * 4)) == []


def test_targets_that_were_saved_later_stand_in():
    assert not_known(history(targets_of=[DAYS[2], DAYS[2], DAYS[2], DAYS[3]])) == [
        "The earliest targets that are known were saved on 2025-03-01: they stand in for the days before."
    ]


def test_a_strategy_that_is_only_taken_to_have_been_active_is_said_to_be():
    assert not_known(history(assumed_before=[DAYS[2], DAYS[2], None, None])) == [
        "Which strategy was active is only known since 2025-03-01: the one of that day stands in for the days before."
    ]


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        (["5/25", "", "", ""], "Which bands were in force on 2025-01-01, wasn't kept: 5/25 stand in."),
        (
            ["those of today", "", "those of today", ""],
            "Which bands were in force on 2 days, 2025-01-01 to 2025-03-01, wasn't kept: those of today stand in.",
        ),
    ],
)
def test_bands_that_were_not_kept_are_said_to_be_others(bands, said):
    assert not_known(history(bands_instead=bands)) == [said]


def test_each_day_has_its_value(sample):
    days = sample.drift_history()
    newest = f"{sample.drift()['value'].sum():,.2f}"
    assert f"<td class=number>{newest}</td>" in plain(days_table(days, None, "USD", PLAIN))
    bonds = sample.drift().set_index("asset_class").loc["Bonds", "value"]
    assert f"<td class=number>{bonds:,.2f}</td>" in plain(days_table(days, "Bonds", "USD", PLAIN))


def test_hidden_balances_are_hidden_on_every_day(sample):
    days = sample.drift_history()
    shown = plain(days_table(days, None, "USD", Writing(hidden=True)))
    assert shown.count(f"<td class=number>{HIDDEN}</td>") == days["as_of"].nunique()


def test_without_targets_there_are_values_and_no_drift(portfolio):
    portfolio.init("USD")
    held = {"account": "Depot", "symbol": "VTI", "asset_class": "Stocks", "currency": "USD"}
    for day, price in (("2026-01-31", 300), ("2026-02-28", 310)):
        portfolio.load(pd.DataFrame([held | {"quantity": 10, "price": price, "as_of": day}]))
    room = History(portfolio)
    room.show(portfolio.tables(), PLAIN)
    assert "There is no drift to show: no targets are set yet." in room._untargeted.value
    assert room._over_time.layout.display == "none"
    assert [cell for cell in ("3,100.00", "3,000.00", "%") if cell in room._days.value] == ["3,100.00", "3,000.00"]
    portfolio.save_class_targets({"Stocks": 100})
    room.show(portfolio.tables(), PLAIN)
    assert room._over_time.layout.display == "" and room._untargeted.value == "" and "0.0 %" in room._days.value
