"""What changed between two versions of the tables: rows added, corrected, withdrawn; values before and after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localgov_history.catalogue import Catalogue
from localgov_history.schema import key_of
from localgov_history.text import counted, escape_markdown, listing

if TYPE_CHECKING:
    import pandas as pd

# A table with more corrected cells than this is summed up in the log; `compare` gives them all.
MOST_LISTED = 40


@dataclass(frozen=True)
class TableChange:
    """The difference between two versions of one table.

    Attributes
    ----------
    table : its name.
    rows : rows in the newer version; 0 where the table was withdrawn.
    new : True where the older version has no such table.
    added, withdrawn : keys of rows.
    corrected : one entry a cell: key, column, value before, value after.
    columns_added, columns_withdrawn : names of columns.
    """

    table: str
    rows: int
    new: bool
    added: tuple[str, ...]
    withdrawn: tuple[str, ...]
    corrected: tuple[tuple[str, str, str, str], ...]
    columns_added: tuple[str, ...] = ()
    columns_withdrawn: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(
            self.new or self.added or self.withdrawn or self.corrected or self.columns_added or self.columns_withdrawn
        )


def compare(old: Catalogue, new: Catalogue | None = None) -> list[TableChange]:
    """The differences between two versions, table by table.

    Parameters
    ----------
    old : the earlier version, e.g. ``Catalogue(base=Path("datasets of 0.1.0"))``.
    new : the later one; the shipped tables if not given.
    """
    later = new or Catalogue()
    return [_compared(name, old, later) for name in dict.fromkeys([*later.schemas, *old.schemas])]


def to_frame(changes: list[TableChange]) -> pd.DataFrame:
    """Every change, one row each: ``table``, ``key``, ``change``, ``column``, ``before``, ``after``."""
    import pandas as pd

    records: list[tuple[str, ...]] = []
    for item in changes:
        records += [(item.table, key, "added", "", "", "") for key in item.added]
        records += [(item.table, key, "withdrawn", "", "", "") for key in item.withdrawn]
        records += [(item.table, key, "corrected", *cell) for key, *cell in item.corrected]
    return pd.DataFrame(records, columns=["table", "key", "change", "column", "before", "after"])


def section(changes: list[TableChange], version: str, date: str, before: str, prints: dict[str, str]) -> str:
    """One version's part of the change log, as Markdown.

    Parameters
    ----------
    version, date, before : of the newer version, and the number of the older.
    prints : fingerprint of each table's file at the newer version.
    """
    touched = [item for item in changes if item]
    lines = [f"## {version} ({date})", "", f"Against {before}: {counted(len(touched), 'table')} changed."]
    for item in touched:
        lines += ["", f"### `{item.table}`", ""]
        if item.new:
            lines.append(f"New, with {counted(item.rows, 'row')}.")
            continue
        told = [
            counted(len(keys), f"row {word}", f"rows {word}")
            for keys, word in ((item.added, "added"), (item.withdrawn, "withdrawn"))
            if keys
        ]
        cells, rows = len(item.corrected), len({key for key, *_ in item.corrected})
        if cells:
            told.append(f"{counted(cells, 'cell')} corrected in {counted(rows, 'row')}")
        lines.append(f"{listing(told).capitalize() or 'Columns changed'}.")
        for names, word in ((item.columns_added, "New columns"), (item.columns_withdrawn, "Columns withdrawn")):
            if names:
                lines += ["", f"{word}: {listing([f'`{name}`' for name in names])}."]
        lines += _listed(item)
    lines += [
        "",
        "Fingerprints (SHA-256, first 12 digits): " + ", ".join(f"{k} {v}" for k, v in prints.items()) + ".",
    ]
    return "\n".join(lines) + "\n"


def fingerprints(catalogue: Catalogue | None = None) -> dict[str, str]:
    """The first 12 digits of the SHA-256 of each table's file."""
    book = catalogue or Catalogue()
    return {
        name: hashlib.sha256((book.base / table.path).read_bytes()).hexdigest()[:12]
        for name, table in sorted(book.schemas.items())
        if (book.base / table.path).exists()
    }


def log(before: str, new_section: str) -> str:
    """The change log with a section put first; one of the same version is replaced.

    Parameters
    ----------
    before : the log as it is, or an empty text.
    """
    head = "# What changed in the tables\n\nThis page is made by `localgov data changes`: the newest version first.\n"
    title = new_section.splitlines()[0].split(" (")[0]
    kept = [part for part in before.split("\n## ")[1:] if f"## {part}".split(" (")[0] != title]
    return "\n".join([head, new_section, *[f"## {part}" for part in kept]]).rstrip() + "\n"


def _compared(name: str, old: Catalogue, new: Catalogue) -> TableChange:
    if name not in new.schemas:
        keys = tuple(" / ".join(key_of(old.schemas[name], row)) for row in old.rows(name))
        return TableChange(name, 0, False, (), keys, ())
    table = new.schemas[name]
    after = {" / ".join(key_of(table, row)): row for row in new.rows(name)}
    if name not in old.schemas:
        return TableChange(name, len(after), True, (), (), ())
    was = old.schemas[name]
    before = {" / ".join(key_of(was, row)): row for row in old.rows(name)}
    shared = [column for column in table.columns if column in was.columns]
    corrected = [
        (key, column, before[key][column], row[column])
        for key, row in after.items()
        if key in before
        for column in shared
        if before[key][column] != row[column]
    ]
    return TableChange(
        table=name,
        rows=len(after),
        new=False,
        added=tuple(key for key in after if key not in before),
        withdrawn=tuple(key for key in before if key not in after),
        corrected=tuple(corrected),
        columns_added=tuple(column for column in table.columns if column not in was.columns),
        columns_withdrawn=tuple(column for column in was.columns if column not in table.columns),
    )


def _listed(item: TableChange) -> list[str]:
    lines = []
    for keys, word in ((item.added, "Added"), (item.withdrawn, "Withdrawn")):
        if keys:
            more = f" and {len(keys) - MOST_LISTED} more" if len(keys) > MOST_LISTED else ""
            lines += ["", f"{word}: {', '.join(f'`{key}`' for key in keys[:MOST_LISTED])}{more}."]
    if item.corrected:
        lines += ["", "| row | column | before | after |", "|---|---|---|---|"]
        for key, column, was, now in item.corrected[:MOST_LISTED]:
            lines.append(f"| `{key}` | {column} | {_cell(was)} | {_cell(now)} |")
        if len(item.corrected) > MOST_LISTED:
            lines.append(f"| … | | {len(item.corrected) - MOST_LISTED} more cells | |")
    return lines


def _cell(text: str) -> str:
    short = text if len(text) <= 80 else text[:79] + "…"
    return escape_markdown(short) if short else "–"
