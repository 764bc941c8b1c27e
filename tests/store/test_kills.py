"""``kill -9`` at any moment: the file opens, passes the doctor, and shows the state before or the state after."""

import multiprocessing
import random
import time

import pytest

import allocation
from allocation.store import Database
from allocation.store.migrations import Migration, shipped_migrations
from tests.builders import held_on
from tests.store.test_faults import no_fault, state

NEXT = shipped_migrations()[-1].version + 1
NOTES = Migration(
    NEXT,
    "notes",
    "CREATE TABLE notes AS SELECT range AS number, 'note ' || range AS note FROM range(20000)",
    "DROP TABLE notes",
)


def load(portfolio):
    held = {f"F{number}": (number + 1, 10) for number in range(30)}
    portfolio.load(held_on("2026-11-21", **{f"New {number}": held for number in range(5)}))


def save(portfolio):
    portfolio.save_class_targets({"Bonds": 60, "Gold": 40})


def delete(portfolio):
    portfolio.delete_account("Brokerage")


def migrate(portfolio):
    Database(portfolio.path, migrations=[*shipped_migrations(), NOTES], tell=lambda sentence: None).migrate(NEXT)


def restore(portfolio):
    portfolio.restore(portfolio.path.with_name("other.duckdb"))


WRITES = [load, save, delete, migrate, restore]


def work(write, path, ready):
    portfolio = allocation.open(path, tell=lambda sentence: None)
    portfolio.accounts()
    ready.set()
    write(portfolio)


def seen(path):
    """All that is in the file. A migrated one is brought back first, as an older program would need it."""
    portfolio = allocation.open(path, timeout=5)
    with Database(path).locked(), Database(path).look() as connection:
        migrated = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'notes'").fetchall()
    if migrated == [(1,)]:
        Database(path, migrations=[*shipped_migrations(), NOTES]).migrate(NEXT - 1)
    return state(portfolio), migrated


@pytest.fixture(scope="module")
def forking():
    """Processes that start at once, from one that has the package in memory and no database open."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["allocation", "tests.store.test_kills"])
    return context


def kill_in(forking, sample, write, delay):
    """Runs ``write`` in a process that is killed ``delay`` seconds after its start; returns whether it had ended."""
    ready = forking.Event()
    worker = forking.Process(target=work, args=(write, sample.path, ready))
    worker.start()
    assert ready.wait(timeout=60)
    time.sleep(delay)
    ended = worker.exitcode is not None
    worker.kill()
    worker.join()
    return ended


def killed_once(forking, sample_file, folder, write, share):
    """One kill after a ``share`` of the time that the write takes on the whole."""
    folder.mkdir()
    (folder / "sample.duckdb").write_bytes(sample_file.read_bytes())
    sample = allocation.open(folder / "sample.duckdb")
    allocation.open(folder / "other.duckdb").init("EUR")
    before = seen(sample.path)

    whole = folder / "whole.duckdb"
    whole.write_bytes(sample_file.read_bytes())
    start = time.perf_counter()
    write(allocation.open(whole, tell=lambda sentence: None))
    duration = time.perf_counter() - start
    after = seen(whole)
    assert after != before

    kill_in(forking, sample, write, share * duration)
    now = seen(sample.path)
    assert now in (before, after)
    assert no_fault(sample)
    sample.doctor(mend=True)
    assert not [path for path in folder.iterdir() if path.suffix in (".part", ".wal") or "ing" in path.suffix]
    return now == after


@pytest.mark.slow
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_killed_is_there_whole_or_not_at_all(forking, sample_file, tmp_path, write):
    for turn, share in enumerate((0.2, 0.5, 0.8)):
        killed_once(forking, sample_file, tmp_path / str(turn), write, share)


@pytest.mark.slow
@pytest.mark.stress
@pytest.mark.parametrize("write", WRITES)
def test_forty_kills_of_each_kind_at_random_moments(forking, sample_file, tmp_path, write):
    chance = random.Random(write.__name__)
    after = [
        killed_once(forking, sample_file, tmp_path / str(turn), write, chance.uniform(0, 1.3)) for turn in range(40)
    ]
    # Kills that all came before or all came after the write would show nothing.
    assert 0 < sum(after) < 40
