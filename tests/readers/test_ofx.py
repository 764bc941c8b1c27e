"""OFX and QFX statements, of version 1 (SGML) and 2 (XML)."""

import datetime
import re
import sys
from decimal import Decimal

import pytest

from allocation.readers import read_holdings
from allocation.readers.ofx import FORMAT
from allocation.readers.opened import Opened

TODAY = datetime.date(2026, 11, 25)
SGML = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:103\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n" \
    "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"  # fmt: skip
XML = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" ' \
    'OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'  # fmt: skip


def security(id, name, ticker="", kind="STOCK", more=""):
    named = f"<TICKER>{ticker}</TICKER>" if ticker else ""
    return (
        f"<{kind}INFO><SECINFO><SECID><UNIQUEID>{id}</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID>"
        f"<SECNAME>{name}</SECNAME>{named}</SECINFO>{more}</{kind}INFO>"
    )


def position(id, units, price, value, kind="STOCK", more="", side="LONG"):
    return (
        f"<POS{kind}><INVPOS><SECID><UNIQUEID>{id}</UNIQUEID><UNIQUEIDTYPE>CUSIP</UNIQUEIDTYPE></SECID>"
        f"<HELDINACCT>CASH</HELDINACCT><POSTYPE>{side}</POSTYPE><UNITS>{units}</UNITS><UNITPRICE>{price}</UNITPRICE>"
        f"<MKTVAL>{value}</MKTVAL><DTPRICEASOF>20261119160000[-5:EST]</DTPRICEASOF>{more}</INVPOS></POS{kind}>"
    )


def statement(positions="", cash="<AVAILCASH>250.75</AVAILCASH><MARGINBALANCE>0</MARGINBALANCE><SHORTBALANCE>0"
              "</SHORTBALANCE>", number="123456789", day="20261120", currency="USD"):  # fmt: skip
    listed = f"<INVPOSLIST>{positions}</INVPOSLIST>" if positions else ""
    balances = f"<INVBAL>{cash}</INVBAL>" if cash else ""
    return (
        f"<INVSTMTTRNRS><TRNUID>1</TRNUID><INVSTMTRS><DTASOF>{day}120000.000[-5:EST]</DTASOF><CURDEF>{currency}</CURDEF>"
        f"<INVACCTFROM><BROKERID>broker.example</BROKERID><ACCTID>{number}</ACCTID></INVACCTFROM>{listed}{balances}"
        "</INVSTMTRS></INVSTMTTRNRS>"
    )


def ofx(*statements, securities=""):
    return (
        "<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS><DTSERVER>20261120</DTSERVER>"
        "<LANGUAGE>ENG</LANGUAGE><FI><ORG>Big Broker</ORG><FID>1</FID></FI></SONRS></SIGNONMSGSRSV1>"
        f"<INVSTMTMSGSRSV1>{''.join(statements)}</INVSTMTMSGSRSV1>"
        f"<SECLISTMSGSRSV1><SECLIST>{securities}</SECLIST></SECLISTMSGSRSV1></OFX>"
    )


def as_sgml(text):
    """The same without the ends of values, and a line for each, as OFX 1 has it."""
    text = re.sub(r"<([A-Z0-9]+)>([^<]+)</\1>", r"<\1>\2\n", text)
    return SGML + text


WHOLE = ofx(
    statement(
        position("922908769", "10.5", "300.25", "3152.63")
        + position("B1", "10000", "98.5", "9850.00", "DEBT")
        + position("O1", "2", "3.10", "620.00", "OPT")
        + position("F1", "12.345", "20", "246.90", "MF")
        + position("X1", "3", "7", "21.00", "OTHER")
    ),
    securities=security("922908769", "Vanguard Total Stock Market &amp; More", "VTI")
    + security("B1", "Treasury 4.5% 2030", kind="DEBT", more="<PARVALUE>100</PARVALUE><DEBTTYPE>COUPON</DEBTTYPE>")
    + security("O1", "Call on X", "X  261218C00050000", "OPT", "<SHPERCTRCT>100</SHPERCTRCT>")
    + security("F1", "Some fund", "SOMEX", "MF")
    + security("X1", "A partnership", kind="OTHER"),
)


@pytest.fixture
def read(tmp_path):
    def read(text, today=TODAY):
        return FORMAT.read(Opened(text.encode("utf-8") if isinstance(text, str) else text, "a.qfx"), today)

    return read


@pytest.fixture
def told(read):
    return lambda text: [str(problem) for problem in read(text).problems]


def rows(content, *columns):
    assert content.problems == ()
    return content.holdings[list(columns)].values.tolist()


