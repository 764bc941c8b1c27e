"""The schema's history: up, down, and never half."""

import duckdb
import pytest

from allocation.errors import StoreError
from allocation.store import Database
from allocation.store.migrations import Migration, applied_versions, migrate, pending, shipped_migrations

TABLES = {
    "accounts", "asset_class_targets", "assets", "fx_rates", "holding_targets", "holdings", "portfolio", "prices",
    "rebalancing_strategies", "schema_migrations", "snapshots",
}  # fmt: skip
NOTES = Migration(99, "notes", "CREATE TABLE notes (note VARCHAR)", "DROP TABLE notes")
BROKEN = Migration(99, "broken", "CREATE TABLE notes (note VARCHAR); SELECT * FROM nowhere", "DROP TABLE notes")


def tables(connection):
    return {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}


@pytest.fixture
def connection():
    with duckdb.connect(":memory:") as opened:
        yield opened


@pytest.fixture
def migrated(connection):
    migrate(connection, shipped_migrations())
    return connection


def test_the_first_migration_makes_every_table(migrated):
    assert tables(migrated) >= TABLES


def test_a_new_portfolio_has_one_strategy_for_the_whole(migrated):
    strategies = migrated.execute("SELECT name, account_id FROM rebalancing_strategies").fetchall()
    assert strategies == [("All Portfolio", None)]


def test_versions_are_numbered_without_gaps():
    assert [migration.version for migration in shipped_migrations()] == list(range(1, len(shipped_migrations()) + 1))


def test_migrating_twice_applies_nothing_the_second_time(migrated):
    assert migrate(migrated, shipped_migrations()) == []


def test_all_the_way_down_leaves_only_the_record(migrated):
    down = migrate(migrated, shipped_migrations(), to=0)
    assert down == [migration.version for migration in reversed(shipped_migrations())]
    assert tables(migrated) == {"schema_migrations"}
    assert migrated.execute("SELECT count(*) FROM duckdb_sequences()").fetchall() == [(0,)]


def test_down_and_up_again_gives_the_same_schema(migrated):
    schema = "SELECT sql FROM duckdb_tables() ORDER BY table_name"
    before = migrated.execute(schema).fetchall()
    migrate(migrated, shipped_migrations(), to=0)
    migrate(migrated, shipped_migrations())
    assert migrated.execute(schema).fetchall() == before


def test_one_step_down_keeps_the_rows_of_the_others(migrated):
    history = [*shipped_migrations(), NOTES]
    migrate(migrated, history)
    migrated.execute("INSERT INTO accounts (name) VALUES ('Savings')")
    assert migrate(migrated, history, to=NOTES.version - 1) == [99]
    assert "notes" not in tables(migrated)
    assert migrated.execute("SELECT name FROM accounts").fetchall() == [("Savings",)]


def test_a_step_that_fails_leaves_nothing_of_itself(migrated):
    with pytest.raises(StoreError, match=r"step 99 \(broken\).*failed.*as it was before"):
        migrate(migrated, [*shipped_migrations(), BROKEN])
    assert "notes" not in tables(migrated)
    assert 99 not in applied_versions(migrated)


def test_an_edited_migration_is_refused(migrated):
    first, *rest = shipped_migrations()
    edited = Migration(first.version, first.name, first.up + "-- edited", first.down)
    with pytest.raises(StoreError, match=r"Migration 1 .* is not the one that made this portfolio file"):
        pending(migrated, [edited, *rest])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO accounts (name) VALUES (' ')",
        "INSERT INTO accounts (name) VALUES ('All')",
        "INSERT INTO accounts (name, account_type) VALUES ('A', 'offshore')",
        "INSERT INTO accounts (name) VALUES ('A'), ('A')",
        "INSERT INTO assets (symbol, currency, name) VALUES ('CASH', 'USD', 'a'), ('CASH', 'USD', 'b')",
        "INSERT INTO prices (asset_id, as_of, price, currency) VALUES (1, '2025-01-01', 0, 'USD')",
        "INSERT INTO prices (asset_id, as_of, price, currency) VALUES (1, NULL, 1, 'USD')",
        "INSERT INTO fx_rates (from_currency, to_currency, as_of, rate) VALUES ('USD', 'USD', '2025-01-01', 1)",
        "INSERT INTO asset_class_targets (strategy_id, asset_class, target_percent) VALUES (1, 'Bonds', 100.1)",
        "INSERT INTO asset_class_targets (strategy_id, asset_class, target_percent) VALUES (1, 'Bonds', -1)",
        "INSERT INTO asset_class_targets (strategy_id, asset_class, target_percent) "
        "VALUES (1, 'Bonds', 50), (1, 'Bonds', 50)",
        "INSERT INTO holding_targets (class_target_id, asset_id, target_percent) VALUES (1, 1, 50), (1, 1, 50)",
        "INSERT INTO holding_targets (class_target_id, asset_id, target_percent) VALUES (1, 1, 101)",
        "INSERT INTO portfolio (base_currency) VALUES ('USD')",
    ],
)
def test_the_schema_refuses(migrated, statement):
    with pytest.raises(duckdb.ConstraintException):
        migrated.execute(statement)


def test_an_old_portfolio_is_brought_up_to_date_and_a_copy_kept(sample):
    newer = Database(sample.path, migrations=[*shipped_migrations(), NOTES])
    with newer.read() as connection:
        assert "notes" in tables(connection)
        assert connection.execute("SELECT count(*) FROM holdings").fetchall() == [(16,)]
    (kept,) = sample.path.parent.glob("sample.before-schema-99-*.duckdb")
    with Database(kept).read() as connection:
        assert "notes" not in tables(connection)
        assert connection.execute("SELECT count(*) FROM holdings").fetchall() == [(16,)]


def test_an_update_that_fails_leaves_the_portfolio_usable(sample):
    newer = Database(sample.path, migrations=[*shipped_migrations(), BROKEN])
    with pytest.raises(StoreError), newer.read():
        pass
    assert len(sample.holdings()) == 16


def test_a_portfolio_from_a_newer_version_is_refused(sample):
    with Database(sample.path, migrations=[*shipped_migrations(), NOTES]).read():
        pass
    with pytest.raises(StoreError, match=r"written by a newer version.*schema 99.*Update allocation"):
        sample.holdings()
