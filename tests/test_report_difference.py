"""What differs between two builds, on pages made by hand and on built documents."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from localgov_history.errors import LocalgovError
from localgov_history.report import difference

PAGE = """<!DOCTYPE html><html><head>
<script type="application/ld+json">{{"@type": "Report", "name": "R", "version": "{version}",
 "isBasedOn": [{{"name": "acts", "identifier": "sha256:{digest}"}}]}}</script></head><body>
<header><section class="findings"><h2 id="key-findings">Key findings</h2><p>{finding}</p></section></header>
<main id="main"><h2 id="a">1&ensp;Boards</h2><p>{sentence}</p>
<div class="table"><p class="title">Table 1. {title}</p><p class="caption">Not compared.</p>
<table><thead><tr><th>Kind</th><th>Number</th></tr></thead>
<tbody><tr><th>School board</th><td>{value}</td></tr><tr><th>School board</th><td>2</td></tr></tbody></table></div>
<figure><p class="title">Figure 1. Drawn</p><figcaption><a href="data:text/csv;base64,{chart}">Data</a>
<details><summary>In words</summary><p>Not compared.</p></details></figcaption></figure>
<ul class="bibliography"><li id="source-x">{source}</li></ul></main></body></html>"""


def page(path: Path, drawn: str = "5", **changed: str) -> Path:
    chart = base64.b64encode(f"year,boards\n1870,{drawn}\n".encode()).decode()
    same = {
        "title": "Counts",
        "version": "1",
        "digest": "0" * 64,
        "finding": "F.",
        "sentence": "S.",
        "value": "1",
        "source": "X, 1900.",
    }
    path.write_text(PAGE.format(chart=chart, **(same | changed)), encoding="utf-8")
    return path


def test_two_builds_that_show_the_same_do_not_differ(tmp_path: Path) -> None:
    found = difference.compare(page(tmp_path / "a.html"), page(tmp_path / "b.html"))
    assert len(found) == 0
    assert found.sentence() == "b.html shows the same as a.html."


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"version": "2"}, "build, data version: 1 → 2"),
        ({"finding": "G."}, "finding, key findings: gone: F."),
        ({"sentence": "T."}, "sentence, text: new: T."),
        ({"title": "Counted"}, "value, Boards, table 1, title: Counts → Counted"),
        ({"value": "7"}, "value, Boards, table 1, School board, Number: 1 → 7"),
        ({"drawn": "9"}, "value, Boards, figure 1, 1870, boards: 5 → 9"),
        ({"source": "X, 1901."}, "source, bibliography, x: X, 1900. → X, 1901."),
    ],
)
def test_what_changed_is_named_with_its_place(tmp_path: Path, changed: dict[str, str], line: str) -> None:
    found = difference.compare(page(tmp_path / "a.html"), page(tmp_path / "b.html", **changed))
    assert line in [item.line() for item in found.differences]
    assert found.to_frame()["what"].nunique() == 1


def test_rows_of_one_name_are_told_apart(tmp_path: Path) -> None:
    read = difference._read(page(tmp_path / "a.html"))
    assert read.values["Boards, table 1"] == {
        "title": "Counts",
        "School board, Number": "1",
        "School board, Number (2)": "2",
    }


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "x.html"
    other.write_text("<p>Hello</p>", encoding="utf-8")
    with pytest.raises(LocalgovError, match="is no report of this kit"):
        difference.compare(other, page(tmp_path / "a.html"))
    with pytest.raises(LocalgovError, match="cannot be read"):
        difference.compare(tmp_path / "missing.html", other)
    other.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LocalgovError, match="not UTF-8"):
        difference.compare(other, page(tmp_path / "a.html"))
