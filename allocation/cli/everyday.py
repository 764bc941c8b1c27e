"""What one does every day: load, look, plan."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import click
import pandas as pd

import allocation
from allocation.cli.printing import column, print_table, write
from allocation.drift import by_class, by_holding
from allocation.errors import StoreError
from allocation.export import drift_csv
from allocation.money import write_money, write_percent, write_points, write_signed_money
from allocation.opening import ENVIRONMENT, TIMEOUT_ENVIRONMENT, user
from allocation.portfolio import Portfolio
from allocation.store import default_path
from allocation.store.in_force import Against
from allocation.summary import summarise
from allocation.tables import ALL, CASH
from allocation.text import as_day


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--portfolio", "path", envvar=ENVIRONMENT, metavar="FILE",
    help=f"The portfolio file. Without it: what {ENVIRONMENT} in the environment names, or else your own.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.FloatRange(min=0), metavar="SECONDS",
    help=f"How long to wait while another window is saving. Without it: {TIMEOUT_ENVIRONMENT}, or 30.",
)  # fmt: skip
@click.version_option(package_name="allocation")
@click.pass_context
def cli(context: click.Context, path: str | None, timeout: float | None) -> None:
    """Your allocation against your targets, and where the next deposit goes."""
    context.obj = allocation.open(path, timeout, f"{user()} on the command line")


@cli.command()
@click.option("--base-currency", metavar="CODE", help="Currency that values are added up in, such as USD.")
@click.pass_obj
def init(portfolio: Portfolio, base_currency: str | None) -> None:
    """Make an empty portfolio file."""
    known = portfolio.exists()
    portfolio.init(base_currency)
    state = "is a portfolio already" if known else "is ready"
    sums = f" Values are added up in {base_currency.upper()}." if base_currency else ""
    click.echo(f"{portfolio.path} {state}.{sums} Load holdings with: allocation import HOLDINGS.")


@cli.command()
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.option("--strategy", "name", metavar="NAME", help="Another strategy than the active one.")
@click.pass_obj
def targets(portfolio: Portfolio, scope: str, name: str | None) -> None:
    """Print the targets of a scope, classes and holdings."""
    strategy = portfolio.strategy(scope, name)
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
    print_table(pd.DataFrame(rows))


@cli.command()
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.option(
    "--by",
    type=click.Choice(["class", "holding"]),
    default="class",
    help="One line a class (default) or a holding.",
)
@click.option(
    "--at", metavar="DATE", help="Where you were on that date, against the targets in force then: 2025-03-31."
)
@click.option(
    "--against", type=click.Choice(["then", "today"]), default="then",
    help="With --at: measured against the targets in force then (default), or those of today.",
)  # fmt: skip
@click.option("--strategy", metavar="NAME", help="Measured against another strategy than the active one.")
@click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write the table to this file.")
@click.pass_obj
def drift(
    portfolio: Portfolio,
    scope: str,
    by: str,
    at: str | None,
    against: Against,
    strategy: str | None,
    csv: Path | None,
) -> None:
    """Print where you are: each class against its target and its band."""
    tables = portfolio.tables(scope, at, strategy, against)
    table = by_class(tables) if by == "class" else by_holding(tables)
    if csv is not None:
        write(csv, drift_csv(table))
    summary = summarise(tables, datetime.date.today() if at is None else as_day(at))
    currency = tables.base_currency
    if by == "holding":
        table["symbol"] = table["symbol"].where(table["symbol"] != CASH, table["symbol"] + " " + table["currency"])
    shown = table[["asset_class"] if by == "class" else ["asset_class", "symbol"]].assign(
        value=column(table["value"], lambda value: write_money(value, currency)),
        weight=column(table["weight"], write_percent),
        target=column(table["target_weight"], write_percent),
        points=column(table["drift"], write_points),
        money=column(table["drift_money"], lambda value: write_signed_money(value, currency)),
        status=table["status"],
    )
    print_table(shown)
    click.echo(
        f"\nTotal {write_money(summary.total, currency)} {currency}, of it cash {write_money(summary.cash, currency)}."
    )
    if summary.portfolio_drift == summary.portfolio_drift:
        click.echo(
            f"Portfolio drift {write_percent(summary.portfolio_drift)}; "
            f"{len(summary.out_of_band)} of {summary.classes} classes out of their band."
        )
    if tables.strategy.in_force:
        click.echo(tables.strategy.in_force)
    if summary.oldest_price is not None:
        click.echo(f"Oldest price or rate: {summary.oldest_price} ({summary.oldest_of}).")
    if summary.warning:
        click.echo(summary.warning)
    unknown = sorted(set(tables.accounts) - set(tables.holdings["account"])) if scope == ALL else []
    if unknown:
        click.echo(f"Without {', '.join(unknown)}: no holdings of theirs are known{' at that date' if at else ''}.")


@cli.command()
@click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
@click.pass_obj
def history(portfolio: Portfolio, scope: str) -> None:
    """Print the dates that the portfolio is known at."""
    snapshots = portfolio.snapshots(scope)
    if snapshots.empty:
        click.echo("No snapshots yet. Load holdings with: allocation import HOLDINGS.")
        return
    loaded = snapshots["loaded_at"].dt.tz_localize("UTC").dt.to_pydatetime()
    print_table(
        pd.DataFrame(
            {
                "date": snapshots["as_of"],
                "account": snapshots["account"],
                "holdings": snapshots["holdings"],
                "loaded (local time)": [f"{when.astimezone():%Y-%m-%d %H:%M}" for when in loaded],
            }
        )
    )
    click.echo("\nDrift on one of them: allocation drift --at DATE.")


@cli.command()
@click.option("--port", type=int, help="Port to listen at; without it, one that is free.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of this machine to listen at.")
@click.option("--name", "names", multiple=True, metavar="NAME", help="What a server in front of it is called.")
@click.option("--no-browser", is_flag=True, help="Don't open the page, only print its address.")
@click.pass_context
def dashboard(context: click.Context, port: int | None, host: str, names: tuple[str, ...], no_browser: bool) -> None:
    """Serve the dashboard on this machine and open it.

    It answers this machine alone, unless --host names another of its addresses than 127.0.0.1 (0.0.0.0 is all of
    them), and only who has the token in the address that is printed.
    """
    from allocation.dashboard.server import serve
    from allocation.dashboard.settings import Place

    portfolio: Portfolio = context.obj
    if not portfolio.exists():
        if portfolio.path != default_path():
            raise StoreError(
                f"There is no portfolio at {portfolio.path}. Load your holdings into it first: "
                f"allocation --portfolio {portfolio.path.name} import HOLDINGS."
            )
        sample = allocation.sample()
        click.echo(f"You have no portfolio yet, so this is the sample, kept at {sample.path}.")
        click.echo("Load your own on the page, or with: allocation import HOLDINGS.")
        click.echo(f'Try the commands on the sample with: allocation --portfolio "{sample.path}" drift')
    sys.exit(serve(portfolio.path, portfolio.timeout, Place(host, port, names), not no_browser, click.echo))
