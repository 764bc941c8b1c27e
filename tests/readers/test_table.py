"""Any table of holdings: columns by their names, and what isn't sure is asked."""

import datetime
import io
from decimal import Decimal
from textwrap import dedent

import openpyxl
import pytest

import allocation
from allocation.errors import MappingNeeded
from allocation.readers import Opened, Ways, read_any, read_together
from allocation.readers.columns import fingerprint

TODAY = datetime.date(2026, 11, 25)


def read(text, name="depot.csv", **how):
    return read_any(Opened(dedent(text).lstrip("\n").encode(), name), TODAY, **how)


def held(content):
    assert content.problems == ()
    columns = ["account", "symbol", "quantity", "price", "currency"]
    return [
        (account, symbol, float(quantity), price and float(price), currency)
        for account, symbol, quantity, price, currency in content.holdings[columns].itertuples(index=False, name=None)
    ]


def problems(content):
    return [str(problem) for problem in content.problems]


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
        ("Positions as of Nov 20, 2026", None),
        ('"Positions as of Nov 20, 2026"', datetime.date(2026, 11, 20)),
        ("Date,2026-11-20 16:00", datetime.date(2026, 11, 20)),
        ("As of,03/04/2026", None),
        ("As of,2027-01-01", None),
        ("Account opened 2020-01-01", None),
    ],
)
def test_the_date_above_a_table_is_that_of_its_values_where_it_can_be_read_for_sure(title, day):
    content = read(f"{title}\nSymbol,Quantity,Price,Currency\nVTI,1,2,USD\n")
    assert content.holdings["as_of"].tolist() == [day]
    said = f"It is of {day}, as is said above the table." if day else "Nothing says which day its values are of"
    assert any(said in note for note in content.notes)


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


def test_dollars_are_asked_about_with_the_likeliest_answer():
    with pytest.raises(MappingNeeded, match="--map currency==USD. Two equals signs, for a value that holds") as asked:
        read("Ticker,Shares,Price\nVTI,10,$300.10\n")
    assert asked.value.guesses == {"currency": "=USD"}


def test_a_total_that_is_not_the_sum_is_refused():
    content = read("""
        Symbol,Quantity,Price,Currency,Value
        VTI,10,300,USD,3000
        Total,,,,3100
    """)
    assert problems(content) == [
        "depot.csv, row 3, total: '3,100.00' is the total of Total, but its lines add up to 3,000.00. "
        "Is a part of the file missing?"
    ]


def test_a_fund_called_total_is_no_total():
    content = read("""
        Name,Units,Price,Currency
        Total Bond,10,5,USD
        Total,,,
    """)
    assert held(content) == [("depot", "Total Bond", 10, 5, "USD")]


def test_a_last_row_worth_as_much_as_all_others_is_a_total_whatever_it_is_called():
    content = read("""
        Account Name,Symbol,Current value
        IRA,VTI,£1000.50
        IRA,BND,£500
        IRA,Everything,£1500.50
    """)
    assert held(content) == [("IRA", "VTI", 1000.5, 1, "GBP"), ("IRA", "BND", 500, 1, "GBP")]


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


def test_a_price_in_pence_becomes_pounds():
    content = read("Symbol,Quantity,Price,Currency,Value\nVUSA,10,8512.5,GBX,85125\n")
    assert held(content) == [("depot", "VUSA", 10, 85.125, "GBP")]


def test_prices_are_calculated_from_values_where_there_are_none():
    assert held(read("Symbol,Quantity,Value,Currency\nVTI,4,10,USD\n")) == [("depot", "VTI", 4, 2.5, "USD")]


def test_lots_of_one_holding_are_added_up_with_their_cost():
    content = read("Symbol,Quantity,Price,Currency,Cost basis\nVTI,1,10,USD,8\nVTI,2,10,USD,15\n")
    assert held(content) == [("depot", "VTI", 3, 10, "USD")]
    assert content.holdings["cost_basis"].tolist() == [Decimal(23)]


def workbook(*rows, sheet="Depot"):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_workbook_of_numbers_has_no_doubtful_marks():
    content = workbook(
        ["My holdings"],
        ["Ticker", "Shares", "Price", "Currency", "As of"],
        ["VTI", 1.234, 1000, "USD", datetime.datetime(2026, 3, 4)],
        ["BND", 0.1 + 0.2, 72.5, "USD", datetime.date(2026, 3, 4)],
    )
    read_back = read_any(Opened(content, "book.xlsx"), TODAY)
    assert held(read_back) == [("book", "VTI", 1.234, 1000, "USD"), ("book", "BND", 0.3, 72.5, "USD")]
    assert set(read_back.holdings["as_of"]) == {datetime.date(2026, 3, 4)}
    assert read_back.format == "Table of holdings, sheet Depot"


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


