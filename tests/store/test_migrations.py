"""The schema's history: up, down, and never half."""

import duckdb
import pytest

import allocation
from allocation.errors import StoreError
from allocation.store import Database
from allocation.store.migrations import Migration, applied_versions, migrate, pending, shipped_migrations
from tests.conftest import SCHEMAS, unpacked

TABLES = {
    "accounts", "activations", "asset_class_targets", "asset_class_weights", "assets", "bands", "column_mappings",
    "executed_snapshots", "executions", "fx_rates", "holding_targets", "holdings", "load_history", "plan_classes",
    "plan_rows", "plans", "portfolio", "prices", "rebalancing_strategies", "rebalancing_triggers",
    "replaced_holdings", "schema_migrations", "snapshots", "target_version_bands", "target_version_rows",
    "target_versions",
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


def test_the_fixture_of_the_newest_schema_is_there():
    assert (SCHEMAS / f"schema-{shipped_migrations()[-1].version}.gz").is_file()


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


def rows(connection):
    """Everything a person put in, whatever the schema's version is called: for comparing a file with itself."""
    names = sorted(tables(connection) - {"schema_migrations"})
    found = {name: connection.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names}
    # Since when a strategy is active is noted anew where the schema before had no place for it.
    return found | {"activations": [row[1:3] for row in found.get("activations", [])]}


def test_a_file_that_climbed_has_the_schema_of_a_fresh_one(old_schema, portfolio):
    schema = "SELECT table_name, sql FROM duckdb_tables() UNION ALL SELECT sequence_name, '' FROM duckdb_sequences()"
    portfolio.init()
    with Database(portfolio.path).read() as fresh, Database(old_schema).read() as climbed:
        assert climbed.execute(schema + " ORDER BY 1").fetchall() == fresh.execute(schema + " ORDER BY 1").fetchall()


@pytest.mark.parametrize("version", range(1, len(shipped_migrations())))
def test_down_and_up_again_on_a_file_with_data_keeps_the_data(sample, version):
    newest = shipped_migrations()[-1].version
    with Database(sample.path).write() as connection:
        connection.execute("UPDATE rebalancing_strategies SET saved_by = NULL")
        connection.execute("UPDATE target_versions SET saved_by = NULL")
        connection.execute("UPDATE prices SET source = NULL")
        connection.execute("UPDATE fx_rates SET source = NULL")
        connection.execute("DELETE FROM load_history")
    with Database(sample.path).read() as connection:
        before = rows(connection)
    assert sample.migrate(version)[0] == list(range(newest, version, -1))
    assert sample.migrate(newest)[0] == list(range(version + 1, newest + 1))
    with Database(sample.path).read() as connection:
        assert rows(connection) == before


@pytest.mark.parametrize("version", [2, 3, 4, 5, 6])
def test_up_and_down_again_on_a_file_of_a_later_release_keeps_every_row(version, tmp_path):
    path = unpacked(version, tmp_path)
    with duckdb.connect(str(path)) as connection:
        before = repr(rows(connection))
    database = Database(path, tell=lambda sentence: None)
    with database.read():
        pass
    database.migrate(version)
    with duckdb.connect(str(path)) as connection:
        # As text, because a plan has numbers that are missing, and those are not equal to themselves.
        assert repr(rows(connection)) == before


def test_up_and_down_again_on_an_old_file_keeps_the_data(old_schema):
    with duckdb.connect(str(old_schema)) as connection:
        before = rows(connection)
    database = Database(old_schema, tell=lambda sentence: None)
    with database.read():
        pass
    database.migrate(1)
    with duckdb.connect(str(old_schema)) as connection:
        after = rows(connection)
    # The first release kept a date with each holding; since then a snapshot has one, the newest of its rows.
    dates = after.pop("holdings"), before.pop("holdings")
    assert after == before
    assert [row[:4] for row in dates[0]] == [row[:4] for row in dates[1]]


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_there_is_not_is_refused(sample, version):
    with pytest.raises(StoreError, match=f"There is no schema {version}. This version of allocation knows 1 to "):
        sample.migrate(version)


def test_migrating_to_where_it_is_makes_no_backup(sample):
    assert sample.migrate(shipped_migrations()[-1].version) == ([], None)
    assert not list(sample.path.parent.glob("*.before-*"))


def test_looking_at_the_schema_of_an_old_file_does_not_bring_it_up_to_date(old_schema):
    before = old_schema.read_bytes()
    steps = allocation.open(old_schema).schema()
    assert [step.version for step in steps] == list(range(1, shipped_migrations()[-1].version + 1))
    assert [step.state for step in steps] == ["applied", *("pending" for _ in steps[1:])]
    assert steps[0].applied_at is not None and steps[1].applied_at is None
    assert old_schema.read_bytes() == before


def test_a_climb_of_two_steps_of_which_the_second_fails_leaves_the_file_as_it_was(old_schema):
    before = old_schema.read_bytes()
    broken = Migration(len(shipped_migrations()) + 1, "broken", BROKEN.up, BROKEN.down)
    with pytest.raises(StoreError, match=r"The step \d+ \(broken\) of the schema failed.*as it was before"):
        Database(old_schema, migrations=[*shipped_migrations(), broken]).read().__enter__()
    assert old_schema.read_bytes() == before
    assert not [path for path in old_schema.parent.iterdir() if "migrating" in path.name]
