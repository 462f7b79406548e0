"""An author's own words in a report: Markdown, with named values, in the section that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localgov_history.errors import LocalgovError, suggest
from localgov_history.report.lines import Where
from localgov_history.text import escape_markdown as marked

_NAME = re.compile(r"\{([^{}\n]*)\}")
_KEYS = ("section", "place", "text")
PLACES = ("start", "end")


@dataclass(frozen=True)
class Comment:
    """Words of the author.

    Attributes
    ----------
    section : heading of the section they stand in, as it is shown; empty for the opening of the report.
    place : at the ``start`` or the ``end`` of the section.
    text : Markdown, with ``{name}`` for a named value.
    file, line : where they were written.
    """

    section: str
    place: str
    text: str
    file: str
    line: int

    def filled(self, values: Mapping[str, str]) -> str:
        """The Markdown with its values in place, each shown as itself.

        Raises
        ------
        LocalgovError
            If a name is not among the values: naming the file, the line and the nearest.
        """

        def value(found: re.Match[str]) -> str:
            name = found[1].strip()
            if name not in values:
                line = self.line + self.text[: found.start()].count("\n")
                raise LocalgovError(f"{self.file}, row {line}: no value is called {name!r}; {suggest(name, values)}")
            return marked(values[name])

        return _NAME.sub(value, self.text)


def read(file: str, items: Any, where: Where) -> tuple[Comment, ...]:
    """The comments of a definition.

    Parameters
    ----------
    items : what stands under ``commentary``.
    where : the lines of the definition, from `lines.read`.

    Raises
    ------
    LocalgovError
        If an item is not of the form.
    """
    if not isinstance(items, list):
        raise LocalgovError(f"{file}, row {where[('commentary',)]}: expected a list of comments, each with a text")
    made = []
    for place, item in enumerate(items):
        line = where["commentary", place]
        if not isinstance(item, dict) or not str(item.get("text") or "").strip():
            raise LocalgovError(f"{file}, row {line}: expected 'section: HEADING' and 'text: WORDS'")
        for key in item:
            if key not in _KEYS:
                raise LocalgovError(
                    f"{file}, row {where['commentary', place, key]}: no key is called {key!r}; {suggest(str(key), _KEYS)}"
                )
        side = str(item.get("place") or "end")
        if side not in PLACES:
            raise LocalgovError(
                f"{file}, row {where['commentary', place, 'place']}: {side!r} is no place; {suggest(side, PLACES)}"
            )
        # Text after a bar begins on the line below its key.
        text = str(item["text"])
        first = where["commentary", place, "text"] + ("\n" in text)
        made.append(Comment(str(item.get("section") or ""), side, text, file, first))
    return tuple(made)


def position(comment: Comment, headings: Sequence[tuple[int, int, str]], blocks: int) -> int:
    """Before which block the words stand.

    Parameters
    ----------
    headings : of the document: index of the block, level, text.
    blocks : how many blocks the document has.

    Raises
    ------
    LocalgovError
        If no section has that heading: naming the nearest.
    """
    if not comment.section:
        return headings[0][0] + 1 if headings else 0
    for place, (index, level, text) in enumerate(headings):
        if text == comment.section:
            if comment.place == "start":
                return index + 1
            ends = [other for other, depth, _ in headings[place + 1 :] if depth <= level]
            return ends[0] if ends else blocks
    names = [text for _, _, text in headings]
    raise LocalgovError(
        f"{comment.file}, row {comment.line}: no section is headed {comment.section!r}; {suggest(comment.section, names)}"
    )
