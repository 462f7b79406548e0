"""Fast tests first; what nbval compares; a small catalogue made by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import settings

from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent
# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("kit", deadline=None)
settings.load_profile("kit")
_ORDER = {"test_notebooks": 1, ".ipynb": 2, "test_report": 3, "test_browser": 4, "test_wheel": 5, "test_readme": 6}


def pytest_collectstart(collector: pytest.Collector) -> None:
    """nbval compares text (titles, tables, fingerprints of figures), not the JSON and HTML beside it."""
    if hasattr(collector, "skip_compare"):
        collector.skip_compare += (
            "text/html",
            "application/vnd.plotly.v1+json",
            "application/vnd.localgov-history.block+json",
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast ones first: units, then notebooks, then reports, browser and wheel."""
    items.sort(key=lambda item: max((rank for name, rank in _ORDER.items() if name in item.nodeid), default=0))


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The shipped tables."""
    return Catalogue()


@pytest.fixture
def write_csv():  # type: ignore[no-untyped-def]
    """A function that writes rows (mappings) to a CSV file."""

    def write(path: Path, rows: list[dict[str, object]], columns: list[str] | None = None) -> Path:
        names = columns or list(rows[0])
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped tables that a test may change."""
    target = tmp_path / "datasets"
    target.mkdir()
    for path in folder("datasets").iterdir():
        if path.suffix in (".csv", ".json"):
            (target / path.name).write_bytes(path.read_bytes())
    return target


@pytest.fixture(scope="session")
def descriptor() -> dict[str, object]:
    """The shipped data package descriptor."""
    return json.loads((folder("datasets") / "datapackage.json").read_text(encoding="utf-8"))
