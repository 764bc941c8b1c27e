"""What a deposit, a withdrawal or a rebalance would do."""

from __future__ import annotations

from math import isinf
from pathlib import Path

import click
import pandas as pd

from allocation import planner
from allocation.cli.limit_options import amount_or_amounts, limit_options
from allocation.cli.orders import Orders, with_orders, write_orders
from allocation.cli.printing import column, print_table, write
from allocation.export import plan_csv
from allocation.money import write_money, write_percent
from allocation.planner import GOALS, RULES, Limits, Plan
from allocation.portfolio import Portfolio
from allocation.tables import ALL

RULES_HELP = "How the money is shared: " + "; ".join(f"{rule.name}: {rule.description}" for rule in RULES.values())
GOALS_HELP = "Where what is traded ends: " + "; ".join(f"{goal.name}: {goal.description}" for goal in GOALS.values())

ISIN = r"[A-Z]{2}[A-Z0-9]{9}\d"

SCOPE = click.option("--scope", default=ALL, metavar="ACCOUNT", help="An account; without it the whole portfolio.")
RULE = click.option("--rule", default="lazy", show_default=True, metavar="RULE", help=RULES_HELP)
CSV = click.option("--csv", "csv", type=click.Path(path_type=Path), help="Also write the plan to this file.")
SAVE = click.option("--save", metavar="TITLE", help="Also keep the plan under this title; see allocation plans.")
EXPLAIN = click.option("--explain", is_flag=True, help="Say it in sentences, with every reason in full.")
AMOUNTS = click.argument("amount", nargs=-1, required=True, metavar="AMOUNT")
COMES_IN = click.option(
    "--deposit", multiple=True, metavar="[ACCOUNT=]AMOUNT", help="Money that comes in with it; repeatable by account."
)
GOES_OUT = click.option(
    "--withdrawal", multiple=True, metavar="[ACCOUNT=]AMOUNT", help="Or money that goes out; repeatable by account."
)
NEGATIVE = {"ignore_unknown_options": True}  # -5 is an amount, if a wrong one


class _Plans(click.Group):
    """Says which command takes the amount, where somebody writes the amount alone."""

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if arguments and arguments[0].replace(".", "").replace(",", "").isdigit():
            raise click.UsageError(f"Say what the money does: allocation plan deposit {arguments[0]}, or withdrawal.")
        return super().resolve_command(context, arguments)


@click.group(cls=_Plans)
def plan() -> None:
    """Print what a flow of money, or coming back to the targets, would buy and sell."""


@plan.command("deposit", context_settings=NEGATIVE)
@AMOUNTS
@SCOPE
@RULE
@click.option(
    "--use-cash",
    multiple=True,
    metavar="[ACCOUNT=]AMOUNT",
    help="Cash held already that is invested with it; all of it: all.",
)
@limit_options
@EXPLAIN
@SAVE
@CSV
@with_orders
@click.pass_obj
def deposit(
    portfolio: Portfolio,
    amount: tuple[str, ...],
    scope: str,
    rule: str,
    use_cash: tuple[str, ...],
    limits: Limits,
    explain: bool,
    save: str | None,
    csv: Path | None,
    orders: Orders | None,
) -> None:
    """Print what a deposit of AMOUNT (in the base currency) would buy, without a sale.

    Where it goes into several accounts, each as ACCOUNT=AMOUNT. Cash held already: --use-cash all 0.
    """
    flow, cash = amount_or_amounts(amount, "deposit"), amount_or_amounts(use_cash, "cash to use")
    made = portfolio.plan_deposit(flow, scope, rule, limits, cash)
    show_plan(made, csv, orders, explain, "A deposit of 0 buys nothing.", portfolio.summary(scope).warning)
    _keep(portfolio, made, save)
    tables = portfolio.tables(scope)
    least = planner.minimum_deposit(tables)
    if isinf(least):
        click.echo(
            "No deposit alone reaches every target: something is held in a class without a target, or with a target "
            "of 0."
        )
        return
    money = write_money(least, tables.base_currency)
    said = f"The smallest deposit that reaches every class target without a sale is {money}."
    if made.header.flow > 0 and least > made.header.flow:
        number = planner.deposits_needed(tables, made.header.flow)
        said += f" In deposits of {write_money(made.header.flow, tables.base_currency)} it takes {number:,.0f}."
    click.echo(said)


@plan.command("withdrawal", context_settings=NEGATIVE)
@AMOUNTS
@SCOPE
@RULE
@limit_options
@EXPLAIN
@SAVE
@CSV
@with_orders
@click.pass_obj
def withdrawal(
    portfolio: Portfolio,
    amount: tuple[str, ...],
    scope: str,
    rule: str,
    limits: Limits,
    explain: bool,
    save: str | None,
    csv: Path | None,
    orders: Orders | None,
) -> None:
    """Print what a withdrawal of AMOUNT (in the base currency) would sell, without buying anything.

    Where it comes from several accounts, each as ACCOUNT=AMOUNT.
    """
    made = portfolio.plan_withdrawal(amount_or_amounts(amount, "withdrawal"), scope, rule, limits)
    show_plan(made, csv, orders, explain, "A withdrawal of 0 sells nothing.", portfolio.summary(scope).warning)
    _keep(portfolio, made, save)


