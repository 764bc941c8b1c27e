"""Files of brokers, prices and rates on the command line; and taking a load back."""

import csv
import datetime
import sys

import pytest

import allocation
from tests.cli import refusal
from tests.readers.portfolio_performance.test_taxonomies import file as two_taxonomies
from tests.readers.test_brokers import FILES

SCHWAB_DAY = "2025-09-03"
"""What the first line of schwab_all.csv says."""


def test_a_preview_shows_totals_by_account_what_is_new_and_every_note(run):
    status, out, err = run("import", FILES / "schwab_all.csv", "--preview")
    assert (status, err) == (0, "")
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        "Read schwab_all.csv (Schwab positions).",
        f"Individual ...123: total 0.00 -> 2,600.00. Holdings of {SCHWAB_DAY}.",
        f"Roth_IRA ...456: total 0.00 -> 1,200.00. Holdings of {SCHWAB_DAY}.",
        "",
        "Holdings (4)",
        "change account symbol name quantity price value afterwards, USD",
        "new Individual ...123 CASH USD Cash USD 0 -> 100 100.00",
        "new Individual ...123 SCHB SCHWAB US BROAD MARKET ETF 0 -> 100 25 USD 2,500.00",
        "new Roth_IRA ...456 CASH USD Cash USD 0 -> -50 -50.00",
        "new Roth_IRA ...456 SWTSX SCHWAB TOTAL STOCK MARKET INDEX 0 -> 100 12.5 USD 1,250.00",
        "",
        "Note: schwab_all.csv: Cash & Cash Investments is kept as CASH in USD.",
        "Note: schwab_all.csv: Individual ...123: 2,600.00, as the file's own total says.",
        "Note: schwab_all.csv: Roth_IRA ...456: 1,200.00, as the file's own total says.",
        "Added or changed: 2 accounts, 3 assets, 2 snapshots, 4 holdings, 2 prices.",
        "This is a preview; nothing was written.",
    ]


def test_a_preview_of_a_changed_file_shows_before_and_after(run, tmp_path):
    run("import", FILES / "schwab_all.csv")
    text = (FILES / "schwab_all.csv").read_text()
    newer = tmp_path / "newer.csv"
    newer.write_text(
        text.replace('"100","$25.00"', '"90","$25.00"')
        .replace("$2,500.00", "$2,250.00")
        .replace("$2,600.00", "$2,350.00")
    )
    out = run("import", newer, "--preview")[1].splitlines()
    assert f"Individual ...123: total 2,600.00 -> 2,350.00. Holdings of {SCHWAB_DAY}." in out
    assert any(line.split()[:4] == ["changed", "Individual", "...123", "SCHB"] and "100 -> 90" in line for line in out)


def test_from_a_trade_history_to_a_deposit_plan(run, tmp_path):
    """What a newcomer does: import, see what is missing, fill it in, accept classes, aim, plan."""
    out = run("import", FILES / "trading212.csv", "--base-currency", "GBP", "--account", "ISA")[1]
    assert "Still without a price, so it can't be valued: AAPL, VUSA." in out
    assert "There is no price for AAPL, VUSA" in refusal(run("drift"))
    assert run("price", "VUSA", "8512.5", "GBX") == (0, "VUSA is at 8512.5 GBX.\n", "")
    run("price", "AAPL", "200", "USD")
    assert "There is no FX rate between USD and GBP" in refusal(run("drift"))
    assert run("rate", "USD", "GBP", "0.75") == (0, "1 USD is 0.75 GBP.\n", "")
    # 10.12345679 × 85.125 + 5 × 200 × 0.75
    assert "Total 1,611.76 GBP" in run("drift")[1]
    suggested = run("classes", "--suggest")[1]
    assert "Its name says 'S&P 500'." in suggested and "Nothing was saved." in suggested
    assert run("classes", "--accept", "all")[0] == 0
    targets = tmp_path / "targets.csv"
    targets.write_text("asset_class,symbol,target_percent\nUS stocks,,100\n")
    assert run("import", targets)[0] == 0
    assert "Together 1,000.00 GBP." in run("plan", "deposit", "1000")[1]


