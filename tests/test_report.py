"""The flagship from end to end: built once, looked at from every side."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pypdf
import pytest

import localgov_history as lg
from localgov_history import sources
from localgov_history.catalogue import Catalogue
from localgov_history.errors import LocalgovError
from localgov_history.report import build, charts, document, execute, html, parameters, pdf, plan

FLAGSHIP = "partnerships-and-reinventing-the-wheel"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> build.Built:
    place = tmp_path_factory.mktemp("reports") / "build"
    return build.build(plan.plan(FLAGSHIP), place)


@pytest.fixture(scope="session")
def place(built: build.Built) -> Path:
    return built.files[0].parent


@pytest.fixture(scope="session")
def page(place: Path) -> str:
    return (place / f"{FLAGSHIP}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def reader(place: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(place / f"{FLAGSHIP}.pdf")


def test_it_writes_html_pdf_and_index(place: Path) -> None:
    names = {path.name for path in place.iterdir()}
    assert names == {".store", "index.html", *(f"{FLAGSHIP}.{end}" for end in ("html", "pdf", "png", "json"))}


def test_figures_built_are_in_the_html_and_in_the_pdf(built: build.Built, page: str, reader: pypdf.PdfReader) -> None:
    figures = built.document.figures
    assert len(figures) >= 10
    assert len(re.findall(r'<div class="chart" role="img"', page)) == len(figures)
    plots = json.loads(re.search(r'id="plots">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert list(plots) == [figure.anchor for figure in figures]
    text = " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())
    for figure in figures:
        assert f"Figure {figure.number}. " in text
    alts = [alt for alt in structure_alts(reader) if alt]
    for figure in figures:
        assert figure.alt in alts


def structure_alts(reader: pypdf.PdfReader) -> list[str]:
    """The text alternatives in a tagged PDF's structure tree."""
    found: list[str] = []

    def walk(node: object) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_the_table_of_all_claims_stands_on_one_page_with_its_sources(reader: pypdf.PdfReader) -> None:
    keys = [row["key"] for row in Catalogue().rows("claims")]
    text = next(text for text in (page.extract_text() for page in reader.pages) if "Table 1. Of " in text)
    assert [key for key in keys if not re.search(rf"(?m)^{key}\b", text)] == []
    assert "Sources: " in text.partition("Table 1.")[2]


