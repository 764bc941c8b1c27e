"""Every notebook runs from top to bottom on the sample, holds no code of its own, and is kept without outputs."""

import nbformat
import pytest
from nbclient import NotebookClient

from allocation.shipped_files import shipped

NOTEBOOKS = sorted(shipped("notebooks").glob("*.ipynb"))
OF_ANALYSIS = [path for path in NOTEBOOKS if path.stem != "dashboard"]


@pytest.fixture
def own_data_folder(tmp_path, monkeypatch):
    for variable in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv("ALLOCATION_PORTFOLIO", raising=False)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, own_data_folder):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, timeout=120).execute()
    size = len(nbformat.writes(notebook))
    assert size < 2_000_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_defines_nothing_and_is_kept_without_outputs(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            assert not any(line.startswith(("def ", "class ", "%")) for line in cell.source.splitlines())


@pytest.mark.parametrize("path", OF_ANALYSIS, ids=lambda path: path.stem)
def test_a_cell_of_an_analysis_notebook_is_one_or_two_lines(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert len([line for line in cell.source.splitlines() if line and not line.startswith("import")]) <= 2


def test_the_notebooks_the_readme_names_are_there():
    numbered = ["1_your_portfolio", "2_drift", "3_deposit", "4_rebalance", "5_withdrawal", "6_rules_compared"]
    assert [path.stem for path in NOTEBOOKS] == [*numbered, "dashboard"]
