"""Many windows on one file: everybody's rows are there, and nobody's targets are overwritten unseen."""

import multiprocessing
from collections import Counter

import pytest

import allocation
from tests.builders import held_on

PROCESSES = 8
SHARED = "Shared"


def mixed_writes(path, process, writes, results):
    """Loads, saves, stale saves, deletions, merges and backups; puts what was committed into ``results``."""
    portfolio = allocation.open(path, timeout=300, by=f"process {process}", tell=lambda sentence: None)
    committed, refused = [], 0
    for turn in range(writes):
        account = f"Account {process}-{turn}"
        match turn % 5:
            case 0 | 1:
                portfolio.load(
                    held_on("2025-01-31", **{account: {"CASH": (process + 1, 1), f"FUND{process}": (turn + 1, 10)}})
                )
                committed.append(account)
            case 2:
                owner = committed[-1]
                portfolio.save_class_targets({"Cash": turn, "Stocks": 100 - turn}, scope=owner)
                assert portfolio.strategy(owner).class_percents["Cash"] == turn
            case 3:
                # Read, think, save: whoever else has saved in between makes this one a refused save.
                seen = portfolio.strategy().class_percents
                new = {"Cash": process * 10 + turn / 100, "Stocks": 100 - process * 10 - turn / 100}
                try:
                    portfolio.save_class_targets(new, seen=seen)
                except allocation.ChangedMeanwhile:
                    refused += 1
            case 4:
                if turn % 2:
                    portfolio.delete_account(committed.pop())
                else:
                    portfolio.load(
                        held_on("2025-02-28", **{committed[-1]: {"CASH": (process + 1, 1), "LATER": (1, 1)}})
                    )
    results.put((process, committed, refused))


def many_reads(path, stop):
    portfolio = allocation.open(path, timeout=300, tell=lambda sentence: None)
    while not stop.is_set() and multiprocessing.parent_process().is_alive():
        # Any whole state adds up; a half-written one would not.
        assert portfolio.strategy().class_targets["target_percent"].sum() == 100
        weights = portfolio.holdings()["weight"]
        assert weights.empty or abs(weights.sum() - 1) < 1e-9


def one_round(portfolio, writes):
    portfolio.load(held_on("2025-01-31", **{SHARED: {"CASH": (1, 1)}}))
    portfolio.save_class_targets({"Cash": 50, "Stocks": 50})
    context = multiprocessing.get_context("spawn")
    results, stop = context.Queue(), context.Event()
    writers = [
        context.Process(target=mixed_writes, args=(portfolio.path, number, writes, results))
        for number in range(PROCESSES)
    ]
    readers = [context.Process(target=many_reads, args=(portfolio.path, stop)) for _ in range(2)]
    for process in [*writers, *readers]:
        process.start()
    found = [results.get(timeout=300) for _ in writers]
    for writer in writers:
        writer.join(timeout=60)
    stop.set()
    for reader in readers:
        reader.join(timeout=60)
    assert Counter(process.exitcode for process in [*writers, *readers]) == {0: PROCESSES + 2}

    committed = {account for _, accounts, _ in found for account in accounts}
    assert set(portfolio.accounts()) == committed | {SHARED}
    held = portfolio.holdings()
    for process, accounts, _ in found:
        cash = held[held["account"].isin(accounts) & (held["symbol"] == "CASH")]
        assert cash["quantity"].tolist() == [process + 1] * len(accounts)
    assert not [finding for finding in portfolio.doctor() if finding.kind == "fault"]


@pytest.mark.slow
def test_eight_processes_that_write_and_two_that_read_lose_nothing(portfolio):
    one_round(portfolio, writes=10)


@pytest.mark.slow
@pytest.mark.stress
@pytest.mark.parametrize("turn", range(20))
def test_eight_times_forty_writes_twenty_times_over(portfolio, turn):
    one_round(portfolio, writes=40)


def first_load(path, process):
    allocation.open(path, timeout=60).load(held_on("2025-01-31", **{f"Account {process}": {"CASH": (1, 1)}}))


@pytest.mark.slow
def test_eight_processes_that_make_one_portfolio_at_once_make_one(portfolio):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=first_load, args=(portfolio.path, number)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    assert portfolio.accounts() == tuple(f"Account {number}" for number in range(PROCESSES))
