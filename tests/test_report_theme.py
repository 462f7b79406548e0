"""A theme changes the look and nothing else; commentary stands where its author put it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest

from localgov_history import figures
from localgov_history.display import BLOCK_MIME
from localgov_history.errors import LocalgovError
from localgov_history.report import commentary, document, html, keys, lines, pdf, plan, theme
from test_report_parts import notebook, sentence


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_part_of_a_theme_is_as_it_always_is(tmp_path: Path) -> None:
    made = theme.load(write(tmp_path / "t.yaml", "colours: {accent: '#AA0000'}\nwords: {figure: Chart}\n"))
    assert made.colours == theme.COLOURS | {"accent": "#aa0000"}
    assert made.words == theme.WORDS | {"figure": "Chart"}
    assert made.family == figures.FONT
    assert theme.Theme().css() == ""


def test_charts_take_the_colours_of_the_theme_one_for_one(tmp_path: Path) -> None:
    first, second = figures.COLOURS[:2]
    # The first colour becomes the second of the house: it must not be replaced again.
    made = theme.load(write(tmp_path / "t.yaml", f"charts: ['{second}', '#00ff00']\n"))
    plot = {"data": [{"marker": {"color": [first, second]}}], "layout": {"font": {"family": figures.FONT}}}
    assert made.plot(plot)["data"][0]["marker"]["color"] == [second, "#00ff00"]
    assert made.plot(plot)["layout"] == plot["layout"]
    assert theme.Theme().plot(plot) is plot


def test_a_theme_s_font_is_in_page_print_and_charts(tmp_path: Path) -> None:
    (tmp_path / "mine.ttf").write_bytes(b"\x00\x01")
    made = theme.load(write(tmp_path / "t.yaml", 'font: {family: My "Face, files: [mine.ttf]}\n'.replace('"', "")))
    assert '"My Face"' in made.css()
    assert "AAE=" in made.css()
    assert '#let family = "My Face"' in made.typst()
    assert json.dumps(made.plot({"layout": {"font": {"family": figures.FONT}}})).count("My Face") == 1
    assert made.files == (tmp_path / "mine.ttf",)


def test_words_of_a_theme_cannot_break_out_of_the_printed_report(tmp_path: Path) -> None:
    made = theme.load(write(tmp_path / "t.yaml", "words: {figure: '\") #eval(1) (\"'}\ncover: ['#x']\n"))
    assert r"figure: \"" not in made.typst()
    assert r'figure: "\") #eval(1) (\""' in made.typst()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colours:\n  acent: '#000000'\n", "t.yaml, row 2: no key is called 'acent'; .*accent"),
        ("colours: {accent: red}\n", "row 1: 'red' is no colour; expected e.g. '#14304f'"),
        ("charts: ['#000000', blue]\n", "row 1: 'blue' is no colour"),
        ("logo: missing.svg\n", "row 1: no file missing.svg beside t.yaml"),
        ("logo: logo.gif\n", "row 1: logo.gif is of no kind that can be used; expected .svg or .png"),
        ("\nfont: {family: X}\n", "row 2: expected both a family and the list of its files"),
        ("language: english\n", "row 1: 'english' is no language"),
        ("word: {}\n", "row 1: no key is called 'word'; .*words"),
        ("- a\n", "t.yaml: expected keys and values at the top"),
        ("colours: [1\n", "t.yaml, row 2: not YAML"),
    ],
)
def test_a_fault_in_a_theme_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        theme.load(write(tmp_path / "t.yaml", text))


def comments(tmp_path: Path, text: str) -> tuple[commentary.Comment, ...]:
    body, where = lines.read(write(tmp_path / "r.yaml", text))
    return commentary.read("r.yaml", body["commentary"], where)


def test_named_values_stand_in_commentary_as_themselves(tmp_path: Path) -> None:
    (made,) = comments(tmp_path, "commentary:\n  - section: Boards\n    text: Of *{area}* there are {n}.\n")
    assert made.filled({"area": "Bath & [x](y)", "n": "3"}) == r"Of *Bath \& \[x\]\(y\)* there are 3."


def test_an_unknown_name_in_commentary_is_named_with_its_line(tmp_path: Path) -> None:
    text = "title: T\ncommentary:\n  - section: Boards\n    text: |\n      One.\n\n      {verdict_P77}\n"
    (made,) = comments(tmp_path, text)
    with pytest.raises(LocalgovError, match=re.escape("r.yaml, row 7: no value is called 'verdict_P77'")):
        made.filled({"verdict_P7": "x"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("commentary: yes\n", "row 1: expected a list of comments"),
        ("commentary:\n  - section: A\n", "row 2: expected 'section: HEADING' and 'text: WORDS'"),
        ("commentary:\n  - text: A\n    plce: end\n", "row 3: no key is called 'plce'; .*place"),
        ("commentary:\n  - text: A\n    place: top\n", "row 3: 'top' is no place"),
    ],
)
def test_a_fault_in_commentary_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(LocalgovError, match=said):
        comments(tmp_path, text)


def test_words_stand_at_the_start_or_the_end_of_their_section() -> None:
    headings = [(0, 1, "One"), (3, 2, "Boards"), (5, 3, "Deeper"), (8, 2, "Councils")]

    def at(section: str, place: str) -> int:
        return commentary.position(commentary.Comment(section, place, "x", "r.yaml", 1), headings, 10)

    assert at("Boards", "start") == 4
    assert at("Boards", "end") == 8
    assert at("Councils", "end") == 10
    assert at("", "end") == 1
    with pytest.raises(LocalgovError, match=r"r.yaml, row 1: no section is headed 'Bords'; .*Boards"):
        at("Bords", "end")


LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#00f"/></svg>'
)


def report(tmp_path: Path, definition: str) -> document.Document:
    """A document of one notebook with the look and the comments of a definition."""
    source = notebook(
        tmp_path / "n.ipynb", ("markdown", "# Boards"), ("code", "say()"), ("markdown", "# Councils\n\nX.")
    )
    source.cells[2].outputs = [nbformat.v4.new_output("display_data", data={BLOCK_MIME: sentence("It is so.")})]
    named = {"kind": "values", "values": {"boards": "1,234 & more"}}
    source.cells[2].outputs.append(nbformat.v4.new_output("display_data", data={BLOCK_MIME: named}))
    write(tmp_path / "r.yaml", f"title: T\nnotebooks: [n]\n{definition}")
    return document.build(plan.plan("r", place=tmp_path, notebooks=tmp_path), [source])


def test_commentary_stands_in_its_section_as_the_author_s(tmp_path: Path) -> None:
    made = report(tmp_path, "commentary:\n  - section: Boards\n    text: There were **{boards}** of them.\n")
    kinds = [type(block).__name__ for block in made.blocks]
    assert kinds == ["Heading", "Paragraph", "CommentBlock", "Heading", "Paragraph"]
    page = html.render(made)
    assert "<strong>1,234 &amp; more</strong>" in page
    assert "The author’s comment" in page
    assert pdf.render(made, {})[0].startswith(b"%PDF")


def test_commentary_cannot_hold_a_heading(tmp_path: Path) -> None:
    with pytest.raises(LocalgovError, match=r"r.yaml, row 6: a heading in commentary"):
        report(tmp_path, "commentary:\n  - section: Boards\n    text: |\n      # Mine\n")


def test_a_theme_shows_in_page_and_print_and_the_print_stays_accessible(tmp_path: Path) -> None:
    write(tmp_path / "logo.svg", LOGO)
    write(tmp_path / "look.yaml", "colours: {accent: '#5b2a86'}\nlogo: logo.svg\ncover: [For <you>]\nlanguage: cy\n")
    made = report(tmp_path, "theme: look.yaml\n")
    page = html.render(made)
    assert '<html lang="cy">' in page
    assert "--accent:#5b2a86" in page
    assert "For &lt;you&gt;" in page
    assert 'src="data:image/svg+xml;base64,' in page
    # The compiler checks the print against PDF/UA-1.
    assert pdf.render(made, {})[0].startswith(b"%PDF")


def test_a_theme_that_changes_makes_the_rendering_new_and_no_run(tmp_path: Path) -> None:
    first = write(tmp_path / "look.yaml", "colours: {accent: '#5b2a86'}\n")
    notebook(tmp_path / "n.ipynb", ("markdown", "# Boards"), ("code", "say()"))
    write(tmp_path / "r.yaml", "title: T\nnotebooks: [n]\ntheme: look.yaml\n")

    def of() -> tuple[dict[str, str], dict[str, str]]:
        made = plan.plan("r", place=tmp_path, notebooks=tmp_path)
        return keys.of_run(made.runs[0], {}), keys.of_rendering(made, ["k"], {}, False, "")

    before = of()
    write(first, "colours: {accent: '#000000'}\n")
    after = of()
    assert before[0] == after[0]
    assert [name for name in after[1] if before[1][name] != after[1][name]] == ["theme"]
    assert keys.changed(before[1], after[1])[0].startswith("theme changed")


def test_an_unknown_theme_is_named_with_the_file(tmp_path: Path) -> None:
    write(tmp_path / "r.yaml", "title: T\nnotebooks: [n]\ntheme: missing.yaml\n")
    notebook(tmp_path / "n.ipynb", ("markdown", "# Boards"))
    with pytest.raises(LocalgovError, match=r"missing.yaml cannot be read"):
        plan.plan("r", place=tmp_path, notebooks=tmp_path)


def test_drawn_charts_take_the_colours_too() -> None:
    made = theme.Theme(charts=("#00ff00",))
    red, green, blue = (int(figures.COLOURS[0][at : at + 2], 16) for at in (1, 3, 5))
    assert made.svg(f'<path style="fill: rgb({red}, {green}, {blue})"/>'.encode()) == b'<path style="fill: #00ff00"/>'
    assert theme.Theme().svg(b"<svg/>") == b"<svg/>"
