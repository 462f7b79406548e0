"""The tables: load, describe, search and check them; lay a user's folder over them; record which were read."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localgov_history import frames, integrity, quality
from localgov_history import overlay as overlays
from localgov_history import schema as schemas
from localgov_history._resources import folder
from localgov_history.errors import LocalgovError, UnknownNameError
from localgov_history.quality import TableDescription, TableSummary
from localgov_history.schema import DESCRIPTOR, Problem, TableError, TableSchema, key_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Row = dict[str, str]
# The folder that the default catalogue lays over the shipped tables.
VARIABLE = "LOCALGOV_DATA"
# Base folder (empty for the shipped one), folder laid over it (or empty) and table, with the SHA-256 of what was read.
_READ: dict[tuple[str, str, str], str] = {}


class Catalogue:
    """A set of tables, with an optional folder of the user's own laid over it.

    Parameters
    ----------
    overlay : a folder of CSV files. A file named as one of the tables (``acts.csv``) adds rows to it; a row
        whose key is already there replaces the cells it gives. A blank cell means "as it was", so a cell
        cannot be emptied. The sources of a correction are added to those of the row. A cell that is given no
        longer counts as unconfirmed. A row from memory can be corrected only together with its ``evidence``,
        which then holds for the whole row. A ``datapackage.json`` in the folder declares new tables, each read
        from its path in the folder.
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
        self.descriptor = overlays.read_descriptor(self.base)
        self._shipped = overlays.declared(self.descriptor)
        self.schemas = dict(self._shipped)
        self._rows: dict[str, list[Row]] = {}
        self._frames: dict[tuple[str, bool], pd.DataFrame] = {}
        self._digests: dict[str, str] = {}
        self._stamps: dict[str, _Stamp] = {}
        self._reads: dict[str, str] = {}
        self.cited: set[str] = set()
        self.overlay = Path(overlay).resolve() if overlay is not None else None
        # One thread at a time reads and keeps; a frame once given is its user's own.
        self._lock = threading.RLock()
        self._refused: tuple[dict[str, _Stamp], LocalgovError] | None = None
        self._own: set[str] = set()
        self._own_resources: list[dict[str, Any]] = []
        self._overlay_rows: dict[str, list[Row]] = {}
        self._overlay_stamp: dict[str, _Stamp] = {}
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

    def resources(self) -> list[dict[str, Any]]:
        """The entries of the descriptor, those of tables that the overlay declares included."""
        return [*self.descriptor["resources"], *self._own_resources]

    def schema(self, name: str) -> TableSchema:
        """The schema of a table; an unknown name raises `UnknownNameError` with the nearest ones."""
        if name not in self.schemas:
            raise UnknownNameError("table", name, self.schemas)
        return self.schemas[name]

    def tables(self) -> pd.DataFrame:
        """One row a table: title, rows in all, rows after the default filter."""
        import pandas as pd

        records = []
        for name, table in self.schemas.items():
            columns = self.columns(name)
            rows = len(next(iter(columns.values())))
            recalled = sum(columns["evidence"] == "recalled") if "evidence" in columns else 0
            records.append(
                {
                    "table": name,
                    "title": table.title,
                    "rows": rows,
                    "rows_by_default": int(rows - recalled),
                    "columns": len(table.fields),
                }
            )
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
        text and gains ``x_earliest`` and ``x_latest`` (datetime64), empty where the bound is not known. A
        file that has changed since it was read is read again.
        """
        with self._lock:
            self.schema(name)
            self._refresh(name)
            frame = self._frame(name, include_unconfirmed)
            self._record(name)
            return frame.copy()

    def _frame(self, name: str, include_unconfirmed: bool) -> pd.DataFrame:
        """The frame of a table, without a record that it was read."""
        key = (name, include_unconfirmed)
        if key not in self._frames:
            table = self.schema(name)
            columns = self._coded(name)
            if not include_unconfirmed:
                columns = frames.confirmed(columns)
            try:
                self._frames[key] = frames.build(table, columns)
            except TableError:
                found = list(schemas.check_rows(table, _file(table), self._read(name)))
                raise TableError(found) from None
        return self._frames[key]

    def columns(self, name: str, include_unconfirmed: bool = True) -> dict[str, np.ndarray]:
        """The columns of a table as arrays of text, the overlay applied. Records the table as read.

        Parameters
        ----------
        include_unconfirmed : False leaves out what `load` leaves out by default.
        """
        self.schema(name)
        with self._lock:
            self._refresh(name)
            columns = self._coded(name)
            self._record(name)
        return frames.texts_of(columns if include_unconfirmed else frames.confirmed(columns))

    def rows(self, name: str) -> list[Row]:
        """The rows of a table as text, the overlay applied: to be read, not changed. Records the table as read."""
        self.schema(name)
        with self._lock:
            self._refresh(name)
            rows = self._read(name)
            self._record(name)
        return rows

    def reads(self) -> dict[str, str]:
        """The tables read so far through this object, each with the SHA-256 of what was read."""
        return dict(sorted(self._reads.items()))

    def digest(self, name: str) -> str:
        """The SHA-256 that `reads` would give for a table now, without a record that it was read."""
        self.schema(name)
        with self._lock:
            self._refresh(name)
            if name in self._overlay_rows or name in self._own:
                self._read(name)
                return self._digests[name]
            return hashlib.sha256(schemas.read_bytes(self._path(name))).hexdigest()

    def stamps(self, *names: str) -> tuple[str, ...]:
        """The SHA-256 of some tables as they are now, under which a result made from them may be kept. They count as read."""
        with self._lock:
            for name in names:
                self.schema(name)
                self._refresh(name)
                if name not in self._rows and not any(name == kept for kept, _ in self._frames):
                    self._coded(name)
                self._record(name)
            return tuple(self._digests[name] for name in names)

    def prepare(self) -> None:
        """Read every table into memory, so that later reads are quick; none counts as read yet.

        A table with a fault is passed over: whoever reads it is told.
        """
        with self._lock:
            for name in self.schemas:
                with suppress(LocalgovError):
                    self._refresh(name)
                    self._frame(name, include_unconfirmed=False)
            with suppress(LocalgovError):
                self._read("sources")

    def _record(self, name: str) -> None:
        self._reads[name] = self._digests[name]
        base = "" if self.base == folder("datasets") else str(self.base)
        _READ[base, str(self.overlay or ""), name] = self._digests[name]

    def describe(self, name: str) -> TableDescription:
        """The data dictionary of a table, with coverage and evidence; shows itself in a notebook."""
        return TableDescription(self.schema(name), self.summary(name))

    def summary(self, name: str) -> TableSummary:
        """Rows, shares of evidence, grades and licences of sources, completeness and coverage by period of a table."""
        table = self.schema(name)
        periods = [row for row in self.rows("periods") if row["periodisation"] == "gough"]
        default = self.columns(name, include_unconfirmed=False)
        return quality.summarise(table, self.columns(name), default, self._graded, periods)

    def search(self, text: str, limit: int = 50) -> pd.DataFrame:
        """Rows, tables and columns in which all words of `text` occur: what is called so first, then the rest.

        Returns a frame with the columns ``table``, ``key`` (of the first row with this text), ``column``,
        ``text`` and ``rows`` (how many rows of the table have this text in this column).
        """
        import pandas as pd

        words = str(text or "").lower().split()
        if not words:
            raise LocalgovError("the search text is empty; expected one or more words, e.g. 'school board'")
        found: list[tuple[int, dict[str, object]]] = []

        def add(rank: int, table: str, key: str, column: str, body: str, rows: int) -> None:
            found.append((rank, {"table": table, "key": key, "column": column, "text": body, "rows": rows}))

        for name, table in self.schemas.items():
            if _has_words(body := f"{table.title}. {table.description}", words):
                add(3, name, "", name, body, 0)
            for column in table.fields:
                if _has_words(body := f"{column.name.replace('_', ' ')}: {column.description}", words):
                    add(3, name, "", f"{name}.{column.name}", body, 0)
            columns = self.columns(name)
            told: set[int] = set()
            # What a row says comes before its keys, which say it again in another spelling.
            order = sorted(enumerate(columns.items()), key=lambda pair: pair[1][0] in table.primary_key)
            for position, (column_name, cells) in order:
                codes, texts = pd.factorize(cells)
                for code, body in enumerate(texts):
                    if not body or not _has_words(body.replace("_", " "), words):
                        continue
                    places = (codes == code).nonzero()[0]
                    fresh = [place for place in places if place not in told]
                    told.update(places)
                    if fresh:
                        key = " / ".join(columns[part][fresh[0]] for part in table.primary_key)
                        named = body.replace("_", " ").lower() == " ".join(words)
                        rank = 0 if named else 1 if position < 3 else 2
                        add(rank, name, key, column_name, body, len(fresh))
        found.sort(key=lambda pair: pair[0])
        return pd.DataFrame([item for _, item in found[:limit]], columns=["table", "key", "column", "text", "rows"])

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
            faults = list(schemas.check_rows(table, _file(table), readable[name]))
            problems += faults
            sound = {fault.row for fault in faults}
            rest = [row for row in readable[name] if int(row[""]) not in sound]
            problems += integrity.problems(table, _file(table), rest)
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
        return quality.readme(
            self.descriptor["title"],
            self.version,
            self.version_date,
            [self.describe(name) for name in self.schemas],
            self.descriptor.get("left_out", []),
        )

    @cached_property
    def _graded(self) -> dict[str, tuple[str, str]]:
        return {row["source_key"]: (row["grade"], row["licence"]) for row in self.rows("sources")}

    def _path(self, name: str) -> Path:
        return self.base / self.schemas[name].path

    def _refresh(self, name: str) -> None:
        """Forget what was read from a file that has changed since."""
        if self.overlay is not None and self._overlay_stamp != (stamps := self._stamps_of(self.overlay)):
            if self._refused and self._refused[0] == stamps:
                raise self._refused[1]
            try:
                self._take_overlay(self.overlay)
            except LocalgovError as error:
                self._refused = (stamps, error)
                raise
        if name not in self._own and self._stamps.get(name) != file_stamp(self._path(name)):
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._rows.pop(name, None)
        for key in [key for key in self._frames if key[0] == name]:
            del self._frames[key]
        if name == "sources":
            self.__dict__.pop("_graded", None)

    def _coded(self, name: str) -> dict[str, frames.Coded]:
        """The columns of a table, the fast way where no overlay touches it, without a record."""
        table = self.schemas[name]
        if name not in self._overlay_rows and name not in self._rows:
            stamp = file_stamp(self._path(name))
            read = frames.read(self._path(name), table)
            if read is not None:
                columns, self._digests[name] = read
                self._stamps[name] = stamp
                return columns
        return frames.of_rows(self._read(name), table)

    def _read(self, name: str) -> list[Row]:
        """The rows of a table, the overlay applied, without a record that they were read."""
        if name not in self._rows:
            table = self.schemas[name]
            own: list[Row] = []
            digest = hashlib.sha256()
            if name not in self._own:
                path = self._path(name)
                self._stamps[name] = file_stamp(path)
                header, own = schemas.read_rows(path)
                schemas.raise_any(schemas.check_columns(table, path.name, header))
                digest.update(path.read_bytes())
            over = self._overlay_rows.get(name, [])
            if over:
                digest.update(json.dumps(over, sort_keys=True).encode())
                own = overlays.merged(table, own, over)
            self._rows[name], self._digests[name] = own, digest.hexdigest()
        return self._rows[name]

    def _take_overlay(self, path: Path) -> None:
        """Check the folder and lay it over the tables; with any fault, leave everything as it was.

        The declarations, the files and the rows are looked at in turn, and each step gives all its faults: the
        file of a table that is wrongly declared would otherwise be called unknown as well.
        """
        if not path.is_dir():
            raise LocalgovError(f"the overlay folder {str(path)!r} does not exist; expected a folder of CSVs")
        stamp = self._stamps_of(path)
        before = (self.schemas, self._own, self._overlay_rows, self._rows, self._frames, self._digests)
        try:
            self._lay(path)
        except LocalgovError:
            self.schemas, self._own, self._overlay_rows, self._rows, self._frames, self._digests = before
            raise
        # Files that the folder's descriptor has just named count as well.
        self._overlay_stamp = stamp | {file: file_stamp(path / file) for file in self._own_files()}
        self.__dict__.pop("_graded", None)

    def _own_files(self) -> list[str]:
        return [self.schemas[name].path for name in self._own]

    def _stamps_of(self, path: Path) -> dict[str, _Stamp]:
        return _stamps(path) | {file: file_stamp(path / file) for file in self._own_files()}

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.RLock())

    def _lay(self, path: Path) -> None:
        self.schemas, self._own, self._own_resources = dict(self._shipped), set(), []
        if (path / DESCRIPTOR).exists():
            descriptor = overlays.read_descriptor(path)
            own = overlays.declared(descriptor)
            schemas.raise_any(overlays.declaration_problems(own, self._shipped))
            self.schemas |= own
            self._own, self._own_resources = set(own), descriptor["resources"]
        files, problems = overlays.files_of(path, self.schemas, self._own)
        taken: dict[str, list[Row]] = {}
        for name, file in files.items():
            table = self.schemas[name]
            try:
                header, taken[name] = schemas.read_rows(file)
            except TableError as error:
                problems += error.problems
                continue
            problems += schemas.check_columns(table, file.name, header, partial=name in self._shipped)
        schemas.raise_any(problems)
        self._overlay_rows, self._rows, self._frames, self._digests = {}, {}, {}, {}
        before = {name: self._read(name) for name in taken if name in self._shipped}
        self._overlay_rows, self._rows, self._digests = taken, {}, {}
        for name in taken:
            problems += self._overlay_problems(self.schemas[name], before.get(name, []))
        schemas.raise_any(problems)

    def _overlay_problems(self, table: TableSchema, before: list[Row]) -> list[Problem]:
        """Faults in what the overlay makes of a table; rows and rivals it does not touch are left alone."""
        file, over = _file(table), self._overlay_rows[table.name]
        after = self._read(table.name)
        lines = {key_of(table, row): int(row[""]) for row in over}
        touched = [row for row in after if key_of(table, row) in lines]
        corrected = [row for row in before if key_of(table, row) in lines]
        groups = {integrity.group_of(table, row): lines[key_of(table, row)] for row in corrected}
        remembered = {key_of(table, row) for row in corrected if row.get("evidence") == "recalled"}
        faults = [
            *schemas.check_keys(table, file, over),
            *(
                Problem(
                    file,
                    "the row is from memory; give its evidence (seen or coded) with your correction",
                    int(row[""]),
                    "evidence",
                )
                for row in over
                if key_of(table, row) in remembered and not row.get("evidence")
            ),
            *self.check_rows(table.name, file, touched),
        ]
        wrong = {fault.row for fault in faults}
        sound = {key: line for key, line in lines.items() if line not in wrong}
        rest = [row for row in after if key_of(table, row) not in lines or key_of(table, row) in sound]
        return [
            *faults,
            *integrity.problems(table, file, rest, sound),
            *_left_behind(table, file, after, groups, sound),
        ]


_Stamp = tuple[int, int]


def _left_behind(
    table: TableSchema, file: str, after: list[Row], groups: dict[tuple[str, ...], int], sound: integrity.Lines
) -> list[Problem]:
    """Rivals left without a preferred row because a correction moved one out of their group."""
    now = {integrity.group_of(table, row) for row in after if key_of(table, row) in sound}
    left = {group: line for group, line in groups.items() if group not in now}
    present = {integrity.group_of(table, row) for row in after}
    return list(integrity.rivals(table, file, after, {group: left[group] for group in left if group in present}))


def file_stamp(path: Path) -> _Stamp:
    """What tells a changed file; zeros where there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def _stamps(path: Path) -> dict[str, _Stamp]:
    """The stamps of the files of a user's folder."""
    try:
        return {
            file.name: file_stamp(file)
            for file in path.iterdir()
            if file.suffix.lower() in (".csv", ".json") and not file.name.startswith(".")
        }
    except OSError:
        return {}


def default() -> Catalogue:
    """The catalogue that the module-level functions use: the shipped tables, with the folder that the
    environment variable LOCALGOV_DATA names laid over them."""
    named = os.environ.get(VARIABLE)
    return _default(os.path.abspath(named) if named else None)


@lru_cache(maxsize=4)
def _default(path: str | None) -> Catalogue:
    return Catalogue(overlay=path)


def everything_read() -> list[tuple[str, str, str, str]]:
    """What all catalogues of this process have read: base folder (empty for the shipped tables), folder laid over it
    (or empty), table, SHA-256 of what was read."""
    return sorted((*place, digest) for place, digest in _READ.items())


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


def _file(table: TableSchema) -> str:
    return Path(table.path).name


def _column_values(tables: dict[str, TableSchema], rows: dict[str, list[Row]]) -> dict[str, set[str]]:
    """The values of each column, as ``table.column``."""
    return {
        f"{name}.{column}": {row.get(column, "") for row in members}
        for name, members in rows.items()
        for column in tables[name].columns
    }


def _has_words(text: str, words: list[str]) -> bool:
    folded = text.lower()
    return all(word in folded for word in words)
