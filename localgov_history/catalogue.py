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
from localgov_history.errors import LocalgovError, UnknownNameError, nearest, suggest
from localgov_history.schema import DESCRIPTOR, Problem, TableError, TableSchema
from localgov_history.text import escape_html

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, str]


class Catalogue:
    """A set of tables, with an optional folder of the user's own laid over it.

    Parameters
    ----------
    overlay : a folder of CSV files. A file named as one of the tables (``acts.csv``) adds rows to it; a row
        whose key is already there replaces the cells it gives. A blank cell means "as it was", so a cell
        cannot be emptied. A cell that is given no longer counts as unconfirmed. A row from memory can be
        corrected only together with its ``evidence``, which then holds for the whole row. A
        ``datapackage.json`` in the folder declares new tables, each read from its path in the folder.
    base : the folder of the kit's own tables; the shipped one by default.

    Attributes
    ----------
    cited : keys of the sources of everything shown from this catalogue so far.

    Raises
    ------
    LocalgovError
        If a folder or its descriptor is missing or unreadable.
    TableError
        If the overlay has any fault; nothing of it is then used.

    Notes
    -----
    `rows` and `load` record which tables were read, and so do `tables`, `describe`, `summary`, `search` and
    `readme`, which are made from rows; `reads` gives the record. Taking an overlay and checking record nothing.
    """

    def __init__(self, overlay: str | os.PathLike[str] | None = None, base: Path | None = None) -> None:
        self.base = base or folder("datasets")
        self.descriptor = _read_descriptor(self.base)
        self.schemas = _declared(self.descriptor)
        self._rows: dict[str, list[Row]] = {}
        self._digests: dict[str, str] = {}
        self._frames: dict[tuple[str, bool], pd.DataFrame] = {}
        self._reads: dict[str, str] = {}
        self.cited: set[str] = set()
        self.overlay = Path(overlay) if overlay is not None else None
        self._own: set[str] = set()
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

    @property
    def overlay_tables(self) -> list[str]:
        """The tables that the overlay adds to, corrects or declares, in order of name."""
        return sorted(self._overlay_rows)

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
        """The rows of a table as text, the overlay applied. Records the table as read."""
        self.schema(name)
        rows = self._read(name)
        self._reads[name] = self._digests[name]
        return rows

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
        readable: dict[str, list[Row]] = {}
        for name, table in self.schemas.items():
            try:
                readable[name] = self._read(name)
            except TableError as error:
                problems += error.problems
                continue
            problems += schemas.check_rows(table, _file(table), readable[name])
            problems += _conflict_problems(table, _file(table), readable[name])
        keys = _column_values(self.schemas, readable)
        for name, rows in readable.items():
            problems += schemas.check_references(self.schemas[name], _file(self.schemas[name]), rows, keys)
        for table in self.schemas.values():
            problems += [
                Problem(DESCRIPTOR, f"the column {table.name}.{column.name} has no description")
                for column in table.fields
                if not column.description
            ]
        return problems

    def check_rows(self, name: str, file: str, rows: list[Row]) -> list[Problem]:
        """Faults in rows of the format of a table, references to this catalogue included; records nothing.

        Parameters
        ----------
        name : a name from `tables`.
        file : the name of the file that the rows come from, for the faults.
        rows : rows as `schema.read_rows` gives them.
        """
        table = self.schema(name)
        targets = {item.table: self._read(item.table) for item in table.references}
        keys = _column_values(self.schemas, targets)
        return [*schemas.check_rows(table, file, rows), *schemas.check_references(table, file, rows, keys)]

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

    def _read(self, name: str) -> list[Row]:
        """The rows of a table, the overlay applied, without a record that they were read."""
        if name not in self._rows:
            table = self.schemas[name]
            own: list[Row] = []
            digest = hashlib.sha256()
            if name not in self._own:
                path = self.base / table.path
                header, own = schemas.read_rows(path)
                _raise_any(schemas.check_columns(table, path.name, header))
                digest.update(path.read_bytes())
            over = self._overlay_rows.get(name, [])
            if over:
                digest.update(json.dumps(over, sort_keys=True).encode())
                own = _merged(table, own, over)
            self._rows[name], self._digests[name] = own, digest.hexdigest()
        return self._rows[name]

    def _take_overlay(self, path: Path) -> None:
        """Check the folder and lay it over the tables.

        The declarations, the files and the rows are looked at in turn, and each step gives all its faults: the
        file of a table that is wrongly declared would otherwise be called unknown as well.
        """
        if not path.is_dir():
            raise LocalgovError(f"the overlay folder {str(path)!r} does not exist; expected a folder of CSVs")
        shipped = dict(self.schemas)
        if (path / DESCRIPTOR).exists():
            own = _declared(_read_descriptor(path))
            _raise_any(_declaration_problems(own, shipped))
            self.schemas |= own
            self._own = set(own)
        files, problems = _overlay_files(path, self.schemas, self._own)
        taken: dict[str, list[Row]] = {}
        for name, file in files.items():
            table = self.schemas[name]
            try:
                header, taken[name] = schemas.read_rows(file)
            except TableError as error:
                problems += error.problems
                continue
            problems += schemas.check_columns(table, file.name, header, partial=name in shipped)
        _raise_any(problems)
        before = {name: self._read(name) for name in taken}
        self._rows.clear()
        self._digests.clear()
        self._overlay_rows = taken
        for name in taken:
            problems += self._overlay_problems(self.schemas[name], before[name])
        _raise_any(problems)

    def _overlay_problems(self, table: TableSchema, before: list[Row]) -> list[Problem]:
        """Faults in what the overlay makes of a table; rows and rivals it does not touch are left alone."""
        file, over = _file(table), self._overlay_rows[table.name]
        after = self._read(table.name)
        lines = {_key(table, row): int(row[""]) for row in over}
        touched = [row for row in after if _key(table, row) in lines]
        corrected = [row for row in before if _key(table, row) in lines]
        groups = {_group(table, row): lines[_key(table, row)] for row in corrected + touched}
        remembered = {_key(table, row) for row in corrected if row.get("evidence") == "recalled"}
        return [
            *schemas.check_keys(table, file, over),
            *(
                Problem(
                    file,
                    "the row is from memory; give its evidence (seen or coded) with your correction",
                    int(row[""]),
                    "evidence",
                )
                for row in over
                if _key(table, row) in remembered and not row.get("evidence")
            ),
            *self.check_rows(table.name, file, touched),
            *_conflict_problems(table, file, after, groups),
        ]


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
            (
                "Licence",
                "; ".join(item.get("title") or str(item.get("name", "")) for item in info.get("licenses", [])),
            ),
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
    """Check a user's folder as an overlay.

    Returns the catalogue (None where the folder has faults) and the faults. `Catalogue.overlay_tables` of the
    catalogue names the tables that the folder touches.
    """
    try:
        catalogue = Catalogue(overlay=path)
    except TableError as error:
        return None, error.problems
    return catalogue, []


