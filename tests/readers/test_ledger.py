"""Beancount ledgers: balances at market, and nothing in a ledger is run."""

import datetime
import sys
import textwrap
from decimal import Decimal

import pytest

from allocation.errors import MissingPrice
from allocation.readers import read_fx, read_holdings
from allocation.readers.ledger import FORMAT
from allocation.readers.opened import Opened

TODAY = datetime.date(2026, 11, 25)
WHOLE = """\
option "title" "Savings"
option "operating_currency" "USD"

2026-01-01 open Assets:Broker:VTI
2026-01-01 open Assets:Broker:Cash
2026-01-01 open Assets:Depot
2026-01-01 open Assets:Checking
2026-01-01 open Equity:Opening
2026-01-01 open Income:Gains

2026-01-01 commodity VTI
  name: "Total Stock Market"
  asset-class: "Stocks"
2026-01-01 commodity EXSA
  name: "Europe 600"
  asset_class: "Stocks / Europe"

2026-01-02 * "Opening"
  Assets:Checking          5,000.00 USD
  Assets:Broker:Cash      10,000.00 USD
  Assets:Depot             1,000.00 EUR
  Equity:Opening

2026-02-01 * "Buy"
  Assets:Broker:VTI              10 VTI {290.00 USD}
  Assets:Broker:Cash      -2,900.00 USD

2026-03-01 * "Buy"
  Assets:Broker:VTI               5 VTI {300.00 USD}
  Assets:Broker:Cash

2026-04-01 * "Sell"
  Assets:Broker:VTI              -4 VTI {290.00 USD} @ 310.00 USD
  Assets:Broker:Cash       1,240.00 USD
  Income:Gains

2026-05-01 * "Buy"
  Assets:Depot                   20 EXSA {45.00 EUR}
  Assets:Depot              -900.00 EUR

2026-06-01 balance Assets:Broker:VTI  11 VTI
2026-11-19 price VTI  320.00 USD
2026-11-20 price VTI  325.50 USD
2026-11-20 price EXSA  50.00 EUR
2026-11-18 price EUR  1.10 USD
2226-12-24 price VTI  1.00 USD
"""


@pytest.fixture
def read(tmp_path):
    def read(text, more=(), today=TODAY):
        for name, content in dict(more).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(textwrap.dedent(content), encoding="utf-8")
        path = tmp_path / "main.beancount"
        path.write_text(text, encoding="utf-8")
        return FORMAT.read(Opened(path), today)

    return read


@pytest.fixture
def told(read):
    return lambda text, more=(): [str(problem) for problem in read(text, more).problems]


def ledger(*lines):
    """A ledger whose account Broker holds 2 ABC at 10 USD, and more lines."""
    start = """\
        option "operating_currency" "USD"
        2026-01-01 open Assets:Broker
        2026-01-01 open Equity:Opening
        2026-01-02 * "Opening"
          Assets:Broker  2 ABC
          Equity:Opening
        2026-01-03 price ABC 10 USD
        """
    return textwrap.dedent(start) + "\n".join(lines) + "\n"


def rows(content, *columns):
    assert content.problems == (), content.problems
    return content.holdings[list(columns)].values.tolist()


def test_balances_at_market(read):
    content = read(WHOLE)
    # Cash: 10,000 - 2,900 - 1,500 + 1,240 = 6,840 USD. Costs: 6 x 290 + 5 x 300 = 3,240 USD.
    # 11 x 325.50 + 6,840 + (20 x 50 + 100) x 1.10 = 11,630.50 USD
    assert rows(content, "account", "symbol", "quantity", "price", "currency", "cost_basis") == [
        ["Broker", "VTI", 11, Decimal("325.5"), "USD", 3240],
        ["Broker", "CASH", 6840, 1, "USD", None],
        ["Depot", "EXSA", 20, 50, "EUR", 900],
        ["Depot", "CASH", 100, 1, "EUR", None],
    ]
    assert rows(content, "name", "asset_class")[::2] == [
        ["Total Stock Market", "Stocks"], ["Europe 600", "Stocks / Europe"],
    ]  # fmt: skip
    assert content.holdings["as_of"].tolist() == [datetime.date(2026, 11, 20)] * 4
    assert content.fx[["from_currency", "to_currency", "rate"]].values.tolist() == [["EUR", "USD", Decimal("1.1")]]
    assert content.base_currency == "USD"
    assert content.notes == (
        "Entries with a date after 2026-11-25 don't count: 1.",
        "Checking is left out: it holds nothing but money. To count it, write portfolio-account: with a name under its "
        "open directive.",
    )
    assert read_holdings(content.holdings.drop(columns=["file", "row"]), TODAY)[1] == []
    assert read_fx(content.fx.drop(columns="row"), TODAY)[1] == []


