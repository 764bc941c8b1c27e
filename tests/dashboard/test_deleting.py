"""Deleting an account, a day of one, or an asset in the room of files."""

import pytest

from allocation.dashboard.data import Data
from allocation.writing import PLAIN
from tests.dashboard.test_data_room import Room
from tests.dashboard.test_page import parts


@pytest.fixture
def room(sample):
    return Room(sample)


def ask(room, kind, which):
    room.named("Delete").value = kind
    names = room.named("Which")
    names.index = [name for name, _ in names.options].index(which)
    room.named("Delete…").click()


def symbols(portfolio):
    return portfolio.asset_classes()["symbol"].tolist()


def test_an_account_is_deleted_once_it_was_said_what_that_takes_along(room, sample):
    ask(room, "an account", "Roth IRA")
    assert "This would delete Roth IRA: 4 holdings, " in room.text
    assert "Roth IRA" in sample.accounts() and room.room.is_edited
    room.named("Delete it").click()
    assert "Roth IRA" not in sample.accounts() and len(sample.accounts()) == 2 and room.changed
    (_, why, backup), *_ = sample.backups()
    assert why == "before-delete" and f"the portfolio is kept as {backup.name}." in room.text
    room.room.show(sample.tables(), PLAIN)
    assert [name for name, _ in room.named("Which").options] == list(sample.accounts())


def test_a_second_click_deletes_nothing_more(room, sample):
    ask(room, "an account", "Roth IRA")
    delete = room.named("Delete it")
    delete.click()
    delete.click()
    assert len(sample.accounts()) == 2


def test_a_day_of_an_account_is_deleted_and_the_one_before_it_counts(room, sample):
    sample.load(sample.holdings("Roth IRA").assign(quantity=1, as_of="2026-11-24"))
    room.room.show(sample.tables(), PLAIN)
    ask(room, "a day of an account", "Roth IRA, 2026-11-24")
    room.named("Delete it").click()
    assert (sample.holdings("Roth IRA")["quantity"] != 1).all()


def test_what_is_kept_is_not_deleted(room, sample):
    ask(room, "an asset", "VTI")
    assert "This would delete VTI: " in room.text
    room.named("Keep it").click()
    assert "This would delete" not in room.text and not room.room.is_edited
    assert "VTI" in symbols(sample) and not room.changed


def test_another_choice_takes_the_question_back(room, sample):
    ask(room, "an asset", "VTI")
    delete = room.named("Delete it")
    room.named("Which").index = 0
    assert "This would delete" not in room.text
    delete.click()
    assert "AAPL" in symbols(sample) and "VTI" in symbols(sample)


def test_what_has_changed_meanwhile_is_to_be_looked_at_again(room, sample):
    ask(room, "an asset", "BND")
    sample.delete_account("Roth IRA")
    room.named("Delete it").click()
    assert "The portfolio has changed since you looked, and nothing was deleted. Look again: " in room.text
    assert "BND" in symbols(sample)
    room.named("Delete it").click()
    assert "BND" not in symbols(sample)


def test_cash_is_told_by_its_currency(room, sample):
    ask(room, "an asset", "CASH EUR")
    room.named("Delete it").click()
    held = sample.holdings()
    assert held.loc[held["symbol"] == "CASH", "currency"].unique().tolist() == ["USD"]


def test_of_the_sample_nothing_is_deleted(sample):
    room = Data(sample, lambda: None, own=False)
    room.show(sample.tables(), PLAIN)
    assert "Delete…" not in [getattr(part, "description", "") for part in parts(room.box)]
