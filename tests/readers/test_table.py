"""Any table of holdings: columns by their names, and what isn't sure is asked."""

import datetime
from decimal import Decimal

import pytest

import allocation
from allocation.errors import MappingNeeded
from allocation.readers.columns import fingerprint
from tests.readers.reading import held, problems, read


def test_a_german_export_with_a_title_a_total_and_a_disclaimer():
    content = read("""
        Mein Depot

        Stand;02.07.2026
        Bezeichnung;ISIN;Stück;Kurs in EUR;Kurswert;Stichtag
        iShares World;IE00B4L5Y983;1.250,5;80,42;100.565,21;02.07.2026
        Barbestand;;;;1.000,00;02.07.2026
        Gesamt;;;;101.565,21
        Alle Angaben ohne Gewähr
    """)
    assert held(content) == [
        ("depot", "IE00B4L5Y983", 1250.5, 80.42, "EUR"),
        ("depot", "CASH", 1000, 1, "EUR"),
    ]
    assert set(content.holdings["as_of"]) == {datetime.date(2026, 7, 2)}
    assert "Gesamt: 101,565.21, as the file's own total says." in content.notes


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("As of,11/20/2026", datetime.date(2026, 11, 20)),
        ("Stand: 2.11.2026", datetime.date(2026, 11, 2)),
        ("Positions as of Nov 20, 2026", datetime.date(2026, 11, 20)),
        ("Spreadsheet created at,18-09-2026 19:11", datetime.date(2026, 9, 18)),
        ('"Positions as of Nov 20, 2026"', datetime.date(2026, 11, 20)),
        ("Date,2026-11-20 16:00", datetime.date(2026, 11, 20)),
        ("As of,03/04/2026", None),
        ("As of,2027-01-01", None),
        ("Account opened 2020-01-01", None),
        ("Depotübersicht vom 20.11.2026 18:40", datetime.date(2026, 11, 20)),
        ("Vertrag vom 01.02.2015", None),
    ],
)
def test_the_date_above_a_table_is_that_of_its_values_where_it_can_be_read_for_sure(title, day):
    content = read(f"{title}\nSymbol,Quantity,Price,Currency\nVTI,1,2,USD\n")
    assert content.holdings["as_of"].tolist() == [day]
    said = f"It is of {day}, as is said above the table." if day else "Nothing says which day its values are of"
    assert any(said in note for note in content.notes)


@pytest.mark.parametrize(
    ("footer", "day"),
    [
        ('"As of 2026-05-08 12:00 GMT-04:00"', datetime.date(2026, 5, 8)),
        ("Generated at Sep 15 2026 08:50 AM ET", datetime.date(2026, 9, 15)),
        ("Stand,2.11.2026", datetime.date(2026, 11, 2)),
        ("As of 2027-01-01", None),
        ("Member since the date of 2020-01-01", None),
    ],
)
def test_so_is_the_date_below_it(footer, day):
    content = read(f"Symbol,Quantity,Price,Currency\nVTI,1,2,USD\n\n{footer}\n")
    assert content.holdings["as_of"].tolist() == [day]
    said = f"It is of {day}, as is said below the table." if day else "Nothing says which day its values are of"
    assert any(said in note for note in content.notes)


def test_purchases_under_a_holding_are_not_counted_again():
    content = read("""\
        Symbol,Last Price,Qty #,Value,Currency
        EEE,10.00,5,50.00,USD
        01/02/2025,10.00,2,20.00,USD
        03/04/2025,10.00,3,30.00,USD
        FFF,10.00,5,50.00,USD
        2025-01-02,,,49.99,USD
        2025-03-04,,,0.01,USD
        TOTAL,,,100.00,
    """)
    assert [row[1:3] for row in held(content)] == [("EEE", 5), ("FFF", 5)]
    assert (
        "Rows called by a date, such as 01/02/2025, add up to the holding above them: they are its purchases and not "
        "counted again."
    ) in content.notes
    assert "TOTAL: 100.00, as the file's own total says." in content.notes


