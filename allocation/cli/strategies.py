"""Strategies: several a scope, one of them active, every saved version of each."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pandas as pd

from allocation.cli.printing import column, print_table
from allocation.cli.settings import SCOPE
from allocation.errors import as_typed
from allocation.money import write_points
from allocation.portfolio import Portfolio
from allocation.presets import PRESETS
from allocation.store.starting import Start
from allocation.tables import ALL, UNCLASSIFIED
from allocation.targets import exact_percents, plain

NAME = click.argument("name")
NEW_NAME = click.argument("new_name")
NOT_KEPT = "Its bands and its trigger are not known: versions hold them only since schema 7"
CHANGE = re.compile(" → | added at | taken out at ")
AGE = click.option("--age", type=int, metavar="YEARS", help="Your age, for presets that go by it.")


@click.group(invoke_without_command=True)
@click.option("--scope", metavar="ACCOUNT", help="An account, or all for the whole portfolio; without it, both.")
@click.pass_context
def strategies(context: click.Context, scope: str | None) -> None:
    """Print the strategies there are; or make, activate, compare one and more (allocation strategies --help)."""
    if context.invoked_subcommand is None:
        _list(context.obj, scope)


def _list(portfolio: Portfolio, scope: str | None) -> None:
    table = portfolio.strategies(scope)
    print_table(
        pd.DataFrame(
            {
                "account": table["scope"],
                "strategy": table["name"],
                "state": [_state(*flags) for flags in zip(table["active"], table["archived"], table["inherited"],
                                                          strict=True)],
                "classes": table["classes"],
                "holdings": table["holdings"],
                "saved": _when(table),
            }
        )
    )  # fmt: skip


def _state(active: bool, archived: bool, inherited: bool) -> str:
    if inherited:
        return "the whole portfolio's"
    return "active" if active else "archived" if archived else "inactive"


def _when(table: pd.DataFrame) -> list[str]:
    """Local time and who, such as ``2026-11-25 18:03 by Ann``."""
    moments = table["saved_at"].dt.tz_localize("UTC").dt.to_pydatetime() if len(table) else []
    return [
        f"{when.astimezone():%Y-%m-%d %H:%M}{f' by {by}' if by else ''}"
        for when, by in zip(moments, table["saved_by"], strict=True)
    ]


@strategies.command()
@NAME
@SCOPE
@click.option(
    "--from", "start", default="blank", metavar="START",
    help="What its targets start from: present, preset:NAME, strategy:NAME, version:N or a targets.csv; else none.",
)  # fmt: skip
@AGE
@click.option("--activate", is_flag=True, help="Also measure the scope against it from now on.")
@click.pass_obj
def new(portfolio: Portfolio, name: str, scope: str, start: str, age: int | None, activate: bool) -> None:
    """Make a strategy called NAME."""
    made = portfolio.new_strategy(name, scope, _read_start(start, scope), activate, age)
    for asset_class, percent in made.class_percents.items():
        click.echo(f"{plain(percent):>8} %  {asset_class}")
    if start == "present" and (left_out := portfolio.tables(scope).class_values.get(UNCLASSIFIED)):
        _say_left_out(portfolio, scope, left_out)
    if made.active:
        click.echo(f"{made.name} is active.")
        return
    where = "" if scope == ALL else f" --scope {as_typed(scope)}"
    click.echo(f"{made.name} is ready. Activate it with: allocation strategies activate {as_typed(made.name)}{where}.")


def _say_left_out(portfolio: Portfolio, scope: str, value: int) -> None:
    part = 100 * value / portfolio.tables(scope).total
    click.echo(
        f"{part:.2f} % of what is held is in no class, so it has no target. For a class: allocation classes --suggest, "
        "or a classes.csv."
    )


def _read_start(start: str, scope: str) -> Start:
    kind, colon, rest = start.partition(":")
    if start in ("blank", "present"):
        return start
    if colon and kind == "preset":
        return rest
    if colon and kind == "strategy":
        return (scope, rest)
    if colon and kind == "version" and rest.isdecimal():
        return int(rest)
    if not Path(start).is_file():
        raise click.UsageError(
            f"There is no file {start!r}. --from takes present, preset:NAME, strategy:NAME, version:N or a targets.csv."
        )
    return Path(start)


@strategies.command()
@NAME
@SCOPE
@click.pass_obj
def activate(portfolio: Portfolio, name: str, scope: str) -> None:
    """Measure a scope against its strategy NAME from now on."""
    portfolio.activate_strategy(name, scope)
    click.echo(f"{_whose(scope)} is measured against {name} now.")


@strategies.command()
@click.argument("account")
@click.pass_obj
def deactivate(portfolio: Portfolio, account: str) -> None:
    """Let ACCOUNT use the whole portfolio's targets; its own strategies stay."""
    portfolio.deactivate_strategies(account)
    click.echo(f"{account} uses the whole portfolio's targets now.")


@strategies.command()
@NAME
@NEW_NAME
@SCOPE
@click.option("--to", metavar="ACCOUNT", help="The copy is this account's; all for the whole portfolio.")
@click.pass_obj
def copy(portfolio: Portfolio, name: str, new_name: str, scope: str, to: str | None) -> None:
    """Copy the targets, bands and trigger of NAME under NEW_NAME."""
    portfolio.copy_strategy(name, new_name, scope, to)
    click.echo(f"{new_name} is a copy of {name}, inactive.")


