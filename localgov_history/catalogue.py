"""The tables: load, describe, search and check them; lay a user's folder over them; record which were read."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localgov_history import schema as schemas
from localgov_history._resources import folder
from localgov_history.errors import LocalgovError, UnknownNameError, nearest
from localgov_history.schema import Problem, TableError, TableSchema
from localgov_history.text import escape_html

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTOR = "datapackage.json"
Row = dict[str, str]


class Catalogue:
    """A set of tables, with an optional folder of the user's own laid over it.

    Parameters
    ----------
    overlay : a folder of CSV files. A file named as one of the tables adds rows to it; a row whose key is
        already there replaces the cells it gives. A ``datapackage.json`` in the folder declares new tables.
    base : the folder of the kit's own tables; the shipped one by default.

    Raises
    ------
    LocalgovError
        If a folder or its descriptor is missing or unreadable.
    TableError
        If the overlay has any fault; nothing of it is then used.
    """

    def __init__(self, overlay: str | os.PathLike[str] | None = None, base: Path | None = None) -> None:
        self.base = base or folder("datasets")
        self.descriptor = _read_descriptor(self.base)
        self.schemas = {item["name"]: TableSchema.from_resource(item) for item in self.descriptor["resources"]}
        self._rows: dict[str, list[Row]] = {}
        self._digests: dict[str, str] = {}
        self._frames: dict[tuple[str, bool], pd.DataFrame] = {}
        self._reads: dict[str, str] = {}
        self.overlay = Path(overlay) if overlay is not None else None
        self._overlay_rows: dict[str, list[Row]] = {}
        if self.overlay is not None:
            self._take_overlay(self.overlay)

    def __repr__(self) -> str:
        over = f", overlay={str(self.overlay)!r}" if self.overlay else ""
        return f"<Catalogue of {len(self.schemas)} tables, version {self.version}{over}>"

    @property
    def version(self) -> str:
        """The version of the data."""
        return str(self.descriptor["version"])

    @property
    def version_date(self) -> str:
        """The date of that version, ISO."""
        return str(self.descriptor["created"])[:10]

    def schema(self, name: str) -> TableSchema:
        """The schema of a table; an unknown name raises `UnknownNameError` with the nearest ones."""
        if name not in self.schemas:
            raise UnknownNameError("table", name, self.schemas)
        return self.schemas[name]

    def tables(self) -> pd.DataFrame:
        """One row a table: title, rows in all, rows after the default filter."""
        import pandas as pd

        records = [
            {
                "table": name,
                "title": table.title,
                "rows": len(self.rows(name)),
                "rows_by_default": sum(_is_default(row) for row in self.rows(name)),
                "columns": len(table.fields),
            }
            for name, table in self.schemas.items()
        ]
        return pd.DataFrame(records).set_index("table")

    def load(self, name: str, include_unconfirmed: bool = False) -> pd.DataFrame:
        """A table as a frame.

        Parameters
        ----------
        name : a name from `tables`.
        include_unconfirmed : by default rows from memory are left out and cells nobody has read in a source
            are blank. True gives everything, with the columns ``evidence`` and ``unconfirmed_fields`` to
            tell what is what.

        Returns
        -------
        A frame with the columns of the file. List cells are tuples. Each date column ``x`` keeps its EDTF
        text and gains ``x_earliest`` and ``x_latest`` (datetime64), empty where the bound is not known.
        """
        table = self.schema(name)
        rows = self.rows(name)
        key = (name, include_unconfirmed)
        if key not in self._frames:
            if not include_unconfirmed:
                rows = [_confirmed(row) for row in rows if _is_default(row)]
            self._frames[key] = _frame(table, rows)
        return self._frames[key].copy()

    def rows(self, name: str) -> list[Row]:
        """The rows of a table as text, the overlay applied."""
        table = self.schema(name)
        if name not in self._rows:
            own: list[Row] = []
            digest = hashlib.sha256()
            path = self.base / table.path
            if path.is_file():
                header, own = schemas.read_rows(path)
                digest.update(path.read_bytes())
                if problems := schemas.check_columns(table, path.name, header):
                    raise TableError(problems)
            over = self._overlay_rows.get(name, [])
            if over:
                digest.update(json.dumps(over, sort_keys=True).encode())
                own = _merged(table, own, over)
            self._rows[name], self._digests[name] = own, digest.hexdigest()
        self._reads[name] = self._digests[name]
        return self._rows[name]

    def reads(self) -> dict[str, str]:
        """The tables read so far through this object, each with the SHA-256 of what was read."""
        return dict(sorted(self._reads.items()))

    def describe(self, name: str) -> TableDescription:
        """The data dictionary of a table, with coverage and evidence; shows itself in a notebook."""
        return TableDescription(self.schema(name), self.summary(name))

    def summary(self, name: str) -> TableSummary:
        """Rows, shares of evidence, grades of sources and coverage by period of a table."""
        table = self.schema(name)
        rows = self.rows(name)
        grades: Counter[str] = Counter()
        for row in rows:
            for key in filter(None, row.get("source_key", "").split(schemas.LIST_DELIMITER)):
                grades[self._grades.get(key, "unknown")] += 1
        if name == "sources":
            grades = Counter(row["grade"] for row in rows)
        conflicts = sum(row.get("preferred") == "false" for row in rows)
        return TableSummary(
            table=name,
            rows=len(rows),
            rows_by_default=sum(_is_default(row) for row in rows),
            evidence=Counter(row["evidence"] for row in rows if "evidence" in row),
            grades=grades,
            unread_cells=sum(len(_listed(row, "unconfirmed_fields")) for row in rows),
            conflicts=conflicts,
            coverage=self._coverage(table, rows),
        )

    def search(self, text: str, limit: int = 50) -> pd.DataFrame:
        """Rows, tables and columns in which all words of `text` occur: what is called so first, then the rest.

        Returns a frame with the columns ``table``, ``key``, ``column`` and ``text``.
        """
        import pandas as pd

        words = text.lower().split()
        if not words:
            raise LocalgovError("the search text is empty; expected one or more words, e.g. 'school board'")
        found: list[tuple[int, dict[str, str]]] = []
        for name, table in self.schemas.items():
            for where, body in [(name, f"{table.title}. {table.description}")] + [
                (f"{name}.{column.name}", f"{column.name.replace('_', ' ')}: {column.description}")
                for column in table.fields
            ]:
                if _has_words(body, words):
                    found.append((3, {"table": name, "key": "", "column": where, "text": body}))
            for row in self.rows(name):
                for position, column in enumerate(table.columns):
                    body = row.get(column, "")
                    if body and _has_words(body.replace("_", " "), words):
                        key = " / ".join(row[part] for part in table.primary_key)
                        named = body.replace("_", " ").lower() == " ".join(words)
                        rank = 0 if named else 1 if position < 3 else 2
                        found.append((rank, {"table": name, "key": key, "column": column, "text": body}))
                        break
        found.sort(key=lambda pair: pair[0])
        return pd.DataFrame([item for _, item in found[:limit]], columns=["table", "key", "column", "text"])

    def check(self) -> list[Problem]:
        """Every fault in every table: types, keys, references, evidence, conflicts. Empty when all is well."""
        problems: list[Problem] = []
        keys: dict[str, set[str]] = {}
        for name, table in self.schemas.items():
            path = self.base / table.path
            try:
                if path.is_file():
                    header, rows = schemas.read_rows(path)
                    problems += schemas.check_columns(table, path.name, header)
                elif name not in self._overlay_rows:
                    problems.append(Problem(table.path, "the file is missing"))
                    continue
                rows = self.rows(name)
            except TableError as error:
                problems += [item for item in error.problems if item not in problems]
                continue
            problems += schemas.check_rows(table, path.name, rows)
            problems += _conflict_problems(table, path.name, rows)
            for column in table.fields:
                keys[f"{name}.{column.name}"] = {row.get(column.name, "") for row in rows}
        for name, table in self.schemas.items():
            if name in self._rows:
                problems += schemas.check_references(table, table.path, self._rows[name], keys)
        for table in self.schemas.values():
            problems += [
                Problem(DESCRIPTOR, f"the column {table.name}.{column.name} has no description")
                for column in table.fields
                if not column.description
            ]
        return problems

    def readme(self) -> str:
        """The tables, their evidence, gaps and licences as Markdown: what ``datasets/README.md`` holds."""
        lines = [
            f"# {self.descriptor['title']}: the tables",
            "",
            f"Version {self.version} of {self.version_date}. This page is made by `localgov data readme`.",
            "",
            "One CSV file a table (UTF-8, commas); `datapackage.json` describes every column. Each row has its",
            "sources (`source_key`, with `locator`), says how it is known (`evidence`: seen, coded or recalled),",
            "which of its cells are our coding (`coded_fields`) and which nobody has read in a source",
            "(`unconfirmed_fields`). Where sources differ both rows stay, and one is `preferred`, with the reason.",
            "",
            "| table | rows by default | rows in all | seen | coded | recalled | unread cells | rivals kept |",
            "|---|---|---|---|---|---|---|---|",
        ]
        summaries = {name: self.summary(name) for name in self.schemas}
        for name, item in summaries.items():
            shares = " | ".join(f"{item.share(kind):.0%}" for kind in schemas.EVIDENCE)
            if not item.evidence:
                shares = "– | – | –"
            lines.append(
                f"| `{name}` | {item.rows_by_default:,} | {item.rows:,} | {shares} | {item.unread_cells:,} "
                f"| {item.conflicts} |"
            )
        for name, table in self.schemas.items():
            item = summaries[name]
            lines += ["", f"## {table.title} (`{name}`)", "", table.description]
            notes = TableDescription(table, item).notes()
            lines += [""] + [f"- {label}: {text}" for label, text in notes if label not in ("Rows", "Evidence")]
        return "\n".join(lines) + "\n"

    @cached_property
    def _grades(self) -> dict[str, str]:
        return {row["source_key"]: row["grade"] for row in self.rows("sources")}

    def _coverage(self, table: TableSchema, rows: list[Row]) -> dict[str, int]:
        columns = table.info.get("coverage")
        if not columns:
            return {}
        periods = [row for row in self.rows("periods") if row["periodisation"] == "gough"]
        counts = dict.fromkeys((row["period"] for row in periods), 0)
        for row in filter(_is_default, rows):
            start, end = _extent(table, row, columns)
            if start is None and end is None:
                continue
            for period in periods:
                if (start or "0000") <= period["working_end"] and (end or "9999") >= period["working_start"]:
                    counts[period["period"]] += 1
        return counts

    def _take_overlay(self, path: Path) -> None:
        if not path.is_dir():
            raise LocalgovError(f"the overlay folder {str(path)!r} does not exist; expected a folder of CSVs")
        if (path / DESCRIPTOR).is_file():
            for item in _read_descriptor(path)["resources"]:
                if item["name"] not in self.schemas:
                    self.schemas[item["name"]] = TableSchema.from_resource(item)
        by_file = {Path(table.path).name: name for name, table in self.schemas.items()}
        problems: list[Problem] = []
        taken: dict[str, list[Row]] = {}
        for file in sorted(path.glob("*.csv")):
            if file.name not in by_file:
                close = nearest(file.stem, self.schemas, 1)
                hint = f"; did you mean {close[0]}.csv?" if close else ""
                problems.append(Problem(file.name, f"names no table; declare it in {DESCRIPTOR} or rename it{hint}"))
                continue
            table = self.schemas[by_file[file.name]]
            try:
                header, rows = schemas.read_rows(file)
            except TableError as error:
                problems += error.problems
                continue
            faults = schemas.check_columns(table, file.name, header, partial=True)
            problems += faults
            if not faults:
                taken[table.name] = rows
        if problems:
            raise TableError(problems)
        for name, rows in taken.items():
            table = self.schemas[name]
            before = self.rows(name)
            merged = _merged(table, before, rows)
            keys = {_key(table, row) for row in rows}
            problems += schemas.check_rows(
                table,
                f"{name}.csv",
                _twice(table, rows) or [row for row in merged if _key(table, row) in keys],
            )
        self._overlay_rows = taken
        self._rows.clear()
        for name, rows in taken.items():
            table = self.schemas[name]
            keys_known: dict[str, set[str]] = {
                f"{ref.table}.{ref.key}": {row[ref.key] for row in self.rows(ref.table)}
                for ref in table.references
                if ref.table in self.schemas
            }
            problems += schemas.check_references(table, f"{name}.csv", rows, keys_known)
        if problems:
            raise TableError(problems)


@dataclass(frozen=True)
class TableSummary:
    """How much a table holds and how far it can be trusted.

    Attributes
    ----------
    rows, rows_by_default : rows in all and rows that `load` returns by default.
    evidence : rows by kind of evidence (``seen``, ``coded``, ``recalled``).
    grades : citations by grade of source.
    unread_cells : cells of seen or coded rows that nobody has read in a source.
    conflicts : rows kept beside a preferred rival.
    coverage : rows by default that touch each period of the default periodisation.
    """

    table: str
    rows: int
    rows_by_default: int
    evidence: Counter[str]
    grades: Counter[str]
    unread_cells: int
    conflicts: int
    coverage: dict[str, int]

    def share(self, evidence: str) -> float:
        """The share of rows with this kind of evidence, 0 to 1."""
        return self.evidence[evidence] / self.rows if self.rows else 0.0

    def line(self) -> str:
        """The summary on one line."""
        shares = " ".join(f"{kind} {self.share(kind):.0%}" for kind in schemas.EVIDENCE)
        grades = ", ".join(f"{grade} {count}" for grade, count in self.grades.most_common())
        cover = "/".join(str(count) for count in self.coverage.values()) or "–"
        return (
            f"{self.table}: {self.rows_by_default} of {self.rows} rows; {shares}; "
            f"unread cells {self.unread_cells}; conflicts {self.conflicts}; sources: {grades or '–'}; "
            f"rows by period: {cover}"
        )


@dataclass(frozen=True)
class TableDescription:
    """A table's data dictionary, shown as text or HTML."""

    schema: TableSchema
    summary: TableSummary

    def to_frame(self) -> pd.DataFrame:
        """One row a column: type, unit, kind of year, description."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "column": column.name,
                    "type": column.format or column.type,
                    "unit": column.unit,
                    "year_kind": column.year_kind,
                    "allowed": ", ".join(column.choices),
                    "description": column.description,
                }
                for column in self.schema.fields
            ]
        ).set_index("column")

    def notes(self) -> list[tuple[str, str]]:
        """What to know before using the table: label and text."""
        info = self.schema.info
        pairs = [
            ("Rows", f"{self.summary.rows_by_default:,} by default, {self.summary.rows:,} in all"),
            ("Evidence", ", ".join(f"{k} {self.summary.share(k):.0%}" for k in schemas.EVIDENCE)),
            ("Sources by grade", ", ".join(f"{g} {n}" for g, n in self.summary.grades.most_common())),
            ("Rows by period", ", ".join(f"{p} {n}" for p, n in self.summary.coverage.items())),
            ("Sampling frame", info.get("sampling_frame", "")),
            ("Known gaps", info.get("known_gaps", "")),
            ("Licence", "; ".join(item["title"] for item in info.get("licenses", []))),
        ]
        return [(label, text) for label, text in pairs if text]

    def __repr__(self) -> str:
        lines = [f"{self.schema.name}: {self.schema.title}", self.schema.description, ""]
        lines += [f"{label}: {text}" for label, text in self.notes()] + [""]
        lines += [f"  {column.name}: {column.description}" for column in self.schema.fields]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        notes = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape_html(label)}</th>"
            f"<td style='text-align:left'>{escape_html(text)}</td></tr>"
            for label, text in self.notes()
        )
        columns = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape_html(name)}</th>"
            + "".join(f"<td style='text-align:left'>{escape_html(value)}</td>" for value in row)
            + "</tr>"
            for name, row in zip(self.to_frame().index, self.to_frame().itertuples(index=False), strict=True)
        )
        heads = "".join(f"<th scope='col'>{name}</th>" for name in ["column", *self.to_frame().columns])
        return (
            f"<h4>{escape_html(self.schema.title)} (<code>{escape_html(self.schema.name)}</code>)</h4>"
            f"<p>{escape_html(self.schema.description)}</p><table>{notes}</table>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{columns}</tbody></table>"
        )


@lru_cache(maxsize=1)
def default() -> Catalogue:
    """The catalogue that the module-level functions use: the shipped tables."""
    return Catalogue()


def check_folder(path: Path) -> tuple[Catalogue | None, list[Problem]]:
    """Check a user's folder as an overlay. Returns the catalogue (None where it has faults) and the faults."""
    try:
        catalogue = Catalogue(overlay=path)
    except TableError as error:
        return None, error.problems
    return catalogue, []