@pytest.mark.parametrize("text", [XML + WHOLE, as_sgml(WHOLE)])
def test_every_kind_of_position(read, text):
    assert FORMAT.recognises(Opened(text.encode()))
    content = read(text)
    # 3,152.625 + 9,850 + 620 + 246.90 + 21 + 250.75 = 14,141.275 USD
    assert sum(quantity * price for quantity, price in rows(content, "quantity", "price")) == Decimal("14141.275")
    assert rows(content, "symbol", "quantity", "price", "name") == [
        ["VTI", Decimal("10.5"), Decimal("300.25"), "Vanguard Total Stock Market & More"],
        ["B1", 10000, Decimal("0.985"), "Treasury 4.5% 2030"],
        ["X 261218C00050000", 2, 310, "Call on X"],
        ["SOMEX", Decimal("12.345"), 20, "Some fund"],
        ["X1", 3, 7, "A partnership"],
        ["CASH", Decimal("250.75"), 1, "Cash USD"],
    ]
    assert set(content.holdings["account"]) == {"Big Broker ...6789"} and content.base_currency == "USD"
    assert content.holdings["as_of"].tolist() == [datetime.date(2026, 11, 19)] * 5 + [datetime.date(2026, 11, 20)]
    assert read_holdings(content.holdings.drop(columns=["file", "row"]), TODAY)[1] == []


@pytest.mark.parametrize(
    "header", ["", '<?xml version="1.0" ?>\n<?OFX OFXHEADER="200" VERSION="211" ?>\n', "OFXHEADER:100\nVERSION:102\n\n"]
)
def test_headers_as_banks_write_them(read, header):
    assert FORMAT.recognises(Opened((header + WHOLE).encode()))
    assert read(header + WHOLE).holdings.equals(read(XML + WHOLE).holdings)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_letters_of_either_encoding(read, encoding):
    text = (XML + WHOLE.replace("Some fund", "Fonds é")).encode(encoding)
    assert read(text).holdings["name"].tolist()[3] == "Fonds é"


def test_empty_values_of_sgml_end_nothing(read):
    text = as_sgml(WHOLE).replace("<UNITS>10.5", "<MEMO>\n<UNITS>10.5")
    assert read(text).holdings.equals(read(as_sgml(WHOLE)).holdings)


def test_a_name_in_cdata(read):
    text = XML + WHOLE.replace("Some fund", "<![CDATA[Some <fund> & more]]>")
    assert read(text).holdings["name"].tolist()[3] == "Some <fund> & more"


def test_a_position_in_another_currency_brings_its_rate(read):
    more = "<CURRENCY><CURRATE>1.08</CURRATE><CURSYM>EUR</CURSYM></CURRENCY>"
    content = read(XML + ofx(statement(position("A", 2, 50, 100, more=more)), securities=security("A", "Acme", "ACM")))
    assert rows(content, "symbol", "currency")[0] == ["ACM", "EUR"]
    assert content.fx[["from_currency", "to_currency", "rate"]].values.tolist() == [["EUR", "USD", Decimal("1.08")]]


def test_a_missing_rate_is_left_to_the_load_to_tell(read):
    more = "<CURRENCY><CURRATE>0</CURRATE><CURSYM>EUR</CURSYM></CURRENCY>"
    content = read(XML + ofx(statement(position("A", 2, 50, 100, more=more))))
    assert rows(content, "currency")[0] == ["EUR"] and content.fx.empty


def test_a_position_without_an_entry_in_the_list_has_its_number(read):
    assert rows(read(XML + ofx(statement(position("922908769", 1, 2, 2)))), "symbol")[0] == ["922908769"]


def test_the_market_value_decides_about_the_price(read, told):
    content = read(XML + ofx(statement(position("A", 3, "33.33", "100.00"))))
    assert rows(content, "price")[0] == [Decimal("33.33")]
    assert rows(read(XML + ofx(statement(position("A", 3, 0, 100)))), "price")[0] == [Decimal("33.33333333")]
    content = read(XML + ofx(statement(position("A", 3000, "33.33", "100000.00"))))
    assert rows(content, "price")[0] == [Decimal("33.33333333")]
    assert content.notes == ("The price of A is its market value by its units: 33.33333333.",)
    assert told(XML + ofx(statement(position("A", 3, 10, 50)))) == [
        "a.qfx, MKTVAL: 'A' has the market value 50, but 3 units at 10. Download the file again."
    ]


def test_one_security_in_two_sub_accounts_is_one_holding(read):
    content = read(XML + ofx(statement(position("A", 3, 10, 30) + position("A", 4, 10, 40))))
    assert rows(content, "symbol", "quantity") == [["A", 7], ["CASH", Decimal("250.75")]]


def test_a_sweep_fund_that_is_the_cash_is_counted_once(read):
    fund = security("M", "Federal Money Market Fund", "VMFXX", "MF")
    content = read(XML + ofx(statement(position("M", "250.75", 1, "250.75", "MF")), securities=fund))
    assert rows(content, "symbol") == [["VMFXX"]]
    assert content.notes == ("The cash of Big Broker ...6789 is VMFXX, which is counted once.",)


def test_borrowed_money_is_said(read):
    cash = "<AVAILCASH>-20.5</AVAILCASH><MARGINBALANCE>-500</MARGINBALANCE>"
    content = read(XML + ofx(statement(position("A", 1, 1, 1), cash)))
    assert rows(content, "quantity")[1] == [Decimal("-20.5")]
    assert content.notes == ("The margin balance of Big Broker ...6789, -500 USD, is not counted.",)


