"""What a table must look like (Table Schema, as written in ``datapackage.json``) and whether a file does."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localgov_history import dates
from localgov_history.errors import LocalgovError, nearest

LIST_DELIMITER = ";"
EVIDENCE = ("seen", "coded", "recalled")
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in one file: where it is, what stands there, what was expected."""

    file: str
    message: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        place = self.file
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", {self.column}"
        return f"{place}: {self.message}"


class TableError(LocalgovError, ValueError):
    """One or more faults in a table; `problems` holds them all."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        shown = "\n".join(str(problem) for problem in problems[:20])
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        super().__init__(shown + more)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.problems,))


@dataclass(frozen=True)
class Field:
    """One column of a table, from its Table Schema entry."""

    name: str
    type: str
    description: str
    format: str = ""
    year_kind: str = ""
    unit: str = ""
    delimiter: str = LIST_DELIMITER
    required: bool = False
    choices: tuple[str, ...] = ()
    minimum: float | None = None

    @property
    def is_date(self) -> bool:
        """True for a column of EDTF dates or financial years."""
        return self.format in ("edtf", "financial_year")

    def fault(self, text: str) -> str:
        """What is wrong with a non-empty cell, or an empty string."""
        if self.type == "integer" and not _INTEGER.fullmatch(text):
            return f"{text!r} is not a whole number; expected digits only, e.g. 15000"
        if self.type == "number" and not _NUMBER.fullmatch(text):
            return f"{text!r} is not a number; expected digits and a point, e.g. 1234.5"
        if self.minimum is not None and float(text) < self.minimum:
            return f"{text} is below the least allowed value, {self.minimum:g}"
        if self.type == "boolean" and text not in ("true", "false"):
            return f"{text!r} is not a truth value; expected true or false"
        if self.is_date:
            try:
                self.date(text)
            except dates.DateError as error:
                return str(error)
        if self.choices:
            for item in self.items(text):
                if item not in self.choices:
                    close = nearest(item, self.choices, 1)
                    hint = f"; did you mean {close[0]}?" if close else ""
                    return f"{item!r} is not allowed; expected {', '.join(self.choices)}{hint}"
        return ""

    def items(self, text: str) -> list[str]:
        """The members of a list cell, or the cell itself."""
        return text.split(self.delimiter) if self.type == "list" else [text]

    def date(self, text: str) -> dates.HistoricalDate:
        """Read a date cell in this column's notation."""
        if self.format == "financial_year":
            return dates.parse_financial_year(text)
        return dates.parse(text)


@dataclass(frozen=True)
class Reference:
    """A column whose values must be keys of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True)
class TableSchema:
    """A table's columns, key and references, with what a reader should know about it."""

    name: str
    title: str
    description: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    references: tuple[Reference, ...]
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Column names in file order."""
        return [column.name for column in self.fields]

    def column(self, name: str) -> Field:
        """The column called `name`."""
        return next(column for column in self.fields if column.name == name)

    @classmethod
    def from_resource(cls, resource: dict[str, Any]) -> TableSchema:
        """Read one entry of ``resources`` in a data package descriptor."""
        schema = resource["schema"]
        fields = []
        for entry in schema["fields"]:
            limits = entry.get("constraints", {})
            fields.append(
                Field(
                    name=entry["name"],
                    type=entry.get("type", "string"),
                    description=entry.get("description", ""),
                    format=entry.get("format", ""),
                    year_kind=entry.get("year_kind", ""),
                    unit=entry.get("unit", ""),
                    delimiter=entry.get("delimiter", LIST_DELIMITER),
                    required=limits.get("required", False),
                    choices=tuple(limits.get("enum", ())),
                    minimum=limits.get("minimum"),
                )
            )
        key = schema.get("primaryKey", [])
        references = tuple(
            Reference(item["fields"], item["reference"]["resource"], item["reference"]["fields"])
            for item in schema.get("foreignKeys", [])
        )
        return cls(
            name=resource["name"],
            title=resource.get("title", resource["name"]),
            description=resource.get("description", ""),
            path=resource["path"],
            fields=tuple(fields),
            primary_key=tuple([key] if isinstance(key, str) else key),
            references=references,
            info={key: value for key, value in resource.items() if key not in ("schema",)},
        )


def read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a CSV file as text.

    Returns the header and the rows, each a mapping of column to text.

    Raises
    ------
    TableError
        If the file is not UTF-8, not comma-separated, or a row has too few or too many cells.
    """
    raw = path.read_bytes()
    try:
        text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise TableError(
            [Problem(path.name, "not UTF-8 text; expected UTF-8 (in Excel: Save as, CSV UTF-8)", line)]
        ) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if len(header) == 1 and header[0].count(";") >= 2:
            raise TableError([Problem(path.name, "separated by semicolons; expected commas", 1)])
        rows, problems = [], []
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                problems.append(Problem(path.name, f"{len(cells)} cells; expected {len(header)}", reader.line_num))
                continue
            rows.append(dict(zip(header, cells, strict=True)) | {"": str(reader.line_num)})
    except csv.Error as error:
        raise TableError([Problem(path.name, f"not readable as CSV: {error}", reader.line_num)]) from None
    if problems:
        raise TableError(problems)
    return header, rows