@pytest.mark.parametrize("name", ["fidelity_old", "schwab_one", "vanguard", "ibkr", "degiro", "parqet"])
def test_each_broker_from_file_to_deposit_plan(run, tmp_path, name):
    assert run("import", FILES / f"{name}.csv", "--base-currency", "USD")[0] == 0
    portfolio = allocation.open(tmp_path / "my.duckdb")
    for symbol in portfolio.prices().query("price.isna()")["symbol"]:
        run("price", symbol, "50", "EUR")
    if "EUR" in set(portfolio.prices()["currency"]):
        run("rate", "EUR", "USD", "1.10")
    held = [symbol for symbol in portfolio.holdings()["symbol"] if symbol != "CASH"]
    portfolio.save_asset_classes(held[0], {"Core": 100})
    portfolio.save_class_targets({"Core": 100})
    assert "Together 1,000.00 USD." in run("plan", "deposit", "1000")[1]


def test_what_is_not_sure_is_asked_in_one_sentence_and_answered(run, write_csv):
    file = write_csv("Paper,Shares,Last\nVTI,10,300\n", "depot.csv")
    said = refusal(run("import", file))
    assert "isn't sure which of its columns is the symbol and the currency" in said
    status, out, _ = run("import", file, "--map", "symbol=Paper", "--map", "currency==USD")
    assert status == 0 and "Note: depot.csv: Read as: symbol = Paper" in out
    assert "names no column" in refusal(run("import", file, "--map", "symbol"))


def test_what_is_in_no_class_yet_is_said_with_the_next_step(run):
    out = run("import", FILES / "schwab_one.csv")[1]
    assert out.splitlines()[-1] == (
        "In no asset class yet: CASH USD, SCHB, SWAGX. One for each, and why: allocation classes --suggest."
    )
    run("classes", "--accept", "all")
    assert "In no asset class" not in run("import", FILES / "schwab_one.csv")[1]


def test_a_price_that_is_filled_in_without_a_date_is_of_today(run, tmp_path):
    run("import", FILES / "parqet.csv")
    file = tmp_path / "prices.csv"
    run("prices", "--csv", file)
    lines = file.read_text().splitlines()
    assert lines[:2] == ["symbol,name,price,currency,as_of,source", "IE00B4L5Y983,iShares Core MSCI World,,EUR,,"]
    file.write_text("\n".join([lines[0], lines[1].replace(",,EUR", ",80.5,EUR")]))
    assert "1 price" in run("import", file)[1]
    assert f"80.5       EUR  {datetime.date.today()}" in run("prices")[1]