def test_the_pdf_says_it_is_accessible(reader: pypdf.PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Partnerships and reinventing the wheel"


def test_only_the_bundled_font_is_in_the_pdf(reader: pypdf.PdfReader) -> None:
    fonts = set()
    for sheet in reader.pages:
        stack = [sheet["/Resources"]]
        while stack:
            resources = stack.pop().get_object()
            for font in resources.get("/Font", {}).values():
                fonts.add(str(font.get_object()["/BaseFont"]).split("+")[-1])
            for item in resources.get("/XObject", {}).values():
                inner = item.get_object()
                if "/Resources" in inner:
                    stack.append(inner["/Resources"])
    assert fonts
    assert all(name.startswith("SourceSans3") for name in fonts), fonts


def test_the_bibliography_is_exactly_the_sources_used(built: build.Built, page: str) -> None:
    used = {source.key for source in built.document.sources}
    shown = {key for block in (*built.document.figures, *built.document.tables) for key in block.sources}
    said = {key for block in built.document.blocks if isinstance(block, document.Paragraph) for key in block.sources}
    assert shown | said == used
    assert set(re.findall(r'<li id="source-([^"]+)"', page)) == used
    assert used <= set(sources.bibliography())


def test_every_claim_stands_once_in_the_table_of_verdicts(built: build.Built) -> None:
    table = next(item for item in built.document.tables if "claims" in item.title)
    keys = [row[0] for row in table.rows]
    assert sorted(keys) == sorted(row["key"] for row in Catalogue().rows("claims"))
    verdict = table.columns.index("Verdict")
    assert all(row[verdict] for row in table.rows)
    answered = {row["key"] for row in Catalogue().rows("claims") if row["status"] == "answered"}
    assert {row[0] for row in table.rows if row[verdict] != "to come"} == answered


def test_the_html_asks_nothing_of_the_network(page: str) -> None:
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(?:https?:)?//', outside)
    assert "@import" not in outside
    assert 'lang="en-GB"' in page


def test_headings_are_in_order_and_tables_have_scopes(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    body = page.split("<main", 1)[1]
    assert not re.findall(r"<th(?! scope=)[ >]", body)


def test_the_same_inputs_give_the_same_bytes(built: build.Built, place: Path) -> None:
    made = built.document
    assert html.render(made).encode() == (place / f"{FLAGSHIP}.html").read_bytes()
    drawn = charts.draw({figure.anchor: figure.plot for figure in made.figures})
    again, _ = pdf.render(made, drawn)
    assert again == (place / f"{FLAGSHIP}.pdf").read_bytes()


def test_a_build_with_the_network_refused_gives_the_same_report(tmp_path: Path, place: Path) -> None:
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("needs root and unshare(1) to take the network away")
    bring_up = (
        "import fcntl,socket,struct;s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
        "fcntl.ioctl(s,0x8914,struct.pack('16sh',b'lo',0x1|0x40))"
    )
    python = f'"{sys.executable}"'
    build_it = f'{python} -m localgov_history.cli report build {FLAGSHIP} --output "{tmp_path}/build"'
    script = f'{python} -c "{bring_up}" && {build_it}'
    done = subprocess.run(["unshare", "--net", "sh", "-c", script], capture_output=True, text=True, check=False)
    if "Operation not permitted" in done.stderr and "unshare" in done.stderr:
        pytest.skip("this machine does not let a process give up its network")
    assert done.returncode == 0, done.stderr
    for end in ("html", "pdf"):
        assert (tmp_path / "build" / f"{FLAGSHIP}.{end}").read_bytes() == (place / f"{FLAGSHIP}.{end}").read_bytes()


def test_without_a_browser_the_html_is_still_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chrome")
    lines: list[str] = []
    made = build.build(small(tmp_path, "lg.say('It is so.')"), tmp_path / "build", lines.append)
    assert "apt-get install chromium" in made.refused
    assert {path.suffix for path in made.files} == {".html", ".json"}


def small(tmp_path: Path, code: str, declared: str = "year = 1888  # range: 1800 to 2012 | A year\n") -> plan.Plan:
    """A plan of one notebook with one line of code."""
    import nbformat

    shelf = tmp_path / "shelf"
    shelf.mkdir()
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = nbformat.v4.new_code_cell(declared)
    cell.metadata["tags"] = ["parameters"]
    made.cells = [
        cell,
        nbformat.v4.new_markdown_cell("# Small"),
        nbformat.v4.new_code_cell("import localgov_history as lg\n" + code),
    ]
    nbformat.write(made, shelf / "small.ipynb")
    (tmp_path / "small.yaml").write_text("title: Small\nnotebooks: [small]\n")
    return plan.plan("small", place=tmp_path, notebooks=shelf)


def test_a_notebook_that_raises_is_named_and_leaves_no_report(tmp_path: Path) -> None:
    place = tmp_path / "build"
    place.mkdir()
    (place / "small.html").write_text("earlier")
    with pytest.raises(execute.NotebookFailedError) as caught:
        build.build(small(tmp_path, "lg.load('bodytypes')"), place)
    said = str(caught.value)
    assert said.startswith("small.ipynb, cell 3 (import localgov_history as lg): ")
    assert "no table is called 'bodytypes'; did you mean body_types" in said
    assert "year=1888" in said
    assert {path.name for path in place.iterdir()} == {".store", "failures.html", "index.html", "small.html"}
    assert said.partition(": ")[2].partition("\n")[0] in unescape((place / "failures.html").read_text())
    assert (place / "small.html").read_text() == "earlier"


def test_a_fault_found_after_the_run_has_the_number_of_the_users_cell(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match=r"small\.ipynb, cell 3: an output did not come from show"):
        build.build(small(tmp_path, "1 + 1"), tmp_path / "build")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import os; os._exit(1)", "the kernel died (exit 1): the code ended its process, or memory ran out"),
        ("import sys; sys.exit()", "SystemExit; expected the notebook to run to its last cell"),
    ],
)
def test_a_kernel_that_ends_is_named_with_its_cell(
    tmp_path: Path, code: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(execute.NotebookFailedError) as caught:
        build.build(small(tmp_path, code), tmp_path / "build")
    assert str(caught.value).startswith(f"small.ipynb, cell 3 (import localgov_history as lg): {said}")
    assert "Traceback" not in capfd.readouterr().err


def test_the_kernel_is_that_of_this_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = tmp_path / "jupyter" / "kernels" / "python3"
    registered.mkdir(parents=True)
    spec = {"argv": ["/nowhere/python", "{connection_file}"], "display_name": "Another", "language": "python"}
    (registered / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    made = small(tmp_path, "import sys; lg.say(sys.executable)")
    assert sys.executable in html.render(document.build(made, [execute.execute(made.runs[0])]))


def test_without_a_kernel_one_line_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel.kernelspec", None)
    with pytest.raises(LocalgovError, match=r"no Python kernel .* pip install 'localgov-history\[report\]'"):
        execute.execute(small(tmp_path, "lg.say('So.')").runs[0])


def test_a_kernel_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ipykernel.kernelspec.make_ipkernel_cmd", lambda *args, **kwargs: ["false"])
    with pytest.raises(LocalgovError, match=r"^small\.ipynb: the kernel did not start: "):
        execute.execute(small(tmp_path, "lg.say('So.')").runs[0])


def test_a_file_of_periods_given_by_a_relative_path_reaches_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.csv").write_text("words\n")
    monkeypatch.chdir(tmp_path)
    code = "from pathlib import Path; lg.say(Path(scheme).read_text())"
    made = small(tmp_path, code, "scheme = 'gough'  # choices: periodisations | A scheme\n")
    path = made.runs[0].notebook
    scheme = parameters.declared(path)["scheme"].read("mine.csv")
    run = plan.Run(path, {"scheme": scheme})
    assert "words" in html.render(document.build(made, [execute.execute(run)]))


def test_an_output_folder_one_may_not_write_to(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(LocalgovError, match="cannot write to"):
        build.build(plan.plan(FLAGSHIP), blocked / "build")


def test_the_document_has_key_findings_and_says_how_it_was_made(built: build.Built, page: str) -> None:
    assert len(built.document.findings) >= 8
    assert f"localgov report build {FLAGSHIP}" in page
    for name in ("body_types", "acts", "function_responsibilities", "periods", "sources"):
        assert name in built.document.digests
    manifest = json.loads(re.search(r'ld\+json">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert {item["name"] for item in manifest["isBasedOn"]} == set(built.document.digests)


def test_any_two_periods_make_a_report(tmp_path: Path) -> None:
    """Edges of the parameters: the same period twice, reversed, boundaries moved, a rival scheme."""
    rival = next(name for name in lg.periodisations() if name != "gough")
    keys = lg.periodisation(rival).keys
    shelf = plan.folder("notebooks")
    for given in (
        {"earlier": "2000s", "later": "2000s"},
        {"earlier": "2000s", "later": "1830s_1880s"},
        {"earlier": "1945_1980s", "later": "1980s_2000s", "shift_years": -10},
        {"periodisation": rival, "earlier": keys[0], "later": keys[-1]},
    ):
        path = shelf / "02_reinventing_the_wheel.ipynb"
        run = plan.Run(path, parameters.resolve(path, given))
        executed = execute.execute(run)
        made = document.build(plan.Plan("x", "X", "", "", (run,), ("html",), path), [executed])
        assert len(made.figures) == 5
        assert io.StringIO(html.render(made)).read(15) == "<!DOCTYPE html>"


def test_a_users_folder_shows_in_a_rebuilt_report_with_its_own_source(
    tmp_path: Path, write_csv, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:  # type: ignore[no-untyped-def]
    mine = tmp_path / "mine"
    mine.mkdir()
    write_csv(
        mine / "sources.csv",
        [
            {
                "source_key": "lighthouse_minutes",
                "title": "Minutes of the <Lighthouse> Board & others",
                "kind": "archive",
                "grade": "primary",
                "licence": "Public domain",
                "consulted": "true",
            }
        ],
    )
    write_csv(
        mine / "body_types.csv",
        [
            {
                "body_key": "lighthouse_board",
                "name": "Lighthouse board",
                "plural": "lighthouse boards",
                "scope": "local_body",
                "council": "false",
                "start": "1850",
                "end": "1880",
                "end_status": "ended",
                "purpose": "single",
                "selection": "directly_elected",
                "source_key": "lighthouse_minutes",
                "evidence": "seen",
            }
        ],
    )
    monkeypatch.setenv("LOCALGOV_DATA", str(mine))
    built = build.build(plan.plan(FLAGSHIP, {}, ("html",)), tmp_path / "build")
    again = built.files[0].read_text(encoding="utf-8")
    title = "Minutes of the &lt;Lighthouse&gt; Board &amp; others"
    assert title in again
    assert title not in page
    assert "lighthouse_minutes" in {source.key for source in built.document.sources}
