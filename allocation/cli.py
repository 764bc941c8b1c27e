"""The command line: parses, calls :class:`~allocation.portfolio.Portfolio`, prints."""

from __future__ import annotations

import datetime
import io
import sys
from collections.abc import Callable
from math import isinf
from pathlib import Path

import click
import pandas as pd

import allocation
from allocation import planner
from allocation.drift import by_class, by_holding
from allocation.errors import AllocationError, StoreError
from allocation.export import drift_csv, plan_csv
from allocation.money import write_money, write_percent, write_points, write_signed_money
from allocation.planner import RULES
from allocation.portfolio import ENVIRONMENT, Portfolio
from allocation.store import default_path
from allocation.store.loading import LoadReport
from allocation.summary import summarise
from allocation.tables import ALL, CASH

RULES_HELP = "How the money is shared: " + "; ".join(f"{rule.name}: {rule.description}" for rule in RULES.values())


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--portfolio", "path", envvar=ENVIRONMENT, metavar="FILE",
    help=f"The portfolio file. Without it: what {ENVIRONMENT} in the environment names, or else your own.",
)  # fmt: skip
@click.version_option(package_name="allocation")
@click.pass_context
def cli(context: click.Context, path: str | None) -> None:
    """Your allocation against your targets, and where the next deposit goes."""
    context.obj = allocation.open(path)


@cli.command()
@click.option("--base-currency", metavar="CODE", help="Currency that values are added up in, such as USD.")
@click.pass_obj
def init(portfolio: Portfolio, base_currency: str | None) -> None:
    """Make an empty portfolio file."""
    known = portfolio.exists()
    portfolio.init(base_currency and base_currency.upper())
    state = "is a portfolio already" if known else "is ready"
    click.echo(f"{portfolio.path} {state}. Load holdings with: allocation import HOLDINGS.")


@cli.command("import")
@click.argument("holdings", nargs=-1, type=click.Path(path_type=Path))
@click.option("--targets", type=click.Path(path_type=Path), help="A targets.csv.")
@click.option("--fx", type=click.Path(path_type=Path), help="An fx.csv.")
@click.option("--base-currency", metavar="CODE", help="Currency that values are added up in, where none is set yet.")
@click.pass_obj
def import_(
    portfolio: Portfolio, holdings: tuple[Path, ...], targets: Path | None, fx: Path | None, base_currency: str | None
) -> None:
    """Load holdings, targets and FX rates from CSV files.

    An account named in HOLDINGS afterwards holds exactly what the files say; other accounts stay as they are.
    """
    for line in _describe(portfolio.load(holdings, targets, fx, base_currency and base_currency.upper())):
        click.echo(line)
    click.echo(f"The portfolio is {portfolio.path}.")


@cli.command()
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.pass_obj
def targets(portfolio: Portfolio, scope: str) -> None:
    """Print the targets of a scope, classes and holdings."""
    strategy = portfolio.strategy(scope)
    click.echo(f"{strategy.name}{f' (used by {scope}, which has no targets of its own)' if strategy.inherited else ''}")
    if strategy.class_targets.empty:
        click.echo("No targets yet.")
        return
    rows = []
    within = dict(list(strategy.holding_targets.groupby("asset_class")))
    for name, percent in strategy.class_targets.itertuples(index=False):
        rows.append({"class": name, "holding": "", "% of scope": f"{percent:g}", "% of class": ""})
        for holding in within.get(name, pd.DataFrame()).itertuples():
            rows.append(
                {
                    "class": "",
                    "holding": f"{CASH} {holding.currency}" if holding.symbol == CASH else holding.symbol,
                    "% of scope": "",
                    "% of class": f"{holding.target_percent:g}",
                }
            )
    _print(pd.DataFrame(rows))


@cli.command()
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.option(
    "--by",
    type=click.Choice(["class", "holding"]),
    default="class",
    help="One line a class (default) or a holding.",
)
@click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write the table to this file.")
@click.pass_obj
def drift(portfolio: Portfolio, scope: str, by: str, csv: Path | None) -> None:
    """Print where you are: each class against its target and its 5/25 band."""
    tables = portfolio.tables(scope)
    table = by_class(tables) if by == "class" else by_holding(tables)
    if csv is not None:
        _write(csv, drift_csv(table))
    summary, currency = summarise(tables), tables.base_currency
    if by == "holding":
        table["symbol"] = table["symbol"].where(table["symbol"] != CASH, table["symbol"] + " " + table["currency"])
    shown = table[["asset_class"] if by == "class" else ["asset_class", "symbol"]].assign(
        value=_column(table["value"], lambda value: write_money(value, currency)),
        weight=_column(table["weight"], write_percent),
        target=_column(table["target_weight"], write_percent),
        points=_column(table["drift"], write_points),
        money=_column(table["drift_money"], lambda value: write_signed_money(value, currency)),
        status=table["status"],
    )
    _print(shown)
    click.echo(
        f"\nTotal {write_money(summary.total, currency)} {currency}, of it cash {write_money(summary.cash, currency)}."
    )
    if summary.portfolio_drift == summary.portfolio_drift:
        click.echo(
            f"Portfolio drift {write_percent(summary.portfolio_drift)}; "
            f"{len(summary.out_of_band)} of {summary.classes} classes out of their band."
        )
    if summary.oldest_price is not None:
        click.echo(f"Oldest price or rate: {summary.oldest_price} ({summary.oldest_of}).")


