"""Which snapshot counts, and when it is stale or missing."""

import pytest


@pytest.fixture
def one(wealthfolio):
    """A database with one account and VTI at 300 USD."""

    def one(version="3.6", **more):
        return wealthfolio(version).account(**more).asset("VTI").quote("VTI", 300)

    return one


def test_the_latest_snapshot_that_has_come_counts(one, read):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}, day="2026-10-01")
    database.snapshot(positions={"id-VTI": (2, 1, "USD")}, day="2026-11-01")
    database.snapshot(positions={"id-VTI": (3, 1, "USD")}, day="2026-12-01")
    assert read(database).holdings["quantity"].tolist() == [2]


def test_the_snapshots_of_all_accounts_together_are_no_account(one, read):
    database = one("1.1").snapshot(positions={"VTI": (1, 1, "USD")}).snapshot("TOTAL", {"VTI": (1, 1, "USD")})
    assert read(database).holdings["account"].tolist() == ["Savings"]


@pytest.mark.parametrize("version", ["1.1", "3.0", "3.6"])
def test_a_missing_snapshot_is_a_problem(one, told, version):
    database = one(version)
    assert told(database.activity("BUY", database.key("VTI"), quantity=1, price=1)) == [
        "app.db, account: 'Savings' has activities, but what it holds isn't calculated yet, as after an update of "
        "Wealthfolio. Open Wealthfolio once, then export again."
    ]


@pytest.mark.parametrize("version", ["1.1", "3.0", "3.6"])
def test_a_snapshot_before_the_last_activity_is_a_problem(one, told, version):
    database = one(version)
    database.snapshot(positions={database.key("VTI"): (1, 1, "USD")}).activity("BUY", "x", "2026-11-15", quantity=1)
    assert told(database) == [
        "app.db, account: 'Savings' holds what was stored on 2026-11-10, before its activities of 2026-11-15. Open "
        "Wealthfolio once and wait until it has calculated again, then export again."
    ]


@pytest.mark.parametrize(
    "activity",
    [
        {"day": "2026-11-10"},
        {"day": "2026-12-24"},
        {"day": "2026-11-15", "status": "VOID"},
        {"day": "2026-11-15", "activity_type_override": "UNKNOWN"},
        {"day": "2026-11-11T03:00:00Z"},
    ],
)
def test_activities_that_make_no_snapshot_stale(one, told, activity):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}).activity("BUY", "id-VTI", quantity=1, **activity)
    assert told(database) == []


@pytest.mark.parametrize(
    ("changed", "stale"), [("2026-11-20T11:59:59Z", False), ("2026-11-20 12:00:01", True), ("soon", True), (None, True)]
)
@pytest.mark.parametrize("version", ["1.1", "3.0", "3.6"])
def test_what_was_calculated_after_the_last_change_is_not_stale(one, told, version, changed, stale):
    # The snapshot was calculated at 2026-11-20 12:00.
    database = one(version)
    database.snapshot(positions={database.key("VTI"): (1, 1, "USD")})
    assert bool(told(database.activity("FEE", None, "2026-11-15", updated_at=changed))) == stale


@pytest.mark.parametrize(("zone", "stale"), [("America/New_York", False), ("Asia/Tokyo", True)])
def test_the_day_of_an_activity_is_that_of_the_settings_time_zone(one, told, zone, stale):
    database = one().insert("app_settings", setting_key="timezone", setting_value=zone)
    database.snapshot(positions={"id-VTI": (1, 1, "USD")}).activity("BUY", "id-VTI", "2026-11-11T03:00:00Z")
    assert bool(told(database)) == stale


def test_holdings_entered_by_hand_do_not_get_stale_but_splits_matter(one, told):
    database = one(tracking_mode="HOLDINGS").snapshot(positions={"id-VTI": (1, 1, "USD")})
    database.activity("DIVIDEND", "id-VTI", "2026-11-15").activity("SPLIT", "id-OTHER", "2026-11-15", quantity=2)
    database.activity("SPLIT", "id-VTI", "2026-11-15", status="VOID").connection.commit()
    assert told(database.path) == []
    database.activity("SPLIT", "id-VTI", "2026-11-15")
    assert told(database) == [
        "app.db, quantity: 'VTI' was split on 2026-11-15, after the holdings of Savings were entered on 2026-11-10. "
        "Enter today's quantity in Wealthfolio, then export again."
    ]


def test_a_snapshot_that_was_imported_does_not_get_stale(one, told):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}, source="BROKER_IMPORTED")
    assert told(database.activity("DIVIDEND", "id-VTI", "2026-11-15")) == []


def test_a_value_that_was_calculated_since_is_enough(one, told):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}).valuation(total=300)
    database.run("ALTER TABLE daily_account_valuation ADD COLUMN calculated_at TEXT DEFAULT '2026-11-21T08:00:00Z'")
    assert told(database.activity("FEE", None, "2026-11-15", updated_at="2026-11-21T07:00:00Z")) == []


def test_figures_that_were_to_be_calculated_again_are_said(one, read):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")})
    database.run("CREATE TABLE projection_state (id, dirty_from)")
    database.insert("projection_state", id=1, dirty_from=None).insert("projection_state", id=2, dirty_from="2026-11-01")
    assert read(database).notes[0].startswith("Wealthfolio was about to calculate its figures from 2026-11-01 again")


def test_a_snapshot_without_a_date_is_a_problem(one, told):
    database = one().snapshot(positions={"id-VTI": (1, 1, "USD")}, day="2026-99-99")
    database.run("UPDATE holdings_snapshots SET snapshot_date = '0000-00-00'")
    assert told(database)[0] == "app.db, snapshot_date: '0000-00-00' is not a date (Savings)."
