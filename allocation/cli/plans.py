"""What a deposit, a withdrawal or a rebalance would do."""

from __future__ import annotations

from math import isinf
from pathlib import Path

import click

from allocation import planner
from allocation.cli.printing import column, print_table, write
from allocation.export import plan_csv
from allocation.money import write_money
from allocation.planner import GOALS, RULES, Limits, Plan
from allocation.portfolio import Portfolio
from allocation.tables import ALL

RULES_HELP = "How the money is shared: " + "; ".join(f"{rule.name}: {rule.description}" for rule in RULES.values())
GOALS_HELP = "Where what is traded ends: " + "; ".join(f"{goal.name}: {goal.description}" for goal in GOALS.values())

SCOPE = click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
RULE = click.option("--rule", default="lazy", show_default=True, metavar="RULE", help=RULES_HELP)
CSV = click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write the plan to this file.")
AMOUNT = {"ignore_unknown_options": True}  # -5 is an amount, if a wrong one


@click.group()
def plan() -> None:
    """Print what a flow of money, or coming back to the targets, would buy and sell."""


@plan.command("deposit", context_settings=AMOUNT)
@click.argument("amount")
@SCOPE
@RULE
@CSV
@click.pass_obj
def deposit(portfolio: Portfolio, amount: str, scope: str, rule: str, csv: Path | None) -> None:
    """Print what a deposit of AMOUNT (in the base currency) would buy, without a sale."""
    table = portfolio.plan_deposit(amount, scope, rule)
    _show(table, csv, "A deposit of 0 buys nothing.")
    tables = portfolio.tables(scope)
    least = planner.minimum_deposit(tables)
    if isinf(least):
        click.echo(
            "No deposit alone reaches every target: something is held in a class without a target, or with a target "
            "of 0."
        )
    else:
        money = write_money(least, tables.base_currency)
        click.echo(f"The smallest deposit that reaches every class target without a sale is {money}.")


@plan.command("withdrawal", context_settings=AMOUNT)
@click.argument("amount")
@SCOPE
@RULE
@CSV
@click.pass_obj
def withdrawal(portfolio: Portfolio, amount: str, scope: str, rule: str, csv: Path | None) -> None:
    """Print what a withdrawal of AMOUNT (in the base currency) would sell, without buying anything."""
    _show(portfolio.plan_withdrawal(amount, scope, rule), csv, "A withdrawal of 0 sells nothing.")


@plan.command("rebalance", context_settings=AMOUNT)
@SCOPE
@click.option("--goal", default="target", show_default=True, metavar="GOAL", help=GOALS_HELP)
@click.option("--only-outside", is_flag=True, help="Trade only what is out of its band, and what that needs.")
@click.option("--deposit", default="0", metavar="AMOUNT", help="Money that comes in with it.")
@click.option("--withdrawal", default="0", metavar="AMOUNT", help="Or money that goes out with it.")
@click.option(
    "--keep", multiple=True, metavar="NAME", help="A symbol or class that is neither bought nor sold; repeatable."
)
@CSV
@click.pass_obj
def rebalance(
    portfolio: Portfolio,
    scope: str,
    goal: str,
    only_outside: bool,
    deposit: str,
    withdrawal: str,
    keep: tuple[str, ...],
    csv: Path | None,
) -> None:
    """Print what would be sold and bought to come back to the targets."""
    table = portfolio.plan_rebalance(scope, goal, only_outside, deposit, withdrawal, Limits(keep=keep))
    _show(table, csv, "Nothing is to be done: everything is where it may be.")
    if scope == ALL and len(portfolio.accounts()) > 1 and len(table.rows):
        click.echo(
            "This is the portfolio as a whole: money doesn't move from one account to another by itself. For trades "
            "that stay inside an account: --scope ACCOUNT."
        )


def _show(plan: Plan, csv: Path | None, nothing: str) -> None:
    if csv is not None:
        write(csv, plan_csv(plan))
    table, currency = plan.rows, plan.header.currency
    if table.empty:
        click.echo(nothing)
        return
    shown = table[["account", "symbol", "asset_class", "action"]].assign(
        amount=column(table["amount"], lambda value: write_money(value, currency)),
        shares=column(table["shares"], lambda value: f"{value:,.4f}"),
        price=column(table["price"], lambda value: f"{value:,.4f}"),
        reason=table["reason"],
    )
    print_table(shown)
    sold, bought = (round(table.loc[table["amount"] * side > 0, "amount"].sum(), 6) for side in (-1, 1))
    if sold and bought:
        said = f"Sold {write_money(-sold, currency)}, bought {write_money(bought, currency)} {currency}."
    else:
        said = f"Together {write_money(round(sold + bought, 6), currency)} {currency}."
    click.echo(f"\n{said}".replace("−", "-"))
