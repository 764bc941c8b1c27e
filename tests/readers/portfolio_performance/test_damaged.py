"""Damaged files: a sentence or a sound content, never anything else; and sums that are right whatever was traded."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.readers.portfolio_performance import FORMAT
from tests.readers.damaging import damaged, read_soundly
from tests.readers.portfolio_performance.building import (
    SHARE,
    account,
    assigned,
    cash,
    classification,
    client,
    portfolio,
    read,
    security,
    shares,
    taxonomy,
    zipped,
)
from tests.readers.portfolio_performance.test_corporate_actions import depot, packed_spin_off, spin_off
from tests.readers.portfolio_performance.test_protobuf import (
    BANK,
    DEPOT,
    IN_DEPOT,
    file,
    transaction,
)
from tests.readers.portfolio_performance.test_protobuf import account as packed_account
from tests.readers.portfolio_performance.test_protobuf import portfolio as packed_portfolio
from tests.readers.portfolio_performance.test_protobuf import security as packed_security
from tests.readers.portfolio_performance.test_xml import BY_NUMBER, NESTED

WHOLE = client(
    security("World", "WLD", latest=("2026-11-24", 5)),
    security("Bond", isin="IE00B", currency="USD"),
    account("Bank", cash("DEPOSIT", 100_000), cash("BUY", 300)),
    account("Savings", cash("DEPOSIT", 5)),
    portfolio("Depot", shares("BUY", 1, 3)),
    portfolio("Other", shares("DELIVERY_INBOUND", 2, 0.5)),
    taxonomy(
        "Asset Allocation",
        classification("Equity", 60, classification("USA", 100, assigned("securities/security", depth=2))),
        classification("Bonds", 40, assigned("securities/security[2]", 50), assigned("accounts/account[1]")),
    ),
).encode()
PACKED = file(
    packed_security(),
    packed_account(),
    packed_portfolio(DEPOT),
    transaction(6, (3, BANK), amount=5_000),
    transaction(0, *IN_DEPOT, amount=200, shares=2),
    (8, [(1, "t"), (2, "Mine"), (5, [(1, "r")]), (5, [(1, "a"), (2, "r"), (3, "A"), (6, 6_000)])]),
)
FILES = [
    WHOLE,
    NESTED.format(security=security("World", "WLD")).encode(),
    BY_NUMBER.encode(),
    PACKED,
    zipped(WHOLE, "data.xml"),
    zipped(PACKED),
    depot(spin_off()).encode(),
    packed_spin_off(),
]


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(damaged(FILES))
def test_a_damaged_file_is_refused_or_read_soundly(content):
    read_soundly(FORMAT, content)


@pytest.mark.stress
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged(FILES))
def test_a_hundred_thousand_damaged_files(content):
    read_soundly(FORMAT, content)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 10**12)), max_size=8),
    st.lists(st.tuples(st.booleans(), st.integers(0, 10**10)), max_size=8),
)
def test_sums_are_exact_and_a_shortage_is_never_silent(of_shares, of_cash):
    content = read(
        client(
            security("World", "WLD"),
            account("Bank", *(cash("DEPOSIT" if comes else "REMOVAL", cents) for comes, cents in of_cash)),
            portfolio("Depot", *(shares("BUY" if comes else "SELL", 1, units / SHARE) for comes, units in of_shares)),
        )
    )
    units = sum(units if comes else -units for comes, units in of_shares)
    cents = sum(cents if comes else -cents for comes, cents in of_cash)
    rows = {row["symbol"]: row["quantity"] for row in content.holdings.to_dict("records")}
    assert rows.get("CASH", 0) == Decimal(cents) / 100
    assert rows.get("WLD", 0) == max(Decimal(units) / SHARE, 0)
    assert bool(content.problems) == (units < 0)
