"""One unit of work: lock, open, transaction, close."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import allocation
from allocation.errors import StoreError
from allocation.store import Database, default_path

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
on_unix = pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix matter")


def account_count(database):
    with database.read() as connection:
        return connection.execute("SELECT count(*) FROM accounts").fetchall()[0][0]


@pytest.fixture
def database(tmp_path):
    made = Database(tmp_path / "my.duckdb", timeout=0.2)
    with made.write(create=True) as connection:
        connection.execute("INSERT INTO accounts (name) VALUES ('Savings')")
    return made


def test_opening_makes_nothing(portfolio):
    assert not portfolio.exists()
    assert list(portfolio.path.parent.iterdir()) == []


def test_a_missing_portfolio_says_how_to_make_one(portfolio):
    with pytest.raises(StoreError, match="There is no portfolio at .*my.duckdb.*allocation import HOLDINGS"):
        portfolio.drift()


def test_asking_a_missing_portfolio_leaves_nothing_behind(portfolio):
    with pytest.raises(StoreError):
        portfolio.drift()
    assert list(portfolio.path.parent.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(StoreError, match="There is no folder .*nowhere.*Create it first"):
        Database(tmp_path / "nowhere" / "my.duckdb").write(create=True).__enter__()


def test_a_folder_is_no_portfolio(tmp_path):
    with pytest.raises(StoreError, match="is a folder"):
        allocation.open(tmp_path).drift()


def test_a_text_file_is_no_portfolio_and_stays_as_it_is(tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear diary, " * 1000)
    with pytest.raises(StoreError, match=r"letter.txt is not a portfolio file"):
        allocation.open(letter).init("USD")
    assert letter.read_text() == "Dear diary, " * 1000


def test_an_empty_file_is_no_portfolio_and_stays_empty(tmp_path):
    empty = tmp_path / "empty.duckdb"
    empty.touch()
    with pytest.raises(StoreError, match=r"empty.duckdb is"):
        allocation.open(empty).init("USD")
    assert empty.stat().st_size == 0


def test_a_database_of_something_else_is_refused_and_keeps_its_tables(tmp_path):
    other = tmp_path / "music.duckdb"
    with duckdb.connect(str(other)) as connection:
        connection.execute("CREATE TABLE songs (title VARCHAR)")
    with pytest.raises(StoreError, match="not a portfolio of ours"):
        allocation.open(other).init("USD")
    with duckdb.connect(str(other)) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [("songs",)]


@on_unix
def test_only_its_owner_can_read_a_portfolio_or_its_backup(portfolio):
    portfolio.init("USD")
    backup = portfolio.backup()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (portfolio.path, backup)] == [0o600, 0o600]


@on_unix
def test_a_portfolio_that_others_can_read_gets_a_warning_once(sample):
    sample.path.chmod(0o640)
    told = []
    window = allocation.open(sample.path, tell=told.append)
    window.accounts(), window.drift(), window.save_class_targets({"Bonds": 100})
    assert told == [f"{sample.path} can be read by others than you. allocation doctor --mend makes it yours alone."]


def test_a_failed_write_takes_everything_back(database):
    with pytest.raises(RuntimeError), database.write() as connection:
        connection.execute("INSERT INTO accounts (name) VALUES ('Other')")
        raise RuntimeError
    assert account_count(database) == 1


def test_a_failed_first_write_leaves_no_portfolio(tmp_path):
    database = Database(tmp_path / "new.duckdb")
    with pytest.raises(RuntimeError), database.write(create=True):
        raise RuntimeError
    assert {path.name for path in tmp_path.iterdir()} <= {"new.duckdb.lock"}


def test_a_closed_portfolio_is_one_file(database):
    assert {path.name for path in database.path.parent.iterdir()} == {"my.duckdb", "my.duckdb.lock"}


def test_a_portfolio_in_use_says_so_after_waiting(database):
    with (
        database.write(),
        pytest.raises(StoreError, match=r"being used by somebody \(process \d+\), and was for 0.2 seconds.*try again"),
    ):
        account_count(database)


@on_unix
def test_two_names_of_one_file_wait_for_each_other(database):
    link = database.path.with_name("link.duckdb")
    link.symlink_to(database.path)
    with database.write(), pytest.raises(StoreError, match="being used"):
        account_count(Database(link, timeout=0.2))


def test_a_program_that_holds_the_file_open_is_named_as_the_cause(database):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, database.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        holder.stdout.readline()
        with pytest.raises(StoreError, match="is open in another program"):
            account_count(database)
        holder.stdin.close()


def test_a_query_cannot_read_other_files(database):
    with pytest.raises(StoreError), database.read() as connection:
        connection.execute(f"FROM read_text('{Path(__file__).as_posix()}')")


def test_a_path_may_hold_spaces_quotes_and_umlauts(tmp_path):
    portfolio = allocation.open(tmp_path / 'Jörg\'s "own" portfolio; 1.duckdb' if os.name != "nt" else tmp_path / "ö")
    portfolio.init("EUR")
    assert portfolio.exists() and portfolio.accounts() == ()


def test_the_usual_place_is_named_after_the_package():
    assert default_path().name == "portfolio.duckdb"
    assert "allocation" in default_path().parts


def test_a_backup_is_a_portfolio_with_the_same_holdings(sample, tmp_path):
    copy = allocation.open(sample.backup(tmp_path / "copy.duckdb"))
    assert copy.holdings().equals(sample.holdings())


def test_a_backup_without_a_name_stands_dated_beside_the_portfolio(sample):
    first, second = sample.backup(), sample.backup()
    assert first != second
    assert first.parent == sample.path.parent
    assert first.name.startswith("sample.backup-") and first.suffix == ".duckdb"


def test_a_backup_overwrites_nothing(sample, tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear diary")
    with pytest.raises(StoreError, match=r"letter.txt exists already"):
        sample.backup(letter)
    assert letter.read_text() == "Dear diary"


def test_there_is_nothing_to_back_up_where_there_is_no_portfolio(portfolio, tmp_path):
    with pytest.raises(StoreError, match="There is no portfolio at"):
        portfolio.backup(tmp_path / "copy.duckdb")
    assert not (tmp_path / "copy.duckdb").exists()


def test_restore_brings_the_backup_back_and_keeps_what_it_replaced(sample):
    backup = sample.backup()
    sample.delete_account("Brokerage")
    kept = sample.restore(backup)
    assert sample.accounts() == ("401(k)", "Brokerage", "Roth IRA")
    assert allocation.open(kept).accounts() == ("401(k)", "Roth IRA")


def test_restore_to_an_empty_place_replaces_nothing(sample, portfolio):
    assert portfolio.restore(sample.backup()) is None
    assert portfolio.holdings().equals(sample.holdings())


def test_garbage_is_not_restored(sample, tmp_path):
    garbage = tmp_path / "garbage.bin"
    garbage.write_bytes(os.urandom(50_000))
    before = sample.path.read_bytes()
    with pytest.raises(StoreError):
        sample.restore(garbage)
    assert sample.path.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} <= {"sample.duckdb", "sample.duckdb.lock", "garbage.bin"}


def test_a_refused_restore_names_the_file_that_was_given(sample, tmp_path):
    garbage = tmp_path / "garbage.bin"
    garbage.write_bytes(os.urandom(50_000))
    with pytest.raises(StoreError, match=r"garbage.bin is not a portfolio file"):
        sample.restore(garbage)


def test_a_half_copied_backup_is_not_restored(sample):
    backup = sample.backup()
    backup.write_bytes(backup.read_bytes()[:40_000])
    with pytest.raises(StoreError):
        sample.restore(backup)
    assert sample.accounts() == ("401(k)", "Brokerage", "Roth IRA")


def test_a_backup_that_points_to_nothing_is_not_restored(sample):
    backup = sample.backup()
    with duckdb.connect(str(backup)) as connection:
        connection.execute("DELETE FROM accounts WHERE name = 'Brokerage'")
    with pytest.raises(StoreError, match="belongs to account .*, which is not there"):
        sample.restore(backup)
    assert "Brokerage" in sample.accounts()


def test_a_backup_can_be_restored_over_a_portfolio_that_no_longer_opens(sample):
    backup = sample.backup()
    sample.path.write_bytes(b"damaged" * 5000)
    kept = sample.restore(backup)
    assert len(sample.holdings()) == 16
    assert kept.read_bytes() == b"damaged" * 5000


def test_a_portfolio_is_not_restored_from_itself(sample):
    with pytest.raises(StoreError, match="is the portfolio itself"):
        sample.restore(sample.path)


def test_a_missing_backup_is_named(sample, tmp_path):
    with pytest.raises(StoreError, match=r"There is no backup at .*gone.duckdb"):
        sample.restore(tmp_path / "gone.duckdb")


def test_what_another_window_saved_is_seen_at_the_next_question(sample):
    mine, other = allocation.open(sample.path), allocation.open(sample.path)
    assert mine.drift()["target_weight"].max() == 0.48
    other.save_class_targets({"US stocks": 70, "Bonds": 30})
    assert mine.drift()["target_weight"].max() == 0.7
    mine.save_class_targets({"US stocks": 50, "Bonds": 50})
    assert other.drift()["target_weight"].max() == 0.5


def test_what_was_known_before_a_restore_is_forgotten(sample):
    backup = sample.backup()
    sample.save_class_targets({"US stocks": 70, "Bonds": 30})
    assert sample.drift()["target_weight"].max() == 0.7
    allocation.open(sample.path).restore(backup)
    assert sample.drift()["target_weight"].max() == 0.48


def test_changing_a_table_one_was_given_changes_no_later_answer(sample):
    tables = sample.tables()
    tables.holdings["value"] = 0.0
    tables.strategy.class_targets["target_percent"] = 0.0
    assert sample.summary().total == 50_335.41
    assert sample.tables().strategy.class_targets["target_percent"].sum() == 100
