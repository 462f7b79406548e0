"""Definitions, parameters and the document model, without running a kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from localgov_history._resources import folder
from localgov_history.display import BLOCK_MIME
from localgov_history.errors import BrowserMissingError, LocalgovError, ParameterError, UnknownNameError
from localgov_history.report import build, charts, document, html, parameters, pdf, plan

FLAGSHIP = "partnerships-and-reinventing-the-wheel"


def notebook(
    path: Path, *cells: tuple[str, str] | dict[str, object], parameters: str = "n = 1  # range: 0 to 9 | N\n"
):  # type: ignore[no-untyped-def]
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = nbformat.v4.new_code_cell(parameters)
    cell.metadata["tags"] = ["parameters"]
    made.cells = [cell]
    for kind, source in cells:
        maker = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        made.cells.append(maker(source))
    nbformat.write(made, path)
    return made


def test_every_shipped_report_plans() -> None:
    assert FLAGSHIP in plan.names()
    for name in plan.names():
        assert plan.plan(name).runs


def test_every_notebook_declares_its_parameters_with_help() -> None:
    for path in folder("notebooks").glob("*.ipynb"):
        for item in parameters.declared(path).values():
            assert item.help
            item.check({name: each.default for name, each in parameters.declared(path).items()}, path.stem)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"periodisation": "gogh"}, r"periodisation is 'gogh'; did you mean gough"),
        ({"earlier": "1830s"}, r"earlier is '1830s'; did you mean 1830s_1880s"),
        ({"shift_years": 25}, r"shift_years is 25; expected -10 to 10; the nearest is 10"),
        ({"shift_years": "five"}, r"shift_years is 'five'; expected a value of type int, e\.g\. 0"),
        ({"shift_yeers": 1}, r"no parameter 'shift_yeers'; did you mean shift_years"),
    ],
)
def test_a_wrong_parameter_is_answered_before_any_kernel(given: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        plan.plan(FLAGSHIP, given)
    with pytest.raises(ParameterError, match=said):
        parameters.resolve(folder("notebooks") / "02_reinventing_the_wheel.ipynb", given)


def test_a_parameter_goes_to_every_notebook_that_declares_it() -> None:
    made = plan.plan(FLAGSHIP, {"include_unconfirmed": False})
    values = {run.notebook.stem: run.parameters.get("include_unconfirmed") for run in made.runs}
    assert values["01_timeline"] is False


def test_an_unknown_report_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean {FLAGSHIP}"):
        plan.plan("partnerships")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("title: [", r"mine\.yaml, row 1: not YAML|row 2: not YAML"),
        ("- a\n- b\n", "expected keys and values at the top"),
        ("titel: x\nnotebooks: [a]\n", "no key is called 'titel'; did you mean title"),
        ("title: x\n", "'notebooks' is missing or empty"),
        ("title: x\nnotebooks: [01_timelin]\n", "no notebook is called '01_timelin'; did you mean 01_timeline"),
        ("title: x\nnotebooks: [01_timeline]\nformats: [docx]\n", "'docx' is not a format"),
        ("title: x\nnotebooks:\n  - notebok: a\n", "expected 'notebook: NAME'"),
        (
            "title: x\nnotebooks:\n  - notebook: 01_timeline\n    params: {}\n",
            "no key of 01_timeline is called 'params'; did you mean parameters",
        ),
    ],
)
def test_faults_in_a_definition_are_named(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(body)
    with pytest.raises(LocalgovError, match=said):
        plan.plan("mine", place=tmp_path)


def made_document(tmp_path: Path, *cells: tuple[str, str]) -> document.Document:
    path = tmp_path / "n.ipynb"
    executed = notebook(path, *cells)
    run = plan.Run(path, {"n": 1})
    return document.build(plan.Plan("r", "T", "", "", (run,), ("html",), path), [executed])


def test_sections_are_numbered_here(tmp_path: Path) -> None:
    made = made_document(tmp_path, ("markdown", "# A\n\n## B\n\ntext\n\n## C\n\n### D"), ("markdown", "# E\n\n## F"))
    assert [(block.number, block.text) for block in made.blocks if isinstance(block, document.Heading)] == [
        ("1", "A"), ("1.1", "B"), ("1.2", "C"), ("1.2.1", "D"), ("2", "E"), ("2.1", "F"),
    ]  # fmt: skip


def test_a_skipped_heading_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match="the heading 'B' is of level 3; expected at most 2"):
        made_document(tmp_path, ("markdown", "# A\n\n### B"))


def test_markdown_that_reports_do_not_know_is_refused_not_dropped(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match=r"n\.ipynb, cell 2: Markdown of the kind 'fence'"):
        made_document(tmp_path, ("markdown", "```\ncode\n```"))


def test_an_output_past_show_is_refused_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    executed = notebook(path, ("code", "1 + 1"))
    executed.cells[1].outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "2"})]
    with pytest.raises(LocalgovError, match="did not come from show"):
        document.build(plan.Plan("r", "T", "", "", (plan.Run(path, {}),), ("html",), path), [executed])


NASTY = '<script>alert(1)</script> #eval("1") $x$ *b* _i_ `c` [l](u) @r \\ " \' & {{ 7*7 }}'


def nasty(tmp_path: Path) -> document.Document:
    path = tmp_path / "n.ipynb"
    executed = notebook(path, ("markdown", "# Title"), ("code", "say()"))
    sentence = {"kind": "sentence", "text": NASTY, "finding": True}
    table = {
        "kind": "table", "title": NASTY, "caption": NASTY, "note": NASTY, "sources": ["gough_localis"],
        "columns": ["", NASTY], "rows": [[NASTY, NASTY]], "widths": [], "reads": {},
        "data_version": ["1", "2026-01-01"],
    }  # fmt: skip
    executed.cells[2].outputs = [
        nbformat.v4.new_output("display_data", data={BLOCK_MIME: block}) for block in (sentence, table)
    ]
    return document.build(plan.Plan("r", NASTY, NASTY, NASTY, (plan.Run(path, {}),), ("html",), path), [executed])


def test_text_from_data_does_nothing_in_html(tmp_path: Path) -> None:
    page = html.render(nasty(tmp_path))
    assert "<script>alert" not in page
    assert "49" not in page.split("</style>")[1].split("How this was made")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_text_from_data_shows_as_itself_in_the_pdf(tmp_path: Path) -> None:
    import io

    import pypdf

    body, _ = pdf.render(nasty(tmp_path), {})
    shown = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    assert '<script>alert(1)</script> #eval("1")' in " ".join(shown.split())


def test_a_missing_browser_names_the_ways_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chrome")
    with pytest.raises(
        BrowserMissingError, match=r"'/nowhere/chrome', which is not a program.*apt-get install chromium"
    ):
        charts.find_browser()


def test_writing_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.html").write_text("before")

    def full(self: Path, body: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(LocalgovError, match="No space left on device; earlier reports are as they were"):
        build.write_all(tmp_path, {"a.html": b"after"})
    assert (tmp_path / "a.html").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_clean_removes_only_what_builds_wrote(tmp_path: Path) -> None:
    place = tmp_path / "build"
    place.mkdir()
    for name in ("index.html", "a.pdf", "notes.txt"):
        (place / name).write_text("x")
    assert build.clean(place) == 2
    assert [path.name for path in place.iterdir()] == ["notes.txt"]
    other = tmp_path / "precious"
    other.mkdir()
    (other / "thesis.pdf").write_text("x")
    with pytest.raises(LocalgovError, match="nothing was removed"):
        build.clean(other)