def test_shares_that_are_valued_in_another_currency_are_compared_with_its_total():
    content = read("""
        Name;Stück;Kurs;Währung;Kurswert (EUR)
        VTI;10;300,00;USD;2.750,00
        BND;10;70,00;EUR;700,00
        Summe;;;;3.450,00
    """)
    assert held(content) == [("depot", "VTI", 10, 300, "USD"), ("depot", "BND", 10, 70, "EUR")]
    assert "Summe: 3,450.00, as the file's own total says." in content.notes


def test_a_number_that_the_separator_cuts_in_two_is_refused():
    text = "Account,Symbol,Currency,Quantity,Value\nA,BND,USD,1,72.50,\nA,VTI,USD,10,1,234\n"
    assert problems(read(text)) == [
        "depot.csv, row 3: has 6 cells, the header has 5. Put numbers with thousands marks in quotes."
    ]


CLOSED = """
    Account,Symbol,Shares,Price,Currency,Value
    A,VTI,5,10.5,USD,52.5
    Total,,,,,52.5

    {title}
    Account,Symbol,Shares,Price,Currency,Value
    {account},QQQ,1,500,USD,500
    {end}
"""


def test_what_stands_after_the_total_is_not_taken_in_silence():
    assert problems(read(CLOSED.format(title="More", account="A", end=""))) == [
        "depot.csv, row 7: 'QQQ' stands after the file's total in row 3, so it may be sold or only watched. Take it "
        "out of the file, or move it above the total if it is held. To load the rest without it, say so: --leave-out "
        'QQQ, or "Leave it out" on the page.'
    ]


@pytest.mark.parametrize("title", ["Closed positions", "Watchlist", "Verkaufte Positionen"])
@pytest.mark.parametrize("end", ["", "Total,,,,,500"])
def test_what_a_title_says_is_not_held_is_refused(title, end):
    (said,) = problems(read(CLOSED.format(title=title, account="B", end=end)))
    assert f"row 7: 'QQQ' stands under '{title}', so it isn't held." in said


@pytest.mark.parametrize(
    ("account", "end"), [("B", ""), ("A", "Total,,,,,500"), ("A", "Total,,,,,552.5"), ("A", "Grand total,,,,,552.5")]
)
def test_several_parts_with_totals_are_all_held(account, end):
    content = read(CLOSED.format(title="More", account=account, end=end))
    assert held(content) == [("A", "VTI", 5, 10.5, "USD"), (account, "QQQ", 1, 500, "USD")]


def test_a_total_of_all_is_followed_by_nothing():
    text = CLOSED.replace("Total,", "Grand total,").format(title="More", account="A", end="Total,,,,,500")
    assert "row 7: 'QQQ' stands after the file's total in row 3" in problems(read(text))[0]


def test_cash_worth_as_much_as_all_above_it_is_cash():
    content = read("""
        Account,Name,Quantity,Price,Currency,Value
        A,VTI,2,300,USD,600
        A,BND,4,100,USD,400
        A,Cash,,,USD,1000
        Total,,,,,2000
    """)
    assert held(content)[2] == ("A", "CASH", 1000, 1, "USD")


def test_a_row_worth_as_much_as_all_above_it_that_may_be_a_holding_is_refused():
    text = "Symbol,Value\nVTI,$600\nBND,$400\nQQQ,$1000\n"
    (said,) = problems(read(text, mapping={"currency": "=USD"}))
    assert "row 4, Value: '$1000' is worth exactly what the rows above it add up to. If it is their total" in said


def test_a_total_that_adds_up_shares_as_well_is_no_holding():
    content = read("Symbol,Quantity,Price,Currency,Value\nVTI,2,3,USD,6\nBND,1,4,USD,4\nTotal,3,,USD,10\n")
    assert [symbol for _, symbol, *_ in held(content)] == ["VTI", "BND"]


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


