"""What a table must look like (Table Schema, as written in ``datapackage.json``) and whether a file does."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from localgov_history import dates
from localgov_history.errors import LocalgovError, nearest

DESCRIPTOR = "datapackage.json"
LIST_DELIMITER = ";"
EVIDENCE = ("seen", "coded", "recalled")
# A file of this size is not a table of cited facts; reading it would fill the memory of a small machine.
LARGEST_FILE = 100_000_000
_MOST_HINTS = 20
# What a row cannot be without, read or not.
_NEVER_UNREAD = ("source_key", "evidence", "preferred", "unconfirmed_fields", "coded_fields")
# No line of headings is longer than this many characters.
LONGEST_HEADER = 20_000
_INTEGER = re.compile(r"[+-]?\d+")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Many texts at once, one a line; eighteen digits fit in 64 bits whatever they are.
_NUMBERS = {
    "integer": re.compile(r"[+-]?\d{1,18}(\n[+-]?\d{1,18})*"),
    "number": re.compile(r"[+-]?\d{1,15}(\.\d{0,15})?(\n[+-]?\d{1,15}(\.\d{0,15})?)*"),
}
# What a spreadsheet would run: an equals or at sign, or a plus or minus before a name or a bracket.
_FORMULA = re.compile(r"[=@\t]|[+-](?=[A-Za-z(=@+-])")
_TYPES = ("string", "integer", "number", "boolean", "list")
# "default" is what Table Schema tools write where a column has no format of its own.
_FORMATS = ("", "default", "edtf", "financial_year")
_LARGEST = 2**63 - 1
_KINDS: dict[type, str] = {str: "a text", list: "a list", dict: "an object", bool: "true or false"}
_Kind = TypeVar("_Kind", str, list, dict, bool)


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
        if self.type in ("string", "list") and _FORMULA.match(text):
            return f"{text[:40]!r} starts like a formula of a spreadsheet; expected a text (put a word before it)"
        if self.type == "integer" and not _INTEGER.fullmatch(text):
            return f"{text!r} is not a whole number; expected digits only, e.g. {_plain(text, '15000')}"
        # The length is looked at first: Python refuses to read a text of thousands of digits.
        if self.type == "integer" and (len(text) > 20 or abs(int(text)) > _LARGEST):
            return f"{text[:30]!r} is too large; expected a whole number from -{_LARGEST} to {_LARGEST}"
        if self.type == "number" and not _NUMBER.fullmatch(text):
            return f"{text!r} is not a number; expected digits and a point, e.g. {_plain(text, '1234.5')}"
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

    def are_numbers(self, texts: list[str]) -> bool:
        """Whether all of many texts are numbers of the column's type, at a glance; limits are not looked at."""
        digits = "".join(texts)
        if "\n" in digits:
            return False
        if digits.isascii() and digits.isdigit() and max(map(len, texts)) <= 15:
            return True
        return bool(_NUMBERS[self.type].fullmatch("\n".join(texts)))

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
    def from_resource(cls, resource: Any) -> TableSchema:
        """Read one entry of ``resources`` in a data package descriptor.

        Raises
        ------
        TableError
            At the first thing in the entry that has not the shape it must have.
        """
        name = _part(resource, "name", str, "a resource")
        where = f"the table {name!r}"
        schema = _part(resource, "schema", dict, where)
        fields = tuple(_field(entry, where) for entry in _part(schema, "fields", list, where))
        columns = [column.name for column in fields]
        for column in columns:
            if columns.count(column) > 1:
                raise _fault(f"{where} has the column {column!r} more than once; expected it once")
        key = _columns(schema, "primaryKey", columns, where)
        if not key:
            raise _fault(f"{where} has no 'primaryKey'; expected the name of its key column, or a list of names")
        return cls(
            name=name,
            title=_part(resource, "title", str, where, name),
            description=_part(resource, "description", str, where, ""),
            path=_path(resource, where),
            fields=fields,
            primary_key=key,
            references=tuple(
                _reference(item, name, columns)
                for member in ("foreignKeys", "references")
                for item in _part(schema, member, list, where, [])
            ),
            info=_info(resource, fields, where),
        )


def key_of(table: TableSchema, row: dict[str, str]) -> tuple[str, ...]:
    """The key of a row."""
    return tuple(row.get(name, "") for name in table.primary_key)


def listed(row: dict[str, str], column: str) -> list[str]:
    """The members of a list cell of a row of text."""
    return [item for item in row.get(column, "").split(LIST_DELIMITER) if item]


def raise_any(problems: list[Problem]) -> None:
    """Raise the faults, if there are any."""
    if problems:
        raise TableError(problems)


