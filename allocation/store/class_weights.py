"""Saving which classes an asset belongs to, by weight: each function is part of one write transaction."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd

from allocation.errors import LoadError, Problem, UnknownName
from allocation.store.saving import NOW, class_spelling, find_asset
from allocation.tables import CASH, SEVERAL_CLASSES, UNCLASSIFIED, called
from allocation.targets import HUNDRED, plain


def read_classes(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every asset's classes: ``symbol``, ``currency``, ``asset_class``, ``weight_percent`` (adding up to 100)."""
    rows = connection.execute(
        """
        WITH parts AS (
            SELECT asset_id, asset_class, weight_percent FROM asset_class_weights
            UNION ALL
            SELECT asset_id, $none, 100 - sum(weight_percent) FROM asset_class_weights
            GROUP BY asset_id HAVING sum(weight_percent) < 100
            UNION ALL
            SELECT asset_id, coalesce(asset_class, $none), 100 FROM assets
            WHERE asset_id NOT IN (SELECT asset_id FROM asset_class_weights)
        )
        SELECT symbol, currency, parts.asset_class, weight_percent::DOUBLE
        FROM parts JOIN assets USING (asset_id)
        ORDER BY symbol, currency, parts.asset_class = $none, weight_percent DESC, parts.asset_class
        """,
        {"none": UNCLASSIFIED},
    ).fetchall()
    table = pd.DataFrame(rows, columns=["symbol", "currency", "asset_class", "weight_percent"])
    return table.astype({"weight_percent": "float64"})


