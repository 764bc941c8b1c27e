"""From another program's file to a deposit plan, as somebody does it who has nothing yet; totals by hand."""

import csv

import pytest

from tests.readers import test_ghostfolio as ghostfolio
from tests.readers import test_ofx as ofx
from tests.readers.portfolio_performance import test_taxonomies as portfolio_performance
from tests.readers.test_ledger import WHOLE as LEDGER
from tests.readers.wealthfolio.building import Wealthfolio
from tests.readers.wealthfolio.test_reading import fill


def of_portfolio_performance(folder):
    (folder / "my.xml").write_bytes(portfolio_performance.file().bytes())
    return "my.xml"


def of_wealthfolio(folder):
    fill(Wealthfolio(folder / "app.db", "3.6", "USD")).saved()
    return "app.db"


def of_ghostfolio(folder):
    accounts = [ghostfolio.account(balances=[("2026-11-01", 500)])]
    (folder / "export.json").write_bytes(ghostfolio.export(ghostfolio.activity("BUY", "VTI", 5), accounts=accounts))
    return "export.json"


def of_ofx(folder):
    (folder / "bank.qfx").write_text(ofx.as_sgml(ofx.WHOLE), encoding="utf-8")
    return "bank.qfx"


def of_beancount(folder):
    (folder / "main.beancount").write_text(LEDGER.replace("2026-11-18 price EUR  1.10 USD\n", ""), encoding="utf-8")
    return "main.beancount"


@pytest.mark.parametrize(
    ("made", "missing", "answers", "total"),
    [
        # 60 × 10 + 40 × 10 + 100
        (of_portfolio_performance, [], [], "Total 1,100.00 EUR, of it cash 100.00."),
        # 10 × 300 + 20 × 50 × 1.10 + 7,099 - 40 × 1.10
        (of_wealthfolio, [], [], "Total 11,155.00 USD, of it cash 7,055.00."),
        # (5 × 400 + 500) × 0.9
        (
            of_ghostfolio,
            [
                "without a price, so it can't be valued: VTI.",
                "an FX rate to EUR, so it can't be valued: what is in USD.",
            ],
            [("price", "VTI", "400", "USD"), ("rate", "USD", "EUR", "0.9")],
            "Total 2,250.00 EUR, of it cash 450.00.",
        ),
        # 3,152.63 + 9,850 + 620 + 246.90 + 21 + 250.75
        (of_ofx, [], [], "Total 14,141.28 USD, of it cash 250.75."),
        # 11 × 325.50 + 6,840 + (20 × 50 + 100) × 1.10
        (
            of_beancount,
            ["an FX rate to USD, so it can't be valued: what is in EUR."],
            [("rate", "EUR", "USD", "1.1")],
            "Total 11,630.50 USD, of it cash 6,950.00.",
        ),
    ],
)
def test_from_a_file_to_a_deposit_plan(run, tmp_path, made, missing, answers, total):
    file = tmp_path / made(tmp_path)
    status, looked_at, _ = run("import", file, "--preview")
    assert status == 0
    loaded = run("import", file)[1]
    for out in (looked_at, loaded):
        said = [line for line in out.splitlines() if line.startswith("Still without")]
        assert len(said) == len(missing)
        assert all(words in line for words, line in zip(missing, said, strict=True))
    for answer in answers:
        assert run(*answer)[0] == 0
    assert total in run("drift")[1]
    run("classes", "--accept", "all")
    if made is not of_portfolio_performance:
        assert run("strategies", "new", "Mine", "--from", "present", "--activate")[0] == 0
    plan = tmp_path / "plan.csv"
    status, out, err = run("plan", "deposit", "1000", "--csv", plan)
    assert (status, err) == (0, "") and "Together 1,000.00 " in out
    rows = list(csv.DictReader(plan.open(newline="")))
    assert rows and round(sum(float(row["amount"]) for row in rows), 2) == 1000
    # Nothing has to be typed again: the same file says the same.
    assert "Nothing changed: the portfolio says the same already." in run("import", file)[1]


def test_a_command_that_is_not_there_says_where_the_help_is(run):
    assert run("plan", "sell")[2] == "No such command 'sell'. See allocation plan --help.\n"
    assert run("plon")[2].endswith("See allocation --help.\n")
