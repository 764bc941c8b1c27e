"""Tables of brokers that have no reader of their own, in the shape their customers download."""

import datetime

import pytest

from allocation.errors import MappingNeeded
from tests.readers.reading import held, problems, read

RUPEES = {"currency": "=INR"}

ING = """\
Depotübersicht vom 17.09.2026 18:40
Kunde;Muster

Depotnummer;0000000000

ISIN;Wertpapiername;Stück/Nominale;Einheitskennzeichen;Einstandskurs;Währung;Einstandswert;Währung;Bewertungskurs;Währung;\
Zeit;Handelsplatz;Kurswert;Währung;Gewinn/Verlust;Währung;Gewinn/Verlust (%)
IE00B4L5Y983;MUSTER WELT;100;Stück;82,368;EUR;8.236,80;EUR;127,42;EUR;18:40 Uhr;Direkthandel;12.742,00;EUR;4.505,20;\
EUR;54.70%
US0378331005;MUSTER CORP DL-,01;7;Stück;150,00;EUR;1.050,00;EUR;190,64;EUR;18:39 Uhr;Direkthandel;1.334,48;EUR;284,48;\
EUR;27.09%
"";;;;;Depot-Gesamtwert;9.286,80;EUR;;;;;14.076,48;EUR;4.789,68;EUR;51,57%
"""


def test_ing():
    content = read(ING)
    assert held(content) == [
        ("depot", "IE00B4L5Y983", 100, 127.42, "EUR"),
        ("depot", "US0378331005", 7, 190.64, "EUR"),
    ]
    assert set(content.holdings["as_of"]) == {datetime.date(2026, 9, 17)}
    assert "Depot-Gesamtwert: 14,076.48, as the file's own total says." in content.notes


@pytest.mark.parametrize(
    ("header", "row", "symbol"),
    [
        (
            "Instrument,Qty.,Avg. cost,LTP,Invested,Cur. val,P&L",
            "INFY,25,1450.50,1600.00,36262.50,40000,3737.50",
            "INFY",
        ),
        (
            "Stock Name,ISIN,Quantity,Average buy price,Buy value,Closing price,Closing value",
            "Infosys,INE009A01021,25,1450.50,36262.50,1600,40000",
            "INE009A01021",
        ),
        ("Company Name,Symbol,Quantity,Average Price,Last Traded Price", "Infosys,INFY,25,1450.50,1600", "INFY"),
        (
            "Scrip Name,Scrip Code,Holding Qty,Average Cost,Market Price,Market Value",
            "Infosys,INFY,25,1450,1600,40000",
            "INFY",
        ),
        ("Name,Quantity,Avg Price,Last Traded,Investment,Current Value", "Infosys,25,1450,1600,36250,40000", "Infosys"),
        ("Scheme Name,AMC,Folio No.,Units,Invested Value,Current Value", "Infosys,AMC,1,25,36250,40000", "Infosys"),
    ],
)
def test_what_was_paid_is_never_taken_for_what_it_is_worth(header, row, symbol):
    assert held(read(f"{header}\n{row}\n", mapping=RUPEES)) == [("depot", symbol, 25, 1600, "INR")]


def test_no_column_is_offered_as_the_currency_that_has_none():
    with pytest.raises(MappingNeeded) as asked:
        read("Scrip Name,Scrip Code,Holding Qty,Market Price\nInfosys,INFY,25,1600\n")
    assert asked.value.missing == ("currency",) and asked.value.guesses == {}
    with pytest.raises(MappingNeeded) as asked:
        read("Name,Quantity,Price,Curr.\nInfosys,25,1600,INR\n")
    assert asked.value.guesses == {"currency": "Curr."}


TRADE_REPUBLIC = "Name;ISIN;quantity;price;avgCost;netValue\n"


