"""Files of brokers: each fixture has the awkward parts of its format in it, its totals added up by hand."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import allocation
from allocation.readers import Opened, read_any
from allocation.readers.brokers import FORMATS
from allocation.readers.registry import named_format, recognise
from tests.readers.reading import TODAY, problems

FILES = Path(__file__).parent / "files"
JULY_2, JUNE_30 = datetime.date(2026, 7, 2), datetime.date(2026, 6, 30)

# account, symbol, quantity, price, currency, date
HELD = {
    "fidelity_old": [
        # Core cash 1,234.56 less 100.56 that isn't settled.
        ("Individual ...0001", "CASH", "1134", "1", "USD", JULY_2),
        # Cash and margin are two rows of one holding.
        ("Individual ...0001", "VTI", "22.5", "300.1", "USD", JULY_2),
        # A bond is quoted in percent: 3000 at 95.125 are 2853.75.
        ("Individual ...0001", "912828ZZ9", "3000", "0.95125", "USD", JULY_2),
        ("ROTH IRA ...0002", "FXNAX", "1000.125", "10.4", "USD", JULY_2),
    ],
    "fidelity_new": [
        # Two accounts are called Individual: the last digits of their numbers tell them apart, in every file.
        ("Individual ...0001", "CASH", "100.25", "1", "USD", JULY_2),
        ("Individual ...0001", "ITOT", "10", "100", "USD", JULY_2),
        ("Individual ...0003", "FSKAX", "1.5", "200", "USD", JULY_2),
    ],
    "schwab_one": [
        ("Individual ...123", "SCHB", "1200", "21.505", "USD", datetime.date(2025, 5, 4)),
        ("Individual ...123", "SWAGX", "100.5", "9.01", "USD", datetime.date(2025, 5, 4)),
        ("Individual ...123", "CASH", "4172.37", "1", "USD", datetime.date(2025, 5, 4)),
    ],
    "schwab_all": [
        ("Individual ...123", "SCHB", "100", "25", "USD", datetime.date(2025, 9, 3)),
        ("Individual ...123", "CASH", "100", "1", "USD", datetime.date(2025, 9, 3)),
        ("Roth_IRA ...456", "SWTSX", "100", "12.5", "USD", datetime.date(2025, 9, 3)),
        ("Roth_IRA ...456", "CASH", "-50", "1", "USD", datetime.date(2025, 9, 3)),
    ],
    "vanguard": [
        ("Vanguard ...1111", "CASH", "250.5", "1", "USD", None),
        ("Vanguard ...1111", "VTSAX", "12.345", "140.22", "USD", None),
        ("Vanguard ...2222", "BND", "30", "72.5", "USD", None),
    ],
    "ibkr": [
        ("Interactive Brokers U0000001", "AAPL", "10", "200.5", "USD", JUNE_30),
        ("Interactive Brokers U0000001", "VT", "1000", "120", "USD", JUNE_30),
        ("Interactive Brokers U0000001", "VWCE", "3", "110.1", "EUR", JUNE_30),
        ("Interactive Brokers U0000001", "CASH", "-50", "1", "EUR", JUNE_30),
        ("Interactive Brokers U0000001", "CASH", "1100.125", "1", "USD", JUNE_30),
    ],
    "ibkr_long": [
        ("Interactive Brokers U0000002", "VWCE", "7.5", "110", "EUR", JUNE_30),
        # Five units a contract.
        ("Interactive Brokers U0000002", "ODAX P1", "2", "60", "EUR", JUNE_30),
    ],
    "degiro": [
        ("DEGIRO", "CASH", "1079.92", "1", "EUR", None),
        ("DEGIRO", "IE00B3RBWM25", "10", "91.15", "EUR", None),
        ("DEGIRO", "IE00B4L5Y983", "25", "80.42", "EUR", None),
        ("DEGIRO", "US0378331005", "4", "200.5", "USD", None),
    ],
    "degiro_old": [
        ("DEGIRO", "CASH", "-20.5", "1", "CHF", None),
        ("DEGIRO", "IE00B3RBWM25", "16", "90", "EUR", None),
    ],
    "trading212": [
        ("Trading 212", "VUSA", "10.12345679", None, "GBP", datetime.date(2025, 5, 8)),
        # Two, four for one, three sold.
        ("Trading 212", "AAPL", "5", None, "USD", datetime.date(2025, 5, 8)),
    ],
    "parqet": [
        ("Trade Republic", "IE00B4L5Y983", "10", None, "EUR", datetime.date(2025, 4, 10)),
        ("Flatex", "US0378331005", "3", None, "USD", datetime.date(2025, 4, 10)),
    ],
}  # fmt: skip


def opened(name):
    return Opened(FILES / f"{name}.csv")


def changed(name, *replacements):
    """A fixture with something in it replaced."""
    text = (FILES / f"{name}.csv").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return Opened(text.encode(), f"{name}.csv")


def test_what_has_no_identifier_is_called_by_its_name():
    content = read_any(changed("parqet", (";IE00B4L5Y983;A0RPWH;", ";;;"), (";US0378331005;865985;", ";;;")), TODAY)
    assert content.problems == ()
    assert [row[1:3] for row in held(content)] == [("iShares Core MSCI World", 10), ("Apple", 3)]
    assert "Apple has no symbol in the file: its name stands for it." in content.notes
    nameless = changed("parqet", (";US0378331005;865985;USD;EUR;0,92;h3;Apple;", ";;;USD;EUR;0,92;h3;;"))
    (problem,) = read_any(nameless, TODAY).problems
    assert str(problem) == "parqet.csv, row 6, symbol: is empty. Every trade needs it."


def test_a_name_that_begins_like_cash_is_none():
    content = read_any(changed("parqet", (";US0378331005;865985;", ";;;"), (";Apple;", ";Cash Fund;")), TODAY)
    assert ("Flatex", "Cash-Fund", 3) in [row[:3] for row in held(content)]


def held(content):
    columns = ["account", "symbol", "quantity", "price", "currency", "as_of"]
    return list(content.holdings[columns].itertuples(index=False, name=None))


@pytest.mark.parametrize("name", HELD)
def test_what_is_held_by_each_file(name):
    content = read_any(opened(name), TODAY)
    expected = [
        (account, symbol, Decimal(quantity), price and Decimal(price), currency, as_of)
        for account, symbol, quantity, price, currency, as_of in HELD[name]
    ]
    assert (problems(content), held(content)) == ([], expected)


@pytest.mark.parametrize("name", HELD)
def test_each_file_is_recognised_by_what_is_in_it(name):
    content = (FILES / f"{name}.csv").read_bytes()
    assert recognise(Opened(content, "download")).name == name.split("_")[0]


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_the_encoding_does_not_matter(name, encoding):
    text = (FILES / f"{name}.csv").read_text(encoding="utf-8-sig")
    assert held(read_any(Opened(text.encode(encoding), name), TODAY)) == held(read_any(opened(name), TODAY))


@pytest.mark.parametrize("name", HELD)
def test_loading_the_same_file_again_changes_nothing(name, portfolio):
    portfolio.init("EUR")
    assert portfolio.load(FILES / f"{name}.csv").changed
    assert not portfolio.load(FILES / f"{name}.csv").changed


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("fidelity_old", "SPAXX** is kept as CASH in USD."),
        ("fidelity_old", "912828ZZ9 is quoted in percent of its face value: its price is kept as 0.95125."),
        ("fidelity_old", "VTI stands in several rows of Individual ...0001: they are added up."),
        ("schwab_one", "Individual ...123: 30,883.88, as the file's own total says."),
        ("schwab_all", "Roth_IRA ...456: 1,200.00, as the file's own total says."),
        ("vanguard", "VMFXX is kept as CASH in USD."),
        ("vanguard", "The file says no date: it counts as of the day it is loaded."),
        ("ibkr", "Stocks in USD: 122,005.00, as the file's own total says."),
        ("ibkr_long", "The statement has no Cash Report, so the account's cash is not counted."),
        ("trading212", "Numbers with more than 8 decimals are rounded to 8."),
        ("trading212", "The file has what was paid, not what things are worth: their prices are asked for."),
        ("parqet", "Not counted, because they change no holding: 1 × Dividend, 1 × TransferIn."),
    ],
)
def test_what_a_file_leaves_open_or_was_done_to_it_is_said(name, note):
    assert note in read_any(opened(name), TODAY).notes


def test_a_cost_basis_is_kept_where_all_rows_have_one():
    table = read_any(opened("fidelity_old"), TODAY).holdings.set_index("symbol")
    assert table.loc["VTI", "cost_basis"] == 4600


def test_what_the_broker_calls_an_asset_is_no_class():
    table = read_any(opened("schwab_one"), TODAY).holdings
    assert table["kind"].tolist() == ["ETFs & Closed End Funds", "Mutual Fund", None]
    assert table["asset_class"].isna().all()


@pytest.mark.parametrize(
    ("name", "currency"),
    [("degiro", "EUR"), ("degiro_old", "CHF"), ("trading212", "GBP"), ("parqet", "EUR"), ("fidelity_old", None)],
)
def test_what_a_file_adds_up_in_is_the_base_currency_where_none_is_set(name, currency):
    assert read_any(opened(name), TODAY).base_currency == currency


def test_totals_in_several_currencies_say_no_base_currency():
    assert read_any(changed("parqet", (";USD;EUR;", ";USD;USD;")), TODAY).base_currency is None


def test_instruments_of_a_statement_have_their_names_and_types():
    rows = (
        "Open Positions,Header,",
        "Financial Instrument Information,Header,Asset Category,Symbol,Description,Conid,Security ID,Type,Code\n"
        "Financial Instrument Information,Data,Stocks,VT,VANGUARD TOT WORLD STK ETF,1,US9220427424,ETF,\n"
        'Financial Instrument Information,Data,Stocks,"VWCE, VWCEd",VANG FTSE AW USDA,2,IE00BK5BQT80,ETF,\n'
        "Open Positions,Header,",
    )
    table = read_any(changed("ibkr", rows), TODAY).holdings.set_index("symbol")
    assert table.loc[["VT", "VWCE", "AAPL"], ["name", "kind"]].values.tolist() == [
        ["VANGUARD TOT WORLD STK ETF", "ETF"], ["VANG FTSE AW USDA", "ETF"], [None, "Stocks"],
    ]  # fmt: skip


def test_rates_and_the_base_currency_of_a_statement():
    content = read_any(opened("ibkr"), TODAY)
    assert content.base_currency == "USD"
    assert content.fx.drop(columns="row").values.tolist() == [["EUR", "USD", Decimal("1.1"), JUNE_30]]


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (changed("schwab_one", ('"$30,883.88"', '"$30,983.88"')),
         "schwab_one.csv, row 7, total: '30,983.88' is the total of Individual ...123, but its lines add up to "
         "30,883.88. Is a part of the file missing?"),
        (changed("ibkr", ('"122,005"', '"122,006"')), "its lines add up to 122,005.00"),
        (changed("fidelity_new", ('"$1,000.00"', '"$1,100.00"')),
         "fidelity_new.csv, row 5, value: '1,100.00' of ITOT is not its quantity times its price: 10 × 100.00 is "
         "1,000.00. Check the row."),
        (changed("fidelity_new", (",10,$100.00", ",-10,$100.00"), ('"$1,000.00"', "-$1000")), "of ITOT is negative"),
        (changed("fidelity_new", ("Jul-02-2026", "Jul-02-2027")), "lies in the future"),
        (changed("fidelity_new", (",10,$100.00", ",ten,$100.00")), "quantity: 'ten' is not a number"),
        (changed("degiro", (",USD,", ",USX,")), "'USX' is not a currency code"),
        (changed("trading212", ("3.0000000000,55.00", "9.0000000000,55.00"), ("132.00", "396.00")),
         "of AAPL is what was bought less what was sold. Is an earlier part of the history missing?"),
        (changed("trading212", ("Limit buy", "Mystery")), "action: 'Mystery' is no kind of row that is known"),
        (changed("trading212", ("2025-05-07 15:00:00", "2027-05-07 15:00:00")), "lies in the future"),
        (changed("parqet", (";12,5;1006,25", ";zwölf;1006,25")), "'zwölf' is not a number"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_refused_with_both_numbers(file, problem):
    assert any(problem in said for said in problems(read_any(file, TODAY))), problems(read_any(file, TODAY))


def test_a_history_in_several_files_is_one(portfolio):
    portfolio.load([FILES / "trading212.csv", FILES / "trading212_next.csv"], base_currency="GBP")
    report = portfolio.load([FILES / "trading212_next.csv", FILES / "trading212.csv"])
    assert portfolio.snapshots()[["account", "holdings"]].values.tolist() == [["Trading 212", 1]]
    assert "Rows that stand in several files, or twice, are counted once." in " ".join(report.notes)
    assert not report.changed


def test_a_household_of_several_brokers(portfolio):
    names = ["fidelity_old", "schwab_all", "vanguard"]
    report = portfolio.load([FILES / f"{name}.csv" for name in names])
    assert portfolio.accounts() == (
        "Individual ...0001", "Individual ...123", "ROTH IRA ...0002", "Roth_IRA ...456", "Vanguard ...1111",
        "Vanguard ...2222",
    )  # fmt: skip
    # 1134 + 22.5 × 300.1 + 2853.75 + 10401.30 + 2600 + 1200 + 250.50 + 1731.02 + 2175
    assert portfolio.summary().total == 29_097.82
    assert report.unpriced == ()


def test_a_format_that_is_named_is_not_recognised_but_taken():
    content = read_any(opened("degiro"), TODAY, format="schwab")
    assert problems(content) == [
        "degiro.csv: has no table like that of Schwab positions any more. Name its columns with --map."
    ]
    with pytest.raises(allocation.UnknownName, match="There is no format 'schwub'. The formats are .*schwab"):
        named_format("schwub")


def test_every_format_has_a_fixture():
    with_tests_of_their_own = {"ghostfolio-csv", "ibkr-trades"}
    assert {one.name for one in FORMATS} == {name.split("_")[0] for name in HELD} | with_tests_of_their_own


SCHWAB = """"Positions for account Individual ...123 as of 11/20/2026"

