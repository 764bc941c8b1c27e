"""`allocation plan …` with everything a plan can be asked to keep to."""

import csv

import pytest

import allocation
from allocation import Fee, Limits
from tests.cli.test_everyday import refusal


def rows_of(file):
    with file.open(newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def written(loaded, tmp_path):
    """Runs a plan and gives the rows of its CSV."""

    def run(*arguments):
        file = tmp_path / "plan.csv"
        status, _, err = loaded("plan", *arguments, "--csv", file)
        assert (status, err) == (0, "")
        return rows_of(file)

    return run


def test_every_limit_reaches_the_plan(loaded, tmp_path):
    arguments = [
        "--whole-shares", "--fractional", "VTPSX", "--lot", "VTIP=2", "--min-trade", "50", "--fee", "1",
        "--fee-percent", "0.1", "--fee-at-least", "1.5", "--fee-at-most", "9", "--largest-fee", "3",
        "--keep", "GLD", "--no-buy", "AAPL", "--no-sell", "Bonds", "--keep-cash", "Brokerage=100", "--turnover", "20",
        "--may-buy", "401(k)=VBTIX", "--may-buy", "401(k)=VTPSX",
    ]  # fmt: skip
    status, out, _ = loaded("plan", "rebalance", *arguments)
    limits = Limits(
        whole_shares=True, fractional=["VTPSX"], lots={"VTIP": 2}, minimum_trade=50, fee=Fee(1, "0.1", "1.5", 9),
        largest_fee_percent=3, keep=["GLD"], no_buy=["AAPL"], no_sell=["Bonds"], keep_cash={"Brokerage": 100},
        turnover_percent=20, may_buy={"401(k)": ["VBTIX", "VTPSX"]},
    )  # fmt: skip
    plan = allocation.open(tmp_path / "my.duckdb").plan_rebalance(limits=limits)
    assert status == 0
    assert [line for line in out.splitlines() if line.startswith("Limit: ")] == [
        f"Limit: {limit}." for limit in plan.header.limits
    ]
    # On a busy machine the search may end at its time limit with another plan than before, so no figures here.
    assert plan.header.fees > 0 and "Fees " in out


def test_a_deposit_into_two_accounts(written):
    rows = written("deposit", "Roth IRA=500", "401(k)=700")
    assert sum(float(row["amount"]) for row in rows if row["account"] == "Roth IRA") == pytest.approx(500)
    assert sum(float(row["amount"]) for row in rows if row["account"] == "401(k)") == pytest.approx(700)


def test_cash_that_is_held_is_invested(written):
    rows = written("deposit", "0", "--use-cash", "all")
    assert sum(float(row["amount"]) for row in rows) == pytest.approx(0)
    assert {row["symbol"] for row in rows if row["action"] == "take from cash"} == {"CASH"}


def test_whole_shares_are_whole(written):
    rows = written("deposit", "3000", "--whole-shares")
    bought = [float(row["shares"]) for row in rows if row["action"] == "buy"]
    assert bought and all(shares == int(shares) for shares in bought)


def test_a_rebalance_to_a_distance(loaded):
    near, far = (loaded("plan", "rebalance", "--goal", "distance", "--distance", points)[1] for points in ("0", "2"))
    assert near.splitlines()[-1] != far.splitlines()[-1]


def test_an_explanation_has_every_reason_in_sentences(loaded):
    out = loaded("plan", "withdrawal", "1000", "--explain")[1]
    assert out.startswith("Withdrawal of 1,000.00 USD")
    assert "\nTrades:\n- " in out


def test_rules_side_by_side(loaded):
    status, out, _ = loaded("plan", "compare", "--deposit", "1000")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:5]] == list(allocation.RULES)
    assert "Drift before: 8.80 %." in out
    goals = loaded("plan", "compare")[1]
    assert "edge outside" in goals
    failing = loaded("plan", "compare", "--withdrawal", "40000", "--no-sell", "US stocks")[1]
    assert "lazy: The withdrawal is more than the" in failing


def test_the_smallest_deposit(run, write_csv):
    header = "account,symbol,asset_class,quantity,price,currency"
    holdings = write_csv(f"{header}\nA,ETF1,One,7,10,EUR\nA,ETF2,Two,1,10,EUR\n")
    targets = write_csv("asset_class,symbol,target_percent\nOne,,90\nTwo,,10\n", "targets.csv")
    run("import", holdings, "--targets", targets)
    assert run("plan", "minimum")[1] == "20.00 EUR\n"
    assert run("plan", "minimum", "--whole-shares")[1] == "20.00 EUR\n"
    assert run("plan", "minimum", "--whole-shares", "--within", "2.5")[1] == "0.00 EUR\n"
    assert "In deposits of 5.00 it takes 4." in run("plan", "deposit", "5")[1]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["deposit", "Roth IRA=5", "7"], "Enter one amount for all, or each as ACCOUNT=AMOUNT"),
        (["deposit", "5", "7"], "Enter one amount, or ACCOUNT=AMOUNT for each account"),
        (["deposit", "Roth IRA=5", "Roth IRA=7"], "The deposit names Roth IRA twice"),
        (["deposit", "Roth=5"], "Roth"),
        (["deposit", "5", "--lot", "VTI"], "The lot 'VTI' is not written like NAME=VALUE"),
        (["deposit", "5", "--lot", "VTI=some"], "some"),
        (["deposit", "5", "--fee-percent", "101"], "not between 0 and 100"),
        (["rebalance", "--keep-cash", "Nowhere=5"], "'Nowhere'"),
        (["rebalance", "--distance", "far"], "The distance 'far' is not a number"),
        (["deposit", "5", "--use-cash", "1e9"], "cash"),
    ],
)
def test_what_cannot_be_kept_to_is_one_sentence(loaded, command, sentence):
    assert sentence in refusal(loaded("plan", *command))


def test_an_amount_alone_says_which_command_takes_it(loaded):
    said = refusal(loaded("plan", "1000"))
    assert said.startswith("Say what the money does: allocation plan deposit 1000, or withdrawal.")


def test_assets_called_by_their_isin_have_their_names(run, write_csv):
    rows = "D,IE00BK5BQT80,Vanguard All-World,Stocks,10,125,EUR"
    run("import", write_csv(f"account,symbol,name,asset_class,quantity,price,currency\n{rows}\n"))
    run("strategies", "new", "Mine", "--from", "present", "--activate")
    lines = run("plan", "deposit", "1000")[1].splitlines()
    assert lines[0].split()[:3] == ["account", "symbol", "name"]
    assert lines[1].startswith("D        IE00BK5BQT80  Vanguard All-World  Stocks")
