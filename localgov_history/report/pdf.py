"""The document as PDF, set by Typst: tagged, with text alternatives (PDF/UA-1 checked by the compiler)."""

from __future__ import annotations

import itertools
import json
import re
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from localgov_history import dates
from localgov_history._resources import folder
from localgov_history.errors import LocalgovError
from localgov_history.report import document as model
from localgov_history.report.manifest import how_made, manifest
from localgov_history.text import counted
from localgov_history.text import escape_typst as quoted

TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = "manifest.json"
_THUMBNAIL_PPI = 40
# Characters of a sentence that takes at most three lines of print.
_SHORT = 240


def render(
    document: model.Document, charts: Mapping[str, bytes], scratch_in: Path | None = None
) -> tuple[bytes, bytes]:
    """A PDF and a small PNG of its cover.

    Parameters
    ----------
    charts : the SVG of every figure, by its anchor.
    scratch_in : where the compiler's folder is made; the system's place for such folders if not given.

    Raises
    ------
    LocalgovError
        If a chart is missing or the compiler refuses the document.
    """
    import typst

    missing = [figure.anchor for figure in document.figures if figure.anchor not in charts]
    if missing:
        raise LocalgovError(f"no drawing of {', '.join(missing)}; expected one for each figure")
    with tempfile.TemporaryDirectory(prefix="localgov-", dir=scratch_in) as scratch:
        root = Path(scratch)
        (root / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        (root / "theme.typ").write_text(document.theme.typst(), encoding="utf-8")
        own_fonts = root / "fonts"
        own_fonts.mkdir()
        for path in document.theme.fonts:
            (own_fonts / path.name).write_bytes(path.read_bytes())
        if document.theme.logo:
            (root / f"logo{document.theme.logo.suffix.lower()}").write_bytes(document.theme.logo.read_bytes())
        for name, svg in charts.items():
            (root / f"{name}.svg").write_bytes(document.theme.svg(svg))
        main = root / "main.typ"
        main.write_text(source(document), encoding="utf-8")
        (root / MANIFEST).write_text(json.dumps(manifest(document), ensure_ascii=False, indent=1), encoding="utf-8")
        try:
            # One compiler: what it has set for the PDF it need not set again for the picture.
            compiler = typst.Compiler(
                str(main), root=scratch, font_paths=[str(folder("fonts")), str(own_fonts)], ignore_system_fonts=True
            )
            # The time in the file is that of the tables: the same inputs give the same bytes on any day.
            made = datetime.combine(date.fromisoformat(document.data_date), time(), UTC)
            pdf: Any = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=made)
            # Only the cover is set again: to draw all pages and keep the first would take as long as the PDF.
            cover = root / "cover.typ"
            cover.write_text(_cover(document), encoding="utf-8")
            pages: Any = compiler.compile(str(cover), format="png", ppi=_THUMBNAIL_PPI)
        except typst.TypstError as error:
            raise LocalgovError(f"Typst refused the report {document.name!r}: {error}") from None
    return pdf, pages[0] if isinstance(pages, list) else pages


def attached(body: bytes) -> bytes:
    """The manifest attached to a PDF that `render` made; empty where there is none."""
    for found in re.finditer(
        rb"(?s)/Type/EmbeddedFile/Filter/FlateDecode/Subtype/application#2Fjson.*?stream\r?\n", body
    ):
        with suppress(zlib.error):
            return zlib.decompressobj().decompress(body[found.end() :])
    return b""


def source(document: model.Document) -> str:
    """The document as Typst: calls to the template's functions, every text a string."""
    day = date.fromisoformat(document.data_date)
    lines = [
        _cover(document),
        f"#set document(date: datetime(year: {day.year}, month: {day.month}, day: {day.day}))",
        f'#pdf.attach("{MANIFEST}", relationship: "source", mime-type: "application/json", '
        'description: "What this report was made from")',
        "#contents()",
    ]
    lines += [
        _block(block, followed_by=after)
        for block, after in itertools.zip_longest(document.blocks, document.blocks[1:])
    ]
    lines += [f"#made(({''.join(quoted(text) + ',' for text in how_made(document))}))"]
    entries = "".join(
        f"#entry({quoted(item.full())}, {quoted(item.url if model.is_web(item.url) else '')}, "
        f"{quoted(_host(item.url))})\n"
        for item in document.sources
    )
    lines += [f"#bibliography-of({quoted(bibliography_note(document))})[\n{entries}]"]
    return "\n\n".join(lines) + "\n"


