"""One at a time: who waits is told so, and who has to give up is told who was in the way."""

import os
import stat
import subprocess
import sys
import threading
import time

import pytest

import allocation
from allocation.errors import Busy
from allocation.store import Database
from allocation.store.lock import lock_path, locked

HOLDER = """
import sys, time
from pathlib import Path
from allocation.store import Database
from allocation.store.lock import locked
with locked(Path(sys.argv[1]), 5, "Ben in the dashboard", print):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def held(sample):
    """Lets another process hold the sample for some seconds; returns that process."""
    holders = []

    def hold(seconds):
        arguments = [sys.executable, "-c", HOLDER, str(sample.path), str(seconds)]
        holder = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        holders.append(holder)
        assert holder.stdout.readline() == "held\n"
        return holder

    yield hold
    for holder in holders:
        holder.kill()
        holder.wait()


def test_a_wait_of_more_than_a_second_is_told_and_then_goes_on(sample, held):
    holder, told = held(1.6), []
    waiting = allocation.open(sample.path, timeout=30, tell=told.append)
    assert waiting.accounts() == ("401(k)", "Brokerage", "Roth IRA")
    assert told == [f"Waiting: Ben in the dashboard (process {holder.pid}) is using sample.duckdb…", ""]


def test_a_short_wait_is_not_worth_a_word(sample, held):
    held(0.3)
    told = []
    allocation.open(sample.path, tell=told.append).accounts()
    assert told == []


def test_without_anywhere_to_tell_it_the_wait_goes_to_standard_error(sample, held, capsys):
    held(1.3)
    sample.accounts()
    assert capsys.readouterr().err.startswith("Waiting: Ben in the dashboard")


def test_who_gives_up_is_told_who_was_in_the_way_and_for_how_long(sample, held):
    holder = held(30)
    sentence = rf"being used by Ben in the dashboard \(process {holder.pid}\), and was for 0.3 seconds.*try again"
    with pytest.raises(Busy, match=sentence):
        allocation.open(sample.path, timeout=0.3).accounts()


def test_a_process_that_is_killed_holds_nothing(sample, held):
    holder = held(30)
    holder.kill()
    holder.wait()
    assert allocation.open(sample.path, timeout=0.3).accounts() == ("401(k)", "Brokerage", "Roth IRA")


def test_nobody_is_named_where_the_holder_did_not_say_who_it_is(tmp_path):
    path = tmp_path / "my.duckdb"
    with locked(path, 1, "", print), pytest.raises(Busy, match="being used by another window or program, and was for"):
        locked(path, 0.1, "", print).__enter__()


def test_who_has_finished_is_not_named_any_more(sample):
    sample.accounts()
    assert lock_path(sample.path).read_text() == ""


@pytest.mark.skipif(os.name == "nt", reason="file modes are a Unix matter")
def test_the_lock_file_is_its_owners_alone(sample):
    sample.accounts()
    assert stat.S_IMODE(lock_path(sample.path).stat().st_mode) == 0o600


def test_a_name_that_is_shorter_than_the_one_before_is_the_whole_name(tmp_path):
    path = tmp_path / "my.duckdb"
    lock_path(path).write_text("99999 a very long name of one that crashed\n")
    with locked(path, 1, "Al", print), pytest.raises(Busy, match=rf"used by Al \(process {os.getpid()}\), and"):
        locked(path, 0.1, "", print).__enter__()


def test_a_name_that_cannot_be_written_does_not_stop_the_work(sample):
    assert allocation.open(sample.path, by="\udcff").accounts()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only Unix forks")
def test_a_process_forks_only_between_its_units_of_work(sample):
    inside, go_on, order = threading.Event(), threading.Event(), []

    def work():
        with Database(sample.path).write() as connection:
            connection.execute("INSERT INTO accounts (name) VALUES ('X')")
            inside.set()
            go_on.wait()
            order.append("saved")

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    threading.Timer(0.3, go_on.set).start()
    child = os.fork()
    if not child:
        # What a child of a notebook's pool would do.
        os._exit(0 if "X" in allocation.open(sample.path).accounts() else 1)
    order.append("forked")
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert order == ["saved", "forked"]
    assert "X" in sample.accounts()


def test_threads_with_two_portfolios_leave_the_file_mode_of_others_as_it_was(tmp_path):
    before = os.umask(0o022)
    try:
        threads = [
            threading.Thread(target=lambda number=number: allocation.open(tmp_path / f"{number}.duckdb").init("USD"))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_threads_of_one_process_wait_for_each_other_too(sample):
    finished = []

    def save(percent):
        allocation.open(sample.path).save_class_targets({"Bonds": percent, "Cash": 100 - percent})
        finished.append(percent)

    threads = [threading.Thread(target=save, args=(percent,)) for percent in (10, 20, 30, 40)]
    with locked(sample.path, 1, "me", print):
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        assert finished == []
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(finished) == [10, 20, 30, 40]
    assert sample.strategy().class_percents["Bonds"] == finished[-1]