def check_columns(schema: TableSchema, file: str, header: list[str], partial: bool = False) -> list[Problem]:
    """Missing, unknown and repeated columns. With `partial`, only the key must be there."""
    problems = []
    needed = schema.primary_key if partial else schema.columns
    for name in needed:
        if name not in header:
            problems.append(Problem(file, f"the column {name!r} is missing", 1))
    for name in header:
        if name not in schema.columns:
            close = nearest(name, schema.columns, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            problems.append(Problem(file, f"the column {name!r} is not one of this table{hint}", 1))
        if header.count(name) > 1:
            problems.append(Problem(file, f"the column {name!r} stands more than once", 1))
    return list(dict.fromkeys(problems))


def check_rows(schema: TableSchema, file: str, rows: Iterable[dict[str, str]]) -> Iterator[Problem]:
    """Faults within a table: types, required cells, allowed values, keys, evidence."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        line = int(row[""])
        for column in schema.fields:
            text = row.get(column.name, "")
            if text != text.strip():
                yield Problem(file, f"{text!r} has blanks at an end", line, column.name)
            elif not text:
                if column.required:
                    yield Problem(file, "empty; a value is required", line, column.name)
            elif fault := column.fault(text):
                yield Problem(file, fault, line, column.name)
        for column_list in ("unconfirmed_fields", "coded_fields"):
            for name in filter(None, row.get(column_list, "").split(LIST_DELIMITER)):
                if name not in schema.columns:
                    close = nearest(name, schema.columns, 1)
                    hint = f"; did you mean {close[0]}?" if close else ""
                    yield Problem(file, f"{name!r} is not a column of this table{hint}", line, column_list)
        key = tuple(row.get(name, "") for name in schema.primary_key)
        if key in seen:
            yield Problem(
                file, f"{', '.join(key)} is already the key of row {seen[key]}", line, schema.primary_key[0]
            )
        seen.setdefault(key, line)


def check_references(
    schema: TableSchema, file: str, rows: Iterable[dict[str, str]], keys: dict[str, set[str]]
) -> Iterator[Problem]:
    """Values that name no row of the table they refer to. `keys` maps ``table.column`` to its values."""
    rows = list(rows)
    for reference in schema.references:
        known = keys.get(f"{reference.table}.{reference.key}", set())
        column = schema.column(reference.column)
        for row in rows:
            for item in filter(None, column.items(row.get(reference.column, ""))):
                if item not in known:
                    close = nearest(item, known, 1)
                    hint = f"; did you mean {close[0]}?" if close else ""
                    yield Problem(
                        file,
                        f"{item!r} is not in {reference.table}; expected one of its keys{hint}",
                        int(row[""]),
                        reference.column,
                    )
