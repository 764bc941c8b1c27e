"""One client saved as XML and as protobuf reads the same, whatever was booked."""

import datetime

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.readers.portfolio_performance.building import (
    QUOTE,
    SHARE,
    account,
    cash,
    client,
    portfolio,
    protobuf,
    read,
    security,
    shares,
    zipped,
)

EPOCH = datetime.date(1970, 1, 1)
ACCOUNTS, DEPOTS, SECURITIES = ("Bank", "Savings"), ("Depot", "Other"), ("World", "Bond")
CASH_TYPES = {6: "DEPOSIT", 7: "REMOVAL", 8: "DIVIDENDS", 9: "INTEREST", 10: "INTEREST_CHARGE", 11: "TAXES"}
SHARE_TYPES = {0: "BUY", 1: "SELL", 2: "DELIVERY_INBOUND", 3: "DELIVERY_OUTBOUND"}
FOR_CASH = {0: "BUY", 1: "SELL"}

bookings = st.lists(
    st.tuples(
        st.sampled_from([*CASH_TYPES, *SHARE_TYPES, 4, 5]),
        st.integers(0, 1),
        st.integers(0, 1),
        st.integers(1, 10**7),
        st.dates(datetime.date(2000, 1, 1), datetime.date(2027, 12, 31)),
    ),
    max_size=12,
)


def as_xml(booked):
    in_accounts, in_depots = ([[], []] for _ in range(2))
    for kind, place, other, number, day in booked:
        if kind in CASH_TYPES or kind in FOR_CASH:
            in_accounts[place].append(cash(CASH_TYPES.get(kind) or FOR_CASH[kind], number, str(day)))
        if kind in SHARE_TYPES:
            in_depots[place].append(shares(SHARE_TYPES[kind], other + 1, number / SHARE, str(day)))
        if kind == 4:
            in_depots[place].append(shares("TRANSFER_OUT", 1, number / SHARE, str(day)))
            in_depots[other].append(shares("TRANSFER_IN", 1, number / SHARE, str(day)))
        if kind == 5:
            in_accounts[place].append(cash("TRANSFER_OUT", number, str(day)))
            in_accounts[other].append(cash("TRANSFER_IN", number, str(day)))
    return client(
        *(security(name) for name in SECURITIES),
        *(account(name, *moves) for name, moves in zip(ACCOUNTS, in_accounts, strict=True)),
        *(
            portfolio(name, *moves, reference=number)
            for number, (name, moves) in enumerate(zip(DEPOTS, in_depots, strict=True), start=1)
        ),
    )


def as_protobuf(booked):
    quoted = [(1, (datetime.date(2026, 11, 20) - EPOCH).days), (2, 10 * QUOTE)]
    fields = [(2, [(1, name), (3, name), (4, "EUR"), (13, quoted)]) for name in SECURITIES]
    fields += [(3, [(1, name), (2, name), (3, "EUR")]) for name in ACCOUNTS]
    fields += [(4, [(1, name), (2, name), (5, ACCOUNTS[number])]) for number, name in enumerate(DEPOTS)]
    for kind, place, other, number, day in booked:
        of_cash = kind in CASH_TYPES or kind == 5
        one = [(2, kind), (9, [(1, (day - EPOCH).days * 86_400)]), (10, "EUR"), (11, number)]
        one += [(3, ACCOUNTS[place])] if of_cash else [(3, ACCOUNTS[place]), (4, DEPOTS[place]), (12, number)]
        one += [] if of_cash else [(14, SECURITIES[0 if kind == 4 else other])]
        one += [(5, ACCOUNTS[other])] if kind == 5 else [(6, DEPOTS[other])] if kind == 4 else []
        fields.append((5, one))
    return zipped(protobuf((1, 69), *fields, (12, "EUR")))


@settings(max_examples=60, deadline=None)
@given(bookings)
def test_xml_and_protobuf_read_the_same(booked):
    xml, packed = read(as_xml(booked)), read(as_protobuf(booked))
    order = ["account", "symbol"]
    pd.testing.assert_frame_equal(
        xml.holdings.drop(columns="row").sort_values(order, ignore_index=True),
        packed.holdings.drop(columns="row").sort_values(order, ignore_index=True),
    )
    assert sorted(map(str, xml.problems)) == sorted(map(str, packed.problems))
    assert sorted(xml.notes) == sorted(packed.notes)
