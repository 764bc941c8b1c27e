"""Files that aren't what they should be, by accident or on purpose."""

import shutil
import sqlite3
import tracemalloc

import pytest

from allocation.readers.opened import Opened
from allocation.readers.wealthfolio import FORMAT
from tests.readers.wealthfolio.conftest import TODAY


@pytest.fixture
def small(wealthfolio):
    """A database with one account that holds 10 VTI at 300 USD and 5 USD."""

    def small(version="3.6"):
        database = wealthfolio(version).account().asset("VTI").quote("VTI", 300)
        return database.snapshot(positions={database.key("VTI"): (10, 2900, "USD")}, cash={"USD": 5})

    return small


def test_rows_that_stand_in_the_log_alone_are_read_and_the_file_is_left_alone(small, tmp_path):
    path = small().saved()
    writer = sqlite3.connect(path)
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    writer.execute("UPDATE snapshot_positions SET quantity = '12'")
    writer.commit()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert "app.db-wal" in before
    content = FORMAT.read(Opened(path), TODAY)
    assert content.problems == () and content.holdings["quantity"].tolist() == [12, 5]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    writer.close()


def test_a_copy_in_log_mode_without_its_log_is_read(small, tmp_path, read):
    path = small().saved()
    with sqlite3.connect(path) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
    writer.close()
    assert read(shutil.copy(path, tmp_path / "copy.db")).holdings["quantity"].tolist() == [10, 5]


