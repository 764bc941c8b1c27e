"""Databases with cells, rows and bytes that are not as Wealthfolio writes them: a sentence, or a sound reading."""

import functools
import sqlite3
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocation.readers.wealthfolio import FORMAT
from tests.readers.damaging import damaged, read_soundly
from tests.readers.wealthfolio.building import GENERATIONS, Wealthfolio

AWKWARD = [
    None, "", "0", "-1", "1", 0, -1, 2**62, 0.1, 1e300, float("inf"), "NaN", "Infinity", "1e999", "9" * 60, "1_0", "١",
    b"", b"\xff\xfe", "\0", "\x1b[2J", "{}", "[]", "null", "{", '{"USD": 1e400}', '{"a": {"a": 1}}', "[" * 3000,
    "2026-02-30", "0001-01-01", "9999-12-31", "2026-11-20T25:61:00Z", "9999-12-31T23:59:59-14:00", "USD", "GBp", "XXX",
    "CASH", "CASH EUR", "all", "$CASH-USD", "MANUAL", "EQUITY", "LARGE", "asset_classes", "id-VTI", "a1", "🏦" * 99,
]  # fmt: skip


@functools.cache
def whole(version):
    """A database of a version with something in every table."""
    with tempfile.TemporaryDirectory() as folder:
        database = Wealthfolio(Path(folder) / "app.db", version)
        database.account().account("a2", "Pension", "GBP")
        database.asset("VTI").asset("VUSA", "GBp", "FTSE 100").asset("BND").rate("GBP", "USD", 1.3)
        database.quote("VTI", 300).quote("VUSA", 7012.5, "GBp").quote("VTI", 290, day="2026-11-19", source="MANUAL")
        database.activity("BUY", database.key("VTI"), quantity=2, price=290, fee=1)
        database.activity("DEPOSIT", database.key("VTI") if database.new else "$CASH-USD", quantity=1, price=1000)
        database.activity("SPLIT", database.key("VTI"), price=2)
        database.activity("BUY", database.key("VUSA"), account="a2", quantity=3, price=7000, currency="GBp")
        database.valuation(total=620).valuation("a2", total=210, rate=1.3)
        if not database.first:
            vti, vusa, bnd = (database.key(symbol) for symbol in ("VTI", "VUSA", "BND"))
            contract = {"contractMultiplier": 100, "isAlternative": False}
            database.snapshot(positions={vti: (2, 580, "USD"), bnd: (1, 70, "USD", contract)}, cash={"USD": 20})
            database.snapshot("a2", {vusa: (3, 210, "GBP")}, {"GBp": 1200, "EUR": -5}, day="2026-11-12")
        if database.new:
            database.classify("VTI", LARGE=4000, EQUITY=6000).classify("VUSA", EQUITY=10000)
            for category in ("ASIA", "EUROPE"):
                database.insert("asset_taxonomy_assignments", asset_id="id-VTI", taxonomy_id="regions",
                                category_id=category, weight=5000)  # fmt: skip
        if version >= "3.5":
            database.insert("lots", account_id="a1", asset_id="id-VTI", remaining_quantity="2",
                            remaining_cost_basis="580", currency="USD")  # fmt: skip
        if version >= "3.5.1":
            database.target("t", weights={"EQUITY": 5000, "BONDS": 5000})
            database.target("u", "World", taxonomy="regions", weights={"ASIA": 10000})
        if version >= "3.6":
            database.insert("allocation_target_constraints", target_id="t", subject_id="a1", action="buy")
        return database.saved().read_bytes()


@st.composite
def odd(draw):
    """A database in which a few cells, rows, columns or tables are changed or gone."""
    content = whole(draw(st.sampled_from(GENERATIONS)))
    connection = sqlite3.connect(":memory:")
    with closing(connection):
        connection.deserialize(content)
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for _ in range(draw(st.integers(1, 6))):
            table = draw(st.sampled_from(tables))
            columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
            if not columns:
                continue
            column, other = draw(st.sampled_from(columns)), draw(st.sampled_from(columns))
            value = draw(st.sampled_from(AWKWARD) | st.text(max_size=6) | st.integers(-(2**60), 2**60) | st.floats())
            where = draw(st.sampled_from(["", " WHERE rowid = 1", " WHERE rowid = (SELECT max(rowid) FROM {0})"]))
            statement, values = draw(
                st.sampled_from(
                    [
                        ('UPDATE "{0}" SET "{1}" = ?{3}', (value,)),
                        ('UPDATE "{0}" SET "{1}" = ?{3}', (value,)),
                        ('UPDATE "{0}" SET "{1}" = ?{3}', (value,)),
                        ('UPDATE "{0}" SET "{1}" = "{2}"{3}', ()),
                        ('DELETE FROM "{0}"{3}', ()),
                        ('ALTER TABLE "{0}" DROP COLUMN "{1}"', ()),
                        ('DROP TABLE "{0}"', ()),
                    ]
                )
            )
            # What its own rules forbid stays as it was.
            with suppress(sqlite3.Error, OverflowError, UnicodeEncodeError):
                connection.execute(statement.format(table, column, other, where.format(f'"{table}"')), values)
        connection.commit()
        return bytes(connection.serialize())


BYTES = [whole(version) for version in GENERATIONS]


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd())
def test_a_database_with_odd_cells_is_refused_or_read_soundly(content):
    read_soundly(FORMAT, content)


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(damaged(BYTES))
def test_a_database_with_damaged_bytes_is_refused_or_read_soundly(content):
    read_soundly(FORMAT, content)


@pytest.mark.stress
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd() | damaged(BYTES))
def test_very_many_odd_and_damaged_databases(content):
    read_soundly(FORMAT, content)


@pytest.mark.parametrize("version", GENERATIONS)
def test_what_is_damaged_is_sound_before(version):
    content = read_soundly(FORMAT, whole(version))
    assert content is not None and content.problems == () and len(content.holdings) > 1