def test_a_total_is_compared_with_what_is_loaded_in_the_end():
    first = Opened(b"Account,Name,Shares,Price,Currency,Value\nA,VTI,5,100,USD,500\n", "first.csv")
    second = b"Account,Name,Shares,Price,Currency,Value\nB,VTI,5,101,USD,505\nTotal,,,,,505\n"
    notes = read_together([first, Opened(second, "second.csv")], None, None, None, TODAY).notes
    assert "second.csv: Total: the file's own total is 505.00; 500.00 is loaded, 5.00 less." in notes
    assert "VTI is at 100 in first.csv and at 101 in second.csv: 100 counts." in notes


def test_a_total_is_compared_without_what_is_left_out():
    text = b"Symbol,Shares,Price,Currency,Value\nVTI,5,100,USD,500\nXYZ,-1,10,USD,-10\nTotal,,,,490\n"
    brought = read_together(Opened(text, "depot.csv"), None, None, None, TODAY, ways=Ways(leave_out=["XYZ"]))
    assert "depot.csv: Total: the file's own total is 490.00; 500.00 is loaded, 10.00 more." in brought.notes


def test_a_total_in_another_currency_is_only_compared_with_the_files_lines():
    text = b"Name;Shares;Price;Currency;Value (EUR)\nVTI;10;300,50;USD;2750\nTotal;;;;2750\n"
    brought = read_together(Opened(text, "depot.csv"), None, None, None, TODAY)
    assert "depot.csv: Total: the file's own total, 2,750.00, is what its lines add up to." in brought.notes


def quoted(*numbers):
    return ",".join(f'"{number}"' for number in numbers)


@pytest.mark.parametrize(
    "text",
    [
        f"Symbol,Currency,Shares,Price,Value\nVTI,USD,{quoted('1.000', '2', '2.000')}\n",
        "Symbol;Currency;Shares;Price\nVTI;USD;1,234;100\n",
        "Symbol\tCurrency\tShares\tPrice\nVTI\tUSD\t1.234\t100\n",
    ],
)
def test_numbers_that_can_be_read_both_ways_are_refused(text):
    (said, *_) = problems(read(text))
    assert "can be read with a decimal point or a decimal comma" in said
    assert "decimals with other than three digits (1234.50)" in said


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("Symbol;Currency;Shares;Price\nVTI;USD;1.234;10.50\n", 1.234),
        ("Symbol;Currency;Shares;Price\nVTI;USD;1,234;10.50\n", 1234),
        ("Symbol;Currency;Shares;Price;Share of all\nVTI;USD;1,234;100;33,5 %\n", 1.234),
        ("Symbol;Currency;Shares;Price;Value\nVTI;USD;1.000;2.000;2.000\n", 1),
        ("Symbol;Currency;Shares;Price;Bought\nVTI;USD;1234;100;2.7.2026\n", 1234),
    ],
)
def test_another_number_or_the_value_settles_the_decimal_mark(text, quantity):
    ((_, _, found, *_),) = held(read(text))
    assert found == quantity


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


def test_a_sign_of_several_currencies_fits_each_of_them():
    text = "Symbol,Side,Shares,Price,Ccy\nVTI,Long,5,$10.50,{}\n"
    for currency in ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"):
        assert held(read(text.format(currency))) == [("depot", "VTI", 5, 10.5, currency)]


def test_a_holding_kept_as_its_value_is_in_the_values_currency():
    content = read("Name,Currency,Current value (EUR)\nVTI,USD,1000\n")
    assert held(content) == [("depot", "VTI", 1000, 1, "EUR")]


@pytest.mark.parametrize(
    "text",
    [
        "Symbol,Quantity,Price (USD)\nSHIB,1000,0.000000001\n",
        # Its price is calculated.
        "Symbol,Quantity,Value (USD)\nSHIB,10000000000,0.01\n",
    ],
)
def test_a_price_too_small_to_be_kept_is_not_0(text):
    (problem,) = problems(read(text))
    assert "of SHIB is less than 0.00000001, the least that is kept. To load the rest without it" in problem


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


TWO = "Symbol,Quantity,Price,Value,Currency\nVTI,10,300,3000,USD\nBND,20,100,2000,USD\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",,,4000,", "row 4, total: '4,000.00' is the total of All rows, but its lines add up to 5,000.00."),
        (",30,,,", "row 4, Symbol: is empty. Every holding needs it."),
    ],
)
def test_a_row_of_a_number_alone_is_not_dropped_unseen(row, said):
    (problem,) = problems(read(TWO + row + "\n"))
    assert said in problem


