"""What the doctor finds, in plain words, and what it mends."""

import datetime
import os
import stat

import duckdb
import pandas as pd
import pytest

import allocation
from allocation.errors import Busy, StoreError
from allocation.store import Database
from allocation.store.migrations import shipped_migrations
from tests.builders import held_on

TODAY = f"{datetime.date.today()}"
on_unix = pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix matter")


def texts(findings, *kinds):
    return [finding.text for finding in findings if finding.kind in (kinds or ("fault", "warning", "note"))]


def change(portfolio, statement):
    """Past the package, as another program could."""
    with duckdb.connect(str(portfolio.path)) as connection:
        connection.execute(statement)


@pytest.fixture
def healthy(portfolio):
    portfolio.load(held_on(TODAY, Savings={"VTI": (10, 100), "CASH": (5, 1)}))
    portfolio.save_class_targets({"Stocks": 60, "Cash": 40})
    portfolio.backup()
    return portfolio


def test_a_healthy_portfolio_gives_nothing_to_say(healthy):
    assert healthy.doctor() == []


def test_an_examination_changes_nothing(healthy):
    (healthy.path.parent / "my.duckdb.new-77").write_text("half")
    before = {path: path.read_bytes() for path in healthy.path.parent.iterdir()}
    assert healthy.doctor()
    assert {path: path.read_bytes() for path in healthy.path.parent.iterdir()} == before


def test_where_there_is_no_portfolio_there_is_nothing_to_examine(portfolio):
    with pytest.raises(StoreError, match="There is no portfolio at"):
        portfolio.doctor()


def test_the_worst_comes_first(healthy):
    (healthy.path.parent / "my.duckdb.new-77").write_text("half")
    change(healthy, "DELETE FROM prices")
    healthy.load(held_on("2025-01-31", Pension={"CASH": (1, 1)}).assign(asset_class=None))
    kinds = [finding.kind for finding in healthy.doctor()]
    assert kinds == sorted(kinds, key=["fault", "warning", "note"].index) and kinds[0] == "fault"


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("DELETE FROM prices", "VTI is held and has no price. Load a holdings file that has it."),
        ("UPDATE prices SET currency = 'CHF'", "There is no FX rate between CHF and USD. Load an fx.csv that has it."),
        ("UPDATE holdings SET quantity = -1 WHERE asset_id = 1", f"-1.0 of VTI in Savings on {TODAY} is less than"),
        ("DELETE FROM assets WHERE symbol = 'VTI'", "refers to something that is not there"),
        ("DELETE FROM asset_class_targets WHERE asset_class = 'Cash'", "add up to 60.0 instead of 100"),
        ("DELETE FROM schema_migrations", "is a DuckDB file, but not a portfolio of ours"),
        ("UPDATE portfolio SET base_currency = NULL", "has no base currency, though 1 accounts hold something"),
        ("UPDATE assets SET currency = 'zzz' WHERE symbol = 'VTI'", "'zzz' is the currency of VTI, and not a currency"),
        ("UPDATE prices SET as_of = '2999-01-01'", "VTI was held on"),
        ("DROP TABLE fx_rates", "The table fx_rates is missing. Restore a backup."),
        ("ALTER TABLE accounts DROP COLUMN account_type", "The table accounts is not as it was made."),
        ("UPDATE schema_migrations SET checksum = 'x' WHERE version = 2", "Step 2 (snapshots) made this file"),
        ("INSERT INTO schema_migrations (version, name, checksum) VALUES (99, 'x', 'x')", "doesn't know it"),
        ("INSERT INTO accounts (account_id, name) VALUES (70, 'Odd')", "account_ids numbers are given out from 2, but"),
    ],
)  # fmt: skip
def test_faults(healthy, statement, sentence):
    change(healthy, statement)
    faults = texts(healthy.doctor(), "fault")
    assert any(sentence in fault for fault in faults)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("CREATE TABLE notes (note VARCHAR)", "The table notes is not ours; somebody added it."),
        ("UPDATE snapshots SET as_of = '2999-01-01'", "The snapshot of Savings is dated 2999-01-01, which is"),
        ("INSERT INTO prices (asset_id, as_of, price, currency) VALUES (1, '2025-01-01', 1, 'USD')",
         f"The price of VTI went from 1.0 on 2025-01-01 to 100.0 on {TODAY}: a split, pence instead of pounds, or a"),
        ("INSERT INTO fx_rates (from_currency, to_currency, as_of, rate) "
         "VALUES ('EUR', 'USD', '2025-01-01', 1.1), ('EUR', 'USD', '2025-01-02', 0.5)",
         "The FX rate EUR to USD went from 1.1 on 2025-01-01 to 0.5 on 2025-01-02"),
    ],
)  # fmt: skip
def test_warnings(healthy, statement, sentence):
    change(healthy, statement)
    assert any(sentence in warning for warning in texts(healthy.doctor(), "warning"))


def test_notes(portfolio):
    frame = pd.concat(
        [
            held_on("2025-01-31", Savings={"VTI": (10, 100), "CASH": (5, 1)}).assign(asset_class=None),
            held_on("2025-01-31", Savings={"LATER": (0, 100)}),
        ]
    )
    portfolio.load(frame)
    with Database(portfolio.path).write() as connection:
        connection.execute("INSERT INTO accounts (name) VALUES ('Empty')")
    assert set(texts(portfolio.doctor())) == {
        "The price of VTI is from 2025-01-31, more than 30 days ago.",
        "VTI has no asset class, so it counts as Unclassified.",
        "CASH has no asset class, so it counts as Unclassified.",
        "LATER is held at no date and has no target.",
        "Empty has no snapshot.",
        "All Portfolio has no targets yet.",
        "You have made no backup beside the portfolio yet: allocation backup.",
    }


