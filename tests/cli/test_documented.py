"""Every command stands in the README."""

import re
from pathlib import Path

import click
import pytest

from allocation.cli.everyday import cli

README = Path(__file__).parents[2].joinpath("README.md").read_text(encoding="utf-8")


def commands(group, words=("allocation",)):
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


EVERY_COMMAND = [pytest.param(words, command, id=" ".join(words)) for words, command in commands(cli)]


@pytest.mark.parametrize(("words", "command"), EVERY_COMMAND)
def test_every_command_stands_in_the_readme_and_explains_itself(words, command):
    rows = [row for row in README.splitlines() if row.startswith("|") and f"`{' '.join(words[:-1])} " in row]
    assert any(words[-1] in re.split(r"[\s`|\\]+", row) for row in rows)
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
