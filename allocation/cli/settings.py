"""What one settles once: funds' classes, bands, and when a rebalance is due."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from allocation.cli.printing import column, print_table, write
from allocation.errors import UnknownName
from allocation.export import classes_csv
from allocation.money import write_percent
from allocation.percents import as_weight
from allocation.portfolio import Portfolio
from allocation.tables import ALL, CASH, Strategy, called
from allocation.text import listed

SCOPE = click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")


def add_settings(cli: click.Group) -> None:
    """Add these commands to the others."""
    for command in (classes, bands, due):
        cli.add_command(command)


@click.command()
@click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write a classes.csv that others can import.")
@click.option(
    "--suggest", is_flag=True, help="Print a class for each asset that is in none, and why; nothing is saved."
)
@click.option(
    "--accept", multiple=True, metavar="SYMBOL", help='Put it into the class that is suggested; "all" for all.'
)
@click.option(
    "--put", multiple=True, metavar="SYMBOL=CLASS", help='Put an asset into a class: --put AAPL="US stocks"; may be '
    "given again.",
)  # fmt: skip
@click.pass_obj
def classes(
    portfolio: Portfolio, csv: Path | None, suggest: bool, accept: tuple[str, ...], put: tuple[str, ...]
) -> None:
    """Print which asset classes each asset is in; load them with: allocation import --classes."""
    if put:
        portfolio.save_asset_classes_many(dict(map(_symbol_and_class, put)))
    if suggest or accept:
        _suggestions(portfolio, accept)
        return
    table = portfolio.asset_classes()
    if csv is not None:
        write(csv, classes_csv(table))
    if table.empty:
        click.echo("No assets yet. Load holdings with: allocation import HOLDINGS.")
        return
    names = [called(*row) for row in zip(table["symbol"], table["currency"], strict=True)]
    again = [name == before for name, before in zip(names, ["", *names], strict=False)]
    print_table(
        pd.DataFrame(
            {
                "symbol": ["" if repeated else name for name, repeated in zip(names, again, strict=True)],
                "asset_class": table["asset_class"],
                "% of asset": column(table["weight_percent"], lambda percent: f"{percent:g}"),
            }
        )
    )


def _symbol_and_class(put: str) -> tuple[str, str]:
    symbol, _, name = (part.strip() for part in put.partition("="))
    if not symbol or not name:
        raise UnknownName(f'--put {put} names no class. Write it like --put AAPL="US stocks".')
    return symbol, name


def _suggestions(portfolio: Portfolio, accept: tuple[str, ...]) -> None:
    chosen = None if ALL in accept else accept
    found = portfolio.accept_classes(chosen) if accept else portfolio.suggest_classes()
    if found.empty:
        click.echo("There is nothing to suggest: every asset is in a class, or its name says nothing about one.")
        _without_a_suggestion(portfolio, found)
        return
    # Cash in several currencies is one answer.
    print_table(found.drop_duplicates())
    _without_a_suggestion(portfolio, found)
    if accept:
        click.echo(
            "Saved. Targets for these classes: allocation strategies new NAME --from present --activate, a targets.csv "
            "or the dashboard."
        )
    else:
        click.echo("Nothing was saved. Accept them with: allocation classes --accept all (or --accept SYMBOL).")


def _without_a_suggestion(portfolio: Portfolio, found: pd.DataFrame) -> None:
    """What a person has to put into a class, because nothing is known about it."""
    waiting, suggested = portfolio.unclassified(), set(found["symbol"])
    # Cash always has one, and a fund that is partly in classes has been looked at.
    rest = [
        f"{symbol} ({name})" if name != symbol else symbol
        for symbol, name, percent in waiting.itertuples(index=False, name=None)
        if percent == 100 and symbol not in suggested and not symbol.startswith(f"{CASH} ")
    ]
    if rest:
        click.echo(f"Nothing says a class for {listed(rest)}. Put it into one: allocation classes --put SYMBOL=CLASS.")


@click.command()
@SCOPE
@click.option(
    "--set", "band", metavar="BAND",
    help='How far weights may stray: "5 points or 25 %" (of the target, whichever is smaller), '
    '"1 point or 20 %, whichever is larger", "5 points", "20 %", "5/25"; each may end in ", out only beyond the edge" '
    'and in ", measured in the class".',
)  # fmt: skip
@click.option("--class", "asset_class", metavar="NAME", help="What is set is the band of this class and its holdings.")
@click.option("--reset", is_flag=True, help="Back to 5/25; with --class, to the band of the others.")
@click.option(
    "--trigger", metavar="WHEN",
    help='When a rebalance is due: "drift" (a class is out of its band), "every 6 months", "every 6 months and drift".',
)  # fmt: skip
@click.option("--strategy", metavar="NAME", help="Another strategy of the scope than its active one.")
@click.pass_obj
def bands(
    portfolio: Portfolio,
    scope: str,
    band: str | None,
    asset_class: str | None,
    reset: bool,
    trigger: str | None,
    strategy: str | None,
) -> None:
    """Print how far each class may stray from its target, and when a rebalance is due; or set it."""
    if band is not None and reset:
        raise click.UsageError("Set a band or reset it, not both.")
    if asset_class is not None and band is None and not reset:
        raise click.UsageError("Say what the band of the class is: --set BAND, or --reset.")
    if band is not None or reset:
        portfolio.save_band(band, scope, asset_class, strategy)
    if trigger is not None:
        portfolio.save_trigger(trigger, scope, strategy)
    _show(portfolio.strategy(scope, strategy), scope)


def _show(strategy: Strategy, scope: str) -> None:
    used = f" (used by {scope}, which has no targets of its own)" if strategy.inherited else ""
    click.echo(f"{strategy.name}{used}: {strategy.band.describe()}")
    if len(strategy.class_targets):
        rows = []
        for name, percent in strategy.class_targets.itertuples(index=False):
            own = strategy.band_of(name)
            low, high = own.edges(as_weight(percent))
            rows.append(
                {
                    "class": name,
                    "target": write_percent(percent / 100),
                    "from": write_percent(float(low), 2),
                    "to": write_percent(float(high), 2),
                    "band": own.describe() if name in strategy.class_bands else "",
                }
            )
        print_table(pd.DataFrame(rows))
    click.echo(f"Trigger: {strategy.trigger.describe()}.")


@click.command()
@SCOPE
@click.pass_obj
def due(portfolio: Portfolio, scope: str) -> None:
    """Say whether a rebalance is due, and why; allocation bands says by what."""
    click.echo(str(portfolio.due(scope)))
