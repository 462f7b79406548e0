"""The README's commands and Python run as written."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from conftest import ROOT
from localgov_history import cli
from localgov_history.catalogue import default
from test_report_difference import page

pytestmark = pytest.mark.slow
README = (ROOT / "README.md").read_text(encoding="utf-8")
BIN = Path(sys.executable).parent


FLAGSHIP = "partnerships-and-reinventing-the-wheel"


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the flagship is built as a web page."""
    place = tmp_path_factory.mktemp("readme")
    command = [str(BIN / "localgov"), "report", "build", FLAGSHIP, "--format", "html", "--output"]
    subprocess.run([*command, "reports/build"], cwd=place, capture_output=True, check=True)
    return place


def commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.S)
    return [line.split("#")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


LOCALGOV = [line for line in commands() if line.startswith("localgov ")]
MAKE = [line for line in commands() if line.startswith("make ")]
ELSEWHERE = {
    'pip install ".[lab]"': "test_wheel.py builds the wheel and runs every notebook from it",
    "conda env create -f environment.yml": "test_environment.py holds it to pyproject.toml; conda is not needed here",
}


def test_no_command_is_left_out() -> None:
    assert sorted(commands()) == sorted([*LOCALGOV, *MAKE, *ELSEWHERE])
    assert len(LOCALGOV) >= 8


def own_data(place: Path) -> None:
    """A user's folder with one corrected note."""
    mine = place / "my_data"
    mine.mkdir()
    key = default().rows("body_counts")[0]["count_key"]
    (mine / "body_counts.csv").write_text(f"count_key,note\n{key},Counted again.\n")


def own_look(place: Path) -> None:
    """A theme, and two builds of a report to compare."""
    (place / "my_theme.yaml").write_text("colours: {accent: '#5b2a86'}\n")
    for name in ("earlier.html", "later.html"):
        page(place / name)


@pytest.mark.parametrize("line", LOCALGOV)
def test_localgov_commands(line: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    own_data(tmp_path)
    own_look(tmp_path)
    command = [str(BIN / "localgov"), *line.split()[1:]]
    if " report verify " in line:
        shutil.copytree(request.getfixturevalue("built_page") / "reports", tmp_path / "reports")
    if " report build " in line or line.startswith(("localgov report clean", "localgov report why")):
        command += ["--output", "build"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.parametrize("line", MAKE)
def test_make_targets(line: str, tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    target = line.split()[1]
    if target == "lab":
        _lab(tmp_path)
        return
    if target == "check":
        command = ["make", "-o", ".venv/.ready", f"BIN={BIN}", "check"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return
    # test would run itself, report is built by test_report.py, notebooks by nbval; lock asks the network.
    done = subprocess.run(["make", "-n", *line.split()[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _lab(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"LAB_OPTIONS=--no-browser --port={port} --IdentityProvider.token=t"
    server = subprocess.Popen(
        ["make", "-o", ".venv/.ready", f"BIN={BIN}", options, "lab"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(120):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/contents?token=t", timeout=2) as answer:
                    assert b"01_timeline.ipynb" in answer.read()
                    return
            except OSError:
                time.sleep(0.5)
        raise AssertionError("JupyterLab did not answer within a minute")
    finally:
        os.killpg(server.pid, 15)
        server.wait(timeout=20)


def test_python_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_data(tmp_path)
    monkeypatch.chdir(tmp_path)
    scope: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert len(blocks) >= 2
    for block in blocks:
        exec(block, scope)


def test_the_readme_names_every_notebook_module_and_the_picture() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert path.stem in README
    listed = re.search(r"its modules in one order: (.*?);", README, flags=re.S)
    assert listed
    order = re.findall(r"`(\w+)`", listed[1])
    package = ROOT / "localgov_history"
    modules = {
        path.stem for path in [*package.glob("*.py"), *(file.parent for file in package.glob("*/__init__.py"))]
    }
    assert set(order) == modules - {"__init__", "_resources", "errors", "text"}
    assert (ROOT / "docs" / "pages.png").is_file()


def test_modules_import_only_what_stands_before_them() -> None:
    listed = re.search(r"its modules in one order: (.*?);", README, flags=re.S)
    assert listed
    order = ["errors", "text", "_resources", *re.findall(r"`(\w+)`", listed[1])]
    for place, name in enumerate(order):
        path = ROOT / "localgov_history" / name
        files = list(path.glob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
        for file in files:
            body = file.read_text(encoding="utf-8")
            found = re.findall(r"^\s*from localgov_history\.(\w+)", body, flags=re.M)
            for line in re.findall(r"^\s*from localgov_history import (.+)$", body, flags=re.M):
                found += [re.split(r"\s+as\s+", part.strip())[0] for part in line.strip("() ").split(",")]
            for other in found:
                if other in order and other != name:
                    assert order.index(other) < place, f"{name} imports {other}"


def test_help_says_what_the_commands_do() -> None:
    text = cli.parser().format_help()
    for word in ("data", "report", "notebooks", "browser"):
        assert word in text