def test_a_row_of_a_number_alone_may_be_the_total():
    content = read(TWO + ",,,5000,\n")
    assert "All rows: 5,000.00, as the file's own total says." in content.notes
    (problem,) = problems(read(TWO + ",,,5000,\nVEA,1,5,5,USD\n"))
    assert "row 5: 'VEA' stands after the file's total in row 4" in problem


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'VTI,"0,5",75.5\nBND,2,10.25\n',
            "row 2, Quantity: '0,5' has a decimal comma, and the rest of the file is read with",
        ),
        (
            'VTI,2,"75,55"\nBND,"1,5",10.25\n',
            "row 3, Price: '10.25' has a decimal point, and the rest of the file is read",
        ),
        ("VTI,2,75.5\nBND,1.2.3,10.25\n", "row 3, Quantity: '1.2.3' is not a number."),
    ],
)
def test_another_decimal_mark_than_the_rest_of_the_file_has_is_said(text, said):
    (problem,) = problems(read("Symbol,Quantity,Price\n" + text, mapping={"currency": "=USD"}))
    assert said in problem


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("#N/A,1,5,USD", "row 2, Symbol: '#N/A' is an error of the spreadsheet, and no result."),
        ("#REF!,1,5,USD", "row 2, Symbol: '#REF!' is an error of the spreadsheet"),
        ("VTI,#N/A,5,USD", "row 2, Quantity: '#N/A' is an error of the spreadsheet"),
        ("VTI,#WERT!,5,USD", "row 2, Quantity: '#WERT!' is an error of the spreadsheet"),
    ],
)
def test_a_spreadsheets_error_is_called_one(row, said):
    (problem,) = problems(read(f"Symbol,Quantity,Price,Currency\n{row}\n"))
    assert said in problem


def test_cash_in_several_rows_is_said_to_be_added_up():
    content = read("Name,Quantity,Price,Currency\nCash,1000,1,USD\nSavings account,5000,1,USD\nEUR Cash,300,1,EUR\n")
    assert held(content) == [("depot", "CASH", 6000, 1, "USD"), ("depot", "CASH", 300, 1, "EUR")]
    assert [note for note in content.notes if "added up" in note] == [
        "CASH in USD stands in several rows of depot: they are added up."
    ]


def test_half_a_cent_of_a_total_is_rounded_as_it_is_everywhere():
    content = read("Symbol,Quantity,Price,Value,Currency\nVTI,10.5,300.25,3152.625,USD\nTotal,,,3152.625,\n")
    assert "Total: 3,152.63, as the file's own total says." in content.notes


def of_currencies(header, *rows):
    content = read("\n".join([header, *rows]))
    prices = [(symbol, price, currency) for _, symbol, _, price, currency in held(content)]
    return prices, [None if cost is None else float(cost) for cost in content.holdings["cost_basis"]]


@pytest.mark.parametrize(
    ("header", "dollars", "euros"),
    [
        ("Symbol,Qty,Price,Price Currency,Currency", "VTI,10,300,USD,EUR", "SAP,10,100,EUR,EUR"),
        ("Symbol,Qty,Price,Price Currency,Value,Currency", "VTI,10,300,USD,2700,EUR", "SAP,10,100,EUR,1000,EUR"),
        ("Symbol,Qty,Price,Quote Currency,Value,Value Currency", "VTI,10,300,USD,2700,EUR", "SAP,10,100,EUR,1000,EUR"),
        ("Symbol,Qty,Price,Currency,Value,Value Currency", "VTI,10,300,USD,2700,EUR", "SAP,10,100,EUR,1000,EUR"),
        ("Symbol,Stück,Kurs,Kurswährung,Wert (EUR)", "VTI,10,300,USD,2700", "SAP,10,100,EUR,1000"),
        ("Symbol,Qty,Price (USD),Value,Currency", "VTI,10,300,2700,EUR", "SAP,10,100,,EUR"),
    ],
)
def test_a_price_is_in_the_currency_that_is_said_of_prices(header, dollars, euros):
    every = "USD" if "(USD)" in header else "EUR"
    assert of_currencies(header, dollars, euros)[0] == [("VTI", 300, "USD"), ("SAP", 100, every)]


