"""The past stays: every load is a dated snapshot, and the latest one is what is held now."""

import datetime

import pytest

from allocation.errors import LoadError, MissingRate, UnknownName
from allocation.store import Database
from tests.builders import held_on


def dates(portfolio, scope="all"):
    return [(row.account, f"{row.as_of:%Y-%m-%d}", row.holdings) for row in portfolio.snapshots(scope).itertuples()]


def total(portfolio, at=None):
    return portfolio.summary(at=at).total


@pytest.fixture
def quarters(portfolio):
    """Savings at three dates: VTI 10 → 12 → 12, BND 5 → 5 → sold."""
    portfolio.load(held_on("2025-03-31", Savings={"VTI": (10, 100), "BND": (5, 20)}))
    portfolio.load(held_on("2025-06-30", Savings={"VTI": (12, 110), "BND": (5, 21)}))
    portfolio.load(held_on("2025-09-30", Savings={"VTI": (12, 130)}))
    portfolio.save_class_targets({"Stocks": 100})
    return portfolio


def test_each_load_is_a_snapshot_of_its_date(quarters):
    assert dates(quarters) == [
        ("Savings", "2025-03-31", 2),
        ("Savings", "2025-06-30", 2),
        ("Savings", "2025-09-30", 1),
    ]


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("2025-03-31", 1100), ("2025-04-15", 1100), ("2025-06-29", 1100), ("2025-06-30", 1425),
        (datetime.date(2025, 8, 1), 1425), ("2025-09-30", 1560), ("2026-01-01", 1560), (None, 1560),
    ],
)  # fmt: skip
def test_what_was_held_and_worth_at_any_date(quarters, at, value):
    assert total(quarters, at) == value


def test_drift_at_an_earlier_date_is_against_todays_targets(portfolio):
    portfolio.load(held_on("2025-03-31", Savings={"VTI": (8, 10), "CASH": (20, 1)}))
    portfolio.load(held_on("2025-06-30", Savings={"VTI": (5, 10), "CASH": (50, 1)}))
    portfolio.save_class_targets({"Stocks": 60, "Cash": 40})
    then, now = portfolio.drift(at="2025-03-31"), portfolio.drift()
    assert then.set_index("asset_class")["drift"].round(9).to_dict() == {"Stocks": 0.2, "Cash": -0.2}
    assert now.set_index("asset_class")["drift"].round(9).to_dict() == {"Stocks": -0.1, "Cash": 0.1}
    assert portfolio.portfolio_drift(at="2025-03-31") == pytest.approx(0.2)


def test_before_the_first_snapshot_nothing_is_known(quarters):
    with pytest.raises(UnknownName, match=r"of the portfolio on 2025-03-30. Its first snapshot is of 2025-03-31"):
        quarters.drift(at="2025-03-30")
    quarters.load(held_on("2025-09-30", Pension={"VTI": (1, 130)}))
    with pytest.raises(UnknownName, match=r"is known of Pension on 2025-06-30.*first snapshot is of 2025-09-30"):
        quarters.drift("Pension", at="2025-06-30")


def test_an_account_counts_from_its_first_snapshot_on(quarters):
    quarters.load(held_on("2025-09-30", Pension={"VTI": (1, 130)}))
    assert total(quarters, "2025-06-30") == 1425
    assert total(quarters, "2025-09-30") == 1560 + 130


def test_something_that_is_no_date_is_refused_in_plain_words(quarters):
    with pytest.raises(UnknownName, match="'31.3.2025' is not a date. Write it like 2025-03-31"):
        quarters.drift(at="31.3.2025")


def test_a_correction_for_an_old_date_changes_that_date_only(quarters):
    report = quarters.load(held_on("2025-06-30", Savings={"VTI": (11, 111), "BND": (5, 21)}))
    assert (report.snapshots, report.holdings, report.prices, report.sold) == (0, 1, 1, ())
    assert report.past == (("Savings", datetime.date(2025, 6, 30), datetime.date(2025, 9, 30)),)
    assert [total(quarters, at) for at in ("2025-03-31", "2025-06-30", None)] == [1100, 11 * 111 + 105, 1560]


def test_a_snapshot_between_two_others_leaves_both_as_they_are(quarters):
    report = quarters.load(held_on("2025-05-15", Savings={"VTI": (9, 105)}))
    assert (report.snapshots, report.sold) == (1, (("Savings", "BND"),))
    assert [total(quarters, at) for at in ("2025-05-14", "2025-05-15", "2025-06-30", None)] == [1100, 945, 1425, 1560]


def test_a_holding_that_a_new_file_no_longer_has_is_sold_not_deleted(quarters):
    assert quarters.holdings()["symbol"].tolist() == ["VTI"]
    assert quarters.holdings(at="2025-06-30")["symbol"].tolist() == ["BND", "VTI"]