@cli.group()
def plan() -> None:
    """Print what a flow of money would buy."""


@plan.command("deposit", context_settings={"ignore_unknown_options": True})  # -5 is an amount, if a wrong one
@click.argument("amount")
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.option("--rule", default="lazy", show_default=True, metavar="RULE", help=RULES_HELP)
@click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write the plan to this file.")
@click.pass_obj
def plan_deposit(portfolio: Portfolio, amount: str, scope: str, rule: str, csv: Path | None) -> None:
    """Print what a deposit of AMOUNT (in the base currency) would buy, without a sale."""
    tables = portfolio.tables(scope)
    table = planner.plan_deposit(tables, amount, rule, datetime.date.today())
    if csv is not None:
        _write(csv, plan_csv(table))
    if table.empty:
        click.echo("A deposit of 0 buys nothing.")
    else:
        currency = str(table["currency"].iloc[0])
        shown = table[["account", "symbol", "asset_class", "action"]].assign(
            amount=_column(table["amount"], lambda value: write_money(value, currency)),
            shares=_column(table["shares"], lambda value: f"{value:,.4f}"),
            price=_column(table["price"], lambda value: f"{value:,.4f}"),
            reason=table["reason"],
        )
        _print(shown)
        click.echo(f"\nTogether {write_money(round(table['amount'].sum(), 6), currency)} {currency}.")
    least = planner.minimum_deposit(tables)
    if isinf(least):
        click.echo(
            "No deposit alone reaches every target: something is held in a class without a target, or with a target "
            "of 0."
        )
    else:
        money = write_money(least, tables.base_currency)
        click.echo(f"The smallest deposit that reaches every class target without a sale is {money}.")


@cli.command()
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The copy's file; without it a dated name beside the portfolio.",
)
@click.pass_obj
def backup(portfolio: Portfolio, to: Path | None) -> None:
    """Copy the portfolio file, while others may be working with it."""
    click.echo(f"Backed up to {portfolio.backup(to)}.")


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def restore(portfolio: Portfolio, file: Path) -> None:
    """Put the backup FILE in the portfolio's place, after checking that it is whole."""
    kept = portfolio.restore(file)
    click.echo(f"{portfolio.path} is restored from {file}.")
    if kept is not None:
        click.echo(f"What it replaced is kept at {kept}.")


@cli.command()
@click.option("--port", type=int, help="Port on 127.0.0.1; without it, one that is free.")
@click.option("--no-browser", is_flag=True, help="Don't open the page, only print its address.")
@click.pass_context
def dashboard(context: click.Context, port: int | None, no_browser: bool) -> None:
    """Serve the dashboard on this machine and open it."""
    from allocation.dashboard.server import serve

    portfolio: Portfolio = context.obj
    if not portfolio.exists():
        if portfolio.path != default_path():
            raise StoreError(
                f"There is no portfolio at {portfolio.path}. Load your holdings into it first: "
                f"allocation --portfolio {portfolio.path.name} import HOLDINGS."
            )
        portfolio = allocation.sample()
        click.echo(f"You have no portfolio yet, so this is the sample, kept at {portfolio.path}.")
        click.echo("Load your own with: allocation import HOLDINGS.")
        click.echo(f'Try the commands on the sample with: allocation --portfolio "{portfolio.path}" drift')
    sys.exit(serve(portfolio.path, port, open_page=not no_browser, say=click.echo))


def main() -> None:
    """Entry point: exit status 0, or 1 with a sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name that the terminal can't show must not stop the answer.
            stream.reconfigure(errors="replace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
    except AllocationError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(1)
    except click.ClickException as error:
        click.echo(f"{error.format_message()} See allocation --help.", err=True)
        sys.exit(1)


def _describe(report: LoadReport) -> list[str]:
    if not report.changed:
        return ["Nothing changed: the portfolio says the same already."]
    counts = {
        "account": report.accounts, "asset": report.assets, "holding": report.holdings, "price": report.prices,
        "FX rate": report.fx_rates, "target": report.targets,
    }  # fmt: skip
    parts = [f"{count} {noun}{'' if count == 1 else 's'}" for noun, count in counts.items() if count]
    lines = [f"Added or changed: {', '.join(parts)}."] if parts else []
    return lines + [f"No longer held: {symbol} in {account}." for account, symbol in report.gone]


def _column(values: pd.Series, write: Callable[[float], str]) -> list[str]:
    return ["" if value != value else write(value) for value in values]


def _print(table: pd.DataFrame) -> None:
    """Text columns to the left, numbers to the right."""
    texts = {"account", "symbol", "asset_class", "action", "status", "reason", "class", "holding"}
    columns = []
    for name in table.columns:
        cells = [str(name).replace("_", " "), *(str(cell) for cell in table[name])]
        width = max(len(cell) for cell in cells)
        columns.append([cell.ljust(width) if name in texts else cell.rjust(width) for cell in cells])
    for row in zip(*columns, strict=True):
        # A plain minus, because not every terminal and pipe has the typographic one.
        click.echo("  ".join(row).rstrip().replace("−", "-"))


def _write(path: Path, text: str) -> None:
    """Write an export; only an earlier export of the same kind, told by its header, is replaced."""
    header = text.partition("\n")[0].encode()
    try:
        if path.exists() and path.read_bytes()[: len(header) + 1].rstrip(b"\r\n") != header:
            raise StoreError(f"{path} exists and is not an earlier export of this kind. Name another file.")
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}.") from error


if __name__ == "__main__":
    main()
