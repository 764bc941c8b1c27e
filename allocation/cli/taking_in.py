"""What comes in: files, prices and rates; and taking a load back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import pandas as pd

from allocation.cli.previewing import describe_preview
from allocation.cli.printing import column, describe, one_line, print_table, write
from allocation.errors import UnknownName
from allocation.export import prices_csv
from allocation.money import currency_code
from allocation.portfolio import Portfolio
from allocation.store.load_report import LoadReport
from allocation.text import listed


def add_taking_in(cli: click.Group) -> None:
    """Add these commands to the others."""
    for command in (import_, undo, price, rate, prices):
        cli.add_command(command)


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--targets", type=click.Path(path_type=Path), help="A targets.csv.")
@click.option("--fx", type=click.Path(path_type=Path), help="An fx.csv, or the ECB's eurofxref.csv.")
@click.option("--classes", type=click.Path(path_type=Path), help="A classes.csv: funds that belong to several classes.")
@click.option("--prices", type=click.Path(path_type=Path), help="A prices.csv, for what the files have no price of.")
@click.option("--base-currency", metavar="CODE", help="Currency that values are added up in, where none is set yet.")
@click.option("--format", "format", metavar="NAME", help="The files' format, where it isn't to be recognised.")
@click.option(
    "--map", "mapped", multiple=True, metavar="OURS=THEIRS",
    help="Which column of a table is what: --map symbol=Ticker, or one value for all rows: --map currency==EUR.",
)  # fmt: skip
@click.option("--account", metavar="NAME", help="What to call the account of a broker's file that has one only.")
@click.option(
    "--taxonomy", metavar="NAME",
    help="Which taxonomy of a Portfolio Performance or Wealthfolio file becomes the asset classes. It is remembered.",
)  # fmt: skip
@click.option(
    "--leave-out", multiple=True, metavar="[ACCOUNT=]SYMBOL",
    help="Load the files without this holding, of every account or of one, such as one sold short; may be given again.",
)  # fmt: skip
@click.option("--preview", is_flag=True, help="Only say what would change; nothing is written.")
@click.option(
    "--yes", is_flag=True,
    help="Don't ask, also where something would be sold, is of an earlier date, or may not be meant.",
)  # fmt: skip
@click.pass_obj
def import_(
    portfolio: Portfolio,
    files: tuple[Path, ...],
    targets: Path | None,
    fx: Path | None,
    classes: Path | None,
    prices: Path | None,
    base_currency: str | None,
    format: str | None,
    mapped: tuple[str, ...],
    account: str | None,
    taxonomy: str | None,
    leave_out: tuple[str, ...],
    preview: bool,
    yes: bool,
) -> None:
    """Load FILES of brokers and other programs, any table of holdings, or our own CSV files.

    What a file is, is recognised by what stands in it. An account named in the files afterwards holds exactly what
    they say; other accounts stay as they are. What the files no longer have counts as sold: the dates before keep it.
    Files of an earlier date change that date only. allocation undo takes the load back.
    """
    mapping = _mapping(mapped)

    def load(preview: bool) -> LoadReport:
        return portfolio.load(
            files, targets, fx, base_currency, preview, classes, prices, format=format, mapping=mapping,
            account=account, taxonomy=taxonomy, leave_out=leave_out,
        )  # fmt: skip

    # In a terminal, what sells something is shown first; a script has asked for it.
    if preview or (not yes and sys.stdin.isatty() and portfolio.exists()):
        would = load(preview=True)
        asks = would.changed and any((would.sold, would.removed, would.past, would.corrected, would.warnings))
        if preview or asks:
            _say(describe_preview(would) if preview else describe(would))
        if preview:
            click.echo("This is a preview; nothing was written.")
            return
        if asks:
            click.confirm("Load this?", abort=True)
    _say(describe(load(preview=False)))
    click.echo(f"The portfolio is {portfolio.path}.")
    waiting = list(portfolio.unclassified()["symbol"])
    if waiting:
        _say([f"In no asset class yet: {listed(waiting)}. One for each, and why: allocation classes --suggest."])


def _mapping(mapped: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for pair in mapped:
        ours, sign, theirs = pair.partition("=")
        if not sign or not ours.strip() or not theirs.strip():
            raise UnknownName(f"--map {pair} names no column. Write it like --map symbol=Ticker.")
        mapping[ours.strip()] = theirs.strip()
    return mapping


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        click.echo(one_line(line))


@click.command()
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_obj
def undo(portfolio: Portfolio, yes: bool) -> None:
    """Take the last load back, as long as nothing else has been saved since."""
    load = portfolio.last_load()
    click.echo(f"The last load: {load}.")
    if not yes:
        click.confirm("Take it back?", abort=True)
    taken, kept = portfolio.undo_load()
    left = "is as it was before" if taken.backup else "is gone again, because that load made it"
    click.echo(f"Taken back: {portfolio.path} {left}. As it was until now, it is kept at {kept}.")


@click.command()
@click.argument("symbol")
@click.argument("amount", metavar="PRICE")
@click.argument("currency")
@click.option("--on", "on", metavar="DATE", help="The day it is from; without it, today.")
@click.pass_obj
def price(portfolio: Portfolio, symbol: str, amount: str, currency: str, on: str | None) -> None:
    """Write down the PRICE of one share of SYMBOL in CURRENCY (also GBX, ZAc and ILA, for hundredths)."""
    report = portfolio.save_price(symbol, amount, currency, on)
    _say([f"{symbol} is at {amount} {currency_code(currency)}." if report.changed else "That price was known already."])
    _say(report.currency_warnings)


@click.command()
@click.argument("from_currency", metavar="FROM")
@click.argument("to_currency", metavar="TO")
@click.argument("amount", metavar="RATE")
@click.option("--on", "on", metavar="DATE", help="The day it is from; without it, today.")
@click.pass_obj
def rate(portfolio: Portfolio, from_currency: str, to_currency: str, amount: str, on: str | None) -> None:
    """Write down that one unit of the currency FROM is worth RATE units of the currency TO."""
    report = portfolio.save_rate(from_currency, to_currency, amount, on)
    pair = f"1 {currency_code(from_currency)} is {amount} {currency_code(to_currency)}."
    said = pair if report.changed else "That rate was known already."
    click.echo(said)


@click.group(invoke_without_command=True)
@click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write a prices.csv, to be filled in.")
@click.option(
    "--stale-after", type=click.IntRange(1, 3650), metavar="DAYS",
    help="From now on, mark prices and rates that are older than so many days (7, if never set).",
)  # fmt: skip
@click.pass_context
def prices(context: click.Context, csv: Path | None, stale_after: int | None) -> None:
    """Print the newest price of each asset and the newest rate of each pair, with their dates and sources."""
    if context.invoked_subcommand is not None:
        return
    portfolio: Portfolio = context.obj
    if stale_after is not None:
        portfolio.save_stale_after(stale_after)
    table, rates = portfolio.prices(), portfolio.rates()
    if csv is not None:
        write(csv, prices_csv(table))
    _print_prices(table, rates)
    click.echo(f"Prices and rates older than {portfolio.stale_after()} days are marked where they are used.")


def _print_prices(table: pd.DataFrame, rates: pd.DataFrame) -> None:
    if len(table):
        print_table(
            pd.DataFrame(
                {
                    "symbol": table["symbol"],
                    "price": column(table["price"], lambda value: f"{value:g}"),
                    "currency": table["currency"],
                    "date": ["none yet" if day is None else f"{day}" for day in table["as_of"]],
                    "source": [source or "" for source in table["source"]],
                }
            )
        )
    if len(rates):
        click.echo("")
        print_table(
            pd.DataFrame(
                {
                    "symbol": rates["from_currency"] + " " + rates["to_currency"],
                    "rate": column(rates["rate"], lambda value: f"{value:g}"),
                    "date": rates["as_of"],
                    "source": [source or "" for source in rates["source"]],
                }
            )
        )


@prices.command("fetch")
@click.option("--symbol", "symbols", multiple=True, metavar="SYMBOL", help="Only of this asset; may be given again.")
@click.pass_obj
def fetch(portfolio: Portfolio, symbols: tuple[str, ...]) -> None:
    """Ask Yahoo Finance for today's prices of what you hold; needs pip install 'allocation[prices]'.

    The symbols of your assets are sent there, nothing else. Without this command, nothing is ever sent anywhere.
    """
    report, missing = portfolio.fetch_prices(symbols=symbols)
    _say(describe(report))
    if missing:
        click.echo(f"No price was given for {', '.join(missing)}. Write them down with: allocation price.")