def _read_descriptor(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTOR
    if not file.is_file():
        raise LocalgovError(f"{file} is missing; expected a data package descriptor beside the tables")
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(descriptor["resources"], list):
            raise TypeError
    except json.JSONDecodeError as error:
        raise LocalgovError(f"{file.name}, row {error.lineno}: not JSON: {error.msg}") from None
    except (KeyError, TypeError):
        raise LocalgovError(f"{file.name}: expected an object with a list called 'resources'") from None
    return dict(descriptor)


def _is_default(row: Row) -> bool:
    return row.get("evidence") != "recalled"


def _listed(row: Row, column: str) -> list[str]:
    return [item for item in row.get(column, "").split(schemas.LIST_DELIMITER) if item]


def _confirmed(row: Row) -> Row:
    unread = _listed(row, "unconfirmed_fields")
    return row | dict.fromkeys(unread, "") if unread else row


def _key(table: TableSchema, row: Row) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in table.primary_key)


def _twice(table: TableSchema, rows: list[Row]) -> list[Row]:
    """The rows whose key stands more than once, so that the check reports them."""
    counts = Counter(_key(table, row) for row in rows)
    return [row for row in rows if counts[_key(table, row)] > 1]


def _merged(table: TableSchema, own: list[Row], over: list[Row]) -> list[Row]:
    place = {_key(table, row): index for index, row in enumerate(own)}
    merged = list(own)
    for row in over:
        index = place.get(_key(table, row))
        if index is None:
            merged.append(dict.fromkeys(table.columns, "") | row)
            continue
        before = merged[index]
        after = before | row
        if "unconfirmed_fields" in before and "unconfirmed_fields" not in row:
            unread = [name for name in _listed(before, "unconfirmed_fields") if name not in row]
            after["unconfirmed_fields"] = schemas.LIST_DELIMITER.join(unread)
        merged[index] = after
    return merged


