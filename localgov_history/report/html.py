"""The document as one HTML file that works offline, with charts a reader can point at and zoom."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from localgov_history.report import document as model
from localgov_history.report.charts import font_css
from localgov_history.report.manifest import how_made, manifest
from localgov_history.report.pdf import TEMPLATES, bibliography_note
from localgov_history.report.theme import Theme
from localgov_history.text import escape_html as esc
from localgov_history.text import escape_script


def render(document: model.Document, shared: str = "") -> str:
    """The whole page as text.

    Parameters
    ----------
    shared : where `assets` are, seen from the page, such as ``assets/``; empty to put all into the page.
    """
    page = environment().get_template("report.html.j2")
    script, style = (f"{shared}{name}" for name in asset_names()) if shared else ("", "")
    text = page.render(
        document=document,
        body=Markup("\n".join(_block(block, document.theme) for block in document.blocks)),
        contents=document.sections,
        how_made=how_made(document),
        bibliography_note=bibliography_note(document),
        style_file=style,
        plotly_file=script,
        font_css="" if shared else Markup(font_css()),
        plotly=_SCRIPT_HERE if document.figures and not shared else "",
        figures=Markup(_figures_json(document)),
        words=document.theme.words,
        language=document.theme.language,
        theme_css=Markup(document.theme.css()),
        logo=document.theme.logo_address(),
        cover=document.theme.cover,
        manifest=Markup(escape_script(json.dumps(manifest(document), ensure_ascii=False))),
    )
    # Millions of letters that need no escaping are not sent through the template.
    head, mark, tail = text.partition(_SCRIPT_HERE)
    return f"{head}{plotly_script()}{tail}" if mark else text


# No text of a report has a null character: neither CSV nor HTML allows it.
_SCRIPT_HERE = "\0plotly.js\0"


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates, with escaping on."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.tests["web"] = model.is_web
    return made


@lru_cache(maxsize=1)
def assets() -> dict[str, bytes]:
    """plotly.js and the style with its fonts, for many pages to share, under names that change with what they hold."""
    style = font_css() + (TEMPLATES / "style.css").read_text(encoding="utf-8")
    found = {}
    for stem, end, text in (("plotly", "js", plotly_script()), ("style", "css", style)):
        body = text.encode()
        found[f"{stem}-{hashlib.sha256(body).hexdigest()[:12]}.{end}"] = body
    return found


def asset_names() -> tuple[str, str]:
    """The names of plotly.js and of the style."""
    script, style = assets()
    return script, style


@lru_cache(maxsize=1)
def plotly_script() -> str:
    """plotly.js as it came with the installed plotly."""
    import plotly

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return path.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _figures_json(document: model.Document) -> str:
    plots = {
        figure.anchor: {part: themed[part] for part in ("data", "layout")}
        for figure in document.figures
        for themed in [document.theme.plot(figure.plot)]
    }
    return escape_script(json.dumps(plots))


def _block(block: model.Block, theme: Theme) -> str:
    if isinstance(block, model.Heading):
        level = block.level + 1
        return f'<h{level} id="{block.anchor}">{block.number}&ensp;{esc(block.text)}</h{level}>'
    if isinstance(block, model.Paragraph):
        return f"<p>{_inlines(block.inlines)}</p>"
    if isinstance(block, model.Listing):
        items = "".join(f"<li>{_inlines(item)}</li>" for item in block.items)
        return f'<ol start="{block.start}">{items}</ol>' if block.ordered else f"<ul>{items}</ul>"
    if isinstance(block, model.Quote):
        return f"<blockquote><p>{_inlines(block.inlines)}</p></blockquote>"
    if isinstance(block, model.CommentBlock):
        inner = "".join(_block(each, theme) for each in block.blocks)
        return f'<aside class="comment"><p class="by">{esc(theme.words["comment"])}</p>{inner}</aside>'
    if isinstance(block, model.FigureBlock):
        return _figure(block, theme)
    return _table(block, theme)


def _figure(block: model.FigureBlock, theme: Theme) -> str:
    layout = block.plot["layout"]
    data = base64.b64encode(block.csv.encode()).decode()
    return (
        f'<figure id="{block.anchor}" aria-labelledby="{block.anchor}-title">'
        f'<p class="title" id="{block.anchor}-title">{esc(theme.words["figure"])} {block.number}. {esc(block.title)}</p>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Chart {block.number}, scrollable">'
        f'<div class="chart" role="img" aria-label="{esc(block.alt)}" '
        f'style="width:{int(layout["width"])}px;height:{int(layout["height"])}px"></div></div>'
        f"<figcaption>{esc(block.caption)}"
        f'<span class="sources">{esc(theme.words["sources"])}: {esc(block.note)}</span>'
        f'<span class="tools"><a download="{block.anchor}.csv" href="data:text/csv;base64,{data}">'
        f"Data of figure {block.number} (CSV)</a></span>"
        f"<details><summary>{esc(theme.words['in_words'])}</summary><p>{esc(block.alt)}</p></details>"
        f"{_cited(block.sources)}</figcaption></figure>"
    )


def _table(block: model.TableBlock, theme: Theme) -> str:
    heads = "".join(f'<th scope="col">{esc(name)}</th>' for name in block.columns)
    rows = "".join(
        f'<tr><th scope="row">{esc(row[0])}</th>{"".join(f"<td>{esc(cell)}</td>" for cell in row[1:])}</tr>'
        for row in block.rows
    )
    widths = block.widths or (1.0,) * len(block.columns)
    columns = "".join(f'<col style="width:{100 * width / sum(widths):.1f}%">' for width in widths)
    return (
        f'<div class="table" id="{block.anchor}">'
        f'<p class="title" id="{block.anchor}-title">{esc(theme.words["table"])} {block.number}. {esc(block.title)}</p>'
        f'<p class="caption">{esc(block.caption)}</p>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Table {block.number}, scrollable">'
        f'<table aria-labelledby="{block.anchor}-title"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="sources">{esc(theme.words["sources"])}: {esc(block.note)}</p>{_cited(block.sources)}</div>'
    )


def _cited(keys: tuple[str, ...]) -> str:
    links = ", ".join(f'<a href="#source-{quote(key)}">{esc(key.replace("_", " "))}</a>' for key in keys)
    return f"<details><summary>The {len(keys)} sources</summary><p>{links}</p></details>"


def _inlines(inlines: tuple[model.Inline, ...]) -> str:
    tags = {"emph": "em", "strong": "strong", "code": "code"}
    parts = []
    for href, stretch in itertools.groupby(inlines, key=lambda item: item.href):
        text = ""
        for item in stretch:
            inner = esc(item.text)
            for mark in reversed(item.marks):
                inner = f"<{tags[mark]}>{inner}</{tags[mark]}>"
            text += inner
        parts.append(f'<a href="{esc(href)}">{text}</a>' if model.is_web(href) else text)
    return "".join(parts)
