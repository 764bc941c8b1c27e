"""XML with references, and XML that nobody's program wrote."""

import re

import pytest

from allocation.errors import LoadError
from tests.readers.portfolio_performance.building import (
    account,
    cash,
    client,
    held,
    portfolio,
    read,
    security,
    shares,
)

# A purchase as the program nests it: the securities account is written inside the cash account's transaction.
NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<client><version>69</version><baseCurrency>EUR</baseCurrency>
  <securities>{security}</securities>
  <accounts><account><uuid>a</uuid><name>Bank</name><currencyCode>EUR</currencyCode><transactions>
    <account-transaction><date>2026-01-02T00:00</date><currencyCode>EUR</currencyCode><amount>50000</amount>
      <crossEntry class="buysell">
        <portfolio><uuid>p</uuid><name>Depot</name><referenceAccount reference="../../../../.."/>
          <transactions>
            <portfolio-transaction><date>2026-01-02T00:00</date><amount>50000</amount>
              <security reference="../../../../../../../../../securities/security"/>
              <crossEntry class="buysell" reference="../../../.."/><shares>500000000</shares><type>BUY</type>
            </portfolio-transaction>
            <portfolio-transaction><date>2026-02-02T00:00</date><amount>1000</amount>
              <security reference="../../portfolio-transaction/security"/>
              <crossEntry class="buysell"><accountTransaction>
                <date>2026-02-02T00:00</date><currencyCode>EUR</currencyCode><amount>1000</amount><type>BUY</type>
              </accountTransaction></crossEntry><shares>100000000</shares><type>BUY</type>
            </portfolio-transaction>
          </transactions>
        </portfolio>
      </crossEntry><type>BUY</type>
    </account-transaction>
    <account-transaction
      reference="../account-transaction/crossEntry/portfolio/transactions/portfolio-transaction[2]/crossEntry/accountTransaction"/>
    <account-transaction><date>2026-01-01</date><currencyCode>EUR</currencyCode><amount>100000</amount>
      <type>DEPOSIT</type></account-transaction>
  </transactions></account></accounts>
  <portfolios>
    <portfolio reference="../../accounts/account/transactions/account-transaction/crossEntry/portfolio"/>
  </portfolios>
