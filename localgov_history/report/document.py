"""Executed notebooks → one document: sections, figures, tables, prose, citations. Numbering happens here.

Both renderers read this model and nothing else, so the HTML and the PDF cannot say different things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from localgov_history import __version__
from localgov_history.display import BLOCK_MIME, PLOTLY_MIME
from localgov_history.errors import LocalgovError
from localgov_history.report import commentary
from localgov_history.report.parameters import NOTEBOOK_ONLY
from localgov_history.report.plan import Plan
from localgov_history.report.theme import Theme
from localgov_history.sources import Source, bibliography, sort_key

# Addresses of the page's own that a heading may not take.
_TAKEN = ("bibliography", "how-this-was-made", "main", "plots", "key-findings")
_TAKEN_FORMS = re.compile(r"(figure|table|source)-")
_MARKS = {"em": "emph", "strong": "strong"}


def is_web(address: str) -> bool:
    """Whether a reader may be sent to this address: only to the web."""
    return re.match(r"https?://", address) is not None


@dataclass(frozen=True)
class Inline:
    """A stretch of text. Its marks are of emph, strong and code, the outermost first."""

    text: str
    marks: tuple[str, ...] = ()
    href: str = ""


@dataclass(frozen=True)
class Heading:
    """A numbered heading; level 1 is a section of the report."""

    level: int
    number: str
    text: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """Prose from a Markdown cell, or a sentence computed from data."""

    inlines: tuple[Inline, ...]
    computed: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A list; each item is a run of inlines. An ordered one counts from `start`."""

    items: tuple[tuple[Inline, ...], ...]
    ordered: bool = False
    start: int = 1


@dataclass(frozen=True)
class Quote:
    """A quotation set apart."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True)
class FigureBlock:
    """A numbered chart."""

    number: int
    title: str
    caption: str
    alt: str
    note: str
    sources: tuple[str, ...]
    csv: str
    plot: dict[str, Any] = field(repr=False, hash=False)

    @property
    def anchor(self) -> str:
        """Its address in a page, also the stem of its files."""
        return f"figure-{self.number}"


@dataclass(frozen=True)
class TableBlock:
    """A numbered table."""

    number: int
    title: str
    caption: str
    note: str
    sources: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()

    @property
    def anchor(self) -> str:
        """Its address in a page."""
        return f"table-{self.number}"


@dataclass(frozen=True)
class CommentBlock:
    """The author's own words, set apart from what is computed."""

    blocks: tuple[Paragraph | Listing | Quote, ...]


Block = Heading | Paragraph | Listing | Quote | FigureBlock | TableBlock | CommentBlock


@dataclass(frozen=True)
class Document:
    """A report, ready to render.

    Attributes
    ----------
    findings : the key findings, which stand on the cover and not again in the body.
    blocks : the body in order.
    sources : exactly the sources whose rows were used.
    data_version, data_date : of the tables read.
    digests : SHA-256 of each table read.
    runs : notebook and parameters of each run.
    given : the parameters that did not come from the definition.
    command : what makes it again.
    """

    name: str
    title: str
    subtitle: str
    description: str
    findings: tuple[str, ...]
    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]
    data_version: str
    data_date: str
    digests: dict[str, str]
    runs: tuple[tuple[str, dict[str, Any]], ...]
    command: str
    given: Mapping[str, Any] = field(default_factory=dict)
    theme: Theme = field(default_factory=Theme)
    package_version: str = __version__

    @property
    def figures(self) -> list[FigureBlock]:
        """The charts in order."""
        return [block for block in self.blocks if isinstance(block, FigureBlock)]

    @property
    def tables(self) -> list[TableBlock]:
        """The tables in order."""
        return [block for block in self.blocks if isinstance(block, TableBlock)]

    @property
    def sections(self) -> list[Heading]:
        """Headings of levels 1 and 2, for the contents."""
        return [block for block in self.blocks if isinstance(block, Heading) and block.level <= 2]