def test_an_old_backup_is_told_with_its_age(healthy):
    (copy,) = healthy.path.parent.glob("my.backup-*")
    copy.rename(copy.with_name("my.backup-2020-01-01-120000-000000.duckdb"))
    assert any("Your last backup is " in note and "days old" in note for note in texts(healthy.doctor(), "note"))


def test_a_backup_that_cannot_be_used_is_found_before_it_is_needed(healthy):
    (copy,) = healthy.path.parent.glob("my.backup-*")
    copy.write_bytes(copy.read_bytes()[:30_000])
    (warning,) = texts(healthy.doctor(), "warning")
    assert warning.startswith("The newest backup can't be used.") and str(copy) in warning


@on_unix
def test_what_others_can_read_is_found_and_mended(healthy):
    (copy,) = healthy.path.parent.glob("my.backup-*")
    for path in (healthy.path, copy):
        path.chmod(0o644)
    findings = healthy.doctor()
    assert texts(findings) == [f"{path} can be read by others than you." for path in (healthy.path, copy)]
    assert not any(finding.mended for finding in findings)
    assert all(finding.mended for finding in healthy.doctor(mend=True))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (healthy.path, copy)] == [0o600, 0o600]
    assert healthy.doctor() == []


@on_unix
def test_the_usual_folder_is_its_owners_alone(healthy, monkeypatch):
    monkeypatch.setattr("allocation.store.doctor.default_path", lambda: healthy.path)
    healthy.path.parent.chmod(0o755)
    assert texts(healthy.doctor(mend=True)) == [f"{healthy.path.parent} can be read by others than you."]
    assert stat.S_IMODE(healthy.path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "name",
    [
        "my.duckdb.new-77",
        "my.duckdb.migrating",
        "my.duckdb.restoring",
        "my.duckdb.restoring.part",
        "my.duckdb.new-77.wal",
        "my.backup-2025-01-01-120000-000000.duckdb.part",
    ],
)
def test_what_a_crash_left_half_made_is_found_and_removed(healthy, name):
    left = healthy.path.parent / name
    left.write_text("half")
    assert texts(healthy.doctor(), "warning") == [f"{left} was left half-made by a crash. Your portfolio is whole."]
    healthy.doctor(mend=True)
    assert not left.exists() and healthy.doctor() == []


def test_an_old_file_that_cannot_be_brought_up_to_date_is_a_fault(old_schema):
    with duckdb.connect(str(old_schema)) as connection:
        connection.execute("DELETE FROM assets")
    assert any("which is not there" in fault for fault in texts(allocation.open(old_schema).doctor(), "fault"))


def test_a_log_that_belongs_to_nothing_is_named_and_left_alone(healthy):
    log = healthy.path.with_name("my.duckdb.wal")
    log.write_text("junk")
    assert f"{log} is not the log of this file" in texts(healthy.doctor(mend=True), "warning")[0]
    assert log.read_text() == "junk"


def test_tables_of_ones_own_in_a_schema_of_ones_own_are_no_fault(healthy):
    change(healthy, 'CREATE SCHEMA mine; CREATE TABLE mine."my ""notes""" (note VARCHAR)')
    assert not texts(healthy.doctor(), "fault")
    healthy.restore(healthy.backup())


def test_a_backup_that_is_something_else_is_found_before_it_is_needed(healthy):
    with duckdb.connect(str(healthy.path.with_name("my.backup-2999-01-01-120000-000000.duckdb"))) as connection:
        connection.execute("CREATE TABLE songs (title VARCHAR)")
    assert any("newest backup can't be used" in warning for warning in texts(healthy.doctor(), "warning"))


def test_a_file_that_is_open_elsewhere_is_no_fault_of_the_file(healthy):
    with duckdb.connect(str(healthy.path)), pytest.raises(Busy, match="is open in another program"):
        healthy.doctor()


def test_files_of_others_are_not_taken_for_leftovers(healthy, tmp_path):
    for name in ("my.duckdb.newer", "other.duckdb.new-1", "my.part.txt", "myown.part", "my.statement.pdf.part"):
        (tmp_path / name).touch()
    assert healthy.doctor(mend=True) == []
    assert (tmp_path / "other.duckdb.new-1").exists()


def test_a_damaged_file_is_a_fault_and_stays_as_it_is(healthy):
    content = healthy.path.read_bytes()[:40_000]
    healthy.path.write_bytes(content)
    (fault,) = texts(healthy.doctor(mend=True), "fault")
    assert "is damaged, or only a part of a portfolio file. Restore a backup" in fault
    assert healthy.path.read_bytes() == content


def test_an_older_schema_is_a_note_and_is_not_changed(old_schema):
    portfolio = allocation.open(old_schema)
    assert "The file is at schema 1; its next use brings it up to date." in texts(portfolio.doctor(), "note")
    assert [step.state for step in portfolio.schema()][:2] == ["applied", "pending"]


def test_the_schema_of_a_shipped_file_is_the_one_that_is_expected(sample):
    assert not [text for text in texts(sample.doctor()) if "table" in text or "Step" in text]
    assert len(sample.schema()) == len(shipped_migrations())