"Symbol","Description","Quantity","Price","Market Value",
"VTI","VANGUARD TOTAL","5","$10.50","$52.50",
"Account Total","--","--","--","$52.50",
"""


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('"QQQ","INVESCO","1","$500.00","$500.00",', "row 6: 'QQQ' stands after the total in row 5."),
        (
            '"Closed Positions"\n"Symbol","Description","Quantity","Price","Market Value",\n'
            '"QQQ","INVESCO","1","$500.00","$500.00",\n"Account Total","--","--","--","$500.00",',
            "row 8: 'QQQ' stands under 'Closed Positions', so it isn't held.",
        ),
    ],
)
def test_what_a_broker_lists_after_its_total_is_not_taken_in_silence(more, problem):
    (said,) = problems(read_any(Opened((SCHWAB + more).encode(), "schwab.csv"), TODAY))
    assert problem in said and "--leave-out QQQ" in said


def test_a_brokers_number_that_the_separator_cuts_in_two_is_refused():
    text = SCHWAB.replace('"$52.50",\n"Account', '52,50,7\n"Account')
    said = problems(read_any(Opened(text.encode(), "schwab.csv"), TODAY))
    assert "row 4: has 7 cells, the header has 6. Put numbers with thousands marks in quotes." in said[0]


@pytest.mark.parametrize(
    "text",
    [
        "Statement,Header,Feldname,Feldwert\nStatement,Data,Title,Umsatzübersicht\n"
        "Kontoinformation,Header,Feldname,Feldwert\nKontoinformation,Data,Basiswährung,EUR\n",
        "Statement,Header,Nom du champ,Valeur du champ\nPositions ouvertes,Header,DataDiscriminator,Devise\n",
        "Posiciones abiertas,Header,DataDiscriminator,Categoría de activo,Divisa,Símbolo,Cantidad,Mult.\n"
        "Posiciones abiertas,Data,Summary,Acciones,EUR,ASML,1,1\n",
    ],
)
def test_a_statement_in_another_language_is_told_to_be_one(text):
    file = Opened(text.encode(), "U1.csv")
    assert recognise(file).name == "ibkr"
    assert problems(read_any(file, TODAY)) == [
        "U1.csv: is an activity statement of Interactive Brokers in another language than English, and only the "
        "English one is read. Set the language to English there (Performance & Reports, Statements), and download it "
        "again."
    ]


def test_a_statement_of_trades_alone_says_what_to_include():
    text = "Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol\nTrades,Data,Order,Stocks,USD,VT\n"
    assert problems(read_any(Opened(text.encode(), "U1.csv"), TODAY)) == [
        "U1.csv: has no table of open positions and none of cash. Include both in the statement."
    ]


def fidelity(*rows):
    head = "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value"
    return Opened("\n".join([head, *rows]).encode(), "Portfolio_Positions.csv")


def test_what_else_is_in_a_file_does_not_change_what_an_account_is_called():
    mine = "Z12345678,Individual,VTI,Total,10,$300.00,$3000.00"
    hers = "Y55554321,Individual,VTI,Total,5,$300.00,$1500.00"
    alone, both = (set(read_any(fidelity(*rows), TODAY).holdings["account"]) for rows in ([mine], [mine, hers]))
    assert alone == {"Individual ...5678"}
    assert both == {"Individual ...5678", "Individual ...4321"}


def test_two_accounts_whose_numbers_end_alike_stay_two():
    rows = ("Z12345678,Individual,VTI,Total,10,$300.00,$3000.00", "Y00005678,Individual,VTI,Total,5,$300.00,$1500.00")
    assert set(read_any(fidelity(*rows), TODAY).holdings["account"]) == {"Individual Z12345678", "Individual Y00005678"}
