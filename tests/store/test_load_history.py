"""Taking a load back: exactly, and never over something that was saved since."""

import pytest

from allocation.errors import LoadError, StoreError
from allocation.store import Database
from allocation.store.integrity import read_everything
from tests.builders import held_on
from tests.conftest import DATA


def everything(portfolio):
    with Database(portfolio.path).read() as connection:
        names = [name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}


def copies(portfolio, why):
    return list(portfolio.path.parent.glob(f"*.{why}-*"))


def test_a_load_is_taken_back_row_by_row_exactly(sample):
    before = everything(sample)
    sample.load(held_on("2026-11-24", Brokerage={"CASH": (1, 1)}, Other={"VTX": (2, 3)}))
    load, kept = sample.undo_load()
    assert everything(sample) == before
    assert str(load).startswith("holdings (DataFrame), loaded at ") and kept.is_file()


def test_of_the_copies_that_loads_make_the_ten_latest_stay_within_a_month(bonds_and_stocks):
    folder, day = bonds_and_stocks.path.parent, "2020-01-{:02}-120000-000000"
    for number in range(1, 13):
        (folder / f"savings.before-load-{day.format(number)}.duckdb").touch()
    for quantity in (1, 2):
        bonds_and_stocks.load(held_on("2025-04-01", Savings={"CASH": (quantity, 1)}))
    left = sorted(copy.name for copy in copies(bonds_and_stocks, "before-load"))
    assert left[:8] == [f"savings.before-load-{day.format(number)}.duckdb" for number in range(5, 13)]
    assert len(left) == 10


def test_loads_are_taken_back_one_after_the_other(bonds_and_stocks):
    states = [everything(bonds_and_stocks)]
    for day in ("2025-04-01", "2025-05-01"):
        bonds_and_stocks.load(held_on(day, Savings={"CASH": (1, 1)}))
        states.append(everything(bonds_and_stocks))
    for state in states[-2::-1]:
        bonds_and_stocks.undo_load()
        assert everything(bonds_and_stocks) == state
    with pytest.raises(StoreError, match="can't be taken back any more, because something else has been saved since"):
        bonds_and_stocks.undo_load()


def test_the_load_that_made_the_portfolio_leaves_none(portfolio):
    portfolio.load(held_on("2025-04-01", Savings={"CASH": (1, 1)}))
    load, kept = portfolio.undo_load()
    assert load.backup is None and kept.is_file() and not portfolio.exists()


@pytest.mark.parametrize(
    "save",
    [
        lambda portfolio: portfolio.save_class_targets({"Stocks": 100}),
        lambda portfolio: portfolio.rename_asset("VTI", "VTX"),
        lambda portfolio: portfolio.save_stale_after(30),
        lambda portfolio: portfolio.delete_snapshot("Savings", "2025-04-01"),
    ],
)
def test_a_load_is_not_taken_back_once_something_else_was_saved(bonds_and_stocks, save):
    bonds_and_stocks.load(held_on("2025-04-01", Savings={"VTI": (1, 1)}))
    save(bonds_and_stocks)
    before = everything(bonds_and_stocks)
    with pytest.raises(StoreError, match="something else has been saved since and would be lost"):
        bonds_and_stocks.undo_load()
    assert everything(bonds_and_stocks) == before


def test_targets_that_came_with_the_load_are_no_other_change(sample, write_csv):
    sample.load(targets=write_csv("asset_class,symbol,target_percent\nBonds,,100\n", "targets.csv"))
    sample.undo_load()
    assert len(sample.strategy().class_targets) == 7


def test_without_its_copy_a_load_is_not_taken_back(sample):
    sample.load(held_on("2026-11-24", Brokerage={"CASH": (1, 1)}))
    (copy,) = copies(sample, "before-load")
    copy.unlink()
    with pytest.raises(StoreError, match=f"The copy {copy.name} made before that load is not beside"):
        sample.undo_load()
    assert sample.exists()


def test_a_load_that_changes_nothing_leaves_no_copy_and_is_no_load(sample):
    sample.load(DATA / "holdings.csv")
    assert copies(sample, "before-load") == []
    assert sample.last_load().files[0].startswith("holdings.csv")


def test_loads_that_change_nothing_push_no_copy_out(sample):
    for day in range(10, 21):
        sample.load(held_on(f"2026-10-{day}", Brokerage={"CASH": (1, 1)}))
    kept = copies(sample, "before-load")
    for _ in range(3):
        sample.load(held_on("2026-10-20", Brokerage={"CASH": (1, 1)}))
    assert sorted(copies(sample, "before-load")) == sorted(kept) and len(kept) == 10


def test_a_load_that_fails_and_a_preview_leave_no_copy(sample):
    with pytest.raises(LoadError):
        sample.load(held_on("2026-11-24", Brokerage={"NEW": (-1, 1)}))
    sample.load(held_on("2026-11-24", Brokerage={"CASH": (1, 1)}), preview=True)
    assert copies(sample, "before-load") == []


def test_what_was_taken_back_can_be_restored(sample):
    sample.load(held_on("2026-11-24", Brokerage={"CASH": (1, 1)}))
    after = everything(sample)
    _, kept = sample.undo_load()
    sample.restore(kept)
    assert everything(sample) == after
    with Database(sample.path).read() as connection:
        read_everything(connection)