def test_a_preview_says_what_would_be_sold_and_writes_nothing(quarters):
    before = quarters.path.read_bytes()
    report = quarters.load(held_on("2025-12-31", Savings={"CASH": (1, 1)}), preview=True)
    assert report.sold == (("Savings", "VTI"),) and report.snapshots == 1
    assert quarters.path.read_bytes() == before
    assert len(dates(quarters)) == 3


def test_a_preview_of_a_first_load_makes_no_file(portfolio):
    assert portfolio.load(held_on("2025-12-31", Savings={"CASH": (1, 1)}), preview=True).accounts == 1
    assert not portfolio.exists()
    assert {path.name for path in portfolio.path.parent.iterdir()} <= {"my.duckdb.lock"}


def test_a_preview_finds_what_a_load_would_refuse(quarters):
    with pytest.raises(LoadError, match="is written 'Savings' in the portfolio"):
        quarters.load(held_on("2025-12-31", savings={"CASH": (1, 1)}), preview=True)


def test_loading_an_old_snapshot_again_changes_nothing(quarters):
    assert not quarters.load(held_on("2025-06-30", Savings={"VTI": (12, 110), "BND": (5, 21)})).changed


def test_the_same_holdings_on_a_new_date_are_a_snapshot_of_their_own(quarters):
    report = quarters.load(held_on("2025-10-31", Savings={"VTI": (12, 130)}))
    assert (report.snapshots, report.holdings, report.prices) == (1, 0, 1)
    assert dates(quarters)[-1] == ("Savings", "2025-10-31", 1)


def test_undated_holdings_that_are_known_already_are_of_today_too_and_keep_the_date_of_their_price(quarters):
    undated = held_on(None, Savings={"VTI": (12, 130)})
    assert (quarters.load(undated).snapshots, quarters.load(undated).changed) == (1, False)
    assert dates(quarters)[-1] == ("Savings", f"{datetime.date.today():%Y-%m-%d}", 1)
    assert str(quarters.holdings()["price_as_of"].iloc[0]) == "2025-09-30"


def test_an_older_file_after_undated_holdings_is_of_the_past(quarters):
    quarters.load(held_on(None, Savings={"VTI": (12, 131)}))
    quarters.load(held_on("2025-10-31", Savings={"VTI": (1, 100)}))
    assert total(quarters) == 12 * 131
    assert total(quarters, "2025-10-31") == 100


def test_undated_holdings_that_are_new_are_of_today(quarters):
    quarters.load(held_on(None, Savings={"VTI": (13, 130)}))
    assert dates(quarters)[-1] == ("Savings", f"{datetime.date.today():%Y-%m-%d}", 1)


def test_undated_rows_beside_dated_ones_are_of_the_same_date(portfolio):
    frame = held_on("2025-03-31", Savings={"VTI": (10, 100), "CASH": (5, 1)})
    frame.loc[frame["symbol"] == "CASH", "as_of"] = None
    portfolio.load(frame)
    assert dates(portfolio) == [("Savings", "2025-03-31", 2)]


def test_an_older_file_does_not_bring_old_names_and_classes_back(quarters):
    newest = held_on("2025-10-31", Savings={"VTI": (12, 130)}).assign(name="Total Market", asset_class="US stocks")
    quarters.load(newest.assign(account_type="taxable"))
    old = held_on("2025-04-30", Savings={"VTI": (10, 101)})
    report = quarters.load(old.assign(name="Old name", account_type="tax_free"))
    assert (report.accounts, report.assets) == (0, 0)
    held = quarters.holdings().iloc[0]
    assert (held["name"], held["asset_class"], held["account_type"]) == ("Total Market", "US stocks", "taxable")


@pytest.mark.parametrize("day", ["2025-01-31", "2025-05-31"])
def test_an_older_file_of_another_account_changes_no_names_classes_and_currencies_either(portfolio, day):
    new = held_on("2025-06-30", Savings={"VTI": (1, 10)}).assign(name="New")
    portfolio.load(new)
    portfolio.load(held_on("2025-01-31", Pension={"CASH": (1, 1)}))
    old = held_on(day, Pension={"VTI": (1, 9)}).assign(name="Old", asset_class="Bonds", currency="EUR")
    portfolio.load(old)
    held = portfolio.holdings().iloc[0]
    assert (held["name"], held["asset_class"], held["currency"]) == ("New", "Stocks", "USD")


def test_a_row_dated_before_its_file_describes_its_asset_all_the_same(portfolio):
    frame = held_on("2025-03-31", Savings={"VTI": (1, 10), "FUND": (1, 20)})
    frame.loc[frame["symbol"] == "FUND", "as_of"] = "2025-03-28"
    portfolio.load(frame)
    portfolio.load(frame.assign(asset_class=["Stocks", "Bonds"]))
    assert portfolio.holdings().set_index("symbol").loc["FUND", "asset_class"] == "Bonds"


