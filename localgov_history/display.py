"""What a notebook calls: ``show(figure)``, ``show(table)``, ``say(sentence)``.

Each puts a readable form on the page of JupyterLab and, beside it, a block that the report path reads, so that a
notebook, the HTML and the PDF say the same.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localgov_history import figures
from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import LocalgovError, NotEnoughDataError
from localgov_history.sources import Evidence, bibliography, resolve
from localgov_history.text import capital, escape_html, pounds

if TYPE_CHECKING:
    import pandas as pd

BLOCK_MIME = "application/vnd.localgov-history.block+json"
PLOTLY_MIME = "application/vnd.plotly.v1+json"


@dataclass(frozen=True)
class Table:
    """A table and all that a reader needs with it.

    Attributes
    ----------
    frame : what is shown; its index is the row heading. Cells are shown as text.
    title : what the table is, or its finding.
    caption : units, and what was left out.
    evidence : the rows it rests on.
    widths : relative widths of the columns in print, the row heading first; equal if empty.
    """

    frame: pd.DataFrame
    title: str
    caption: str
    evidence: Evidence
    widths: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.caption.strip():
            raise LocalgovError("a table has no title or caption; expected a sentence for each")
        if not self.evidence.sources:
            raise NotEnoughDataError(f"no row with a source stands behind the table {self.title!r}")
        if self.widths and len(self.widths) != len(self.columns()):
            raise LocalgovError(
                f"the table {self.title!r} has {len(self.widths)} widths; expected {len(self.columns())}, "
                "one for each column and one for the row heading"
            )

    def columns(self) -> list[str]:
        """Headings, the row heading's first."""
        return [str(self.frame.index.name or ""), *[str(name) for name in self.frame.columns]]

    def cells(self) -> list[list[str]]:
        """The rows as text, the row heading first."""
        return [
            [_cell(index), *[_cell(value) for value in row]]
            for index, row in zip(self.frame.index, self.frame.itertuples(index=False), strict=True)
        ]

    def fingerprint(self) -> str:
        """A short text that changes when the table does."""
        body = json.dumps([self.title, self.caption, self.columns(), self.cells(), self.evidence.sources])
        digest = hashlib.sha256(body.encode()).hexdigest()[:16]
        return f"Table: {self.title} [{len(self.frame)} rows, {self.evidence.rows} rows used, {digest}]"


@dataclass(frozen=True)
class Missing:
    """What stands in the place of a figure or table that there is not enough data for.

    Attributes
    ----------
    sentence : why it is missing.
    left_out : True for what a report leaves out; the sentence is then for the notebook's reader alone.
    """

    sentence: str
    left_out: bool = False


def show(item: figures.Figure | Table | Missing, catalogue: Catalogue | None = None, finding: bool = False) -> None:
    """Show a figure or a table with its title, caption, text alternative and sources.

    Parameters
    ----------
    item : what to show; of what is missing, the sentence that says why.
    finding : list its title among the key findings on a report's cover.

    Raises
    ------
    LocalgovError
        If `item` is neither.
    """
    book = catalogue or default()
    if isinstance(item, figures.Figure):
        _show_figure(item, finding, book)
    elif isinstance(item, Table):
        _show_table(item, finding, book)
    elif isinstance(item, Missing) and item.left_out:
        _publish(None, item.sentence, f"<p style='max-width:44em'><i>{escape_html(item.sentence)}</i></p>", book)
    elif isinstance(item, Missing):
        say(item.sentence, catalogue=book)
    else:
        raise LocalgovError(
            f"cannot show a {type(item).__name__}; expected a Figure from localgov_history.figures or a Table"
        )


def say(
    sentence: str, finding: bool = False, evidence: Evidence | None = None, catalogue: Catalogue | None = None
) -> None:
    """Say a sentence computed from data, as a paragraph.

    Parameters
    ----------
    sentence : plain text; it is shown as it is, never read as markup.
    finding : list it among the key findings on a report's cover.
    evidence : the rows it rests on, where no figure or table beside it says so; its sources are cited.
    """
    if not sentence.strip():
        raise LocalgovError("nothing to say; expected a sentence")
    book = catalogue or default()
    block = {
        "kind": "sentence",
        "text": sentence,
        "finding": finding,
        **_provenance(evidence or Evidence(), book),
    }
    style = "border-left:4px solid #14304f;padding-left:0.8em" if finding else ""
    _publish(
        block,
        sentence,
        f"<p style='max-width:44em;font-size:1.05em;{style}'>{escape_html(sentence)}</p>",
        book,
    )


def name_values(**values: object) -> None:
    """Name values that the author of a report may use in commentary, as ``{name}``; a notebook shows nothing of it."""
    from IPython.display import display

    block = {"kind": "values", "values": {name: str(value) for name, value in values.items()}}
    display({"text/plain": "", BLOCK_MIME: block}, raw=True)


def show_sources(catalogue: Catalogue | None = None) -> None:
    """List in full the sources of everything shown so far: the last cell of a notebook."""
    book = catalogue or default()
    cited = resolve(book.cited, book)
    items = "".join(f"<li>{escape_html(source.full())} {_link(source.url)}</li>" for source in cited)
    plain = f"{len(cited)} sources, with their licences in the table sources"
    # Some addresses are longer than a page is wide.
    _publish(None, plain, f"<p>{escape_html(plain)}:</p><ul style='word-wrap:break-word'>{items}</ul>", book)


