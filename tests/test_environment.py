"""One list of dependencies: pyproject.toml; the conda file and the lock agree with it."""

from __future__ import annotations

import re
import tomllib

import yaml

from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements: list[str]) -> dict[str, str]:
    return {re.split(r"[><=~! ]", item)[0].lower(): item.replace(" ", "") for item in requirements}


def test_the_conda_environment_has_what_running_and_reporting_need() -> None:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = names([item for item in listed if isinstance(item, str)])
    pip = names([part for item in listed if isinstance(item, dict) for part in item["pip"] if part != "-e ."])
    extras = PROJECT["optional-dependencies"]
    wanted = names([*PROJECT["dependencies"], *extras["lab"], *extras["export"], *extras["report"]])
    wanted["nbval"] = names(extras["test"])["nbval"]
    wanted["python"] = f"python{PROJECT['requires-python']}"
    assert {key: value for key, value in (conda | pip).items() if key != "pip"} == wanted
    assert any(item == {"pip": [*pip.values(), "-e ."]} for item in listed if isinstance(item, dict))


def test_every_dependency_is_locked_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock, flags=re.M))
    every = [*PROJECT["dependencies"], *(item for part in PROJECT["optional-dependencies"].values() for item in part)]
    for name in names(every):
        assert name in pinned, name
    blocks = re.split(r"\n(?=[a-z0-9])", lock)
    for block in blocks:
        if "==" in block.split("\n")[0]:
            assert "--hash=sha256:" in block, block[:60]


def test_the_version_is_the_same_everywhere() -> None:
    import localgov_history

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert localgov_history.__version__ == PROJECT["version"] == citation["version"]


def test_tracked_files_name_no_private_paths_or_registry_addresses() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True).stdout
    bad = re.compile(r"(?<![\w.])/(home|root|Users)/\w+|C:\\\\Users|https?://[^ \"]+\.(whl|tgz|tar\.gz)")
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.suffix in (".py", ".md", ".ipynb", ".csv", ".yaml", ".yml", ".toml", ".lock", ".json", ""):
            found = bad.search(path.read_text(encoding="utf-8", errors="ignore"))
            assert not found or path.name == "test_environment.py", (name, found and found[0])
