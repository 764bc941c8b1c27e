"""The commands that keep a portfolio in good order: history, deletions, merging, the schema, the doctor."""

import io
import re
import sys

import pytest

import allocation
from tests.builders import held_on
from tests.cli import refusal

ROTH = """
account,symbol,quantity,price,currency,as_of
Roth IRA,VTI,12,330,USD,2026-11-21
Roth IRA,CASH,9,1,USD,2026-11-21
"""


class Terminal(io.StringIO):
    """Standard input of a person who types this."""

    def isatty(self):
        return True


@pytest.fixture
def portfolio(tmp_path):
    return allocation.open(tmp_path / "my.duckdb")


def typed(monkeypatch, text):
    monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_history_lists_the_dates_and_drift_looks_at_one(loaded, write_csv):
    loaded("prices", "--stale-after", 3650)
    then = loaded("drift", "--scope", "Roth IRA")[1]
    loaded("import", write_csv(ROTH))
    lines = loaded("history")[1].splitlines()
    assert re.fullmatch(r"2026-11-20  Roth IRA +4 +20\d\d-\d\d-\d\d \d\d:\d\d", lines[3])
    assert re.fullmatch(r"2026-11-21  Roth IRA +2 +20\d\d-\d\d-\d\d \d\d:\d\d", lines[4])
    assert lines[-1] == "Drift on one of them: allocation drift --at DATE."
    at = ("drift", "--scope", "Roth IRA", "--at", "2026-11-20")
    assert loaded(*at, "--against", "today")[1] == then
    said = "Measured against the earliest targets of Retirement growth that are known, saved on "
    lines = loaded(*at)[1].splitlines()
    assert [line for line in lines if not line.startswith(said)] == then.splitlines()
    assert any(line.startswith(said) for line in lines)
    assert loaded("drift", "--scope", "Roth IRA")[1] != then


def test_history_of_one_account_and_of_an_empty_portfolio(loaded, run, tmp_path):
    assert len(loaded("history", "--scope", "Roth IRA")[1].splitlines()) == 4
    run("--portfolio", tmp_path / "empty.duckdb", "init")
    assert run("--portfolio", tmp_path / "empty.duckdb", "history")[1].startswith(
        "No snapshots yet. Load holdings with"
    )


def test_drift_at_a_date_says_which_accounts_are_not_in_it(loaded, portfolio):
    portfolio.load(held_on("2026-10-31", Pension={"CASH": (5, 1)}))
    out = loaded("drift", "--at", "2026-11-01")[1]
    assert "Total 5.00 USD" in out
    assert "Without 401(k), Brokerage, Roth IRA: no holdings of theirs are known at that date." in out


def test_a_preview_writes_nothing(loaded, write_csv, portfolio):
    before = portfolio.path.read_bytes()
    status, out, _ = loaded("import", write_csv(ROTH), "--preview")
    assert status == 0 and portfolio.path.read_bytes() == before
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "Read holdings.csv (Holdings).",
        "Brokerage: total 26,063.15 -> 26,115.85.",
        "Roth IRA: total 7,010.26 -> 3,969.00. Holdings of 2026-11-21.",
        "",
        "Holdings (4)",
        "change account symbol name quantity price value afterwards, USD",
        "changed Roth IRA CASH USD US dollars 112.08 -> 9 9.00",
        "sold Roth IRA BND Vanguard Total Bond Market ETF 25 -> 0 74.06 USD 0.00",
        "sold Roth IRA VTIP Vanguard Short-Term Inflation-Protect... 22 -> 0 50.24 USD 0.00",
        "new price Roth IRA VTI Vanguard Total Stock Market ETF 12 328.45 -> 330 USD 3,960.00",
        "",
        "Sold is what the files no longer have; the dates before keep it.",
        "Added or changed: 1 snapshot, 1 holding, 1 price.",
        "Roth IRA: 2 of its 3 holdings are not in the file (BND, VTIP), which has neither others nor more cash "
        "instead: they count as sold. If it is only a part of the account, load a file of all of it.",
        "This is a preview; nothing was written.",
    ]