def test_it_is_recognised():
    assert FORMAT.recognises(Opened(WHOLE.encode()))
    assert FORMAT.recognises(Opened(b'; accounts\ninclude "accounts.beancount"\n'))
    for other in (b"account,symbol\n2026-01-01,open", b"", b"\0option", b"2026/01/01 Shop\n  Expenses:Food  $5\n"):
        assert not FORMAT.recognises(Opened(other))


def test_accounts_are_grouped_by_their_metadata(read):
    text = WHOLE.replace("open Assets:Depot", 'open Assets:Depot\n  portfolio-account: "Family"')
    text = text.replace("open Assets:Checking", 'open Assets:Checking\n  portfolio-account: "Family"')
    assert rows(read(text), "account", "symbol", "quantity")[2:] == [
        ["Family", "EXSA", 20], ["Family", "CASH", 100], ["Family", "CASH", 5000],
    ]  # fmt: skip


def test_money_alone_counts_where_the_metadata_asks_for_it(read):
    text = WHOLE.replace("open Assets:Checking", 'open Assets:Checking\n  portfolio-account: "Bank"')
    assert ["Bank", 5000] in rows(read(text), "account", "quantity")


def test_a_share_that_is_called_like_a_currency(read):
    text = ledger("2026-02-01 price ALL 200 USD", '2026-02-01 * "Buy Allstate"', "  Assets:Broker  3 ALL {190 USD}",
                  "  Equity:Opening")  # fmt: skip
    content = read(text)
    assert ["ALL", 3, 200, 570] in rows(content, "symbol", "quantity", "price", "cost_basis") and content.fx.empty


def test_money_that_was_bought_at_a_cost_is_money(read):
    text = ledger('2026-02-01 * "Buy euros"', "  Assets:Broker  100 EUR {1.05 USD}", "  Equity:Opening",
                  "2026-02-01 price ABC 9 EUR", "2026-02-02 price EUR 1.10 USD")  # fmt: skip
    content = read(text)
    assert rows(content, "symbol", "quantity", "currency") == [["ABC", 2, "EUR"], ["CASH", 100, "EUR"]]
    assert content.fx["rate"].tolist() == [Decimal("1.1")]


def test_a_price_over_another_commodity(read):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 TOKEN", "  Equity:Opening", "2026-02-01 price TOKEN 2 USDT",
                  "2026-01-31 price USDT 0.99 USD")  # fmt: skip
    assert ["TOKEN", Decimal("1.98"), "USD", datetime.date(2026, 1, 31)] in rows(
        read(text), "symbol", "price", "currency", "as_of"
    )


def test_prices_without_an_end_are_asked_for(read):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 AAA", "  Equity:Opening", "2026-02-01 price AAA 2 BBB",
                  "2026-02-01 price BBB 2 AAA")  # fmt: skip
    content = read(text)
    assert ["AAA", None, "USD", datetime.date(2026, 2, 1)] in rows(content, "symbol", "price", "currency", "as_of")
    assert content.problems == ()
    assert (
        "The file has no price of AAA: where none is known yet, it is asked for. What isn't to count gets the metadata "
        'export: "IGNORE".'
    ) in content.notes
    assert "In which currency AAA is quoted isn't said: USD, until its price says another one." in content.notes


def test_a_missing_price_is_asked_for_in_the_currency_that_was_paid(read, portfolio, tmp_path):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 FUND {5 EUR}", "  Equity:Opening")
    content = read(text)
    assert ["FUND", 3, None, "EUR", 15] in rows(content, "symbol", "quantity", "price", "currency", "cost_basis")
    assert not [note for note in content.notes if "In which currency" in note]
    (tmp_path / "main.beancount").write_text(text)
    assert portfolio.load(tmp_path / "main.beancount").unpriced == ("FUND",)
    with pytest.raises(MissingPrice, match="There is no price for FUND"):
        portfolio.drift()