@pytest.mark.parametrize("rows", ["EEE,10,5\n01/02/2025,10,4\n", "01/02/2025,10,5\nEEE,10,5\n"])
def test_a_date_is_no_holding(rows):
    (problem,) = problems(read(f"Symbol,Price,Quantity,Currency\n{rows.replace(chr(10), ',USD' + chr(10))}"))
    assert (
        "symbol: '01/02/2025' is a date, and no holding. If the row is a purchase of the holding above it, take it out "
        "of the file; otherwise write what is held."
    ) in problem


def test_money_in_the_bank_is_cash():
    content = read("""
        Wertpapier;Stück;Kurs;Währung;Kurswert
        Xetra-Gold;20;98,10;EUR;1.962,00
        Tagesgeld;;;EUR;5.000,00
        Summe;;;;6.962,00
    """)
    assert held(content) == [("depot", "Xetra-Gold", 20, 98.1, "EUR"), ("depot", "CASH", 5000, 1, "EUR")]


def test_a_row_without_a_quantity_is_one_problem_and_no_wrong_total():
    said = problems(
        read("""
        Name,Quantity,Price,Currency,Value
        VTI,10,300,USD,3000
        House,,,USD,5000
        Total,,,,8000
    """)
    )
    assert said == [
        "depot.csv, row 3, Quantity: is empty. Every holding needs it; a row of cash doesn't, where its name or symbol "
        "is Cash."
    ]


def test_what_is_not_sure_is_asked_with_columns_samples_and_guesses():
    with pytest.raises(MappingNeeded) as asked:
        read("""
            Paper ticker,How many shares,Last
            VTI,10,300.10
        """)
    error = asked.value
    assert (error.file, error.columns) == ("depot.csv", ("Paper ticker", "How many shares", "Last"))
    assert error.missing == ("symbol", "quantity", "currency")
    assert error.guesses["symbol"] == "Paper ticker" and error.guesses["quantity"] == "How many shares"
    assert error.samples == ({"Paper ticker": "VTI", "How many shares": "10", "Last": "300.10"},)
    assert '--map quantity="How many shares"' in str(error) and "--map currency==EUR" in str(error)


def test_the_answer_is_taken_and_the_other_columns_are_read_by_their_names():
    content = read(
        """
        Paper,How many,Last
        VTI,10,300.10
        """,
        mapping={"symbol": "Paper", "quantity": "How many", "currency": "=USD", "account": "=Savings"},
    )
    assert held(content) == [("Savings", "VTI", 10, 300.1, "USD")]


def test_an_answer_that_names_no_column_is_refused():
    said = problems(read("Ticker,Shares,Price\nVTI,1,1\n", mapping={"currency": "Curr"}))
    assert said == ["depot.csv: has no column 'Curr' for the currency. Its columns are Ticker, Shares, Price."]
    assert "has no use for 'colour'" in problems(read("Ticker,Shares\nVTI,1\n", mapping={"colour": "Shares"}))[0]


def test_two_columns_that_may_be_the_quantity_are_asked_for_unless_they_say_the_same():
    with pytest.raises(MappingNeeded, match="the quantity"):
        read("Symbol,Quantity,Units,Price,Currency\nVTI,1,2,3,USD\n")
    assert held(read("Symbol,Quantity,Units,Price,Currency\nVTI,2,2,3,USD\n")) == [("depot", "VTI", 2, 3, "USD")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Symbol\tQuantity\tPrice\tCurrency\nVTI\t1,234\t1,000\tUSD\n", "with a decimal point or a decimal comma"),
        ("Symbol,Quantity,Price (USD),As of\nVTI,1,5,03/04/2026\n", "is no date that can be read for sure"),
        ("Symbol,Quantity,Price (USD)\nVTI,5-,1\n", "is negative"),
        ("Symbol,Quantity,Price (USD)\nVTI,1,(5)\n", "is not above 0"),
        ("Symbol,Quantity,Price (USD)\nVTI,,1\n", "Quantity: is empty"),
        ("Symbol,Quantity,Price (USD)\n,1,1\n", "Symbol: is empty"),
        ("Symbol,Quantity,Price (USD)\nVTI,ten,1\n", "'ten' is not a number"),
        ("Symbol,Quantity,Price,Value,Currency\nVTI,2,10,25,USD\n", "2 × 10 is 20.00"),
        ("Symbol,Quantity,Price (USD)\nVTI,9999999999999999,1\n", "is larger than 1,000,000,000,000"),
        ("Symbol,Quantity,Price (USD),Currency\nVTI,1,1,Dollars\n", "'Dollars' is not a currency code"),
        ("Account,Symbol,Quantity,Price (USD)\nall,VTI,1,1\n", "stands for the whole portfolio"),
        ("just some text\n", "holds no table with named columns"),
        ("Symbol,Quantity,Price (USD)\n", "holds no holdings under its header"),
    ],
)
def test_a_table_that_cannot_be_right_is_refused_in_a_sentence(text, problem):
    assert any(problem in said for said in problems(read(text))), problems(read(text))


