"""The commands for what one settles once: classes, bands, triggers."""

import csv

import pytest

from tests.cli import refusal

CLASSES = "symbol,asset_class,weight_percent\nBRK.B,US stocks,70\nBRK.B,Bonds,10\n"


def test_classes_are_imported_listed_and_shared(loaded, write_csv, tmp_path):
    status, out, _ = loaded("import", "--classes", write_csv(CLASSES, "classes.csv"))
    assert status == 0 and out.startswith("Added or changed: 2 class weights.\n")
    status, out, _ = loaded("classes", "--csv", tmp_path / "shared.csv")
    lines = [line.split() for line in out.splitlines()]
    at = lines.index(["BRK.B", "US", "stocks", "70"])
    assert status == 0 and lines[at + 1 : at + 3] == [["Bonds", "10"], ["Unclassified", "20"]]
    assert ["CASH", "EUR", "Cash", "100"] in lines
    with (tmp_path / "shared.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["symbol"] == "BRK.B"]
    assert [(row["asset_class"], row["weight_percent"]) for row in rows] == [
        ("US stocks", "70"), ("Bonds", "10"), ("Unclassified", "20"),
    ]  # fmt: skip
    assert loaded("import", "--classes", tmp_path / "shared.csv")[1].startswith("Nothing changed")


def test_what_nothing_says_a_class_for_is_named_and_put_into_one(run, write_csv):
    rows = "A,VTI,Total stock,1,1,USD\nA,AAPL,Apple,1,1,USD"
    run("import", write_csv(f"account,symbol,name,quantity,price,currency\n{rows}\n"))
    said = "Nothing says a class for AAPL (Apple). Put it into one: allocation classes --put SYMBOL=CLASS."
    for option in ("--suggest", "--accept=all", "--suggest"):
        assert said in run("classes", option)[1].splitlines()
    status, out, _ = run("classes", "--put", "AAPL=US stocks")
    assert status == 0 and ["AAPL", "US", "stocks", "100"] in [line.split() for line in out.splitlines()]
    assert "Nothing says" not in run("classes", "--suggest")[1]
    assert refusal(run("classes", "--put", "AAPL")) == (
        '--put AAPL names no class. Write it like --put AAPL="US stocks".'
    )
    assert "ABC" in refusal(run("classes", "--put", "ABC=Bonds"))


def test_a_preview_of_classes_writes_nothing(loaded, write_csv):
    before = loaded("classes")
    out = loaded("import", "--preview", "--classes", write_csv(CLASSES, "classes.csv"))[1]
    assert "2 class weights" in out and "nothing was written" in out
    assert loaded("classes") == before


def test_classes_of_a_portfolio_without_assets(run):
    run("init")
    assert run("classes")[1].startswith("No assets yet.")


def test_a_fund_in_several_classes_is_not_lost_from_the_tables(loaded, write_csv):
    loaded("import", "--classes", write_csv(CLASSES, "classes.csv"))
    assert any(
        line.startswith("Several classes ") and "BRK.B" in line
        for line in loaded("drift", "--by", "holding")[1].splitlines()
    )
    assert "Unclassified" in loaded("drift")[1]


def test_bands_are_shown_with_their_edges(loaded):
    status, out, _ = loaded("bands")
    lines = out.splitlines()
    assert status == 0 and lines[0] == "All Portfolio: 5 points or 25 % of the target, whichever is smaller"
    assert "Gold                     4.0 %   3.00 %   5.00 %" in lines
    assert lines[-1] == "Trigger: drift."


def test_bands_are_set_of_all_and_of_a_class(loaded):
    out = loaded("bands", "--set", "1 point or 20%, whichever is larger", "--trigger", "every 6 months and drift")[1]
    assert out.splitlines()[0] == "All Portfolio: 1 point or 20 % of the target, whichever is larger"
    assert out.splitlines()[-1] == "Trigger: every 6 months and drift."
    out = loaded("bands", "--class", "Gold", "--set", "2 points, out only beyond the edge")[1]
    assert "Gold                     4.0 %   2.00 %   6.00 %  2 points, out only beyond the edge" in out.splitlines()
    assert loaded("bands", "--class", "Gold", "--reset")[0] == 0
    assert loaded("bands", "--reset")[1].startswith("All Portfolio: 5 points or 25 %")


def test_bands_of_an_account_say_whose_they_are(loaded):
    assert "used by Brokerage, which has no targets of its own" in loaded("bands", "--scope", "Brokerage")[1]
    assert loaded("bands", "--scope", "Roth IRA", "--set", "3 points")[1].startswith("Retirement growth: 3 points\n")


def test_bands_without_targets(run):
    run("init")
    assert run("bands")[1].splitlines() == [
        "All Portfolio: 5 points or 25 % of the target, whichever is smaller", "Trigger: drift.",
    ]  # fmt: skip


def test_due_says_whether_and_why(loaded):
    status, out, _ = loaded("due")
    assert status == 0 and out.startswith("A rebalance is due. ") and "nothing is held of Real estate" in out
    loaded("bands", "--scope", "Roth IRA", "--set", "50 points")
    assert loaded("due", "--scope", "Roth IRA")[1] == "A rebalance is not due. Every class is in its band.\n"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["bands", "--set", "5"], "'5' is not a band. Write it like: 5 points or 25 %"),
        (["bands", "--set", "5/25", "--reset"], "Set a band or reset it, not both."),
        (["bands", "--class", "Gold"], "Say what the band of the class is: --set BAND, or --reset."),
        (["bands", "--class", "Golf", "--set", "5/25"], "Golf has no class target"),
        (["bands", "--scope", "Brokerage", "--set", "5/25"], "Brokerage has no targets of its own"),
        (["bands", "--trigger", "monthly"], "'monthly' doesn't say when a rebalance is due."),
        (["due", "--scope", "Roth"], "There is no account 'Roth'"),
        (["classes", "--csv", "."], "can't be written"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(loaded, command, sentence):
    assert sentence in refusal(loaded(*command))