def test_of_two_accounts_in_one_load_the_newer_describes(portfolio):
    portfolio.load(held_on("2025-03-31", Savings={"VTI": (1, 10)}, Pension={"CASH": (1, 1)}))
    past = held_on("2025-01-31", Savings={"VTI": (1, 9)}).assign(name="Old", asset_class="Bonds")
    now = held_on("2025-06-30", Pension={"VTI": (1, 11)}).assign(asset_class=None)
    portfolio.load([past, now])
    assert portfolio.holdings()["asset_class"].unique().tolist() == ["Stocks"]


def test_a_cost_is_not_carried_over_into_another_currency(portfolio):
    portfolio.init("USD")
    portfolio.load(held_on("2025-01-31", Savings={"VTI": (10, 100)}).assign(cost_basis=1000))
    portfolio.load(held_on("2025-02-28", Savings={"VTI": (10, 90)}).assign(currency="EUR"))
    with Database(portfolio.path).read() as connection:
        costs = connection.execute("SELECT cost_basis::DOUBLE FROM holdings ORDER BY snapshot_id").fetchall()
    assert costs == [(1000,), (None,)]


def test_two_names_for_the_same_cash_do_not_change_places_at_every_load(portfolio):
    frames = [held_on("2025-01-31", **{name: {"CASH": (1, 1)}}).assign(name=name) for name in ("Savings", "Checking")]
    for frame in frames:
        portfolio.load(frame)
    assert not any(portfolio.load(frame).changed for frame in frames)


def test_a_price_of_an_earlier_date_that_is_another_now_is_told(quarters):
    frame = held_on("2025-10-31", Savings={"VTI": (12, 131), "BND": (5, 25)})
    frame.loc[frame["symbol"] == "BND", "as_of"] = "2025-03-31"
    assert quarters.load(frame).corrected == 1
    assert total(quarters, "2025-03-31") == 1000 + 5 * 25


def test_an_asset_known_from_the_past_alone_is_still_described(quarters):
    quarters.load(held_on("2025-04-30", Savings={"XYZ": (1, 7)}).assign(name="Xyz Inc."))
    assert quarters.holdings(at="2025-04-30")["name"].tolist() == ["Xyz Inc."]


def test_a_row_older_than_what_the_account_is_known_to_hold_is_refused(quarters):
    frame = held_on("2025-12-31", Savings={"VTI": (3, 140), "CASH": (5, 1)})
    frame.loc[frame["symbol"] == "VTI", "as_of"] = "2025-07-31"
    with pytest.raises(LoadError, match=r"older than the VTI that Savings holds already \(as of 2025-09-30"):
        quarters.load(frame)
    assert len(dates(quarters)) == 3


def test_a_price_older_than_the_snapshot_is_welcome_where_the_quantity_is_the_same(quarters):
    frame = held_on("2025-12-31", Savings={"VTI": (12, 105), "CASH": (5, 1)})
    frame.loc[frame["symbol"] == "VTI", "as_of"] = "2025-07-31"
    quarters.load(frame)
    assert total(quarters) == 12 * 130 + 5


def test_rates_count_from_their_date_on(portfolio, write_csv):
    portfolio.init("USD")
    portfolio.load(held_on("2025-03-31", Savings={"CASH": (100, 1)}).assign(currency="EUR"))
    rates = "from_currency,to_currency,rate,as_of\nEUR,USD,1.10,2025-04-30\nEUR,USD,1.20,2025-05-31\n"
    portfolio.load(fx=write_csv(rates, "fx.csv"))
    assert [total(portfolio, at) for at in ("2025-05-30", "2025-05-31", None)] == [110, 120, 120]
    with pytest.raises(MissingRate, match="no FX rate between EUR and USD on or before 2025-04-29"):
        total(portfolio, "2025-04-29")


def test_a_target_for_something_nobody_had_heard_of_does_not_stand_in_the_way_of_the_past(quarters):
    quarters.load(held_on("2025-12-31", Savings={"VTI": (12, 130), "NEW": (1, 10)}))
    quarters.save_holding_targets("Stocks", {"VTI": 50, "NEW": 50})
    then = quarters.drift(by="holding", at="2025-03-31").set_index("symbol")
    assert then.loc["VTI", "value"] == 1000 and then["value"].sum() == 1100
    assert quarters.drift(at="2025-03-31")["weight"].sum() == 1


def test_an_account_whose_only_snapshot_was_deleted_holds_nothing(portfolio):
    portfolio.load(held_on("2025-03-31", Savings={"VTI": (1, 1)}))
    portfolio.delete_snapshot("Savings", "2025-03-31")
    assert portfolio.accounts() == ("Savings",)
    assert portfolio.holdings().empty and portfolio.snapshots().empty


def test_the_answer_for_a_date_is_remembered_for_that_date_alone(quarters):
    assert [total(quarters, at) for at in ("2025-03-31", None, "2025-03-31", "2025-06-30")] == [1100, 1560, 1100, 1425]