def test_prices_are_calculated_from_values_where_there_are_none():
    assert held(read("Symbol,Quantity,Value,Currency\nVTI,4,10,USD\n")) == [("depot", "VTI", 4, 2.5, "USD")]


def test_lots_of_one_holding_are_added_up_with_their_cost():
    content = read("Symbol,Quantity,Price,Currency,Cost basis\nVTI,1,10,USD,8\nVTI,2,10,USD,15\n")
    assert held(content) == [("depot", "VTI", 3, 10, "USD")]
    assert content.holdings["cost_basis"].tolist() == [Decimal(23)]


def test_what_was_said_once_is_remembered_for_files_with_the_same_columns(portfolio, write_csv):
    mapping = {"symbol": "Paper", "quantity": "How many", "currency": "=USD"}
    portfolio.load(write_csv("Paper,How many,Last\nVTI,10,300\n", "a.csv"), mapping=mapping, account="Savings")
    report = portfolio.load(write_csv("Paper,How many,Last\nVTI,11,300\n", "b.csv"), account="Savings")
    assert report.changed_quantities == (("Savings", "VTI", 10, 11),)
    assert "read as you said for a file with the same columns before" in " ".join(report.notes)
    with pytest.raises(MappingNeeded):
        portfolio.load(write_csv("Papers,How many,Last\nVTI,11,300\n", "c.csv"))


def test_a_preview_remembers_nothing(portfolio, write_csv):
    file = write_csv("Paper,Shares,Last\nVTI,10,300\n")
    portfolio.init("USD")
    portfolio.load(file, mapping={"symbol": "Paper", "currency": "=USD"}, preview=True)
    with pytest.raises(MappingNeeded):
        portfolio.load(file)


def test_capitals_and_blanks_make_no_other_shape():
    assert fingerprint(["Ticker", "No. of  shares"]) == fingerprint(["ticker", "No. of shares"])


def test_what_the_account_would_be_called_is_said_where_it_is_not_given(portfolio, write_csv):
    file = write_csv("Symbol,Quantity,Price,Currency\nVTI,1,2,USD\n", "depot.csv")
    assert any("it is depot." in note for note in portfolio.load(file, preview=True).notes)
    assert not any("names no account" in note for note in portfolio.load(file, account="Savings").notes)


def test_a_name_for_the_account_needs_a_file_with_one_account(portfolio, write_csv):
    file = write_csv("account,symbol,quantity,price,currency\nA,VTI,1,1,USD\nB,VTI,1,1,USD\n")
    with pytest.raises(allocation.LoadError, match=r"has several accounts \(A, B\), so they can't all be called C"):
        portfolio.load(file, account="C")


