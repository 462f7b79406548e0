"""Definitions, parameters and the document model, without running a kernel."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import nbformat
import pytest

from localgov_history import cli
from localgov_history._resources import folder
from localgov_history.display import BLOCK_MIME
from localgov_history.errors import BrowserMissingError, LocalgovError, ParameterError, UnknownNameError
from localgov_history.report import (
    build,
    charts,
    document,
    html,
    manifest,
    parameters,
    pdf,
    plan,
    publish,
    store,
    work,
)

FLAGSHIP = "partnerships-and-reinventing-the-wheel"
COMPARED = "compare-periods"


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
        assert all(made.runs for made in plan.plans(name))


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
        ({"periodisation": 2012}, r"periodisation is 2012; expected a value of type str"),
    ],
)
def test_a_wrong_parameter_is_answered_before_any_kernel(given: dict[str, object], said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        plan.plan(COMPARED, given)
    with pytest.raises(ParameterError, match=said):
        parameters.resolve(folder("notebooks") / "02_reinventing_the_wheel.ipynb", given)


def test_a_parameter_goes_to_every_notebook_that_declares_it() -> None:
    made = plan.plan(COMPARED, {"include_unconfirmed": False})
    values = {run.notebook.stem: run.parameters.get("include_unconfirmed") for run in made.runs}
    assert values["01_timeline"] is False


def test_an_unknown_report_gets_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean {FLAGSHIP}"):
        plan.plan("partnerships-and-the-wheel")


def test_the_name_of_a_report_is_no_path(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "mine.yaml").write_text("title: x\nnotebooks: [01_timeline]\n")
    for name in ("../mine", "inside/../../mine", str(tmp_path / "mine")):
        with pytest.raises(UnknownNameError, match="no report is called"):
            plan.plan(name, place=tmp_path / "inside")
    (tmp_path / "index.yaml").write_text("title: x\nnotebooks: [01_timeline]\n")
    with pytest.raises(LocalgovError, match="'index' is the page that lists the reports"):
        plan.plan("index", place=tmp_path)


def test_a_wrong_format_names_the_option() -> None:
    with pytest.raises(LocalgovError, match="--format: 'HTML' is not a format; did you mean html"):
        plan.plan(FLAGSHIP, formats=("HTML",))


DECLARED = """\
word = "a"  # | A word
whole: int = 5  # range: 0 to 9 | A number
share = 0.5  # | A share
yes = True  # | A choice
"""


def test_text_from_the_command_line_takes_the_declared_type(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    notebook(path, parameters=DECLARED)
    assert parameters.resolve(path, {}) == {"word": "a", "whole": 5, "share": 0.5, "yes": True}
    given = {"word": "1888", "whole": "7", "share": "1", "yes": "False"}
    values = parameters.resolve(path, given)
    assert values == {"word": "1888", "whole": 7, "share": 1.0, "yes": False}
    assert [type(value) for value in values.values()] == [str, int, float, bool]
    assert type(parameters.resolve(path, {"share": 1})["share"]) is float


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"whole": "7.5"}, "n: whole is '7.5'; expected a value of type int, e.g. 5"),
        ({"whole": "2001-01-01"}, "n: whole is '2001-01-01'; expected a value of type int"),
        ({"share": "half"}, "n: share is 'half'; expected a value of type float"),
        ({"yes": "maybe"}, "n: yes is 'maybe'; expected true or false"),
        ({"yes": 1}, "n: yes is 1; expected true or false"),
        ({"whole": "12"}, "n: whole is 12; expected 0 to 9; the nearest is 9"),
    ],
)
def test_text_that_does_not_fit_names_the_parameter(tmp_path: Path, given: dict[str, object], said: str) -> None:
    path = tmp_path / "n.ipynb"
    notebook(path, parameters=DECLARED)
    with pytest.raises(ParameterError) as caught:
        parameters.resolve(path, given)
    assert str(caught.value).startswith(said)


def test_the_command_line_leaves_text_as_it_is() -> None:
    assert cli._given(["a=2001-01-01", "b=on", "c=x=y", "d="]) == {"a": "2001-01-01", "b": "on", "c": "x=y", "d": ""}


def test_a_file_of_periods_is_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (folder("datasets") / "periods.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    column = rows[0].split(",").index("periodisation")
    own = [row for row in rows[1:] if row.split(",")[column] == "gough"]
    (tmp_path / "mine.csv").write_text("".join([rows[0], *own]), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    values = parameters.resolve(folder("notebooks") / "02_reinventing_the_wheel.ipynb", {"periodisation": "mine.csv"})
    assert values["periodisation"] == str(tmp_path / "mine.csv")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not json", "n.ipynb cannot be read as a notebook: Notebook does not appear to be JSON"),
        ("[]", "n.ipynb cannot be read as a notebook: it is JSON without cells; expected a file saved by Jupyter"),
        ("{}", "n.ipynb cannot be read as a notebook: "),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "missing an expected key: cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 5}', "it is JSON without cells"),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "n.ipynb has no cell tagged"),
    ],
)
def test_a_file_that_is_no_notebook(tmp_path: Path, body: str, said: str) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(body)
    with pytest.raises(LocalgovError) as caught:
        parameters.declared(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("a = 1  # | A\nb = (", "n.ipynb, cell 1, row 2: not Python: "),
        ("%matplotlib inline", "n.ipynb, cell 1, row 1: not Python: "),
        (
            "a = range(3)  # | A",
            "n.ipynb, cell 1, row 1: the default of 'a' is range(3); expected a value written out",
        ),
        ("a: int  # | A", "n.ipynb, cell 1, row 1: expected one parameter with its default"),
        ("a = b = 1  # | A", "n.ipynb, cell 1, row 1: expected one parameter with its default"),
        ("a = 1", "n.ipynb, cell 1, row 1: the parameter 'a' has no help after '|'"),
        (
            "a = 'x'  # range: 1 to 2 | A",
            "n.ipynb, cell 1, row 1: the parameter 'a' has a range, but its default is 'x'",
        ),
    ],
)
def test_faults_in_the_parameters_cell(tmp_path: Path, source: str, said: str) -> None:
    notebook(tmp_path / "n.ipynb", parameters=source)
    with pytest.raises(LocalgovError) as caught:
        parameters.declared(tmp_path / "n.ipynb")
    assert str(caught.value).startswith(said)


def test_periods_of_a_parameter_that_is_not_there(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", parameters="a = 'x'  # choices: periods of scheme | A")
    with pytest.raises(LocalgovError, match="a takes periods of scheme, but no parameter is called 'scheme'"):
        parameters.resolve(tmp_path / "n.ipynb", {})


def test_the_command_to_make_it_again_has_the_parameters(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", parameters=DECLARED)
    (tmp_path / "mine.yaml").write_text("title: x\nnotebooks: [n]\n")
    made = plan.plan("mine", {"word": "it's so", "yes": False}, place=tmp_path, notebooks=tmp_path)
    assert made.command == """localgov report build mine --set 'word=it'"'"'s so' --set yes=false"""
    shown = document.build(made, [nbformat.read(tmp_path / "n.ipynb", as_version=4)])
    assert manifest.how_made(shown)[-1] == f"To make it again: {made.command}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("title: [", r"mine\.yaml, row 1: not YAML|row 2: not YAML"),
        ("- a\n- b\n", "expected keys and values at the top"),
        ("titel: x\nnotebooks: [a]\n", "no key is called 'titel'; did you mean title"),
        ("title: x\n", "'notebooks' is missing or empty"),
        ("title: x\nnotebooks: [01_timelin]\n", "no notebook is called '01_timelin'; did you mean 01_timeline"),
        ("title: x\nnotebooks: [01_timeline]\nformats: [odt]\n", "'odt' is not a format"),
        ("title: x\nnotebooks:\n  - notebok: a\n", "expected 'notebook: NAME'"),
        (
            "title: x\nnotebooks:\n  - notebook: 01_timeline\n    params: {}\n",
            "no key of 01_timeline is called 'params'; did you mean parameters",
        ),
        ("title: 2012\nnotebooks: [a]\n", "'title' is 2012; expected text, in quotes where it looks like a number"),
        ("title: 2012-01-01\nnotebooks: [a]\n", "'title' is 2012-01-01; expected text"),
        ("title:\nnotebooks: [a]\n", "'title' is missing or empty; expected text"),
        ("title: x\nsubtitle: 1888\nnotebooks: [a]\n", "'subtitle' is 1888; expected text"),
        ("title: x\ndescription: [a]\nnotebooks: [a]\n", r"'description' is \['a'\]; expected text"),
        ("title: x\nnotebooks: 01_timeline\n", "'notebooks' is 01_timeline; expected a list of one notebook or more"),
        ("title: x\nnotebooks: []\n", "'notebooks' is missing or empty; expected a list of one notebook or more"),
        ("title: x\nnotebooks: [01_timeline]\nformats: html\n", "'formats' is html; expected a list of one format"),
        ("title: x\nnotebooks: [01_timeline]\nformats: []\n", "'formats' is missing or empty; expected a list"),
        ("title: x\nnotebooks: [3]\n", "expected 'notebook: NAME' in each item of notebooks, not 3"),
        ("title: x\nnotebooks:\n  - notebook: 3\n", "'notebook' of 3 is 3; expected the name of a notebook"),
        (
            "title: x\nnotebooks:\n  - notebook: 01_timeline\n    parameters: [a]\n",
            r"'parameters' of 01_timeline is \['a'\]; expected names with their values",
        ),
        ("title: x\nsubtitle: 2012-13-45\n", r"^mine\.yaml: a date that is none \(month must be in 1..12"),
        ("title: x\x00\n", r"^mine\.yaml: not YAML: [^\n]*$"),
    ],
)
def test_faults_in_a_definition_are_named(tmp_path: Path, body: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(body)
    with pytest.raises(LocalgovError, match=said):
        plan.plan("mine", place=tmp_path)


def test_a_definition_in_another_encoding_is_named_with_its_row(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes("title: x\nsubtitle: Café\n".encode("latin-1"))
    with pytest.raises(LocalgovError, match=r"^mine\.yaml, row 2: not UTF-8; expected the file saved as UTF-8$"):
        plan.plan("mine", place=tmp_path)


def test_what_a_definition_leaves_empty_is_empty(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "title: x\nsubtitle:\ndescription:\nformats:\nnotebooks:\n  - notebook: 01_timeline\n    parameters:\n"
    )
    made = plan.plan("mine", place=tmp_path)
    assert (made.subtitle, made.description, made.formats) == ("", "", plan.USUAL)


def made_document(tmp_path: Path, *cells: tuple[str, str]) -> document.Document:
    path = tmp_path / "n.ipynb"
    executed = notebook(path, *cells)
    run = plan.Run(path, {"n": 1})
    return document.build(plan.Plan("r", "T", "", "", (run,), ("html",), path), [executed])


def test_sections_are_numbered_here(tmp_path: Path) -> None:
    first = "# A\n\n## B\n\ntext\n\n## C\n\n### D\n\ntext"
    made = made_document(tmp_path, ("markdown", first), ("markdown", "# E\n\n## F\n\ntext"))
    assert [(block.number, block.text) for block in made.blocks if isinstance(block, document.Heading)] == [
        ("1", "A"), ("1.1", "B"), ("1.2", "C"), ("1.2.1", "D"), ("2", "E"), ("2.1", "F"),
    ]  # fmt: skip


def test_a_section_with_nothing_in_it_is_left_out_with_its_heading(tmp_path: Path) -> None:
    made = made_document(
        tmp_path, ("markdown", "# A\n\n## B\n\n## C\n\ntext\n\n## D\n\n### E"), ("markdown", "# F\n\ntext")
    )
    assert [(block.number, block.text) for block in made.blocks if isinstance(block, document.Heading)] == [
        ("1", "A"), ("1.1", "C"), ("2", "F"),
    ]  # fmt: skip


def test_a_skipped_heading_level_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match="the heading 'B' is of level 3; expected at most 2"):
        made_document(tmp_path, ("markdown", "# A\n\n### B"))


def test_markdown_that_reports_do_not_know_is_refused_not_dropped(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match=r"n\.ipynb, cell 2: Markdown of the kind 'fence'"):
        made_document(tmp_path, ("markdown", "```\ncode\n```"))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("- a\n\n  ```\n  code\n  ```", "fence"),
        ("> ```\n> code\n> ```", "fence"),
        ("- a\n  - b", "bullet_list"),
        ("> 1. a", "ordered_list"),
        ("- > a", "blockquote"),
        ("> # a", "heading"),
        ("> a\n>\n> ---", "hr"),
    ],
)
def test_blocks_inside_lists_and_quotations_are_refused_not_dropped(tmp_path: Path, source: str, kind: str) -> None:
    said = f"n.ipynb, cell 2: Markdown of the kind '{kind}' inside a list or a quotation is not known to reports"
    with pytest.raises(LocalgovError) as caught:
        made_document(tmp_path, ("markdown", source))
    assert str(caught.value) == said


def test_paragraphs_of_an_item_or_a_quotation_are_joined(tmp_path: Path) -> None:
    made = made_document(tmp_path, ("markdown", "- one\n\n  two\n\n- three\n\n> four\n>\n> five"))
    listing, quotation = made.blocks
    assert isinstance(listing, document.Listing)
    assert isinstance(quotation, document.Quote)
    assert ["".join(part.text for part in item) for item in listing.items] == ["one two", "three"]
    assert "".join(part.text for part in quotation.inlines) == "four five"


def test_marks_inside_marks_are_kept(tmp_path: Path) -> None:
    made = made_document(tmp_path, ("markdown", "*a **b** c* [d *e* `f`](https://x.org) g **[h](https://y.org) i**"))
    page = html.render(made)
    assert (
        "<p><em>a </em><em><strong>b</strong></em><em> c</em> "
        '<a href="https://x.org">d <em>e</em> <code>f</code></a> g '
        '<a href="https://y.org"><strong>h</strong></a><strong> i</strong></p>'
    ) in page
    source = pdf._block(made.blocks[0], None)
    assert '#emph(strong("b"));' in source
    assert '#link("https://x.org")[#"d ";#emph("e");#" ";#raw("f");];' in source


def test_an_ordered_list_counts_from_where_it_starts(tmp_path: Path) -> None:
    made = made_document(tmp_path, ("markdown", "3. a\n4. b"))
    assert '<ol start="3"><li>a</li><li>b</li></ol>' in html.render(made)
    assert pdf._block(made.blocks[0], None) == '#enum(start: 3, [#"a";],[#"b";],)'


def test_headings_are_joined_without_double_blanks(tmp_path: Path) -> None:
    made = made_document(
        tmp_path, ("markdown", "# The *Local* `Government` **Act** of\n[1888](https://x.org)\n\ntext")
    )
    assert made.sections[0].text == "The Local Government Act of"
    made = made_document(tmp_path, ("markdown", "The *Local* Government\n[Act](https://x.org) 1888\n===\n\ntext"))
    assert made.sections[0].text == "The Local Government Act 1888"


def test_headings_take_no_address_of_the_page_itself(tmp_path: Path) -> None:
    names = ("Bibliography", "How this was made", "Main", "Plots", "Key findings", "Figure 1", "Table 1", "Source a")
    made = made_document(tmp_path, ("markdown", "\n\n".join(f"# {name}\n\ntext" for name in (*names, "Main"))))
    page = html.render(made)
    anchors = [block.anchor for block in made.sections]
    assert len(set(anchors)) == len(names) + 1
    for anchor in anchors:
        assert page.count(f'id="{anchor}"') == 1
    assert not {"bibliography", "how-this-was-made", "main", "plots", "key-findings", "figure-1", "table-1"} & set(
        anchors
    )


def test_an_output_past_show_is_refused_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    executed = notebook(path, ("code", "1 + 1"))
    executed.cells[1].outputs = [nbformat.v4.new_output("execute_result", data={"text/plain": "2"})]
    with pytest.raises(LocalgovError, match="did not come from show"):
        document.build(plan.Plan("r", "T", "", "", (plan.Run(path, {}),), ("html",), path), [executed])


def source(key: str, **changed: str) -> dict[str, str]:
    """A source as a block carries it."""
    names = ("author", "title", "publisher", "year", "url", "grade", "licence")
    return {"key": key} | dict.fromkeys(names, "") | {"title": f"On {key}", "grade": "scholarly"} | changed


def sentence(text: str, *cited: dict[str, str], finding: bool = False) -> dict[str, Any]:
    """A block of a sentence."""
    return {
        "kind": "sentence", "text": text, "finding": finding, "sources": list(cited), "reads": {"acts": "0" * 64},
        "data_version": ["7", "2026-01-01"],
    }  # fmt: skip


def from_blocks(tmp_path: Path, *blocks: dict[str, Any], **texts: str) -> document.Document:
    """A document of one section with these blocks."""
    path = tmp_path / "n.ipynb"
    executed = notebook(path, ("markdown", "# Title"), ("code", "say()"))
    executed.cells[2].outputs = [nbformat.v4.new_output("display_data", data={BLOCK_MIME: block}) for block in blocks]
    words = {"title": "T", "subtitle": "", "description": ""} | texts
    run = plan.Run(path, {})
    return document.build(plan.Plan("r", *words.values(), (run,), ("html",), path), [executed])


def test_sources_come_with_the_blocks_and_stand_in_order(tmp_path: Path) -> None:
    made = from_blocks(
        tmp_path,
        sentence("One.", source("z", author="Able, A"), source("of_ones_own", author="Miller")),
        sentence("Two.", source("z", author="Able, A"), source("a", author="Young"), finding=True),
    )
    assert [item.key for item in made.sources] == ["z", "of_ones_own", "a"]
    assert made.blocks[1] == document.Paragraph(
        (document.Inline("One."),), computed=True, sources=("z", "of_ones_own")
    )
    assert 'id="source-of_ones_own"' in html.render(made)


def test_the_title_of_a_marked_table_stands_on_the_cover_too(tmp_path: Path) -> None:
    table = sentence("") | {
        "kind": "table", "title": "Boards rose", "caption": "C.", "note": "N", "columns": ["", "a"], "rows": [["b", "c"]],
        "widths": [], "finding": True,
    }  # fmt: skip
    made = from_blocks(tmp_path, table, sentence("Why?", finding=True), sentence("No finding."))
    assert made.findings == ("Boards rose.", "Why?")
    assert [block.title for block in made.blocks if isinstance(block, document.TableBlock)] == ["Boards rose"]


def test_a_report_of_sentences_has_a_version_and_can_be_printed(tmp_path: Path) -> None:
    made = from_blocks(tmp_path, sentence("It is so."))
    assert (made.data_version, made.data_date) == ("7", "2026-01-01")
    assert made.digests == {"acts": "0" * 64}
    assert pdf.render(made, {})[0].startswith(b"%PDF")


def test_only_addresses_on_the_web_are_linked(tmp_path: Path) -> None:
    made = from_blocks(
        tmp_path,
        sentence("One.", source("a", url="javascript:alert(1)"), source("b", url="https://x.org/b")),
    )
    page, printed = html.render(made), pdf.source(made)
    assert "javascript:" not in page.split("<main", 1)[1]
    assert '<a href="https://x.org/b">x.org/b</a>' in page
    assert "javascript:" not in printed
    assert '"https://x.org/b"' in printed


NASTY = '<script>alert(1)</script> #eval("1") $x$ *b* _i_ `c` [l](u) @r \\ " \' & {{ 7*7 }}'


def nasty(tmp_path: Path) -> document.Document:
    table = sentence("") | {
        "kind": "table", "title": NASTY, "caption": NASTY, "note": NASTY, "sources": [source("gough_localis")],
        "columns": ["", NASTY], "rows": [[NASTY, NASTY]], "widths": [],
    }  # fmt: skip
    return from_blocks(tmp_path, sentence(NASTY, finding=True), table, title=NASTY, subtitle=NASTY, description=NASTY)


def test_text_from_data_does_nothing_in_html(tmp_path: Path) -> None:
    page = html.render(nasty(tmp_path))
    assert "<script>alert" not in page
    assert "49" not in page.split("</style>")[1].split("How this was made")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_text_from_data_shows_as_itself_in_the_pdf(tmp_path: Path) -> None:
    import pypdf

    body, _ = pdf.render(nasty(tmp_path), {})
    shown = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    assert '<script>alert(1)</script> #eval("1")' in " ".join(shown.split())


def printed(found: document.Document) -> list[str]:
    """The text of each page of a PDF without charts."""
    import pypdf

    return [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf.render(found, {})[0])).pages
    ]


def test_a_short_report_needs_no_page_for_its_contents_nor_for_how_it_was_made(tmp_path: Path) -> None:
    said = from_blocks(tmp_path, sentence("A thing was so."), title="Short", description="What it is about.")
    cover, *rest = printed(said)
    assert cover.index("What it is about.") < cover.index("Contents")
    assert len(rest) == 1
    assert rest[0].index("A thing was so.") < rest[0].index("How this was made") < rest[0].index("Bibliography")


def test_a_row_of_a_table_stays_on_one_page(tmp_path: Path) -> None:
    rows = [[str(number), f"start{number:02} {'word ' * 60} end{number:02}"] for number in range(30)]
    table = sentence("") | {
        "kind": "table", "title": "Long", "caption": "Rows of several lines.", "note": "1 source",
        "sources": [source("gough_localis")], "columns": ["", "What"], "rows": rows, "widths": [1, 3],
    }  # fmt: skip
    pages = printed(from_blocks(tmp_path, table))
    assert len(pages) > 2
    for number in range(30):
        assert any(f"start{number:02}" in page and f"end{number:02}" in page for page in pages)


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
        publish.write_all(tmp_path, {"a.html": b"after"})
    assert (tmp_path / "a.html").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def test_writing_that_stops_half_way_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.html", "b.pdf", "gone.png"):
        (tmp_path / name).write_text("before")
    replace = os.replace

    def stopping(start: Path, end: Path) -> None:
        if start.parent.name == "new" and end.name == "c.json":
            raise OSError(28, "No space left on device")
        replace(start, end)

    monkeypatch.setattr(os, "replace", stopping)
    contents = dict.fromkeys(("a.html", "new.html", "b.pdf", "c.json"), b"after")
    with pytest.raises(LocalgovError, match="earlier reports are as they were"):
        publish.write_all(tmp_path, contents, ["gone.png"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a.html": "before", "b.pdf": "before", "gone.png": "before",
    }  # fmt: skip


def test_a_removal_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.html", "gone.png"):
        (tmp_path / name).write_text("before")

    def refusing(self: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "unlink", refusing)
    with pytest.raises(LocalgovError, match="earlier reports are as they were"):
        publish.write_all(tmp_path, {"a.html": b"after"}, ["gone.png"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.html": "before", "gone.png": "before"}


class AtOnce:
    """Workers that need no process: a notebook is as given, all else is done here."""

    executed: Any = None

    def __init__(self, *given: object) -> None:
        self.ran: list[plan.Run] = []

    def submit(self, piece: work.Work, folder: Path) -> Future[Any]:
        folder.mkdir()
        future: Future[Any] = Future()
        try:
            if isinstance(piece, work.RunNotebook):
                store.write_notebook(folder / "executed", self.executed)
                future.set_result(work.Ran([], 0.0, charts.of_notebook(self.executed), folder / "executed"))
            else:
                future.set_result(piece.do(folder, "stock"))
        except LocalgovError as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        pass


def small_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str = "small") -> build.Built:
    """A build as HTML, without a kernel."""
    executed = notebook(tmp_path / "n.ipynb", ("code", "say()"))
    executed.cells[1].outputs = [nbformat.v4.new_output("display_data", data={BLOCK_MIME: sentence("So.")})]
    monkeypatch.setattr(AtOnce, "executed", executed)
    monkeypatch.setattr(build.workers, "start", AtOnce)
    run = plan.Run(tmp_path / "n.ipynb", {})
    return build.build(plan.Plan(name, f"T {name}", "", "", (run,), ("html",), tmp_path), tmp_path / "build")


def shown(place: Path) -> set[str]:
    """The files of a folder of reports, without what builds keep beside them."""
    return {path.name for path in place.iterdir() if path.name != store.FOLDER}


def test_no_older_format_stands_beside_a_new_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_build(tmp_path, monkeypatch)
    for name in ("small.pdf", "small.png", "other.pdf"):
        (tmp_path / "build" / name).write_text("before")
    (tmp_path / "build" / "small.html").write_text("changed by hand")
    made = small_build(tmp_path, monkeypatch)
    assert shown(tmp_path / "build") == {"index.html", "small.html", "small.json", "other.pdf"}
    assert {path.name for path in made.files} == {"small.html", "small.json"}


def test_a_report_without_anything_from_the_tables_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = notebook(tmp_path / "n.ipynb", ("markdown", "# Words"))
    monkeypatch.setattr(AtOnce, "executed", executed)
    monkeypatch.setattr(build.workers, "start", AtOnce)
    made = plan.Plan("r", "T", "", "", (plan.Run(tmp_path / "n.ipynb", {}),), ("html",), tmp_path)
    with pytest.raises(LocalgovError, match="r shows nothing from the tables"):
        build.build(made, tmp_path / "build")
    assert shown(tmp_path / "build") == {"index.html", "failures.html"}


def test_clean_removes_only_what_builds_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_build(tmp_path, monkeypatch)
    place = tmp_path / "build"
    mine = {"a.pdf", "a.json", "broken.json", "list.json", "notes.txt", "thesis.html"}
    for name in mine:
        (place / name).write_text("x")
    (place / "a.json").write_text('{"name": "a", "files": ["a.pdf"]}')
    (place / "list.json").write_text("[1]")
    (place / "small.pdf").write_text("of an earlier build")
    for name in (".writing-999999999-abcd_123", ".writing-notes"):
        (place / name).mkdir()
    assert publish.clean(place) == 4
    assert {path.name for path in place.iterdir()} == {*mine, ".writing-notes"}
    assert publish.clean(place) == 0


def test_clean_leaves_an_index_that_no_build_wrote(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>My site</h1>")
    assert publish.clean(tmp_path) == 0
    assert (tmp_path / "index.html").is_file()
    assert publish.clean(tmp_path / "nowhere") == 0


def test_the_index_lists_only_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "build"
    place.mkdir()
    (place / "package.json").write_text('{"name": "package", "title": "Not a report"}')
    (place / "odd.json").write_text("{")
    small_build(tmp_path, monkeypatch, "one")
    small_build(tmp_path, monkeypatch, "two")
    page = (place / "index.html").read_text(encoding="utf-8")
    assert page.count('<article class="card"') == 2
    assert '<a href="one.html">' in page
    assert '<a href="two.html">' in page
    assert "Not a report" not in page
    assert json.loads((place / "one.json").read_text(encoding="utf-8"))["made_by"] == "localgov_history"


def test_the_notebooks_go_to_a_folder_not_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "file"
    target.write_text("x")
    assert cli.main(["notebooks", str(target)]) == 1
    assert capsys.readouterr().err == f"localgov: {target} is a file; expected a new or empty folder\n"
    assert cli.main(["notebooks", str(target / "inside")]) == 1
    assert capsys.readouterr().err == f"localgov: {target / 'inside'}: Not a directory\n"


def test_output_is_utf8_whatever_the_console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    assert cli.main(["report", "clean", "--output", str(tmp_path)]) == 0
    assert [(stream.encoding, stream.errors) for stream in streams] == [("utf-8", "replace")] * 2


@pytest.mark.parametrize("name", ["choreographer.browsers", "IPython.display", "ipykernel", "yaml"])
def test_a_missing_module_of_the_report_extra_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(*given: object) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(charts, "find_browser", missing)
    assert cli.main(["browser"]) == 1
    assert f"{name} is not installed; this command needs the report extra" in capsys.readouterr().err


def test_a_reader_that_has_enough_gets_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "localgov_history.cli", "report", "list"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