def test_what_has_no_price_and_no_currency_is_refused(told):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 AAA", "  Equity:Opening")
    (problem,) = told(text.replace('option "operating_currency" "USD"', ""))
    assert problem.startswith(
        "main.beancount, price: 'AAA' has no price (Broker), and nothing says in which currency it is quoted."
    )


def test_a_commodity_that_is_not_to_count(read):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 VACHR", "  Equity:Opening", "2026-01-01 commodity VACHR",
                  '  export: "IGNORE"')  # fmt: skip
    content = read(text)
    assert rows(content, "symbol") == [["ABC"]]
    assert content.notes == ("VACHR in Broker is left out, as its metadata says (export: IGNORE).",)


def test_a_missing_rate_is_left_to_the_load_to_tell(read):
    content = read(ledger("2026-02-01 price ABC 9 EUR"))
    assert (content.problems, len(content.fx), content.base_currency) == ((), 0, "USD")


def test_a_commodity_called_like_cash(read):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 CASH", "  Equity:Opening", "2026-02-01 price CASH 2 USD")
    assert rows(read(text), "symbol") == [["ABC"], ["CASH-asset"]]


def test_a_cost_in_part_or_in_another_currency_is_not_known(read):
    text = ledger('2026-02-01 * "x"', "  Assets:Broker  3 ABC {5 USD}", "  Equity:Opening")
    assert rows(read(text), "quantity", "cost_basis") == [[5, None]]


def test_money_has_the_class_of_its_commodity_directive(read):
    text = WHOLE + '2026-01-01 commodity USD\n  asset-class: "Cash"\n'
    assert rows(read(text), "asset_class")[1] == ["Cash"]


def test_padding_counts(read):
    lines = ["2026-02-01 open Assets:Broker:Cash", "2026-02-02 pad Assets:Broker:Cash Equity:Opening",
             "2026-02-03 balance Assets:Broker:Cash  7.50 USD"]  # fmt: skip
    assert rows(read(ledger(*lines)), "symbol", "quantity") == [["ABC", 2], ["CASH", Decimal("7.5")]]


def test_an_included_file_is_read_where_it_lies_below(read):
    more = {"data/2026.beancount": ledger(), "data/prices.beancount": "2026-03-01 price ABC 12 USD\n"}
    content = read('option "operating_currency" "USD"\ninclude "data/*.beancount"\n', more)
    assert rows(content, "symbol", "price") == [["ABC", 12]]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        (
            "/etc/passwd",
            "lies elsewhere (main.beancount). Only files below the ledger's folder are read: put it there.",
        ),
        ("../other.beancount", "lies elsewhere (main.beancount). Only files below"),
        ("data/../../x", "lies elsewhere (main.beancount). Only files below"),
        ("link.beancount", "leads elsewhere (main.beancount). Only files below"),
        ("gone.beancount", "names no file that is there (main.beancount)."),
        ("secret.gpg", "is encrypted (main.beancount). Decrypt it into a folder of its own first."),
        ("**", "names no file"),
    ],
)
def test_other_includes_are_refused(told, tmp_path, tmp_path_factory, pattern, sentence):
    outside = tmp_path_factory.mktemp("outside") / "secret.beancount"
    outside.write_text("2026-01-01 open Assets:Secret\n", encoding="utf-8")
    (tmp_path / "link.beancount").symlink_to(outside)
    (problem, *_) = told(ledger(f'include "{pattern}"'), {"secret.gpg": ""}) or [sentence]
    assert sentence in problem and "Secret" not in problem


def test_a_file_that_includes_itself_is_read_once(read):
    assert rows(read(ledger('include "main.beancount"')), "quantity") == [[2]]


def test_includes_of_bytes_can_not_be_found():
    (problem,) = FORMAT.read(Opened(ledger('include "a"').encode(), "a.bean"), TODAY).problems
    assert (
        str(problem) == "a.bean, include: 'a' is included, and can't be found from here. Name the ledger by its path."
    )


def test_no_plugin_is_imported_and_no_path_is_changed(read, tmp_path, monkeypatch):
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n__plugins__ = []\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = list(sys.path)
    lines = [
        'option "insert_pythonpath" "TRUE"',
        'plugin "evil" "config"',
        'plugin "os.system" "x"',
        'option "documents" "/"',
    ]
    content = read(ledger(*lines))
    assert rows(content, "symbol") == [["ABC"]]
    assert content.notes == ("Plugins aren't run, so what they would add or change is missing: evil, os.system.",)
    assert not (tmp_path / "ran").exists() and "evil" not in sys.modules and sys.path == before


