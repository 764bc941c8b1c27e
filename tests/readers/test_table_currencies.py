"""Which currency a price and a value are in, and more of what people's tables have: said, asked, or refused."""

import pytest

from allocation.errors import MappingNeeded
from tests.readers.reading import held, problems, read


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
    assert (
        "If price and value are in two currencies, say in which, in columns Price Currency and Value Currency" in said
    )
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
