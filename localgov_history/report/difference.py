"""What differs between two builds of a report: values, verdicts, sentences, sources, tables read.

Both are read from their HTML files, so that a build of any age can be compared, wherever it was made.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from localgov_history.errors import LocalgovError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("what", "where", "old", "new")
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(frozen=True)
class Difference:
    """One thing that differs; `old` or `new` is empty where it is in one of the two alone."""

    what: str
    where: str
    old: str
    new: str

    def line(self) -> str:
        """The difference as a line of text."""
        if not self.old:
            return f"{self.what}, {self.where}: new: {self.new}"
        if not self.new:
            return f"{self.what}, {self.where}: gone: {self.old}"
        return f"{self.what}, {self.where}: {self.old} → {self.new}"


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that differs between two builds.

    Attributes
    ----------
    old, new : the files.
    differences : in the order of the report; ``what`` is one of build, finding, section, sentence, value, source.
    """

    old: Path
    new: Path
    differences: tuple[Difference, ...]

    def __len__(self) -> int:
        return len(self.differences)

    def to_frame(self) -> pd.DataFrame:
        """One row a difference: what, where, old, new."""
        import pandas as pd

        return pd.DataFrame(
            [[getattr(item, name) for name in COLUMNS] for item in self.differences], columns=list(COLUMNS)
        )

    def sentence(self) -> str:
        """How many things differ, by kind."""
        if not self.differences:
            return f"{self.new.name} shows the same as {self.old.name}."
        number = Counter(item.what for item in self.differences)
        told = ", ".join(f"{what} {count}" for what, count in number.items())
        return f"{len(self.differences)} differences from {self.old} to {self.new}: {told}."

    def summary(self) -> str:
        """The sentence and every difference."""
        return "\n".join([self.sentence(), *(f"  {item.line()}" for item in self.differences)])


def compare(old: Path, new: Path) -> Comparison:
    """Compare two built reports.

    Parameters
    ----------
    old, new : HTML files that `localgov report build` wrote.

    Raises
    ------
    LocalgovError
        If a file cannot be read, or is no such report.
    """
    before, after = _read(old), _read(new)
    found = [
        *_changes("build", before.build, after.build),
        *_added("finding", "key findings", before.findings, after.findings),
        *_added("section", "contents", before.sections, after.sections),
        *_added("sentence", "text", before.sentences, after.sentences),
    ]
    for place in dict.fromkeys([*before.values, *after.values]):
        found += _changes("value", before.values.get(place, {}), after.values.get(place, {}), place)
    found += _changes("source", before.sources, after.sources, "bibliography")
    return Comparison(old, new, tuple(found))


def _changes(what: str, old: dict[str, str], new: dict[str, str], place: str = "") -> list[Difference]:
    """The keys whose values differ."""
    return [
        Difference(what, f"{place}, {key}" if place else key, old.get(key, ""), new.get(key, ""))
        for key in dict.fromkeys([*old, *new])
        if old.get(key, "") != new.get(key, "")
    ]


def _added(what: str, where: str, old: list[str], new: list[str]) -> list[Difference]:
    """What one of two lists has and the other has not."""
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    return [Difference(what, where, text, "") for text in gone] + [Difference(what, where, "", text) for text in come]


@dataclass
class _Page:
    """What a built report shows, in the order of the page."""

    build: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)


def _read(path: Path) -> _Page:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LocalgovError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LocalgovError(f"{path} is not UTF-8 text; expected the HTML file of a built report") from None
    reader = _Reader()
    reader.feed(text)
    if not reader.manifest:
        raise LocalgovError(
            f"{path} is no report of this kit; expected an HTML file that localgov report build wrote"
        )
    page = reader.page
    try:
        about = json.loads(reader.manifest)
    except json.JSONDecodeError:
        raise LocalgovError(f"{path}: the manifest is damaged; expected the HTML file as it was built") from None
    page.build = {
        "title": str(about.get("name", "")),
        "data version": str(about.get("version", "")),
        **{f"table {item['name']}": str(item["identifier"])[:15] for item in about.get("isBasedOn", [])},
        **{f"parameters of {item['name']}": str(item["value"]) for item in about.get("additionalProperty", [])},
        **{str(item["name"]): str(item["version"]) for item in about.get("instrument", [])},
    }
    return page


class _Reader(HTMLParser):
    """Takes from a page what a reader sees of it; charts by the data behind them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = _Page()
        self.manifest = ""
        self._open: list[tuple[str, dict[str, str]]] = []
        self._text: list[str] = []
        self._section = ""
        self._title = ""
        self._heads: list[str] = []
        self._row: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, names))
        if tag in ("p", "li", "th", "td", "h2", "h3", "h4", "h5", "script"):
            self._text = []
        if tag == "tr":
            self._row = []
        if tag == "thead":
            self._heads = []
        if tag == "a" and names.get("href", "").startswith("data:text/csv;base64,"):
            self._chart(names["href"].partition(",")[2])

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        inside = [name for name, _ in self._open]
        if tag not in inside:
            return
        while True:
            name, names = self._open.pop()
            if name == tag:
                break
        text = " ".join("".join(self._text).split())
        kinds = names.get("class", "").split()
        if tag == "script" and names.get("type") == "application/ld+json":
            self.manifest = "".join(self._text)
        elif tag == "p" and "title" in kinds:
            self._put_title(text)
        elif tag == "p" and any("findings" in each.get("class", "").split() for _, each in self._open):
            self.page.findings.append(text)
        elif tag == "p" and "main" in inside and not kinds and "figure" not in inside and "details" not in inside:
            self.page.sentences.append(text)
        elif tag in ("h2", "h3", "h4", "h5") and "main" in inside:
            # The number moves when a section is put in before it; the heading does not.
            self._section = text.partition(" ")[2] if text[:1].isdigit() else text
            self.page.sections.append(self._section)
        elif tag in ("th", "td"):
            self._row.append(text)
        elif tag == "tr":
            self._put_row("thead" in inside)
        elif tag == "li" and names.get("id", "").startswith("source-"):
            self.page.sources[unquote(names["id"].removeprefix("source-"))] = text

    def _put_title(self, text: str) -> None:
        # A title says a finding and may change, so a table or chart is known by its place in the section.
        kind, (_, _, title) = text.split(" ", 1)[0].lower(), text.partition(". ")
        number = 1 + sum(place.startswith(f"{self._section}, {kind} ") for place in self.page.values)
        self._title = f"{self._section}, {kind} {number}"
        self.page.values[self._title] = {"title": title}

    def _put_row(self, head: bool) -> None:
        if head:
            self._heads = self._row
            return
        cells = self.page.values.setdefault(self._title, {})
        for column, value in zip(self._heads[1:], self._row[1:], strict=False):
            cells[self._free(cells, f"{self._row[0]}, {column}")] = value

    def _chart(self, encoded: str) -> None:
        rows = list(csv.reader(io.StringIO(base64.b64decode(encoded).decode("utf-8"))))
        cells = self.page.values.setdefault(self._title, {})
        for row in rows[1:]:
            for column, value in zip(rows[0][1:], row[1:], strict=False):
                cells[self._free(cells, f"{row[0]}, {column}")] = value

    @staticmethod
    def _free(taken: dict[str, str], name: str) -> str:
        """The name, with a number where a row of that name stands already."""
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        return free