def test_cash_that_is_valued_in_another_currency_is_its_amount_in_its_own():
    content = read("""
        Konto;Name;ISIN;Stück;Kurs;Währung;Kurswert (EUR)
        A;iShares World;IE00B4L5Y983;10;80,50;EUR;805,00
        A;Guthaben;;1.150,00;1;USD;1.000,00
        A;Summe;;;;;1.805,00
    """)
    assert held(content) == [("A", "IE00B4L5Y983", 10, 80.5, "EUR"), ("A", "CASH", 1150, 1, "USD")]
    content = read("Account,Name,Quantity,Price,Currency,Market Value (USD)\nA,Cash,1000,1,EUR,1100\n")
    assert held(content) == [("A", "CASH", 1000, 1, "EUR")]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("A,Cash,500,1,USD,700", "'700' of cash differs from its quantity, 500. Write the same in both"),
        ("A,Cash,,,EUR,€ 700", ""),
        ("A,Cash,,,USD,€ 700", "'€ 700' is not in USD, the currency of the row."),
        ("A,Cash,,,EUR,$700", "'$700' is not in EUR, the currency of the row."),
        ("A,Cash,$700,,EUR,", "'$700' is not in EUR, the currency of the row."),
        ("A,VTI,7,,EUR,$700", "'$700' is not in EUR, the currency of the row."),
        ("A,VTI,7,90,EUR,$700", ""),
        ("A,Cash,500,3,USD,€ 700", "'3' of cash is neither 1 nor the FX rate"),
        ("A,Cash,500,1.4,USD,€ 700", ""),
        ("A,Cash,1,500,USD,500", ""),
        ("A,Cash,500,,USD,500.25", ""),
    ],
)
def test_cash_whose_quantity_and_value_differ_is_refused(row, problem):
    said = problems(read(f"Account,Name,Quantity,Price,Currency,Value\n{row}\n"))
    assert (problem in " ".join(said)) if problem else not said


def test_cash_that_is_only_valued_in_another_currency_is_refused():
    (said,) = problems(read("Name,Shares,Currency,Value (EUR)\nCash,,USD,700\n"))
    assert "'700' is in EUR, but the cash is USD. Write its amount in USD as its quantity." in said


def test_lots_of_one_holding_at_two_prices_are_refused():
    text = "Symbol,Shares,Price,Currency,Value\nVTI,5,10.5,USD,52.5\nVTI,5,11,USD,55\nTotal,,,,107.5\n"
    (said,) = problems(read(text))
    assert "row 3, price: '11' is 10.5 for VTI in row 2. Write one price in both, or the date of each." in said


@pytest.mark.parametrize(
    ("rows", "price"),
    [
        ("VTI,5,10.50,USD,\nVTI,5,10.503,USD,", 10.503),
        ("VTI,3,,USD,10.00\nVTI,7,,USD,23.33", 3.33333333),
    ],
)
def test_lots_whose_prices_differ_by_rounding_are_one_holding(rows, price):
    ((_, _, _, found, _),) = held(read(f"Symbol,Shares,Price,Currency,Value\n{rows}\n"))
    assert found == price


def test_lots_of_several_days_have_the_price_of_the_last():
    text = "Symbol,Shares,Price,Currency,As of\nVTI,5,11,USD,2026-03-02\nVTI,5,10,USD,2026-03-01\n"
    content = read(text)
    assert held(content) == [("depot", "VTI", 10, 11, "USD")]
    assert "VTI has prices of several days in depot: that of 2026-03-02 counts." in content.notes


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Symbol,Shares,Shares,Price,Currency\nVTI,1,2,3,USD\n", "quantity"),
        ("Symbol,Shares,Price,Price,Currency\nVTI,1,2,3,USD\n", "price"),
        ("Symbol,Shares,Price,Ccy,Currency\nVTI,1,2,EUR,USD\n", "currency"),
        ("Symbol,Symbol,Shares,Price,Currency\nVTI,BND,1,2,USD\n", "symbol"),
        ("Symbol,Shares,Units,Value,Currency\nVTI,1,2,3,USD\n", "quantity"),
    ],
)
def test_two_columns_for_one_thing_are_asked_for(text, missing):
    with pytest.raises(MappingNeeded) as asked:
        read(text)
    assert asked.value.missing == (missing,)


