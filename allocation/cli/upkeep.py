"""What keeps a portfolio in good order: copies, deletions, the schema, the doctor."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import pandas as pd

from allocation.cli.printing import print_table
from allocation.portfolio import Portfolio
from allocation.store.removing import Deleted

YES = click.option("--yes", is_flag=True, help="Don't ask.")
NO_BACKUP = click.option("--no-backup", is_flag=True, help="Make no backup before.")


def add_upkeep(cli: click.Group) -> None:
    """Add these commands to the others."""
    for command in (backup, restore, rename, merge, delete, migrate, doctor):
        cli.add_command(command)


@click.command()
@click.option(
    "--to", type=click.Path(path_type=Path), help="The copy's file; without it a dated name beside the portfolio."
)
@click.pass_obj
def backup(portfolio: Portfolio, to: Path | None) -> None:
    """Copy the portfolio file, while others may be working with it."""
    click.echo(f"Backed up to {portfolio.backup(to)}.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def restore(portfolio: Portfolio, file: Path) -> None:
    """Put the backup FILE in the portfolio's place, after checking that it is whole."""
    kept = portfolio.restore(file)
    click.echo(f"{portfolio.path} is restored from {file}.")
    if kept is not None:
        click.echo(f"What it replaced is kept at {kept}.")


@click.command()
@click.argument("symbol")
@click.argument("new_symbol")
@click.option("--name", help="A new name, too.")
@click.pass_obj
def rename(portfolio: Portfolio, symbol: str, new_symbol: str, name: str | None) -> None:
    """Call the asset SYMBOL by NEW_SYMBOL; its holdings, prices and targets stay."""
    portfolio.rename_asset(symbol, new_symbol, name)
    click.echo(f"{symbol} is called {new_symbol.strip()} now.")


@click.command()
@click.argument("old")
@click.argument("into")
@YES
@NO_BACKUP
@click.pass_obj
def merge(portfolio: Portfolio, old: str, into: str, yes: bool, no_backup: bool) -> None:
    """Make the assets OLD and INTO one: holdings, prices and targets move, OLD ends."""
    _after_asking(
        f"Merge {old} into {into}",
        partial(portfolio.merge_assets, old, into),
        yes,
        no_backup,
    )


@click.group()
def delete() -> None:
    """Delete something, after saying what it takes along and making a backup."""


@delete.command("account")
@click.argument("account")
@YES
@NO_BACKUP
@click.pass_obj
def delete_account(portfolio: Portfolio, account: str, yes: bool, no_backup: bool) -> None:
    """Delete an account with its snapshots, its strategies and their targets."""
    _after_asking(f"Delete {account}", partial(portfolio.delete_account, account), yes, no_backup)


@delete.command("asset")
@click.argument("symbol")
@YES
@NO_BACKUP
@click.pass_obj
def delete_asset(portfolio: Portfolio, symbol: str, yes: bool, no_backup: bool) -> None:
    """Delete an asset with its holdings at every date, its prices and its targets."""
    _after_asking(f"Delete {symbol}", partial(portfolio.delete_asset, symbol), yes, no_backup)


@delete.command("strategy")
@click.argument("scope")
@click.argument("name", required=False)
@YES
@NO_BACKUP
@click.pass_obj
def delete_strategy(portfolio: Portfolio, scope: str, name: str | None, yes: bool, no_backup: bool) -> None:
    """Delete an account's active strategy, so that it uses the whole portfolio's; of "all", its targets.

    With NAME, delete that strategy of SCOPE.
    """
    _after_asking(
        f"Delete the strategy {name} of {scope}" if name else f"Delete the strategy of {scope}",
        partial(portfolio.delete_strategy, scope, name=name),
        yes,
        no_backup,
    )


@delete.command("snapshot")
@click.argument("account")
@click.argument("date")
@YES
@NO_BACKUP
@click.pass_obj
def delete_snapshot(portfolio: Portfolio, account: str, date: str, yes: bool, no_backup: bool) -> None:
    """Delete what ACCOUNT held on DATE, as after a wrong load; the snapshot before it counts again."""
    _after_asking(
        f"Delete {account} on {date}",
        partial(portfolio.delete_snapshot, account, date),
        yes,
        no_backup,
    )


def _after_asking(what: str, act: Callable[..., Deleted], yes: bool, no_backup: bool) -> None:
    """Say what hangs on it, ask, act. ``act(preview=True)`` only says what it would do."""
    would = act(preview=True)
    click.echo(f"{would}.")
    if would.totals is not None and would.totals[0] != would.totals[1]:
        click.echo(f"The portfolio's total goes from {would.totals[0]:,.2f} to {would.totals[1]:,.2f}.")
    if not yes:
        click.confirm(f"{what}?", abort=True)
    done = act(backup=not no_backup)
    if done.backup is not None:
        click.echo(f"Backed up to {done.backup}.")
    click.echo("Done.")


@click.command()
@click.option("--status", is_flag=True, help="Print each step of the schema, and whether the file has it.")
@click.option("--to", "to", type=int, metavar="N", help="Bring the file to this version of the schema, up or down.")
@click.option("--force", is_flag=True, help="Go down even where something is lost; a backup is made before.")
@click.pass_obj
def migrate(portfolio: Portfolio, status: bool, to: int | None, force: bool) -> None:
    """Bring the file's schema up to date, or to the version that an older allocation needs."""
    steps = portfolio.schema()
    if status:
        print_table(
            pd.DataFrame(
                {
                    "step": [step.version for step in steps],
                    "name": [step.name for step in steps],
                    "applied (UTC)": [f"{step.applied_at:%Y-%m-%d %H:%M}" if step.applied_at else "" for step in steps],
                    "state": [step.state for step in steps],
                }
            )
        )
        return
    newest = steps[-1].version
    wanted = newest if to is None else to
    done, kept = portfolio.migrate(wanted, force)
    if not done:
        click.echo(f"{portfolio.path} is at schema {wanted} already.")
        return
    click.echo(f"{portfolio.path} is at schema {wanted}. As it was before, it is kept at {kept}.")
    if wanted < newest:
        click.echo(
            "This version of allocation brings it up to date again at its next use: install the older one first."
        )


@click.command()
@click.option("--mend", is_flag=True, help="Also mend what is safe to mend: permissions, leftovers of a crash.")
@click.pass_obj
def doctor(portfolio: Portfolio, mend: bool) -> None:
    """Check everything about the portfolio's file that can be checked. Ends with status 1 where something is wrong."""
    findings = portfolio.doctor(mend)
    for finding in findings:
        done = " Mended." if finding.mended else ""
        could = f" allocation doctor --mend would {finding.mend}." if finding.mend and not finding.mended else ""
        click.echo(f"{finding.kind.capitalize()}: {finding.text}{done or could}")
    faults = sum(finding.kind == "fault" for finding in findings)
    if faults:
        click.echo(f"{faults} {'fault' if faults == 1 else 'faults'} in {portfolio.path}.")
        sys.exit(1)
    click.echo(f"{portfolio.path} is whole.")
