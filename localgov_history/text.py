"""The one place that escapes text from data for HTML, Typst and Markdown."""

from __future__ import annotations

import html
import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$&])")
_POUNDS = re.compile(r"\bGBP(?: (?=\d))?\b")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def escape_html(text: object) -> str:
    """Text that shows as itself in HTML, in an element or in a quoted attribute."""
    return html.escape(_CONTROL.sub("", str(text)), quote=True)


def escape_typst(text: object) -> str:
    """Text as a Typst string expression; every character shows as itself.

    A string literal has just four special characters, so this is safer than escaping Typst's markup.
    """
    body = _CONTROL.sub("", str(text)).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + body.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "") + '"'


def escape_markdown(text: object) -> str:
    """Text that shows as itself in Markdown, on one line."""
    return _MARKDOWN.sub(r"\\\1", " ".join(_CONTROL.sub("", str(text)).split()))


def escape_script(json_text: str) -> str:
    """JSON that can stand inside an HTML script element without ending it."""
    return json_text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def yes(cell: object) -> bool:
    """Whether a cell of a column of truth values is true; an empty one is not, whatever stands for empty there."""
    return str(cell) == "True"


def listing(items: list[str], last: str = "and") -> str:
    """Items as a reader would list them: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def items(text: str) -> list[str]:
    """What a reader wrote as a list with commas: ``Leeds, Kent``; each item once, in order."""
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def lower(text: str) -> str:
    """A text with a small first letter, to stand inside a sentence."""
    return text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """A text with a capital first letter, to begin a sentence."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun in the right form: ``1 row``, ``1,200 rows``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def pounds(text: str) -> str:
    """The tables' code for sterling as a reader knows it: ``GBP 20.2m`` as ``£20.2m``, ``GBP million`` as ``£ million``."""
    return _POUNDS.sub("£", text)