def test_a_backup_and_an_encrypted_database_are_explained(tmp_path, told):
    backup, encrypted = tmp_path / "a.wfbackup", tmp_path / "app.db"
    backup.write_bytes(b"WFOLIOBACKUP\x01" + bytes(100))
    encrypted.write_bytes(bytes((i * 167 + i // 256) % 256 for i in range(8192)))
    assert FORMAT.recognises(Opened(backup)) and FORMAT.recognises(Opened(encrypted))
    export = "make the plain export instead (Settings, Exports, the database as a portable .db file) and load that."
    assert told(backup) == [
        f"a.wfbackup: is a Wealthfolio backup, which only Wealthfolio can open. In Wealthfolio, {export}"
    ]
    assert told(encrypted) == [f"app.db: is encrypted, or no database at all. In Wealthfolio, {export}"]


@pytest.mark.parametrize("content", [b"", b"account,symbol\n", b"PK\x03\x04" + bytes(4092), bytes(8192)])
def test_other_files_are_not_taken_for_one(tmp_path, content):
    path = tmp_path / "some.db"
    path.write_bytes(content)
    assert not FORMAT.recognises(Opened(path))


def test_a_database_of_another_program_is_not_taken_for_one(tmp_path, told):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (id)")
    connection.close()
    assert not FORMAT.recognises(Opened(path))
    assert told(path) == [
        "other.db: is no Wealthfolio database: it has no table activities and no assets and no quotes."
    ]


def test_a_damaged_database_is_explained(small, told):
    path = small().saved()
    whole = path.read_bytes()
    path.write_bytes(whole[: -2 * 4096] + bytes([255]) * 4096)
    assert FORMAT.recognises(Opened(path))
    (problem,) = told(path)
    assert problem.startswith("app.db: is damaged. Close Wealthfolio, export the database again")


def test_a_missing_column_is_named(small, told):
    database = small().run("ALTER TABLE holdings_snapshots RENAME COLUMN cash_balances TO cash")
    assert told(database) == [
        "app.db: is a Wealthfolio database whose table holdings_snapshots has no cash_balances. Open it in the newest "
        "Wealthfolio once, then export it there and load the export."
    ]


def test_a_view_in_place_of_a_table_is_not_run(small, told):
    database = small().run("ALTER TABLE accounts RENAME TO kept").run("CREATE VIEW accounts AS SELECT * FROM kept")
    assert told(database) == ["app.db: is no Wealthfolio database: it has no table accounts."]


def test_a_calculated_column_is_not_calculated(small, told):
    database = small().run("ALTER TABLE accounts DROP COLUMN name")
    database.run("ALTER TABLE accounts ADD COLUMN name TEXT AS (printf('%10000000s', 'x'))")
    (problem,) = told(database)
    assert "whose table accounts has no name" in problem


def test_triggers_are_not_run(small, read):
    database = small().run("CREATE TRIGGER t AFTER UPDATE ON accounts BEGIN DELETE FROM accounts; END")
    assert len(read(database).holdings) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        "null",
        '"x"',
        "{",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": 1e999999999}',
        '{"VTI": 5}',
        '{"VTI": {}}',
        "\0",
    ],
)
def test_text_that_is_no_position_is_a_problem(small, told, text):
    database = small("3.0").run("UPDATE holdings_snapshots SET positions = ?", text)
    assert told(database) and all("export again" in problem for problem in told(database.path))


@pytest.mark.parametrize("quantity", ["many", "NaN", "Infinity", "1e50", "--1", b"1", "1" * 5000, "١"])
def test_a_quantity_that_is_no_number_is_a_problem(small, told, quantity):
    (problem,) = told(small().run("UPDATE snapshot_positions SET quantity = ?", quantity))
    assert problem.startswith("app.db, quantity:") and "is not a number" in problem and len(problem) < 300


@pytest.mark.parametrize("close", ["soon", "NaN", b"\xff", None])
def test_a_price_that_is_no_number_is_missing(small, read, close):
    database = small().run("CREATE TABLE q AS SELECT * FROM quotes").run("DROP TABLE quotes")
    content = read(database.run("ALTER TABLE q RENAME TO quotes").run("UPDATE quotes SET close = ?", close))
    assert (
        content.problems == ()
        and "The file has no price of VTI: where none is known yet, it is asked for." in content.notes
    )
    assert content.holdings["price"].tolist()[0] is None


def test_an_amount_that_is_no_number_is_a_problem(small, told):
    assert told(small().run("""UPDATE holdings_snapshots SET cash_balances = '{"USD": "lots"}'""")) == [
        "app.db, cash_balances: 'lots' is not an amount of USD (Savings)."
    ]


def test_what_is_larger_than_can_be_right_is_a_problem(small, told):
    (problem,) = told(small().run("UPDATE snapshot_positions SET quantity = '1e39'"))
    assert problem == "app.db, quantity: 'VTI' is worth more than can be right (Savings)."


@pytest.mark.slow
def test_a_huge_cell_is_refused_with_bounded_memory(small, told):
    database = small("3.0").run("UPDATE holdings_snapshots SET positions = zeroblob(200000000)")
    path = database.saved()
    tracemalloc.start()
    (problem,) = told(path)
    assert tracemalloc.get_traced_memory()[1] < 100 * 1024**2
    tracemalloc.stop()
    assert problem == "app.db: has a cell that is larger than any portfolio needs (32 MB)."


@pytest.mark.slow
def test_too_many_rows_are_refused(small, told):
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200001) "
    database = small().run(f"INSERT INTO app_settings {rows} SELECT i, i FROM n")
    assert told(database) == ["app.db: holds more than any portfolio does (200,000 rows, or 256 MB, of one kind)."]


def test_very_many_problems_are_counted(small, read):
    cash = ", ".join(f'"X{number}": 1' for number in range(500))
    problems = read(small().run("UPDATE holdings_snapshots SET cash_balances = ?", f"{{{cash}}}")).problems
    assert len(problems) == 201 and str(problems[-1]) == "app.db: has 300 problems more, not shown here."


def test_names_lose_what_nobody_sees(small, read):
    database = small().run("UPDATE accounts SET name = ?", " My\tsavings\n\u202eplan\0 " + "x" * 500)
    (name,) = read(database).holdings["account"].unique()
    assert name.startswith("My savings plan xxx") and len(name) == 200
