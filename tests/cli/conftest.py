"""The command line, run in this process."""

import shutil
import sys

import pytest

from allocation.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command; returns exit status, standard output and standard error."""
    monkeypatch.setenv("ALLOCATION_PORTFOLIO", str(tmp_path / "my.duckdb"))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["allocation", *map(str, arguments)])
        status = 0
        try:
            main()
        except SystemExit as leaving:
            status = leaving.code or 0
        return (status, *capsys.readouterr())

    return run


@pytest.fixture
def loaded(run, sample_file, tmp_path):
    shutil.copy(sample_file, tmp_path / "my.duckdb")
    return run