def _plain(text: str, example: str) -> str:
    """The number that a text with thousands separators or a currency sign stands for, or an example."""
    bare = re.sub(r"[£$€,\s]", "", text)
    return bare if _NUMBER.fullmatch(bare) else example


def _fault(message: str) -> TableError:
    return TableError([Problem(DESCRIPTOR, message)])


def _part(entry: Any, member: str, kind: type[_Kind], where: str, default: _Kind | None = None) -> _Kind:
    """A member of an object in the descriptor, of the type it must have; required where there is no default."""
    if not isinstance(entry, dict):
        raise _fault(f"{where} is {str(entry)[:40]!r}; expected an object")
    value = entry.get(member, default)
    if default is None and value in (None, "", [], {}):
        raise _fault(f"{where} has no {member!r}; expected {_KINDS[kind]}")
    if not isinstance(value, kind):
        raise _fault(f"{member!r} of {where} is {str(value)[:40]!r}; expected {_KINDS[kind]}")
    return value


def _choice(value: str, allowed: tuple[str, ...], what: str) -> str:
    if value not in allowed:
        close = nearest(value, allowed, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise _fault(f"{what} is {value!r}; expected {', '.join(filter(None, allowed))}{hint}")
    return value


def _columns(entry: dict[str, Any], member: str, known: list[str], where: str) -> tuple[str, ...]:
    """The columns that a member names: one name or a list of names. Empty where the member is absent."""
    value = entry.get(member, [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _fault(
            f"{member!r} of {where} is {str(value)[:40]!r}; expected the name of a column or a list of names"
        )
    for name in names:
        _choice(name, tuple(known), f"{member!r} of {where}")
    return tuple(names)


def _field(entry: Any, where: str) -> Field:
    name = _part(entry, "name", str, f"a column of {where}")
    where = f"the column {name!r} of {where}"
    limits = _part(entry, "constraints", dict, where, {})
    kind = _choice(_part(entry, "type", str, where, "string"), _TYPES, f"'type' of {where}")
    # The Table Schema standard knows no allowed values of lists and no notations of dates but its own: these two
    # members stand outside it.
    choices = _part(limits, "enum", list, where, []) or _part(entry, "choices", list, where, [])
    if not all(isinstance(item, str) for item in choices):
        raise _fault(f"'enum' of {where} has members that are not texts; expected a list of texts")
    minimum = limits.get("minimum")
    if minimum is not None:
        if kind not in ("integer", "number"):
            raise _fault(f"{where} has a 'minimum' but is of type {kind}; expected it on an integer or number only")
        if isinstance(minimum, bool) or not isinstance(minimum, int | float):
            raise _fault(f"'minimum' of {where} is {str(minimum)[:40]!r}; expected a number")
    delimiter = _part(entry, "delimiter", str, where, LIST_DELIMITER)
    if not delimiter:
        raise _fault(f"'delimiter' of {where} is empty; expected a mark such as {LIST_DELIMITER!r}")
    return Field(
        name=name,
        type=kind,
        description=_part(entry, "description", str, where, ""),
        format=_choice(
            _part(entry, "notation", str, where, "") or _part(entry, "format", str, where, ""),
            _FORMATS,
            f"the notation of {where}",
        ),
        year_kind=_part(entry, "year_kind", str, where, ""),
        unit=_part(entry, "unit", str, where, ""),
        delimiter=delimiter,
        required=_part(limits, "required", bool, where, False),
        choices=tuple(choices),
        minimum=minimum,
    )


def _reference(item: Any, table: str, columns: list[str]) -> Reference:
    where = f"a foreign key of the table {table!r}"
    target = _part(item, "reference", dict, where)
    own = _columns(item, "fields", columns, where)
    key = target.get("fields")
    keys = [key] if isinstance(key, str) else key
    if len(own) != 1 or not isinstance(keys, list) or len(keys) != 1 or not isinstance(keys[0], str):
        raise _fault(f"{where} has 'fields' other than one column; expected one column on each side")
    # In a data package an empty resource name means the table itself.
    return Reference(own[0], _part(target, "resource", str, where, "") or table, keys[0])


def _path(resource: dict[str, Any], where: str) -> str:
    path = _part(resource, "path", str, where)
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise _fault(f"'path' of {where} is {path!r}; expected a file inside the folder")
    return path


def _info(resource: dict[str, Any], fields: tuple[Field, ...], where: str) -> dict[str, Any]:
    """What a resource says beside its schema, with the members the catalogue works with checked."""
    info = {member: value for member, value in resource.items() if member != "schema"}
    dated = [column.name for column in fields if column.is_date]
    every = [column.name for column in fields]
    known_by_member = {
        "coverage": dated,
        "dated_by": dated,
        "conflict_key": every,
        "lives": every,
        "succession": every,
    }
    for member, known in known_by_member.items():
        if member in info:
            info[member] = list(_columns(resource, member, known, where))
    for item in _part(resource, "licenses", list, where, []):
        _part(item, "title", str, f"a licence of {where}", "")
    return info


def read_bytes(path: Path) -> bytes:
    """Read a file of a size that a table of cited facts can have.

    Raises
    ------
    TableError
        If it is missing, a folder, not to be read, or too large.
    """
    if path.is_dir():
        raise TableError([Problem(path.name, "a folder; expected a file")])
    try:
        if (size := path.stat().st_size) > LARGEST_FILE:
            said = (
                f"{size / 1e6:,.0f} MB; expected at most {LARGEST_FILE / 1e6:,.0f} MB (leave out rows you do not use)"
            )
            raise TableError([Problem(path.name, said)])
        return path.read_bytes()
    except FileNotFoundError:
        raise TableError([Problem(path.name, "the file is missing")]) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TableError([Problem(path.name, f"not to be read ({reason}); expected a file you may open")]) from None


def read_text(path: Path) -> str:
    """Read a UTF-8 file, with or without a byte order mark.

    Raises
    ------
    TableError
        If it cannot be read (see `read_bytes`) or is not UTF-8.
    """
    return decoded(read_bytes(path), path)


def decoded(raw: bytes, path: Path) -> str:
    """The text of a UTF-8 file; anything else raises `TableError` with the line."""
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        hint = " (in Excel: Save as, CSV UTF-8)" if path.suffix.lower() == ".csv" else ""
        raise TableError([Problem(path.name, f"not UTF-8 text; expected UTF-8{hint}", line)]) from None


def header(text: str) -> list[str]:
    """The cells of the first line of a CSV text; none where it is no CSV."""
    try:
        return next(csv.reader(io.StringIO(text[:LONGEST_HEADER], newline=""), strict=True), [])
    except csv.Error:
        return []


def read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a CSV file as text.

    Returns the header and the rows, each a mapping of column to text.

    Raises
    ------
    TableError
        If the file cannot be read, is not UTF-8, not comma-separated, or a row has too few or too many cells.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        if len(header) == 1 and header[0].count(";") >= 2:
            hint = "in Excel: Save as, CSV UTF-8, with a comma as list separator in the system's settings"
            raise TableError([Problem(path.name, f"separated by semicolons; expected commas ({hint})", 1)])
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
    rows = list(rows)
    # A text that stands in many rows of a column is looked at once.
    known: dict[tuple[str, str], str] = {}
    for row in rows:
        line = int(row[""])
        for column in schema.fields:
            text = row.get(column.name, "")
            if (column.name, text) not in known:
                known[column.name, text] = _cell_fault(column, text)
            if fault := known[column.name, text]:
                yield Problem(file, fault, line, column.name)
        for column_list in ("unconfirmed_fields", "coded_fields"):
            for name in listed(row, column_list):
                if name not in schema.columns:
                    close = nearest(name, schema.columns, 1)
                    hint = f"; did you mean {close[0]}?" if close else ""
                    yield Problem(file, f"{name!r} is not a column of this table{hint}", line, column_list)
                elif column_list == "unconfirmed_fields" and name in (*schema.primary_key, *_NEVER_UNREAD):
                    said = f"{name!r} cannot be left blank, as an unread cell is; expected another column"
                    yield Problem(file, said, line, column_list)
    yield from check_keys(schema, file, rows)


def _cell_fault(column: Field, text: str) -> str:
    if text != text.strip():
        return f"{text!r} has blanks at an end"
    if not text:
        return "empty; a value is required" if column.required else ""
    if "\r" in text:
        return f"{text[:40]!r} has a carriage return in it; expected plain line breaks or none"
    return column.fault(text)


def check_keys(schema: TableSchema, file: str, rows: Iterable[dict[str, str]]) -> Iterator[Problem]:
    """Keys that stand more than once."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        line = int(row[""])
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
        # Near names are looked for a few times only: among thousands of keys each look takes its time.
        hints: dict[str, str] = {}
        for row in rows:
            for item in filter(None, column.items(row.get(reference.column, ""))):
                if item in known:
                    continue
                if item not in hints:
                    close = nearest(item, known, 1) if len(hints) < _MOST_HINTS else []
                    hints[item] = f"; did you mean {close[0]}?" if close else ""
                said = f"{item!r} is not in {reference.table}; expected one of its keys{hints[item]}"
                yield Problem(file, said, int(row[""]), reference.column)
