"""Dated copies beside the portfolio, and which of the automatic ones stay."""

import datetime
import shutil
import subprocess
import sys

import duckdb
import pytest

import allocation
from allocation.errors import Busy, StoreError
from allocation.store.backups import STAMP, backups, thin

NOON = datetime.datetime(2026, 11, 20, 12)


@pytest.fixture
def made(tmp_path):
    """Makes empty automatic backups of ``my.duckdb``, so many days old; returns what is left of them after thinning."""

    def make(*days, why="before-delete"):
        for day in days:
            stamp = (NOON - datetime.timedelta(days=day)).strftime(STAMP)
            (tmp_path / f"my.{why}-{stamp}.duckdb").touch()
        thin(tmp_path / "my.duckdb", [])
        return [(NOON - when).days for when, _, _ in backups(tmp_path / "my.duckdb")]

    return make


def test_the_ten_latest_stay(made):
    assert made(*range(10)) == list(range(10))


def test_of_the_older_ones_the_last_of_each_month_stays(made):
    # 2026-11-20 back to 09-12, every second day. The ten latest reach back to 11-02, so November has its last one.
    assert made(*range(0, 70, 2)) == [*range(0, 20, 2), 20, 52]


def test_thinning_again_removes_nothing_more(made):
    assert made(*range(0, 400, 3)) == made()


def test_ten_years_of_daily_backups_are_ten_and_one_a_month(made):
    left = made(*range(3650))
    assert left[:10] == list(range(10)) and len(left) == 10 + 120


def test_backups_that_a_person_made_always_stay(made):
    assert len(made(*range(40), why="backup")) == 40


def test_files_that_only_look_alike_are_left_alone(made, tmp_path):
    alike = ["my.duckdb", "my.before-delete-soon.duckdb", "other.before-delete-2020-01-01-120000-000000.duckdb",
             "my.before-delete-2020-01-01-120000-000000.duckdb.wal", "my.letter.txt"]  # fmt: skip
    for name in alike:
        (tmp_path / name).touch()
    made(*range(60))
    assert all((tmp_path / name).exists() for name in alike)


def test_every_kind_of_automatic_backup_counts_together(made):
    made(*range(8), why="replaced")
    made(*range(100, 108), why="before-schema-2")
    assert len(made(*range(200, 208))) == 10 + 1 + 1


def test_automatic_backups_are_thinned_when_another_is_made(sample, tmp_path):
    for day in range(1, 29):
        (tmp_path / f"sample.before-delete-2020-01-{day:02}-120000-000000.duckdb").touch()
    newest = sample.delete_account("Roth IRA").backup
    names = [copy for _, _, copy in backups(sample.path)]
    assert len(names) == 10 and names[0] == newest
    assert names[1].name == "sample.before-delete-2020-01-28-120000-000000.duckdb"


def test_the_copy_just_made_and_the_one_restored_from_stay_however_old_they_look(sample, tmp_path):
    for day in range(1, 13):
        (tmp_path / f"sample.before-delete-2999-01-{day:02}-120000-000000.duckdb").touch()
    made = sample.delete_account("Roth IRA").backup
    assert made.exists()
    kept = sample.restore(made)
    assert made.exists() and kept.exists()


def test_a_backup_into_a_folder_is_called_by_its_date(sample, tmp_path):
    (tmp_path / "copies").mkdir()
    copy = sample.backup(tmp_path / "copies")
    assert copy.parent.name == "copies" and copy.name.startswith("sample.backup-")
    assert allocation.open(copy).holdings().equals(sample.holdings())


