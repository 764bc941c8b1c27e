"""Files broken at random, and what must hold of whatever a reader makes of them."""

import datetime
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from allocation.readers import read_classes, read_fx, read_holdings, read_targets
from allocation.readers.content import Content
from allocation.readers.opened import Opened
from tests.readers.wealthfolio.building import GENERATIONS, Wealthfolio

TODAY = datetime.date(2026, 11, 25)
TOKENS = [b"0", b"-", b".", b",", b"1e9", b"NaN", b"999999999999", b"\0", b"\xff", b"\n", b'"', b"{", b"}", b"<", b">",
          b"&", b"USD", b"EUR", b"2026-11-20", b"0000-00-00", b"<A>", b"</A>", b" * ", b"CASH"]  # fmt: skip
VALUES = [
    *(
        None,
        "",
        "0",
        "-1",
        "1e40",
        "NaN",
        "x",
        b"\xff\0",
        0,
        -1,
        2**63 - 1,
        1.5,
        float("inf"),
        "2026-11-20",
        "9999-12-31",
    ),
    *("{}", "[]", "{", '{"USD": 1}', '{"USD": "x"}', '{"GBp": 1e30}', "CASH", "cash", "USD", "GBp", "a1", "all"),
    *("id-VTI", "id-BND", "EQUITY", "x" * 5000, "\u202e", "1" * 60, "0.000000001", "123456789.123456789"),
]
POSITION = ["quantity", "totalCostBasis", "currency", "assetId", "contractMultiplier", "isAlternative", "lots"]


def check(content: Content) -> None:
    """What is read without a problem can be loaded, and every sentence is short and of one line."""
    said = [*content.notes, *(str(problem) for problem in content.problems)]
    assert all(sentence and len(sentence) < 2000 and "\n" not in sentence for sentence in said), said
    if content.problems:
        return
    assert len(content.holdings)
    # A price that a file doesn't have is asked for once it is loaded.
    priced = content.holdings.assign(price=content.holdings["price"].where(content.holdings["price"].notna(), 1))
    tables = (
        (priced, lambda table: read_holdings(table, TODAY)),
        (content.fx, lambda table: read_fx(table, TODAY)),
        (content.targets, read_targets),
        (content.classes, read_classes),
    )
    for table, reader in tables:
        if len(table):
            told = reader(table.drop(columns=[name for name in ("file", "row") if name in table]))[1]
            assert told == [], told


def mutated(content: bytes, steps: list[tuple[int, int, int]]) -> bytes:
    """The bytes after some steps: (what to do, where, with what)."""
    changed = bytearray(content)
    for what, where, more in steps:
        place = where % (len(changed) + 1)
        token = TOKENS[more % len(TOKENS)]
        if what == 0:
            changed[place : place + 1] = bytes([more % 256])
        elif what == 1:
            changed[place:place] = token
        elif what == 2:
            del changed[place : place + more % 64]
        elif what == 3:
            changed[place : place + len(token)] = token
        elif what == 4:
            changed[place:place] = changed[place : place + more % 256]
        else:
            del changed[place:]
    return bytes(changed)


def filled(path: Path, version: str) -> Wealthfolio:
    """A database with something in every table."""
    database = Wealthfolio(path, version).account().account("a2", "Pension", "EUR").asset("VTI", name="Total")
    database.asset("BND", "EUR", asset_class="Bonds") if version < "3" else database.asset("BND", "EUR")
    database.quote("VTI", 300).quote("BND", 70, "EUR").rate("EUR", "USD", "1.1").valuation(total=3100)
    for account in ("a1", "a2"):
        database.activity("DEPOSIT", "$CASH-USD" if version < "3" else None, account=account, quantity=5000, price=1)
        database.activity("BUY", database.key("VTI"), account=account, quantity=10, price=290)
        database.activity("SPLIT", database.key("VTI"), "2026-11-02", account=account, price=2, quantity=1)
        if version > "1.0":
            positions = {database.key("VTI"): (10, 2900, "USD"), database.key("BND"): (5, 300, "EUR")}
            database.snapshot(account, positions, {"USD": 100, "EUR": 5})
    if version >= "3":
        database.classify("VTI", EQUITY=6000, LARGE=4000).classify("BND", BONDS=9000)
    if version >= "3.5":
        database.insert("lots", account_id="a1", asset_id="id-VTI", remaining_quantity="10", remaining_cost_basis="9")
    if version >= "3.5.1":
        database.target("t1", weights={"EQUITY": 6000, "BONDS": 4000})
        database.target("t2", "Mine", "account", "a1", weights={"EQUITY": 10000})
    return database


def wealthfolio_with(version: int, steps: list[tuple[int, int, int]], folder: str | None = None) -> Content:
    """What is read from a database some of whose cells, or of the fields in its JSON, hold other values."""
    from allocation.readers.wealthfolio import FORMAT

    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "app.db"
        database = filled(path, GENERATIONS[version % len(GENERATIONS)])
        listed = database.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        tables = [name for (name,) in listed.fetchall() if name != "sqlite_sequence"]
        for what, where, more in steps:
            table = tables[what % len(tables)]
            columns = [row[1] for row in database.connection.execute(f"PRAGMA table_info({table})")]
            column, value = columns[where % len(columns)], VALUES[more % len(VALUES)]
            try:
                if column == "positions" and more % 2:
                    database.run(f"UPDATE {table} SET positions = ?", _other_json(database, where, value))
                else:
                    database.run(f"UPDATE {table} SET {column} = ? WHERE rowid % 2 = ?", value, where % 2)
            except (sqlite3.IntegrityError, sqlite3.OperationalError, OverflowError):
                continue
        return FORMAT.read(Opened(database.saved()), TODAY)


def _other_json(database: Wealthfolio, where: int, value: object) -> str:
    (text,) = database.connection.execute("SELECT positions FROM holdings_snapshots LIMIT 1").fetchone() or ("{}",)
    try:
        positions = json.loads(text)
    except (TypeError, ValueError):
        positions = {}
    for position in positions.values() if isinstance(positions, dict) else ():
        if isinstance(position, dict):
            position[POSITION[where % len(POSITION)]] = str(value) if isinstance(value, bytes) else value
    return json.dumps(positions)


def wealthfolio_bytes() -> bytes:
    """A whole database of the newest generation."""
    with (
        tempfile.TemporaryDirectory() as place,
        closing(filled(Path(place) / "app.db", "3.6").connection) as connection,
    ):
        connection.commit()
        return (Path(place) / "app.db").read_bytes()