@pytest.mark.parametrize(("answer", "status", "held"), [("y\n", 0, 2), ("n\n", 1, 4), ("", 1, 4)])
def test_in_a_terminal_what_is_sold_is_shown_and_asked_about(
    loaded, write_csv, portfolio, monkeypatch, answer, status, held
):  # fmt: skip
    typed(monkeypatch, answer)
    result = loaded("import", write_csv(ROTH))
    assert result[0] == status and "Sold: BND in Roth IRA" in result[1] and "Load this? [y/N]" in result[1]
    assert len(portfolio.holdings("Roth IRA")) == held


def test_in_a_terminal_another_currency_is_asked_about(loaded, write_csv, portfolio, monkeypatch):
    typed(monkeypatch, "n\n")
    held = write_csv("account,symbol,asset_class,quantity,price,currency\nNew,VTI,US stocks,1,300,EUR\n")
    status, out, _ = loaded("import", held)
    assert status == 1 and "VTI changes its currency from USD to EUR" in out and "Load this? [y/N]" in out
    assert "New" not in portfolio.accounts()


def test_in_a_terminal_an_account_that_may_count_twice_is_asked_about(loaded, write_csv, portfolio, monkeypatch):
    typed(monkeypatch, "n\n")
    held = portfolio.holdings("Roth IRA").query("symbol != 'CASH'")
    rows = [f"New,{row.symbol},{row.quantity:f},{row.price:f},USD" for row in held.itertuples()]
    file = write_csv("\n".join(["account,symbol,quantity,price,currency", *rows]))
    status, out, _ = loaded("import", file)
    assert status == 1 and "New is new and holds what Roth IRA holds" in out and "Load this? [y/N]" in out
    assert "New" not in portfolio.accounts()


def test_in_a_terminal_what_changes_nothing_is_not_asked_about(loaded, write_csv, monkeypatch):
    # Of an earlier day than what is held, and known already.
    file = write_csv(ROTH.replace("2026-11-21", "2026-11-01"))
    loaded("import", file)
    typed(monkeypatch, "")
    status, out, _ = loaded("import", file)
    assert status == 0 and "Nothing changed" in out and "Load this?" not in out


def test_in_a_terminal_what_sells_nothing_is_not_asked_about(loaded, write_csv, monkeypatch):
    typed(monkeypatch, "")
    file = write_csv("account,symbol,quantity,price,currency\nPension,CASH,5,1,USD\n")
    assert loaded("import", file)[0] == 0
    assert loaded("import", write_csv(ROTH), "--yes")[0] == 0


def test_a_load_of_an_earlier_date_says_that_today_stays(loaded, write_csv):
    out = loaded("import", write_csv(ROTH.replace("2026-11-21", "2026-10-31")))[1]
    assert "Roth IRA: this is of 2026-10-31. What it holds now, as of 2026-11-20, stays as it is; names" in out


def test_deleting_says_what_it_takes_along_asks_and_backs_up(loaded, portfolio, monkeypatch):
    typed(monkeypatch, "n\n")
    status, out, err = loaded("delete", "account", "Roth IRA")
    assert status == 1 and err == "Stopped.\n"
    assert out.startswith("Roth IRA: 4 holdings, 1 strategy, 3 targets, 1 snapshot.\nDelete Roth IRA? [y/N]")
    assert "Roth IRA" in portfolio.accounts()

    typed(monkeypatch, "y\n")
    status, out, _ = loaded("delete", "account", "Roth IRA")
    (kept,) = portfolio.path.parent.glob("my.before-delete-*.duckdb")
    assert status == 0 and f"Backed up to {kept}.\nDone." in out
    assert "Roth IRA" not in portfolio.accounts() and "Roth IRA" in allocation.open(kept).accounts()