@pytest.mark.parametrize(
    "name",
    ["sample.duckdb.wal", "sample.duckdb.lock", "mine.part", "sample.before-delete-2026-11-01-000000-000000.duckdb"],
)
def test_a_backup_cannot_be_called_like_what_the_program_removes_by_itself(sample, tmp_path, name):
    with pytest.raises(StoreError, match="is a name that the program uses itself. Name the copy otherwise"):
        sample.backup(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["", "~nobody-of-that-name/x", "x" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_a_sentence(sample, name):
    for act in (sample.backup, sample.restore, allocation.open):
        if name or act is not allocation.open:
            with pytest.raises(StoreError):
                act(name)


def test_a_folder_called_like_a_backup_is_none(sample, tmp_path):
    for day in range(1, 14):
        (tmp_path / f"sample.before-delete-2020-01-{day:02}-120000-000000.duckdb").mkdir()
    (tmp_path / "sample.backup-2026-13-45-999999-123456.duckdb").touch()
    assert sample.backup().exists()
    assert not [finding for finding in sample.doctor() if finding.kind == "fault"]


def test_a_restored_backup_brings_what_is_in_its_log(sample, tmp_path):
    code = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        "c.execute(\"INSERT INTO accounts (name) VALUES ('Last')\"); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, sample.path], check=False)
    copy = tmp_path / "copy.duckdb"
    for ending in ("", ".wal"):
        shutil.copy(f"{sample.path}{ending}", f"{copy}{ending}")
    other = allocation.open(tmp_path / "other.duckdb")
    other.restore(copy)
    assert "Last" in other.accounts()


@pytest.mark.parametrize("act", ["restore", "load"])
def test_a_log_that_lost_its_file_is_not_taken_for_the_next_ones(sample, portfolio, act):
    orphan = portfolio.path.with_name("my.duckdb.wal")
    orphan.write_bytes(b"the log of a file that somebody deleted")
    portfolio.restore(sample.backup()) if act == "restore" else portfolio.init("USD")
    assert portfolio.accounts() == (sample.accounts() if act == "restore" else ())
    (kept,) = portfolio.path.parent.glob("my.replaced-*.wal")
    assert kept.read_bytes() == b"the log of a file that somebody deleted"


def test_a_backup_to_a_folder_that_is_not_there_names_it(sample, tmp_path):
    with pytest.raises(StoreError, match=r"There is no folder .*nowhere.*Create it first"):
        sample.backup(tmp_path / "nowhere" / "copy.duckdb")


def test_an_old_backup_is_brought_up_to_date_on_its_way_in_and_stays_as_it_is(sample, old_schema):
    before = old_schema.read_bytes()
    sample.restore(old_schema)
    assert "Joint" in sample.accounts() and len(sample.snapshots()) == 4
    assert old_schema.read_bytes() == before


def test_what_is_replaced_is_kept_with_its_log_where_it_cannot_be_opened(sample):
    backup = sample.backup()
    log = sample.path.with_name("sample.duckdb.wal")
    sample.path.write_bytes(sample.path.read_bytes()[:20_000])
    log.write_bytes(b"half a log")
    kept = sample.restore(backup)
    assert len(sample.holdings()) == 16
    assert kept.stat().st_size == 20_000
    assert kept.with_name(kept.name + ".wal").read_bytes() == b"half a log"


def test_nothing_is_restored_over_a_file_that_another_program_has_open(sample):
    backup = sample.backup()
    names = {path.name for path in sample.path.parent.iterdir()}
    with duckdb.connect(str(sample.path)) as other:
        other.execute("INSERT INTO accounts (name) VALUES ('Theirs')")
        with pytest.raises(Busy, match="is open in another program"):
            sample.restore(backup)
    assert {path.name for path in sample.path.parent.iterdir()} == names
    assert "Theirs" in sample.accounts()


def test_a_damaged_block_in_the_middle_of_a_backup_is_met_before_it_is_restored(sample):
    backup = sample.backup()
    content = bytearray(backup.read_bytes())
    # Every block after the headers: whichever holds rows fails its checksum.
    for start in range(3 * 4096, len(content), 16384):
        content[start + 5000] ^= 0xFF
    backup.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged, or only a part of a portfolio file"):
        sample.restore(backup)
    assert len(allocation.open(sample.path).holdings()) == 16