def read_unclassified(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """What is in no class: ``symbol`` (as a person calls it), ``name``, ``percent`` of it."""
    names = {
        called(symbol, currency): name
        for symbol, currency, name in connection.execute("SELECT symbol, currency, name FROM assets").fetchall()
    }
    table = read_classes(connection)
    rest = table[table["asset_class"] == UNCLASSIFIED]
    symbols = [called(*row) for row in zip(rest["symbol"], rest["currency"], strict=True)]
    return pd.DataFrame(
        {
            "symbol": symbols,
            "name": [names[symbol] for symbol in symbols],
            "percent": rest["weight_percent"].tolist(),
        },
        columns=["symbol", "name", "percent"],
    )


def read_for_suggestions(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, list[str]]:
    """What classes can be suggested by: each asset's symbol, name, class and kind; and every class there is."""
    rows = connection.execute(
        "SELECT symbol, name, CASE WHEN asset_id IN (SELECT asset_id FROM asset_class_weights) THEN $several "
        "ELSE asset_class END, kind FROM assets ORDER BY symbol, currency",
        {"several": SEVERAL_CLASSES},
    ).fetchall()
    assets = pd.DataFrame(rows, columns=["symbol", "name", "asset_class", "kind"], dtype=object)
    return assets[assets["asset_class"] != SEVERAL_CLASSES], sorted(class_spelling(connection).values())


def unclassified(connection: duckdb.DuckDBPyConnection, symbol: str) -> list[int]:
    """Numbers of the assets of that symbol that are in no class; of cash, there may be one a currency."""
    rows = connection.execute(
        "SELECT asset_id FROM assets WHERE symbol = ? AND asset_class IS NULL ORDER BY asset_id", [symbol]
    ).fetchall()
    return [int(asset_id) for (asset_id,) in rows]


@dataclass(frozen=True)
class Written:
    """Classes that have been written, to be checked once everything else is.

    Attributes:
        changed: how many weights were added, changed or removed.
        rows: what was written: ``file``, ``row``, ``symbol``, ``asset_class``, ``asset_id`` and more.
        known: the classes that an asset was in, or that had a target, before.
    """

    changed: int
    rows: Sequence[Mapping[str, Any]]
    known: frozenset[str]


def write_classes(connection: duckdb.DuckDBPyConnection, classes: pd.DataFrame) -> Written:
    """Give each asset named in ``classes`` exactly the classes it has there.

    Parameters:
        classes: as :func:`allocation.readers.read_classes` gives them. Where ``is_ours`` is False, they are another
            program's: what it says about assets that aren't here is passed over, and its classes are written as
            they are here.

    Raises:
        LoadError: an asset that the portfolio doesn't know, a class spelled otherwise there, or cash in parts.
    """
    rows = [{str(column): cell for column, cell in row.items()} for row in classes.to_dict("records")]
    spelling, problems = class_spelling(connection), []
    by_asset: dict[int, dict[str, Decimal]] = {}
    for row in rows:
        where, name = (row["file"], row["row"]), row["asset_class"]
        spelled = spelling.get(name.casefold(), name)
        if spelled != name and not row.get("is_ours", True):
            row["asset_class"] = name = spelled
        elif spelled != name:
            remedy = f"is written {spelled!r} in the portfolio. Write it the same way."
            problems.append(Problem(*where, "asset_class", name, remedy))
        if row["symbol"] == CASH and row["weight_percent"] != HUNDRED:
            remedy = "is a part of cash, which can be in one class only. Write 100."
            problems.append(Problem(*where, "weight_percent", plain(row["weight_percent"]), remedy))
        try:
            row["asset_id"] = find_asset(connection, row["symbol"], row["currency"])
        except UnknownName as error:
            if not row.get("is_ours", True):
                continue
            problems.append(Problem(*where, "symbol", row["symbol"], f"is not known. {error}"))
        else:
            by_asset.setdefault(row["asset_id"], {})[name] = row["weight_percent"]
    if problems:
        raise LoadError(problems)
    changed = sum(save_classes(connection, asset_id, percents) for asset_id, percents in by_asset.items())
    return Written(changed, [row for row in rows if "asset_id" in row], frozenset(spelling.values()))


def check_classes(connection: duckdb.DuckDBPyConnection, written: Written) -> None:
    """Refuses classes of which only the portfolio as a whole can tell that they are wrong.

    Raises:
        LoadError: a class that nothing else names (as long as there are no targets: that looks like one that is
            misspelled), a fund named as a class, or an asset with a target elsewhere.
    """
    if not written.rows:
        return
    wholly_or_aimed = connection.execute(
        "SELECT asset_class FROM assets WHERE asset_class IS NOT NULL UNION SELECT asset_class FROM asset_class_targets"
    ).fetchall()
    # Before there are targets a class may be in nothing but funds: a new one is refused only where it looks misspelled.
    has_targets = connection.execute("SELECT count(*) > 0 FROM asset_class_targets").fetchall() == [(True,)]
    classes = {*written.known, *(str(name) for (name,) in wholly_or_aimed), UNCLASSIFIED}
    funds = connection.execute("SELECT symbol FROM assets JOIN asset_class_weights USING (asset_id)").fetchall()
    spanning = {str(symbol).casefold() for (symbol,) in funds}
    aims = {asset_id: aim for asset_id, *aim in connection.execute(AIMED_ELSEWHERE).fetchall()}
    problems = []
    for row in written.rows:
        name = row["asset_class"]
        if name.casefold() in spanning:
            remedy = "is a fund that belongs to several classes itself, not a class. Name the classes it is in."
            problems.append(Problem(row["file"], row["row"], "asset_class", name, remedy))
        elif name not in classes and row.get("is_ours", True) and (has_targets or _near(name, classes)):
            problems.append(Problem(row["file"], row["row"], "asset_class", name, _unknown(name, classes)))
        if row["asset_id"] in aims:
            aimed_at, strategy = aims.pop(row["asset_id"])
            remedy = f"has a holding target inside {aimed_at} in {strategy}. Take that target out first."
            problems.append(Problem(row["file"], row["row"], "symbol", row["symbol"], remedy))
    if problems:
        raise LoadError(problems)


# Targets of assets that are not, or not wholly, in the class the target is in.
AIMED_ELSEWHERE = """
SELECT asset_id, c.asset_class, s.name
FROM holding_targets JOIN asset_class_targets c USING (class_target_id)
JOIN rebalancing_strategies s USING (strategy_id) JOIN assets a USING (asset_id)
WHERE NOT archived
    AND (a.asset_class IS DISTINCT FROM c.asset_class OR asset_id IN (SELECT asset_id FROM asset_class_weights))
ORDER BY asset_id, strategy_id
"""


def _near(name: str, classes: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name, sorted(classes), n=1, cutoff=0.8)


def _unknown(name: str, classes: Iterable[str]) -> str:
    hint = "".join(f" Is it {near!r}?" for near in _near(name, classes))
    return (
        f"is no class of the portfolio: nothing is wholly in it and no target names it.{hint} A class of its own needs "
        "a target first, or in a targets.csv that is loaded with it; 0 % will do."
    )


def save_classes(connection: duckdb.DuckDBPyConnection, asset_id: int, percents: Mapping[str, Decimal]) -> int:
    """Make these an asset's classes: several by weight, or one with 100; none: the one that its holdings say.

    Returns:
        How many weights were added, changed or removed.
    """
    weights = {name: percent for name, percent in percents.items() if name != UNCLASSIFIED}
    whole = None if weights or not percents else UNCLASSIFIED
    if HUNDRED in weights.values():
        (whole,), weights = weights, {}
    before = weights_of(connection, asset_id)
    gone = sorted(set(before) - set(weights))
    connection.execute(
        "DELETE FROM asset_class_weights WHERE asset_id = $id AND list_contains($gone::VARCHAR[], asset_class)",
        {"id": asset_id, "gone": gone},
    )
    changed = {name: percent for name, percent in weights.items() if before.get(name) != percent}
    for name, percent in changed.items():
        connection.execute(
            "INSERT INTO asset_class_weights (asset_id, asset_class, weight_percent) VALUES (?, ?, ?) "
            "ON CONFLICT (asset_id, asset_class) "
            f"DO UPDATE SET weight_percent = excluded.weight_percent, updated_at = {NOW}",
            [asset_id, name, percent],
        )
    moved = []
    if whole:
        moved = connection.execute(
            f"UPDATE assets SET asset_class = nullif($name, $none), updated_at = {NOW} "
            "WHERE asset_id = $id AND asset_class IS DISTINCT FROM nullif($name, $none) RETURNING asset_id",
            {"name": whole, "none": UNCLASSIFIED, "id": asset_id},
        ).fetchall()
    return len(gone) + len(changed) + len(moved)


def weights_of(connection: duckdb.DuckDBPyConnection, asset_id: int) -> dict[str, Decimal]:
    """Class → percent of an asset that belongs to several classes; empty for any other."""
    return dict(
        connection.execute(
            "SELECT asset_class, weight_percent FROM asset_class_weights WHERE asset_id = ? "
            "ORDER BY weight_percent DESC, asset_class",
            [asset_id],
        ).fetchall()
    )
