"""A report's definition (YAML) → the runs it needs, with every parameter checked before a kernel starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from localgov_history._resources import folder
from localgov_history.errors import LocalgovError, UnknownNameError, suggest
from localgov_history.report import parameters

FORMATS = ("html", "pdf")
_KEYS = ("title", "subtitle", "description", "notebooks", "formats")
_NOTEBOOK_KEYS = ("notebook", "parameters")


@dataclass(frozen=True)
class Run:
    """One notebook with all its parameters."""

    notebook: Path
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A report ready to run."""

    name: str
    title: str
    subtitle: str
    description: str
    runs: tuple[Run, ...]
    formats: tuple[str, ...]
    definition: Path = field(compare=False)


def names(place: Path | None = None) -> list[str]:
    """The reports that are defined."""
    return sorted(path.stem for path in (place or folder("reports")).glob("*.yaml"))


def plan(
    name: str,
    given: dict[str, Any] | None = None,
    formats: tuple[str, ...] = (),
    place: Path | None = None,
    notebooks: Path | None = None,
) -> Plan:
    """Read a definition and check every parameter of every notebook in it.

    Parameters
    ----------
    name : a report's name.
    given : parameters from the command line; each goes to every notebook that declares it.
    formats : overrides the definition's.
    place, notebooks : folders of definitions and notebooks; the kit's own by default.

    Raises
    ------
    UnknownNameError, ParameterError, LocalgovError
        Naming the file, the key and the nearest valid name.
    """
    place = place or folder("reports")
    shelf = notebooks or folder("notebooks")
    path = place / f"{name}.yaml"
    if not path.is_file():
        raise UnknownNameError("report", name, names(place))
    body = _read(path)
    _known_keys(path, body, _KEYS, "")
    for key in ("title", "notebooks"):
        if not body.get(key):
            raise LocalgovError(f"{path.name}: {key!r} is missing or empty; expected a value")
    chosen = formats or tuple(body.get("formats", FORMATS))
    for item in chosen:
        if item not in FORMATS:
            raise LocalgovError(f"{path.name}: {item!r} is not a format; {suggest(str(item), FORMATS)}")
    runs = []
    unused = dict(given or {})
    for entry in body["notebooks"]:
        entry = {"notebook": entry} if isinstance(entry, str) else entry
        if not isinstance(entry, dict) or "notebook" not in entry:
            raise LocalgovError(f"{path.name}: expected 'notebook: NAME' in each item of notebooks, not {entry!r}")
        _known_keys(path, entry, _NOTEBOOK_KEYS, f" of {entry['notebook']}")
        source = shelf / f"{entry['notebook']}.ipynb"
        if not source.is_file():
            known = [item.stem for item in shelf.glob("*.ipynb")]
            raise LocalgovError(
                f"{path.name}: no notebook is called {entry['notebook']!r}; {suggest(str(entry['notebook']), known)}"
            )
        declared = parameters.declared(source)
        values = dict(entry.get("parameters") or {})
        for key, value in (given or {}).items():
            if key in declared:
                values[key] = value
                unused.pop(key, None)
        runs.append(Run(source, parameters.resolve(source, values)))
    if unused:
        every = sorted({key for run in runs for key in run.parameters})
        first = next(iter(unused))
        raise LocalgovError(f"{name} has no parameter {first!r}; {suggest(first, every)}")
    return Plan(
        name,
        str(body["title"]),
        str(body.get("subtitle", "")),
        str(body.get("description", "")),
        tuple(runs),
        chosen,
        path,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", row {mark.line + 1}" if mark else ""
        raise LocalgovError(f"{path.name}{line}: not YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(body, dict):
        raise LocalgovError(f"{path.name}: expected keys and values at the top, such as 'title: …'")
    return body


def _known_keys(path: Path, body: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in body:
        if key not in known:
            raise LocalgovError(f"{path.name}: no key{where} is called {key!r}; {suggest(str(key), known)}")