def build(plan: Plan, notebooks: Iterable[Any]) -> Document:
    """One document from the executed notebooks of a plan.

    Raises
    ------
    LocalgovError
        If a notebook shows a figure or a table past `display`, has Markdown the model does not know, or
        skips a heading level.
    """
    builder = _Builder()
    for run, notebook in zip(plan.runs, notebooks, strict=True):
        builder.add(run.notebook.name, notebook)
        builder.values.update({name: str(value) for name, value in run.parameters.items()})
    builder.values |= {"title": plan.title, "data_version": builder.version[0], "data_date": builder.version[1]}
    _comment(builder, plan.commentary)
    return Document(
        name=plan.name,
        title=plan.title,
        subtitle=plan.subtitle,
        description=plan.description,
        findings=tuple(dict.fromkeys(builder.findings)),
        blocks=tuple(builder.blocks),
        sources=tuple(sorted(builder.sources.values(), key=sort_key)),
        data_version=builder.version[0],
        data_date=builder.version[1],
        digests=dict(sorted(builder.digests.items())),
        runs=tuple((run.notebook.stem, run.parameters) for run in plan.runs),
        command=plan.command,
        given=plan.given,
        theme=plan.theme,
    )


def _comment(builder: _Builder, comments: Iterable[commentary.Comment]) -> None:
    """Put the author's words where they belong."""
    for comment in comments:
        headings = [
            (index, block.level, block.text)
            for index, block in enumerate(builder.blocks)
            if isinstance(block, Heading)
        ]
        place = commentary.position(comment, headings, len(builder.blocks))
        builder.blocks.insert(place, _words(comment, builder.values))


def _words(comment: commentary.Comment, values: Mapping[str, str]) -> CommentBlock:
    own = _Builder()
    own._markdown(comment.filled(values), f"{comment.file}, row {comment.line}")
    if own._waiting or any(isinstance(block, Heading) for block in own.blocks):
        raise LocalgovError(f"{comment.file}, row {comment.line}: a heading in commentary; expected words alone")
    return CommentBlock(tuple(block for block in own.blocks if isinstance(block, Paragraph | Listing | Quote)))


def _sentence(title: str) -> str:
    """A title as a sentence of its own."""
    return title if title.endswith((".", "?", "!")) else f"{title}."


class _Builder:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.findings: list[str] = []
        self.sources: dict[str, Source] = {}
        self._shipped = bibliography()
        self.digests: dict[str, str] = {}
        self.version = ("", "")
        self._counts = [0, 0, 0]
        # Headings that nothing stands under as yet; a section without content is left out with its heading.
        self._waiting: list[Heading] = []
        self._deepest = 0
        self._figures = self._tables = 0
        self._anchors = set(_TAKEN)

    def add(self, file: str, notebook: Any) -> None:
        for index, cell in enumerate(notebook.cells, start=1):
            if NOTEBOOK_ONLY in cell.metadata.get("tags", []):
                continue
            where = f"{file}, cell {index}"
            if cell.cell_type == "markdown":
                self._markdown(cell.source, where)
            elif cell.cell_type == "code":
                for output in cell.outputs:
                    self._output(output, where)

    def _output(self, output: Any, where: str) -> None:
        if output.output_type not in ("display_data", "execute_result"):
            return
        block = output.data.get(BLOCK_MIME)
        if block is None:
            raise LocalgovError(
                f"{where}: an output did not come from show() or say(); a report can only print those"
            )
        if block["kind"] == "none":
            return
        if block["kind"] == "values":
            self.values.update(block["values"])
            return
        # A block names a shipped source by its key and carries a user's own, which is in no other catalogue.
        cited = [Source(**item) if isinstance(item, dict) else self._shipped[item] for item in block["sources"]]
        keys = tuple(source.key for source in cited)
        self.sources.update(zip(keys, cited, strict=True))
        self.digests.update(block["reads"])
        self.version = (block["data_version"][0], block["data_version"][1])
        if block.get("finding"):
            self.findings.append(_sentence(block.get("text") or block["title"]))
        if block["kind"] == "sentence":
            if not block["finding"]:
                self._put(Paragraph((Inline(block["text"]),), computed=True, sources=keys))
        elif block["kind"] == "figure":
            self._figures += 1
            self._put(
                FigureBlock(
                    self._figures,
                    block["title"],
                    block["caption"],
                    block["alt"],
                    block["note"],
                    keys,
                    block["csv"],
                    output.data[PLOTLY_MIME],
                )
            )
        else:
            self._tables += 1
            self._put(
                TableBlock(
                    self._tables,
                    block["title"],
                    block["caption"],
                    block["note"],
                    keys,
                    tuple(block["columns"]),
                    tuple(tuple(row) for row in block["rows"]),
                    tuple(block["widths"]),
                )
            )

    def _markdown(self, source: str, where: str) -> None:
        tokens = iter(MarkdownIt("commonmark", {"html": False}).parse(source))
        for token in tokens:
            if token.type == "heading_open":
                inlines = _inlines(_until(tokens, "heading_close"), where)
                self._heading(int(token.tag[1:]), "".join(item.text for item in inlines), where)
            elif token.type == "paragraph_open":
                self._put(Paragraph(_inlines(_until(tokens, "paragraph_close"), where)))
            elif token.type == "bullet_list_open":
                self._put(Listing(_items(_until(tokens, "bullet_list_close"), where)))
            elif token.type == "ordered_list_open":
                items = _items(_until(tokens, "ordered_list_close"), where)
                self._put(Listing(items, ordered=True, start=int(token.attrs.get("start", 1))))
            elif token.type == "blockquote_open":
                self._put(Quote(_inlines(_until(tokens, "blockquote_close"), where)))
            else:
                raise LocalgovError(f"{where}: Markdown of the kind {token.type!r} is not known to reports")

    def _heading(self, level: int, text: str, where: str) -> None:
        if level > 3 or level > self._deepest + 1:
            raise LocalgovError(
                f"{where}: the heading {text!r} is of level {level}; expected at most {min(self._deepest + 1, 3)}"
            )
        self._deepest = level
        self._waiting = [heading for heading in self._waiting if heading.level < level]
        self._waiting.append(Heading(level, "", text, ""))

    def _put(self, block: Block) -> None:
        """Add what is not a heading, with the headings that waited for it."""
        for heading in self._waiting:
            self.blocks.append(self._numbered(heading))
        self._waiting = []
        self.blocks.append(block)

    def _numbered(self, heading: Heading) -> Heading:
        self._counts[heading.level - 1] += 1
        self._counts[heading.level :] = [0] * (3 - heading.level)
        number = ".".join(str(count) for count in self._counts[: heading.level])
        anchor = re.sub(r"[^a-z0-9]+", "-", heading.text.lower()).strip("-") or "section"
        if _TAKEN_FORMS.match(anchor):
            anchor = f"section-{anchor}"
        while anchor in self._anchors:
            anchor += "-2"
        self._anchors.add(anchor)
        return Heading(heading.level, number, heading.text, anchor)