def test_beancounts_own_harmless_plugins_count(read):
    text = """\
        plugin "beancount.plugins.auto_accounts"
        plugin "beancount.plugins.implicit_prices"
        option "operating_currency" "USD"
        2026-01-02 * "Opening"
          Assets:Broker  2 ABC @ 7 USD
          Equity:Opening
        """
    content = read(textwrap.dedent(text))
    assert rows(content, "symbol", "price") == [["ABC", 7]] and content.notes == ()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("2026-02-01 foo", "main.beancount, row 8: "),
        ("2026-02-01 balance Assets:Broker  3 ABC", "main.beancount, row 8: Balance failed for 'Assets:Broker'"),
        ("2026-02-01 balance Assets:Typo  3 ABC", "main.beancount, row 8: Invalid reference to unknown account"),
        ('2026-02-01 * "x"\n  Assets:Broker  -1 ABC {5 USD}\n  Equity:Opening',
         "main.beancount, row 8: No position matches -1 ABC in Assets:Broker against balance (2 ABC)"),
        ('2026-02-01 * "x"\n  Assets:Broker  5 ABC\n  Equity:Opening  4 ABC', "row 8: Transaction does not balance"),
        ('2026-02-01 * "x"\n  Assets:Broker  -5 ABC\n  Equity:Opening', "quantity: 'ABC' is sold short in Broker (-3)"),
        ("2026-02-01 price ABC 0 USD", "price: 'ABC' has the price 0 of 2026-02-01, which isn't above 0."),
        ("2026-02-01 price ABC 1000000000000 USD", "quantity: 'ABC' is worth more than can be right (Broker)."),
        ('option "name_assets" "(a+)+"', "option: '(a+)+' is no name for a kind of account (main.beancount)."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(told, line, sentence):
    problems = told(ledger(line))
    assert problems and sentence in problems[0]


@pytest.mark.parametrize("price", ["3/0 USD", "3/(1-1) USD"])
def test_what_ends_the_librarys_parser_ends_nothing_else(told, price):
    text = ledger('2026-02-01 * "x"', f"  Assets:Broker  -1 ABC @ {price}", "  Equity:Opening")
    assert told(text) == [
        "main.beancount: makes Beancount stop (main.beancount), as a division by 0 does. Run bean-check on it."
    ]


def test_a_ledger_that_holds_nothing_but_money(told):
    text = '2026-01-01 open Assets:Bank\n2026-01-01 open Equity:O\n2026-01-02 * "x"\n  Assets:Bank 5 USD\n  Equity:O\n'
    assert told(text) == ["main.beancount: has no asset account that holds anything but money."]


def test_without_an_operating_currency_there_is_no_base_currency(read):
    content = read(ledger().replace('option "operating_currency" "USD"\n', ""))
    assert content.base_currency is None and "names no operating currency" in content.notes[0]


def test_another_name_for_assets(read):
    text = ledger().replace("Assets", "Vermögen")
    assert rows(read('option "name_assets" "Vermögen"\n' + text), "account") == [["Broker"]]


def test_without_the_library_one_sentence_says_how_to_get_it(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "beancount", None)
    assert told(WHOLE) == [
        'main.beancount: can\'t be read without the package beancount: pip install "allocation[beancount]".'
    ]


def test_very_much_text_is_refused(told):
    (problem,) = told("; nothing\n" * 4_000_000)
    assert problem == "main.beancount: has more than 32 MB, or 1,000 files, with all that it includes."


def test_beancounts_own_loader_finds_the_same(read, tmp_path):
    from beancount import loader
    from beancount.core import inventory

    content = read(WHOLE, today=datetime.date(2027, 1, 1))
    entries, errors, _ = loader.load_file(str(tmp_path / "main.beancount"))
    held = inventory.Inventory()
    for entry in entries:
        for posting in getattr(entry, "postings", ()):
            if posting.account.startswith(("Assets:Broker", "Assets:Depot")):
                held.add_position(posting)
    theirs = {}
    for position in held:
        theirs[position.units.currency] = theirs.get(position.units.currency, 0) + position.units.number
    ours = {currency if symbol == "CASH" else symbol: quantity
            for symbol, currency, quantity in rows(content, "symbol", "currency", "quantity")}  # fmt: skip
    assert errors == [] and ours == theirs
