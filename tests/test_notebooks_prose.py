"""Prose and code of the notebooks: no number that data could change, no logic that belongs in the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from localgov_history._resources import folder
from localgov_history.catalogue import Catalogue
from localgov_history.display import BLOCK_MIME
from localgov_history.report import plan

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(folder("notebooks").glob("*.ipynb"))


def prose(source: str, titles: list[str]) -> str:
    """Markdown without what may hold digits: headings, code, links' addresses, titles of Acts."""
    lines = [line for line in source.splitlines() if not line.startswith("#")]
    text = re.sub(r"`[^`]*`|\]\([^)]*\)", "", "\n".join(lines))
    for title in titles:
        text = text.replace(title, "")
    return text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_markdown_holds_no_number_that_data_could_change(path: Path, shipped: Catalogue) -> None:
    titles = [row["short_title"] for row in shipped.rows("acts")]
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\d", prose(cell.source, titles)), cell.source


def test_the_lint_itself_catches_a_number_and_lets_an_act_pass() -> None:
    act = "Local Government Act 1888"
    assert re.search(r"\d", prose("There were 27 boards.", [act]))
    assert not re.search(r"\d", prose(f"# 2 Boards\n\nThe {act} made [councils](https://x/1888).", [act]))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_and_hold_no_definitions(path: Path) -> None:
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 15
            for node in ast.walk(ast.parse(cell.source)):
                assert not isinstance(node, ast.FunctionDef | ast.ClassDef)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_committed_with_their_outputs(path: Path) -> None:
    """Without outputs there would be nothing for nbval to compare."""
    shown = [
        cell
        for cell in nbformat.read(path, 4).cells
        if cell.cell_type == "code" and re.search(r"lg\.(show|say)", cell.source)
    ]
    assert shown
    for cell in shown:
        assert cell.outputs, cell.source


def test_every_link_leads_to_a_file_and_the_start_leads_to_every_notebook() -> None:
    linked: dict[str, set[str]] = {}
    for path in NOTEBOOKS:
        text = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
        found = {link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link}
        assert not [link for link in found if not (path.parent / link).is_file()], path.name
        # A notebook that another names in code, such as `17_compare_areas`, is there too.
        named = set(re.findall(r"`(\d\d_\w+)`", text))
        assert named <= {each.stem for each in NOTEBOOKS}, path.name
        linked[path.name] = found
    assert linked["00_start_here.ipynb"] == {path.name for path in NOTEBOOKS} - {"00_start_here.ipynb"}


def test_the_lab_opens_at_the_start() -> None:
    opened = re.search(
        r"--notebook-dir=(\S+) --LabApp.default_url=/lab/tree/(\S+)", (ROOT / "Makefile").read_text("utf-8")
    )
    assert opened
    assert (ROOT / opened[1] / opened[2]).name == "00_start_here.ipynb"
    assert (ROOT / opened[1] / opened[2]).is_file()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_those_of_a_run_without_controls(path: Path) -> None:
    """What a control shows is not stored with the notebook: a reader of the file would see nothing."""
    for cell in nbformat.read(path, 4).cells:
        for output in cell.get("outputs", []):
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {}), cell.source


def test_one_changed_count_makes_a_notebook_fail(copied: Path, tmp_path: Path) -> None:
    """The catalogue with one count changed gives another fingerprint than the one in the notebook."""
    import csv

    from localgov_history import claims, findings

    official = claims.official_quango_count(Catalogue(base=copied))
    key = str(official.iloc[0]["count_key"])
    with (copied / "body_counts.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    place = rows[0].index("count")
    for row in rows[1:]:
        if row[0] == key:
            row[place] = str(int(row[place]) + 1)
    with (copied / "body_counts.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle, lineterminator="\n").writerows(rows)
    stored = (folder("notebooks") / "15_claims_and_verdicts.ipynb").read_text(encoding="utf-8")
    assert findings.quango_counts().fingerprint() in stored
    assert findings.quango_counts(Catalogue(base=copied)).fingerprint() not in stored


@pytest.mark.parametrize("name", plan.names())
def test_every_report_has_key_findings_for_its_cover(name: str) -> None:
    outputs = [
        output.get("data", {}).get(BLOCK_MIME, {})
        for run in plan.plans(name)[0].runs
        for cell in nbformat.read(run.notebook, 4).cells
        for output in cell.get("outputs", ())
    ]
    assert 3 <= sum(bool(block.get("finding")) for block in outputs) <= 24
