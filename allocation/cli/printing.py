"""How the command line writes: sentences, tables with their columns in line, and files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import click
import pandas as pd

from allocation.errors import StoreError
from allocation.store.load_report import LoadReport
from allocation.tables import ALL
from allocation.targets import plain

MOST_LINES = 200
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def describe(report: LoadReport) -> list[str]:
    """What a load did, or would do, a sentence a line."""
    changed = _first(
        f"Changed: {symbol} in {account}, {plain(before)} -> {plain(after)}."
        for account, symbol, before, after in report.changed_quantities
    )
    gone = _first(f"Sold: {symbol} in {account}. The dates before keep it." for account, symbol in report.sold)
    gone += _first(f"Taken out of that date: {symbol} in {account}." for account, symbol in report.removed)
    return [*notes_of(report), *changed, *counts_of(report), *gone, *warnings_of(report)]


def notes_of(report: LoadReport) -> list[str]:
    """What a person should know about the files."""
    return [*report.left_out, *(f"Note: {note}" for note in report.notes), *_other_taxonomies(report)]


def counts_of(report: LoadReport) -> list[str]:
    """How much of each kind is another, in one sentence."""
    if not report.changed:
        return ["Nothing changed: the portfolio says the same already."]
    counts = {
        "account": report.accounts, "asset": report.assets, "snapshot": report.snapshots, "holding": report.holdings,
        "price": report.prices, "FX rate": report.fx_rates, "target": report.targets,
        "class weight": report.class_weights,
    }  # fmt: skip
    parts = [f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items() if count]
    return [f"Added or changed: {', '.join(parts)}."] if parts else []


def warnings_of(report: LoadReport) -> list[str]:
    """What is likely to be a mistake in the files, isn't what it looks like, or is still missing."""
    if not report.changed:
        return _missing(report)
    lines = report.warnings
    if report.corrected:
        lines.append(
            f"Of an earlier date and others now: {report.corrected} prices or FX rates. Values of those dates change."
        )
    lines += [_inactive(scope, name) for scope, name in report.inactive]
    lines += [
        f"{account}: this is of {as_of}. What it holds now, as of {newest}, stays as it is; names and classes, too."
        for account, as_of, newest in report.past
    ]
    return lines + _missing(report)


def _other_taxonomies(report: LoadReport) -> list[str]:
    others = [name for name in report.taxonomies if name != report.taxonomy]
    return [f'Another taxonomy becomes the asset classes with: --taxonomy "{others[0]}".'] if others else []


def _missing(report: LoadReport) -> list[str]:
    """What keeps holdings from being valued, and what to do about it."""
    lines = []
    if report.unpriced:
        lines.append(
            f"Still without a price, so it can't be valued: {', '.join(report.unpriced)}. Write it down (allocation "
            f"price {report.unpriced[0]} PRICE CURRENCY), fill in a list (allocation prices --csv prices.csv, then "
            "allocation import prices.csv), or ask Yahoo Finance (allocation prices fetch)."
        )
    if report.unrated:
        currency, base = report.unrated[0]
        names = ", ".join(currency for currency, _ in report.unrated)
        lines.append(
            f"Still without an FX rate to {base}, so it can't be valued: what is in {names}. Write it down (allocation "
            f"rate {currency} {base} RATE), or load a file of rates, such as the European Central Bank's: allocation "
            "import eurofxref.csv."
        )
    return lines


def _first(sentences: Iterable[str]) -> list[str]:
    """Sentences of one kind; of very many the first, and how many more there are."""
    lines = list(sentences)
    more = len(lines) - MOST_LINES
    return lines if more <= 0 else [*lines[:MOST_LINES], f"And {more:,} more like that."]


def _inactive(scope: str, name: str) -> str:
    whose, option = ("the whole portfolio", "") if scope == ALL else (scope, f' --scope "{scope}"')
    return (
        f"{name} has these targets and isn't active. Measure {whose} against it with: allocation strategies activate "
        f'"{name}"{option}.'
    )


def one_line(text: str) -> str:
    """Text without line breaks and commands to the terminal, which a name of a file may have in it."""
    return CONTROL.sub(" ", text)


def column(values: pd.Series, write: Callable[[float], str]) -> list[str]:
    return ["" if value != value else write(value) for value in values]


def print_table(table: pd.DataFrame) -> None:
    """Text columns to the left, numbers to the right."""
    for line in table_lines(table):
        click.echo(line)


def table_lines(table: pd.DataFrame) -> list[str]:
    """The lines of :func:`print_table`, the first with the names of the columns."""
    texts = {"date", "account", "symbol", "asset_class", "action", "status", "reason", "class", "holding", "band",
             "strategy", "state", "saved", "changes", "name", "change", "what", "which", "classes"}  # fmt: skip
    columns = []
    for name in table.columns:
        cells = [str(name).replace("_", " "), *(one_line(str(cell)) for cell in table[name])]
        width = max(len(cell) for cell in cells)
        columns.append([cell.ljust(width) if name in texts else cell.rjust(width) for cell in cells])
    # A plain minus, because not every terminal and pipe has the typographic one.
    return ["  ".join(row).rstrip().replace("−", "-") for row in zip(*columns, strict=True)]


def write(path: Path, text: str) -> None:
    """Write an export; only an earlier export of the same kind, told by its header, is replaced."""
    header = text.partition("\n")[0].encode()
    try:
        if path.is_file() and _beginning(path, len(header) + 1).rstrip(b"\r\n") != header:
            raise StoreError(f"{path} exists and is not an earlier export of this kind. Name another file.")
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}.") from error


def _beginning(path: Path, length: int) -> bytes:
    with path.open("rb") as file:
        return file.read(length)
