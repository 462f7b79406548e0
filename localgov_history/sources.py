"""The bibliography, and how firmly a set of rows stands: rows used, shares seen, grades of their sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from localgov_history.catalogue import Catalogue, default
from localgov_history.errors import UnknownNameError
from localgov_history.text import counted, listing

if TYPE_CHECKING:
    import pandas as pd

GRADES = ("primary", "official", "scholarly", "reference", "press", "mirror", "memory")
# An address longer than this is not typed from paper; its site is named and the link kept.
LONGEST_ADDRESS = 75
# A line can break at a slash or a hyphen, though not before a digit; a longer piece between them would run out of its column.
LONGEST_PIECE = 34
_STRONG = frozenset(GRADES[:3])


@dataclass(frozen=True, order=True)
class Source:
    """One source as a reader meets it."""

    key: str
    author: str
    title: str
    publisher: str
    year: str
    url: str
    grade: str
    licence: str

    def short(self) -> str:
        """``Chalmers 1883``, or the start of the title where there is no author."""
        name = self.author.split(",")[0].split(";")[0].strip() or " ".join(self.title.split()[:6])
        year = self.year.rstrip("?~%")
        return f"{name} {year}".strip()

    @property
    def link_text(self) -> str:
        """Its address without the scheme where that can be set in a narrow column, else the name of the site."""
        bare = self.url.partition("://")[2].removeprefix("www.")
        if len(bare) <= LONGEST_ADDRESS and max(map(len, re.split(r"[/-](?!\d)", bare))) <= LONGEST_PIECE:
            return bare
        host = urlsplit(self.url).netloc.removeprefix("www.")
        return host if len(host) <= LONGEST_PIECE else f"…{host[-LONGEST_PIECE + 1 :]}"

    def full(self) -> str:
        """The bibliography entry as plain text, without the address."""
        parts = [self.author, f"‘{self.title}’", self.publisher if self.publisher != self.author else ""]
        line = ", ".join(part.strip().rstrip(".,") for part in parts if part)
        year = f", {self.year.rstrip('?~%')}" if self.year else ""
        return f"{line}{year}{', read in a copy' if self.grade == 'mirror' else ''}."


@dataclass(frozen=True)
class Evidence:
    """What a figure, table or sentence rests on.

    Attributes
    ----------
    sources : keys of the sources of the rows used, sorted.
    kinds : each row used (table and key) with how it is known: ``seen``, ``coded`` or ``recalled``.
    codes : columns used that are our coding on some of the rows.
    """

    sources: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[str, ...] = ()

    @classmethod
    def of(cls, *frames: pd.DataFrame, uses: tuple[str, ...] = (), dates: tuple[str, ...] = ()) -> Evidence:
        """The evidence of the rows of one or more loaded frames.

        Parameters
        ----------
        uses : columns that the result depends on; those that are our coding on some row are named under it.
        dates : columns of dates that are shown; a row on which nobody has read one counts as from memory.
        """
        keys: set[str] = set()
        kinds: dict[str, str] = {}
        coded: set[str] = set()
        for frame in frames:
            for cell in frame["source_key"]:
                keys.update(cell)
            for cell in frame["coded_fields"]:
                coded.update(cell)
            for row, known, unread in zip(frame["row"], frame["evidence"], frame["unconfirmed_fields"], strict=True):
                kinds[row] = "recalled" if set(dates) & set(unread) else known
        return cls(tuple(sorted(keys)), kinds, tuple(name for name in uses if name in coded))

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            tuple(sorted({*self.sources, *other.sources})),
            {**self.kinds, **other.kinds},
            tuple(dict.fromkeys([*self.codes, *other.codes])),
        )

    @property
    def rows(self) -> int:
        """How many rows were used; a row used twice counts once."""
        return len(self.kinds)

    @property
    def seen(self) -> int:
        """Rows read in their source."""
        return self._count("seen")

    @property
    def coded(self) -> int:
        """Rows that are a judgement under a written rule."""
        return self._count("coded")

    @property
    def recalled(self) -> int:
        """Rows from memory, or shown with a date that nobody has read."""
        return self._count("recalled")

    def _count(self, known: str) -> int:
        return sum(kind == known for kind in self.kinds.values())

    @property
    def seen_share(self) -> float:
        """Share of rows read in their source, 0 to 1."""
        return self.seen / self.rows if self.rows else 0.0

    def grades(self, catalogue: Catalogue | None = None) -> dict[str, int]:
        """How many of the sources have each grade, best first."""
        book = bibliography(catalogue)
        counts = Counter(book[key].grade for key in self.sources if key in book)
        return {grade: counts[grade] for grade in GRADES if counts[grade]}

    def caution(self, catalogue: Catalogue | None = None) -> str:
        """What stands under a figure: how its rows are known, and which kinds of source they come from."""
        if not self.rows:
            return ""
        parts = [counted(self.rows, "row")]
        kinds = [("read in a source", self.seen), ("coded by rule", self.coded), ("from memory", self.recalled)]
        parts += [f"{count / self.rows:.0%} {name}" for name, count in kinds if count]
        if self.codes:
            parts.append(f"our coding of {listing([code.replace('_', ' ') for code in self.codes])}")
        grades = self.grades(catalogue)
        total = sum(grades.values())
        weak = total - sum(count for grade, count in grades.items() if grade in _STRONG)
        if total and weak * 2 > total:
            parts.append("mostly reference works, press and copies")
        return "; ".join(parts)


def bibliography(catalogue: Catalogue | None = None) -> Mapping[str, Source]:
    """Every source by key."""
    book = catalogue or default()
    rows = book.rows("sources")
    kept = _BIBLIOGRAPHIES.get(book)
    # The catalogue gives the same list until the file changes.
    if kept is None or kept[0] is not rows:
        names = ("source_key", "author", "title", "publisher", "year", "url", "grade", "licence")
        made = MappingProxyType({row["source_key"]: Source(*(row[name] for name in names)) for row in rows})
        kept = _BIBLIOGRAPHIES[book] = (rows, made)
    return kept[1]


_BIBLIOGRAPHIES: WeakKeyDictionary[Catalogue, tuple[list[dict[str, str]], Mapping[str, Source]]] = WeakKeyDictionary()


def resolve(keys: Iterable[str], catalogue: Catalogue | None = None) -> list[Source]:
    """The sources with these keys, sorted for a bibliography; an unknown key raises `UnknownNameError`."""
    book = bibliography(catalogue)
    found = []
    for key in sorted(set(keys)):
        if key not in book:
            raise UnknownNameError("source", key, book)
        found.append(book[key])
    return sorted(found, key=sort_key)


def sort_key(source: Source) -> tuple[str, str, str]:
    """The place of a source in a bibliography: author (or title), year, title."""
    return (source.author or source.title).lower(), source.year, source.title.lower()
