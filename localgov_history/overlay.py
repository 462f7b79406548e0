"""A user's folder laid over the tables: which files it holds, what they declare, how rows are merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from localgov_history import schema as schemas
from localgov_history.errors import LocalgovError, nearest, suggest
from localgov_history.schema import DESCRIPTOR, Problem, TableError, TableSchema, key_of, listed

Row = dict[str, str]


def read_descriptor(path: Path) -> dict[str, Any]:
    """The data package descriptor of a folder.

    Raises
    ------
    LocalgovError, TableError
        If it is missing, unreadable or not of the right shape.
    """
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


def declared(descriptor: dict[str, Any]) -> dict[str, TableSchema]:
    """The tables that a descriptor declares, by name; all its faults are raised at once."""
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
    schemas.raise_any(problems)
    return tables


def declaration_problems(own: dict[str, TableSchema], shipped: dict[str, TableSchema]) -> list[Problem]:
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


def files_of(path: Path, tables: dict[str, TableSchema], own: set[str]) -> tuple[dict[str, Path], list[Problem]]:
    """The file of each table that the folder holds, and the files that are unknown or missing."""
    try:
        # Any case: where ACTS.CSV is another file than acts.csv it would be passed over in silence.
        present = sorted(
            file.name for file in path.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith(".")
        )
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


def merged(table: TableSchema, own: list[Row], over: list[Row]) -> list[Row]:
    """The rows with those of an overlay added, or their non-blank cells put in where the key is there already."""
    place = {key_of(table, row): index for index, row in enumerate(own)}
    merged = list(own)
    for row in over:
        key = key_of(table, row)
        if key not in place:
            place[key] = len(merged)
            merged.append(dict.fromkeys(table.columns, "") | row)
            continue
        before = merged[place[key]]
        given = {name: text for name, text in row.items() if text}
        after = before | given
        if "source_key" in before and "source_key" in given and table.column("source_key").type == "list":
            # The cells that are left as they were still rest on their own sources.
            after["source_key"] = schemas.LIST_DELIMITER.join(
                dict.fromkeys([*listed(before, "source_key"), *listed(given, "source_key")])
            )
        if "unconfirmed_fields" in before:
            unread = [name for name in listed(before, "unconfirmed_fields") if name not in given]
            unread += listed(given, "unconfirmed_fields")
            after["unconfirmed_fields"] = schemas.LIST_DELIMITER.join(dict.fromkeys(unread))
        merged[place[key]] = after
    return merged
