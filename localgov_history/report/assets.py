"""What a report shows, as files of their own: charts as SVG and PNG, tables as CSV and XLSX, the text as DOCX."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from pathlib import Path

from localgov_history._resources import folder
from localgov_history.errors import LocalgovError
from localgov_history.report import document as model
from localgov_history.text import escape_markdown as marked

# Of the PNG files: twice the resolution of a screen, enough for a slide or a printed page.
PIXELS_AN_INCH = 192
SECONDS_FOR_PANDOC = 120
# What Excel takes as the longest text of a cell.
LONGEST_CELL = 32_767


def files(document: model.Document, drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every figure as SVG, PNG and the CSV of what it draws, every table as CSV, all tables as one workbook.

    Parameters
    ----------
    drawn : the SVG of every figure, by its anchor.

    Returns
    -------
    File names, with their folders, and contents.

    Raises
    ------
    LocalgovError
        If the library for Excel files is not installed.
    """
    made: dict[str, bytes] = {"contents.csv": _contents(document)}
    drawn = {name: document.theme.svg(svg) for name, svg in drawn.items()}
    for figure in document.figures:
        made[f"figures/{figure.anchor}.svg"] = drawn[figure.anchor]
        made[f"figures/{figure.anchor}.csv"] = figure.csv.encode()
    pictures = png({figure.anchor: drawn[figure.anchor] for figure in document.figures})
    made |= {f"figures/{name}.png": body for name, body in pictures.items()}
    for table in document.tables:
        made[f"tables/{table.anchor}.csv"] = _csv(table.columns, table.rows)
    if document.tables:
        made["tables/tables.xlsx"] = workbook(document)
    return made