def test_what_is_sold_short_can_be_left_out(run, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nDepot,VTI,10,300,USD\nDepot,XYZ,-10,20,USD\n")
    status, out, err = run("import", file)
    assert (status, out) == (1, "") and "To load the rest without it, say so: --leave-out XYZ" in err
    for options in (["--preview"], []):
        status, out, _ = run("import", file, "--leave-out", "XYZ", *options)
        said = "Left out: XYZ in Depot, −10 shares; the total is without it."
        assert status == 0 and said in out.splitlines()
    assert "The files hold no ABC" in refusal(run("import", file, "--leave-out", "XYZ", "--leave-out", "ABC"))


def test_undo_takes_the_last_load_back(loaded, write_csv, tmp_path):
    run, portfolio = loaded, allocation.open(tmp_path / "my.duckdb")
    before = portfolio.holdings()
    run("import", FILES / "schwab_one.csv")
    status, out, err = run("undo", "--yes")
    assert (status, err) == (0, "")
    assert out.splitlines()[0].startswith("The last load: schwab_one.csv (Schwab positions), loaded at ")
    assert "is as it was before. As it was until now, it is kept at" in out
    assert portfolio.holdings().equals(before)


def test_undo_of_the_first_load_and_of_nothing(run):
    run("import", FILES / "schwab_one.csv")
    assert "is gone again, because that load made it" in run("undo", "--yes")[1]
    run("init")
    assert refusal(run("undo", "--yes")) == "There is no load that could be taken back."


def test_prices_are_listed_and_can_be_filled_in(run, tmp_path):
    run("import", FILES / "trading212.csv", "--base-currency", "GBP")
    file = tmp_path / "prices.csv"
    status, out, _ = run("prices", "--csv", file, "--stale-after", "30")
    assert status == 0 and "none yet" in out and "older than 30 days are marked" in out
    rows = list(csv.DictReader(file.open(newline="")))
    assert [(row["symbol"], row["price"]) for row in rows] == [("AAPL", ""), ("VUSA", "")]
    file.write_text("symbol,price,currency,as_of\nAAPL,200.5,USD,2026-11-20\nVUSA,,GBP,\n")
    run("import", file)
    assert "200.5       USD  2026-11-20" in run("prices")[1]


def test_old_prices_are_marked_under_drift_and_plans(run, bonds_and_stocks):
    for command in (["drift"], ["plan", "deposit", "10"]):
        out = run("--portfolio", bonds_and_stocks.path, *command)[1]
        assert "Older than 7 days: price of BND (2025-03-03), price of VEA (2025-03-03)" in out


def test_without_the_extra_fetching_says_what_to_install(loaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", None)
    assert "pip install 'allocation[prices]'" in refusal(loaded("prices", "fetch"))


def test_a_missing_rate_is_said_by_the_preview_and_by_the_load(run, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nA,VTI,1,10,USD\nA,CASH,5,1,CHF\n")
    said = (
        "Still without an FX rate to EUR, so it can't be valued: what is in CHF, USD. Write it down (allocation rate "
        "CHF EUR RATE), or load a file of rates, such as the European Central Bank's: allocation import eurofxref.csv."
    )
    for more in (["--preview"], [], ["--yes"]):
        assert said in run("import", file, "--base-currency", "EUR", *more)[1].splitlines()
    run("rate", "CHF", "EUR", "1.05")
    run("rate", "USD", "EUR", "0.9")
    assert "Still without" not in run("import", file)[1]


def test_the_taxonomy_of_a_portfolio_performance_file_is_chosen_by_name(run, tmp_path):
    path = tmp_path / "my.xml"
    path.write_bytes(two_taxonomies().bytes())
    out = run("import", path, "--preview")[1].splitlines()
    assert "Note: my.xml: Classes and targets come from the taxonomy Asset Allocation." in out
    assert "Note: my.xml: Not used: the taxonomy Regions." in out
    assert 'Another taxonomy becomes the asset classes with: --taxonomy "Regions".' in out
    assert run("import", path, "--taxonomy", "regions")[0] == 0
    assert "Asia" in run("classes")[1]
    assert "come from the taxonomy Regions;" in run("import", path)[1]
    status, _, err = run("import", path, "--taxonomy", "Sectors")
    assert status == 1 and "'Sectors' is no taxonomy of this file. It has Asset Allocation, Regions." in err


def test_a_load_says_which_quantities_changed(run, tmp_path):
    file = tmp_path / "held.csv"
    for quantity in (200, 210):
        file.write_text(f"account,symbol,quantity,price,currency\nMine,SCHB,{quantity},26,USD\n")
        out = run("import", file, "--yes")[1]
    assert "Changed: SCHB in Mine, 200 -> 210." in out.splitlines()


def test_a_currency_in_small_letters_is_that_currency_everywhere(run, tmp_path):
    files = {
        "own.csv": "account,symbol,quantity,price,currency\nMine,AB,2,26,eur\nMine,CASH,5,1,usd\n",
        "table.csv": "Ticker,Shares,Last price,Ccy,Depot\nCD,3,$10.00,usd,Other\nEF,4,500,GBp,Other\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    status, out, err = run("import", *(tmp_path / name for name in files), "--base-currency", "usd")
    assert (status, err) == (0, "")
    assert run("price", "CD", "11", "usd")[1] == "CD is at 11 USD.\n"
    assert run("rate", "eur", "usd", "1.1")[1] == "1 EUR is 1.1 USD.\n"
    run("rate", "gbp", "usd", "1.25")
    # 2 × 26 × 1.1 + 5 + 3 × 11 + 4 × 5 × 1.25
    assert "Total 120.20 USD" in run("drift")[1]


def test_a_preview_names_every_kind_of_change(run, tmp_path):
    held, targets, fx = (tmp_path / f"{name}.csv" for name in ("held", "targets", "fx"))
    head = "account,symbol,name,asset_class,quantity,price,currency,cost_basis,as_of\n"
    held.write_text(f"{head}Mine,AB,Ab,Stocks,2,26,USD,40,2026-01-02\nMine,CD,Cd,Bonds,3,10,USD,,2026-01-02\n")
    run("import", held)
    held.write_text(f"{head}Mine,AB,Ab,Stocks,2,26,USD,45,2026-01-03\nMine,CD,Cde,Gold,3,11,EUR,,2026-01-03\n")
    targets.write_text("asset_class,symbol,target_percent\nStocks,,62.5\nGold,,37.5\nGold,CD,100\n")
    out = [" ".join(line.split()) for line in run("import", held, targets, "--preview")[1].splitlines()]
    for line in (
        "Mine: total 82.00 -> not known. Holdings of 2026-01-03.",
        "new price Mine CD Cde 3 10 USD -> 11 EUR --",
        "cost basis 40 -> 45 Mine AB Ab 2 26 USD 52.00",
        "CD Cde Bonds -> Gold",
        "All Portfolio Gold CD -- -> 100",
        "All Portfolio Stocks -- -> 62.5",
        "CD currency USD -> EUR",
        "CD name Cd -> Cde",
        "--: the value isn't known without a price or an FX rate, of CD.",
        "CD changes its currency from USD to EUR: its prices count as EUR. If they aren't, correct the currency.",
    ):
        assert line in out, line
    fx.write_text("from_currency,to_currency,rate,as_of\nEUR,USD,1.1,2026-01-03\n")
    run("import", held, targets, fx)
    fx.write_text("from_currency,to_currency,rate,as_of\nEUR,USD,1.2,2026-01-04\n")
    prices = tmp_path / "prices.csv"
    prices.write_text("symbol,price,currency,as_of\nAB,27,USD,2026-01-04\n")
    out = [" ".join(line.split()) for line in run("import", fx, prices, "--preview")[1].splitlines()]
    assert "EUR USD 1.1 -> 1.2 2026-01-04 2026-01-03" in out
    assert "AB Ab 26 -> 27 USD 2026-01-04 2026-01-03" in out and "Mine: total 88.30 -> 93.60." in out


def test_a_preview_says_what_of_an_earlier_day_leaves_something_newer_in_use(run, tmp_path):
    held, prices = tmp_path / "held.csv", tmp_path / "prices.csv"
    head = "account,symbol,quantity,price,currency,as_of\n"
    held.write_text(f"{head}Mine,AB,2,26,USD,2026-01-05\nMine,CD,1,10,USD,2026-01-05\n")
    run("import", held)
    held.write_text(f"{head}Mine,AB,3,25,USD,2026-01-02\nMine,CD,3,9,USD,2026-01-03\n")
    out = run("import", held, "--preview")[1].splitlines()
    # Several days in one account: its snapshot is of the newest.
    assert "Mine: total 62.00 -> 62.00. Holdings of 2026-01-03." in out
    assert any(
        line.startswith("Mine: this is of 2026-01-03. What it holds now, as of 2026-01-05, stays") for line in out
    )
    prices.write_text("symbol,price,currency,as_of\nAB,20,USD,2026-01-04\nCD,11,USD,2026-01-06\n")
    out = [" ".join(line.split()) for line in run("import", prices, "--preview")[1].splitlines()]
    assert "Mine: total 62.00 -> 63.00." in out, "its holdings aren't in the files"
    assert out[out.index("Prices (2)") + 1 :][:5] == [
        "symbol name price of before, of newest, of",
        "AB AB 20 USD 2026-01-04 -- 2026-01-05",
        "CD CD 10 -> 11 USD 2026-01-06 2026-01-05",
        "",
        "Newest, of: a newer one, of that day, stays the one that counts today.",
    ]


def test_of_very_many_new_holdings_the_first_are_shown(run, tmp_path):
    file = tmp_path / "held.csv"
    rows = "".join(f"Mine,S{number:03},1,26,USD\n" for number in range(300))
    file.write_text(f"account,symbol,quantity,price,currency\n{rows}")
    lines = run("import", file, "--preview")[1].splitlines()
    assert sum(line.startswith("new ") for line in lines) == 200 and "And 100 more." in lines


def test_a_name_can_neither_command_the_terminal_nor_make_up_a_line(run, tmp_path):
    file = tmp_path / "held.csv"
    file.write_text(
        'account,symbol,quantity,price,currency\n"Mine\nTotal: 99",VTI,1,26,USD\n"\x1b[31mRed",VTI,1,26,USD\n'
    )
    out = run("import", file, "--preview")[1]
    assert "\x1b" not in out and "\nMine Total: 99: total 0.00 -> 26.00. Holdings of " in out
    run("import", file, "--yes")
    assert "\x1b" not in run("history")[1]
