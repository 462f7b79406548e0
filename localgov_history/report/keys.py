"""What a run and a rendering depend on, by name; the key of it; and what changed between two builds, in words.

A run depends on the code of its cells, its parameters, the package, the libraries and the tables it reads. Its outputs,
and the words around them, make the rendering: a change of a Markdown cell, a template or a title runs nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from localgov_history import catalogue, overlay
from localgov_history._resources import folder
from localgov_history.report import parameters
from localgov_history.report.plan import Plan, Run
from localgov_history.text import listing

# What an input is, with its digest or, where that is short, its text.
Inputs = dict[str, str]
Reads = Iterable[tuple[str, str, str, str]]

_PACKAGE = Path(__file__).parents[1]
_RENDERERS = (
    "assets.py",
    "charts.py",
    "commentary.py",
    "document.py",
    "html.py",
    "manifest.py",
    "pdf.py",
    "theme.py",
)
_RUNS = ("pandas", "numpy", "scipy", "statsmodels", "plotly", "pyarrow", "ipython", "ipykernel")
_RENDERS = ("plotly", "jinja2", "markdown-it-py", "typst")


def digest(body: bytes | str) -> str:
    """The SHA-256 of a text or file."""
    return hashlib.sha256(body.encode() if isinstance(body, str) else body).hexdigest()


def key(inputs: Mapping[str, str]) -> str:
    """One digest for all inputs."""
    return digest(json.dumps(sorted(inputs.items()), ensure_ascii=False))


def of_run(run: Run, code: Inputs) -> Inputs:
    """What is known of a run before it has read anything.

    Parameters
    ----------
    code : from `of_code`, once for a build.
    """
    found = dict(code)
    given = os.environ.get(catalogue.VARIABLE)
    if given:
        found["folder of your own"] = os.path.abspath(given)
    place = 0
    for cell in parameters.cells(run.notebook):
        if cell.cell_type == "code" and cell.source.strip():
            place += 1
            # A cell with the parameters has another put behind it; no other tag changes what runs.
            mark = "parameters\n" if "parameters" in cell.metadata.get("tags", []) else ""
            found[f"code cell {place} of {run.notebook.stem}"] = digest(mark + cell.source)
    declared = parameters.declared(run.notebook)
    for name, value in run.parameters.items():
        found[f"parameter {name}"] = repr(value)
        if name in declared and declared[name].is_file(value):
            found[f"file {Path(value).name} given as {name}"] = digest(Path(value).read_bytes())
    return found


def of_reads(reads: Reads) -> Inputs:
    """The tables that a run read, with the shape that the descriptor gives them."""
    found = {}
    for base, over, name, body in reads:
        book = _book(base, over)
        found[_table(base, over, name)] = digest(body + _shape(book, name))
    return found


# What a descriptor says of a table, as text, by the identity of the entry; hundreds of reports read the same tables.
_SHAPES: dict[int, tuple[Any, str]] = {}


def _shape(book: catalogue.Catalogue, name: str) -> str:
    entry: Any = next((item for item in book.resources() if item["name"] == name), {})
    kept = _SHAPES.get(id(entry))
    # The entry is kept with its text, so that no other can be where it was.
    if kept is None or kept[0] is not entry:
        kept = _SHAPES[id(entry)] = (entry, json.dumps(entry, sort_keys=True))
    return kept[1]


def now(reads: Reads) -> list[tuple[str, str, str, str]]:
    """The same tables with the digests that they have at present; none for a table that is gone."""
    found = []
    for base, over, name, _ in reads:
        book = _book(base, over)
        found.append((base, over, name, _digest(book, name) if name in book.schemas else ""))
    return found


def of_rendering(plan: Plan, runs: Sequence[str], templates: Inputs, shared: bool, browser: str) -> Inputs:
    """What a report's files depend on.

    Parameters
    ----------
    runs : the key of each run of the plan, tables included.
    templates : from `of_templates`, once for a build.
    shared : whether plotly.js stands beside the report, not in it.
    browser : what draws the charts; empty where nothing is to be drawn.
    """
    found = dict(templates)
    for name in (item.name for item in dataclasses.fields(plan)):
        # All that a definition says, whatever it may be, is part of how a report looks.
        if name not in ("name", "runs", "formats", "definition", "given"):
            found[name] = str(getattr(plan, name))
    found["command"] = plan.command
    found["theme"] = digest(repr(plan.theme) + "".join(digest(path.read_bytes()) for path in plan.theme.files))
    for number, comment in enumerate(plan.commentary, start=1):
        found[f"comment {number}"] = digest(repr(comment))
    found["formats"] = listing(sorted(plan.formats)) + (", plotly.js beside it" if shared else "")
    if browser:
        found["browser"] = browser
    for place, (run, made) in enumerate(zip(plan.runs, runs, strict=True), start=1):
        called = f"{run.notebook.stem} (notebook {place})"
        found[f"outputs of {called}"] = made
        words = 0
        for index, cell in enumerate(parameters.cells(run.notebook), start=1):
            if cell.cell_type == "markdown":
                words += 1
                found[f"Markdown cell {words} of {called}"] = digest(f"{index} {cell.source}")
            if parameters.NOTEBOOK_ONLY in cell.metadata.get("tags", []):
                found[f"cell {index} of {called} left out"] = parameters.NOTEBOOK_ONLY
    return found


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Every difference between two sets of inputs, a sentence each."""
    said = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None:
            said.append(f"{name} is new")
        elif new is None:
            said.append(f"{name} is gone")
        elif _is_digest(old) and _is_digest(new):
            said.append(f"{name} changed (SHA-256 {old[:12]}… to {new[:12]}…)")
        else:
            said.append(f"{name} changed from {old} to {new}")
    return said


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")


