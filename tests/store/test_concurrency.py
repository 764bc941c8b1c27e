"""Many windows on one file: nothing that was saved is lost."""

import multiprocessing

import pandas as pd
import pytest

import allocation

PROCESSES, ROUNDS = 8, 5


def save_and_load(path, process):
    portfolio = allocation.open(path, timeout=120)
    for turn in range(ROUNDS):
        account = f"Account {process}-{turn}"
        portfolio.load(
            pd.DataFrame(
                {
                    "account": [account, account],
                    "symbol": ["CASH", f"FUND{process}"],
                    "quantity": [process + 1, turn + 1],
                    "price": [1, 10],
                    "currency": ["USD", "USD"],
                    "asset_class": ["Cash", "Stocks"],
                }
            )
        )
        portfolio.save_class_targets({"Cash": 10 + turn, "Stocks": 90 - turn}, scope=account)
        assert portfolio.strategy(account).class_targets["target_percent"].sum() == 100


@pytest.mark.slow
def test_eight_processes_that_make_and_fill_a_portfolio_at_once_lose_nothing(portfolio):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=save_and_load, args=(portfolio.path, number)) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=180)

    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    accounts = {f"Account {process}-{turn}" for process in range(PROCESSES) for turn in range(ROUNDS)}
    assert set(portfolio.accounts()) == accounts
    # 36 × 5 of cash, and each process holds (1 + 2 + 3 + 4 + 5) × 10 of its fund.
    assert portfolio.summary().cash == 180
    assert portfolio.summary().total == 180 + 8 * 150
    assert {portfolio.strategy(account).inherited for account in accounts} == {False}
