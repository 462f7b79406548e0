"""The installed wheel, in an environment of its own, from an empty folder, with everything read-only."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(place), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked into a folder of its own and made read-only, as on a shared hub."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    for path in [target, *target.rglob("*")]:
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    yield target  # type: ignore[misc]
    for path in [target, *target.rglob("*")]:
        path.chmod(path.stat().st_mode | stat.S_IWUSR)


def run(installed: Path, empty: Path, code: str) -> str:
    """Run Python in an empty folder with the installed kit before the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=empty, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_has_the_data_notebooks_reports_fonts_and_licences(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "localgov_history/datasets/datapackage.json",
        "localgov_history/datasets/body_types.csv",
        "localgov_history/notebooks/02_reinventing_the_wheel.ipynb",
        "localgov_history/reports/partnerships-and-reinventing-the-wheel.yaml",
        "localgov_history/fonts/SourceSans3-Regular.ttf",
        "localgov_history/fonts/OFL.txt",
        "localgov_history/report/templates/report.typ",
    ):
        assert name in names, name
    assert not [name for name in names if "reports/build" in name or ".ipynb_checkpoints" in name]
    assert {Path(name).name for name in names if "licenses" in name} >= {"LICENSE", "LICENSE-DATA", "OFL.txt"}


def test_tables_load_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    out = run(
        installed,
        tmp_path,
        "import localgov_history as lg; print(lg.__file__); print(len(lg.load('acts')), len(lg.tables()))",
    )
    where, numbers = out.splitlines()
    assert where.startswith(str(installed))
    assert int(numbers.split()[0]) > 50
    assert list(tmp_path.iterdir()) == []


def test_every_notebook_runs_with_only_the_kit_and_a_kernel(installed: Path, tmp_path: Path) -> None:
    """No make, no browser, no Typst: their names lead nowhere here."""
    code = (
        "import sys\n"
        "for name in ('typst', 'kaleido', 'papermill', 'jinja2.sandbox', 'markdown_it'):\n"
        "    sys.modules[name] = None\n"
        "import nbformat, pathlib\n"
        "from localgov_history._resources import folder\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "for path in sorted(folder('notebooks').glob('*.ipynb')):\n"
        "    for cell in nbformat.read(path, 4).cells:\n"
        "        if cell.cell_type == 'code':\n"
        "            shell.run_cell(cell.source).raise_error()\n"
        "    print('ran', path.name)\n"
    )
    ran = [line for line in run(installed, tmp_path, code).splitlines() if line.startswith("ran")]
    assert len(ran) == len(list((ROOT / "notebooks").glob("*.ipynb")))


def test_the_command_copies_notebooks_and_never_over_ones_own(installed: Path, tmp_path: Path) -> None:
    code = "from localgov_history.cli import main; import sys; sys.exit(main(['notebooks', 'mine']))"
    run(installed, tmp_path, code)
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == sorted(
        path.name for path in (ROOT / "notebooks").glob("*.ipynb")
    )
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    again = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert "already has" in again.stderr
    assert "Traceback" not in again.stderr