def test_several_accounts_and_of_one_account_the_later_statement(read):
    one, other = position("A", 1, 1, 1), position("A", 2, 1, 2)
    text = XML + ofx(
        statement(one, number="11"), statement(other, number="22"), statement(one, number="22", day="20260101")
    )
    assert rows(read(text), "account", "quantity") == [
        ["Big Broker ...11", 1], ["Big Broker ...11", Decimal("250.75")],
        ["Big Broker ...22", 2], ["Big Broker ...22", Decimal("250.75")],
    ]  # fmt: skip


def test_accounts_with_the_same_last_digits_are_told_apart(read):
    one = position("A", 1, 1, 1)
    content = read(XML + ofx(statement(one, number="11111"), statement(one, number="21111")))
    assert content.holdings["account"].unique().tolist() == ["Big Broker ...1111", "Big Broker ...1111 (2)"]


def test_two_securities_of_one_ticker_are_told_apart(read):
    securities = security("A", "Acme", "ACM") + security("B", "Acme too", "ACM") + security("C", "Cash Inc", "CASH")
    text = XML + ofx(
        statement(position("A", 1, 1, 1) + position("B", 1, 1, 1) + position("C", 1, 1, 1)), securities=securities
    )
    assert rows(read(text), "symbol") == [["ACM"], ["ACM (B)"], ["CASH-asset"], ["CASH"]]


def test_a_decimal_comma(read):
    assert rows(read(XML + ofx(statement(position("A", "1,5", "2", "3,00")))), "quantity")[0] == [Decimal("1.5")]


def test_tomorrow_where_the_bank_is_is_today_here(read):
    content = read(XML + ofx(statement(position("A", 1, 1, 1), day="20261126")))
    assert rows(content, "as_of")[1] == [TODAY]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (ofx(statement(position("A", "many", 1, 1))), "UNITS: 'many' is not a number (A)."),
        (ofx(statement(position("A", "1e99", 1, 1))), "UNITS: '1e99' is not a number (A)."),
        (ofx(statement(position("A", "1" + "0" * 30, 1, "1" + "0" * 30))), "UNITS: 'A' is worth more than"),
        (ofx(statement(position("A", 1, -1, -1))), "UNITPRICE: 'A' has no price above 0"),
        (ofx(statement(position("A", 1, 0, 0))), "UNITPRICE: 'A' has no price above 0"),
        (ofx(statement(position("A", -1, 1, -1))), "UNITS: 'A' is sold short in Big Broker ...6789"),
        (ofx(statement(position("A", 1, 1, 1, side="SHORT"))), "UNITS: 'A' is sold short in Big Broker ...6789"),
        (ofx(statement(position("A", 1, 1, 1) + position("A", 1, 2, 2))), "UNITPRICE: 'A' has two prices"),
        (ofx(statement(position("A", 1, 1, 1), currency="DOLLAR")), "CURDEF: 'DOLLAR' is no currency code"),
        (ofx(statement(position("A", 1, 1, 1), day="20270101")), "'20270101120000.000[-5:EST]' lies in the future"),
        (ofx(statement(position("A", 1, 1, 1), day="2026")), "is not a date like 20261231."),
        (ofx(statement()), "INVPOSLIST: Big Broker ...6789 has transactions, but no positions. Ask the bank for"),
        (ofx(), "holds no positions. Ask the bank for"),
        ("<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>USD</CURDEF></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
         "holds bank or card statements, which have no positions. Ask the bank for a file of the investment account"),
        (ofx(statement(position("A", 0, 1, 0), cash="")), "holds neither positions nor cash."),
        ("<OFX><A>x</A>y<B>", "breaks the rules of OFX and can't be read."),
        ("<OFX>" * 100_000 + "</OFX>", "breaks the rules of OFX and can't be read."),
        ("", "breaks the rules of OFX and can't be read."),
    ],
)  # fmt: skip
def test_what_is_wrong(told, text, sentence):
    (problem,) = told(XML + text)
    assert sentence in problem


def test_entities_are_refused(told):
    bomb = '<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'
    assert told(XML + bomb + WHOLE) == ["a.qfx: declares entities, as no OFX file of a bank does. It isn't read."]


def test_a_very_large_file_is_refused(told):
    assert told(XML.encode() + bytes(33 * 1024**2)) == ["a.qfx: is larger than 32 MB. Export a shorter span of time."]


def test_unended_cdata_does_not_take_for_ever(told):
    assert told(XML + "<OFX>" + "<A><![CDATA[" * 200_000)


def test_without_the_library_one_sentence_says_how_to_get_it(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "ofxtools.Parser", None)
    assert told(XML + WHOLE) == ['a.qfx: can\'t be read without the package ofxtools: pip install "allocation[ofx]".']


@pytest.mark.parametrize("text", ["account,symbol\n", "<html><body>OFX</body></html>", ""])
def test_other_files_are_not_taken_for_one(text):
    assert not FORMAT.recognises(Opened(text.encode()))