def _table(base: str, over: str, name: str) -> str:
    where = f" in {base}" if base else ""
    return f"table {name}{where}" + (f" with {over}" if over else "")


def of_code() -> Inputs:
    """The package, the version of the tables and the libraries, which every run depends on."""
    files = {path.relative_to(_PACKAGE).as_posix(): path for path in _PACKAGE.rglob("*.py")}
    found = {
        f"package file {name}": _file(path, path.stat().st_mtime_ns, path.stat().st_size)
        for name, path in files.items()
        if not name.startswith("report/") and name != "cli.py"
    }
    descriptor = overlay.read_descriptor(folder("datasets"))
    found["data version"] = f"{descriptor['version']} of {descriptor['created']}"
    found["Python"] = platform.python_version()
    return found | {f"library {name}": _version(name) for name in _RUNS}


def of_templates() -> Inputs:
    """What every rendering depends on."""
    files = [Path(__file__).with_name(name) for name in _RENDERERS]
    files += [
        path
        for path in (Path(__file__).parent / "templates").iterdir()
        if path.name not in ("index.html.j2", "failures.html.j2")
    ]
    files += [path for path in folder("fonts").iterdir() if path.is_file()]
    files += [_PACKAGE / "text.py", _PACKAGE / "dates.py", _PACKAGE / "sources.py"]
    found = {
        f"template file {path.name}": _file(path, path.stat().st_mtime_ns, path.stat().st_size) for path in files
    }
    return found | {f"library {name}": _version(name) for name in _RENDERS}


@lru_cache(maxsize=512)
def _file(path: Path, changed: int, size: int) -> str:
    return digest(path.read_bytes())


@lru_cache(maxsize=64)
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


@lru_cache(maxsize=8)
def _book(base: str, over: str) -> catalogue.Catalogue:
    return catalogue.Catalogue(over or None, Path(base) if base else None)


def _digest(book: catalogue.Catalogue, name: str) -> str:
    path = book.base / book.schemas[name].path
    if book.overlay is not None or not path.is_file():
        return book.digest(name)
    status = path.stat()
    return _file(path, status.st_mtime_ns, status.st_size)
