"""What a computer does to files: each fault is a sentence, the command ends with 1, and the file is as it was."""

import contextlib
import logging
import os
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import allocation
from allocation.errors import StoreError
from allocation.store import Database
from allocation.store.migrations import Migration, shipped_migrations
from tests.builders import held_on

NOBODY = 65534
NOTES = Migration(len(shipped_migrations()) + 1, "notes", "CREATE TABLE notes (note VARCHAR)", "DROP TABLE notes")


def command(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "allocation.cli", *map(str, arguments)], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


@pytest.fixture
def not_as_root():
    """Runs the block as a user whom file modes stop; root is stopped by none."""
    folder = Path(tempfile.mkdtemp())

    @contextlib.contextmanager
    def lowered(*paths):
        is_root = os.geteuid() == 0
        if is_root:
            for path in (folder, *paths):
                os.chown(path, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        try:
            yield
        finally:
            if is_root:
                os.seteuid(0)

    yield folder, lowered
    folder.chmod(0o700)
    shutil.rmtree(folder)


@contextlib.contextmanager
def no_file_larger_than(size):
    """Every write beyond ``size`` fails, as on a full disk."""
    previous = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, previous[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, previous)
        signal.signal(signal.SIGXFSZ, handler)


def write_load(portfolio):
    portfolio.load(held_on("2026-11-21", **{f"Account {n}": {f"F{m}": (m + 1, 10)} for n in range(40) for m in [n]}))


def write_targets(portfolio):
    portfolio.save_class_targets({"Bonds": 60, "Gold": 40})


def write_deletion(portfolio):
    portfolio.delete_account("Brokerage")


def write_migration(portfolio):
    Database(portfolio.path, migrations=[*shipped_migrations(), NOTES], tell=lambda _: None).migrate(NOTES.version)


def write_restore(portfolio):
    portfolio.restore(portfolio.path.with_name("other.duckdb"))


def write_backup(portfolio):
    portfolio.backup()


WRITES = [write_load, write_targets, write_deletion, write_migration, write_restore, write_backup]


@pytest.fixture
def with_another(sample):
    """The sample, and beside it another portfolio to restore."""
    allocation.open(sample.path.with_name("other.duckdb")).init("EUR")
    sample.accounts()
    return sample


def state(portfolio):
    """All that is in a portfolio, but for times."""
    strategies = [portfolio.strategy(scope) for scope in ("all", *portfolio.accounts())]
    base = portfolio.summary().base_currency
    held = [tuple(row) for row in portfolio.holdings().drop(columns="cost_basis").itertuples(index=False)]
    targets = [(strategy.class_percents, strategy.inherited) for strategy in strategies]
    return repr((base, portfolio.accounts(), held, targets, [step.version for step in portfolio.schema()]))


def no_fault(portfolio):
    return not [finding for finding in portfolio.doctor() if finding.kind == "fault"]


# Small sizes stop the log of a write; larger ones the copy, the backup, or the closing of the file after it.
@pytest.mark.parametrize("size", [0, 100, 1_000, 5_000, 50_000, 400_000])
@pytest.mark.parametrize("write", WRITES)
def test_no_space_left_is_a_sentence_and_nothing_is_changed(with_another, write, size):
    before = state(with_another)
    names = files(with_another.path.parent).keys()
    try:
        with no_file_larger_than(size):
            write(with_another)
    except StoreError as error:
        assert "no space left" in str(error).lower() and "free some space" in str(error)
        assert state(with_another) == before
        assert files(with_another.path.parent).keys() == names
    else:
        # Small enough for the space there was: then it must be there, and a later opening must not lose it.
        assert write is write_backup or state(with_another) != before
    assert no_fault(with_another)
    after = state(with_another)
    with_another.backup()
    assert state(with_another) == after


@pytest.mark.parametrize("write", WRITES)
def test_no_space_at_all_stops_every_kind_of_write(with_another, write):
    with no_file_larger_than(0), pytest.raises(StoreError, match=r"(?i)no space left"):
        write(with_another)


def test_a_first_load_onto_a_full_disk_makes_no_file(portfolio):
    with no_file_larger_than(10_000), pytest.raises(StoreError, match=r"(?i)no space left"):
        write_load(portfolio)
    assert files(portfolio.path.parent) == {}


@pytest.mark.parametrize(
    ("write", "step"),
    [
        *((write, "connecting.check_integrity") for write in (write_load, write_targets, write_deletion)),
        *(
            (write, step)
            for write in (write_migration, write_restore)
            for step in ("database.check_integrity", "place.copy", "database.put")
        ),
        *((write, "database.copy") for write in (write_migration, write_backup)),
    ],
)
def test_an_interruption_in_the_middle_leaves_everything_as_it_was(with_another, write, step, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    before = files(with_another.path.parent)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(f"allocation.store.{step}", interrupted)
        write(with_another)
    after = files(with_another.path.parent)
    # A backup that was finished before may stay.
    assert {name: after[name] for name in after if ".before-" not in name and ".replaced-" not in name} == before


def test_a_read_only_folder_says_so(not_as_root, sample_file):
    folder, lowered = not_as_root
    path = Path(shutil.copy(sample_file, folder / "my.duckdb"))
    with lowered(path):
        folder.chmod(0o500)
        with pytest.raises(StoreError, match=r"folder .* can't be used \(Permission denied\).*make the folder"):
            allocation.open(path).drift()


def test_a_folder_one_may_not_look_into_says_so(not_as_root, sample_file):
    folder, lowered = not_as_root
    path = Path(shutil.copy(sample_file, folder / "my.duckdb"))
    with lowered(path):
        folder.chmod(0)
        with pytest.raises(StoreError, match="permission denied"):
            allocation.open(path).drift()


def test_a_file_one_may_not_read_or_write_says_so(not_as_root, sample_file):
    folder, lowered = not_as_root
    path = Path(shutil.copy(sample_file, folder / "my.duckdb"))
    for mode in (0, 0o400):
        with lowered(path):
            path.chmod(mode)
            with pytest.raises(StoreError, match=r"my.duckdb can't be read or written by you: permission denied"):
                allocation.open(path).save_class_targets({"Bonds": 100})


def damage_cut(path):
    path.write_bytes(path.read_bytes()[:50_000])


def damage_middle(path):
    content = bytearray(path.read_bytes())
    for start in range(3 * 4096, len(content), 16384):
        content[start + 3000 : start + 3100] = b"x" * 100
    path.write_bytes(content)


def damage_headers(path):
    content = bytearray(path.read_bytes())
    content[4096:12288] = bytes(8192)
    path.write_bytes(content)


def newer_duckdb(path):
    content = bytearray(path.read_bytes())
    content[12:20] = struct.pack("<Q", 200)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    content[:8] = struct.pack("<Q", checksum)
    path.write_bytes(content)


def a_text(path):
    path.write_text("Dear diary, " * 1000)


def nothing(path):
    path.write_bytes(b"")


def a_folder(path):
    path.unlink()
    path.mkdir()


def gone(path):
    path.unlink()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (damage_cut, "is damaged, or only a part of a portfolio file. Restore a backup"),
        (damage_middle, "is damaged, or only a part of a portfolio file. Restore a backup"),
        (damage_headers, "is damaged, or only a part of a portfolio file. Restore a backup"),
        (newer_duckdb, "was made by a newer version of DuckDB than the one installed here. Update allocation"),
        (a_text, "is not a portfolio file. Name another file, or restore a backup"),
        (nothing, "is not a portfolio file"),
        (a_folder, "is a folder. Name the portfolio file in it"),
        (gone, "There is no portfolio at"),
    ],
)
def test_a_file_that_is_not_what_it_was_is_a_sentence_and_stays_as_it_is(sample, damage, sentence):
    damage(sample.path)
    before = sample.path.read_bytes() if sample.path.is_file() else None
    status, out, err = command("--portfolio", sample.path, "drift")
    assert (status, out) == (1, "")
    assert sentence in err and str(sample.path) in err and "Traceback" not in err and len(err.splitlines()) == 1
    assert (sample.path.read_bytes() if sample.path.is_file() else None) == before