@plan.command("rebalance", context_settings=NEGATIVE)
@SCOPE
@click.option("--goal", default="target", show_default=True, metavar="GOAL", help=GOALS_HELP)
@click.option(
    "--distance", default="1.75", show_default=True, metavar="POINTS", help="Where the goal distance ends, off target."
)
@click.option("--only-outside", is_flag=True, help="Trade only what is out of its band, and what that needs.")
@COMES_IN
@GOES_OUT
@limit_options
@EXPLAIN
@SAVE
@CSV
@with_orders
@click.pass_obj
def rebalance(
    portfolio: Portfolio,
    scope: str,
    goal: str,
    distance: str,
    only_outside: bool,
    deposit: tuple[str, ...],
    withdrawal: tuple[str, ...],
    limits: Limits,
    explain: bool,
    save: str | None,
    csv: Path | None,
    orders: Orders | None,
) -> None:
    """Print what would be sold and bought to come back to the targets.

    Money doesn't move between accounts: each account's trades pay for themselves.
    """
    coming, going = amount_or_amounts(deposit, "deposit"), amount_or_amounts(withdrawal, "withdrawal")
    made = portfolio.plan_rebalance(scope, goal, only_outside, coming, going, limits, distance)
    nothing = "Nothing is to be done: everything is where it may be."
    show_plan(made, csv, orders, explain, nothing, portfolio.summary(scope).warning)
    _keep(portfolio, made, save)


@plan.command("compare", context_settings=NEGATIVE)
@SCOPE
@COMES_IN
@GOES_OUT
@limit_options
@click.pass_obj
def compare(
    portfolio: Portfolio, scope: str, deposit: tuple[str, ...], withdrawal: tuple[str, ...], limits: Limits
) -> None:
    """Print every rule's plan for a deposit or a withdrawal side by side; without money, every goal of a rebalance."""
    coming = amount_or_amounts(deposit, "deposit") if deposit else None
    going = amount_or_amounts(withdrawal, "withdrawal") if withdrawal else None
    table = portfolio.compare_rules(coming, going, scope, limits)
    currency = portfolio.tables(scope).base_currency
    outside = [" outside" if only else "" for only in table["only_outside"]]
    shown = pd.DataFrame({"rule": table["rule"] + outside})
    shown["trades"] = column(table["trades"], lambda number: f"{number:.0f}")
    for name in ("bought", "sold", "fees", "cash_left"):
        shown[name] = column(table[name], lambda value: write_money(value, currency))
    shown["drift after"] = column(table["drift_after"], lambda part: write_percent(part, 2))
    shown["out of band"] = column(table["out_of_band"], lambda number: f"{number:.0f}")
    print_table(shown)
    before = table["drift_before"].dropna()
    if len(before):
        click.echo(f"\nDrift before: {write_percent(before.iloc[0], 2)}. Money in {currency}.")
    for rule, problem in zip(shown["rule"], table["problem"], strict=True):
        if problem:
            click.echo(f"{rule}: {problem}")


@plan.command("minimum")
@SCOPE
@click.option("--within", default="0", metavar="POINTS", help="In whole shares: how far off target a class may be.")
@limit_options
@click.pass_obj
def minimum(portfolio: Portfolio, scope: str, within: str, limits: Limits) -> None:
    """Print the smallest deposit that brings every class to its target without a sale."""
    least, currency = portfolio.minimum_deposit(scope, limits, within), portfolio.tables(scope).base_currency
    click.echo("No deposit alone does it." if isinf(least) else f"{write_money(least, currency)} {currency}")


def _keep(portfolio: Portfolio, plan: Plan, title: str | None) -> None:
    if title is not None:
        click.echo(f"Saved as plan {portfolio.save_plan(plan, title)}.")


def show_plan(
    plan: Plan, csv: Path | None, orders: Orders | None, explain: bool, nothing: str, warning: str = ""
) -> None:
    """Print a plan, with a warning about the prices it is made at, and write the files that are asked for."""
    write_orders(plan, orders)
    if csv is not None:
        write(csv, plan_csv(plan))
    if explain:
        click.echo(plan.explain().replace("−", "-"))
        if warning:
            click.echo(warning)
        return
    if plan.rows.empty:
        click.echo(nothing)
        return
    for title, rows in (("", plan.trades), ("Left undone:", plan.undone)):
        if len(rows):
            if title:
                click.echo(f"\n{title}")
            print_table(_columns(rows, plan.header.currency))
    if warning:
        click.echo(f"\n{warning}")
    click.echo(f"\n{_summary(plan)}".replace("−", "-"))
    for limit in plan.header.limits:
        click.echo(f"Limit: {limit}.")


def _columns(rows: pd.DataFrame, currency: str) -> pd.DataFrame:
    # Nobody knows an ISIN by heart.
    names = ["name"] if rows["symbol"].str.fullmatch(ISIN).any() else []
    shown = rows[["account", "symbol", *names, "asset_class", "action"]].assign(
        amount=column(rows["amount"], lambda value: write_money(value, currency)),
        shares=column(rows["shares"], lambda value: f"{value:,.4f}"),
        price=column(rows["price"], lambda value: f"{value:,.4f}"),
    )
    if rows["fee"].any():
        shown["fee"] = column(rows["fee"], lambda value: write_money(value, currency))
    return shown.assign(reason=rows["reason"])


def _summary(plan: Plan) -> str:
    head, currency = plan.header, plan.header.currency

    def money(value: float) -> str:
        return f"{write_money(value, currency)} {currency}"

    if head.sold and head.bought:
        said = f"Sold {money(head.sold)}, bought {money(head.bought)}."
    else:
        said = f"Together {money(round(plan.rows['amount'].sum(), 6))}."
    said += f" Fees {money(head.fees)}." if head.fees else ""
    said += f" Left as cash {money(head.cash_left)}{plan.counted_as(money)}." if head.cash_left else ""
    drifts = [write_percent(part, 2) for part in (head.drift_before, head.drift_after) if part == part]
    said += f" Drift {drifts[0]} before, {drifts[1]} after." if len(drifts) == 2 else ""
    if head.gap:
        said += f" {head.unproven}"
    return said