def test_a_bond_that_is_called_by_its_maturity_alone_is_no_hundred_times_its_worth():
    euros = {"currency": "=EUR"}
    (problem,) = problems(read(TRADE_REPUBLIC + "Sept. 2033;XS0000000009;447.2;104.75;1.0877;46844.2\n", mapping=euros))
    assert "price: '104.75' of XS0000000009 may be in percent of its face value" in problem
    content = read(TRADE_REPUBLIC + "Mai 2037;XS0000000009;2563.02;0.9327;0.9698;2390.53\n", mapping=euros)
    assert held(content) == [("depot", "XS0000000009", 2563.02, 0.9327, "EUR")]
    # A fund may have a year in its name.
    content = read(TRADE_REPUBLIC + "Target 2035;IE00B4L5Y983;10;104.75;100;1047.5\n", mapping=euros)
    assert held(content) == [("depot", "IE00B4L5Y983", 10, 104.75, "EUR")]


def test_merrill():
    content = read(
        """\
        "Exported on: 11/20/2026 04:10 PM ET"
        "All Accounts","Value","Day's Value Change $","Unrealized Gain/Loss $ Chg % Chg"
        "Brokerage","$16,810.00","$100.00","$8,300.00 97.65%"

        "Symbol ","Value","Quantity","Price","Day's Price $ Chg % Chg","Unrealized Gain/Loss $ Chg % Chg","Description"
        "XYZ","$16,800.00","1,200","$14.00","($1.00) -1.20%","$8,300.00 97.65%","XYZ Corp"
        "Balances","","","","","",""
        "Money accounts","$25.00","--","--","-- --","-- --","Deposit Program"
        "Cash balance","($15.00)","--","--","-- --","-- --",""
        "Pending activity","$0.00","--","--","-- --","-- --",""
        "Total","$16,810.00","--","--","-- --","-- --",""
        """,
        mapping={"currency": "=USD"},
    )
    assert held(content) == [("depot", "XYZ", 1200, 14, "USD"), ("depot", "CASH", 10, 1, "USD")]
    assert set(content.holdings["as_of"]) == {datetime.date(2026, 11, 20)}


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        (
            "Title,Type,Timestamp,Account Currency,Total Amount,Buy / Sell,Ticker,ISIN,Price per Share,Quantity",
            "Apple,ORDER,2024-01-10T14:30:00.000Z,GBP,100.00,BUY,AAPL,US0378331005,150.00,0.66\n"
            "Apple,ORDER,2024-02-10T14:30:00.000Z,GBP,90.00,SELL,AAPL,US0378331005,150.00,0.60\n",
        ),
        (
            "Activity Date,Instrument,Trans Code,Quantity,Price,Currency",
            "9/20/2026,AAPL,Sell,5,190.00,USD\n9/02/2026,AAPL,Buy,9,180.00,USD\n",
        ),
    ],
)
def test_a_history_is_no_list_of_what_is_held(header, rows):
    (problem,) = problems(read(f"{header}\n{rows}", mapping={"price": header.split(",")[-2]}))
    assert "lists purchases and sales, which don't say what is held" in problem


def test_dkb():
    content = read("""\
        "Depot";"500000000";

        "Depotgesamtwert in EUR";"7.150,00";
        "Stand vom:";"20.11.2026";

        "Bestand";"";"ISIN / WKN";"Bezeichnung";"Kurs";"Gewinn / Verlust";"";"Einstandswert";"";"Kurswert in EUR"
        "50,00";"Stück";"IE00B4L5Y983 (A0RPWH)";"MUSTER WELT";"100,000000";"1.000,00";"EUR";"80,00";"EUR";"5.000,00"
        "10,00";"Stück";"A0RPWI / US0378331005";"MUSTER CORP";"215,000000";"350,00";"EUR";"180,00";"EUR";"2.150,00"
    """)
    assert held(content) == [
        ("depot", "IE00B4L5Y983", 50, 100, "EUR"),
        ("depot", "US0378331005", 10, 215, "EUR"),
    ]
    assert set(content.holdings["as_of"]) == {datetime.date(2026, 11, 20)}
    assert content.holdings["isin"].tolist() == ["IE00B4L5Y983", "US0378331005"]