def test_of_two_columns_of_one_name_either_can_be_named():
    text = "Symbol,Shares,Shares,Price,Currency\nVTI,1,2,3,USD\n"
    assert held(read(text, mapping={"quantity": "Shares (2)"})) == [("depot", "VTI", 2, 3, "USD")]
    assert held(read(text, mapping={"quantity": "Shares"})) == [("depot", "VTI", 1, 3, "USD")]
    assert held(read(text.replace("1,2,3", "2,2,3"))) == [("depot", "VTI", 2, 3, "USD")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Symbol,Shares,Price,Ccy\nVTI,1,$10.50,EUR\n", "Price: '$10.50' is not in EUR, the currency of the row."),
        ("Symbol,Shares,Price,Ccy\nVTI,1,€10.50,USD\n", "Price: '€10.50' is not in USD"),
        ("Symbol,Shares,Price,Ccy\nVTI,1,£10.50,GBX\n", "Price: '£10.50' is not in GBX"),
        ("Symbol,Value,Ccy\nVTI,€10.50,USD\n", "Value: '€10.50' is not in USD"),
        ("Symbol,Shares,Price,Ccy,Value\nVTI,2,10,USD,€20\n", "Value: '€20' is not in USD"),
        ("Symbol,Shares,Price (EUR)\nVTI,1,$10.50\n", "Price (EUR): '$10.50' is not in EUR"),
        ("Symbol,Shares,Price,Ccy\nVTI,50%,10.50,USD\n", "Shares: '50%' is a percentage. Write the number of shares."),
        ("Symbol,Side,Shares,Price,Ccy\nVTI,Short,5,10.50,USD\n", "Side: 'Short' means that it is sold"),
        ("Symbol,Long/Short,Shares,Price,Ccy\nVTI,S,5,10.50,USD\n", "--leave-out VTI"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(text, problem):
    (said,) = problems(read(text))
    assert problem in said


@pytest.mark.parametrize("name", ["Stück / Nominal", "Stück/Nominale", "Nominale", "Nominal", "Aantal / nominaal"])
def test_a_bonds_nominal_is_its_quantity(name):
    content = read(f"Bezeichnung;WKN;{name};Kurs;Kurswert EUR\nBund;113500;1000;99,50 %;995,00\n")
    assert held(content) == [("depot", "113500", 1000, 0.995, "EUR")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Symbol,Zahl,Price (USD),Value,Note\nVTI,10,300,3000,x\n",
            "No column of quantities was recognised (not read: Zahl, Note); they are calculated from value and price.",
        ),
        (
            "Symbol,Price (USD),Value\nVTI,300,3000\n",
            "No column of quantities was recognised; they are calculated from value and price.",
        ),
        (
            "Symbol,Zahl,Value (USD)\nVTI,10,3000\n",
            "No column of quantities or prices was recognised (not read: Zahl): each holding is kept as its value at "
            "a price of 1.",
        ),
    ],
)
def test_quantities_that_are_calculated_are_said_to_be_and_what_was_not_read(text, said):
    assert said in read(text).notes


def test_cash_in_several_rows_is_said_to_be_added_up():
    content = read("Name,Quantity,Price,Currency\nCash,1000,1,USD\nSavings account,5000,1,USD\nEUR Cash,300,1,EUR\n")
    assert held(content) == [("depot", "CASH", 6000, 1, "USD"), ("depot", "CASH", 300, 1, "EUR")]
    assert [note for note in content.notes if "added up" in note] == [
        "CASH in USD stands in several rows of depot: they are added up."
    ]


def test_cash_that_a_program_calls_by_a_code_of_its_own_is_cash():
    content = read("""\
        Account Name,Symbol,Name,Security Type,Quantity,Market Price,Market Value,Currency
        TFSA,sec-c-cad,Canadian Dollar,Cash,500.00,1.00,500.00,CAD
        TFSA,SEC-C-USD,US Dollar,Cash,20,1.00,20,USD
    """)
    assert held(content) == [("TFSA", "CASH", 500, 1, "CAD"), ("TFSA", "CASH", 20, 1, "USD")]