def _read_descriptor(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTOR
    if not file.exists():
        raise LocalgovError(f"{file} is missing; expected a data package descriptor beside the tables")
    try:
        descriptor = json.loads(schemas.read_text(file))
    except json.JSONDecodeError as error:
        raise TableError([Problem(DESCRIPTOR, f"not JSON: {error.msg}", error.lineno)]) from None
    if not isinstance(descriptor, dict) or not isinstance(descriptor.get("resources"), list):
        raise TableError([Problem(DESCRIPTOR, "expected an object with a list called 'resources'")])
    return descriptor


def _declared(descriptor: dict[str, Any]) -> dict[str, TableSchema]:
    """The tables that a descriptor declares, by name."""
    tables: dict[str, TableSchema] = {}
    problems: list[Problem] = []
    for item in descriptor["resources"]:
        try:
            table = TableSchema.from_resource(item)
        except TableError as error:
            problems += error.problems
            continue
        if table.name in tables:
            problems.append(Problem(DESCRIPTOR, f"the table {table.name!r} is declared twice; expected it once"))
        tables[table.name] = table
    _raise_any(problems)
    return tables


def _declaration_problems(own: dict[str, TableSchema], shipped: dict[str, TableSchema]) -> list[Problem]:
    """Names and files taken already, and references to tables or columns that are not there."""
    problems = []
    every = shipped | own
    names = {name.lower(): name for name in shipped}
    files = {table.path: name for name, table in shipped.items()}
    for name, table in own.items():
        if name.lower() in names:
            said = f"the table {name!r} ships with the kit; expected only tables with names of their own here"
            problems.append(Problem(DESCRIPTOR, said))
            continue
        path = Path(table.path).as_posix()
        if path in files:
            said = f"the table {name!r} has the path {path!r}, the file of {files[path]}; expected a file of its own"
            problems.append(Problem(DESCRIPTOR, said))
        files.setdefault(path, name)
        for item in table.references:
            said = f"a foreign key of the table {name!r} refers to"
            if item.table not in every:
                hint = suggest(item.table, every)
                problems.append(Problem(DESCRIPTOR, f"{said} {item.table!r}, which is no table; {hint}"))
            elif item.key not in every[item.table].columns:
                hint = suggest(item.key, every[item.table].columns)
                problems.append(Problem(DESCRIPTOR, f"{said} {item.key!r}, no column of {item.table}; {hint}"))
    return problems


def _overlay_files(
    path: Path, tables: dict[str, TableSchema], own: set[str]
) -> tuple[dict[str, Path], list[Problem]]:
    """The file of each table that the folder holds, and the files that are unknown or missing."""
    try:
        # Any case: where ACTS.CSV is another file than acts.csv it would be passed over in silence.
        present = sorted(file.name for file in path.iterdir() if file.suffix.lower() == ".csv")
    except OSError as error:
        raise LocalgovError(f"the overlay folder {str(path)!r} is not to be read ({error.strerror})") from None
    by_file = {Path(table.path).as_posix(): name for name, table in tables.items()}
    problems = []
    for file in present:
        if file not in by_file:
            close = nearest(Path(file).stem, tables, 1)
            hint = f"; did you mean {tables[close[0]].path}?" if close else ""
            problems.append(Problem(file, f"names no table; declare it in {DESCRIPTOR} or rename it{hint}"))
    found = {name: path / file for file, name in by_file.items() if file in present}
    for name in sorted(own):
        found[name] = path / tables[name].path
        if not found[name].exists():
            problems.append(Problem(tables[name].path, f"the file is missing; {DESCRIPTOR} declares it"))
            del found[name]
    if not found and not problems:
        said = "no table in this folder; expected CSV files with the names of tables, e.g. body_counts.csv"
        problems.append(Problem(str(path), said))
    return found, problems


def _raise_any(problems: list[Problem]) -> None:
    if problems:
        raise TableError(problems)


def _file(table: TableSchema) -> str:
    return Path(table.path).name


def _column_values(tables: dict[str, TableSchema], rows: dict[str, list[Row]]) -> dict[str, set[str]]:
    """The values of each column, as ``table.column``."""
    return {
        f"{name}.{column}": {row.get(column, "") for row in members}
        for name, members in rows.items()
        for column in tables[name].columns
    }


def _is_default(row: Row) -> bool:
    return row.get("evidence") != "recalled"


def _listed(row: Row, column: str) -> list[str]:
    return [item for item in row.get(column, "").split(schemas.LIST_DELIMITER) if item]


def _confirmed(row: Row) -> Row:
    unread = _listed(row, "unconfirmed_fields")
    return row | dict.fromkeys(unread, "") if unread else row


def _key(table: TableSchema, row: Row) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in table.primary_key)