def _until(tokens: Iterator[Token], closing: str) -> list[Token]:
    found: list[Token] = []
    depth = 1
    opening = closing.replace("_close", "_open")
    for token in tokens:
        depth += (token.type == opening) - (token.type == closing)
        if depth == 0:
            break
        found.append(token)
    return found


def _items(tokens: list[Token], where: str) -> tuple[tuple[Inline, ...], ...]:
    stream = iter(tokens)
    return tuple(
        _inlines(_until(stream, "list_item_close"), where) for token in stream if token.type == "list_item_open"
    )


def _inlines(tokens: list[Token], where: str) -> tuple[Inline, ...]:
    """The text of one or more paragraphs on end, or of a heading."""
    found: list[Inline] = []
    for token in tokens:
        if token.type == "inline":
            found += [Inline(" ")] if found else []
            found += _stretches(token.children or [], where)
        elif token.type not in ("paragraph_open", "paragraph_close"):
            kind = token.type.removesuffix("_open")
            raise LocalgovError(
                f"{where}: Markdown of the kind {kind!r} inside a list or a quotation is not known to reports"
            )
    return tuple(found)


def _stretches(children: list[Token], where: str) -> list[Inline]:
    found: list[Inline] = []
    marks: list[str] = []
    href = ""
    for child in children:
        name, _, way = child.type.rpartition("_")
        if name == "link":
            href = str(child.attrs.get("href", "")) if way == "open" else ""
        elif name in _MARKS and way == "open":
            marks.append(_MARKS[name])
        elif name in _MARKS:
            marks.pop()
        elif child.type in ("softbreak", "hardbreak"):
            found.append(Inline(" ", tuple(marks), href))
        elif child.type == "code_inline":
            found.append(Inline(child.content, (*marks, "code"), href))
        elif child.type == "text":
            found.append(Inline(child.content, tuple(marks), href))
        else:
            raise LocalgovError(f"{where}: Markdown of the kind {child.type!r} is not known to reports")
    return [item for item in found if item.text]
