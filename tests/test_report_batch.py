"""Batches: what is built, what is built again, and what is refused before anything starts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest

import press_example as example
from localgov_history import cli
from localgov_history.catalogue import VARIABLE
from localgov_history.errors import LocalgovError
from localgov_history.report import build, charts, execute, keys, members, plan, publish, store, verify, work, workers

pytestmark = pytest.mark.slow
BOTH = ("html", "pdf")
B_AREAS = [name for name in example.AREAS if name.startswith("B")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the batch, built as HTML and PDF."""
    place = example.example(tmp_path_factory.mktemp("batch"))
    # A file of our own over one table: a table that a test may change.
    mine = place / "mine"
    mine.mkdir()
    (mine / "laa_targets.csv").write_text(f"target_key,note\n{target()},First note.\n", encoding="utf-8")
    os.environ[VARIABLE] = str(mine)
    done = build.build_all(example.plans(place, BOTH), place / "out", build.Options(jobs=2))
    assert done.failed == {}
    assert (done.runs, len(done.built)) == (4, 4)
    yield place
    del os.environ[VARIABLE]


def target() -> str:
    from localgov_history.catalogue import Catalogue

    return Catalogue().rows("laa_targets")[0]["target_key"]


@pytest.fixture
def copy(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The built batch, to be changed by a test; as good as the original to the next build."""
    place = tmp_path / "copy"
    shutil.copytree(home, place)
    return place


def again(place: Path, formats: tuple[str, ...] = BOTH, **options: object) -> build.Outcome:
    return build.build_all(example.plans(place, formats), place / "out", build.Options(jobs=2, **options))  # type: ignore[arg-type]


def test_a_batch_writes_a_folder_of_reports_and_an_index(home: Path) -> None:
    names = {path.name for path in (home / "out" / "area-note").iterdir()}
    assert names == {
        f"{members.slug(area)}.{end}" for area in example.AREAS for end in ("html", "pdf", "json", "png")
    }
    page = (home / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count('<article class="card"') == 4
    for area in example.AREAS:
        assert f'<a href="area-note/{area.lower()}.html">' in page
        assert f"On {area}" in page
    report = (home / "out" / "area-note" / "leeds.html").read_text(encoding="utf-8")
    assert "localgov report build area-note --only leeds" in report
    assert len(re.findall(r'class="chart" role="img"', report)) == 2


def test_nothing_changed_nothing_runs(copy: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (copy / "out").rglob("*.html")}
    done = again(copy)
    assert (done.runs, done.built, len(done.unchanged)) == (0, [], 4)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert build.why(example.plans(copy, BOTH)[0], copy / "out") == ["nothing changed: nothing would be done"]


def test_one_table_changed_runs_exactly_those_that_read_it(home: Path, copy: Path) -> None:
    mine = home / "mine" / "laa_targets.csv"
    before = mine.read_text(encoding="utf-8")
    try:
        mine.write_text(before.replace("First note", "Another note"), encoding="utf-8")
        said = build.preview(example.plans(copy, BOTH), copy / "out")
        for area in example.AREAS:
            reasons = said[f"area-note/{area.lower()}"]
            if area in B_AREAS:
                assert reasons[0] == "would run area_note and be set anew"
                assert len(reasons) == 2
                assert re.match(
                    rf"table laa_targets with {re.escape(str(mine.parent))} changed \(SHA-256", reasons[1]
                )
            else:
                assert reasons == ["nothing changed: nothing would be done"]
        done = again(copy)
        assert done.runs == len(B_AREAS) == 2
        assert sorted(done.built) == [f"area-note/{area.lower()}" for area in B_AREAS]
    finally:
        mine.write_text(before, encoding="utf-8")
    # As it was before: those runs are still known.
    assert not any(
        said[0].startswith("would run") for said in build.preview(example.plans(copy, BOTH), copy / "out").values()
    )


def edit(place: Path, change: object) -> None:
    path = place / "area_note.ipynb"
    node = nbformat.read(path, as_version=4)
    change(node)  # type: ignore[operator]
    nbformat.write(node, path)


def test_words_are_set_anew_without_a_run_and_tags_change_nothing(copy: Path) -> None:
    edit(copy, lambda node: node.cells[2].metadata.update(tags=["hide-input", "for-slides"]))
    assert len(again(copy).unchanged) == 4
    edit(copy, lambda node: node.cells[1].update(source="# The area\n\nOther words."))
    said = build.why(example.plans(copy, BOTH)[0], copy / "out")
    assert said[0] == "would be set anew; no notebook would run"
    assert said[1].startswith("Markdown cell 1 of area_note")
    done = again(copy)
    assert (done.runs, len(done.built)) == (0, 4)
    assert "Other words." in (copy / "out" / "area-note" / "kent.html").read_text(encoding="utf-8")
    (copy / "area-note.yaml").write_text((copy / "area-note.yaml").read_text().replace("On {area}", "About {area}"))
    said = build.why(example.plans(copy, BOTH)[0], copy / "out")
    assert said == ["would be set anew; no notebook would run", "title changed from On Leeds to About Leeds"]


def test_code_parameters_and_files_changed_by_hand_are_noticed(copy: Path) -> None:
    edit(copy, lambda node: node.cells[2].update(source=node.cells[2].source + "\nx = 1"))
    said = build.why(example.plans(copy, BOTH)[0], copy / "out")
    assert said[0] == "would run area_note and be set anew"
    assert said[1].startswith("code cell 2 of area_note changed")
    example.notebook(copy / "area_note.ipynb")
    (copy / "out" / "area-note" / "kent.html").write_text("changed")
    done = again(copy)
    assert (done.runs, done.built) == (0, ["area-note/kent"])
    assert "<h1>On Kent</h1>" in (copy / "out" / "area-note" / "kent.html").read_text(encoding="utf-8")


def test_a_fresh_build_elsewhere_gives_the_same_bytes(home: Path, tmp_path: Path) -> None:
    plans = example.plans(home, BOTH, only=("Leeds", "barnet"))
    assert [made.name for made in plans] == ["area-note/leeds", "area-note/barnet"]
    assert build.build_all(plans, tmp_path, build.Options(jobs=1)).runs == 2
    for name in ("leeds.html", "leeds.pdf", "barnet.html", "barnet.pdf"):
        assert (tmp_path / "area-note" / name).read_bytes() == (home / "out" / "area-note" / name).read_bytes()


def test_each_chart_is_drawn_once(home: Path) -> None:
    drawn = list((home / "out" / store.FOLDER / "charts").iterdir())
    shown = set()
    for path in (home / "out" / store.FOLDER / "runs").rglob("*.ipynb.gz"):
        shown |= set(charts.of_notebook(store.read_notebook(path)))
    # Leeds and Barnsley share a region, and so both charts of it.
    assert len(drawn) == len(shown) == 6


def test_shared_assets_stand_once_beside_the_reports(home: Path, tmp_path: Path) -> None:
    plans = example.plans(home, ("html",), only=("Leeds", "Kent"))
    build.build_all(plans, tmp_path, build.Options(jobs=2, shared_assets=True))
    whole = (home / "out" / "area-note" / "leeds.html").stat().st_size
    page = (tmp_path / "area-note" / "leeds.html").read_text(encoding="utf-8")
    assert len(page) < whole / 20
    linked = re.findall(r'(?:src|href)="(\.\./assets/[^"]+)"', page)
    assert len(linked) == 2
    for link in linked:
        assert (tmp_path / "area-note" / link).is_file()
    assert publish.clean(tmp_path) == 2 * 2 + 2 + 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with every kind of output, and things that must not pass from one run to the next."""
    place = tmp_path_factory.mktemp("odd")
    code = (
        "import os, random, subprocess, sys, warnings\nimport numpy as np\nimport plotly.io\nimport localgov_history as lg\n"
        "print('out'); print('err', file=sys.stderr); print('more')\n"
        "subprocess.run(['echo', 'from a child'], check=True)\n"
        "warnings.warn('look out')\narea",
        "from IPython.display import HTML, clear_output, display, update_display\n"
        "print('gone'); clear_output(); display(HTML('<b>x</b>'), display_id='d'); print('between')\n"
        "update_display(HTML('<b>y</b>'), display_id='d')\n{'a': 1}",
        "import pandas as pd, plotly.graph_objects as go\ndisplay(pd.DataFrame({'a': [1, 2]}))\ngo.Figure(go.Bar(y=[1, 2]))",
        "leaks = ('LEAK' in os.environ, plotly.io.templates.default, 'left' in globals(), os.listdir('.'))\n"
        "os.environ['LEAK'] = 'x'; plotly.io.templates.default = 'none'; left = 1; open('file', 'w').close()\n"
        "random.seed(1); np.random.seed(1); warnings.simplefilter('ignore'); lg.load('acts')\nleaks",
        "import asyncio\nawait asyncio.sleep(0)\nget_ipython().run_line_magic('precision', '3')\n1 / 3",
    )
    return example.notebook(place / "odd.ipynb", code)


CHILD = "from a child\n"


def outputs(notebook: object) -> list[object]:
    """Each cell with its outputs; streams that follow each other as one text a name, without the child's words.

    A kernel sends what is printed when its timer says so, and a child's words from a thread of its own:
    neither has one order.
    """
    found: list[object] = []
    for cell in notebook.cells:  # type: ignore[attr-defined]
        seen: list[object] = []
        streams: dict[str, str] = {}
        for output in cell.get("outputs", ()):
            if output["output_type"] != "stream":
                seen += [dict(sorted(streams.items()))] * bool(streams) + [output]
                streams = {}
            elif text := output["text"].replace(CHILD, ""):
                streams[output["name"]] = streams.get(output["name"], "") + text
        seen += [dict(sorted(streams.items()))] * bool(streams)
        found.append((cell.source, cell.get("execution_count"), seen))
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def child_said(notebook: object) -> int:
    return json.dumps(notebook).count(json.dumps(CHILD)[1:-1])


def test_both_engines_give_the_same_outputs(odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # ipykernel looks for this, and leaves out what child processes write.
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    run = plan.Run(odd, {"area": "Kent"})
    stock = execute.run_notebook(run)
    team = workers.start("warm", workers.Limits(1))
    try:
        twice = []
        for number in (1, 2):
            ran = team.submit(work.RunNotebook(run), tmp_path / str(number)).result(timeout=120)
            twice.append(store.read_notebook(ran.notebook))
            assert ran.reads == stock.reads
    finally:
        team.close()
    assert [table for _, _, table, _ in stock.reads] == ["acts"]
    assert outputs(twice[0]) == outputs(stock.notebook)
    assert outputs(twice[1]) == outputs(twice[0])
    assert [child_said(notebook) for notebook in (stock.notebook, *twice)] == [1, 1, 1]
    texts = json.dumps(outputs(twice[0]))
    for said in ("look out", "<b>y</b>", "0.333", "application/vnd.plotly.v1+json"):
        assert said in texts
    assert "gone" not in texts.replace("print('gone')", "")


def test_a_batch_on_the_stock_engine_gives_the_same_bytes(home: Path, tmp_path: Path) -> None:
    plans = example.plans(home, BOTH, only=("Barnet",))
    assert build.build_all(plans, tmp_path, build.Options(jobs=1, engine="stock")).runs == 1
    for name in ("barnet.html", "barnet.pdf"):
        assert (tmp_path / "area-note" / name).read_bytes() == (home / "out" / "area-note" / name).read_bytes()


FAILING = (
    example.CODE[0]
    + 'if area == "Kent":\n    raise ValueError("no <b>such</b> thing")\n'
    + 'if area == "Barnet":\n'
    + "    from localgov_history.errors import ReportRefusedError\n"
    + '    raise ReportRefusedError("3 sections with evidence; at least 5 are needed")\n',
    *example.CODE[1:],
)


def test_failures_leave_the_rest_and_a_page_says_how_to_go_on(copy: Path) -> None:
    before = (copy / "out" / "area-note" / "kent.html").read_bytes()
    example.notebook(copy / "area_note.ipynb", FAILING)
    told: list[tuple[str, str, str]] = []
    done = build.build_all(
        example.plans(copy), copy / "out", build.Options(jobs=2), lambda *given: told.append(given)
    )
    assert list(done.failed) == ["area-note/kent"]
    assert done.refused == {"area-note/barnet": "3 sections with evidence; at least 5 are needed"}
    assert len(done.built) == 2
    assert done.summary() == "2 built, 1 not built for want of evidence, 1 failed"
    assert len(told) == 4
    assert done.failures is not None
    page = done.failures.read_text(encoding="utf-8")
    assert "area_note.ipynb, cell 3 (import localgov_history as lg)" in page
    assert "ValueError: no &lt;b&gt;such&lt;/b&gt; thing" in page
    assert "area = &#39;Kent&#39;" in page
    assert "<code>localgov report build area-note --only kent</code>" in page
    assert "raise ValueError" in page
    assert (copy / "out" / "area-note" / "kent.html").read_bytes() == before
    assert not (copy / "out" / "area-note" / "barnet.html").exists()
    index = (copy / "out" / "index.html").read_text(encoding="utf-8")
    assert "On Barnet: 3 sections with evidence; at least 5 are needed" in index
    assert '<a href="failures.html">' in index
    # What was refused is not asked again; what failed is.
    done = build.build_all(example.plans(copy), copy / "out", build.Options(jobs=2))
    assert (done.runs, list(done.failed), list(done.refused)) == (0, ["area-note/kent"], ["area-note/barnet"])
    example.notebook(copy / "area_note.ipynb")
    done = build.build_all(example.plans(copy), copy / "out", build.Options(jobs=2))
    assert (done.failed, done.refused, done.failures) == ({}, {}, None)
    assert not (copy / "out" / "failures.html").exists()


def test_the_command_says_what_became_of_a_batch(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example.notebook(copy / "area_note.ipynb", FAILING)
    kit = plan.folder
    monkeypatch.setattr(plan, "folder", lambda name: copy if name in ("reports", "notebooks") else kit(name))
    words = ["report", "build", "area-note", "--only", "Leeds", "--only", "kent", "--format", "html"]
    words += ["--output", str(copy / "out"), "--jobs", "2"]
    assert cli.main([*words, "--dry-run"]) == 0
    said = capsys.readouterr()
    assert said.out.count("would run area_note and be set anew; ") == 2
    assert cli.main(words) == 1
    said = capsys.readouterr()
    assert said.out.strip().endswith("1 built, 1 failed")
    assert "failures.html" in said.err
    assert cli.main(["report", "why", "area-note/leeds", "--format", "html", "--output", str(copy / "out")]) == 0
    assert "area-note/leeds: nothing changed" in capsys.readouterr().out
    assert cli.main(["report", "build", "area-note", "--only", "Leds"]) == 1
    assert "--only Leds: area-note.yaml makes no such report; did you mean Leeds" in capsys.readouterr().err
    assert cli.main(["report", "list"]) == 0
    assert "On Leeds and 3 more" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: x\nfor_each:\n  area: [Leeds, Kentt]\n", r"^area_note: area is 'Kentt'; did you mean Kent"),
        ("title: x\nfor_each:\n  area: [Leeds, leeds]\n", "'Leeds' and 'leeds' would both write leeds"),
        ("title: x\nfor_each:\n  town: [Leeds]\n", "no notebook has a parameter 'town'; there are: area"),
        ("title: x\nfor_each:\n  area: Leeds\n", "for_each: area is Leeds; expected a list, or"),
        ("title: x\nfor_each:\n  area: {table: laa_area, column: area}\n", "no table is called 'laa_area'; did you mean"),
        ("title: x\nfor_each:\n  area: {table: laa_areas, column: aera}\n", "laa_areas has no column 'aera'; did you mean area"),
        ("title: x\nfor_each:\n  area: {table: laa_areas, columns: area}\n", "expected a list, or"),
        ('title: x\nsubtitle: "In {aera}"\nfor_each:\n  area: [Leeds]\n',
         r"^area-note.yaml, row 2: subtitle: no value is called 'aera'; did you mean area"),
        ('title: "On {area"\nfor_each:\n  area: [Leeds]\n', r"^area-note.yaml, row 1: title: .*expected names in pairs"),
    ],
)  # fmt: skip
def test_a_batch_with_a_fault_does_not_start(tmp_path: Path, text: str, said: str) -> None:
    example.example(tmp_path)
    (tmp_path / "area-note.yaml").write_text(text + "notebooks: [area_note]\n", encoding="utf-8")
    with pytest.raises(LocalgovError, match=said):
        example.plans(tmp_path)


def test_a_table_or_a_matrix_makes_a_report_each(tmp_path: Path) -> None:
    example.example(tmp_path)
    body = "title: On {area}\nfor_each:\n  area: {table: laa_areas, column: area}\nnotebooks: [area_note]\n"
    (tmp_path / "area-note.yaml").write_text(body)
    made = example.plans(tmp_path)
    assert len(made) == 150
    assert made[0].name == "area-note/barking-and-dagenham"
    text = example.PARAMETERS + "year = 2008  # range: 2000 to 2012 | A year\n"
    edit(tmp_path, lambda node: node.cells[0].update(source=text))
    body = 'title: "{area}, {year}"\nfor_each:\n  area: [Leeds, Kent]\n  year: [2001, 2008, 2011]\nnotebooks: [area_note]\n'
    (tmp_path / "area-note.yaml").write_text(body)
    made = example.plans(tmp_path)
    assert [each.title for each in made[:3]] == ["Leeds, 2001", "Leeds, 2008", "Leeds, 2011"]
    assert made[-1].name == "area-note/kent-2011"
    assert made[-1].runs[0].parameters == {"area": "Kent", "year": 2011}
    assert [each.name for each in example.plans(tmp_path, only=("2008",))] == [
        "area-note/leeds-2008",
        "area-note/kent-2008",
    ]


def test_two_reports_that_would_write_the_same_files_are_both_named(tmp_path: Path) -> None:
    run = plan.Run(tmp_path / "n.ipynb", {})
    one = plan.Plan("profile", "One", "", "", (run,), ("html",), tmp_path / "one.yaml")
    two = plan.Plan("Profile", "Two", "", "", (run,), ("html",), tmp_path / "two.yaml")
    with pytest.raises(
        LocalgovError, match=r"profile \(one.yaml: One\) and Profile \(two.yaml: Two\) would write the same"
    ):
        build.build_all([one, two], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_verify_says_same_or_what_differs(home: Path, tmp_path: Path) -> None:
    one = build.Options(jobs=1)
    file = home / "out" / "area-note" / "barnsley.pdf"
    assert verify.verify(file, home, home, one) == []
    changed = tmp_path / "barnsley.html"
    changed.write_bytes(file.with_suffix(".html").read_bytes().replace(b"people in 2008", b"people in 2009"))
    assert verify.verify(changed, home, home, one)[0].startswith("barnsley.html is not as it was written")
    mine = home / "mine" / "laa_targets.csv"
    before = mine.read_text(encoding="utf-8")
    try:
        mine.write_text(before.replace("First", "Third"), encoding="utf-8")
        said = verify.verify(file.with_suffix(".html"), home, home, one)
        assert len(said) == 1
        assert re.match(r"table laa_targets was sha256:\w{64}, now sha256:\w{64}$", said[0])
    finally:
        mine.write_text(before, encoding="utf-8")
    (tmp_path / "other.html").write_text("<html></html>")
    with pytest.raises(LocalgovError, match=r"other.html does not say what it was made from"):
        verify.verify(tmp_path / "other.html")
    with pytest.raises(LocalgovError, match="cannot be read: No such file"):
        verify.verify(tmp_path / "none.pdf")


def test_two_builds_at_once_do_not_harm_each_other(home: Path, tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def go() -> None:
        try:
            build.build_all(example.plans(home, only=("Leeds", "Kent")), tmp_path / "out", build.Options(jobs=1))
        except BaseException as error:
            faults.append(error)

    both = [threading.Thread(target=go) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert faults == []
    done = build.build_all(example.plans(home, only=("Leeds", "Kent")), tmp_path / "out")
    assert len(done.unchanged) == 2


def test_what_builds_keep_can_be_removed_by_age(copy: Path) -> None:
    kept = store.Store(copy / "out")
    files = [path for path in (copy / "out" / store.FOLDER / "runs").rglob("*") if path.is_file()]
    assert kept.forget(30) == 0
    for path in files[:3]:
        os.utime(path, (1, 1))
    assert kept.forget(30) == 3
    assert (copy / "out" / "area-note" / "leeds.html").is_file()
    assert again(copy).failed == {}


def test_what_a_key_is_made_of_has_no_surprises(home: Path) -> None:
    made = example.plans(home)[0].runs[0]
    found = keys.of_run(made, keys.of_code())
    assert found["parameter area"] == "'Leeds'"
    assert "package file catalogue.py" in found
    assert not any(name.startswith("package file report/") or name == "package file cli.py" for name in found)
    assert found["library pandas"].startswith("3")
    assert keys.key(found) == keys.key(dict(reversed(found.items())))


def test_no_module_that_notebooks_use_needs_the_report_code() -> None:
    """The key of a run leaves the report code out; so no cell may depend on it."""
    code = (
        "import sys, pkgutil, importlib, localgov_history\n"
        "for each in pkgutil.iter_modules(localgov_history.__path__, 'localgov_history.'):\n"
        "    if each.name not in ('localgov_history.report', 'localgov_history.cli'): importlib.import_module(each.name)\n"
        "print([name for name in sys.modules if name.startswith('localgov_history.report')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
