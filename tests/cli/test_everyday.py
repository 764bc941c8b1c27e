"""`allocation …`: prints, exits with 0, or with 1 and a sentence."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

import allocation
from tests.cli import refusal
from tests.conftest import DATA

SAMPLE = [DATA / "holdings.csv", "--targets", DATA / "targets.csv", "--fx", DATA / "fx.csv"]


def test_init_makes_the_file_that_the_environment_names(run, tmp_path):
    status, out, err = run("init", "--base-currency", "USD")
    assert (status, err) == (0, "")
    ready = "is ready. Values are added up in USD. Load holdings with: allocation import HOLDINGS."
    assert out == f"{tmp_path / 'my.duckdb'} {ready}\n"
    assert allocation.open(tmp_path / "my.duckdb").accounts() == ()


def test_the_option_counts_more_than_the_environment(run, tmp_path):
    run("--portfolio", tmp_path / "other.duckdb", "init")
    assert (tmp_path / "other.duckdb").exists() and not (tmp_path / "my.duckdb").exists()


def test_import_tells_what_changed_and_where(run, tmp_path):
    run("init", "--base-currency", "USD")
    status, out, err = run("import", *SAMPLE)
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Added or changed: 3 accounts, 14 assets, 3 snapshots, 16 holdings, 12 prices, 2 FX rates, 16 targets.",
        f"The portfolio is {tmp_path / 'my.duckdb'}.",
        "In no asset class yet: BRK.B. One for each, and why: allocation classes --suggest.",
    ]


def test_importing_again_changes_nothing(loaded):
    assert loaded("import", *SAMPLE)[1].startswith("Nothing changed: the portfolio says the same already.")


def test_import_of_a_shorter_file_names_what_is_gone(loaded, write_csv):
    file = write_csv(
        "account,symbol,quantity,price,currency\n401(k),VIIIX,14.482,512.37,USD\n401(k),VBTIX,1,9.68,USD\n"
    )
    assert "Sold: VTPSX in 401(k). The dates before keep it." in loaded("import", file)[1].splitlines()


def test_import_of_a_bad_file_lists_every_problem_on_standard_error(run, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nA,X,many,1,USD\nA,Y,1,1,dollars\n")
    status, out, err = run("import", file)
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "Nothing was loaded: 2 problems."
    assert err.splitlines()[1].startswith("  holdings.csv, row 2, quantity: 'many'")
    assert err.splitlines()[2].startswith("  holdings.csv, row 3, currency: 'dollars'")


def test_targets_prints_classes_and_their_holdings(loaded):
    status, out, _ = loaded("targets")
    lines = [line.split() for line in out.splitlines()]
    assert status == 0 and lines[0] == ["All", "Portfolio"]
    assert ["US", "stocks", "48"] in lines and ["VTI", "60"] in lines


def test_targets_of_an_account_say_whose_they_are(loaded):
    assert loaded("targets", "--scope", "Roth IRA")[1].startswith("Retirement growth\n")
    assert "used by Brokerage, which has no targets of its own" in loaded("targets", "--scope", "Brokerage")[1]


def test_no_targets_yet(run):
    run("init")
    assert run("targets") == (0, "All Portfolio\nNo targets yet.\n", "")


def test_drift_prints_a_line_a_class_and_a_summary(loaded):
    status, out, _ = loaded("drift")
    assert status == 0
    assert "US stocks               26,422.94  52.5 %  48.0 %    +4.5  +2,261.94  in band" in out.splitlines()
    assert "Total 50,335.41 USD, of it cash 1,710.69." in out
    assert "3 of 7 classes out of their band." in out
    assert "Oldest price or rate: 2026-11-19" in out


def test_drift_of_one_account_by_holding(loaded):
    out = loaded("drift", "--scope", "401(k)", "--by", "holding")[1]
    assert [symbol in out for symbol in ("VIIIX", "VBTIX", "VTPSX", "GLD")] == [True, True, True, False]


def test_drift_as_csv(loaded, tmp_path):
    assert loaded("drift", "--csv", tmp_path / "drift.csv")[0] == 0
    with (tmp_path / "drift.csv").open(newline="") as file:
        rows = {row["asset_class"]: row for row in csv.DictReader(file)}
    assert float(rows["US stocks"]["value"]) == 26_422.94
    assert rows["Unclassified"]["target_weight"] == ""


def test_drift_as_csv_is_safe_to_open_in_a_spreadsheet(run, write_csv, tmp_path):
    run("import", write_csv("account,symbol,asset_class,quantity,price,currency\nA,X,=1+1,1,1,USD\n"))
    run("drift", "--csv", tmp_path / "drift.csv")
    assert "'=1+1" in (tmp_path / "drift.csv").read_text()


def test_a_deposit_plan_is_printed_and_adds_up(loaded):
    status, out, _ = loaded("plan", "deposit", "1000")
    assert status == 0
    assert "Together 1,000.00 USD." in out
    assert "402.32 of Real estate is left as cash, counted as Real estate, because nothing is held in it to buy" in out
    assert "No deposit alone reaches every target" in out


def test_a_deposit_plan_for_one_account_by_rule_as_csv(loaded, tmp_path):
    file = tmp_path / "plan.csv"
    status, *_ = loaded("plan", "deposit", "500.05", "--scope", "Roth IRA", "--rule", "proportional", "--csv", file)
    with file.open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert status == 0
    assert round(sum(float(row["amount"]) for row in rows), 2) == 500.05
    assert {(row["scope"], row["rule"]) for row in rows} == {("Roth IRA", "proportional")}


def test_a_deposit_of_nothing(loaded):
    assert loaded("plan", "deposit", "0")[1].startswith("A deposit of 0 buys nothing.")


def test_backup_and_restore(loaded, tmp_path):
    copy = tmp_path / "copy.duckdb"
    assert loaded("backup", "--to", copy) == (0, f"Backed up to {copy}.\n", "")
    portfolio = allocation.open(tmp_path / "my.duckdb")
    before = portfolio.holdings()
    portfolio.delete_account("Brokerage")
    status, out, _ = loaded("restore", copy)
    assert status == 0 and "is restored from" in out and "What it replaced is kept at" in out
    assert portfolio.holdings().equals(before)


def test_restoring_garbage_leaves_the_portfolio_untouched(loaded, write_csv, tmp_path):
    before = (tmp_path / "my.duckdb").read_bytes()
    assert "is not a portfolio file" in refusal(loaded("restore", write_csv("garbage" * 5000, "garbage.txt")))
    assert (tmp_path / "my.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("init --base-currency dollars", "'dollars' is not a currency code. Write one like USD, EUR or GBP."),
        ("init --base-currency EUR", "has the base currency USD already"),
        ("import", "There is nothing to load. Name holdings, targets, FX rates or classes."),
        ("targets --scope Roth", "There is no account 'Roth'. Use 'all'"),
        ("drift --scope Roth", "There is no account 'Roth'. Use 'all'"),
        ("drift --by colour", "'colour' is not one of 'class', 'holding'"),
        ("drift --csv {folder}", "can't be written: Is a directory"),
        ("plan deposit abc", "The deposit 'abc' is not a number"),
        ("plan deposit 0.001", "finer than USD has decimals"),
        ("plan deposit -- -5", "The deposit -5 is negative"),
        ("plan deposit -5", "-5"),
        ("plan deposit 5 --rule greedy", "There is no rule 'greedy'. The rules are lazy"),
        ("plan deposit", "Missing argument 'AMOUNT'"),
        ("backup --to {folder}/my.duckdb", "exists already"),
        ("restore {folder}/gone.duckdb", "There is no backup at"),
        ("--portfolio {folder}/gone.duckdb drift", "There is no portfolio at"),
        ("--portfolio {folder} drift", "is a folder. Name the portfolio file in it"),
        ("--portfolio {folder}/gone.duckdb dashboard", "There is no portfolio at"),
        ("bogus", "No such command 'bogus'"),
        ("drift --bogus", "No such option"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(loaded, tmp_path, command, sentence):
    assert sentence in refusal(loaded(*command.format(folder=tmp_path).split(" ")))


def test_a_negative_deposit_is_called_negative(loaded):
    assert "negative" in refusal(loaded("plan", "deposit", "-5"))


def test_a_missing_file_is_named(run):
    status, _, err = run("import", "gone.csv")
    assert status == 1 and "gone.csv: there is no such file" in err


@pytest.mark.parametrize("arguments", [["--help"], ["import", "--help"], ["plan", "deposit", "-h"], ["--version"]])
def test_help_and_version(run, arguments):
    status, out, err = run(*arguments)
    assert (status, err) == (0, "") and out


def test_every_rule_is_explained_in_the_help(run):
    out = run("plan", "deposit", "--help")[1]
    assert all(rule in out for rule in allocation.RULES)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_output_reaches_a_file_of_another_encoding(loaded, tmp_path, encoding):
    done = subprocess.run(
        [sys.executable, "-m", "allocation.cli", "drift"],
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Portfolio drift" in done.stdout


def test_an_export_replaces_an_earlier_export_and_nothing_else(sample, run, tmp_path):
    earlier, notes = tmp_path / "plan.csv", tmp_path / "notes.csv"
    notes.write_text("my notes\n")
    for _ in range(2):
        assert run("--portfolio", str(sample.path), "plan", "deposit", "100", "--csv", str(earlier))[0] == 0
    for other in (notes, sample.path):
        before = other.read_bytes()
        status, _, sentence = run("--portfolio", str(sample.path), "drift", "--csv", str(other))
        assert status == 1 and "is not an earlier export of this kind" in sentence
        assert other.read_bytes() == before


def test_a_withdrawal_is_printed_and_written(loaded, tmp_path):
    status, out, _ = loaded("plan", "withdrawal", "500", "--rule", "proportional", "--csv", tmp_path / "plan.csv")
    assert status == 0 and out.splitlines()[-1].startswith("Together -500.00 USD. Drift 8.80 % before")
    with (tmp_path / "plan.csv").open(newline="") as file:
        assert round(sum(float(row["amount"]) for row in csv.DictReader(file)), 2) == -500


def test_a_rebalance_says_what_is_sold_and_bought(loaded):
    status, out, _ = loaded("plan", "rebalance", "--scope", "Roth IRA", "--keep", "BND")
    assert status == 0
    assert any("BND" in line and " kept " in line for line in out.splitlines())
    assert out.splitlines()[-2].startswith("Sold ") and "bought" in out.splitlines()[-2]
    assert out.splitlines()[-1] == "Limit: keep BND."
    assert loaded("plan", "rebalance", "--scope", "401(k)", "--deposit", "100", "--goal", "edge")[0] == 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("plan withdrawal 99999999", "The withdrawal is more than the"),
        ("plan withdrawal -5", "negative"),
        ("plan rebalance --goal best", "There is no goal 'best'. The goals are target, half, edge"),
        ("plan rebalance --keep VTX", "There is nothing called 'VTX' to keep"),
        ("plan rebalance --deposit 1 --withdrawal 1", "Enter a deposit or a withdrawal, not both"),
    ],
)
def test_plans_that_cannot_be_made_are_one_sentence(loaded, command, sentence):
    assert sentence in refusal(loaded(*command.split(" ")))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device of Unix")
def test_an_export_onto_something_endless_ends_and_onto_a_full_disk_is_a_sentence(loaded):
    assert loaded("drift", "--csv", "/dev/zero")[0] == 0
    assert refusal(loaded("drift", "--csv", "/dev/full")).startswith("/dev/full can't be written: No space left")