def png(drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """Drawings as PNG, in the bundled font."""
    import typst

    made = {}
    with tempfile.TemporaryDirectory(prefix="localgov-") as scratch:
        for name, svg in drawn.items():
            (Path(scratch) / "drawing.svg").write_bytes(svg)
            main = Path(scratch) / "main.typ"
            main.write_text(
                '#set page(width: auto, height: auto, margin: 0pt)\n#image("drawing.svg")\n', encoding="utf-8"
            )
            pages = typst.compile(
                str(main),
                format="png",
                root=scratch,
                font_paths=[str(folder("fonts"))],
                ignore_system_fonts=True,
                ppi=PIXELS_AN_INCH,
            )
            made[name] = pages[0] if isinstance(pages, list) else pages
    return made


def _contents(document: model.Document) -> bytes:
    """What is in the folder: every figure and table with title, caption and sources."""
    rows = [
        (block.anchor, block.title, block.caption, block.note)
        for block in document.blocks
        if isinstance(block, model.FigureBlock | model.TableBlock)
    ]
    return _csv(("file", "title", "caption", "sources"), rows)


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def workbook(document: model.Document) -> bytes:
    """All tables of a report as one Excel workbook, a sheet a table, with title, caption and sources.

    Raises
    ------
    LocalgovError
        If the library that writes Excel files is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise LocalgovError("tables as XLSX need the export extra: pip install 'localgov-history[export]'") from None
    body = io.BytesIO()
    # Text that looks like a formula or an address stays text.
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(body, plain) as book:
        day = datetime.combine(datetime.fromisoformat(document.data_date), time())
        book.set_properties({"title": document.title, "created": day})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for table in document.tables:
            sheet = book.add_worksheet(f"Table {table.number}")
            lines = [f"Table {table.number}. {table.title}", table.caption, f"Sources: {table.note}"]
            for row, line in enumerate(lines):
                sheet.write_string(row, 0, line[:LONGEST_CELL], bold if row == 0 else None)
            for column, name in enumerate(table.columns):
                sheet.write_string(len(lines) + 1, column, name, bold)
                sheet.set_column(column, column, 12 * (table.widths[column] if table.widths else 2))
            for row, cells in enumerate(table.rows, start=len(lines) + 2):
                for column, cell in enumerate(cells):
                    sheet.write_string(row, column, cell[:LONGEST_CELL], wrapped)
    return body.getvalue()


def docx(document: model.Document, drawn: Mapping[str, bytes]) -> bytes:
    """The report as a Word file, made by pandoc.

    Raises
    ------
    LocalgovError
        If pandoc is not there, or fails.
    """
    program = shutil.which("pandoc")
    if program is None:
        raise LocalgovError(
            "DOCX needs pandoc, and none was found; on Debian or Ubuntu 'apt-get install pandoc'. HTML and PDF need none"
        )
    with tempfile.TemporaryDirectory(prefix="localgov-") as scratch:
        for name, body in png(
            {figure.anchor: document.theme.svg(drawn[figure.anchor]) for figure in document.figures}
        ).items():
            (Path(scratch) / f"{name}.png").write_bytes(body)
        (Path(scratch) / "report.md").write_text(markdown(document), encoding="utf-8")
        try:
            done = subprocess.run(
                [
                    program,
                    "--from=commonmark+pipe_tables",
                    "--to=docx",
                    "--toc",
                    f"--metadata=title:{document.title}",
                    f"--metadata=subtitle:{document.subtitle}",
                    "--output=report.docx",
                    "report.md",
                ],
                cwd=scratch,
                capture_output=True,
                text=True,
                timeout=SECONDS_FOR_PANDOC,
            )
        except subprocess.TimeoutExpired:
            raise LocalgovError(f"pandoc did not end within {SECONDS_FOR_PANDOC} s; no DOCX was written") from None
        if done.returncode:
            raise LocalgovError(f"pandoc refused {document.name}: {' '.join(done.stderr.split())}")
        return (Path(scratch) / "report.docx").read_bytes()


def markdown(document: model.Document) -> str:
    """The report as Markdown, with each chart as a picture beside the file; all text escaped."""
    lines = []
    if document.findings:
        lines += ["# Key findings", ""]
        lines += [f"{_line(item)}\n" for item in document.findings]
    for block in document.blocks:
        lines += [_block(block), ""]
    lines += ["# Bibliography", ""]
    lines += [f"{_line(source.full())} {_line(source.url)}\n" for source in document.sources]
    return "\n".join(lines)


def _block(block: model.Block) -> str:
    if isinstance(block, model.Heading):
        return f"{'#' * block.level} {block.number} {_line(block.text)}"
    if isinstance(block, model.Paragraph):
        return _inlines(block.inlines)
    if isinstance(block, model.Listing):
        return "\n".join(
            f"{f'{number}.' if block.ordered else '-'} {_inlines(item)}"
            for number, item in enumerate(block.items, start=block.start)
        )
    if isinstance(block, model.Quote):
        return f"> {_inlines(block.inlines)}"
    if isinstance(block, model.FigureBlock):
        return (
            f"**Figure {block.number}. {_line(block.title)}**\n\n![{_line(block.alt)}]({block.anchor}.png)\\\n\n"
            f"{_line(block.caption)} Sources: {_line(block.note)}"
        )
    if isinstance(block, model.CommentBlock):
        return "\n\n".join(f"> {_block(each)}" for each in block.blocks)
    rows = [block.columns, ("---",) * len(block.columns), *block.rows]
    cells = "\n".join(
        "| " + " | ".join(cell if index == 1 else _line(cell) for cell in row) + " |"
        for index, row in enumerate(rows)
    )
    return (
        f"**Table {block.number}. {_line(block.title)}**\n\n{_line(block.caption)}\n\n{cells}\n\n"
        f"Sources: {_line(block.note)}"
    )


def _inlines(inlines: tuple[model.Inline, ...]) -> str:
    signs = {"emph": "*", "strong": "**", "code": "`"}
    parts = []
    for item in inlines:
        text = item.text if "code" in item.marks else _line(item.text)
        for mark in reversed(item.marks):
            text = f"{signs[mark]}{text}{signs[mark]}"
        parts.append(f"[{text}]({item.href})" if model.is_web(item.href) else text)
    return "".join(parts)


def _line(text: str) -> str:
    """Text as Markdown that shows as itself, on one line."""
    return marked(" ".join(text.split()))