def _conflict_problems(table: TableSchema, file: str, rows: list[Row]) -> list[Problem]:
    group_columns = table.info.get("conflict_key")
    if not group_columns:
        return []
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row.get(name, "") for name in group_columns), []).append(row)
    problems = []
    for key, members in groups.items():
        marked = [row for row in members if row.get("preferred") == "true"]
        if len(marked) != 1:
            problems.append(
                Problem(
                    file,
                    f"{len(marked)} of {len(members)} rows on {', '.join(key)} are preferred; expected one",
                    int(members[0][""]),
                    "preferred",
                )
            )
        elif len(members) > 1 and not marked[0].get("preferred_reason"):
            problems.append(
                Problem(
                    file,
                    "preferred over a rival; expected the reason",
                    int(marked[0][""]),
                    "preferred_reason",
                )
            )
    return problems


def _extent(table: TableSchema, row: Row, columns: list[str]) -> tuple[str | None, str | None]:
    """ISO day bounds of a row, from its one date column or its start and end columns."""
    row = _confirmed(row)
    bounds: list[str | None] = []
    for name, end in zip((columns[0], columns[-1]), ("earliest", "latest"), strict=True):
        text = row.get(name, "")
        day = getattr(table.column(name).date(text), end) if text else None
        bounds.append(day.isoformat() if day else None)
    return bounds[0], bounds[1]


