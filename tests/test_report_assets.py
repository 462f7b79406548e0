"""Charts and tables as files of their own, read back by other programs."""

from __future__ import annotations

import csv
import io
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from localgov_history.errors import LocalgovError
from localgov_history.report import assets, document
from test_report_parts import NASTY, from_blocks, sentence, source

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="96" height="48" viewBox="0 0 96 48">'
    b'<rect width="96" height="48" fill="#ff0000"/></svg>'
)


def made(tmp_path: Path) -> document.Document:
    table: dict[str, Any] = sentence("") | {
        "kind": "table", "title": NASTY, "caption": "C", "note": "N", "sources": [source("gough_localis")],
        "columns": ["Kind", "Number"], "rows": [[NASTY, "=1+1"], ["b", "1,234"]], "widths": [2.0, 1.0],
    }  # fmt: skip
    return from_blocks(tmp_path, sentence("It is so."), table, title=NASTY)


def test_a_drawing_becomes_a_picture_of_its_size(tmp_path: Path) -> None:
    picture = assets.png({"figure-1": SVG})["figure-1"]
    assert picture.startswith(b"\x89PNG")
    # 96 by 48 pixels of a screen are one inch by half an inch; a PNG has its size in its header.
    assert struct.unpack(">II", picture[16:24]) == (assets.PIXELS_AN_INCH, assets.PIXELS_AN_INCH // 2)


def test_tables_come_as_csv_and_as_a_workbook_in_which_nothing_is_a_formula(tmp_path: Path) -> None:
    files = assets.files(made(tmp_path), {})
    assert set(files) == {"contents.csv", "tables/table-1.csv", "tables/tables.xlsx"}
    rows = list(csv.reader(io.StringIO(files["tables/table-1.csv"].decode())))
    assert rows == [["Kind", "Number"], [NASTY, "=1+1"], ["b", "1,234"]]
    sheet = openpyxl.load_workbook(io.BytesIO(files["tables/tables.xlsx"]))["Table 1"]
    assert sheet["A1"].value == f"Table 1. {NASTY}"
    assert sheet["A5"].value == "Kind"
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=1+1", "s")


def test_the_same_report_gives_the_same_workbook(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (assets.workbook(made(tmp_path / name)) for name in ("a", "b"))
    assert first == second


def test_word_files_hold_the_text_as_it_is(tmp_path: Path) -> None:
    if shutil.which("pandoc") is None:
        pytest.skip("pandoc is not installed; nothing makes a Word file")
    body = assets.docx(made(tmp_path), {})
    text = zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml").decode()
    assert "alert(1)" in text
    assert "1,234" in text
    assert "It is so." in text


def test_markdown_shows_text_from_data_as_itself(tmp_path: Path) -> None:
    import markdown_it

    shown = (
        markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table").render(assets.markdown(made(tmp_path)))
    )
    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_without_pandoc_a_word_file_is_refused_and_the_way_to_it_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(LocalgovError, match="DOCX needs pandoc"):
        assets.docx(made(tmp_path), {})
