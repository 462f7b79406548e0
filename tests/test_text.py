"""Escaping: whatever stands in the data shows as itself and does nothing; and how words are put."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from localgov_history import text

anything = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=60)
NASTY = '<script>alert(1)</script> #eval("x") $x$ *b* _i_ `c` [l](u) @r \\ " \' & ~ {{ j }} =cmd|x'


class Reader(HTMLParser):
    """Collects text, and tags if any got through."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []  # type: ignore[var-annotated]

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@given(anything)
def test_html_shows_the_text_and_makes_no_tags(body: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{text.escape_html(body)}">{text.escape_html(body)}</p>')
    reader.close()
    assert reader.text == body
    assert reader.tags == ["p"]


@given(anything)
@settings(max_examples=60, deadline=None)
def test_markdown_shows_the_text_and_makes_no_markup(body: str) -> None:
    tokens = MarkdownIt("commonmark").parseInline(text.escape_markdown("x" + body))
    kinds = {child.type for token in tokens for child in token.children or []}
    assert kinds <= {"text", "text_special"}
    shown = "".join(child.content for token in tokens for child in token.children or [])
    assert shown == " ".join(("x" + body).split())


def test_typst_evaluates_a_string_to_the_same_text() -> None:
    for body in (NASTY, 'a "quoted" \\n word', "line\nbreak\ttab", '#import "x": *'):
        program = f"#metadata({text.escape_typst(body)}) <m>"
        found = json.loads(typst.query(program.encode(), "<m>", field="value", one=True))
        assert found == body


def test_json_cannot_end_its_script_element() -> None:
    body = json.dumps({"x": "</script><script>alert(1)</script>"})
    assert "</script" not in text.escape_script(body)
    assert json.loads(text.escape_script(body)) == json.loads(body)


def test_lists_and_counts_read_as_words() -> None:
    assert text.listing(["a", "b", "c"]) == "a, b and c"
    assert text.listing([]) == ""
    assert text.counted(1, "body", "bodies") == "1 body"
    assert text.counted(1200, "row") == "1,200 rows"


def test_sterling_reads_as_pounds() -> None:
    said = "A grant of GBP 20.2m, then GBP 2bn; in GBP million (GBP a year), GBPX"
    assert text.pounds(said) == "A grant of £20.2m, then £2bn; in £ million (£ a year), GBPX"