def _has_words(text: str, words: list[str]) -> bool:
    folded = text.lower()
    return all(word in folded for word in words)


def _frame(table: TableSchema, rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    data: dict[str, Any] = {}
    for column in table.fields:
        cells = [row.get(column.name, "") for row in rows]
        faults = [
            Problem(f"{table.name}.csv", fault, int(row[""]), column.name)
            for row, text in zip(rows, cells, strict=True)
            if text and (column.type != "string" or column.is_date) and (fault := column.fault(text))
        ]
        if faults:
            raise TableError(faults)
        if column.type == "integer":
            data[column.name] = pd.array([int(text) if text else None for text in cells], dtype="Int64")
        elif column.type == "number":
            data[column.name] = [float(text) if text else float("nan") for text in cells]
        elif column.type == "boolean":
            data[column.name] = pd.array([text == "true" if text else None for text in cells], dtype="boolean")
        elif column.type == "list":
            data[column.name] = pd.Series([tuple(filter(None, column.items(text))) for text in cells], dtype=object)
        else:
            data[column.name] = pd.array([text or None for text in cells], dtype="str")
        if column.is_date:
            spans = [column.date(text) if text else None for text in cells]
            for bound in ("earliest", "latest"):
                days = [getattr(span, bound) if span else None for span in spans]
                data[f"{column.name}_{bound}"] = pd.array(
                    [pd.NaT if day is None else pd.Timestamp(day) for day in days], dtype="datetime64[s]"
                )
    # What tells one row from all others in all tables; it lives on in frames derived from this one.
    data["row"] = ["/".join([table.name, *_key(table, row)]) for row in rows]
    return pd.DataFrame(data)