def _link(url: str) -> str:
    """A link to a web address, or nothing."""
    if not url.startswith(("https://", "http://")):
        return ""
    return f"<a href='{escape_html(url)}'>{escape_html(url)}</a>"


def _show_figure(figure: figures.Figure, finding: bool, book: Catalogue) -> None:
    from IPython.display import display

    note = source_note(figure.evidence, book)
    _publish(
        None,
        figure.title,
        f"<h4 style='margin:1em 0 0;max-width:680px;line-height:1.25'>{escape_html(figure.title)}</h4>",
        book,
    )
    block = {
        "kind": "figure",
        "title": figure.title,
        **_marked(finding),
        "caption": figure.caption,
        "alt": figure.alt,
        "note": note,
        "csv": figure.data.to_csv(index=False, lineterminator="\n"),
        **_provenance(figure.evidence, book),
    }
    display(
        {
            "text/plain": figure.fingerprint(),
            PLOTLY_MIME: _plotly_json(figure),
            BLOCK_MIME: block,
        },
        raw=True,
    )
    _publish(
        None,
        f"{figure.caption} {note}",
        f"<div style='max-width:680px;font-size:0.92em'><p style='margin:0'>{escape_html(figure.caption)}</p>"
        f"<details><summary>What the chart shows, in words</summary>{escape_html(figure.alt)}</details>"
        f"{_sources_html(note, figure.evidence, book)}</div>",
        book,
    )


def _plotly_json(figure: figures.Figure) -> dict[str, Any]:
    """The figure as JSON, with the bundled font named first and the mode bar kept small."""
    body: dict[str, Any] = json.loads(figure.plot.to_json())
    body["config"] = {
        "displaylogo": False,
        "responsive": False,
        "modeBarButtonsToRemove": ["lasso2d", "select2d"],
    }
    return body


def _show_table(table: Table, finding: bool, book: Catalogue) -> None:
    note = source_note(table.evidence, book)
    block = {
        "kind": "table",
        "title": table.title,
        **_marked(finding),
        "caption": table.caption,
        "note": note,
        "columns": table.columns(),
        "rows": table.cells(),
        "widths": list(table.widths),
        **_provenance(table.evidence, book),
    }
    plain = table.frame.map(_cell).to_string()
    _publish(block, f"{table.fingerprint()}\n{plain}", _table_html(table, note, book), book)


def _marked(finding: bool) -> dict[str, bool]:
    return {"finding": True} if finding else {}


def _provenance(evidence: Evidence, book: Catalogue) -> dict[str, Any]:
    """Where a block comes from: its sources, by key or, where they are a user's own, in full; and the tables read."""
    book.cited.update(evidence.sources)
    shipped = bibliography()
    cited = [
        source.key if shipped.get(source.key) == source else dataclasses.asdict(source)
        for source in resolve(evidence.sources, book)
    ]
    return {"sources": cited, "reads": book.reads(), "data_version": [book.version, book.version_date]}


def _table_html(table: Table, note: str, book: Catalogue) -> str:
    left = "style='text-align:left;vertical-align:top'"
    heads = "".join(f"<th scope='col' {left}>{escape_html(name)}</th>" for name in table.columns())
    rows = "".join(
        f"<tr><th scope='row' {left}>{escape_html(row[0])}</th>"
        + "".join(f"<td {left}>{escape_html(value)}</td>" for value in row[1:])
        + "</tr>"
        for row in table.cells()
    )
    return (
        f"<table><caption {left}><b>{escape_html(table.title)}</b></caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f"<div style='max-width:680px;font-size:0.92em'><p style='margin:0'>{escape_html(table.caption)}</p>"
        f"{_sources_html(note, table.evidence, book)}</div>"
    )


def source_note(evidence: Evidence, catalogue: Catalogue | None = None) -> str:
    """The line under a figure: how many sources of which grades, and how the rows are known."""
    book = catalogue or default()
    grades = ", ".join(f"{count} {grade}" for grade, count in evidence.grades(book).items())
    number = len(evidence.sources)
    overlay = f" With the user’s tables in {book.overlay.name}." if book.overlay else ""
    caution = evidence.caution(book)
    return (
        f"{number} {'source' if number == 1 else 'sources'} ({grades})."
        + (f" {capital(caution)}." if caution else "")
        + overlay
    )


def _sources_html(note: str, evidence: Evidence, book: Catalogue) -> str:
    cited = "; ".join(escape_html(source.short()) for source in resolve(evidence.sources, book))
    return f"<details><summary>Sources: {escape_html(note)}</summary>{cited}</details>"


def _publish(block: dict[str, Any] | None, plain: str, html: str, book: Catalogue) -> None:
    from IPython.display import display

    bundle: dict[str, Any] = {"text/plain": plain, "text/html": html}
    # A block of kind "none" tells the report path that the figure's own block already says this.
    bundle[BLOCK_MIME] = block or {"kind": "none"}
    display(bundle, raw=True)


def _cell(value: object) -> str:
    """A table cell as text: numbers with separators, lists with commas, pounds as £, nothing for what is missing."""
    import pandas as pd

    if isinstance(value, tuple | list):
        return ", ".join(pounds(str(item)) for item in value)
    if pd.isna(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return pounds(str(value))
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() or math.isinf(number) else f"{number:,.2f}"