def test_a_script_has_to_say_yes(loaded, portfolio, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert loaded("delete", "account", "Roth IRA")[0] == 1
    assert "Roth IRA" in portfolio.accounts()
    assert loaded("delete", "account", "Roth IRA", "--yes", "--no-backup")[0] == 0
    assert "Roth IRA" not in portfolio.accounts()
    assert not list(portfolio.path.parent.glob("my.before-*"))


def test_an_asset_a_strategy_and_a_snapshot_are_deleted_likewise(loaded, portfolio):
    assert "GLD: 1 holding, 1 row in a snapshot, 1 price." in loaded("delete", "asset", "GLD", "--yes")[1]
    assert "Strategy Retirement growth: 1 strategy" in loaded("delete", "strategy", "Roth IRA", "--yes")[1]
    out = loaded("delete", "snapshot", "401(k)", "2026-11-19", "--yes")[1]
    assert "401(k) on 2026-11-19: 3 holdings, 1 snapshot" in out
    assert "GLD" not in set(portfolio.holdings()["symbol"]) and portfolio.strategy("Roth IRA").inherited
    assert "401(k)" not in set(portfolio.holdings()["account"])


def test_rename_and_merge(loaded, portfolio):
    assert loaded("rename", "VTI", "VTSAX", "--name", "Total market")[1] == "VTI is called VTSAX now.\n"
    portfolio.load(held_on("2026-11-21", **{"Roth IRA": {"VTI": (12, 330)}}).assign(asset_class="US stocks"))
    assert loaded("merge", "VTSAX", "VTI", "--yes")[1].splitlines()[:2] == [
        "VTSAX: 1 holding, 1 target, 2 rows in snapshots, 1 price.",
        "The portfolio's total goes from 47,285.15 to 47,337.85.",
    ]
    assert "VTSAX" not in set(portfolio.holdings()["symbol"])
    assert portfolio.strategy().holding_percents("US stocks")["VTI"] == 60


def test_the_schema_is_shown_and_brought_down_and_up(loaded, portfolio):
    lines = loaded("migrate", "--status")[1].splitlines()
    assert re.fullmatch(r"step +name +applied \(UTC\) +state", lines[0])
    assert lines[1].split()[:2] == ["1", "portfolio"] and lines[1].endswith("applied")
    newest = len(lines) - 1
    assert loaded("migrate")[1] == f"{portfolio.path} is at schema {newest} already.\n"
    assert "; who saved the targets" in refusal(loaded("migrate", "--to", "1"))
    out = loaded("migrate", "--to", "1", "--force")[1]
    assert "is at schema 1. As it was before, it is kept at" in out and "install the older one first" in out
    assert loaded("migrate", "--status")[1].splitlines()[-1].endswith("pending")
    status, out, err = loaded("drift")
    assert status == 0 and "my.duckdb was brought up to date" in err and "kept at" in err


def test_the_doctor_says_what_is_wrong_and_ends_with_status_1(loaded, portfolio):
    status, out, err = loaded("doctor")
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == f"{portfolio.path} is whole."
    portfolio.path.chmod(0o644)
    assert (
        "can be read by others than you. allocation doctor --mend would make it readable by you" in loaded("doctor")[1]
    )
    assert "can be read by others than you. Mended." in loaded("doctor", "--mend")[1]
    portfolio.path.write_bytes(portfolio.path.read_bytes()[:40_000])
    status, out, err = loaded("doctor")
    assert status == 1 and out.splitlines()[-1] == f"1 fault in {portfolio.path}."


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("delete account Roth --yes", "There is no account 'Roth'."),
        ("delete asset VTX --yes", "no asset VTX. Is it VTI?"),
        ("delete strategy Brokerage --yes", "Brokerage has no strategy of its own"),
        ("delete snapshot Brokerage 2020-01-01 --yes", "Brokerage has no snapshot of 2020-01-01. The nearest are 2026"),
        ("delete snapshot Brokerage soon --yes", "'soon' is not a date"),
        ("merge VTI GLD --yes", "Load a holdings file that puts both into one class first"),
        ("rename VTI GLD", "There is an asset GLD already. Choose another symbol, or merge the two"),
        (
            "drift --at 2020-01-01",
            "is known of the portfolio on 2020-01-01. Its first snapshot is of 2026-11-19.",
        ),
        ("migrate --to 99", "There is no schema 99"),
        ("--timeout soon drift", "'soon' is not a valid"),
        ("--portfolio {folder}/gone.duckdb doctor", "There is no portfolio at"),
    ],
)
def test_a_refusal_is_one_sentence_and_status_1(loaded, portfolio, command, sentence):
    before = portfolio.path.read_bytes()
    assert sentence in refusal(loaded(*command.format(folder=portfolio.path.parent).split(" ")))
    assert portfolio.path.read_bytes() == before