def test_a_raw_connection_elsewhere_is_named_by_its_process(sample):
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    arguments = [sys.executable, "-c", code, str(sample.path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        status, out, err = command("--portfolio", sample.path, "drift")
        holder.stdin.close()
    assert (status, out) == (1, "") and len(err.splitlines()) == 1
    assert f"is open in another program (process {holder.pid})" in err


def test_a_raw_connection_in_this_very_process_is_a_sentence(sample):
    import duckdb

    with duckdb.connect(str(sample.path)), pytest.raises(StoreError, match="is open in another program"):
        sample.drift()


def test_a_command_in_the_way_is_waited_for_as_long_as_was_asked(sample):
    with Database(sample.path, by="Ann").write():
        status, _, err = command("--portfolio", sample.path, "--timeout", "0.3", "drift")
    assert status == 1
    assert f"is being used by Ann (process {os.getpid()}), and was for 0.3 seconds" in err


def test_no_name_symbol_or_value_goes_to_a_log(sample, write_csv, caplog):
    caplog.set_level(logging.DEBUG)
    sample.load(write_csv("account,symbol,quantity,price,currency\nSecret Trust,HUSH,12345.75,678.25,USD\n"))
    sample.save_class_targets({"Hidden class": 100})
    sample.plan_deposit(4321.5)
    with pytest.raises(allocation.AllocationError):
        sample.drift("Secret")
    with pytest.raises(allocation.AllocationError):
        sample.load(write_csv("account,symbol,quantity,price,currency\nSecret Trust,HUSH,lots,678.25,USD\n"))
    said = " ".join(record.getMessage() for record in caplog.records)
    assert not [secret for secret in ("Secret", "HUSH", "12345.", "678.2", "Hidden", "4321.") if secret in said]


def test_no_sql_reaches_outside_or_installs_anything(sample):
    attempts = ["FROM read_csv('x.csv')", "COPY holdings TO 'x.csv'", "ATTACH 'x.duckdb'", "INSTALL httpfs",
                "LOAD httpfs", "SET enable_external_access = true"]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(StoreError), Database(sample.path).read() as connection:
            connection.execute(attempt)