def test_a_cost_basis_is_kept_where_it_is_in_the_currency_of_the_price():
    header = "Symbol,Qty,Price,Price Currency,Value,Currency,Cost Basis"
    rows = ("VTI,10,300,USD,2700,EUR,2000", "SAP,10,100,EUR,1000,EUR,900", "LLOY,100,72.5,GBX,72.5,GBP,70")
    prices, costs = of_currencies(header, *rows)
    assert prices == [("VTI", 300, "USD"), ("SAP", 100, "EUR"), ("LLOY", 0.725, "GBP")]
    assert costs == [None, 900, 70]
    assert of_currencies("Symbol,Qty,Price,Currency,Cost Basis (EUR)", "VTI,10,300,USD,2000")[1] == [None]


def test_a_value_in_a_currency_that_nothing_says_is_refused_with_the_way_to_say_it():
    table = "Symbol,Qty,Price,Currency,Value\nVTI,10,300,USD,2700\n"
    (said,) = problems(read(table))
    assert "If price and value are in two currencies, say in which: --map price_currency=COLUMN" in said
    assert held(read(table, mapping={"value_currency": "=EUR"})) == [("depot", "VTI", 10, 300, "USD")]
    # In that currency, it says nothing about how many shares there are.
    (said,) = problems(read("Symbol,Price,Price Currency,Value,Value Currency\nVTI,300,USD,2700,EUR\n"))
    assert "is not in USD" in said


def test_values_alone_are_in_the_currency_that_is_said_of_values():
    content = read("Symbol,Value,Value Currency\nVTI,2700,EUR\nCash,100,USD\n")
    assert held(content) == [("depot", "VTI", 2700, 1, "EUR"), ("depot", "CASH", 100, 1, "USD")]


HARGREAVES = """
    Vantage ISA
    Total cash:,10.50
    Code,Stock,{quantity},Price (pence),Value (£),Cost (£)
    VOD,Vodafone Group plc,1000,72.5,725.00,700.00
    ,,Totals,,725.00,700.00
"""


def test_a_column_of_prices_may_be_in_pence_and_cash_above_the_table_is_said():
    content = read(HARGREAVES.format(quantity="Units held"))
    assert held(content) == [("depot", "VOD", 1000, 0.725, "GBP")]
    (said,) = [note for note in content.notes if note.startswith("Above the table")]
    assert said == "Above the table stands 'Total cash: 10.50', which is not counted: cash counts where it has a row."


def test_a_column_that_may_be_the_quantity_is_asked_about_before_it_is_calculated():
    with pytest.raises(MappingNeeded) as caught:
        read(HARGREAVES.format(quantity="Current units"))
    assert (caught.value.missing, caught.value.guesses) == (("quantity",), {"quantity": "Current units"})
    # A percentage is none.
    assert held(read("Symbol,Shares of all,Value,Currency\nVTI,60 %,600,USD\n")) == [("depot", "VTI", 600, 1, "USD")]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Titolo;ISIN;Quantità;Prezzo;Valuta;Valore di mercato", "BTP 3,5% 2030;IT1;10.000;101,25;EUR;10.125,00"),
        ("Nazwa;ISIN;Ilość;Kurs;Waluta;Wartość", "Bond 3,5% 2030;IT1;10.000;101,25;EUR;10.125,00"),
        ("Namn;ISIN;Antal;Kurs;Valuta;Marknadsvärde", "Bond 3,5% 2030;IT1;10.000;101,25;EUR;10.125,00"),
    ],
)
def test_names_and_values_are_read_in_more_languages(header, row):
    assert held(read(f"{header}\n{row}\n")) == [("depot", "IT1", 10000, 1.0125, "EUR")]


def test_a_row_called_by_a_currency_is_cash_where_its_kind_says_so():
    rows = "USD,Cash,500,1,USD\nEUR,Currency,100,1.1,USD\nCash & equivalents,,50,,USD\nUSD,ETF,10,25,USD\n"
    content = read(f"Symbol,Type,Quantity,Price,Currency\n{rows}")
    assert [holding[1:] for holding in held(content)] == [
        ("CASH", 550, 1, "USD"),
        ("CASH", 100, 1, "EUR"),
        ("USD", 10, 25, "USD"),
    ]


def test_titles_that_may_be_accounts_are_said():
    content = read("Symbol,Quantity,Price,Currency\nRoth IRA\nVTI,1,300,USD\nTaxable\nVTI,2,300,USD\nThe end\n")
    assert any("not read: Roth IRA, Taxable. If they are names of accounts" in note for note in content.notes)


