"""Plans that are kept: listed, shown, compared, edited, executed, and that taken back."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from allocation.cli.limit_options import amount_or_amounts
from allocation.cli.orders import Orders, with_orders
from allocation.cli.plans import CSV, EXPLAIN, show_plan
from allocation.cli.printing import column, print_table
from allocation.cli.upkeep import YES
from allocation.errors import PlanError
from allocation.money import write_money
from allocation.plans import Executed
from allocation.portfolio import Portfolio

NUMBER = click.argument("number", type=int)


@click.group(invoke_without_command=True)
@click.pass_context
def plans(context: click.Context) -> None:
    """Print the saved plans; or show, compare, edit, execute, undo or delete one (allocation plans --help)."""
    if context.invoked_subcommand is None:
        _list(context.obj)


def _list(portfolio: Portfolio) -> None:
    table = portfolio.plans()
    if table.empty:
        click.echo("No plan has been saved. Save one with: allocation plan deposit 1000 --save TITLE.")
        return
    money = [write_money(flow, currency) for flow, currency in zip(table["flow"], table["currency"], strict=True)]
    shown = table[["plan", "date", "kind", "scope", "rule"]].assign(
        flow=money,
        trades=table["trades"],
        executed=[
            f"{how} {day:%Y-%m-%d}".strip() if how else "no"
            for how, day in zip(table["executed"], table["executed_on"], strict=True)
        ],
        title=table["title"],
    )
    print_table(shown)


@plans.command()
@NUMBER
@EXPLAIN
@CSV
@with_orders
@click.pass_obj
def show(portfolio: Portfolio, number: int, explain: bool, csv: Path | None, orders: Orders | None) -> None:
    """Print the plan NUMBER as it was saved."""
    show_plan(portfolio.saved_plan(number), csv, orders, explain, "This plan trades nothing.")


@plans.command()
@NUMBER
@click.argument("other", type=int, required=False)
@click.pass_obj
def compare(portfolio: Portfolio, number: int, other: int | None) -> None:
    """Print the plan NUMBER beside the plan OTHER, or beside what it comes to today."""
    table = portfolio.compare_plans(number, other)
    if table.empty:
        click.echo("Neither of them trades anything.")
        return
    currency, second = portfolio.saved_plan(number).header.currency, "today" if other is None else f"plan {other}"
    shown = table[["account", "symbol", "asset_class"]]
    for name, title in (("amount_first", f"plan {number}"), ("amount_second", second), ("difference", "difference")):
        shown = shown.assign(**{title: column(table[name], lambda value: write_money(value, currency))})
    print_table(shown)
    if not table["difference"].any():
        click.echo("They are the same.")


@plans.command(context_settings={"ignore_unknown_options": True})
@NUMBER
@click.argument("trades", nargs=-1, required=True, metavar="SYMBOL=AMOUNT...")
@click.option("--in", "account", metavar="ACCOUNT", help="The account of these trades, where they are in several.")
@click.option("--shares", is_flag=True, help="What is given are shares, not amounts.")
@click.option("--recalculate", is_flag=True, help="Calculate the other trades anew around these.")
@click.option("--title", default="", help="What to call the edited plan.")
@click.pass_obj
def edit(
    portfolio: Portfolio,
    number: int,
    trades: tuple[str, ...],
    account: str | None,
    shares: bool,
    recalculate: bool,
    title: str,
) -> None:
    """Set trades of the plan NUMBER by hand (a sale is negative, 0 takes it out), and save that as a new plan."""
    by_name = amount_or_amounts(trades, "trade")
    if isinstance(by_name, str):
        raise PlanError(f"Write each trade as SYMBOL=AMOUNT, such as {by_name}=500.")
    named = {(account, name) if account else name: value for name, value in by_name.items()}
    plan = portfolio.saved_plan(number)
    edited = portfolio.edit_plan(plan, None if shares else named, named if shares else None, recalculate)
    show_plan(edited, None, None, False, "This plan trades nothing.")
    click.echo(f"Saved as plan {portfolio.save_plan(edited, title)}.")


@plans.command()
@NUMBER
@click.option("--only", multiple=True, metavar="SYMBOL", help="Only these trades were executed; repeatable.")
@click.option("--in", "accounts", multiple=True, metavar="ACCOUNT", help="Only those in this account; repeatable.")
@click.option("--into", metavar="ACCOUNT", help="The account of what the plan leaves open.")
@click.option("--on", metavar="DATE", help="The day, such as 2026-03-31; without it today.")
@click.option("--preview", is_flag=True, help="Only say what it would change.")
@click.pass_obj
def execute(
    portfolio: Portfolio,
    number: int,
    only: tuple[str, ...],
    accounts: tuple[str, ...],
    into: str | None,
    on: str | None,
    preview: bool,
) -> None:
    """Mark the plan NUMBER as executed: holdings and cash change to what it says, and it stays as history."""
    done = portfolio.execute_plan(number, only or None, accounts or None, into, on, preview)
    _print_changes(done)
    click.echo(f"{'This would be' if preview else 'Executed'} as of {done.on}.")
    if done.remaining:
        click.echo(f"Left to execute: {_lines(done.remaining)} of the plan.")


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _print_changes(done: Executed) -> None:
    if done.changes.empty:
        click.echo("No holdings change.")
        return
    shown: pd.DataFrame = done.changes[["account", "symbol"]]
    for name in ("quantity_before", "change", "quantity_after"):
        shown = shown.assign(**{name.replace("_", " "): column(done.changes[name], lambda value: f"{value:,.10g}")})
    print_table(shown)


@plans.command()
@NUMBER
@click.option("--preview", is_flag=True, help="Only say what it would change.")
@YES
@click.pass_obj
def undo(portfolio: Portfolio, number: int, preview: bool, yes: bool) -> None:
    """Take the execution of the plan NUMBER back: holdings and cash are what they were before it.

    Of a plan that was executed in parts, the last part. Refused once something else was saved on top of it.
    """
    would = portfolio.undo_plan(number, preview=True)
    _print_changes(would)
    click.echo(f"Plan {number} was executed as of {would.on}.")
    if preview:
        return
    if not yes:
        click.confirm("Take it back?", abort=True)
    done = portfolio.undo_plan(number)
    stays = f"; of earlier parts {_lines(done.executed)} stay executed" if done.executed else ""
    click.echo(f"Taken back{stays}. Left to execute: {_lines(done.remaining)} of the plan.")


@plans.command()
@NUMBER
@click.pass_obj
def delete(portfolio: Portfolio, number: int) -> None:
    """Forget the plan NUMBER, which has not been executed."""
    portfolio.delete_plan(number)
    click.echo(f"Plan {number} is deleted.")