def _cover(document: model.Document) -> str:
    """What a report begins with; by itself it is a document of one page."""
    dated = dates.parse(document.data_date).readable()
    dated += f" · {document.theme.words['data_version']} {document.data_version}"
    return (
        '#import "report.typ": *\n\n'
        f"#show: report.with(title: {quoted(document.title)}, subtitle: {quoted(document.subtitle)}, "
        f"dated: {quoted(dated)}, description: {quoted(document.description)}, "
        f"findings: ({''.join(quoted(item) + ',' for item in document.findings)}))"
    )


def _host(url: str) -> str:
    """Where an address leads, short enough for a narrow column; the whole of it is behind the link."""
    return urlsplit(url).netloc.removeprefix("www.")


def bibliography_note(document: model.Document) -> str:
    """How many sources there are, above their list."""
    return f"The {counted(len(document.sources), 'source')} whose rows were used in this report, and no others."


def _block(block: model.Block, followed_by: model.Block | None) -> str:
    if isinstance(block, model.Heading):
        return _heading(block.level, f"{block.number}  {block.text}")
    if isinstance(block, model.Paragraph):
        # A short sentence that leads to a chart, a table or a further computed sentence stays on its page: a claim
        # with its verdict. After a long one the page may end, or half of it would stay empty.
        shown = isinstance(followed_by, model.FigureBlock | model.TableBlock)
        said = isinstance(followed_by, model.Paragraph) and block.computed and followed_by.computed
        short = sum(len(item.text) for item in block.inlines) <= _SHORT
        return f"#block(sticky: {'true' if short and (shown or said) else 'false'})[{_inlines(block.inlines)}]"
    if isinstance(block, model.Listing):
        items = "".join(f"[{_inlines(item)}]," for item in block.items)
        return f"#enum(start: {block.start}, {items})" if block.ordered else f"#list({items})"
    if isinstance(block, model.Quote):
        return f"#quoted[{_inlines(block.inlines)}]"
    if isinstance(block, model.CommentBlock):
        return f"#comment[{' '.join(_block(each, None) for each in block.blocks)}]"
    if isinstance(block, model.FigureBlock):
        return (
            f"#chart(number: {quoted(block.number)}, title: {quoted(block.title)}, "
            f'path: "{block.anchor}.svg", alt: {quoted(block.alt)}, '
            f"caption: {quoted(block.caption)}, note: {quoted(block.note)})"
        )
    heads = "".join(f"{quoted(name)}," for name in block.columns)
    rows = "".join(f"({''.join(quoted(cell) + ',' for cell in row)})," for row in block.rows)
    widths = "".join(f"{width:g}fr," for width in block.widths or (1.0,) * len(block.columns))
    return (
        f"#grid-of(number: {quoted(block.number)}, title: {quoted(block.title)}, "
        f"caption: {quoted(block.caption)}, note: {quoted(block.note)}, "
        f"widths: ({widths}), heads: ({heads}), rows: ({rows}))"
    )


def _heading(level: int, text: str) -> str:
    return f"#heading(level: {level}, {quoted(text)})"


def _inlines(inlines: tuple[model.Inline, ...]) -> str:
    calls = {"emph": "emph", "strong": "strong", "code": "raw"}
    parts = []
    for href, stretch in itertools.groupby(inlines, key=lambda item: item.href):
        text = ""
        for item in stretch:
            inner = quoted(item.text)
            for mark in reversed(item.marks):
                inner = f"{calls[mark]}({inner})"
            text += f"#{inner};"
        parts.append(f"#link({quoted(href)})[{text}];" if model.is_web(href) else text)
    return "".join(parts)