def _group(table: TableSchema, row: Row) -> tuple[str, ...]:
    """What rival rows have in common; empty in a table that keeps no rivals."""
    return tuple(row.get(name, "") for name in table.info.get("conflict_key", ()))


def _merged(table: TableSchema, own: list[Row], over: list[Row]) -> list[Row]:
    """The rows with those of an overlay added, or their non-blank cells put in where the key is there already."""
    place = {_key(table, row): index for index, row in enumerate(own)}
    merged = list(own)
    for row in over:
        key = _key(table, row)
        if key not in place:
            place[key] = len(merged)
            merged.append(dict.fromkeys(table.columns, "") | row)
            continue
        before = merged[place[key]]
        given = {name: text for name, text in row.items() if text}
        after = before | given
        if "unconfirmed_fields" in before:
            unread = [name for name in _listed(before, "unconfirmed_fields") if name not in given]
            unread += _listed(given, "unconfirmed_fields")
            after["unconfirmed_fields"] = schemas.LIST_DELIMITER.join(dict.fromkeys(unread))
        merged[place[key]] = after
    return merged


def _conflict_problems(
    table: TableSchema, file: str, rows: list[Row], lines: dict[tuple[str, ...], int] | None = None
) -> list[Problem]:
    """Groups of rivals without exactly one preferred row, or without the reason for it.

    With `lines`, a row number by group, only those groups are looked at and their faults are put there.
    """
    if not table.info.get("conflict_key"):
        return []
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        group = _group(table, row)
        if lines is None or group in lines:
            groups.setdefault(group, []).append(row)
    problems = []
    for group, members in groups.items():
        line = int(members[0][""]) if lines is None else lines[group]
        marked = [row for row in members if row.get("preferred") == "true"]
        if len(marked) != 1:
            about = ", ".join(filter(None, group))
            said = f"{len(marked)} of {len(members)} rows on {about} are preferred; expected one of "
            said += ", ".join(" / ".join(_key(table, row)) for row in members)
            problems.append(Problem(file, said, line, "preferred"))
        elif len(members) > 1 and not marked[0].get("preferred_reason"):
            said = f"{' / '.join(_key(table, marked[0]))} is preferred over a rival; expected the reason in its row"
            problems.append(Problem(file, said, int(marked[0][""]) if lines is None else line, "preferred_reason"))
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
