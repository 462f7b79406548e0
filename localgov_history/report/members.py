"""The reports of a batch: one for each value of a list or a table, or for each combination of several."""

from __future__ import annotations

import itertools
import re
import string
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localgov_history import catalogue
from localgov_history.errors import LocalgovError, suggest

_KEYS = ("table", "column", "label")


@dataclass(frozen=True)
class Member:
    """One report of a batch: its parameters, what they are called in a title, and the stem of its files."""

    values: Mapping[str, Any]
    labels: Mapping[str, str]
    slug: str

    @property
    def names(self) -> list[str]:
        """What a user may call it."""
        return [self.slug, *(str(value) for value in self.values.values()), *self.labels.values()]


def of(file: str, for_each: Mapping[str, Any]) -> list[Member]:
    """Every member of a batch; a single one without values where there is no ``for_each``.

    Raises
    ------
    LocalgovError
        If a list or table is wrongly given, or two members would write the same file.
    """
    if not for_each:
        return [Member({}, {}, "")]
    choices = [_choices(file, key, given) for key, given in for_each.items()]
    found = []
    for combination in itertools.product(*choices):
        values = {key: value for key, (value, _) in zip(for_each, combination, strict=True)}
        labels = {key: label for key, (_, label) in zip(for_each, combination, strict=True)}
        found.append(Member(values, labels, "-".join(slug(label) for label in labels.values())))
    taken: dict[str, list[Member]] = defaultdict(list)
    for member in found:
        taken[member.slug].append(member)
    for name, same in taken.items():
        if len(same) > 1:
            both = " and ".join(
                repr(", ".join(str(value) for value in member.values.values())) for member in same[:2]
            )
            raise LocalgovError(f"{file}: {both} would both write {name}; expected different names")
    return found


def filled(text: str, labels: Mapping[str, str]) -> str:
    """A text with the values of a batch where it names them: ``Profile of {area}``.

    Raises
    ------
    LocalgovError
        If it names a value that the batch does not have.
    """
    parts = []
    try:
        for before, name, _, _ in string.Formatter().parse(text):
            parts.append(before)
            if name is None:
                continue
            if name not in labels:
                raise LocalgovError(f"no value is called {name!r}; {suggest(name, labels)}")
            parts.append(labels[name])
    except ValueError as error:
        raise LocalgovError(f"{error}; expected names in pairs of braces, such as {{{next(iter(labels))}}}") from None
    return "".join(parts)


def slug(text: str) -> str:
    """A text as the name of a file: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().replace("&", " and ")
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "unnamed"


def _choices(file: str, key: str, given: Any) -> list[tuple[Any, str]]:
    """The values of a parameter, each with what it is called."""
    where = f"{file}: for_each: {key}"
    if isinstance(given, list):
        if not given or not all(isinstance(item, str | int | float) for item in given):
            raise LocalgovError(f"{where} is {given!s:.60}; expected a list of one text or number or more")
        return [(item, str(item)) for item in given]
    if not isinstance(given, dict) or not {"table", "column"} <= set(given):
        raise LocalgovError(f"{where} is {given!s:.60}; expected a list, or {{table: NAME, column: NAME}}")
    for name in given:
        if name not in _KEYS:
            raise LocalgovError(f"{where}: no key is called {name!r}; {suggest(str(name), _KEYS)}")
    book = catalogue.default()
    table, column = str(given["table"]), str(given["column"])
    label = str(given.get("label", column))
    if table not in book.schemas:
        raise LocalgovError(f"{where}: no table is called {table!r}; {suggest(table, book.schemas)}")
    for name in (column, label):
        if name not in book.schemas[table].columns:
            raise LocalgovError(
                f"{where}: {table} has no column {name!r}; {suggest(name, book.schemas[table].columns)}"
            )
    rows = [(row[column], row[label] or row[column]) for row in book.rows(table) if row[column]]
    return list(dict.fromkeys(rows))