def test_currencies_that_stand_right_of_price_and_value_are_theirs():
    text = (
        "Name;ISIN;Stück;Kurs;Währung;Kurswert;Währung\nApple;US1;3;250,00;USD;682,09;EUR\nBund;DE1;1;9,5;EUR;9,5;EUR\n"
    )
    assert held(read(text)) == [("depot", "US1", 3, 250, "USD"), ("depot", "DE1", 1, 9.5, "EUR")]


def test_the_currency_of_values_is_asked_where_other_columns_name_one_and_no_price_shows_it():
    text = "Namn;Volym;Marknadsvärde;GAV (SEK);Valuta\nVolvo;100;28050,00;200;SEK\nApple;3;7900,00;1500;USD\n"
    with pytest.raises(MappingNeeded) as caught:
        read(text)
    assert (caught.value.missing, caught.value.guesses) == (("value_currency",), {"value_currency": "=SEK"})
    said = held(read(text, mapping={"value_currency": "=SEK"}))
    assert said == [("depot", "Volvo", 100, 280.5, "SEK"), ("depot", "Apple", 3, None, "USD")]
    assert held(read("Symbol,Value,Currency,Cost (SEK)\nVTI,3000,SEK,2000\n")) == [("depot", "VTI", 3000, 1, "SEK")]


def test_the_number_of_a_swiss_security_is_not_its_value():
    text = "Valor;ISIN;Symbol;Anzahl;Kurs;Whg\n3886335;CH1;NESN;100;95.60;CHF\n"
    assert held(read(text)) == [("depot", "NESN", 100, 95.6, "CHF")]
    assert held(read("Nombre;ISIN;Cantidad;Precio;Divisa;Valor\nX;ES1;2;5,5;EUR;11,0\n"))[0][2:4] == (2, 5.5)


def test_a_price_may_be_written_in_pence():
    content = read('Symbol,Qty,Price,Market value £\nVOD,1000,72.50p,725.00\nVWRL,10.5,"9,510.00p",998.55\n')
    assert held(content) == [("depot", "VOD", 1000, 0.725, "GBP"), ("depot", "VWRL", 10.5, 95.1, "GBP")]


def test_what_was_paid_is_not_offered_as_the_price():
    with pytest.raises(MappingNeeded) as caught:
        read("Symbol,Quantity,Average price,Currency\nVTI,10,250,USD\n")
    assert (caught.value.missing, caught.value.guesses) == (("price",), {})


def test_totals_by_currency_and_signs_of_currencies_are_read():
    rows = "VTI,10,300,US$,3000\nTotal USD,,,,3000\nSAP,10,100,€,1000\nTotal EUR,,,,1000\n"
    content = read(f"Symbol,Quantity,Price,Currency,Value\n{rows}")
    assert held(content) == [("depot", "VTI", 10, 300, "USD"), ("depot", "SAP", 10, 100, "EUR")]
    assert held(read("Name,Value,Currency\nTotal Gas,5,USD\n")) == [("depot", "Total Gas", 5, 1, "USD")]


def test_names_of_two_words_in_one_are_read():
    assert held(read("isin,quantity,lastPrice,priceCurrency\nX,12,165.42,EUR\n")) == [("depot", "X", 12, 165.42, "EUR")]


def test_a_price_in_pence_in_a_row_of_another_currency_is_refused():
    (said,) = problems(read("Symbol,Qty,Price (pence),Currency\nVOD,1000,72.5,GBP\nAAPL,1,250,USD\n"))
    assert "'250' is in GBX by its column's name, and its row in USD." in said
    rows = "VOD,1000,72.5p,GBP,725\nBP,10,£4.5,GBP,45\n"
    said = held(read(f"Symbol,Qty,Price,Currency,Value\n{rows}"))
    assert said == [("depot", "VOD", 1000, 0.725, "GBP"), ("depot", "BP", 10, 4.5, "GBP")]


def test_cash_called_by_its_currency_has_its_value_in_that_of_the_row():
    rows = "Cash USD,20,18,EUR\nCash,50,50,EUR\n"
    assert [row[1:] for row in held(read(f"Symbol,Quantity,Value,Currency\n{rows}"))] == [
        ("CASH", 20, 1, "USD"),
        ("CASH", 50, 1, "EUR"),
    ]
    (said,) = problems(read("Symbol,Value,Currency\nCash USD,18,EUR\nVTI,5,EUR\n"))
    assert "is in EUR, but the cash is USD" in said
