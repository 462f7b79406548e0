"""A report's definition (YAML) → the runs it needs, with every parameter checked before a kernel starts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from localgov_history._resources import folder
from localgov_history.errors import LocalgovError, UnknownNameError, suggest
from localgov_history.report import parameters

FORMATS = ("html", "pdf")
_TEXT = "text, in quotes where it looks like a number or a date"
# What each key holds: its type, in words for who got it wrong, and whether it must be there.
_SHAPES: Mapping[str, tuple[type, str, bool]] = {
    "title": (str, _TEXT, True),
    "subtitle": (str, _TEXT, False),
    "description": (str, _TEXT, False),
    "notebooks": (list, "a list of one notebook or more", True),
    "formats": (list, "a list of one format or more, such as [html, pdf]", False),
}
_NOTEBOOK_SHAPES: Mapping[str, tuple[type, str, bool]] = {
    "notebook": (str, "the name of a notebook", True),
    "parameters": (dict, "names with their values", False),
}


@dataclass(frozen=True)
class Run:
    """One notebook with all its parameters."""

    notebook: Path
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A report ready to run. `given` are the parameters that did not come from the definition."""

    name: str
    title: str
    subtitle: str
    description: str
    runs: tuple[Run, ...]
    formats: tuple[str, ...]
    definition: Path = field(compare=False)
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """What to type to make the same report again."""
        words = ["localgov", "report", "build", self.name]
        for name, value in self.given.items():
            words += ["--set", f"{name}={str(value).lower() if isinstance(value, bool) else value}"]
        return shlex.join(words)


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
    if name not in names(place):
        raise UnknownNameError("report", name, names(place))
    if name == "index":
        raise LocalgovError("index.yaml: 'index' is the page that lists the reports; expected another name")
    path = place / f"{name}.yaml"
    body = _checked(path.name, _read(path), _SHAPES)
    for where, chosen in (("--format", formats), (path.name, body["formats"])):
        for item in chosen:
            if item not in FORMATS:
                raise LocalgovError(f"{where}: {item!r} is not a format; {suggest(str(item), FORMATS)}")
    runs = []
    unused = dict(given or {})
    for item in body["notebooks"]:
        entry = _entry(path.name, item)
        source = shelf / f"{entry['notebook']}.ipynb"
        if not source.is_file():
            known = [item.stem for item in shelf.glob("*.ipynb")]
            raise LocalgovError(
                f"{path.name}: no notebook is called {entry['notebook']!r}; {suggest(entry['notebook'], known)}"
            )
        declared = parameters.declared(source)
        values = dict(entry["parameters"])
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
        body["title"],
        body["subtitle"],
        body["description"],
        tuple(runs),
        formats or tuple(body["formats"]) or FORMATS,
        path,
        dict(given or {}),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LocalgovError(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise LocalgovError(f"{path.name}, row {row}: not UTF-8; expected the file saved as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", row {mark.line + 1}" if mark else ""
        fault = getattr(error, "problem", None) or " ".join(str(error).split())
        raise LocalgovError(f"{path.name}{line}: not YAML: {fault}") from None
    except ValueError as error:
        # PyYAML makes dates of what looks like one, and does not say where it failed.
        raise LocalgovError(f"{path.name}: a date that is none ({error}); put text in quotes") from None
    if not isinstance(body, dict):
        raise LocalgovError(f"{path.name}: expected keys and values at the top, such as 'title: …'")
    return body


def _entry(file: str, item: Any) -> dict[str, Any]:
    """One of the notebooks of a definition: its name alone, or its name and parameters."""
    entry = {"notebook": item} if isinstance(item, str) else item
    if not isinstance(entry, dict) or "notebook" not in entry:
        raise LocalgovError(f"{file}: expected 'notebook: NAME' in each item of notebooks, not {item!r}")
    return _checked(file, entry, _NOTEBOOK_SHAPES, f" of {entry['notebook']}")


def _checked(
    file: str, body: Mapping[Any, Any], shapes: Mapping[str, tuple[type, str, bool]], where: str = ""
) -> dict[str, Any]:
    """A value for every key, empty where there was none; every other shape is refused."""
    for key in body:
        if key not in shapes:
            raise LocalgovError(f"{file}: no key{where} is called {key!r}; {suggest(str(key), shapes)}")
    values = {}
    for key, (kind, words, needed) in shapes.items():
        value = body.get(key)
        if value is None and not needed:
            value = kind()
        elif value is not None and not isinstance(value, kind):
            raise LocalgovError(f"{file}: {key!r}{where} is {value!s:.60}; expected {words}")
        elif not value and (needed or kind is list):
            raise LocalgovError(f"{file}: {key!r}{where} is missing or empty; expected {words}")
        values[key] = value
    return values