</client>"""

BY_NUMBER = """<client id="1"><version>69</version><baseCurrency>EUR</baseCurrency>
  <securities id="2"><security id="3"><uuid>s</uuid><name>World</name><currencyCode>EUR</currencyCode>
    <tickerSymbol>WLD</tickerSymbol><prices id="4"><price t="2026-11-20" v="1000000000"/></prices>
  </security></securities>
  <accounts id="5"><account id="6"><uuid>a</uuid><name>Bank</name><currencyCode>EUR</currencyCode>
    <transactions id="7"><account-transaction id="8"><date>2026-01-01T00:00</date><currencyCode>EUR</currencyCode>
      <amount>100</amount><crossEntry id="9"><portfolio id="10"><uuid>p</uuid><name>Depot</name>
        <referenceAccount reference="6"/><transactions id="11"><portfolio-transaction id="12">
          <date>2026-01-01T00:00</date><security reference="3"/><shares>200000000</shares><type>BUY</type>
        </portfolio-transaction></transactions></portfolio></crossEntry><type>SELL</type></account-transaction>
    </transactions></account></accounts>
  <portfolios id="13"><portfolio reference="10"/></portfolios></client>"""

AGAIN = '<account-transaction reference="../account-transaction"/>'


def refusal(file):
    with pytest.raises(LoadError) as error:
        read(file)
    return str(error.value.problems[0])


def test_relative_references_are_followed():
    content = read(NESTED.format(security=security("World", "WLD")))
    assert content.problems == ()
    assert held(content) == [("Depot", "WLD", "6"), ("Depot", "CASH", "490")]


def test_references_by_number_are_followed():
    assert held(read(BY_NUMBER)) == [("Depot", "WLD", "2"), ("Depot", "CASH", "1")]


def test_a_security_that_only_a_transaction_has_is_held_all_the_same():
    inline = shares("BUY", 1, 3).replace(
        '<security reference="../../../../../securities/security[1]"/>', security("Forgotten", "FGT")
    )
    content = read(client(account("Bank"), portfolio("Depot", inline)))
    assert held(content) == [("Depot", "FGT", "3")]


def test_a_reference_that_leads_nowhere_is_refused():
    file = client(account("Bank"), portfolio("Depot", shares("BUY", 7, 1)))
    assert "security: '../../../../../securities/security[7]' has a reference that leads nowhere." in refusal(file)


@pytest.mark.parametrize("reference", ["../account", ".", "../account[2]", "../../accounts/account[2]"])
def test_a_reference_in_a_circle_is_refused(reference):
    file = client(f'<accounts><account reference="{reference}"/><account reference="../account"/></accounts>')
    assert re.search("has a reference that leads (in a circle|nowhere)", refusal(file))


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE client [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE client [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE client SYSTEM "http://localhost/client.dtd">',
    ],
)
def test_a_document_type_is_refused_with_all_its_entities(doctype):
    assert "has a document type (DOCTYPE)" in refusal(doctype + client())


def test_a_file_that_is_cut_off_names_the_line():
    file = NESTED.format(security=security("World"))
    assert refusal(file[: len(file) // 2]).startswith("my.xml, row 13: is damaged or cut off (")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (client(version=48), "is of version 48 of Portfolio Performance's file format, which has other units"),
        (client(version=71), "is of version 71 of Portfolio Performance's file format; versions 49 to 70 can be read."),
        ("<client><version>sixty</version></client>", "file: has 'sixty' for version where a whole number stands."),
        ("<client/>", "file: has no version where a whole number stands."),
        ("<portfolio/>", "its outermost element is not client"),
        ("<client>\0</client>", "is damaged or cut off"),
        ('<?xml version="1.0" encoding="no-such"?><client/>', "(unknown encoding"),
        ("<x>" * 1500, "is nested more than 1000 levels deep."),
        (client("<ledger><entries><ledger-entry/></entries></ledger>"), "ledger: has '' where a date stands."),
        (
            client(account("Bank", cash("GIFT", 1))),
            "'Bank' has a transaction of the type 'GIFT' (2026-01-05)",
        ),
        (
            client(
                security("World"),
                account("Bank"),
                portfolio("Depot", shares("MERGER", 1, 1)),
            ),
            "'Depot' has a transaction of the type 'MERGER' (2026-01-05, World), which isn't known.",
        ),
        (
            client(account("Bank", cash("DEPOSIT", 1, "2026-02-30"))),
            "'Bank' has '2026-02-30T00:00' where a date",
        ),
        (
            client(account("Bank", cash("DEPOSIT", 10**30))),
            "'Bank' has '1000000000000000000000000000000' for amou",
        ),
        (client(account("Bank"), account("Bank")), "account: 'Bank' stands twice in the file."),
        (client(account("Bank"), '<account reference="../account"/>'), "account: 'Bank' stands twice"),
        (
            client(account("Bank", cash("DEPOSIT", 1), '<account-transaction reference="../account-transaction"/>')),
            "account: 'Bank' has a transaction that stands twice in the file.",
        ),
        (client("<account><name>Bank</name></account>"), "account: 'Bank' has no uuid."),
        (client(security("World", prices=[("tomorrow", 1)])), "has a price of the date 'tomorrow'"),
    ],
)
def test_what_the_program_never_writes_is_refused_in_a_sentence(file, said):
    assert said in refusal(file)


def test_a_ledger_without_entries_is_passed_over():
    assert read(client("<ledger><entries/></ledger>", version=70)).problems == ()


def test_more_elements_than_a_person_has_are_refused(monkeypatch):
    monkeypatch.setattr("allocation.readers.portfolio_performance.xstream.MOST_ELEMENTS", 1000)
    assert "has more than 1,000 elements and attributes." in refusal(client("<x/>" * 2000))


def test_years_of_prices_and_settings_are_not_counted(monkeypatch):
    monkeypatch.setattr("allocation.readers.portfolio_performance.xstream.MOST_ELEMENTS", 100)
    days = [(f"{year}-{month:02}-01", 1) for year in range(1990, 2020) for month in range(1, 13)]
    file = client(security("World", prices=days), f"<settings>{'<x></x>' * 50}</settings>" * 5)
    assert read(file).problems == ()
