"""The command line: parses, calls :class:`~allocation.portfolio.Portfolio`, prints."""

from __future__ import annotations

import io
import sys

import click

from allocation.cli.everyday import cli
from allocation.cli.plans import plan
from allocation.cli.saved_plans import plans
from allocation.cli.settings import add_settings
from allocation.cli.strategies import strategies
from allocation.cli.taking_in import add_taking_in
from allocation.cli.upkeep import add_upkeep
from allocation.errors import AllocationError

__all__ = ["main"]

cli.add_command(plan)
cli.add_command(plans)
cli.add_command(strategies)
add_taking_in(cli)
add_settings(cli)
add_upkeep(cli)


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
        context = error.ctx if isinstance(error, click.UsageError) else None
        click.echo(f"{error.format_message()} See {_called(context)} --help.", err=True)
        sys.exit(1)


def _called(context: click.Context | None) -> str:
    """The command that was asked for, as somebody would type it."""
    if context is None or context.parent is None:
        return "allocation"
    return f"{_called(context.parent)} {context.info_name}"