@strategies.command()
@NAME
@NEW_NAME
@SCOPE
@click.pass_obj
def rename(portfolio: Portfolio, name: str, new_name: str, scope: str) -> None:
    """Call the strategy NAME by NEW_NAME."""
    portfolio.rename_strategy(name, new_name, scope)
    click.echo(f"{name} is called {new_name} now.")


@strategies.command()
@NAME
@SCOPE
@click.pass_obj
def archive(portfolio: Portfolio, name: str, scope: str) -> None:
    """Put the strategy NAME aside."""
    portfolio.archive_strategy(name, scope)
    click.echo(f"{name} is archived.")
    if scope != ALL and portfolio.strategy(scope).inherited:
        click.echo(f"{scope} uses the whole portfolio's targets now.")


@strategies.command()
@NAME
@SCOPE
@click.pass_obj
def restore(portfolio: Portfolio, name: str, scope: str) -> None:
    """Take the strategy NAME back out of the archive, inactive."""
    portfolio.restore_strategy(name, scope)
    click.echo(f"{name} is back, inactive.")


@strategies.command()
@click.argument("a")
@click.argument("b")
@SCOPE
@click.pass_obj
def compare(portfolio: Portfolio, a: str, b: str, scope: str) -> None:
    """Print the strategies A and B side by side, and the drift of a scope under each."""
    table = portfolio.compare_strategies(a, b, scope)
    again = table["holding"] != ""
    shown = pd.DataFrame({"class": table["asset_class"].where(~again, ""), "holding": table["holding"]})
    for side, name in (("a", a), ("b", b)):
        shown[f"{name} %"] = column(table[f"percent_{side}"], lambda percent: f"{percent:g}")
    shown["difference"] = column(table["difference"], lambda points: f"{points:+g}" if points else "")
    for side, name in (("a", a), ("b", b)):
        shown[f"drift under {name}"] = column(table[f"drift_{side}"], write_points)
    print_table(shown)


@strategies.command()
@click.argument("name", required=False)
@SCOPE
@click.option("--show", type=int, metavar="N", help="Print version N: targets, bands and trigger.")
@click.option("--restore", type=int, metavar="N", help="Save version N again, as the newest version.")
@click.pass_obj
def versions(portfolio: Portfolio, name: str | None, scope: str, show: int | None, restore: int | None) -> None:
    """Print every saved version of the strategies of a scope, or of its strategy NAME."""
    if restore is not None:
        back = portfolio.restore_version(restore)
        if portfolio.targets_version(restore).measures is None:
            click.echo(f"{back.name} has the targets of version {restore} again. {NOT_KEPT}; those it had stay.")
        else:
            click.echo(f"{back.name} has the targets, the bands and the trigger of version {restore} again.")
        return
    if show is not None:
        _show(portfolio, show)
        return
    table = portfolio.target_versions(scope, name)
    if table.empty:
        click.echo("No targets have been saved yet.")
        return
    print_table(
        pd.DataFrame(
            {
                "version": table["version"],
                "strategy": table["strategy"],
                "saved": _when(table),
                "changes": [_short(text, row) for text, row in zip(table["changes"], table["classes"], strict=True)],
            }
        )
    )


def _short(changes: str, classes: int) -> str:
    longest = 100
    if not classes:
        return "the targets were taken out"
    if len(changes) <= longest:
        return changes
    kept = changes[:longest].rpartition(", ")[0]
    return f"{kept} and {len(CHANGE.findall(changes)) - len(CHANGE.findall(kept))} more"


def _show(portfolio: Portfolio, number: int) -> None:
    version = portfolio.targets_version(number)
    by = f" by {version.saved_by}" if version.saved_by else ""
    when = f"{version.saved_at:%Y-%m-%d %H:%M} UTC{by}"
    click.echo(f"Version {number}: {version.strategy} of {version.scope}, saved {when}.")
    rows = []
    for name, percent in exact_percents(version.targets.classes).items():
        rows.append({"class": name, "holding": "", "% of scope": plain(percent), "% of class": ""})
        for symbol, part in exact_percents(version.targets.holdings.get(name, {})).items():
            rows.append({"class": "", "holding": symbol, "% of scope": "", "% of class": plain(part)})
    print_table(pd.DataFrame(rows, columns=["class", "holding", "% of scope", "% of class"]))
    if version.measures is None:
        click.echo(f"{NOT_KEPT}.")
        return
    for name, words in version.measures.in_words.items():
        click.echo(f"{name}: {words}.")


@strategies.command()
def presets() -> None:
    """Print the presets that a strategy can start from, with their sources."""
    for preset in PRESETS.values():
        click.echo(f"{preset.name}: {preset.description}")
        click.echo(f"    {preset.source}")
    click.echo("\nStart from one with: allocation strategies new NAME --from preset:PRESET. They are mixes that were")
    click.echo("published, to be edited; nothing is said about whether one is for you.")


def _whose(scope: str) -> str:
    return "The whole portfolio" if scope == ALL else scope
